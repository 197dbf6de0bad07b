"""Sets of nations whose yes reaches a target, found on one mixed-integer programme; and what each call brings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil
from typing import Any

import pyomo.core as pyo

from allocator.errors import AllocatorError
from allocator.explaining.aims import More
from allocator.explaining.bench import Aim, Bench, Outcome
from allocator.explaining.changes import Best, Changes, Set, Way, outward
from allocator.explaining.core import SAME, Core
from allocator.explaining.elastic import Elastic
from allocator.explaining.mending import after, mended, setting
from allocator.explaining.need import share_rows, shares
from allocator.explaining.repairs import price_of, words
from allocator.explaining.statements import Statement, lift, statements
from allocator.explaining.words import InWords
from allocator.families.acquisition import ready
from allocator.families.rows import Rows, Term, linear
from allocator.instance import Instance
from allocator.model import Model
from allocator.plan.values import Deployed
from allocator.problem import Problem
from allocator.purchases import bought
from allocator.stopping import DeadlinePassed

UNITS = "forces.units"

STOPS = {
    "willingness": "stance", "caveats": "caveat", "conditions": "condition", "nations.troop_ceiling": "ceiling",
    "budgets.amount": "budget", "forces.min_units": "least contribution", "forces.availability": "availability",
    "forces.home_units": "units kept at home", "commitments": "limit of its commitment", UNITS: "relief",
}  # fmt: skip
"""Kind of a nation's own rule -> its name in the answer when it prevents a yes."""

Pool = tuple[str, str]


