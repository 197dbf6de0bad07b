"""A Pyomo model as arrays, ready for a solver that takes rows and columns. No solver here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pyomo.core as pyo
from numpy.typing import NDArray
from pyomo.core.expr import LinearExpression
from pyomo.repn import generate_standard_repn

from allocator.errors import BadUsage
from allocator.families.rows import Row, Terms
from allocator.formulation import formulate, uncollected
from allocator.problem import Problem
from allocator.solving.built import check_arrays, check_components

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

Key = tuple[str, Any]

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
    columns : list of VarData
        One per column, in the order in which the model declares them; None for a column that the
        layout has and the model lacks (rows likewise).
    lower, upper : float arrays, one entry per column
    integral : bool array, one entry per column
    rows : list of ConstraintData
        One per row.
    row_lower, row_upper : float arrays, one entry per row (infinite where open)
    start, index, value : arrays
        The non-zeros by row, compressed.
    costs : dict
        Objective name -> one coefficient per column.
    """

    columns: list[Any]
    lower: Floats
    upper: Floats
    integral: NDArray[np.bool_]
    rows: list[Any]
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
        return [(variable.parent_component().local_name, variable.index()) for variable in self.columns]

    @cached_property
    def row_keys(self) -> list[Key]:
        """Component and index of each row."""
        return [(constraint.parent_component().local_name, constraint.index()) for constraint in self.rows]

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
    place = np.union1d(before, after)
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
        [None] * width,
        spread(c, new.lower, width, 0.0),
        spread(c, new.upper, width, 0.0),
        old.integral,
        [None] * len(rows),
        spread(r, new.row_lower, len(rows), -np.inf),
        spread(r, new.row_upper, len(rows), np.inf),
        np.concatenate([[0], np.cumsum(count)]).astype(np.int32),
        (place % width).astype(np.int32),
        value,
        {name: spread(c, cost, width, 0.0) for name, cost in new.costs.items()},
    )
    for at, variable in zip(c.tolist(), new.columns, strict=True):
        matrix.columns[at] = variable
    for at, constraint in zip(r.tolist(), new.rows, strict=True):
        matrix.rows[at] = constraint
    matrix.__dict__.update(column_keys=old.column_keys, row_keys=old.row_keys, scales=old.scales)
    return matrix


def _linear(expression: Any, owner: Any) -> tuple[Iterable[float], Iterable[Any], float]:
    """Coefficients, variables and constant of an expression; an expression that is not linear is refused."""
    if type(expression) is Terms:
        return *expression, 0.0
    if type(expression) is LinearExpression:
        coefs, constant = expression.linear_coefs, expression.constant
        if {*map(type, coefs), type(constant)} <= _NUMBERS:  # a parameter is not a number
            return coefs, expression.linear_vars, float(constant)
    try:
        repn = generate_standard_repn(expression, compute_values=True, quadratic=False)
    except (ArithmeticError, TypeError, ValueError) as error:
        raise BadUsage(f"{owner.name} has no value: {_one_line(error)}") from None
    if repn.nonlinear_expr is not None:
        raise BadUsage(f"{owner.name} is not linear; only linear constraints and objectives can be solved")
    return repn.linear_coefs, repn.linear_vars, float(repn.constant)


_NUMBERS = {int, float}
_SET = {int, float, type(None)}


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _limits(constraint: Any) -> tuple[float | None, Any, float | None]:
    """Least value, body and greatest value of a constraint."""
    try:
        least, body, most = constraint.to_bounded_expression(True)
    except (ArithmeticError, TypeError, ValueError) as error:
        raise BadUsage(f"{constraint.name} has no value: {_one_line(error)}") from None
    return least, body, most


def _places(variables: Iterable[Any], column_of: dict[int, int], owner: Any) -> list[int]:
    """Columns of an expression's variables."""
    try:
        return list(map(column_of.__getitem__, map(id, variables)))
    except KeyError:
        strange = next(variable for variable in variables if id(variable) not in column_of)
        raise BadUsage(
            f"{owner.name} uses the variable {strange.name}, which is not on this model; after clone(), take the "
            "variables of the clone"
        ) from None


def _all_places(used: list[Any], starts: list[int], column_of: dict[int, int], rows: list[Any]) -> NDArray[np.int64]:
    """Columns of the variables of all rows; ``starts`` are the rows' places among them."""
    try:
        return np.fromiter(map(column_of.__getitem__, map(id, used)), np.int64, len(used))
    except KeyError:
        for row, (first, last) in zip(rows, pairwise(starts), strict=True):
            _places(used[first:last], column_of, row)
        raise


def _variables(m: pyo.ConcreteModel) -> list[Any]:
    """Variables of the model, including those of deactivated blocks, which a constraint outside may use."""
    if getattr(m, "lean", True):
        return list(m.component_data_objects(pyo.Var, active=True))
    return list(m.component_data_objects(pyo.Var))


def _check_variables(matrix: Matrix) -> None:
    """Refuse variables whose domain or bounds no linear solver can handle."""
    sound: set[int] = set()
    for variable in matrix.columns:
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


def _bounds(columns: list[Any]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    lower, upper, integral = [], [], []
    domains: dict[int, tuple[float, float, bool]] = {}
    for variable in columns:
        domain = variable.domain
        if (known := domains.get(id(domain))) is None:
            known = domains[id(domain)] = (*_ends(*domain.bounds()), not variable.is_continuous())
        least, most, whole = known
        low, high = variable._lb, variable._ub  # as set; ``bounds`` would ask the domain once more for each variable
        if variable.fixed or type(low) not in _SET or type(high) not in _SET:
            least, most = _ends(*((variable.value, variable.value) if variable.fixed else variable.bounds))
        else:
            least = least if low is None or low < least else low
            most = most if high is None or high > most else high
        lower.append(least)
        upper.append(most)
        integral.append(whole)
    return np.array(lower, dtype=float), np.array(upper, dtype=float), np.array(integral, dtype=bool)


def _ends(least: float | None, most: float | None) -> tuple[float, float]:
    return -np.inf if least is None else least, np.inf if most is None else most


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
        columns = _variables(m)
        lower, upper, integral = _bounds(columns)
        column_of = {id(variable): column for column, variable in enumerate(columns)}
        rows, starts, row_lower, row_upper = [], [0], [], []
        used: list[Any] = []  # the variable of each term
        value: list[float] = []
        coefs: Iterable[float]
        variables: Iterable[Any]
        for constraint in m.component_data_objects(pyo.Constraint, active=True):
            if type(constraint) is Row and (pending := constraint.pending):
                least, (coefs, variables), most = pending
            else:
                least, body, most = _limits(constraint)
                coefs, variables, constant = _linear(body, constraint)
                least, most = (None if end is None else end - constant for end in (least, most))
            used += variables
            value += coefs
            starts.append(len(used))
            rows.append(constraint)
            row_lower.append(-np.inf if least is None else least)
            row_upper.append(np.inf if most is None else most)
        index = _all_places(used, starts, column_of, rows)
        costs = {}
        for name in getattr(m, "stages", m.problem.model.objectives):
            objective = m.component(f"objective_{name}")
            coefs, variables, _ = _linear(objective.expr, objective)
            cost = costs[name] = np.zeros(len(columns))
            np.add.at(cost, _places(variables, column_of, objective), np.fromiter(coefs, float))
        matrix = Matrix(
            columns, lower, upper, integral, rows, np.array(row_lower), np.array(row_upper),
            *_compressed(np.array(starts), index, np.array(value, dtype=float)),
            costs,
        )  # fmt: skip
        matrix.__dict__["column_of"] = column_of
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
