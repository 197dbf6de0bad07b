"""An independent solver of spec 3, written from its text alone: plain dicts in, scipy's HiGHS inside.

Clear rather than fast, and with no import from `allocator`: its agreement must mean something.
"""

from __future__ import annotations

import math
from typing import Any

from tests.oracle.building import Building
from tests.oracle.facts import Facts, get
from tests.oracle.float_values import Decision, evaluate
from tests.oracle.program import Expr, Failed, Program, add


class Formulation:
    """The program of an instance under a model, one method a family."""

    def __init__(self, facts: Facts) -> None:
        f = self.facts = facts
        p = self.program = Program()
        self.deploy = {
            (n, u, j, t): p.var(0, f.most[n, u], True)
            for (n, u) in f.forces
            for j in f.tasks
            for t in f.periods
            if f.allowed(n, u, j, t)
        }
        self.joins = {(n, o, t): p.var(0, 1, True) for n in f.nations for o in f.objective_priority for t in f.periods}
        self.member = {(n, t): p.var(0, 1, True) for n in f.nations for t in f.periods}
        self.people = {k: float(f.units[k[1]]["personnel"]) for k in self.deploy}
        self.building = Building(f, p, self.deploy)
        self.participation()
        self.terms = self.requirement()
        self.usable()
        for family in (
            "minimum_contribution", "conditions", "commitments", "troop_ceiling", "budget", "framework_nation",
            "prerequisites",
        ):  # fmt: skip
            if f.on(family):
                getattr(self, family)()

    def decision(self, point: Any) -> Decision:
        """The whole numbers of a point."""
        b = self.building
        return Decision(*(above_0(part, point) for part in (self.deploy, b.orders, b.joint, b.expand)))

    def units(self, **keys: Any) -> Expr:
        """What is deployed of these: `n`, `u`, `j` and `t`, each any where it is left out."""
        wanted = [keys.get(name) for name in "nujt"]
        return {
            d: 1.0
            for key, d in self.deploy.items()
            if all(want in (None, have) for want, have in zip(wanted, key, strict=True))
        }

    def participation(self) -> None:
        """``joins`` and ``member``, if and only if something is deployed."""
        f, p, joins, member = self.facts, self.program, self.joins, self.member
        for (n, o, t), x in joins.items():
            under: Expr = {}
            for (m, u, j, s), d in self.deploy.items():
                if (m, f.objective_of[j], s) == (n, o, t):
                    under[d] = 1.0
                    p.at_most({d: 1.0, x: -float(f.most[n, u])}, 0)
            p.at_most(add((1, {x: 1.0}), (-1, under)), 0)
            p.at_most({x: 1.0, member[n, t]: -1.0}, 0)
        for (n, t), y in member.items():
            p.at_most(add((1, {y: 1.0}), (-1, {x: 1.0 for (m, _, s), x in joins.items() if (m, s) == (n, t)})), 0)

    def requirement(self) -> list[tuple[float, int, int, Expr]]:
        """Weight, period, number of periods and unmet share of each row and period that counts."""
        f, p = self.facts, self.program
        terms: list[tuple[float, int, int, Expr]] = []
        for j, c, quantity, max_gap, weight, span, core, extra in f.given:
            for t in span:
                short = p.var(0, max_gap * quantity, False)
                where = None if f.scope[c] == "theatre" else j
                p.at_least(add((1, self.supply(where, c, t)), (1, {short: 1.0})), quantity)
                if quantity > 0:
                    in_core = p.var(0, math.inf, False)
                    p.at_least({in_core: 1.0, short: -1.0}, -(1 - core) * quantity)
                    whole = quantity * (1 + extra * core)
                    terms.append((weight, t, len(span), {short: 1 / whole, in_core: extra / whole}))
        for j, c, t in f.implied_task:
            p.at_least(self.supply(j, c, t), 0)
        for c, t in f.implied_theatre:
            p.at_least(self.supply(None, c, t), 0)
        return terms

    def supply(self, j: str | None, c: str, t: int) -> Expr:
        f = self.facts
        return {
            d: float(f.amount[u, c])
            for (_, u, k, s), d in self.deploy.items()
            if s == t and (u, c) in f.amount and (j is None or k == j)
        }

    def usable(self) -> None:
        f, p = self.facts, self.program
        for (n, u), force in f.forces.items():
            rho = get(f.units[u], "rotation_ratio", 1) if f.on("rotation") else 1
            if f.units[u].get("expendable"):
                rho = f.T
            for a in f.periods:
                if f.indefinite:
                    window = [self.units(n=n, u=u, t=(a - 1 + i) % f.T + 1) for i in range(rho)]
                    p.at_most(add(*((1, here) for here in window)), f.standing((n, u), 1, 1))
                    continue
                for b in range(a, min(f.T, a + rho - 1) + 1):
                    window = [self.units(n=n, u=u, t=t) for t in range(a, b + 1)]
                    bought = self.building.ready((n, u), 1, b)
                    used = add(*((1, here) for here in window), (-get(force, "availability", 1), bought))
                    p.at_most(used, f.standing((n, u), a, b))

    def minimum_contribution(self) -> None:
        f, p, deploy = self.facts, self.program, self.deploy
        for (n, u, _, _), d in deploy.items():
            least = get(f.forces[n, u], "min_units", 1)
            if least > 1:
                sends = p.var(0, 1, True)
                p.at_least({d: 1.0, sends: -float(least)}, 0)
                p.at_most({d: 1.0, sends: -float(f.most[n, u])}, 0)

    def conditions(self) -> None:
        """Events are in :meth:`Facts.allowed`."""
        f, p, joins, member = self.facts, self.program, self.joins, self.member
        for r in f.conditions:
            for (n, o, t), x in joins.items():
                if n != r["nation"] or get(r, "objective", o) != o:
                    continue
                if r["requires"] == "nation":
                    p.at_most(add((1, {x: 1.0}), (-1, {member[r["value"], t]: 1.0})), 0)
                elif r["requires"] == "any_of":
                    names = {m for name in r["value"].split() for m in f.groups.get(name, [name])}
                    p.at_most(add((1, {x: 1.0}), *((-1, {member[m, t]: 1.0}) for m in names)), 0)
                elif r["requires"] == "coalition_size":
                    counted = [member[m, t] for m in f.nations if not f.collective(m)]
                    p.at_most(add((float(r["value"]), {x: 1.0}), (-1, dict.fromkeys(counted, 1.0))), 0)

    def commitments(self) -> None:
        f, p = self.facts, self.program
        for r in f.commitments:
            for t in f.span(r, r.get("task")):
                units = self.units(n=r["nation"], u=r["unit_type"], j=r.get("task"), t=t)
                p.at_least(units, get(r, "at_least", 0))
                if r.get("at_most") is not None:
                    p.at_most(units, r["at_most"])

    def prerequisites(self) -> None:
        f, p = self.facts, self.program
        for r in f.prerequisites:
            for j, c, quantity, _, _, span, *_ in f.given:
                if (j, c) != (r["needs_task"], r["capability"]):
                    continue
                for t in span:
                    anyone = p.var(0, 1, True)
                    for (n, u, k, s), d in self.deploy.items():
                        if (k, s) == (r["task"], t):
                            p.at_most({d: 1.0, anyone: -float(f.most[n, u])}, 0)
                    supply = self.supply(None if f.scope[c] == "theatre" else j, c, t)
                    p.at_least(add((1, supply), (-get(r, "share", 1) * quantity, {anyone: 1.0})), 0)

    def troop_ceiling(self) -> None:
        f, p, deploy, people = self.facts, self.program, self.deploy, self.people
        for n, r in f.nations.items():
            if r.get("troop_ceiling") is not None:
                for t in f.periods:
                    here = {d: people[k] for k, d in deploy.items() if k[0] == n and k[3] == t}
                    p.at_most(here, r["troop_ceiling"])

    def budget(self) -> None:
        f, p = self.facts, self.program
        for r in f.budgets:
            p.at_most(self.building.paid(r["payer"], f.span(r)), r["amount"])
        if f.model["max_burden"] is not None:
            for n, r in f.nations.items():
                if r.get("gdp") is not None:
                    p.at_most(self.building.borne(n), f.model["max_burden"] * r["gdp"] * f.years)

    def framework_nation(self) -> None:
        f, p, deploy, people = self.facts, self.program, self.deploy, self.people
        for j, r in f.tasks.items():
            share = get(r, "framework_share", 0)
            if share <= 0:
                continue
            fit = [n for n, q in f.nations.items() if q.get("can_lead") and r.get("framework_nation") in (None, n)]
            leads = {n: p.var(0, 1, True) for n in fit}
            p.at_most(dict.fromkeys(leads.values(), 1.0), 1)
            for t in f.active[j]:
                there = {k: d for k, d in deploy.items() if k[2] == j and k[3] == t}
                for k, d in there.items():
                    p.at_most(add((1, {d: 1.0}), (-f.most[k[:2]], dict.fromkeys(leads.values(), 1.0))), 0)
                big = sum(people[k] * f.most[k[:2]] for k in there)
                for n, x in leads.items():
                    mine = {d: people[k] for k, d in there.items() if k[0] == n}
                    everyone = {d: people[k] for k, d in there.items()}
                    p.at_least(add((1, mine), (-share, everyone), (-big, {x: 1.0})), -big)

    def objectives(self) -> dict[str, Expr]:
        f, people, deploy = self.facts, self.people, self.deploy
        risk = {
            d: (1 - f.will(k[0], f.objective_of[k[2]], k[3])) * people[k] * f.months / 1000 for k, d in deploy.items()
        }
        counted = sum(weight for _, _, quantity, _, weight, *_ in f.given if quantity > 0)
        return {
            "gap": add(*((weight / counted / periods, term) for weight, _, periods, term in self.terms)),
            "risk": risk,
            "cost": self.building.paid("*", f.periods),
            "burden": self.burden(),
            "worst_period": self.worst_period(),
            "turnover": self.turnover(),
            "imbalance": self.imbalance(),
        }

    def burden(self) -> Expr:
        f, heaviest = self.facts, self.program.var(0, math.inf, False)
        for n, r in f.nations.items():
            if r.get("gdp") is not None:
                per_mille = 1000 / f.years / r["gdp"]
                self.program.at_most(add((per_mille, self.building.borne(n)), (-1, {heaviest: 1.0})), 0)
        return {heaviest: 1.0}

    def worst_period(self) -> Expr:
        worst = self.program.var(0, math.inf, False)
        for t in self.facts.periods:
            here = [(weight, term) for weight, s, _, term in self.terms if s == t]
            total = sum(weight for weight, _ in here)
            self.program.at_most(add(*((weight / total, term) for weight, term in here), (-1, {worst: 1.0})), 0)
        return {worst: 1.0}

    def turnover(self) -> Expr:
        f, total = self.facts, {}
        for (n, u, j, t), d in self.deploy.items():
            before = t - 1 or (f.T if f.indefinite else None)
            if before is not None:
                anew = self.program.var(0, math.inf, False)
                earlier = {x: 1.0 for k, x in self.deploy.items() if k == (n, u, j, before)}
                self.program.at_least(add((1, {anew: 1.0}), (-1, {d: 1.0}), (1, earlier)), 0)
                total[anew] = self.people[n, u, j, t] / 1000
        return total

    def imbalance(self) -> Expr:
        f, p, total = self.facts, self.program, {}
        gdp = {n: r["gdp"] for n, r in f.nations.items() if r.get("gdp") is not None}
        everyone = add(*((1, self.building.paid(n, f.periods)) for n in gdp))
        for n in gdp:
            apart = p.var(0, math.inf, False)
            off = add((1, self.building.paid(n, f.periods)), (-gdp[n] / sum(gdp.values()), everyone))
            p.at_least(add((1, {apart: 1.0}), (-1, off)), 0)
            p.at_least(add((1, {apart: 1.0}), (1, off)), 0)
            total[apart] = 0.5
        return total


