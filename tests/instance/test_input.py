"""Input that people really have: pastes, titles, semicolons, numbers as a spreadsheet shows them."""

from __future__ import annotations

import datetime
import json

import pytest

from allocator import BadInput, Instance, read, write
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


@pytest.fixture
def folder(tmp_path):
    write(two(), tmp_path / "case")
    return tmp_path / "case"


def told(path):
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
        "all columns are in one cell, separated by commas; put each into cells of its own",
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
    (HEADER + "AAA,bn,5,0\nBBB,bn,5,0\n", "a number with a decimal comma makes two cells: write 1.5 for 1,5"),
    (
        HEADER + "AAA,bn\nBBB,bn\n",
        "row 1 has 3 cells, and every row below has 2; give every row a cell for each column",
    ),
    ("nation,unit_type,units,units\nAAA,bn,5,5\nBBB,bn,5,5\n", "row 1, column units is given twice; keep one"),
]


@pytest.mark.parametrize(("text", "part"), LAYOUTS)
def test_one_mistake_in_the_layout_is_one_fault(folder, text, part):
    (folder / "forces.csv").write_text(text)
    (line,) = told(folder)
    assert line.startswith("forces.csv")
    assert part in line


def test_a_folder_saved_with_semicolons_has_one_fault_a_file(folder):
    files = sorted(folder.glob("*.csv"))
    for path in files:
        path.write_text(path.read_text().replace(",", ";"))
    expected = sorted(f"{path.name}: columns are separated by ;: save the file with commas" for path in files)
    assert sorted(told(folder)) == expected


@pytest.mark.parametrize(
    "header",
    ["NATION,UNIT_TYPE,UNITS", "Nation,Unit type,Units", "nation ,unit-type , units", "nations,unit_typ,unitss"],
)
def test_a_header_in_another_spelling_is_one_fault_a_column(folder, header):
    (folder / "forces.csv").write_text(f"{header}\n{BODY}")
    lines = told(folder)
    assert len(lines) == 3
    for line, name in zip(lines, ("nation", "unit_type", "units"), strict=True):
        assert line.startswith("forces.csv, row 1, column ")
        assert f"(did you mean {name}?)" in line


def test_semicolons_in_texts_separate_nothing(folder):
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
def test_a_sheet_s_layout_is_told_as_a_file_s(tmp_path, rows, part):
    (line,) = told(workbook(tmp_path, refilled(rows)))
    assert line.startswith("forces")
    assert part in line


def test_a_title_above_the_settings(tmp_path):
    path = workbook(tmp_path, lambda book: (book["instance"].insert_rows(1), book["instance"].cell(1, 1, "Settings")))
    assert told(path) == ["instance, row 1 looks like a title; the header is in row 2: delete row 1"]


def test_a_table_that_starts_further_down_and_to_the_right_is_read(tmp_path):
    rows = [[], [], *([None, *row[:2], int(row[2]) if row[2].isdigit() else row[2]] for row in ROWS)]
    assert read(workbook(tmp_path, refilled(rows))) == two()


def test_a_json_table_of_lists_is_one_fault(tmp_path):
    content = two().to_dict()
    content["forces"] = [["nation", "unit_type", "units"], ["AAA", "bn", 5], ["BBB", "bn", 5]]
    path = tmp_path / "x.json"
    path.write_text(json.dumps(content))
    (line,) = told(path)
    assert line.startswith("x.json: forces, row 1: found rows that are no objects")


def test_a_misnamed_table_is_one_fault(folder):
    (folder / "forces.csv").rename(folder / "force.csv")
    (line,) = told(folder)
    assert "force.csv: found an unknown table" in line
    assert "did you mean forces?" in line


# ---- columns and sheets of one's own ----------------------------------------------------------------------


def test_own_columns_are_ignored_in_every_carrier(folder, tmp_path):
    (folder / "forces.csv").write_text('_n,nation,unit_type,units,_x,_x\n1,AAA,bn,5,"1,000",\x01\n2,BBB,bn,5,,\n')
    assert read(folder) == two()
    assert "_n" not in read(folder).rows("forces")[0]

    def change(book):
        refilled([["nation", "unit_type", "units", "_x"], ["AAA", "bn", 5, "=C2*2"], ["BBB", "bn", 5, "#N/A"]])(book)
        book["instance"].cell(1, 3, "_why")
        book["instance"].cell(2, 3, "=A2")
        book.create_sheet("_mine").append(["=1+1", "#REF!"])

    assert read(workbook(tmp_path, change)) == two()
    content = two().to_dict()
    content["forces"][0]["_x"] = {"any": ["thing", None]}
    assert Instance.from_dict(content) == two()
    frames = {name: two().frame(name) for name, rows in two().tables.items() if rows}
    frames["forces"]["_x"] = [object(), None]
    assert Instance.from_frames(two().settings, frames) == two()


