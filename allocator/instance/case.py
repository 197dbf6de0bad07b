"""Cases: every figure at one end of its range, or at the end that helps or hurts coverage."""

from __future__ import annotations

from collections.abc import Mapping

from allocator.arguments import shown
from allocator.errors import BadUsage
from allocator.instance.cells import near
from allocator.instance.check_rules import drop_idle
from allocator.instance.columns import Column, Table, Value
from allocator.instance.frozen import Frozen
from allocator.instance.read import F
from allocator.instance.tables import TABLES

CASES = ("low", "base", "high", "favourable", "adverse")
"""Names of the cases; ``base`` is the instance itself."""


def at_case(instance: F, name: str) -> F:
    """The instance with every figure at one end of its range, not checked again; see :meth:`Instance.case`."""
    if not isinstance(name, str) or name not in CASES:
        raise BadUsage(f"case is {shown(name)}, expected one of {', '.join(CASES)}{near(str(name), CASES)}")
    if name == "base":
        return instance
    notes = list(instance.notes)
    tables = {table: [_end(TABLES[table], row, name, notes) for row in rows] for table, rows in instance.tables.items()}
    return type(instance)(instance.settings, tables, instance.path, tuple(notes), instance.outside)


def _end(table: Table, row: Mapping[str, Value], name: str, notes: list[str]) -> Mapping[str, Value]:
    """The row in a case; a note is added for what has no effect in it any more."""
    columns = [table.by_name[figure] for figure in table.figures]
    ends = {column.name: value_at(row, column, name) for column in columns}
    changed = {figure: value for figure, value in ends.items() if value is not None and row.get(figure) != value}
    if not changed:
        return row
    cells = {**row, **changed}
    if note := drop_idle(table.name, cells):
        notes.append(f"--case {name}: {note}")
    return Frozen({column: cells[column] for column in table.by_name if column in cells})


def value_at(row: Mapping[str, Value], column: Column, name: str) -> Value | None:
    """A figure in a case; None where the cell is blank."""
    base = row.get(column.name)
    if name in ("low", "high"):
        return row.get(f"{column.name}_{name}", base)
    if not column.better:
        return base
    end, other = ("high", "low") if (column.better == "up") == (name == "favourable") else ("low", "high")
    value = row.get(f"{column.name}_{end}", base)
    if base is None and column.default is None:  # a limit; a blank is none, which helps more than any figure
        return None if name == "favourable" else row.get(f"{column.name}_{end}", row.get(f"{column.name}_{other}"))
    if column.name == "quantity" and (value == 0) != (base == 0):  # the line would enter or leave the gap
        return base
    return value
