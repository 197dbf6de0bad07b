"""A search that has stalled ends, is named, and never changes what is claimed."""

from __future__ import annotations

from typing import Any

import pytest

import allocator
from allocator.api import choose
from allocator.solving import lexicographic, stalling
from allocator.solving.lexicographic import Stages
from allocator.solving.prior import NOTHING
from allocator.solving.solver import Solver
from allocator.solving.stalling import Stall
from allocator.sweeps.design.parts import Point
from allocator.sweeps.run.task import Job, Setup, Worker

NAME = "jef-plus-france"
LONG = 600.0


def test_a_search_stalls_when_its_work_has_grown_fourfold_without_a_gain() -> None:
    """Ten columns and a work of 1,000: at least 100 checks, and four times those up to the last gain."""
    stall = Stall(1000, 10)
    assert not any(stall.check(10.0, 8.0) for _ in range(29))
    assert not stall.check(10.0, 8.05)  # 1.95 apart: less than a twentieth below 2
    assert not stall.check(10.0, 8.2)  # the 31st check: 1.8 apart is a gain
    assert [stall.check(10.0, 8.2) for _ in range(93)].index(True) == 92  # the 124th check
    stall.begin()
    assert [stall.check(10.0, 8.0) for _ in range(100)].index(True) == 99


def test_small_models_and_models_without_a_plan_do_not_stall_early() -> None:
    assert Stall(1.0, 10).least == stalling.ROUNDS
    assert not any(Stall(1.0, 10).check(float("inf"), 0.0) for _ in range(10 * stalling.ROUNDS))


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every search stalls at the fifth check."""
    for name, value in (("ROUNDS", 5), ("TIMES", 1), ("SMALLER", 1.0)):
        monkeypatch.setattr(stalling, name, value)
    for name in ("WORK", "LONG"):
        monkeypatch.setattr(lexicographic, name, 1.0)


class Seen(Solver):
    """A solver that notes the turns of its stages and how they ended."""

    turns: list[tuple[str, bool, str]]

    def _stages(self, problem: Any, load: Any, **given: Any) -> Stages:
        noted = self.turns = []

        class Noting(Stages):
            def _minimised(self, stage: int, back: bool = False) -> bool:
                more = super()._minimised(stage, back)
                noted.append((self.names[stage - 1], back, self.answer.stop.value))
                return more

        return Noting(problem, load, **given)


@pytest.fixture(scope="module")
def proved() -> dict[str, float]:
    plan = allocator.solve(NAME)
    assert plan.status == "optimal"
    return {row["objective"]: row["value"] for row in plan.rows("objectives")}


@pytest.mark.usefixtures("hasty")
def test_a_stalled_stage_has_a_second_turn_and_the_answer_is_the_same(proved: dict[str, float]) -> None:
    solver = Seen(time_limit=LONG)
    plan = solver.solve(*choose(NAME))
    stalled = [name for name, _, stop in solver.turns if stop == "stalled"]
    assert stalled[:1] == ["gap"]
    assert next(name for name, back, _ in solver.turns if back) == "gap"
    assert (plan.status, plan.stopped_by, plan.reason) == ("optimal", "", "")
    assert {row["objective"]: row["value"] for row in plan.rows("objectives")} == pytest.approx(proved, rel=1e-4)


@pytest.mark.usefixtures("hasty")
def test_where_others_can_use_the_time_every_stage_may_stall(proved: dict[str, float]) -> None:
    """A point of a sweep ends as open, twice in the same way; its second attempt uses its time."""
    worker = Worker(Setup(*choose(NAME), time_limit=LONG))
    first, again = (worker(Job(Point({}), NOTHING)) for _ in range(2))
    assert first["status"] == "feasible"
    assert "The search stalled before it had a proof of gap" in first["reason"]
    assert first["stages"] == again["stages"]
    name, value, bound = first["stages"][0]
    assert bound <= proved[name] * (1 + 1e-4)
    assert value >= proved[name] * (1 - 1e-4)
    assert bound < value
    assert worker(Job(Point({}), NOTHING, seconds=LONG))["status"] == "optimal"


@pytest.mark.usefixtures("hasty")
def test_without_a_limit_only_large_models_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    assert allocator.solve(NAME).status == "optimal"
    monkeypatch.setattr(lexicographic, "MANY", 1)
    plan = allocator.solve(NAME)
    assert (plan.status, plan.stopped_by) == ("feasible", "stalled")
    assert plan.reason.startswith("The search stalled before it had a proof of gap")
