"""A caller's changes to a built model: additions that can be solved with it, and changes that are refused.

Added variables, constraints and blocks count, and so do tighter bounds and fixed values of the model's own variables.
Everything else in the model follows from the instance and the choices, by which every plan is audited. If it were
changed, model and audit would contradict each other, so the error message names the right place for the change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pyomo.core as pyo
from numpy.typing import NDArray
from pyomo.core.expr import LinearExpression

from allocator.errors import BadUsage
from allocator.families.rows import Aim, Rows
from allocator.money import Money
from allocator.pools import Pools
from allocator.problem import Problem
from allocator.solving.entries import Entries

if TYPE_CHECKING:
    from allocator.solving.standard_form import Matrix

CHOICES = "build() with other facts (Instance.override) or choices (Model) instead"

ONE_SIDED = {
    "shortfall": "a shortfall of the plan",
    "core_shortfall": "a shortfall of the plan",
    "missing_steps": "the steps of supply that the plan lacks",
    "heaviest": "the heaviest burden",
    "worst": "the worst period",
    "anew": "the number of units that come anew",
    "above": "the own cost of a nation above its share",
}
"""Variables that the model bounds from below only, and what they equal at the optimum."""

RESERVED = (
    "sends", "leads", "led", "there", "single", "joint", "orders", "expand", "buys", "together", "club", "heaviest",
    "burden_heaviest", "common_total", "worst", "anew", "above", "own_total",
)  # fmt: skip
"""Names that are reserved even if a family or an objective is left out."""

_COUNTED = {pyo.Var, pyo.Constraint, pyo.Block}
_DATA = {pyo.Param, pyo.Set, pyo.RangeSet, pyo.Expression, pyo.BooleanVar, pyo.BuildAction, pyo.BuildCheck}


def check_built(m: Any) -> None:
    """Refuse a Pyomo model that does not come from :func:`allocator.build`."""
    problem = getattr(m, "problem", None)
    if not isinstance(problem, Problem) or getattr(m, "lean", True):
        raise BadUsage("the Pyomo model does not come from allocator.build(), or parts that build() added are gone")
    if not m.active:
        raise BadUsage("the Pyomo model is deactivated as a whole; activate() it")


def check_components(m: pyo.ConcreteModel, ours: pyo.ConcreteModel) -> None:
    """Refuse components that are missing, deactivated or replaced, or of a kind that is not passed to HiGHS.

    Parameters
    ----------
    m, ours : ConcreteModel
        The model with the caller's changes, and the same model as it was built.
    """
    if (changed := _changed(m.problem, ours.problem)) is not None:
        raise BadUsage(f"m.problem.{changed} was changed, which has no effect on the model; {CHOICES}")
    for component in m.component_objects(active=True):
        name = f"m.{component.name}"
        if component.ctype is pyo.Objective and ours.component(component.name) is None:
            raise BadUsage(
                f"{name} is an objective of your own; a solve minimises those of the model "
                f"({', '.join(m.problem.model.objectives)}) in their order. Deactivate yours, or use a variable and a "
                "constraint, or choose with Model(objectives=...)"
            )
        if component.ctype not in (_COUNTED | _DATA | {pyo.Objective}):
            kind = component.ctype.__name__
            raise BadUsage(
                f"{name} is a {kind}, which cannot be solved here; write it as linear constraints, or remove it"
            )
    for name in RESERVED:
        if m.component(name) is not None and ours.component(name) is None:
            raise BadUsage(f"m.{name} is a reserved name; choose another")
    for component in ours.component_objects(descend_into=False):
        _check_component(m.component(component.name), component)


def _changed(mine: Any, ours: Any) -> str | None:
    """The first attribute of what was read that differs; None if all are the same."""
    name: str
    for name, value in vars(mine).items():
        if isinstance(value, Pools | Money) and name in ("pools", "money") and isinstance(mine, Problem):
            if (inner := _changed(value, getattr(ours, name))) is not None:
                return f"{name}.{inner}"
        elif name not in ("instance", "model", "pools") and _filled(value) != _filled(getattr(ours, name)):
            return name
    return None


def _filled(value: Any) -> Any:
    """A mapping without the empty entries that lookups created."""
    return {key: inner for key, inner in value.items() if inner} if isinstance(value, defaultdict) else value


def _check_component(mine: Any, ours: Any) -> None:
    """A component of the model has its entries, each active or not as it was built."""
    name = f"m.{ours.name}"
    if mine is None or mine.ctype is not ours.ctype or mine.is_indexed() != ours.is_indexed():
        raise BadUsage(f"{name} is missing or replaced; {CHOICES}")
    if mine.ctype is pyo.Objective and mine.active != ours.active:
        which = "activated" if mine.active else "deactivated"
        raise BadUsage(f"{name} was {which}; choose objectives and their order with Model(objectives=...)")
    missing = [key for key in ours if key not in mine]
    if missing:
        raise BadUsage(f"{_entry(ours, missing[0])} is missing; {CHOICES}")
    added = [key for key in mine if key not in ours]
    if added and mine.ctype is pyo.Var:
        raise BadUsage(f"{_entry(mine, added[0])} is not in the built model: it can only be 0")
    if added:
        raise BadUsage(f"{_entry(mine, added[0])} was added; give a constraint of your own a name of its own")
    if mine.ctype is pyo.Constraint and (not mine.active or not isinstance(mine, Rows) or mine.made is not None):
        off = [] if mine.active else [f"m.{ours.name}"]
        off += [_entry(ours, key) for key in ours if not mine[key].active]
        if off:
            raise BadUsage(f"{off[0]} is deactivated; leave its family out with Model(families=...), or {CHOICES}")


def _entry(component: Any, key: Any) -> str:
    return f"m.{component[key].name}"


def check_arrays(m: pyo.ConcreteModel, matrix: Matrix, ours: pyo.ConcreteModel, built: Matrix) -> None:
    """Refuse changed constraints, objectives and variable bounds, and rows that would push up one-sided variables.

    Parameters
    ----------
    m, matrix : ConcreteModel, Matrix
        The model with the caller's changes.
    ours, built : ConcreteModel, Matrix
        The same as it was built.
    """
    columns = np.full(len(built.columns), -1)
    for component in ours.component_objects(pyo.Var):
        columns[built.columns.at(component)] = _places(
            matrix.columns, m.component(component.name), built.columns.of(component)
        )
    _check_columns(matrix, built, columns)
    rows = np.full(len(built.rows), -1)
    for component in ours.component_objects(pyo.Constraint):
        rows[built.rows.at(component)] = _places(matrix.rows, m.component(component.name), built.rows.of(component))
    _check_rows(matrix, built, columns, rows)
    for name, cost in built.costs.items():
        mine, theirs = m.component(f"objective_{name}"), ours.component(f"objective_{name}")
        changed = matrix.costs[name].copy()
        changed[columns] -= cost
        linear = _is_built(mine) or (
            isinstance(mine.expr, LinearExpression) and mine.expr.constant == theirs.expr.constant
        )
        if changed.any() or not linear or mine.sense != theirs.sense:
            raise BadUsage(f"m.objective_{name} was changed; choose what is minimised with Model(objectives=...)")
    one_sided = [matrix.columns.at(m.component(name)) for name in ONE_SIDED if m.component(name) is not None]
    _check_own_rows(matrix, np.concatenate([np.zeros(0, dtype=np.int64), *one_sided]), rows)


def _places(entries: Entries, mine: Any, keys: Iterable[Any]) -> list[int]:
    """Places of a component's entries with some keys."""
    at = entries.of(mine)
    return [at[key] for key in keys]


