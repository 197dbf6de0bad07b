"""A workbook of pages that people read: formats, text that stays text, and tables with filters and frozen headers.

Text is always stored as text. A text that a spreadsheet would take for a formula once somebody edits its cell is
marked as quoted; control characters and characters that reverse a text are shown as escapes on the pages for people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import IO, Any

from allocator.errors import BadUsage, escaped, shortened

LONGEST = 32_767
"""Most characters that a cell holds."""

WIDEST = 44
"""Most characters to which a column of a table grows; longer text is wrapped."""

NARROW = 115
"""Most characters of a row of a sheet that prints upright: more rows to a page, at seven eighths of their size."""

ROW, LINE, MOST_HEIGHT = 17, 15.5, 400.0
"""Height of a row and of a further line in points, and the most that a row is high."""

FONT = "Calibri"
INK, GREY, RULE = "#1F2933", "#616E7C", "#CBD2D9"
HEAD, BAND = "#D9E2EC", "#F0F4F8"
BLUE, ORANGE = "#4477AA", "#CC6633"
SOME, NOTHING = "#FCE8D8", "#F5C6A5"
"""Fills of a line of which something is missing, and of one of which everything is: orange, told apart by all."""

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_format_properties": {"font_name": FONT, "font_size": 11},
}

_FORMULA = re.compile(r"[=+\-@\t\r]")

WHOLE = "#,##0"
COVERED = '[>=1]0.0 %;[>=0.9995]">99.9 %";0.0 %'
"""A share of what is asked: 100 % is shown only for all of it."""
MISSED = '[=0]0.0 %;[<0.0005]"<0.1 %";0.0 %'
"""A share that is missing: 0 % is shown only for none."""
SHARE = "0.0 %"


@dataclass(frozen=True)
class Field:
    """A column of a table.

    Attributes
    ----------
    heading : str
        Heading with the unit, e.g. ``own cost, USD million``.
    kind : str
        ``text``, ``number`` (as many decimals as the column needs), or a number format.
    narrow, wide : int
        Least and greatest width in characters; longer text is wrapped.
    whole : bool
        Whether whole figures of a column with decimals are shown without them, in line with the others.
    """

    heading: str
    kind: str = "text"
    narrow: int = 0
    wide: int = WIDEST
    whole: bool = False


class Book:
    """A workbook under construction; each format is made once."""

    def __init__(self, out: IO[bytes]) -> None:
        import xlsxwriter

        self.book = xlsxwriter.Workbook(out, OPTIONS)
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.height = 0

    def form(self, **properties: Any) -> Any:
        """A cell format with these properties of XlsxWriter."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"valign": "vcenter", "font_name": FONT, "font_size": 11, "font_color": INK}
            self._formats[key] = self.book.add_format(base | properties)
        return self._formats[key]

    def page(self, name: str, *, colour: str = BLUE, landscape: bool = True) -> Page:
        """A new sheet, which prints on A4 as wide as the paper."""
        sheet = self.book.add_worksheet(name)
        sheet.set_tab_color(colour)
        sheet.set_default_row(ROW)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.5, 0.5, 0.6, 0.6)
        sheet.set_footer("&L&A&RPage &P of &N")
        if landscape:
            sheet.set_landscape()
        return Page(self, sheet, name)


