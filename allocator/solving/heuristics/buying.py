"""A plan that buys, from a corner of the relaxation.

The relaxation of a build-up comes close to the best plan, and what it orders is nearly whole, but HiGHS finds that plan
late among thousands of columns. So a rough plan comes first: the whole parts of the relaxation's orders, and
requirements filled by need (:mod:`.filling`). Framework nations are therefore those of the averaged programme, and
joint purchases are decided by rounding them in the relaxation, a few at a time. HiGHS then runs with only those orders
and deployments that the relaxation uses (or the plan in hand, if it buys): about a sixth of all. If that plan of a
model of middle size is not close, the whole parts of the relaxation's orders are fixed, deployments are found for them,
and the search begins again from there; that of a large model is improved part by part. Nodes and gap are limited, not
time, so that the same input gives the same plan.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from allocator.plan.values import Deployed
from allocator.purchases import bought
from allocator.solving.heuristics.averaging import averaged
from allocator.solving.heuristics.filling import first_plan
from allocator.solving.heuristics.search import MANY, NODES, Search
from allocator.solving.highs import Relaxation, Resident
from allocator.solving.standard_form import Floats

CLOSE, NEAR = 0.015, 0.03
"""Relative gap, among the columns that are free, at which a plan is good enough, and where it is then improved part by
part."""

ROUGHLY = 0.02
"""The same, while orders are fixed."""

ENOUGH = 0.03
"""Relative gap to the bound at which the rest is left to HiGHS, whose cuts raise the bound."""

WHOLE = 1e-5
"""Distance from a whole number that counts as none."""

PART = 4
"""One of so many fractional columns is rounded before the relaxation is solved again."""


def buy(
    resident: Resident, search: Search, gap: float, floor: float, relaxed: Relaxation
) -> tuple[bool, Relaxation | None]:
    """Search for a plan among the orders and deployments of the relaxation.

    Returns
    -------
    bool
        Whether a better plan was found.
    Relaxation or None
        That in which every task has its leader, if it was solved.
    """
    improved = resident.matrix.integral.sum() >= MANY
    first = search.best()
    rough = None if bought(first) else filled(search, relaxed)
    buying = _Buying(resident, search, max(gap, NEAR if improved else CLOSE), floor, rough)
    corner = led = buying.led()
    if corner is not None:
        corner = buying.rounded(corner)
    if corner is not None:
        buying.among(corner)
        if not improved and not search.enough(floor, ENOUGH) and buying.fixed(corner):
            buying.among(corner)
    resident.release()
    return search.best() is not first, led


def filled(search: Search, relaxed: Relaxation) -> Deployed | None:
    """A plan within seconds: the whole parts of the relaxation's orders, and requirements filled by need.

    Returns
    -------
    Decided or None
        The plan, if it buys and is the best so far.
    """
    points, before = search.points, search.best()
    purchases = points.bought(relaxed.point)
    plan = first_plan(points.m.problem, purchases) if purchases else None
    if plan is not None:
        search.take(points.point(plan))
    best = search.best()
    return None if best is before else best


class _Buying:
    """One search on the resident model; ``lower`` and ``upper`` are the bounds of the columns as decided so far.

    ``rough`` is a plan that buys, but is no help for better ones.
    """

    def __init__(
        self, resident: Resident, search: Search, gap: float, floor: float, rough: Deployed | None = None
    ) -> None:
        self.resident, self.search, self.gap, self.floor = resident, search, gap, floor
        self.rough = rough
        self.matrix, self.points = resident.matrix, search.points
        self.lower, self.upper = self.matrix.lower.copy(), self.matrix.upper.copy()

    def _start(self) -> tuple[Deployed | None, Floats]:
        """The best plan so far, and its point."""
        best = self.search.best()
        return best, np.zeros(len(self.matrix.columns)) if best is None else self.points.point(best)

    def _helps(self, plan: Deployed | None) -> bool:
        return bool(bought(plan)) and plan is not self.rough

    def _decide(self, columns: NDArray[np.int64]) -> None:
        self.resident.restrict(columns, self.lower[columns], self.upper[columns])

    def led(self) -> Relaxation | None:
        """A corner of the relaxation with the framework nations of the averaged programme, or else of the plan."""
        best, start = self._start()
        mean = None if self._helps(best) else averaged(self.resident, self.search)
        for leaders in (start,) if mean is None else (np.rint(mean.point), start):
            for leads in self.points.leads():
                some = leaders[leads].any()
                self.lower[leads] = leaders[leads] if some else self.matrix.lower[leads]
                self.upper[leads] = leaders[leads] if some else self.matrix.upper[leads]
                self._decide(leads)
            relaxed = self.search.relax("corner")
            if relaxed is not None:
                return relaxed
        return None

    def rounded(self, relaxed: Relaxation) -> Relaxation | None:
        """Decide which joint purchases there are; None if no decision has a solution in time."""
        clubs = self.points.clubs
        while True:
            value = relaxed.point[clubs]
            away = np.abs(value - np.rint(value))
            order = np.argsort(away, kind="stable")
            order = order[away[order] > WHOLE]
            if not len(order):
                return relaxed
            few = order[: -(-len(order) // PART)]
            for some, to in ((few, np.rint(value[few])), (order[:1], np.zeros(1)), (order[:1], np.ones(1))):
                self.lower[clubs[some]] = self.upper[clubs[some]] = to
                self._decide(clubs)
                after = self.search.relax("again")
                if after is not None:
                    break
                self.lower[clubs[some]], self.upper[clubs[some]] = 0.0, 1.0
            else:
                return None
            relaxed = after

    def among(self, relaxed: Relaxation) -> bool:
        """Run HiGHS with the orders and deployments that the relaxation or the best plan uses."""
        best, start = self._start()
        if not self._helps(best):  # it has other framework nations, and is no help
            best, start = None, np.zeros(len(start))
        some = np.concatenate([self.points.columns, self.points.ordered])
        held = some[(relaxed.point[some] <= WHOLE) & (start[some] == 0)]
        lower, upper = self.lower.copy(), self.upper.copy()
        upper[held] = 0.0
        if self._helps(best):  # the plan in hand is good: its leaders and joint purchases may stay
            for columns in (*self.points.leads(), self.points.clubs):
                lower[columns] = np.minimum(lower[columns], start[columns])
                upper[columns] = np.maximum(upper[columns], start[columns])
        return self._run(lower, upper, None if best is None else start, self.gap)

    def fixed(self, relaxed: Relaxation) -> bool:
        """Run HiGHS with the whole parts of what the relaxation orders."""
        lower, upper = self.lower.copy(), self.upper.copy()
        orders = self.points.floored(relaxed.point)
        lower[self.points.ordered] = upper[self.points.ordered] = orders
        lower[self.points.clubs] = 0.0
        return self._run(lower, upper, None, max(self.gap, ROUGHLY))

    def _run(self, lower: Floats, upper: Floats, start: Floats | None, gap: float) -> bool:
        """Run HiGHS between bounds; returns whether the best plan is better than before."""
        before = self.search.best()
        every = np.flatnonzero(self.matrix.integral)
        self.resident.restrict(every, lower[every], upper[every])
        if start is not None:  # after the bounds: HiGHS forgets a start when they change
            self.resident.start_from(start, self.points.known)
        run = self.search.run(self.floor, mip_rel_gap=gap, mip_max_nodes=NODES)
        if run.point is not None:
            self.search.take(run.point)
        return self.search.best() is not before
