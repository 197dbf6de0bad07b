"""Words that the pages of sweeps, comparisons and hedges share: figures of a point, conditions, what changes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from allocator.naming import Names
from allocator.report.charts.kinds import NOTHING, PROVED, UNPROVED, spaced
from allocator.report.html.words import count, listed, money, number, percent, points
from allocator.report.text.settings import coalition_words, key_words
from allocator.wording import first_capital

UNPROVED_KEY = (UNPROVED, "found, not proved to the requested gap")

SHARES = ("coverage", "worst_coverage", "gap", "worst_period", "unmet", "worst_unmet")
"""Measures that are shares."""

LABEL = 60
"""Most characters of a value in a heading."""


def made_with(options: Mapping[str, Any] | None, versions: Mapping[str, str] | None) -> tuple[tuple[str, str], ...]:
    """Options and versions as rows of *How it was made*; what an older saved object does not say is left out.

    Examples
    --------
    >>> made_with({"gap": 0.005, "time_limit": None, "only": ()}, {"highspy": "1.15.1"})
    (('Options', 'gap 0.005'), ('Versions', 'highspy 1.15.1'))
    """
    given = {key.replace("_", " "): value for key, value in (options or {}).items() if value not in (None, (), [], "")}
    shown = [f"{key} {', '.join(value) if isinstance(value, list | tuple) else value}" for key, value in given.items()]
    used = [f"{name} {version}" for name, version in (versions or {}).items()]
    return tuple((head, "; ".join(words)) for head, words in (("Options", shown), ("Versions", used)) if words)


def condition_words(condition: str, names: Names) -> str:
    """A condition of ``--success`` or ``--threshold`` in words.

    Examples
    --------
    >>> names = Names({"objectives": {"sky": "Safe skies"}})
    >>> condition_words("coverage.sky>=0.6", names).replace(chr(160), " "), condition_words("cost<=500", names)
    ('coverage of Safe skies at least 60 %', 'cost at most 500')
    """
    found = re.fullmatch(r"([\w.]+)\s*(>=|<=)\s*(-?[\d.e+-]+)", condition)
    if found is None:
        return condition
    measure, sign, value = found.groups()
    name, _, rest = measure.partition(".")
    of = names.line(rest) if "." in rest else names.any(rest)
    limit = (
        percent(float(value), 0 if float(value) * 100 % 1 == 0 else 1) if name in SHARES else number(float(value), 6)
    )
    words = f"{name.replace('_', ' ')}{f' of {of}' if rest else ''}"
    return f"{words} {'at least' if sign == '>=' else 'at most'} {limit}"


def value_words(value: Any) -> str:
    """A value of a key."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else number(value, 6)


def state_of(row: Mapping[str, Any]) -> str:
    """The kind of a point: proved, found and not proved, or without a plan."""
    if row.get("coverage") is None:
        return NOTHING
    return PROVED if row["proved"] else UNPROVED


def state_words(row: Mapping[str, Any]) -> str:
    """What a point without a plan is: infeasible, or without an answer."""
    return "infeasible" if row["status"] == "infeasible" else "no answer"


def share(row: Mapping[str, Any], name: str = "coverage") -> str:
    """A share of a point; ``~`` marks what is not proved."""
    if row.get(name) is None:
        return state_words(row)
    return ("" if row["proved"] else "~") + percent(row[name], 1)


def amount(row: Mapping[str, Any], name: str = "cost") -> str:
    """Another figure of a point."""
    if row.get(name) is None:
        return "–"
    return ("" if row["proved"] else "~") + number(row[name])


def signed(value: float) -> str:
    """A difference with its sign.

    Examples
    --------
    >>> signed(12.5), signed(-3.0), signed(0.0)
    ('+12.5', '−3', '0')
    """
    return ("+" if value > 0 else "") + number(value)


def change_words(row: Mapping[str, Any], names: Names) -> str:
    """Who enters and leaves, and which lines are newly met and missed."""
    parts = []
    for key, word in (("enters", "in: "), ("leaves", "out: ")):
        if row[key]:
            parts.append(word + listed([names.nation(code) for code in row[key]], 6))
    for key, word in (("met", "met: "), ("missed", "unmet: ")):
        if row[key]:
            parts.append(word + listed([names.line(line) for line in row[key]], 4))
    return "; ".join(parts)


def shade(value: float | None, low: float, high: float) -> int:
    """A value as a shade from 1 to 5; 0 where there is none.

    Examples
    --------
    >>> shade(0.0, 0.0, 1.0), shade(0.5, 0.0, 1.0), shade(1.0, 0.0, 1.0), shade(None, 0.0, 1.0)
    (1, 3, 5, 0)
    """
    if value is None:
        return 0
    return 1 + min(4, int(5 * (value - low) / (high - low))) if high > low else 3


def scale(values: Sequence[float], parts: int = 5, *, zero: bool = False) -> tuple[float, float, list[float]]:
    """Ends and ticks of an axis over values; ``zero`` begins it at 0."""
    low, high = min(values), max(values)
    ticks = spaced(min(0.0, low) if zero else low, high, parts)
    return ticks[0], ticks[-1], ticks


def ends_of(values: Sequence[float]) -> str:
    """The range of shares in words.

    Examples
    --------
    >>> ends_of([0.2, 0.5]).replace(chr(160), " "), ends_of([0.5, 0.5]).replace(chr(160), " ")
    ('from 20.0 % to 50.0 %', '50.0 % everywhere')
    """
    low, high = percent(min(values), 1), percent(max(values), 1)
    return f"{low} everywhere" if low == high else f"from {low} to {high}"


def short(text: str, most: int = LABEL) -> str:
    """A text of at most so many characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


__all__ = [
    "amount", "change_words", "coalition_words", "count", "ends_of", "first_capital", "key_words", "listed", "money",
    "number", "percent", "points", "scale", "shade", "share", "short", "signed", "state_of", "state_words",
    "value_words",
]  # fmt: skip
