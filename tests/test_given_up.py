"""What later objectives take from an earlier one under the tolerance: every number beside the plan fits its formula.

**By hand.** Four battalions are asked for and AAA has three, at 6 million each. A quarter of the requirement stays
unmet at the least. With a tolerance of 1 cost may double that: two battalions do, for 12 million. So the plan's gap is
0.5, of which 0.25 was given up; 0.25 was reached in the stage and is its bound, so that the relative gap is 0. Nothing
comes after cost, and nothing was taken from it.
"""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import allocator
from allocator import Instance
from allocator.audit import check_plan
from allocator.claim_check import HOLDS, UNPROVED, Claim, Run, _judge
from allocator.cli.terminal import printed
from allocator.comparison import cases, compare
from allocator.outcome import Bounds
from allocator.report.text.plan import draw_plan
from allocator.sweeps.design.condition import conditions
from allocator.sweeps.design.parts import Point
from allocator.sweeps.run.row import Row
from tests.oracle.random_instances import random_instance, random_model
from tests.relations import objectives_fit
from tests.toys import pools, toy

REFERENCE = allocator.load_model("reference")
DOUBLE = replace(REFERENCE, objectives=("gap", "cost"), tolerance=1.0)
BLANK = {"given_up": None, "bound": None, "relative_gap": None}


def three() -> Instance:
    return toy(forces=pools(3, "AAA"))


@pytest.fixture(scope="module")
def plan() -> allocator.Plan:
    return allocator.solve(three(), DOUBLE, gap=0.0)


