"""Tornadoes as text: one figure, or one source, at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType

from allocator.naming import Names
from allocator.report.text.page import Page
from allocator.report.text.points import (
    FEWEST,
    MOST_BARS,
    UNSETTLED,
    Said,
    changes_of,
    money,
    omitted,
    on_a_screen,
    share,
    signed,
    signed_points,
    value_text,
)
from allocator.report.text.settings import key_words
from allocator.report.text.words import count, percent, table
from allocator.sweeps.design.sources import ENDS
from allocator.wording import priced

LABEL = 48
"""Most characters of the name of a source."""

LEAST_CHANGES = 2
"""Rows of the table of where the answer changes, which gives way to the bars."""

BAR, SHORT = 12, 7
"""Longest bar on either side of the base, in characters, and the same on a narrow page."""

NARROW = 100
"""Columns of a page up to which bars are short."""


@dataclass(frozen=True)
class Ends:
    """The two ends of a bar, what is between them, and the name of what moves."""

    of: str
    ends: tuple[str, str]
    heading: str
    key: str
    between: Callable[[dict[str, Any]], str]
    label: Callable[[dict[str, Any], Names], str]


def _span(figure: dict[str, Any]) -> str:
    return " to ".join(value_text(figure[end]["value"]) if end in figure else "base" for end in ("low", "high"))


def _named(source: dict[str, Any], _: Names) -> str:
    """The key, and the beginning of the title of a source."""
    return _short(f"{source['source']} {source['title']}".rstrip())


def _short(text: str) -> str:
    return text if len(text) <= LABEL else text[: LABEL - 1].rstrip() + "…"


def _columns(source: dict[str, Any]) -> str:
    """Of which columns its figures are, and how many."""
    (first, figures), *more = sorted(source["columns"].items(), key=lambda item: -item[1])
    column = first.rpartition(".")[2].replace("_", " ")
    return f"{column} ({figures:,})" + (f" and {len(more)} more" if more else "")


FIGURE = Ends(
    "figure",
    ("low", "high"),
    "range",
    "▒ low, █ high end",
    _span,
    lambda figure, names: key_words(figure["figure"], names),
)


SOURCE = Ends("source", ENDS, "figures", "▒ adverse or low, █ favourable or high end", _columns, _named)


def draw_tornado(out: Page, result: dict[str, Any], said: Said) -> None:
    """Print what single figures change, with as many of them as fit on a screen."""
    on_a_screen(out, lambda most: _tornado(out, result, said, most), MOST_BARS)


def _tornado(out: Page, result: dict[str, Any], said: Said, most: int) -> Iterator[RenderableType]:
    currency = said.currency
    base, figures = result["base"], result["figures"]
    cost = priced(money(base), currency)
    yield f"At base: coverage {share(base)}, cost {cost}, {count(int(base['members']), 'nation')}."
    for output, shown, unit in (("coverage", signed_points, "points"), ("cost", signed, currency)):
        yield from _bars(out, figures, output, (shown, unit), FIGURE, said.names, most)
    changes = [
        (figure, end)
        for figure in figures
        for end in ("low", "high")
        if end in figure and changes_of(figure[end], said.names)
    ]
    lost = [(figure, end) for figure in figures for end in ("low", "high") if end in figure and not figure[end]["sure"]]
    for figure, end in lost[:most]:
        yield (
            f"No plan at {key_words(figure['figure'], said.names)} = {value_text(figure[end]['value'])}: "
            f"{figure[end]['status']}."
        )
    if changes:
        yield ""
        grid = table(("where the answer changes", "left"), ("at", "right"), ("", "left"))
        changes.sort(key=lambda change: -abs(change[0][change[1]]["change"]["coverage"]))
        rows = most if most == MOST_BARS else max(LEAST_CHANGES, most - FEWEST)
        for figure, end in changes[:rows]:
            grid.add_row(
                key_words(figure["figure"], said.names),
                value_text(figure[end]["value"]),
                changes_of(figure[end], said.names),
            )
        yield grid
        yield from omitted(len(changes), rows, "changes", "the largest changes of coverage come first")
        yield UNSETTLED
    if result["still"]:
        yield f"No change of coverage or cost is shown for {result['still']} of {count(len(figures), 'figure')}."


def draw_sources(out: Page, result: dict[str, Any], said: Said) -> None:
    """Print what single sources change, with as many of them as fit on a screen."""
    on_a_screen(out, lambda most: _sources(out, result, said, most), MOST_BARS)


def _sources(out: Page, result: dict[str, Any], said: Said, most: int) -> Iterator[RenderableType]:
    currency = said.currency
    base, rows, together = result["base"], result["sources"], result["together"]
    yield f"At base: coverage {share(base)}, cost {priced(money(base), currency)}."
    if together["least"] is not None:
        yield (
            f"All figures together: coverage {percent(together['least'])} to {percent(together['most'])}, proved "
            "for all values in between (priorities and other figures that can do either stay as they are)."
        )
    for output, shown, unit in (("coverage", signed_points, "points"), ("cost", signed, currency)):
        yield from _bars(out, rows, output, (shown, unit), SOURCE, said.names, most)
    lost = [(row, end) for row in [*rows, {"source": "all figures together", **together}] for end in SOURCE.ends
            if end in row and not row[end]["sure"]]  # fmt: skip
    for row, end in lost[:most]:
        yield f"No plan with {row['source']} at the {end} end: {row[end]['status']}."
    yield ""
    if result["still"]:
        yield f"No change of coverage or cost is shown for {result['still']} of {count(len(rows), 'source')}."
    yield f"{result['fixed']:,} of {count(result['of'], 'figure')} have no range and do not move."


def _bars(
    out: Page, figures: list[dict[str, Any]], output: str, how: tuple[Any, str], kind: Ends, names: Names, rows: int
) -> Iterator[RenderableType]:
    """Draw the figures that change an output most, each with bars to the left and right of the base."""
    moving, (shown, unit) = [], how
    for figure in figures:
        changes = [figure[end]["change"][output] for end in kind.ends if _sure(figure, end, output)]
        if changes:
            moving.append((max(map(abs, changes)), figure))
    moving.sort(key=lambda pair: -pair[0])
    yield ""
    if not moving:
        yield f"No {kind.of} is shown to change {output}."
        return
    most = moving[0][0]
    half = SHORT if out.width <= NARROW else BAR
    yield f"Change of {output}, {unit}, against the base:"
    grid = table(
        (kind.of, "left"), (kind.heading, "left"), (kind.ends[0], "right"), ("", "whole"), (kind.ends[1], "right"),
        spare=(kind.heading,),
    )  # fmt: skip
    for _, figure in moving[:rows]:
        change = [figure[end]["change"][output] if _sure(figure, end, output) else None for end in kind.ends]
        cells = ["" if value is None else shown(value) for value in change]
        grid.add_row(
            kind.label(figure, names),
            kind.between(figure),
            cells[0],
            _sides(change[0], change[1], most, half),
            cells[1],
        )
    yield grid
    yield from omitted(len(moving), rows, f"{kind.of}s", kind.key)


def _sure(figure: dict[str, Any], end: str, output: str) -> bool:
    return end in figure and bool(figure[end]["sure"]) and figure[end]["sure"][output]


def _sides(low: float | None, high: float | None, most: float, half: int) -> str:
    """Bars to the left for less than the base, to the right for more."""
    cells = [" "] * half + ["│"] + [" "] * half
    for change, sign in sorted(((low, "▒"), (high, "█")), key=lambda pair: -abs(pair[0] or 0.0)):
        if change:
            length = max(1, round(abs(change) / most * half))
            for step in range(1, length + 1):
                cells[half + (step if change > 0 else -step)] = sign
    return "".join(cells)
