"""Random instances with everything that they can hold: what is used up, built, shared and promised, by period.

They are the instances of `random_instances.py` with rows and cells added, each kind in some of them and all in all
combinations. They are valid, and drawn so that what is added often decides the plan.
"""

from __future__ import annotations

import random
from typing import Any

from tests.oracle.random_instances import plus, random_instance, times

FAMILIES = (
    "rotation", "minimum_contribution", "conditions", "caveats", "commitments", "troop_ceiling", "budget",
    "framework_nation", "prerequisites", "acquisition", "industry", "joint_purchase",
)  # fmt: skip
OBJECTIVES = ("gap", "risk", "cost", "burden", "worst_period", "turnover", "imbalance")
ADDITIONS = (
    "stances", "leaving", "availability", "changes", "expendable", "collective", "commitments", "led", "core",
    "prerequisites", "keys", "programmes",
)  # fmt: skip
OFTEN = {"programmes", "prerequisites"}
GROWTH = {"changes", "expendable", "programmes"}
"""Additions that a horizon without an end does not allow."""


def full_instance(seed: int, size: str = "least") -> dict[str, Any]:
    """An instance as its JSON has it; the same seed and size give the same instance."""
    return _More(seed, size).obj


def full_model(seed: int) -> dict[str, Any]:
    """Half the time with every family, so that each meets every other; else anything goes."""
    rng = random.Random(f"{seed}-full-model")
    chance = rng.choice([1, 1, 0.75])
    model: dict[str, Any] = {"families": [f for f in FAMILIES if rng.random() < chance]}
    if rng.random() < 0.1:
        del model["families"]
    if rng.random() < 0.9:
        model["objectives"] = rng.sample(OBJECTIVES, rng.choice([1, 2, 3, 3, 4, 4]))
        if rng.random() < 0.85:  # any other one first, and nobody moves unless he must
            first = rng.choice([["gap"], ["gap"], ["gap", "cost"], ["gap", "burden"], ["worst_period", "gap"]])
            model["objectives"] = [*first, *(o for o in model["objectives"] if o not in first)]
    if rng.random() < 0.2:
        model["tolerance"] = rng.choice([0.01, 0.1, 0.5])
    if rng.random() < 0.4:
        model["willingness_floor"] = rng.choice([0, 0, 0.3, 0.5, 0.7])
    if rng.random() < 0.3:
        model["max_burden"] = rng.choice([0.001, 0.01, 0.02, 0.1])
    return model


