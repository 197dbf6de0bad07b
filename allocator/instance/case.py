"""The low and the high case: every figure at the end of its range."""

from __future__ import annotations

from typing import Any

from allocator.arguments import shown
from allocator.errors import BadUsage
from allocator.instance.cells import near
from allocator.instance.read import F, from_object, understood
from allocator.instance.tables import TABLES

CASES = ("low", "base", "high")
"""Names of the cases; ``base`` is the instance itself."""


def case(instance: F, name: str) -> F:
    """See :meth:`Instance.case`."""
    if not isinstance(name, str) or name not in CASES:
        raise BadUsage(f"case is {shown(name)}, expected one of {', '.join(CASES)}{near(str(name), CASES)}")
    if name == "base":
        return instance
    content: dict[str, Any] = instance.to_dict()
    for table, rows in content.items():
        for row in rows if table != "instance" else ():
            for column in TABLES[table].figures:
                row[column] = row.get(f"{column}_{name}", row.get(column))
    changed = understood(from_object(content, f"--case {name}"), instance.path, type(instance))
    return changed.noted(instance.notes, instance.outside)
