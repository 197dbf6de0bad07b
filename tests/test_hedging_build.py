"""Two-stage plans with stances by period, promises, orders and limits, against hand and brute force."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import pytest

import allocator
from allocator.errors import BadUsage
from allocator.hedging.check import check_decision
from allocator.hedging.first_stage import Committed, ordered
from allocator.purchases import Purchases
from allocator.statistics import Taste
from tests.sweeps.everything import ALL, everything
from tests.toys import Row, pools, toy, willing

REFERENCE = allocator.load_model("reference")
BUILD = replace(allocator.load_model("build"), max_burden=None)


def shaky(budgets: list[Row], **changes: list[Row]) -> allocator.Instance:
    """Four battalions are required in two periods; BBB, which is cheaper, may withdraw from the second."""
    content: dict[str, Any] = {
        "nations": [{"nation": "AAA", "gdp": 1000.0}, {"nation": "BBB", "gdp": 1000.0}],
        "unit_types": [{"unit_type": "bn"}, {"unit_type": "light", "operating_cost": 0.9}],
        "yields": [{"unit_type": u, "capability": "inf", "amount": 1.0} for u in ("bn", "light")],
        "forces": [*pools(3, "AAA"), *pools(4, "BBB", unit="light")],
        "willingness": [
            *willing("AAA"),
            {"nation": "BBB", "objective": "land", "willingness": 1.0, "last_period": 1},
            {"nation": "BBB", "objective": "land", "willingness": 0.5, "first_period": 2},
        ],
        "budgets": budgets,
        **changes,
    }
    return toy(periods=2, indefinite=False, **content)


def committed(found: allocator.Hedge) -> dict[tuple[str, int], int]:
    return {(row["nation"], row["period"]): row["units"] for row in found.rows() if row["units"]}


def test_a_nation_goes_first_only_where_it_is_sure() -> None:
    """Period 1: four from BBB for 21.6. Period 2: three from AAA and one from BBB for 23.4, of which 3/4 is sure."""
    each = [{"payer": "*", "amount": 24.0, "first_period": t, "last_period": t} for t in (1, 2)]
    found = allocator.hedge(shaky(each), REFERENCE, weight=0, gap=0.0)
    assert found.status == "optimal", found.reason
    assert committed(found) == {("BBB", 1): 4, ("AAA", 2): 3, ("BBB", 2): 1}
    assert [row["value"] for row in found.rows("objectives")] == pytest.approx([1 / 16, 45.0])
    names = {row["withdrawn"]: (row["two_stage"], row["expected_case"]) for row in found.rows("futures")}
    assert names == {"nobody": (1.0, 1.0), "BBB (land in period 2)": (7 / 8, 1 / 2)}
    assert (found.vss, found.evpi) == pytest.approx((1 / 4 - 1 / 16, 0))


def programme(most: int = 2, price: float = 10.0) -> Row:
    return {"nation": "AAA", "unit_type": "bn", "price": price, "max_units": most, "lead_periods": 1}


LATE = [{"task": "hold", "first_period": 2}]


def test_units_are_ordered_before_it_is_known_who_withdraws() -> None:
    """AAA has two of four. If all stayed, BBB would send four for 21.6; hedged, AAA orders two and sends four."""
    instance = shaky(
        [], forces=[*pools(2, "AAA"), *pools(4, "BBB", unit="light")], tasks=LATE, acquisitions=[programme()]
    )
    found = allocator.hedge(instance, BUILD, weight=0, gap=0.0)
    assert found.status == "optimal", found.reason
    assert committed(found) == {("AAA", 2): 4}
    (order,) = found.rows("orders")
    assert [order[name] for name in ("nation", "unit_type", "period", "units", "joint", "ready", "cost")] == [
        "AAA", "bn", 1, 2, 0, 2, 20.0,
    ]  # fmt: skip
    assert found.rows("industry") == []
    assert [row["value"] for row in found.rows("objectives")] == pytest.approx([0, 44.0])
    assert (found.vss, found.evpi) == pytest.approx((1 / 2, 0))
    assert found.plan("expected_case")["cost"] == pytest.approx(21.6)
    assert found.check() == []
    assert found.to_dict()["orders"] == [order]


def test_an_order_competes_with_units_for_the_budget() -> None:
    """34 millions: one is ordered (10), three of AAA and one of BBB are kept (23.4), and 1/8 is missing on average."""
    instance = shaky(
        [{"payer": "*", "amount": 34.0}], forces=[*pools(2, "AAA"), *pools(4, "BBB", unit="light")], tasks=LATE,
        acquisitions=[programme()],
    )  # fmt: skip
    found = allocator.hedge(instance, BUILD, weight=0, gap=0.0)
    assert committed(found) == {("AAA", 2): 3, ("BBB", 2): 1}
    assert [row["value"] for row in found.rows("objectives")] == pytest.approx([1 / 8, 33.4])


def test_industry_is_expanded_for_a_hedge() -> None:
    """Two must be delivered in period 2: one is possible, and an expansion for 3 millions adds another."""
    industry = [{"unit_type": "bn", "capacity": 1, "expansion_price": 3.0, "max_expansions": 2}]
    instance = shaky(
        [], forces=[*pools(2, "AAA"), *pools(4, "BBB", unit="light")], tasks=LATE, acquisitions=[programme()],
        industry=industry,
    )  # fmt: skip
    found = allocator.hedge(instance, BUILD, weight=0, gap=0.0)
    assert [(row["period"], row["expansions"], row["deliveries"]) for row in found.rows("industry")] == [
        (1, 1, 0),
        (2, 0, 2),
    ]
    assert [row["value"] for row in found.rows("objectives")] == pytest.approx([0, 47.0])


def test_the_check_sees_orders() -> None:
    """Without its order the commitment exceeds the pool; with too large a one the programme is exceeded."""
    instance = shaky(
        [], forces=[*pools(2, "AAA"), *pools(4, "BBB", unit="light")], tasks=LATE, acquisitions=[programme()]
    )
    found = allocator.hedge(instance, BUILD, weight=0, gap=0.0)
    assert found.decision is not None
    units = dict(found.decision.commitment)
    assert ordered(found.decision.commitment) == Purchases({("AAA", "bn", 1): (2, 0)})

    def faults(purchases: Purchases) -> set[str]:
        assert found.decision is not None
        decision = replace(found.decision, commitment=Committed(units, purchases))
        return {broken.violation.constraint for broken in check_decision(instance, BUILD, found.futures, decision)}

    assert faults(ordered(found.decision.commitment)) == set()
    assert "rotation_pool" in faults(Purchases())
    assert "rotation_pool" in faults(Purchases({("AAA", "bn", 1): (1, 0)}))
    assert faults(Purchases({("AAA", "bn", 1): (3, 0)})) == {"acquisition_most"}
    assert faults(Purchases({("AAA", "bn", 2): (2, 0)})) >= {"orders"}


@pytest.mark.parametrize("seed", range(12))
def test_orders_against_all_orders_and_commitments(seed: int) -> None:
    rng = Random(seed)
    most, price, own, other = rng.randint(0, 3), rng.choice((2, 5, 9)), rng.randint(0, 3), rng.randint(1, 4)
    money, quantity, weight, stays = (
        rng.choice((20, 30, 45)),
        rng.randint(2, 5),
        rng.choice((0.0, 0.4)),
        rng.choice((0.5, 0.8)),
    )
    instance = shaky(
        [{"payer": "*", "amount": float(money)}],
        forces=[*pools(own, "AAA"), *pools(other, "BBB", unit="light")],
        requirements=[{"task": "hold", "capability": "inf", "quantity": float(quantity)}],
        willingness=[*willing("AAA"), *willing("BBB", at=stays)],
        acquisitions=[programme(most, float(price))],
        tasks=LATE,
    )
    taste, chance = Taste.of(weight, 0.9), Fraction(str(stays))
    values = []
    for orders, kept, light in product(range(most + 1), range(own + most + 1), range(other + 1)):
        cost = price * orders + 6 * kept + Fraction("5.4") * light
        if kept <= own + orders and cost <= money:
            gaps = [Fraction(max(0, quantity - there), quantity) for there in (kept + light, kept)]
            values.append((taste.value(gaps, [chance, 1 - chance]), cost))
    least = min(value for value, _ in values)
    cheapest = min(cost for value, cost in values if value <= least + Fraction(1, 10**6))
    found = allocator.hedge(instance, BUILD, weight=weight, cvar=0.9, gap=0.0)
    assert found.status == "optimal", found.reason
    assert [row["value"] for row in found.rows("objectives")] == pytest.approx(
        [float(least), float(cheapest)], abs=3e-6
    )


def test_a_promise_of_who_withdraws_is_no_failure() -> None:
    """BBB has promised four in period 2: all are kept, and used if BBB stays; if not, AAA covers what it can."""
    promise = [{"nation": "BBB", "unit_type": "light", "task": "hold", "at_least": 4, "first_period": 2}]
    each = [{"payer": "*", "amount": 30.0, "first_period": t, "last_period": t} for t in (1, 2)]
    instance = shaky(each, commitments=promise)
    found = allocator.hedge(instance, REFERENCE, weight=0, gap=0.0)
    assert found.status == "optimal", found.reason
    assert committed(found) == {("BBB", 1): 4, ("BBB", 2): 4, ("AAA", 2): 1}
    assert found.plan("two_stage")["no_plan"] == 0
    assert found.plan("two_stage")["coverage"] == pytest.approx((1 + (1 + 1 / 4) / 2) / 2)
    names = {row["withdrawn"]: row["two_stage"] for row in found.rows("futures")}
    assert names == pytest.approx({"nobody": 1.0, "BBB (land in period 2)": 5 / 8})


def test_a_promise_of_who_stays_and_cannot_join_is_a_failure() -> None:
    """AAA joins only with BBB and has promised one: without BBB there is no plan, and the coverage counts as 0."""
    instance = shaky(
        [],
        willingness=[*willing("AAA"), *willing("BBB", at=0.5)],
        conditions=[{"nation": "AAA", "requires": "nation", "value": "BBB"}],
        commitments=[{"nation": "AAA", "unit_type": "bn", "at_least": 1}],
    )
    found = allocator.hedge(instance, REFERENCE, weight=0, gap=0.0)
    assert found.plan("two_stage")["no_plan"] == pytest.approx(0.5)
    assert found.plan("two_stage")["coverage"] == pytest.approx(0.5)
    free = allocator.hedge(instance.override("commitments.at_least=0"), REFERENCE, weight=0, gap=0.0)
    assert free.plan("two_stage")["no_plan"] == 0


def test_a_limit_on_the_worst_period_holds_in_each_future_or_it_fails() -> None:
    """With at most a quarter missing in any period, three of AAA must be kept: BBB alone fails when it withdraws."""
    each = [{"payer": "*", "amount": 24.0, "first_period": t, "last_period": t} for t in (1, 2)]
    strict = replace(REFERENCE, limits={"worst_period": 0.25})
    found = allocator.hedge(shaky(each), strict, weight=0, gap=0.0)
    assert found.plan("two_stage")["no_plan"] == 0
    assert found.plan("expected_case")["no_plan"] == pytest.approx(0.5)
    never = allocator.hedge(shaky(each), replace(REFERENCE, limits={"worst_period": 0.2}), weight=0, gap=0.0)
    assert never.plan("two_stage")["no_plan"] == pytest.approx(0.5)


def test_a_limit_on_imbalance_counts_what_is_committed() -> None:
    """Equal gdp: 18 and 27 millions are 4.5 apart from equal shares; with one of AAA in period 1, 24 and 21.6 are 1.2.

    If BBB withdraws, 24 and 16.2 are used, but what is paid for is as before.
    """
    instance = shaky([{"payer": "*", "amount": 46.0}])
    limited = replace(REFERENCE, limits={"imbalance": 3.0})
    for model, cost in ((REFERENCE, 45.0), (limited, 45.6)):
        found = allocator.hedge(instance, model, weight=0, gap=0.0)
        assert found.status == "optimal", found.reason
        assert [row["value"] for row in found.rows("objectives")] == pytest.approx([1 / 16, cost])
        assert found.check() == []


def test_progressive_hedging_orders_nothing() -> None:
    instance = shaky([], tasks=LATE, acquisitions=[programme()])
    with pytest.raises(BadUsage, match="method hedging cannot order units"):
        allocator.hedge(instance, BUILD, method="hedging")
    found = allocator.hedge(instance, REFERENCE, method="hedging", weight=0)
    assert found.found


def test_everything_together() -> None:
    """All tables and families: each future's plan passes the check, and knowing the future is worth no less."""
    found = allocator.hedge(everything(), ALL, weight=0)
    assert found.status == "optimal", found.reason
    assert found.possible == 16
    assert found.check() == []
    assert (found.vss or 0) >= 0
    assert (found.evpi or 0) >= -1e-9
    assert found.rows("orders")
