"""What points leave over goes to open ones; a second attempt never makes a row worse."""

from __future__ import annotations

from typing import Any

import pytest

import allocator
from allocator.api import choose
from allocator.solving.prior import NOTHING
from allocator.sweeps.design.parts import Point
from allocator.sweeps.run import runner
from allocator.sweeps.run.left_over import LeftOver
from allocator.sweeps.run.pool import Died, Done
from allocator.sweeps.run.task import Job, Setup, Worker


def row(status: str, seconds: float, *gaps: float) -> dict[str, Any]:
    return {
        "status": status,
        "seconds": {"total": seconds, "solver": seconds},
        "stages": [(f"o{at}", 1.0, 1.0 - gap) for at, gap in enumerate(gaps)],
    }


class TestAccount:
    def test_the_point_nearest_to_a_proof_comes_first(self) -> None:
        left = LeftOver(10.0, 1e-4)
        left.ended("far", row("feasible", 10.0, 0.2, 0.1))
        left.ended("none", row("no_plan", 10.0))
        left.ended("later stage", row("feasible", 10.0, 0.0, 0.5))
        left.ended("near", row("feasible", 10.0, 0.01, 0.3))
        assert left.again() is None  # nothing is left over yet
        for number in range(8):
            left.ended(f"proved {number}", row("optimal", 0.0, 0.0, 0.0))
        assert [left.again() for _ in range(5)] == ["later stage", "near", "far", "none", None]
        assert set(left.given.values()) == {20.0}
        assert left.seconds == 0.0

    def test_what_a_second_attempt_leaves_is_used_again_but_no_point_has_a_third(self) -> None:
        left = LeftOver(10.0, 1e-4)
        left.ended("proved", row("optimal", 0.0, 0.0))
        left.ended("a", row("feasible", 10.0, 0.1))
        left.ended("b", row("feasible", 10.0, 0.2))
        assert (left.again(), left.given["a"]) == ("a", 10.0)
        assert left.again() is None
        left.ended("a", row("feasible", 0.0, 0.1))
        assert left.again() == "b"
        left.ended("b", row("feasible", 0.0, 0.2))
        assert left.again() is None

    def test_without_a_limit_nothing_is_left_over(self) -> None:
        left = LeftOver(None, 1e-4)
        left.ended("a", row("feasible", 1.0, 0.1))
        assert left.again() is None


def test_a_second_attempt_has_its_own_time() -> None:
    """A worker without time finds an open row; given time, it proves the point."""
    instance, model = choose("reassurance-force")
    worker = Worker(Setup(instance, model, time_limit=1e-9))
    point = Point({}, ())
    assert worker(Job(point, NOTHING))["status"] in ("feasible", "no_plan")
    assert worker(Job(point, NOTHING, seconds=600.0))["status"] == "optimal"


@pytest.mark.parametrize("second", ["optimal", "fails"])
def test_open_points_of_a_sweep_are_tried_again(second: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first attempt at one point is cut; the row of the second replaces it, unless that fails."""
    real = Worker.__call__
    tried: list[float | None] = []

    def cut(self: Worker, job: Job) -> dict[str, Any]:
        tried.append(job.seconds)
        content = real(self, job)
        if job.seconds is None and len(tried) == 1:
            return content | {"status": "feasible", "seconds": {"total": 60.0, "solver": 60.0}}
        return content

    def one(self: Any, _: float | None) -> Any:
        if not self._waiting:
            return None
        name, job = self._waiting.popleft()
        content = self._worker(job)
        failed = second == "fails" and job.seconds is not None
        return Died(name, "gone") if failed else Done(name, content)

    monkeypatch.setattr(Worker, "__call__", cut)
    monkeypatch.setattr(runner.Here, "next_event", one)
    design = allocator.Design(vary=("forces.units=1:4:4",))
    told: list[tuple[int, int]] = []
    with allocator.sweep(
        "toy-ceiling", design, workers=0, time_limit=60.0, progress=lambda p: told.append((p.done, p.points))
    ) as sweep:
        rows = [row for answer in sweep.answers for row in answer.rows]
    assert [seconds is None for seconds in tried[:4]] == [True] * 4
    assert tried[4] == pytest.approx(120.0)
    assert sorted(row.status for row in rows) == (
        ["optimal"] * 4 if second == "optimal" else ["feasible", *["optimal"] * 3]
    )
    assert max(done for done, _ in told) <= 4