class TestByHand:
    def test_the_table(self, plan: allocator.Plan) -> None:
        assert plan.status == "optimal"
        gap, risk, cost, burden = plan.rows("objectives")
        assert list(gap) == ["objective", "value", "given_up", "bound", "relative_gap"]
        assert gap == {"objective": "gap", "value": 0.5, "given_up": 0.25, "bound": 0.25, "relative_gap": 0.0}
        assert cost == {"objective": "cost", "value": 12.0, "given_up": 0.0, "bound": 12.0, "relative_gap": 0.0}
        assert risk == {"objective": "risk", "value": 0.0, **BLANK}
        assert burden == {"objective": "burden", "value": burden["value"], **BLANK}

    def test_without_a_tolerance_nothing_is_given_up(self) -> None:
        strict = allocator.solve(three(), replace(DOUBLE, tolerance=0.0), gap=0.0)
        assert [row["given_up"] for row in strict.rows("objectives")] == [0.0, None, 0.0, None]

    def test_every_form_of_the_results_has_the_column(self, plan: allocator.Plan, tmp_path: Path) -> None:
        import python_calamine

        plan.write(tmp_path / "folder")
        with (tmp_path / "folder" / "objectives.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert list(rows[0].values()) == ["gap", "0.5", "0.25", "0.25", "0.0"]
        assert list(rows[1].values()) == ["risk", "0.0", "", "", ""]
        plan.write(tmp_path / "book.xlsx")
        sheet = python_calamine.load_workbook(tmp_path / "book.xlsx").get_sheet_by_name("objectives").to_python()
        assert sheet[:2] == [["objective", "value", "given_up", "bound", "relative_gap"], ["gap", 0.5, 0.25, 0.25, 0]]
        assert json.loads(json.dumps(plan.to_dict()))["objectives"] == plan.rows("objectives")

    def test_the_terminal_says_it_in_words(
        self, plan: allocator.Plan, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "200")
        printed(lambda out: draw_plan(out, plan, full=True))
        shown = capsys.readouterr().out
        assert "25.00 % reached: the least possible; 25.00 % given up for later objectives" in shown
        assert "before later objectives used the tolerance" in shown
        printed(
            lambda out: draw_plan(out, allocator.solve(three(), replace(DOUBLE, tolerance=0.0), gap=0.0), full=True)
        )
        assert "given up" not in capsys.readouterr().out

    def test_compare_says_what_was_given_up(self) -> None:
        chosen = cases([three()], ["model.tolerance=1"], model=replace(DOUBLE, tolerance=0.0))
        first, second = compare(chosen, gap=0.0).columns
        assert second.figures["given up", "gap"] == 0.25
        assert not any(section == "given up" for section, _ in first.figures)

    def test_a_row_of_a_sweep_fits_as_well(self) -> None:
        asked = allocator.Design(vary=("model.tolerance=0,1",))
        with allocator.sweep(three(), asked, model=DOUBLE, gap=0.0) as sweep:
            told = [
                [record[f"gap{suffix}"] for suffix in ("", "_given_up", "_bound", "_gap")] for record in sweep.records()
            ]
            assert told == [[0.25, 0.0, 0.25, 0.0], [0.5, 0.25, 0.25, 0.0]]
            assert {"gap_given_up", "cost_given_up"} <= set(sweep.columns())
            assert [row.tolerance for row in sweep.answers[0].rows] == [0.0, 1.0]


class TestBeside:
    """What a stage proved, beside the value of a plan."""

    def test_worse_than_its_stage(self) -> None:
        """0.5 was reached and none is below 0.4; the plan has 0.75: 0.25 was given up, the gap is 0.1 of 0.5."""
        given_up, bound, gap = Bounds("gap", 0.5, 0.4).beside(0.75)
        assert (given_up, bound) == (0.25, 0.4)
        assert gap == pytest.approx(0.2)

    def test_better_than_its_stage(self) -> None:
        """A stage that was left open at 0.5; a later plan has 0.45: that is the stage's value, nothing is given up."""
        given_up, bound, gap = Bounds("gap", 0.5, 0.4).beside(0.45)
        assert (given_up, bound) == (0.0, 0.4)
        assert gap == pytest.approx(1 / 9)

    @pytest.mark.parametrize("value", [1e-12, 1e-9, 3e-7, 0.1, 1 / 3, 1234567.8, 3e9])
    @pytest.mark.parametrize("stage", [0.0, 1e-10, 1e-8, 0.07, 1 / 7, 98765.4321])
    @pytest.mark.parametrize("part", [0.0, 0.3, 1.0])
    def test_the_gap_follows_from_the_printed_numbers(self, value: float, stage: float, part: float) -> None:
        given_up, bound, gap = Bounds("cost", stage, part * stage).beside(value)
        shown = value - given_up
        assert given_up >= 0
        assert bound <= shown
        small = max(abs(shown), abs(bound)) <= 1e-9
        assert gap == pytest.approx(0.0 if small else (shown - bound) / max(abs(shown), 1e-9), abs=1e-12)


@pytest.mark.parametrize("seed", [20, 65, 66, 92, 118])
def test_a_later_plan_that_is_better_than_its_stage(seed: int) -> None:
    """With a gap of 0.9 stages stop at once, and the plan of the next one is often better on theirs."""
    instance = Instance.from_dict(random_instance(seed, "small"))
    for objectives in (("cost", "gap"), ("risk", "gap", "cost"), ("gap", "burden", "cost")):
        for tolerance in (0.0, 0.5):
            model = replace(REFERENCE, tolerance=tolerance, objectives=objectives, limits={"gap": 0.9})
            found = allocator.solve(instance, model, gap=0.9)
            assert found.status in ("optimal", "infeasible")
            if found.found:
                objectives_fit(found.rows("objectives"), tolerance, objectives, 0.9)
                stages = {stage["objective"]: stage for stage in found.manifest["stages"]}
                for row in found.rows("objectives"):
                    if row["bound"] is not None:
                        assert stages[row["objective"]]["gap"] == pytest.approx(row["relative_gap"], abs=1e-9)


@pytest.mark.parametrize("seed", range(24))
def test_random_instances(seed: int) -> None:
    """Whatever stops a solve, the numbers fit; and the solves that give nothing up say so."""
    instance = Instance.from_dict(random_instance(seed, "small"))
    objectives = tuple(random_model(seed).get("objectives", REFERENCE.objectives))
    model = replace(REFERENCE, tolerance=(0.0, 0.05, 0.5, 2.0)[seed % 4], objectives=objectives)
    stops: list[dict[str, Any]] = [{"gap": 0.0}, {"gap": 0.5}, {"gap": 0.0, "time_limit": 0.004}]
    for options in stops:
        found = allocator.solve(instance, model, **options)
        assert found.status != "error", found.reason
        if found.found:
            asked = options["gap"] if found.status == "optimal" else None
            objectives_fit(found.rows("objectives"), model.tolerance, objectives, asked)
            assert not check_plan(found)


class TestAudit:
    """A table that contradicts itself does not pass."""

    @pytest.mark.parametrize(
        ("place", "change", "text"),
        [
            (0, {"given_up": -0.1}, "below 0"),
            (0, {"given_up": 0.0}, "not 0.5"),
            (0, {"given_up": 0.4}, "may not give up"),
            (0, {"bound": 0.3}, "below its proved bound"),
            (0, {"bound": 0.2}, "is not the gap between"),
            (0, {"relative_gap": 0.5}, "is not the gap between"),
            (0, {"bound": 0.2, "relative_gap": 0.2}, "not optimal to 0"),
            (1, {"given_up": 0.0}, "does not list it"),
            (2, {"given_up": 1.0}, "no objective comes after it"),
        ],
    )
    def test_altered(self, plan: allocator.Plan, place: int, change: dict[str, float], text: str) -> None:
        assert check_plan(plan) == []
        rows = plan.rows("objectives")
        rows[place] |= change
        altered = replace(plan, _tables={**plan._tables, "objectives": rows})
        assert any(text in str(fault) for fault in check_plan(altered))


class TestWhatIsOpen:
    """Half proved: 0.25 is reached and none is below 0.2. With a tolerance of 1 the plan may end at up to 0.5."""

    @pytest.mark.parametrize(("tolerance", "truths"), [(0.0, [True, None, False]), (1.0, [None, None, False])])
    def test_conditions(self, tolerance: float, truths: list[bool | None]) -> None:
        stages = (("gap", 0.25, 0.2), ("cost", 12.0, 1.0))
        row = Row(Point({}), "", "feasible", stages=stages, measures={}, tolerance=tolerance)
        texts = ["coverage>=0.6", "coverage>=0.78", "coverage>=0.9"]
        assert [condition.truth(row) for condition in conditions(toy(), DOUBLE, texts, "--success")] == truths

    @pytest.mark.parametrize(("tolerance", "verdict"), [(0.0, HOLDS), (1.0, UNPROVED)])
    def test_claims(self, tolerance: float, verdict: str) -> None:
        found = allocator.solve(three(), replace(DOUBLE, tolerance=0.0), gap=0.0)
        rows = found.rows("objectives")
        rows[0] |= {"bound": 0.2, "relative_gap": 0.2}
        found = replace(
            found, status="feasible", model=replace(DOUBLE, tolerance=tolerance),
            _tables={**found._tables, "objectives": rows},
        )  # fmt: skip
        claim = Claim("c", "c", "somebody", Run("toy"), "coverage", least=0.6)
        assert _judge(claim, found) == (0.75, verdict)
