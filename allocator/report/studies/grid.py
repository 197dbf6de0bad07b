"""A grid of a sweep: one key as a curve, coalitions as bars, two keys as a heat map, more as mean effects."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from allocator.naming import Names
from allocator.report.charts.kinds import (
    NOTHING,
    UNPROVED,
    Axis,
    Bar,
    Bars,
    Cell,
    Dot,
    Heat,
    Piece,
    Plot,
    Stroke,
    Table,
)
from allocator.report.studies.study import Block, Section, Text
from allocator.report.studies.words import (
    UNPROVED_KEY,
    amount,
    change_words,
    coalition_words,
    count,
    ends_of,
    first_capital,
    key_words,
    listed,
    number,
    percent,
    scale,
    shade,
    share,
    state_of,
    state_words,
    value_words,
)

Row = Mapping[str, Any]

UNSETTLED = "Which nations move is arbitrary among equally good plans; coverage is not, nor is cost at that coverage."

MOST_LINES = 40
"""Lines and members that are listed because they change from point to point."""


def grid(result: Row, names: Names, currency: str) -> list[Section]:
    """The sections of a grid."""
    inputs = result["inputs"]
    if len(inputs) > 2:
        sections = [_effects(result["effects"], names, currency)]
    elif len(inputs) == 2:
        sections = [_matrix(result["table"], inputs, names, currency)]
    elif all(_is_number(row[inputs[0]]) for row in result["table"]) and len(result["table"]) > 1:
        sections = [_curve(result["table"], inputs[0], names, currency)]
    else:
        sections = [_column(result["table"], inputs[0], names, currency)]
    return sections + sometimes(result["sometimes"], names)


def _is_number(value: Any) -> bool:
    """Whether a value has a place on an axis; yes and no have none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _curve(rows: Sequence[Row], name: str, names: Names, currency: str) -> Section:
    """One key with numbers."""
    rows = sorted(rows, key=lambda row: float(row[name]))
    label = first_capital(key_words(name, names))
    found = [row for row in rows if row["coverage"] is not None]
    note = "Each point is a plan of its own; the lines between points only lead the eye."
    blocks: list[Block] = [Text(note, note=True)] if found else []
    table = _points(rows, name, names, currency)
    for output, shown, unit in (("coverage", "coverage", ""), ("cost", "cost", f", {currency}")):
        if found:
            blocks.append(_line(rows, name, output, (label, first_capital(shown) + unit), table))
    blocks.append(table)
    if any(row["enters"] or row["leaves"] for row in rows):
        blocks.append(Text(UNSETTLED, note=True))
    return Section("Curve", _curve_heading(found, rows, name, label), tuple(blocks))


def _curve_heading(found: Sequence[Row], rows: Sequence[Row], name: str, label: str) -> str:
    if not found:
        return f"No plan at any value of {label[:1].lower()}{label[1:]}"
    first, last = found[0], found[-1]
    over = f"{value_words(first[name])} to {value_words(last[name])}"
    shares = [row["coverage"] for row in found]
    if percent(min(shares), 1) == percent(max(shares), 1):
        return f"{label} makes no difference to coverage from {over}: {share(first)}"
    best = max(shares)
    enough = next(row for row in found if best - row["coverage"] < 5e-4)
    text = f"{label} from {over}: coverage goes from {share(first)} to {share(last)}"
    if enough is not last and all(best - row["coverage"] < 5e-4 for row in found[found.index(enough) :]):
        text += f", and no further from {value_words(enough[name])} on"
    return text


def _line(rows: Sequence[Row], name: str, output: str, labels: tuple[str, str], table: Table) -> Plot:
    found = [row for row in rows if row[output] is not None]
    low, high, xs = scale([float(row[name]) for row in rows])
    least, most, ys = scale([row[output] for row in found], zero=output == "cost")
    if output == "coverage":
        least, most = max(0.0, least), min(1.0, most)
        ys = [y for y in ys if least <= y <= most]
    shown = percent if output == "coverage" else number

    def at(row: Row) -> tuple[float, float]:
        return (float(row[name]) - low) / (high - low), (row[output] - least) / ((most - least) or 1.0)

    shapes: list[Any] = []
    for one, other in itertools.pairwise(rows):
        if one[output] is not None and other[output] is not None:
            shapes.append(Stroke("line", *at(one), *at(other)))
    shapes += [Dot(state_of(row), *at(row)) for row in found]
    shapes += [Dot(NOTHING, (float(row[name]) - low) / (high - low), 0.0) for row in rows if row[output] is None]
    return Plot(
        f"{output}-curve", f"{labels[1]} over {labels[0][:1].lower()}{labels[0][1:]}",
        Axis(labels[0], tuple(((x - low) / (high - low), number(x)) for x in xs)),
        Axis(labels[1], tuple(((y - least) / ((most - least) or 1.0), shown(y)) for y in ys)),
        tuple(shapes), table, key_of(rows),
    )  # fmt: skip


