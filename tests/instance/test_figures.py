"""Cells that people really write: numbers as a spreadsheet shows them, symbols, giant numbers."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from openpyxl import Workbook

from allocator import BadInput, Instance, read, write
from tests.instance.pasted import HEADER, SOUND, fault_lines, two, workbook

# ---- texts and numbers ------------------------------------------------------------------------------------


def test_cr_lf_in_a_quoted_cell_is_lf(folder: Path) -> None:
    text = 'nation,unit_type,units,note\r\nAAA,bn,5,"light infantry,\r\nno armour"\r\nBBB,bn,5,\r\n'
    (folder / "forces.csv").write_bytes(text.encode())
    assert read(folder).tables["forces"][0]["note"] == "light infantry,\nno armour"
    (folder / "forces.csv").write_bytes(text.replace(",\r\nno", ",\rno").encode())
    (line,) = fault_lines(folder)
    assert line.startswith('forces.csv, row 2, column note: found "light infantry,\\rno armour"')
    (folder / "forces.csv").write_bytes(text.replace("BBB,bn,5", "BBB,bn,x").encode())
    (line,) = fault_lines(folder)
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
    ("willingness", "willingness", "80", "write 0.8 if it is a percentage"),
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
def test_a_refused_cell_is_told_its_likely_reading(
    folder: Path, table: str, column: str, text: str, reading: str | None
) -> None:
    rows = [{**row, column: 1} for row in two().to_dict()[table]]
    names = list(rows[0])
    lines = [",".join(names)]
    lines += [",".join(f'"{text if i == 0 and n == column else r[n]}"' for n in names) for i, r in enumerate(rows[:1])]
    lines += [
        ",".join("" if n == column and table == "nations" else str(r.get(n, "")) for n in names) for r in rows[1:]
    ]
    (folder / f"{table}.csv").write_text("\n".join(lines).replace("True", "true") + "\n")
    line = next(line for line in fault_lines(folder) if f"row 2, column {column}:" in line)
    assert line.endswith(f" {reading}") if reading else ": " not in line.partition("expected")[2]


def test_json_numbers_in_quotes() -> None:
    content = two().to_dict()
    content["nations"][0]["gdp"] = "3,640,000"
    content["forces"][1]["units"] = "5"
    with pytest.raises(BadInput) as caught:
        Instance.from_dict(content)
    first, second = map(str, caught.value.faults)
    assert first.endswith(": write 3640000, without quotes")
    assert second.endswith(": write 5, without quotes")


def test_cells_of_a_workbook(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        book["nations"].cell(2, 3, datetime.date(2025, 1, 5))
        book["nations"].cell(3, 5, 1)
        book["willingness"].cell(2, 3, 80)

    date, flag, share = fault_lines(workbook(tmp_path, change))
    assert "a spreadsheet turned it into a date" in date
    assert flag.endswith(": write true")
    assert share.endswith(": write 0.8 if it is a percentage")


DIGITS = "10031000161211020000"


@pytest.mark.parametrize(
    "symbol", [DIGITS, DIGITS + "0000000000", "SFGPUCI---H----", "SFGPUCI---", "SFG*UCI----D***", "sfapmff---"]
)
def test_a_symbol_s_form(folder: Path, tmp_path: Path, symbol: str) -> None:
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
        ("SFGPUCI---H-----", "15 characters"),
        ("SFGPUCI_--H----", "15 characters"),
        ("1.0031E+019", "a spreadsheet turned it into a number and lost digits; format the column as text"),
        ("1.00310001612110E+19", "a spreadsheet turned it into a number and lost digits; format the column as text"),
        ("'" + DIGITS, f": write {DIGITS}"),
        ("1003 1000 1612 1102 0000", f": write {DIGITS}"),
    ],
)
def test_what_is_no_symbol(folder: Path, symbol: str, part: str) -> None:
    text = (folder / "unit_types.csv").read_text().splitlines()
    (folder / "unit_types.csv").write_text(f"{text[0]},symbol\n{text[1]},{symbol}\n")
    (line,) = fault_lines(folder)
    assert line.startswith("unit_types.csv, row 2, column symbol")
    assert part in line


def test_a_symbol_that_a_workbook_or_a_frame_holds_as_a_number(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        sheet = book["unit_types"]
        sheet.cell(2, [cell.value for cell in sheet[1]].index("symbol") + 1, int(DIGITS))

    (line,) = fault_lines(workbook(tmp_path, change))
    assert line.startswith("unit_types, row 2, column symbol")
    assert "a spreadsheet turned it into a number and lost digits; format the column as text" in line
    frames = {name: two().frame(name) for name, rows in two().tables.items() if rows}
    frames["unit_types"]["symbol"] = [float(DIGITS)]
    with pytest.raises(BadInput, match="a spreadsheet turned it into a number and lost digits"):
        Instance.from_frames(two().settings, frames)
    content = two().to_dict()
    content["unit_types"][0]["symbol"] = int(DIGITS)
    path = tmp_path / "x.json"
    path.write_text(json.dumps(content))
    (line,) = fault_lines(path)
    assert "in quotes" in line


def test_the_schema_knows_the_form_of_a_symbol() -> None:
    import jsonschema

    from allocator.instance.schema import schema

    validator = jsonschema.Draft202012Validator(schema())
    for symbol, sound in ((DIGITS, True), ("SFGPUCI---H----", True), (DIGITS + "1", False), ("1.0031E+019", False)):
        content = two().to_dict()
        content["unit_types"][0]["symbol"] = symbol
        assert validator.is_valid(content) is sound


# ---- numbers that nothing holds ---------------------------------------------------------------------------

GIANT = ["1e1000000000000000000", "1e9999999999999999999", "-1e-9999999999999999999", "1e-400", "9" * 5000, "1" * 25]


@pytest.mark.parametrize("number", GIANT)
def test_numbers_that_nothing_holds_are_faults_of_their_cell(folder: Path, tmp_path: Path, number: str) -> None:
    content = json.dumps(two().to_dict())
    path = tmp_path / "x.json"
    path.write_text(content.replace('"units": 5', f'"units": {number}', 1))
    (line,) = fault_lines(path)
    assert line.startswith(f'x.json: forces, row 1, column units: found "{number[:20]}')
    path.write_text(content.replace('"periods": 2', f'"periods": {number}'))
    assert any(line.startswith("x.json, horizon.periods: found") for line in fault_lines(path))
    (folder / "forces.csv").write_text(f"{HEADER}AAA,bn,{number}\nBBB,bn,5\n")
    (line,) = fault_lines(folder)
    assert line.startswith(f'forces.csv, row 2, column units: found "{number[:20]}')
    (folder / "forces.csv").write_text(SOUND)
    settings = (folder / "instance.toml").read_text()
    (folder / "instance.toml").write_text(settings.replace("periods = 2", f"periods = {number}"))
    assert fault_lines(folder)[0].startswith("instance.toml, ")


def test_a_nought_with_a_giant_exponent_is_nought(folder: Path) -> None:
    (folder / "forces.csv").write_text(f"{HEADER}AAA,bn,0e9999999999999999999\nBBB,bn,5\n")
    assert read(folder).tables["forces"][0]["units"] == 0


@pytest.mark.parametrize(("column", "table"), [("note", "nations"), ("units", "forces")])
def test_a_cell_above_the_reader_s_limit_names_row_and_column(folder: Path, column: str, table: str) -> None:
    path = folder / f"{table}.csv"
    header, first, *rest = path.read_text().splitlines()
    cell = "7" * 140_000
    if column == "units":
        first = first.rpartition(",")[0] + "," + cell
    else:
        header, first = f"{header},{column}", f"{first},{cell}"
        rest = [f"{line}," for line in rest]
    path.write_text("\n".join([header, first, *rest]) + "\n")
    (line,) = fault_lines(folder)
    assert line.startswith(f'{table}.csv, row 2, column {column}: found "7777')
    assert "of at most 32,767 characters" in line
    assert len(line) < 300
