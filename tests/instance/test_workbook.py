"""Workbooks in every legal spelling are read for what they hold."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from allocator import BadInput, read, write
from allocator.instance.workbook_cells import CellReader, letters
from allocator.instance.workbook_parts import Book, opened
from tests.instance.books import (
    INSTANCE,
    KIND,
    MAIN,
    PACKAGE,
    SHEET,
    STYLES,
    cell,
    forces,
    parts,
    relations,
    save,
    worksheet,
)
from tests.toys import toy

STRICT = {
    MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    KIND: "http://purl.oclc.org/ooxml/officeDocument/relationships",
}


def prefixed(text: str) -> str:
    """Every element of the part with a prefix."""
    text = re.sub(r"<(/?)(\w)", r"<\1x:\2", text)
    return text.replace("xmlns=", "xmlns:x=").replace("xmlns:r=", "xmlns:rel=").replace(" r:id=", " rel:id=")


def single_quotes(text: str) -> str:
    return re.sub(r'="([^"\']*)"', r"='\1'", text)


def strict(text: str) -> str:
    for name, other in STRICT.items():
        text = text.replace(name, other)
    return text


def spaced(text: str) -> str:
    text = re.sub(r"""([\w:]+)=(["'])""", r"\n\t\1 = \2", text)
    return re.sub(r"(</?(?:x:)?(?:row|c|v|is|sheetData|sheets|sheet|Relationship)\b[^>]*>)", r"\n  \1\n  ", text)


def commented(text: str) -> str:
    text = re.sub("<v>(.)", r"<v>\1<!-- 9 -->", text)
    more = "<!-- <c r='A1'><v>7</v></c> --><?pi <v>8</v> ?>"
    return re.sub(r"(<(?:row|c|v|is|t|sheets|sst)\b[^>]*>)", rf"\1{more}", text)


def as_libreoffice(text: str) -> str:
    """Every attribute written out, as LibreOffice does."""
    more = 'customFormat="false" ht="12.8" hidden="false" customHeight="false" outlineLevel="0" collapsed="false"'
    text = re.sub('<row r="([0-9]+)"', rf'<row r="\1" {more}', text)
    text = re.sub('<c r="([A-Z]+[0-9]+)"><v>', r'<c r="\1" s="0" t="n"><f aca="false">A1</f><v>', text)
    return text.replace("<sheets>", '<workbookPr backupFile="false" date1904="false"/><sheets>')


WHOLE = {
    "plain": lambda text: text,
    "declared": lambda text: f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n{text}',
    "prefixes": prefixed,
    "single quotes": single_quotes,
    "strict": strict,
    "white space": spaced,
    "comments and instructions": commented,
    "all of these": lambda text: spaced(single_quotes(prefixed(commented(strict(text))))),
    "UTF-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16, declared": lambda text: f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16-be").join(
        (b"\xfe\xff", b"")
    ),
    "LibreOffice": as_libreoffice,
    "references": lambda text: re.sub("<v>(.)", lambda m: f"<v>&#x{ord(m[1]):x};", text),
    "CDATA": lambda text: re.sub("<(v|t)>([^<&]*)<", r"<\1><![CDATA[\2]]><", text),
    "no references to cells": lambda text: re.sub(r'<(c|row) r="[A-Z]*[0-9]*"', r"<\1", text),
    "no references to rows": lambda text: re.sub(r'<row r="[0-9]*"', "<row", text),
}


@pytest.mark.parametrize("change", WHOLE.values(), ids=WHOLE)
def test_spellings_of_xml(tmp_path: Path, change: Callable[[str], str]) -> None:
    content = {name: change(text) for name, text in parts().items()}
    assert read(save(tmp_path / "x.xlsx", content)) == INSTANCE


def renamed(
    content: dict[str, str], change: Callable[[str], str], inside: Callable[[str], str] = lambda text: text
) -> dict[str, str]:
    return {change(name): inside(text) for name, text in content.items()}


