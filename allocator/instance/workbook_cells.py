"""The cells of a sheet: each is read once, and a cell without a usable value is kept apart from a blank."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from allocator.instance.cells import quoted
from allocator.instance.raw import REPORTED
from allocator.instance.workbook_parts import AGAIN, MAIN, Book, Damage, unescape

MOST_CELLS = 2_000_000
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
UNSTORED = "a formula without a stored value"

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_RANGE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6}):([A-Z]{1,3})([1-9][0-9]{0,6})")
_OUTSIDE, _DATA, _ROW, _CELL, _VALUE, _FORMULA, _INLINE, _TEXT, _SKIPPED = range(9)


class Odd(Exception):
    """A cell holds no reliable value; the text says what it holds."""


@dataclass
class Sheet:
    """Row from 1 -> column from 0 -> value, and (row, column, what was found) of the cells without a reliable value.

    A value of '' is a stored empty text; REPORTED replaces a cell that ``odd`` names.
    """

    rows: dict[int, dict[int, Any]] = field(default_factory=dict)
    odd: list[tuple[int, int, str]] = field(default_factory=list)


def letters(column: int) -> str:
    """A column from 0 as a spreadsheet names it."""
    name, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


_LETTERS = [letters(column) for column in range(256)]


def _column(name: str) -> int:
    column = 0
    for letter in name:
        column = 26 * column + ord(letter) - ord("A") + 1
    return column - 1


class CellReader:
    """Reads the sheets of a workbook."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.strings = book.strings()
        self.formats = {str(i): dated for i, dated in enumerate(book.formats())}

    def read(self, part: str) -> Sheet:
        """The cells of a sheet.

        Raises
        ------
        Damage
            The part is damaged, or the position of a cell is unclear.
        """
        handlers = _Handlers(self)
        self.book.package.parse(part, handlers.begin, handlers.end, handlers.text)
        sheet = handlers.sheet
        _check_ranges(sheet, handlers.ranges)
        sheet.rows = dict(sorted(sheet.rows.items()))
        sheet.odd.sort()
        return sheet

    def value(self, kind: str, text: str, style: str) -> Any:
        """The value of a stored text.

        Raises
        ------
        Odd
        """
        if kind == "s":
            if self.strings is None:
                raise Damage("cells with shared texts, but no part that holds the texts", whole=True)
            if not (text.isascii() and text.isdecimal()) or len(text) > 9 or int(text) >= len(self.strings):
                raise Odd(f"the shared text number {quoted(text)}, of {len(self.strings):,}")
            return self.strings[int(text)]
        if kind == "n":
            return self._number(text, style)
        if kind in ("str", "inlineStr"):
            return unescape(text)
        text = text.strip(" \t\r\n")
        if kind == "b" and text in ("0", "1", "true", "false"):
            return text in ("1", "true")
        if kind == "d":
            return _iso(text)
        if kind == "e":
            raise Odd(f"the error {_cut(text)}" if text else "an error")
        raise Odd(f"{quoted(text)} in a cell of the type {quoted(kind)}")

    def _number(self, text: str, style: str) -> Any:
        if not _NUMBER.fullmatch(text):
            text = text.strip(" \t\r\n")
            if not text:
                return ""
            if not _NUMBER.fullmatch(text):
                raise Odd(f"{quoted(text)} in a cell of numbers")
        number = float(text)
        if number in (math.inf, -math.inf) or (number == 0 and text.lower().partition("e")[0].strip("+-.0")):
            raise Odd(f"the number {quoted(text)}, which no spreadsheet holds")
        dated = self.formats.get(style)
        if dated is None:
            raise Odd(f"{quoted(text)} in a cell of the unknown style {quoted(style)}")
        return _date(number, dated, self.book.since_1904) if dated else number


def _cut(text: str) -> str:
    return text if len(text) <= 20 and text.isprintable() else quoted(text)


def _iso(text: str) -> Any:
    for kind in (datetime, time):
        try:
            return kind.fromisoformat(text)
        except ValueError:
            continue
    raise Odd(f"{quoted(text)} in a cell of dates")


def _date(number: float, dated: str, since_1904: bool) -> date | time | timedelta:
    """A date as spreadsheets count days, to the millisecond; they treat 1900 as a leap year."""
    if not abs(number) < 2_958_466 or (number < 0 and dated == "date"):
        raise Odd(f'"{number:g}" in a cell of dates')
    passed = timedelta(milliseconds=round(number * 86_400_000))
    if dated == "elapsed":
        return passed
    if passed < timedelta(days=1):
        return (datetime.min + passed).time()
    if passed.days == 60 and not since_1904:
        raise Odd("the 29 February 1900, which did not exist")
    first = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 31 if passed.days < 60 else 30)
    try:
        return first + passed
    except OverflowError:
        raise Odd(f'"{number:g}" in a cell of dates') from None


