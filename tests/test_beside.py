"""The second thread of the largest models: the relaxation, then parts of the search. No test depends on its speed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import allocator
from allocator.errors import SolverError
from allocator.purchases import Decided
from allocator.solving.heuristics import improving, restricted
from allocator.solving.heuristics.beside import Beside
from allocator.solving.heuristics.improving import improve
from allocator.solving.heuristics.search import Search
from allocator.solving.highs import Relaxation
from benchmarks.generate import generate
from tests.searching import GAP, Case

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def case() -> Case:
    return Case(generate(60, seed=2), GAP)


def limited(case: Case) -> Search:
    return replace(case.search({}), limited=True)


class TestThread:
    def test_it_works_on_only_with_a_time_limit(self, case: Case) -> None:
        """What follows the relaxation gets it; without a time limit nothing follows."""
        seen: list[Relaxation | None] = []
        for search in (case.search({}), limited(case)):
            with Beside(case.resident, search) as beside:
                beside.then(seen.append)
                bound = beside.bound()
        assert len(seen) == 1
        assert seen[0] is not None
        assert seen[0].bound == bound > 0

    def test_nothing_follows_if_nothing_is_given(self, case: Case) -> None:
        with Beside(case.resident, limited(case)) as beside:
            assert beside.bound() > 0

    def test_its_errors_are_raised_where_it_is_waited_for(self, case: Case) -> None:
        def fail(relaxed: Relaxation | None) -> None:
            raise SolverError("no")

        with Beside(case.resident, limited(case)) as beside:
            beside.then(fail)
            with pytest.raises(SolverError, match="no"):
                beside.bound()


class TestJoining:
    def test_it_improves_parts_and_shows_nothing(self, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its runs have no name; it knows the bound of the relaxation, and each plan passes the exact check."""
        monkeypatch.setattr(improving, "IDLE", 3)
        some = improving._Improving(case.resident, limited(case), None, 1e-4, 0.0)
        relaxed = case.relax()
        assert relaxed is not None
        some.join(relaxed)
        assert (some.floor, some.relaxed) == (relaxed.bound, relaxed)
        assert set(case.runs) == {None}
        assert case.gap(case.plans[-1]) < case.gap({})
        assert not any(case.check(plan) for plan in case.plans[1:])

    def test_it_ends_with_the_first_thread(self, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
        """The first ends without a gain; what the second would do then is nothing."""
        monkeypatch.setattr(improving, "IDLE", 0)
        work: list[Callable[[Relaxation | None], None]] = []
        beside = Beside(case.resident, limited(case))
        monkeypatch.setattr(beside, "then", work.append)
        assert improve(case.resident, limited(case), None, 1e-4, 0.0, beside)
        monkeypatch.setattr(improving, "IDLE", 9)
        work[0](None)
        assert case.runs == []

    def test_cells_of_the_other_part_are_not_chosen(self, case: Case) -> None:
        some = improving._Improving(case.resident, limited(case), None, 1e-4, 0.0)
        some.busy[::2] = True
        for kind in some.kinds:
            chosen = some._chosen(kind)
            assert len(chosen)
            assert not some.busy[chosen].any()


class TestTwoParts:
    """Two parts of one plan end one after the other."""

    @staticmethod
    def started(case: Case) -> tuple[improving._Improving, dict[bool, Decided]]:
        """A search from nothing, and a good plan in two: what is deployed in even periods, and in odd ones."""
        some = improving._Improving(case.resident, limited(case), None, 1e-4, 0.0)
        run = case.resident.run(mip_rel_gap=1e-3)
        assert run.point is not None
        good = case.points.deployed(run.point)
        return some, {
            even: Decided({key: units for key, units in good.items() if (key[3] % 2 == 0) == even})
            for even in (True, False)
        }

    def test_the_plan_gets_the_changes_of_both(self, case: Case) -> None:
        """Both begin with nothing: in the end the plan has what both deploy, and its shortfalls follow from that."""
        some, parts = self.started(case)
        before = some.point
        every = np.arange(len(before))
        gains = [some._take(every, case.points.point(parts[True]), before)]
        rest = some.cells.columns[case.points.point(parts[False])[some.cells.columns] > 0]
        gains.append(some._take(rest, case.points.point(parts[False])[rest], before))
        assert min(gains) > 0
        assert dict(case.plans[-1]) == {**parts[True], **parts[False]}
        assert float(case.gap({})) == pytest.approx(float(case.gap(case.plans[-1])) + sum(gains))
        assert float(some.cost @ some.point) == pytest.approx(float(case.gap(case.plans[-1])))

    def test_a_clash_leaves_the_plan(self, case: Case) -> None:
        """The second part uses more units than there are: nothing changes."""
        some, parts = self.started(case)
        before = some.point
        assert some._take(np.arange(len(before)), case.points.point(parts[True]), before) > 0
        plan, point, columns = case.plans[-1], some.point, some.cells.columns
        assert some._take(columns, case.resident.matrix.upper[columns], before) == 0
        assert case.plans[-1] is plan
        assert some.point is point


def test_the_answer_is_the_same_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that counts as one of the largest, with a limit that it does not reach."""
    instance = allocator.Instance.from_dict(generate(60, seed=2))
    before = allocator.solve(instance, GAP)
    for module in (restricted, improving):
        monkeypatch.setattr(module, "WITH_CUTS", 50)
    monkeypatch.setattr(restricted, "WORTH", 50)
    monkeypatch.setattr(restricted, "MANY", 50)
    monkeypatch.setattr(improving, "IDLE", 3)
    joined: list[Relaxation | None] = []
    join = improving._Improving.join

    def noted(self: improving._Improving, relaxed: Relaxation | None) -> None:
        joined.append(relaxed)
        join(self, relaxed)

    monkeypatch.setattr(improving._Improving, "join", noted)
    after = allocator.solve(instance, GAP, time_limit=600)
    assert len(joined) == 1
    assert before.status == after.status == "optimal"
    assert before.rows("objectives")[0]["value"] == pytest.approx(after.rows("objectives")[0]["value"], rel=1e-3)
