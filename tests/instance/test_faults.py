"""Bad input: every fault is named with its place, and nothing hides another."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from allocator import BadInput, Instance, read, write
from allocator.resources import shipped
from tests.instance.pasted import faults
from tests.toys import toy


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder instance that uses every table."""
    instance = toy(
        periods=3,
        events={"peace": True},
        nations=[{"nation": "AAA", "gdp": 1000.0, "can_lead": False}, {"nation": "BBB"}],
        groups=[{"group": "G", "nation": "AAA"}],
        willingness=[{"nation": n, "objective": "land", "willingness": 1.0} for n in ("AAA", "BBB")],
        caveats=[{"nation": "BBB", "task": "hold"}],
        conditions=[{"nation": "AAA", "requires": "event", "value": "peace"}],
        budgets=[{"payer": "*", "amount": 500.0}],
        sources=[{"source": "press", "title": "A newspaper"}],
    )
    write(instance, tmp_path / "case")
    return tmp_path / "case"


def test_the_folder_itself_is_sound(folder: Path) -> None:
    assert read(folder).warnings() == []


CELLS = [
    # table, line to add (or header to replace), row, column, part of what is expected
    ("nations", "POLAND,Poland,,", 4, "nation", "three capital letters"),
    ("nations", "POL,,,", 4, "name", "text"),
    ("nations", "POL, Poland,,", 4, "name", "without space"),
    ("nations", "AAA,Again,,", 4, "nation", "the first is row 2"),
    ("nations", "POL,Poland,0,", 4, "gdp", "above 0"),
    ("nations", "POL,Poland,1e999,", 4, "gdp", "number"),
    ("nations", "POL,Poland,1e-400,", 4, "gdp", "1e-09"),
    ("forces", "BBB,bn,1.00000000000000000001", 3, "units", "whole"),
    ("nations", "POL,Pol\x85and,,", 4, "name", "no control characters"),
    ("nations", "POL,Poland,nan,", 4, "gdp", "number"),
    ("nations", "POL,Poland,inf,", 4, "gdp", "number"),
    ("nations", 'POL,Poland,"1,000",', 4, "gdp", "number"),
    ("nations", "POL,Poland,0x10,", 4, "gdp", "number"),
    ("nations", "POL,Poland,1_000,", 4, "gdp", "number"),
    ("nations", "POL,Poland,$5,", 4, "gdp", "number"),
    ("nations", "POL,Poland,٣,", 4, "gdp", "number"),
    ("nations", "POL,Poland, 5,", 4, "gdp", "without space"),
    ("nations", "POL,Poland,1e13,", 4, "gdp", "1e+12"),
    ("nations", "POL,Poland,5,yes", 4, "can_lead", "true or false"),
    ("groups", "common,AAA", 3, "group", "nor common"),
    ("groups", "AAA,BBB", 3, "group", "neither a nation's code nor common"),
    ("groups", "H,AAB", 3, "nation", "did you mean"),
    ("groups", "H,", 3, "nation", "identifier"),
    ("unit_types", "x,X,space,1,1", 3, "domain", "one of air, sea, land"),
    ("unit_types", "x,X,land,0,1", 3, "personnel", "at least 1"),
    ("unit_types", "x,X,land,2.5,1", 3, "personnel", "whole number"),
    ("unit_types", "x,X,land,5,-1", 3, "operating_cost", "at least 0"),
    ("yields", "bn,inf,2", 3, "unit_type", "one row for each"),
    ("yields", "bm,inf,2", 3, "unit_type", "did you mean bn"),
    ("yields", "bn,inv,0", 3, "amount", "other than 0"),
    ("tasks", "t,lnd,T", 3, "objective", "did you mean land"),
    ("requirements", "hold,inf,4", 3, "task", "one row for each"),
    ("forces", "AAA,bn,-1", 3, "nation", "one row for each"),
    ("forces", "BBB,bn,-1", 3, "units", "at least 0"),
    ("willingness", "AAA,lend,0.5", 4, "objective", "did you mean land"),
    ("willingness", "BBB,land,1.5", 4, "willingness", "from 0 to 1"),
    ("caveats", "AAA,", 3, "task", "at least one of"),
    ("conditions", "AAA,event,pease", 3, "value", "did you mean peace"),
    ("conditions", "AAA,nation,ABA", 3, "value", "a nation"),
    ("conditions", "AAA,any_of,BBB  AAA", 3, "value", "one space"),
    ("conditions", "AAA,any_of,BBB H", 3, "value", '"H" is neither'),
    ("conditions", "AAA,coalition_size,0", 3, "value", "at least 1"),
    ("conditions", "AAA,weather,fine", 3, "requires", "one of event"),
    ("budgets", "AAB,1", 3, "payer", "did you mean"),
    ("budgets", "*,1", 3, "payer", "one row for each"),
    ("sources", "press,Another", 3, "source", "one row for each"),
]


