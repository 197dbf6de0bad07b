"""What is bought and made: each family alone on a toy worked out by hand.

It binds, it is satisfied, and left out it does not bind.
"""

from __future__ import annotations

from typing import Any

import pytest

import allocator
from tests.toys import Row, model, ordered, pools, toy, units, willing

BUYING = model("acquisition")
MAKING = model("acquisition", "industry")
JOINTLY = model("acquisition", "joint_purchase")


def programmes(*nations: str, **columns: Any) -> list[Row]:
    """Rows of ``acquisitions``, the same for all: three units at 10 million, ready at once."""
    terms = {"unit_type": "bn", "price": 10.0, "max_units": 3, **columns}
    return [{"nation": n, **terms} for n in nations]


def years(count: int, asked: float = 4.0, own: int = 1, **tables: list[Row]) -> allocator.Instance:
    """Years without return; AAA has one battalion, and nobody else has any."""
    content: dict[str, Any] = {
        "requirements": [{"task": "hold", "capability": "inf", "quantity": asked}],
        "forces": pools(own, "AAA"),
        **tables,
    }
    return toy(periods=count, indefinite=False, months=12, **content)


class TestAcquisition:
    def test_what_is_ordered_can_deploy_after_its_lead(self) -> None:
        instance = years(3, acquisitions=programmes("AAA", max_units=2, lead_periods=1))
        assert units(instance, BUYING) == 1 + 3 + 3
        assert ordered(allocator.solve(instance, BUYING, gap=0.0)) == {("AAA", "bn", 1): (2, 0)}
        assert units(instance, model()) == 3

    def test_a_programme_has_so_many_units_over_the_horizon(self) -> None:
        # two at once or one in each year, but not two in each
        instance = years(2, acquisitions=programmes("AAA", max_units=2))
        assert units(instance, BUYING) == 3 + 3
        assert sum(count for count, _ in ordered(allocator.solve(instance, BUYING, gap=0.0)).values()) == 2

    @pytest.mark.parametrize(
        ("columns", "expected"),
        [
            ({"first_order_period": 2}, 1 + 1 + 4),
            ({"last_order_period": 1}, 1 + 4 + 4),
            ({"first_order_period": 3}, 3),  # ready in the fourth year
            ({"lead_periods": 3}, 3),
            ({"lead_periods": 0}, 4 + 4 + 4),
        ],
    )
    def test_orders_have_their_periods(self, columns: Row, expected: int) -> None:
        assert units(years(3, acquisitions=programmes("AAA", **{"lead_periods": 1, **columns})), BUYING) == expected

    @pytest.mark.parametrize(("least", "bought"), [(1, 1), (2, 2), (3, 3), (4, 0)])
    def test_an_order_is_nothing_or_at_least_so_many(self, least: int, bought: int) -> None:
        # one more would do; who must order more pays for more, and four are more than the programme has
        plan = allocator.solve(years(1, asked=2.0, acquisitions=programmes("AAA", min_order=least)), BUYING, gap=0.0)
        assert sum(count for count, _ in ordered(plan).values()) == bought
        assert plan.value("gap") == (0.0 if bought else 0.5)
        assert plan.value("cost") == 10 * bought + 12 * (1 + bool(bought))

    def test_three_now_and_one_later_are_not_possible(self) -> None:
        # one more is needed in the first year, and four more in the second
        asked = [
            {"task": "hold", "capability": "inf", "quantity": 2.0, "last_period": 1},
            {"task": "hold", "capability": "inf", "quantity": 5.0, "first_period": 2},
        ]
        instance = years(2, requirements=asked, acquisitions=programmes("AAA", max_units=4, min_order=3))
        assert ordered(allocator.solve(instance, BUYING, gap=0.0)) == {("AAA", "bn", 1): (4, 0)}

    def test_what_is_ordered_is_relieved_too(self) -> None:
        instance = years(
            2, own=0, unit_types=[{"unit_type": "bn", "rotation_ratio": 2}], acquisitions=programmes("AAA")
        )
        assert units(instance, model("acquisition", "rotation")) == 3  # over both years
        assert units(instance, BUYING) == 3 + 3

    def test_what_is_ready_later_does_not_relieve_before(self) -> None:
        # two from the second year on, and one all the time: 1; 3 over both, of which 1 in the first
        types = [{"unit_type": "bn", "rotation_ratio": 2}]
        bought = programmes("AAA", max_units=2, lead_periods=1)
        instance = years(2, unit_types=types, acquisitions=bought)
        assert units(instance, model("acquisition", "rotation")) == 3
        first = [{"task": "hold", "capability": "inf", "quantity": 4.0, "last_period": 1}]
        instance = years(2, unit_types=types, acquisitions=bought, requirements=first)
        assert units(instance, model("acquisition", "rotation")) == 1

    def test_a_share_of_what_is_bought_can_be_used_and_none_of_it_stays_at_home(self) -> None:
        # half of one owned stays at home; half of four bought is two
        instance = years(
            1, forces=pools(1, "AAA", availability=0.5, home_units=1), acquisitions=programmes("AAA", max_units=4)
        )
        plan = allocator.solve(instance, BUYING, gap=0.0)
        assert ordered(plan) == {("AAA", "bn", 1): (4, 0)}
        assert plan.value("gap") == pytest.approx(0.5)

    def test_a_half_and_a_half_make_one(self) -> None:
        # half of three owned is 1.5, and half of one bought makes it 2
        instance = years(1, asked=2.0, forces=pools(3, "AAA", availability=0.5), acquisitions=programmes("AAA"))
        assert ordered(allocator.solve(instance, BUYING, gap=0.0)) == {("AAA", "bn", 1): (1, 0)}

    def test_a_nation_without_a_pool_may_buy_one(self) -> None:
        instance = years(
            2,
            nations=[{"nation": "AAA"}, {"nation": "BBB"}],
            willingness=willing("AAA", "BBB"),
            acquisitions=programmes("BBB", lead_periods=1),
        )
        assert units(instance, BUYING) == 1 + 4


