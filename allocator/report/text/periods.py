"""What changes from period to period: words, a small picture, and tables with a column for each period."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from math import ceil

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from allocator.instance import Instance
from allocator.report.text.words import table

LISTED = 8
"""Most periods for which units are listed one by one."""

MOST_SPANS = 4
"""Most spans of periods that are named; if there are more, the periods are counted."""

PICTURE = 24
"""Most signs of a picture; on a longer horizon, each sign is the worst of several periods."""

PAGE = 80
"""Width of a block of periods in columns if it is not for a terminal."""

LEVELS = "▁▂▃▄▅▆▇█"
"""Signs for shares from nothing (the first) to all (the last)."""


def spans(periods: Sequence[int]) -> str:
    """Periods in ascending order as text: ``1–3, 5``."""
    found: list[list[int]] = []
    for t in periods:
        if found and t == found[-1][1] + 1:
            found[-1][1] = t
        else:
            found.append([t, t])
    if len(found) > MOST_SPANS:
        return f"{len(periods)} periods"
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in found)


def in_periods(periods: Sequence[int]) -> str:
    """``period 3``, ``periods 1–3, 5``, ``7 periods``."""
    text = spans(periods)
    if text.endswith("periods"):
        return text
    return f"period{'' if len(periods) == 1 else 's'} {text}"


def month(instance: Instance, period: int) -> str:
    """The first month of a period, such as ``2026-07``."""
    year, first = (int(part) for part in instance.start.split("-"))
    months = 12 * year + first - 1 + (period - 1) * instance.months_per_period
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


def units_of(kind: str, by_period: Mapping[int, int], active: Sequence[int], periods: int) -> str:
    """How many units of a kind are somewhere in the periods in which they can be: whole numbers, never a mean.

    ``2× Battalion``; ``2× Battalion in periods 1–3``; ``1 to 3× Battalion (1, 3, 2)``, with ``–`` for a period in
    which they cannot be there.
    """
    units = [by_period.get(t, 0) for t in active]
    there = [t for t in active if by_period.get(t, 0)]
    least, most = min(units), max(units)
    if least == most:
        return f"{most:,}× {kind}"
    if len({by_period[t] for t in there}) == 1:
        return f"{most:,}× {kind} in {in_periods(there)}"
    listed = ", ".join(f"{by_period.get(t, 0):,}" if t in active else "–" for t in range(1, periods + 1))
    if periods > LISTED:
        listed = f"{sum(units):,} tours in {len(there)} periods"
    return f"{least:,} to {most:,}× {kind} ({listed})"


def picture(shares: Mapping[int, float], periods: int, most: int = PICTURE) -> tuple[str, int]:
    """A sign for each period, from low (nothing) to a full block (all), and how many periods a sign is for.

    ``·`` is a period without a share. Of several periods that one sign is for, the least share counts. The signs of a
    few periods are wider; there are at most ``most`` signs.
    """
    each, wide = ceil(periods / most), max(1, min(3, most // periods))
    signs = []
    for start in range(1, periods + 1, each):
        here = [shares[t] for t in range(start, start + each) if t in shares]
        signs.append(wide * (_level(min(here)) if here else "·"))
    return "".join(signs), each


def _level(share: float) -> str:
    if share >= 1 - 1e-9:
        return LEVELS[-1]
    if share <= 1e-9:
        return LEVELS[0]
    between = len(LEVELS) - 2
    return LEVELS[1 + min(between - 1, int(share * between))]


def _hanging(label: Text, width: int) -> Text:
    """A label whose lines are wrapped to a width, and indented after the first."""
    lines: list[str] = []
    for line in label.plain.split("\n"):
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        lines += textwrap.wrap(line, width, subsequent_indent=indent, break_on_hyphens=False) or [line]
    return Text("\n".join(lines), label.style)


class ByPeriod:
    """A table with a column for each period, printed in blocks of as many periods as fit."""

    def __init__(self, instance: Instance, heading: str) -> None:
        self.instance = instance
        self.heading = heading
        self.lines: list[tuple[Text, list[Text]]] = []

    def add(self, label: str | Text, cells: Sequence[str | Text], style: str = "") -> None:
        """Add a line: a label, and a cell for each period; a style is for all of it that has none."""
        plain = [Text(cell, style) if isinstance(cell, str) else cell for cell in cells]
        self.lines.append((Text(label, style) if isinstance(label, str) else label, plain))

    def draw(self, out: Console) -> None:
        """Print the table in blocks that repeat the labels, no wider than a page if it is not for a terminal."""
        periods = self.instance.periods
        width = out.width if out.is_terminal else min(out.width, PAGE)
        widest = max(cell_len(line) for label, _ in self.lines for line in label.plain.split("\n"))
        parts = [line for _, cells in self.lines for cell in cells for line in cell.plain.split("\n")]
        cell = max(len("2026-01"), *map(cell_len, parts))
        room = max(12, width * 2 // 5, width - periods * (cell + 2))  # a few periods leave more for the labels
        label = min(max(widest, len(self.heading)), room)
        fitting = max(1, (width - label) // (cell + 2))
        each = ceil(periods / ceil(periods / fitting))  # blocks of about the same width
        for first in range(1, periods + 1, each):
            block = range(first, min(first + each, periods + 1))
            if first > 1:
                out.print()
            headings = [(f"{t}\n{month(self.instance, t)}", "right") for t in block]
            grid = table((self.heading, "left"), *headings)
            grid.columns[0].max_width = label
            for text, cells in self.lines:
                grid.add_row(_hanging(text, label), *(cells[t - 1] for t in block))
            out.print(grid)
