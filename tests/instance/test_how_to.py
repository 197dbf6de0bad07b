"""The workbook of an instance guides the hand: a page of how-to, locked headings, and everything else open."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

import allocator
from allocator.instance.how_to import HOW_TO
from allocator.instance.tables import TABLES
from allocator.instance.write_xlsx import ALLOWED
from tests.instance.pasted import two

OFFICE = shutil.which("soffice")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("how-to") / "x.xlsx"
    allocator.write(two(), path)
    return path


def test_the_first_page_says_how_and_leads_to_every_sheet(path: Path) -> None:
    assert allocator.read(path).sha256 == two().sha256
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [HOW_TO, "instance", *TABLES]
    page = book[HOW_TO]
    targets = {row[0].hyperlink.location for row in page.iter_rows() if row[0].hyperlink}
    assert targets == {f"'{name}'!A1" for name in ("instance", *TABLES)}
    rows = {row[0].value: [cell.value for cell in row] for row in page.iter_rows()}
    assert rows["nations"] == ["nations", "a nation", "yes", 2]
    assert rows["groups"] == ["groups", "a membership", None, None]
    said = " ".join(str(row[0].value) for row in page.iter_rows())
    assert "allocator validate FILE.xlsx --mark CHECKED.xlsx" in said


def test_only_the_headings_are_locked(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    for name in ("instance", *TABLES):
        sheet = book[name]
        assert sheet.protection.sheet
        assert not sheet.protection.password
        assert all(cell.protection.locked for cell in sheet[1] if cell.value), name
        stored = [cell for (row, _), cell in sheet._cells.items() if row > 1]
        assert not any(cell.protection.locked for cell in stored), name
        forbidden = {what for what in (
            "formatCells", "formatColumns", "formatRows", "insertColumns", "insertRows", "insertHyperlinks",
            "deleteColumns", "deleteRows", "sort", "autoFilter", "pivotTables", "selectLockedCells",
            "selectUnlockedCells", "objects", "scenarios",
        ) if getattr(sheet.protection, what)}  # fmt: skip
        assert not forbidden, name
        assert len(ALLOWED) == 15
    nations = book["nations"]
    every_other = book._protections[book._cell_styles[0].protectionId]  # of cells that are not stored
    assert not every_other.locked
    assert nations.auto_filter.ref
    assert nations.freeze_panes


def test_what_the_user_adds_is_ignored(path: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(path)
    book[HOW_TO]["A1"] = "=1/0"
    book["nations"].cell(1, book["nations"].max_column + 1, "_mine")
    book.create_sheet("_calc")["A1"] = "=1+1"
    book.save(tmp_path / "y.xlsx")
    assert allocator.read(tmp_path / "y.xlsx").sha256 == two().sha256


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_a_workbook_that_libreoffice_saved_again(path: Path, tmp_path: Path) -> None:
    """It writes true and false as formulas, and every attribute of every cell."""
    home = f"-env:UserInstallation=file://{tmp_path}/profile"
    kind = "xlsx:Calc MS Excel 2007 XML"
    subprocess.run(
        [str(OFFICE), home, "--headless", "--convert-to", kind, "--outdir", str(tmp_path / "out"), str(path)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    assert allocator.read(tmp_path / "out" / "x.xlsx").sha256 == two().sha256
