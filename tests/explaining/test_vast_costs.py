"""Values of objectives above what a cell may hold are limits like any others."""

from __future__ import annotations

import pytest

import allocator
from allocator.errors import BadInput
from allocator.explaining.another import look
from allocator.families.rows import Rows, within
from allocator.families.sums import Terms
from allocator.hedging.two_stage import two_stage
from allocator.instance.columns import LARGEST, VAST
from allocator.model import Model
from allocator.purchases import decided
from allocator.statistics import Taste
from allocator.sweeps.design.front import pareto
from allocator.withdrawal import Future
from tests.test_extremes import tiny


def force(each: float, units: int) -> allocator.Instance:
    """AAA and BBB have the same units, of which each costs the same."""
    return tiny(
        1.0, float(units), units, unit_types__operating_cost=each,
        nations=[{"nation": "BBB", "name": "B"}],
        forces=[{"nation": "BBB", "unit_type": "u", "units": units}],
        willingness=[{"nation": "BBB", "objective": "o", "willingness": 1}],
    )  # fmt: skip


MODEL = Model(objectives=("gap", "cost"))

FORCES = pytest.mark.parametrize(("each", "units"), [(1e11, 100), (1e12, 2000)], ids=["1e13", "2e15"])
"""All units cost more than a cell holds, or than a bound in HiGHS may be."""


@FORCES
def test_a_limit(each: float, units: int) -> None:
    """Half the money buys half the units, exactly."""
    model = MODEL.override(f"model.limits=cost<={each * units / 2!r}")
    plan = allocator.solve(force(each, units), model, gap=0)
    assert (plan.value("gap"), plan.value("cost")) == (0.5, each * units / 2)


def test_the_largest_limit() -> None:
    most = Model(limits={"cost": VAST})
    assert most.override(f"model.limits=cost<={VAST!r}") == most
    for limits in ({"cost": 2 * VAST}, {"cost": float("inf")}, {"cost": 1e-10}):
        with pytest.raises(BadInput, match=r"expected a number of at least 0, of size 1e-09 to 1e\+30"):
            Model(limits=limits)
    with pytest.raises(BadInput, match=r"max_burden.*1e\+12"):
        Model(max_burden=2 * LARGEST)


@FORCES
def test_another_plan(each: float, units: int) -> None:
    """A second nation can send the same, for the same money."""
    plan = allocator.solve(force(each, units), MODEL, gap=0)
    new, none = look(plan, 60.0)
    assert not none
    assert new is not None
    assert dict(new) != dict(decided(plan.rows))
    assert sum(new.values()) == units


def test_plans_as_good() -> None:
    """Who is a member is free; a plan with a hundredth less need not change if that is given up."""
    instance = force(1e12, 2000)
    explainer = allocator.explain(instance, MODEL, gap=0)
    assert sorted(explainer.alternatives()["coalitions"]) == [["AAA"], ["AAA", "BBB"], ["BBB"]]
    short = allocator.solve(instance, MODEL.override("model.limits=cost<=1.98e15"), gap=0)
    changes = explainer.repair(short)
    assert sum(changes["to"] - changes["from"]) == 20
    rungs = explainer.ladder(short)
    assert rungs[["given_up", "units_moved", "saved"]].values.tolist() == [[0, 20, 0], [0.01, 0, 20]]


def test_a_condition_of_a_question() -> None:
    found = allocator.explain(force(1e12, 10**6), MODEL).answer("need", "cost<=5e17")
    assert found.answer["verdict"] == "possible"


def test_a_front() -> None:
    """A ceiling between 0 and 1e18 is one that the model takes."""
    instance = force(1e12, 10**6)
    point = pareto(instance, MODEL, ["gap", "cost"], 3)._point(("gap", "cost"), {"cost": 5e17})
    assert MODEL.override(*point.overrides).limits == {"cost": 5e17}
    plan = allocator.solve(instance, MODEL.override(*point.overrides))
    assert plan.value("gap") == pytest.approx(0.5, abs=1e-5)


def test_the_row_of_a_limit_on_a_commitment() -> None:
    m = two_stage(force(1e12, 4000), Model(limits={"cost": 4e15}), [Future(frozenset())], Taste.of(0, 0), False)
    assert m.limit_objective["cost"].upper == 4e15 / 2**12


def test_the_unit_of_a_row_rounds_nothing() -> None:
    for most in (0.0, 1e-9, 3.7, 1e12, 1.1e12, 123456789123456789.0, VAST):
        rows = Rows(doc="")
        within(rows, "cost", Terms((0.1, 3.0), (None, None)), most)
        _, terms, end = rows.held["cost"]
        unit = 3.0 / terms.coefs[1]
        assert int(unit).bit_count() == 1
        assert end is not None
        assert end <= 2**40
        assert (end * unit, terms.coefs[0] * unit) == (most, 0.1)
