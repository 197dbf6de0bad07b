"""The spread of coverage as a histogram, and its statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from allocator.report.charts.kinds import Axis, Box, Dot, Plot, Stroke, Table
from allocator.report.html.words import number, percent
from allocator.report.studies.words import scale

BINS = 20
"""Columns of a histogram over the whole range."""

HEADROOM = 1.35
"""Height of a histogram as a multiple of its highest column: room for the words beside the marks."""


def histogram(
    name: str, what: str, weights: Sequence[tuple[float, float]], marks: Sequence[tuple[float, str]], table: Table
) -> Plot:
    """How often each coverage occurs; ``weights`` are pairs of a coverage and its weight."""
    low, high, xs = scale([value for value, _ in weights] + [value for value, _ in marks])
    low, high = max(0.0, low), min(1.0, high)
    xs = [x for x in xs if low <= x <= high]
    width = (high - low) or 1.0
    total = sum(weight for _, weight in weights)
    bins = [0.0] * BINS
    for value, weight in weights:
        bins[min(BINS - 1, int((value - low) / width * BINS))] += weight / total
    _, top, ys = scale([0.0, *(HEADROOM * share for share in bins)], 4)
    shapes: list[Any] = [
        Box("more", at / BINS + 0.002, 0.0, 1 / BINS - 0.004, share / top) for at, share in enumerate(bins) if share
    ]
    named: dict[float, list[str]] = {}
    for value, text in marks:
        named.setdefault(round((value - low) / width, 3), []).append(text)
    for at, (x, texts) in enumerate(named.items()):
        shapes += [Stroke("guide", x, 0.0, x, 1.0), Dot("label", x, 0.97 - 0.09 * (at % 3), ", ".join(texts))]
    return Plot(
        name, f"How often each coverage occurs, in per cent of the {what}",
        Axis("Coverage", tuple(((x - low) / width, percent(x)) for x in xs)),
        Axis(f"Share of the {what}", tuple((y / top, percent(y)) for y in ys if y <= 1)), tuple(shapes), table,
    )  # fmt: skip


def one_digit(share: float) -> str:
    """A share in per cent with one digit."""
    return percent(share, 1)


def spread_table(quantiles: Mapping[str, Mapping[str, float]], currency: str) -> Table:
    """Mean and quantiles of coverage and cost."""
    rows = []
    for output, shown in (("coverage", one_digit), ("cost", number)):
        row = quantiles[output]
        label = "Coverage" if output == "coverage" else f"Cost, {currency}"
        rows.append((label, *(shown(row[key]) for key in ("mean", "5", "50", "95"))))
    return Table(("", "mean", "5 %", "median", "95 %"), tuple(rows))
