"""Tables as text: companions, sources, notes, and the files of an instance."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from building.facts import ARTICLE, ASSUMPTION, Fact, Row, join, unsure

HERE = Path(__file__).resolve().parents[1]


def cells(row: Row) -> dict[str, str]:
    """The row as text: a fact becomes its value and its companions, if it has any."""
    out: dict[str, str] = {}
    for column, cell in row.items():
        if isinstance(cell, Fact):
            out[column] = text(cell.value)
            out[f"{column}_low"] = "" if cell.low is None else text(cell.low)
            out[f"{column}_high"] = "" if cell.high is None else text(cell.high)
        else:
            out[column] = str(cell)
    return out


def text(value: float) -> str:
    return f"{round(value, 4):.10g}"


def table_text(columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(columns), lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def written(rows: list[Row]) -> str:
    """A table with the columns that are filled in some row; companions follow their column, source and note are last."""
    texts = [cells(row) for row in rows]
    columns = dict.fromkeys(column for row in texts for column in row)
    filled = [c for c in columns if any(row.get(c) for row in texts) and c not in ("source", "note")]
    return table_text(
        [*filled, "source", "note"],
        ({c: row.get(c, "") for c in [*filled, "source", "note"]} for row in texts),
    )


def cite(tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Replace each citation by a key, and add the table of sources."""
    keys: dict[str, str] = {}
    for rows in tables.values():
        for row in rows:
            facts = [cell for cell in row.values() if isinstance(cell, Fact)]
            citation = str(row.get("source") or (facts[0].source if facts else ASSUMPTION))
            fixed = {ASSUMPTION: ASSUMPTION, ARTICLE: "article"}
            row["source"] = keys.setdefault(citation, fixed.get(citation, f"s{len(keys) + 1:03d}"))
            row["note"] = join(str(row.get("note", "")), *reasons(row))
    sources: list[Row] = []
    for citation, key in keys.items():
        link = re.search(r"github\.com/[\w.-]+/[\w.-]+", citation)
        sources.append({
            "source": key,
            "title": "Assumption of this instance; data/assumptions.csv has the reasons"
            if citation == ASSUMPTION else citation,
            "url": f"https://{link.group().rstrip('.')}" if link else "",
        })  # fmt: skip
    return {**tables, "sources": sources}


def reasons(row: Row) -> list[str]:
    """The reasons for the figures of a row that are not data, and the keys of data with a range, each once."""
    columns: dict[tuple[str, str, str], list[str]] = {}
    for column, cell in row.items():
        if isinstance(cell, Fact) and (unsure(cell.basis) or (cell.key and (cell.low, cell.high) != (None, None))):
            columns.setdefault((cell.basis, cell.key, cell.note if unsure(cell.basis) else ""), []).append(column)
    short = {"planning assumption": "assumed"}
    return [
        f"{' and '.join(names)} {short.get(basis, basis)} ({join(f'[{key}]', note).replace('; ', ' ', 1)})"
        for (basis, key, note), names in columns.items()
    ]


def source_text(rows: list[Row]) -> str:
    return table_text(["source", "title", "url"], [cells(row) for row in rows])


@dataclass(frozen=True)
class Built:
    """The files of an instance, by name."""

    name: str
    files: dict[str, str]


def built(name: str, settings: str, tables: dict[str, list[Row]]) -> Built:
    """The files of an instance."""
    files = {"instance.toml": settings}
    files |= {
        f"{table}.csv": source_text(rows) if table == "sources" else written(rows)
        for table, rows in cite(tables).items()
    }
    return Built(name, files)


def count_text(assumptions: Mapping[str, float]) -> str:
    """How many figures are assumptions and what depends on them, from the manifest of a plan."""
    text = f"{assumptions['assumed']:,} of {assumptions['figures']:,} figures are assumptions"
    if assumptions["cost_share"] is None or assumptions["coverage_share"] is None:
        return text + "."
    cost, coverage = (f"{100 * assumptions[key]:.0f} %" for key in ("cost_share", "coverage_share"))
    return f"{text}; {cost} of the cost and {coverage} of the coverage depend on assumptions."


def between(page: str, mark: str, content: str) -> str:
    """The page with new content between two marks."""
    start, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    return re.sub(f"{start}.*?{end}", lambda _: f"{start}\n{content}\n{end}", page, flags=re.DOTALL)


SETTINGS = """format = 1
name = "{name}"
title = "{title}"
description = "{description}"
currency = "USD"
{model}
[horizon]
start = "{start}"
months_per_period = {months}
periods = {periods}
indefinite = {indefinite}

[events]
{events}
"""


def settings(
    name: str, title: str, description: str, events: Mapping[str, bool], *, start: str = "2025-07",
    months: int = 6, periods: int = 1, indefinite: bool = True, model: str = "",
) -> str:  # fmt: skip
    return SETTINGS.format(
        name=name, title=title, description=description, start=start, months=months, periods=periods,
        indefinite=str(indefinite).lower(), model=f'model = "{model}"\n' if model else "",
        events="\n".join(f"{event} = {str(value).lower()}" for event, value in events.items()),
    )  # fmt: skip
