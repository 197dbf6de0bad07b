"""A page of text: as wide as it should be, with numbers that are never separated from their units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Text

GLUE = "\ufdd0"
"""Stands for a space at which no line breaks; a character that no text has, and that is printed as a space."""

CUT = "\x1f"
"""Marks a place in a long word where a line may break. It has no width and is never printed."""

TIED = re.compile(r"(?<=[0-9×]) (?=[^\W\d]|[%‰])|(?<=\b[A-Z]{3}) (?=\d)|(?<=\bper) (?=mille\b)")
"""Spaces between a number and its unit, a currency and an amount."""

JOINTS = re.compile(r"(?<=[\w\])])(?=\.[a-z])|(?<=[^\W\d][,_=/-])(?=[a-z])|(?<=[\w\]=])(?=\[)", re.IGNORECASE)
"""Joints of keys and file names: before a dot or a bracket, after a comma, a line or a sign of equality."""

LONG = 12
"""Letters of a word that may be cut at its joints, and of a value that stays beside its heading."""

LEAST = 40
"""Least width in columns for which a page is laid out."""

WIDTH = 100
"""Columns of an answer on a terminal that is not narrower."""


def tied(text: str) -> str:
    """A text in which numbers and their units, and currencies and amounts, are tied together by :data:`GLUE`.

    Examples
    --------
    >>> from allocator.report.text.page import GLUE, tied
    >>> tied("USD 3,571 million a year for 12 nations, 5 %").replace(GLUE, "_")
    'USD_3,571_million a year for 12_nations, 5_%'
    """
    return TIED.sub(GLUE, text)


def jointed(text: str) -> str:
    """A text whose long words may be cut where they are joined, at each :data:`CUT`.

    Examples
    --------
    >>> from allocator.report.text.page import CUT, jointed
    >>> jointed("forces[nation=FRA].units of toy_port").replace(CUT, "|")
    'forces|[nation=|FRA]|.units of toy_port'
    """
    return re.sub(rf"\S{{{LONG},}}", lambda word: JOINTS.sub(CUT, word[0]), text)


def untied(text: str) -> str:
    """A text as it is printed, with spaces again and without marks for cuts."""
    return text.replace(GLUE, " ").replace(CUT, "")


class Page(Console):
    """A console that keeps numbers and their units on one line; its output is printed through :func:`untied`."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print texts with what belongs together tied, and everything else as it is."""
        super().print(*map(_tied, objects), **options)

    def lines_of(self, parts: Iterable[RenderableType]) -> int:
        """Number of lines that some parts take on this page."""
        return sum(len(self.render_lines(_tied(part), pad=False)) for part in parts)


class Grid(Table):
    """A plain table whose cells keep numbers and their units on one line, and break words at joints only.

    Where it is too wide, the widest columns give way first, but none below its longest word while another can. If that
    is not enough, the columns in ``spare`` are left out, one after the other; and if that is not enough either, each
    row becomes a paragraph, so that no word is broken.
    """

    spare: Sequence[int] = ()

    def add_column(self, header: RenderableType = "", *rest: Any, **options: Any) -> None:
        """Add a column; see :class:`rich.table.Table`."""
        super().add_column(_tied(header, jointed), *rest, **options)

    def add_row(self, *cells: Any, **options: Any) -> None:
        """Add a row; see :class:`rich.table.Table`."""
        super().add_row(*(_tied(cell, jointed) for cell in cells), **options)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        kept = dict(enumerate(_range(column, console, options) for column in self.columns))
        spare = list(self.spare)
        while spare and self._room(options, len(kept)) < sum(least for least, _, _ in kept.values()):
            del kept[spare.pop(0)]
        room = self._room(options, len(kept))
        if room < sum(least for least, _, _ in kept.values()) and len(kept) > 1:
            yield from self._paragraphs(console, options)
            return
        grid = copy(self)
        grid.columns = [replace(self.columns[i], _index=at) for at, i in enumerate(kept)]
        for column, width in zip(grid.columns, shared(list(kept.values()), room), strict=True):
            column.width = width
        yield from Table.__rich_console__(grid, console, options)

    def _room(self, options: ConsoleOptions, columns: int) -> int:
        """Width that is left for the cells of so many columns."""
        return options.max_width - self.padding[1] * (columns - 1)

    def _paragraphs(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Each row on lines of its own: the first cell, then the others after their headings."""
        for cells in zip(*(column.cells for column in self.columns), strict=True):
            parts: list[Text] = []
            for column, cell in zip(self.columns, (_text(cell).copy() for cell in cells), strict=True):
                heading = _text(column.header).plain.strip() if parts else ""
                if cell.plain.strip():
                    if parts:
                        cell = cell[len(cell.plain) - len(cell.plain.lstrip()) :]
                        cell.rstrip()
                    space = GLUE if len(cell) <= LONG else " "
                    parts.append(Text.assemble((heading + space, "dim"), cell) if heading else cell)
            text = Text(": ").join([Text("") if not parts else parts[0], Text("; ").join(parts[1:])])
            for at, line in enumerate(text.wrap(console, options.max_width - 2)):
                line.rstrip()
                yield Text("  " if at else "") + line


def _text(part: Any) -> Text:
    return part if isinstance(part, Text) else Text(str(part))


class Item:
    """A text as an item of a list: indented, its further lines a little more."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = Text(tied(self.text)).wrap(console, options.max_width - 4)
        for at, line in enumerate(lines):
            yield Text("    " if at else "  ") + line


def shared(ranges: Sequence[tuple[int, int, int]], room: int) -> list[int]:
    """Widths of columns that fit into a room, the widest cut first, and headings before what is below them.

    A range is the least width, the greatest of the cells, and the greatest of the cells and the heading.

    Examples
    --------
    >>> shared([(5, 40, 40), (4, 4, 4), (8, 20, 20)], 50)
    [26, 4, 20]
    >>> shared([(30, 40, 40), (4, 4, 4), (8, 20, 20)], 44)
    [30, 4, 10]
    >>> shared([(5, 20, 20), (6, 8, 18)], 30)  # a heading of 18 gives way before a cell of 20
    [20, 10]
    """
    widths = [most for _, _, most in ranges]
    for floors in ([cells for _, cells, _ in ranges], [least for least, _, _ in ranges], [1 for _ in ranges]):
        while sum(widths) > room:
            free = [at for at, width in enumerate(widths) if width > floors[at]]
            if not free:
                break
            widths[max(free, key=lambda at: widths[at])] -= 1
    return widths


def _range(column: Column, console: Console, options: ConsoleOptions) -> tuple[int, int, int]:
    """The least width of a column without a broken word, that of its cells, and the width that it would take."""
    head, *cells = (Measurement.get(console, options, cell) for cell in (column.header, *column.cells))
    limit = options.max_width if column.max_width is None else column.max_width
    most = max(head.maximum, *(each.maximum for each in cells), 0)
    if column.no_wrap:
        return most, most, most
    most = min(limit, most)
    least = min(most, max(head.minimum, *(each.minimum for each in cells), 0))
    if any(getattr(cell, "gives_way", False) for cell in column.cells):
        return least, least, most
    return least, min(most, max(least, *(each.maximum for each in cells), 0)), most


def _tied(part: Any, more: Any = str) -> Any:
    if isinstance(part, str):
        return more(tied(part))
    if isinstance(part, Text):
        part = part.copy()
        part.plain = more(tied(part.plain))
    return part
