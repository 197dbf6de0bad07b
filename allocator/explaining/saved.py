"""The deployments of a result that was saved: from a folder, a workbook, a JSON object, a plan or a DataFrame."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from allocator.arguments import shown
from allocator.errors import BadInput, BadUsage, Fault
from allocator.instance import Instance
from allocator.instance.cells import Unfit, convert, near, quoted
from allocator.instance.columns import Column
from allocator.instance.header import uneven
from allocator.instance.workbook_cells import CellReader
from allocator.instance.workbook_parts import Book, Damage, opened
from allocator.plan.plan import Plan
from allocator.purchases import Cell
from allocator.reading import Unreadable, check_file, not_json, read_text

TABLE = "deployments"
KEY = ("nation", "unit_type", "task", "period")
NEEDED = (*KEY, "units")
FORMS = (
    "a result of allocator: a folder with deployments.csv, a workbook with a sheet deployments, or the JSON of solve"
)

Rows = list[tuple[int | None, Mapping[str, Any]]]
"""Row as the user's editor counts it, and the cells."""


def saved_plan(source: Any, instance: Instance) -> dict[Cell, int]:
    """The deployments of a saved result, as those of an instance.

    Parameters
    ----------
    source : path, Plan, DataFrame or sequence of mappings
        A result folder, workbook or JSON file, or rows of ``deployments``.
    instance : Instance
        What the names are of. A period may lie beyond its horizon.

    Raises
    ------
    BadInput
        With every fault found: what cannot be read, what is missing, and names that the instance does not have.
    """
    if isinstance(source, Plan):
        place, rows = "the plan", _listed(source.rows(TABLE))
        if not source.found:
            raise BadUsage(f"the plan to start from holds no plan: its status is {source.status}")
    elif isinstance(source, str | os.PathLike):
        place, rows = _from_path(Path(source))
    elif hasattr(source, "to_dict") and hasattr(source, "columns"):
        place, rows = "the DataFrame", _listed(source.to_dict("records"))
    elif isinstance(source, Iterable) and not isinstance(source, bytes | Mapping):
        place, rows = "the plan", _listed(source)
    else:
        raise BadUsage(f"expected {FORMS}, a Plan, or a DataFrame of deployments; found {shown(source)}")
    return _understood(place, rows, instance)


def _listed(rows: Iterable[Any]) -> Rows:
    found = list(rows)
    strange = next((row for row in found if not isinstance(row, Mapping)), None)
    if strange is not None:
        raise BadUsage(f"expected rows of deployments, each with {', '.join(NEEDED)}; found {shown(strange)}")
    return list(enumerate(found, start=1))


# ---- carriers --------------------------------------------------------------------------------------------------------


def _from_path(path: Path) -> tuple[str, Rows]:
    try:
        if path.is_dir():
            file = path / f"{TABLE}.csv"
            answer = path / "answer.json"
            if not file.exists() and not answer.exists():
                raise Unreadable(f"a folder without {TABLE}.csv", FORMS)
            return _csv(file) if file.exists() else _json(answer)
        kind = path.suffix.lower()
        read = {".csv": _csv, ".json": _json, ".xlsx": _xlsx}.get(kind)
        if read is not None:
            return read(path)
        check_file(path)
    except Unreadable as wrong:
        raise BadInput([Fault(str(path), None, None, wrong.found, FORMS)]) from None
    except Damage as damage:
        raise BadInput([Fault(str(path), damage.row, None, damage.found, damage.expected)]) from None
    raise BadInput([Fault(str(path), None, None, f"a name that ends in {kind or 'nothing'}", FORMS)])


def _csv(path: Path) -> tuple[str, Rows]:
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    rows: Rows = []
    header: list[str] | None = None
    begins = 1
    try:
        for cells in reader:
            at, begins = begins, reader.line_num + 1
            if not any(cells):
                continue
            if header is None:
                header = cells
                _check_header(path.name, header, at)
            elif len(cells) != len(header):
                raise BadInput([uneven(path.name, at, cells, header)])
            else:
                rows.append((at, dict(zip(header, cells, strict=True))))
    except csv.Error as error:
        raise BadInput([Fault(path.name, begins, None, f"a broken record ({error})", "CSV as in RFC 4180")]) from None
    if header is None:
        raise BadInput([Fault(path.name, None, None, "no header", f"a first line with {', '.join(NEEDED)}")])
    return path.name, rows


