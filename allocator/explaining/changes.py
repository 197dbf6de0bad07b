"""What must change so that a plan is allowed: which statements it breaks, how far numbers must go up, and the price."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import ceil, prod
from typing import Any

from allocator.audit import check_limits
from allocator.exact import exact
from allocator.explaining.ask_less import worst
from allocator.explaining.elastic import asked_of, forbids, willing
from allocator.explaining.statements import PRECISION, WILLING, Statement, lift, per_unit, threshold
from allocator.instance import Instance
from allocator.model import Model
from allocator.plan.values import Deployed, supplies
from allocator.pools import Pools
from allocator.problem import Problem
from allocator.purchases import bought

Needs = dict[str, Fraction | None]
"""Id of a changed statement -> its new number; None if it is lifted."""

Option = tuple[Needs, Fraction]
"""Changes and their price."""

NOTHING: Option = ({}, Fraction(0))


class Sent:
    """What a plan deploys, by nation.

    Attributes
    ----------
    of : dict
        Nation -> (unit type, task, period, units) of each deployment.
    there : dict
        Period -> nations that deploy anything.
    """

    def __init__(self, plan: Deployed) -> None:
        self.plan = plan
        self.of: dict[str, list[tuple[str, str, int, int]]] = {}
        self.there: dict[int, set[str]] = defaultdict(set)
        for (n, u, j, t), units in plan.items():
            self.of.setdefault(n, []).append((u, j, t, units))
            self.there[t].add(n)

    def by(self, nation: str | None) -> list[tuple[str, str, int, int]]:
        """The deployments of a nation; None: of all."""
        return [here for each in self.of.values() for here in each] if nation is None else self.of.get(nation, [])


Check = Callable[[Statement, Sent], bool]
"""Whether a plan breaks a statement that is lifted as a whole."""

MANY = 5_000
"""Combinations of ways out for pools that are compared."""


@dataclass(frozen=True)
class Way:
    """Changes that allow a plan, with their price."""

    needs: Needs
    price: Fraction

    @property
    def ids(self) -> frozenset[str]:
        """What is changed."""
        return frozenset(self.needs)


@dataclass(frozen=True)
class Set:
    """Nations that are asked together, the changes of their rules, and a plan that keeps what is left."""

    nations: tuple[str, ...]
    way: Way
    price: Fraction
    plan: Deployed


class Changes:
    """Finds the changes that a plan needs.

    Parameters
    ----------
    instance, model : Instance, Model
        With every statement in force.
    movable : sequence of Statement
        What may change.
    """

    def __init__(self, instance: Instance, model: Model, movable: Sequence[Statement]) -> None:
        self.instance, self.model, self.movable = instance, model, list(movable)
        self.by_id = {statement.id: statement for statement in movable}
        self.problem = Problem(instance, model)
        self.lines = [s for s in movable if s.kind == "requirements.max_gap"]
        self.limits = [s for s in movable if s.kind in ("nations.troop_ceiling", "budgets.amount", "model.max_burden")]
        ratios = [s for s in movable if s.kind == "unit_types.rotation_ratio"]
        self.relieved = Pools(*lift(instance, model, ratios))
        self.forces = {(r["nation"], r["unit_type"]): i for i, r in enumerate(instance.rows("forces"), start=1)}
        self.types = {r["unit_type"]: i for i, r in enumerate(instance.rows("unit_types"), start=1)}
        self.nations = {r["nation"]: i for i, r in enumerate(instance.rows("nations"), start=1)}
        checks = [(s, getattr(self, f"_{s.kind.replace('.', '_')}_broken", None)) for s in movable]
        self.checks: list[tuple[Statement, Check]] = [(s, check) for s, check in checks if check is not None]

    def price(self, needs: Mapping[str, Fraction | None]) -> Fraction:
        """The price of changes."""
        return sum((self._price(self.by_id[i], to) for i, to in needs.items()), start=Fraction(0))

    def _price(self, statement: Statement, to: Fraction | None) -> Fraction:
        if to is not None:
            return per_unit(statement) * (to - exact(statement.value))
        if statement.kind == WILLING:
            return exact(threshold(self.model)) - exact(statement.value)
        return Fraction(1)

    def ways(self, plan: Deployed) -> list[Way]:
        """Ways to allow a plan; several only where a pool is too small, and then all unless they are too many."""
        fixed, parts = self._parts(plan)
        return [Way(needs, price) for needs, price in _combined([[fixed], *parts])]

    def cheapest(self, plan: Deployed) -> Way:
        """The cheapest way to allow a plan."""
        (needs, price), parts = self._parts(plan)
        for options in parts:
            some, more = min(options, key=lambda option: option[1])
            needs, price = needs | some, price + more
        return Way(needs, price)

    def _parts(self, plan: Deployed) -> tuple[Option, list[Sequence[Option]]]:
        """The changes that a plan needs in any case, and those for pools, of which one of each list is enough."""
        sent = Sent(plan)
        fixed: Needs = {s.id: None for s, broken in self.checks if broken(s, sent)}
        fixed |= dict(self._numbers(plan))
        return (fixed, self.price(fixed)), [options for options in self._pools(plan) if options]

    def _numbers(self, plan: Deployed) -> Iterator[tuple[str, Fraction]]:
        """Numbers other than those of pools that must go up, exactly."""
        missed = worst(self.problem, plan, self.lines) if self.lines else {}
        for s in self.lines:
            if missed[s.id] > exact(s.value):
                yield s.id, missed[s.id]
        above: dict[str, Fraction] = {}
        money = self.problem.money
        for violation in check_limits(self.instance, self.model, plan, bought(plan)) if self.limits else ():
            excess = violation.excess or Fraction(0)
            if violation.constraint == "troop_ceiling_people":
                key = f"nations.{self.nations[violation.index[0]]}.troop_ceiling"
            elif violation.constraint == "budget_payer":
                key = f"budgets.{violation.index[0]}.amount"
            else:
                key, excess = "model.max_burden", excess / (money.gdp[violation.index[0]] * money.years)
            above[key] = max(excess, above.get(key, Fraction(0)))
        for s in self.limits:
            if s.id in above:
                yield s.id, exact(s.value) + above[s.id]

    # ---- what holds or is lifted -----------------------------------------------------------------------------

    def _row(self, statement: Statement) -> Mapping[str, Any]:
        return self.instance.rows(statement.table)[(statement.row or 0) - 1]

    def _caveats_broken(self, s: Statement, sent: Sent) -> bool:
        row = self._row(s)
        n = row["nation"]
        return any(forbids(self.problem, row, n, u, j) for u, j, _, _ in sent.by(n))

    def _willingness_broken(self, s: Statement, sent: Sent) -> bool:
        return any(
            self.problem.objective_of[j] == s.objective and not willing(self.problem, s.nation, s.objective, t)
            for _, j, t, _ in sent.of.get(s.nation, ())
        )

    def _conditions_broken(self, s: Statement, sent: Sent) -> bool:
        row = self._row(s)
        joined = {
            t for _, j, t, _ in sent.by(row["nation"]) if row["objective"] in (None, self.problem.objective_of[j])
        }
        if not joined:
            return False
        if row["requires"] == "event":
            return not self.instance.events[row["value"]]
        partners, least = asked_of(self.problem, row)
        return any(len(sent.there[t].intersection(partners)) < least for t in joined)

    def _forces_min_units_broken(self, s: Statement, sent: Sent) -> bool:
        row = self._row(s)
        return any(u == row["unit_type"] and units < s.value for u, _, _, units in sent.by(row["nation"]))

    def _tasks_framework_share_broken(self, s: Statement, sent: Sent) -> bool:
        j = self._row(s)["task"]
        share = self.problem.framework_share[j]
        people: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for (n, u, task, t), units in sent.plan.items():
            if task == j:
                people[t][n] += units * self.problem.personnel[u]
        return bool(people) and not any(
            all(here.get(n, 0) >= share * sum(here.values()) for here in people.values())
            for n in self.problem.leaders[j]
        )

    def _prerequisites_broken(self, s: Statement, sent: Sent) -> bool:
        needs = self._row(s)
        supplied = supplies(self.problem, sent.plan)
        there = {t for _, _, j, t in sent.plan if j == needs["task"]}
        return any(
            supplied[row.place, row.capability, t] < exact(needs["share"]) * row.quantity
            for row in self.problem.rows
            if row.given and (row.task, row.capability) == (needs["needs_task"], needs["capability"])
            for t in row.periods
            if t in there
        )

    def _commitments_broken(self, s: Statement, sent: Sent) -> bool:
        promise = self.problem.commitments[(s.row or 0) - 1]
        for t in promise.periods:
            units = sum(
                count
                for u, j, period, count in sent.by(promise.nation)
                if (u, period) == (promise.unit_type, t) and promise.task in (None, j)
            )
            if units < promise.at_least or (promise.at_most is not None and units > promise.at_most):
                return True
        return False

    # ---- pools -----------------------------------------------------------------------------------------------

    def _pools(self, plan: Deployed) -> Iterator[Sequence[Option]]:
        """Ways to make pools large enough: of each pool, or of all pools of a kind if its relief may change."""
        used: dict[str, dict[tuple[str, str], dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
        for (n, u, _, t), units in plan.items():
            here = used[u][n, u]
            here[t] = here.get(t, 0) + units
        for u, pools in used.items():
            parts = [self._of_pool(pool, by_period, self.problem.pools, plan) for pool, by_period in pools.items()]
            short = [options for options in parts if options != [NOTHING]]
            ratio = f"unit_types.{self.types[u]}.rotation_ratio"
            if not short:
                continue
            if ratio not in self.by_id:
                yield from short if all(short) else ()
                continue
            relieved = [self._of_pool(pool, by_period, self.relieved, plan) for pool, by_period in pools.items()]
            yield _combined(short) + _combined([[({ratio: None}, self.price({ratio: None}))], *relieved])

    def _of_pool(
        self, pool: tuple[str, str], by_period: Mapping[int, int], source: Pools, plan: Deployed
    ) -> list[Option]:
        """Ways to make one pool large enough: what is lifted of it, and its new size.

        None has all changes of another that is no dearer.
        """
        own = {c: f"forces.{self.forces.get(pool)}.{c}" for c in ("units", "availability", "home_units")}
        share, kept = source.availability.get(pool, Fraction(1)), source.home_units.get(pool, 0)
        shares: list[tuple[Fraction, Needs]] = [(share, {})]
        homes: list[tuple[int, Needs]] = [(kept, {})]
        if own["availability"] in self.by_id:
            shares.append((Fraction(1), {own["availability"]: None}))
        if own["home_units"] in self.by_id:
            homes.append((0, {own["home_units"]: None}))
        found: list[Option] = []
        for (part, of_share), (stays, of_home) in product(shares, homes):
            more = self._lacking(pool, by_period, source, plan, part, stays)
            if more is None or (more and own["units"] not in self.by_id):
                continue
            needs: Needs = {**of_share, **of_home}
            if more:
                needs[own["units"]] = Fraction(self.by_id[own["units"]].value + more)
            price = self.price(needs)
            if not any(less.keys() <= needs.keys() and its <= price for less, its in found):
                found.append((needs, price))
            if not needs:
                break  # nothing is lacking
        return found

    def _lacking(
        self,
        pool: tuple[str, str],
        by_period: Mapping[int, int],
        source: Pools,
        plan: Deployed,
        part: Fraction,
        stays: int,
    ) -> int | None:
        """Units that a pool lacks for what is deployed of it; None if no number is enough."""
        lead = source.programmes[pool].lead if pool in source.programmes else 0
        orders = [(k + lead, units) for (n, u, k), (units, _) in bought(plan).orders.items() if (n, u) == pool]
        lacking = 0
        for window in source.windows(pool):
            use = Fraction(sum(count * by_period.get(t, 0) for t, count in window.counts.items()))
            use -= part * sum(units for at, units in orders if at <= window.end)
            owned = source.owned(pool, window.start, window.end)
            if use <= max(Fraction(0), part * owned - stays):
                continue
            if part == 0:
                return None
            lacking = max(lacking, ceil((use + stays) / part - owned))
        return lacking


def _combined(parts: Sequence[Sequence[Option]]) -> list[Option]:
    """One option of each part together, in every way; no change is in two parts.

    If these are too many, only the options with the fewest changes, and of these the cheapest.
    """
    if prod(map(len, parts)) > MANY:
        parts = [[min(options, key=lambda option: (len(option[0]), option[1]))] for options in parts]
    found = []
    for chosen in product(*parts):
        needs: Needs = {}
        for some, _ in chosen:
            needs |= some
        found.append((needs, sum((price for _, price in chosen), start=Fraction(0))))
    return found


class Best:
    """The best way to allow each plan, worked out once."""

    def __init__(self, find: Callable[[Deployed], Way | None]) -> None:
        self.find = find
        self.known: dict[int, tuple[Deployed, Way | None]] = {}

    def __call__(self, plan: Deployed) -> Way | None:
        if id(plan) not in self.known:
            self.known[id(plan)] = plan, self.find(plan)
        return self.known[id(plan)][1]


def outward(number: Fraction) -> Fraction:
    """A number rounded up to 6 decimals."""
    return Fraction(ceil(number * PRECISION), PRECISION)
