"""The content of a carrier before it is interpreted, and how it becomes typed rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from allocator.errors import Fault
from allocator.instance.cells import Unfit, closest, convert, near, quoted, spelled
from allocator.instance.columns import INSTANCE_NAME, OWN, Column, Table, Value
from allocator.instance.tables import SETTINGS, TABLES

REPORTED: Any = object()
"""Replaces a cell whose fault is already reported by its carrier."""


@dataclass
class Record:
    """A typed row, with its row number in the author's editor and the columns that have a fault.

    ``misfits`` holds what is in cells that do not fit their columns, if there are any.
    """

    at: int
    cells: dict[str, Value]
    bad: set[str] = field(default_factory=set)
    misfits: dict[str, Any] | None = None


class Cells(dict[str, Any]):
    """A row that was checked before; whoever changes it sets ``understood`` to False, and it is checked again."""

    understood = True


@dataclass
class RawTable:
    """Rows as the carrier has them: (row number, column -> cell that is not blank).

    ``columns`` is None for JSON; ``header`` is the row with the column names; ``broken`` holds rows of
    which only some cells could be read, if any; ``sound`` holds the typed rows of a table that has not changed since it
    was checked.
    """

    place: str
    records: list[tuple[int, dict[str, Any]]]
    columns: list[str] | None = None
    broken: list[dict[str, Any]] = field(default_factory=list)
    sound: list[Record] | None = None
    header: int | None = None


@dataclass
class Raw:
    """Everything that a carrier holds.

    ``settings`` maps dotted keys to values; ``strict`` and ``strict_settings`` say that the carrier distinguishes types
    in tables and in settings. ``unread`` names tables that exist but could not be read; ``suffix`` is the ending that
    follows a table's name in this carrier.
    """

    place: str
    settings_place: str
    strict: bool
    strict_settings: bool = True
    settings: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, RawTable] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    suffix: str = ""
    settings_rows: dict[str, int] = field(default_factory=dict)
    settings_unread: bool = False

    def place_of(self, table: str) -> str:
        """Where a table would be: the name of its file or sheet, or its key in the JSON file."""
        return f"{self.settings_place}: {table}" if self.strict else f"{table}{self.suffix}"


def nothing(raw: Raw, fault: Fault) -> Raw:
    """Mark a carrier as one of which nothing could be read."""
    raw.faults.append(fault)
    raw.unread, raw.settings_unread = set(TABLES), True
    return raw


@dataclass
class Typed:
    """Typed settings and rows, with every fault found so far."""

    raw: Raw
    settings: dict[str, Any]
    records: dict[str, list[Record]]
    faults: list[Fault]

    def place(self, table: str) -> str:
        """The file or sheet of a table."""
        raw = self.raw.tables.get(table)
        return raw.place if raw else self.raw.place_of(table)

    def fresh(self, table: str) -> bool:
        """Whether a table is new or has changed since it was checked."""
        raw = self.raw.tables.get(table)
        return raw is None or raw.sound is None

    def broken(self, table: str) -> list[dict[str, Any]]:
        """Rows of a table of which only some cells could be read."""
        raw = self.raw.tables.get(table)
        return [] if raw is None else raw.broken

    def fault(self, table: str, record: Record, column: str, expected: str, found: Any = None) -> None:
        """Report a fault of a cell, and remember that the cell cannot be relied on."""
        value = record.cells.get(column) if found is None else found
        shown = "" if value is None else quoted(value)
        self.faults.append(Fault(self.place(table), record.at, column, shown or "a blank", expected))
        record.bad.add(column)


def typed(raw: Raw) -> Typed:
    """Convert every cell to the type of its column."""
    faults = list(raw.faults)
    settings = {} if raw.settings_unread else _settings(raw, faults)
    result = Typed(raw, settings, {}, faults)
    strange = [name for name in raw.tables if name not in TABLES and name not in raw.unread]
    absent = [name for name in TABLES if name not in raw.tables and name not in raw.unread]
    meant = {closest(name, absent) for name in strange}
    for name in strange:
        expected = f"one of {', '.join(TABLES)}{near(name, absent) or near(name, TABLES)}{_way_out(raw, name)}"
        faults.append(Fault(raw.tables[name].place, None, None, "an unknown table", expected))
    for name, table in TABLES.items():
        if name in raw.unread:
            continue
        if name not in raw.tables:
            if table.required and name not in meant:
                way_out = f"add it ({table.one_row})"
                faults.append(Fault(raw.place_of(name), None, None, "is missing", way_out, " "))
            continue
        sound = raw.tables[name].sound
        if sound is not None:
            result.records[name] = sound
            continue
        result.records[name] = _table(raw, table, raw.tables[name], faults)
        if table.required and not raw.tables[name].records and not raw.tables[name].broken:
            faults.append(Fault(raw.tables[name].place, None, None, "no rows", f"at least one; {table.one_row}"))
    return result


def _way_out(raw: Raw, name: str) -> str:
    """How the author can keep a table that is not part of an instance."""
    if raw.suffix == ".csv":
        return "; a file of your own needs another ending than .csv"
    return "" if raw.strict else f"; rename the sheet to {OWN}{name} to keep it as your own"


def _settings(raw: Raw, faults: list[Fault]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    place = raw.settings_place
    unknown = [key for key in raw.settings if key not in SETTINGS and not key.startswith("events.")]
    absent = [key for key in SETTINGS if key not in raw.settings]
    meant = {closest(key, absent) for key in unknown}

    def report(key: str, found: str, expected: str) -> None:
        faults.append(Fault(place, raw.settings_rows.get(key), key, found, expected))

    for key, cell in raw.settings.items():
        if cell is REPORTED:
            continue
        if key.startswith("events."):
            name = key[len("events.") :]
            column = Column(key, "", "flag")
            try:
                convert(Column(key, "", "id"), name, True)
            except Unfit as unfit:
                report(key, quoted(name), unfit.args[0])
                continue
        elif key in SETTINGS:
            column = SETTINGS[key]
            if cell == "" and not column.required:  # as in a table, a blank is what a missing key means
                continue
        else:
            hint = near(key, absent) or near(key, SETTINGS)
            report(key, "an unknown key", f"one of {', '.join(SETTINGS)}, events.NAME{hint}")
            continue
        try:
            if raw.strict_settings and column.kind == "flag" and not isinstance(cell, bool):
                raise Unfit(column.expected)
            value = convert(column, cell, raw.strict_settings)
        except Unfit as unfit:
            report(key, quoted(cell), unfit.args[0])
            continue
        expected = setting_fault(key, value)
        if expected:
            report(key, quoted(value), expected)
            continue
        _nest(settings, key, value)
    for key, column in SETTINGS.items():
        known = key in raw.settings or key in meant or raw.settings.get(key.split(".")[0]) is REPORTED
        if column.required and not known:
            report(key, "nothing", f"{column.expected}: {column.meaning}")
    return settings


def setting_fault(key: str, value: Value) -> str:
    """What is expected of a setting in place of this value; empty if the value fits."""
    import re

    if key == "name" and not re.fullmatch(INSTANCE_NAME, str(value)):
        return SETTINGS[key].expected
    if key == "horizon.start" and not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", str(value)):
        return "a month as YYYY-MM"
    if key == "model":
        text = str(value)
        parts = text.replace("\\", "/").split("/")
        if text.startswith(("/", "\\", "~")) or ".." in parts or ":" in text:
            return "a shipped model's name, or a path that stays in the instance's folder"
    return ""


def _nest(settings: dict[str, Any], key: str, value: Value) -> None:
    head, dot, rest = key.partition(".")
    if dot:
        settings.setdefault(head, {})[rest] = value
    else:
        settings[head] = value


class _Names:
    """Names of the columns of a table, and the faults of those that are unknown or missing.

    What is wrong with a column of every row is one fault of the table, in JSON as under a header.
    """

    def __init__(self, table: Table, found: RawTable, faults: list[Fault]) -> None:
        self.table, self.found, self.faults = table, found, faults
        rows = [cells for _, cells in found.records]
        here = list(dict.fromkeys(name for cells in rows for name in cells))
        shared = [name for name in here if all(name in cells for cells in rows)] if len(rows) > 1 else []
        if found.columns is not None:
            here = shared = found.columns
        self.absent = [name for name in table.by_name if name not in here]
        self.unknown = {name for name in shared if name not in table.by_name}
        for name in shared:
            if name in self.unknown:
                self.report_unknown(found.header, name)
        self.missing = set()
        if found.columns is not None or len(rows) > 1:
            self.missing = {column.name for column in table.columns if column.required} & set(self.absent)
        meant = {closest(name, self.absent) for name in self.unknown}
        for column in table.columns:
            if column.name in self.missing and column.name not in meant:
                what = "is missing" if found.columns is not None else "is missing from every row"
                way_out = f"add it ({column.meaning.rstrip('.')})"
                faults.append(Fault(found.place, found.header, column.name, what, way_out, " "))

    def report_unknown(self, row: int | None, name: str) -> None:
        """Report a column that the table does not have."""
        columns = self.table.by_name
        listed = ", ".join(c.name for c in self.table.columns)
        hint = near(name, self.absent) or near(name, columns)
        expected = f"one of {listed}, source, note{hint}"
        if spelled(name) not in columns:
            expected += f"; rename it to {OWN}{name[:60]} to keep it as your own"
        what = "an unknown column" + (", with space around its name" if name.strip() != name else "")
        self.faults.append(Fault(self.found.place, row, name or "(no name)", what, expected))


def _table(raw: Raw, table: Table, found: RawTable, faults: list[Fault]) -> list[Record]:
    columns, names = table.by_name, _Names(table, found, faults)
    records = []
    for at, cells in found.records:
        if getattr(cells, "understood", False):
            records.append(Record(at, cells))
            continue
        record = Record(at, {}, set(names.missing))
        for name in cells:
            if name not in columns and name not in names.unknown:
                names.report_unknown(at, name)
        for name, column in columns.items():
            cell = cells.get(name)
            if cell is REPORTED:
                record.bad.add(name)
                continue
            if cell is None or cell == "":
                if column.required and name not in names.missing:
                    faults.append(Fault(found.place, at, name, "a blank", column.expected))
                    record.bad.add(name)
                continue
            if name == "value" and cells.get("requires") == "coalition_size":
                cell = shortest(cell)
            try:
                record.cells[name] = convert(column, cell, raw.strict)
            except Unfit as unfit:
                faults.append(Fault(found.place, at, name, quoted(cell), unfit.args[0]))
                record.bad.add(name)
                record.misfits = {**(record.misfits or {}), name: cell}
        records.append(record)
    return records


def shortest(cell: Any) -> Any:
    """A whole number in its shortest form, as text; anything else as it is."""
    try:
        return str(convert(Column("value", "", "whole"), cell, False))
    except Unfit:
        return cell


def blank_rows(records: Iterator[tuple[int, list[Any]]]) -> Iterator[tuple[int, list[Any]]]:
    """Records that have at least one cell with content."""
    return ((at, cells) for at, cells in records if any(cell not in (None, "") for cell in cells))