class Caller:
    """Finds sets of calls: see :mod:`allocator.explaining.asks`."""

    def __init__(self, core: Core) -> None:
        self.core = core
        options = core.bench.options
        self.bench = Bench(0.0, core.bench.deadline, options["threads"], options["seed"], core.bench.watch)
        self.bench.solver._highs["mip_feasibility_tolerance"] = 1e-9
        self.bench.progress = core.bench.progress
        self.growth = self._growth()
        every = statements(core.instance, core.model, pools=True)
        self.movable = [s for s in every if s.nation and self._asked(s)]
        self.by_id = {s.id: s for s in self.movable}
        self.changes = Changes(core.instance, core.model, self.movable)
        self.wide = self._lifted(self.movable)
        self.bench.problems = [core.problem]
        self.extends = self._physical, self._elastic  # the same objects for all solves: their programmes stay
        self._settings: dict[tuple[str, Fraction | None], str | None] = {}
        self._worth: dict[tuple[str, frozenset[str]], Outcome] = {}
        self._now: dict[str, Fraction] = {}

    # ---- what a yes may change -------------------------------------------------------------------------------

    def _growth(self) -> dict[Pool, int]:
        """Pools of which more could deploy at once without relief -> units that make up for it."""
        pools, found = self.core.problem.pools, {}
        for pool in pools.units:
            part = pools.availability.get(pool, Fraction(1))
            if pools.ratio[pool[1]] == 1 or not part or self._expendable(pool[1]):
                continue
            owned = max(pools.owned(pool, t, t) + pools.arriving(pool, t) for t in range(1, pools.last + 1))
            lacking = (pools.ratio[pool[1]] * owned + pools.home_units.get(pool, 0)) / part
            found[pool] = ceil(lacking)
        return found

    def _expendable(self, unit_type: str) -> bool:
        return any(row["unit_type"] == unit_type and row["expendable"] for row in self.core.instance.rows("unit_types"))

    def _asked(self, statement: Statement) -> bool:
        """Whether a nation can be asked to change a rule of its own."""
        if statement.kind == UNITS:
            row = self.core.instance.rows("forces")[(statement.row or 0) - 1]
            return (row["nation"], row["unit_type"]) in self.growth
        if statement.kind == "commitments":
            row = self.core.instance.rows("commitments")[(statement.row or 0) - 1]
            return row["at_most"] is not None
        return statement.kind in STOPS

    def _lifted(self, movable: Sequence[Statement]) -> tuple[Instance, Model]:
        """The instance in which nations have said yes to all of this."""
        instance, model = self.core.instance, replace(self.core.model, tolerance=0.0)
        instance, model = lift(instance, model, [s for s in movable if s.kind != UNITS])
        rows = list(instance.tables["forces"])
        for s in movable:
            if s.kind == UNITS:
                row = rows[(s.row or 0) - 1]
                more = self.growth[row["nation"], row["unit_type"]]
                rows[(s.row or 0) - 1] = {**row, "units": row["units"] + more}
        return instance.with_tables({"forces": rows}), model

    def owned(self, pool: Pool, t: int) -> int:
        """Units that a nation has in a period, without orders."""
        return self.core.problem.pools.owned(pool, t, t)

    # ---- solves ----------------------------------------------------------------------------------------------

    def now(self, target: str) -> Fraction:
        """The unmet share of a target in the plan in hand."""
        if target not in self._now:
            self._now[target] = self.core.unmet(self.core.problem, target, self.core.plan)
        return self._now[target]

    def kept(self, target: str) -> dict[str, Fraction]:
        """The other targets of the same kind, and what they miss in the plan in hand."""
        if target == "gap":
            return {}
        others = [t for t in self.core.targets if t not in ("gap", target) and ("." in t) == ("." in target)]
        return {other: self.now(other) for other in others}

    def run(
        self, at: tuple[Instance, Model], aims: Sequence[Aim], limits: Mapping[str, Fraction], *, bench: Bench,
        extend: Any = None, keeps: Any = None, plans: Sequence[Deployed] = (), gap: float | None = None,
        more: More | None = None,
    ) -> Outcome:  # fmt: skip
        """Minimise aims where some shares stay limited and nobody deploys what it does not have.

        With ``more``, rows of this solve alone, the programme stays in HiGHS: ``extend`` alone is built into it.
        """
        condition = shares(self.core, limits)
        given: dict[str, Any] = {}
        if more is not None:
            rows = share_rows(self.core, limits)
            given = {"resident": True, "more": lambda m: [*rows(m), *more(m)]}

        def extended(m: Any, problem: Problem) -> None:
            condition.extend(m, problem)
            self._physical(m, problem)
            if extend is not None:
                extend(m, problem)

        def kept(problem: Problem, plan: Deployed) -> bool:
            own = self.physical(plan) and condition.holds(problem, plan)
            return own and (keeps is None or keeps(problem, plan))

        try:
            if not bench.over:
                limit = self.core.bench.patience
                given["extend"] = extended if more is None else extend
                return bench.run(*at, aims, keeps=kept, plans=plans, gap=gap, limit=limit, **given)
        except (AllocatorError, DeadlinePassed):  # figures that no solver can keep, or no time left
            pass
        return Outcome("no_plan", None, {}, {}, None)

    def _physical(self, m: Any, problem: Problem) -> None:
        m.has_units = Rows(doc="nobody deploys more units than it has")
        cells: dict[tuple[Pool, int], list[Any]] = {}
        for (n, u, _), here in m.cells.items():
            for t, column in here.items() if (n, u) in self.growth else ():
                cells.setdefault(((n, u), t), []).append(column)
        for (pool, t), columns in cells.items():
            orders = [(-float(a), x) for a, x in ready(m, problem, pool, t)]
            m.has_units[pool, t] = (None, linear([*((1.0, x) for x in columns), *orders]), float(self.owned(pool, t)))

    def physical(self, plan: Deployed) -> bool:
        """Whether nobody deploys more than it has."""
        used: dict[tuple[Pool, int], int] = {}
        for (n, u, _, t), units in plan.items():
            used[(n, u), t] = used.get(((n, u), t), 0) + units
        programmes, orders = self.core.problem.pools.programmes, bought(plan).orders
        for (pool, t), units in used.items():
            ordered = sum(
                count for (n, u, k), (count, _) in orders.items() if (n, u) == pool and k + programmes[pool].lead <= t
            )
            if units > self.owned(pool, t) + ordered:
                return False
        return True

    def reach(self, target: str) -> tuple[Fraction, Deployed | None, bool]:
        """The least unmet share if every nation says yes to everything, a plan with it, and whether it is proved."""
        aim = self.core.aim(target)
        outcome = self.run(
            self.wide, [aim], self.kept(target), bench=self.core.bench, plans=[self.core.plan],
            gap=self.core.closeness("gap"), extend=self.extends[0], more=lambda m: [],
        )  # fmt: skip
        if outcome.deployed is None:
            return Fraction(1), None, False
        bounds = outcome.bounds[aim.name]
        return outcome.values[aim.name], outcome.deployed, bounds.value - bounds.bound <= SAME

    # ---- sets of nations -------------------------------------------------------------------------------------

    def sets(self, target: str, wanted: Fraction, start: Deployed) -> Iterator[tuple[Set | None, bool]]:
        """Sets of the fewest nations, and the cheapest changes of each; whether it is proved; None at the end.

        ``start`` is a plan that reaches what is wanted if every nation says yes to everything.
        """
        without: list[frozenset[str]] = []
        limits = {**self.kept(target), target: wanted}
        while True:
            found, settled = self._fewest(limits, without, start)
            if found is not None and not settled:
                found, _ = self._cheapest(limits, found)
            yield found, settled
            if found is None or not found.nations:
                return
            without.append(frozenset(found.nations))

    def _fewest(
        self, limits: Mapping[str, Fraction], without: Sequence[frozenset[str]], start: Deployed
    ) -> tuple[Set | None, bool]:
        """The fewest nations, and among equally few those with the cheapest changes; and whether that is proved."""
        best = Best(lambda plan: self._allowed(self.changes.cheapest(plan), without))

        count = Aim(
            "nations_asked", lambda m, _: [(1.0, column) for column in m.yes.values()],
            lambda _, plan: Fraction(10**6 if (way := best(plan)) is None else len(self._nations(way))), plain=True,
        )  # fmt: skip
        outcome = self.run(
            self.wide, [count, self._price(self.movable, best)], limits, bench=self.bench, extend=self.extends[1],
            keeps=lambda _, plan: best(plan) is not None, plans=[self.core.plan, start],
            more=lambda m: [([(1.0, m.yes[n]) for n in asked], len(asked) - 1.0) for asked in without],
        )  # fmt: skip
        if outcome.deployed is None:
            return None, outcome.infeasible
        return self._set(best(outcome.deployed), outcome.deployed), outcome.settled

    def _elastic(self, m: Any, problem: Problem) -> None:
        """Who is asked, and which rules give way, besides what nations have."""
        self._physical(m, problem)
        Elastic(m, problem, self.core.problem, self.movable, self.growth)
        m.yes = pyo.Var(list(dict.fromkeys(s.nation for s in self.movable)), domain=pyo.Binary, doc="is asked")
        for s in self.movable:
            m.elastic["yes", s.id] = (None, linear([(1.0, m.changed[s.id]), (-1.0, m.yes[s.nation])]), 0.0)

    def _nations(self, way: Way) -> frozenset[str]:
        return frozenset(self.by_id[i].nation for i in way.ids)

    def _allowed(self, way: Way, without: Sequence[frozenset[str]]) -> Way | None:
        """A way, unless it asks all nations of a set that is known; every way to allow a plan asks the same nations."""
        return None if any(each <= self._nations(way) for each in without) else way

    def _set(self, way: Way | None, plan: Deployed) -> Set:
        assert way is not None
        asked = self._nations(way)
        order = tuple(row["nation"] for row in self.core.instance.rows("nations") if row["nation"] in asked)
        return Set(order, way, way.price, plan)

    def _cheapest(self, limits: Mapping[str, Fraction], found: Set) -> tuple[Set, bool]:
        """The cheapest changes of the nations of a set, and whether that is proved."""
        movable = [s for s in self.movable if s.nation in found.nations]
        changes = Changes(self.core.instance, self.core.model, movable)
        best = Best(changes.cheapest)
        outcome = self.run(
            self._lifted(movable), [self._price(movable, best)], limits, bench=self.bench, plans=[found.plan],
            extend=lambda m, problem: Elastic(m, problem, self.core.problem, movable, self.growth),
        )  # fmt: skip
        if outcome.deployed is None:
            return found, False
        return self._set(best(outcome.deployed), outcome.deployed), outcome.settled

    def _price(self, movable: Sequence[Statement], best: Best) -> Aim:
        none = Way({}, Fraction(10**9))
        return Aim(
            "price_of_changes", lambda m, _: self._prices(m, movable), lambda _, plan: (best(plan) or none).price,
            plain=True,
        )  # fmt: skip

    def _prices(self, m: Any, movable: Sequence[Statement]) -> list[Term]:
        raised = [(1.0, column) for column in m.price.values()]
        lifted = [s for s in movable if s.id not in m.price and s.id in m.changed]
        whole = [s for s in lifted if s.kind not in (UNITS, "nations.troop_ceiling", "budgets.amount")]
        return raised + [(float(price_of(s, None, self.core.model)), m.changed[s.id]) for s in whole]

    # ---- what a call brings ----------------------------------------------------------------------------------

    def calls(self, target: str, wanted: Fraction, chosen: Set) -> tuple[list[dict[str, Any]], Outcome, bool]:
        """The calls of a set in order, the solve of the instance built anew with them, and whether all is proved.

        First comes the nation whose yes alone is worth most. What a call is worth is what it adds to those before.
        """
        name = self.core.aim(target).name
        alone = {n: self._least(target, chosen, [n]) for n in chosen.nations}
        order = sorted(chosen.nations, key=lambda n: alone[n].values.get(name, 2))  # above 1 where nothing is known
        steps = [self._least(target, chosen, order[:k]) for k in range(len(order) + 1)]
        settled = all(outcome.settled for outcome in (*alone.values(), *steps))
        final = self._units(target, wanted, chosen)
        rows = []
        for k, n in enumerate(order):
            changes = [row for row in self.rows(chosen.way) if self.by_id[row["id"]].nation == n]
            rows.append(
                {
                    "nation": n, "gives": self._gives(n, final.deployed or {}),
                    "stops": list(dict.fromkeys(STOPS[self.by_id[row["id"]].kind] for row in changes)),
                    "changes": changes, "alone": _gain(name, steps[0], alone[n]),
                    "worth": _gain(name, steps[k], steps[k + 1]),
                }
            )  # fmt: skip
        return rows, final, settled and final.settled

    def _mended(self, chosen: Set, nations: Collection[str]) -> tuple[Instance, Model]:
        model = self.core.model
        needs = {i: None if to is None else outward(to) for i, to in chosen.way.needs.items()}
        changes = {
            self.by_id[i]: (to, self._setting(i, to)) for i, to in needs.items() if self.by_id[i].nation in nations
        }
        return mended(self.core.instance, replace(model, tolerance=0.0), changes)

    def _setting(self, i: str, to: Fraction | None) -> str | None:
        """The ``--set`` of a change, worked out once."""
        if (i, to) not in self._settings:
            self._settings[i, to] = setting(self.core.instance, self.core.model, self.by_id[i], to)
        return self._settings[i, to]

    def _least(self, target: str, chosen: Set, nations: Sequence[str]) -> Outcome:
        """The least unmet share of a target if some nations of a set say yes."""
        ids = frozenset(i for i in chosen.way.ids if self.by_id[i].nation in nations)
        key = target, frozenset(f"{i} {chosen.way.needs[i]}" for i in ids)
        if key not in self._worth:
            self._worth[key] = self.run(
                self._mended(chosen, nations), [self.core.aim(target)], self.kept(target), bench=self.core.bench,
                plans=[self.core.plan, chosen.plan], gap=self.core.closeness("gap"),
            )  # fmt: skip
        return self._worth[key]

    def _units(self, target: str, wanted: Fraction, chosen: Set) -> Outcome:
        """The plan in which the nations of a set send the fewest units beyond the plan in hand."""
        base = self.core.plan

        def more(plan: Deployed) -> Fraction:
            return Fraction(sum(max(0, v - base.get(c, 0)) for c, v in plan.items() if c[0] in chosen.nations))

        def terms(m: Any, _: Problem) -> list[Term]:
            m.units_more = pyo.Var(pyo.Any, dense=False, domain=pyo.NonNegativeReals, doc="units beyond the plan")
            m.units_beyond = Rows(doc="units beyond the plan in hand")
            found: list[Term] = []
            for cell, column in m.deploy.items():
                if cell[0] not in chosen.nations:
                    continue
                if (before := base.get(cell, 0)) == 0:
                    found.append((1.0, column))
                    continue
                beyond = m.units_more.add(cell)
                m.units_beyond[cell] = (None, linear([(1.0, column), (-1.0, beyond)]), float(before))
                found.append((1.0, beyond))
            return found or [(0.0, m.one)]

        aim = Aim("units_more", terms, lambda _, plan: more(plan))
        limits = {**self.kept(target), target: wanted}
        return self.run(
            self._mended(chosen, chosen.nations), [aim], limits, bench=self.core.bench, plans=[chosen.plan], gap=0.0
        )

    def _gives(self, nation: str, plan: Deployed) -> list[dict[str, Any]]:
        """What a nation sends beyond the plan in hand: most units at once, and in which periods."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for (n, u, j, t), units in sorted(plan.items()):
            more = units - self.core.plan.get((n, u, j, t), 0)
            if n == nation and more > 0:
                row = found.setdefault((u, j), {"unit_type": u, "task": j, "units": 0, "periods": []})
                row["units"] = max(row["units"], more)
                row["periods"].append(t)
        return list(found.values())

    def rows(self, way: Way) -> list[dict[str, Any]]:
        """The changes of a way as in the JSON of repairs."""
        model = self.core.model
        rows = []
        for s in self.movable:
            if s.id in way.needs:
                to = way.needs[s.id]
                to = None if to is None else outward(to)
                rows.append(
                    {
                        "id": s.id, "from": s.value, "to": after(s, to, model),
                        "price": float(price_of(s, to, model)), "set": self._setting(s.id, to),
                        "text": self.words(s, after(s, to, model)),
                    }
                )  # fmt: skip
        return rows

    def words(self, statement: Statement, to: Any) -> str:
        """A change of a nation's rule in words."""
        if statement.kind != UNITS:
            return words(self.core.instance, statement, to)
        pool = self.core.instance.rows("forces")[(statement.row or 0) - 1]
        ratio = self.core.problem.pools.ratio[pool["unit_type"]]
        names, allows = InWords(self.core.instance), f"than relief of {ratio} for 1 allows (as if it had {to:,})"
        its = names.units(pool["units"], pool["unit_type"])
        return f"{names.nation(pool['nation'])} sends more of its {its} {allows}"


def _gain(name: str, before: Outcome, after: Outcome) -> float | None:
    return float(before.values[name] - after.values[name]) if before.found and after.found else None