def key_of(rows: Sequence[Row]) -> tuple[tuple[str, str], ...]:
    """What the points mean, where not all are proved."""
    there = {state_of(row) for row in rows}
    key: list[tuple[str, str]] = [("more", "proved")] if there - {"more"} else []
    key += [UNPROVED_KEY] if UNPROVED in there else []
    key += [(NOTHING, "no plan, or no answer")] if NOTHING in there else []
    return tuple(key)


def _points(rows: Sequence[Row], name: str, names: Names, currency: str) -> Table:
    heads = (first_capital(key_words(name, names)), "covered", f"cost, {currency}", "people", "nations", "what changes")
    return Table(heads, tuple(_cells(row, value_words(row[name]), names) for row in rows), text=(5,))


def _cells(row: Row, label: str, names: Names) -> tuple[str, ...]:
    return (
        label, share(row), amount(row), amount(row, "people"), amount(row, "members"), change_words(row, names) or "–"
    )  # fmt: skip


def _column(rows: Sequence[Row], name: str, names: Names, currency: str) -> Section:
    """One key with names as values, such as coalitions."""
    found = [row for row in rows if row["coverage"] is not None]
    bars = tuple(
        Bar(
            _value(row[name], name, names), _cells(row, "", names)[1:], bar_of(row)
        )
        for row in rows
    )  # fmt: skip
    what = "Coalition" if name == "coalition" else first_capital(key_words(name, names))
    heading = "No point has a plan"
    if found:
        best, worst = (pick(found, key=lambda row: row["coverage"]) for pick in (max, min))
        heading = f"{what} decides little: coverage {ends_of([row['coverage'] for row in found])}"
        if share(best) != share(worst):
            heading = f"Coverage is {share(best)} with {_value(best[name], name, names)}, and least with "
            heading += f"{_value(worst[name], name, names)}: {share(worst)}"
        elif len(rows) == 1:
            heading = f"{what}, {_value(best[name], name, names)}: coverage is {share(best)}"
    against = "against the first" if name == "coalition" else "against the one before"
    columns = ("covered", f"cost, {currency}", "people", "nations", f"what changes, {against}")
    blocks: list[Block] = [Bars("coverage", heading, what, "Coverage", columns, bars, key_of(rows), (4,))]
    if any(row["enters"] or row["leaves"] for row in rows):
        blocks.append(Text(UNSETTLED, note=True))
    return Section("Points", heading, tuple(blocks))


def _value(value: Any, name: str, names: Names) -> str:
    return coalition_words(value, names) if name == "coalition" else value_words(value)


def bar_of(row: Row) -> tuple[Piece, ...]:
    """The bar of the coverage of a point."""
    kind = state_of(row)
    return () if row["coverage"] is None else (Piece(kind, 0.0, row["coverage"]),)


def _matrix(rows: Sequence[Row], inputs: Sequence[str], names: Names, currency: str) -> Section:
    """Two keys."""
    down, across = inputs
    if len({row[across] for row in rows}) > len({row[down] for row in rows}):
        down, across = across, down
    found = [row for row in rows if row["coverage"] is not None]
    words = [first_capital(key_words(name, names)) for name in (down, across)]
    heading = "No point has a plan"
    if found:
        best, worst = (pick(found, key=lambda row: row["coverage"]) for pick in (max, min))
        heading = f"Coverage is {ends_of([row['coverage'] for row in found])}"
        if share(best) != share(worst):
            heading += f", least at {_at(worst, inputs, names)}"
    blocks: list[Block] = []
    if found:
        blocks = [
            _heat(rows, (down, across), (words, names), "coverage", share, "Coverage"),
            _heat(rows, (down, across), (words, names), "cost", amount, f"Cost, {currency}"),
        ]
    table = Table(
        (*(first_capital(key_words(name, names)) for name in inputs), "covered", f"cost, {currency}", "people",
         "nations", "what changes"),
        tuple(
            (_value(row[inputs[0]], inputs[0], names), *_cells(row, _value(row[inputs[1]], inputs[1], names), names))
            for row in rows
        ),
        text=(1, 6), fold=f"All {count(len(rows), 'point')}, with people, nations and what changes",
    )  # fmt: skip
    return Section("Heat map", heading, (*blocks, table))