class _More:
    """Adds to one instance, table by table."""

    def __init__(self, seed: int, size: str) -> None:
        rng = self.rng = random.Random(f"{seed}-{size}-more")
        self.obj = random_instance(seed, size)
        self.T: int = self.obj["instance"]["horizon"]["periods"]
        self.names = [r["nation"] for r in self.obj["nations"]]
        self.types = [r["unit_type"] for r in self.obj["unit_types"]]
        self.windows = {
            r["task"]: (r.get("first_period") or 1, r.get("last_period") or self.T) for r in self.obj["tasks"]
        }
        chosen = {name for name in ADDITIONS if rng.random() < (0.5 if name in OFTEN else 0.25)}
        chosen = chosen or {rng.choice(ADDITIONS)}
        if chosen & GROWTH:
            if rng.random() < 0.85:
                self.obj["instance"]["horizon"]["indefinite"] = False
            else:
                chosen -= GROWTH
        if self.obj["instance"]["horizon"]["indefinite"]:
            chosen -= GROWTH
        for name in ADDITIONS:
            if name in chosen:
                getattr(self, f"_{name}")()
        self._tours()

    def chance(self, of: float) -> bool:
        return self.rng.random() < of

    def span(self, row: dict[str, Any], first: int, last: int, names: str = "{}_period") -> None:
        """Sets the first or the last period, or both or none of them."""
        a, b = sorted((self.rng.randint(first, last), self.rng.randint(first, last)))
        if self.chance(0.5):
            row[names.format("first")] = a
        if self.chance(0.5):
            row[names.format("last")] = b

    def _stances(self) -> None:
        rows = []
        for row in self.obj["willingness"]:
            if not self.chance(0.7):
                rows.append(row)
                continue
            cut = self.rng.randint(1, self.T)
            stances = [0, 0.3, 0.5, 0.6, 0.8, 1, 1]
            if self.chance(0.6) or cut == self.T:
                rows.append({**row, "last_period": cut})
                if cut < self.T and self.chance(0.7):
                    later = {**row, "willingness": self.rng.choice(stances), "first_period": cut + 1}
                    rows.append(later)
            else:
                rows.append({**row, "first_period": cut, "last_period": self.rng.choice([cut, None])})
        self.rng.shuffle(rows)
        self.obj["willingness"] = rows

    def _leaving(self) -> None:
        for row in self.obj["forces"]:
            if self.chance(0.6):
                row["last_period"] = self.rng.randint(row.get("first_period") or 1, self.T)

    def _availability(self) -> None:
        for row in self.obj["forces"]:
            if self.chance(0.6):
                row["availability"] = self.rng.choice([0.4, 0.5, 0.5, 0.7, 0.75, 0.9, 0])
                row["units"] += self.rng.choice([0, 0, 1])
            if self.chance(0.5):
                row["home_units"] = self.rng.choice([0, 1, 1, 1, 2])

    def _changes(self) -> None:
        rows: dict[tuple[str, str, int], int] = {}
        owned = {(r["nation"], r["unit_type"]): [r["units"]] * (self.T + 1) for r in self.obj["forces"]}
        for _ in range(self.rng.randint(1, 3)):
            force = self.rng.choice([*owned, (self.rng.choice(self.names), self.rng.choice(self.types))])
            here, t = owned.setdefault(force, [0] * (self.T + 1)), self.rng.randint(1, self.T)
            least = min(here[t:])
            change = self.rng.choice([-least, -1, 1, 1, 2] if least else [1, 1, 2])
            if (*force, t) not in rows and change:
                rows[*force, t] = change
                owned[force] = [*here[:t], *(units + change for units in here[t:])]
        self.obj["force_changes"] = [
            {"nation": n, "unit_type": u, "period": t, "change": v} for (n, u, t), v in rows.items()
        ]

    def _tours(self) -> None:
        """Units that leave often do so in the middle of a tour, and there are some beside them."""
        leaving = [r for r in self.obj.get("force_changes", []) if r["change"] < 0 and r["period"] > 1]
        types = {r["unit_type"] for r in leaving}
        for row in self.obj["unit_types"]:
            if row["unit_type"] in types and not row.get("expendable") and self.chance(0.7):
                row["rotation_ratio"] = 2
        for row in self.obj["forces"]:
            if any((r["nation"], r["unit_type"]) == (row["nation"], row["unit_type"]) for r in leaving):
                row["units"] += self.rng.choice([0, 1])

    def _expendable(self) -> None:
        for row in self.obj["unit_types"]:
            if self.chance(0.5):
                row["expendable"] = True
                row["rotation_ratio"] = self.rng.choice([1, None])

    def _collective(self) -> None:
        if len(self.names) > 1:
            row = self.rng.choice(self.obj["nations"])
            row["collective"] = True
            row.pop("gdp", None)
            if self.obj.get("budgets"):
                self.obj["budgets"] = [r for r in self.obj["budgets"] if r["payer"] != row["nation"]]

    def _nation_rows(self) -> list[dict[str, Any]]:
        return [r for r in self.obj["nations"] if not r.get("collective")]

    def _commitments(self) -> None:
        """Promises that can mostly be kept, and limits."""
        rows: dict[tuple[Any, ...], dict[str, Any]] = {}
        willing = {(r["nation"], r["objective"]) for r in self.obj["willingness"] if r["willingness"] >= 0.5}
        for _ in range(self.rng.randint(1, 2)):
            force = self.rng.choice(self.obj["forces"])
            n, u = force["nation"], force["unit_type"]
            task = self.rng.choice([None, *self.windows, *self.windows])
            row: dict[str, Any] = {"nation": n, "unit_type": u, **({"task": task} if task else {})}
            first, last = self.windows[task] if task else (1, self.T)
            keeps = all((n, r["objective"]) in willing for r in self.obj["tasks"] if task in (None, r["task"]))
            if (keeps and force["units"] > 1 and self.chance(0.5)) or self.chance(0.03):
                row["at_least"] = self.rng.choice([1, 1, 1, max(1, force["units"])])
                first = max(first, force.get("first_period") or 1)
                t = self.rng.randint(min(first, last), last)
                row |= {"first_period": t, "last_period": self.rng.choice([t, t, t, last])}
            else:
                self.span(row, first, last)
            if "at_least" not in row or self.chance(0.4):
                row["at_most"] = row.get("at_least", 0) + self.rng.choice([0, 0, 1])
            begins = row.get("first_period") or (self.windows[task][0] if task else 1)
            rows[n, u, task, begins] = row
        self.obj["commitments"] = list(rows.values())

    def _led(self) -> None:
        leaders = [r for r in self.obj["nations"] if r.get("can_lead")]
        if not leaders:
            leaders = [self.rng.choice(self.obj["nations"])]
            leaders[0]["can_lead"] = True
        for row in self.obj["tasks"]:
            row["framework_share"] = row.get("framework_share") or self.rng.choice([0.3, 0.5, 0.6, 0.8])
            if self.chance(0.8):
                row["framework_nation"] = self.rng.choice(leaders)["nation"]

    def _core(self) -> None:
        for row in self.obj["requirements"]:
            if self.chance(0.8):
                row["core_share"] = self.rng.choice([0.25, 0.5, 0.5, 0.75, 1])
                row["core_weight"] = self.rng.choice([1, 1.5, 3, 10])
            if row["quantity"] and self.chance(0.4):
                row["quantity"] = times(row["quantity"], 2)

    def _prerequisites(self) -> None:
        rows: dict[tuple[str, str, str], dict[str, Any]] = {}
        for _ in range(self.rng.randint(1, 2)):
            line = self.rng.choice(self.obj["requirements"])
            others = [j for j in self.windows if j != line["task"]]
            if others:
                row = {"task": self.rng.choice(others), "needs_task": line["task"], "capability": line["capability"]}
                if self.chance(0.5):  # what waits is worth more than what it waits for, of which there is little
                    line["quantity"] = plus(line["quantity"], 1)
                    for other in self.obj["requirements"]:
                        other["priority"] = 5 if other["task"] == row["task"] else 1
                if self.chance(0.4):
                    row["share"] = self.rng.choice([0.1, 0.3, 0.5, 0.8, 1])
                rows[row["task"], row["needs_task"], row["capability"]] = row
        if rows:
            self.obj["prerequisites"] = list(rows.values())

    def _keys(self) -> None:
        some = self._nation_rows()
        rows = self.rng.sample(some, self.rng.randint(1, len(some)))
        self.obj["funding_keys"] = [{"nation": r["nation"], "weight": self.rng.choice([1, 1, 2, 3, 0.5])} for r in rows]
        for row in self.obj["unit_types"]:
            if self.chance(0.6):
                row["common_share"] = self.rng.choice([0.25, 0.5, 1])
        for r in rows:
            if self.chance(0.6):
                r["gdp"] = self.rng.choice([500, 1000, 20000])

    def _programmes(self) -> None:
        """Acquisitions, often of one kind of unit so that nations can buy it together; industry; joint purchases."""
        rng = self.rng
        asked = {r["capability"] for r in self.obj["requirements"] if r["quantity"]}
        useful = [r["unit_type"] for r in self.obj["yields"] if r["amount"] > 0 and r["capability"] in asked]
        favourite = rng.choice(useful or self.types)
        price = rng.choice([0, 0.6, 1.2, 3, 3, 6, 9])
        rows: dict[tuple[str, str], dict[str, Any]] = {}
        together = len(self.names) > 1 and self.chance(0.7)
        lead = min(rng.choice([0, 0, 1, 1, 2]), self.T - self.chance(0.95))
        others = rng.sample(self.names, min(len(self.names), rng.choice([2, 2, 3] if together else [1, 1, 2, 3])))
        for n in others:
            u = favourite if together or self.chance(0.6) else rng.choice(self.types)
            row: dict[str, Any] = {
                "nation": n, "unit_type": u, "price": price if self.chance(0.8) else rng.choice([0.6, 1.2, 3]),
                "max_units": rng.choice([1, 1, 2, 2, 3]),
            }  # fmt: skip
            if lead or self.chance(0.3):
                row["lead_periods"] = lead if together or self.chance(0.5) else rng.randint(0, self.T - 1)
            if self.chance(0.15 if together else 0.3):
                self.span(row, 1, self.T, "{}_order_period")
            if self.chance(0.2):
                row["min_order"] = rng.choice([1, 2, 2])
            rows[n, u] = row
        self.obj["acquisitions"] = list(rows.values())
        self._ask_more(favourite, others)
        if self.chance(0.5):
            self._industry(favourite)
        if together or self.chance(0.1):
            self._joint(favourite)
        if self.chance(0.4):
            self._budget_for(rng.choice(self.obj["acquisitions"]), rng.choice([0.5, 1, 2]))

    def _ask_more(self, u: str, buyers: list[str]) -> None:
        """More is asked of what the unit supplies, and its buyers have few and are often willing."""
        gives = {r["capability"]: r["amount"] for r in self.obj["yields"] if r["unit_type"] == u and r["amount"] > 0}
        more = self.rng.choice([1, 2, len(buyers)])
        for row in self.obj["requirements"]:
            if row["capability"] in gives and self.chance(0.8):
                row["quantity"] = plus(row["quantity"], times(gives[row["capability"]], more))
        for row in self.obj["forces"]:
            if row["unit_type"] == u and self.chance(0.7):
                row["units"] = min(self.rng.choice([0, 1]), row["units"])
                if (row.get("min_units") or 1) > 1:
                    row["min_units"] = None
        for row in self.obj["willingness"]:
            if row["nation"] in buyers and row["willingness"] < 0.8 and self.chance(0.8):
                row["willingness"] = 0.8
        changes = self.obj.get("force_changes", [])
        self.obj["force_changes"] = [r for r in changes if r["change"] > 0 or r["unit_type"] != u]

    def _industry(self, u: str) -> None:
        row: dict[str, Any] = {"unit_type": u, "capacity": self.rng.choice([0, 0, 1, 1, 2])}
        if self.chance(0.6):
            row["max_expansions"] = self.rng.choice([1, 1, 2])
            row["expansion_price"] = self.rng.choice([0, 0.5, 2, 5])
        if self.chance(0.3):
            row["expansion"] = self.rng.choice([1, 2])
        if self.chance(0.4):
            row["expansion_lead_periods"] = self.rng.choice([0, 0, 1])
        self.obj["industry"] = [row]

    def _joint(self, u: str) -> None:
        row: dict[str, Any] = {"unit_type": u}
        if self.chance(0.9):
            row["min_nations"] = min(max(2, len(self.names)), self.rng.choice([2, 2, 2, 3]))
        shared = self.chance(0.5)
        if not shared or self.chance(0.6):
            row["discount"] = self.rng.choice([0.1, 0.25, 0.5, 1])
        if shared:
            row["common_share"] = self.rng.choice([0.25, 0.5, 1])
        self.obj["joint_purchases"] = [row]
        if self.chance(0.5):  # what only those can afford who buy together
            rest = plus(1, -row.get("discount", 0))
            self._budget_for(self.rng.choice(self.obj["acquisitions"]), times(rest, self.rng.choice([1, 2, 2])))

    def _budget_for(self, programme: dict[str, Any], units: float) -> None:
        """A budget of what so many units cost that are bought, and some periods of one that is deployed."""
        row = next(r for r in self.obj["unit_types"] if r["unit_type"] == programme["unit_type"])
        months = self.obj["instance"]["horizon"]["months_per_period"]
        period = plus(row.get("rotation_cost") or 0, times(months, row["operating_cost"]))
        payers = {"*", "common"} | {r["nation"] for r in self._nation_rows()} & {programme["nation"]}
        first = self.rng.randint(1, self.T)
        amount = plus(times(units, programme["price"]), times(self.rng.choice([0, 1, 3]), period))
        budget = {"payer": self.rng.choice(sorted(payers)), "first_period": first, "amount": amount}
        rows = self.obj.setdefault("budgets", [])
        taken = {(r["payer"], r.get("first_period") or 1, r.get("last_period") or self.T) for r in rows}
        if (budget["payer"], first, self.T) not in taken:
            rows.append(budget)
