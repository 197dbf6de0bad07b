"""Each family alone on a toy worked out by hand: it binds, it is satisfied, and left out it does not bind."""

from __future__ import annotations

import pytest

import allocator
from tests.toys import model, pools, sent, toy, units, willing

NONE = model()


def values(instance, chosen=NONE):
    plan = allocator.solve(instance, chosen, gap=0.0)
    assert plan.status == "optimal", plan.reason
    return {name: plan.value(name) for name in ("gap", "risk", "cost", "burden")}


class TestRequirement:
    def test_no_more_than_asked_is_sent(self):
        assert units(toy(), NONE) == 4

    def test_the_unmet_share_is_the_gap(self):
        assert values(toy(forces=pools(3, "AAA")))["gap"] == pytest.approx(1 / 4)

    def test_what_must_be_met_and_cannot_is_infeasible_and_said_in_the_instance_s_words(self):
        asked = [{"task": "hold", "capability": "inf", "quantity": 4.0, "max_gap": 0.25}]
        plan = allocator.solve(toy(forces=pools(2, "AAA"), requirements=asked), NONE)
        assert plan.status == "infeasible"
        assert "Hold (hold), period 1" in plan.reason
        assert "at least 3 of 4 battalion (inf)" in plan.reason
        assert plan.rows("deployments") == []

    def test_max_gap_between_two_steps_of_supply_rounds_up(self):
        asked = [{"task": "hold", "capability": "inf", "quantity": 3.0, "max_gap": 0.5}]
        two = [{"unit_type": "bn", "capability": "inf", "amount": 2.0}]
        # cost first: 1.5 must be met and comes in twos
        plan = allocator.solve(toy(requirements=asked, yields=two), model(objectives=("cost",)))
        assert sent(plan) == {("AAA", "bn", "hold", 1): 1}

    def test_weights_are_row_priority_times_objective_priority(self):
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

    def test_a_period_counts_by_the_row_s_own_periods(self):
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

    def test_theatre_supply_counts_wherever_it_stands(self):
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

    def test_a_task_may_be_left_with_nothing_but_not_with_less(self):
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
    def test_one_period_without_end_divides_the_pool(self):
        asked = toy(unit_types=[{"unit_type": "bn", "rotation_ratio": 2}])
        assert units(asked, model("rotation")) == 2  # 2x <= 5

    def test_left_out_the_whole_pool_goes(self):
        assert units(toy(unit_types=[{"unit_type": "bn", "rotation_ratio": 2}]), NONE) == 4

    def test_windows_wrap_on_an_indefinite_horizon(self):
        asked = toy(periods=3, unit_types=[{"unit_type": "bn", "rotation_ratio": 2}])
        # x1+x2, x2+x3, x3+x1 <= 5: seven at the most
        assert units(asked, model("rotation")) == 7

    def test_windows_are_cut_at_the_ends_of_a_finite_one(self):
        asked = toy(periods=3, indefinite=False, unit_types=[{"unit_type": "bn", "rotation_ratio": 2}])
        # x1+x2, x2+x3 <= 5: four, one, four
        assert units(asked, model("rotation")) == 9

    def test_a_ratio_above_the_periods_counts_a_period_twice(self):
        asked = toy(periods=2, unit_types=[{"unit_type": "bn", "rotation_ratio": 3}])
        # 2x1+x2 and x1+2x2 <= 5: three at the most
        assert units(asked, model("rotation")) == 3

    def test_who_is_not_ready_stays_out_also_where_the_horizon_wraps(self):
        asked = toy(periods=2, forces=pools(5, "AAA", first_period=2))
        assert {key[3] for key in sent(allocator.solve(asked, model("rotation")))} == {2}


class TestMinimumContribution:
    def test_less_than_the_least_does_not_go(self):
        asked = toy(forces=[*pools(2, "AAA", min_units=3), *pools(1, "AAA", unit="other")][:1])
        assert units(asked, model("minimum_contribution")) == 0

    def test_nothing_or_the_least_or_more(self):
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

    def test_left_out_one_alone_may_go(self):
        assert units(toy(forces=pools(1, "AAA", min_units=3)), NONE) == 1


