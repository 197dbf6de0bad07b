"""Paper that takes what the terminal is given, and gives it back as HTML: paragraphs, tables and drawings."""

from __future__ import annotations

from html import escape
from typing import Any

from rich.console import Console
from rich.text import Text

from allocator.errors import escaped
from allocator.report.text.brief_tables import Purposes
from allocator.report.text.page import Grid, Item, Page, tied, untied

WIDTH = 100
"""Columns for which the text is made."""

FRAMES = "│└┌┐"
"""Signs of drawings, whose lines stay as they are."""

MUTED = "opacity: .75"
"""Style of headings and notes: the notebook's own colour, light or dark, a little weaker."""


class Paper(Page):
    """A page whose texts become paragraphs, and whose tables become tables; nothing has a colour of its own."""

    def __init__(self) -> None:
        super().__init__(width=WIDTH, file=None, quiet=True, highlight=False, markup=False, emoji=False)
        self.parts: list[str] = []
        self._drawing: list[str] = []

    def print(self, *objects: Any, **options: Any) -> None:
        """Take texts, items and tables; see :meth:`html`."""
        for part in objects:
            self._take(part, "dim" in str(options.get("style", "")))

    def html(self) -> str:
        """Everything taken so far, in one block."""
        self._flush()
        return f'<div tabindex="0" style="max-width: 60em; overflow-x: auto">{"".join(self.parts)}</div>'

    def _take(self, part: Any, muted: bool) -> None:
        plain = part if isinstance(part, str) else part.plain if isinstance(part, Text) else None
        if plain is not None and (any(sign in plain for sign in FRAMES) or (self._drawing and plain.startswith(" "))):
            self._drawing.append(plain)
            return
        self._flush()
        if plain is not None:
            strong = isinstance(part, Text) and part.style == "bold"
            text = f"<b>{said(plain)}</b>" if strong else said(plain)
            style = "margin: .3em 0" + (f"; {MUTED}" if muted else "")
            self.parts += [f'<p style="{style}">{text}</p>'] if plain else []
        elif isinstance(part, Item):
            self.parts.append(f'<p style="margin: .2em 0 .2em 1em">{said(part.text)}</p>')
        elif isinstance(part, Grid):
            self.parts.append(_table(part))

    def _flush(self) -> None:
        if self._drawing:
            lines = "\n".join(map(said, self._drawing))
            self.parts.append(f'<pre style="line-height: 1.1; margin: .5em 0">{lines}</pre>')
            self._drawing = []


def said(text: str) -> str:
    """A text as HTML: escaped, with numbers tied to their units.

    Examples
    --------
    >>> said("<b> of 5 %")
    '&lt;b&gt; of 5\\xa0%'
    """
    shown = untied(tied(text).replace("\ufdd0", "\u00a0"))
    return escape(escaped(shown, keep="\n\t\u00a0\u00ad\u200c\u200d"))


def _table(grid: Grid) -> str:
    sides = ["right" if column.justify == "right" else "left" for column in grid.columns]
    heads = [_plain(column.header) for column in grid.columns]
    top = "".join(_cell("th", text, side) for text, side in zip(heads, sides, strict=True))
    rows = zip(*(column.cells for column in grid.columns), strict=True)
    body = "".join(
        f"<tr>{''.join(_cell('td', _plain(cell), side) for cell, side in zip(row, sides, strict=True))}</tr>"
        for row in rows
    )
    head = f"<thead><tr>{top}</tr></thead>" if any(heads) else ""
    return (
        f'<table cellpadding="4" style="margin: .5em 0; border-collapse: collapse">{head}<tbody>{body}</tbody></table>'
    )


def _cell(tag: str, text: str, side: str) -> str:
    return f'<{tag} style="text-align: {side}">{said(text)}</{tag}>'


def _plain(cell: Any) -> str:
    if isinstance(cell, str):
        return untied(cell)
    if isinstance(cell, Text):
        return untied(cell.plain)
    if isinstance(cell, Purposes):
        return ", ".join(cell.names)
    with Console(width=WIDTH).capture() as capture:
        Console(width=WIDTH).print(cell)
    return untied(capture.get()).strip()