def test_the_schema_knows_own_columns():
    import jsonschema

    from allocator.instance.schema import schema

    content = two().to_dict()
    content["forces"][0]["_x"] = {"any": "thing"}
    jsonschema.Draft202012Validator(schema()).validate(content)


def test_what_is_foreign_is_told_the_way_out(folder, tmp_path):
    (folder / "forces.csv").write_text("nation,unit_type,units,colour\nAAA,bn,5,red\nBBB,bn,5,\n")
    (line,) = told(folder)
    assert line.endswith("; rename it to _colour to keep it as your own")
    path = workbook(tmp_path, lambda book: book.create_sheet("pivot").append(["=1+1"]))
    (line,) = told(path)
    assert line.endswith("; rename the sheet to _pivot to keep it as your own")
    (folder / "forces.csv").write_text(SOUND)
    (folder / "pivot.csv").write_text("a,b\n1,2\n")
    (line,) = told(folder)
    assert line.endswith("; a file of your own may have any other ending")


# ---- texts and numbers ------------------------------------------------------------------------------------


def test_cr_lf_in_a_quoted_cell_is_lf(folder):
    text = 'nation,unit_type,units,note\r\nAAA,bn,5,"light infantry,\r\nno armour"\r\nBBB,bn,5,\r\n'
    (folder / "forces.csv").write_bytes(text.encode())
    assert read(folder).tables["forces"][0]["note"] == "light infantry,\nno armour"
    (folder / "forces.csv").write_bytes(text.replace(",\r\nno", ",\rno").encode())
    (line,) = told(folder)
    assert line.startswith('forces.csv, row 2, column note: found "light infantry,\\rno armour"')
    (folder / "forces.csv").write_bytes(text.replace("BBB,bn,5", "BBB,bn,x").encode())
    (line,) = told(folder)
    assert line.startswith("forces.csv, row 4, column units")


READINGS = [
    ("nations", "gdp", "3,640,000", "write 3640000"),
    ("nations", "gdp", "3.640.000", "write 3640000"),
    ("nations", "gdp", "1,000.5", "write 1000.5"),
    ("nations", "gdp", "1.000,5", "write 1000.5"),
    ("nations", "gdp", "1,000", "write 1000, or 1.000 if the comma is a decimal sign"),
    ("nations", "gdp", "1,5", "write 1.5"),
    ("nations", "gdp", "0,500", "write 0.500"),
    ("nations", "gdp", "€ 5", "write 5"),
    ("nations", "gdp", "$1,234,567", "write 1234567"),
    ("nations", "gdp", "5 USD", "write 5"),
    ("nations", "gdp", "EUR 1 000", "write 1000"),
    ("nations", "gdp", "1 000", "write 1000"),
    ("nations", "gdp", "1\u00a0000\u00a0000", "write 1000000"),
    ("nations", "gdp", "1\u202f000,25", "write 1000.25"),
    ("nations", "gdp", "1'000", "write 1000"),
    ("nations", "gdp", "1_000", "write 1000"),
    ("nations", "gdp", "0x10", "write 16"),
    ("nations", "gdp", " 5", "without space around it: write 5"),
    ("nations", "gdp", "٣", "write 3"),
    ("nations", "gdp", "n/a", "leave the cell blank"),
    ("nations", "gdp", "2025-01-05", "format the column as a number and enter the figure again"),
    ("nations", "gdp", "5-Jan", "format the column as a number and enter the figure again"),
    ("nations", "gdp", "5k", None),
    ("nations", "gdp", "80%", None),
    ("nations", "gdp", "-1,5", None),
    ("nations", "gdp", "about 5", None),
    ("nations", "gdp", "3,640,00", None),
    ("willingness", "willingness", "80%", "write 0.8"),
    ("willingness", "willingness", "7,5 %", "write 0.075"),
    ("willingness", "willingness", "80", "write 0.8 if it is in per cent"),
    ("willingness", "willingness", "0,8", "write 0.8"),
    ("willingness", "willingness", "120%", None),
    ("willingness", "willingness", "1,5", None),
    ("willingness", "willingness", "n/a", None),
    ("forces", "units", "2.50", "write 2, or 3"),
    ("forces", "units", "1,000", "write 1000, or 1.000 if the comma is a decimal sign"),
    ("forces", "min_units", "0.5", "write 1"),
    ("forces", "units", "-2.5", None),
    ("nations", "can_lead", "yes", "write true"),
    ("nations", "can_lead", "x", "write true"),
    ("nations", "can_lead", "1", "write true"),
    ("nations", "can_lead", "No", "write false"),
    ("nations", "can_lead", "0", "write false"),
    ("nations", "can_lead", "maybe", None),
]


