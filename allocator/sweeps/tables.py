"""The tables of a sweep as CSV, JSON, Excel workbook or Parquet."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from allocator.arguments import path as a_path
from allocator.errors import BadUsage
from allocator.model import OBJECTIVES
from allocator.outcome import Bounds
from allocator.sweeps.run.row import Row

SUFFIXES = (".csv", ".json", ".xlsx", ".parquet")
"""File endings of tables."""


def check_table(path: str | os.PathLike[str]) -> Path:
    """Refuse a file name that cannot hold a table, before anything is solved.

    Raises
    ------
    BadUsage
    """
    target = Path(a_path("path", path))
    if target.suffix not in SUFFIXES:
        raise BadUsage(f"{target}: expected a name that ends in {', '.join(SUFFIXES)}")
    if target.is_dir() or not target.absolute().parent.is_dir():
        raise BadUsage(f"{target}: expected a file (not a folder) in an existing folder")
    if target.suffix == ".parquet":
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            raise BadUsage(f'{target}: Parquet needs pyarrow; in the clone: pip install ".[parquet]"') from None
    return target


def record(row: Row) -> dict[str, Any]:
    """A row as in the table ``sweep``: inputs, status, objectives with bounds, members and measures."""
    record: dict[str, Any] = {
        **row.point.inputs, "weight": row.point.weight, "status": row.status, "reason": row.reason,
        "how": "known" if row.proved else "+".join(sorted(set(row.how))),
    }  # fmt: skip
    stages = {name: Bounds(name, value, bound) for name, value, bound in row.stages}
    for name in OBJECTIVES:
        value = (row.values or {}).get(name)
        record[name] = value
        if value is not None and name in stages:
            proved = stages[name].beside(value)
            record |= dict(zip((f"{name}_given_up", f"{name}_bound", f"{name}_gap"), proved, strict=True))
    if row.found:
        record |= {"members": len(row.members), "nations": " ".join(row.members)}
    kept = {name: figure for name, figure in (row.measures or {}).items() if name not in (*OBJECTIVES, "members")}
    return {**record, **kept, "seconds": (row.seconds or {}).get("total")}


def _csv(columns: list[str], rows: Iterator[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _json(columns: list[str], rows: Iterator[dict[str, Any]]) -> bytes:
    content = [{name: row.get(name) for name in columns} for row in rows]
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=0).encode()


def _xlsx(columns: list[str], rows: Iterator[dict[str, Any]]) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet("sweep")
        heading = book.add_format({"bold": True, "bottom": 1, "bg_color": "#D9E2EC"})
        quoted = book.add_format({"quote_prefix": True})  # stays text if somebody edits the cell
        sheet.write_row(0, 0, columns, heading)
        sheet.freeze_panes(1, 0)
        for c, name in enumerate(columns):
            sheet.set_column(c, c, min(40, max(10, len(name) + 3)), book.add_format({"num_format": _shown(name)}))
        last = 0
        for last, row in enumerate(rows, start=1):
            if sheet.write_row(last, 0, [row.get(name) for name in columns]):
                raise BadUsage(f"a sheet holds {last:,} lines and the table has more; write it as .csv or .parquet")
            for c, name in enumerate(columns):
                cell = row.get(name)
                if isinstance(cell, str) and cell.startswith(FORMULA):
                    sheet.write_string(last, c, cell, quoted)
        sheet.autofilter(0, 0, max(1, last), max(0, len(columns) - 1))
    return out.getvalue()


FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Signs with which a spreadsheet would begin a formula."""

SHARES = ("gap", "worst_period", "coverage", "unmet", "worst_unmet")
"""Starts of the names of columns that hold shares of what is asked, up to a point or an underscore."""

MILLIONS = ("cost", "imbalance", "procurement", "people", "people_of")
"""The same for columns of large figures."""


def _shown(name: str) -> str:
    """The number format of a column of a sweep."""
    head = name.partition(".")[0]
    for end in ("_given_up", "_bound"):
        head = head.removesuffix(end)
    if head.endswith("_gap") or head in SHARES:
        return "0.00 %"
    return "#,##0.0" if head in (*MILLIONS, "cost_a_year") else "General"


def _parquet(columns: list[str], rows: Iterator[dict[str, Any]]) -> bytes:
    import pandas as pd

    frame = pd.DataFrame(list(rows), columns=columns)
    for name in columns:  # an input may be a number in one row and a text in another
        if len({isinstance(cell, str) for cell in frame[name] if cell is not None}) > 1:
            frame[name] = [None if cell is None else str(cell) for cell in frame[name]]
    content: bytes = frame.to_parquet(index=False)
    return content


_MAKERS = {".csv": _csv, ".json": _json, ".xlsx": _xlsx, ".parquet": _parquet}


def content(suffix: str, columns: list[str], rows: Iterator[dict[str, Any]]) -> bytes:
    """A table as the content of a file with one of the endings :data:`SUFFIXES`."""
    return _MAKERS[suffix](columns, rows)
