"""Missing steps of supply: for every plan of small instances, the rows allow its shortfall and nothing less."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from allocator.formulation import formulate
from allocator.problem import Problem
from allocator.solving.columns import Points
from allocator.solving.standard_form import Matrix, compile_model
from tests.toys import NO_FAMILY, toy

CASES = [
    ((0.5, 0.45, 0.175), 1.3, 1.0),  # steps of 0.025: a whole number of them
    ((0.5, 0.35), 1.313, 0.4),  # steps of 0.05: the quantity lies between two
    ((0.3333,), 1.0, 1.0),  # three units are a little too few
    ((15.0,), 40.0, 0.6),
    ((2.0, 3.0), 3.5, 1.0),
    ((0.5, -0.2), 0.7, 1.0),  # a unit that consumes
]
"""Amounts of the unit types, quantity, max_gap."""


def built(amounts: tuple[float, ...], quantity: float, max_gap: float) -> tuple[Points, Matrix]:
    kinds = [f"u{number}" for number in range(len(amounts))]
    instance = toy(
        unit_types=[{"unit_type": u} for u in kinds],
        yields=[
            row
            for u, amount in zip(kinds, amounts, strict=True)
            for row in [{"unit_type": u, "capability": "inf", "amount": amount}]
        ]
        + [{"unit_type": u, "capability": "other", "amount": 1.0} for u in kinds],
        capabilities=[{"capability": c, "name": c, "unit": "one"} for c in ("inf", "other")],
        requirements=[
            {"task": "hold", "capability": "inf", "quantity": quantity, "max_gap": max_gap},
            {"task": "hold", "capability": "other", "quantity": 1.0},
        ],
        forces=[{"nation": "AAA", "unit_type": u, "units": 3} for u in kinds],
    )
    m = formulate(Problem(instance, NO_FAMILY), lean=True)
    matrix = compile_model(m)
    return Points(m, matrix), matrix


def column(matrix: Matrix, name: str) -> int:
    return matrix.column_keys.index((name, ("hold", "inf", 1)))


def met(matrix: Matrix, x: np.ndarray) -> bool:
    """Whether a point is within every row and bound."""
    activity = np.bincount(matrix.row_index, weights=matrix.value * x[matrix.index], minlength=len(matrix.rows))
    rows = (activity >= matrix.row_lower - 1e-9) & (activity <= matrix.row_upper + 1e-9)
    return bool(rows.all() and (x >= matrix.lower - 1e-9).all() and (x <= matrix.upper + 1e-9).all())


@pytest.mark.parametrize(("amounts", "quantity", "max_gap"), CASES)
def test_every_plan_has_its_shortfall_and_no_smaller_one(
    amounts: tuple[float, ...], quantity: float, max_gap: float
) -> None:
    points, matrix = built(amounts, quantity, max_gap)
    steps, shortfall = column(matrix, "missing_steps"), column(matrix, "shortfall")
    exact = [Fraction(repr(amount)) for amount in amounts]
    asked = Fraction(repr(quantity))
    seen = set()
    for units in product(range(4), repeat=len(amounts)):
        plan = {("AAA", f"u{number}", "hold", 1): count for number, count in enumerate(units) if count}
        supply = sum((a * count for a, count in zip(exact, units, strict=True)), Fraction(0))
        missed = max(Fraction(0), asked - supply)
        allowed = supply >= 0 and missed <= Fraction(repr(max_gap)) * asked
        x = points.point(plan)
        assert met(matrix, x) == allowed, units
        if not allowed:
            continue
        assert x[shortfall] == pytest.approx(float(missed), abs=1e-12)
        seen.add(float(missed))
        for other in range(int(matrix.upper[steps]) + 1):  # no number of steps makes it less
            x[steps], x[shortfall] = other, max(0.0, float(missed) - 1e-6)
            assert not met(matrix, x) or missed == 0, (units, other)
    assert len(seen) > 1


def test_a_fraction_of_a_step_counts_for_no_more_than_its_part() -> None:
    """Units of 2 for a quantity of 3: one leaves 1 missing; with half a unit more half of that is missing, not 0."""
    points, matrix = built((2.0,), 3.0, 1.0)
    x = points.point({("AAA", "u0", "hold", 1): 2})
    x[points.columns[0]], x[column(matrix, "missing_steps")] = 1.5, 0.5
    for missed, possible in ((0.4, False), (0.5, True)):
        x[column(matrix, "shortfall")] = missed
        assert met(matrix, x) == possible


def test_steps_that_are_too_small_to_count_are_left_out() -> None:
    _, matrix = built((0.0003, 1.0), 4.0, 1.0)
    assert ("missing_steps", ("hold", "inf", 1)) not in matrix.column_keys
    assert ("shortfall", ("hold", "inf", 1)) in matrix.column_keys