def targets(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: re.sub('Target="([^"]*)"', lambda m: f'Target="{change(m[1])}"', text)


def elsewhere(name: str) -> str:
    return name.replace("xl/", "deep/er/").replace("workbook.xml", "Book 1.xml")


NAMES = {
    "capitals": lambda c: renamed(c, str.upper),
    "Workbook": lambda c: renamed(c, lambda n: n.replace("workbook", "Workbook")),
    "backslashes": lambda c: renamed(c, lambda n: n.replace("/", "\\")),
    "backslashes in targets": lambda c: renamed(c, str, targets(lambda t: t.replace("/", "\\"))),
    "absolute targets": lambda c: renamed(c, str, targets(lambda t: t if t.startswith("xl/") else f"/xl/{t}")),
    "absolute, also the workbook": lambda c: renamed(c, str, targets(lambda t: f"/xl/{t.removeprefix('xl/')}")),
    "targets from the root": lambda c: renamed(c, str, targets(lambda t: t if t.startswith("xl/") else f"xl/{t}")),
    "targets with dots": lambda c: renamed(c, str, targets(lambda t: t if t.startswith("xl/") else f"./../xl/./{t}")),
    "elsewhere": lambda c: renamed(c, elsewhere, targets(lambda t: elsewhere(t).replace(" ", "%20"))),
    "at the root": lambda c: renamed(c, lambda n: n.replace("xl/", ""), targets(lambda t: t.replace("xl/", ""))),
    "last first": lambda c: dict(reversed(c.items())),
}


@pytest.mark.parametrize("change", NAMES.values(), ids=NAMES)
def test_names_of_parts(tmp_path: Path, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
    assert read(save(tmp_path / "x.xlsx", change(parts()))) == INSTANCE


TWO = {
    "2.0": '<c r="D2"><v>2.0</v></c>',
    "exponent": '<c r="D2"><v>+20e-1</v></c>',
    "space around it": '<c r="D2" t="n"><v xml:space="preserve">\n 2\t</v></c>',
    "shared": '<c r="D2" t="s"><v>1</v></c>',
    "text": '<c r="D2" t="str"><v>2</v></c>',
    "runs": '<c r="D2" t="inlineStr"><is><r><rPr><b/></rPr><t></t></r><r><t>2</t></r></is></c>',
    "spoken": '<c r="D2" t="inlineStr"><is><t>2</t><rPh sb="0" eb="1"><t>x</t></rPh><phoneticPr fontId="1"/></is></c>',
    "formula": '<c r="D2"><f>1+1</f><v>2</v></c>',
    "formula after its value": '<c r="D2"><v>2</v><f ca="1">1+1</f></c>',
    "formula of text": '<c r="D2" t="str"><f>"2"</f><v>2</v></c>',
    "shared formula": '<c r="D2"><f t="shared" ref="D2:D9" si="0">A1</f><v>2</v></c>',
    "its follower": '<c r="D2"><f t="shared" si="0"/><v>2</v></c>',
    "array": '<c r="D2" cm="1"><f t="array" ref="D2" aca="1">A1</f><v>2</v></c>',
    "array of two": '<c r="D2"><f t="array" ref="C2:D2">A1</f><v>2</v></c>',
    "data table": '<c r="D2"><f t="dataTable" ref="D2" dt2D="1" r1="A1"/><v>2</v></c>',
    "extension": '<c r="D2"><v>2</v><extLst><ext uri="a"><c><f/></c></ext></extLst></c>',
    "percent style": '<c r="D2" s="4"><v>2</v></c>',
    "foreign attributes": '<c r="D2" xmlns:q="q" q:t="e" q:r="A9" vm="1"><v>2</v></c>',
}


@pytest.mark.parametrize("two", TWO.values(), ids=TWO)
def test_spellings_of_a_cell(tmp_path: Path, two: str) -> None:
    strings = f'<sst xmlns="{MAIN}"><si><t>one</t></si><si><r><t>2</t></r><rPh sb="0" eb="1"><t>x</t></rPh></si></sst>'
    assert read(save(tmp_path / "x.xlsx", parts(forces=forces({"D2": two}), strings=strings))) == INSTANCE


BLANK = {
    "absent": "",
    "style alone": '<c r="D2" s="1"/>',
    "of the type of shared texts": '<c r="D2" s="1" t="s"></c>',
    "empty value": '<c r="D2"><v/></c>',
    "empty text": '<c r="D2" t="str"><v></v></c>',
    "formula that gave an empty text": '<c r="D2" t="str"><f>""</f><v></v></c>',
    "empty inline text": '<c r="D2" t="inlineStr"><is><t/></is></c>',
    "empty inline": '<c r="D2" t="inlineStr"><is/></c>',
    "comment alone": '<c r="D2"><!-- <v>2</v> --></c>',
}


@pytest.mark.parametrize("blank", BLANK.values(), ids=BLANK)
def test_blank_cells(tmp_path: Path, blank: str) -> None:
    instance = read(save(tmp_path / "x.xlsx", parts(forces=forces({"D2": blank}))))
    assert instance == toy(forces=[{"nation": "AAA", "unit_type": "bn", "units": 5, "note": "Ünit & co"}])


OWN = {
    "values": cell("H2", "anything"),
    "formula": '<c r="H2"><f>1+1</f></c>',
    "error": '<c r="H2" t="e"><v>#N/A</v></c>',
    "no number": '<c r="H2"><v>1,5</v></c>',
    "no shared text": '<c r="H2" t="s"><v>99</v></c>',
}


@pytest.mark.parametrize("own", OWN.values(), ids=OWN)
def test_columns_of_the_user_s_own(tmp_path: Path, own: str) -> None:
    far = '<row r="1048576"><c r="F1048576"><f>1+1</f></c><c r="H1048576"><v>1</v></c></row>'
    sheet = forces({"F1": cell("F1", "_mine"), "H1": cell("H1", "_mine"), "H2": own}, far)
    assert read(save(tmp_path / "x.xlsx", parts(forces=sheet))) == INSTANCE


def with_sheet(
    content: dict[str, str], name: str, kind: str = "worksheet", text: str | None = None, state: str = ""
) -> dict[str, str]:
    """The parts with one sheet more."""
    more = f'<sheet name="{name}" sheetId="99" {state} r:id="r99"/></sheets>'
    content["xl/workbook.xml"] = content["xl/workbook.xml"].replace("</sheets>", more)
    rels = content["xl/_rels/workbook.xml.rels"]
    target = relations([("r99", kind, "worksheets/mine.xml")]).partition(">")[2]
    content["xl/_rels/workbook.xml.rels"] = rels.replace("</Relationships>", "") + target
    if text is not None:
        content["xl/worksheets/mine.xml"] = text
    return content


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("worksheet", worksheet('<row r="1"><c r="A1"><f>1</f></c></row>')),
        ("worksheet", worksheet('<row r="1"><c r="1A"><v>1</v></c></row>')),
        ("worksheet", "no XML"),
        ("worksheet", None),
        ("chartsheet", None),
    ],
)
def test_sheets_of_the_user_s_own(tmp_path: Path, kind: str, text: str | None) -> None:
    assert read(save(tmp_path / "x.xlsx", with_sheet(parts(), "_mine", kind, text))) == INSTANCE


