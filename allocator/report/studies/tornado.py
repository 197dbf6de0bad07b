"""A tornado: one figure, or one source, moved to its two ends while all else stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allocator.naming import Names
from allocator.report.charts.kinds import Bar, Bars, Piece, Table
from allocator.report.studies.study import Block, Items, Section, Text
from allocator.report.studies.words import (
    amount,
    change_words,
    count,
    first_capital,
    key_words,
    listed,
    percent,
    points,
    share,
    short,
    signed,
    state_words,
    value_words,
)
from allocator.sweeps.design.sources import ENDS as SIDES
from allocator.wording import first_small, priced

Row = Mapping[str, Any]

MOST = 20
"""Bars of a tornado."""


@dataclass(frozen=True)
class Ends:
    """What moves, and the names of its two ends."""

    of: str
    ends: tuple[str, str]
    words: tuple[str, str]


FIGURE = Ends("figure", ("low", "high"), ("at its low end", "at its high end"))
SOURCE = Ends("source", SIDES, ("at the adverse end", "at the favourable end"))


def by_figure(result: Row, names: Names, currency: str) -> list[Section]:
    """The sections of a tornado over figures."""

    def label(row: Row) -> tuple[str, str]:
        ends = [value_words(row[end]["value"]) if end in row else "base" for end in FIGURE.ends]
        return first_capital(key_words(row["figure"], names)), f"{' to '.join(ends)}; {row['figure']}"

    base = f"At base: coverage {share(result['base'])}, cost {priced(amount(result['base']), currency)}. "
    base += "One figure moves, the others stay. A change is shown if the proved bounds show it."
    return _sections(result, result["figures"], FIGURE, label, (base, currency, names))


def by_source(result: Row, names: Names, currency: str) -> list[Section]:
    """The sections of a tornado over sources."""

    def label(row: Row) -> tuple[str, str]:
        (first, _), *more = sorted(row["columns"].items(), key=lambda item: -item[1])
        moved = f"{count(row['figures'], 'figure')}: {first}{f' and {len(more)} more columns' if more else ''}"
        key = row["source"].replace(".", ": ").replace("_", " ")
        return short(first_capital(row["title"] or f"“{key}”"), 90), f"{moved}; {row['source']}"

    base = f"At base: coverage {share(result['base'])}, cost {priced(amount(result['base']), currency)}. "
    base += "All figures of one source or assumption move together, to the end that hurts coverage and to the end that "
    base += "helps it."
    sections = _sections(result, result["sources"], SOURCE, label, (base, currency, names))
    return [_together(result), *sections]


def _together(result: Row) -> Section:
    together, base = result["together"], result["base"]
    fixed = f"{result['fixed']:,} of {count(result['of'], 'figure')} have no range and do not move."
    if together["least"] is None:
        heading = "No range of coverage is proved with all figures at their ends"
        return Section("Together", heading, (Text(fixed, note=True),))
    least, most = percent(together["least"], 1), percent(together["most"], 1)
    row = Bar(
        "All figures together", (least, share(base), most),
        (Piece("same", together["least"], together["most"]),), (base["coverage"],),
    )  # fmt: skip
    heading = f"With all figures at their ends, coverage is between {least} and {most}"
    note = "Proved for all values in between; priorities and other figures that can do either stay as they are. "
    columns = ("all adverse", "at base", "all favourable")
    bars = Bars("together", heading, "", "Range of coverage; the mark is the base", columns, (row,))
    return Section("Together", heading, (Text(note + fixed, note=True), bars))


def _sections(result: Row, rows: Sequence[Row], kind: Ends, label: Any, words: tuple[str, str, Names]) -> list[Section]:
    base, currency, names = words
    sections = []
    for output, shown, unit in (("coverage", _points, ""), ("cost", signed, currency)):
        moving = _moving(rows, kind, output)
        heading = _heading(
            moving, kind, output, label, lambda change, shown=shown, unit=unit: priced(shown(change), unit)
        )
        blocks: list[Block] = [Text(base, note=True)] if output == "coverage" else []
        if moving:
            bars = tuple(_bar(row, kind, output, label, shown, moving[0][0]) for _, row in moving[:MOST])
            title = "Change of coverage, in points" if output == "coverage" else f"Change of cost, {currency}"
            key = (("same", kind.words[0]), ("more", kind.words[1]))
            heads = (kind.words[0], kind.words[1])
            blocks.append(Bars(f"tornado-{output}", heading, first_capital(kind.of), title, heads, bars, key))
            if len(moving) > MOST:
                blocks.append(_rest(moving[MOST:], kind, output, label, shown))
        sections.append(Section(first_capital(output), heading, tuple(blocks)))
    return [*sections, _answers(result, rows, kind, label, names)]


def _points(change: float) -> str:
    """A sure change of coverage; one that is too small for its digit is not called none."""
    return points(change) if abs(change) >= 5e-4 else f"{'+' if change > 0 else '−'} below 0.05 points"


def _moving(rows: Sequence[Row], kind: Ends, output: str) -> list[tuple[float, Row]]:
    """Rows with a sure change, and its size, the largest first."""
    found = []
    for row in rows:
        changes = [abs(change) for change in _changes(row, kind, output) if change is not None]
        if changes:
            found.append((max(changes), row))
    return sorted(found, key=lambda pair: -pair[0])


def _changes(row: Row, kind: Ends, output: str) -> list[float | None]:
    """The sure change at each end; None where there is none."""
    return [
        row[end]["change"][output] if end in row and row[end]["sure"] and row[end]["sure"][output] else None
        for end in kind.ends
    ]


def _heading(moving: Sequence[tuple[float, Row]], kind: Ends, output: str, label: Any, shown: Any) -> str:
    if not moving:
        return f"No {kind.of} is shown to change {output}"
    ends = zip(kind.words, _changes(moving[0][1], kind, output), strict=True)
    changes = [f"{shown(change)} {where}" for where, change in ends if change is not None]
    name = label(moving[0][1])[0]
    return f"{first_capital(output)} depends most on {first_small(short(name, 90))}: {' and '.join(changes)}"


def _bar(row: Row, kind: Ends, output: str, label: Any, shown: Any, most: float) -> Bar:
    low, high = _changes(row, kind, output)
    pieces = []
    for change, mark in sorted(((low, "same"), (high, "more")), key=lambda pair: -abs(pair[0] or 0.0)):
        if change:
            ends = sorted((0.5, 0.5 + change / most / 2))
            pieces.append(Piece(mark, *ends))
    name, note = label(row)
    cells = tuple(_cell(row, end, change, shown) for end, change in zip(kind.ends, (low, high), strict=True))
    return Bar(name, cells, tuple(pieces), (0.5,), note=note)


def _cell(row: Row, end: str, change: float | None, shown: Any) -> str:
    if change is not None:
        return str(shown(change))
    if end not in row:
        return "is the base"
    return state_words(row[end]) if not row[end]["sure"] else "no change shown"


def _rest(moving: Sequence[tuple[float, Row]], kind: Ends, output: str, label: Any, shown: Any) -> Table:
    rows = []
    for _, row in moving:
        changes = zip(kind.ends, _changes(row, kind, output), strict=True)
        rows.append((label(row)[0], *(_cell(row, end, change, shown) for end, change in changes)))
    return Table((first_capital(kind.of), *kind.words), tuple(rows), fold=f"{len(moving):,} more that change {output}")


def _answers(result: Row, rows: Sequence[Row], kind: Ends, label: Any, names: Names) -> Section:
    """Where nations and lines change, where there is no plan, and how many figures change nothing."""
    changes = [
        (row, end, words) for row in rows for end in kind.ends
        if end in row and row[end]["change"] and (words := change_words(row[end], names))
    ]  # fmt: skip
    changes.sort(key=lambda each: -abs(each[0][each[1]]["change"]["coverage"]))
    lost = [(row, end) for row in [*rows, {"source": "", "title": "all figures together", **result.get("together", {})}]
            for end in kind.ends if end in row and not row[end]["sure"]]  # fmt: skip
    blocks: list[Block] = []
    if changes:
        table = tuple((label(row)[0], _where(row, end, kind), words) for row, end, words in changes)
        heads = (first_capital(kind.of), "at", "what changes")
        blocks.append(Table(heads, table[:MOST], text=(1, 2)))
        if len(table) > MOST:
            blocks.append(Table(heads, table[MOST:], text=(1, 2), fold=f"{len(table) - MOST:,} more changes"))
        blocks.append(Text("Which nations move is arbitrary among equally good plans.", note=True))
    if lost:
        where = tuple(
            f"{label(row)[0] if 'columns' in row or 'figure' in row else row['title']}, {_where(row, end, kind)}: "
            f"{state_words(row[end])}"
            for row, end in lost
        )
        blocks.append(Items("No plan", where))
    still = f"For {result['still']:,} of {count(len(rows), kind.of)} no change of coverage or cost is shown."
    blocks.append(Text(still))
    parts = [f"{count(len(lost), 'point')} {'has' if len(lost) == 1 else 'have'} no plan"] if lost else []
    verb = "changes" if result["still"] == 1 else "change"
    moving = len({id(row) for row, _, _ in changes})
    if moving:
        parts += [f"{count(moving, kind.of)} {'changes' if moving == 1 else 'change'} who takes part or what is met"]
    parts += [f"{result['still']:,} of {len(rows):,} {verb} neither coverage nor cost"]
    return Section("Who and what changes", first_capital(listed(parts)), tuple(blocks))


def _where(row: Row, end: str, kind: Ends) -> str:
    value = row[end].get("value")
    return f"the {end} end" if value is None else value_words(value)
