"""Large components of a model: numbered columns, and Pyomo's objects that are made only when asked for."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest

import allocator
from allocator.errors import BadUsage
from allocator.families.rows import Rows
from allocator.families.sums import Sizes, Sum, merged, together
from allocator.formulation import formulate
from allocator.problem import Problem
from allocator.solving.columns import Points
from allocator.solving.standard_form import Matrix, compile_model

EVERY = ("gap", "risk", "cost", "burden", "worst_period", "turnover", "imbalance")
ORDINARY = (
    "toy-minimum",
    "toy-framework",
    "toy-budget",
    "toy-pledges",
    "toy-prerequisite",
    "toy-commitments",
    "toy-build",
)


def formulated(name: str, *, lean: bool = True) -> pyo.ConcreteModel:
    instance = allocator.read(name)
    model = replace(allocator.load_model("build"), objectives=EVERY)
    return formulate(Problem(instance, model), lean=lean)


def asked_for(m: pyo.ConcreteModel) -> pyo.ConcreteModel:
    """The model after every object of it was asked for."""
    for component in m.component_objects((pyo.Var, pyo.Constraint)):
        list(component.values())
    for objective in m.component_data_objects(pyo.Objective):
        str(objective.expr)
    return m


def same(one: Matrix, other: Matrix) -> bool:
    arrays = ("lower", "upper", "integral", "row_lower", "row_upper", "start", "index", "value")
    return (
        one.column_keys == other.column_keys
        and one.row_keys == other.row_keys
        and all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays)
        and all(np.array_equal(cost, other.costs[name]) for name, cost in one.costs.items())
    )


@pytest.mark.parametrize("name", ORDINARY)
def test_the_arrays_are_the_same_before_and_after_objects_are_made(name: str) -> None:
    m = formulated(name)
    first = compile_model(m)
    assert same(first, compile_model(asked_for(m)))


def test_a_solve_makes_no_object_of_a_deployment_or_row() -> None:
    m = formulated("toy-minimum")
    matrix = compile_model(m)
    points = Points(m, matrix)
    point = points.point({next(iter(m.deploy)): 2})
    assert point[points.columns[0]] == 2
    assert {m.deploy.made, m.sends.made, m.anew.made} == {None}
    assert {rows.made for rows in m.component_objects(pyo.Constraint) if isinstance(rows, Rows)} == {None}


@pytest.mark.parametrize(
    "copied", [lambda m: m.clone(), lambda m: pickle.loads(pickle.dumps(m))], ids=["clone", "pickle"]
)
@pytest.mark.parametrize("before", [lambda m: m, asked_for], ids=["at once", "asked for"])
def test_a_copy_is_whole(before: Callable[[Any], Any], copied: Callable[[Any], Any]) -> None:
    m = before(formulated("toy-minimum"))
    other = copied(m)
    key = next(iter(other.deploy))
    assert other.deploy[key].parent_component() is other.deploy
    assert other.deploy[key] is not m.deploy[key]
    assert other.cells[key[:3]][key[3]] is other.deploy[key]
    assert same(compile_model(m), compile_model(asked_for(other)))


def test_a_variable_has_the_bounds_of_its_column() -> None:
    m = formulated("toy-minimum")
    matrix = compile_model(m)
    at = matrix.columns.of(m.deploy)
    assert len(m.deploy) == len(at) > 0
    for key, x in m.deploy.items():
        assert (x.lb, x.ub, x.index(), x.is_integer()) == (0, matrix.upper[at[key]], key, True)
        assert m.cells[key[:3]][key[3]] is x
    assert [x.lb for x in m.anew.values()] == [0.0] * len(m.anew)


def test_deployments_of_another_component_are_refused() -> None:
    instance = allocator.read("toy-minimum")
    m = allocator.build(instance)
    keys = list(m.deploy)
    m.del_component("deploy")
    m.deploy = pyo.Var(keys, domain=pyo.NonNegativeIntegers)
    with pytest.raises(BadUsage, match="not on this model"):
        allocator.solve(m)


class TestSums:
    """x0 and x1 twice each, x2 once."""

    first = Sum(Sizes([Fraction(1, 3), Fraction(2)]), np.array([0, 1]), np.array([0, 1]))
    second = Sum(Sizes([Fraction(1, 6)]), np.array([0, 0]), np.array([1, 2]))

    def test_a_column_in_two_sums_has_one_amount(self) -> None:
        both = merged(self.first, self.second)
        amounts = {at: both.sizes.amounts[k] for at, k in zip(both.numbers.tolist(), both.kind.tolist(), strict=True)}
        assert amounts == {0: Fraction(1, 3), 1: Fraction(13, 6), 2: Fraction(1, 6)}

    def test_sums_side_by_side(self) -> None:
        both = together([self.first, self.second])
        assert [both.sizes.amounts[k] for k in both.kind] == [Fraction(1, 3), 2, Fraction(1, 6), Fraction(1, 6)]
        assert both.numbers.tolist() == [0, 1, 1, 2]

    def test_the_step_is_that_of_the_amounts_in_use(self) -> None:
        assert self.first.sizes.used(self.first.kind) == ([Fraction(1, 3), Fraction(2)], Fraction(1, 3))
        assert self.first.sizes.used(np.array([1, 1])) == ([Fraction(2)], Fraction(2))

    def test_times(self) -> None:
        twice = self.first.times(Fraction(2))
        assert [twice.sizes.amounts[k] for k in twice.kind] == [Fraction(2, 3), 4]
