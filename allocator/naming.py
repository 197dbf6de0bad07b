"""The names behind the codes of an instance, for results that are read without it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from allocator.instance import Instance
from allocator.wording import first_small

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


@dataclass(frozen=True)
class Names:
    """The names behind codes; what has no name keeps its code.

    Examples
    --------
    >>> import allocator
    >>> names = Names(names_of(allocator.read("toy-rotation")))
    >>> names.nation("AAA"), names.line("hold_port.infantry"), names.any("XXX")
    ('Alpha', 'Hold the port: infantry', 'XXX')
    """

    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def merged(cls, known: Iterable[Mapping[str, Mapping[str, str]]]) -> Names:
        """The names of several instances; where they differ, those of the first one."""
        merged: dict[str, dict[str, str]] = {}
        for names in known:
            for table, codes in names.items():
                merged[table] = {**codes, **merged.get(table, {})}
        return cls(merged)

    def of(self, table: str, code: str) -> str:
        """The name of a code of a table."""
        return str(self.known.get(table, {}).get(code, code))

    def nation(self, code: str) -> str:
        """The name of a nation."""
        return self.of("nations", code)

    def line(self, line: str) -> str:
        """A line of the statement, ``task.capability``, in names."""
        task, _, capability = line.partition(".")
        return f"{self.of('tasks', task)}: {first_small(self.of('capabilities', capability))}"

    def any(self, code: str) -> str:
        """The name of a code of whatever table."""
        return next((str(codes[code]) for codes in self.known.values() if code in codes), code)