class TestIndustry:
    def made(
        self, count: int, asked: float = 9.0, acquisitions: list[Row] | None = None, **row: Any
    ) -> allocator.Instance:
        """AAA and BBB may buy six each, ready at once; industry makes one a year."""
        return years(
            count,
            asked,
            own=0,
            nations=[{"nation": "AAA"}, {"nation": "BBB"}],
            willingness=willing("AAA", "BBB"),
            acquisitions=acquisitions or programmes("AAA", "BBB", max_units=6),
            industry=[{"unit_type": "bn", "capacity": 1, **row}],
        )

    def test_deliveries_to_all_nations_together(self) -> None:
        assert units(self.made(3), MAKING) == 1 + 2 + 3
        assert units(self.made(3, capacity=2), MAKING) == 2 + 4 + 6
        assert units(self.made(3), BUYING) == 9 + 9 + 9  # of twelve

    def test_what_counts_is_when_a_unit_is_ready(self) -> None:
        late = [*programmes("AAA", first_order_period=2), *programmes("BBB", lead_periods=1)]
        # nothing can be ready in the first year; in the second and third one for both together
        assert units(self.made(3, acquisitions=late), MAKING) == 0 + 1 + 2

    def test_an_expansion_adds_units_from_its_lead_on(self) -> None:
        # one, and three more from the second year on: 1, 1 + 4, 1 + 4 + 4
        instance = self.made(3, expansion=3, max_expansions=1)
        assert units(instance, MAKING) == 1 + 5 + 9
        rows = allocator.solve(instance, MAKING, gap=0.0).rows("industry")
        assert [(row["period"], row["deliveries"], row["capacity"], row["expansions"]) for row in rows] == [
            (1, 1, 1, 1), (2, 4, 4, 0), (3, 4, 4, 0),
        ]  # fmt: skip
        assert units(self.made(3, expansion=3, max_expansions=1, expansion_lead_periods=2), MAKING) == 1 + 2 + 6
        assert units(self.made(3, expansion=3, max_expansions=1, expansion_lead_periods=3), MAKING) == 1 + 2 + 3
        assert units(self.made(3, expansion=3, max_expansions=1, expansion_lead_periods=0), MAKING) == 4 + 8 + 9

    def test_so_many_expansions_over_the_horizon(self) -> None:
        # both in the first year: 1, 1 + 3, 1 + 3 + 3; two more in the second would make five in the third
        assert units(self.made(3, max_expansions=2), MAKING) == 1 + 4 + 7
        assert units(self.made(3, max_expansions=1), MAKING) == 1 + 3 + 5

    def test_an_expansion_that_is_not_needed_is_not_paid(self) -> None:
        # three in the third year: one each year; a fourth needs an expansion for 5 million
        last = {"task": "hold", "capability": "inf", "first_period": 3}
        for asked, cost in ((3.0, 3 * 22.0), (4.0, 4 * 22.0 + 5.0)):
            instance = self.made(3, max_expansions=2, expansion_price=5.0)
            content = {**instance.to_dict(), "requirements": [{**last, "quantity": asked}]}
            plan = allocator.solve(allocator.Instance.from_dict(content), MAKING, gap=0.0)
            assert (plan.value("gap"), plan.value("cost")) == (0.0, cost)

    def test_without_a_row_there_is_no_limit(self) -> None:
        other = [{"unit_type": "bn"}, {"unit_type": "x"}]
        instance = years(
            1, own=0, unit_types=other, acquisitions=programmes("AAA"), industry=[{"unit_type": "x", "capacity": 0}]
        )
        assert units(instance, MAKING) == 3