def above_0(variables: dict[Any, int], point: Any) -> dict[Any, int]:
    return {key: round(point[x]) for key, x in variables.items() if round(point[x]) > 0}


def solve(obj: dict[str, Any], model: dict[str, Any]) -> dict[str, Any]:
    f = Facts(obj, model)
    formulation = Formulation(f)
    p = formulation.program
    expressions = formulation.objectives()
    stages: dict[str, float] = {}
    plan = Decision({}, {}, {}, {})
    for objective in f.model["objectives"]:
        point = p.minimise(expressions[objective])
        if point is None:
            if stages:
                raise Failed(f"infeasible at {objective}, after an earlier stage was solved")
            return {"status": "infeasible", "values": {}, "stages": {}, **lists(f, plan)}
        plan = formulation.decision(point)
        best = evaluate(f, plan)[objective]
        stages[objective] = best
        hold = (1 + f.model["tolerance"]) * best + 1e-6 * max(1.0, abs(best))
        # The feasibility tolerance is 1e-6 a row: scale so that it is a thousandth of the slack.
        scale = 1e3 / max(1.0, abs(best))
        p.at_most(add((scale, expressions[objective])), scale * hold)
    return {"status": "optimal", "values": evaluate(f, plan), "stages": stages, **lists(f, plan)}


def lists(f: Facts, plan: Decision) -> dict[str, list[dict[str, Any]]]:
    """The decisions as the tables `deployments`, `orders` and `industry` have them."""
    names = ("nation", "unit_type", "task", "period", "units")
    orders = [(*key, units, plan.joint.get(key, 0)) for key, units in sorted(plan.orders.items())]
    industry = [(u, t, plan.expand.get((u, t), 0)) for u in f.industry for t in f.periods]
    return {
        "deployments": [dict(zip(names, (*key, units), strict=True)) for key, units in sorted(plan.deploy.items())],
        "orders": [dict(zip(("nation", "unit_type", "period", "units", "joint"), row, strict=True)) for row in orders],
        "industry": [dict(zip(("unit_type", "period", "expansions"), row, strict=True)) for row in industry],
    }
