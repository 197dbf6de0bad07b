"""Writes the result tables of a plan as CSV files or as a workbook."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Iterable
from importlib import import_module
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
        report = import_module(
            "allocator.report.workbook.results"
        )  # reports are made of plans, so plans load them late
        write_whole(target, report.workbook(plan))
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
