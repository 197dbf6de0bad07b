"""Reading a workbook: safely, every cell where its author sees it."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

from allocator.errors import Fault
from allocator.instance.cells import closest, near
from allocator.instance.header import columns, layout, own
from allocator.instance.raw import Raw, RawTable, blank_rows
from allocator.instance.tables import OWN, TABLES

MOST_BYTES = 200_000_000
MOST_RATIO = 200
MOST_CELLS = 2_000_000


def read_xlsx(path: Path) -> Raw:
    """Everything in a workbook, as it stands; what is unsafe or broken is a fault."""
    raw = Raw(str(path), "instance", strict=False, strict_settings=False)
    expected = _unsafe(path)
    if expected:
        return _unread(raw, path, *expected)
    import python_calamine

    try:
        with path.open("rb") as file:
            book = python_calamine.load_workbook(file)
            silent = _silent(path)
            for name in book.sheet_names:
                if not name.startswith("_"):
                    _sheet(raw, name, book.get_sheet_by_name(name), silent.get(name, []))
    except (python_calamine.CalamineError, OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        return _unread(raw, path, f"a workbook that cannot be read ({error})", "an .xlsx workbook")
    if "instance" not in raw.settings_rows and not raw.settings and "instance" not in book.sheet_names:
        raw.faults.append(
            Fault(str(path), None, None, "no sheet instance", "a sheet instance with columns key and value")
        )
        raw.settings_unread = True
    return raw


def _unread(raw: Raw, path: Path, found: str, expected: str) -> Raw:
    raw.faults = [Fault(str(path), None, None, found, expected)]
    raw.unread = set(TABLES)
    raw.settings_unread = True
    return raw


def _unsafe(path: Path) -> tuple[str, str] | None:
    """What is wrong with the container, before anything in it is unpacked."""
    try:
        with zipfile.ZipFile(path) as container:
            entries = container.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        return f"no workbook ({error})", "an .xlsx workbook"
    total = sum(entry.file_size for entry in entries)
    if total > MOST_BYTES:
        return f"{total:,} bytes when unpacked", f"at most {MOST_BYTES:,}"
    for entry in entries:
        if entry.file_size > 1_000_000 and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            return (
                f"a part packed {entry.file_size // max(entry.compress_size, 1)} to 1",
                f"at most {MOST_RATIO} to 1",
            )
        if entry.flag_bits & 1:
            return "an encrypted workbook", "one without a password"
    return None


def _silent(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Sheet name -> (cell, what stands there) of what the reader would take for a blank.

    These are formulas without a stored value, and errors such as #N/A.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    with zipfile.ZipFile(path) as container:
        names = set(container.namelist())
        for sheet, part in _parts(container, names).items():
            xml = container.read(part)
            if b"<f" not in xml and b't="e"' not in xml:
                continue
            for cell in re.finditer(rb"<c\b([^>]*?)(?<!/)>(.*?)</c>", xml, re.DOTALL):
                value = re.search(rb"<v[^>]*>([^<]*)</v>", cell[2])
                stored = value[1].decode("utf-8", "replace") if value else ""
                if b't="e"' in cell[1]:
                    what = f"the error {stored}"
                elif re.search(rb"<f[\s/>]", cell[2]) and not stored and b't="str"' not in cell[1]:
                    what = "a formula without a stored value"
                else:
                    continue
                place = re.search(rb'\br="([A-Z]+[0-9]+)"', cell[1])
                found.setdefault(sheet, []).append((place[1].decode() if place else "?", what))
    return found


def _parts(container: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    """Sheet name -> part of the container."""
    from html import unescape

    book = container.read("xl/workbook.xml").decode("utf-8", "replace") if "xl/workbook.xml" in names else ""
    rels_name = "xl/_rels/workbook.xml.rels"
    rels = container.read(rels_name).decode("utf-8", "replace") if rels_name in names else ""
    target = {}
    for tag in re.findall(r"<(?:\w+:)?Relationship\b[^>]*>", rels):
        identity, where = re.search(r'\bId="([^"]*)"', tag), re.search(r'\bTarget="([^"]*)"', tag)
        if identity and where:
            path = where[1].lstrip("/")
            target[identity[1]] = path if path.startswith("xl/") else f"xl/{path}"
    parts = {}
    for tag in re.findall(r"<(?:\w+:)?sheet\b[^>]*>", book):
        name, identity = re.search(r'\bname="([^"]*)"', tag), re.search(r'\br?:?id="([^"]*)"', tag)
        if name and identity and target.get(identity[1]) in names:
            parts[unescape(name[1])] = target[identity[1]]
    return parts


def _sheet(raw: Raw, name: str, sheet: Any, silent: list[tuple[str, str]]) -> None:
    if name != "instance" and name not in TABLES:
        raw.tables[name] = RawTable(name, [], [])
        return
    rows: list[tuple[int, list[Any]]] = []
    fault = None
    if sheet.end is not None:
        height, width = sheet.end[0] + 1, sheet.end[1] + 1
        if height * width > MOST_CELLS:
            found = f"{height:,} rows by {width:,} columns"
            fault = Fault(name, None, None, found, f"at most {MOST_CELLS:,} cells")
        else:
            rows = list(blank_rows(enumerate(sheet.to_python(skip_empty_area=False), start=1)))
    if fault is None and not rows:
        fault = Fault(name, None, None, "an empty sheet", "a header row")
    known = TABLES[name].by_name if name in TABLES else ("key", "value")
    required = TABLES[name].required_columns if name in TABLES else ("key", "value")
    fault = fault or layout(name, rows, known, required)
    if fault is not None:
        raw.faults.append(fault)
        raw.unread.add(name)
        raw.settings_unread = raw.settings_unread or name == "instance"
        return
    names = columns(name, rows, raw.faults, strict=False)
    at_header, header = rows[0]
    for place, what in silent:
        row, i = _position(place)
        if i in names or not (i < len(header) and own(str(header[i]))):
            raw.faults.append(Fault(name, row, names.get(i, place), what, "a value, stored in the cell"))
    records = []
    for at, cells in rows[1:]:
        records.append((at, {title: cells[i] for i, title in names.items() if cells[i] not in (None, "")}))
    if name == "instance":
        _settings(raw, list(names.values()), records)
    else:
        raw.tables[name] = RawTable(name, records, list(names.values()), header=at_header)


def _position(place: str) -> tuple[int | None, int]:
    """Row from 1 and column from 0 of a cell such as C12."""
    column = 0
    for letter in re.sub("[^A-Z]", "", place):
        column = 26 * column + ord(letter) - ord("A") + 1
    return int(re.sub("[^0-9]", "", place) or 0) or None, column - 1


def _settings(raw: Raw, columns: list[str], records: list[tuple[int, dict[str, Any]]]) -> None:
    unknown = [column for column in columns if column not in ("key", "value", "note")]
    absent = [column for column in ("key", "value") if column not in columns]
    for column in unknown:
        expected = f"key, value{near(column, absent)}; rename it to {OWN}{column[:60]} to keep it as your own"
        raw.faults.append(Fault("instance", None, column, "an unknown column", expected))
    for column in absent:
        raw.settings_unread = True
        if column not in [closest(name, absent) for name in unknown]:
            raw.faults.append(Fault("instance", None, column, "is missing", "add it: there are key and value", " "))
    if raw.settings_unread:
        return
    for at, record in records:
        key = record.get("key")
        if not isinstance(key, str):
            raw.faults.append(
                Fault(
                    "instance",
                    at,
                    "key",
                    "a blank" if key is None else f'"{key}"',
                    "a key such as horizon.periods",
                )
            )
        elif key in raw.settings_rows:
            raw.faults.append(
                Fault(
                    "instance", at, key, "is given twice", f"keep one; the first is row {raw.settings_rows[key]}", " "
                )
            )
        else:
            raw.settings_rows[key] = at
            if "value" in record:
                raw.settings[key] = record["value"]
