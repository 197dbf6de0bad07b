"""A workbook with faults comes back whole, with its faults marked; a second check takes the marks away."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from click.testing import CliRunner, Result

import allocator
from allocator import BadInput, BadUsage, read
from allocator.cli.validate import command
from allocator.errors import Fault
from allocator.marking import FAULTS, mark
from allocator.marking.comments import HEADING
from allocator.marking.styles import FILL
from tests.instance.books import INSTANCE, cell, forces, parts, save
from tests.instance.pasted import two
from tests.instance.test_workbook import WHOLE
from tests.toys import toy


def faults_of(path: Path) -> tuple[Fault, ...]:
    try:
        read(path)
    except BadInput as bad:
        return bad.faults
    return ()


def validate(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def marks(path: Path) -> dict[str, str]:
    """Cell -> its comment, of the cells that have the fill of a mark."""
    book = openpyxl.load_workbook(path)
    cells = [c for sheet in book if sheet.title != FAULTS for row in sheet.iter_rows() for c in row]
    marked = [c for c in cells if c.fill.fill_type == "solid" and c.fill.fgColor.rgb == FILL]
    return {f"{c.parent.title}!{c.coordinate}": c.comment.text if c.comment else "" for c in marked}


def whole(path: Path) -> None:
    """A workbook with faults in cells, a calculation of its own, a chart, a sparkline and a text of two colours."""
    book = xlsxwriter.Workbook(path)
    percent, red = book.add_format({"num_format": "0 %", "bg_color": "#00FF00"}), book.add_format({"color": "red"})
    for name, rows in toy().to_dict().items():
        sheet = book.add_worksheet(name)
        if name == "instance":
            sheet.write_row(0, 0, ("key", "value"))
            flat = [(k, v) for k, v in rows.items() if not isinstance(v, dict)]
            flat += [(f"{k}.{i}", w) for k, v in rows.items() if isinstance(v, dict) for i, w in v.items()]
            for r, pair in enumerate(flat, start=1):
                sheet.write_row(r, 0, pair)
            continue
        columns = list(dict.fromkeys(column for row in rows for column in row))
        sheet.write_row(0, 0, columns)
        for r, row in enumerate(rows, start=1):
            sheet.write_row(r, 0, [row.get(column) for column in columns])
        if name == "forces":
            sheet.write(1, 2, "five", percent)
            sheet.write(0, 4, "_why")
            sheet.write_formula(1, 4, "=_calc!A2", None, 6)
            sheet.write_comment(1, 1, "mine")
            sheet.write(1, 1, "battery")
        if name == "nations":
            sheet.write_formula(1, 2, "=_calc!A1*500", None, 1000)
    sheet = book.add_worksheet("_calc")
    sheet.write(0, 0, 2)
    sheet.write_formula(1, 0, "=A1*3", None, 6)
    sheet.write_rich_string(2, 0, "plain ", red, "red")
    sheet.add_sparkline(3, 0, {"range": "_calc!A1:A2"})
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=_calc!$A$1:$A$2"})
    sheet.insert_chart(5, 1, chart)
    book.close()


def content_types(names: Iterable[str]) -> str:
    """The list of types, without which other programs do not open a workbook."""
    kinds = {"workbook.xml": "sheet.main", "styles.xml": "styles", "sharedStrings.xml": "sharedStrings"}
    start = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    entries = "".join(
        f'<Override PartName="/{name}" ContentType="{start}.{kinds.get(name.split("/")[-1], "worksheet")}+xml"/>'
        for name in names
        if name.endswith(".xml")
    )
    return f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{entries}</Types>'


def small(path: Path) -> Path:
    """A small sound workbook without formats: the instance of the workbooks of strings."""
    content = parts()
    return save(path, {**content, "[Content_Types].xml": content_types(content)})


class TestMarks:
    def test_faulty_cells_have_the_fill_and_the_sentence(self, tmp_path: Path) -> None:
        whole(tmp_path / "x.xlsx")
        faults = faults_of(tmp_path / "x.xlsx")
        done = mark(tmp_path / "x.xlsx", tmp_path / "y.xlsx", faults)
        assert (done.faults, done.in_cells) == (2, 2)
        found = marks(tmp_path / "y.xlsx")
        by_column = {fault.column: str(fault) for fault in faults}
        assert found == {
            "forces!B2": f"mine\n\n{HEADING}\n{by_column['unit_type']}",
            "forces!C2": f"{HEADING}\n{by_column['units']}",
        }
        assert faults_of(tmp_path / "y.xlsx") == faults
        book = openpyxl.load_workbook(tmp_path / "y.xlsx")
        assert book["forces"]["C2"].number_format == "0 %"

    def test_the_box_of_a_note_that_is_there_shows_the_fault_as_well(self, tmp_path: Path) -> None:
        """At 38 letters a line: the note of the heading 4, a blank, the head, 10 of the fault, and one to spare."""

        def box(name: str) -> tuple[str, str]:
            with zipfile.ZipFile(tmp_path / name) as file:
                drawn = file.read("xl/drawings/vmlDrawing2.vml").decode()  # of nations
            return re.findall(r"height:([^;]*)", drawn)[0], re.findall(r"<x:Anchor>(.*?)<", drawn)[0]

        allocator.write(toy(), tmp_path / "x.xlsx")
        fault = Fault("nations", 1, "nation", 300 * "x", "another heading")
        mark(tmp_path / "x.xlsx", tmp_path / "y.xlsx", [fault])
        mark(tmp_path / "y.xlsx", tmp_path / "z.xlsx", [fault])
        assert box("x.xlsx") == ("55.5pt", "1, 15, 0, 2, 4, 53, 3, 16")
        assert box("y.xlsx") == box("z.xlsx") == ("204pt", "1, 15, 0, 2, 4, 53, 14, 16")
        assert openpyxl.load_workbook(tmp_path / "y.xlsx")[FAULTS].row_dimensions[2].height == 60  # 371 letters

    def test_everything_else_keeps_its_bytes(self, tmp_path: Path) -> None:
        whole(tmp_path / "x.xlsx")
        mark(tmp_path / "x.xlsx", tmp_path / "y.xlsx", faults_of(tmp_path / "x.xlsx"))
        with zipfile.ZipFile(tmp_path / "x.xlsx") as before, zipfile.ZipFile(tmp_path / "y.xlsx") as after:
            changed = {name for name in before.namelist() if before.read(name) != after.read(name)}
            number = list(toy().to_dict()).index("forces") + 1
            assert changed == {
                "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
                f"xl/worksheets/sheet{number}.xml", "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml",
            }  # fmt: skip
            assert set(after.namelist()) - set(before.namelist()) == {"xl/worksheets/markFaults1.xml"}
            assert b"<f>_calc!A2</f><v>6</v>" in after.read(f"xl/worksheets/sheet{number}.xml")

    def test_all_faults_are_listed_those_without_a_cell_first(self, tmp_path: Path) -> None:
        book = openpyxl.load_workbook(small(tmp_path / "x.xlsx"))
        book["forces"]["C2"] = "six"
        book.create_sheet("extra")["A1"] = 1
        del book["yields"]
        book.save(tmp_path / "x.xlsx")
        faults = faults_of(tmp_path / "x.xlsx")
        mark(tmp_path / "x.xlsx", tmp_path / "y.xlsx", faults, ["of no importance"])
        listed = list(openpyxl.load_workbook(tmp_path / "y.xlsx")[FAULTS].iter_rows(values_only=True))
        without = [(None, str(fault)) for fault in faults if fault.place != "forces"]
        (in_cell,) = [fault for fault in faults if fault.place == "forces"]
        assert [(place or None, text) for place, text in listed[1:]] == [
            *without, ("forces!C2", str(in_cell)), (None, "warning: of no importance")
        ]  # fmt: skip

    def test_a_fault_of_a_row_or_a_key_has_a_cell(self, tmp_path: Path) -> None:
        book = openpyxl.load_workbook(small(tmp_path / "x.xlsx"))
        book["forces"].append(["AAA", "bn", 3])
        book["instance"]["B4"] = "soon"
        book["nations"].cell(1, 14, "wish")
        book.save(tmp_path / "x.xlsx")
        mark(tmp_path / "x.xlsx", tmp_path / "y.xlsx", faults_of(tmp_path / "x.xlsx"))
        found = marks(tmp_path / "y.xlsx")
        assert set(found) == {"forces!A3", "instance!B4", "nations!N1"}

    def test_a_conversation_keeps_its_text(self, tmp_path: Path) -> None:
        whole(tmp_path / "x.xlsx")
        with zipfile.ZipFile(tmp_path / "x.xlsx") as packed:
            content: dict[str, bytes] = {name: packed.read(name) for name in packed.namelist()}
        content["xl/comments1.xml"] = content["xl/comments1.xml"].replace(
            b"<author></author>", b"<author>tc={1}</author>"
        )
        faults = faults_of(save(tmp_path / "x.xlsx", content))
        mark(tmp_path / "x.xlsx", tmp_path / "y.xlsx", faults)
        found = marks(tmp_path / "y.xlsx")
        assert found["forces!B2"] == "mine"
        assert found["forces!C2"].startswith(HEADING)

    def test_texts_that_look_like_escapes_stay(self, tmp_path: Path) -> None:
        small(tmp_path / "x.xlsx")
        fault = Fault("forces", 2, "units", '"_x0041_ \x07"', "<a number> & more")
        mark(tmp_path / "x.xlsx", tmp_path / "y.xlsx", [fault])
        assert openpyxl.load_workbook(tmp_path / "y.xlsx")[FAULTS]["B2"].value is not None
        with zipfile.ZipFile(tmp_path / "y.xlsx") as parts_of:
            assert b"_x005F_x0041_" in parts_of.read("xl/worksheets/markFaults1.xml")


SPELLINGS = ("plain", "prefixes", "strict", "UTF-16, declared", "no references to cells", "no references to rows")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_other_spellings_of_a_workbook(tmp_path: Path, spelling: str) -> None:
    """A blank cell in a row, a cell of a row that is not there, and one that is there."""
    change: Callable[[str], Any] = WHOLE[spelling]
    content = {name: change(text) for name, text in parts(forces=forces({"C2": cell("C2", "five")})).items()}
    content["[Content_Types].xml"] = content_types(content)
    path = save(tmp_path / "x.xlsx", content)
    faults = faults_of(path)
    more = [Fault("forces", 9, "units", "", "a"), Fault("tasks", 2, "H", "", "b"), Fault("nations", 1, "gdp", "", "c")]
    done = mark(path, tmp_path / "y.xlsx", [*faults, *more])
    assert done.in_cells == 4
    assert faults_of(tmp_path / "y.xlsx") == faults
    if spelling != "strict":  # openpyxl does not read it
        assert set(marks(tmp_path / "y.xlsx")) == {"forces!C2", "forces!C9", "tasks!H2", "nations!C1"}
    repaired = {name: text for name, text in content.items() if name != "xl/worksheets/sheet2.xml"}
    sound = save(tmp_path / "z.xlsx", repaired | {"xl/worksheets/sheet2.xml": change(forces())})
    mark(sound, tmp_path / "z2.xlsx", [Fault("forces", 2, "units", "", "d")])
    assert read(tmp_path / "z2.xlsx") == INSTANCE


class TestAgain:
    def test_a_second_check_takes_the_marks_away(self, tmp_path: Path) -> None:
        allocator.write(two(), tmp_path / "x.xlsx")
        before = openpyxl.load_workbook(tmp_path / "x.xlsx")
        wrong = [Fault("forces", 2, "units", "", "a"), Fault("forces", 1, "unit_type", "", "b")]
        mark(tmp_path / "x.xlsx", tmp_path / "y.xlsx", [*wrong, Fault("nations", 3, "name", "", "c")])
        assert len(marks(tmp_path / "y.xlsx")) == 3
        mark(tmp_path / "y.xlsx", tmp_path / "z.xlsx", [Fault("forces", 3, "units", "", "d")])
        assert set(marks(tmp_path / "z.xlsx")) == {"forces!C3"}
        mark(tmp_path / "z.xlsx", tmp_path / "end.xlsx", [])
        assert marks(tmp_path / "end.xlsx") == {}
        after = openpyxl.load_workbook(tmp_path / "end.xlsx")
        assert after.sheetnames == [*before.sheetnames, FAULTS]
        assert after[FAULTS]["B2"].value == "no fault was found"
        for sheet in ("forces", "nations"):
            for row in before[sheet].iter_rows(max_row=3):
                for c in row:
                    other = after[sheet][c.coordinate]
                    assert (c.fill.fgColor.rgb, c.number_format, c.protection.locked) == (
                        other.fill.fgColor.rgb, other.number_format, other.protection.locked
                    )  # fmt: skip
                    assert (c.comment.text if c.comment else None) == (other.comment.text if other.comment else None)
        assert read(tmp_path / "end.xlsx") == two()


class TestCommand:
    def test_the_marked_workbook_is_written_and_the_exit_status_is_2(self, tmp_path: Path) -> None:
        whole(tmp_path / "x.xlsx")
        done = validate(tmp_path / "x.xlsx", "--mark", tmp_path / "y.xlsx")
        assert done.exit_code == 2
        assert "2 faults, 2 of them marked in cells" in done.stderr
        assert done.stdout == ""
        assert len(marks(tmp_path / "y.xlsx")) == 2
        again = validate(tmp_path / "x.xlsx", "--mark", tmp_path / "y.xlsx", "--json")
        assert again.exit_code == 2
        assert len(json.loads(again.stdout)["faults"]) == 2

    def test_a_sound_workbook_is_written_without_marks(self, tmp_path: Path) -> None:
        done = validate(small(tmp_path / "x.xlsx"), "--mark", tmp_path / "y.xlsx")
        assert done.exit_code == 0
        assert marks(tmp_path / "y.xlsx") == {}
        assert read(tmp_path / "y.xlsx") == INSTANCE

    @pytest.mark.parametrize(
        ("instance", "target", "said"),
        [
            ("x.xlsx", "x.xlsx", "is the workbook that is checked"),
            ("x.xlsx", "link.xlsx", "is the workbook that is checked"),
            ("x.xlsx", "other.xlsx", "already exists and is not a marked workbook"),
            ("x.xlsx", "y", "needs a name that ends in .xlsx"),
            ("folder", "y.xlsx", "is a folder"),
            ("x.json", "y.xlsx", "is no workbook"),
            ("toy-rotation", "y.xlsx", "is no workbook"),
        ],
    )
    def test_what_is_refused(self, tmp_path: Path, instance: str, target: str, said: str) -> None:
        for name in ("x.xlsx", "other.xlsx", "x.json", "folder"):
            allocator.write(two(), tmp_path / name)
        (tmp_path / "link.xlsx").symlink_to(tmp_path / "x.xlsx")
        before = (tmp_path / "x.xlsx").read_bytes()
        source = instance if instance == "toy-rotation" else str(tmp_path / instance)
        done = validate(source, "--mark", tmp_path / target)
        assert isinstance(done.exception, BadUsage)
        assert said in str(done.exception)
        assert (tmp_path / "x.xlsx").read_bytes() == before
        assert not (tmp_path / "y.xlsx").exists()

    def test_changes_with_set_are_refused(self, tmp_path: Path) -> None:
        allocator.write(two(), tmp_path / "x.xlsx")
        done = validate(tmp_path / "x.xlsx", "--mark", tmp_path / "y.xlsx", "--set", "horizon.periods=3")
        assert "leave out --set" in str(done.exception)

    def test_a_damaged_workbook_is_reported_and_not_written(self, tmp_path: Path) -> None:
        (tmp_path / "x.xlsx").write_bytes(b"no workbook")
        done = validate(tmp_path / "x.xlsx", "--mark", tmp_path / "y.xlsx")
        assert done.exit_code == 2
        assert "y.xlsx was not written" in done.stderr
        assert not (tmp_path / "y.xlsx").exists()

    def test_entities_are_refused(self, tmp_path: Path) -> None:
        content: dict[str, Any] = parts(forces=forces({"C2": cell("C2", "five")}))
        content["[Content_Types].xml"] = '<!DOCTYPE a [<!ENTITY b "c">]><Types/>'
        path = save(tmp_path / "x.xlsx", content)
        with pytest.raises(BadUsage, match="document type declaration"):
            mark(path, tmp_path / "y.xlsx", faults_of(path))
