"""The averaged programme, what it decides for the searches, and the relaxation beside them."""

from __future__ import annotations

import random
import threading
from typing import Any

import numpy as np
import pytest

from allocator.solving.heuristics import improving, restricted
from allocator.solving.heuristics.averaging import averaged, grouped, programme
from allocator.solving.heuristics.beside import Beside
from allocator.solving.heuristics.buying import _Buying
from allocator.solving.heuristics.passing import pass_through
from allocator.solving.highs import Resident
from benchmarks.build_up import build_up
from benchmarks.generate import generate, made
from tests.searching import GAP, Case


@pytest.fixture(scope="module", params=["binding", "build-up"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "build-up":
        return Case(build_up(1, nations=4, types=3, tasks=2, years=3))
    return Case(generate(60, seed=2, binding=True), GAP)


@pytest.fixture(scope="module")
def bought() -> Case:
    return Case(build_up(1, nations=4, types=3, tasks=2, years=3))


def test_keys_that_differ_in_periods_share_a_group() -> None:
    """Edges of a pool, promises and pledges, budgets and digits keep their numbers, which are no periods."""
    deployed = [("deploy", ("A", "x", "j", 1)), ("deploy", ("A", "x", "j", 2)), ("deploy", ("B", "x", "j", 1))]
    pools = [("rotation_pool", ("A", "x", *span)) for span in ((1, 3), (2, 4), (1, 3, 1), (2, 4, 1))]
    assert grouped(deployed).tolist() == [0, 0, 1]
    assert grouped(pools).tolist() == [0, 0, 1, 1]
    assert grouped([("commitments_most", (i, t)) for i in (1, 2) for t in (1, 2)]).tolist() == [0, 0, 1, 1]
    assert grouped([("budget_payer", 1), ("budget_payer", 2)]).tolist() == [0, 1]
    assert grouped([("digit", ("x", 1, 1)), ("digit", ("x", 1, 2)), ("leads", ("A", "j"))]).tolist() == [0, 1, 2]


class TestProgramme:
    @pytest.mark.parametrize("case", ["build-up"], indirect=True)
    def test_a_plan_that_is_always_the_same_is_a_point_of_it(self, case: Case) -> None:
        """Its means keep every summed row, at the same objective: here a plan without anyone and constant lines."""
        matrix, point = case.resident.matrix, case.points.point({})
        columns = grouped(matrix.column_keys)
        small = programme(matrix, columns, grouped(matrix.row_keys))
        mean = np.bincount(columns, weights=point) / np.bincount(columns)
        activity = np.bincount(small.row_index, weights=small.value * mean[small.index], minlength=len(small.rows))
        assert (activity >= small.row_lower - 1e-6).all()
        assert (activity <= small.row_upper + 1e-6).all()
        assert small.costs["gap"] @ mean == pytest.approx(matrix.costs["gap"] @ point)
        assert len(small.columns) < len(matrix.columns)

    def test_one_period(self) -> None:
        """With one period nothing is averaged: the value lies between the relaxation and the optimum."""
        case = Case(made(random.Random(1), "one", (6, 5, 3, 1), True), GAP)
        relaxed, mean = case.relax(), averaged(case.resident, case.search({}))
        assert relaxed is not None
        assert mean is not None
        value = float(case.resident.matrix.costs["gap"] @ mean.point)
        optimum = case.resident.run(mip_rel_gap=1e-6).point
        assert optimum is not None
        assert relaxed.bound - 1e-6 <= value <= float(case.resident.matrix.costs["gap"] @ optimum) + 1e-6

    def test_prices(self, case: Case) -> None:
        """Means between their bounds have a reduced cost of 0 over their periods; the bound proves nothing."""
        mean = averaged(case.resident, case.search({}))
        assert mean is not None
        assert mean.bound == 0.0
        matrix = case.resident.matrix
        columns = grouped(matrix.column_keys)
        reduced = np.bincount(columns, weights=mean.reduced_cost)
        first = np.unique(columns, return_index=True)[1]
        least, most = (
            np.bincount(columns, weights=bound) / np.bincount(columns) for bound in (matrix.lower, matrix.upper)
        )
        value = mean.point[first]
        kinds = np.array([name == "deploy" for name, _ in matrix.column_keys])[first]
        between = kinds & (value > least + 1e-6) & (value < most - 1e-6)
        assert between.any()
        assert np.abs(reduced[between]).max() < 1e-6


class TestBuying:
    def test_framework_nations_are_those_of_the_averaged_programme(self, bought: Case) -> None:
        search = bought.search({})
        mean = averaged(bought.resident, search)
        assert mean is not None
        buying = _Buying(bought.resident, search, 0.01, 0.0)
        relaxed = buying.led()
        bought.resident.release()
        assert relaxed is not None
        led = [leads for leads in bought.points.leads() if np.rint(mean.point[leads]).any()]
        assert led
        for leads in led:
            assert (buying.lower[leads] == np.rint(mean.point[leads])).all()
            assert relaxed.point[leads] == pytest.approx(np.rint(mean.point[leads]))

    def test_framework_nations_of_the_plan_where_those_have_no_solution(self, bought: Case) -> None:
        """The first relaxation fails: the second has the plan's own framework nations, here none."""
        answers = iter([None])

        def relax(method: Any = "inside", part: Resident | None = None) -> Any:
            return bought.relax(method, part) if part is not None else next(answers, bought.relax(method))

        buying = _Buying(bought.resident, bought.search({}, relax), 0.01, 0.0)
        assert buying.led() is not None
        bought.resident.release()
        for leads in bought.points.leads():
            assert (buying.upper[leads] == bought.resident.matrix.upper[leads]).all()


@pytest.mark.parametrize("case", ["binding"], indirect=True)
class TestBeside:
    def test_bound(self, case: Case) -> None:
        """The thread's bound is that of the relaxation, and the resident model is not touched."""
        relaxed = case.relax()
        assert relaxed is not None
        with Beside(case.resident, case.search({})) as beside:
            assert beside.bound() == pytest.approx(relaxed.bound, abs=1e-6)

    def test_without_a_relaxation(self, case: Case) -> None:
        with Beside(case.resident, case.search({}, relax=lambda method="inside", part=None: None)) as beside:
            assert beside.bound() == -np.inf

    def test_plan_from_mean_prices(self, case: Case) -> None:
        """The plan passes the exact check and closes at least half of what can be closed."""
        search = case.search({})
        mean = averaged(case.resident, search)
        assert mean is not None
        pass_through(case.resident, search, mean, 0.0)
        optimum, nothing = case.resident.run(mip_rel_gap=1e-3).bound, float(case.gap({}))
        assert case.gap(case.plans[-1]) <= (nothing + optimum) / 2

    def test_the_largest_models(self, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
        """Averaged programme, pass and parts come first; the bound is proved beside them; the same plan each time."""
        for name, value in (("WORTH", 1), ("MANY", 1), ("WITH_CUTS", 1)):
            monkeypatch.setattr(restricted, name, value)
        monkeypatch.setattr(improving, "IDLE", 2)
        relaxed = case.relax()
        assert relaxed is not None
        before = threading.active_count()
        found = []
        for _ in range(2):
            bound = restricted.restricted(case.resident, case.search({}), case.problem.last, 1e-4, 0.0)
            assert bound == pytest.approx(max(0.0, relaxed.bound), abs=1e-6)
            assert case.runs[:2] == ["averaged programme", "pass through the periods"]
            found.append(case.plans[-1])
        assert found[0] == found[1]
        assert case.gap(found[0]) < case.gap({})
        assert threading.active_count() == before
