"""Which cell of a workbook a fault is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from allocator.errors import LONG_COLUMN, Fault, escaped, shortened
from allocator.instance.header import own
from allocator.instance.tables import TABLES
from allocator.instance.workbook_cells import CellReader, Sheet
from allocator.instance.workbook_parts import Book, Damage

SETTINGS_SHEET = "instance"

FAULTS = "_faults"
"""Sheet with the list of all faults; its name makes it the user's own."""


@dataclass(frozen=True, order=True)
class Place:
    """A cell: sheet, row from 1, column from 0."""

    sheet: str
    row: int
    column: int


@dataclass(frozen=True)
class Layout:
    """The header of a sheet: its row, the column of each title, and the first filled column of each row."""

    header: int
    titles: Mapping[str, int]
    first: Mapping[int, int]


def layouts(book: Book) -> dict[str, Layout]:
    """Sheet -> layout of the sheets of tables that can be read."""
    reader = CellReader(book)
    found = {}
    for name, part, trouble in book.sheets:
        if trouble or own(name) or (name not in TABLES and name != SETTINGS_SHEET):
            continue
        try:
            found[name] = _layout(reader.read(part))
        except Damage:
            continue
    return found


def _layout(sheet: Sheet) -> Layout:
    filled = {at: [c for c, cell in cells.items() if cell != ""] for at, cells in sheet.rows.items()}
    filled = {at: columns for at, columns in filled.items() if columns}
    header = min(filled, default=1)
    titles: dict[str, int] = {}
    for c, title in sheet.rows.get(header, {}).items():
        titles.setdefault(shortened(escaped(title if isinstance(title, str) else str(title)), LONG_COLUMN), c)
    return Layout(header, titles, {at: min(columns) for at, columns in filled.items()})


def places(faults: Iterable[Fault], known: Mapping[str, Layout]) -> list[tuple[Fault, Place | None]]:
    """Each fault with its cell; None if it has none."""
    return [(fault, _place(fault, known.get(fault.place))) for fault in faults]


def _place(fault: Fault, layout: Layout | None) -> Place | None:
    if layout is None:
        return None
    row, column = fault.row, fault.column
    titled = layout.titles.get(column) if column is not None else None
    if row is None:
        return None if titled is None else Place(fault.place, layout.header, titled)
    if fault.place == SETTINGS_SHEET and titled is None and row != layout.header:
        return Place(fault.place, row, layout.titles.get("value", layout.first.get(row, 0)))
    if titled is not None:
        return Place(fault.place, row, titled)
    if column is not None and re.fullmatch("[A-Z]{1,3}", column):
        return Place(fault.place, row, number_of(column))
    if row == layout.header or row not in layout.first:  # a column that is missing has no cell
        return None
    return Place(fault.place, row, layout.first[row])


def number_of(letters: str) -> int:
    """The column that a spreadsheet calls by these letters, from 0."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def sentences(found: Iterable[tuple[Fault, Place | None]]) -> dict[Place, list[str]]:
    """Cell -> sentences of its faults."""
    texts: dict[Place, list[str]] = {}
    for fault, place in found:
        if place is not None:
            texts.setdefault(place, []).append(str(fault))
    return texts


Entry = tuple[Place | None, str]
"""A line of the list of faults: the cell, if there is one, and the sentence."""


def entries(found: Iterable[tuple[Fault, Place | None]], warnings: Iterable[str]) -> list[Entry]:
    """The lines of the list of faults: faults without a cell first, then the others, then warnings."""
    lines: list[Any] = [(place, str(fault)) for fault, place in found]
    return sorted(lines, key=lambda line: line[0] is not None) + [(None, f"warning: {text}") for text in warnings]
