"""Reads the carriers: a folder of CSV files, a workbook, a JSON file. Input is never repaired and never executed."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path
from typing import Any, TypeVar

from allocator.arguments import path as text_path
from allocator.errors import BadInput, Fault
from allocator.instance.cells import exact_float, exact_whole, near, quoted
from allocator.instance.check import check
from allocator.instance.facts import Facts, settled
from allocator.instance.frozen import Frozen
from allocator.instance.header import Rows, columns, layout, own, separator, uneven
from allocator.instance.raw import Cells, Raw, RawTable, blank_rows, typed
from allocator.instance.tables import TABLES
from allocator.reading import Unreadable, check_file, read_text, read_toml
from allocator.resources import shipped, shipped_instances

F = TypeVar("F", bound=Facts)


def read_as(path: str | os.PathLike[str], kind: type[F]) -> F:
    """Read and check facts: see :func:`allocator.read`."""
    place = Path(text_path("path", path, "a path, or the name of a bundled instance"))
    try:
        exists = place.exists()
    except (OSError, ValueError):
        exists = False
    if not exists and str(path) in shipped_instances():
        place = shipped("instances") / str(path)
        exists = True
    if not exists:
        hint = near(str(path), shipped_instances())
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
    try:
        raw = _raw(place)
    except OSError as error:
        raise BadInput([Fault(str(path), None, None, f"an error ({error.strerror})", "a readable file")]) from None
    return understood(raw, place, kind)


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


def record_rows(path: Path, table: str) -> list[int]:
    """Rows of a table's records as the author's editor counts them; empty if the table cannot be read."""
    try:
        found = _raw(path).tables.get(table)
    except OSError:
        return []
    return [at for at, _ in found.records] if found is not None else []


def _raw(path: Path) -> Raw:
    if path.is_dir():
        return _folder(path)
    if path.suffix.lower() == ".xlsx":
        from allocator.instance.read_xlsx import read_xlsx

        try:
            check_file(path)
        except Unreadable as wrong:
            return _nothing(Raw(str(path), str(path), strict=False), wrong.fault(path.name))
        return read_xlsx(path)
    if path.suffix.lower() == ".json":
        return _json(path)
    raw = Raw(str(path), str(path), strict=False, unread=set(TABLES), settings_unread=True)
    raw.faults.append(
        Fault(
            str(path),
            None,
            None,
            f"a name that ends in {path.suffix or 'nothing'}",
            "a folder, .xlsx or .json",
        )
    )
    return raw


def _nothing(raw: Raw, fault: Fault) -> Raw:
    """Mark a carrier as one of which nothing could be read."""
    raw.faults.append(fault)
    raw.unread, raw.settings_unread = set(TABLES), True
    return raw


# ---- the folder -------------------------------------------------------------------------------------------


def _folder(folder: Path) -> Raw:
    raw = Raw(str(folder), "instance.toml", strict=False, suffix=".csv")
    home = folder.resolve()
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
    raw.settings = _dotted(content, raw)


def _dotted(content: dict[str, Any], raw: Raw) -> dict[str, Any]:
    """Nested settings as dotted keys; a key in both forms is a fault."""
    settings: dict[str, Any] = {}
    for key, value in content.items():
        if isinstance(value, dict) and key in ("horizon", "events"):
            dotted = {f"{key}.{inner}": cell for inner, cell in value.items() if cell is not None}
        elif isinstance(value, dict | list) or key in ("horizon", "events"):
            found = "a table" if isinstance(value, dict) else quoted(value)
            expected = "a table of its own" if key in ("horizon", "events") else "one value, under a known key"
            raw.faults.append(Fault(raw.settings_place, None, key, found, expected))
            continue
        else:
            dotted = {key: value}
        for name in dotted.keys() & settings.keys():
            head, _, inner = name.partition(".")
            way_out = f"keep one of {quoted(name)} and {inner} in the table {head}"
            raw.faults.append(Fault(raw.settings_place, None, name, "is given twice", way_out, " "))
        settings.update(dotted)
    return settings


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
    records = []
    for at, cells in rows[1:]:
        if len(cells) != len(header):
            raw.faults.append(uneven(path.name, at, cells, header))
            continue
        records.append((at, {title: _unescaped(cells[i]) for i, title in names.items() if cells[i]}))
    whole = len(records) == len(rows) - 1
    raw.tables[name] = RawTable(path.name, records, list(names.values()), whole=whole, header=at_header)


def _records(place: str, text: str) -> tuple[Rows, Fault | None]:
    """Rows of a CSV text that are not blank, each with its first line number."""
    records: list[tuple[int, list[Any]]] = []
    begins = 1
    limit = csv.field_size_limit(len(text) + 1)  # the column, not the csv module, refuses a cell that is too long
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        for cells in reader:
            records.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        reason = "a quotation mark that is not closed" if "end of data" in str(error) else str(error)
        return [], Fault(place, begins, None, f"a broken record ({reason})", "CSV as in RFC 4180")
    finally:
        csv.field_size_limit(limit)
    return list(blank_rows(iter(records))), None


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


def _unescaped(cell: str) -> str:
    """A text cell with LF for CR LF, and without the apostrophe that stops spreadsheets treating it as a formula."""
    cell = cell.replace("\r\n", "\n")
    return cell[1:] if cell.startswith("'") and _ESCAPED.match(cell) else cell


# ---- JSON -------------------------------------------------------------------------------------------------


class _Twice(Exception):
    pass


def _json(path: Path) -> Raw:
    raw = Raw(str(path), path.name, strict=True)
    try:
        content = json.loads(
            read_text(path),
            object_pairs_hook=_pairs,
            parse_constant=_constant,
            parse_int=exact_whole,
            parse_float=exact_float,
        )
    except Unreadable as wrong:
        return _nothing(raw, wrong.fault(path.name))
    except json.JSONDecodeError as error:
        return _nothing(raw, Fault(path.name, error.lineno, None, error.msg, "JSON"))
    except (_Twice, ValueError) as error:
        return _nothing(raw, Fault(path.name, None, None, str(error), "JSON with each key once and finite numbers"))
    except RecursionError:
        return _nothing(raw, Fault(path.name, None, None, "nesting that is too deep", "an object of lists of rows"))
    return from_object(content, path.name)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _Twice(f"the key {quoted(twice)} given twice in one object")
    return content


def _constant(name: str) -> Any:
    raise _Twice(f"{name}, which is not JSON")


def from_object(content: Any, place: str) -> Raw:
    """The content of the JSON carrier's object."""
    raw = Raw(place, place, strict=True)
    if not isinstance(content, dict):
        expected = 'an object {"instance": {...}, "nations": [...], ...}'
        raw.faults.append(Fault(place, None, None, "a value that is not an object", expected))
        raw.unread, raw.settings_unread = set(TABLES), True
        return raw
    settings = content.get("instance")
    if isinstance(settings, dict):
        raw.settings = {key: cell for key, cell in _dotted(_filled(settings), raw).items() if cell is not None}
    else:
        raw.faults.append(
            Fault(
                place,
                None,
                "instance",
                "nothing" if settings is None else quoted(settings),
                "an object with format, name and horizon",
            )
        )
        raw.settings_unread = True
    for name, rows in content.items():
        if name == "instance" or (rows is None and name in TABLES and not TABLES[name].required):
            continue
        where = f"{place}: {name}"
        if not isinstance(rows, list):
            found = "an object" if isinstance(rows, dict) else quoted(rows)
            raw.faults.append(Fault(where, None, None, found, "a list of rows"))
            raw.unread.add(name)
        elif len(rows) > 1 and not any(isinstance(row, dict) for row in rows):
            found = f"rows that are not objects, such as {quoted(rows[0])}"
            raw.faults.append(Fault(where, 1, None, found, 'objects such as {"column": value, ...}'))
            raw.unread.add(name)
        else:
            raw.tables[name] = _objects(raw, name, where, rows)
    return raw


def _objects(raw: Raw, name: str, where: str, rows: list[Any]) -> RawTable:
    """The rows of a table in a list of objects, without blanks and without the author's own columns."""
    known = TABLES[name].by_name if name in TABLES else {}
    records: list[tuple[int, dict[str, Any]]] = []
    for at, row in enumerate(rows, start=1):
        if isinstance(row, Cells):
            records.append((at, row))
        elif isinstance(row, dict):
            filled = {str(key): cell for key, cell in row.items() if cell is not None or key not in known}
            records.append((at, {key: cell for key, cell in filled.items() if not own(key)}))
        else:
            raw.faults.append(Fault(where, at, None, quoted(row), "an object with one value per column"))
    return RawTable(where, records, whole=len(records) == len(rows))


def _filled(settings: dict[str, Any]) -> dict[str, Any]:
    return {key: cell for key, cell in settings.items() if cell is not None}
