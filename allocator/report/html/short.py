"""The short form of a page, on two sheets of paper: the rows that count most, the others counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from textwrap import shorten
from typing import Any

from allocator.report.html.words import count

PARTS = {"coverage": "coverage", "missing": "missing", "who": "who_short", "changes": "changes"}
"""Section of the short form, in its order -> its template."""

SENDS, NATION, ASKED, WHY, UNIT, LABEL = 72, 15, 18, 30, 15, 40
"""Letters that columns take on a line of paper: what a nation sends, its name, what is asked, what that depends on, its
unit, and an objective or a change."""

TEXT, KINDS, WAYS = 420, 6, 10
"""Most letters of a text; kinds of units that are named of a nation; ways out where there is no plan."""

LINES = {"coverage": 5, "missing": 18, "who": 24, "changes": 6}
"""Section -> lines that its rows may take."""


def short_head(head: Mapping[str, Any]) -> dict[str, Any]:
    """The head with a question of a few lines."""
    return {**head, "question": shorten(head["question"], TEXT, placeholder=" …")}


def short_answer(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer with the first of the ways out."""
    return {**answer, "ways": answer["ways"][:WAYS]}


def short_sections(content: Mapping[str, Any]) -> dict[str, Any]:
    """The sections of the short form, cut to the room that each has."""
    found: dict[str, Any] = {}
    if content.get("coverage") is not None:
        rows = fitted(content["coverage"]["rows"], LINES["coverage"], lambda row: _lines(row["name"], LABEL))
        more = len(content["coverage"]["rows"]) - len(rows)
        found["coverage"] = {
            **content["coverage"],
            "rows": rows,
            "more": f"{count(more, 'objective')} more" if more else "",
        }
    if content.get("missing") is not None:
        found["missing"] = _missing(content["missing"])
    if content.get("who") is not None:
        found["who"] = _who(content["who"])
    if content.get("changes") is not None:
        rising = [row for row in content["changes"]["rows"] if row["kind"] == "more"]
        rows = fitted(rising or content["changes"]["rows"], LINES["changes"], lambda row: _lines(row["label"], LABEL))
        found["changes"] = {**content["changes"], "rows": rows}
    return found


def fitted(rows: Sequence[dict[str, Any]], lines: int, height: Callable[[dict[str, Any]], int]) -> list[dict[str, Any]]:
    """The first rows, as many as so many lines hold; one at the least.

    Examples
    --------
    >>> fitted([{"a": 2}, {"a": 1}, {"a": 1}], 3, lambda row: row["a"])
    [{'a': 2}, {'a': 1}]
    """
    kept: list[dict[str, Any]] = []
    for row in rows:
        lines -= height(row)
        if lines < 0 and kept:
            break
        kept.append(row)
    return kept


def _lines(text: str, letters: int) -> int:
    return max(1, ceil(len(text) / letters))


def _line_height(row: Mapping[str, Any]) -> int:
    """Lines of a row of what is missing."""
    asked = _lines(row["task"], ASKED) + _lines(f"{row['capability']}, {row['when']}", ASKED)
    return max(asked, 1 + _lines(row["unit"], UNIT), _lines(f"{row['label']}, {row['why']}", WHY))


def _missing(content: Mapping[str, Any]) -> dict[str, Any]:
    """The heaviest lines, each with what it depends on most."""
    rows = [{**row, "supply": ""} for row in content["rows"]]
    kept = fitted(rows, LINES["missing"], _line_height)
    return {**content, "rows": kept, "met": [], "causes": [], "more": len(rows) - len(kept)}


def _who(content: Mapping[str, Any]) -> dict[str, Any]:
    """Each nation in a few words, the largest first; the others are counted."""
    rows = []
    for row in content["rows"]:
        items = [item for cell in row["cells"] for item in cell["items"]]
        sent = [f"{item['amount']} × {item['name']}{_place(item)}" for item in items[:KINDS]]
        sent += [f"{len(items) - KINDS} more kinds"] if len(items) > KINDS else []
        rows.append({**row, "sends": "; ".join(sent)})
    kept = fitted(rows, LINES["who"], lambda row: max(_lines(row["name"], NATION), _lines(row["sends"], SENDS)))
    more = len(rows) - len(kept)
    return {
        **content,
        "rows": kept,
        "more": f"{count(more, 'nation')} more, with fewer people each" if more else "",
        "leaders": shorten(content["leaders"], TEXT, placeholder=" …"),
    }


def _place(item: Mapping[str, Any]) -> str:
    """Where units of a kind are; of several tasks, how many."""
    return f" ({item['where']})" if item["tasks"] == 1 else f" ({item['tasks']} tasks)"
