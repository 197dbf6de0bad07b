"""Which of many figures are apart from the others, and the sentences that say so."""

from __future__ import annotations

import statistics
from collections.abc import Hashable, Mapping
from math import log10
from typing import Any

WORDS = {3: "a thousand", 6: "a million"}
_SCALE = {3: "0.001", 6: "0.000001", -3: "1000", -6: "1000000"}
MEANS = {
    "gdp": "is in millions a year, as costs are in millions",
    "troop_ceiling": "is in people",
    "personnel": "is the people of one unit",
    "operating_cost": "is in millions a month",
    "rotation_cost": "is in millions a unit and period",
    "units": "is the number of units, not of people",
    "quantity": "is in the unit of its capability, as is amount in yields",
    "amount": "is in millions",
    "price": "is in millions a unit",
    "expansion_price": "is in millions an expansion",
}
"""Column -> the meaning of its figures, in words."""

MOST = 3
"""Number of rows of one kind that are named; the others are counted."""


def apart(values: Mapping[Any, float], least: float = 2.0) -> list[tuple[Any, int]]:
    """Figures that are a thousand or a million times larger or smaller than the others, with the power of ten.

    The distance is that of the logarithm from its median. It counts if it is above ``least`` and above three standard
    deviations (estimated from the median absolute deviation, at least 0.2).
    """
    if len(values) < 3:
        return []
    logs = {key: log10(value) for key, value in values.items()}
    middle = statistics.median(logs.values())
    spread = max(0.2, 1.4826 * statistics.median(abs(x - middle) for x in logs.values()))
    far = {key: x - middle for key, x in logs.items() if abs(x - middle) > max(least, 3 * spread)}
    return [(key, (3 if abs(x) < 5 else 6) * (1 if x > 0 else -1)) for key, x in far.items()]


def rather(key: Hashable, large: Mapping[Any, float], small: Mapping[Any, float], margin: float) -> bool:
    """Whether one figure is too large rather than the other too small, by their distances from the medians."""
    return log10(large[key] / median(large)) > margin - log10(small[key] / median(small))


def middles(values: Mapping[Any, float]) -> tuple[float, float]:
    """The two middle figures; the same one twice if the number of figures is odd."""
    return statistics.median_low(values.values()), statistics.median_high(values.values())


def median(values: Mapping[Any, float]) -> float:
    return statistics.median(values.values())


def figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def power_of(value: float, low: float, high: float) -> int:
    """The power of ten by which a figure is too large or too small to lie between two bounds."""
    if value > high:
        return 3 if value <= 1e3 * high else 6
    return -3 if value * 1e3 >= low else -6


def money(millions: float, currency: str) -> str:
    return f"{currency} {figure(millions * 1e6)}" if millions < 1 else f"{currency} {figure(millions)} million"


def every(table: str, column: str, power: int, seen: str) -> str:
    return (
        f"{table}: every figure in {column} looks {off(power)}: {seen}; {column} {MEANS[column]}; check it, or "
        f'scale it with --set "{table}.{column}*={_SCALE[power]}"'
    )


def one(table: str, key: str, column: str, figure: float, power: int, beside: str) -> str:
    likely = figure * 10.0**-power
    meant = "" if likely < 1 and MEANS[column].startswith("is the") else f"; {likely:,.10g} may be meant"
    return (
        f"{table}: the {column} of {key}, {figure:,.12g}, looks {off(power)} beside {beside}; "
        f"{column} {MEANS[column]}{meant}"
    )


def off(power: int) -> str:
    return f"{WORDS[abs(power)]} times too {'large' if power > 0 else 'small'}"


def like(lines: list[str], what: str) -> list[str]:
    return few(lines, f"{what} like these")


def few(lines: list[str], what: str) -> list[str]:
    """The first lines of a kind, and how many more there are."""
    if len(lines) <= MOST + 1:
        return lines
    return [*lines[:MOST], f"{lines[0].partition(':')[0]}: {len(lines) - MOST} more {what}"]
