"""Figures from one end of what is legal to the other: the right answer, or a fault that names the row."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyomo.core as pyo
import pytest

import allocator
from allocator.audit import Violation
from allocator.errors import BadInput
from allocator.families.rows import MODERATE, Rows, at_least, at_most, measured, only_if
from allocator.model import load_model
from allocator.problem import Problem
from allocator.solving.answer import HELD
from allocator.solving.lexicographic import Stages
from allocator.solving.prior import NOTHING
from allocator.solving.stage import tighten
from allocator.solving.standard_form import compile_model
from allocator.sweeps.design.parts import Point
from allocator.sweeps.run.task import Job, Setup, Worker
from tests.oracle import brute
from tests.oracle.check import check
from tests.oracle.extremes import extreme_instance
from tests.oracle.random_instances import random_instance, random_model
from tests.toys import pools, toy

pytestmark = pytest.mark.slow

HARD = (74, 89, 100, 143, 194, 2403, 3049, 3345, 3632)
"""Seeds at which rows in floating-point numbers gave a wrong answer, an error, or a bound that did not close."""


@pytest.mark.parametrize("seeds", [range(25), range(25, 50), HARD], ids=["first", "second", "hard"])
def test_extreme_figures(seeds: Sequence[int]) -> None:
    """`python -m tests.oracle extreme FIRST LAST` tries more."""
    for seed in seeds:
        obj, model = extreme_instance(random_instance(seed, "tiny"), seed), random_model(seed)
        try:
            brute.solve(obj, model, 1500)
        except brute.TooMany:
            continue
        try:
            assert check(obj, model, enumerate_up_to=1500) == [], seed
        except BadInput as bad:
            faults = bad.faults
        else:
            continue
        assert [(fault.place[:14], fault.column) for fault in faults] == [("nations[nation", "gdp")], seed


def test_a_yield_of_a_thousand_million_beside_a_quantity_of_two() -> None:
    case = Path(__file__).parent / "cases" / "extreme-yield"
    expected = json.loads((case / "expected.json").read_text())
    plan = allocator.solve(case / "instance", str(case / "model.toml"), gap=0)
    assert plan.status == expected["status"]
    assert [plan.value(name) for name in expected["names"]] == [float(value) for value in expected["objectives"]]


def tiny(amount: float = 1.0, quantity: float = 2.0, units: int = 3, **changes: Any) -> allocator.Instance:
    """One nation, one kind of unit, one task; ``changes`` are cells by table and column, ``tasks__framework_share``."""
    content = {
        "instance": {
            "format": 1,
            "name": "tiny",
            "horizon": {"start": "2025-01", "months_per_period": 1, "periods": 1, "indefinite": False},
        },
        "nations": [{"nation": "AAA", "name": "A", "gdp": 1000, "can_lead": True}],
        "unit_types": [
            {"unit_type": "u", "name": "U", "domain": "land", "personnel": 100, "operating_cost": 1},
        ],
        "capabilities": [{"capability": "c", "name": "C", "unit": "one"}],
        "yields": [{"unit_type": "u", "capability": "c", "amount": amount}],
        "objectives": [{"objective": "o", "name": "O"}],
        "tasks": [{"task": "j", "objective": "o", "name": "J"}],
        "requirements": [{"task": "j", "capability": "c", "quantity": quantity}],
        "forces": [{"nation": "AAA", "unit_type": "u", "units": units}],
        "willingness": [{"nation": "AAA", "objective": "o", "willingness": 1}],
    }
    for name, value in changes.items():
        table, _, column = name.partition("__")
        if column:
            rows: Any = content[table]
            rows[0][column] = value
        else:
            content[table] = [*content.get(table, []), *value]
    return allocator.Instance.from_dict(content)


def solved(instance: allocator.Instance, objectives: str = "gap,cost,risk", **options: Any) -> allocator.Plan:
    model = load_model("reference").override(f"model.objectives={objectives}")
    return allocator.solve(instance, model, gap=0, **options)


@pytest.mark.parametrize(
    ("amount", "quantity", "units", "sent", "gap"),
    [
        (1e9, 2.0, 3, 1, 0.0),  # half of 1e-9 units would do
        (1e12, 1e-9, 3, 1, 0.0),
        (1e-9, 1e-9, 3, 1, 0.0),
        (1e-9, 3.5e-9, 3, 3, 1 - 3 / 3.5),
        (1e-9, 1e12, 3, 0, 1.0),  # what three give is less than what a later objective may take
        (1.0, 1e5, 10**12, 10**5, 0.0),
        (123456.789, 2.0, 10**12, 1, 0.0),
    ],
)
def test_yield_beside_quantity(amount: float, quantity: float, units: int, sent: int, gap: float) -> None:
    plan = solved(tiny(amount, quantity, units))
    assert plan.status == "optimal", plan.reason
    assert sum(row["units"] for row in plan.rows("deployments")) == sent
    assert plan.value("gap") == pytest.approx(gap, abs=1e-9)


def test_what_must_be_met_is_met_though_it_is_tiny() -> None:
    assert solved(tiny(1e9, 1e-9, requirements__max_gap=0)).value("gap") == 0
    assert solved(tiny(1e-9, 4e-9, requirements__max_gap=1e-9)).status == "infeasible"
    assert solved(tiny(1e-9, 4e-9, requirements__max_gap=0.25)).value("gap") == 0.25


def test_money_to_the_last_digit() -> None:
    """Three of the kind with the shorter number fit the budget; with one of the other it is over by 10^-6."""
    other = {"unit_type": "v", "name": "V", "domain": "land", "personnel": 1, "operating_cost": 10.000001}
    instance = tiny(
        1.0,
        3.0,
        3,
        unit_types__operating_cost=10,
        unit_types=[other],
        yields=[{"unit_type": "v", "capability": "c", "amount": 1.5}],
        forces=[{"nation": "AAA", "unit_type": "v", "units": 1}],
        budgets=[{"payer": "AAA", "amount": 30}],
    )
    plan = solved(instance)
    assert plan.status == "optimal"
    assert {row["unit_type"]: row["units"] for row in plan.rows("deployments")} == {"u": 3}


@pytest.mark.parametrize(("people", "gap"), [(10**9 - 1, 0.0), (10**9, 0.5)])
def test_a_share_of_one_in_a_thousand_million(people: int, gap: float) -> None:
    """A's one person is 1e-9 of a thousand million, and less of one more."""
    others = {
        "nations": [{"nation": "BBB", "name": "B"}],
        "unit_types": [{"unit_type": "v", "name": "V", "domain": "land", "personnel": people, "operating_cost": 1}],
        "yields": [{"unit_type": "v", "capability": "c", "amount": 1}],
        "forces": [{"nation": "BBB", "unit_type": "v", "units": 1}],
        "willingness": [{"nation": "BBB", "objective": "o", "willingness": 1}],
    }
    plan = solved(tiny(1.0, 2.0, 1, unit_types__personnel=1, tasks__framework_share=1e-9, **others))
    assert (plan.status, plan.value("gap")) == ("optimal", gap)


