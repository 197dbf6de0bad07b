"""Who pays: the budgets on toys worked out by hand.

It binds, it is satisfied, and left out it does not bind.
"""

from __future__ import annotations

from typing import Any

import pytest

import allocator
from tests.toys import model, pools, toy, units, willing

NONE = model()


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

    def ordering(self, periods: int = 3, own: int = 0, **tables: Any) -> allocator.Instance:
        """AAA may order three at 30 million, paid in three years and ready in the third; they cost no more."""
        content: dict[str, Any] = {
            "unit_types": [{"unit_type": "bn", "operating_cost": 0.0}],
            "forces": pools(own, "AAA"),
            "acquisitions": [{"nation": "AAA", "unit_type": "bn", "price": 30.0, "max_units": 3, "lead_periods": 2}],
            **tables,
        }
        return toy(periods=periods, indefinite=False, months=12, **content)

    @pytest.mark.parametrize(
        ("payer", "amount", "first", "last", "expected"),
        [
            ("AAA", 9.9, 2, 2, 0),
            ("AAA", 10.0, 2, 2, 1),
            ("AAA", 29.9, 1, 1, 2),
            ("AAA", 30.0, 3, 3, 3),
            ("AAA", 39.9, 2, 3, 1),
            ("AAA", 40.0, 2, 3, 2),
            ("AAA", 89.9, None, None, 2),
            ("*", 90.0, None, None, 3),
            ("*", 20.0, 1, 1, 2),
            ("common", 0.0, None, None, 3),
        ],
    )
    def test_an_order_is_paid_in_equal_parts(
        self, payer: str, amount: float, first: int | None, last: int | None, expected: int
    ) -> None:
        instance = self.ordering(
            budgets=[{"payer": payer, "amount": amount, "first_period": first, "last_period": last}]
        )
        assert units(instance, model("budget", "acquisition")) == expected
        assert units(instance, model("acquisition")) == 3

    def test_parts_that_have_no_end_in_digits_add_up(self) -> None:
        # three at a tenth of a million, a thirtieth a year each
        instance = self.ordering(budgets=[{"payer": "AAA", "amount": 0.3}]).override("acquisitions.price=0.1")
        assert units(instance, model("budget", "acquisition")) == 3
        assert units(instance.override("budgets.amount=0.29"), model("budget", "acquisition")) == 2
        one_year = instance.override("budgets[payer=AAA].last_period=1", "budgets.amount=0.1")
        assert units(one_year, model("budget", "acquisition")) == 3

    @pytest.mark.parametrize(
        ("payer", "amount", "first", "last", "expected"),
        [
            ("common", 9.9, 1, 1, 0),
            ("common", 10.0, 1, 1, 1),
            ("common", 20.0, 1, 2, 2),
            ("common", 0.0, 2, 2, 2),
            ("*", 19.9, 1, 1, 1),
            ("*", 79.9, 1, 2, 1),
            ("*", 80.0, 1, 2, 2),
            ("AAA", 60.0, 1, 2, 2),
        ],
    )
    def test_the_fund_pays_for_an_expansion_when_it_is_ordered(
        self, payer: str, amount: float, first: int, last: int, expected: int
    ) -> None:
        # an expansion for 10 million in the first year makes one unit for 30 million, paid and ready in the second
        terms = {"nation": "AAA", "unit_type": "bn", "price": 30.0, "max_units": 2, "first_order_period": 2}
        instance = self.ordering(
            periods=2,
            acquisitions=[terms],
            industry=[{"unit_type": "bn", "capacity": 0, "expansion_price": 10.0, "max_expansions": 2}],
            budgets=[{"payer": payer, "amount": amount, "first_period": first, "last_period": last}],
        )
        assert units(instance, model("budget", "acquisition", "industry")) == expected

    def test_the_fund_pays_for_a_collective(self) -> None:
        def fleet(payer: str, amount: float, **tables: Any) -> allocator.Instance:
            return toy(
                nations=[{"nation": "AAA"}, {"nation": "FLT", "collective": True}],
                forces=pools(5, "FLT"),
                willingness=willing("FLT"),
                budgets=[{"payer": payer, "amount": amount}],
                **tables,
            )

        # a unit costs six
        assert units(fleet("common", 17.9), model("budget")) == 2
        assert units(fleet("*", 17.9), model("budget")) == 2
        assert units(fleet("AAA", 0.0), model("budget")) == 4

    def test_the_fund_pays_for_what_a_collective_orders(self) -> None:
        nations = [{"nation": "AAA"}, {"nation": "FLT", "collective": True}]
        terms = [{"nation": "FLT", "unit_type": "bn", "price": 30.0, "max_units": 3, "lead_periods": 2}]
        instance = self.ordering(
            nations=nations,
            willingness=willing("FLT"),
            acquisitions=terms,
            budgets=[{"payer": "common", "amount": 60.0}],
        )
        assert units(instance, model("budget", "acquisition")) == 2

    @pytest.mark.parametrize(("share", "expected"), [(0.3, 4), (0.29, 3), (0.15, 2), (0.14, 1)])
    def test_a_nation_bears_its_own_cost_and_its_part_of_the_fund(self, share: float, expected: int) -> None:
        # a unit costs 3 own and 3 common, of which a quarter falls to AAA: 3.75; the limit is 50 x share in half a year
        instance = toy(
            nations=[{"nation": "AAA", "gdp": 100.0}, {"nation": "BBB"}],
            unit_types=[{"unit_type": "bn", "common_share": 0.5}],
            funding_keys=[{"nation": "AAA", "weight": 0.5}, {"nation": "BBB", "weight": 1.5}],
            budgets=[{"payer": "BBB", "amount": 0.0}],  # a budget does not count the part
        )
        assert units(instance, model("budget", max_burden=share)) == expected

    @pytest.mark.parametrize(("weight", "expected"), [(3.0, 3), (1.0, 4), (12.0, 2)])
    def test_who_sends_nothing_bears_its_part_too(self, weight: float, expected: int) -> None:
        # all is common, six a unit; BBB can bear 15 in half a year: 3/4 x 18 = 13.5, 1/2 x 24 = 12, 12/13 x 12 = 11.1
        instance = toy(
            nations=[{"nation": "AAA"}, {"nation": "BBB", "gdp": 100.0}],
            unit_types=[{"unit_type": "bn", "common_share": 1.0}],
            funding_keys=[{"nation": "AAA", "weight": 1.0}, {"nation": "BBB", "weight": weight}],
        )
        assert units(instance, model("budget", max_burden=0.3)) == expected
        assert units(instance, model(max_burden=0.3)) == 4
