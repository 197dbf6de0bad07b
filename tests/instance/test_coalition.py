"""Who takes part, and the cases at the ends of the ranges."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import allocator
from allocator import BadInput, BadUsage
from allocator.instance.coalition import members
from tests.toys import pools, sent, toy, willing

NATIONS = ("AAA", "BBB", "CCC", "DDD")


@pytest.fixture
def instance() -> allocator.Instance:
    return toy(
        nations=[{"nation": n, "gdp": 1000.0} for n in NATIONS],
        groups=[
            *({"group": "ONE", "nation": n} for n in ("BBB", "AAA")),
            *({"group": "TWO", "nation": n} for n in ("BBB", "CCC")),
            {"group": "TWO-BBB", "nation": "DDD"},
        ],
        forces=pools(2, *NATIONS),
        willingness=willing("AAA", "BBB", "CCC"),
        conditions=[{"nation": "CCC", "requires": "nation", "value": "AAA"}],
    )


class TestCoalition:
    @pytest.mark.parametrize(
        ("text", "inside"),
        [
            ("ONE", "AAA BBB"),
            ("ONE+CCC", "AAA BBB CCC"),
            ("CCC+ONE", "AAA BBB CCC"),
            ("ONE+TWO", "AAA BBB CCC"),
            ("ONE-BBB", "AAA"),
            ("ONE-TWO+CCC", "AAA CCC"),
            ("ONE+TWO-TWO", "AAA"),
            ("TWO-TWO+TWO", "BBB CCC"),
            ("ONE-CCC", "AAA BBB"),
            ("-BBB", "AAA CCC DDD"),
            ("-ONE-DDD", "CCC"),
            ("-ONE+AAA", "AAA CCC DDD"),
            ("TWO-BBB", "DDD"),  # the longer name
            ("TWO-AAA-BBB", "CCC"),
            ("ONE+TWO-BBB", "AAA BBB DDD"),
        ],
    )
    def test_groups_and_nations_from_left_to_right(self, instance: allocator.Instance, text: str, inside: str) -> None:
        assert " ".join(members(instance, text)) == inside

    def test_whoever_is_not_in_it_sends_nothing_and_who_waits_for_them_neither(
        self, instance: allocator.Instance
    ) -> None:
        assert {n for n, *_ in sent(allocator.solve(instance))} <= {"AAA", "BBB", "CCC"}
        chosen = instance.coalition("TWO")
        assert [row["nation"] for row in chosen.rows("willingness")] == ["BBB", "CCC"]
        plan = allocator.solve(chosen)
        assert sent(plan) == {("BBB", "bn", "hold", 1): 2}
        assert [row["nation"] for row in plan.rows("nations")] == list(NATIONS)

    def test_the_instance_itself_stays_and_the_new_one_is_whole(self, instance: allocator.Instance) -> None:
        before = instance.sha256
        chosen = instance.coalition("ONE")
        assert instance.sha256 == before != chosen.sha256
        assert allocator.Instance.from_dict(chosen.to_dict()) == chosen == pickle.loads(pickle.dumps(chosen))
        assert instance.coalition("ONE+TWO") == instance  # DDD is willing to do nothing anyhow

    def test_a_coalition_of_the_unwilling_is_sound_and_sends_nothing(self, instance: allocator.Instance) -> None:
        chosen = instance.coalition("DDD")
        assert allocator.Instance.from_dict(chosen.to_dict()) == chosen
        plan = allocator.solve(chosen)
        assert (plan.status, plan.value("gap")) == ("optimal", 1.0)
        assert "willing" in plan.reason

    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("", ['found ""', "joined by + and -"]),
            ("ONE ", ['found "ONE "', "without white space"]),
            ("ONE + CCC", ["without white space"]),
            ("ONE\n", ["without white space"]),
            ("+ONE", ["an empty part"]),
            ("ONE+", ['an empty part in "ONE+"']),
            ("ONE++CCC", ["an empty part"]),
            ("ONE--CCC", ["an empty part"]),
            ("ONE+-CCC", ["an empty part"]),
            ("-", ["an empty part"]),
            ("AAB", ['found "AAB"', "did you mean AAA?"]),
            ("one", ["did you mean ONE?"]),
            ("ONE+XQZ", ['found "XQZ"', "a group or a nation of the instance (ONE, TWO"]),
            ("AAB+BBC", ['found "AAB"', 'found "BBC"']),
            ("ONE,TWO", ['found "ONE,TWO"']),
            ("ONE-AAA-BBB", ["leaves no nation", "at least one nation"]),
            ("-ONE-TWO-DDD", ["leaves no nation"]),
            ("*", ['found "*"']),
            ("ONE\x00", ["\\x00"]),
        ],
    )
    def test_what_is_refused(self, instance: allocator.Instance, text: str, parts: list[str]) -> None:
        with pytest.raises(BadInput) as caught:
            instance.coalition(text)
        assert str(caught.value).startswith("--coalition: found ")
        for part in parts:
            assert part in str(caught.value)


class TestCase:
    @pytest.fixture
    def ranged(self) -> allocator.Instance:
        return toy(
            nations=[{"nation": "AAA", "gdp_low": 500.0}],
            unit_types=[{"unit_type": "bn", "operating_cost_low": 0.5, "rotation_ratio_high": 2}],
            requirements=[{"task": "hold", "capability": "inf", "quantity": 4, "quantity_low": 2, "quantity_high": 6}],
            forces=[{"nation": "AAA", "unit_type": "bn", "units": 5, "units_low": 1}],
        )

    def test_each_figure_goes_to_the_end_that_is_given(self, ranged: allocator.Instance) -> None:
        low, high = ranged.case("low"), ranged.case("high")
        figures = [
            ("requirements", "quantity", 2.0, 6.0),
            ("forces", "units", 1, 5),
            ("unit_types", "operating_cost", 0.5, 1.0),
            ("unit_types", "rotation_ratio", 1, 2),
            ("nations", "gdp", 500.0, None),
        ]
        for table, column, least, most in figures:
            assert (low.rows(table)[0][column], high.rows(table)[0][column]) == (least, most), column
        assert low.rows("requirements")[0]["quantity_high"] == 6.0

    def test_base_is_the_instance_itself_and_a_case_is_whole(self, ranged: allocator.Instance) -> None:
        assert ranged.case("base") is ranged
        for name in ("low", "high"):
            case = ranged.case(name)
            assert case.case(name) == case != ranged
            assert allocator.Instance.from_dict(case.to_dict()) == case

    def test_no_such_case(self, ranged: allocator.Instance) -> None:
        expected = "one of low, base, high, favourable, adverse"
        with pytest.raises(BadUsage, match=rf"'hihg', expected {expected} \(did you mean high\?"):
            ranged.case("hihg")

    def test_a_case_in_which_nothing_is_asked_is_bad_input(self) -> None:
        row = {"task": "hold", "capability": "inf", "quantity": 4, "quantity_low": 0}
        with pytest.raises(BadInput, match=r"--case low: requirements.*0 in every row"):
            toy(requirements=[row]).case("low")


class TestOrder:
    """Case, then overrides, then coalition, in solve, build and export alike."""

    def test_an_override_comes_after_the_case(self) -> None:
        row = {"task": "hold", "capability": "inf", "quantity": 4, "quantity_low": 2}
        instance = toy(requirements=[row])
        plan = allocator.solve(instance, case="low", overrides=["requirements.quantity*=1.5"])
        assert sum(sent(plan).values()) == 3
        assert (plan.manifest["case"], plan.manifest["coalition"]) == ("low", None)

    def test_the_instance_is_checked_once_after_both(self) -> None:
        row = {"task": "hold", "capability": "inf", "quantity": 4, "quantity_low": 0}
        instance = toy(requirements=[row])
        plan = allocator.solve(instance, case="low", overrides=["requirements.quantity+=3"])
        assert sum(sent(plan).values()) == 3
        with pytest.raises(BadInput, match=r"--case low --set forces.units=3: requirements.*0 in every row"):
            allocator.solve(instance, case="low", overrides=["forces.units=3"])
        with pytest.raises(BadInput, match=r"--set forces.unit=3: found .*did you mean units"):
            allocator.solve(instance, case="low", overrides=["forces.unit=3"])

    def test_a_coalition_comes_after_an_override(self, instance: allocator.Instance) -> None:
        plan = allocator.solve(instance, overrides=["groups[nation=CCC].group=ONE"], coalition="ONE")
        assert {n for n, *_ in sent(plan)} <= {"AAA", "BBB", "CCC"}
        assert sum(sent(plan).values()) == 4
        assert plan.manifest["coalition"] == "ONE"
        with pytest.raises(BadInput, match='found "TWO"; expected a group or a nation'):
            allocator.solve(instance, overrides=["groups[group=TWO].group=THREE"], coalition="TWO")

    def test_build_and_export_take_them(self, instance: allocator.Instance, tmp_path: Path) -> None:
        m = allocator.build(instance, coalition="BBB")
        assert {n for n, *_ in m.deploy} == {"BBB"}
        with pytest.raises(BadUsage, match="pass them to build"):
            allocator.solve(m, coalition="BBB")
        with pytest.raises(BadUsage, match="pass them to build"):
            allocator.solve(m, case="low")
        allocator.export(instance, None, tmp_path / "few.mps", coalition="BBB", case="high")
        allocator.export(instance, None, tmp_path / "all.mps")
        assert (tmp_path / "few.mps").stat().st_size < (tmp_path / "all.mps").stat().st_size