def test_hidden_sheets_are_read(tmp_path: Path) -> None:
    content = parts()
    content["xl/workbook.xml"] = content["xl/workbook.xml"].replace('name="forces"', 'name="forces" state="veryHidden"')
    assert read(save(tmp_path / "x.xlsx", content)) == INSTANCE


def test_what_is_around_the_cells_makes_no_difference(tmp_path: Path) -> None:
    after = '<mergeCells><mergeCell ref="F2:G4"/></mergeCells><dataValidations><dataValidation><formula1>1</formula1>'
    after += '</dataValidation></dataValidations><extLst><ext xmlns:q="q"><q:f>1</q:f></ext></extLst>'
    far = '<row r="1048576" hidden="1"><c r="XFD1048576" s="1"/><extLst><ext/></extLst></row>'
    assert read(save(tmp_path / "x.xlsx", parts(forces=forces(rows=far, after=after)))) == INSTANCE


def test_texts_of_what_xml_cannot_hold(tmp_path: Path) -> None:
    sheet = forces({"E2": cell("E2", "one_x000D_\ntwo_x005F_x000D__xD83D_ _x41_")})
    instance = read(save(tmp_path / "x.xlsx", parts(forces=sheet)))
    assert instance.rows("forces")[0]["note"] == "one\ntwo_x000D__xD83D_ _x41_"


