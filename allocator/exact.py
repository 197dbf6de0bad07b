"""Decimal numbers as exact fractions."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from math import gcd


@lru_cache(maxsize=10_000)
def exact(number: float | int) -> Fraction:
    """The decimal number that a reader sees: 0.1 is one tenth."""
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


def step_of(amounts: Iterable[Fraction]) -> Fraction:
    """Largest number of which every amount is a whole multiple (0 if all amounts are 0)."""
    top, bottom = 0, 1
    for amount in amounts:
        top, bottom = (
            gcd(top * amount.denominator, amount.numerator * bottom),
            bottom * amount.denominator,
        )
        common = gcd(top, bottom)
        top, bottom = top // common, bottom // common
    return Fraction(top, bottom)
