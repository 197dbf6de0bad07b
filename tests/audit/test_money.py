"""What is bought and who pays: a plan that holds and one that breaks the rule by a unit, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from allocator import Instance
from tests.audit.by_hand import BOUGHT, BUILT_MODEL, DEPLOYED, at, broken, built, finite, one, orders, together
from tests.toys import model, pools, willing

BUYING = model("acquisition")
JOINTLY = model("acquisition", "joint_purchase")
INDUSTRY = model("acquisition", "industry")


def programmes(*nations: str, **columns: Any) -> dict[str, Any]:
    terms = {"unit_type": "bn", "price": 8.0, "max_units": 5, "lead_periods": 1, **columns}
    return {
        "nations": [{"nation": n, "collective": n == "FLT"} for n in ("AAA", "BBB", "CCC", "FLT")],
        "acquisitions": [{"nation": n, **terms} for n in nations],
    }


class TestOrders:
    def test_within_the_programme(self) -> None:
        instance = finite(**programmes("AAA"))
        assert broken(instance, BUYING, {}, orders("AAA", {1: 2, 2: 3})) == []
        text = "AAA orders 6 bn over the horizon, but its programme has 5"
        one(broken(instance, BUYING, {}, orders("AAA", {1: 2, 2: 4})), "acquisition_most", ("AAA", "bn"), text, 1)

    def test_at_least_so_many_at_once(self) -> None:
        instance = finite(**programmes("AAA", min_order=2))
        assert broken(instance, BUYING, {}, orders("AAA", {1: 2, 2: 2})) == []
        text = "AAA orders 1 bn in period 2, but must order at least 2 or none"
        found = broken(instance, BUYING, {}, orders("AAA", {1: 2, 2: 1}))
        one(found, "acquisition_least", ("AAA", "bn", 2), text, 1)

    @pytest.mark.parametrize(
        ("columns", "k", "why"),
        [
            ({"first_order_period": 2}, 1, ", but can order only from period 2 to 3"),
            ({"last_order_period": 1}, 2, ", but can order only from period 1 to 1"),
            ({}, 3, ", but the units are ready in period 4, after the last, 3"),
        ],
    )
    def test_in_time(self, columns: dict[str, int], k: int, why: str) -> None:
        instance = finite(**programmes("AAA", **columns))
        assert broken(instance, BUYING, {}, orders("AAA", {3 - k if k < 3 else 2: 1})) == []
        text = f"AAA orders 1 bn in period {k}{why}"
        one(broken(instance, BUYING, {}, orders("AAA", {k: 1})), "orders", ("AAA", "bn", k), text)

    def test_only_with_a_programme_and_the_family(self) -> None:
        instance = finite(**programmes("AAA"))
        text = "BBB orders 1 bn in period 1, but has no programme for it"
        one(broken(instance, BUYING, {}, orders("BBB", {1: 1})), "orders", ("BBB", "bn", 1), text)
        text = "AAA orders 1 bn in period 1, but buys nothing: the model leaves out acquisition"
        one(broken(instance, model("industry"), {}, orders("AAA", {1: 1})), "orders", ("AAA", "bn", 1), text)

    @pytest.mark.parametrize("units", [0, -1, 1.5, True, 2.0])
    def test_whole(self, units: Any) -> None:
        text = f"AAA orders {units} bn in period 1: not a whole number of units above 0"
        found = broken(finite(**programmes("AAA")), BUYING, {}, orders("AAA", {1: (units, 0)}))
        one(found, "orders", ("AAA", "bn", 1), text)

    def test_willingness_does_not_matter(self) -> None:
        instance = finite(**programmes("BBB"))
        assert broken(instance, BUYING, {}, orders("BBB", {1: 1})) == []


class TestIndustry:
    def capacity(self, **columns: Any) -> Instance:
        row = {"unit_type": "bn", "capacity": 2, "expansion": 2, "max_expansions": 2, **columns}
        return finite(4, **programmes("AAA", "BBB"), industry=[row])

    def test_deliveries_of_all_nations_together(self) -> None:
        bought = together(orders("AAA", {1: 1, 2: 2}), orders("BBB", {1: 1}))
        assert broken(self.capacity(), INDUSTRY, {}, bought) == []
        more = together(bought, orders("BBB", {1: 2}))
        text = "3 bn become ready in period 2, but industry can deliver 2"
        one(broken(self.capacity(), INDUSTRY, {}, more), "industry_capacity", ("bn", 2), text, 1)
        assert broken(self.capacity(), BUYING, {}, more) == []
        assert broken(finite(4, **programmes("AAA", "BBB")), INDUSTRY, {}, more) == []  # no row, no limit

    def test_expansions_count_from_their_lead_on(self) -> None:
        bought = together(orders("AAA", {2: 4}), bn={2: 1})
        assert broken(self.capacity(), INDUSTRY, {}, bought) == []  # ready in 3, as is the expansion
        text = "4 bn become ready in period 3, but industry can deliver 2"
        late = together(orders("AAA", {2: 4}), bn={3: 1})
        one(broken(self.capacity(), INDUSTRY, {}, late), "industry_capacity", ("bn", 3), text, 2)

    def test_so_many_expansions(self) -> None:
        assert broken(self.capacity(), INDUSTRY, {}, together(bn={1: 1, 3: 1})) == []
        text = "the industry for bn is expanded 3 times in all, but at most 2 times is possible"
        one(broken(self.capacity(), INDUSTRY, {}, together(bn={1: 2, 3: 1})), "industry_expansions", ("bn",), text, 1)

    def test_only_within_the_horizon_and_with_both_families(self) -> None:
        assert broken(self.capacity(expansion_lead_periods=2), INDUSTRY, {}, together(bn={2: 1})) == []
        text = (
            "the industry for bn is expanded once in period 3, but this counts from period 5, outside the horizon of 4"
        )
        found = broken(self.capacity(expansion_lead_periods=2), INDUSTRY, {}, together(bn={3: 1}))
        one(found, "expand", ("bn", 3), text)
        expanded = "the industry for bn is expanded once in period 1"
        text = f"{expanded}, but the model leaves out industry or acquisition"
        for family in ("acquisition", "industry"):
            one(broken(self.capacity(), model(family), {}, together(bn={1: 1})), "expand", ("bn", 1), text)
        text = f"{expanded}, but there is none"
        one(broken(finite(), INDUSTRY, {}, together(bn={1: 1})), "expand", ("bn", 1), text)

    @pytest.mark.parametrize("count", [0, -1, 0.5])
    def test_whole(self, count: Any) -> None:
        text = f"the industry for bn is expanded {count} times in period 1: not a whole number above 0"
        one(broken(self.capacity(), INDUSTRY, {}, together(bn={1: count})), "expand", ("bn", 1), text)


class TestJointPurchases:
    def terms(self, **columns: Any) -> Instance:
        return finite(
            **programmes("AAA", "BBB", "CCC", "FLT"), joint_purchases=[{"unit_type": "bn", "min_nations": 2} | columns]
        )

    def test_so_many_nations_in_one_period(self) -> None:
        bought = together(orders("AAA", {1: (2, 1), 2: 1}), orders("BBB", {1: (1, 1), 2: 1}))
        assert broken(self.terms(), JOINTLY, {}, bought) == []
        text = "bn is bought jointly by 1 in period 2, but at least 2 nations must buy together"
        more = together(bought, orders("AAA", {2: (1, 1)}))
        one(broken(self.terms(), JOINTLY, {}, more), "joint_purchase_nations", ("bn", 2), text, 1)

    def test_a_collective_is_not_counted(self) -> None:
        bought = together(orders("AAA", {1: (1, 1)}), orders("FLT", {1: (1, 1)}))
        text = "bn is bought jointly by 1 in period 1, but at least 2 nations must buy together"
        one(broken(self.terms(), JOINTLY, {}, bought), "joint_purchase_nations", ("bn", 1), text, 1)
        assert broken(self.terms(), JOINTLY, {}, together(bought, orders("BBB", {1: (1, 1)}))) == []

    @pytest.mark.parametrize(
        ("joint", "why"),
        [(3, ", but 2 in all"), (-1, ": not a whole number of units"), (0.5, ": not a whole number of units")],
    )
    def test_within_the_order(self, joint: Any, why: str) -> None:
        bought = together(orders("AAA", {1: (2, joint)}), orders("BBB", {1: (1, 1)}))
        text = f"AAA orders {joint} bn jointly in period 1{why}"
        one(broken(self.terms(), JOINTLY, {}, bought), "joint", ("AAA", "bn", 1), text, 1 if joint == 3 else None)

    def test_only_with_terms_and_the_family(self) -> None:
        bought = orders("AAA", {1: (2, 1)})
        text = "AAA orders 1 bn jointly in period 1, but the model leaves out joint_purchase"
        one(broken(self.terms(), BUYING, {}, bought), "joint", ("AAA", "bn", 1), text)
        text = "AAA orders 1 bn jointly in period 1, but there are no terms for it"
        one(broken(finite(**programmes("AAA")), JOINTLY, {}, bought), "joint", ("AAA", "bn", 1), text)


class TestWhoPays:
    """The plan of the built instance: a half of each order in its period and the next, and the expansion at once."""

    @pytest.mark.parametrize(
        ("payer", "first", "last", "spent"),
        [
            ("AAA", 1, 1, 18),  # two units
            ("AAA", 2, 2, 10.5),  # a unit, and 1.5 of the order
            ("AAA", 3, 3, 28.5),  # three units, and 1.5
            ("BBB", 1, 1, 8),  # half of 16
            ("BBB", 2, 2, 9.5),  # the other half, and 1.5
            ("BBB", 3, 3, 10.5),  # a unit, and 1.5
            ("BBB", 2, 3, 20),
            ("common", 1, 1, 23),  # 3 for each of two units, 12 for that of the collective, 5 for the expansion
            ("common", 2, 2, 6),  # 3 for a unit, 1.5 for each joint order
            ("common", 3, 3, 15),
            ("common", 1, 3, 44),
            ("*", 1, 1, 49),
            ("*", 1, 3, 129),
        ],
    )
    def test_budgets(self, payer: str, first: int, last: int, spent: float) -> None:
        def limited(amount: float) -> Instance:
            row = {"payer": payer, "amount": float(amount), "first_period": first, "last_period": last}
            return built(budgets=[{"payer": "CCC", "amount": 0.0}, row])

        assert broken(limited(spent), BUILT_MODEL, DEPLOYED, BOUGHT) == []
        when = f"in period {first}" if first == last else f"in periods {first} to {last}"
        text = f"the budget of {payer} {when} is {spent - 0.25:g} million, but the plan spends {spent:g}"
        found = broken(limited(spent - 0.25), BUILT_MODEL, DEPLOYED, BOUGHT)
        one(found, "budget_payer", (2,), text, "1/4")

    def test_the_order_of_a_collective_falls_to_the_fund(self) -> None:
        bought = together(BOUGHT, orders("FLT", {2: (2, 1)}), bn={1: 2})  # 8 + 6, in two parts
        rows = [("common", 1, 28), ("common", 2, 13), ("common", 3, 22), ("AAA", 2, 10.5), ("BBB", 3, 10.5)]
        limits = [{"payer": n, "amount": float(a), "first_period": t, "last_period": t} for n, t, a in rows]
        assert broken(built(budgets=limits), BUILT_MODEL, DEPLOYED, bought) == []
        less = [{**row, "amount": a - 0.5} for row, (_, _, a) in zip(limits[:3], rows, strict=False)]
        found = broken(built(budgets=[*less, *limits[3:]]), BUILT_MODEL, DEPLOYED, bought)
        assert [(v.index, v.excess) for v in found] == [((b,), Fraction(1, 2)) for b in (1, 2, 3)]

    def test_the_fund_s_part_counts_for_max_burden_and_not_for_budgets(self) -> None:
        chosen = replace(BUILT_MODEL, max_burden=0.023)  # AAA carries 57 + 11 of 69
        own = built(budgets=[{"payer": "AAA", "amount": 57.0}])
        assert broken(own, chosen, DEPLOYED, BOUGHT) == []
        text = "AAA pays 68 million over the horizon, but max_burden allows 66 million"
        one(broken(own, replace(chosen, max_burden=0.022), DEPLOYED, BOUGHT), "budget_burden", ("AAA",), text, 2)
        without = replace(chosen, max_burden=0.019)  # 57, where nobody has a part of the fund
        assert broken(built(funding_keys=[]), without, DEPLOYED, BOUGHT) == []

    def test_a_nation_that_sends_nothing_carries_its_part(self) -> None:
        shared = finite(
            nations=[{"nation": "AAA"}, {"nation": "BBB", "gdp": 100.0}],
            unit_types=[{"unit_type": "bn", "common_share": 1.0}],
            forces=pools(5, "AAA"),
            willingness=willing("AAA"),
            funding_keys=[{"nation": n, "weight": 1.5} for n in ("AAA", "BBB")],
        )
        chosen = model("budget", max_burden=0.06)  # 9 million in a year and a half; a unit-period costs 6
        assert broken(shared, chosen, at("AAA", {1: 3})) == []
        text = "BBB pays 12 million over the horizon, but max_burden allows 9 million"
        one(broken(shared, chosen, at("AAA", {1: 3, 2: 1})), "budget_burden", ("BBB",), text, 3)


LIMITS = {
    "gap": 0.25, "risk": 0.6, "cost": 129.0, "burden": 22.7, "worst_period": 0.625, "turnover": 0.3, "imbalance": 35.75,
}  # fmt: skip


class TestLimits:
    def test_each_objective_may_be_what_it_is(self) -> None:
        assert broken(built(), replace(BUILT_MODEL, limits=LIMITS), DEPLOYED, BOUGHT) == []

    @pytest.mark.parametrize("name", LIMITS)
    def test_and_no_more(self, name: str) -> None:
        less = LIMITS[name] - 0.1
        (found,) = broken(built(), replace(BUILT_MODEL, limits={**LIMITS, name: less}), DEPLOYED, BOUGHT)
        assert (found.constraint, found.index) == ("limit_objective", (name,))
        assert found.text.startswith(f"{name} is {22.6667 if name == 'burden' else LIMITS[name]:g}, its limit is ")