class TestConditions:
    NATIONS = ({"nation": "AAA"}, {"nation": "BBB"}, {"nation": "CCC"})

    def three(self, *conditions, at_c=1.0, groups=(), events=None):
        return toy(
            nations=list(self.NATIONS),
            requirements=[{"task": "hold", "capability": "inf", "quantity": 6.0}],
            forces=pools(2, "AAA", "BBB", "CCC"),
            willingness=[*willing("AAA", "BBB"), *willing("CCC", at=at_c)],
            conditions=list(conditions),
            groups=list(groups),
            events=events,
        )

    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            ({"requires": "nation", "value": "CCC"}, 2),
            ({"requires": "nation", "value": "AAA"}, 4),
            ({"requires": "any_of", "value": "CCC AAA"}, 4),
            ({"requires": "any_of", "value": "G"}, 2),
            ({"requires": "coalition_size", "value": "2"}, 4),
            ({"requires": "coalition_size", "value": "3"}, 2),
            ({"requires": "event", "value": "peace"}, 2),
            ({"requires": "event", "value": "peace", "objective": "land"}, 2),
        ],
    )
    def test_b_s_pledge_where_c_is_unwilling(self, condition, expected):
        instance = self.three(
            {"nation": "BBB", **condition},
            at_c=0.1,
            groups=[{"group": "G", "nation": "CCC"}],
            events={"peace": False},
        )
        assert units(instance, model("conditions")) == expected
        assert units(instance, NONE) == 4

    def test_pledges_cascade(self):
        instance = self.three(
            {"nation": "AAA", "requires": "nation", "value": "BBB"},
            {"nation": "BBB", "requires": "nation", "value": "CCC"},
            {"nation": "CCC", "requires": "event", "value": "peace"},
            events={"peace": False},
        )
        assert units(instance, model("conditions")) == 0

    def test_two_that_wait_for_each_other_come_together(self):
        instance = self.three(
            {"nation": "AAA", "requires": "nation", "value": "BBB"},
            {"nation": "BBB", "requires": "nation", "value": "AAA"},
        )
        assert units(instance, model("conditions")) == 6

    def test_a_size_of_three_counts_who_deploys_not_who_could(self):
        # C is dear and useless to the gap, yet A and B are worth more with it than without
        instance = toy(
            nations=list(self.NATIONS),
            unit_types=[{"unit_type": "bn"}, {"unit_type": "band"}],
            capabilities=[
                {"capability": "inf", "name": "Infantry", "unit": "battalion"},
                {"capability": "music", "name": "Music", "unit": "band"},
            ],
            yields=[
                {"unit_type": "bn", "capability": "inf", "amount": 1.0},
                {"unit_type": "band", "capability": "music", "amount": 1.0},
            ],
            requirements=[
                {"task": "hold", "capability": "inf", "quantity": 4.0},
                {"task": "hold", "capability": "music", "quantity": 0.0},
            ],
            forces=[*pools(2, "AAA", "BBB"), *pools(1, "CCC", unit="band")],
            willingness=willing("AAA", "BBB", "CCC"),
            conditions=[{"nation": "AAA", "requires": "coalition_size", "value": "3"}],
        )
        plan = allocator.solve(instance, model("conditions"), gap=0.0)
        assert plan.value("gap") == 0
        assert ("CCC", "band", "hold", 1) in sent(plan)


class TestCaveats:
    @pytest.mark.parametrize("columns", [{"task": "hold"}, {"unit_type": "bn"}, {"objective": "land"}])
    def test_what_is_forbidden_does_not_go(self, columns):
        instance = toy(caveats=[{"nation": "AAA", **columns}])
        assert units(instance, model("caveats")) == 0
        assert units(instance, NONE) == 4

    def test_all_filled_columns_must_fit(self):
        instance = toy(
            tasks=[{"task": "hold"}, {"task": "guard"}],
            caveats=[{"nation": "AAA", "task": "guard", "unit_type": "bn"}],
        )
        assert units(instance, model("caveats")) == 4


class TestTroopCeiling:
    def test_people_at_once(self):
        instance = toy(nations=[{"nation": "AAA", "troop_ceiling": 250.0}])
        assert units(instance, model("troop_ceiling")) == 2
        assert units(instance, NONE) == 4

    def test_each_period_has_its_own(self):
        instance = toy(periods=2, nations=[{"nation": "AAA", "troop_ceiling": 250.0}])
        assert units(instance, model("troop_ceiling")) == 4


