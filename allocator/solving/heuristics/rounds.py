"""A row for each pool on an indefinite horizon: what it can deploy in all periods together is whole.

Every period of a circle of rotation windows is in equally many of them. The sum of their rows, divided by that number,
limits the deployments of the pool in all periods together; what deploys is whole, so the limit is rounded down. One
unit with a rotation ratio of 3 deploys at most 6 times in 20 periods, and 6 2/3 times in the relaxation of the windows.
The rows admit the same plans, raise the bound of the relaxation and help HiGHS in parts of the model.

Source: the rounding of Chvatal (1973), Discrete Mathematics 4(4), applied to the cyclic staffing model of Bartholdi,
Orlin and Ratliff (1980), Operations Research 28(5).
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from allocator.solving.standard_form import Matrix

WINDOWS, ROUND = "rotation_pool", "rotation_round"
"""Rows of the windows, and of what a pool deploys in all periods."""

EXACT = 1e-6
"""A limit that is closer than this to a whole number is not rounded."""


def with_rounds(matrix: Matrix) -> Matrix:
    """The same model with a row for each pool of which the windows allow a fraction of a deployment more."""
    windows: dict[object, list[int]] = defaultdict(list)
    for row, (name, key) in enumerate(matrix.row_keys):
        if name == WINDOWS:
            windows[key[:2]].append(row)
    keys, limits, columns = [], [], []
    for pool, rows in windows.items():
        inside = np.concatenate([np.arange(matrix.start[row], matrix.start[row + 1]) for row in rows])
        used, each = np.unique(matrix.index[inside], return_inverse=True)
        times = np.bincount(each, weights=matrix.value[inside])
        limit = float(matrix.row_upper[rows].sum() / times[0])
        if np.ptp(times) == 0 and matrix.integral[used].all() and EXACT < limit - np.floor(limit) < 1 - EXACT:
            keys.append((ROUND, pool))
            limits.append(np.floor(limit))
            columns.append(used)
    more = len(keys)
    length = np.array([len(used) for used in columns], dtype=np.int64)
    new = Matrix(
        matrix.columns, matrix.lower, matrix.upper, matrix.integral,
        matrix.rows.longer(more),
        np.concatenate([matrix.row_lower, np.full(more, -np.inf)]), np.concatenate([matrix.row_upper, limits]),
        np.concatenate([matrix.start, matrix.start[-1] + np.cumsum(length)]).astype(np.int32),
        np.concatenate([matrix.index, *columns]).astype(np.int32),
        np.concatenate([matrix.value, np.ones(length.sum())]), matrix.costs,
    )  # fmt: skip
    new.__dict__.update(column_keys=matrix.column_keys, row_keys=[*matrix.row_keys, *keys])
    return new