def test_rows_out_of_order_and_in_two_pieces(tmp_path: Path) -> None:
    sheet = worksheet(
        f'<row r="3">{cell("A3", "AAA")}{cell("B3", "bn")}</row><row r="2">{cell("A2", "nation")}'
        f"{cell('B2', 'unit_type')}{cell('C2', 'units')}</row><row>{cell('C3', 5)}</row>"
    )
    assert read(save(tmp_path / "x.xlsx", parts(forces=sheet))) == toy()


@pytest.mark.parametrize(
    ("element", "shown"),
    [
        ('<c r="E2" s="1"><v>45757</v></c>', "2025-04-10"),
        ('<c r="E2" s="1"><v>45757.25</v></c>', "2025-04-10T06:00:00"),
        ('<c r="E2" s="1"><v>59</v></c>', "1900-02-28"),
        ('<c r="E2" s="1"><v>61</v></c>', "1900-03-01"),
        ('<c r="E2" s="3"><v>45757</v></c>', "2025-04-10"),
        ('<c r="E2" s="3"><v>0.5</v></c>', "12:00:00"),
        ('<c r="E2" s="2"><v>1.5</v></c>', "1 day, 12:00:00"),
        ('<c r="E2" s="5"><v>1.5</v></c>', "1 day, 12:00:00"),
        ('<c r="E2" s="4"><v>1.5</v></c>', "1.5"),
        ('<c r="E2" t="d"><v>2025-04-10</v></c>', "2025-04-10"),
        ('<c r="E2" t="d"><v>2025-04-10T06:00:00</v></c>', "2025-04-10T06:00:00"),
        ('<c r="E2" t="d"><v>06:00:00</v></c>', "06:00:00"),
        ('<c r="E2" t="b"><v>1</v></c>', "true"),
        ('<c r="E2" t="b"><v>false</v></c>', "false"),
    ],
)
def test_other_values_as_text(tmp_path: Path, element: str, shown: str) -> None:
    instance = read(save(tmp_path / "x.xlsx", parts(forces=forces({"E2": element}))))
    assert instance.rows("forces")[0]["note"] == shown


def test_the_first_style_may_be_a_date(tmp_path: Path) -> None:
    styles = STYLES.replace('<cellXfs><xf numFmtId="0"/>', '<cellXfs><xf numFmtId="14"/>')
    sheet = forces({"C2": cell("C2", "5"), "D2": cell("D2", "2"), "E2": '<c r="E2"><v>45757</v></c>'})
    content = parts(forces=sheet, styles=styles)
    content = {name: text.replace('"><v>', '" s="4"><v>') if name != SHEET else text for name, text in content.items()}
    assert read(save(tmp_path / "x.xlsx", content)).rows("forces")[0]["note"] == "2025-04-10"


def test_days_since_1904(tmp_path: Path) -> None:
    content = parts(forces=forces({"E2": '<c r="E2" s="1"><v>44295</v></c>'}))
    content["xl/workbook.xml"] = content["xl/workbook.xml"].replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    assert read(save(tmp_path / "x.xlsx", content)).rows("forces")[0]["note"] == "2025-04-10"


def test_a_date_in_a_column_of_numbers_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read(save(tmp_path / "x.xlsx", parts(forces=forces({"D2": '<c r="D2" s="1"><v>2</v></c>'}))))
    (fault,) = caught.value.faults
    assert (fault.place, fault.row, fault.column) == ("forces", 2, "min_units")