class Page:
    """A sheet that is filled from top to bottom; ``row`` is the next free row, from 0."""

    def __init__(self, book: Book, sheet: Any, name: str) -> None:
        self.book, self.sheet, self.name = book, sheet, name
        self.row = 0

    def put(self, row: int, column: int, value: Any, *, raw: bool = False, **properties: Any) -> None:
        """Write a value into a cell; ``raw`` keeps every character of a text as it is.

        Raises
        ------
        BadUsage
            The sheet has no such row or column.
        """
        form = self.book.form(**properties)
        if value is None:
            done = self.sheet.write_blank(row, column, None, form)
        elif isinstance(value, bool):
            done = self.sheet.write_boolean(row, column, value, form)
        elif isinstance(value, int | float):
            done = self.sheet.write_number(row, column, value, form)
        else:
            text = shortened(str(value) if raw else escaped(str(value), keep="\n\u200d"), LONGEST)
            if _FORMULA.match(text):
                form = self.book.form(**properties, quote_prefix=True)
            done = self.sheet.write_string(row, column, text, form)
        if done == -1:
            raise BadUsage(f"the sheet {self.name} holds {row:,} rows and has more; write the result to a folder")

    def title(self, text: str, note: str = "", *, to: int = 8) -> None:
        """A heading of the page, and a grey note under it."""
        self.put(self.row, 0, text, bold=True, font_size=14)
        self.row += 1
        if note:
            self.paragraph(note, to=to, font_color=GREY)
        self.row += 1

    def paragraph(self, text: str, *, to: int, width: float | None = None, **properties: Any) -> None:
        """A text over the columns up to ``to``, as high as it needs to be."""
        text = shortened(escaped(text, keep="\n\u200d"), LONGEST)
        form = self.book.form(text_wrap=True, **properties)
        if _FORMULA.match(text):
            form = self.book.form(text_wrap=True, quote_prefix=True, **properties)
        self.sheet.merge_range(self.row, 0, self.row, to, "", form)
        self.sheet.write_string(self.row, 0, text, form)
        size = properties.get("font_size", 11)
        lines = sum(ceil(max(1, len(line)) * size / 11 / (1.1 * (width or 100))) for line in text.split("\n"))
        self.sheet.set_row(self.row, 1.35 * size * lines + 3)
        self.row += 1

    def table(
        self,
        fields: Sequence[Field],
        rows: Sequence[Sequence[Any]],
        *,
        paint: Callable[[int], str | None] = lambda _: None,
        last_bold: bool = False,
        filters: bool = False,
        widths: Sequence[float] = (),
        raw: bool = False,
    ) -> tuple[int, int]:
        """A table at the next free row; returns its first and last row of data, from 0.

        ``paint`` gives the fill of a row of data; ``filters`` puts a filter on the headings and freezes what is above
        the data; ``widths`` are those of the columns if they are set already, otherwise they follow from the content.
        """
        kinds = [_format(field.kind, [row[c] for row in rows]) for c, field in enumerate(fields)]
        top = self.row
        for c, field in enumerate(fields):
            align = "left" if field.kind == "text" else "right"
            self.put(
                top, c, field.heading, bold=True, bg_color=HEAD, bottom=1, text_wrap=True, align=align,
                valign="bottom", **_indent(kinds, c),
            )  # fmt: skip
        wide = widths or [_width(field, kinds[c], [row[c] for row in rows]) for c, field in enumerate(fields)]
        lines = [lines_of(field.heading, wide[c]) for c, field in enumerate(fields)]
        self.sheet.set_row(top, LINE * max(lines, default=1) + 2)
        for r, row in enumerate(rows):
            fill = paint(r)
            extra: dict[str, Any] = {} if fill is None else {"bg_color": fill}
            if last_bold and r == len(rows) - 1:
                extra |= {"bold": True, "top": 1}
            for c, value in enumerate(row):
                look = extra | ({"num_format": kinds[c]} if kinds[c] else {"text_wrap": True, **_indent(kinds, c)})
                if fields[c].whole and isinstance(value, int | float) and value == int(value):
                    look["num_format"] = in_line(kinds[c])
                if kinds[c] and not isinstance(value, int | float):
                    look = {**extra, "align": "right"}
                if value is not None or extra:
                    self.put(top + 1 + r, c, value, raw=raw, **look)
            needed = max(
                (lines_of(str(row[c]), wide[c]) for c in range(len(row)) if not kinds[c] and row[c]), default=1
            )
            if needed > 1:
                self.sheet.set_row(top + 1 + r, min(MOST_HEIGHT, LINE * needed + 2))
        for c in () if widths else range(len(fields)):
            self.sheet.set_column(c, c, wide[c])
        if filters and rows:
            self.sheet.autofilter(top, 0, top + len(rows), len(fields) - 1)
        if filters:
            self.sheet.freeze_panes(top + 1, 1)
            self.sheet.repeat_rows(top)
            if not widths and sum(wide) <= NARROW:
                self.sheet.set_portrait()
        self.row = top + 1 + len(rows)
        return top + 1, top + len(rows)


def _indent(kinds: Sequence[str], c: int) -> dict[str, Any]:
    """Space before a column of text that follows one of numbers."""
    return {"indent": 1} if c and kinds[c - 1] and not kinds[c] else {}


def _width(field: Field, kind: str, values: Sequence[Any]) -> float:
    """The width of a column in characters: as wide as its content, within the limits of its field."""
    filled = [value for value in values if value is not None]
    texts = [shown(value, kind) for value in filled] if kind else [t for v in filled for t in str(v).split("\n")]
    words = max(map(len, field.heading.split()), default=0)
    return min(field.wide, max(field.narrow, max(map(len, texts), default=0), words, min(12, len(field.heading)))) + 3


def _format(kind: str, values: Sequence[Any]) -> str:
    """The number format of a column; empty for text."""
    if kind == "text":
        return ""
    if kind != "number":
        return "General" if kind == "general" else kind
    return number_format(values)


def in_line(form: str) -> str:
    """The format of a whole figure in a column of this format: blanks as wide as the decimals instead of them.

    Examples
    --------
    >>> in_line("#,##0.00"), in_line("#,##0")
    ('#,##0_._0_0', '#,##0')
    """
    whole, point, decimals = form.partition(".")
    return whole + "_." + "_0" * len(decimals) if point and set(decimals) == {"0"} else form


def shown(value: Any, kind: str) -> str:
    """About what a spreadsheet shows for a value under a number format, for the width of its column."""
    if isinstance(value, str):
        return value
    if "%" in kind:
        return f"{100 * value:.1f} %"
    if kind == "General":
        return str(int(value)) if value == int(value) else f"{value:.10g}"
    decimals = len(kind.partition(".")[2])
    return f"{value:,.{decimals}f}"


def lines_of(text: str, width: float) -> int:
    """The number of lines of a text in a column of this width."""
    lines, width = 0, 1.15 * width
    for part in text.split("\n"):
        lines, room = lines + 1, width
        for word in part.split():
            if len(word) > room and room < width:
                lines, room = lines + 1, width
            lines += max(0, ceil(len(word) / width) - 1)  # a word that is longer than a line is broken
            room -= len(word) + 1
    return max(1, lines)


def number_format(*columns: Sequence[Any]) -> str:
    """One number format for columns of the same figures: as many decimals as they need, fewer for large figures."""
    figures = [abs(value) for values in columns for value in values if isinstance(value, int | float) and value]
    least = min(figures, default=1)
    most = 1 if least >= 10 else 2 if least >= 0.0095 else 3
    exact = (d for d in range(most) if all(abs(value - round(value, d)) < 1e-9 for value in figures))
    decimals = next(exact, most)
    return f"{WHOLE}.{'0' * decimals}" if decimals else WHOLE


def names(rows: Sequence[Mapping[str, Any]], key: str) -> dict[str, str]:
    """Code -> name; two codes of one name have their codes added, so that no name stands for two."""
    seen: dict[str, list[str]] = {}
    for row in rows:
        seen.setdefault(row["name"], []).append(row[key])
    return {code: name if len(codes) == 1 else f"{name} ({code})" for name, codes in seen.items() for code in codes}
