"""What is asked for and what there is: each family alone on a toy worked out by hand.

It binds, it is satisfied, and left out it does not bind.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

import allocator
from tests.toys import Row, model, pools, sent, toy, units, values, willing

NONE = model()


class TestRequirement:
    def test_no_more_than_asked_is_sent(self) -> None:
        assert units(toy(), NONE) == 4

    def test_the_unmet_share_is_the_gap(self) -> None:
        assert values(toy(forces=pools(3, "AAA")))["gap"] == pytest.approx(1 / 4)

    def test_what_must_be_met_and_cannot_is_infeasible_and_said_in_the_instance_s_words(self) -> None:
        asked = [{"task": "hold", "capability": "inf", "quantity": 4.0, "max_gap": 0.25}]
        plan = allocator.solve(toy(forces=pools(2, "AAA"), requirements=asked), NONE)
        assert plan.status == "infeasible"
        assert "Hold (hold), period 1" in plan.reason
        assert "at least 3 of 4 battalions (inf)" in plan.reason
        assert plan.rows("deployments") == []

    def test_max_gap_between_two_steps_of_supply_rounds_up(self) -> None:
        asked = [{"task": "hold", "capability": "inf", "quantity": 3.0, "max_gap": 0.5}]
        two = [{"unit_type": "bn", "capability": "inf", "amount": 2.0}]
        # cost first: 1.5 must be met and comes in twos
        plan = allocator.solve(toy(requirements=asked, yields=two), model(objectives=("cost",)))
        assert sent(plan) == {("AAA", "bn", "hold", 1): 1}

    def test_weights_are_row_priority_times_objective_priority(self) -> None:
        both = toy(
            objectives=[
                {"objective": "land", "name": "Land", "priority": 3.0},
                {"objective": "sea", "name": "Sea"},
            ],
            tasks=[{"task": "hold"}, {"task": "sail", "objective": "sea"}],
            requirements=[
                {"task": "hold", "capability": "inf", "quantity": 4.0, "priority": 2.0},
                {"task": "sail", "capability": "inf", "quantity": 4.0},
            ],
            willingness=willing("AAA", objectives=("land", "sea")),
        )
        # five units: four to hold (weight 6), one to sail (weight 1): 3/4 of 1 of 7
        assert values(both)["gap"] == pytest.approx(0.75 / 7)

    def test_a_period_counts_by_the_row_s_own_periods(self) -> None:
        late = toy(
            periods=2,
            indefinite=False,
            requirements=[
                {"task": "hold", "capability": "inf", "quantity": 10.0, "first_period": 2},
            ],
        )
        plan = allocator.solve(late, NONE)
        assert sent(plan) == {("AAA", "bn", "hold", 2): 5}
        assert plan.value("gap") == pytest.approx(0.5)

    def test_theatre_supply_counts_wherever_it_stands(self) -> None:
        radar = toy(
            unit_types=[{"unit_type": "bn"}, {"unit_type": "radar"}],
            capabilities=[
                {"capability": "inf", "name": "Infantry", "unit": "battalion"},
                {"capability": "picture", "name": "Air picture", "unit": "orbit", "scope": "theatre"},
            ],
            yields=[
                {"unit_type": "bn", "capability": "inf", "amount": 1.0},
                {"unit_type": "radar", "capability": "picture", "amount": 1.0},
                {"unit_type": "bn", "capability": "picture", "amount": -0.5},
            ],
            tasks=[{"task": "hold"}, {"task": "watch"}],
            requirements=[{"task": "hold", "capability": "inf", "quantity": 4.0}],
            forces=[*pools(5, "AAA"), *pools(1, "AAA", unit="radar")],
        )
        # an implied theatre row: one orbit anywhere carries two battalions
        plan = allocator.solve(radar, NONE, gap=0.0)
        assert plan.value("gap") == pytest.approx(0.5)
        assert sum(count for (_, u, _, _), count in sent(plan).items() if u == "radar") == 1

    def test_a_task_may_be_left_with_nothing_but_not_with_less(self) -> None:
        guns = toy(
            unit_types=[{"unit_type": "bn"}, {"unit_type": "log"}],
            capabilities=[
                {"capability": "inf", "name": "Infantry", "unit": "battalion"},
                {"capability": "supply", "name": "Supply", "unit": "battalion"},
            ],
            yields=[
                {"unit_type": "bn", "capability": "inf", "amount": 1.0},
                {"unit_type": "bn", "capability": "supply", "amount": -1.0},
                {"unit_type": "log", "capability": "supply", "amount": 2.0},
            ],
            forces=[*pools(5, "AAA"), *pools(1, "AAA", unit="log")],
        )
        assert sent(allocator.solve(guns, NONE, gap=0.0)) == {
            ("AAA", "bn", "hold", 1): 2,
            ("AAA", "log", "hold", 1): 1,
        }


class TestRotation:
    def test_one_period_without_end_divides_the_pool(self) -> None:
        asked = toy(unit_types=[{"unit_type": "bn", "rotation_ratio": 2}])
        assert units(asked, model("rotation")) == 2  # 2x <= 5

    def test_left_out_the_whole_pool_goes(self) -> None:
        assert units(toy(unit_types=[{"unit_type": "bn", "rotation_ratio": 2}]), NONE) == 4

    def test_windows_wrap_on_an_indefinite_horizon(self) -> None:
        asked = toy(periods=3, unit_types=[{"unit_type": "bn", "rotation_ratio": 2}])
        # x1+x2, x2+x3, x3+x1 <= 5: seven at the most
        assert units(asked, model("rotation")) == 7

    def test_windows_are_cut_at_the_ends_of_a_finite_one(self) -> None:
        asked = toy(periods=3, indefinite=False, unit_types=[{"unit_type": "bn", "rotation_ratio": 2}])
        # x1+x2, x2+x3 <= 5: four, one, four
        assert units(asked, model("rotation")) == 9

    def test_a_ratio_above_the_periods_counts_a_period_twice(self) -> None:
        asked = toy(periods=2, unit_types=[{"unit_type": "bn", "rotation_ratio": 3}])
        # 2x1+x2 and x1+2x2 <= 5: three at the most
        assert units(asked, model("rotation")) == 3

    @pytest.mark.parametrize(
        ("owned", "columns", "ratio", "expected"),
        [
            (5, {"availability": 0.5}, 1, 2),  # 2.5
            (5, {"availability": 0.5}, 2, 1),  # 2x <= 2.5
            (5, {"home_units": 2}, 1, 3),
            (9, {"availability": 0.8, "home_units": 1}, 1, 4),  # 6.2, of which four are asked
            (9, {"availability": 0.8, "home_units": 1}, 2, 3),  # 2x <= 6.2
            (9, {"availability": 0.8, "home_units": 1}, 4, 1),
            (9, {}, 4, 2),
            (3, {"availability": 0.9, "home_units": 4}, 1, 0),
            (3, {"availability": 0.0}, 1, 0),
            (100, {"availability": 0.29}, 29, 1),  # 29 exactly, whatever floats say
        ],
    )
    def test_what_can_be_used_of_a_pool(self, owned: int, columns: Row, ratio: int, expected: int) -> None:
        asked = toy(unit_types=[{"unit_type": "bn", "rotation_ratio": ratio}], forces=pools(owned, "AAA", **columns))
        assert units(asked, model("rotation")) == expected

    def test_left_out_only_the_relief_is(self) -> None:
        types = [{"unit_type": "bn", "rotation_ratio": 2}]
        asked = toy(unit_types=types, forces=pools(5, "AAA", availability=0.8, home_units=1))
        assert units(asked, model("rotation")) == 1  # 2x <= 3
        assert units(asked, NONE) == 3

    def changing(
        self, changes: dict[int, int], asked: Iterable[int], last: int = 3, own: int = 5, **unit: Any
    ) -> allocator.Instance:
        """A pool of five with changes; eight are asked in some of the periods."""
        return toy(
            periods=last,
            indefinite=False,
            unit_types=[{"unit_type": "bn", **unit}],
            requirements=[
                {"task": "hold", "capability": "inf", "quantity": 8.0, "first_period": t, "last_period": t}
                for t in asked
            ],
            forces=pools(own, "AAA"),
            force_changes=[{"nation": "AAA", "unit_type": "bn", "period": t, "change": c} for t, c in changes.items()],
        )

    def test_ownedjoin_and_leave(self) -> None:
        # 5, 3 and 6
        instance = self.changing({2: -2, 3: 3}, (1, 2, 3))
        assert units(instance, NONE) == units(instance, model("rotation")) == 14

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [((1,), 5), ((2,), 3), ((3,), 7), ((1, 2), 5), ((2, 3), 7), ((1, 3), 9), ((1, 2, 3), 9)],
    )
    def test_each_span_has_what_there_is_at_some_time_of_it(self, asked: tuple[int, ...], expected: int) -> None:
        # two of five leave in 2 and four join in 3: 5 in 1 and in 1..2; 3 in 2; 3 + 4 in 2..3 and 3; 5 + 4 in all
        instance = self.changing({2: -2, 3: 4}, asked, rotation_ratio=3)
        assert units(instance, model("rotation")) == expected

    def test_what_joins_relieves_what_was_there(self) -> None:
        # 5 in 1; 5 + 2 in 1..2
        assert units(self.changing({2: 2}, (1, 2), last=2, rotation_ratio=2), model("rotation")) == 7
        assert units(self.changing({2: 2}, (1,), last=2, rotation_ratio=2), model("rotation")) == 5

    @pytest.mark.parametrize("chosen", [NONE, model("rotation")])
    def test_what_is_used_up_deploys_once(self, chosen: allocator.Model) -> None:
        assert units(self.changing({}, (1, 2, 3), expendable=True), chosen) == 5
        # 5 in 1..2, 8 in all
        assert units(self.changing({3: 3}, (1, 2, 3), expendable=True), chosen) == 8
        assert units(self.changing({3: 3}, (1, 2), expendable=True), chosen) == 5

    def test_a_change_alone_makes_a_pool(self) -> None:
        instance = toy(
            periods=2,
            indefinite=False,
            nations=[{"nation": "AAA"}, {"nation": "BBB"}],
            forces=pools(1, "AAA"),
            willingness=willing("AAA", "BBB"),
            force_changes=[{"nation": "BBB", "unit_type": "bn", "period": 2, "change": 2}],
        )
        assert units(instance, NONE) == 1 + (1 + 2)

    def test_who_is_not_ready_stays_out_also_where_the_horizon_wraps(self) -> None:
        asked = toy(periods=2, forces=pools(5, "AAA", first_period=2))
        assert {key[3] for key in sent(allocator.solve(asked, model("rotation")))} == {2}


class TestMinimumContribution:
    def test_less_than_the_least_does_not_go(self) -> None:
        asked = toy(forces=[*pools(2, "AAA", min_units=3), *pools(1, "AAA", unit="other")][:1])
        assert units(asked, model("minimum_contribution")) == 0

    def test_nothing_or_the_least_or_more(self) -> None:
        two = toy(
            tasks=[{"task": "hold"}, {"task": "guard"}],
            requirements=[
                {"task": "hold", "capability": "inf", "quantity": 4.0},
                {"task": "guard", "capability": "inf", "quantity": 4.0},
            ],
            forces=pools(5, "AAA", min_units=3),
        )
        plan = allocator.solve(two, model("minimum_contribution"), gap=0.0)
        assert sorted(sent(plan).values()) == [4]  # four and one would be too few at the second task

    def test_left_out_one_alone_may_go(self) -> None:
        assert units(toy(forces=pools(1, "AAA", min_units=3)), NONE) == 1


class TestTroopCeiling:
    def test_people_at_once(self) -> None:
        instance = toy(nations=[{"nation": "AAA", "troop_ceiling": 250.0}])
        assert units(instance, model("troop_ceiling")) == 2
        assert units(instance, NONE) == 4

    def test_each_period_has_its_own(self) -> None:
        instance = toy(periods=2, nations=[{"nation": "AAA", "troop_ceiling": 250.0}])
        assert units(instance, model("troop_ceiling")) == 4