@pytest.mark.parametrize(("table", "column", "text", "reading"), READINGS)
def test_a_refused_cell_is_told_its_likely_reading(folder, table, column, text, reading):
    rows = [{**row, column: 1} for row in two().to_dict()[table]]
    names = list(rows[0])
    lines = [",".join(names)]
    lines += [",".join(f'"{text if i == 0 and n == column else r[n]}"' for n in names) for i, r in enumerate(rows[:1])]
    lines += [
        ",".join("" if n == column and table == "nations" else str(r.get(n, "")) for n in names) for r in rows[1:]
    ]
    (folder / f"{table}.csv").write_text("\n".join(lines).replace("True", "true") + "\n")
    line = next(line for line in told(folder) if f"row 2, column {column}:" in line)
    assert line.endswith(f" {reading}") if reading else ": " not in line.partition("expected")[2]


def test_json_numbers_in_quotes():
    content = two().to_dict()
    content["nations"][0]["gdp"] = "3,640,000"
    content["forces"][1]["units"] = "5"
    with pytest.raises(BadInput) as caught:
        Instance.from_dict(content)
    first, second = map(str, caught.value.faults)
    assert first.endswith(": write 3640000, without quotes")
    assert second.endswith(": write 5, without quotes")


def test_cells_of_a_workbook(tmp_path):
    def change(book):
        book["nations"].cell(2, 3, datetime.date(2025, 1, 5))
        book["nations"].cell(3, 5, 1)
        book["willingness"].cell(2, 3, 80)

    date, flag, share = told(workbook(tmp_path, change))
    assert "a spreadsheet took it for a date" in date
    assert flag.endswith(": write true")
    assert share.endswith(": write 0.8 if it is in per cent")


DIGITS = "10031000161211020000"


@pytest.mark.parametrize(
    "symbol", [DIGITS, DIGITS + "0000000000", "SFGPUCI---H----", "SFGPUCI---", "SFG*UCI----D***", "sfapmff---"]
)
def test_a_symbol_s_form(folder, tmp_path, symbol):
    text = (folder / "unit_types.csv").read_text().splitlines()
    (folder / "unit_types.csv").write_text(f"{text[0]},symbol\n{text[1]},{symbol}\n")
    first = read(folder)
    assert first.tables["unit_types"][0]["symbol"] == symbol
    for target in ("a.xlsx", "b.json"):
        write(first, tmp_path / target)
        assert read(tmp_path / target) == first


@pytest.mark.parametrize(
    ("symbol", "part"),
    [
        ("tank", "(a letter, then letters, digits, - and *; 10 are enough)"),
        (DIGITS[:19], "20 or 30 digits"),
        (DIGITS[:15], "20 or 30 digits"),
        ("SFGPUCI---H-----", "15 signs"),
        ("SFGPUCI_--H----", "15 signs"),
        ("1.0031E+019", "a spreadsheet made it a number and lost digits; format the column as text"),
        ("1.00310001612110E+19", "a spreadsheet made it a number and lost digits; format the column as text"),
        ("'" + DIGITS, f": write {DIGITS}"),
        ("1003 1000 1612 1102 0000", f": write {DIGITS}"),
    ],
)
def test_what_is_no_symbol(folder, symbol, part):
    text = (folder / "unit_types.csv").read_text().splitlines()
    (folder / "unit_types.csv").write_text(f"{text[0]},symbol\n{text[1]},{symbol}\n")
    (line,) = told(folder)
    assert line.startswith("unit_types.csv, row 2, column symbol")
    assert part in line


def test_a_symbol_that_a_workbook_or_a_frame_holds_as_a_number(tmp_path):
    def change(book):
        sheet = book["unit_types"]
        sheet.cell(2, [cell.value for cell in sheet[1]].index("symbol") + 1, int(DIGITS))

    (line,) = told(workbook(tmp_path, change))
    assert line.startswith("unit_types, row 2, column symbol")
    assert "a spreadsheet made it a number and lost digits; format the column as text" in line
    frames = {name: two().frame(name) for name, rows in two().tables.items() if rows}
    frames["unit_types"]["symbol"] = [float(DIGITS)]
    with pytest.raises(BadInput, match="a spreadsheet made it a number and lost digits"):
        Instance.from_frames(two().settings, frames)
    content = two().to_dict()
    content["unit_types"][0]["symbol"] = int(DIGITS)
    path = tmp_path / "x.json"
    path.write_text(json.dumps(content))
    (line,) = told(path)
    assert "in quotes" in line


def test_the_schema_knows_the_form_of_a_symbol():
    import jsonschema

    from allocator.instance.schema import schema

    validator = jsonschema.Draft202012Validator(schema())
    for symbol, sound in ((DIGITS, True), ("SFGPUCI---H----", True), (DIGITS + "1", False), ("1.0031E+019", False)):
        content = two().to_dict()
        content["unit_types"][0]["symbol"] = symbol
        assert validator.is_valid(content) is sound