def _is_built(objective: Any) -> bool:
    """Whether nothing has asked for the expression of an objective, so that it is as it was built."""
    return type(objective) is Aim and objective.pending is not None


def _check_columns(matrix: Matrix, built: Matrix, columns: NDArray[np.int64]) -> None:
    """The model's own variables may take fewer values than as built, and no other values."""
    raised = np.array([name in ONE_SIDED for name, _ in built.column_keys], dtype=bool)
    wider = (matrix.lower[columns] < built.lower) | (matrix.upper[columns] > built.upper)
    wider |= (matrix.lower[columns] > built.upper) | (matrix.upper[columns] < built.lower)
    kind = matrix.integral[columns] != built.integral
    for at in np.flatnonzero(wider | kind | (raised & (matrix.lower[columns] > built.lower)))[:1]:
        variable, first, last = matrix.columns[columns[at]], built.lower[at], built.upper[at]
        if kind[at]:
            raise BadUsage(f"m.{variable.name} has another domain than it was built with; {CHOICES}")
        if not wider[at]:
            raise BadUsage(f"m.{variable.name} cannot be kept above {first:g}: {_one_sided(variable)}")
        low, high = matrix.lower[columns[at]], matrix.upper[columns[at]]
        now = f"is fixed at {low:g}" if low == high else f"has the bounds {low:g} to {high:g}"
        raise BadUsage(f"m.{variable.name} {now}, where the model allows {first:g} to {last:g}; {CHOICES}")


def _one_sided(variable: Any) -> str:
    """Why a variable must not be pushed up."""
    what = ONE_SIDED[variable.parent_component().local_name]
    return f"it is {what}, which the model bounds from below only. Write an upper limit on it, or use m.deploy"


def _check_rows(matrix: Matrix, built: Matrix, columns: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
    """The model's own constraints are as they were built."""
    changed = (matrix.row_lower[rows] != built.row_lower) | (matrix.row_upper[rows] != built.row_upper)
    width = len(matrix.columns)
    is_own = np.isin(matrix.row_index, rows)
    mine = dict(
        zip((matrix.row_index * width + matrix.index)[is_own].tolist(), matrix.value[is_own].tolist(), strict=True)
    )
    place = rows[built.row_index] * width + columns[built.index]
    theirs = dict(zip(place.tolist(), built.value.tolist(), strict=True))
    if mine != theirs:
        place_of_row = {row: at for at, row in enumerate(rows.tolist())}
        differ = {key for key in mine.keys() | theirs.keys() if mine.get(key) != theirs.get(key)}
        changed[[place_of_row[key // width] for key in differ]] = True
    for at in np.flatnonzero(changed)[:1]:
        raise BadUsage(f"m.{matrix.rows[rows[at]].name} was changed; add a constraint of your own, or {CHOICES}")


def _check_own_rows(matrix: Matrix, one_sided: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
    """No added constraint pushes up a variable that the model bounds from below only."""
    up = np.where(
        matrix.value > 0, matrix.row_lower[matrix.row_index] > -np.inf, matrix.row_upper[matrix.row_index] < np.inf
    )
    pushed = up & np.isin(matrix.index, one_sided) & ~np.isin(matrix.row_index, rows)
    for at in np.flatnonzero(pushed)[:1]:
        row, variable = matrix.rows[matrix.row_index[at]], matrix.columns[matrix.index[at]]
        raise BadUsage(f"m.{row.name} can push m.{variable.name} up: {_one_sided(variable)}")
