"""The page of how-to in the workbook of an instance; its name makes it the user's own, so that readers ignore it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocator.instance.columns import OWN
from allocator.instance.tables import TABLES

if TYPE_CHECKING:
    from allocator.instance.facts import Facts

HOW_TO = f"{OWN}how-to"

STEPS = (
    "1. Fill in the sheets from left to right: who there is, what a unit gives, what is asked, who has what, who will.",
    "2. Save the workbook, and check it:  allocator validate FILE.xlsx --mark CHECKED.xlsx",
    "    CHECKED.xlsx is your workbook with every faulty cell in colour and a comment that says what is expected.",
    "3. Solve it:  allocator solve FILE.xlsx --out RESULT.xlsx",
)

RULES = (
    "A dark heading marks a column that must be filled; in the others, a blank cell has the meaning in its note.",
    "Rest the pointer on a heading to read what the column means, its unit, and what is allowed.",
    "Headings are locked against accidents; all else can be changed. Unprotect a sheet to change them (no password).",
    "A number c may have a range: add columns c_low and c_high, such as units_low and units_high.",
    "Every table may have the columns source (a key of the sheet sources) and note.",
    f"A column or a sheet whose name begins with {OWN} is your own and is ignored, like this page.",
    "A formula counts by its stored result. An identifier has letters, digits, _ and -, and no spaces.",
)


def write_how_to(book: Any, instance: Facts) -> None:
    """Write the page as the next sheet of a workbook of XlsxWriter."""
    sheet = book.add_worksheet(HOW_TO)
    sheet.hide_gridlines(2)
    sheet.set_tab_color("#9AA5B1")
    for c, width in enumerate((22, 76, 9, 9)):
        sheet.set_column(c, c, width)
    bold, big = book.add_format({"bold": True}), book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "bg_color": "#D9E2EC", "bottom": 1})
    link = book.add_format({"font_color": "#2B6CB0", "underline": 1})
    row = _lines(sheet, 0, "How to use this workbook", STEPS, big)
    row = _lines(sheet, row, "Rules", RULES, bold)
    for c, title in enumerate(("sheet", "one row is", "needed", "rows")):
        sheet.write_string(row, c, title, head)
    about = [("instance", "a setting: name, title, horizon, and events that are assumed true or false", True, 0)]
    about += [(table.name, table.row, table.required, len(instance.tables[table.name])) for table in TABLES.values()]
    for r, (name, what, required, rows) in enumerate(about, start=row + 1):
        sheet.write_url(r, 0, f"internal:'{name}'!A1", link, name)
        sheet.write_string(r, 1, what)
        if required:
            sheet.write_string(r, 2, "yes")
        if rows:
            sheet.write_number(r, 3, rows)


def _lines(sheet: Any, row: int, title: str, lines: tuple[str, ...], form: Any) -> int:
    """A heading and lines below it; returns the row of the next block."""
    sheet.write_string(row, 0, title, form)
    for r, line in enumerate(lines, start=row + 1):
        sheet.write_string(r, 0, line)
    return row + len(lines) + 2
