"""Thresholds: where a condition starts or stops holding, all of them in one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from allocator.naming import Names
from allocator.report.charts.kinds import Bar, Bars, Piece
from allocator.report.studies.study import Section, Text
from allocator.report.studies.words import condition_words, count, first_capital, key_words, value_words

Row = Mapping[str, Any]


def thresholds(results: Sequence[tuple[Row, Sequence[Row]]], names: Names) -> Section:
    """The section of all thresholds, each with the points that were tried."""
    bars = tuple(_bar(found, rows, names) for found, rows in results)
    heading = _heading([found for found, _ in results], names)
    note = "Dark: the condition holds at a value that was tried, or between two such values; light: it does not. "
    note += (
        "Hatched: between the last value that was tried on one side and the first on the other. That it changes only "
    )
    note += "once in the range is assumed; each value that was tried is proved unless it is said to be open."
    columns = ("holds at", "fails at", "tried", "outcome")
    key = (("more", "holds"), ("same", "does not hold"), ("hole", "not known"))
    picture = Bars(
        "thresholds", heading, "Condition, and what is varied", "From the low to the high end", columns, bars, key, (3,)
    )
    texts = tuple(Text(f"{first_capital(found['text'])}.", note=True) for found, _ in results)
    return Section("Thresholds", heading, (Text(note, note=True), picture, *texts))


def _heading(found: Sequence[Row], names: Names) -> str:
    first = found[0]
    where = key_words(first["over"], names)
    what = first_capital(condition_words(first["condition"], names))
    if len(found) > 1:
        changes = sum(row["holds_at"] is not None and row["fails_at"] is not None for row in found)
        return f"{changes} of {count(len(found), 'condition')} change inside the range"
    if first["holds_at"] is not None and first["fails_at"] is not None:
        return f"{what} holds at {where} {value_words(first['holds_at'])} and fails at {value_words(first['fails_at'])}"
    if first["open_at"] is not None:
        return f"Whether {what[:1].lower()}{what[1:]} holds is open at {where} {value_words(first['open_at'])}"
    return f"{what} {first['outcome']} of the range of {where}"


def _bar(found: Row, rows: Sequence[Row], names: Names) -> Bar:
    values = [float(row[found["over"]]) for row in rows if isinstance(row.get(found["over"]), int | float)]
    holds, fails = found["holds_at"], found["fails_at"]
    ends = [*values, *(float(end) for end in (holds, fails) if end is not None)]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    width = (high - low) or 1.0
    pieces: list[Piece]
    if holds is None and fails is None:
        pieces = [Piece("hole", 0.0, 1.0)]
    elif holds is None or fails is None:
        kind = "hole" if found["open_at"] is not None else "more" if fails is None else "same"
        pieces = [Piece(kind, 0.0, 1.0)]
    else:
        at = {"more": (holds - low) / width, "same": (fails - low) / width}
        left, right = sorted(at, key=lambda kind: at[kind])
        pieces = [Piece(left, 0.0, at[left]), Piece("hole", at[left], at[right]), Piece(right, at[right], 1.0)]
    marks = tuple((value - low) / width for value in values)
    cells = (
        *("–" if end is None else value_words(end) for end in (holds, fails)),
        f"{found['solves']}",
        found["outcome"],
    )
    note = f"{key_words(found['over'], names)}, {value_words(low)} to {value_words(high)}"
    return Bar(first_capital(condition_words(found["condition"], names)), cells, tuple(pieces), marks, note=note)
