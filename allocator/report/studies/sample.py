"""A sample over ranges: how far coverage spreads, and what it depends on (Morris, Sobol, rank correlations)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from allocator.naming import Names
from allocator.report.charts.kinds import Axis, Bar, Bars, Dot, Piece, Plot, Stroke, Table
from allocator.report.studies.grid import sometimes
from allocator.report.studies.spread import histogram, spread_table
from allocator.report.studies.study import Block, Section, Text
from allocator.report.studies.words import first_capital, key_words, number, percent, scale, short
from allocator.wording import priced

Row = Mapping[str, Any]

MOST = 20
"""Figures in a picture; a folded table has the others."""

NUMBERED = 6
"""Points of a plane that have a number, whose name is in the key; the table has the names of all."""

NOTES = {
    "sobol": "Shares of the variance: what the figure explains alone (first order, dark), and with all its "
    "interactions (total, light); the line is the 95 % interval of the total. Shares can add to more than 100 %.",
    "morris": "The mean size of the change over the whole range of a figure, from elementary effects; the line is its "
    "95 % interval. σ is the spread of the effects: large where the figure interacts with others.",
    "lhs": "Spearman’s rank correlation with the figure, −1 to 1; the line is its 95 % interval. Each interval is of "
    "one figure alone: of many, about one in twenty misses zero by chance.",
}
"""Method -> how its picture is read."""


def sample(kind: str, result: Row, rows: Sequence[Row], names: Names, currency: str) -> list[Section]:
    """The sections of a sample; ``rows`` are its points."""
    quantiles = result["quantiles"]["coverage"]
    heading = f"Coverage is {percent(quantiles['50'], 1)} in the median, and between {percent(quantiles['5'], 1)} and "
    heading += f"{percent(quantiles['95'], 1)} in nine points of ten"
    weights = [(row["coverage"], 1.0) for row in rows if row.get("coverage") is not None]
    table = spread_table(result["quantiles"], currency)
    marks = [(quantiles["5"], "5 %"), (quantiles["50"], "median"), (quantiles["95"], "95 %")]
    blocks: list[Block] = [
        Text("Figures are drawn independently, evenly over their ranges: this is no forecast.", note=True)
    ]
    blocks += [histogram("spread", "points", weights, marks, table), table]
    sections = [Section("Spread", heading, tuple(blocks))]
    if result["why"]:
        sections.append(Section("What it depends on", first_capital(result["why"]), ()))
    for output in ("coverage", "cost"):
        found = [row for row in result["indices"] if row["output"] == output]
        if found:
            sections.append(_indices(kind, output, found, names, currency))
    return sections + sometimes(result["sometimes"], names)


def _indices(kind: str, output: str, rows: Sequence[Row], names: Names, currency: str) -> Section:
    main = {"sobol": "total", "morris": "mu_star", "lhs": "rank_correlation"}[kind]
    known = [row for row in rows if row[main] is not None and abs(row[main]) > 0]
    link = f"{first_capital(output)} depends on"
    if not known:
        return Section(
            link, f"{first_capital(output)} is the same at every point: it depends on none of the figures", ()
        )
    show = {"sobol": percent, "lhs": _correlation}.get(kind, _points if output == "coverage" else number)
    strongest = key_words(known[0]["figure"], names)
    strength = _strength(kind, known[0], currency if output == "cost" else "", show)
    heading = f"{first_capital(output)} depends most on {short(strongest, 90)}: {strength}"
    if not _shown(kind, known[0]):
        heading = f"The sample is too small to show what {output} depends on; the largest estimate is that of "
        heading += f"{short(strongest, 90)}: {strength}"
    most = max(abs(row[main]) for row in known)
    if kind == "morris":
        most = max(row[main] + (row["mu_star_conf"] or 0.0) for row in known)
    heads = {
        "sobol": ("total", "±", "first order", "±"), "morris": ("mean size", "±", "mean", "σ", "steps"),
        "lhs": ("rank correlation", "low", "high"),
    }[kind]  # fmt: skip
    bars = tuple(_bar(kind, row, names, show, most) for row in known[:MOST])
    key = (("same", "total, with interactions"), ("more", "first order, alone")) if kind == "sobol" else ()
    chart = {"sobol": "Share of the variance", "morris": "Mean size of the change", "lhs": "Rank correlation"}[kind]
    unit = f", {currency}" if kind == "morris" and output == "cost" else ""
    title = f"What {output} depends on: {chart[:1].lower()}{chart[1:]}{unit}"
    blocks: list[Block] = [
        Text(NOTES[kind], note=True),
        Bars(f"{kind}-{output}", title, "Figure", chart + unit, heads, bars, key),
    ]
    if kind == "morris" and sum(row["sigma"] is not None for row in known) > 1:
        blocks.append(_scatter(output, known, names, show, unit))
    rest = [row for row in rows if row not in known[:MOST]]
    if rest:
        table = tuple((first_capital(key_words(row["figure"], names)), *_cells(kind, row, show)) for row in rest)
        fold = f"{len(rest):,} more figures"
        blocks.append(Table(("Figure", *heads), table, fold=fold, caption=f"{fold}: {output}"))
    return Section(link, heading, tuple(blocks))


def _shown(kind: str, row: Row) -> bool:
    """Whether the 95 % interval of a measure leaves zero out; a measure without an interval counts as shown."""
    if kind == "lhs":
        return row["low"] is None or row["low"] > 0 or row["high"] < 0
    measure, half = {"sobol": ("total", "total_conf"), "morris": ("mu_star", "mu_star_conf")}[kind]
    return row[half] is None or bool(row[measure] > row[half])


def _half(value: float) -> str:
    """Half of the interval of a share; beyond the whole, the estimate says nothing."""
    return "over 100 %" if value > 1 else percent(value)


def _correlation(value: float) -> str:
    return number(value, 2)


def _points(share: float) -> str:
    """A size in percentage points, without a sign of its own for what is above zero."""
    return f"{100 * share:.1f} points".replace("-", "−")


def _strength(kind: str, row: Row, unit: str, show: Any) -> str:
    if kind == "sobol":
        half = "" if row["total_conf"] is None else f" (± {_half(row['total_conf'])})"
        return f"{percent(row['total'])} of the variance{half}"
    if kind == "lhs":
        return f"rank correlation {_correlation(row['rank_correlation'])}"
    return f"{priced(show(row['mu_star']), unit)} over its range"


def _bar(kind: str, row: Row, names: Names, show: Any, most: float) -> Bar:
    label = first_capital(key_words(row["figure"], names))
    pieces: tuple[Piece, ...]
    marks: tuple[float, ...] = ()
    span: tuple[float, float] | None = None
    if kind == "sobol":
        total, first = max(0.0, row["total"]), max(0.0, row["first"] or 0.0)
        pieces = (Piece("same", 0.0, min(1.0, total)), Piece("more", 0.0, min(1.0, first)))
        half = row["total_conf"]
        span = None if half is None else (max(0.0, total - half), min(1.0, total + half))
    elif kind == "morris":
        pieces = (Piece("more", 0.0, row["mu_star"] / most),)
        half = row["mu_star_conf"]
        span = None if half is None else (max(0.0, row["mu_star"] - half) / most, (row["mu_star"] + half) / most)
    else:
        ends = sorted((0.5, 0.5 + row["rank_correlation"] / 2))
        pieces, marks = (Piece("more", *ends),), (0.5,)
        if row["low"] is not None:
            span = (0.5 + row["low"] / 2, 0.5 + row["high"] / 2)
    return Bar(label, _cells(kind, row, show), pieces, marks, span, note=row["figure"])


def _cells(kind: str, row: Row, show: Any) -> tuple[str, ...]:
    def text(name: str) -> str:
        return "–" if row[name] is None else str(show(row[name]))

    if kind == "sobol":
        halves = ("–" if row[name] is None else _half(row[name]) for name in ("total_conf", "first_conf"))
        return text("total"), next(halves), text("first"), next(halves)
    if kind == "lhs":
        return tuple(text(name) for name in ("rank_correlation", "low", "high"))
    steps = f"{row['effects']:,}" + (f" (+{row['unmoved']:,} of no size)" if row["unmoved"] else "")
    return (*(text(name) for name in ("mu_star", "mu_star_conf", "mu", "sigma")), steps)


def _scatter(output: str, rows: Sequence[Row], names: Names, show: Any, unit: str) -> Plot:
    """Size against spread of the effects: Morris’s own picture."""
    placed = [row for row in rows if row["sigma"] is not None]
    _, right, xs = scale([row["mu_star"] for row in placed], zero=True)
    _, high, ys = scale([row["sigma"] for row in placed], zero=True)
    shapes: list[Any] = [Stroke("guide", 0.0, 0.0, min(1.0, high / right), min(1.0, right / high))]
    numbers = _numbers([(row["mu_star"] / right, row["sigma"] / high) for row in placed])
    for at, row in enumerate(placed):
        shapes.append(Dot("more", row["mu_star"] / right, row["sigma"] / high, numbers.get(at, "")))
    named = tuple(
        (text, short(first_capital(key_words(placed[at]["figure"], names)), 90)) for at, text in numbers.items()
    )

    of, factor = (", in points", 100.0) if output == "coverage" else (unit, 1.0)  # ticks have no unit: room is narrow

    def text(value: float) -> str:
        return "0" if value == 0 else str(show(value))

    table = tuple(
        (first_capital(key_words(row["figure"], names)), text(row["mu_star"]), text(row["sigma"])) for row in placed
    )
    return Plot(
        f"morris-plane-{output}", f"Size and spread of the effects on {output}",
        Axis(f"Mean size of the change{of}", tuple((x / right, number(factor * x)) for x in xs)),
        Axis(f"σ: spread of the changes{of}", tuple((y / high, number(factor * y)) for y in ys)),
        tuple(shapes), Table(("Figure", "mean size", "σ"), table),
        (*named, ("guide", "above this line the spread exceeds the size: the figure interacts, or bends")),
    )  # fmt: skip


def _numbers(places: Sequence[tuple[float, float]]) -> dict[int, str]:
    """The numbers of the first points, by their place in the list; none for a point whose number would cover another.

    Examples
    --------
    >>> _numbers([(0.9, 0.5), (0.89, 0.51), (0.2, 0.1)])
    {0: '1', 2: '2'}
    """
    found: dict[int, str] = {}
    for at, (x, y) in enumerate(places):
        free = all(abs(x - places[other][0]) > 0.06 or abs(y - places[other][1]) > 0.07 for other in found)
        if free and len(found) < NUMBERED:
            found[at] = str(len(found) + 1)
    return found
