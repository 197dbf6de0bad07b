"""The bound of a run is that of the whole model, whatever HiGHS solves on the way."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

import allocator
from allocator.api import choose
from allocator.formulation import build
from allocator.outcome import Stop
from allocator.solving.highs import Resident
from allocator.solving.running import Run, Running
from allocator.solving.stage import Driver, minimise
from allocator.solving.standard_form import compile_model


def test_completing_a_start_proves_nothing_of_the_model() -> None:
    """HiGHS first completes what the relaxation left: it holds most columns, and reports that model's own bound."""
    m = build(*choose("reassurance-force"), lean=True)
    resident = Resident(compile_model(m), {"mip_rel_gap": 1e-3, "mip_abs_gap": 1e-9, "threads": 1, "random_seed": 0})
    resident.minimise("gap")
    relaxed = resident.relaxation(None, threading.Event(), None, None)
    run = resident.run()
    assert run.stop is Stop.PROVED
    assert relaxed is not None
    assert run.point is not None
    value = float(resident.matrix.costs["gap"] @ run.point)
    assert relaxed.bound <= run.bound <= value + 1e-9


@pytest.mark.parametrize("better", [True, False])
def test_an_optimum_far_above_its_own_bound_is_doubted(better: bool) -> None:
    """HiGHS has called a plan of 2 optimal where 1 is possible, with a bound of 1: it runs a second time."""
    m = build(*choose("toy-minimum"), lean=True)
    resident = Resident(compile_model(m), {"mip_rel_gap": 0.0, "random_seed": 3})
    seen: list[dict[str, Any]] = []
    taken: list[float] = []

    def run(**options: Any) -> Run:
        seen.append(options)
        value = 1.0 if better and len(seen) > 1 else 2.0
        return Run(Stop.PROVED, np.array([value]), 1.0, doubtful=value > 1)

    def take(point: Any) -> list[str]:
        taken.append(point[0])
        return []

    driver: Driver[str] = Driver(lambda: bool(taken), run, take, bool)
    ended = minimise(resident, "gap", 0.0, driver)
    assert seen == [{}, {"presolve": "off", "random_seed": 4}]
    assert taken == ([2.0, 1.0] if better else [2.0, 2.0])
    assert (ended.stop, ended.bound) == (Stop.PROVED, 1.0)


def test_a_run_that_begins_with_a_plan_looks_for_no_other_first_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small models: every objective. Large ones: those after the first, whose plan is the best of the one before."""
    seen: list[tuple[str, bool]] = []
    real = Resident.run

    def run(resident: Resident, *limits: Any, **options: Any) -> Run:
        before = resident.solver.getOptionValue("mip_heuristic_run_rens")[1]
        assert before, "options are for one run alone"
        seen.append((resident.objective, options.get("mip_heuristic_run_rens", True)))
        return real(resident, *limits, **options)

    monkeypatch.setattr(Resident, "run", run)
    allocator.solve("jef-plus-france")
    assert dict(seen) == {"gap": False, "cost": False, "burden": False}
    seen.clear()
    monkeypatch.setattr("allocator.solving.lexicographic.FEW", 0)
    allocator.solve("jef-plus-france")
    assert dict(seen) == {"gap": True, "cost": False, "burden": False}


class TestRunning:
    def test_a_new_run_forgets_the_bound_of_the_one_before(self) -> None:
        class Event:
            class data_out:
                mip_dual_bound = 0.0

            def interrupt(self, value: bool) -> None:
                assert not value

        running, event = Running(1.0), Event()
        nothing = -float("inf")
        for bound, known in ((nothing, nothing), (4.0, 4.0), (3.0, 4.0), (nothing, nothing), (1.0, 1.0)):
            event.data_out.mip_dual_bound = bound
            running._continue(event)
            assert running.bound == known
