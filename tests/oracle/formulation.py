"""An independent solver of spec 3, written from its text alone: plain dicts in, scipy's HiGHS inside.

Clear rather than fast, and with no import from `allocator`: its agreement must mean something.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

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

Expr = dict[int, float]


class Failed(Exception):
    """scipy's HiGHS gave neither an optimum nor a proof of infeasibility."""


class Program:
    """A mixed-integer program that grows row by row."""

    def __init__(self) -> None:
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.whole: list[int] = []
        self.rows: list[tuple[Expr, float, float]] = []

    def var(self, lower: float, upper: float, whole: bool) -> int:
        self.lower.append(lower)
        self.upper.append(upper)
        self.whole.append(int(whole))
        return len(self.lower) - 1

    def at_most(self, expr: Expr, bound: float) -> None:
        self.rows.append((dict(expr), -math.inf, bound))

    def at_least(self, expr: Expr, bound: float) -> None:
        self.rows.append((dict(expr), bound, math.inf))

    def minimise(self, expr: Expr) -> np.ndarray | None:
        """The minimiser; None where there is no feasible point."""
        c = np.zeros(len(self.lower))
        for i, a in expr.items():
            c[i] += a
        # scipy does not open HiGHS's absolute gap (1e-6): scale the objective so that it means nothing.
        largest = np.abs(c).max(initial=0.0)
        if largest > 0:
            c *= max(1.0, 1e4 / largest)
        data: list[float] = []
        at: list[int] = []
        ptr, lo, up = [0], [], []
        for row, low, high in self.rows:
            at += row.keys()
            data += row.values()
            ptr.append(len(at))
            lo.append(low)
            up.append(high)
        constraints = []
        if self.rows:
            matrix = csr_matrix((data, at, ptr), shape=(len(self.rows), len(c)))
            constraints = [LinearConstraint(matrix, lo, up)]
        for presolve in (True, False):
            found = milp(
                c, integrality=self.whole, bounds=Bounds(self.lower, self.upper), constraints=constraints,
                options={"mip_rel_gap": 0.0, "presolve": presolve},
            )  # fmt: skip
            if found.status == 0:
                return found.x
            if found.status == 2:
                return None
        raise Failed(found.message)


def add(*parts: tuple[float, Expr]) -> Expr:
    total: Expr = defaultdict(float)
    for factor, expr in parts:
        for i, a in expr.items():
            total[i] += factor * a
    return dict(total)


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

        # Given rows: task, capability, quantity, max_gap, weight, periods. Implied ones have no quantity.
        self.given = []
        for r in table("requirements"):
            j = r["task"]
            first = get(r, "first_period", self.active[j][0])
            last = get(r, "last_period", self.active[j][-1])
            weight = get(r, "priority", 1) * self.objective_priority[self.objective_of[j]]
            span = range(first, last + 1)
            self.given.append((j, r["capability"], r["quantity"], get(r, "max_gap", 1), weight, span))
        consumed = {c for (_, c), a in self.amount.items() if a < 0}
        self.implied_task: set[tuple[str, str, int]] = set()
        self.implied_theatre: set[tuple[str, int]] = set()
        for c in consumed:
            for j in self.tasks:
                for t in self.active[j]:
                    if self.scope[c] == "task":
                        if not any(g[0] == j and g[1] == c and t in g[5] for g in self.given):
                            self.implied_task.add((j, c, t))
                    elif not any(g[1] == c and t in g[5] for g in self.given):
                        self.implied_theatre.add((c, t))
        self.asked: dict[str, set[str]] = {j: set() for j in self.tasks}
        for j, c, *_ in self.given:
            self.asked[j].add(c)
        for j, c, _ in self.implied_task:
            self.asked[j].add(c)
        for c, t in self.implied_theatre:
            for j in self.tasks:
                if t in self.active[j]:
                    self.asked[j].add(c)

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
        return get(self.units[u], "rotation_cost", 0) + self.months * self.units[u]["operating_cost"]

    def common(self, u: str) -> float:
        return get(self.units[u], "common_share", 0)