class TestBudget:
    def test_own_common_and_total_money(self):
        def spend(payer, amount):
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

    def test_exactly_enough_is_enough(self):
        instance = toy(
            unit_types=[{"unit_type": "bn", "operating_cost": 0.1}],
            months=1,
            budgets=[{"payer": "*", "amount": 0.3}],
        )
        assert units(instance, model("budget")) == 3  # 0.1 + 0.1 + 0.1 is 0.3, whatever floats say

    def test_overlapping_budgets_all_hold_in_their_periods(self):
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

    def test_max_burden_is_a_share_of_gdp_a_year(self):
        # 6 a unit in half a year; 3.7 % of 1000 a year is 18.5 in half a year: three
        assert units(toy(), model("budget", max_burden=0.037)) == 3
        assert units(toy(), model(max_burden=0.037)) == 4
        # over two periods 37, so six unit-periods of the eight asked
        assert units(toy(periods=2), model("budget", max_burden=0.037)) == 6
        assert units(toy(nations=[{"nation": "AAA"}]), model("budget", max_burden=0.037)) == 4


class TestFrameworkNation:
    def instance(self, share, lead=("AAA",), periods=1, **tables):
        nations = [{"nation": n, "can_lead": n in lead} for n in ("AAA", "BBB", "CCC")]
        return toy(
            periods=periods,
            nations=nations,
            **{
                "tasks": [{"task": "hold", "framework_share": share}],
                "requirements": [{"task": "hold", "capability": "inf", "quantity": 6.0}],
                "forces": pools(2, "AAA", "BBB", "CCC"),
                "willingness": willing("AAA", "BBB", "CCC"),
                **tables,
            },
        )

    def test_the_leader_gives_its_share(self):
        assert units(self.instance(0.5), model("framework_nation")) == 4
        assert units(self.instance(0.4), model("framework_nation")) == 5
        assert units(self.instance(0.5), NONE) == 6

    def test_shares_of_two_who_could_lead_do_not_add_up(self):
        assert units(self.instance(0.6, lead=("AAA", "BBB")), model("framework_nation")) == 3

    def test_without_a_leader_nobody_goes(self):
        plan = allocator.solve(self.instance(0.1, lead=()), model("framework_nation"))
        assert sent(plan) == {}
        assert "Nothing can be deployed" in plan.reason

    def test_the_same_nation_leads_in_every_period(self):
        forces = [
            *pools(2, "AAA"),
            *pools(2, "BBB", first_period=2),
            *pools(2, "CCC"),
        ]
        instance = self.instance(
            0.6, lead=("BBB", "CCC"), periods=2, forces=forces, caveats=[{"nation": "CCC", "task": "hold"}]
        )
        # B can lead only from period 2; C not at all: nobody may be there in period 1
        plan = allocator.solve(instance, model("framework_nation", "caveats"), gap=0.0)
        assert {t for _, _, _, t in sent(plan)} == {2}

    def test_columns_are_nation_by_nation_as_deployments_are(self):
        """In another order HiGHS took thirty times as long for deterrence-force with all who could lead."""
        instance = self.instance(
            0.5,
            lead=("AAA", "BBB"),
            periods=2,
            tasks=[{"task": task, "framework_share": 0.5} for task in ("hold", "relieve")],
            requirements=[{"task": task, "capability": "inf", "quantity": 6.0} for task in ("hold", "relieve")],
        )
        m = allocator.build(instance, model("framework_nation"))
        wanted = [(n, j, t) for n in ("AAA", "BBB") for j in ("hold", "relieve") for t in (1, 2)]
        assert [(n, j, t) for n, _, j, t in m.deploy if n != "CCC"] == wanted
        assert list(m.led) == list(m.framework_nation_leads) == wanted
        assert list(m.leads) == list(dict.fromkeys((n, j) for n, j, _ in wanted))


class TestParticipation:
    def test_willingness_must_be_above_nothing_and_reach_the_floor(self):
        instance = toy(willingness=willing("AAA", at=0.5))
        assert units(instance, model(willingness_floor=0.5)) == 4
        assert units(instance, model(willingness_floor=0.51)) == 0
        assert units(toy(willingness=willing("AAA", at=0.0)), model(willingness_floor=0.0)) == 0

    def test_a_nation_is_a_member_when_it_deploys(self):
        two = toy(nations=[{"nation": "AAA"}, {"nation": "BBB"}])
        rows = {row["nation"]: row["member"] for row in allocator.solve(two, NONE).rows("nations")}
        assert rows == {"AAA": True, "BBB": False}
