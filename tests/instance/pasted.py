"""A small sound instance, and ways to write it as people do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from allocator import BadInput, Instance, read, write
from allocator.errors import Fault
from tests.toys import Row, pools, toy, willing

HEADER = "nation,unit_type,units\n"
BODY = "AAA,bn,5\nBBB,bn,5\n"
SOUND = HEADER + BODY


def two(events: Row | None = None, **tables: list[Row]) -> Instance:
    """Two nations with a pool each."""
    nations = [{"nation": "AAA", "gdp": 1000.0, "can_lead": True}, {"nation": "BBB"}]
    content: dict[str, Any] = {
        "nations": nations, "forces": pools(5, "AAA", "BBB"), "willingness": willing("AAA", "BBB"), **tables,
    }  # fmt: skip
    return toy(periods=2, events=events, **content)


def faults(path: Path | str) -> tuple[Fault, ...]:
    with pytest.raises(BadInput) as caught:
        read(path)
    return caught.value.faults


def fault_lines(path: Path) -> list[str]:
    return [str(fault) for fault in faults(path)]


def workbook(tmp_path: Path, change: Callable[[Workbook], object]) -> Path:
    path = tmp_path / "x.xlsx"
    write(two(), path)
    book = load_workbook(path)
    change(book)
    book.save(path)
    return path


def refilled(rows: Iterable[Iterable[object]], sheet: str = "forces") -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        book[sheet].delete_rows(1, book[sheet].max_row)
        for row in rows:
            book[sheet].append(row)

    return change