def solve(obj: dict[str, Any], model: dict[str, Any]) -> dict[str, Any]:
    f = Facts(obj, model)
    p = Program()
    deploy = {
        (n, u, j, t): p.var(0, f.forces[n, u]["units"], True)
        for (n, u) in f.forces
        for j in f.tasks
        for t in f.periods
        if f.allowed(n, u, j, t)
    }

    # participation: joins and member, if and only if
    joins = {(n, o): p.var(0, 1, True) for n in f.nations for o in f.objective_priority}
    member = {n: p.var(0, 1, True) for n in f.nations}
    for (n, o), x in joins.items():
        under = {d: 1.0 for k, d in deploy.items() if k[0] == n and f.objective_of[k[2]] == o}
        for (m, u, j, _), d in deploy.items():
            if m == n and f.objective_of[j] == o:
                p.at_most({d: 1.0, x: -float(f.forces[n, u]["units"])}, 0)
        p.at_most(add((1, {x: 1.0}), (-1, under)), 0)
        p.at_most({x: 1.0, member[n]: -1.0}, 0)
    for n, y in member.items():
        p.at_most(add((1, {y: 1.0}), (-1, {x: 1.0 for (m, _), x in joins.items() if m == n})), 0)

    # requirement
    gap: Expr = defaultdict(float)
    total_weight = sum(g[4] for g in f.given if g[2] > 0)

    def supply(j: str | None, c: str, t: int) -> Expr:
        return {
            d: float(f.amount[u, c])
            for (_, u, k, s), d in deploy.items()
            if s == t and (u, c) in f.amount and (j is None or k == j)
        }

    for j, c, quantity, max_gap, weight, span in f.given:
        for t in span:
            short = p.var(0, max_gap * quantity, False)
            where = None if f.scope[c] == "theatre" else j
            p.at_least(add((1, supply(where, c, t)), (1, {short: 1.0})), quantity)
            if quantity > 0:
                gap[short] += weight / total_weight / len(span) / quantity
    for j, c, t in f.implied_task:
        p.at_least(supply(j, c, t), 0)
    for c, t in f.implied_theatre:
        p.at_least(supply(None, c, t), 0)

    # rotation
    for (n, u), force in f.forces.items():
        rho = f.units[u].get("rotation_ratio") or 1
        if not f.on("rotation"):
            windows = [[t] for t in f.periods]
        elif f.indefinite:
            windows = [[(t - 1 + k) % f.T + 1 for k in range(rho)] for t in f.periods]
        else:
            windows = [[t + k for k in range(rho) if t + k <= f.T] for t in f.periods]
        for window in windows:
            here = [(1.0, {d: 1.0}) for s in window for (m, v, _, t), d in deploy.items() if (m, v, t) == (n, u, s)]
            p.at_most(add(*here), force["units"])

    # minimum_contribution
    if f.on("minimum_contribution"):
        for (n, u, _, _), d in deploy.items():
            least = get(f.forces[n, u], "min_units", 1)
            if least > 1:
                sends = p.var(0, 1, True)
                p.at_least({d: 1.0, sends: -float(least)}, 0)
                p.at_most({d: 1.0, sends: -float(f.forces[n, u]["units"])}, 0)

    # conditions (events are in `allowed`)
    if f.on("conditions"):
        for r in f.conditions:
            for (n, o), x in joins.items():
                if n != r["nation"] or get(r, "objective", o) != o:
                    continue
                if r["requires"] == "nation":
                    p.at_most(add((1, {x: 1.0}), (-1, {member[r["value"]]: 1.0})), 0)
                elif r["requires"] == "any_of":
                    names = [m for name in r["value"].split() for m in f.groups.get(name, [name])]
                    p.at_most(add((1, {x: 1.0}), *((-1, {member[m]: 1.0}) for m in names)), 0)
                elif r["requires"] == "coalition_size":
                    p.at_most(add((float(r["value"]), {x: 1.0}), *((-1, {y: 1.0}) for y in member.values())), 0)

    # troop_ceiling
    people = {k: float(f.units[k[1]]["personnel"]) for k in deploy}
    if f.on("troop_ceiling"):
        for n, r in f.nations.items():
            if r.get("troop_ceiling") is not None:
                for t in f.periods:
                    sent = {d: people[k] for k, d in deploy.items() if k[0] == n and k[3] == t}
                    p.at_most(sent, r["troop_ceiling"])

    # budget
    own = {n: {d: f.cost(k[1]) * (1 - f.common(k[1])) for k, d in deploy.items() if k[0] == n} for n in f.nations}
    if f.on("budget"):
        for r in f.budgets:
            span = range(get(r, "first_period", 1), get(r, "last_period", f.T) + 1)
            paid: Expr = {}
            for (n, u, _, t), d in deploy.items():
                if t not in span:
                    continue
                if r["payer"] == "*":
                    paid[d] = f.cost(u)
                elif r["payer"] == "common":
                    paid[d] = f.cost(u) * f.common(u)
                elif r["payer"] == n:
                    paid[d] = f.cost(u) * (1 - f.common(u))
            p.at_most(paid, r["amount"])
        if f.model["max_burden"] is not None:
            for n, r in f.nations.items():
                if r.get("gdp") is not None:
                    p.at_most(own[n], f.model["max_burden"] * r["gdp"] * f.years)

    # framework_nation
    if f.on("framework_nation"):
        for j, r in f.tasks.items():
            share = get(r, "framework_share", 0)
            if share <= 0:
                continue
            leads = {n: p.var(0, 1, True) for n, q in f.nations.items() if q.get("can_lead")}
            p.at_most(dict.fromkeys(leads.values(), 1.0), 1)
            for t in f.active[j]:
                there = {k: d for k, d in deploy.items() if k[2] == j and k[3] == t}
                for k, d in there.items():
                    p.at_most(add((1, {d: 1.0}), (-f.forces[k[:2]]["units"], dict.fromkeys(leads.values(), 1.0))), 0)
                big = sum(people[k] * f.forces[k[:2]]["units"] for k in there)
                for n, x in leads.items():
                    mine = {d: people[k] for k, d in there.items() if k[0] == n}
                    everyone = {d: people[k] for k, d in there.items()}
                    p.at_least(add((1, mine), (-share, everyone), (-big, {x: 1.0})), -big)

    # objectives
    risk = {d: (1 - f.willingness[k[0], f.objective_of[k[2]]]) * people[k] * f.months / 1000 for k, d in deploy.items()}
    cost = {d: f.cost(k[1]) for k, d in deploy.items()}
    heaviest = p.var(0, math.inf, False)
    for n, r in f.nations.items():
        if r.get("gdp") is not None:
            p.at_most(add((1000 / f.years / r["gdp"], own[n]), (-1, {heaviest: 1.0})), 0)
    expressions = {"gap": dict(gap), "risk": risk, "cost": cost, "burden": {heaviest: 1.0}}

    stages: dict[str, float] = {}
    plan: dict[tuple[str, str, str, int], int] = {}
    for objective in f.model["objectives"]:
        point = p.minimise(expressions[objective])
        if point is None:
            if stages:
                raise Failed(f"infeasible at {objective}, after an earlier stage was solved")
            return {"status": "infeasible", "values": {}, "stages": {}, "deployments": []}
        plan = {k: round(point[d]) for k, d in deploy.items() if round(point[d]) > 0}
        best = evaluate(f, plan)[objective]
        stages[objective] = best
        hold = (1 + f.model["tolerance"]) * best + 1e-6 * max(1.0, abs(best))
        # The feasibility tolerance is 1e-6 a row: scale so that it is a thousandth of the slack.
        scale = 1e3 / max(1.0, abs(best))
        p.at_most(add((scale, expressions[objective])), scale * hold)
    return {
        "status": "optimal",
        "values": evaluate(f, plan),
        "stages": stages,
        "deployments": [
            {"nation": n, "unit_type": u, "task": j, "period": t, "units": units}
            for (n, u, j, t), units in sorted(plan.items())
        ],
    }


