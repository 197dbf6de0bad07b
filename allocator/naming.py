"""The names behind the codes of an instance, for results that are read without it."""

from __future__ import annotations

from allocator.instance import Instance

KEYS = {
    "nations": "nation",
    "unit_types": "unit_type",
    "capabilities": "capability",
    "objectives": "objective",
    "tasks": "task",
}
"""Tables whose rows have a name -> the column of their code."""


def names_of(instance: Instance) -> dict[str, dict[str, str]]:
    """Table -> code -> name.

    Examples
    --------
    >>> import allocator
    >>> names_of(allocator.read("toy-rotation"))["nations"]
    {'AAA': 'Alpha'}
    """
    return {table: {row[key]: row["name"] for row in instance.rows(table)} for table, key in KEYS.items()}
