"""What a workbook does not say clearly is a fault that names the place; it is never taken for a blank."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from allocator.instance import workbook_cells, workbook_parts
from tests.instance.books import forces, parts, save, worksheet
from tests.instance.pasted import faults
from tests.present import present

UNSTORED = "a formula without a stored value"
CELLS = {
    "formula": ("<f>1+1</f>", UNSTORED),
    "formula with an empty value": ("<f>1+1</f><v></v>", UNSTORED),
    "formula with an empty element": ("<v /><f t='normal' >1+1</f >", UNSTORED),
    "formula with a blank value": ("<f>1+1</f><v> \n</v>", UNSTORED),
    "formula with a comment": ("<!-- <v>3</v> --><f>1+1</f><v><!-- 3 --></v>", UNSTORED),
    "formula without text": ("<f/>", UNSTORED),
    "shared formula": ('<f t="shared" si="0"/>', UNSTORED),
    "array formula": ('<f t="array" ref="D2">A1</f>', UNSTORED),
    "data table": ('<f t="dataTable" ref="D2:D3" r1="A1"/>', UNSTORED),
    "formula of text": ('t="str"><f>"2"</f>', UNSTORED),
    "formula of a flag": ('t="b"><f>1=1</f><v/>', UNSTORED),
    "formula of a shared text": ('t="s"><f>A1</f>', UNSTORED),
    "formula with an inline text": ('t="inlineStr"><f>A1</f><is/>', UNSTORED),
    "error": ('t="e"><v>#N/A</v>', "the error #N/A"),
    "error of a formula": ("t='e'><f>1/0</f><v>#DIV/0!</v>", "the error #DIV/0!"),
    "error with a comment": ('t="e"><v>#N/<!-- x -->A</v>', "the error #N/A"),
    "error without a value": ('t="e">', "an error"),
    "too large": ("<v>1E400</v>", "the number"),
    "too small": ("<v>1E-400</v>", "the number"),
    "exponent of 19 digits": ("<v>1E1234567890123456789</v>", "the number"),
    "NaN": ("<v>NaN</v>", '"NaN"'),
    "INF": ("<v>-INF</v>", '"-INF"'),
    "infinity": ("<v>infinity</v>", '"infinity"'),
    "letters": ("<v>abc</v>", '"abc"'),
    "decimal comma": ("<v>1,5</v>", '"1,5"'),
    "underscore": ("<v>1_000</v>", '"1_000"'),
    "digits of another script": ("<v>٣</v>", "in a cell of numbers"),
    "no-break space": ("<v>2\u00a0</v>", "in a cell of numbers"),
    "hexadecimal": ("<v>0x10</v>", '"0x10"'),
    "two numbers": ("<v>1 2</v>", '"1 2"'),
    "shared text out of range": ('t="s"><v>1</v>', "of 1"),
    "shared text with a sign": ('t="s"><v>-1</v>', '"-1"'),
    "shared text of a fraction": ('t="s"><v>0.0</v>', '"0.0"'),
    "shared text of many digits": (f't="s"><v>{"9" * 5000}</v>', "of 1"),
    "shared text without a number": ('t="s"><v/>', '""'),
    "flag": ('t="b"><v>2</v>', '"2"'),
    "flag without a value": ('t="b"><v/>', '""'),
    "unknown type": ('t="N"><v>2</v>', '"N"'),
    "unknown type without a name": ('t=""><v>2</v>', '""'),
    "inline text of another type": ("<is><t>2</t></is>", '"2"'),
    "value of an inline text": ('t="inlineStr"><v>2</v>', '"2"'),
    "no date": ('t="d"><v>tomorrow</v>', '"tomorrow"'),
    "date before all dates": ('s="1"><v>-1</v>', "in a cell of dates"),
    "date after all dates": ('s="1"><v>1E9</v>', "in a cell of dates"),
    "the last instant rounded up": ('s="1"><v>2958465.9999999999</v>', "in a cell of dates"),
    "a day that was none": ('s="1"><v>60</v>', "29 February 1900"),
    "time beyond all times": ('s="2"><v>1E300</v>', "in a cell of dates"),
    "style out of range": ('s="6"><v>2</v>', "the unknown style"),
    "style that is no number": ('s="x"><v>2</v>', "the unknown style"),
    "style below nought": ('s="-1"><v>2</v>', "the unknown style"),
}


def element(at: str, text: str) -> str:
    """A cell from its content, or from its attributes, > and its content."""
    attributes, content = ("", text) if text.startswith("<") else text.split(">", 1)
    return f'<c r="{at}" {attributes}>{content}</c>'


@pytest.mark.parametrize(("text", "found"), CELLS.values(), ids=CELLS)
def test_a_cell_without_a_value_is_one_fault(tmp_path: Path, text: str, found: str) -> None:
    """Whether its column may be blank or not."""
    for at, column in (("D2", "min_units"), ("C2", "units")):
        text = text.replace("D2", at)
        (fault,) = faults(save(tmp_path / "x.xlsx", parts(forces=forces({at: element(at, text)}))))
        assert (fault.place, fault.row, fault.column) == ("forces", 2, column)
        assert found in fault.found
        assert "spreadsheet program" in fault.expected


@pytest.mark.parametrize(("text", "found"), [CELLS["formula"], CELLS["error"], CELLS["NaN"]])
def test_settings_and_headers_too(tmp_path: Path, text: str, found: str) -> None:
    content = parts()
    whole = content["xl/worksheets/sheet1.xml"]
    row = int(present(re.search(r'<c r="A([0-9]+)"[^>]*><is><t>horizon.periods', whole))[1])
    for column, title in (("B", "value"), ("A", "key")):
        changed = re.sub(rf'<c r="{column}{row}".*?</c>', element(f"{column}{row}", text), whole)
        told = faults(save(tmp_path / "x.xlsx", content | {"xl/worksheets/sheet1.xml": changed}))
        here = ("instance", row, title)
        assert [found in f.found for f in told if (f.place, f.row, f.column) == here] == [True]
        assert [f.column for f in told if f.row is None] == ([] if column == "B" else ["horizon.periods"])
    (fault,) = faults(save(tmp_path / "x.xlsx", parts(forces=forces({"C1": element("C1", text)}))))
    assert (fault.place, fault.row, fault.column) == ("forces", 1, "C")


def test_a_row_of_nothing_but_faults_and_a_column_without_a_header(tmp_path: Path) -> None:
    sheet = forces(rows=f'<row r="5">{element("B5", "<f/>")}</row><row r="7">{element("K7", "<f/>")}</row>')
    told = faults(save(tmp_path / "x.xlsx", parts(forces=sheet)))
    assert [(f.row, f.column) for f in told if f.found == UNSTORED] == [(5, "unit_type"), (7, "K")]


def test_a_cell_of_an_array_without_a_value(tmp_path: Path) -> None:
    sheet = forces({"C2": element("C2", '<f t="array" ref="C2:D2">A1:B1</f><v>5</v>'), "D2": '<c r="D2"/>'})
    (fault,) = faults(save(tmp_path / "x.xlsx", parts(forces=sheet)))
    assert (fault.row, fault.column) == (2, "min_units")
    assert "C2:D2" in fault.found


def test_ranges_that_overlap_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_cells, "MOST_CELLS", 50)
    same = '<f t="array" ref="A2:E2">A1</f>'
    row = "".join(f'<c r="{c}2">{same}<v>1</v></c>' for c in "ABCDEFGHIJKLMN")
    (fault,) = faults(save(tmp_path / "x.xlsx", parts(forces=worksheet(f'<row r="2">{row}</row>'))))
    assert "overlap" in fault.found


REFERENCES = ["A0", "1A", "AAAA1", "A1:B2", "", "D", "2", "$D$2", "d2", " D2", "D02", "D2 ", "Ä2", "D٢", "R2C4", "XFE2"]
REFERENCES += ["D1048577", "D99999999999999999999", "ZZZZZZZ9999999999", "D-2", "D2.0", "D3", "_2", "D2\n"]


@pytest.mark.parametrize("reference", REFERENCES)
def test_broken_references(tmp_path: Path, reference: str) -> None:
    sheet = forces({"D2": f'<c r="{reference}"><v>2</v></c>'})
    (fault,) = faults(save(tmp_path / "x.xlsx", parts(forces=sheet)))
    assert (fault.place, fault.row) == ("forces", 2)
    assert reference.strip() in fault.found
    assert "cell" in fault.found


@pytest.mark.parametrize("number", ["0", "-1", "1048577", "9" * 5000, "x", "", "2.0", " 2", "٢"])
def test_broken_row_numbers(tmp_path: Path, number: str) -> None:
    sheet = forces(rows=f'<row r="{number}"><c><v>2</v></c></row>')
    (fault,) = faults(save(tmp_path / "x.xlsx", parts(forces=sheet)))
    assert fault.place == "forces"
    assert "the row number" in fault.found


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ('<row r="9"><c r="D9"><v>2</v></c><c r="D9"><v>2</v></c></row>', "the cell D9 twice"),
        ('<row r="9"><c r="B9"><v>2</v></c><c r="A9"><v>2</v></c><c><v>2</v></c></row>', "the cell B9 twice"),
        ('<row r="2"><c r="D2"><v>2</v></c></row>', "the cell D2 twice"),
        ('<row r="9"><c r="D9"><v>2</v><v>3</v></c></row>', "two values in the cell D9"),
        ('<row r="9"><c r="D9" t="inlineStr"><is/><is/></c></row>', "two values in the cell D9"),
        ('<row r="9"><c r="D9"><v>2<b/>3</v></c></row>', 'the element "b"'),
        ('<row r="9"><c r="D9"><w>2</w></c></row>', 'the element "w"'),
        ('<row r="9"><c r="D9"><q:v xmlns:q="q">2</q:v></c></row>', 'the element "v"'),
        ('<row r="9"><c r="D9"><v xmlns="">2</v></c></row>', 'the element "v"'),
        ('<row r="9"><c r="D9">2</c></row>', 'the text "2"'),
        ('<row r="9">2</row>', 'the text "2"'),
        ('<row r="9"><v>2</v></row>', 'the element "v"'),
        ('<c r="D9"><v>2</v></c>', 'the element "c"'),
        ('<m:AlternateContent xmlns:m="m"><m:Choice><row/></m:Choice></m:AlternateContent>', "AlternateContent"),
        ('<row><m:AlternateContent xmlns:m="m"/></row>', "AlternateContent"),
        ('</sheetData><m:AlternateContent xmlns:m="m"><row/></m:AlternateContent><sheetData>', 'the element "row"'),
        ("</sheetData><sheetData>", 'the element "sheetData"'),
        ('<row r="1"><c r="XFD1"/><c><v>2</v></c></row>', "beyond the last column"),
        ('<row r="1048576"/><row><c><v>2</v></c></row>', 'the row number "1048577"'),
    ],
)
def test_what_is_not_laid_out_as_rows_and_cells(tmp_path: Path, rows: str, found: str) -> None:
    (fault,) = faults(save(tmp_path / "x.xlsx", parts(forces=forces(rows=rows))))
    assert fault.place == "forces"
    assert found in fault.found


@pytest.mark.parametrize("value", ["<v>1</v>", "<f>1+1</f>"])
@pytest.mark.parametrize(
    ("far", "named"),
    [
        (("XFD1048576",), "XFD1048576 (1,048,576 rows by 16,384 columns)"),
        (("A1048576",), "A1048576 and E1"),
        (("XFD200",), "XFD200 (200 rows"),
        (("A1048576", "XFD5"), "A1048576 and XFD5 (1,048,576 rows"),
    ],
)
def test_far_cells_name_themselves_and_the_limit(tmp_path: Path, far: tuple[str, ...], named: str, value: str) -> None:
    rows = "".join(f'<row r="{re.sub("[A-Z]", "", at)}"><c r="{at}">{value}</c></row>' for at in far)
    told = faults(save(tmp_path / "x.xlsx", parts(forces=forces(rows=rows))))
    (fault,) = [f for f in told if f.row is None]
    assert fault.place == "forces"
    assert f"as far as {named}" in fault.found
    assert "2,000,000" in fault.expected
    assert len(told) == 1


def test_more_cells_than_the_limit_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_cells, "MOST_CELLS", 9)
    (fault,) = [f for f in faults(save(tmp_path / "x.xlsx", parts())) if f.place == "forces"]
    assert fault.found == "more than 9 cells with a value, up to row 2"
    monkeypatch.setattr(workbook_parts, "MOST_STRINGS", 0)
    (fault,) = faults(tmp_path / "x.xlsx")
    assert "xl/sharedStrings.xml" in fault.found


def test_a_day_beyond_the_year_9999(tmp_path: Path) -> None:
    content = parts(forces=forces({"D2": '<c r="D2" s="1"><v>2958000</v></c>'}))
    content["xl/workbook.xml"] = content["xl/workbook.xml"].replace("<sheets>", '<workbookPr date1904="true"/><sheets>')
    (fault,) = faults(save(tmp_path / "x.xlsx", content))
    assert (fault.row, fault.column) == (2, "min_units")
