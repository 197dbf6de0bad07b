"""Faults are reported together and at their place: of JSON, of an instance and its model, of overrides of both."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

import allocator
from allocator import BadInput, Instance, read, write
from allocator.api import choose
from tests.cli.running import run
from tests.instance.pasted import fault_lines, faults
from tests.toys import Row, pools, toy, willing


def sound() -> Instance:
    """Two tasks of which the second begins later, budgets and commitments that leave their periods blank."""
    return toy(
        periods=3,
        events={"peace": True},
        tasks=[{"task": "hold"}, {"task": "late", "first_period": 2}],
        requirements=[{"task": j, "capability": "inf", "quantity": 2.0} for j in ("hold", "late")],
        commitments=[{"nation": "AAA", "unit_type": "bn", "task": "late", "at_most": 4}],
        budgets=[{"payer": "AAA", "amount": 100.0}, {"payer": "*", "amount": 500.0, "first_period": 2}],
    )


JSON = {
    "a column": ('"units": 5', '"units": NaN', 'x.json: forces, row 1, column units: found "NaN"; expected a whole'),
    "infinity": ('"units": 5', '"units": -Infinity', 'forces, row 1, column units: found "-Infinity"; expected'),
    "a setting": ('"periods": 3', '"periods": Infinity', 'x.json, horizon.periods: found "Infinity"; expected'),
    "an own column": ('"units": 5', '"units": 5, "_a": [NaN]', 'row 1, column _a: found "NaN"; expected JSON'),
    "twice in an own column": ('"units": 5', '"units": 5, "_a": {"b": 1, "b": 2}', 'found the key "b" given twice'),
    "a column twice": ('"units": 5', '"units": 5, "units": 6', "forces, row 1, column units is given twice; give each"),
    "a blank twice": ('"units": 5', '"units": 5, "note": null, "note": "x"', "row 1, column note is given twice"),
    "a setting twice": ('"periods": 3', '"periods": 3, "periods": 3', "x.json, horizon.periods is given twice"),
    "an event twice": ('"peace": true', '"peace": true, "peace": false', "x.json, events.peace is given twice"),
    "a section twice": ('"events":', '"horizon": {}, "events":', "x.json, horizon is given twice; give it once"),
    "a table twice": ('"forces":', '"forces": [], "forces":', "x.json, forces is given twice; give it once"),
    "null as a table": ('"forces":', '"forces": null, "_":', 'x.json: forces: found "null"; expected a list of rows'),
}


@pytest.mark.parametrize("case", JSON)
def test_what_json_does_not_know_hides_no_other_fault(tmp_path: Path, case: str) -> None:
    old, new, line = JSON[case]
    text = json.dumps(sound().to_dict())
    assert old in text
    path = tmp_path / "x.json"
    path.write_text(text.replace(old, new).replace('"amount": 500.0', '"amount": "x"'))
    lines = fault_lines(path)
    assert any(line in found for found in lines), lines
    assert any("budgets, row 2, column amount" in found for found in lines)
    assert len([found for found in lines if "unknown" not in found]) == 2


def test_one_mistake_in_a_setting_is_one_fault(tmp_path: Path) -> None:
    """An event with a wrong value is known all the same, and a path that leaves the folder is not reported twice."""
    content = sound().to_dict()
    content["conditions"] = [{"nation": "AAA", "requires": "event", "value": "peace"}]
    content["instance"] |= {"events": {"peace": "yes"}, "model": "../m.toml"}
    (tmp_path / "x.json").write_text(json.dumps(content))
    with pytest.raises(BadInput) as bad:
        choose(str(tmp_path / "x.json"))
    assert sorted(str(fault.column) for fault in bad.value.faults) == ["events.peace", "model"]


@pytest.mark.parametrize("section", ["horizon", "events"])
@pytest.mark.parametrize("value", ["[1]", '"x"', '{}, "SECTION": {}'])
def test_a_section_that_is_no_table_is_one_fault(tmp_path: Path, section: str, value: str) -> None:
    """What it should hold is not missed; the other settings are checked."""
    content = sound().to_dict()
    content["conditions"] = [{"nation": "AAA", "requires": "event", "value": "peace"}]
    content["instance"] |= {section: "HERE", "name": "No Name"}
    (tmp_path / "x.json").write_text(json.dumps(content).replace('"HERE"', value.replace("SECTION", section)))
    assert sorted(line.split(":")[0] for line in fault_lines(tmp_path / "x.json")) == sorted(
        ["x.json, name", f"x.json, {section}" + (" is given twice; give it once" if "{" in value else "")]
    )


@pytest.mark.parametrize("key", ["name", "horizon", "events"])
def test_a_misspelt_setting_is_not_missed_as_well(tmp_path: Path, key: str) -> None:
    content = sound().to_dict()
    content["conditions"] = [{"nation": "AAA", "requires": "event", "value": "peace"}]
    content["instance"][key[:-1]] = content["instance"].pop(key)
    (tmp_path / "x.json").write_text(json.dumps(content))
    (line,) = fault_lines(tmp_path / "x.json")
    assert line.startswith(f"x.json, {key[:-1]}: ")
    assert f"did you mean {key}?" in line


@pytest.mark.parametrize("key", ["title", "description", "currency", "model"])
def test_an_empty_setting_is_a_missing_one(tmp_path: Path, key: str) -> None:
    """A workbook has no other blank, and the instance stays the same in each carrier."""
    content = sound().to_dict()
    content["instance"].pop(key, None)
    missing = Instance.from_dict(content)
    content["instance"][key] = ""
    empty = Instance.from_dict(content)
    write(empty, tmp_path / "x.xlsx")
    assert missing == empty == read(tmp_path / "x.xlsx")
    assert missing.sha256 == empty.sha256


def test_an_apostrophe_is_part_of_a_number(tmp_path: Path) -> None:
    """The one that keeps spreadsheets from taking a text for a formula is never put before a number."""
    write(sound(), tmp_path / "x")
    path = tmp_path / "x" / "forces.csv"
    path.write_text(path.read_text().replace(",5", ",'+5"))
    (line,) = fault_lines(tmp_path / "x")
    assert 'row 2, column units: found "\'+5"' in line


def test_instance_and_model_are_checked_together(tmp_path: Path) -> None:
    content = sound().to_dict()
    content["forces"][0]["units"] = -1
    (tmp_path / "x.json").write_text(json.dumps(content))
    (tmp_path / "m.toml").write_text('objectives = ["costs"]\n')
    assert places(tmp_path / "x.json", str(tmp_path / "m.toml")) == ["x.json: forces", str(tmp_path / "m.toml")]
    for model in (None, "nope"):  # no model takes it, whichever it is; the number may fit another model
        found = places(tmp_path / "x.json", model, "model.tol=1", "model.max_burden*=2")
        assert found == ["x.json: forces", *(["model"] if model else []), "--set model.tol=1"]
    assert places(tmp_path / "x.json", "fair", "model.tol=1") == ["x.json: forces", "--set model.tol=1"]
    write(sound(), tmp_path / "y.json")
    both = places(tmp_path / "y.json", None, "model.tol=1", "forces.unitz=1")
    assert both == ["--set forces.unitz=1", "--set model.tol=1"]
    with pytest.raises(BadInput, match=r"--coalition.*\n.*model\.tol"):
        choose(tmp_path / "y.json", None, ["model.tol=1"], coalition="ZZZ")


def places(instance: Path, model: str | None, *overrides: str) -> list[str]:
    with pytest.raises(BadInput) as caught:
        choose(instance, model, overrides)
    return [fault.place for fault in caught.value.faults]


@pytest.mark.parametrize("name", ["eventz", "Horizon"])
def test_a_section_may_be_misspelt(tmp_path: Path, name: str) -> None:
    write(sound(), tmp_path / "x")
    path = tmp_path / "x" / "instance.toml"
    old = "events" if name == "eventz" else "horizon"
    path.write_text(path.read_text().replace(f"[{old}]", f"[{name}]"))
    assert any(
        f"instance.toml, {name}: " in line and f"(did you mean {old}?)" in line for line in fault_lines(path.parent)
    )


def test_the_name_of_an_instance_is_described(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="expected lower-case letters, digits and hyphens"):
        sound().override("name=Force 2025")


MEANT = [
    ("budgets[payer=AAA,first_period=1,last_period=3].amount*=0.5", "budgets", {"amount": 50.0}),
    ("budgets[payer=*,last_period=3].amount=7", "budgets", {"amount": 7.0}),
    ("requirements[task=late,first_period=2].quantity=7", "requirements", {"quantity": 7.0}),
    ("requirements[task=late,last_period=3].quantity*=3.5", "requirements", {"quantity": 7.0}),
    ("commitments[task=late,first_period=2].at_most-=3", "commitments", {"at_most": 1}),
    ("tasks[task=hold,last_period=3].last_period=2", "tasks", {"last_period": 2}),
    ("budgets[payer=AAA,last_period=].amount=7", "budgets", {"amount": 7.0}),
]


@pytest.mark.parametrize(("setting", "table", "cells"), MEANT)
def test_a_blank_period_matches_what_it_means(setting: str, table: str, cells: dict[str, Any]) -> None:
    before = sound()
    after = before.override(setting)
    ((old, new),) = [
        (a, b) for a, b in zip(before.tables[table], after.tables[table], strict=True) if dict(a) != dict(b)
    ]
    assert dict(new) == {**old, **cells}


def test_a_blank_period_follows_the_horizon_before_it() -> None:
    after = sound().override("horizon.periods=4", "budgets[payer=AAA,last_period=4].amount=7")
    assert [row["amount"] for row in after.rows("budgets")] == [7.0, 500.0]


def test_the_carrier_stays_equal(tmp_path: Path) -> None:
    write(sound(), tmp_path / "x.json")
    assert read(tmp_path / "x.json") == sound()


@pytest.mark.parametrize("value", ["1.0", "1e0", "01", 1, 1.0])
def test_the_size_of_a_coalition_is_a_whole_number_in_every_form(tmp_path: Path, value: Any) -> None:
    """pandas writes 1.0; JSON has numbers. All are the same instance, and one that can be solved."""
    row = {"nation": "AAA", "requires": "coalition_size", "value": "1"}
    plain = toy(conditions=[row])
    given = {**plain.to_dict(), "conditions": [{**row, "value": value}]}
    assert Instance.from_dict(given) == plain
    write(plain, tmp_path / "x")
    path = tmp_path / "x" / "conditions.csv"
    path.write_text(path.read_text().replace(",1\n", f",{value}\n"))
    assert read(tmp_path / "x") == plain
    assert allocator.solve(plain.override(f"conditions[nation=AAA].value={value}")).value("gap") == 0.0


@pytest.mark.parametrize("value", ["1.5", "0", 0, True, 1.5])
def test_what_is_no_size_of_a_coalition(value: Any) -> None:
    content = {**toy().to_dict(), "conditions": [{"nation": "AAA", "requires": "coalition_size", "value": value}]}
    with pytest.raises(BadInput) as caught:
        Instance.from_dict(content)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(1, "value")]


def test_a_model_that_an_instance_names_in_vain_is_a_fault_of_the_instance(tmp_path: Path) -> None:
    """In each carrier, at the place of the setting."""
    content = toy().to_dict()
    content["instance"]["model"] = "refrence"
    for place, carrier in (("instance.toml", "x"), ("x.json", "x.json"), ("instance", "x.xlsx")):
        write(Instance.from_dict(content), tmp_path / carrier)
        with pytest.raises(BadInput, match=r'^.*found "refrence".*did you mean reference') as bad:
            choose(tmp_path / carrier)
        row = row_of("model", tmp_path / carrier) if carrier == "x.xlsx" else None
        assert [(fault.place, fault.row, fault.column) for fault in bad.value.faults] == [(place, row, "model")]
        faulty = {**content, "forces": [{**row, "units": "many"} for row in content["forces"]]}
        if carrier == "x.json":
            (tmp_path / carrier).write_text(json.dumps(faulty))
        elif carrier == "x":
            (tmp_path / carrier / "forces.csv").write_text("nation,unit_type,units\nAAA,bn,many\n")
        else:
            continue
        assert [path.partition(":")[0] for path in places(tmp_path / carrier, None)][-1] == place
    with pytest.raises(BadInput, match=r'^model: found "nope"'):
        choose(tmp_path / "x.xlsx", "nope")
    content["instance"]["model"] = "own.toml"
    for place, carrier in (("instance.toml", "y"), ("y.json", "y.json"), ("instance", "y.xlsx")):
        write(Instance.from_dict(content), tmp_path / carrier)
        with pytest.raises(BadInput) as bad:
            choose(tmp_path / carrier)
        where = f"{place}, row {row_of('model', tmp_path / carrier)}, column" if carrier == "y.xlsx" else f"{place},"
        assert str(bad.value) == f'{where} model: found "own.toml"; expected a file in the instance\'s folder'


def row_of(key: str, workbook: Path) -> int:
    """Row of a key on the sheet of settings, as another reader counts it."""
    rows = CalamineWorkbook.from_path(workbook).get_sheet_by_name("instance").to_python()
    return next(at for at, row in enumerate(rows, start=1) if row[0] == key)


def test_a_fault_of_a_compared_case_names_the_option_that_gave_it() -> None:
    with pytest.raises(BadInput) as bad:
        allocator.cases([toy()], ["nope=1"], overrides=["neither=2"])
    assert [fault.place for fault in bad.value.faults] == ["--set neither=2", "--with nope=1"]


@pytest.mark.parametrize(
    ("rows", "row"),
    [
        ('AAA,Al"pha\nBBB,Bravo\n', 2),
        ('AAA,"Al\npha"\nBBB,"B, ""b"""\nCCC,5" gun\n', 5),
        ('AAA,Alpha\nBBB, "Bravo"\n', 3),
        ('AAA,"Alpha"\nBBB,"a\nb",x"\n', 3),
    ],
)
def test_a_quotation_mark_in_a_bare_cell_is_a_fault(tmp_path: Path, rows: str, row: int) -> None:
    """Readers differ in what it means; RFC 4180 has it in quoted cells alone."""
    folder = tmp_path / "x"
    write(toy(nations=[{"nation": "AAA"}, {"nation": "BBB"}]), folder)
    (folder / "nations.csv").write_text(f"nation,name\n{rows}")
    (found,) = (f for f in faults(folder) if f.place == "nations.csv")
    assert (found.row, "quotation mark" in found.found, "RFC 4180" in found.expected) == (row, True, True)
    (folder / "nations.csv").write_text('nation,name\nAAA,"Al ""pha"""\nBBB,"""B"", b"\n')
    assert [row["name"] for row in read(folder).tables["nations"]] == ['Al "pha"', '"B", b']


