"""Words and numbers in the sentences of explanations."""

from __future__ import annotations

from collections.abc import Sequence

from allocator.instance import Instance


def points(share: float) -> str:
    """A share in whole percentage points, with one decimal below 10; ``0`` for what rounds to nothing."""
    value = 100 * share + 1e-9
    text = f"{value:.0f}" if abs(value) >= 10 else f"{value:.1f}"
    return "0" if float(text) == 0 else text.removesuffix(".0")


def named(instance: Instance, target: str) -> str:
    """A target of the gap in the instance's own words."""
    task, _, capability = target.partition(".")
    tables = (("tasks", "task", task), ("capabilities", "capability", capability)) if capability else (
        ("objectives", "objective", target),
    )  # fmt: skip
    names = [
        next((str(row["name"]) for row in instance.rows(table) if row[key] == name), name)
        for table, key, name in tables
    ]
    return ", ".join(names)


def listed(words: Sequence[str]) -> str:
    """Words or clauses as a list in a sentence: ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


UNITS = {
    "risk": "thousand person-months", "cost": "million", "burden": "per mille of GDP", "turnover": "thousand people",
    "imbalance": "million",
}  # fmt: skip
"""Unit of an objective; the others are shares."""


def amount(objective: str, value: float) -> str:
    """A value of an objective, or a difference of two, with its unit."""
    if objective in UNITS:
        return f"{value:,.6g} {UNITS[objective]}"
    share = points(value)
    return f"{share} {'point' if share == '1' else 'points'}"