def cells_of(path: Path) -> dict[str, dict[tuple[int, int], Any]]:
    """Sheet -> {(row from 1, column from 0): value} as this reader has it."""
    with opened(path) as container:
        book = Book(container)
        reader = CellReader(book)
        sheets = {name: reader.read(part) for name, part, _ in book.sheets}
    assert not any(sheet.odd for sheet in sheets.values())
    return {
        name: {(r, c): v for r, row in sheet.rows.items() for c, v in row.items()} for name, sheet in sheets.items()
    }


VALUES = [
    *("text", " spaced ", "two\nlines", "Türkiye 🚢", "=1+1", "a&b<c>", "''", "007"),
    *(0, -1, 0.1, 1e-9, 123456789.125, 1e15, 2.5e300, 1 / 3, True, False),
    *(datetime.datetime(2025, 4, 10), datetime.datetime(1999, 12, 31, 23, 59, 59), datetime.datetime(1904, 3, 1)),
    *(datetime.time(6, 30), datetime.timedelta(hours=30)),
]


@pytest.mark.parametrize("since_1904", [False, True])
@pytest.mark.parametrize("writer", ["openpyxl", "xlsxwriter"])
def test_other_programs_read_the_same(tmp_path: Path, writer: str, since_1904: bool) -> None:
    """What two writers wrote is read as two other readers read it."""
    import openpyxl
    import python_calamine
    import xlsxwriter

    path = tmp_path / "x.xlsx"
    if writer == "openpyxl":
        book = openpyxl.Workbook()
        if since_1904:
            book.epoch = openpyxl.utils.datetime.MAC_EPOCH
        sheet = book.active
        for i, value in enumerate(VALUES):
            at = sheet.cell(2 * i + 2, 30 * i + 1)
            at.value = value
            if isinstance(value, str):
                at.data_type = "s"
        book.save(path)
    else:
        with xlsxwriter.Workbook(path, {"date_1904": since_1904, "strings_to_formulas": False}) as other:
            sheet = other.add_worksheet("Sheet")
            formats = {
                datetime.datetime: other.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"}),
                datetime.time: other.add_format({"num_format": 21}),
                datetime.timedelta: other.add_format({"num_format": "[hh]:mm:ss"}),
            }
            for i, value in enumerate(VALUES):
                sheet.write(2 * i + 1, 30 * i, value, formats.get(type(value)))
    here = cells_of(path)["Sheet"]
    assert list(here) == [(2 * i + 2, 30 * i) for i in range(len(VALUES))]
    read_by_openpyxl = openpyxl.load_workbook(path, data_only=True).active
    calamine = python_calamine.load_workbook(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    for (row, column), value in here.items():
        assert same(value, VALUES[row // 2 - 1])
        assert same(value, read_by_openpyxl.cell(row, column + 1).value)
        assert same(value, calamine[row - 1][column])


def same(here: object, there: object) -> bool:
    if isinstance(there, datetime.date) and not isinstance(there, datetime.datetime):
        there = datetime.datetime.combine(there, datetime.time())
    return here == there and isinstance(here, bool) == isinstance(there, bool)


@pytest.mark.parametrize("name", ["toy-rotation", "reassurance-force"])
def test_a_written_instance_saved_again_by_openpyxl(tmp_path: Path, name: str) -> None:
    import openpyxl

    instance = read(name)
    write(instance, tmp_path / "x.xlsx")
    openpyxl.load_workbook(tmp_path / "x.xlsx").save(tmp_path / "y.xlsx")
    assert read(tmp_path / "y.xlsx") == instance


def test_letters_of_columns() -> None:
    assert [letters(i) for i in (0, 25, 26, 701, 702, 16_383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


def test_relations_with_a_prefix(tmp_path: Path) -> None:
    content = parts()
    content["_rels/.rels"] = (
        f'<p:Relationships xmlns:p="{PACKAGE}"><p:Relationship Id="a" Type="{KIND}/metadata" Target="nowhere.xml"/>'
        f'<p:Relationship Target="/xl/workbook.xml" Type="{KIND}/officeDocument" Id="b"/></p:Relationships>'
    )
    assert read(save(tmp_path / "x.xlsx", content)) == INSTANCE
