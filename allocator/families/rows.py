"""Handing linear rows to Pyomo without building expression trees term by term."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from pyomo.core.expr import LinearExpression

Term = tuple[float | Fraction, Any]


def linear(terms: Iterable[Term]) -> LinearExpression:
    """Sum of coefficient times variable."""
    coefs, variables = [], []
    for coef, variable in terms:
        coefs.append(float(coef))
        variables.append(variable)
    return LinearExpression(constant=0, linear_coefs=coefs, linear_vars=variables)
