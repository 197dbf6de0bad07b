"""A picture as an SVG file of its own: colours are in the shapes, so that slide programs show it as it is.

The tree is made of elements, never of strings, so that no name can become a tag.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from xml.etree import ElementTree

from allocator.errors import escaped
from allocator.report.charts.kinds import Bar, Bars, Box, Dot, Heat, Picture, Plot, Stroke

WIDTH = 1280
"""Pixels."""

EDGE, FONT, LINE = 32, 16, 21
"""Margin, size of a text and distance of two lines, pixels."""

WIDE, BOLD = 0.57, 0.64
"""Mean width of a letter, and of a bold one, as a share of its size."""

FAMILY = "'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif"

INK, SOFT, GRID, PAPER, ORANGE = "#16202b", "#51606e", "#d7dee5", "#ffffff", "#b4540a"

FILLS = {
    "more": "#1b5c9e", "same": "#8199b3", "less": "#8a4b00", "track": "#e1e7ed", "open": PAPER, "band": "#c8dcf0",
    "region": "#c8dcf0", "hole": "url(#hatch)", "small": "#8199b3", "part": "#8199b3",
}  # fmt: skip
"""Kind of a shape -> its colour."""

SHADES = (PAPER, "#e4eef8", "#c8dcf0", "#a5c7e8", "#7fb0de", "#5a97cf")

MARK = "allocator figure"
"""What the description of each file begins with."""

Element = ElementTree.Element


def drawn(picture: Picture) -> str:
    """A picture as the text of an SVG file.

    Examples
    --------
    >>> text = drawn(Bars("a", "<script>", "What", "Share", ("share",), (Bar("=1+1", ("3",)),)))
    >>> "<script" in text, "&lt;script&gt;" in text
    (False, True)
    """
    root = ElementTree.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img", "font-family": FAMILY})
    ElementTree.SubElement(root, "title").text = clean(picture.title)
    ElementTree.SubElement(root, "desc").text = f"{MARK}: {clean(picture.name)}"
    _hatch(root)
    ground = _rect(root, PAPER, 0, 0, WIDTH, 0)
    y = _title(root, picture)
    y = _key(root, picture.key, y)
    draw = {Bars: _bars, Heat: _heat, Plot: _plot}[type(picture)]
    height = draw(root, picture, y) + EDGE  # type: ignore[operator]
    ground.set("height", _px(height))
    root.attrib |= {"width": str(WIDTH), "height": _px(height), "viewBox": f"0 0 {WIDTH} {_px(height)}"}
    return ElementTree.tostring(root, encoding="unicode")


def clean(text: str) -> str:
    """A text without control characters and signs that turn the direction of what follows."""
    return escaped(str(text), keep="\u00ad\u200c\u200d")


def _px(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _rect(parent: Element, fill: str, x: float, y: float, width: float, height: float, **more: str) -> Element:
    box = {"x": _px(x), "y": _px(y), "width": _px(max(0.0, width)), "height": _px(max(0.0, height)), "fill": fill}
    return ElementTree.SubElement(parent, "rect", box | {key.replace("_", "-"): value for key, value in more.items()})


def _line(
    parent: Element, stroke: str, at: tuple[float, float, float, float], width: float = 1, dash: str = ""
) -> None:
    ends = dict(zip(("x1", "y1", "x2", "y2"), map(_px, at), strict=True))
    more = {"stroke-dasharray": dash} if dash else {}
    ElementTree.SubElement(parent, "line", {**ends, "stroke": stroke, "stroke-width": _px(width), **more})


def _text(
    parent: Element, text: str, x: float, y: float, *, size: float = FONT, fill: str = INK, anchor: str = "start",
    bold: bool = False,
) -> None:  # fmt: skip
    more = {"font-weight": "700"} if bold else {}
    place = {"x": _px(x), "y": _px(y), "font-size": _px(size), "fill": fill, "text-anchor": anchor}
    ElementTree.SubElement(parent, "text", {**place, **more}).text = clean(text)


def wrapped(text: str, width: float, size: float = FONT, most: int = 4) -> list[str]:
    """A text in lines of a width; what does not fit into the last one is left out."""
    letters = max(4, int(width / (size * WIDE)))
    found = textwrap.wrap(text, letters, break_on_hyphens=False) or [""]
    if len(found) > most:
        found = [*found[: most - 1], found[most - 1][: letters - 1] + "…"]
    return found


def _hatch(root: Element) -> None:
    defs = ElementTree.SubElement(root, "defs")
    size = {"width": "8", "height": "8"}
    turn = {"patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)"}
    pattern = ElementTree.SubElement(defs, "pattern", {"id": "hatch", **size, **turn})
    ElementTree.SubElement(pattern, "rect", {**size, "fill": PAPER})
    ElementTree.SubElement(pattern, "rect", {"width": "3", "height": "8", "fill": ORANGE})


def _title(root: Element, picture: Picture) -> float:
    y = float(EDGE)
    for line in wrapped(picture.title, WIDTH - 2 * EDGE, 26, 3):
        y += 26
        _text(root, line, EDGE, y, size=26, bold=True)
        y += 8
    return y + 10


def _key(root: Element, key: Sequence[tuple[str, str]], y: float) -> float:
    """The key, in as many lines as it needs; the y below it."""
    if not key:
        return y
    x = float(EDGE)
    for kind, words in key:
        wide = 40 + len(words) * FONT * WIDE + 24
        if x > EDGE and x + wide > WIDTH - EDGE:
            x, y = float(EDGE), y + LINE + 4
        _sign(root, kind, x, y)
        _text(root, words, x + 36, y + 13, fill=SOFT)
        x += wide
    return y + LINE + 14


def _sign(root: Element, kind: str, x: float, y: float) -> None:
    if kind in ("line", "guide"):
        _line(root, SOFT, (x, y + 8, x + 28, y + 8), 2, "6 4" if kind == "guide" else "")
    elif kind.isdecimal():
        _text(root, kind, x + 14, y + 13, anchor="middle", bold=True)
    elif kind in ("cross", "small"):
        _dot(root, kind, x + 14, y + 8)
    else:
        _piece(root, kind, x, y, 28, 15)


def _piece(root: Element, kind: str, x: float, y: float, width: float, height: float) -> None:
    outline = {"open": FILLS["more"], "hole": ORANGE}.get(kind)
    more = {} if outline is None else {"stroke": outline, "stroke_width": "1.5"}
    _rect(root, FILLS.get(kind, SOFT), x, y, width, height, **more)


def _dot(root: Element, kind: str, x: float, y: float) -> None:
    if kind == "cross":
        for up in (-1, 1):
            _line(root, FILLS["less"], (x - 6, y - 6 * up, x + 6, y + 6 * up), 2.5)
        return
    more = {"stroke": FILLS["more"], "stroke-width": "2"} if kind == "open" else {}
    at = {"cx": _px(x), "cy": _px(y), "r": "4" if kind == "small" else "7", "fill": FILLS.get(kind, SOFT)}
    ElementTree.SubElement(root, "circle", {**at, **more})


# ---- bars ------------------------------------------------------------------------------------------------------------


def _columns(picture: Bars) -> tuple[float, float, list[float]]:
    """Widths of the labels, of the bars and of each column of figures."""
    labels = max([len(row.label) for row in picture.rows] + [len(row.note) * 0.85 for row in picture.rows] + [12])
    labels = max(labels, min(26, len(picture.heading)))
    first = min(430.0, labels * FONT * BOLD + 20)
    cells = []
    for at, head in enumerate(picture.columns):
        longest = max([len(row.cells[at]) for row in picture.rows] + [min(len(head), 14)])
        cells.append(min(300.0 if at in picture.text else 190.0, longest * FONT * WIDE + 22))
    room = WIDTH - 2 * EDGE - first - sum(cells)
    if room < 240:
        first = max(220.0, first - (240 - room))
        room = WIDTH - 2 * EDGE - first - sum(cells)
    return first, max(160.0, room), cells


def _bars(root: Element, picture: Bars, y: float) -> float:
    first, chart, cells = _columns(picture)
    heads = [wrapped(head, width - 10, 14, 3) for head, width in zip(picture.columns, cells, strict=True)]
    head_lines = max([len(lines) for lines in heads] + [1])
    y += LINE * (head_lines - 1)
    _text(root, wrapped(picture.heading, first, 14, 1)[0], EDGE, y + 12, size=14, fill=SOFT, bold=True)
    _text(root, wrapped(picture.chart, chart, 14, 1)[0], EDGE + first, y + 12, size=14, fill=SOFT, bold=True)
    x = EDGE + first + chart
    for at, (lines, width) in enumerate(zip(heads, cells, strict=True)):
        side = (x + 16, "start") if at in picture.text else (x + width, "end")
        for up, line in enumerate(reversed(lines)):
            _text(root, line, side[0], y + 12 - up * 17, size=14, fill=SOFT, anchor=side[1], bold=True)
        x += width
    y += 24
    group = ""
    for row in picture.rows:
        if row.group != group:
            group = row.group
            _line(root, GRID, (EDGE, y, WIDTH - EDGE, y))
            y += 28
            _text(root, wrapped(group, WIDTH - 2 * EDGE, FONT, 1)[0], EDGE, y - 6, bold=True)
        y = _row(root, picture, row, (first, chart, cells), y)
    return y


def _row(root: Element, picture: Bars, row: Bar, widths: tuple[float, float, list[float]], y: float) -> float:
    """A row of bars; the y below it."""
    first, chart, cells = widths
    _line(root, GRID, (EDGE, y, WIDTH - EDGE, y))
    label = wrapped(row.label, first - 16, FONT, 3)
    note = wrapped(row.note, first - 16, 13, 1) if row.note else []
    for at, line in enumerate(label):
        _text(root, line, EDGE, y + 20 + at * LINE, bold=not row.group)
    for at, line in enumerate(note):
        _text(root, line, EDGE, y + 18 + len(label) * LINE + at * 17, size=13, fill=SOFT)
    x, top = EDGE + first, y + 8
    _rect(root, FILLS["track"], x, top, chart, 18)
    for piece in row.pieces:
        if piece.end > piece.start:
            _piece(root, piece.kind, x + piece.start * chart, top, (piece.end - piece.start) * chart, 18)
    for mark in row.marks:
        _rect(root, INK, x + mark * chart - 1.5, top - 3, 3, 24, stroke=PAPER, stroke_width="1")
    if row.span is not None:
        ends = (x + row.span[0] * chart, top + 9, x + row.span[1] * chart, top + 9)
        _line(root, PAPER, ends, 5)
        _line(root, INK, ends, 2)
    most, x = 1, x + chart
    for at, (cell, width) in enumerate(zip(row.cells, cells, strict=True)):
        lines = wrapped(cell, width - 10, FONT, 4) if at in picture.text else [cell]
        side = (x + 16, "start") if at in picture.text else (x + width, "end")
        for down, line in enumerate(lines):
            _text(root, line, side[0], y + 22 + down * LINE, anchor=side[1])
        most, x = max(most, len(lines)), x + width
    return y + 14 + max(LINE * most, LINE * len(label) + 17 * len(note))


# ---- heat maps and plots ---------------------------------------------------------------------------------------------


def _heat(root: Element, picture: Heat, y: float) -> float:
    first = min(360.0, max([len(label) for label, _ in picture.rows] + [len(picture.down), 8]) * FONT * WIDE + 20)
    wide = min(220.0, (WIDTH - 2 * EDGE - first) / max(1, len(picture.columns)))
    heads = [wrapped(head, wide * 0.85 - 8, 14, 4) for head in picture.columns]
    y += 17 * (max(map(len, heads), default=1) - 1)
    _text(root, wrapped(picture.down, first, 14, 1)[0], EDGE, y + 12, size=14, fill=SOFT, bold=True)
    for at, lines in enumerate(heads):
        for up, line in enumerate(reversed(lines)):
            x = EDGE + first + (at + 1) * wide - 8
            _text(root, line, x, y + 12 - up * 17, size=14, fill=SOFT, anchor="end", bold=True)
    y += 20
    room = (first - 8) * WIDE / BOLD  # labels are bold
    small = any(len(wrapped(label, room, FONT, 2)) > 1 for label, _ in picture.rows)
    size = 13.0 if small else float(FONT)
    for label, cells in picture.rows:
        lines = wrapped(label, room, size, 2 if small else 1)
        for at, line in enumerate(lines):
            _text(root, line, EDGE, y + 23 - 8 * (len(lines) - 1) + at * 15, size=size, bold=True)
        for at, cell in enumerate(cells):
            x = EDGE + first + at * wide
            _rect(root, SHADES[cell.step], x, y, wide - 1, 33)
            if cell.mark == "open":
                _rect(root, "none", x + 2, y + 2, wide - 5, 29, stroke=FILLS["less"], stroke_dasharray="5 3")
            fill = FILLS["less"] if cell.mark == "cross" else INK
            size = min(FONT, max(9.0, (wide - 12) / (max(1, len(cell.text)) * WIDE)))
            _text(root, cell.text, x + wide - 8, y + 22, anchor="end", size=size, fill=fill)
        y += 34
    return y


def _plot(root: Element, picture: Plot, y: float) -> float:
    left, width, height = EDGE + 92, WIDTH - 2 * EDGE - 120, 440
    _text(root, picture.y.label, EDGE, y + 12, size=14, fill=SOFT)
    top = y + 26
    for at, text in picture.y.ticks:
        down = top + (1 - at) * height
        _line(root, GRID, (left, down, left + width, down))
        _text(root, text, left - 10, down + 5, size=14, fill=SOFT, anchor="end")
    for at, text in picture.x.ticks:
        x = left + at * width
        _line(root, GRID, (x, top, x, top + height))
        _text(root, text, x, top + height + 22, size=14, fill=SOFT, anchor="middle")
    frame = (left, top, width, height)
    for shape in picture.shapes:
        _shape(root, shape, frame)
    _text(root, picture.x.label, left + width / 2, top + height + 46, size=14, fill=SOFT, anchor="middle")
    return top + height + 52


def _shape(root: Element, shape: Box | Stroke | Dot, frame: tuple[float, float, float, float]) -> None:
    left, top, width, height = frame
    if isinstance(shape, Box):
        down = top + (1 - shape.y - shape.height) * height
        _piece(root, shape.kind, left + shape.x * width, down, shape.width * width + 0.5, shape.height * height)
    elif isinstance(shape, Stroke):
        ends = (
            left + shape.x1 * width,
            top + (1 - shape.y1) * height,
            left + shape.x2 * width,
            top + (1 - shape.y2) * height,
        )
        guide = shape.kind == "guide"
        _line(root, SOFT if guide else FILLS["more"], ends, 2, "6 4" if guide else "")
    else:
        x, y = left + shape.x * width, top + (1 - shape.y) * height
        if shape.kind != "label":
            _dot(root, shape.kind, x, y)
        if shape.text:
            right = shape.x < 0.7
            _text(root, shape.text, x + (12 if right else -12), y + 5, size=14, anchor="start" if right else "end")
