"""Every plan of a tiny instance, each family checked in the words of spec 3 with Fractions.

Shares nothing with `formulation.py`. `faults` judges any plan of any size; `solve` enumerates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from typing import Any

Key = tuple[str, str, str, int]
Plan = dict[Key, int]
Over = Callable[[Fraction | int, Fraction | int], bool]
"""Whether a value passes a bound by more than the tolerance."""

FAMILIES = (
    "rotation",
    "minimum_contribution",
    "conditions",
    "caveats",
    "troop_ceiling",
    "budget",
    "framework_nation",
)


class TooMany(Exception):
    """More plans than asked for."""


def exact(value: Any) -> Fraction:
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def cell(row: dict[str, Any], column: str, default: Any = None) -> Any:
    return default if row.get(column) is None else row[column]


class Judge:
    """One instance under one model, judging plans."""

    def __init__(self, obj: dict[str, Any], model: dict[str, Any]) -> None:
        self.obj = obj
        families = model.get("families")
        self.families = FAMILIES if families is None else families
        self.order = model.get("objectives") or ["gap", "risk", "cost", "burden"]
        self.tolerance = exact(model.get("tolerance") or 0)
        floor = model.get("willingness_floor")
        self.floor = exact(0.5 if floor is None else floor)
        burden = model.get("max_burden")
        self.max_burden = None if burden is None else exact(burden)
        horizon = obj["instance"]["horizon"]
        self.T, self.months = horizon["periods"], horizon["months_per_period"]
        self.years = Fraction(self.T * self.months, 12)
        self.wraps = horizon["indefinite"]
        self.tasks = {r["task"]: r for r in obj["tasks"]}
        self.types = {r["unit_type"]: r for r in obj["unit_types"]}
        self.nation_rows = {r["nation"]: r for r in obj["nations"]}
        self.pool = {(r["nation"], r["unit_type"]): r for r in obj["forces"]}
        self.people = {u: int(r["personnel"]) for u, r in self.types.items()}
        self.price: dict[str, Fraction] = {
            u: exact(cell(r, "rotation_cost", 0)) + self.months * exact(r["operating_cost"])
            for u, r in self.types.items()
        }
        self.fund: dict[str, Fraction] = {
            u: self.price[u] * exact(cell(r, "common_share", 0)) for u, r in self.types.items()
        }
        self.will = {(r["nation"], r["objective"]): exact(r["willingness"]) for r in obj["willingness"]}
        self.yields = {(r["unit_type"], r["capability"]): exact(r["amount"]) for r in obj["yields"]}
        self.theatre = {r["capability"] for r in obj["capabilities"] if cell(r, "scope", "task") == "theatre"}
        self.weights = {r["objective"]: exact(cell(r, "priority", 1)) for r in obj["objectives"]}
        self.rows = list(self._rows())

    def about(self, task: str) -> str:
        return str(self.tasks[task]["objective"])

    def is_active(self, task: str, t: int) -> bool:
        row = self.tasks[task]
        return bool(cell(row, "first_period", 1) <= t <= cell(row, "last_period", self.T))

    def _rows(self) -> Iterator[dict[str, Any]]:
        """Given rows, then implied ones; `tasks`: those that it counts as a row of."""
        taken = set()
        for r in self.obj["requirements"]:
            task = self.tasks[r["task"]]
            first = cell(r, "first_period", cell(task, "first_period", 1))
            last = cell(r, "last_period", cell(task, "last_period", self.T))
            theatre = r["capability"] in self.theatre
            for t in range(first, last + 1):
                taken.add((None if theatre else r["task"], r["capability"], t))
            yield {
                "capability": r["capability"],
                "at": None if theatre else r["task"],
                "tasks": {r["task"]},
                "periods": list(range(first, last + 1)),
                "quantity": exact(r["quantity"]),
                "max_gap": exact(cell(r, "max_gap", 1)),
                "weight": exact(cell(r, "priority", 1)) * self.weights[task["objective"]],
            }
        for c in sorted({c for (_, c), amount in self.yields.items() if amount < 0}):
            for t in range(1, self.T + 1):
                active = [j for j in self.tasks if self.is_active(j, t)]
                places = [None] if c in self.theatre else active
                for at in places:
                    if active and (at, c, t) not in taken:
                        yield {
                            "capability": c, "at": at, "tasks": {at} if at else set(active), "periods": [t],
                            "quantity": Fraction(0), "max_gap": Fraction(1), "weight": Fraction(0),
                        }  # fmt: skip

    def bars(self, key: Key) -> str:
        """Why deploy[n,u,j,t] is not there, or nothing."""
        n, u, j, t = key
        o = self.about(j)
        force = self.pool.get((n, u))
        if force is None:
            return "no pool"
        if cell(force, "first_period", 1) > t:
            return "not ready"
        wanted = {row["capability"] for row in self.rows if j in row["tasks"]}
        if not any(self.yields.get((u, c), 0) > 0 for c in wanted):
            return "not eligible"
        if not self.is_active(j, t):
            return "task not active"
        will = self.will.get((n, o), Fraction(0))
        if will <= 0 or will < self.floor:
            return "not willing"
        if "caveats" in self.families:
            here = {"task": j, "unit_type": u, "objective": o}
            for r in cell(self.obj, "caveats", []):
                if r["nation"] == n and all(cell(r, name) in (None, value) for name, value in here.items()):
                    return "caveat"
        if "conditions" in self.families:
            for r in cell(self.obj, "conditions", []):
                about = r["nation"] == n and cell(r, "objective") in (None, o)
                if about and r["requires"] == "event" and not self.obj["instance"]["events"][r["value"]]:
                    return "event"
        return ""

    def rotation(self, force: tuple[str, str], used: dict[int, int]) -> bool:
        """`used`: units deployed in each period, all tasks together."""
        pool = self.pool[force]["units"]
        ratio = cell(self.types[force[1]], "rotation_ratio", 1)
        if "rotation" not in self.families:
            return all(units <= pool for units in used.values())
        for start in range(1, self.T + 1):
            window = range(start, start + ratio)
            if self.wraps:
                asked = sum(used.get((t - 1) % self.T + 1, 0) for t in window)
            else:
                asked = sum(used.get(t, 0) for t in window if t <= self.T)
            if asked > pool:
                return False
        return True

    def faults(self, plan: Plan, tolerance: Fraction = Fraction(0)) -> list[str]:
        """Every family that the plan breaks, a bound by more than `tolerance` * max(1, |bound|)."""

        def over(value: Fraction | int, bound: Fraction | int) -> bool:
            return value > bound + tolerance * max(Fraction(1), abs(Fraction(bound)))

        plan = {k: v for k, v in plan.items() if v}
        found = []
        for key, units in plan.items():
            if units != int(units) or units < 0:
                found.append(f"not whole: {key}")
            if why := self.bars(key):
                found.append(f"{why}: {key}")
        if found:
            return found
        found += [*self._requirement(plan, over), *self._rotation(plan)]
        if "minimum_contribution" in self.families:
            for key, units in plan.items():
                if units < cell(self.pool[key[:2]], "min_units", 1):
                    found.append(f"minimum_contribution: {key}")
        checks = {
            "troop_ceiling": self._ceilings,
            "budget": self._budgets,
            "framework_nation": self._framework,
        }
        if "conditions" in self.families:
            found += self._conditions(plan)
        for family, check in checks.items():
            if family in self.families:
                found += check(plan, over)
        return found

    def _requirement(self, plan: Plan, over: Over) -> Iterator[str]:
        for row in self.rows:
            for t in row["periods"]:
                short = row["quantity"] - self.supplied(plan, row, t)
                if over(short, row["max_gap"] * row["quantity"]):
                    yield f"requirement: {row['capability']} at {row['at']} in {t}"

    def _rotation(self, plan: Plan) -> Iterator[str]:
        for force in self.pool:
            used: dict[int, int] = {}
            for (n, u, _, t), units in plan.items():
                if (n, u) == force:
                    used[t] = used.get(t, 0) + units
            if not self.rotation(force, used):
                yield f"rotation: {force}"

    def _conditions(self, plan: Plan) -> Iterator[str]:
        members = {n for n, _, _, _ in plan}
        groups: dict[str, set[str]] = {}
        for r in cell(self.obj, "groups", []):
            groups.setdefault(r["group"], set()).add(r["nation"])
        for r in cell(self.obj, "conditions", []):
            joined = {self.about(j) for n, _, j, _ in plan if n == r["nation"]}
            if not (joined if cell(r, "objective") is None else joined & {r["objective"]}):
                continue
            if r["requires"] == "nation":
                kept = r["value"] in members
            elif r["requires"] == "any_of":
                kept = any(groups.get(name, {name}) & members for name in r["value"].split())
            elif r["requires"] == "coalition_size":
                kept = len(members) >= int(r["value"])
            else:
                kept = True  # events bar the variables
            if not kept:
                yield f"conditions: {r}"

    def _ceilings(self, plan: Plan, over: Over) -> Iterator[str]:
        for name, r in self.nation_rows.items():
            if cell(r, "troop_ceiling") is not None:
                for t in range(1, self.T + 1):
                    there = sum(self.people[k[1]] * units for k, units in plan.items() if (k[0], k[3]) == (name, t))
                    if over(there, exact(r["troop_ceiling"])):
                        yield f"troop_ceiling: {name} in {t}"

    def _budgets(self, plan: Plan, over: Over) -> Iterator[str]:
        for r in cell(self.obj, "budgets", []):
            first, last = cell(r, "first_period", 1), cell(r, "last_period", self.T)
            paid = sum((self.pays(r["payer"], k) * v for k, v in plan.items() if first <= k[3] <= last), Fraction(0))
            if over(paid, exact(r["amount"])):
                yield f"budget: {r}"
        if self.max_burden is not None:
            for name, r in self.nation_rows.items():
                if cell(r, "gdp") is not None:
                    paid = sum((self.pays(name, k) * v for k, v in plan.items()), Fraction(0))
                    if over(paid, self.max_burden * exact(r["gdp"]) * self.years):
                        yield f"max_burden: {name}"

    def _framework(self, plan: Plan, over: Over) -> Iterator[str]:
        for task, r in self.tasks.items():
            share = exact(cell(r, "framework_share", 0))
            strength: dict[int, dict[str, int]] = {}
            for (n, u, j, t), units in plan.items():
                if j == task:
                    here = strength.setdefault(t, {})
                    here[n] = here.get(n, 0) + units * self.people[u]
            if share > 0 and strength:
                leaders = [n for n, q in self.nation_rows.items() if cell(q, "can_lead", False) is True]
                if not any(
                    all(not over(share * sum(here.values()), here.get(n, 0)) for here in strength.values())
                    for n in leaders
                ):
                    yield f"framework_nation: {task}"

    def pays(self, payer: str, key: Key) -> Fraction:
        u = key[1]
        if payer == "*":
            return self.price[u]
        if payer == "common":
            return self.fund[u]
        return self.price[u] - self.fund[u] if payer == key[0] else Fraction(0)

    def supplied(self, plan: Plan, row: dict[str, Any], t: int) -> Fraction:
        total = Fraction(0)
        for (_, u, j, s), units in plan.items():
            if s == t and row["at"] in (None, j) and (u, row["capability"]) in self.yields:
                total += self.yields[u, row["capability"]] * units
        return total

    def values(self, plan: Plan) -> dict[str, Fraction]:
        counted = [row for row in self.rows if row["quantity"] > 0]
        gap = Fraction(0)
        for row in counted:
            shares = [max(Fraction(0), 1 - self.supplied(plan, row, t) / row["quantity"]) for t in row["periods"]]
            gap += row["weight"] * sum(shares) / len(shares)
        risk = cost = Fraction(0)
        own: dict[str, Fraction] = {}
        for key, units in plan.items():
            n, u, j, _ = key
            risk += (1 - self.will[n, self.about(j)]) * self.people[u] * self.months * units / 1000
            cost += self.price[u] * units
            own[n] = own.get(n, Fraction(0)) + self.pays(n, key) * units
        rates = [own.get(n, Fraction(0)) / self.years / exact(r["gdp"]) * 1000 for n, r in self.nation_rows.items() if cell(r, "gdp") is not None]  # noqa: E501  # fmt: skip
        return {
            "gap": gap / sum(row["weight"] for row in counted),
            "risk": risk,
            "cost": cost,
            "burden": max(rates, default=Fraction(0)),
        }

    def pool_plans(self, force: tuple[str, str], limit: int) -> list[Plan]:
        """What one pool can do: rotation and the minimum speak of one pool alone, so they prune here."""
        keys = [(*force, j, t) for t in range(1, self.T + 1) for j in self.tasks if not self.bars((*force, j, t))]
        pool = self.pool[force]["units"]
        least = cell(self.pool[force], "min_units", 1) if "minimum_contribution" in self.families else 1
        choices = [0, *range(max(1, least), pool + 1)]
        found: list[Plan] = [{}]
        for key in keys:
            wider = []
            for plan in found:
                for units in choices:
                    used: dict[int, int] = {key[3]: units}
                    for k, v in plan.items():
                        used[k[3]] = used.get(k[3], 0) + v
                    if self.rotation(force, used):
                        wider.append({**plan, key: units} if units else plan)
            found = wider
            if len(found) > limit:
                raise TooMany
        return found


def solve(obj: dict[str, Any], model: dict[str, Any], limit: int = 200_000) -> dict[str, Any]:
    """The lexicographic optimum over every plan; raises TooMany above `limit` plans."""
    judge = Judge(obj, model)
    pools = []
    count = 1
    for force in judge.pool:
        plans = judge.pool_plans(force, limit)
        count *= len(plans)
        pools.append(plans)
        if count > limit:
            raise TooMany
    kept = []
    for parts in product(*pools):
        plan = {k: v for part in parts for k, v in part.items()}
        if not judge.faults(plan):
            kept.append((judge.values(plan), plan))
    if not kept:
        return {
            "status": "infeasible",
            "values": {},
            "stages": {},
            "deployments": [],
            "plans": count,
            "kept": 0,
        }
    stages = {}
    best = kept
    for objective in judge.order:
        optimum = min(values[objective] for values, _ in best)
        stages[objective] = optimum
        hold = (1 + judge.tolerance) * optimum + Fraction(1, 10**6) * max(Fraction(1), abs(optimum))
        best = [(values, plan) for values, plan in best if values[objective] <= hold]
    values, plan = min(best, key=lambda pair: pair[0][judge.order[-1]])
    return {
        "status": "optimal",
        "values": values,
        "stages": stages,
        "deployments": [
            {"nation": n, "unit_type": u, "task": j, "period": t, "units": v}
            for (n, u, j, t), v in sorted(plan.items())
        ],
        "plans": count,
        "kept": len(kept),
    }


def plan_of(deployments: list[dict[str, Any]]) -> Plan:
    """The table `deployments` as a plan."""
    return {(r["nation"], r["unit_type"], r["task"], int(r["period"])): int(r["units"]) for r in deployments}