# ---- keys twice -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "extra", "key"),
    [
        ("[horizon]", '"horizon.periods" = 3\n[horizon]', "horizon.periods"),
        ("[horizon]", '"horizon.start" = "2025-07"\n[horizon]', "horizon.start"),
        ("[horizon]", '"events.peace" = false\n[horizon]', "events.peace"),
    ],
)
def test_a_dotted_key_beside_its_table_in_toml(folder, right, extra, key):
    path = folder / "instance.toml"
    text = path.read_text().replace("[events]\n", "") + "\n[events]\npeace = true\n"
    path.write_text(text)
    assert read(folder).events == {"peace": True}
    path.write_text(text.replace(right, extra))
    (line,) = told(folder)
    assert line.startswith(f'instance.toml, {key} is given twice; keep one of "{key}" and {key.partition(".")[2]} in ')


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(("key", "value"), [("horizon.periods", 3), ("horizon.periods", 2), ("events.peace", True)])
def test_a_dotted_key_beside_its_table_in_json(key, value, first):
    content = two(events={"peace": True}).to_dict()
    pair = {key: value}
    content["instance"] = {**pair, **content["instance"]} if first else {**content["instance"], **pair}
    with pytest.raises(BadInput) as caught:
        Instance.from_dict(content)
    (fault,) = caught.value.faults
    assert (fault.column, fault.found) == (key, "is given twice")


@pytest.mark.parametrize("cell", [3, None])
def test_a_key_twice_in_the_settings_sheet(tmp_path, cell):
    path = workbook(tmp_path, lambda book: book["instance"].append(["horizon.periods", cell]))
    (line,) = told(path)
    assert "column horizon.periods is given twice; keep one; the first is row" in line


@pytest.mark.parametrize("extra", ["periods = 3", "periods = 2", "[horizon]", "[horizon.periods]"])
def test_a_key_twice_in_one_toml_table(folder, extra):
    path = folder / "instance.toml"
    text = path.read_text().replace("[events]\n", "").rstrip("\n")
    path.write_text(f"{text}\n{extra}\n")
    (line,) = told(folder)
    assert "found a key or a table given twice; expected each once" in line
    assert f"row {text.count(chr(10)) + 2}" in line or f"row {text.count(chr(10)) + 1}" in line


# ---- numbers that nothing holds ---------------------------------------------------------------------------

GIANT = ["1e1000000000000000000", "1e9999999999999999999", "-1e-9999999999999999999", "1e-400", "9" * 5000, "1" * 25]


@pytest.mark.parametrize("number", GIANT)
def test_numbers_that_nothing_holds_are_faults_of_their_cell(folder, tmp_path, number):
    content = json.dumps(two().to_dict())
    path = tmp_path / "x.json"
    path.write_text(content.replace('"units": 5', f'"units": {number}', 1))
    (line,) = told(path)
    assert line.startswith(f'x.json: forces, row 1, column units: found "{number[:20]}')
    path.write_text(content.replace('"periods": 2', f'"periods": {number}'))
    assert any(line.startswith("x.json, horizon.periods: found") for line in told(path))
    (folder / "forces.csv").write_text(f"{HEADER}AAA,bn,{number}\nBBB,bn,5\n")
    (line,) = told(folder)
    assert line.startswith(f'forces.csv, row 2, column units: found "{number[:20]}')
    (folder / "forces.csv").write_text(SOUND)
    settings = (folder / "instance.toml").read_text()
    (folder / "instance.toml").write_text(settings.replace("periods = 2", f"periods = {number}"))
    assert told(folder)[0].startswith("instance.toml, ")


def test_a_nought_with_a_giant_exponent_is_nought(folder):
    (folder / "forces.csv").write_text(f"{HEADER}AAA,bn,0e9999999999999999999\nBBB,bn,5\n")
    assert read(folder).tables["forces"][0]["units"] == 0


@pytest.mark.parametrize(("column", "table"), [("note", "nations"), ("units", "forces")])
def test_a_cell_above_the_reader_s_limit_names_row_and_column(folder, column, table):
    path = folder / f"{table}.csv"
    header, first, *rest = path.read_text().splitlines()
    cell = "7" * 140_000
    if column == "units":
        first = first.rpartition(",")[0] + "," + cell
    else:
        header, first = f"{header},{column}", f"{first},{cell}"
        rest = [f"{line}," for line in rest]
    path.write_text("\n".join([header, first, *rest]) + "\n")
    (line,) = told(folder)
    assert line.startswith(f'{table}.csv, row 2, column {column}: found "7777')
    assert "of at most 32,767 characters" in line
    assert len(line) < 300
