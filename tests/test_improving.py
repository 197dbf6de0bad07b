"""Fix and optimise: neighbourhoods, parts of a model, the start from prices, and what they add up to."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import allocator
from allocator.outcome import Stop
from allocator.solving.heuristics import improving, restricted
from allocator.solving.heuristics.improving import improve
from allocator.solving.heuristics.neighbourhoods import (
    by_capability,
    by_difference,
    by_nation,
    by_period,
    by_task,
    by_unit_type,
)
from allocator.solving.heuristics.neighbourhoods.cells import NEVER, Cells, Here
from allocator.solving.heuristics.part import followers, part, with_followers
from allocator.solving.heuristics.passing import pass_through
from allocator.solving.stage import Progress
from benchmarks.build_up import build_up
from benchmarks.generate import generate
from tests.searching import GAP, Case

pytestmark = pytest.mark.slow

GROUPED = {
    by_nation: "nation",
    by_unit_type: "unit_type",
    by_task: "task",
    by_period: "period",
    by_capability: "unit_type",
}


@pytest.fixture(scope="module", params=["plain", "binding", "build-up"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "build-up":
        return Case(build_up(1, nations=4, types=3, tasks=2, years=3))
    return Case(generate(60, seed=2, binding=request.param == "binding"), GAP)


@pytest.fixture(scope="module")
def bought() -> Case:
    return Case(build_up(2, nations=4, types=3, tasks=2, years=3))


class TestNeighbourhoods:
    @pytest.mark.parametrize("kind", GROUPED, ids=lambda kind: kind.NAME)
    def test_whole_groups(self, bought: Case, kind: Any) -> None:
        """Cells of one nation (unit type, task, period) share a place, and different ones never do."""
        cells = Cells(bought.points)
        nothing = np.zeros(len(cells.columns))
        group = getattr(cells, GROUPED[kind])
        seen = set()
        for seed in range(5):
            places = kind.places(cells, Here(nothing, nothing), random.Random(seed))
            pairs = set(zip(group.tolist(), places.tolist(), strict=True))
            assert len(pairs) == len({g for g, _ in pairs}) == len({place for _, place in pairs})
            seen.add(tuple(places.tolist()))
        assert len(seen) > 1  # another order each time

    def test_types_with_most_capabilities_in_common_first(self, bought: Case) -> None:
        """After the first unit type, what others have in common with it never grows."""
        cells = Cells(bought.points)
        amounts = bought.problem.amount
        types = list(dict.fromkeys(u for _, _, u, _, _ in bought.points.cells()))
        nothing = np.zeros(len(cells.columns))
        for seed in range(5):
            places = by_capability.places(cells, Here(nothing, nothing), random.Random(seed))
            order = sorted(range(len(types)), key=lambda u: int(places[cells.unit_type == u][0]))
            first, *others = [set(amounts[types[u]]) for u in order]
            shared = [len(first & other) for other in others]
            assert shared == sorted(shared, reverse=True)

    def test_orders_have_no_task(self, bought: Case) -> None:
        cells = Cells(bought.points)
        ordered = np.isin(cells.columns, bought.points.ordered)
        assert ordered.any()
        assert (cells.task[ordered] == NEVER).all()
        assert (cells.task[~ordered] >= 0).all()

    def test_period_of_an_order_is_when_it_is_ready(self, bought: Case) -> None:
        programmes = bought.problem.pools.programmes
        keys = dict(enumerate(bought.resident.matrix.column_keys))
        for column, _, _, task, ready in bought.points.cells():
            if not task:
                _, (n, u, k) = keys[column]
                assert ready == k + programmes[n, u].lead

    def test_largest_differences_first(self, bought: Case) -> None:
        """A cell on which plan and relaxation agree comes after all others."""
        cells = Cells(bought.points)
        units = np.zeros(len(cells.columns))
        wanted = np.where(np.arange(len(units)) % 2, 1.0, 0.0)
        places = by_difference.places(cells, Here(units, wanted), random.Random(0))
        assert places[wanted > 0].max() < places[wanted == 0].min()
        assert sorted(places.tolist()) == list(range(len(units)))


class TestPart:
    def test_everything_free_is_the_whole(self, case: Case) -> None:
        columns = np.arange(len(case.resident.matrix.columns))
        small = part(case.resident, columns, case.points.point({}))
        assert small.run(mip_rel_gap=1e-4).bound == pytest.approx(case.resident.run(mip_rel_gap=1e-4).bound, rel=1e-4)

    def test_the_rest_stays(self, case: Case) -> None:
        """A part with a plan's rest, put together again, is a plan that passes the exact check and is no worse."""
        case.search(None)
        run = case.resident.run(mip_rel_gap=0.5)
        assert run.point is not None
        cells = Cells(case.points)
        free = np.zeros(len(run.point), dtype=bool)
        free[cells.columns[cells.nation == 0]] = True
        at = np.flatnonzero(
            with_followers(case.resident.matrix, free, followers(case.resident.matrix, case.points, cells)[False])
        )
        small = part(case.resident, at, run.point)
        assert len(at) < len(run.point)
        assert len(small.matrix.rows) < len(case.resident.matrix.rows)
        found = small.run()
        assert found.point is not None
        cost = case.resident.matrix.costs["gap"]
        together = run.point.copy()
        together[at] = found.point
        assert cost @ together <= cost @ run.point + 1e-9
        assert not case.take(together)

    def test_earlier_objectives_are_kept(self, case: Case) -> None:
        """A limit on an earlier objective holds for the part together with its rest, even if HiGHS was left behind."""
        point = case.points.point({})
        value = float(case.resident.matrix.costs["gap"] @ point)
        case.resident.lost = Stop.TIME_LIMIT
        case.resident.hold("gap", 0.9 * value)
        case.resident.lost = None
        try:
            columns = np.arange(len(point))
            small = part(case.resident, columns, point, np.where(np.isin(columns, case.points.columns), 1.0, 0.0))
            run = small.run(mip_rel_gap=1e-4)
        finally:
            case.resident.held.clear()
        assert run.point is not None
        assert case.resident.matrix.costs["gap"] @ run.point <= 0.9 * value + 1e-6
        assert run.point[case.points.columns].sum() > 0


