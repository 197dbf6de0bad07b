"""KEY=VALUE on an instance and on a model."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import allocator
from allocator import BadInput, Instance, load_model
from allocator.model import Model
from tests.toys import pools, toy


@pytest.fixture
def instance() -> Instance:
    return toy(
        periods=2,
        events={"peace": True, "on-call": False, "odd-": False},
        nations=[{"nation": "AAA", "gdp": 100.0}, {"nation": "BBB"}],
        forces=[
            {"nation": "AAA", "unit_type": "bn", "units": 5},
            {"nation": "BBB", "unit_type": "bn", "units": 10},
        ],
        budgets=[{"payer": "common", "amount": 100.0}],
    )


@pytest.mark.parametrize(
    ("setting", "read", "expected"),
    [
        ("horizon.periods*=2.5", lambda i: i.periods, 5),
        ("horizon.periods-=1", lambda i: i.periods, 1),
        ("events.on-call=true", lambda i: i.events["on-call"], True),
        ("events.odd-=true", lambda i: i.events["odd-"], True),
        ("budgets.amount-=0.1", lambda i: i.rows("budgets")[0]["amount"], 99.9),
        ("forces[nation=BBB].units-=0.5", lambda i: i.rows("forces")[1]["units"], 9),
        ("nations.gdp*=2", lambda i: [r["gdp"] for r in i.rows("nations")], [200.0, None]),
        ("forces.units*=0e999999999", lambda i: [r["units"] for r in i.rows("forces")], [0, 0]),
        ("horizon.periods=4", lambda i: i.periods, 4),
        ("horizon.indefinite=false", lambda i: i.indefinite, False),
        ("events.peace=FALSE", lambda i: i.events["peace"], False),
        ("title=Another", lambda i: i.title, "Another"),
        ("budgets[payer=common].amount*=0.8", lambda i: i.rows("budgets")[0]["amount"], 80.0),
        ("budgets[payer=common].amount+=-0.1", lambda i: i.rows("budgets")[0]["amount"], 99.9),
        ("forces.units*=0.5", lambda i: [r["units"] for r in i.rows("forces")], [2, 5]),
        ("forces.units=3", lambda i: [r["units"] for r in i.rows("forces")], [3, 3]),
        ("nations[nation=AAA].gdp=", lambda i: i.rows("nations")[0]["gdp"], None),
        ("objectives.priority*=2", lambda i: i.rows("objectives")[0]["priority"], 2.0),
        ("forces[nation=AAA,unit_type=bn].units=1", lambda i: i.rows("forces")[0]["units"], 1),
    ],
)
def test_what_is_changed(instance: Instance, setting: str, read: Callable[[Instance], object], expected: Any) -> None:
    before = instance.sha256
    changed = instance.override(setting)
    assert read(changed) == expected
    assert changed.sha256 != before == instance.sha256


@pytest.mark.parametrize(
    ("setting", "part"),
    [
        ("horizon.period=4", "did you mean horizon.periods"),
        ("events.peac=true", "did you mean peace"),
        ("force[nation=AAA].units=4", "did you mean forces"),
        ("forces[nation=AAA].unit=4", "did you mean units"),
        ("forces[nation=AAB].units=4", "no row of forces with nation=AAB"),
        ("forces[natin=AAA].units=4", "did you mean nation"),
        ("forces[nation=AAA].units=many", "whole number"),
        (
            "forces[nation=AAA].units*=-0.5",
            "5 * -0.5 = -2.5, rounded down to -3; expected a whole number of at least 0",
        ),
        ("forces[nation=AAA].units-=6", "5 - 6 = -1; expected a whole number of at least 0"),
        ("forces.min_units*=0.5", "1 * 0.5 = 0.5, rounded down to 0; expected a whole number of at least 1"),
        ("forces.units*=half", 'found "half"; expected a number after *='),
        ("forces.units*=nan", 'found "nan"; expected a number after *='),
        ("horizon.months_per_period-=6", "6 - 6 = 0; expected a whole number from 1 to 1200"),
        ("events.peace*=2", "*= on events.peace; expected =, because it holds true or false"),
        ("title+=x", "+= on title"),
        ("forces[nation=AAA].nation*=2", "identifier"),
        ("nations[nation=BBB].gdp*=2", "a blank gdp"),
        ("conditions.value=x", "no row in conditions"),
        ("nonsense", "KEY=VALUE"),
        ("willingness.willingness=2", "0 to 1"),
        ("tasks[task=hold].last_period=9", "period of the horizon"),
    ],
)
def test_what_is_refused(instance: Instance, setting: str, part: str) -> None:
    with pytest.raises(BadInput) as caught:
        instance.override(setting)
    assert part in str(caught.value)
    assert "--set" in str(caught.value)


def test_a_figure_that_is_set_is_no_longer_a_range() -> None:
    instance = toy(forces=[{"nation": "AAA", "unit_type": "bn", "units": 5, "units_low": 4, "units_high": 6}])
    row = instance.override("forces.units*=2").tables["forces"][0]
    assert dict(row) == {"nation": "AAA", "unit_type": "bn", "units": 10}


@pytest.mark.parametrize(
    ("units", "by", "left"),
    [
        (30, "*=0.1", 3),
        (3, "*=0.7", 2),
        (10, "*=0.9", 9),
        (7, "+=-6.9", 0),
        (9, "*=0.33333333333333333333333333333333", 2),
    ],
)
def test_rounding_down_is_exact(units: int, by: str, left: int) -> None:
    """0.1 * 30 is 3.0000000000000004 or 2.9999999999999996 in other arithmetics, and a third of 9 is below 3."""
    changed = toy(forces=pools(units, "AAA")).override(f"forces.units{by}")
    assert changed.rows("forces")[0]["units"] == left


def test_rounding_down_is_said_once_an_override(instance: Instance) -> None:
    changed = instance.override("forces.units*=0.5", "forces.units*=0.5", "forces[nation=BBB].units+=1")
    assert changed.notes == (
        "forces.units*=0.5: 5 * 0.5 = 2.5, rounded down to 2",
        "forces.units*=0.5: 5 * 0.5 = 2.5, rounded down to 2",
    )
    both = instance.override("forces.units*=0.3")
    assert both.warnings()[0] == "forces.units*=0.3: 5 * 0.3 = 1.5, rounded down to 1"
    assert instance.override("forces.units*=0.33").notes == (
        "forces.units*=0.33: 5 * 0.33 = 1.65, rounded down to 1; 2 figures were rounded down in all",
    )
    kept = changed.case("high").coalition("AAA").override("title=x")
    assert kept.notes == pickle.loads(pickle.dumps(kept)).notes == changed.notes
    assert changed == Instance.from_dict(changed.to_dict()), "notes are no part of the content"


def test_blanks_are_no_numbers_and_that_is_said(instance: Instance) -> None:
    assert instance.override("nations.gdp*=2").notes == ("nations.gdp*=2: 1 of 2 rows have no gdp to change",)


def test_an_end_of_a_range_is_scaled_like_any_figure() -> None:
    row = {"nation": "AAA", "unit_type": "bn", "units": 5, "units_low": 3, "units_high": 9}
    changed = toy(forces=[row]).override("forces.units_low*=0.5")
    assert dict(changed.tables["forces"][0]) == {**row, "units_low": 1}
    with pytest.raises(BadInput, match="at least units, which is 5"):
        toy(forces=[row]).override("forces.units_high*=0.5")


class TestRowsThatAreAdded:
    @pytest.mark.parametrize(
        ("setting", "table", "row"),
        [
            (
                "willingness[nation=BBB,objective=land].willingness=0.7",
                "willingness",
                {"nation": "BBB", "objective": "land", "willingness": 0.7},
            ),
            ("budgets[payer=*].amount=5", "budgets", {"payer": "*", "amount": 5.0}),
            (
                "budgets[first_period=2,payer=common].amount=5",
                "budgets",
                {"payer": "common", "amount": 5.0, "first_period": 2},
            ),
            ("nations[nation=CCC,name=Third one].gdp=9", "nations", {"nation": "CCC", "name": "Third one", "gdp": 9.0}),
            ("groups[group=G,nation=AAA].nation=AAA", "groups", {"group": "G", "nation": "AAA"}),
            ("groups[group=G,nation=AAA].note=", "groups", {"group": "G", "nation": "AAA"}),
            ("caveats[nation=AAA].task=hold", "caveats", {"nation": "AAA", "task": "hold"}),
            ("caveats[nation=AAA,task=hold].task=hold", "caveats", {"nation": "AAA", "task": "hold"}),
            (
                "conditions[nation=AAA,requires=event].value=peace",
                "conditions",
                {"nation": "AAA", "requires": "event", "value": "peace"},
            ),
        ],
    )
    def test_a_row_named_whole(self, instance: Instance, setting: str, table: str, row: dict[str, Any]) -> None:
        changed = instance.override(setting)
        assert dict(changed.tables[table][-1]) == row
        assert len(changed.tables[table]) == len(instance.tables[table]) + 1
        (note,) = changed.notes
        cells = ", ".join(
            f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
            for name, value in changed.tables[table][-1].items()
        )
        assert note == f"{setting}: {table} had no such row, so it was added ({cells})"
        assert changed == Instance.from_dict(changed.to_dict())
        again = changed.override(setting)
        assert (again, len(again.notes)) == (changed, 1), "what is there is set, not added"

    @pytest.mark.parametrize(
        ("setting", "part"),
        [
            (
                "willingness[nation=BBC,objective=land].willingness=1",
                "nation must be a key of nations (did you mean BBB?)",
            ),
            (
                "willingness[nation=BBB,objective=lands].willingness=1",
                "objective must be a key of objectives (did you mean land?)",
            ),
            ("willingness[nation=BBB].willingness=1", "to add a row, give objective in the key as well"),
            ("willingness[nation=BBB,objective=land].willingness=2", "from 0 to 1"),
            ("willingness[nation=BBB,objective=land].willingness=", "found a blank"),
            ("willingness[nation=BBB,objective=land].willingness*=2", "no row of willingness with nation=BBB"),
            ("willingness[nation=BBB,objective=land].note=x", "give willingness in the key as well"),
            ("willingness[nation=AAA,objective=land,willingness=0.1].willingness=1", "with willingness=0.1"),
            ("willingness[nation=AAA,nation=BBB].willingness=1", "nation a second time"),
            ("budgets[payer=comon].amount=1", "did you mean common"),
            ("nations[nation=CCC].gdp=9", "give name in the key as well"),
            ("forces[nation=CCC].units=9", "no row of forces with nation=CCC"),
            ("conditions[nation=AAA,requires=event].value=peas", "did you mean peace"),
            ("caveats.task=hold", "or the key of a row to add: caveats[nation=...].COLUMN="),
        ],
    )
    def test_a_key_that_names_no_row(self, instance: Instance, setting: str, part: str) -> None:
        with pytest.raises(BadInput) as caught:
            instance.override(setting)
        assert part in str(caught.value)
        assert str(caught.value).startswith(f"--set {setting}: ")

    def test_what_is_added_counts(self, instance: Instance) -> None:
        """BBB has ten units and no stance; with one it can meet what AAA leaves open."""
        few = instance.override("forces[nation=AAA].units=1")
        joined = few.override("willingness[nation=BBB,objective=land].willingness=1")
        gaps = [allocator.solve(each, overrides=["model.families="]).value("gap") for each in (few, joined)]
        assert gaps == [0.75, 0.0]

    def test_one_override_builds_on_another(self, instance: Instance) -> None:
        changed = instance.override(
            "nations[nation=CCC].name=Third", "forces[nation=CCC,unit_type=bn].units=9", "forces[nation=CCC].units*=0.5"
        )
        assert changed.rows("forces")[-1]["units"] == 4


class TestModel:
    @pytest.mark.parametrize(
        ("settings", "name", "value"),
        [
            (["model.willingness_floor*=0.5"], "willingness_floor", 0.25),
            (["model.willingness_floor-=0.2"], "willingness_floor", 0.3),
            (["model.max_burden=0.02", "model.max_burden+=0.01"], "max_burden", 0.03),
            (["model.tolerance+=0.1", "model.tolerance*=3"], "tolerance", 0.3),
        ],
    )
    def test_numbers_are_changed_exactly(self, settings: list[str], name: str, value: float) -> None:
        assert getattr(Model().override(*settings), name) == value

    @pytest.mark.parametrize(
        ("setting", "part"),
        [
            ("model.willingness_floor*=3", "0.5 * 3 = 1.5; expected a number from 0 to 1"),
            ("model.max_burden+=0.01", "a blank max_burden"),
            ("model.families+=budget", "+= on model.families"),
            ("model.limits*=2", "*= on model.limits"),
            ("model.title*=2", "*= on title"),
            ("model.tolerence*=1", "did you mean tolerance"),
            ("model.tolerance", "no such key"),
        ],
    )
    def test_what_cannot_be_changed(self, setting: str, part: str) -> None:
        with pytest.raises(BadInput) as caught:
            Model().override(setting)
        assert part in str(caught.value)

    def test_shipped_models_load(self) -> None:
        assert load_model("reference") == Model(
            name="reference",
            title=load_model("reference").title,
            description=load_model("reference").description,
        )
        assert "rotation" not in load_model("surge").families
        assert load_model("no-politics").willingness_floor == 0
        assert load_model("fair").objectives[1] == "burden"

    @pytest.mark.parametrize(
        ("text", "part"),
        [
            ('titel = "x"', "did you mean title"),
            ('families = ["rotations"]', "did you mean rotation"),
            ('families = ["budget", "budget"]', "a second time"),
            ("objectives = []", "an empty list"),
            ('objectives = "gap"', "a list of"),
            ("tolerance = -1", "at least 0"),
            ("tolerance = true", "number"),
            ("tolerance = nan", "number"),
            ("willingness_floor = 2", "0 to 1"),
            ("max_burden = 0", "above 0"),
            ("title = 5", "text"),
            ("x =", "TOML"),
        ],
    )
    def test_faults_of_a_model_file(self, tmp_path: Path, text: str, part: str) -> None:
        path = tmp_path / "m.toml"
        path.write_text(text)
        with pytest.raises(BadInput, match="expected") as caught:
            load_model(path)
        assert part in str(caught.value)

    def test_a_missing_key_is_reference_s_and_a_list_may_be_empty(self, tmp_path: Path) -> None:
        path = tmp_path / "m.toml"
        path.write_text("families = []")
        model = load_model(path)
        assert model.families == ()
        assert model.objectives == ("gap", "risk", "cost", "burden")

    @pytest.mark.parametrize("name", ["referense", "nowhere.toml"])
    def test_what_is_not_there(self, name: str) -> None:
        with pytest.raises(BadInput):
            load_model(name)

    def test_overrides_reach_the_solve(self) -> None:
        plan = allocator.solve(
            toy(), overrides=["model.objectives=cost", "model.families=", "model.willingness_floor=0.2"]
        )
        assert plan.model.objectives == ("cost",)
        assert plan.model.families == ()
        assert plan.model.willingness_floor == 0.2
        assert plan.rows("deployments") == []

    def test_an_override_that_matches_nothing(self) -> None:
        with pytest.raises(BadInput, match="did you mean tolerance"):
            allocator.solve(toy(), overrides=["model.tolerence=1"])

    def test_max_burden_without_budget_is_odd(self) -> None:
        assert Model(families=(), max_burden=0.1).warnings()
        assert Model(max_burden=0.1).warnings() == []

    def test_an_instance_s_own_model_stays_in_its_folder(self, tmp_path: Path) -> None:
        allocator.write(toy(), tmp_path / "case")
        (tmp_path / "case" / "mine.toml").write_text("families = []\nobjectives = ['cost']")
        path = tmp_path / "case" / "instance.toml"
        path.write_text(path.read_text().replace("format = 1", 'format = 1\nmodel = "mine.toml"'))
        assert allocator.solve(tmp_path / "case").model.name == "mine"


def test_a_value_that_was_written_has_a_likely_reading_and_one_that_was_worked_out_has_none() -> None:
    with pytest.raises(BadInput, match=r"found \"1,5\"; expected a number above 0: write 1\.5$"):
        toy().override("nations.gdp=1,5")
    with pytest.raises(BadInput, match=r"expected a number from 0 to 1$"):
        toy().override("willingness.willingness*=8")