@pytest.mark.parametrize(("table", "line", "row", "column", "expected"), CELLS)
def test_a_bad_row_is_named(folder: Path, table: str, line: str, row: int, column: str, expected: str) -> None:
    path = folder / f"{table}.csv"
    cells = path.read_text().splitlines()[0].count(",") - line.replace('"1,000"', "x").count(",")
    path.write_text(path.read_text() + line + "," * cells + "\n")
    found = [f for f in faults(folder) if f.row == row and f.column == column]
    assert found, [str(f) for f in faults(folder)]
    assert any(expected in f.expected + f.found for f in found)
    assert all(f.place == f"{table}.csv" for f in found)


def test_all_faults_come_together_and_each_once(folder: Path) -> None:
    (folder / "forces.csv").write_text("nation,unit_type,units\nAAX,bn,x\nAAA,bn\n")
    (folder / "tasks.csv").write_text('task,objective,name\n"hold')
    (folder / "nation.csv").write_text("nation,name\n")
    (folder / "instance.toml").write_text((folder / "instance.toml").read_text().replace("periods = 3", "periods = 0"))
    told = [str(f) for f in faults(folder)]
    assert len(told) == len(set(told)) == 6, told
    for part in (
        "instance.toml, horizon.periods",
        "forces.csv, row 2, column nation",
        "forces.csv, row 2, column units",
        "forces.csv, row 3: found 2 cells",
        "tasks.csv, row 2: found a broken record",
        "nation.csv: found an unknown table; expected one of nations",
    ):
        assert any(part in line for line in told), (part, told)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (
            lambda p: (p / "yields.csv").unlink(),
            "yields.csv is missing; add it (one row is what one deployed unit gives",
        ),
        (lambda p: (p / "yields.csv").write_text(""), "yields.csv: found no header"),
        (
            lambda p: (p / "yields.csv").write_text("unit_type,capability,amount\n\n,,\n"),
            "yields.csv: found no rows",
        ),
        (
            lambda p: (p / "yields.csv").write_text("unit_type,amount\nbn,1\n"),
            "yields.csv, row 1, column capability is missing; add it (Capability)",
        ),
        (
            lambda p: (p / "yields.csv").write_text("unit_type,capability,amount,amount\n"),
            "yields.csv, row 1, column amount is given twice; keep one of the two columns",
        ),
        (
            lambda p: (p / "yields.csv").write_text("unit_type,capabilty,amount\nbn,inf,1\n"),
            "did you mean capability",
        ),
        (
            lambda p: (p / "yields.csv").write_bytes(b"unit_type,capability,amount\nbn,inf,1\n\xff"),
            "row 3: found byte 0xff",
        ),
        (lambda p: (p / "instance.toml").unlink(), "instance.toml is missing; add it (format, name and [horizon])"),
        (lambda p: (p / "instance.toml").write_text("format = 1\nname = \n"), "instance.toml, row 2"),
        (lambda p: (p / "groups.csv").symlink_to("/etc/passwd"), "a link that leaves the folder"),
        (
            lambda p: (p / "requirements.csv").write_text("task,capability,quantity\nhold,inf,0\n"),
            "0 in every row",
        ),
        (
            lambda p: (p / "requirements.csv").write_text(
                "task,capability,quantity,first_period,last_period\nhold,inf,1,1,2\nhold,inf,1,2,3\n"
            ),
            "a second row for hold and inf in period 2",
        ),
        (
            lambda p: (p / "tasks.csv").write_text("task,objective,name,first_period,last_period\nhold,land,H,3,2\n"),
            'first_period: found "3"; expected at most last_period',
        ),
        (
            lambda p: (p / "tasks.csv").write_text("task,objective,name,last_period\nhold,land,H,4\n"),
            "a period of the horizon, 1 to 3",
        ),
        (
            lambda p: (p / "requirements.csv").write_text("task,capability,quantity,quantity_low\nhold,inf,1,2\n"),
            'quantity_low: found "2"; expected at most quantity',
        ),
        (
            lambda p: (p / "tasks.csv").write_text("task,objective,name,source\nhold,land,H,presse\n"),
            "a row of sources (did you mean press?)",
        ),
    ],
)
def test_broken_tables(folder: Path, change: Callable[[Path], object], part: str) -> None:
    if "link" in part:
        (folder / "groups.csv").unlink()
    change(folder)
    told = "\n".join(str(f) for f in faults(folder))
    assert part in told, told