def _at(row: Row, inputs: Sequence[str], names: Names) -> str:
    return listed([f"{key_words(name, names)} {_value(row[name], name, names)}" for name in inputs])


def _heat(
    rows: Sequence[Row],
    axes: tuple[str, str],
    known_as: tuple[Sequence[str], Names],
    output: str,
    shown: Any,
    title: str,
) -> Heat:
    (down, across), (words, names) = axes, known_as
    cells = {(row[down], row[across]): row for row in rows}
    known = [row[output] for row in rows if row[output] is not None]
    low, high = min(known), max(known)

    def cell(value: Any, other: Any) -> Cell:
        row = cells.get((value, other))
        if row is None:
            return Cell("")
        kind = state_of(row)
        text = state_words(row) if kind == NOTHING else shown(row)
        return Cell(text, shade(row[output], low, high), "" if kind == "more" else kind)

    columns = list(dict.fromkeys(row[across] for row in rows))
    lines = list(dict.fromkeys(row[down] for row in rows))
    return Heat(
        f"{output}-map", f"{title}, by {key_words(down, names)} (down) and {key_words(across, names)} (across)",
        words[0], words[1], tuple(_value(value, across, names) for value in columns),
        tuple((_value(value, down, names), tuple(cell(value, other) for other in columns)) for value in lines),
        key_of(rows),
    )  # fmt: skip


def _effects(effects: Sequence[Row], names: Names, currency: str) -> Section:
    """More than two keys: means over all points with a value."""
    spans: dict[str, list[float]] = {}
    for row in effects:
        if row["coverage"] is not None:
            spans.setdefault(row["input"], []).append(row["coverage"])
    widest = max(spans, key=lambda name: max(spans[name]) - min(spans[name]), default=None)
    heading = "No point has a plan"
    if widest is not None:
        heading = f"Mean coverage depends most on {key_words(widest, names)}: {ends_of(spans[widest])}"
    bars = tuple(
        Bar(
            f"{first_capital(key_words(row['input'], names))}: {value_words(row['value'])}",
            (
                "no plan" if row["coverage"] is None else percent(row["coverage"], 1),
                "–" if row["cost"] is None else number(row["cost"]),
                f"{row['plans']:,}",
            ),
            () if row["coverage"] is None else (Piece("more", 0.0, row["coverage"]),),
        )
        for row in effects
    )
    note = Text("Means over all points with that value which have a plan, proved or not.", note=True)
    columns = ("mean coverage", f"mean cost, {currency}", "plans")
    return Section(
        "Effects", heading, (note, Bars("effects", heading, "Key and value", "Mean coverage", columns, bars))
    )


def sometimes(result: Mapping[str, Mapping[str, float]], names: Names) -> list[Section]:
    """Lines that are met, and nations that take part, at some points and not at others."""
    blocks: list[Block] = []
    for kind, words, name in (
        ("lines", "Met at some points and not at others", names.line),
        ("members", "Takes part at some points and not at others", names.nation),
    ):  # fmt: skip
        shares = list(result[kind].items())
        if shares:
            bars = tuple(
                Bar(name(code), (percent(part),), (Piece("more", 0.0, part),)) for code, part in shares[:MOST_LINES]
            )
            heads = "Line" if kind == "lines" else "Nation"
            blocks.append(Bars(f"sometimes-{kind}", words, heads, words, ("of the plans",), bars))
            if len(shares) > MOST_LINES:
                blocks.append(Text(f"{len(shares) - MOST_LINES} more are in the JSON.", note=True))
    if not blocks:
        return []
    lines, members = len(result["lines"]), len(result["members"])
    parts = [f"{count(lines, 'line')} {'depends' if lines == 1 else 'depend'} on the point"] if lines else []
    parts += (
        [f"{count(members, 'nation')} {'comes' if members == 1 else 'come'} at some points only"] if members else []
    )
    return [Section("What varies", first_capital(listed(parts)), tuple(blocks))]
