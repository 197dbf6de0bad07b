"""Reading the carriers: a folder of CSV files, a workbook, a JSON file. Nothing is repaired, nothing is run."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import tomllib
from pathlib import Path
from typing import Any

from allocator.arguments import path as text_path
from allocator.errors import BadInput, Fault
from allocator.instance.cells import exact_float, near, quoted
from allocator.instance.check import check
from allocator.instance.frozen import Frozen
from allocator.instance.instance import Instance, settled
from allocator.instance.raw import Cells, Raw, RawTable, blank_rows, typed
from allocator.instance.tables import TABLES
from allocator.locate import shipped, shipped_instances

MOST_BYTES = 200_000_000
"""Largest file that is read."""


def read(path: str | os.PathLike[str]) -> Instance:
    """Read and check an instance.

    Parameters
    ----------
    path : path
        A folder with ``instance.toml``, an ``.xlsx`` workbook, a ``.json`` file, or the name of a bundled instance.

    Raises
    ------
    BadInput
        With every fault found.
    """
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
    return understood(raw, place)


def understood(raw: Raw, path: Path | None) -> Instance:
    """An instance from what a carrier holds, or every fault of it."""
    content = typed(raw)
    check(content)
    if content.faults:
        order = {content.place(name): i for i, name in enumerate(TABLES)}
        key = lambda fault: (order.get(fault.place, -1), fault.row or 0)  # noqa: E731
        raise BadInput(sorted(dict.fromkeys(content.faults), key=key))
    tables = {
        name: [
            record.cells if type(record.cells) is Frozen else Frozen(record.cells)
            for record in content.records.get(name, [])
        ]
        for name in TABLES
    }
    return Instance(settled(content.settings), tables, path)


def _raw(path: Path) -> Raw:
    if path.is_dir():
        return _folder(path)
    if path.suffix.lower() == ".xlsx":
        from allocator.instance.read_xlsx import read_xlsx

        if path.stat().st_size > MOST_BYTES:
            return _too_large(path, Raw(str(path), str(path), strict=False))
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


def _too_large(path: Path, raw: Raw) -> Raw:
    raw.faults.append(Fault(path.name, None, None, f"{path.stat().st_size:,} bytes", f"at most {MOST_BYTES:,}"))
    raw.unread, raw.settings_unread = set(TABLES), True
    return raw


def _text(path: Path, faults: list[Fault]) -> str | None:
    """A file's text, or None and a fault."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        faults.append(Fault(path.name, None, None, f"{size:,} bytes", f"at most {MOST_BYTES:,}"))
        return None
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        faults.append(
            Fault(path.name, line, None, f"byte 0x{content[error.start]:02x}, which is not UTF-8", "UTF-8 text")
        )
        return None


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
        elif not entry.is_file():
            raw.faults.append(Fault(entry.name, None, None, "no file", "a CSV file"))
            raw.unread.add(entry.stem)
        elif entry.stem not in TABLES:
            raw.tables[entry.stem] = RawTable(entry.name, [], [])
        else:
            _csv(raw, entry)
    return raw


def _inside(entry: Path, home: Path) -> bool:
    """Whether an entry, links followed, stays in the folder."""
    try:
        return entry.resolve().is_relative_to(home)
    except (OSError, RuntimeError):  # a link to itself
        return False


def _toml(raw: Raw, path: Path, home: Path) -> None:
    raw.settings_unread = True
    if not path.is_file():
        raw.faults.append(
            Fault("instance.toml", None, None, "no such file", "it to be there, with format, name and [horizon]")
        )
        return
    if not _inside(path, home):
        raw.faults.append(Fault("instance.toml", None, None, "a link that leaves the folder", "a file in the folder"))
        return
    text = _text(path, raw.faults)
    if text is None:
        return
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        line = re.search(r"at line ([0-9]+)", str(error))
        found = re.sub(r" \(at .*\)", "", str(error))
        raw.faults.append(Fault("instance.toml", int(line[1]) if line else None, None, found, "TOML"))
        return
    raw.settings_unread = False
    raw.settings = _dotted(content, raw)


