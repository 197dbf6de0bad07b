"""An instance and a model as the independent solver reads them: defaults filled in, rows derived."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

REFERENCE: dict[str, Any] = {
    "families": [
        "rotation", "minimum_contribution", "conditions", "caveats", "troop_ceiling", "budget",
        "framework_nation",
    ],
    "objectives": ["gap", "risk", "cost", "burden"],
    "tolerance": 0.0,
    "willingness_floor": 0.5,
    "max_burden": None,
}  # fmt: skip


def get(row: dict[str, Any], column: str, default: Any) -> Any:
    value = row.get(column)
    return default if value is None else value


class Facts:
    """The instance with its defaults filled in, and what section 3 derives from it."""

    def __init__(self, obj: dict[str, Any], model: dict[str, Any]) -> None:
        self.model = {**REFERENCE, **{k: v for k, v in model.items() if v is not None}}
        horizon = obj["instance"]["horizon"]
        self.T = int(horizon["periods"])
        self.months = horizon["months_per_period"]
        self.indefinite = horizon["indefinite"]
        self.years = self.T * self.months / 12
        self.periods = range(1, self.T + 1)
        events = obj["instance"].get("events") or {}

        def table(name: str) -> list[dict[str, Any]]:
            return obj.get(name) or []

        self.nations = {r["nation"]: r for r in table("nations")}
        self.groups: dict[str, list[str]] = defaultdict(list)
        for r in table("groups"):
            self.groups[r["group"]].append(r["nation"])
        self.units = {r["unit_type"]: r for r in table("unit_types")}
        self.scope = {r["capability"]: get(r, "scope", "task") for r in table("capabilities")}
        self.amount = {(r["unit_type"], r["capability"]): r["amount"] for r in table("yields")}
        self.objective_priority = {r["objective"]: get(r, "priority", 1) for r in table("objectives")}
        self.tasks = {r["task"]: r for r in table("tasks")}
        self.objective_of = {j: r["objective"] for j, r in self.tasks.items()}
        self.active = {
            j: range(get(r, "first_period", 1), get(r, "last_period", self.T) + 1) for j, r in self.tasks.items()
        }
        self.forces = {(r["nation"], r["unit_type"]): r for r in table("forces")}
        self.willingness = {(r["nation"], r["objective"]): r["willingness"] for r in table("willingness")}
        self.caveats = table("caveats")
        self.conditions = table("conditions")
        self.budgets = table("budgets")
        self.events = events

        self.given = self._given(table("requirements"))
        self.implied_task: set[tuple[str, str, int]] = set()
        self.implied_theatre: set[tuple[str, int]] = set()
        self._imply()
        self.asked = self._asked()

    def _given(self, rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        """Task, capability, quantity, max_gap, weight, periods; implied rows have no quantity."""
        given: list[tuple[Any, ...]] = []
        for r in rows:
            j = r["task"]
            first = get(r, "first_period", self.active[j][0])
            last = get(r, "last_period", self.active[j][-1])
            weight = get(r, "priority", 1) * self.objective_priority[self.objective_of[j]]
            span = range(first, last + 1)
            given.append((j, r["capability"], r["quantity"], get(r, "max_gap", 1), weight, span))
        return given

    def _imply(self) -> None:
        """Rows of what units consume where no row is given."""
        consumed = {c for (_, c), a in self.amount.items() if a < 0}
        for c in consumed:
            for j in self.tasks:
                for t in self.active[j]:
                    if self.scope[c] == "task":
                        if not any(g[0] == j and g[1] == c and t in g[5] for g in self.given):
                            self.implied_task.add((j, c, t))
                    elif not any(g[1] == c and t in g[5] for g in self.given):
                        self.implied_theatre.add((c, t))

    def _asked(self) -> dict[str, set[str]]:
        asked: dict[str, set[str]] = {j: set() for j in self.tasks}
        for j, c, *_ in self.given:
            asked[j].add(c)
        for j, c, _ in self.implied_task:
            asked[j].add(c)
        for c, t in self.implied_theatre:
            for j in self.tasks:
                if t in self.active[j]:
                    asked[j].add(c)
        return asked

    def on(self, family: str) -> bool:
        return family in self.model["families"]

    def eligible(self, u: str, j: str) -> bool:
        return any(v == u and a > 0 and c in self.asked[j] for (v, c), a in self.amount.items())

    def allowed(self, n: str, u: str, j: str, t: int) -> bool:
        """Does the variable deploy[n,u,j,t] exist?"""
        if (n, u) not in self.forces or self.forces[n, u]["units"] < 1 or t < get(self.forces[n, u], "first_period", 1):
            return False
        o = self.objective_of[j]
        will = self.willingness.get((n, o), 0)
        if t not in self.active[j] or not self.eligible(u, j):
            return False
        if not (will > 0 and will >= self.model["willingness_floor"]):
            return False
        if self.on("caveats"):
            for r in self.caveats:
                if (
                    r["nation"] == n
                    and get(r, "task", j) == j
                    and get(r, "unit_type", u) == u
                    and get(r, "objective", o) == o
                ):
                    return False
        if self.on("conditions"):
            for r in self.conditions:
                about = r["nation"] == n and get(r, "objective", o) == o
                if about and r["requires"] == "event" and not self.events[r["value"]]:
                    return False
        return True

    def cost(self, u: str) -> float:
        cost: float = get(self.units[u], "rotation_cost", 0) + self.months * self.units[u]["operating_cost"]
        return cost

    def common(self, u: str) -> float:
        share: float = get(self.units[u], "common_share", 0)
        return share