@pytest.mark.parametrize("command", ["solve", "sweep", "explore", "hedge", "explain"])
def test_every_command_reports_instance_and_model_together(tmp_path: Path, command: str) -> None:
    write(toy(), tmp_path / "x.json")
    (tmp_path / "x.json").write_text((tmp_path / "x.json").read_text().replace('"format": 1', '"format": 2'))
    (tmp_path / "own.toml").write_text('title = "Own"\nfamilies = ["rotations"]\n')
    done = run(command, "x.json", "--model", "own.toml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "x.json, format:" in done.stderr
    assert "own.toml, families:" in done.stderr
    assert "2 faults; nothing was done" in done.stderr


WHOLE: Any = {
    "nations": [{"nation": "AAA"}, {"nation": "BBB"}],
    "forces": pools(5, "AAA", "BBB"),
    "willingness": willing("AAA", "BBB"),
    "requirements": [{"task": j, "capability": "inf", "quantity": 2.0} for j in ("hold", "late")],
    "tasks": [{"task": "hold"}, {"task": "late"}],
    "force_changes": [{"nation": "AAA", "unit_type": "bn", "period": 1, "change": 1}],
}
"""Tables to which faults are added."""


HIDDEN: dict[str, tuple[dict[str, Row], list[tuple[str, str]]]] = {
    "a code that means another nation": (
        {"nations": {"nation": "Cc"}, "forces": {"nation": "ZZZ", "unit_type": "bn", "units": 1}},
        [("nations", "nation"), ("forces", "nation")],
    ),
    "a code that is meant": (
        {"nations": {"nation": "ccc"}, "forces": {"nation": "CCC", "unit_type": "bn", "units": 1}},
        [("nations", "nation")],
    ),
    "a blank code and one missing name": (
        {"nations": {"name": "C"}, "forces": {"nation": "CCC", "unit_type": "bn", "units": 1}},
        [("nations", "nation")],
    ),
    "a blank code and two missing names": (
        {
            "nations": {"name": "C"},
            "forces": {"nation": "CCC", "unit_type": "bn", "units": 1},
            "willingness": {"nation": "DDD", "objective": "land", "willingness": 1},
        },
        [("nations", "nation"), ("forces", "nation"), ("willingness", "nation")],
    ),
    "pledges on a missing name": (
        {
            "nations": {"nation": "Cc"},
            "conditions": {"nation": "AAA", "requires": "any_of", "value": "BBB ZZZ"},
            "budgets": {"payer": "YYY", "amount": 1},
        },
        [("nations", "nation"), ("conditions", "value"), ("budgets", "payer")],
    ),
    "a leader that cannot lead, with another fault in its row": (
        {
            "nations": {"nation": "CCC", "gdp": -1},
            "tasks": {"task": "led", "framework_share": 0.5, "framework_nation": "CCC"},
            "requirements": {"task": "led", "capability": "inf", "quantity": 1},
        },
        [("nations", "gdp"), ("tasks", "framework_nation")],
    ),
    "a prerequisite beside a capability that does not exist": (
        {
            "requirements": {"task": "hold", "capability": "xyz", "quantity": 1},
            "prerequisites": {"task": "hold", "needs_task": "late", "capability": "sea"},
        },
        [("requirements", "capability"), ("prerequisites", "capability")],
    ),
    "a prerequisite of a line with a fault": (
        {
            "requirements": {"task": "late", "capability": "see", "quantity": 1},
            "prerequisites": {"task": "hold", "needs_task": "late", "capability": "sea"},
        },
        [("requirements", "capability")],
    ),
    "a pool beside another with a fault": (
        {
            "forces": {"nation": "AAA", "unit_type": "car", "units": "x"},
            "force_changes": {"nation": "BBB", "unit_type": "bn", "period": 2, "change": -6},
        },
        [("forces", "units"), ("force_changes", "change")],
    ),
    "a pool of which one change is not known": (
        {
            "forces": {"nation": "AAA", "unit_type": "car", "units": 1},
            "force_changes": {"nation": "AAA", "unit_type": "car", "period": 2, "change": -2},
            "force_changes+": {"nation": "AAA", "unit_type": "car", "period": 9, "change": 1},
        },
        [("force_changes", "period")],
    ),
}


@pytest.mark.parametrize("case", HIDDEN)
def test_a_fault_hides_no_other_and_brings_no_second(case: str) -> None:
    added, expected = HIDDEN[case]
    content = toy(
        periods=2, indefinite=False, unit_types=[{"unit_type": "bn"}, {"unit_type": "car"}],
        capabilities=[{"capability": c, "name": c, "unit": "unit"} for c in ("inf", "sea")], **WHOLE,
    ).to_dict()  # fmt: skip
    for table, row in added.items():
        name = {"nations": {"name": "C"}, "tasks": {"name": "Led", "objective": "land"}}.get(table, {})
        content.setdefault(table.removesuffix("+"), []).append({**name, **row})
    with pytest.raises(BadInput) as bad:
        Instance.from_dict(content)
    assert [(fault.place.split(": ")[-1], fault.column) for fault in bad.value.faults] == expected


def test_a_row_with_a_comma_too_many_hides_no_other_fault(tmp_path: Path) -> None:
    """Its cells may mean what others refer to, and nothing more."""
    folder = tmp_path / "x"
    tables: Any = {**WHOLE, "groups": [{"group": "GG", "nation": "AAA"}]}
    write(toy(periods=2, indefinite=False, **tables), folder)
    pledges = "nation,requires,value\nAAA,any_of,BBB HHH\nAAA,any_of,BBB ZZZ\n"
    for name, text in {
        "nations": "nation,name\nAAA,A\nBBB,B\nCCC,C,\n",
        "groups": "group,nation\nGG,AAA\nHHH,AAA,\n",
        "conditions": pledges,
        "forces": "nation,unit_type,units\nAAA,bn,5\nBBB,bn\nCCC,bn,1\nDDE,bn,1\n",
        "force_changes": "nation,unit_type,period,change\nAAA,bn,2,-6\nBBB,bn,2,-6\n",
        "requirements": "task,capability,quantity\nhold,inf,2\nlate,inf,2,\n",
        "prerequisites": "task,needs_task,capability\nhold,late,inf\n",
    }.items():
        (folder / f"{name}.csv").write_text(text)
    found = [(fault.place, fault.row) for fault in faults(folder) if fault.column]
    assert found == [("forces.csv", 5), ("conditions.csv", 3), ("force_changes.csv", 2)]
