"""Checks of names and of single rows: references, keys, ranges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from allocator.errors import Fault
from allocator.instance.cells import near, plain
from allocator.instance.check_periods import periods, windows
from allocator.instance.raw import Record, Typed
from allocator.instance.tables import TABLES

_OF_HORIZON = ("budgets", "commitments")
"""Tables whose keys depend on the horizon or on the tasks, because a blank period in them does."""


def references(typed: Typed) -> None:
    """Every name that refers to a row of another table exists there."""
    known: dict[str, Known | None] = {}
    for name, records in typed.records.items():
        for column in TABLES[name].by_name.values():
            if not column.refers or not (typed.fresh(name) or typed.fresh(column.refers)):
                continue
            if column.refers not in known:
                known[column.refers] = known_keys(typed, column.refers)
            target = known[column.refers]
            if target is None:
                continue
            for record in records:
                value = record.cells.get(column.name)
                if value is not None and target.lacks(str(value)):
                    expected = f"the key of a row of {column.refers}{near(str(value), target.names)}"
                    typed.fault(name, record, column.name, expected)


@dataclass(frozen=True)
class Known:
    """The names in the first key column of a table.

    Attributes
    ----------
    names : dict
        The sound names, as keys, in the order of the rows.
    doubtful : tuple of str
        What is in that column of rows that have a fault: another name may be meant there.
    """

    names: dict[str, None]
    doubtful: tuple[str, ...]

    def lacks(self, name: str) -> bool:
        """Whether a name is certainly missing: it is not there, and no row with a fault seems to mean it."""
        return name not in self.names and not near(name, self.doubtful)


def known_keys(typed: Typed, name: str) -> Known | None:
    """The names in the first key column of a table; None if the table could not be read.

    A row without a name may be the one of a missing name, unless more names are missing than there are such rows.
    """
    key = TABLES[name].key[0]
    if name in typed.raw.unread or (name not in typed.records and TABLES[name].required):
        return None
    records = typed.records.get(name, [])
    said = [(record.misfits or {}).get(key) for record in records if key in record.bad]
    said += [row.get(key) for row in typed.broken(name)]
    doubtful = tuple(plain(cell) for cell in said if cell)
    known = Known({str(record.cells[key]): None for record in records if key not in record.bad}, doubtful)
    nameless = len(said) - len(doubtful)
    if nameless:
        missing = {value for value in _referring(typed, name) if known.lacks(value)}
        if len(missing) <= nameless:
            return Known(known.names, (*doubtful, *missing))
    return known


def _referring(typed: Typed, name: str) -> Iterator[str]:
    """What cells say that refer to a table."""
    for table, records in typed.records.items():
        for column in TABLES[table].by_name.values() if table != name else ():
            if column.refers == name:
                yield from (str(r.cells[column.name]) for r in records if column.name in r.cells)


def keys(typed: Typed) -> None:
    """No two rows share a key; a blank counts as the value that it means."""
    last = periods(typed)
    tasks = windows(typed, last)
    for name, records in typed.records.items():
        if not typed.fresh(name) and name not in _OF_HORIZON:
            continue
        table = TABLES[name]
        seen: dict[tuple[Any, ...], Record] = {}
        for record in records:
            if any(column in record.bad for column in table.key):
                continue
            meant = _blanks(name, record, last, tasks)
            key = tuple(record.cells.get(column, meant.get(column)) for column in table.key)
            if key in seen:
                named = ", ".join(f"{c} {v}" for c, v in zip(table.key, key, strict=True) if v is not None)
                typed.faults.append(
                    Fault(
                        typed.place(name),
                        record.at,
                        table.key[0],
                        f"a second row for {named}",
                        f"one row for each; the first is row {seen[key].at}",
                    )
                )
                record.bad.add("*")
            else:
                seen[key] = record


def _blanks(table: str, record: Record, last: int | None, tasks: dict[str, tuple[int, int]]) -> dict[str, Any]:
    """What the blank cells of a row's key mean."""
    if table == "commitments":
        return {"first_period": tasks.get(str(record.cells.get("task")), (1, last))[0]}
    blanks = {column.name: column.default for column in TABLES[table].columns if column.key}
    return {**blanks, "last_period": last}


def ranges(typed: Typed) -> None:
    """low <= value <= high."""
    for name, records in typed.records.items():
        if not typed.fresh(name):
            continue
        for column in (TABLES[name].by_name[figure] for figure in TABLES[name].figures):
            low_name, high_name = f"{column.name}_low", f"{column.name}_high"
            for record in records:
                low, high = record.cells.get(low_name), record.cells.get(high_name)
                if low is None and high is None:
                    continue
                value = record.cells.get(column.name, column.default)
                if column.name in record.bad:
                    value = None
                if low is not None and value is not None and low > value:  # type: ignore[operator]
                    typed.fault(name, record, low_name, f"at most {column.name}, which is {value:g}")
                if high is not None and value is not None and high < value:  # type: ignore[operator]
                    typed.fault(name, record, high_name, f"at least {column.name}, which is {value:g}")
                if value is None and low is not None and high is not None and low > high:  # type: ignore[operator]
                    typed.fault(name, record, low_name, f"at most {high_name}, which is {high:g}")
