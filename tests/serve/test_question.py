"""What can be moved, and the question that it makes."""

from __future__ import annotations

import shlex
import tomllib
from typing import Any

import pytest

import allocator
from allocator.instance import Instance
from allocator.serve.controls import checked
from allocator.serve.question import Question
from tests.serve.toys import hostile, question
from tests.toys import toy


def position(asked_of: Question, name: str, shown: str) -> dict[str, int]:
    """A move to the position with these words."""
    return {name: asked_of.controls[name].shown.index(shown)}


def facts(instance: Instance) -> Any:
    """Settings and tables without ranges: a figure that is set loses its own."""
    tables = {
        name: [{key: cell for key, cell in row.items() if not key.endswith(("_low", "_high"))} for row in rows]
        for name, rows in instance.tables.items()
    }
    return dict(instance.settings.get("events", {})), tables


class TestControls:
    @pytest.mark.parametrize("name", ["toy-budget", "toy-build", "toy-core", "toy-periods", "reassurance-force"])
    def test_every_position_of_every_control_is_an_override_that_holds(self, name: str) -> None:
        asked_of = question(name)
        instance, model = asked_of.base
        for control in asked_of.controls.values():
            assert len(control.values) == len(control.shown) == len(set(control.shown))
            for at in {0, control.at, len(control.values) - 1}:
                override = control.override(at)
                if override is None or (override.endswith("quantity=0") and len(instance.rows("requirements")) == 1):
                    continue
                if override.startswith("model."):
                    changed = model.override(override)
                    assert (changed == model) == (at == control.at)
                else:
                    assert (facts(instance.override(override)) == facts(instance)) == (at == control.at), override

    def test_they_are_of_the_question_as_asked(self) -> None:
        """The case and the overrides come first: half of the common fund's 45 million is where the slider stands."""
        asked_of = question(overrides=("budgets[payer=common].amount*=0.5", "model.willingness_floor=0.3"))
        first = asked_of.controls["budget.0"]
        assert first.shown[first.at] == "USD 22.5 million"
        floor = asked_of.controls["floor"]
        assert floor.shown[floor.at] == "0.30"

    def test_a_coalition_is_where_the_switches_stand(self) -> None:
        asked_of = question("toy-pledges", coalition="WEST")
        inside = {name for name, control in asked_of.controls.items() if control.kind == "nation" and control.at}
        assert inside == {"nation.BBB", "nation.CCC", "nation.EEE"}
        asked = asked_of.asked({"nation.BBB": 0, "nation.AAA": 1})
        assert asked.coalition is not None
        left = asked_of.base[0].coalition(asked.coalition)
        assert {row["nation"] for row in left.rows("willingness")} == {"AAA", "CCC", "EEE"}

    def test_a_limit_on_everything_can_be_added(self) -> None:
        asked_of = question("toy-rotation")
        control = asked_of.controls["budget.all"]
        assert control.shown[control.at] == "no limit"
        override = control.override(5)
        assert override is not None
        assert asked_of.base[0].override(override).rows("budgets")[0]["payer"] == "*"

    def test_money_is_left_out_with_its_family(self) -> None:
        asked_of = question(overrides=("model.families=rotation",))
        assert not any(control.group == "Money" for control in asked_of.controls.values())

    def test_lines_of_several_periods_are_told_apart(self) -> None:
        rows = [
            {"task": "hold", "capability": "inf", "quantity": 4.0, "first_period": 1, "last_period": 1},
            {"task": "hold", "capability": "inf", "quantity": 2.0, "first_period": 2, "last_period": 2},
        ]
        asked_of = Question("toy", toy(periods=2, requirements=rows))
        changed = asked_of.asked(position(asked_of, "line.1", "3 battalion"))
        quantities = [row["quantity"] for row in asked_of.base[0].override(*changed.overrides).rows("requirements")]
        assert quantities == [4.0, 3.0]

    def test_a_line_that_was_moved_is_not_multiplied(self) -> None:
        asked_of = hostile()
        moves = position(asked_of, "line.0", "6 battalion") | position(asked_of, "factor", "50 %")
        for last in ("line.0", "factor"):
            asked = asked_of.asked(moves, last)
            assert asked_of.base[0].override(*asked.overrides).rows("requirements")[0]["quantity"] == 6.0

    @pytest.mark.parametrize(
        "moves", [[], {"nothing": 0}, {"floor": -1}, {"floor": 99}, {"floor": 1.0}, {"floor": True}, {"floor": "1"}]
    )
    def test_a_page_sends_positions_and_nothing_else(self, moves: Any) -> None:
        with pytest.raises(ValueError, match=r"position|moves"):
            checked(question().controls, moves)

    def test_where_nothing_is_moved_nothing_is_asked(self) -> None:
        asked_of = question()
        at = {name: control.at for name, control in asked_of.controls.items()}
        assert asked_of.asked(checked(asked_of.controls, at)).overrides == ()


class TestSaved:
    def test_every_option_is_in_the_command(self) -> None:
        asked_of = question(
            model="surge", overrides=("forces.units+=1",), case="low", coalition="AAA+BBB",
            gap=0.01, time_limit=9.0, threads=2, seed=3,
        )  # fmt: skip
        assert asked_of.command(asked_of.asked({})) == (
            "allocator solve toy-budget --model surge --case low --set forces.units+=1 --coalition=AAA+BBB --gap 0.01 "
            "--time-limit 9.0 --threads 2 --seed 3"
        )

    def test_a_file_tries_positions_around_what_was_moved_last(self) -> None:
        asked_of = question()
        moves = position(asked_of, "budget.0", "USD 36 million") | position(asked_of, "floor", "0.25")
        content = tomllib.loads(asked_of.sweep(asked_of.asked(moves, "budget.0")))
        assert content["vary"] == ["budgets[payer=common].amount=31.5,33.8,36,38.2,40.5"]
        assert content["set"] == ["model.willingness_floor=0.25"]

    @pytest.mark.parametrize("last", ["", "nation.AAA", "factor", "nothing of the kind"])
    def test_what_cannot_be_varied_is_fixed_and_the_floor_varied(self, last: str) -> None:
        asked_of = question()
        moves = {"nation.AAA": 0} | position(asked_of, "factor", "50 %")
        content = tomllib.loads(asked_of.sweep(asked_of.asked(moves, last)))
        assert content["set"] == ["requirements.quantity*=0.5"]
        assert content["coalition"] == "-AAA"
        assert content["vary"] == ["model.willingness_floor=0.4,0.45,0.5,0.55,0.6"]

    def test_no_text_of_a_user_ends_its_place(self) -> None:
        """Names with quotes, backslashes and shell signs stay one word of the command and one text of the file."""
        nasty = "a'b\"c\\\\n$(d);#é"
        asked_of = Question(nasty, allocator.read("toy-budget"), model="reference", overrides=(f"title={nasty}",))
        content = tomllib.loads(asked_of.sweep(asked_of.asked({})))
        assert content["set"] == [f"title={nasty}"]
        assert shlex.split(asked_of.command(asked_of.asked({})))[2] == nasty
