"""A plan that buys, from a corner of the relaxation.

The relaxation of a build-up comes close to the best plan, and what it orders is nearly whole, but HiGHS finds that plan
late among thousands of columns. Framework nations are therefore taken from the plan in hand, joint purchases are
decided by rounding them in the relaxation, a few at a time, and HiGHS then runs with only those orders and deployments
that the relaxation uses: about a sixth of all. Nodes and gap are limited, not time, so that the same input gives the
same plan.
"""

from __future__ import annotations

import numpy as np

from allocator.purchases import bought
from allocator.solving.heuristics.search import NODES, Search
from allocator.solving.highs import Relaxation, Resident

CLOSE = 0.015
"""Relative gap, among the columns that are used, at which the plan is good enough."""

WHOLE = 1e-5
"""Distance from a whole number that counts as none."""

PART = 4
"""One of so many fractional columns is rounded before the relaxation is solved again."""


def buy(resident: Resident, search: Search, gap: float, floor: float) -> bool:
    """Search for a plan among the orders and deployments of the relaxation; returns whether a better one was found."""
    matrix, points, best = resident.matrix, search.points, search.best()
    start = np.zeros(len(matrix.columns)) if best is None else points.point(best)
    leads = points.leading(start)
    resident.restrict(leads, start[leads])
    relaxed = search.relax("corner")
    if relaxed is not None:
        relaxed = _rounded(resident, search, relaxed)
    if relaxed is None:
        resident.release()
        return False
    some = np.concatenate([points.columns, points.ordered])
    used = relaxed.point[some] > WHOLE
    if best is not None and bought(best):
        used |= start[some] > 0
        resident.restrict(points.clubs, matrix.lower[points.clubs], matrix.upper[points.clubs])
    out = some[~used]
    resident.restrict(out, np.zeros(len(out)))
    if best is not None and bought(best):  # after the bounds: HiGHS forgets a start when they change
        resident.start_from(start, points.known)
    run = search.run(floor, mip_rel_gap=max(gap, CLOSE), mip_max_nodes=NODES)
    resident.release()
    return run.point is not None and not search.take(run.point) and search.best() is not best


def _rounded(resident: Resident, search: Search, relaxed: Relaxation) -> Relaxation | None:
    """Decide which joint purchases there are; None if no decision has a solution in time."""
    clubs = search.points.clubs
    lower, upper = resident.matrix.lower[clubs].copy(), resident.matrix.upper[clubs].copy()
    while True:
        value = relaxed.point[clubs]
        away = np.abs(value - np.rint(value))
        open_ = np.flatnonzero(away > WHOLE)
        if not len(open_):
            return relaxed
        order = open_[np.argsort(away[open_], kind="stable")]
        few = order[: -(-len(order) // PART)]
        for some, to in ((few, np.rint(value[few])), (order[:1], np.zeros(1)), (order[:1], np.ones(1))):
            lower[some] = upper[some] = to
            resident.restrict(clubs, lower, upper)
            after = search.relax("again")
            if after is not None:
                break
            lower[some], upper[some] = 0.0, 1.0
        else:
            return None
        relaxed = after
