"""Which figures of an instance are assumptions, according to its rows.

If the ``source`` of a row is ``assumption``, every figure of the row is assumed. In any other row, the assumed columns
are those that its ``note`` lists directly before the word *assumed*:
``operating_cost and rotation_ratio assumed (reason); personnel assumed (reason)``. A reason may begin with the key of
the assumption in square brackets, ``amount assumed ([orbit] three aircraft keep one up)``, and so may that of a figure
*from memory*, *computed* or *seen*. Figures with the same key, or else of the same ``source``, have one origin:
:func:`origins`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from allocator.instance.columns import Value
from allocator.instance.tables import TABLES

if TYPE_CHECKING:
    from allocator.instance.facts import Facts

ASSUMPTION = "assumption"
"""Key of ``sources``, in upper or lower case, that marks an assumption."""


def names_assumptions(instance: Facts) -> bool:
    """Whether an assumption is among the sources of the instance, so that it separates assumptions from data."""
    return any(str(row["source"]).lower() == ASSUMPTION for row in instance.tables["sources"])


def given(table: str, row: Mapping[str, Value]) -> set[str]:
    """Columns in which a row has a figure: any number except periods, companions and coordinates."""
    return set(TABLES[table].figures) & row.keys() - {"latitude", "longitude"}


def assumed(table: str, row: Mapping[str, Value]) -> set[str]:
    """The figures of a row that are assumed."""
    figures = given(table, row)
    if str(row.get("source", "")).lower() == ASSUMPTION:
        return figures
    return figures & {name for names in _listed(table).findall(str(row.get("note", ""))) for name in _words(names)}


def origins(table: str, row: Mapping[str, Value]) -> dict[str, str]:
    """Column -> the key of its assumption, or else the source of its row; empty where the row names neither.

    Examples
    --------
    >>> note = "amount assumed ([orbit] three aircraft keep one up)"
    >>> origins("yields", {"amount": 0.25, "source": "s01", "note": note})
    {'amount': 'orbit'}
    """
    found = dict.fromkeys(sorted(given(table, row)), str(row.get("source", "")))
    for names, key in _keyed(table).findall(str(row.get("note", ""))):
        found |= {name: key for name in _words(names) if name in found}
    return found


def count(instance: Facts) -> dict[str, tuple[int, int]]:
    """Table -> (number of figures, number of assumed figures), for tables that have any."""
    counts = {
        table: (sum(len(given(table, row)) for row in rows), sum(len(assumed(table, row)) for row in rows))
        for table, rows in instance.tables.items()
    }
    return {table: pair for table, pair in counts.items() if pair[0]}


def totals(instance: Facts) -> dict[str, int] | None:
    """Number of figures and of assumed figures in all tables together; None if no source is an assumption."""
    if not names_assumptions(instance):
        return None
    pairs = count(instance).values()
    return {"figures": sum(pair[0] for pair in pairs), "assumed": sum(pair[1] for pair in pairs)}


@cache
def _listed(table: str) -> re.Pattern[str]:
    return re.compile(rf"{_names(table)}(?: is| are)? assumed\b")


@cache
def _keyed(table: str) -> re.Pattern[str]:
    return re.compile(rf"{_names(table)}(?: is| are)? (?:assumed|from memory|computed|seen) \(\[([^\]]+)\]")


def _names(table: str) -> str:
    name = "(?:" + "|".join(TABLES[table].by_name) + ")"
    return rf"\b({name}(?:(?:, and |, | and ){name})*)"


def _words(names: str) -> list[str]:
    return re.findall(r"\w+", names)
