"""Handing linear rows to Pyomo without building expression trees term by term."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyomo.core.expr import LinearExpression, MonomialTermExpression

Term = tuple[float, Any]


def linear(terms: Iterable[Term]) -> LinearExpression:
    """Sum of coefficient times variable."""
    return LinearExpression(args=list(map(MonomialTermExpression, terms)))
