"""An instance and a model as the independent solver reads them: defaults filled in, rows derived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

REFERENCE: dict[str, Any] = {
    "families": [
        "rotation", "minimum_contribution", "conditions", "caveats", "commitments", "troop_ceiling", "budget",
        "framework_nation", "prerequisites",
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
        self.stances = table("willingness")
        self.commitments = table("commitments")
        self.prerequisites = table("prerequisites")
        self._forces(table)
        self.caveats = table("caveats")
        self.conditions = table("conditions")
        self.budgets = table("budgets")
        self.events = events

        keys = {r["nation"]: r["weight"] for r in table("funding_keys")}
        self.key = {n: keys.get(n, 0) / sum(keys.values()) if keys else 0.0 for n in self.nations}
        self.given = self._given(table("requirements"))
        self.implied_task: set[tuple[str, str, int]] = set()
        self.implied_theatre: set[tuple[str, int]] = set()
        self._imply()
        self.asked = self._asked()

    def _forces(self, table: Callable[[str], list[dict[str, Any]]]) -> None:
        """Pools with what joins and leaves them, programmes, industry, and terms of joint purchases."""
        self.forces = {(r["nation"], r["unit_type"]): r for r in table("forces")}
        self.programmes = {(r["nation"], r["unit_type"]): r for r in table("acquisitions")}
        self.industry = {r["unit_type"]: r for r in table("industry")}
        self.terms = {r["unit_type"]: r for r in table("joint_purchases")}
        self.changes: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        for r in table("force_changes"):
            self.changes[r["nation"], r["unit_type"]].append((r["period"], r["change"]))
        for force in {*self.programmes, *self.changes} - set(self.forces):
            self.forces[force] = {"units": 0}
        self.most: dict[tuple[str, str], int] = {}
        """More units of a pool than ever deploy in a period."""
        for force, r in self.forces.items():
            bought = self.programmes[force]["max_units"] if force in self.programmes and self.on("acquisition") else 0
            self.most[force] = int(r["units"] + sum(max(0, v) for _, v in self.changes.get(force, [])) + bought)

    def standing(self, force: tuple[str, str], a: int, b: int) -> float:
        """What is usable in a..b of the units that nobody has to order."""
        r = self.forces[force]
        owned = r["units"]
        for t, change in self.changes.get(force, []):
            owned += change if t <= a else max(0, change) * (t <= b)
        present = get(r, "availability", 1) * owned
        usable: float = present - min(get(r, "home_units", 0), present)
        return usable

    def collective(self, n: str) -> bool:
        return bool(self.nations[n].get("collective"))

    def order_periods(self, force: tuple[str, str]) -> list[int]:
        r = self.programmes[force]
        first, last = get(r, "first_order_period", 1), get(r, "last_order_period", self.T)
        lead = get(r, "lead_periods", 0)
        return [k for k in range(first, last + 1) if k + lead <= self.T] if self.on("acquisition") else []

    def will(self, n: str, o: str, t: int) -> float:
        for r in self.stances:
            if (r["nation"], r["objective"]) == (n, o) and t in self.span(r):
                return float(r["willingness"])
        return 0.0

    def span(self, r: dict[str, Any], j: str | None = None) -> range:
        """Periods of a row, by default those of its task or of the horizon."""
        home = self.active[j] if j else self.periods
        return range(get(r, "first_period", home[0]), get(r, "last_period", home[-1]) + 1)

    def _given(self, rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        """Task, capability, quantity, max_gap, weight, periods, share and extra weight of the core.

        Implied rows have no quantity.
        """
        given: list[tuple[Any, ...]] = []
        for r in rows:
            j = r["task"]
            weight = get(r, "priority", 1) * self.objective_priority[self.objective_of[j]]
            core = (get(r, "core_share", 0), get(r, "core_weight", 1) - 1)
            given.append((j, r["capability"], r["quantity"], get(r, "max_gap", 1), weight, self.span(r, j), *core))
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
        if self.most.get((n, u), 0) < 1 or t not in self.span(self.forces[n, u]):
            return False
        o = self.objective_of[j]
        will = self.will(n, o, t)
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

    def common(self, n: str, u: str) -> float:
        """The fund's share of the cost of a nation's unit."""
        return 1.0 if self.collective(n) else get(self.units[u], "common_share", 0)