def _check_ranges(sheet: Sheet, ranges: list[tuple[int, int, str]]) -> None:
    """A formula that fills a range has a stored value in each cell of the range."""
    looked = 0
    for row, column, reference in ranges:
        if sheet.rows[row][column] is REPORTED:
            continue
        for r, c in _places(reference):
            looked += 1
            if looked > MOST_CELLS:
                raise Damage("formulas whose ranges overlap", f"each cell in one range; {AGAIN}", row)
            if c not in sheet.rows.get(r, {}):
                sheet.odd.append((r, c, f"{UNSTORED} (the formula of {letters(column)}{row} fills {reference})"))
                break


def _places(reference: str) -> Iterator[tuple[int, int]]:
    match = _RANGE.fullmatch(reference)
    if match is not None:
        first, last = _column(match[1]), min(_column(match[3]), MOST_COLUMNS - 1)
        for row in range(int(match[2]), min(int(match[4]), MOST_ROWS) + 1):
            yield from ((row, column) for column in range(first, last + 1))


class _Handlers:
    """Handlers for the events of a worksheet's XML.

    Rows and cells are read only where the format puts them. Any other element in the data is a :class:`Damage`, because
    programs read it differently.
    """

    def __init__(self, reader: CellReader) -> None:
        self.reader = reader
        self.sheet = Sheet()
        self.ranges: list[tuple[int, int, str]] = []
        self.where = _OUTSIDE
        self.depth = self.inner = 0
        self.filled = 0
        self.row = self.seen_data = 0
        self.row_text = ""
        self.cells: dict[int, Any] = {}
        self.column = -1
        self.kind = self.style = ""
        self.formula = False
        self.value: str | None = None
        self.pieces: list[str] = []
        self.outer = (_OUTSIDE, 0)
        self._name_elements(MAIN[0])

    def _name_elements(self, space: str) -> None:
        self.c, self.v, self.row_name, self.f = (f"{space}}}{name}" for name in ("c", "v", "row", "f"))
        self.inline, self.data, self.extra = (f"{space}}}{name}" for name in ("is", "sheetData", "extLst"))
        self.t, self.run, self.run_format = (f"{space}}}{name}" for name in ("t", "r", "rPr"))
        self.spoken = tuple(f"{space}}}{name}" for name in ("rPh", "phoneticPr"))

    def begin(self, name: str, attrs: dict[str, str]) -> None:
        where = self.where
        if where == _ROW and name == self.c:
            self.where = _CELL
            self.value = None
            self.formula = False
            self.kind = attrs.get("t", "n")
            self.style = attrs.get("s", "0")
            self.column = column = self.column + 1
            reference = attrs.get("r")
            if column >= 256 or reference != _LETTERS[column] + self.row_text:
                self.column = self._place(reference, column)
        elif where == _CELL and name == self.v and self.value is None and self.kind != "inlineStr":
            self.where = _VALUE
            self.pieces = []
        elif where == _CELL:
            self._begin_in_cell(name, attrs)
        elif where == _DATA and name == self.row_name:
            self.where = _ROW
            self._begin_row(attrs.get("r"))
        elif where == _OUTSIDE:
            self._begin_outside(name)
        elif where == _SKIPPED:
            self.inner += 1
        elif where == _INLINE and name == self.t:
            self.where = _TEXT
        elif where == _INLINE and name == self.run and not self.inner:
            self.inner = 1
        elif (where == _ROW and name == self.extra) or (
            where == _INLINE and (name in self.spoken or (name == self.run_format and self.inner))
        ):
            self._skip()
        else:
            self._unknown(name)

    def _skip(self) -> None:
        """Leave out an element and what it holds."""
        self.outer = (self.where, self.inner)
        self.where, self.inner = _SKIPPED, 1

    def _unknown(self, name: str) -> None:
        raise Damage(
            f"the element {quoted(name.rpartition('}')[2])} among the cells",
            f"rows and cells; {AGAIN}",
            self.row or None,
        )

    def _begin_outside(self, name: str) -> None:
        self.depth += 1
        if self.depth == 1:
            space, _, local = name.rpartition("}")
            if space not in MAIN or local != "worksheet":
                raise Damage(f"a sheet with the root element {quoted(local)}", f"worksheet; {AGAIN}")
            self._name_elements(space)
        elif name == self.data:
            if self.depth != 2 or self.seen_data:
                self._unknown(name)
            self.where, self.seen_data = _DATA, 1
        elif name in (self.row_name, self.c, self.v, self.f):
            self._unknown(name)

    def _begin_row(self, number: str | None) -> None:
        row = self.row + 1
        if number is not None and number != str(row):
            if not (number.isascii() and number.isdecimal()) or len(number) > 7:
                raise Damage(f"the row number {quoted(number)}", f"1 to {MOST_ROWS:,}; {AGAIN}", self.row or None)
            row = int(number)
        if not 1 <= row <= MOST_ROWS:
            raise Damage(f'the row number "{row}"', f"1 to {MOST_ROWS:,}; {AGAIN}")
        self.row, self.row_text, self.column = row, str(row), -1
        self.cells = self.sheet.rows.get(row, {})
        self.filled -= len(self.cells)

    def _place(self, reference: str | None, following: int) -> int:
        """The column of a cell: the following one, or the one of its reference, which must fit its row."""
        if reference is None:
            if following >= MOST_COLUMNS:
                raise Damage("a cell beyond the last column", f"columns up to XFD; {AGAIN}", self.row)
            return following
        match = _REFERENCE.fullmatch(reference)
        column = _column(match[1]) if match else MOST_COLUMNS
        if match is None or column >= MOST_COLUMNS or int(match[2]) > MOST_ROWS:
            raise Damage(
                f"the cell reference {quoted(reference)}", f"one such as B7, up to XFD{MOST_ROWS}; {AGAIN}", self.row
            )
        if match[2] != self.row_text:
            raise Damage(f"the cell {reference} in this row", f"cells of row {self.row}; {AGAIN}", self.row)
        return column

    def _begin_in_cell(self, name: str, attrs: dict[str, str]) -> None:
        if name == self.v or name == self.inline:
            if self.value is not None:
                raise Damage(f"two values in the cell {letters(self.column)}{self.row}", f"one; {AGAIN}", self.row)
            self.pieces, self.inner = [], 0
            self.where = _INLINE if name == self.inline else _VALUE
            if (name == self.inline) != (self.kind == "inlineStr"):
                self.kind += f" with an element {name.rpartition('}')[2]}"
        elif name == self.f:
            self.where = _FORMULA
            self.formula = True
            if attrs.get("t") in ("array", "dataTable"):
                self.ranges.append((self.row, self.column, attrs.get("ref", "")))
        elif name == self.extra:
            self._skip()
        else:
            self._unknown(name)

    def end(self, name: str) -> None:
        where = self.where
        if where == _VALUE:
            self.where = _CELL
            self.value = "".join(self.pieces)
        elif where == _CELL:
            self.where = _ROW
            self._end_cell()
        elif where == _ROW:
            self.where = _DATA
            self._end_row()
        elif where == _FORMULA:
            self.where = _CELL
        elif where == _TEXT:
            self.where = _INLINE
        elif where == _INLINE:
            if self.inner:
                self.inner = 0
            else:
                self.where = _CELL
                self.value = "".join(self.pieces)
        elif where == _SKIPPED:
            self.inner -= 1
            if not self.inner:
                self.where, self.inner = self.outer
        else:
            self.where = _OUTSIDE
            self.depth -= 1

    def _end_cell(self) -> None:
        text, cells, column = self.value, self.cells, self.column
        if text is None and not self.formula and self.kind != "e":
            return
        if column in cells:
            raise Damage(f"the cell {letters(column)}{self.row} twice", f"each cell once; {AGAIN}", self.row)
        try:
            if self.formula and (text is None or (self.kind != "str" and not text.strip(" \t\r\n"))):
                raise Odd(UNSTORED)
            cells[column] = self.reader.value(self.kind, text or "", self.style)
        except Odd as odd:
            cells[column] = REPORTED
            self.sheet.odd.append((self.row, column, str(odd)))

    def _end_row(self) -> None:
        if self.cells:
            self.sheet.rows[self.row] = self.cells
            self.filled += len(self.cells)
            if self.filled > MOST_CELLS:
                raise Damage(
                    f"more than {MOST_CELLS:,} cells with a value, up to row {self.row:,}", f"at most {MOST_CELLS:,}"
                )

    def text(self, data: str) -> None:
        where = self.where
        if where == _VALUE or where == _TEXT:  # noqa: SIM109 (this runs for every cell)
            self.pieces.append(data)
        elif where in (_DATA, _ROW, _CELL) and data.strip(" \t\r\n"):
            raise Damage(f"the text {quoted(data)} between the cells", f"rows and cells; {AGAIN}", self.row or None)
