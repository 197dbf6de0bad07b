"""Draws of who withdraws: how likely success is, how bad it can get, and whose withdrawal costs most."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from allocator.naming import Names
from allocator.report.charts.kinds import Bar, Bars, Piece, Table
from allocator.report.studies.spread import histogram, one_digit
from allocator.report.studies.study import Block, Section, Text
from allocator.report.studies.words import condition_words, count, first_capital, number, percent, points
from allocator.wording import in_sentence

Row = Mapping[str, Any]

MOST = 25
"""Nations in the picture."""


def withdrawal(result: Row, rows: Sequence[Row], names: Names, currency: str) -> list[Section]:
    """The sections of draws; ``rows`` are the points, each of which counts for ``weight`` draws."""
    sections = [_success(result, names)] if result["success"] else []
    return [*sections, _spread(result, rows, currency), _nations(result, names)]


def _success(result: Row, names: Names) -> Section:
    first = result["success"][0]
    heading = (
        f"{first_capital(condition_words(first['condition'], names))}: in {percent(first['probability'])} of the draws"
    )
    heading += f" (95 % interval {percent(first['low'])} to {percent(first['high'])})"
    bars = tuple(
        Bar(
            first_capital(condition_words(row["condition"], names)), 
            (percent(row["probability"], 1), f"{percent(row['low'], 1)} to {percent(row['high'], 1)}"),
            (Piece("more", 0.0, row["probability"]),), span=(row["low"], row["high"]), note=row["condition"],
        )
        for row in result["success"]
    )  # fmt: skip
    note = (
        "How often the condition holds if each nation stays with a probability equal to its willingness, and nations "
    )
    note += "decide independently. The line is the 95 % interval."
    columns = ("probability", "95 % interval")
    return Section(
        "Success", heading, (Text(note, note=True), Bars("success", heading, "Condition", "Probability", columns, bars))
    )


def _spread(result: Row, rows: Sequence[Row], currency: str) -> Section:
    coverage, tail = result["coverage"], f"{100 * result['level']:g} %"
    worst = percent(coverage["value_at_risk"], 1)
    heading = f"Coverage is {percent(coverage['mean'], 1)} on average, and at least {worst} with a probability of "
    heading += percent(1 - result["level"])
    weights = [(row.get("coverage") or 0.0, float(row["weight"])) for row in rows]
    table = _statistics(result, currency, tail)
    marks = [(coverage["mean"], "mean"), (coverage["value_at_risk"], f"value at risk, {tail}")]
    blocks: list[Block] = [histogram("withdrawal-spread", "draws", weights, marks, table), table]
    parts = []
    if result["without_plan"]:
        parts.append(
            f"{result['without_plan']:,} of {count(result['draws'], 'draw')} have no plan; coverage counts as 0."
        )
    if result["unproved"]:
        parts.append(f"{result['unproved']:,} of {count(result['draws'], 'draw')} are not proved to the requested gap.")
    if parts:
        blocks.append(Text(" ".join(parts)))
    return Section("Spread", heading, tuple(blocks))


def _statistics(result: Row, currency: str, tail: str) -> Table:
    rows = []
    for output in ("coverage", "cost"):
        statistics = result[output]
        if statistics is None:
            continue
        cells = []
        for name in ("mean", "value_at_risk", "expected_shortfall"):
            low, high = statistics[f"{name}_low"], statistics[f"{name}_high"]
            show = _possible if output == "coverage" else number
            cells += [show(statistics[name]), _interval(low, high, show)]
        rows.append(("Coverage" if output == "coverage" else f"Cost, {currency}", *cells))
    heads = (
        "",
        "mean",
        "95 % interval",
        f"value at risk, {tail}",
        "95 % interval",
        f"mean of the worst {tail}",
        "95 % interval",
    )
    return Table(heads, tuple(rows))


def _possible(share: float) -> str:
    """A share of an interval, cut off at what can be: a normal interval of few draws can reach beyond 0 and 1."""
    return one_digit(min(1.0, max(0.0, share)))


def _interval(low: float | None, high: float | None, show: Callable[[float], str]) -> str:
    """An interval in words; the draws may be too few for one of its ends.

    Examples
    --------
    >>> _interval(None, 0.4669, one_digit), _interval(None, None, one_digit)
    ('at most 46.7\xa0%', '–')
    """
    if low is None or high is None:
        return "–" if low is high else f"at most {show(high)}" if high is not None else f"at least {show(low or 0.0)}"
    return f"{show(low)} to {show(high)}"


def _nations(result: Row, names: Names) -> Section:
    rows = [row for row in result["nations"] if row["difference"] is not None]
    if not rows:
        return Section("Who matters", "No nation both withdraws and stays in these draws", ())
    first = rows[0]
    who = first_capital(in_sentence(names.nation(first["nation"])))
    heading = f"{who} matters most: its withdrawal costs {points(first['difference']).lstrip('+')}"
    if first["difference"] <= 0 or (first["low"] is not None and first["low"] <= 0):
        heading = "No nation’s withdrawal is shown to cost coverage in these draws"
    sizes = [abs(value) for row in rows for value in (row["difference"], row["low"], row["high"]) if value is not None]
    most = max(sizes) or 1.0
    lowest = min(0.0, *(row["low"] if row["low"] is not None else row["difference"] for row in rows))
    bars = tuple(_bar(row, names, lowest, most) for row in rows[:MOST])
    columns = ("lost", "95 % interval", "withdraws", "covered without", "with", "takes part")
    note = (
        "Mean coverage where the nation stays, less that where it withdraws. The line is the 95 % interval; where it "
    )
    note += "meets zero, no effect is shown."
    if any(row["member"] is None for row in rows):
        note += " A fleet that nations have in common is not counted among those who take part (–)."
    blocks: list[Block] = [
        Text(note, note=True),
        Bars("who-matters", heading, "Nation", "Coverage lost with it", columns, bars),
    ]
    if len(rows) > MOST:
        table = tuple((names.nation(row["nation"]), *_cells(row)) for row in rows[MOST:])
        blocks.append(Table(("Nation", *columns), table, fold=f"{len(rows) - MOST} more nations"))
    return Section("Who matters", heading, tuple(blocks))


def _bar(row: Row, names: Names, lowest: float, most: float) -> Bar:
    width = (most - lowest) or 1.0

    def at(value: float) -> float:
        return min(1.0, max(0.0, (value - lowest) / width))

    ends = sorted((at(0.0), at(row["difference"])))
    span = None if row["low"] is None or row["high"] is None else (at(row["low"]), at(row["high"]))
    return Bar(names.nation(row["nation"]), _cells(row), (Piece("more", *ends),), (at(0.0),), span)


def _cells(row: Row) -> tuple[str, ...]:
    interval = _interval(row["low"], row["high"], lambda end: f"{100 * end:.1f}".replace("-", "−"))
    with_, without = (
        "–" if row[key] is None else percent(row[key], 1) for key in ("coverage_with", "coverage_without")
    )
    return (
        points(row["difference"]).lstrip("+"),
        interval,
        percent(row["withdraws"]),
        without,
        with_,
        "–" if row["member"] is None else percent(row["member"]),
    )
