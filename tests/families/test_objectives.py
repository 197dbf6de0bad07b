"""What is minimised: each objective on toys worked out by hand.

It binds, it is satisfied, and left out it does not bind.
"""

from __future__ import annotations

from typing import Any

import pytest

import allocator
from allocator.problem import Problem
from allocator.solving.reasons import why_nothing
from tests.toys import model, pools, sent, toy, values, willing

NONE = model()


class TestObjectives:
    def test_all_four_by_hand(self) -> None:
        instance = toy(
            unit_types=[{"unit_type": "bn", "rotation_cost": 2.0, "common_share": 0.25}],
            willingness=willing("AAA", at=0.6),
        )
        found = values(instance)
        # four units: 0.4 x 400 people x 6 months = 0.96 thousand; 4 x 8; own 24 in half a year of 1000
        assert found == pytest.approx({"gap": 0.0, "risk": 0.96, "cost": 32.0, "burden": 48.0})

    def test_what_a_limit_prevents_is_not_called_useless(self) -> None:
        """A unit costs 6: with cost at most 5, nobody can go, though it would meet a quarter."""
        plan = allocator.solve(toy(), model(objectives=("gap",), limits={"cost": 5}))
        nothing = "Nothing is deployed: no possible deployment"
        assert plan.reason == f"{nothing} with cost at most 5 would lower the objectives."
        free = allocator.solve(toy(), model(objectives=("cost",)))
        assert free.reason == f"{nothing} would lower the objectives."

    def test_what_is_hardly_proved_is_not_called_useless(self) -> None:
        """With a wide gap a plan may deploy nothing although more is possible."""
        problem = Problem(toy(), model())
        assert why_nothing(problem, 0.5) == "Nothing is deployed in the best plan that was found."
        assert "would lower" in why_nothing(problem, 0.0)

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

    @pytest.mark.parametrize(("count", "ninths"), [(5, 0), (4, 1), (3, 2), (2, 3), (1, 6), (0, 9)])
    def test_the_core_counts_more(self, count: int, ninths: int) -> None:
        # five asked, two of them core and worth three: 3 + 2 x 3 = 9
        line = {"task": "hold", "capability": "inf", "quantity": 5.0, "core_share": 0.4, "core_weight": 3.0}
        instance = toy(requirements=[line], forces=pools(count, "AAA"))
        found = values(instance, model(objectives=("gap", "worst_period")))
        assert (found["gap"], found["worst_period"]) == pytest.approx((ninths / 9, ninths / 9))

    @pytest.mark.parametrize(("count", "hold", "guard"), [(1, 1, 0), (2, 2, 0), (3, 2, 1), (6, 2, 4), (7, 3, 4)])
    def test_the_core_is_met_first(self, count: int, hold: int, guard: int) -> None:
        # a unit of the core at hold adds 3/8, one at guard 1/4, another at hold 1/8
        lines = [
            {"task": "hold", "capability": "inf", "quantity": 4.0, "core_share": 0.5, "core_weight": 3.0},
            {"task": "guard", "capability": "inf", "quantity": 4.0},
        ]
        instance = toy(tasks=[{"task": "hold"}, {"task": "guard"}], requirements=lines, forces=pools(count, "AAA"))
        found = sent(allocator.solve(instance, NONE, gap=0.0))
        assert [found.get(("AAA", "bn", task, 1), 0) for task in ("hold", "guard")] == [hold, guard]

    def test_the_worst_period_is_as_good_as_it_can_be(self) -> None:
        # six over two periods however they go; three and three leave a quarter of each, two and four a half of one
        instance = toy(
            periods=2, indefinite=False, unit_types=[{"unit_type": "bn", "expendable": True}], forces=pools(6, "AAA")
        )
        found = values(instance, model(objectives=("gap", "worst_period")))
        assert (found["gap"], found["worst_period"]) == pytest.approx((0.25, 0.25))
        limited = allocator.solve(instance, model(objectives=("gap",), limits={"worst_period": 0.25}), gap=0.0)
        assert sorted(sent(limited).values()) == [3, 3]

    def test_the_worst_period_weighs_the_lines_that_stand(self) -> None:
        lines = [
            {"task": "hold", "capability": "inf", "quantity": 4.0, "priority": 3.0, "last_period": 1},
            {"task": "guard", "capability": "inf", "quantity": 1.0},
        ]
        instance = toy(
            periods=2,
            indefinite=False,
            tasks=[{"task": "hold"}, {"task": "guard"}],
            requirements=lines,
            forces=pools(2, "AAA", last_period=1),
        )
        # one at each in period 1 (3 x 3/4 / 4 = 9/16) beats two at hold ((3 x 1/2 + 1) / 4 = 10/16); period 2: 1
        assert values(instance, model(objectives=("worst_period",)))["worst_period"] == 1.0
        first = instance.override("requirements[task=guard].last_period=1")
        assert values(first, model(objectives=("worst_period",)))["worst_period"] == pytest.approx(9 / 16)

    def varying(self, indefinite: bool, **tables: Any) -> allocator.Instance:
        """Two battalions are asked in the first year, four in the second and one in the third."""
        return toy(
            periods=3,
            indefinite=indefinite,
            requirements=[
                {"task": "hold", "capability": "inf", "quantity": float(q), "first_period": t, "last_period": t}
                for t, q in enumerate((2, 4, 1), start=1)
            ],
            **tables,
        )

    @pytest.mark.parametrize(
        ("indefinite", "anew", "stays", "one_anew"),
        [
            (False, 0.2, 4 + 4 + 1, 3 + 4 + 1),
            (True, 0.3, 4 + 4 + 4, 3 + 4 + 3),
        ],
    )
    def test_turnover_counts_who_comes_anew(self, indefinite: bool, anew: float, stays: int, one_anew: int) -> None:
        # no more than asked: two come in the second period and, where the first follows the last, one in the first
        found = values(self.varying(indefinite), model(objectives=("gap", "cost", "turnover")))
        assert (found["cost"], found["turnover"]) == pytest.approx((7 * 6.0, anew))
        # nobody comes anew if more than asked are there
        found = values(self.varying(indefinite), model(objectives=("gap", "turnover", "cost")))
        assert (found["cost"], found["turnover"]) == pytest.approx((stays * 6.0, 0.0))
        limited = values(self.varying(indefinite), model(objectives=("gap", "cost"), limits={"turnover": 0.1}))
        assert limited["cost"] == pytest.approx(one_anew * 6.0)

    def test_who_was_not_there_before_comes_anew(self) -> None:
        # AAA leaves after the second period, BBB comes with the second: two change, whenever they do
        instance = toy(
            periods=3,
            indefinite=False,
            nations=[{"nation": "AAA"}, {"nation": "BBB"}],
            requirements=[{"task": "hold", "capability": "inf", "quantity": 2.0}],
            forces=[*pools(2, "AAA", last_period=2), *pools(2, "BBB", first_period=2)],
            willingness=willing("AAA", "BBB"),
        )
        assert values(instance, model(objectives=("gap", "cost", "turnover")))["turnover"] == pytest.approx(0.2)

    def test_one_period_without_end_has_no_turnover(self) -> None:
        assert values(toy(), model(objectives=("gap", "turnover")))["turnover"] == 0.0

    def shared(self, b: int, c: int = 0) -> allocator.Instance:
        """AAA has four, BBB with three times the GDP b, CCC without a GDP c; four are asked, at six million each."""
        return toy(
            nations=[{"nation": "AAA", "gdp": 1000.0}, {"nation": "BBB", "gdp": 3000.0}, {"nation": "CCC"}],
            forces=[*pools(4, "AAA"), *pools(b, "BBB"), *pools(c, "CCC")],
            willingness=willing("AAA", "BBB", "CCC"),
        )

    @pytest.mark.parametrize(
        ("b", "c", "imbalance"),
        [
            (4, 0, 0.0),  # one and three
            (2, 0, 6.0),  # two and two: AAA pays 12 of 24, and its part is 6
            (0, 0, 18.0),
            (0, 4, 0.0),  # CCC does it all
            (0, 2, 9.0),  # AAA pays 12, of which three quarters are BBB's
        ],
    )
    def test_imbalance_is_what_would_have_to_change_hands(self, b: int, c: int, imbalance: float) -> None:
        found = values(self.shared(b, c), model(objectives=("gap", "imbalance")))
        assert found["imbalance"] == pytest.approx(imbalance, abs=1e-5)

    def test_without_a_gdp_nothing_changes_hands(self) -> None:
        instance = toy(nations=[{"nation": "AAA"}])
        assert values(instance, model(objectives=("gap", "imbalance")))["imbalance"] == 0.0

    def test_orders_count_in_cost_burden_and_imbalance(self) -> None:
        # three ordered for 12 and deployed for 18: 30 of 500 in half a year; three quarters of 30 are BBB's by GDP
        instance = toy(
            indefinite=False,
            nations=[{"nation": "AAA", "gdp": 1000.0}, {"nation": "BBB", "gdp": 3000.0}],
            forces=pools(0, "AAA"),
            acquisitions=[{"nation": "AAA", "unit_type": "bn", "price": 4.0, "max_units": 3}],
        )
        found = values(instance, model("acquisition", objectives=("gap", "cost", "burden", "imbalance")))
        assert found == pytest.approx(
            {"gap": 0.25, "risk": 0.0, "cost": 30.0, "burden": 60.0, "imbalance": 22.5}, abs=1e-5
        )

    def test_burden_with_keys_counts_a_nation_s_part_of_the_fund(self) -> None:
        # four units: 12 own and 12 common, a quarter of it AAA's: 15 of 500 and 9 of 50 in half a year
        nations = [{"nation": "AAA", "gdp": 1000.0}, {"nation": "BBB", "gdp": 100.0}]
        types = [{"unit_type": "bn", "common_share": 0.5}]
        keys = [{"nation": "AAA", "weight": 1.0}, {"nation": "BBB", "weight": 3.0}]
        chosen = model(objectives=("gap", "burden"))
        assert values(toy(nations=nations, unit_types=types, funding_keys=keys), chosen)["burden"] == pytest.approx(
            180.0
        )
        assert values(toy(nations=nations, unit_types=types), chosen)["burden"] == pytest.approx(24.0)
        equal = [{**row, "weight": 1.0} for row in keys[:1]]
        assert values(toy(nations=nations, unit_types=types, funding_keys=equal), chosen)["burden"] == pytest.approx(
            48.0
        )

    def test_a_burden_that_is_the_least_with_keys(self) -> None:
        # BBB bears all of the fund: AAA's own kind costs 24 of 500, the common kind 24 of 400 in half a year
        instance = toy(
            nations=[{"nation": "AAA", "gdp": 1000.0}, {"nation": "BBB", "gdp": 800.0}],
            unit_types=[{"unit_type": "bn"}, {"unit_type": "cm", "common_share": 1.0}],
            yields=[{"unit_type": u, "capability": "inf", "amount": 1.0} for u in ("bn", "cm")],
            forces=[*pools(4, "AAA"), *pools(4, "AAA", unit="cm")],
            funding_keys=[{"nation": "BBB", "weight": 1.0}],
        )
        # two of each: 12 of 500 and 12 of 400; three and one: 18 of 500
        assert values(instance, model(objectives=("gap", "burden")))["burden"] == pytest.approx(30.0)
