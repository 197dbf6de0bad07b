"""Rows that make Pyomo's objects for their terms only when asked behave as the ordinary expression."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pyomo.environ as pyo
import pytest
from pyomo.core.expr import identify_variables
from pyomo.repn import generate_standard_repn
from pyomo.repn.linear import LinearRepnVisitor

import allocator
from allocator.families.rows import Row, Rows, linear
from tests.toys import toy


@pytest.fixture
def m() -> pyo.ConcreteModel:
    """2 x + 3 y <= 7."""
    model = pyo.ConcreteModel()
    model.x = pyo.Var(initialize=1)
    model.y = pyo.Var(initialize=2)
    model.row = Rows(doc="a row")
    model.row["a"] = (None, linear([(2.0, model.x), (3.0, model.y)]), 7.0)
    return model


def coefficients(repn: Any) -> list[tuple[float, str]]:
    return [(a, x.name) for a, x in zip(repn.linear_coefs, repn.linear_vars, strict=True)]


def written(m: pyo.ConcreteModel) -> str:
    stream = StringIO()
    m.row["a"].pprint(ostream=stream)
    return stream.getvalue()


USES: dict[str, tuple[Callable[[pyo.ConcreteModel], Any], Any]] = {
    "value": (lambda m: pyo.value(m.row["a"].body), 8.0),
    "text": (lambda m: str(m.row["a"].body), "2.0*x + 3.0*y"),
    "printed": (lambda m: "2.0*x + 3.0*y :   7.0" in written(m), True),
    "length": (lambda m: m.row["a"].body.nargs(), 2),
    "terms": (lambda m: [str(term) for term in m.row["a"].body.args], ["2.0*x", "3.0*y"]),
    "coefficients": (lambda m: m.row["a"].body.linear_coefs, (2.0, 3.0)),
    "constant": (lambda m: m.row["a"].body.constant, 0),
    "variables": (lambda m: [x.name for x in identify_variables(m.row["a"].body)], ["x", "y"]),
    "plus a number": (lambda m: pyo.value(m.row["a"].body + 1), 9.0),
    "a number plus": (lambda m: pyo.value(1 + m.row["a"].body), 9.0),
    "plus a variable": (lambda m: str(m.row["a"].body + m.x), "2.0*x + 3.0*y + x"),
    "times": (lambda m: pyo.value(2 * m.row["a"].body), 16.0),
    "minus": (lambda m: pyo.value(-m.row["a"].body), -8.0),
    "sum": (lambda m: pyo.value(sum([m.row["a"].body, m.row["a"].body])), 16.0),
    "compared": (lambda m: pyo.value(m.row["a"].body <= 8), True),
    "degree": (lambda m: m.row["a"].body.polynomial_degree(), 1),
    "standard": (lambda m: coefficients(generate_standard_repn(m.row["a"].body)), [(2.0, "x"), (3.0, "y")]),
    "writers": (
        lambda m: sorted(LinearRepnVisitor({}).walk_expression(m.row["a"].body).linear.values()),
        [2.0, 3.0],
    ),
}


@pytest.mark.parametrize("use", USES)
def test_as_the_ordinary_expression(m: pyo.ConcreteModel, use: str) -> None:
    asked, answer = USES[use]
    assert m.row["a"].pending
    assert asked(m) == answer
    assert m.row["a"].pending is None
    assert asked(m) == answer


@pytest.mark.parametrize(
    "copied", [lambda m: m.clone(), lambda m: pickle.loads(pickle.dumps(m))], ids=["clone", "pickle"]
)
def test_a_copy_has_the_variables_of_the_copy(m: pyo.ConcreteModel, copied: Callable[[Any], Any]) -> None:
    other = copied(m)
    other.x.value = 11
    assert pyo.value(other.row["a"].body) == 28
    assert pyo.value(m.row["a"].body) == 8


def test_a_row_can_be_changed(m: pyo.ConcreteModel) -> None:
    m.row["a"].set_value(m.x + 1 <= 3)
    assert m.row["a"].pending is None
    assert str(m.row["a"].body) == "x + 1"
    m.row["a"] = (None, linear([(1.0, m.y)]), 9.0)
    assert m.row["a"].upper == 9
    assert isinstance(m.row["a"], Row)


def test_an_empty_sum(m: pyo.ConcreteModel) -> None:
    assert pyo.value(linear([]).expression()) == 0


def test_a_written_file_has_the_row(m: pyo.ConcreteModel, tmp_path: Path) -> None:
    m.objective = pyo.Objective(expr=m.x)
    path = tmp_path / "a.lp"
    m.write(str(path), io_options={"symbolic_solver_labels": True})
    assert "+2.0 x\n+3.0 y\n<= 7.0" in path.read_text()


def test_only_deployments_of_the_model_exist() -> None:
    m = allocator.build(toy())
    assert list(m.deploy) == [("AAA", "bn", "hold", 1)]
    with pytest.raises(KeyError):
        m.deploy["AAA", "bn", "hold", 2]
