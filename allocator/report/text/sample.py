"""A sample over ranges, as text: how far coverage and cost spread, and what they depend on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rich.console import Console

from allocator.report.text.points import MOST_BARS, Said, left_out
from allocator.report.text.settings import key_words
from allocator.report.text.words import number, percent, table
from allocator.sweeps.findings import OUTPUTS

NOTES = {
    "morris": "Mean size: how far the output moves over the whole range of the figure, on average. σ: how much that "
    "differs from place to place; large where the figure interacts with others. ±: 95 % interval.",
    "sobol": "Shares of the variance: what the figure explains alone (first order), and with all its interactions "
    "(total). ±: 95 % interval. Estimates of small samples can be below 0 or above 100 %.",
    "lhs": "Spearman's rank correlation, -1 to 1. Each interval is of one figure alone: of many, about one in twenty "
    "misses zero by chance.",
}
"""Method -> how its table is read."""


MEASURES = {"morris": "mu_star", "sobol": "total", "lhs": "rank_correlation"}
"""Method -> the measure by which its rows are ordered."""


def draw_sample(out: Console, result: dict[str, Any], said: Said) -> None:
    """Print the spread of a sample, and for coverage and cost the figures that they depend on most."""
    grid = table(("", "left"), *((heading, "right") for heading in ("mean", "5 %", "median", "95 %")))
    for output, shown in (("coverage", percent), ("cost", number)):
        row = result["quantiles"][output]
        label = output if output == "coverage" else f"cost, {said.currency}"
        grid.add_row(label, *(shown(row[key]) for key in ("mean", "5", "50", "95")))
    out.print(grid)
    if result["why"]:
        out.print(result["why"])
    for output in OUTPUTS:
        rows = [row for row in result["indices"] if row["output"] == output]
        if rows:
            _indices(out, output, rows, said)
    if result["indices"]:
        out.print()
        out.print(NOTES[_method(result["indices"][0])], style="dim")
    sometimes(out, result["sometimes"], said)


def _method(row: Mapping[str, Any]) -> str:
    return next(method for method, measure in MEASURES.items() if measure in row)


def _indices(out: Console, output: str, rows: list[dict[str, Any]], said: Said) -> None:
    """What an output depends on: a figure in each row, the strongest first."""
    method = _method(rows[0])
    points = output == "coverage"
    unit = "" if method != "morris" else ", in points" if points else f", in {said.currency}" if said.currency else ""
    show: Callable[[float], str] = _points if points else lambda value: number(value, 3)
    columns: dict[str, Callable[[Mapping[str, Any]], str]] = {
        "morris": {
            "mean size": lambda row: _with(show, row["mu_star"], row["mu_star_conf"]),
            "mean": lambda row: "–" if row["mu"] is None else show(row["mu"]),
            "σ": lambda row: "–" if row["sigma"] is None else show(row["sigma"]),
            **(
                {"steps of no size": lambda row: f"{row['unmoved']:,}"}
                if any(row.get("unmoved") for row in rows)
                else {}
            ),
        },
        "sobol": {
            "total": lambda row: _with(_share, row["total"], row["total_conf"]),
            "first order": lambda row: _with(_share, row["first"], row["first_conf"]),
        },
        "lhs": {
            "correlation": lambda row: _correlation(row["rank_correlation"]),
            "95 % interval": lambda row: f"{_correlation(row['low'])} to {_correlation(row['high'])}",
        },
    }[method]
    out.print()
    out.print(f"What {output} depends on{unit}:")
    grid = table(("figure", "left"), *((head, "right") for head in columns))
    for row in rows[:MOST_BARS]:
        grid.add_row(key_words(row["figure"], said.names), *(cell(row) for cell in columns.values()))
    out.print(grid)
    left_out(out, len(rows), MOST_BARS, "figures")


def _with(show: Callable[[float], str], value: float | None, half: float | None) -> str:
    """A value and half of its interval."""
    return "–" if value is None else show(value) if half is None else f"{show(value)} ± {show(half)}"


def _points(share: float) -> str:
    return f"{100 * share:.1f}"


def _share(share: float) -> str:
    return f"{100 * share:.0f} %"


def _correlation(value: float | None) -> str:
    return "?" if value is None else f"{value:.2f}"


def sometimes(out: Console, result: dict[str, dict[str, float]], said: Said) -> None:
    """Which lines are met, and who takes part, at some points and not at others."""
    for kind, words, named in (
        ("lines", "Met at some points and not at others, share of the points", said.names.line),
        ("members", "Take part at some points, share of the points", said.names.nation),
    ):
        divided = list(result[kind].items())
        if divided:
            shares = ", ".join(f"{named(name)} {percent(share, 0)}" for name, share in divided[:MOST_BARS])
            more = f", and {len(divided) - MOST_BARS} more" if len(divided) > MOST_BARS else ""
            out.print()
            out.print(f"{words}: {shares}{more}.")
