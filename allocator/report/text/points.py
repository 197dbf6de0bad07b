"""Words that the texts of several kinds of sweep share: figures of a point, and what changes at it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

from allocator.naming import Names
from allocator.report.text.page import Page
from allocator.report.text.settings import coalition_words
from allocator.report.text.words import number, percent

MOST_BARS = 12
"""Figures, nations and lines that are shown in each table; JSON has all."""

COLUMNS = range(80, 160)
"""Widths at which the tables of a sweep fit on a screen; wider is what a file or another program gets."""

MOST_LINES, FEWEST = 36, 4
"""Lines of these tables, beside the head, and rows that each has in any case."""

UNSETTLED = "Which nations move is arbitrary among equally good plans; coverage is not, nor is cost at that coverage."


@dataclass(frozen=True)
class Said:
    """How a sweep calls things: its unit of money, and the names behind codes."""

    currency: str
    names: Names

    def value(self, key: str, value: Any) -> str:
        """A value of a key; a coalition in words."""
        return coalition_words(value, self.names) if key == "coalition" else value_text(value)


def share(figures: dict[str, Any]) -> str:
    return _known(figures, percent, "coverage")


def money(figures: dict[str, Any]) -> str:
    return _known(figures, number, "cost")


def _known(figures: dict[str, Any], shown: Callable[[float], str], name: str) -> str:
    if figures[name] is None:
        return "infeasible" if figures["status"] == "infeasible" else "–"
    return ("" if figures["proved"] else "~") + shown(figures[name])


def changes_of(row: dict[str, Any], names: Names) -> str:
    """Who comes and leaves, and which lines become met and unmet."""
    said = {"enters": "comes", "leaves": "leaves", "met": "met", "missed": "unmet"}
    return "; ".join(
        f"{words}: {', '.join(map(names.line if key in ('met', 'missed') else names.nation, row[key]))}"
        for key, words in said.items()
        if row[key]
    )


def left_out(out: Console, there: int, most: int, what: str, otherwise: str = "") -> None:
    """Print what a table leaves out, and how to read it."""
    for part in omitted(there, most, what, otherwise):
        out.print(part)


def omitted(there: int, most: int, what: str, otherwise: str = "") -> Iterator[Text]:
    """What a table leaves out, and how to read it."""
    notes = [otherwise] if otherwise else []
    notes += [f"{most} of {there:,} {what}; --json and --out have all"] if there > most else []
    if notes:
        yield Text(f"({'; '.join(notes)})", style="dim")


def on_a_screen(out: Page, parts: Callable[[int], Iterable[RenderableType]], most: int) -> None:
    """Print parts of which each table has so many rows, or fewer where they would be longer than a screen."""
    shown = list(parts(most))
    while out.width in COLUMNS and most > FEWEST and out.lines_of(shown) > MOST_LINES:
        most -= 1
        shown = list(parts(most))
    for part in shown:
        out.print(part)


def value_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else "none" if value is None else f"{value:,.6g}"


def short_key(figure: str) -> str:
    """A key of a figure without the names of its columns, and without the column that is called as its table.

    Examples
    --------
    >>> short_key("willingness[nation=FRA,objective=safe_skies].willingness")
    'willingness[FRA, safe_skies]'
    >>> short_key("forces[nation=FRA,unit_type=drone].availability")
    'forces[FRA, drone].availability'
    """
    table, bracket, rest = figure.partition("[")
    key, end, column = rest.rpartition("].")
    if not bracket or not end:
        return figure
    values = ", ".join(part.partition("=")[2] or part for part in key.split(","))
    return f"{table}[{values}]" + ("" if column == table else f".{column}")


def signed(value: float) -> str:
    return ("+" if value > 0 else "-") + number(abs(value))


def signed_points(share: float) -> str:
    return f"{100 * share:+.2f}" if abs(share) >= 5e-5 else f"{100 * share:+.1g}"
