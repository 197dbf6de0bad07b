"""Files that people really have: titles, semicolons, exchanged rows, columns of their own, keys given twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook

import allocator
from allocator import BadInput, Instance, read, write
from tests.instance.pasted import BODY, HEADER, SOUND, fault_lines, refilled, two, workbook
from tests.toys import toy

LAYOUTS = [
    ("Forces of 2025\n" + SOUND, "row 1 looks like a title; the header is in row 2: delete row 1"),
    ("Forces,,\n\n" + SOUND, "row 1 looks like a title; the header is in row 3: delete rows 1 to 2"),
    ("Forces\nas of May\n" + SOUND, "rows 1 to 2 look like a title; the header is in row 3: delete rows 1 to 2"),
    ("Forces\n" + HEADER.upper() + BODY, "row 1 looks like a title; the header is in row 2: delete row 1"),
    (SOUND.replace(",", ";"), "columns are separated by ;: save the file with commas"),
    (SOUND.replace(",", "\t"), "columns are separated by tabs; save the file with commas"),
    (SOUND.replace(",", "|"), "columns are separated by |; save the file with commas"),
    (SOUND.replace(",", ";").replace("5", "1,5"), "save the file with commas, and with points as decimal signs"),
    ('"nation";"unit_type";"units"\n"AAA";"bn";5\n', "columns are separated by ;"),
    ("sep=;\n" + SOUND.replace(",", ";"), "columns are separated by ;"),
    ("nation,AAA,BBB\nunit_type,bn,bn\nunits,5,5\n", "rows and columns are exchanged"),
    (BODY, "row 1 looks like data, and the header is missing; write a header with nation, unit_type, units"),
    (
        "Land,Einheit,Anzahl\n" + BODY,
        "row 1 has none of the names of the columns; write a header with nation, unit_type",
    ),
    (
        "".join(f'"{line}"\n' for line in SOUND.splitlines()),
        "all columns are in one cell, separated by commas; put each column into its own cells",
    ),
    (
        ",nation,unit_type,units\n0,AAA,bn,5\n1,BBB,bn,5\n",
        "column A has no name and counts the rows; delete it (pandas",
    ),
    (
        "Unnamed: 0,nation,unit_type,units\n7,AAA,bn,5\n9,BBB,bn,5\n",
        'column A is called "Unnamed: 0"; delete it (pandas',
    ),
    (",nation,unit_type,units\n,AAA,bn,5\n,BBB,bn,5\n", "column A has neither a name nor values; delete it"),
    (",,nation,unit_type,units\n,,AAA,bn,5\n,,BBB,bn,5\n", "columns A to B have neither names nor values"),
    ("nation,unit_type,units,,\nAAA,bn,5,,\nBBB,bn,5,,\n", "columns D to E have neither names nor values"),
    ("nation,unit_type,units,\nAAA,bn,5,x\nBBB,bn,5,y\n", 'column D has no name, but values such as "x" in row 2'),
    (HEADER + "AAA,bn,5,\nBBB,bn,5,\n", "row 1 has 3 cells, and every row below has 4; delete the commas at the ends"),
    (HEADER + "AAA,bn,5,x\nBBB,bn,5,y\n", "row 1 has 3 cells, and every row below has 4; name every column"),
    (HEADER + "AAA,bn,5,0\nBBB,bn,5,0\n", "a decimal comma splits a number into two cells: write 1.5 for 1,5"),
    (
        HEADER + "AAA,bn\nBBB,bn\n",
        "row 1 has 3 cells, and every row below has 2; give every row a cell for each column",
    ),
    ("nation,unit_type,units,units\nAAA,bn,5,5\nBBB,bn,5,5\n", "row 1, column units is given twice; keep one"),
]


@pytest.mark.parametrize(("text", "part"), LAYOUTS)
def test_one_mistake_in_the_layout_is_one_fault(folder: Path, text: str, part: str) -> None:
    (folder / "forces.csv").write_text(text)
    (line,) = fault_lines(folder)
    assert line.startswith("forces.csv")
    assert part in line


def test_a_folder_saved_with_semicolons_has_one_fault_a_file(folder: Path) -> None:
    files = sorted(folder.glob("*.csv"))
    for path in files:
        path.write_text(path.read_text().replace(",", ";"))
    expected = sorted(f"{path.name}: columns are separated by ;: save the file with commas" for path in files)
    assert sorted(fault_lines(folder)) == expected


@pytest.mark.parametrize(
    "header",
    ["NATION,UNIT_TYPE,UNITS", "Nation,Unit type,Units", "nation ,unit-type , units", "nations,unit_typ,unitss"],
)
def test_a_header_in_another_spelling_is_one_fault_a_column(folder: Path, header: str) -> None:
    (folder / "forces.csv").write_text(f"{header}\n{BODY}")
    lines = fault_lines(folder)
    assert len(lines) == 3
    for line, name in zip(lines, ("nation", "unit_type", "units"), strict=True):
        assert line.startswith("forces.csv, row 1, column ")
        assert f"(did you mean {name}?)" in line


def test_semicolons_in_texts_separate_nothing(folder: Path) -> None:
    (folder / "forces.csv").write_text('nation,unit_type,units,note\nAAA,bn,5,"nation;unit_type;units;note;source"\n')
    assert read(folder).tables["forces"][0]["note"] == "nation;unit_type;units;note;source"


ROWS = [line.split(",") for line in SOUND.splitlines()]
SHEETS = [
    ([["Forces"], *ROWS], "row 1 looks like a title; the header is in row 2"),
    ([[",".join(row)] for row in ROWS], "all columns are in one cell, separated by commas"),
    ([[";".join(row)] for row in ROWS], "all columns are in one cell, separated by ;"),
    (list(zip(*ROWS, strict=True)), "rows and columns are exchanged"),
    (ROWS[1:], "looks like data, and the header is missing"),
    ([[None, *ROWS[0]], [0, *ROWS[1]], [1, *ROWS[2]]], "column A has no name and counts the rows"),
    ([ROWS[0], [*ROWS[1], 7], [*ROWS[2], 8]], 'column D has no name, but values such as "7" in row 2'),
]


@pytest.mark.parametrize(("rows", "part"), SHEETS)
def test_a_sheet_s_layout_is_told_as_a_file_s(tmp_path: Path, rows: list[Any], part: str) -> None:
    (line,) = fault_lines(workbook(tmp_path, refilled(rows)))
    assert line.startswith("forces")
    assert part in line


def test_a_title_above_the_settings(tmp_path: Path) -> None:
    path = workbook(tmp_path, lambda book: (book["instance"].insert_rows(1), book["instance"].cell(1, 1, "Settings")))
    assert fault_lines(path) == ["instance, row 1 looks like a title; the header is in row 2: delete row 1"]


def test_a_table_that_starts_further_down_and_to_the_right_is_read(tmp_path: Path) -> None:
    rows = [[], [], *([None, *row[:2], int(row[2]) if row[2].isdigit() else row[2]] for row in ROWS)]
    assert read(workbook(tmp_path, refilled(rows))) == two()


def test_a_json_table_of_lists_is_one_fault(tmp_path: Path) -> None:
    content = two().to_dict()
    content["forces"] = [["nation", "unit_type", "units"], ["AAA", "bn", 5], ["BBB", "bn", 5]]
    path = tmp_path / "x.json"
    path.write_text(json.dumps(content))
    (line,) = fault_lines(path)
    assert line.startswith("x.json: forces, row 1: found rows that are not objects")


def test_a_misnamed_table_is_one_fault(folder: Path) -> None:
    (folder / "forces.csv").rename(folder / "force.csv")
    (line,) = fault_lines(folder)
    assert "force.csv: found an unknown table" in line
    assert "did you mean forces?" in line


# ---- columns and sheets of one's own ----------------------------------------------------------------------


def test_own_columns_are_ignored_in_every_carrier(folder: Path, tmp_path: Path) -> None:
    (folder / "forces.csv").write_text('_n,nation,unit_type,units,_x,_x\n1,AAA,bn,5,"1,000",\x01\n2,BBB,bn,5,,\n')
    assert read(folder) == two()
    assert "_n" not in read(folder).rows("forces")[0]

    def change(book: Workbook) -> None:
        refilled([["nation", "unit_type", "units", "_x"], ["AAA", "bn", 5, "=C2*2"], ["BBB", "bn", 5, "#N/A"]])(book)
        book["instance"].cell(1, 3, "_why")
        book["instance"].cell(2, 3, "=A2")
        book.create_sheet("_mine").append(["=1+1", "#REF!"])

    assert read(workbook(tmp_path, change)) == two()
    content = two().to_dict()
    content["forces"][0]["_x"] = {"any": ["thing", None]}
    assert Instance.from_dict(content) == two()
    frames = {name: two().frame(name) for name, rows in two().tables.items() if rows}
    frames["forces"]["_x"] = pd.Series([object(), None])
    assert Instance.from_frames(two().settings, frames) == two()


def test_the_schema_knows_own_columns() -> None:
    import jsonschema

    from allocator.instance.schema import schema

    content = two().to_dict()
    content["forces"][0]["_x"] = {"any": "thing"}
    jsonschema.Draft202012Validator(schema()).validate(content)


def test_what_is_foreign_is_told_the_way_out(folder: Path, tmp_path: Path) -> None:
    (folder / "forces.csv").write_text("nation,unit_type,units,colour\nAAA,bn,5,red\nBBB,bn,5,\n")
    (line,) = fault_lines(folder)
    assert line.endswith("; rename it to _colour to keep it as your own")
    path = workbook(tmp_path, lambda book: book.create_sheet("pivot").append(["=1+1"]))
    (line,) = fault_lines(path)
    assert line.endswith("; rename the sheet to _pivot to keep it as your own")
    (folder / "forces.csv").write_text(SOUND)
    (folder / "pivot.csv").write_text("a,b\n1,2\n")
    (line,) = fault_lines(folder)
    assert line.endswith("; a file of your own needs another ending than .csv")


# ---- keys twice -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "extra", "key"),
    [
        ("[horizon]", '"horizon.periods" = 3\n[horizon]', "horizon.periods"),
        ("[horizon]", '"horizon.start" = "2025-07"\n[horizon]', "horizon.start"),
        ("[horizon]", '"events.peace" = false\n[horizon]', "events.peace"),
    ],
)
def test_a_dotted_key_beside_its_table_in_toml(folder: Path, right: str, extra: str, key: str) -> None:
    path = folder / "instance.toml"
    text = path.read_text().replace("[events]\n", "") + "\n[events]\npeace = true\n"
    path.write_text(text)
    assert read(folder).events == {"peace": True}
    path.write_text(text.replace(right, extra))
    (line,) = fault_lines(folder)
    assert line.startswith(f'instance.toml, {key} is given twice; keep one of "{key}" and {key.partition(".")[2]} in ')


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(("key", "value"), [("horizon.periods", 3), ("horizon.periods", 2), ("events.peace", True)])
def test_a_dotted_key_beside_its_table_in_json(key: str, value: int, first: bool) -> None:
    content = two(events={"peace": True}).to_dict()
    pair = {key: value}
    content["instance"] = {**pair, **content["instance"]} if first else {**content["instance"], **pair}
    with pytest.raises(BadInput) as caught:
        Instance.from_dict(content)
    (fault,) = caught.value.faults
    assert (fault.column, fault.found) == (key, "is given twice")


@pytest.mark.parametrize("cell", [3, None])
def test_a_key_twice_in_the_settings_sheet(tmp_path: Path, cell: int | None) -> None:
    path = workbook(tmp_path, lambda book: book["instance"].append(["horizon.periods", cell]))
    (line,) = fault_lines(path)
    assert "column horizon.periods is given twice; keep one; the first is row" in line


@pytest.mark.parametrize("extra", ["periods = 3", "periods = 2", "[horizon]", "[horizon.periods]"])
def test_a_key_twice_in_one_toml_table(folder: Path, extra: str) -> None:
    path = folder / "instance.toml"
    text = path.read_text().replace("[events]\n", "").rstrip("\n")
    path.write_text(f"{text}\n{extra}\n")
    (line,) = fault_lines(folder)
    assert "found a key or a table given twice; expected each once" in line
    assert f"row {text.count(chr(10)) + 2}" in line or f"row {text.count(chr(10)) + 1}" in line


def test_what_is_wrong_with_a_column_of_every_row_is_one_fault_in_json(tmp_path: Path) -> None:
    """A required column that no row has, and an unknown one that each has; what some rows lack is theirs."""
    both = ("AAA", "BBB")
    forces = [{"nation": n, "unit_type": "bn", "units": 5} for n in both]
    content = toy(nations=[{"nation": n, "name": n} for n in both], forces=forces).to_dict()

    def lines(rows: list[dict[str, Any]]) -> list[str]:
        (tmp_path / "x.json").write_text(json.dumps({**content, "forces": rows}))
        return [line.partition(" (")[0].partition(", source")[0] for line in fault_lines(tmp_path / "x.json")]

    bare = [{key: value for key, value in row.items() if key != "units"} for row in content["forces"]]
    assert lines(bare) == ["x.json: forces, units is missing from every row; add it"]
    assert lines([{**bare[0], "units": None}, bare[1]]) == ["x.json: forces, units is missing from every row; add it"]
    assert lines([content["forces"][0], bare[1]])[0].startswith("x.json: forces, row 2, column units: found a blank; ")
    assert lines([{**row, "unit": 5} for row in bare])[0].startswith("x.json: forces, unit: found an unknown column; ")
    assert len(lines([{**row, "unit": 5} for row in bare])) == 1
    assert lines([content["forces"][0], {**bare[1], "uni": 5}])[0].startswith("x.json: forces, row 2, column uni: ")


def test_what_is_no_json_is_said_in_a_sentence_with_its_place(tmp_path: Path) -> None:
    whole = 'an object {"instance": {...}, "nations": [...], ...}'
    for text, sentence in {
        "nation,name\nAAA,Alpha\n": f'row 1, column 1: found "nation,name"; expected JSON: {whole}',
        "": f"row 1, column 1: found the end of the file; expected JSON: {whole}",
        '{\n "a": 1,\n}': 'row 3, column 1: found "}"; expected JSON: a key in double quotation marks, or no',
        '{"a": 1 "b": 2}': 'row 1, column 9: found ""b": 2}"; expected JSON: a comma, or the end of the list or object',
        '{"a": tru}': 'row 1, column 7: found "tru}"; expected JSON: a value: a text in double quotation marks,',
        '{"a": "b\n"}': r"expected JSON: no line break or tab in a text: write \n or \t",
        "{": "row 1, column 2: found the end of the file; expected JSON: a key in double quotation marks",
        "{} {}": 'row 1, column 4: found "{}"; expected JSON: the end of the file, since a JSON file holds one value',
    }.items():
        (tmp_path / "x.json").write_text(text)
        assert sentence in fault_lines(tmp_path / "x.json")[0], text


def test_what_is_no_toml_is_said_in_a_sentence_with_its_place(tmp_path: Path) -> None:
    write(toy(), tmp_path / "x")
    for text, sentence in {
        "name\nformat = 1\n": "row 1, column 5: found the end of the line; expected TOML: an equals sign after the key",
        "name = toy\n": 'row 1, column 8: found "toy"; expected TOML: a value: a text in double quotation marks,',
        "a = 1 b = 2\n": 'row 1, column 7: found "b = 2"; expected TOML: the end of the line after the value',
        "[horizon\nformat = 1\n": "row 1, column 9: found the end of the line; expected TOML: ] at the end of the name",
        'a = "b\nc = 1\n': "row 1, column 7: found the end of the line; expected TOML: a quotation mark at the end",
    }.items():
        (tmp_path / "x" / "instance.toml").write_text(text)
        assert f"instance.toml, {sentence}" in fault_lines(tmp_path / "x")[0], text


def test_what_is_no_instance_is_one_fault_with_the_way_out(tmp_path: Path) -> None:
    """A saved result, a table of an instance, a workbook of another kind."""
    write(toy(), tmp_path / "case")
    allocator.solve(toy()).write(tmp_path / "result")
    (tmp_path / "result.json").write_text(json.dumps(allocator.solve(toy()).to_dict()))
    (tmp_path / "book.xls").write_bytes(b"x")
    result = "found a saved result; expected the instance that it is of; allocator report, compare and explain"
    for name, sentence in {
        "result": result,
        "result.json": result,
        "case/forces.csv": f"ends in .csv; expected a folder, .xlsx or .json; name its folder {tmp_path / 'case'}",
        "case/instance.toml": f"ends in .toml; expected a folder, .xlsx or .json; name its folder {tmp_path / 'case'}",
        "book.xls": "ends in .xls; expected a folder, .xlsx or .json; save it as .xlsx with your spreadsheet program",
    }.items():
        (line,) = fault_lines(tmp_path / name)
        assert sentence in line


def test_a_table_that_json_lacks_is_a_fault_of_the_file(tmp_path: Path) -> None:
    content = toy().to_dict()
    del content["nations"]
    (tmp_path / "x.json").write_text(json.dumps({**content, "forces": [["AAA", "bn", 3]] * 2}))
    lines = fault_lines(tmp_path / "x.json")
    assert any(line.startswith("x.json: nations is missing; add it") for line in lines)
    assert any('rows that are not objects, such as "["AAA", "bn", 3]"' in line for line in lines)
