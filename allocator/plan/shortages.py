"""Why lines are short, from facts alone: what pools, relief, politics and limits let any plan supply at the most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from typing import Any

from allocator.plan.plan import Plan
from allocator.pools import Pool
from allocator.problem import Problem
from allocator.statement import Row

HALF = Fraction(1, 2)
"""Part of what is missing that a limit must account for, by itself, to be called the cause."""

CAUSES = ("exist", "relief", "politics", "limits", "enabler")
"""What can make a line short, in the order in which it is looked for; see :class:`Shortage`."""

Places = Mapping[int, Collection[str]]
"""Period -> tasks at which a unit supplies what is asked in it."""


@dataclass(frozen=True)
class Shortage:
    """What any plan could supply, at the most, of what a short line asks.

    The quantities are means over the periods that ask, in the capability's unit. Each of the five limits holds for
    every plan of the instance under the model, whether or not the plan in hand is proved best, and none exceeds the one
    before.

    Attributes
    ----------
    task, capability : str
        The line that is short.
    lines : int
        How many lines the quantities are for: 1, or all lines of the capability together.
    asked, supplied, missing : float
        What these lines ask and are supplied, and the part of it that is missing.
    owned : float
        With every unit that anybody owns, or can buy and industry deliver, willing or not, and none ever resting.
    sustained : float
        With the units that can be kept deployed: relief (``rotation``), availability and home units.
    willing : float
        Of these, with the units that may go there: willingness, caveats and pledges on events.
    allowed : float
        Of these, within the ceiling, the budgets and the promises of each pool, and the pledges of others.
    enabled : float
        Of these, with what their units consume of the scarcest other capability.
    enabler : str or None
        That capability; None if none is scarce.
    cause : str
        The first of the five limits that leaves at least half of what is missing unmet: ``exist``, ``relief``,
        ``politics``, ``limits`` or ``enabler``; empty if none does, so that nothing is claimed.
    """

    task: str
    capability: str
    lines: int
    asked: float
    supplied: float
    missing: float
    owned: float
    sustained: float
    willing: float
    allowed: float
    enabled: float
    enabler: str | None
    cause: str

    @property
    def limit(self) -> float:
        """What any plan can supply because of the cause, in the capability's unit; what is asked if there is none."""
        limits = dict(zip(CAUSES, (self.owned, self.sustained, self.willing, self.allowed, self.enabled), strict=True))
        return limits.get(self.cause, self.asked)


def shortages(plan: Plan) -> dict[tuple[str, str, int], Shortage]:
    """Why each line of a plan that is not met is short, as far as facts alone prove it.

    The line alone and all lines of its capability together are looked at; the one that the earlier limit explains is
    returned, and the line alone if both are explained alike or neither is.

    Parameters
    ----------
    plan : Plan
        A plan that was found.

    Returns
    -------
    dict
        (task, capability, first period of the line) -> :class:`Shortage`; only lines that are short.

    Examples
    --------
    Ten battalions of which three of four rest can keep 2.5 deployed; two go, and four are asked for.

    >>> import allocator
    >>> from allocator.plan.shortages import shortages
    >>> short = shortages(allocator.solve("toy-rotation"))["hold_port", "infantry", 1]
    >>> short.asked, short.owned, short.sustained, short.cause
    (4.0, 10.0, 2.0, 'relief')
    """
    problem = Problem(plan.instance, plan.model)
    limits = _Limits(problem)
    coverage = {(row["task"], row["capability"], row["period"]): row for row in plan.rows("coverage")}
    given = [row for row in problem.rows if row.given and row.quantity]
    by_capability: dict[str, list[Row]] = defaultdict(list)
    for row in given:
        by_capability[row.capability].append(row)
    together: dict[str, Shortage] = {}
    found = {}
    for row in given:
        if not any(coverage[row.task, row.capability, t]["shortfall"] > 0 for t in row.periods):
            continue
        alone = _shortage(limits, row, [row], coverage)
        others = by_capability[row.capability]
        if len(others) > 1 and row.capability not in together:
            together[row.capability] = _shortage(limits, row, others, coverage)
        best = min([alone, together.get(row.capability, alone)], key=lambda each: _rank(each.cause))
        found[row.task, row.capability, row.periods[0]] = replace(best, task=row.task)
    return found


