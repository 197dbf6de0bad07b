"""Reads the carriers: a folder of CSV files, a workbook, a JSON file. Input is never repaired and never executed."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Collection
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from allocator.arguments import path as text_path
from allocator.errors import BadInput, Fault
from allocator.instance.cells import near
from allocator.instance.check import check
from allocator.instance.columns import Column
from allocator.instance.facts import Facts, settled
from allocator.instance.frozen import Frozen
from allocator.instance.header import Rows, columns, layout, separator, uneven
from allocator.instance.raw import Raw, RawTable, blank_rows, nothing, setting_fault, typed
from allocator.instance.read_json import dotted, read_json, result_fault
from allocator.instance.tables import TABLES
from allocator.reading import Unreadable, check_file, read_text, read_toml
from allocator.resources import shipped, shipped_instances

F = TypeVar("F", bound=Facts)

MOST_BESIDE = 1000
"""Entries of a folder that are looked at for the name that a path may have meant."""


def read_as(path: str | os.PathLike[str], kind: type[F]) -> F:
    """Read and check facts: see :func:`allocator.read`."""
    place = _place(path)
    try:
        raw = _raw(place)
    except OSError as error:
        raise BadInput([Fault(str(path), None, None, f"an error ({error.strerror})", "a readable file")]) from None
    return understood(raw, place, kind)


def model_named(path: str | os.PathLike[str]) -> tuple[str, Path] | None:
    """The model that an instance with faults names, and the path of the instance.

    None if it names none, or if the name is one of its faults.
    """
    try:
        place = _place(path)
        name = _raw(place).settings.get("model")
    except (BadInput, OSError):
        return None
    return (name, place) if isinstance(name, str) and name and not setting_fault("model", name) else None


def row_of_setting(place: Path, key: str, value: Any) -> int | None:
    """Row of a setting on the sheet of a workbook; None in other carriers, or if the file has another value now."""
    if place.suffix != ".xlsx":
        return None
    try:
        raw = _raw(place)
    except OSError:
        return None
    return raw.settings_rows.get(key) if raw.settings.get(key) == value else None


def _place(path: str | os.PathLike[str]) -> Path:
    """Where an instance is: a path that exists, or a bundled instance of that name."""
    place = Path(text_path("path", path, "a path, or the name of a bundled instance"))
    try:
        exists = place.exists()
    except (OSError, ValueError):
        exists = False
    if not exists and str(path) in shipped_instances():
        place = shipped("instances") / str(path)
        exists = True
    if not exists:
        hint = near(place.name, _beside(place)) or near(str(path), shipped_instances())
        raise BadInput(
            [
                Fault(
                    str(path),
                    None,
                    None,
                    "nothing there",
                    f"a folder, an .xlsx or a .json file, or a bundled instance's name{hint}",
                )
            ]
        )
    return place


def _beside(place: Path) -> list[str]:
    """The instances in the folder in which a path does not exist: workbooks, JSON files and folders."""
    try:
        with os.scandir(place.parent) as entries:
            names = [entry.name for entry in islice(entries, MOST_BESIDE)]
        return [
            name
            for name in names
            if name.endswith((".xlsx", ".json")) or (place.parent / name / "instance.toml").is_file()
        ]
    except (OSError, ValueError):
        return []


def understood(raw: Raw, path: Path | None, kind: type[F]) -> F:
    """The instance in the content of a carrier; raises every fault that it has."""
    content = typed(raw)
    check(content)
    if content.faults:
        order = {Fault(content.place(name), None, None, "", "").place: i for i, name in enumerate(TABLES)}
        key = lambda fault: (order.get(fault.place, -1), fault.row or 0)  # noqa: E731
        raise BadInput(sorted(dict.fromkeys(content.faults), key=key))
    tables = {
        name: [
            record.cells if type(record.cells) is Frozen else Frozen(record.cells)
            for record in content.records.get(name, [])
        ]
        for name in TABLES
    }
    return kind(settled(content.settings), tables, path)


def record_rows(path: Path, table: str, without: Collection[str] = ()) -> list[int]:
    """Rows of a table's records as the author's editor counts them; empty if the table cannot be read.

    Records of the nations ``without`` are left out.
    """
    try:
        found = _raw(path).tables.get(table)
    except OSError:
        return []
    return [at for at, cells in found.records if cells.get("nation") not in without] if found is not None else []


def _raw(path: Path) -> Raw:
    if path.is_dir():
        return _folder(path)
    if path.suffix.lower() == ".xlsx":
        from allocator.instance.read_xlsx import read_xlsx

        try:
            check_file(path)
        except Unreadable as wrong:
            return nothing(Raw(str(path), str(path), strict=False), wrong.fault(path.name))
        return read_xlsx(path)
    if path.suffix.lower() == ".json":
        return read_json(path)
    raw = Raw(str(path), str(path), strict=False, unread=set(TABLES), settings_unread=True)
    found = f"a name that ends in {path.suffix or 'nothing'}"
    raw.faults.append(Fault(str(path), None, None, found, f"a folder, .xlsx or .json{_instead(path)}"))
    return raw


SHEETS = (".xls", ".xlsm", ".xlsb", ".ods", ".numbers")
"""Endings of other workbooks."""


def _instead(path: Path) -> str:
    """What to name or to do in place of a file that is no instance, if that is known."""
    if path.suffix.lower() in SHEETS:
        return "; save it as .xlsx with your spreadsheet program"
    beside = (path.parent / "instance.toml").exists()
    return f"; name its folder {path.parent}" if beside and path.suffix.lower() in (".csv", ".toml") else ""


# ---- the folder -------------------------------------------------------------------------------------------


def _folder(folder: Path) -> Raw:
    raw = Raw(str(folder), "instance.toml", strict=False, suffix=".csv")
    home = folder.resolve()
    if (folder / "manifest.json").is_file() and not os.path.lexists(folder / "instance.toml"):
        return nothing(raw, result_fault(str(folder)))
    _toml(raw, folder / "instance.toml", home)
    for entry in sorted(folder.iterdir()):
        if entry.suffix.lower() != ".csv":
            continue
        if entry.suffix != ".csv":
            raw.faults.append(Fault(entry.name, None, None, f"a name that ends in {entry.suffix}", ".csv"))
            raw.unread.add(entry.stem)
        elif not _inside(entry, home):
            raw.faults.append(Fault(entry.name, None, None, "a link that leaves the folder", "a file in the folder"))
            raw.unread.add(entry.stem)
        elif entry.stem not in TABLES:
            raw.tables[entry.stem] = RawTable(entry.name, [], [])
        else:
            _csv(raw, entry)
    return raw


def _inside(entry: Path, home: Path) -> bool:
    """Whether an entry, with links followed, is in the folder."""
    try:
        return entry.resolve().is_relative_to(home)
    except (OSError, RuntimeError):  # a link to itself
        return False


def _toml(raw: Raw, path: Path, home: Path) -> None:
    raw.settings_unread = True
    if not os.path.lexists(path):
        raw.faults.append(Fault(path.name, None, None, "is missing", "add it (format, name and [horizon])", " "))
        return
    if not _inside(path, home):
        raw.faults.append(Fault("instance.toml", None, None, "a link that leaves the folder", "a file in the folder"))
        return
    try:
        content = read_toml(path)
    except Unreadable as wrong:
        raw.faults.append(wrong.fault(path.name))
        return
    raw.settings_unread = False
    raw.settings = dotted(content, raw)


def _csv(raw: Raw, path: Path) -> None:
    name = path.stem
    known = TABLES[name].by_name
    raw.unread.add(name)
    try:
        text = read_text(path)
    except Unreadable as wrong:
        raw.faults.append(wrong.fault(path.name))
        return
    fault = separator(path.name, text, known)
    rows: Rows = []
    if fault is None:
        rows, fault = _records(path.name, text)
    if fault is None and not rows:
        fault = Fault(path.name, None, None, "no header", "a first line with the names of the columns")
    fault = fault or layout(path.name, rows, known, TABLES[name].required_columns) or _width(path.name, rows)
    if fault is not None:
        raw.faults.append(fault)
        return
    raw.unread.discard(name)
    at_header, header = rows[0]
    names = columns(path.name, rows, raw.faults, strict=True)
    records, broken = [], []
    for at, cells in rows[1:]:
        there = {title: cells[i] for i, title in names.items() if cells[i : i + 1] not in ([], [""])}
        if len(cells) != len(header):
            raw.faults.append(uneven(path.name, at, cells, header))
            broken.append(there)
            continue
        records.append((at, {title: _unescaped(cell, known.get(title)) for title, cell in there.items()}))
    raw.tables[name] = RawTable(path.name, records, list(names.values()), broken, header=at_header)


def _records(place: str, text: str) -> tuple[Rows, Fault | None]:
    """Rows of a CSV text that are not blank, each with its first line number."""
    records: list[tuple[int, list[Any]]] = []
    begins = 1
    stray = _stray_mark(text)
    limit = csv.field_size_limit(len(text) + 1)  # the column, not the csv module, refuses a cell that is too long
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        for cells in reader:
            if stray is not None and begins <= stray <= reader.line_num:
                found = "a broken record (a quotation mark in a cell that has none around it)"
                return [], Fault(place, begins, None, found, 'CSV as in RFC 4180, e.g. "A ""B"" C"')
            records.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        reason = "a quotation mark that is not closed" if "end of data" in str(error) else str(error)
        return [], Fault(place, begins, None, f"a broken record ({reason})", "CSV as in RFC 4180")
    finally:
        csv.field_size_limit(limit)
    return list(blank_rows(iter(records))), None


_CELL = re.compile(r'"(?:[^"]|"")*"|[^",\r\n]+(")?|[,\r\n]+')


def _stray_mark(text: str) -> int | None:
    """Line of the first quotation mark in a cell that does not begin with one; None if there is none.

    Python's reader takes such a mark for a character, spreadsheets differ, and RFC 4180 forbids it.
    """
    if '"' not in text:
        return None
    found = next((match.start(1) for match in _CELL.finditer(text) if match[1]), None)
    return None if found is None else text.count("\n", 0, found) + 1


def _width(place: str, rows: Rows) -> Fault | None:
    """The fault of a header that has fewer or more cells than every row below it."""
    (at, header), *others = rows
    lengths = {len(cells) for _, cells in others}
    if len(others) < 2 or len(lengths) > 1 or len(header) in lengths:
        return None
    (length,) = lengths
    surplus = range(len(header), length)
    way_out = "name every column" if surplus else "give every row a cell for each column, blank or not"
    if surplus and not any(cells[i] for _, cells in others for i in surplus):
        way_out = "delete the commas at the ends of the rows"
    elif surplus and any(
        all(cells[i].isdigit() and cells[i + 1].isdigit() for _, cells in others) for i in range(length - 1)
    ):
        way_out += "; a decimal comma splits a number into two cells: write 1.5 for 1,5"
    return Fault(place, at, None, f"has {len(header)} cells, and every row below has {length}", way_out, " ")


_ESCAPED = re.compile(r"'+[=+\-@\t]")


def _unescaped(cell: str, column: Column | None) -> str:
    """A cell with LF for CR LF; a text without the apostrophe that stops spreadsheets treating it as a formula."""
    cell = cell.replace("\r\n", "\n")
    if column is None or column.numeric or column.kind == "flag":
        return cell
    return cell[1:] if cell.startswith("'") and _ESCAPED.match(cell) else cell
