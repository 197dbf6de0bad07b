"""The pages on what went in: choices and settings, and the tables of the instance as they were solved."""

from __future__ import annotations

import json
from typing import Any

from allocator.instance.tables import TABLES
from allocator.plan.plan import Plan
from allocator.report.text.words import count
from allocator.report.workbook.book import GREY, LINE, WHOLE, WIDEST, Book, Field, Page, lines_of

INPUTS = "Inputs"
INPUT = "Input "
"""Start of the names of the sheets with the tables of the instance."""

TAB = "#9AA5B1"

WORDY = 100
"""Most characters to which a column of remarks grows: rows stay low, and fewer pages are printed."""

REMARKS = {"note", "title", "description"}


def table_pages(plan: Plan) -> list[str]:
    """The tables of the instance that have rows."""
    return [name for name in TABLES if plan.instance.tables[name]]


def write_inputs(book: Book, plan: Plan) -> None:
    """What was assumed and chosen, and how the solve went."""
    page = book.page(INPUTS, colour=TAB, landscape=False)
    page.title(
        "What went in",
        "The facts and choices that were solved, after the case, every change with --set, and the coalition. "
        "The sheets whose names begin with Input hold the tables.",
        to=1,
    )  # fmt: skip
    page.sheet.set_column(0, 0, 34)
    page.sheet.set_column(1, 1, 90)
    instance, manifest = plan.instance, plan.manifest
    settings = [(key, value) for key, value in _flat(instance.settings) if key != "format"]
    facts = [(_worded(key), _said(value)) for key, value in settings if not key.startswith("events.")]
    events = [(key[7:].replace("_", " "), _said(value)) for key, value in settings if key.startswith("events.")]
    _list(page, "The instance", facts)
    _list(page, "What is assumed to happen", events)
    changes = [("case", manifest["case"])] if "case" in manifest else []
    changes += [("coalition", manifest.get("coalition") or "everyone")]
    changes += [("changed", text) for text in manifest.get("overrides", [])] or [("changed", "nothing")]
    _list(page, "Changes to it", changes)
    model = [(key.replace("_", " "), _said(value)) for key, value in _flat(plan.model.to_dict())]
    _list(page, "The model", model)
    run = [(key.replace("_", " "), _said(value)) for key, value in _flat(manifest.get("options", {}))]
    run += [(f"version of {key}", str(value)) for key, value in manifest.get("versions", {}).items()]
    run += [
        ("seconds", f"{manifest.get('times', {}).get('total', 0):.1f}"),
        ("SHA-256 of the instance", manifest.get("sha256", "")),
    ]
    _list(page, "The run", run)
    tables = [(name.replace("_", " "), count(len(instance.tables[name]), "row")) for name in table_pages(plan)]
    _list(page, "Tables", tables)


def _flat(content: Any) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key, value in content.items():
        if hasattr(value, "items"):
            pairs += [(f"{key}.{inner}", cell) for inner, cell in value.items()]
        else:
            pairs.append((key, value))
    return pairs


def _worded(key: str) -> str:
    return key.replace("horizon.", "").replace("_", " ")


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, int | float):
        return f"{value:,.10g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _list(page: Page, title: str, pairs: list[tuple[str, str]]) -> None:
    if not pairs:
        return
    page.put(page.row, 0, title, bold=True, font_size=13)
    page.row += 1
    for key, value in pairs:
        page.put(page.row, 0, key, font_color=GREY)
        page.put(page.row, 1, value, text_wrap=True)
        lines = lines_of(value, 90)
        if lines > 1:
            page.sheet.set_row(page.row, LINE * lines + 2)
        page.row += 1
    page.row += 1


def write_table(book: Book, plan: Plan, name: str) -> None:
    """A table of the instance, as it was solved, with units in its headings."""
    page = book.page(INPUT + name, colour=TAB)
    rows = plan.instance.tables[name]
    used = {column for row in rows for column in row}
    columns = [column for column in TABLES[name].by_name.values() if column.required or column.name in used]
    fields = []
    for column in columns:
        unit = f", {column.unit}" if column.unit else ""
        kind = "text" if not column.numeric else WHOLE if column.kind == "whole" and not column.period else "general"
        fields.append(Field(f"{column.name}{unit}", kind, wide=WORDY if column.name in REMARKS else WIDEST))
    body = [[row.get(column.name) for column in columns] for row in rows]
    page.table(fields, body, filters=True, raw=True)
