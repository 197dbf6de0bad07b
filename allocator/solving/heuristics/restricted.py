"""A search among the few deployments that matter, on the resident model.

HiGHS finds good plans late in these models, although the relaxation is close. In a round, the free columns are those
that the relaxation or the best plan so far uses, about a tenth of all, and as many more by reduced cost. Rounds cover
one window of periods after the other and then, if the free columns are few enough, all periods. Nodes and gap are
limited, not time, so that the same input gives the same plan. Where nations order units, :mod:`.buying` comes first.
The largest models begin with the averaged programme, and their relaxation is solved beside the search, with a row for
what each pool can deploy in all periods together (:mod:`.rounds`). With a time limit, the thread that solved it then
improves parts too (:mod:`.beside`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from allocator.solving.heuristics.averaging import averaged
from allocator.solving.heuristics.beside import Beside
from allocator.solving.heuristics.buying import buy
from allocator.solving.heuristics.improving import WITH_CUTS, improve
from allocator.solving.heuristics.leading import Leading
from allocator.solving.heuristics.passing import pass_through
from allocator.solving.heuristics.rounds import with_rounds
from allocator.solving.heuristics.search import MANY, NODES, USED, Search
from allocator.solving.highs import Relaxation, Resident

WORTH = 200
"""A stage with at least so many deployments and orders begins with a restricted run."""

ROUGH = 0.01
"""Relative gap at which a restricted run is good enough."""

WINDOW, WHOLE = 1000, 4000
"""Most deployments used by the relaxation in a window of periods, and in all periods searched at once."""


def restricted(resident: Resident, search: Search, last: int, gap: float, floor: float) -> float:
    """Search for a better plan; returns a proved bound, at least ``floor``.

    Parameters
    ----------
    resident : Resident
        The model, with its objective.
    search : Search
        The stage.
    last : int
        Periods of the horizon.
    gap : float
        Relative gap at which the stage counts as proved.
    floor : float
        A known lower bound of the optimum.
    """
    matrix, points = resident.matrix, search.points
    if len(points.columns) + len(points.ordered) < WORTH:
        return floor
    many = matrix.integral.sum() >= MANY and points.known is None
    vast = many and matrix.integral.sum() > WITH_CUTS
    if vast and not len(points.ordered) and search.best() is not None and not search.enough(floor, 2 * ROUGH):
        return _beside(resident, search, gap, floor)
    relaxed = search.relax()
    if relaxed is None:
        if search.best() is not None and points.known is None:
            improve(resident, search, None, gap, floor)
        return floor
    floor = max(floor, relaxed.bound)
    better, leading = False, Leading(resident, search, floor)
    if len(points.ordered) and not search.enough(floor, 2 * ROUGH):
        better, led = buy(resident, search, gap, floor, relaxed)
        if many and led is not None and not search.enough(floor, gap):
            leading.divide(led)
            floor = leading.bound
    elif vast and not resident.held and not search.enough(floor, 2 * ROUGH):
        pass_through(resident, search, relaxed, floor)
    if (vast or (many and len(points.ordered))) and search.best() is not None:
        improve(resident, search, relaxed, gap, floor)
        return leading.prove()
    if better:
        return floor
    _search_rounds(resident, search, relaxed, last, gap, floor)
    if many and search.best() is not None:
        improve(resident, search, relaxed, gap, floor)
    return floor


def _search_rounds(
    resident: Resident, search: Search, relaxed: Relaxation, last: int, gap: float, floor: float
) -> None:
    """Run HiGHS among the deployments of one round after the other, until the plan is close to the bound."""
    matrix, points = resident.matrix, search.points
    limits = {"mip_rel_gap": max(gap, ROUGH), "mip_max_nodes": NODES}
    at = points.columns
    used = relaxed.point[at] > (1e-6 if relaxed.corner else USED)
    for inside, more in _rounds(search, last, int(used.sum())):
        if search.enough(floor, 2 * ROUGH):
            break
        best = search.best()
        start = np.zeros(len(matrix.columns)) if best is None else points.point(best)
        free = inside & (used | (start[at] > 0))
        promising = np.argsort(np.where(inside & ~free, relaxed.reduced_cost[at], np.inf), kind="stable")
        free[promising[: min(more * int(free.sum()), int((inside & ~free).sum()))]] = True
        held = at[~free]
        resident.restrict(held, start[held])
        if best is not None:  # after the bounds: HiGHS forgets a start when they change
            resident.start_from(start, points.known)
        run = search.run(floor, **limits)
        resident.release()
        if run.point is not None:
            search.take(run.point)


def _beside(resident: Resident, search: Search, gap: float, floor: float) -> float:
    """Search from the averaged programme while the relaxation is solved in a thread of its own; returns the bound."""
    tight = Resident(with_rounds(resident.matrix), resident.options)
    for objective, most in resident.held:
        tight.hold(objective, most)
    tight.minimise(resident.objective)
    with Beside(tight, search) as beside:
        mean = averaged(resident, search)
        if mean is not None and not resident.held:
            pass_through(resident, search, mean, floor)
        improve(tight, search, mean, gap, floor, beside)
        return max(floor, beside.bound())


def _rounds(search: Search, last: int, used: int) -> Iterator[tuple[NDArray[np.bool_], int]]:
    """The deployments that may change in each round, and how many times their number are added by reduced cost.

    Windows overlap; each is a third of the horizon, or shorter if ``used`` deployments are many. They need a plan to
    start from.
    """
    period = search.points.period
    length = max(1, min(last // 3, round(WINDOW * last / max(1, used))))
    if last >= 3:
        for more in (1, 2):
            for first in range(0, last, max(1, length // 2)) if search.best() is not None else ():
                yield (period - 1 - first) % last < length, more
    if used <= WHOLE:
        for more in (0, 1):
            yield np.ones(len(period), dtype=bool), more
