"""The results of a sweep as text: tables, and charts drawn with characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from allocator.naming import Names, names_of
from allocator.report.text.page import Page
from allocator.report.text.points import (
    MOST_BARS,
    UNSETTLED,
    Said,
    changes_of,
    left_out,
    money,
    share,
    signed_points,
)
from allocator.report.text.sample import draw_sample, sometimes
from allocator.report.text.settings import key_words
from allocator.report.text.tornado import draw_sources, draw_tornado
from allocator.report.text.words import SHARES, count, money_unit, number, objective_heading, percent, table
from allocator.sweeps.findings import answer
from allocator.sweeps.result import Sweep

MOST_ROWS, MOST_COLUMNS = 25, 12
"""Points of a table and columns of a matrix that are shown."""

BAR = 24
"""Width of a bar in characters."""

PLOT = (60, 15)
"""Columns, at the most, and lines of the plot of a front."""


def draw_sweep(out: Page, sweep: Sweep) -> None:
    """Print the results of a sweep, part by part."""
    currency, names = money_unit(sweep.instance.currency), Names(names_of(sweep.instance))
    for at, answered in enumerate(sweep.answers):
        if at:
            out.print()
        found = answer(answered.part, answered.rows)
        out.print(Text(f"{sweep.instance.name}: {found['title']}", style="bold"))
        out.print(_summary(found, sweep.interrupted))
        if found["result"] is None:
            out.print(found["why"])
            continue
        out.print()
        _DRAW[found["kind"]](out, found["result"], Said(currency, names))


def _summary(found: dict[str, Any], stopped: bool) -> str:
    words = [f"{count(found['points'], 'point')}{' until you stopped the sweep' if stopped else ''}"]
    words += [f"{found['known']:,} settled by other points without a solve"] if found["known"] else []
    words += [f"{found['infeasible']:,} infeasible"] if found["infeasible"] else []
    words += [f"{found['failed']:,} without an answer"] if found["failed"] else []
    if found["unproved"]:
        words.append(f"{found['unproved']:,} not proved to the requested gap, marked ~")
    elif found["points"] and not found["failed"]:
        words.append("all proved")
    return ", ".join(words)


def _grid(out: Console, result: dict[str, Any], said: Said) -> None:
    inputs = result["inputs"]
    if len(inputs) == 1:
        _column(out, result["table"], inputs[0], said)
    elif len(inputs) == 2:
        _matrix(out, result["table"], inputs, said)
        sometimes(out, result["sometimes"], said)
    else:
        _effects(out, result["effects"], said)
        sometimes(out, result["sometimes"], said)


def _column(out: Console, rows: list[dict[str, Any]], name: str, said: Said) -> None:
    compared = "against the first" if name == "coalition" else "against the point before"
    key = key_words(name, said.names)
    grid = table(
        (key, "left"), ("coverage", "right"), ("", "whole"), (f"cost, {said.currency}", "right"), ("people", "right"),
        ("nations", "right"),
    )  # fmt: skip
    changes = table((key, "left"), (compared, "left"))
    for row in _some(rows, MOST_ROWS):
        people, members = ("–" if row[key] is None else number(row[key]) for key in ("people", "members"))
        value = said.value(name, row[name])
        grid.add_row(value, share(row), _bar(row["coverage"]), money(row), people, members)
        if changes_of(row, said.names):
            changes.add_row(value, changes_of(row, said.names))
    out.print(grid)
    left_out(out, len(rows), MOST_ROWS, "points")
    if changes.row_count:
        out.print()
        out.print(changes)
    if any(row["enters"] or row["leaves"] for row in rows):
        out.print(UNSETTLED)


def _matrix(out: Console, rows: list[dict[str, Any]], inputs: list[str], said: Said) -> None:
    down, across = inputs
    if len({row[across] for row in rows}) > len({row[down] for row in rows}):
        down, across = across, down
    cells = {(row[down], row[across]): row for row in rows}
    columns = list(dict.fromkeys(row[across] for row in rows))
    lines = list(dict.fromkeys(row[down] for row in rows))
    for output, shown, unit in (("coverage", share, "%"), ("cost", money, said.currency)):
        if output == "cost":
            out.print()
        same = {shown(row) for row in rows}
        if len(same) == 1:
            out.print(f"The same at every point: {output} {same.pop()}.")
            continue
        out.print(
            f"{output}, {unit}, over {key_words(down, said.names)} (down) and {key_words(across, said.names)} (across):"
        )
        grid = table(("", "right"), *((said.value(across, value), "right") for value in _some(columns, MOST_COLUMNS)))
        for value in _some(lines, MOST_ROWS):
            here = (cells.get((value, other)) for other in _some(columns, MOST_COLUMNS))
            grid.add_row(
                said.value(down, value), *("" if row is None else shown(row).removesuffix(" %") for row in here)
            )
        out.print(grid)
        left_out(out, len(lines), MOST_ROWS, "lines")
        left_out(out, len(columns), MOST_COLUMNS, "columns")


def _effects(out: Console, rows: list[dict[str, Any]], said: Said) -> None:
    grid = table(
        ("input", "left"), ("value", "right"), ("coverage, mean", "right"), (f"cost, mean, {said.currency}", "right"),
        ("plans", "right"),
    )  # fmt: skip
    before = ""
    for row in rows:
        shown = {**row, "proved": True, "status": ""}
        name = "" if row["input"] == before else key_words(row["input"], said.names)
        grid.add_row(name, said.value(row["input"], row["value"]), share(shown), money(shown), f"{row['plans']:,}")
        before = row["input"]
    out.print(grid)


def _front(out: Console, result: dict[str, Any], said: Said) -> None:
    names, front, currency = result["objectives"], result["front"], said.currency
    if not front:
        out.print("no point has a plan")
        return
    headings = [(objective_heading(name, currency), "right") for name in names]
    grid = table(*headings, ("coverage", "right"), ("people", "right"), ("nations", "right"))
    for row in front[:MOST_ROWS] if len(names) == 2 else _some(front, MOST_ROWS):
        values = (_objective(name, row["values"][name], row["proved"]) for name in names)
        grid.add_row(*values, percent(row["coverage"]), number(row["people"]), number(row["members"]))
    out.print(grid)
    left_out(out, len(front), MOST_ROWS, "points")
    out.print()
    _plot(out, front, names[1], names[0], currency)
    if result["beaten"]:
        out.print(f"Not listed: {count(result['beaten'], 'point')} that these dominate or equal.")


def _objective(name: str, value: float, proved: bool) -> str:
    return ("" if proved else "~") + (percent(value) if name in SHARES else number(value))


def _plot(out: Console, front: list[dict[str, Any]], across: str, up: str, currency: str) -> None:
    """Draw the front as points in a frame."""
    lines = PLOT[1]
    xs, ys = ([row["values"][name] for row in front] for name in (across, up))
    (left, right), (low, high) = (min(xs), max(xs)), (min(ys), max(ys))
    ends = [_objective(up, value, True) for value in (high, low)]
    margin = max(map(len, ends))
    columns = min(PLOT[0], out.width - margin - 2)
    field = [[" "] * columns for _ in range(lines)]
    for x, y in zip(xs, ys, strict=True):
        column = round((x - left) / (right - left or 1) * (columns - 1))
        line = round((high - y) / (high - low or 1) * (lines - 1))
        field[line][column] = "●"
    out.print(objective_heading(up, currency))
    for at, cells in enumerate(field):
        label = {0: ends[0], lines - 1: ends[1]}.get(at, "")
        out.print(f"{label:>{margin}} │{''.join(cells).rstrip()}")
    first, last = (_objective(across, value, True) for value in (left, right))
    out.print(f"{'':>{margin}} └{'─' * columns}")
    out.print(f"{'':>{margin}}  {first}{last:>{columns - len(first)}}")
    out.print(f"{'':>{margin}}  {objective_heading(across, currency):>{columns}}")


def _politics(out: Console, result: dict[str, Any], said: Said) -> None:
    for row in result["success"]:
        interval = f"95 % interval {percent(row['low'])} to {percent(row['high'])}"
        out.print(f"Probability that {row['condition']}: {percent(row['probability'])} ({interval})")
    if result["without_plan"]:
        out.print(
            f"Without a plan: {result['without_plan']:,} of {count(result['draws'], 'draw')}; coverage counts as 0."
        )
    if result["unproved"]:
        out.print(f"Not proved to the requested gap: {result['unproved']:,} of {count(result['draws'], 'draw')}.")
    _tails(out, result, said.currency)
    rows = [row for row in result["nations"] if row["difference"] is not None]
    if not rows:
        return
    out.print()
    out.print("Whose withdrawal costs most:")
    most = max(abs(row["difference"]) for row in rows)
    grid = table(
        ("nation", "left"), ("withdraws", "right"), ("coverage without", "right"), ("with", "right"),
        ("points", "right"), ("", "whole"), ("95 % interval", "left"),
    )  # fmt: skip
    for row in rows[:MOST_BARS]:
        ends = (row["low"], row["high"])
        interval = " to ".join("?" if end is None else f"{100 * end:.1f}" for end in ends)
        grid.add_row(
            said.names.nation(row["nation"]), percent(row["withdraws"]),
            percent(row["coverage_without"]), percent(row["coverage_with"]),
            signed_points(row["difference"]), _bar(max(row["difference"], 0.0) / (most or 1)), interval,
        )  # fmt: skip
    out.print(grid)
    left_out(out, len(rows), MOST_BARS, "nations")


def _tails(out: Console, result: dict[str, Any], currency: str) -> None:
    """Mean, value at risk and mean of the worst, each with its interval; no coverage is below 0 or above 1."""
    tail = f"{100 * result['level']:g} %"
    labels = {
        "mean": "mean", "value_at_risk": f"value at risk, {tail}", "expected_shortfall": f"mean of the worst {tail}",
    }  # fmt: skip
    shown = {"coverage": percent, "cost": number}
    there = [output for output in shown if result[output] is not None]
    headings = {"coverage": "coverage", "cost": f"cost, {currency}"}
    grid = table(
        ("", "left"), *(c for output in there for c in ((headings[output], "right"), ("95 % interval", "left")))
    )
    for name, label in labels.items():
        cells = []
        for output in there:
            ends = [result[output][f"{name}_low"], result[output][f"{name}_high"]]
            if output == "coverage":
                ends = [None if end is None else min(1.0, max(0.0, end)) for end in ends]
            interval = " to ".join("?" if end is None else shown[output](end).removesuffix(" %") for end in ends)
            cells += [shown[output](result[output][name]), interval]
        grid.add_row(label, *cells)
    out.print(grid)


def _threshold(out: Console, result: dict[str, Any], _: Said) -> None:
    out.print(f"{result['text']} ({count(result['solves'], 'value')} tried).")


def _bar(share: float | None) -> str:
    if share is None:
        return ""
    filled = round(share * BAR / 2)
    return "█" * filled + "░" * (BAR // 2 - filled)


def _some(rows: Sequence[Any], most: int) -> list[Any]:
    """All rows, or at most ``most`` of them: evenly spread, with the first and the last."""
    if len(rows) <= most:
        return list(rows)
    return [rows[round(at * (len(rows) - 1) / (most - 1))] for at in range(most)]


_DRAW = {
    "grid": _grid, "one-at-a-time": draw_tornado, "by-source": draw_sources,
    "lhs": draw_sample, "sobol": draw_sample, "morris": draw_sample, "pareto": _front,
    "politics": _politics, "threshold": _threshold,
}  # fmt: skip
