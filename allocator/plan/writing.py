"""Writes the result tables of a plan as CSV files or as a workbook."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocator.arguments import path as a_path
from allocator.errors import BadUsage
from allocator.files import write_whole
from allocator.plan.tables import COLUMNS

if TYPE_CHECKING:
    from allocator.plan.plan import Plan


RESULTS = ("manifest.json", *(f"{table}.csv" for table in COLUMNS))
"""Names of the files of a result."""


def check_target(path: str | os.PathLike[str], names: Iterable[str] = RESULTS) -> None:
    """Refuse, before a solve, a path to which results cannot be written; ``names`` are those of earlier results.

    Raises
    ------
    BadUsage
        The path cannot be written; the message gives the reason.
    """
    target = Path(a_path("path", path))
    parent = target.absolute().parent
    while not parent.exists():
        parent = parent.parent
    try:
        tempfile.TemporaryFile(dir=parent).close()
    except OSError as error:
        raise BadUsage(f"{target}: {parent} cannot be written to ({error.strerror})") from None
    if target.suffix == ".xlsx":
        if target.is_dir():
            raise BadUsage(f"{target} is a folder, not a workbook")
    elif target.exists():
        if not target.is_dir():
            raise BadUsage(f"{target} is a file; results need a folder or a name that ends in .xlsx")
        known = set(names)
        strange = sorted(entry.name for entry in target.iterdir() if entry.name not in known)
        if strange:
            raise BadUsage(f"{target} holds other files ({', '.join(strange[:3])}); choose another folder")


def write_plan(plan: Plan, path: str | os.PathLike[str]) -> None:
    """Write the result tables and the manifest, whole or not at all; see :meth:`Plan.write`."""
    target = Path(a_path("path", path))
    check_target(target)
    if target.suffix == ".xlsx":
        write_whole(target, _workbook(plan))
        return
    content = {f"{table}.csv": _csv(table, plan.rows(table)) for table in COLUMNS}
    content["manifest.json"] = json.dumps({**plan.manifest, "reason": plan.reason}, indent=2, ensure_ascii=False) + "\n"
    write_whole(target, {name: text.encode("utf-8") for name, text in content.items()})


def _csv(table: str, rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS[table])
    for row in rows:
        writer.writerow([_cell(row[column]) for column in COLUMNS[table]])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def _workbook(plan: Plan) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        for table, columns in COLUMNS.items():
            sheet = book.add_worksheet(table)
            sheet.write_row(0, 0, columns, bold)
            sheet.freeze_panes(1, 0)
            for r, row in enumerate(plan.rows(table), start=1):
                sheet.write_row(r, 0, [row[column] for column in columns])
            sheet.autofit()
        sheet = book.add_worksheet("manifest")
        sheet.write_row(0, 0, ("key", "value"), bold)
        for r, (key, value) in enumerate({**plan.manifest, "reason": plan.reason}.items(), start=1):
            sheet.write_string(r, 0, key)
            sheet.write_string(r, 1, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        sheet.autofit()
    return out.getvalue()
