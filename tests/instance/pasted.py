"""A small sound instance, and ways to write it as people do."""

from __future__ import annotations

import pytest

from allocator import BadInput, read, write
from tests.toys import pools, toy, willing

HEADER = "nation,unit_type,units\n"
BODY = "AAA,bn,5\nBBB,bn,5\n"
SOUND = HEADER + BODY


def two(**tables):
    """Two nations with a pool each."""
    nations = [{"nation": "AAA", "gdp": 1000.0, "can_lead": True}, {"nation": "BBB"}]
    return toy(
        periods=2,
        **{"nations": nations, "forces": pools(5, "AAA", "BBB"), "willingness": willing("AAA", "BBB"), **tables},
    )


def fault_lines(path):
    with pytest.raises(BadInput) as caught:
        read(path)
    return [str(fault) for fault in caught.value.faults]


def workbook(tmp_path, change):
    import openpyxl

    path = tmp_path / "x.xlsx"
    write(two(), path)
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


def refilled(rows, sheet="forces"):
    def change(book):
        book[sheet].delete_rows(1, book[sheet].max_row)
        for row in rows:
            book[sheet].append(row)

    return change
