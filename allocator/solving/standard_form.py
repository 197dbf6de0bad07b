"""A Pyomo model as arrays, ready for a solver that takes rows and columns. No solver here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyomo.core as pyo
from numpy.typing import NDArray

from allocator.errors import BadUsage
from allocator.families.rows import Aim, Terms
from allocator.formulation import formulate, uncollected
from allocator.problem import Problem
from allocator.solving.built import check_arrays, check_components
from allocator.solving.collected import Collected, bounds_of, collected
from allocator.solving.entries import Entries, Key, columns_of, rows_of
from allocator.solving.expressions import linear_terms

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

SPREAD = 1e8
"""Greatest ratio of coefficients or bounds up to which a solver is expected to keep every limit."""

WIDE = 20
"""Range, in powers of two, of the upper bound of a continuous column in the solver's unit."""

FAR = 6.0
"""Powers of two by which the natural scale of a row or column may change before the layout is abandoned."""

LARGEST = 1e15
"""A coefficient or finite bound of this size or more is refused: HiGHS would drop the model silently."""


@dataclass
class Matrix:
    """Columns, rows and objectives of a Pyomo model.

    Attributes
    ----------
    columns : sequence of VarData
        One per column, in the order in which the model declares them; None for a column that the
        layout has and the model lacks (rows likewise).
    lower, upper : float arrays, one entry per column
    integral : bool array, one entry per column
    rows : sequence of ConstraintData
        One per row.
    row_lower, row_upper : float arrays, one entry per row (infinite where open)
    start, index, value : arrays
        The non-zeros by row, compressed.
    costs : dict
        Objective name -> one coefficient per column.
    """

    columns: Entries
    lower: Floats
    upper: Floats
    integral: NDArray[np.bool_]
    rows: Entries
    row_lower: Floats
    row_upper: Floats
    start: Ints
    index: Ints
    value: Floats
    costs: dict[str, Floats]

    @cached_property
    def row_index(self) -> NDArray[np.int64]:
        """Row of each non-zero."""
        return np.repeat(np.arange(len(self.rows)), np.diff(self.start))

    @cached_property
    def far_apart(self) -> bool:
        """Whether coefficients and bounds of columns are so far apart that a solver may lose the small ones."""
        sizes = np.abs(np.concatenate([self.value, self.upper[np.isfinite(self.upper) & (self.upper > 0)]]))
        return bool(len(sizes)) and bool(sizes.max() > SPREAD * sizes.min())

    @cached_property
    def scales(self) -> tuple[Floats, Floats]:
        """Factors (powers of two) for rows and columns that bring non-zeros to about one.

        A column or row in tiny or huge units would escape a solver's absolute tolerances. Whole-number columns keep
        their unit.
        """
        size = np.log2(np.abs(self.value))
        whole = self.integral[self.index]
        row = _mean(self.row_index[whole], size[whole], len(self.rows))
        apart = (row[self.row_index] - size)[~whole]
        column = np.rint(_mean(self.index[~whole], apart, len(self.columns)))
        bounded = ~self.integral & np.isfinite(self.upper) & (self.upper > 0)
        range_ = np.log2(self.upper, where=bounded, out=np.zeros(len(self.columns)))
        column = np.where(bounded, np.clip(column, np.rint(range_) - WIDE, np.rint(range_) + 1), column)
        row = np.rint(-_mean(self.row_index, size + column[self.index], len(self.rows)))
        empty = (np.diff(self.start) == 0) & np.isfinite(self.row_lower) & (self.row_lower > 0)
        row[empty] = -np.rint(np.log2(self.row_lower[empty]))
        return np.exp2(row), np.exp2(column)

    def each(self, objective: str) -> Floats:
        """The least that one unit in each whole-number column adds to an objective; 0 for ``gap``."""
        if objective != "burden":
            return np.where(self.integral, self.costs[objective], 0.0)
        burdens = np.array([name == "burden_heaviest" for name, _ in self.row_keys], dtype=bool)
        here = burdens[self.row_index] & self.integral[self.index]
        least = np.zeros(len(self.columns))
        np.maximum.at(least, self.index[here], self.value[here])
        return least

    def without(self, out: NDArray[np.bool_]) -> Matrix:
        """The same model with some columns fixed at 0 and removed from every row."""
        kept = ~out[self.index]
        count = np.bincount(self.row_index[kept], minlength=len(self.rows))
        return replace(
            self,
            upper=np.where(out, 0.0, self.upper),
            start=np.concatenate([[0], np.cumsum(count)]).astype(np.int32),
            index=self.index[kept],
            value=self.value[kept],
            costs={name: np.where(out, 0.0, cost) for name, cost in self.costs.items()},
        )

    @cached_property
    def column_keys(self) -> list[Key]:
        """Component and index of each column."""
        return self.columns.keys()

    @cached_property
    def row_keys(self) -> list[Key]:
        """Component and index of each row."""
        return self.rows.keys()

    @cached_property
    def column_of(self) -> dict[int, int]:
        """``id`` of a variable -> its column."""
        return {id(variable): column for column, variable in enumerate(self.columns) if variable is not None}

    @cached_property
    def row_at(self) -> dict[int, int]:
        """``id`` of a constraint -> its row."""
        return {id(constraint): row for row, constraint in enumerate(self.rows) if constraint is not None}