@pytest.mark.parametrize("text", ['nation,name\n"AAA', "nation,name\nAAA,A,5\nBBB,B\n"])
def test_a_broken_table_brings_no_dangling_references(folder: Path, text: str) -> None:
    (folder / "nations.csv").write_text(text)
    assert [f.place for f in faults(folder)] == ["nations.csv"]


def test_a_table_of_broken_rows_is_not_called_empty(folder: Path) -> None:
    (folder / "requirements.csv").write_text("task,capability,quantity\nhold,inf\n")
    assert [str(f) for f in faults(folder)] == ["requirements.csv, row 2: found 2 cells; expected 3, as the header has"]
    (folder / "requirements.csv").write_text("task,capability,quantity\nhold\n")
    assert [str(f) for f in faults(folder)] == ["requirements.csv, row 2: found 1 cell; expected 3, as the header has"]


def test_a_table_in_capitals_is_not_passed_over(folder: Path) -> None:
    (folder / "caveats.csv").rename(folder / "caveats.CSV")
    assert "caveats.CSV: found a name that ends in .CSV; expected .csv" in [str(f) for f in faults(folder)]


def test_a_link_to_itself(folder: Path) -> None:
    (folder / "sources.csv").unlink()
    (folder / "sources.csv").symlink_to("sources.csv")
    assert "sources.csv: found a link that leaves the folder" in str(faults(folder)[0])


def test_a_misspelt_key_is_told_even_when_null() -> None:
    content = toy().to_dict()
    content["forces"][0]["untis"] = None
    with pytest.raises(BadInput, match="did you mean units"):
        Instance.from_dict(content)


SETTINGS = [
    ('name = "toy"', 'name = "Toy"', "name", "lower-case"),
    ("format = 1", "format = 2", "format", "1 to 1"),
    ('start = "2025-07"', 'start = "2025-13"', "horizon.start", "YYYY-MM"),
    ('start = "2025-07"', "start = 2025-07-01", "horizon.start", "text"),
    ("months_per_period = 6", "months_per_period = 6.5", "horizon.months_per_period", "whole"),
    ("indefinite = true", "indefinite = 1", "horizon.indefinite", "true or false"),
    ("indefinite = true", 'indefinite = "true"', "horizon.indefinite", "true or false"),
    ("periods = 3", "periods = true", "horizon.periods", "whole"),
    ("periods = 3", "", "horizon.periods", "whole"),
    ("periods = 3", "period = 3", "horizon.period", "did you mean"),
    ("peace = true", "peace = 1", "events.peace", "true or false"),
    ("format = 1", 'format = 1\nmodel = "../secret.toml"', "model", "stays in the instance's folder"),
    ("format = 1", 'format = 1\nmodel = "/etc/x.toml"', "model", "stays in the instance's folder"),
]


@pytest.mark.parametrize(("right", "wrong", "key", "expected"), SETTINGS)
def test_settings(folder: Path, right: str, wrong: str, key: str, expected: str) -> None:
    path = folder / "instance.toml"
    assert right in path.read_text()
    path.write_text(path.read_text().replace(right, wrong))
    found = [f for f in faults(folder) if f.column == key]
    assert found, [str(f) for f in faults(folder)]
    assert expected in found[0].expected


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{", "JSON"),
        ("[]", "not an object"),
        ('{"instance": 1}', "instance"),
        ('{"instance": {}, "instance": {}}', "instance is given twice"),
        ('{"instance": {"format": NaN}}', "NaN"),
        ("[" * 100_000, "nesting"),
        ('{"instance": {"format": ' + "9" * 6000 + "}}", "format"),
    ],
)
def test_broken_json(tmp_path: Path, text: str, part: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    assert part in "\n".join(str(f) for f in faults(path))


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("forces", "units", "5"),
        ("forces", "units", True),
        ("forces", "units", [5]),
        ("nations", "name", 7),
        ("nations", "gdp", "1000"),
        ("willingness", "willingness", {}),
    ],
)
def test_json_types_are_strict(table: str, column: str, value: Any) -> None:
    content = toy().to_dict()
    content[table][0][column] = value
    with pytest.raises(BadInput) as caught:
        Instance.from_dict(content)
    (fault,) = caught.value.faults
    assert (fault.row, fault.column) == (1, column)


