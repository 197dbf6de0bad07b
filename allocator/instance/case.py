"""The low and the high case: every figure at the end of its range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allocator.arguments import shown
from allocator.errors import BadUsage
from allocator.instance.cells import near
from allocator.instance.columns import Table
from allocator.instance.frozen import Frozen
from allocator.instance.read import F
from allocator.instance.tables import TABLES

CASES = ("low", "base", "high")
"""Names of the cases; ``base`` is the instance itself."""


def at_case(instance: F, name: str) -> F:
    """The instance with every figure at one end of its range, not checked again; see :meth:`Instance.case`."""
    if not isinstance(name, str) or name not in CASES:
        raise BadUsage(f"case is {shown(name)}, expected one of {', '.join(CASES)}{near(str(name), CASES)}")
    if name == "base":
        return instance
    tables = {table: [_end(TABLES[table], row, name) for row in rows] for table, rows in instance.tables.items()}
    return type(instance)(instance.settings, tables, instance.path, instance.notes, instance.outside)


def _end(table: Table, row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The row with each figure at the low or high end of its range, if that end is given."""
    ends = {column: row[f"{column}_{name}"] for column in table.figures if f"{column}_{name}" in row}
    if not ends:
        return row
    cells = {**row, **ends}
    return Frozen({column: cells[column] for column in table.by_name if column in cells})
