"""Two-stage plans of figures from one end of what is legal to the other, and what a future may give up."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import allocator
from allocator.hedging.check import Decision
from allocator.hedging.programme import Programme
from allocator.model import load_model
from allocator.statistics import Taste
from allocator.withdrawal import Future, Stance
from tests.oracle.hedged import random_check
from tests.test_extremes import tiny


@pytest.mark.parametrize("seed", [*range(12), 33, 78])
def test_against_every_commitment(seed: int) -> None:
    """`python -m tests.oracle hedge FIRST LAST` tries more."""
    assert random_check(seed) == []


def shaky(quantity: float, amount: float = 1.0, cost: float = 1, **changes: Any) -> allocator.Instance:
    """AAA with three of a unit that supplies 1 and costs 1, BBB with three of another, which stays with one half."""
    others = {
        "nations": [{"nation": "BBB", "name": "B"}],
        "unit_types": [{"unit_type": "v", "name": "V", "domain": "land", "personnel": 100, "operating_cost": cost}],
        "yields": [{"unit_type": "v", "capability": "c", "amount": amount}],
        "forces": [{"nation": "BBB", "unit_type": "v", "units": 3}],
        "willingness": [{"nation": "BBB", "objective": "o", "willingness": 0.5}],
    }
    return tiny(1.0, quantity, 3, **others, **changes)


@pytest.mark.parametrize(
    ("quantity", "amount", "max_gap", "cost"),
    [
        (5.0, 1.0, 0, 11),
        (5.0, 1.0, 0.25, 11),
        (1e9 + 2, 1e9, 0, 6),  # in digits: one of BBB's and two of AAA's
        (1e9 + 2, 1e9, 0.5, 4),  # a row of its own, in digits; cost may take 2e-9 of the coverage
    ],
)
def test_a_future_gives_up_what_must_be_met(quantity: float, amount: float, max_gap: float, cost: int) -> None:
    """What AAA has is too little: without BBB, whose units cost 4, nothing is deployed, and the gap is 1."""
    found = allocator.hedge(shaky(quantity, amount, 4, requirements__max_gap=max_gap), weight=0, gap=0.0)
    assert found.status == "optimal", found.reason
    assert [row["value"] for row in found.rows("objectives")] == pytest.approx([1 / 2, cost], abs=1e-6)
    assert found.plan("two_stage")["no_plan"] == 1 / 2


@pytest.mark.parametrize("max_gap", [0, 0.25])
def test_a_future_in_which_nobody_could_supply(max_gap: float) -> None:
    """Only BBB has units: without it there is not even a column for what must be met."""
    instance = shaky(3.0, requirements__max_gap=max_gap).override("forces[nation=AAA].units=0")
    found = allocator.hedge(instance, weight=0, gap=0.0)
    assert found.status == "optimal", found.reason
    assert [row["value"] for row in found.rows("objectives")] == pytest.approx([1 / 2, 3])


def test_priorities_beyond_what_a_solver_takes_in_one_row() -> None:
    """c counts 10^21 times as much as d: one unit meets half of it."""
    instance = tiny(
        1.0,
        2.0,
        1,
        requirements__priority=1e12,
        capabilities=[{"capability": "d", "name": "D", "unit": "one"}],
        requirements=[{"task": "j", "capability": "d", "quantity": 1.0, "priority": 1e-9}],
    )
    found = allocator.hedge(instance, weight=0, gap=0.0)
    assert found.status == "optimal", found.reason
    assert found.rows("objectives")[0]["value"] == pytest.approx(1 / 2)


def test_the_start_of_a_two_stage_plan_meets_every_row() -> None:
    """What the budget's last digit, 3 * 4,999 millionths, takes from the next is filled in, and what is given up."""
    model, everything = load_model("reference"), [{"payer": "*", "amount": 40.014997}]
    instance = shaky(4.0, cost=10.004999, unit_types__operating_cost=10, requirements__max_gap=0, budgets=everything)
    both = [Future(frozenset(), Fraction(1, 2)), Future(frozenset({Stance("BBB", "o", 1, 1)}), Fraction(1, 2))]
    programme = Programme(instance, model, both, Taste.of(0, 0), {"mip_rel_gap": 0.0})
    assert len(programme.m.carries) == 1
    units = {("AAA", "u", 1): 1, ("BBB", "v", 1): 3}
    decision = Decision(units, ({(n, u, "j", t): count for (n, u, t), count in units.items()}, None))
    assert programme.broken(decision) == []
    matrix, x = programme.matrix, programme.point(decision)
    activity = np.bincount(matrix.row_index, weights=matrix.value * x[matrix.index], minlength=len(matrix.rows))
    assert (activity >= matrix.row_lower - 1e-9).all()
    assert (activity <= matrix.row_upper + 1e-9).all()
    assert ((matrix.lower <= x) & (x <= matrix.upper)).all()
