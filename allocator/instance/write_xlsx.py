"""Writes the workbook: a page of how-to, drop-downs, notes on the headers, locked headers, text stored as text."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from allocator.instance.columns import Column, blank_means
from allocator.instance.how_to import write_how_to
from allocator.instance.tables import SETTINGS, TABLES

if TYPE_CHECKING:
    from allocator.instance.facts import Facts

SPARE = 500
"""Number of rows below the last one that are formatted for more input."""

ALLOWED = dict.fromkeys(
    (
        "objects", "scenarios", "format_cells", "format_columns", "format_rows", "insert_columns", "insert_rows",
        "insert_hyperlinks", "delete_columns", "delete_rows", "sort", "autofilter", "pivot_tables",
        "select_locked_cells", "select_unlocked_cells",
    ),
    True,
)  # fmt: skip
"""What the protection of a sheet allows: everything but to change the locked headers. It has no password."""


def workbook(instance: Facts) -> bytes:
    """The workbook carrier of an instance."""
    import xlsxwriter

    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "default_date_format": None,
        "default_format_properties": {"locked": False},
    }
    with xlsxwriter.Workbook(out, options) as book:
        formats = {
            "header": book.add_format({"bold": True, "bottom": 1, "bg_color": "#D9E2EC", "locked": True}),
            "required": book.add_format({"bold": True, "bottom": 1, "bg_color": "#BCCCDC", "locked": True}),
            "text": book.add_format({"num_format": "@", "locked": False}),
            "number": book.add_format({"locked": False}),
        }
        write_how_to(book, instance)
        _settings(book.add_worksheet("instance"), instance, formats)
        for name in TABLES:
            _table(book.add_worksheet(name), name, instance, formats)
        for sheet in book.worksheets():
            sheet.set_paper(9)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            sheet.set_footer("&L&A&RPage &P of &N")
        book.worksheets()[0].set_portrait()  # the page on how to fill it: one page
    return out.getvalue()


def _settings(sheet: Any, instance: Facts, formats: dict[str, Any]) -> None:
    sheet.write_row(0, 0, ("key", "value"), formats["required"])
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 0, 28, formats["text"])
    sheet.set_column(1, 1, 60, formats["text"])
    values: list[tuple[str, Any]] = []
    for key, value in instance.settings.items():
        if hasattr(value, "items"):
            values += [(f"{key}.{inner}", cell) for inner, cell in value.items()]
        else:
            values.append((key, value))
    for r, (key, value) in enumerate(values, start=1):
        sheet.write_string(r, 0, key, formats["text"])
        if key in SETTINGS:
            sheet.write_comment(r, 0, SETTINGS[key].meaning)
        if isinstance(value, bool):
            sheet.write_boolean(r, 1, value, formats["number"])
        elif isinstance(value, int):
            sheet.write_number(r, 1, value, formats["number"])
        else:
            _string(sheet, r, 1, value, formats["text"])
    sheet.protect("", ALLOWED)


def _string(sheet: Any, row: int, column: int, text: str, form: Any) -> None:
    if len(text) > 32_767:
        raise ValueError(f"a text of {len(text):,} characters does not fit a workbook's cell (32,767)")
    sheet.write_string(row, column, text, form)


def _table(sheet: Any, name: str, instance: Facts, formats: dict[str, Any]) -> None:
    rows = instance.tables[name]
    used = {column for row in rows for column in row}
    table = TABLES[name]
    shown = [c for c in table.by_name.values() if c in table.columns or c.name in used or c.name in ("source", "note")]
    sheet.freeze_panes(1, len(table.key) if len(table.key) < 3 else 1)
    last = len(rows) + SPARE
    for c, column in enumerate(shown):
        text = not column.numeric and column.kind != "flag"
        form = formats["text" if text else "number"]
        widest = max((len(str(row.get(column.name, ""))) for row in rows), default=0)
        sheet.set_column(c, c, min(max(len(column.name), widest) + 2, 50), form)
        sheet.write_string(0, c, column.name, formats["required" if column.required else "header"])
        sheet.write_comment(0, c, _note(column), {"x_scale": 2})
        _validate(sheet, c, column, last, instance)
        for r, row in enumerate(rows, start=1):
            value = row.get(column.name)
            if value is None:
                continue
            if isinstance(value, bool):
                sheet.write_boolean(r, c, value, form)
            elif isinstance(value, int | float) and float(f"{value:.16G}") == value:
                sheet.write_number(r, c, value, form)
            elif isinstance(value, int | float):  # a workbook stores 16 digits of a number, but all digits of a text
                sheet.write_string(r, c, repr(value), form)
            else:
                _string(sheet, r, c, value, form)
    sheet.autofilter(0, 0, max(1, len(rows)), len(shown) - 1)
    sheet.protect("", ALLOWED)


def _note(column: Column) -> str:
    parts = [column.meaning, f"Expected: {column.expected}."]
    if column.unit:
        parts.append(f"Unit: {column.unit}.")
    blank = blank_means(column)
    if blank:
        parts.append("Required." if column.required else f"Blank: {blank}.")
    return "\n".join(parts)


def _validate(sheet: Any, c: int, column: Column, last: int, instance: Facts) -> None:
    """A drop-down if the values are known; the spreadsheet only warns about another entry, the reader refuses it."""
    rule: dict[str, Any] = {"error_type": "warning", "ignore_blank": True}
    if column.choices:
        rule |= {"validate": "list", "source": list(column.choices)}
    elif column.kind == "flag":
        rule |= {"validate": "list", "source": ["TRUE", "FALSE"]}
    elif column.refers:
        rows = len(instance.tables[column.refers]) + SPARE
        rule |= {"validate": "list", "source": f"={column.refers}!$A$2:$A${rows + 1}"}
    else:
        return
    sheet.data_validation(1, c, last, c, rule)