def laid_out(new: Matrix, old: Matrix) -> Matrix | None:
    """A model in the layout of another, so that a solver that holds the other needs to change only the differences.

    Columns that the new model lacks are fixed at 0; rows that it lacks are left open.

    Returns
    -------
    Matrix or None
        None if the new model has a column or row that the other lacks, or numbers of a very different size.
    """
    columns = {key: column for column, key in enumerate(old.column_keys)}
    rows = {key: row for row, key in enumerate(old.row_keys)}
    if not (columns.keys() >= set(new.column_keys) and rows.keys() >= set(new.row_keys)):
        return None
    c = np.array([columns[key] for key in new.column_keys], dtype=np.int64)
    r = np.array([rows[key] for key in new.row_keys], dtype=np.int64)
    if (old.integral[c] != new.integral).any():
        return None
    for there, here, scale in zip((r, c), new.scales, old.scales, strict=True):
        if (np.abs(np.log2(here / scale[there])) > FAR).any():
            return None
    width = len(columns)
    before = old.row_index * width + old.index
    after = r[new.row_index] * width + c[new.index]
    place = np.unique(np.concatenate([before, after]), return_index=True)[0]  # without the index it loads numpy.ma
    value = np.zeros(len(place))
    free = ~(np.isin(old.row_index, r) & np.isin(old.index, c))
    value[np.searchsorted(place, before[free])] = old.value[free]
    value[np.searchsorted(place, after)] = new.value
    count = np.bincount(place // width, minlength=len(rows))

    def spread(here: NDArray[np.int64], values: Floats, length: int, rest: float) -> Floats:
        whole = np.full(length, rest)
        whole[here] = values
        return whole

    matrix = Matrix(
        new.columns.spread(c, width),
        spread(c, new.lower, width, 0.0),
        spread(c, new.upper, width, 0.0),
        old.integral,
        new.rows.spread(r, len(rows)),
        spread(r, new.row_lower, len(rows), -np.inf),
        spread(r, new.row_upper, len(rows), np.inf),
        np.concatenate([[0], np.cumsum(count)]).astype(np.int32),
        (place % width).astype(np.int32),
        value,
        {name: spread(c, cost, width, 0.0) for name, cost in new.costs.items()},
    )
    matrix.__dict__.update(column_keys=old.column_keys, row_keys=old.row_keys, scales=old.scales)
    return matrix


def _check_variables(matrix: Matrix) -> None:
    """Refuse variables whose domain or bounds no linear solver can handle."""
    sound: set[int] = set()
    for variable in matrix.columns.made():
        if variable.fixed and variable.value is None:
            raise BadUsage(f"{variable.name} is fixed without a value")
        domain = variable.domain
        if id(domain) not in sound and domain.get_interval()[2] not in (0, 1):
            raise BadUsage(f"{variable.name} has the domain {domain.name}; expected whole or real numbers in a range")
        sound.add(id(domain))
    fraction = matrix.integral & (matrix.lower == matrix.upper) & (matrix.lower != np.rint(matrix.lower))
    for at in np.flatnonzero((matrix.lower > matrix.upper) | fraction)[:1]:
        first, last = matrix.lower[at], matrix.upper[at]
        values = f"is {first:g}" if first == last else f"has the bounds {first:g} to {last:g}"
        raise BadUsage(f"{matrix.columns[at].name} {values}, which leaves no value for it")


def compile_model(m: pyo.ConcreteModel) -> Matrix:
    """Turn a Pyomo model, with any linear constraints that were added to it, into arrays.

    Raises
    ------
    BadUsage
        Something on the model is not linear, a number is not finite or of size 1e15 or more, or the model was changed
        in a way that contradicts its instance and choices: see :mod:`allocator.solving.built`.
    """
    if getattr(m, "lean", True):
        return _arrays(m)
    with uncollected():
        ours = formulate(Problem(m.problem.instance, m.problem.model), lean=False)
        check_components(m, ours)
    matrix = _arrays(m)
    _check_variables(matrix)
    check_arrays(m, matrix, ours, _arrays(ours))
    return matrix


def _arrays(m: pyo.ConcreteModel) -> Matrix:
    with uncollected():
        columns, rows = columns_of(m), rows_of(m)
        sums, least, most = collected(rows, columns)
        costs = {}
        for name in getattr(m, "stages", m.problem.model.objectives):
            objective = m.component(f"objective_{name}")
            terms = objective.pending if type(objective) is Aim else None
            if terms is None:
                coefs, variables, _ = linear_terms(objective.expr, objective)
                terms = Terms(tuple(coefs), tuple(variables))
            cost = Collected(columns, sums.known)
            cost.add(terms, m.cells, objective)
            costs[name] = cost.dense()
        matrix = Matrix(columns, *bounds_of(columns), rows, least, most, *_compressed(*sums.arrays()), costs)
    _refuse_absurd(matrix)
    return matrix


def _compressed(starts: NDArray[np.int64], index: NDArray[np.int64], value: Floats) -> tuple[Ints, Ints, Floats]:
    """Rows with each column once and no zeros."""
    row = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    width = int(index.max()) + 1 if len(index) else 1
    place = row * width + index
    order = np.argsort(place, kind="stable")
    place, total = place[order], value[order]
    first = np.flatnonzero(np.diff(place, prepend=-1))
    if len(first) < len(place):
        place, total = place[first], np.add.reduceat(total, first)
    kept = total != 0
    place, total = place[kept], total[kept]
    counts = np.bincount(place // width, minlength=len(starts) - 1)
    start = np.concatenate([[0], np.cumsum(counts)])
    return start.astype(np.int32), (place % width).astype(np.int32), total


def _mean(place: NDArray[Any], value: Floats, length: int) -> Floats:
    """Mean of the values at each place, 0 at places without values."""
    count = np.bincount(place, minlength=length)
    mean: Floats = np.bincount(place, weights=value, minlength=length) / np.maximum(count, 1)
    return mean


def _refuse_absurd(matrix: Matrix) -> None:
    arrays = [matrix.value, *matrix.costs.values()]
    arrays += [bound[np.isfinite(bound)] for bound in (matrix.row_lower, matrix.row_upper)]
    arrays += [bound[np.isfinite(bound)] for bound in (matrix.lower, matrix.upper)]
    nan = any(np.isnan(bound).any() for bound in (matrix.row_lower, matrix.row_upper, matrix.lower, matrix.upper))
    if nan or any(not np.isfinite(a).all() or (np.abs(a) >= LARGEST).any() for a in arrays):
        raise BadUsage(f"the model has a coefficient or bound that is not finite or not below {LARGEST:g}")
