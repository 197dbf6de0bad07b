"""Cases: every figure at one end of its range, or at the end that helps or hurts coverage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allocator.arguments import shown
from allocator.errors import BadUsage
from allocator.instance.cells import near
from allocator.instance.check_rules import drop_idle
from allocator.instance.columns import Column, Value
from allocator.instance.read import F, from_object, understood
from allocator.instance.tables import TABLES

CASES = ("low", "base", "high", "favourable", "adverse")
"""Names of the cases; ``base`` is the instance itself."""


def case(instance: F, name: str) -> F:
    """See :meth:`Instance.case`."""
    if not isinstance(name, str) or name not in CASES:
        raise BadUsage(f"case is {shown(name)}, expected one of {', '.join(CASES)}{near(str(name), CASES)}")
    if name == "base":
        return instance
    content: dict[str, Any] = instance.to_dict()
    notes = []
    for table, rows in content.items():
        columns = [TABLES[table].by_name[figure] for figure in TABLES[table].figures] if table != "instance" else []
        for row in rows if columns else ():
            changed = {column.name: _value(row, column, name) for column in columns}
            row.update({figure: value for figure, value in changed.items() if value is not None})
            note = drop_idle(table, row)
            notes += [f"--case {name}: {note}"] if note else []
    case_of = understood(from_object(content, f"--case {name}"), instance.path, type(instance))
    return case_of.noted((*instance.notes, *notes), instance.outside)


def _value(row: Mapping[str, Value], column: Column, name: str) -> Value | None:
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