def evaluate(f: Facts, plan: dict[tuple[str, str, str, int], int]) -> dict[str, float]:
    """All four objectives of a plan, as spec 3 defines them."""
    weights = gap = 0.0
    for j, c, quantity, _, weight, span in f.given:
        if quantity <= 0:
            continue
        shares = []
        for t in span:
            supplied = sum(
                f.amount.get((u, c), 0) * units
                for (_, u, k, s), units in plan.items()
                if s == t and (f.scope[c] == "theatre" or k == j)
            )
            shares.append(max(0.0, quantity - supplied) / quantity)
        weights += weight
        gap += weight * sum(shares) / len(shares)
    burden = 0.0
    for n, r in f.nations.items():
        if r.get("gdp") is not None:
            own = sum(f.cost(k[1]) * (1 - f.common(k[1])) * units for k, units in plan.items() if k[0] == n)
            burden = max(burden, own / f.years / r["gdp"] * 1000)
    return {
        "gap": gap / weights,
        "risk": sum(
            (1 - f.willingness[n, f.objective_of[j]]) * f.units[u]["personnel"] * f.months * units / 1000
            for (n, u, j, _), units in plan.items()
        ),
        "cost": sum(f.cost(k[1]) * units for k, units in plan.items()),
        "burden": burden,
    }
