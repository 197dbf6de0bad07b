"""Columns that sum deployments: every plan fills them, and the model says the same as without them."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

import allocator
from allocator import Instance
from allocator.families import totals
from allocator.formulation import formulate
from allocator.model import Model
from allocator.problem import Problem
from allocator.solving.columns import Points
from allocator.solving.standard_form import Matrix, compile_model
from tests.toys import toy

MODEL = Model()


def three_nations(periods: int = 1) -> Instance:
    """Three nations with two battalions each, at most two deployed; two tasks of one battalion and a half each.

    A battalion needs half an engineer somewhere, and each nation has an engineer.
    """
    names = ["AAA", "BBB", "CCC"]
    return toy(
        periods=periods,
        nations=[{"nation": n, "gdp": 1000.0, "troop_ceiling": 200} for n in names],
        unit_types=[{"unit_type": "bn"}, {"unit_type": "eng"}],
        capabilities=[
            {"capability": "inf", "name": "Infantry", "unit": "battalion"},
            {"capability": "dig", "name": "Engineering", "unit": "company", "scope": "theatre"},
        ],
        yields=[
            {"unit_type": "bn", "capability": "inf", "amount": 1.0},
            {"unit_type": "bn", "capability": "dig", "amount": -0.5},
            {"unit_type": "eng", "capability": "dig", "amount": 1.0},
        ],
        tasks=[{"task": "hold"}, {"task": "keep"}],
        requirements=[{"task": j, "capability": "inf", "quantity": 1.5} for j in ("hold", "keep")],
        forces=[{"nation": n, "unit_type": u, "units": count} for n in names for u, count in (("bn", 2), ("eng", 1))],
        willingness=[{"nation": n, "objective": "land", "willingness": 1.0} for n in names],
    )


def compiled(instance: Instance) -> tuple[Points, Matrix]:
    m = formulate(Problem(instance, MODEL), lean=True)
    matrix = compile_model(m)
    return Points(m, matrix), matrix


def met(matrix: Matrix, x: np.ndarray) -> bool:
    activity = np.bincount(matrix.row_index, weights=matrix.value * x[matrix.index], minlength=len(matrix.rows))
    rows = (activity >= matrix.row_lower - 1e-9) & (activity <= matrix.row_upper + 1e-9)
    return bool(rows.all() and (x >= matrix.lower - 1e-9).all() and (x <= matrix.upper + 1e-9).all())


def test_a_model_has_a_column_for_each_sum_of_several_deployments() -> None:
    points, _ = compiled(three_nations())
    assert set(points.m.drawn) == {(n, u, 1) for n in ("AAA", "BBB", "CCC") for u in ("bn", "eng")}
    assert set(points.m.deployed) == {("bn", "hold", 1), ("bn", "keep", 1), ("bn", "*", 1), ("eng", "*", 1)}


@pytest.mark.parametrize("what", ["several periods", "many deployments"])
def test_sums_are_left_out_where_they_cost_more_than_they_give(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if what == "many deployments":
        monkeypatch.setattr(totals, "FEW", 11)  # there are twelve
    points, _ = compiled(three_nations(2 if what == "several periods" else 1))
    assert not len(points.m.drawn)
    assert not len(points.m.deployed)


def test_a_plan_is_allowed_with_sums_exactly_if_it_is_without(monkeypatch: pytest.MonkeyPatch) -> None:
    here = [compiled(three_nations())]
    monkeypatch.setattr(totals, "FEW", 0)
    here.append(compiled(three_nations()))
    keys = [(n, u, j, 1) for n in ("AAA", "BBB") for u, j in (("bn", "hold"), ("bn", "keep"), ("eng", "hold"))]
    allowed = 0
    for units in product(range(3), repeat=len(keys)):
        within = [units[at] <= cap for at, cap in ((2, 1), (5, 1))]
        if not all(within):
            continue
        plan = {key: count for key, count in zip(keys, units, strict=True) if count}
        with_sums, without = (met(matrix, points.point(plan)) for points, matrix in here)
        assert with_sums == without, plan
        allowed += with_sums
    assert allowed > 10


def test_a_sum_is_never_another_number() -> None:
    points, matrix = compiled(three_nations())
    x = points.point({("AAA", "bn", "hold", 1): 1, ("AAA", "eng", "keep", 1): 1})
    assert met(matrix, x)
    for total in (*points.m.drawn.values(), *points.m.deployed.values()):
        wrong = x.copy()
        wrong[matrix.columns.of(total.parent_component())[total.index()]] += 1
        assert not met(matrix, wrong), total.name


def test_the_answer_is_the_same_without_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each nation may deploy 200 people, so six units in all: four battalions and two engineers meet everything."""
    answer = allocator.solve(three_nations(), MODEL)
    monkeypatch.setattr(totals, "FEW", 0)
    other = allocator.solve(three_nations(), MODEL)
    values = [{stage["objective"]: stage["value"] for stage in plan.manifest["stages"]} for plan in (answer, other)]
    assert answer.status == other.status == "optimal"
    assert values[0] == values[1]
    assert values[0]["gap"] == 0.0
