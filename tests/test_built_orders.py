"""A change to a built model in which forces are built up takes effect, or a sentence refuses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyomo.environ as pyo
import pytest

import allocator
from allocator.audit import check_plan
from allocator.solving.built import RESERVED
from tests.toys import model, ordered, pools, sent, toy, willing

Change = Callable[[pyo.ConcreteModel], object]

AAA, BBB = ("AAA", "bn", 1), ("BBB", "bn", 1)


def built() -> pyo.ConcreteModel:
    """Three years: four are asked, AAA has one; AAA and BBB may buy two each, ready a year after they are ordered.

    Industry makes two a year, and three from the second year on if it is expanded in the first: without a change three
    are ordered jointly in the first year, and only the first year is short, by three.
    """
    facts = toy(
        periods=3,
        indefinite=False,
        months=12,
        nations=[{"nation": "AAA", "gdp": 1000.0}, {"nation": "BBB", "gdp": 3000.0}],
        requirements=[{"task": "hold", "capability": "inf", "quantity": 4.0, "core_share": 0.25, "core_weight": 2.0}],
        forces=pools(1, "AAA"),
        willingness=willing("AAA", "BBB"),
        acquisitions=[
            {"nation": n, "unit_type": "bn", "price": 10.0, "max_units": 2, "lead_periods": 1} for n in ("AAA", "BBB")
        ],
        industry=[{"unit_type": "bn", "capacity": 2, "expansion_price": 5.0, "max_expansions": 1}],
        joint_purchases=[{"unit_type": "bn", "min_nations": 2, "discount": 0.2}],
    )
    families = ("acquisition", "industry", "joint_purchase")
    return allocator.build(facts, model(*families, objectives=("gap", "cost", "worst_period", "turnover", "imbalance")))


def solved(m: pyo.ConcreteModel) -> tuple[int, int, int]:
    """Units ordered, how many of them jointly, and units deployed in all periods."""
    plan = allocator.solve(m, gap=0.0)
    assert plan.status == "optimal", plan.reason
    assert check_plan(plan) == []
    orders = ordered(plan).values()
    return sum(units for units, _ in orders), sum(joint for _, joint in orders), sum(sent(plan).values())


def row(make: Callable[[pyo.ConcreteModel], object]) -> Change:
    """A constraint of one's own."""

    def change(m: pyo.ConcreteModel) -> None:
        m.own = pyo.Constraint(expr=make(m))

    return change


def all_orders(m: pyo.ConcreteModel) -> Any:
    return sum(m.orders.values())


def late(m: pyo.ConcreteModel) -> None:
    for key in (AAA, BBB):
        m.single[key].fix(0)
        m.joint[key].fix(0)


def alone(m: pyo.ConcreteModel) -> None:
    for together in m.together.values():
        together.fix(0)


def calm(m: pyo.ConcreteModel) -> None:
    """AAA does not grow in the second year."""
    m.anew["AAA", "bn", "hold", 2].setub(0)


EFFECTS: dict[str, tuple[Change, tuple[int, int, int]]] = {
    "nothing": (lambda m: None, (3, 3, 1 + 4 + 4)),
    "a row on all orders": (row(lambda m: all_orders(m) <= 2), (2, 2, 1 + 3 + 3)),
    "a row on one, and nobody to buy with": (row(lambda m: all_orders(m) <= 1), (1, 0, 1 + 2 + 2)),
    "more than needed, the last alone": (row(lambda m: all_orders(m) >= 4), (4, 3, 1 + 4 + 4)),
    "one buys nothing": (row(lambda m: m.orders["AAA", "bn", 1] + m.orders["AAA", "bn", 2] <= 0), (2, 0, 1 + 3 + 3)),
    "no expansion": (lambda m: m.expand["bn", 1].fix(0), (3, 2, 1 + 3 + 4)),
    "not in the first year": (late, (3, 3, 1 + 1 + 4)),
    "alone": (alone, (3, 0, 1 + 4 + 4)),
    "at least one alone": (row(lambda m: m.single[AAA] >= 1), (3, 2, 1 + 4 + 4)),
    "an upper bound": (lambda m: m.single[AAA].setub(0), (3, 3, 1 + 4 + 4)),
    "no newcomers of one nation": (calm, (3, 3, 1 + 3 + 4)),
    "a limit that holds anyway": (lambda m: m.worst.setub(0.8), (3, 3, 1 + 4 + 4)),
}


@pytest.mark.parametrize(("change", "expected"), EFFECTS.values(), ids=EFFECTS)
def test_takes_effect(change: Change, expected: tuple[int, int, int]) -> None:
    m = built()
    change(m)
    assert solved(m) == expected
    assert solved(m.clone()) == expected


REFUSED: dict[str, tuple[Change, str]] = {
    "a worse period": (row(lambda m: m.worst >= 0.9), "m.own can push m.worst up: it is the worst period"),
    "more newcomers": (
        row(lambda m: m.anew["BBB", "bn", "hold", 3] >= 1), "m.own can push m.anew.* up: it is the number of units"
    ),
    "more imbalance": (row(lambda m: -m.above["BBB"] <= -1), "m.own can push m.above.* up: it is the own cost"),
    "a core that is short": (
        row(lambda m: m.core_shortfall["hold", "inf", 2] >= 1), "m.own can push m.core_shortfall.* it is a shortfall"
    ),
    "a bound from below": (lambda m: m.worst.setlb(0.9), "m.worst cannot be kept above 0: it is the worst period"),
    "a programme of its own": (lambda m: m.single[AAA].setub(9), "has the bounds 0 to 9, where the model allows"),
    "a family off": (lambda m: m.industry_capacity.deactivate(), "m.industry_capacity is deactivated"),
    "a row gone": (lambda m: m.acquisition_most.__delitem__(("AAA", "bn")), "m.acquisition_most.* is missing"),
    "orders gone": (lambda m: m.del_component(m.orders), "m.orders is missing"),
    "a variable gone": (lambda m: m.joint.__delitem__(AAA), "m.joint.* is missing"),
    "another programme": (lambda m: m.problem.pools.programmes.clear(), "m.problem.pools.programmes was changed"),
    "another GDP": (lambda m: m.problem.money.gdp.update({"AAA": 1}), "m.problem.money.gdp was changed"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_is_refused_in_a_sentence(change: Change, message: str) -> None:
    m = built()
    change(m)
    with pytest.raises(allocator.BadUsage, match=message) as bad:
        allocator.solve(m)
    assert "\n" not in str(bad.value)


@pytest.mark.parametrize("name", RESERVED)
def test_a_name_that_is_left_out_stays_reserved(name: str) -> None:
    m = allocator.build(toy(), model(objectives=("gap",)))
    setattr(m, name, pyo.Var())
    with pytest.raises(allocator.BadUsage, match=f"m.{name} is a reserved name"):
        allocator.solve(m)


def test_what_cannot_be_met_with_an_own_row_on_orders() -> None:
    m = built()
    m.own = pyo.Constraint(expr=m.orders[AAA] + m.orders[BBB] >= 5)
    plan = allocator.solve(m)
    assert (plan.status, plan.rows("orders")) == ("infeasible", [])