def test_a_burden_beyond_all_figures_is_a_fault_of_the_nation() -> None:
    instance = tiny(nations__gdp=1e-9, unit_types__operating_cost=1e12)
    with pytest.raises(
        BadInput, match=r"nations\[nation=AAA\], gdp: found a gdp of 1e-09 million beside what AAA pays"
    ):
        allocator.solve(instance, load_model("reference"))
    assert solved(instance).status == "optimal"  # where the burden is no objective


@pytest.mark.parametrize(
    ("amount", "quantity", "max_gap", "units", "least", "short"),
    [
        (1e9, 5e9, 0, 3, "all of 5e+09", "2e+09"),
        (1e9, 5e9 + 1, 0, 3, "all of 5e+09", "3e+09"),  # supply comes in thousands of millions: six units are needed
        (1e-9, 4e-9, 1e-9, 3, "at least 4e-09 of 4e-09", "1e-09"),  # a row of its own
        (1e9, 5e9, 0.3, 0, "at least 3.5e+09 of 5e+09", "3.5e+09"),  # nothing that could supply
    ],
)
def test_what_cannot_be_met_is_named_with_its_amount(
    amount: float, quantity: float, max_gap: float, units: int, least: str, short: str
) -> None:
    plan = solved(tiny(amount, quantity, units, requirements__max_gap=max_gap))
    assert plan.status == "infeasible"
    assert f"period 1: {least} ones (c) must be met" in plan.reason
    assert f"; {short} of it cannot be." in plan.reason


def test_what_cannot_be_met_beside_a_unit_that_supplies_a_thousand_million() -> None:
    """Two units of 1e9 and three of 1 supply 2,000,000,003 of 5e9, row and digits apart."""
    others = {
        "unit_types": [{"unit_type": "v", "name": "V", "domain": "land", "personnel": 1, "operating_cost": 1}],
        "yields": [{"unit_type": "v", "capability": "c", "amount": 1e9}],
        "forces": [{"nation": "AAA", "unit_type": "v", "units": 2}],
    }
    for max_gap, short in ((0, "3e+09"), (0.25, "1.75e+09")):
        plan = solved(tiny(1.0, 5e9, 3, requirements__max_gap=max_gap, **others))
        assert plan.status == "infeasible"
        assert f"; {short} of it cannot be." in plan.reason