def _rank(cause: str) -> int:
    return CAUSES.index(cause) if cause else len(CAUSES)


def _shortage(
    limits: _Limits, named: Row, rows: Sequence[Row], coverage: Mapping[tuple[str, str, int], Mapping[str, Any]]
) -> Shortage:
    """The limits on what some lines of one capability can be supplied with, and the first that explains them."""
    here = [coverage[row.task, row.capability, t] for row in rows for t in row.periods]
    places: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        for t in row.periods:
            places[t].update(limits.active(t) if row.theatre else [row.task])
    length = len(places)
    asked = sum((row.quantity * len(row.periods) for row in rows), start=Fraction(0)) / length
    missing = Fraction(sum(row["shortfall"] for row in here)) / length
    totals, enabler = limits.of(named.capability, places)
    means = [total / length for total in totals]
    proved = [cause for cause, most in zip(CAUSES, means, strict=True) if asked - most >= HALF * missing > 0]
    owned, sustained, willing, allowed, enabled = map(float, means)
    supplied = float(sum(row["supplied"] for row in here) / length)
    return Shortage(
        task=named.task, capability=named.capability, lines=len(rows), asked=float(asked), supplied=supplied,
        missing=float(missing), owned=owned, sustained=sustained, willing=willing, allowed=allowed, enabled=enabled,
        enabler=enabler, cause=proved[0] if proved else "",
    )  # fmt: skip


@dataclass(frozen=True)
class _Stock:
    """What there is of a pool: windows with the most units of each, the most by period, units owned, and units ever."""

    windows: Sequence[tuple[int, Mapping[int, int]]]
    caps: Mapping[int, int]
    owned: Mapping[int, int]
    ever: int