def _dotted(content: dict[str, Any], raw: Raw) -> dict[str, Any]:
    """Nested settings as dotted keys."""
    settings: dict[str, Any] = {}
    for key, value in content.items():
        if isinstance(value, dict) and key in ("horizon", "events"):
            settings.update({f"{key}.{inner}": cell for inner, cell in value.items()})
        elif isinstance(value, dict | list) or key in ("horizon", "events"):
            found = "a table" if isinstance(value, dict) else quoted(value)
            expected = "a table of its own" if key in ("horizon", "events") else "one value, under a known key"
            raw.faults.append(Fault(raw.settings_place, None, key, found, expected))
            if key == "horizon":
                settings.update()
        else:
            settings[key] = value
    return settings


def _csv(raw: Raw, path: Path) -> None:
    name = path.stem
    text = _text(path, raw.faults)
    if text is None:
        raw.unread.add(name)
        return
    records: list[tuple[int, list[Any]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for cells in reader:
            records.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        raw.faults.append(Fault(path.name, begins, None, f"a broken record ({error})", "CSV as in RFC 4180"))
        raw.unread.add(name)
        return
    filled = list(blank_rows(iter(records)))
    if not filled:
        raw.faults.append(Fault(path.name, None, None, "no header", "a first line with the names of the columns"))
        raw.unread.add(name)
        return
    at_header, header = filled[0]
    for i, title in enumerate(header):
        if title in header[:i]:
            raw.faults.append(Fault(path.name, at_header, title, "the column a second time", "each column once"))
            raw.unread.add(name)
    if name in raw.unread:
        return
    rows = []
    for at, cells in filled[1:]:
        if len(cells) != len(header):
            raw.faults.append(Fault(path.name, at, None, f"{len(cells)} cells", f"{len(header)}, as the header has"))
            continue
        rows.append((at, {title: _unescaped(cell) for title, cell in zip(header, cells, strict=True) if cell}))
    raw.tables[name] = RawTable(path.name, rows, header, whole=len(rows) == len(filled) - 1)


_ESCAPED = re.compile(r"'+[=+\-@\t]")


def _unescaped(cell: str) -> str:
    """A text cell without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    return cell[1:] if cell.startswith("'") and _ESCAPED.match(cell) else cell


# ---- JSON -------------------------------------------------------------------------------------------------


class _Twice(Exception):
    pass


def _json(path: Path) -> Raw:
    raw = Raw(str(path), path.name, strict=True)
    text = _text(path, raw.faults)
    content: Any = None
    if text is not None:
        try:
            content = json.loads(
                text, object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_whole, parse_float=exact_float
            )
        except json.JSONDecodeError as error:
            raw.faults.append(Fault(path.name, error.lineno, None, error.msg, "JSON"))
        except (_Twice, ValueError) as error:
            raw.faults.append(Fault(path.name, None, None, str(error), "JSON with each key once and finite numbers"))
        except RecursionError:
            raw.faults.append(Fault(path.name, None, None, "too deep a nesting", "an object of lists of rows"))
    if raw.faults:
        raw.unread, raw.settings_unread = set(TABLES), True
        return raw
    return from_object(content, path.name)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _Twice(f"the key {quoted(twice)} a second time in one object")
    return content


def _constant(name: str) -> Any:
    raise _Twice(f"{name}, which is not JSON")


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) < 20 else float(digits)


def from_object(content: Any, place: str) -> Raw:
    """What the JSON carrier's object holds."""
    raw = Raw(place, place, strict=True)
    if not isinstance(content, dict):
        raw.faults.append(Fault(place, None, None, "no object", '{"instance": {...}, "nations": [...], ...}'))
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
        if name == "instance":
            continue
        where = f"{place}: {name}"
        if rows is None and name in TABLES and not TABLES[name].required:
            continue
        if not isinstance(rows, list):
            raw.faults.append(
                Fault(
                    where,
                    None,
                    None,
                    quoted(rows) if not isinstance(rows, dict) else "an object",
                    "a list of rows",
                )
            )
            raw.unread.add(name)
            continue
        records: list[tuple[int, dict[str, Any]]] = []
        for at, row in enumerate(rows, start=1):
            if isinstance(row, Cells):
                records.append((at, row))
                continue
            if not isinstance(row, dict):
                raw.faults.append(Fault(where, at, None, quoted(row), "an object with a value a column"))
                continue
            known = TABLES[name].by_name if name in TABLES else {}
            cells = {str(key): cell for key, cell in row.items() if cell is not None or key not in known}
            records.append((at, cells))
        raw.tables[name] = RawTable(where, records, whole=len(records) == len(rows))
    raw.suffix = ""
    return raw


def _filled(settings: dict[str, Any]) -> dict[str, Any]:
    return {key: cell for key, cell in settings.items() if cell is not None}