def test_a_sweep_goes_on_after_a_point_that_cannot_be_solved() -> None:
    worker = Worker(Setup(tiny(unit_types__operating_cost=1e12), load_model("reference")))
    rows = [worker(Job(Point({"gdp": gdp}, (f"nations.gdp={gdp}",)), NOTHING)) for gdp in ("1e9", "1e-9", "1e9")]
    assert [row["status"] for row in rows] == ["optimal", "error", "optimal"]
    assert rows[1]["reason"].startswith("nations[nation=AAA], gdp: found a gdp of 1e-09 million")


@pytest.mark.parametrize("periods", [1, 2])
def test_windows_that_wrap_round_very_often_are_counted_not_walked(periods: int) -> None:
    """A pool of three times the ratio keeps three of the four units asked for; over two periods, six in both."""
    ratio = 10**11
    unit = {"unit_type": "bn", "rotation_ratio": ratio}
    asked = toy(periods=periods, unit_types=[unit], forces=pools(3 * ratio, "AAA"))
    windows = Problem(asked, load_model("reference")).pools.windows(("AAA", "bn"))
    assert [sum(window.counts.values()) for window in windows] == [ratio] * len(windows)
    assert allocator.solve(asked, gap=0.0).value("gap") == 0.25


def test_a_pool_of_a_thousand_million_is_filled_at_once() -> None:
    """The first plan finds how many may go beside the framework nation without counting down."""
    others = {
        "nations": [{"nation": "BBB", "name": "B"}],
        "forces": [{"nation": "BBB", "unit_type": "u", "units": 10**9}],
        "willingness": [{"nation": "BBB", "objective": "o", "willingness": 1}],
    }
    plan = solved(tiny(1.0, 1e9, 5, tasks__framework_share=0.25, **others), "gap", time_limit=20)
    assert plan.status == "optimal"
    assert sum(row["units"] for row in plan.rows("deployments")) == 20
    assert plan.manifest["times"]["total"] < 5


class Row:
    """One row of whole-number columns on a model of its own."""

    def __init__(self, most: Sequence[int]) -> None:
        self.m = pyo.ConcreteModel()
        self.m.x = pyo.Var(range(len(most)), domain=pyo.NonNegativeIntegers)
        for k, units in enumerate(most):
            self.m.x[k].setub(units)
        self.m.s = pyo.Var(bounds=(0, 1))
        self.m.row = Rows(doc="the row")

    def terms(self, amounts: Sequence[Fraction]) -> list[tuple[Fraction, Any]]:
        return list(zip(amounts, self.m.x.values(), strict=True))

    def holds(self, units: Iterable[int]) -> bool:
        """Whether some carry meets every row exactly: the greatest that the higher digits let pass."""
        value = {id(x): Fraction(u) for x, u in zip(self.m.x.values(), units, strict=True)}

        def body(constraint: Any, but: Any = None) -> Fraction:
            terms = zip(constraint.body.linear_coefs, constraint.body.linear_vars, strict=True)
            return sum((Fraction(a) * value[id(x)] for a, x in terms if x is not but), start=Fraction(0))

        for constraint, carry in getattr(self.m, "carries", ()):
            room = body(constraint, carry) - Fraction(pyo.value(constraint.lower))
            value[id(carry)] = min(room, Fraction(carry.ub))
            if value[id(carry)] < carry.lb:
                return False
        for constraint in self.m.component_data_objects(pyo.Constraint):
            least, most = constraint.lower, constraint.upper
            total = body(constraint)
            if (least is not None and total < Fraction(pyo.value(least))) or (
                most is not None and total > Fraction(pyo.value(most))
            ):
                return False
        return True

    def moderate(self) -> bool:
        """Whether every coefficient is a whole number that a solver tells from its neighbours."""
        return all(
            abs(a) <= MODERATE and a == int(a)
            for row in self.m.component_data_objects(pyo.Constraint)
            for a in row.body.linear_coefs
        )


@pytest.mark.parametrize("seed", range(60))
def test_digits_are_the_row(seed: int) -> None:
    rng = random.Random(seed)
    most = [rng.randint(1, 3) for _ in range(rng.randint(1, 4))]
    amounts = [
        Fraction(rng.choice([1, 1, 7, 123456789])) * Fraction(10) ** rng.randint(-9, 12) * rng.choice([1, 1, -1])
        for _ in most
    ]
    near = sum(a * rng.randint(0, u) for a, u in zip(amounts, most, strict=True))
    limit = near + rng.choice([0, 0, 1, -1]) * Fraction(10) ** rng.randint(-9, 9)
    least, up_to = Row(most), Row(most)
    at_least(least.m, least.m.row, 1, least.terms(amounts), limit)
    at_most(up_to.m, up_to.m.row, 1, up_to.terms(amounts), limit)
    far = max(map(abs, amounts)) > MODERATE * min(map(abs, amounts))
    for units in product(*(range(u + 1) for u in most)):
        total = sum(a * u for a, u in zip(amounts, units, strict=True))
        if far:
            assert least.holds(units) == (total >= limit), (units, amounts, limit)
            assert up_to.holds(units) == (total <= limit), (units, amounts, limit)
    if far:
        assert least.moderate()
        assert up_to.moderate()


