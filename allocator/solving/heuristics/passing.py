"""A plan from prices, one period after the other.

What the rows that join periods (rotation, budgets) allow is worth its price in the averaged programme, or in the
relaxation. In each period HiGHS minimises the objective plus the price of what is used, among the most promising
deployments of that period. The framework nation of a task is the one of which these have most. Nothing is ordered.
"""

from __future__ import annotations

import numpy as np

from allocator.solving.heuristics.neighbourhoods.cells import Cells
from allocator.solving.heuristics.part import followers, part, with_followers
from allocator.solving.heuristics.search import USED, Search
from allocator.solving.highs import Relaxation, Resident
from allocator.solving.standard_form import Floats

WIDTH = 1_200
"""Most deployments that are free in a period."""

NODES = 2
"""Most nodes of the search tree in a period."""

ROUGH = 0.03
"""Relative gap at which a period is good enough."""


def pass_through(resident: Resident, search: Search, relaxed: Relaxation, floor: float) -> None:
    """Fill period after period and offer the plan to the stage."""
    matrix, points = resident.matrix, search.points
    cells = Cells(points)
    cost = _priced(resident, relaxed, cells)
    point = points.point({})
    follow = followers(matrix, points, cells)[False]
    for columns in points.leads():
        value = relaxed.point[columns]
        if value.max() > 1e-6:
            point[columns[np.argmax(value)]] = 1
    wanted = relaxed.point[cells.columns]
    rank = np.where(wanted > USED, -np.inf, relaxed.reduced_cost[cells.columns])
    rank[np.isin(cells.columns, points.ordered)] = np.inf
    for t in np.unique(cells.period).tolist():
        if search.over():
            break
        here = np.flatnonzero((cells.period == t) & (rank < np.inf))
        free = np.zeros(len(point), dtype=bool)
        free[cells.columns[here[np.argsort(rank[here], kind="stable")[:WIDTH]]]] = True
        at = np.flatnonzero(with_followers(matrix, free, follow))
        small = part(resident, at, point, cost)
        small.start_from(point[at])
        run = search.run(floor, part=small, what="pass through the periods", mip_rel_gap=ROUGH, mip_max_nodes=NODES)
        if run.point is not None:
            point[at] = run.point[: len(at)]
            point[matrix.integral] = np.rint(point[matrix.integral])
    search.take(point)


def _priced(resident: Resident, relaxed: Relaxation, cells: Cells) -> Floats:
    """The cost of each column, with the price of what it uses of rows that join several periods."""
    matrix = resident.matrix
    period = np.full(len(matrix.columns), -1, dtype=np.int64)
    period[cells.columns] = cells.period
    here = period[matrix.index]
    dated = here >= 0
    first, last = np.full(len(matrix.rows), np.iinfo(np.int64).max), np.full(len(matrix.rows), -1)
    np.minimum.at(first, matrix.row_index[dated], here[dated])
    np.maximum.at(last, matrix.row_index[dated], here[dated])
    price = np.where(last > first, relaxed.price, 0.0)
    used = np.bincount(matrix.index, weights=matrix.value * price[matrix.row_index], minlength=len(matrix.columns))
    cost: Floats = matrix.costs[resident.objective] - used
    return cost
