"""The kinds of pictures as plain values: a page draws them with its style sheet, a file with colours of its own.

All positions are shares of the width or the height of the picture, from 0 to 1; heights count from below. What a mark
means is its ``kind``: ``more`` (dark), ``same`` (light), ``less``, ``hole`` (hatched: missing), ``open`` (hollow:
found, not proved), ``track`` (the ground), ``cross`` (no plan, or no answer).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

PROVED, UNPROVED, NOTHING = "more", "open", "cross"
"""Kinds of a point: proved, found and not proved, and without a plan."""


@dataclass(frozen=True)
class Piece:
    """A part of a bar, from one share of the width to another."""

    kind: str
    start: float
    end: float


@dataclass(frozen=True)
class Bar:
    """A row of bars: its label, what is under it, pieces, thin marks, an interval, and the figures beside it.

    Rows of one ``group`` follow one another under a line with its name.
    """

    label: str
    cells: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()
    marks: tuple[float, ...] = ()
    span: tuple[float, float] | None = None
    note: str = ""
    group: str = ""


@dataclass(frozen=True)
class Bars:
    """Bars in the rows of a table, which holds their figures.

    Attributes
    ----------
    name : str
        Name of a file, without its ending; each is given once on a page.
    title : str
        What it shows.
    heading, chart : str
        Heads of the column of labels and of the column of bars.
    columns : tuple of str
        Heads of the figures, as many as each row has ``cells``.
    rows : tuple of Bar
    key : tuple of (kind, str)
        What the pieces mean.
    text : tuple of int
        Columns that hold words rather than figures.
    """

    name: str
    title: str
    heading: str
    chart: str
    columns: tuple[str, ...]
    rows: tuple[Bar, ...]
    key: tuple[tuple[str, str], ...] = ()
    text: tuple[int, ...] = ()


@dataclass(frozen=True)
class Cell:
    """A cell of a heat map: its text and its shade from 0 to 5; ``mark`` is ``open`` or ``cross`` as for a point."""

    text: str
    step: int = 0
    mark: str = ""


@dataclass(frozen=True)
class Heat:
    """A table with shaded cells: ``rows`` are labels with a cell for each of ``columns``."""

    name: str
    title: str
    down: str
    across: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    key: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Table:
    """A plain table. ``fold`` is the line that opens it; empty if it is always open. ``text``: columns of words."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text: tuple[int, ...] = ()
    fold: str = ""
    caption: str = ""


@dataclass(frozen=True)
class Axis:
    """An axis of a plot: what it measures, and ticks as (share, text)."""

    label: str
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Box:
    """A rectangle of a plot."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Stroke:
    """A straight line of a plot."""

    kind: str
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Dot:
    """A point of a plot, with a text beside it where there is room for one."""

    kind: str
    x: float
    y: float
    text: str = ""


@dataclass(frozen=True)
class Plot:
    """Points, lines and areas over two axes, and the table of their figures."""

    name: str
    title: str
    x: Axis
    y: Axis
    shapes: tuple[Box | Stroke | Dot, ...]
    table: Table
    key: tuple[tuple[str, str], ...] = ()


Picture = Bars | Heat | Plot


def spaced(low: float, high: float, parts: int = 5) -> list[float]:
    """Round values that span a range, about ``parts`` of them.

    Examples
    --------
    >>> spaced(0, 1), spaced(480, 2100)
    ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [0.0, 500.0, 1000.0, 1500.0, 2000.0, 2500.0])
    """
    if not high > low:
        pad = abs(low) * 0.1 or 1.0
        low, high = low - pad, high + pad
    raw = (high - low) / parts
    scale = 10.0 ** math.floor(math.log10(raw))
    step = next(scale * factor for factor in (1, 2, 2.5, 5, 10) if raw <= scale * factor * (1 + 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * at, 12) for at in range(first, last + 1)]


def numbered(pictures: Sequence[Picture]) -> list[Picture]:
    """The pictures with a name of its own each: a name that is there already gets a number.

    Examples
    --------
    >>> heat = Heat("cost", "", "", "", (), ())
    >>> [picture.name for picture in numbered([heat, heat])]
    ['cost', 'cost-2']
    """
    seen: dict[str, int] = {}
    found: list[Picture] = []
    for picture in pictures:
        seen[picture.name] = times = seen.get(picture.name, 0) + 1
        found.append(picture if times == 1 else replace(picture, name=f"{picture.name}-{times}"))
    return found
