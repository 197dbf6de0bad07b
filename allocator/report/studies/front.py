"""The front of two or three objectives, with the region that it dominates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from allocator.naming import Names
from allocator.report.charts.kinds import Axis, Box, Dot, Plot, Stroke, Table
from allocator.report.studies.grid import key_of
from allocator.report.studies.study import Block, Section, Text
from allocator.report.studies.words import (
    count,
    first_capital,
    listed,
    number,
    percent,
    scale,
    short,
    state_of,
)
from allocator.report.text.words import SHARES, objective_heading

Row = Mapping[str, Any]


def front(result: Row, beaten: Sequence[Row], names: Names, currency: str) -> list[Section]:
    """The section of a front; ``beaten`` are the rows of all points of the part."""
    objectives, rows = result["objectives"], result["front"]
    if not rows:
        return [Section("Front", "No point has a plan", ())]
    words = [objective_heading(name, currency) for name in objectives]
    up, across = objectives[0], objectives[1]
    table = _table(rows, objectives, words, names)
    pairs = [(0, 1)] if len(objectives) == 2 else list(combinations(range(len(objectives)), 2))
    blocks: list[Block] = [
        _plot(rows, beaten, objectives, (objectives[one], objectives[two]), (words[one], words[two]), table)
        for one, two in pairs
    ]
    if len(objectives) == 2:
        note = "Everything in the shaded region is worse than a plan that was found: dearer or worse in one, and no "
        note += "better in the other. Between two neighbouring points there may be more plans of the front."
        blocks.insert(0, Text(note, note=True))
    else:
        plain = [word.partition(",")[0] for word in words]
        note = f"The front is over three: {listed(plain)}. Each picture shows two of them, and its title says which "
        note += (
            "one it leaves out: a point that looks worse in a picture is better in that one. The table has all three."
        )
        blocks.insert(0, Text(note, note=True))
    blocks.append(table)
    if result["beaten"]:
        blocks.append(Text(f"Not listed: {count(result['beaten'], 'point')} that these dominate or equal.", note=True))
    return [Section("Front", _finding(rows, up, across, words), tuple(blocks))]


def shown(name: str, value: float) -> str:
    """A value of an objective."""
    return percent(value, 1) if name in SHARES else number(value)


def _finding(rows: Sequence[Row], up: str, across: str, words: Sequence[str]) -> str:
    """What the last part of the way costs: between the best plan and the one that gives up a little."""
    ordered = sorted(rows, key=lambda row: row["values"][up])
    best, last = ordered[0]["values"], ordered[-1]["values"]
    if len(ordered) == 1:
        return f"One plan is best in all: {words[0]} {shown(up, best[up])}, {words[1]} {shown(across, best[across])}"
    text = f"{first_capital(words[0])} goes from {shown(up, last[up])} to {shown(up, best[up])} while "
    text += f"{words[1].replace(', ', ' in ')} goes from {shown(across, last[across])} to {shown(across, best[across])}"
    wide, dear = last[up] - best[up], best[across] - last[across]
    for row in ordered[1:-1]:
        gained, paid = (row["values"][up] - best[up]) / wide, (best[across] - row["values"][across]) / dear
        if dear > 0 and gained <= 0.2 and paid >= 2 * gained and paid >= 0.2:
            return f"{text}; the last {percent(gained)} of the gain takes {percent(paid)} of it"
    return text


def _plot(
    rows: Sequence[Row], points: Sequence[Row], objectives: Sequence[str], axes: tuple[str, str],
    words: Sequence[str], table: Table,
) -> Plot:  # fmt: skip
    up, across = axes
    ordered = sorted(rows, key=lambda row: (row["values"][across], row["values"][up]))
    all_points = [(row[across], row[up]) for row in points if row.get(across) is not None and row.get(up) is not None]
    mine = [(row["values"][across], row["values"][up]) for row in ordered]
    left, right, xs = scale([x for x, _ in [*mine, *all_points]])
    low, high, ys = scale([y for _, y in [*mine, *all_points]])

    def at(x: float, y: float) -> tuple[float, float]:
        return (x - left) / (right - left), (y - low) / (high - low)

    shapes: list[Any] = []
    if len(objectives) == 2:
        for number_, (x, y) in enumerate(mine):
            x1, y1 = at(x, y)
            x2 = at(mine[number_ + 1][0], y)[0] if number_ + 1 < len(mine) else 1.0
            shapes.append(Box("region", x1, y1, x2 - x1, 1.0 - y1))
        for number_, (x, y) in enumerate(mine):
            x1, y1 = at(x, y)
            nxt = at(*mine[number_ + 1]) if number_ + 1 < len(mine) else (1.0, y1)
            shapes.append(Stroke("line", x1, y1, nxt[0], y1))
            if number_ + 1 < len(mine):
                shapes.append(Stroke("line", nxt[0], y1, nxt[0], nxt[1]))
    shapes += [Dot("small", *at(x, y)) for x, y in dict.fromkeys(all_points) if (x, y) not in mine]
    shapes += [Dot(state_of(row), *at(*place)) for row, place in zip(ordered, mine, strict=True)]
    key = [("region", "worse than a plan that was found")] if len(objectives) == 2 else []
    key += [("small", "a point that these dominate or equal")] if any(s.kind == "small" for s in shapes) else []
    title = f"{first_capital(words[0])} against {words[1]}"
    left_out = [objective_heading(name, "").partition(",")[0] for name in objectives if name not in axes]
    title += f" (not shown: {listed(left_out)})" if left_out else ""
    return Plot(
        f"front-{up}-{across}", title,
        Axis(first_capital(words[1]), tuple((at(x, low)[0], shown(across, x)) for x in xs)),
        Axis(first_capital(words[0]), tuple((at(left, y)[1], shown(up, y)) for y in ys)),
        tuple(shapes), table, (*key, *key_of(rows)),
    )  # fmt: skip


def _table(rows: Sequence[Row], objectives: Sequence[str], words: Sequence[str], names: Names) -> Table:
    cells = tuple(
        (
            *(("" if row["proved"] else "~") + shown(name, row["values"][name]) for name in objectives),
            percent(row["coverage"], 1), number(row["people"]), number(row["members"]),
            short(", ".join(names.nation(code) for code in row.get("nations", [])), 300),
        )
        for row in rows
    )  # fmt: skip
    heads = (*map(first_capital, words), "covered", "people", "nations", "who")
    return Table(heads, cells, text=(len(heads) - 1,), fold="" if len(cells) <= 15 else f"All {len(cells)} points")