class TestWorkbook:
    def edit(self, tmp_path: Path, change: Callable[[Workbook], object]) -> Path:
        path = tmp_path / "x.xlsx"
        write(toy(nations=[{"nation": "AAA", "gdp": 1000.0}]), path)
        book = load_workbook(path)
        change(book)
        book.save(path)
        return path

    def test_positions_are_those_of_the_sheet(self, tmp_path: Path) -> None:
        def change(book: Workbook) -> None:
            sheet = book["forces"]
            sheet.insert_rows(2, 3)
            sheet.cell(7, 1, "AAX")
            sheet.cell(7, 2, "bn")
            sheet.cell(7, 3, "many")

        told = {(f.place, f.row, f.column) for f in faults(self.edit(tmp_path, change))}
        assert told == {("forces", 7, "nation"), ("forces", 7, "units")}

    def test_a_formula_without_a_stored_value_is_a_fault(self, tmp_path: Path) -> None:
        def change(book: Workbook) -> None:
            book["forces"].cell(2, 3).value = "=2+3"

        (fault,) = [f for f in faults(self.edit(tmp_path, change)) if "formula" in f.found]
        assert (fault.place, fault.row, fault.column) == ("forces", 2, "units")

    def test_errors_and_unknown_sheets(self, tmp_path: Path) -> None:
        def change(book: Workbook) -> None:
            book["nations"].cell(2, 3).value = "#N/A"
            book.create_sheet("nation")
            book.create_sheet("_mine")["A1"] = "anything"

        told = "\n".join(str(f) for f in faults(self.edit(tmp_path, change)))
        assert "nations, row 2, column gdp: found the error #N/A" in told
        assert "nation: " in told
        assert "_mine" not in told

    def test_numbers_and_dates_in_text_columns(self, tmp_path: Path) -> None:
        import datetime

        def change(book: Workbook) -> None:
            book["nations"].cell(2, 2).value = 7.0
            book["instance"].append(["title", datetime.date(2025, 4, 10)])

        instance = read(self.edit(tmp_path, change))
        assert instance.rows("nations")[0]["name"] == "7"
        assert instance.title == "2025-04-10"

    def test_a_bomb_is_not_opened(self, tmp_path: Path) -> None:
        path = tmp_path / "bomb.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container:
            container.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
        assert "packed" in str(faults(path)[0])

    @pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04broken"])
    def test_what_is_no_workbook(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "x.xlsx"
        path.write_bytes(content)
        assert "not a workbook" in faults(path)[0].found


@pytest.mark.parametrize("name", ["nowhere", "x.txt", "toy-rotatin"])
def test_what_is_not_there(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.txt").write_text("")
    (fault,) = faults(name)
    assert name in fault.place
    if name == "toy-rotatin":
        assert "toy-rotation" in fault.expected


def test_a_theatre_capability_stands_once_a_period() -> None:
    asked = [{"task": t, "capability": "inf", "quantity": 1.0} for t in ("hold", "guard")]
    with pytest.raises(BadInput, match="theatre capability inf in period 1"):
        toy(
            tasks=[{"task": "hold"}, {"task": "guard"}],
            capabilities=[{"capability": "inf", "name": "I", "unit": "bn", "scope": "theatre"}],
            requirements=asked,
        )


def test_warnings() -> None:
    odd = toy(
        nations=[{"nation": "AAA"}, {"nation": "BBB"}],
        groups=[{"group": "G", "nation": "AAA"}],
        unit_types=[{"unit_type": "bn"}, {"unit_type": "idle"}],
        forces=[{"nation": "AAA", "unit_type": "bn", "units": 2, "min_units": 3}],
        conditions=[
            {"nation": "AAA", "requires": "any_of", "value": "G"},
            {"nation": "AAA", "requires": "coalition_size", "value": "3"},
        ],
    ).warnings()
    assert [line.split(":")[0] for line in odd] == ["forces", "conditions", "conditions", "unit_types"]


def test_bundled_instances_give_no_warnings() -> None:
    for name in sorted(p.parent.name for p in shipped("instances").glob("*/instance.toml")):
        assert read(name).warnings() == [], name


def test_other_files_in_the_folder_are_ignored(folder: Path) -> None:
    shutil.copy(__file__, folder / "picture.png")
    (folder / "expected.toml").write_text("nonsense")
    assert read(folder)


def test_faults_say_where_in_json(tmp_path: Path) -> None:
    content = toy().to_dict()
    content["forces"].append({"nation": "AAA", "unit_typ": "bn", "units": 1})
    path = tmp_path / "x.json"
    path.write_text(json.dumps(content))
    told = [str(f) for f in faults(path)]
    assert any("x.json: forces, row 2, column unit_typ: found an unknown column" in line for line in told), told