class TestJointPurchase:
    def club(self, asked: float, *nations: str, count: int = 1, **terms: Any) -> allocator.Instance:
        """AAA has one; each nation may buy two, and FLT, a collective, one. CCC is not willing to deploy."""
        everyone = ("AAA", "BBB", "CCC", "FLT")
        return years(
            count,
            asked,
            nations=[{"nation": n, "collective": n == "FLT"} for n in everyone],
            willingness=willing("AAA", "BBB", "FLT"),
            acquisitions=[row for n in nations for row in programmes(n, max_units=1 if n == "FLT" else 2)],
            joint_purchases=[{"unit_type": "bn", "min_nations": 2, **terms}],
        )

    def bought(self, instance: allocator.Instance, chosen: allocator.Model = JOINTLY) -> tuple[float, dict[Any, Any]]:
        """What all orders cost, and the orders."""
        plan = allocator.solve(instance, chosen, gap=0.0)
        assert plan.value("gap") == 0.0
        return sum(row["cost"] for row in plan.rows("orders")), ordered(plan)

    def test_enough_nations_get_the_discount(self) -> None:
        both = self.club(5.0, "AAA", "BBB", discount=0.25)
        assert self.bought(both) == (30.0, {("AAA", "bn", 1): (2, 2), ("BBB", "bn", 1): (2, 2)})
        assert self.bought(both, BUYING) == (40.0, {("AAA", "bn", 1): (2, 0), ("BBB", "bn", 1): (2, 0)})
        three = self.club(5.0, "AAA", "BBB", discount=0.25, min_nations=3)
        assert self.bought(three) == (40.0, {("AAA", "bn", 1): (2, 0), ("BBB", "bn", 1): (2, 0)})

    def test_a_nation_that_does_not_deploy_may_make_the_number_full(self) -> None:
        # a third buyer makes five units at 5 million cheaper than four at 10, but not five at 9
        half = self.club(5.0, "AAA", "BBB", "CCC", discount=0.5, min_nations=3)
        assert self.bought(half) == (
            25.0,
            {("AAA", "bn", 1): (2, 2), ("BBB", "bn", 1): (2, 2), ("CCC", "bn", 1): (1, 1)},
        )
        tenth = self.club(5.0, "AAA", "BBB", "CCC", discount=0.1, min_nations=3)
        assert self.bought(tenth) == (40.0, {("AAA", "bn", 1): (2, 0), ("BBB", "bn", 1): (2, 0)})

    def test_a_collective_may_buy_with_others_but_is_not_counted(self) -> None:
        orders = {("AAA", "bn", 1): 2, ("BBB", "bn", 1): 2, ("FLT", "bn", 1): 1}
        with_it = self.club(6.0, "AAA", "BBB", "FLT", discount=0.5)
        assert self.bought(with_it) == (25.0, {key: (count, count) for key, count in orders.items()})
        alone = self.club(6.0, "AAA", "BBB", "FLT", discount=0.5, min_nations=3)
        assert self.bought(alone) == (50.0, {key: (count, 0) for key, count in orders.items()})
        assert self.bought(self.club(4.0, "AAA", "FLT", discount=0.5)) == (
            30.0,
            {("AAA", "bn", 1): (2, 0), ("FLT", "bn", 1): (1, 0)},
        )

    def test_a_nation_makes_the_number_full_where_a_collective_does_not(self) -> None:
        # CCC buys one that it does not deploy: six at 5 million
        cost, orders = self.bought(self.club(6.0, "AAA", "BBB", "CCC", "FLT", discount=0.5, min_nations=3))
        assert (cost, orders["CCC", "bn", 1], orders["FLT", "bn", 1]) == (30.0, (1, 1), (1, 1))

    def test_nations_buy_together_in_one_period(self) -> None:
        # AAA can order in the first year alone, and BBB in the second
        instance = self.club(5.0, "AAA", "BBB", count=2, discount=0.5)
        apart = instance.override(
            "acquisitions[nation=AAA].last_order_period=1", "acquisitions[nation=BBB].first_order_period=2",
            "requirements.first_period=2",
        )  # fmt: skip
        assert self.bought(apart) == (40.0, {("AAA", "bn", 1): (2, 0), ("BBB", "bn", 2): (2, 0)})

    def test_the_fund_pays_its_share_of_the_discounted_price(self) -> None:
        plan = allocator.solve(self.club(5.0, "AAA", "BBB", discount=0.25, common_share=0.4), JOINTLY, gap=0.0)
        # two at 7.5 million, of which 40 % are common
        assert [(row["nation"], row["cost"], row["common"]) for row in plan.rows("orders")] == [
            ("AAA", 15.0, 6.0), ("BBB", 15.0, 6.0),
        ]  # fmt: skip
        assert [row["procurement"] for row in plan.rows("nations")] == [9.0, 9.0, 0.0, 0.0]