def test_a_switch_before_a_large_pool() -> None:
    row = Row([1, 10**12])
    only_if(row.m, row.m.row, 1, [row.m.x[1]], 10**12, [row.m.x[0]])
    for units in (0, 1, 9_999, 10_000, 123_456_789_012, 10**12):
        assert row.holds((1, units))
        assert row.holds((0, units)) == (units == 0)
    assert row.moderate()


def test_the_shortfall_is_measured_beside_huge_consumption() -> None:
    """10^9 consumed and supplied leave 1 of the 2 that are asked."""
    row = Row([1, 1, 1])
    row.m.s.setub(2)
    amounts = [Fraction(10**9), Fraction(-(10**9)), Fraction(1)]
    measured(row.m, row.m.row, 1, row.terms(amounts), Fraction(2), row.m.s)
    assert row.m.component("carry") is not None
    m = row.m
    for units, short in (((0, 0, 0), 2), ((1, 1, 1), 1), ((1, 0, 0), 0), ((1, 1, 0), 2)):
        value = {id(x): u for x, u in zip(m.x.values(), units, strict=True)}
        for constraint, carry in m.carries:
            terms = zip(constraint.body.linear_coefs, constraint.body.linear_vars, strict=True)
            room = sum(a * value[id(x)] for a, x in terms if x is not carry) - pyo.value(constraint.lower)
            value[id(carry)] = min(room, carry.ub)
        terms = zip(m.row[1].body.linear_coefs, m.row[1].body.linear_vars, strict=True)
        assert 2 - sum(a * value[id(x)] for a, x in terms if x is not m.s) <= short
        if short:
            terms = zip(m.row[1].body.linear_coefs, m.row[1].body.linear_vars, strict=True)
            assert 2 - sum(a * value[id(x)] for a, x in terms if x is not m.s) == short


class TestWhatTheSolverCannotKeep:
    def test_an_earlier_objective_is_given_up_by_no_more_than_allowed(self) -> None:
        problem = Problem(allocator.read("toy-rotation"), load_model("reference"))
        nothing: Any = None  # it loads nothing
        stages = Stages(
            problem, lambda: nothing, options={"mip_rel_gap": 0.0}, interrupted=threading.Event(), deadline=None,
            bare=True, progress=None,
        )  # fmt: skip
        assert stages._take("gap", {}) == []  # it passes while nothing is held
        stages.answer.deployed = None
        stages.held["gap"] = Fraction(1, 2)
        broken = stages._take("cost", {})
        assert [(violation.constraint, violation.excess) for violation in broken] == [(HELD, Fraction(1, 2))]
        assert stages.answer.deployed is None

    def test_a_limit_that_is_passed_again_and_again_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def rejects(instance: allocator.Instance, model: allocator.Model, *plan: object) -> list[Violation]:
            return [Violation("requirement_supply", ("hold_port", "troops", 1), "too little", Fraction(1))]

        monkeypatch.setattr("allocator.solving.lexicographic.check_deployments", rejects)
        monkeypatch.setattr("allocator.solving.heuristics.filling.check_deployments", rejects)
        assert allocator.solve("toy-rotation").status == "error"  # no figures are to blame
        monkeypatch.setattr("allocator.solving.standard_form.SPREAD", 1.0)
        with pytest.raises(BadInput, match=r"requirements\[task=hold_port,capability=troops\], quantity: .*too little"):
            allocator.solve("toy-rotation")

    def test_what_must_be_met_is_moved_where_its_row_is(self) -> None:
        """Beside a quantity of 10^9 a unit is less than a millionth: the supply row measures, the other one asks."""
        m = allocator.build(tiny(1.0, 1e9, 10**9, requirements__max_gap=0.5), "reference")
        matrix, key, moved = compile_model(m), ("j", "c", 1), []
        resident: Any = SimpleNamespace(tighten=lambda row, side, by: moved.append((row, side)))
        tighten(m, matrix, resident, Violation("requirement_supply", key, "too little", Fraction(1, 1000)))
        assert moved == [(matrix.row_at[id(m.requirement_least[key])], "lower")]
