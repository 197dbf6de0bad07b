"""Judges a plan of any size: each family and each objective in the words of the specification, in exact arithmetic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from tests.oracle.known import Force, Known, Plan, cell, exact

Over = Callable[[Fraction | int, Fraction | int], bool]
"""Whether a value passes a bound by more than the tolerance."""


OBJECTIVES = ("gap", "risk", "cost", "burden", "worst_period", "turnover", "imbalance")


def passes(value: Fraction | int, bound: Fraction | int) -> bool:
    return value > bound


class Judge(Known):
    """One instance under one model, judging plans."""

    def faults(self, plan: Plan, tolerance: Fraction = Fraction(0)) -> list[str]:
        """Every family that the plan breaks, a bound by more than `tolerance` * max(1, |bound|)."""

        def over(value: Fraction | int, bound: Fraction | int) -> bool:
            return value > bound + tolerance * max(Fraction(1), abs(Fraction(bound)))

        return [*self._not_there(plan)] or [*self.broken(plan, over)]

    def broken(self, plan: Plan, over: Over = passes) -> Iterator[str]:
        """Every family that a plan breaks in which each decision is there to be made."""
        yield from self.exceeded(plan, over)
        yield from self._requirement(plan, over)
        yield from self._usable(plan)
        checks: dict[str, Callable[[Plan, Over], Iterator[str]]] = {
            "minimum_contribution": self._minimum,
            "conditions": self._conditions,
            "commitments": self._commitments,
            "framework_nation": self._framework,
            "prerequisites": self._prerequisites,
            "joint_purchase": self._joint,
        }
        for family, check in checks.items():
            if family in self.families:
                yield from check(plan, over)

    def exceeded(self, plan: Plan, over: Over = passes) -> Iterator[str]:
        """Ceilings, which only more can break: a plan that breaks one breaks it whatever is added to it.

        Expansions alone raise the limit of industry: they have to be in the plan.
        """
        checks: dict[str, Callable[[Plan, Over], Iterator[str]]] = {
            "troop_ceiling": self._ceilings,
            "budget": self._budgets,
            "acquisition": self._acquisition,
            "industry": self._industry,
        }
        for family, check in checks.items():
            if family in self.families:
                yield from check(plan, over)

    def _not_there(self, plan: Plan) -> Iterator[str]:
        parts: tuple[Mapping[Any, int], ...] = (plan.deploy, plan.orders, plan.joint, plan.expand)
        for part in parts:
            for key, units in part.items():
                if units != int(units) or units <= 0:
                    yield f"not a whole number above 0: {key}"
        for key in plan.deploy:
            if why := self.bars(key):
                yield f"{why}: {key}"
        for n, u, k in plan.orders:
            if k not in self.order_periods((n, u)):
                yield f"no such order: {n, u, k}"
        for key, units in plan.joint.items():
            if not self.can_join(key[1]) or units > plan.orders.get(key, 0):
                yield f"no such joint purchase: {key}"
        for u, k in plan.expand:
            if k not in self.expand_periods(u):
                yield f"no such expansion: {u, k}"

    def _requirement(self, plan: Plan, over: Over) -> Iterator[str]:
        for row in self.rows:
            for t in row["periods"]:
                short = row["quantity"] - self.supplied(plan, row, t)
                if over(short, row["max_gap"] * row["quantity"]):
                    yield f"requirement: {row['capability']} at {row['at']} in {t}"

    def _usable(self, plan: Plan) -> Iterator[str]:
        used: dict[Force, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for (n, u, _, t), units in plan.deploy.items():
            used[n, u][t] += units
        for force, here in used.items():
            if not self.sustained(force, here, plan.orders):
                yield f"rotation: {force}"

    def _minimum(self, plan: Plan, over: Over) -> Iterator[str]:
        for key, units in plan.deploy.items():
            if units < cell(self.pool[key[:2]], "min_units", 1):
                yield f"minimum_contribution: {key}"

    def _conditions(self, plan: Plan, over: Over) -> Iterator[str]:
        groups: dict[str, set[str]] = defaultdict(set)
        for r in self.table("groups"):
            groups[r["group"]].add(r["nation"])
        for t in self.periods:
            members = {n for n, _, _, s in plan.deploy if s == t}
            for r in self.table("conditions"):
                joined = {self.about(j) for n, _, j, s in plan.deploy if (n, s) == (r["nation"], t)}
                if not (joined if cell(r, "objective") is None else joined & {r["objective"]}):
                    continue
                if r["requires"] == "nation":
                    kept = r["value"] in members
                elif r["requires"] == "any_of":
                    kept = any(groups.get(name, {name}) & members for name in r["value"].split())
                elif r["requires"] == "coalition_size":
                    kept = len(members - self.collective) >= int(r["value"])
                else:
                    kept = True  # events bar the variables
                if not kept:
                    yield f"conditions in {t}: {r}"

    def promised(self, plan: Plan, r: dict[str, Any]) -> bool:
        """Whether the plan keeps a row of `commitments`."""
        for t in self.span(r, cell(r, "task")):
            units = sum(
                v
                for (n, u, j, s), v in plan.deploy.items()
                if (n, u, s) == (r["nation"], r["unit_type"], t) and cell(r, "task") in (None, j)
            )
            if not cell(r, "at_least", 0) <= units <= cell(r, "at_most", units):
                return False
        return True

    def _commitments(self, plan: Plan, over: Over) -> Iterator[str]:
        for r in self.table("commitments"):
            if not self.promised(plan, r):
                yield f"commitments: {r}"

    def _ceilings(self, plan: Plan, over: Over) -> Iterator[str]:
        there: dict[tuple[str, int], int] = defaultdict(int)
        for (n, u, _, t), units in plan.deploy.items():
            there[n, t] += self.people[u] * units
        for (n, t), people in there.items():
            ceiling = cell(self.nation_rows[n], "troop_ceiling")
            if ceiling is not None and over(people, exact(ceiling)):
                yield f"troop_ceiling: {n} in {t}"

    def _budgets(self, plan: Plan, over: Over) -> Iterator[str]:
        payments = list(self.payments(plan))
        for r in self.table("budgets"):
            paid = Fraction(0)
            for due in payments:
                if due.period in self.span(r, None):
                    paid += due.own if r["payer"] in ("*", due.nation) else 0
                    paid += due.fund if r["payer"] in ("*", "common") else 0
            if over(paid, exact(r["amount"])):
                yield f"budget: {r}"
        if self.max_burden is not None:
            for n, borne in self.borne(plan).items():
                if over(borne, self.max_burden * self.gdp[n] * self.years):
                    yield f"max_burden: {n}"

    def _framework(self, plan: Plan, over: Over) -> Iterator[str]:
        for task, r in self.tasks.items():
            if exact(cell(r, "framework_share", 0)) > 0 and any(key[2] == task for key in plan.deploy):
                named = cell(r, "framework_nation")
                leaders = [n for n, q in self.nation_rows.items() if cell(q, "can_lead", False) is True]
                if not any(self.leads(plan, task, n, over) for n in leaders if named in (None, n)):
                    yield f"framework_nation: {task}"

    def leads(self, plan: Plan, task: str, nation: str, over: Over = passes) -> bool:
        """Whether the nation gives the share of the people in every period in which anyone is there."""
        there: dict[int, int] = defaultdict(int)
        mine: dict[int, int] = defaultdict(int)
        for (n, u, j, t), units in plan.deploy.items():
            if j == task:
                there[t] += self.people[u] * units
                mine[t] += self.people[u] * units * (n == nation)
        share = exact(cell(self.tasks[task], "framework_share", 0))
        return all(not over(share * people, mine[t]) for t, people in there.items())

    def _prerequisites(self, plan: Plan, over: Over) -> Iterator[str]:
        for r in self.table("prerequisites"):
            for row in self.rows:
                if row["weight"] > 0 and (row["tasks"], row["capability"]) == ({r["needs_task"]}, r["capability"]):
                    for t in row["periods"]:
                        anyone = any((j, s) == (r["task"], t) for _, _, j, s in plan.deploy)
                        least = exact(cell(r, "share", 1)) * row["quantity"]
                        if anyone and over(least, self.supplied(plan, row, t)):
                            yield f"prerequisites in {t}: {r}"

    def _acquisition(self, plan: Plan, over: Over) -> Iterator[str]:
        for force, r in self.programmes.items():
            orders = [v for k, v in plan.orders.items() if k[:2] == force]
            if sum(orders) > r["max_units"]:
                yield f"acquisition: {force} above max_units"
            if any(v < cell(r, "min_order", 1) for v in orders):
                yield f"acquisition: {force} below min_order"

    def delivered(self, plan: Plan, u: str, t: int) -> int:
        """Units of a type whose orders become ready in a period."""
        return sum(v for (n, v_type, k), v in plan.orders.items() if v_type == u and k + self.lead[n, u] == t)

    def capacity(self, plan: Plan, u: str, t: int) -> int:
        """What industry can deliver in a period, with the expansions that are ready."""
        r = self.industry[u]
        lead = cell(r, "expansion_lead_periods", 1)
        ready = sum(v for (u_type, k), v in plan.expand.items() if u_type == u and k + lead <= t)
        return int(r["capacity"]) + int(cell(r, "expansion", 1)) * ready

    def _industry(self, plan: Plan, over: Over) -> Iterator[str]:
        for u, r in self.industry.items():
            for t in self.periods:
                if self.delivered(plan, u, t) > self.capacity(plan, u, t):
                    yield f"industry: {u} in {t}"
            if sum(v for (u_type, _), v in plan.expand.items() if u_type == u) > cell(r, "max_expansions", 0):
                yield f"industry: {u} expanded too often"

    def _joint(self, plan: Plan, over: Over) -> Iterator[str]:
        for u, r in self.joint_terms.items():
            for k in self.periods:
                together = {n for n, u_type, s in plan.joint if (u_type, s) == (u, k)}
                if together and len(together - self.collective) < cell(r, "min_nations", 3):
                    yield f"joint_purchase: {u} in {k}"

    def own(self, plan: Plan) -> dict[str, Fraction]:
        """What each nation pays itself."""
        own = dict.fromkeys(self.nation_rows, Fraction(0))
        for due in self.payments(plan):
            if due.nation is not None:
                own[due.nation] += due.own
        return own

    def parts(self, plan: Plan) -> dict[str, Fraction]:
        """Each nation's part of what the fund pays."""
        fund = sum((due.fund for due in self.payments(plan)), Fraction(0))
        return {n: self.part.get(n, Fraction(0)) * fund for n in self.nation_rows}

    def borne(self, plan: Plan) -> dict[str, Fraction]:
        """What counts as the burden of each nation with a GDP."""
        own, parts = self.own(plan), self.parts(plan)
        return {n: own[n] + parts[n] for n in self.gdp}

    def term(self, row: dict[str, Any], short: Fraction) -> Fraction:
        """The share of a row that counts as unmet in a period."""
        q, core, extra = row["quantity"], row["core"], row["extra"]
        term: Fraction = (short + extra * max(Fraction(0), short - (1 - core) * q)) / (q * (1 + extra * core))
        return term

    def values(self, plan: Plan) -> dict[str, Fraction]:
        """Every objective, listed or not."""
        return {name: self.value(plan, name) for name in OBJECTIVES}

    def value(self, plan: Plan, objective: str) -> Fraction:
        """One objective of a plan."""
        value: Fraction = getattr(self, objective)(plan)
        return value

    def terms(self, plan: Plan) -> Iterator[tuple[dict[str, Any], int, Fraction]]:
        """Each row that counts, its periods, and the share of it that counts as unmet then."""
        for row in self.rows:
            if row["quantity"] > 0:
                for t in row["periods"]:
                    yield row, t, self.term(row, max(Fraction(0), row["quantity"] - self.supplied(plan, row, t)))

    def gap(self, plan: Plan) -> Fraction:
        unmet = sum((row["weight"] * term / len(row["periods"]) for row, _, term in self.terms(plan)), Fraction(0))
        weight: Fraction = sum(row["weight"] for row in self.rows if row["quantity"] > 0)
        return unmet / weight

    def worst_period(self, plan: Plan) -> Fraction:
        unmet: dict[int, Fraction] = defaultdict(Fraction)
        weights: dict[int, Fraction] = defaultdict(Fraction)
        for row, t, term in self.terms(plan):
            unmet[t] += row["weight"] * term
            weights[t] += row["weight"]
        return max(unmet[t] / weights[t] for t in unmet)

    def risk(self, plan: Plan) -> Fraction:
        asked = Fraction(0)
        for (n, u, j, t), units in plan.deploy.items():
            asked += (1 - self.will[n, self.about(j), t]) * self.people[u] * units
        return asked * self.months / 1000

    def cost(self, plan: Plan) -> Fraction:
        return sum((due.own + due.fund for due in self.payments(plan)), Fraction(0))

    def burden(self, plan: Plan) -> Fraction:
        borne = self.borne(plan)
        return max((1000 * borne[n] / self.years / gdp for n, gdp in self.gdp.items()), default=Fraction(0))

    def imbalance(self, plan: Plan) -> Fraction:
        own, gdp = self.own(plan), sum(self.gdp.values())
        shared = sum((own[n] for n in self.gdp), Fraction(0))
        return sum((abs(own[n] - self.gdp[n] / gdp * shared) for n in self.gdp), Fraction(0)) / 2

    def turnover(self, plan: Plan) -> Fraction:
        anew = 0
        for (n, u, j, t), units in plan.deploy.items():
            if t > 1 or self.wraps:
                before = plan.deploy.get((n, u, j, t - 1 if t > 1 else self.T), 0)
                anew += self.people[u] * max(0, units - before)
        return Fraction(anew, 1000)