class _Limits:
    """Upper bounds on what can be supplied of a capability at some tasks and periods, from an instance and a model."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._stocks: dict[Pool, _Stock] = {}
        self.used_up = {row["unit_type"] for row in problem.instance.rows("unit_types") if row["expendable"]}

    def active(self, period: int) -> list[str]:
        """The tasks that are active in a period."""
        return [j for j, periods in self.problem.active.items() if period in periods]

    def of(self, capability: str, places: Places) -> tuple[list[Fraction], str | None]:
        """The five limits of a capability, summed over the periods, and the scarcest capability that it consumes."""
        problem = self.problem
        counted: dict[str, list[int]] = defaultdict(lambda: [0] * 4)
        for pool in problem.pools.units:
            if problem.amount[pool[1]].get(capability, 0) > 0:
                counted[pool[1]] = [a + b for a, b in zip(counted[pool[1]], self._units(pool, places), strict=True)]
        for u in counted.keys() & problem.pools.industry.keys():
            counted[u] = [min(units, self._delivered(u, places)) for units in counted[u]]
        amounts = {u: problem.amount[u][capability] for u in counted}
        totals = [sum((amounts[u] * units[at] for u, units in counted.items()), start=Fraction(0)) for at in range(4)]
        by_type = {u: amounts[u] * units[3] for u, units in counted.items()}
        enabled, enabler = totals[3], None
        for other in sorted({c for u in by_type for c, amount in problem.amount[u].items() if amount < 0}):
            most = self._enabled(capability, other, by_type, places)
            if most < enabled:
                enabled, enabler = most, other
        return [*totals, enabled], enabler

    def _enabled(self, capability: str, other: str, by_type: Mapping[str, Fraction], places: Places) -> Fraction:
        """What types supply if those that consume another capability share all that can be supplied of it.

        Net supply is never below 0, so what is consumed of the other capability is at most what is supplied of it.
        """
        amount = self.problem.amount
        where = {t: self.active(t) for t in places} if other in self.problem.theatre else places
        supplied = Fraction(0)
        for pool in self.problem.pools.units:
            each = amount[pool[1]].get(other, Fraction(0))
            if each > 0:
                supplied += each * self._units(pool, where)[3]
        needy = {u: most for u, most in by_type.items() if amount[u].get(other, 0) < 0}
        most = max((amount[u][capability] / -amount[u][other] for u in needy), default=Fraction(0)) * supplied
        of_needy = sum(needy.values(), start=Fraction(0))
        return sum(by_type.values(), start=-of_needy) + min(of_needy, most)

    def _delivered(self, unit_type: str, places: Places) -> int:
        """Most unit-periods of a type that nations own or industry delivers to all of them together."""
        pools, last = self.problem.pools, self.problem.pools.last
        mine = [pool for pool in pools.units if pool[1] == unit_type]
        have = sum(sum(pools.owned(pool, t, t) for pool in mine) + pools.delivered(unit_type, t) for t in places)
        ever = sum(pools.owned(pool, 1, last) for pool in mine) + pools.delivered(unit_type, last)
        return min(have, ever) if unit_type in self.used_up else have

    def _stock(self, pool: Pool) -> _Stock:
        """What there is of a pool, worked out once."""
        if pool not in self._stocks:
            pools = self.problem.pools
            windows = [(pools.most(pool, window), window.counts) for window in pools.windows(pool)]
            caps: dict[int, int] = {}
            for most, counts in windows:
                for t, times in counts.items():
                    caps[t] = min(most // times, caps.get(t, most))
            owned = {t: pools.owned(pool, t, t) + pools.arriving(pool, t) for t in self.problem.PERIODS}
            ever = pools.owned(pool, 1, pools.last) + pools.arriving(pool, pools.last)
            self._stocks[pool] = _Stock(windows, caps, owned, ever)
        return self._stocks[pool]

    def _units(self, pool: Pool, places: Places) -> tuple[int, int, int, int]:
        """Most unit-periods of a pool under the first four limits, each with those before it."""
        problem = self.problem
        n, u = pool
        ready = problem.pools.ready[pool]
        periods = [t for t, tasks in places.items() if t in ready and any(j in problem.eligible[u] for j in tasks)]
        if not periods:
            return 0, 0, 0, 0
        stock = self._stock(pool)
        have = sum(stock.owned[t] for t in periods)
        have = min(stock.ever, have) if u in self.used_up else have
        sustained = self._summed(pool, {t: stock.caps[t] for t in periods})
        may = [t for t in periods if self._may_go(pool, t, places[t])]
        willing = self._summed(pool, {t: stock.caps[t] for t in may})
        within = {
            t: max((problem.cap.get((n, u, j), {}).get(t, 0) for j in places[t]), default=0) for t in periods
        }  # fmt: skip
        allowed = min(self._summed(pool, within), self._affordable(pool, within))
        sustained = min(have, sustained)
        willing = min(sustained, willing)
        return have, sustained, willing, min(willing, allowed)

    def _may_go(self, pool: Pool, period: int, tasks: Iterable[str]) -> bool:
        """Whether a nation's stance, caveats and pledges on events let the pool go to one of the tasks."""
        problem = self.problem
        n, u = pool
        return any(
            j in problem.eligible[u]
            and (n, u, j) not in problem.forbidden
            and (n, problem.objective_of[j], period) not in problem.barred
            for j in tasks
        )

    def _summed(self, pool: Pool, caps: Mapping[int, int]) -> int:
        """Most unit-periods in some periods with a limit on each, under the windows of the pool."""
        problem = self.problem
        windows = self._stock(pool).windows
        if problem.pools.indefinite:  # the sum of all windows counts every period equally often
            times = sum(counts.get(1, 0) for _, counts in windows)
            round_ = floor(Fraction(sum(most for most, _ in windows), times)) if times else sum(caps.values())
            return min(round_, sum(caps.values()))
        units: dict[int, int] = {}
        for t in sorted(caps):  # as many as possible as soon as possible is the most, as each window is a span
            left = [most - sum(units.get(other, 0) for other in counts) for most, counts in windows if t in counts]
            units[t] = max(0, min([caps[t], *left]))
        return sum(units.values())

    def _affordable(self, pool: Pool, caps: Mapping[int, int]) -> int:
        """Most unit-periods that each budget by itself can pay for."""
        problem, money = self.problem, self.problem.money
        n, u = pool
        found = sum(caps.values())
        if not problem.has("budget"):
            return found
        for payer, cost in (("common", money.common_of(n)[u]), ("*", money.unit_cost[u]), (n, money.own_of(n)[u])):
            for amount, periods in money.budgets_of.get(payer, ()) if cost else ():
                outside = sum(most for t, most in caps.items() if t not in periods)
                found = min(found, outside + floor(amount / cost))
        return found
