"""Reads a workbook safely, with every cell where its author sees it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from allocator.errors import Fault
from allocator.instance.cells import closest, near
from allocator.instance.columns import OWN
from allocator.instance.header import columns, layout, own
from allocator.instance.raw import REPORTED, Raw, RawTable
from allocator.instance.tables import TABLES
from allocator.instance.workbook_cells import MOST_CELLS, CellReader, Sheet, letters
from allocator.instance.workbook_parts import AGAIN, Book, Damage, opened


def read_xlsx(path: Path) -> Raw:
    """Everything in a workbook, unchanged; unsafe or broken content is a fault."""
    raw = Raw(str(path), "instance", strict=False, strict_settings=False)
    try:
        with opened(path) as container:
            _book(raw, Book(container))
    except Damage as damage:
        return _unread(raw, path, damage.found, damage.expected)
    return raw


def _book(raw: Raw, book: Book) -> None:
    reader = CellReader(book)
    for name, part, trouble in book.sheets:
        if own(name):
            continue
        if name not in TABLES and name != "instance":
            raw.tables[name] = RawTable(name, [], [])
            continue
        try:
            if trouble:
                raise Damage(trouble, "each sheet once, with cells; delete this sheet or start its name with _")
            _sheet(raw, name, reader.read(part))
        except Damage as damage:
            if damage.whole:
                raise
            _unread_sheet(raw, name, damage.found, damage.expected, damage.row)
    if "instance" not in (name for name, _, _ in book.sheets):
        raw.faults.append(
            Fault(raw.place, None, None, "no sheet instance", "a sheet instance with the columns key and value")
        )
        raw.settings_unread = True


def _unread(raw: Raw, path: Path, found: str, expected: str) -> Raw:
    raw.faults = [Fault(str(path), None, None, found, expected)]
    raw.unread = set(TABLES)
    raw.settings_unread = True
    return raw


def _unread_sheet(raw: Raw, name: str, found: str, expected: str, row: int | None = None) -> None:
    raw.faults.append(Fault(name, row, None, found, expected))
    _leave_out(raw, name)


def _leave_out(raw: Raw, name: str) -> None:
    raw.unread.add(name)
    raw.settings_unread = raw.settings_unread or name == "instance"


def _rows(name: str, sheet: Sheet) -> tuple[list[tuple[int, list[Any]]], list[Fault]]:
    """The rows of a sheet that are not blank, and the faults of single cells.

    Columns whose header begins with _ are the author's own and are left out.
    """
    filled = ((at, cells) for at, cells in sheet.rows.items() if any(cell != "" for cell in cells.values()))
    at_header, header = next(filled, (0, {}))
    mine = {i for i, title in header.items() if isinstance(title, str) and own(title)}
    faults = []
    for at, i, found in sheet.odd:
        if i not in mine:
            title = header.get(i, "") if at != at_header else ""
            column = letters(i) if title in ("", REPORTED) else str(title)
            faults.append(Fault(name, at, column, found, f"a value, stored in the cell; {AGAIN}"))
    kept = {}
    for at, cells in sheet.rows.items():
        left = {i: cell for i, cell in cells.items() if cell != "" and i not in mine}
        if left:
            kept[at] = left
    width = _width(kept)
    nameless = {i for i in range(width) if header.get(i, "") == ""}
    rows = [
        (at, [None if i in nameless and cells.get(i) is REPORTED else cells.get(i) for i in range(width)])
        for at, cells in kept.items()
    ]
    return rows, faults


def _width(rows: dict[int, dict[int, Any]]) -> int:
    """The number of columns; raises Damage that names the cell if one is too far away."""
    height, width, at_right = max(rows, default=0), 0, 0
    for at, cells in rows.items():
        last = max(cells)
        if last >= width:
            width, at_right = last + 1, at
    if height * width > MOST_CELLS:
        farthest = f"{letters(width - 1)}{at_right}"
        if at_right != height:
            farthest = f"{letters(max(rows[height]))}{height} and {farthest}"
        raise Damage(
            f"cells as far as {farthest} ({height:,} rows by {width:,} columns)",
            f"at most {MOST_CELLS:,} cells from A1 to the farthest; delete what is far from the table",
        )
    return width


def _sheet(raw: Raw, name: str, sheet: Sheet) -> None:
    rows, faults = _rows(name, sheet)
    if not rows:
        _unread_sheet(raw, name, "an empty sheet", "a header row")
        return
    known = TABLES[name].by_name if name in TABLES else ("key", "value")
    required = TABLES[name].required_columns if name in TABLES else ("key", "value")
    fault = layout(name, rows, known, required)
    if fault is not None:
        raw.faults.append(fault)
        _leave_out(raw, name)
        return
    raw.faults += faults
    if REPORTED in rows[0][1]:
        _leave_out(raw, name)
        return
    names = columns(name, rows, raw.faults, strict=False)
    records = [
        (at, {title: cells[i] for i, title in names.items() if cells[i] not in (None, "")}) for at, cells in rows[1:]
    ]
    if name == "instance":
        _settings(raw, list(names.values()), records)
    else:
        raw.tables[name] = RawTable(name, records, list(names.values()), header=rows[0][0])


def _settings(raw: Raw, columns: list[str], records: list[tuple[int, dict[str, Any]]]) -> None:
    unknown = [column for column in columns if column not in ("key", "value", "note")]
    absent = [column for column in ("key", "value") if column not in columns]
    for column in unknown:
        expected = f"key, value{near(column, absent)}; rename it to {OWN}{column[:60]} to keep it as your own"
        raw.faults.append(Fault("instance", None, column, "an unknown column", expected))
    for column in absent:
        raw.settings_unread = True
        if column not in [closest(name, absent) for name in unknown]:
            raw.faults.append(Fault("instance", None, column, "is missing", "add it: key and value are needed", " "))
    if raw.settings_unread:
        return
    for at, record in records:
        key = record.get("key")
        if key is REPORTED:
            continue
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
