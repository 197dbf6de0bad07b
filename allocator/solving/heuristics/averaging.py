"""The averaged programme: one mean value for each column over all periods, and rows summed over periods.

It decides in a second what holds for the whole horizon: who leads each task, with who joins and takes part. Only these
are whole in it. A plan that is the same in every period is a point of it, but rows that are summed forget which period
lacks what. It is therefore a guide: it proves nothing about the model.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from allocator.solving.entries import Key, nothing
from allocator.solving.heuristics.search import AVERAGED, Search
from allocator.solving.highs import Relaxation, Resident
from allocator.solving.standard_form import Floats, Matrix

WHOLE = ("leads", "joins", "member", "there")
"""Variables that are whole in the averaged programme."""

DIGITS = ("digit", "carry")
"""Rows and columns of further digits, whose index ends with the number of the digit; each stays on its own."""

NODES = 50
"""Most nodes of the search tree."""

CLOSE = 0.002
"""Relative gap at which the averaged programme is solved well enough."""

Numbers = NDArray[np.int64]


def averaged(resident: Resident, search: Search) -> Relaxation | None:
    """Solve the averaged programme, or return None if it has no solution.

    Its values and prices are those of a relaxation in which each column and row has the mean of its group. Its bound is
    0, because it proves nothing.
    """
    matrix = resident.matrix
    columns, rows = grouped(matrix.column_keys), grouped(matrix.row_keys)
    small = Resident(programme(matrix, columns, rows), resident.options)
    for objective, most in resident.held:
        small.hold(objective, most)
    small.minimise(resident.objective)
    run = search.run(0.0, part=small, what=AVERAGED, mip_rel_gap=CLOSE, mip_max_nodes=NODES)
    if run.point is None:
        return None
    whole = np.flatnonzero(small.matrix.integral)
    small.restrict(whole, np.rint(run.point[whole]))
    before = small.seconds
    relaxed = search.relax("corner", part=small)
    resident.seconds += small.seconds - before
    if relaxed is None:
        return None
    price = relaxed.price[rows]
    paid = np.bincount(matrix.index, weights=matrix.value * price[matrix.row_index], minlength=len(columns))
    return Relaxation(True, relaxed.point[columns], matrix.costs[resident.objective] - paid, price, 0.0)


def programme(matrix: Matrix, columns: Numbers, rows: Numbers) -> Matrix:
    """The averaged programme of a model whose columns and rows belong to these groups."""
    width, height = int(columns.max(initial=-1)) + 1, int(rows.max(initial=-1)) + 1
    size = np.bincount(columns, minlength=width)

    def total(values: Floats) -> Floats:
        return np.bincount(columns, weights=values, minlength=width).astype(float)

    place, each = np.unique(rows[matrix.row_index] * width + columns[matrix.index], return_inverse=True)
    value = np.bincount(each, weights=matrix.value, minlength=len(place)).astype(float)
    place, value = place[np.abs(value) > 1e-9], value[np.abs(value) > 1e-9]
    count = np.bincount(place // width, minlength=height)
    kinds = np.array([name in WHOLE for name, _ in matrix.column_keys], dtype=bool) & matrix.integral
    integral = total(kinds.astype(float)) > 0
    lower, upper = total(matrix.lower) / size, total(matrix.upper) / size
    row_lower, row_upper = np.zeros(height), np.zeros(height)
    np.add.at(row_lower, rows, matrix.row_lower)
    np.add.at(row_upper, rows, matrix.row_upper)
    return Matrix(
        nothing(width), lower, np.where(integral, np.ceil(upper), upper), integral,
        nothing(height), row_lower, row_upper,
        np.concatenate([[0], np.cumsum(count)]).astype(np.int32), (place % width).astype(np.int32), value,
        {objective: total(costs) for objective, costs in matrix.costs.items()},
    )  # fmt: skip


def grouped(keys: Sequence[Key]) -> Numbers:
    """A number for each key; keys that differ only in periods share one."""
    number: dict[tuple[object, ...], int] = {}
    return np.array([number.setdefault((name, *_without_periods(name, key)), len(number)) for name, key in keys])


def _without_periods(name: str, key: object) -> tuple[object, ...]:
    """The index without its period, which comes last; rows of pools have two, before the number of their edge."""
    if not isinstance(key, tuple) or name in DIGITS:
        return (key,)
    if name == "rotation_pool":
        return (*key[:2], *key[4:])
    return key[:-1] if isinstance(key[-1], int) else key
