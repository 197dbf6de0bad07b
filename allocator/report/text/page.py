"""A page of text: as wide as it should be, with numbers that are never separated from their units."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

GLUE = "\ufdd0"
"""Stands for a space at which no line breaks; a character that no text has, and that is printed as a space."""

TIED = re.compile(r"(?<=[0-9×]) (?=[^\W\d]|[%‰])|(?<=\b[A-Z]{3}) (?=\d)|(?<=\bper) (?=mille\b)")
"""Spaces between a number and its unit, a currency and an amount."""

LEAST = 40
"""Least width in columns for which a page is laid out."""


def tied(text: str) -> str:
    """A text in which numbers and their units, and currencies and amounts, are tied together by :data:`GLUE`.

    Examples
    --------
    >>> from allocator.report.text.page import GLUE, tied
    >>> tied("USD 3,571 million a year for 12 nations, 5 %").replace(GLUE, "_")
    'USD_3,571_million a year for 12_nations, 5_%'
    """
    return TIED.sub(GLUE, text)


def untied(text: str) -> str:
    """A text as it is printed, with spaces again."""
    return text.replace(GLUE, " ")


class Page(Console):
    """A console that keeps numbers and their units on one line; its output is printed through :func:`untied`."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print texts with what belongs together tied, and everything else as it is."""
        super().print(*map(_tied, objects), **options)

    def lines_of(self, parts: Iterable[RenderableType]) -> int:
        """Number of lines that some parts take on this page."""
        return sum(len(self.render_lines(_tied(part), pad=False)) for part in parts)


class Grid(Table):
    """A plain table whose cells keep numbers and their units on one line."""

    def add_row(self, *cells: Any, **options: Any) -> None:
        """Add a row; see :class:`rich.table.Table`."""
        super().add_row(*map(_tied, cells), **options)


def _tied(part: Any) -> Any:
    if isinstance(part, str):
        return tied(part)
    if isinstance(part, Text):
        part = part.copy()
        part.plain = tied(part.plain)
    return part
