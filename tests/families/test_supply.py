"""What is asked for, what there is and what it costs: each family alone on a toy worked out by hand.

It binds, it is satisfied, and left out it does not bind.
"""

from __future__ import annotations

import pytest

import allocator
from tests.toys import model, pools, sent, toy, units, willing

NONE = model()


def values(instance: allocator.Instance, chosen: allocator.Model = NONE) -> dict[str, float | None]:
    plan = allocator.solve(instance, chosen, gap=0.0)
    assert plan.status == "optimal", plan.reason
    return {name: plan.value(name) for name in ("gap", "risk", "cost", "burden")}


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
        assert "at least 3 of 4 battalion (inf)" in plan.reason
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


class TestBudget:
    def test_own_common_and_total_money(self) -> None:
        def spend(payer: str, amount: float) -> int:
            instance = toy(
                unit_types=[{"unit_type": "bn", "common_share": 0.25, "rotation_cost": 2.0}],
                budgets=[{"payer": payer, "amount": amount}],
            )
            return units(instance, model("budget"))

        # a unit costs 2 + 6 x 1 = 8: 2 common, 6 own
        assert spend("AAA", 18.0) == 3
        assert spend("common", 5.9) == 2
        assert spend("*", 8.0) == 1
        assert spend("*", 7.9) == 0

    def test_exactly_enough_is_enough(self) -> None:
        instance = toy(
            unit_types=[{"unit_type": "bn", "operating_cost": 0.1}],
            months=1,
            budgets=[{"payer": "*", "amount": 0.3}],
        )
        assert units(instance, model("budget")) == 3  # 0.1 + 0.1 + 0.1 is 0.3, whatever floats say

    def test_overlapping_budgets_all_hold_in_their_periods(self) -> None:
        instance = toy(
            periods=3,
            indefinite=False,
            budgets=[
                {"payer": "AAA", "amount": 60.0},
                {"payer": "AAA", "amount": 6.0, "first_period": 2, "last_period": 3},
            ],
        )
        # 6 a unit-period: ten in all, one in the last two periods; four fill the first
        assert units(instance, model("budget")) == 5

    def test_max_burden_is_a_share_of_gdp_a_year(self) -> None:
        # 6 a unit in half a year; 3.7 % of 1000 a year is 18.5 in half a year: three
        assert units(toy(), model("budget", max_burden=0.037)) == 3
        assert units(toy(), model(max_burden=0.037)) == 4
        # over two periods 37, so six unit-periods of the eight asked
        assert units(toy(periods=2), model("budget", max_burden=0.037)) == 6
        assert units(toy(nations=[{"nation": "AAA"}]), model("budget", max_burden=0.037)) == 4


class TestObjectives:
    def test_all_four_by_hand(self) -> None:
        instance = toy(
            unit_types=[{"unit_type": "bn", "rotation_cost": 2.0, "common_share": 0.25}],
            willingness=willing("AAA", at=0.6),
        )
        found = values(instance)
        # four units: 0.4 x 400 people x 6 months = 0.96 thousand; 4 x 8; own 24 in half a year of 1000
        assert found == pytest.approx({"gap": 0.0, "risk": 0.96, "cost": 32.0, "burden": 48.0})

    def test_later_objectives_only_choose_among_the_best(self) -> None:
        instance = toy(
            nations=[{"nation": "AAA", "gdp": 1000.0}, {"nation": "BBB", "gdp": 4000.0}],
            forces=pools(4, "AAA", "BBB"),
            willingness=willing("AAA", "BBB"),
        )
        plan = allocator.solve(instance, model(objectives=("gap", "burden")), gap=0.0)
        # one from A weighs as much as four from B: 0.012 x units against 0.003 x units
        assert sent(plan) == {("BBB", "bn", "hold", 1): 4} or plan.value("burden") == pytest.approx(12.0)
        assert plan.value("burden") == pytest.approx(12.0)

    def test_tolerance_lets_later_objectives_give_up_some(self) -> None:
        instance = toy(forces=pools(3, "AAA"))
        strict = allocator.solve(instance, model(objectives=("gap", "cost")), gap=0.0)
        loose = allocator.solve(instance, model(objectives=("gap", "cost"), tolerance=1.0), gap=0.0)
        assert (strict.value("gap"), strict.value("cost")) == (0.25, 18.0)
        assert (loose.value("gap"), loose.value("cost")) == (0.5, 12.0)
