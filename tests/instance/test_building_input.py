"""The new tables on every way in and out: carriers, frames, overrides, coalitions, blanks, the schema, the template."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from allocator import BadInput, Instance, read, write
from allocator.instance.assumed import count
from allocator.instance.copy import copy
from allocator.instance.schema import schema
from allocator.instance.tables import TABLES
from allocator.instance.template import template_files
from tests.instance.building import Row, changed, made, sound

RANGED = made(
    ("acquisitions", 1, {"lead_periods_high": 3, "price_low": 20.0}),
    ("force_changes", 2, {"change_low": -4, "source": "press", "note": "price assumed, change assumed (a guess)"}),
    ("commitments", 1, {"at_most_high": 5}),
    ("forces", 1, {"availability_low": 0.25, "home_units_high": 2}),
)


class TestCarriers:
    @pytest.mark.parametrize("name", ["case", "case.xlsx", "case.json"])
    def test_each_carrier_holds_everything(self, tmp_path: Path, name: str) -> None:
        write(RANGED, tmp_path / name)
        again = read(tmp_path / name)
        assert again == RANGED
        assert again.sha256 == RANGED.sha256
        assert copy(again, tmp_path / f"new-{name}") == []
        assert read(tmp_path / f"new-{name}").tables == RANGED.tables

    def test_frames_dicts_and_pickles(self) -> None:
        assert Instance.from_frames(RANGED.settings, {table: RANGED.frame(table) for table in TABLES}) == RANGED
        assert Instance.from_dict(RANGED.to_dict()) == RANGED
        assert pickle.loads(pickle.dumps(RANGED)) == RANGED

    def test_the_schema_accepts_it_and_refuses_what_no_column_takes(self) -> None:
        import jsonschema

        validator = jsonschema.Draft202012Validator(schema())
        assert list(validator.iter_errors(RANGED.to_dict())) == []
        for change in (
            ("force_changes", 1, {"change": 0}),
            ("force_changes", 1, {"period_low": 1}),
            ("acquisitions", 1, {"price": None}),
            ("prerequisites", 1, {"share": 0.0}),
            ("joint_purchases", 1, {"min_nations": 1}),
        ):
            assert list(validator.iter_errors(changed(change))), change

    @pytest.mark.parametrize(
        ("name", "sha256"),
        [
            ("toy-rotation", "4ef0cd59e3e8d31afbceae4a175bb9829f7a915c520259be3076f985c216c32f"),
            ("toy-pledges", "3b63f9c99b90c03f9642b132d75b89bf3d073eb974aab651707724ba3f79b652"),
        ],
    )
    def test_an_instance_without_the_new_tables_keeps_its_hash(self, name: str, sha256: str) -> None:
        assert read(name).sha256 == sha256

    def test_figures_of_the_new_tables_count_as_figures(self) -> None:
        counted = count(RANGED)
        assert counted["force_changes"] == (3, 1)  # three changes, the second assumed; a period is no figure
        assert counted["acquisitions"] == (6, 0)
        assert counted["industry"] == (3, 0)

    def test_the_template_names_the_tables_that_it_leaves_out(self) -> None:
        page = template_files("my-case")["README.md"].decode()
        absent = "groups, caveats, commitments, prerequisites, funding_keys, force_changes, acquisitions, industry, "
        assert f"Optional tables that are not here yet: {absent}joint_purchases, sources." in page


class TestBlanks:
    """What a blank means in the rows that the solver reads."""

    def test_commitments_take_the_periods_of_their_task_or_the_horizon(self) -> None:
        rows = made(("commitments", None, {"nation": "BBB", "unit_type": "mi", "task": "guard", "at_most": 2}))
        found = [(row["first_period"], row["last_period"], row["at_least"]) for row in rows.rows("commitments")]
        assert found == [(2, 4, 1), (1, 4, 0), (1, 3, 0)]

    def test_the_other_tables(self) -> None:
        rows = sound().rows
        assert [(r["first_period"], r["last_period"]) for r in rows("willingness")][:3] == [(1, 2), (3, 4), (1, 4)]
        programme, industry, joint = rows("acquisitions")[0], rows("industry")[0], rows("joint_purchases")[0]
        assert [programme[c] for c in ("first_order_period", "last_order_period", "min_order")] == [1, 4, 1]
        assert [industry[c] for c in ("expansion", "expansion_lead_periods")] == [1, 1]
        assert [joint[c] for c in ("min_nations", "common_share")] == [2, 0.0]
        assert [rows("forces")[1][c] for c in ("availability", "home_units", "last_period")] == [1.0, 0, 4]
        assert [rows("requirements")[1][c] for c in ("core_share", "core_weight")] == [0.0, 1.0]
        assert (rows("nations")[0]["collective"], rows("unit_types")[0]["expendable"]) == (False, False)
        assert rows("prerequisites")[0]["share"] == 0.5

    def test_they_follow_the_horizon_and_the_task(self) -> None:
        longer = sound().override("horizon.periods=6", "tasks[task=hold].last_period=5")
        assert longer.rows("acquisitions")[0]["last_order_period"] == 6
        assert [row["last_period"] for row in longer.rows("commitments")] == [5, 6]


ADDED = [
    ("commitments[nation=BBB,unit_type=mi].at_least=2", "commitments", {"at_least": 2, "first_period": 1}),
    ("commitments[nation=BBB,unit_type=mi,task=guard].at_most=2", "commitments", {"at_most": 2, "last_period": 3}),
    ("commitments[nation=AAA,unit_type=bn,task=,first_period=2].at_most=2", "commitments", {"first_period": 2}),
    ("prerequisites[task=hold,needs_task=guard,capability=air].share=0.25", "prerequisites", {"share": 0.25}),
    ("funding_keys[nation=CCC].weight=2", "funding_keys", {"weight": 2.0}),
    ("force_changes[nation=AAA,unit_type=bn,period=3].change=-2", "force_changes", {"change": -2}),
    ("acquisitions[nation=CCC,unit_type=mi,price=5].max_units=3", "acquisitions", {"price": 5.0, "max_units": 3}),
    ("acquisitions[nation=CCC,unit_type=mi,max_units=3].price=5", "acquisitions", {"price": 5.0, "max_units": 3}),
    ("industry[unit_type=bn].capacity=2", "industry", {"capacity": 2, "expansion": 1}),
    ("joint_purchases[unit_type=bn].discount=0.2", "joint_purchases", {"discount": 0.2, "min_nations": 3}),
    ("willingness[nation=CCC,objective=land,first_period=2].willingness=0", "willingness", {"first_period": 2}),
]


class TestOverrides:
    @pytest.mark.parametrize(("setting", "table", "cells"), ADDED)
    def test_a_whole_row_is_added(self, setting: str, table: str, cells: Row) -> None:
        before = made(("willingness", 5, {"last_period": 1}))
        after = before.override(setting)
        assert len(after.tables[table]) == len(before.tables[table]) + 1
        row = after.rows(table)[-1]
        assert {name: row[name] for name in cells} == cells
        assert "had no such row, so it was added" in after.notes[0]

    @pytest.mark.parametrize(
        ("setting", "part"),
        [
            ("acquisitions[nation=CCC,unit_type=mi].max_units=3", "give price in the key as well"),
            ("force_changes[nation=AAA,unit_type=bn].period=9", "1 to 4"),
            ("force_changes[nation=CCC,unit_type=mi].change=1", "give period in the key as well"),
            ("force_changes[nation=BBB,unit_type=bn].change-=2", "at least -4, so that the pool stays at 0 or more"),
            ("forces[nation=BBB,unit_type=bn].units=1", "at least -1, so that the pool stays at 0 or more"),
            ("force_changes[nation=AAA].change*=0.2", "rounded down to 0; expected a whole number other than 0"),
            ("willingness[nation=CCC,objective=land,first_period=2].willingness=0", "CCC and land in period 2"),
            ("commitments[task=].at_most=", "at_least, at_most or both"),
            ("commitments[task=hold].at_least=4", "at least at_least, which is 4"),
            ("horizon.periods=2", "1 to 2"),
            ("unit_types[unit_type=mi].rotation_ratio=2", "1, because expendable"),
            ("nations[nation=AAA].can_lead=false", "can_lead true in nations; here no nation can"),
            ("nations[nation=BBB].collective=true", "no purse"),
            ("requirements[task=guard,capability=awa].task=hold", "in requirements for guard, one of air"),
            ("tasks[task=guard].framework_nation=AAA", "because framework_nation is AAA"),
        ],
    )
    def test_what_is_changed_is_checked_again(self, setting: str, part: str) -> None:
        with pytest.raises(BadInput) as caught:
            sound().override(setting)
        assert part in str(caught.value)
        assert sound().override("title=x").tables == sound().tables  # nothing is left behind

    def test_rounding_and_ranges(self) -> None:
        after = RANGED.override("force_changes.change*=0.5", "acquisitions.max_units*=0.4", "forces.units=8")
        assert [row["change"] for row in after.rows("force_changes")] == [1, -2, 1]  # -1.5 is rounded down
        assert [row["max_units"] for row in after.rows("acquisitions")] == [1, 1]
        assert all("change_low" not in row for row in after.tables["force_changes"])


class TestCoalition:
    def test_who_is_outside_promises_nothing(self) -> None:
        instance = made(("commitments", None, {"nation": "BBB", "unit_type": "bn", "at_least": 1}))
        assert [row["nation"] for row in instance.coalition("BBB+NAE").rows("commitments")] == ["BBB"]
        assert [row["nation"] for row in instance.coalition("-BBB").rows("commitments")] == ["AAA", "AAA"]
        assert instance.coalition("CCC").rows("commitments") == ()
        assert Instance.from_dict(instance.coalition("BBB").to_dict()) == instance.coalition("BBB")

    def test_stances_of_every_period_go(self) -> None:
        inside = sound().coalition("AAA")
        assert [(row["nation"], row["first_period"]) for row in inside.rows("willingness")] == [("AAA", 1), ("AAA", 3)]
        assert sound().coalition("-AAA").rows("willingness")[0]["nation"] == "BBB"
