"""KEY=VALUE on an instance and on a model."""

from __future__ import annotations

import pytest

import allocator
from allocator import BadInput, load_model
from allocator.model import Model
from tests.toys import toy


@pytest.fixture
def instance():
    return toy(
        periods=2,
        events={"peace": True},
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
        ("horizon.periods=4", lambda i: i.periods, 4),
        ("horizon.indefinite=false", lambda i: i.indefinite, False),
        ("events.peace=FALSE", lambda i: i.events["peace"], False),
        ("title=Another", lambda i: i.title, "Another"),
        ("budgets[payer=common].amount*=0.8", lambda i: i.rows("budgets")[0]["amount"], 80.0),
        ("budgets[payer=common].amount+=-0.1", lambda i: i.rows("budgets")[0]["amount"], 99.9),
        ("forces[nation=BBB].units*=0.5", lambda i: [r["units"] for r in i.rows("forces")], [5, 5]),
        ("forces.units=3", lambda i: [r["units"] for r in i.rows("forces")], [3, 3]),
        ("nations[nation=AAA].gdp=", lambda i: i.rows("nations")[0]["gdp"], None),
        ("objectives.priority*=2", lambda i: i.rows("objectives")[0]["priority"], 2.0),
        ("forces[nation=AAA,unit_type=bn].units=1", lambda i: i.rows("forces")[0]["units"], 1),
    ],
)
def test_what_is_changed(instance, setting, read, expected):
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
        ("forces[nation=AAA].units*=0.5", "whole number"),
        ("forces[nation=AAA].nation*=2", "identifier"),
        ("nations[nation=BBB].gdp*=2", "a blank gdp"),
        ("conditions.value=x", "no row in conditions"),
        ("nonsense", "KEY=VALUE"),
        ("willingness.willingness=2", "0 to 1"),
        ("tasks[task=hold].last_period=9", "period of the horizon"),
    ],
)
def test_what_is_refused(instance, setting, part):
    with pytest.raises(BadInput) as caught:
        instance.override(setting)
    assert part in str(caught.value)
    assert "--set" in str(caught.value)


def test_a_figure_that_is_set_is_no_longer_a_range():
    instance = toy(forces=[{"nation": "AAA", "unit_type": "bn", "units": 5, "units_low": 4, "units_high": 6}])
    row = instance.override("forces.units*=2").tables["forces"][0]
    assert dict(row) == {"nation": "AAA", "unit_type": "bn", "units": 10}


class TestModel:
    def test_shipped_models_load(self):
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
    def test_faults_of_a_model_file(self, tmp_path, text, part):
        path = tmp_path / "m.toml"
        path.write_text(text)
        with pytest.raises(BadInput, match="expected") as caught:
            load_model(path)
        assert part in str(caught.value)

    def test_a_missing_key_is_reference_s_and_a_list_may_be_empty(self, tmp_path):
        path = tmp_path / "m.toml"
        path.write_text("families = []")
        model = load_model(path)
        assert model.families == ()
        assert model.objectives == ("gap", "risk", "cost", "burden")

    @pytest.mark.parametrize("name", ["referense", "nowhere.toml"])
    def test_what_is_not_there(self, name):
        with pytest.raises(BadInput):
            load_model(name)

    def test_overrides_reach_the_solve(self):
        plan = allocator.solve(
            toy(), overrides=["model.objectives=cost", "model.families=", "model.willingness_floor=0.2"]
        )
        assert plan.model.objectives == ("cost",)
        assert plan.model.families == ()
        assert plan.model.willingness_floor == 0.2
        assert plan.rows("deployments") == []

    def test_an_override_that_matches_nothing(self):
        with pytest.raises(BadInput, match="did you mean tolerance"):
            allocator.solve(toy(), overrides=["model.tolerence=1"])

    def test_max_burden_without_budget_is_odd(self):
        assert Model(families=(), max_burden=0.1).warnings()
        assert Model(max_burden=0.1).warnings() == []

    def test_an_instance_s_own_model_stays_in_its_folder(self, tmp_path):
        allocator.write(toy(), tmp_path / "case")
        (tmp_path / "case" / "mine.toml").write_text("families = []\nobjectives = ['cost']")
        path = tmp_path / "case" / "instance.toml"
        path.write_text(path.read_text().replace("format = 1", 'format = 1\nmodel = "mine.toml"'))
        assert allocator.solve(tmp_path / "case").model.name == "mine"


def test_a_value_that_was_written_has_a_likely_reading_and_one_that_was_worked_out_has_none():
    with pytest.raises(BadInput, match=r"found \"1,5\"; expected a number above 0: write 1\.5$"):
        toy().override("nations.gdp=1,5")
    with pytest.raises(BadInput, match=r"expected a number from 0 to 1$"):
        toy().override("willingness.willingness*=8")
