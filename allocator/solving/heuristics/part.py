"""A part of a model: some columns are free, the others keep the values of a point.

HiGHS gets only the free columns and the rows that they touch, so that a small part of a large model is loaded and
solved in a fraction of a second. Nothing that HiGHS proves about a part is a bound of the whole.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from allocator.solving.columns import Points
from allocator.solving.entries import nothing
from allocator.solving.heuristics.neighbourhoods.cells import Cells
from allocator.solving.highs import Resident
from allocator.solving.standard_form import Floats, Matrix

Mask = NDArray[np.bool_]

PASSES = 2
"""Rows between a deployment or an order and the whole-number columns that follow it (order, joint buyer, club)."""


def with_followers(matrix: Matrix, chosen: Mask, followers: Mask) -> Mask:
    """The chosen columns, and the others among ``followers`` that depend on them.

    Whole-number followers are those up to :data:`PASSES` rows away; continuous ones, which only count something, are
    added until every row of a counter has all its counters.
    """
    free = chosen.copy()
    row_index, index = matrix.row_index, matrix.index
    for step in range(2 * PASSES):
        touched = np.zeros(len(matrix.rows), dtype=bool)
        touched[row_index[free[index]]] = True
        near = np.zeros(len(free), dtype=bool)
        near[index[touched[row_index]]] = True
        near &= followers & ~free
        if step >= PASSES:
            near &= ~matrix.integral
        if not near.any():
            break
        free |= near
    return free


def part(resident: Resident, free: NDArray[np.int64], point: Floats, cost: Floats | None = None) -> Resident:
    """The part of the resident model with the given free columns, for the stage's objective or for ``cost``."""
    matrix, name = resident.matrix, resident.objective
    at = np.full(len(point), -1, dtype=np.int64)
    at[free] = np.arange(len(free))
    inside = at[matrix.index] >= 0
    fixed = np.where(inside, 0.0, matrix.value * point[matrix.index])
    used = np.bincount(matrix.row_index, weights=fixed, minlength=len(matrix.rows))
    rows = np.flatnonzero(np.bincount(matrix.row_index[inside], minlength=len(matrix.rows)))
    place = np.full(len(matrix.rows), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    count = np.bincount(place[matrix.row_index[inside]], minlength=len(rows))
    costs = {objective: values[free] for objective, values in matrix.costs.items()}
    rest = {objective: float(values @ point - values[free] @ point[free]) for objective, values in matrix.costs.items()}
    if cost is not None:
        costs["part"] = cost[free]
    small = Matrix(
        nothing(len(free)), matrix.lower[free], matrix.upper[free], matrix.integral[free],
        nothing(len(rows)), matrix.row_lower[rows] - used[rows], matrix.row_upper[rows] - used[rows],
        np.concatenate([[0], np.cumsum(count)]).astype(np.int32), at[matrix.index[inside]].astype(np.int32),
        matrix.value[inside], costs,
    )  # fmt: skip
    scale_of_rows, scale_of_columns = matrix.scales
    small.__dict__["scales"] = (scale_of_rows[rows], scale_of_columns[free])
    one = Resident(small, resident.options)
    for objective, most in resident.held:
        one.hold(objective, most - rest[objective])
    one.minimise(name if cost is None else "part")
    return one


def followers(matrix: Matrix, points: Points, cells: Cells) -> dict[bool, Mask]:
    """Columns that may follow the cells: all but the cells, without and with the framework nations."""
    others = np.ones(len(matrix.columns), dtype=bool)
    others[cells.columns] = False
    without = others.copy()
    for leads in points.leads():
        without[leads] = False
    return {False: without, True: others}
