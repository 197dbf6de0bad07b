"""An independent solver of spec 3, written from its text alone: plain dicts in, scipy's HiGHS inside.

Clear rather than fast, and with no import from `allocator`: its agreement must mean something.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

from tests.oracle.facts import Facts, get
from tests.oracle.program import Expr, Failed, Program, add


class Formulation:
    """The program of an instance under a model, one method a family."""

    def __init__(self, facts: Facts) -> None:
        f = self.facts = facts
        p = self.program = Program()
        self.deploy = {
            (n, u, j, t): p.var(0, f.forces[n, u]["units"], True)
            for (n, u) in f.forces
            for j in f.tasks
            for t in f.periods
            if f.allowed(n, u, j, t)
        }
        self.joins = {(n, o): p.var(0, 1, True) for n in f.nations for o in f.objective_priority}
        self.member = {n: p.var(0, 1, True) for n in f.nations}
        self.people = {k: float(f.units[k[1]]["personnel"]) for k in self.deploy}
        self.own = {
            n: {d: f.cost(k[1]) * (1 - f.common(k[1])) for k, d in self.deploy.items() if k[0] == n} for n in f.nations
        }
        self.participation()
        self.gap = self.requirement()
        self.rotation()
        for family in ("minimum_contribution", "conditions", "troop_ceiling", "budget", "framework_nation"):
            if f.on(family):
                getattr(self, family)()

    def participation(self) -> None:
        """``joins`` and ``member``, if and only if something is deployed."""
        f, p, deploy, joins, member = self.facts, self.program, self.deploy, self.joins, self.member
        for (n, o), x in joins.items():
            under = {d: 1.0 for k, d in deploy.items() if k[0] == n and f.objective_of[k[2]] == o}
            for (m, u, j, _), d in deploy.items():
                if m == n and f.objective_of[j] == o:
                    p.at_most({d: 1.0, x: -float(f.forces[n, u]["units"])}, 0)
            p.at_most(add((1, {x: 1.0}), (-1, under)), 0)
            p.at_most({x: 1.0, member[n]: -1.0}, 0)
        for n, y in member.items():
            p.at_most(add((1, {y: 1.0}), (-1, {x: 1.0 for (m, _), x in joins.items() if m == n})), 0)

    def requirement(self) -> Expr:
        """The objective ``gap``, from the shortfalls that the rows define."""
        f, p = self.facts, self.program
        gap: Expr = defaultdict(float)
        total_weight = sum(g[4] for g in f.given if g[2] > 0)
        for j, c, quantity, max_gap, weight, span in f.given:
            for t in span:
                short = p.var(0, max_gap * quantity, False)
                where = None if f.scope[c] == "theatre" else j
                p.at_least(add((1, self.supply(where, c, t)), (1, {short: 1.0})), quantity)
                if quantity > 0:
                    gap[short] += weight / total_weight / len(span) / quantity
        for j, c, t in f.implied_task:
            p.at_least(self.supply(j, c, t), 0)
        for c, t in f.implied_theatre:
            p.at_least(self.supply(None, c, t), 0)
        return dict(gap)

    def supply(self, j: str | None, c: str, t: int) -> Expr:
        f = self.facts
        return {
            d: float(f.amount[u, c])
            for (_, u, k, s), d in self.deploy.items()
            if s == t and (u, c) in f.amount and (j is None or k == j)
        }

    def rotation(self) -> None:
        f, p, deploy = self.facts, self.program, self.deploy
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

    def minimum_contribution(self) -> None:
        f, p, deploy = self.facts, self.program, self.deploy
        for (n, u, _, _), d in deploy.items():
            least = get(f.forces[n, u], "min_units", 1)
            if least > 1:
                sends = p.var(0, 1, True)
                p.at_least({d: 1.0, sends: -float(least)}, 0)
                p.at_most({d: 1.0, sends: -float(f.forces[n, u]["units"])}, 0)

    def conditions(self) -> None:
        """Events are in :meth:`Facts.allowed`."""
        f, p, joins, member = self.facts, self.program, self.joins, self.member
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

    def troop_ceiling(self) -> None:
        f, p, deploy, people = self.facts, self.program, self.deploy, self.people
        for n, r in f.nations.items():
            if r.get("troop_ceiling") is not None:
                for t in f.periods:
                    here = {d: people[k] for k, d in deploy.items() if k[0] == n and k[3] == t}
                    p.at_most(here, r["troop_ceiling"])

    def budget(self) -> None:
        f, p, deploy, own = self.facts, self.program, self.deploy, self.own
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

    def framework_nation(self) -> None:
        f, p, deploy, people = self.facts, self.program, self.deploy, self.people
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

    def objectives(self) -> dict[str, Expr]:
        f, people, deploy = self.facts, self.people, self.deploy
        risk = {
            d: (1 - f.willingness[k[0], f.objective_of[k[2]]]) * people[k] * f.months / 1000 for k, d in deploy.items()
        }
        cost = {d: f.cost(k[1]) for k, d in deploy.items()}
        heaviest = self.program.var(0, math.inf, False)
        for n, r in f.nations.items():
            if r.get("gdp") is not None:
                per_mille = 1000 / f.years / r["gdp"]
                self.program.at_most(add((per_mille, self.own[n]), (-1, {heaviest: 1.0})), 0)
        return {"gap": self.gap, "risk": risk, "cost": cost, "burden": {heaviest: 1.0}}


def solve(obj: dict[str, Any], model: dict[str, Any]) -> dict[str, Any]:
    f = Facts(obj, model)
    formulation = Formulation(f)
    p, deploy = formulation.program, formulation.deploy
    expressions = formulation.objectives()
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
