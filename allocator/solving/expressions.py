"""Pyomo's variables and expressions as numbers: bounds, coefficients and limits, each refused if it is not linear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyomo.core.expr import LinearExpression
from pyomo.repn import generate_standard_repn

from allocator.errors import BadUsage

Floats = NDArray[np.float64]


def linear_terms(expression: Any, owner: Any) -> tuple[Iterable[float], Iterable[Any], float]:
    """Coefficients, variables and constant of an expression; an expression that is not linear is refused."""
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


def limits(constraint: Any) -> tuple[float | None, Any, float | None]:
    """Least value, body and greatest value of a constraint."""
    try:
        least, body, most = constraint.to_bounded_expression(True)
    except (ArithmeticError, TypeError, ValueError) as error:
        raise BadUsage(f"{constraint.name} has no value: {_one_line(error)}") from None
    return least, body, most


def places(variables: Iterable[Any], column_of: Mapping[int, int], owner: Any) -> list[int]:
    """Columns of an expression's variables."""
    try:
        return list(map(column_of.__getitem__, map(id, variables)))
    except KeyError:
        strange = next(variable for variable in variables if id(variable) not in column_of)
        raise BadUsage(
            f"{owner.name} uses the variable {strange.name}, which is not on this model; after clone(), take the "
            "variables of the clone"
        ) from None


def bounds(columns: list[Any]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
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