def test_the_bound_is_that_of_the_whole_model() -> None:
    """HiGHS reports bounds of its sub-problems during this run, one of them 0.774; the optimum is 0.7308."""
    case = Case(build_up(1, nations=4, types=3, tasks=2, years=3))
    case.relax()
    run = case.resident.run(mip_rel_gap=1e-3)
    assert run.point is not None
    value = float(case.resident.matrix.costs["gap"] @ run.point)
    assert run.bound <= value + 1e-9
    assert value == pytest.approx(0.7307862, rel=1e-3)


class TestImproving:
    def test_close_to_the_optimum(self, case: Case) -> None:
        """From nothing to within a tenth of the optimum (0.02 if that is more), never below it, every plan checked."""
        search = case.search({})
        assert improve(case.resident, search, case.relax(), 1e-4, 0.0)
        optimum = case.resident.run(mip_rel_gap=1e-3)
        found = case.gap(case.plans[-1])
        assert optimum.bound - 1e-9 <= found <= max(1.1 * optimum.bound, optimum.bound + 0.02)
        assert len(case.plans) > 1
        assert not any(case.check(plan) for plan in case.plans[1:])
        assert {"nations", "unit types", "tasks", "periods", "differences"} <= set(case.runs)

    def test_same_plans_again(self, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(improving, "IDLE", 4)
        every = []
        for _ in range(2):
            improve(case.resident, case.search({}), case.relax(), 1e-4, 0.0)
            every.append((list(case.plans), list(case.runs)))
        assert every[0] == every[1]

    def test_steps_of_the_largest_models_are_limited(self, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
        """Their parts have a limit that does not depend on the machine, and unit types with common capabilities."""
        monkeypatch.setattr(improving, "IDLE", 6)
        monkeypatch.setattr(improving, "WITH_CUTS", 0)
        search, limits = case.search({}), []

        def run(*given: Any, checks: int | None = None, **options: Any) -> Any:
            limits.append(checks)
            return case.run(*given, checks=checks, **options)

        improve(case.resident, replace(search, run=run), None, 1e-4, 0.0)
        ordered = len(case.points.ordered) > 0
        assert set(limits) == {None if ordered else improving.CHECKS}
        assert ("capabilities" in case.runs) == (not ordered)

    def test_a_limit_of_steps_ends_a_run(self, bought: Case) -> None:
        """HiGHS asks whether to stop at the same places each time, so that two runs end with the same plan."""
        runs = []
        for _ in range(2):
            bought.resident.forget()
            runs.append(bought.resident.run(checks=3))
        first, second = runs
        assert first.stop is second.stop is Stop.NODE_LIMIT
        assert first.bound == second.bound
        assert (first.point is None) == (second.point is None)
        assert first.point is None or (first.point == second.point).all()

    def test_no_time(self, case: Case) -> None:
        assert not improve(case.resident, case.search({}, over=lambda share=1.0: True), None, 1e-4, 0.0)
        assert case.runs == []

    def test_without_a_relaxation(self, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
        """The search is never skipped for want of a relaxation."""
        monkeypatch.setattr(restricted, "WORTH", 1)
        monkeypatch.setattr(improving, "IDLE", 4)
        search = case.search({}, relax=lambda method="inside": None)
        assert restricted.restricted(case.resident, search, case.problem.last, 1e-4, 0.0) == 0.0
        assert case.gap(case.plans[-1]) < case.gap({})

    def test_widths_follow_the_work(self) -> None:
        kind = improving._Kind("", False, by_nation.places)
        kind.learn(1.0, 0, True)
        assert (kind.width, kind.rate) == (1500, 1e-3)
        kind.learn(0.0, 100_000, False)
        assert (kind.width, kind.rate) == (1000, 5e-4)

    def test_parts_with_orders_are_smaller(self, bought: Case) -> None:
        """They begin with fewer cells, and grow to a limit of their own."""
        some = improving._Improving(bought.resident, bought.search({}), None, 1e-4, 0.0)
        assert {(kind.width, kind.most) for kind in some.kinds} == {(improving.FEW, improving.MORE)}
        for _ in range(5):
            some.kinds[0].learn(1.0, 0, True)
        assert some.kinds[0].width == improving.MORE < improving.WIDTH


class TestPassing:
    @pytest.mark.parametrize("case", ["plain", "binding"], indirect=True)
    def test_a_plan_from_prices(self, case: Case) -> None:
        """Of a model without orders: the plan passes the exact check and closes at least half of what can be closed."""
        relaxed = case.relax()
        assert relaxed is not None
        pass_through(case.resident, case.search({}), relaxed, 0.0)
        optimum, nothing = case.resident.run(mip_rel_gap=1e-3).bound, float(case.gap({}))
        assert case.gap(case.plans[-1]) <= (nothing + optimum) / 2


def test_large_models_are_searched_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """From so many whole-number columns; progress names the searches, and the answer is the same optimum."""
    instance = allocator.Instance.from_dict(generate(60, seed=2, binding=True))
    monkeypatch.setattr("allocator.solving.running.REPORT", 0.0)
    seen: list[str] = []

    def watch(progress: Progress) -> None:
        seen.append(progress.search)

    before = allocator.solve(instance, GAP)
    monkeypatch.setattr(restricted, "WORTH", 50)
    monkeypatch.setattr(restricted, "MANY", 50)
    monkeypatch.setattr(improving, "IDLE", 4)
    after = allocator.solve(instance, GAP, progress=watch)
    assert before.rows("objectives")[0]["value"] == pytest.approx(after.rows("objectives")[0]["value"])
    assert {"HiGHS on the whole model", "periods"} <= set(seen)
