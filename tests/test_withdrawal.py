"""Futures of stances by period, and the promises that hold in them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any, ClassVar

import pytest

import allocator
from allocator import Model
from allocator.api import choose
from allocator.instance.read import understood
from allocator.instance.read_json import from_object
from allocator.problem import Problem
from allocator.sweeps.design.withdrawal import politics
from allocator.sweeps.run.task import Setup
from allocator.withdrawal import Stance, able, every_future, futures
from tests.present import present
from tests.toys import Row, pools, toy, willing

SEA: dict[str, Any] = {
    "objectives": [{"objective": o, "name": o} for o in ("land", "sea")],
    "tasks": [{"task": "hold"}, {"task": "patrol", "objective": "sea"}],
    "requirements": [{"task": j, "capability": "inf", "quantity": 2.0} for j in ("hold", "patrol")],
}


def by_period(*stances: tuple[str, float, int, int], commitments: list[Row] | None = None) -> allocator.Instance:
    """AAA over four periods, with (objective, willingness, first period, last period)."""
    rows = [
        {"nation": "AAA", "objective": o, "willingness": w, "first_period": first, "last_period": last}
        for o, w, first, last in stances
    ]
    return toy(periods=4, willingness=rows, commitments=commitments or [], **SEA)


def described(instance: allocator.Instance) -> dict[str, Fraction]:
    """Who withdraws -> probability."""
    stances = able(Problem(instance, Model()))
    return {f.described(stances): f.probability for f in present(every_future(instance, Model(), 64))}


def promised(future_of: str, instance: allocator.Instance) -> list[Row]:
    """The commitments of a future; its instance passes every check."""
    stances = able(Problem(instance, Model()))
    (future,) = [f for f in present(every_future(instance, Model(), 64)) if f.described(stances) == future_of]
    changed = future.instance(instance)
    assert understood(from_object(changed.to_dict(), "future"), None, allocator.Instance) == changed
    return [dict(row) for row in changed.tables["commitments"]]


class TestStances:
    def test_a_mood_ends_each_stance_below_it(self) -> None:
        """Land: 0.9, from period 3 on 0.6; sea 0.7: first the later land, then the sea, then all."""
        instance = by_period(("land", 0.9, 1, 2), ("land", 0.6, 3, 4), ("sea", 0.7, 2, 4))
        assert described(instance) == {
            "nobody": Fraction(6, 10),
            "AAA (land in periods 3 to 4)": Fraction(1, 10),
            "AAA (land in periods 3 to 4, sea)": Fraction(2, 10),
            "AAA": Fraction(1, 10),
        }
        drawn = futures(instance, Model(), 20_000, 3)
        assert sum(f.probability for f in drawn) == 1
        shares = {len(f.withdrawn): float(f.probability) for f in drawn}
        assert shares == pytest.approx({0: 0.6, 1: 0.1, 2: 0.2, 3: 0.1}, abs=0.01)

    def test_only_the_stance_is_left(self) -> None:
        instance = by_period(("land", 0.9, 1, 2), ("land", 0.6, 3, 3))
        (first, second) = [f for f in present(every_future(instance, Model(), 9)) if len(f.withdrawn) < 2]
        assert [row["willingness"] for row in first.instance(instance).rows("willingness")] == [0.9, 0.6]
        assert [row["willingness"] for row in second.instance(instance).rows("willingness")] == [0.9, 0.0]
        assert second.withdrawn == {Stance("AAA", "land", 3, 3)}
        assert next(iter(second.withdrawn)).when == "in period 3"

    def test_stances_in_which_nothing_can_be_deployed_do_not_count(self) -> None:
        """One is below the floor, and in the other the pool is not ready: there is only one future beside."""
        instance = by_period(("land", 0.4, 1, 1), ("land", 0.6, 2, 2), ("land", 0.7, 3, 4))
        assert len(described(instance)) == 3
        late = instance.override("forces.first_period=3")
        assert described(late) == {"nobody": Fraction(7, 10), "AAA": Fraction(3, 10)}


class TestPromises:
    ROW: ClassVar[Row] = {"nation": "AAA", "unit_type": "bn", "task": "hold", "at_least": 1}

    def test_a_promise_ends_where_its_objective_is_left(self) -> None:
        """Kept in periods 1 and 2 and, as far as it reaches, nowhere else; the limit of three stays."""
        instance = by_period(
            ("land", 0.9, 1, 2), ("land", 0.6, 3, 4), ("sea", 1.0, 1, 4), commitments=[{**self.ROW, "at_most": 3}]
        )
        limits = {"nation": "AAA", "unit_type": "bn", "task": "hold", "at_most": 3}
        assert promised("nobody", instance) == [{**self.ROW, "at_most": 3}]
        assert promised("AAA (land in periods 3 to 4)", instance) == [
            {**limits, "first_period": 1, "last_period": 2, "at_least": 1},
            {**limits, "first_period": 3, "last_period": 4, "at_least": 0},
        ]
        assert promised("AAA (land)", instance) == [{**limits, "first_period": 1, "last_period": 4, "at_least": 0}]

    def test_rows_that_overlap_stay_one_promise_for_each_period(self) -> None:
        """One from period 2 on, two from 3 on; the land is left in 2 and 3: two remain in 4, under one key."""
        two = [{**self.ROW, "first_period": 2}, {**self.ROW, "first_period": 3, "at_least": 2}]
        instance = by_period(("land", 0.6, 2, 3), ("land", 0.8, 4, 4), commitments=two)
        assert promised("AAA (land in periods 2 to 3)", instance) == [
            {**self.ROW, "first_period": 4, "last_period": 4, "at_least": 2}
        ]
        assert promised("AAA", instance) == []

    def test_a_promise_for_all_tasks_ends_with_the_last_objective(self) -> None:
        row = {"nation": "AAA", "unit_type": "bn", "at_least": 1}
        instance = by_period(("land", 0.9, 1, 2), ("land", 0.6, 3, 4), ("sea", 0.7, 1, 3), commitments=[row])
        assert promised("AAA (land in periods 3 to 4)", instance) == [
            {**row, "first_period": 1, "last_period": 3}  # at sea until period 3
        ]
        assert promised("AAA (land in periods 3 to 4, sea)", instance) == [{**row, "first_period": 1, "last_period": 2}]

    def test_without_the_family_nothing_is_promised(self) -> None:
        model = replace(Model(), families=("rotation",))
        instance = by_period(("land", 0.6, 1, 4), commitments=[self.ROW])
        assert not any(f.released for f in present(every_future(instance, model, 9)))

    def test_who_stays_keeps_its_promise(self) -> None:
        """BBB withdraws; AAA must send two all the same, and what AAA may give at the most stays."""
        instance = toy(
            nations=[{"nation": "AAA"}, {"nation": "BBB"}],
            forces=pools(3, "AAA", "BBB"),
            willingness=[*willing("AAA"), *willing("BBB", at=0.5)],
            commitments=[{**self.ROW, "at_least": 2}, {**self.ROW, "nation": "BBB", "at_least": 3}],
        )
        assert promised("BBB", instance) == [{**self.ROW, "at_least": 2}]


def test_points_of_politics_are_the_futures() -> None:
    """A stance of one of several periods is named with its first, and promises of who leaves are not asked for."""
    row = {"nation": "AAA", "unit_type": "bn", "task": "hold", "at_least": 1}
    instance = by_period(("land", 0.9, 1, 2), ("land", 0.6, 3, 4), ("sea", 0.7, 1, 4), commitments=[row])
    part = politics(instance, Model(), 100, seed=1)
    setup = Setup(instance, Model())
    found = {point.inputs["withdrawn"]: setup.at(point)[0] for point in part.points}
    drawn = {f.withdrawn: f.instance(instance) for f in futures(instance, Model(), 100, 1)}
    assert set(found) == {"", "AAA.land.3", "AAA.land.3 AAA.sea", "AAA"}
    assert [dict(found[name].tables) for name in found] == [dict(changed.tables) for changed in drawn.values()]
    assert all(allocator.solve(changed).status == "optimal" for changed in found.values())
    assert allocator.solve(choose(instance, None, ("willingness.willingness=0",))[0]).status == "infeasible"


def test_an_instance_without_periods_has_the_settings_that_it_had() -> None:
    instance = toy(willingness=willing("AAA", at=0.6))
    points = politics(instance, Model(), 50).points
    assert {point.overrides for point in points} == {
        (), ("willingness[nation=AAA,objective=land].willingness=0",),
    }  # fmt: skip
    assert not any(point.released for point in points)