def _check_header(place: str, header: Iterable[Any], at: int | None) -> None:
    names = [str(name) for name in header]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise BadInput(
            [Fault(place, at, name, "is missing", f"add it; a plan has {', '.join(NEEDED)}", " ") for name in missing]
        )


def _xlsx(path: Path) -> tuple[str, Rows]:
    check_file(path)
    with opened(path) as container:
        book = Book(container)
        part = next((part for name, part, trouble in book.sheets if name == TABLE and not trouble), None)
        if part is None:
            raise BadInput([Fault(str(path), None, None, f"no sheet {TABLE}", FORMS)])
        sheet = CellReader(book).read(part)
    filled = [(at, cells) for at, cells in sheet.rows.items() if any(cell != "" for cell in cells.values())]
    if not filled:
        raise BadInput([Fault(TABLE, None, None, "an empty sheet", f"a header with {', '.join(NEEDED)}")])
    at, header = filled[0]
    _check_header(TABLE, header.values(), at)
    return TABLE, [(at, {str(name): cells.get(i) for i, name in header.items()}) for at, cells in filled[1:]]


def _json(path: Path) -> tuple[str, Rows]:
    try:
        content = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise BadInput([not_json(error, "an object").fault(path.name)]) from None
    except (ValueError, RecursionError):
        raise BadInput([Fault(path.name, None, None, "nesting or numbers that no result has", FORMS)]) from None
    result = content if isinstance(content, dict) else {}
    if "plan" in result and TABLE not in result:  # the answer of an explanation
        result = result["plan"] if isinstance(result["plan"], dict) else {}
    rows = result.get(TABLE)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadInput([Fault(path.name, None, TABLE, "no list of deployments", FORMS)])
    status = result.get("status", "optimal")
    if status not in ("optimal", "feasible"):
        raise BadInput([Fault(path.name, None, "status", quoted(status), "a result with a plan: optimal or feasible")])
    return path.name, [(at, row) for at, row in enumerate(rows, start=1)]


# ---- rows ------------------------------------------------------------------------------------------------------------


def _understood(place: str, rows: Rows, instance: Instance) -> dict[Cell, int]:
    """Deployments from rows; each wrong name is reported once."""
    known = {
        name: [row[name] for row in instance.rows(table)]
        for name, table in (("nation", "nations"), ("unit_type", "unit_types"), ("task", "tasks"))
    }
    whole = {name: Column(name, "", "whole", least=least) for name, least in (("period", 1), ("units", 0))}
    faults: dict[tuple[str, str], Fault] = {}
    found: dict[Cell, int] = {}
    for at, row in rows:
        cells: dict[str, Any] = {}
        for name in NEEDED:
            cell = row.get(name)
            if name in known and cell in known[name]:
                cells[name] = cell
            elif name in known:
                expected = f"a {name} of {instance.name}{near(str(cell), known[name])}"
                what = "a blank" if cell in (None, "") else quoted(cell)
                faults.setdefault((name, str(cell)), Fault(place, at, name, what, expected))
            else:
                try:
                    cells[name] = convert(whole[name], "" if cell is None else cell, False)
                except Unfit as unfit:
                    what = "a blank" if cell in (None, "") else quoted(cell)
                    faults.setdefault((name, str(at)), Fault(place, at, name, what, unfit.args[0]))
        if len(cells) < len(NEEDED):
            continue
        key: Cell = (cells["nation"], cells["unit_type"], cells["task"], cells["period"])
        if key in found:
            faults.setdefault(("", str(key)), Fault(place, at, None, "a second row for the same deployment", "one row"))
        found[key] = cells["units"]
    if faults:
        raise BadInput(faults.values())
    return {key: units for key, units in found.items() if units}
