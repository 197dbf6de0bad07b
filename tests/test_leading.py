"""Branches by who may lead a task, and the bound that they prove."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.solving.heuristics import leading
from allocator.solving.heuristics.buying import _Buying
from allocator.solving.heuristics.filling import first_plan
from allocator.solving.heuristics.leading import Leading
from benchmarks.build_up import build_up
from tests.searching import Case


@pytest.fixture(scope="module", params=[3, 4])
def case(request: pytest.FixtureRequest) -> Case:
    return Case(build_up(request.param, nations=6, types=3, tasks=3, years=2))


@pytest.fixture
def divided(case: Case, monkeypatch: pytest.MonkeyPatch) -> Leading:
    monkeypatch.setattr(leading, "WORTH", -1.0)
    monkeypatch.setattr(leading, "ALONE", 1)
    monkeypatch.setattr(leading, "NODES", 5)
    relaxed = case.relax()
    search = case.search(first_plan(case.problem))
    led = _Buying(case.resident, search, 1e-4, 0.0).led()
    case.resident.release()
    assert relaxed is not None
    assert led is not None
    branches = Leading(case.resident, search, relaxed.bound)
    branches.divide(led)
    assert branches.bound >= relaxed.bound
    return branches


class TestLeading:
    def test_every_plan_is_in_one_branch(self, case: Case, divided: Leading) -> None:
        """The branches divide the nations that may lead one task; the first has the least bound."""
        task = next(leads for leads in case.points.leads() if divided.branches[0].free[0] in leads)
        free = np.concatenate([branch.free for branch in divided.branches])
        assert sorted(free.tolist()) == sorted(task.tolist())
        assert len(divided.branches) > 1
        for branch in divided.branches:
            assert sorted([*branch.free, *branch.barred]) == sorted(task.tolist())
            assert branch.bound >= divided.bound

    def test_bounds(self, case: Case, divided: Leading) -> None:
        """No branch has a plan below its bound, and what HiGHS proves of the first is a bound of the model."""
        matrix = case.resident.matrix
        for branch in divided.branches:
            case.resident.restrict(branch.barred, np.zeros(len(branch.barred)))
            run = case.resident.run(mip_rel_gap=0.3)
            case.resident.release()
            assert run.point is not None
            assert branch.bound <= matrix.costs["gap"] @ run.point + 1e-9
        after = divided.prove()
        assert divided.bound <= after <= divided.branches[1].bound + 1e-9
        assert after <= case.gap(case.plans[-1]) + 1e-9
        again = case.relax()  # the model has its own bounds again
        assert again is not None
        assert again.bound <= divided.bound + 1e-9

    def test_time_ends_it(self, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without time one branch holds every plan, and the bound is the one before."""
        monkeypatch.setattr(leading, "WORTH", -1.0)
        monkeypatch.setattr(leading, "ALONE", 1)
        search = case.search(first_plan(case.problem), over=lambda share=1.0: True)
        led = _Buying(case.resident, search, 1e-4, 0.0).led()
        case.resident.release()
        assert led is not None
        branches = Leading(case.resident, search, 0.125)
        branches.divide(led)
        assert len(branches.branches) == 1
        assert branches.prove() == 0.125

    def test_worth(self, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing is divided if a leader for each task does not raise the bound."""
        search = case.search(first_plan(case.problem))
        led = _Buying(case.resident, search, 1e-4, 0.0).led()
        case.resident.release()
        assert led is not None
        monkeypatch.setattr(leading, "ALONE", 1)
        value = float(case.resident.matrix.costs["gap"] @ led.point)
        branches = Leading(case.resident, search, value)
        branches.divide(led)
        assert len(branches.branches) == 1
