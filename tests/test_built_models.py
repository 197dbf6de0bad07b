"""A change to a built model takes effect, and the answer holds for it, or a sentence refuses it."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pyomo.environ as pyo
import pytest
from pyomo.gdp import Disjunction
from pyomo.mpec import Complementarity, complements

import allocator
from allocator.audit import check_plan
from tests.toys import model, pools, sent, toy, willing

ONE = ("AAA", "bn", "hold", 1)
LINE = ("hold", "inf", 1)


def built() -> pyo.ConcreteModel:
    """Four are asked, five may go at six million each."""
    return allocator.build(toy())


def solved(m: pyo.ConcreteModel) -> int:
    plan = allocator.solve(m, gap=0.0)
    assert plan.status == "optimal", plan.reason
    assert check_plan(plan) == []
    for row in plan.rows("objectives"):
        assert row["bound"] == pytest.approx(row["value"], abs=1e-9)
    return sum(sent(plan).values())


def half(m: pyo.ConcreteModel) -> None:
    """A linear function of one's own: no more than twice what is on."""
    m.on = pyo.Var(bounds=(0, 1))
    m.twice = pyo.Constraint(expr=m.deploy[ONE] <= 2 * m.on)


def own_block(m: pyo.ConcreteModel) -> None:
    m.mine = pyo.Block()
    m.mine.deploy = pyo.Var(bounds=(0, 2))  # the name is the model's, the variable is not
    m.mine.most = pyo.Constraint(expr=m.deploy[ONE] <= m.mine.deploy)


def idle_block(m: pyo.ConcreteModel) -> None:
    own_block(m)
    m.mine.deactivate()


def used_block(m: pyo.ConcreteModel) -> None:
    idle_block(m)
    m.most = pyo.Constraint(expr=m.deploy[ONE] <= m.mine.deploy)


def piecewise(kind: str) -> Callable[[pyo.ConcreteModel], None]:
    def change(m: pyo.ConcreteModel) -> None:
        m.y, m.z = pyo.Var(bounds=(0, 30)), pyo.Var(bounds=(0, 5))
        m.same = pyo.Constraint(expr=m.z == m.deploy[ONE])
        m.curve = pyo.Piecewise(
            m.y, m.z, pw_pts=[0.0, 2.0, 5.0], f_rule=[0.0, 1.0, 10.0], pw_constr_type="EQ", pw_repn=kind
        )
        m.most = pyo.Constraint(expr=m.y <= 4.1)

    return change


def big_m(m: pyo.ConcreteModel) -> None:
    m.either = Disjunction(expr=[m.deploy[ONE] <= 1, m.deploy[ONE] >= 5])
    pyo.TransformationFactory("gdp.bigm").apply_to(m)


def parameter(m: pyo.ConcreteModel) -> None:
    m.most = pyo.Param(initialize=3, mutable=True)
    m.own = pyo.Constraint(expr=m.deploy[ONE] + m.most * m.heaviest <= 3 + 1000 * m.most)
    m.weight = pyo.Constraint(expr=m.most * m.deploy[ONE] <= 9)


def inactive(m: pyo.ConcreteModel) -> None:
    m.mine = pyo.Objective(expr=m.deploy[ONE])
    m.mine.deactivate()
    m.few = pyo.Constraint(expr=m.deploy[ONE] <= 1)
    m.few.deactivate()


def referred(m: pyo.ConcreteModel) -> None:
    m.ref = pyo.Reference(m.deploy[:, :, :, :])
    m.few = pyo.Constraint(expr=m.ref[ONE] <= 2)


EFFECTS = {
    "nothing": (lambda m: None, 4),
    "fixed": (lambda m: m.deploy[ONE].fix(3), 3),
    "fixed at nothing": (lambda m: m.deploy[ONE].fix(0), 0),
    "fixed above the need": (lambda m: m.deploy[ONE].fix(5), 5),
    "an upper bound": (lambda m: m.deploy[ONE].setub(2), 2),
    "a lower bound": (lambda m: m.deploy[ONE].setlb(5), 5),
    "a bound without effect": (lambda m: m.deploy[ONE].setlb(-3), 4),
    "a smaller domain": (lambda m: setattr(m.deploy[ONE], "domain", pyo.Binary), 1),
    "nobody joins": (lambda m: m.member["AAA", 1].fix(0), 0),
    "a limit on what is short": (lambda m: m.shortfall[LINE].setub(1), 4),
    "nothing short": (lambda m: m.shortfall[LINE].fix(0), 4),
    "a limit on the burden": (lambda m: m.heaviest.setub(30), 2),
    "a row on the burden": (lambda m: setattr(m, "few", pyo.Constraint(expr=m.heaviest <= 30)), 2),
    "a starting value": (lambda m: m.deploy[ONE].set_value(2), 4),
    "variables and rows": (half, 2),
    "a block": (own_block, 2),
    "a block that is off": (idle_block, 4),
    "a variable of a block that is off": (used_block, 2),
    "indexed": (lambda m: setattr(m, "few", pyo.Constraint([2, 3], rule=lambda m, i: m.deploy[ONE] <= i)), 2),
    "a list": (lambda m: setattr(m, "few", pyo.ConstraintList(rule=[m.deploy[ONE] <= i for i in (2, 3)])), 2),
    "a reference": (referred, 2),
    "parameters": (parameter, 3),
    "piecewise by binaries": (piecewise("BIGM_BIN"), 3),
    "a disjunction made linear": (big_m, 5),
    "what is off": (inactive, 4),
}


@pytest.mark.parametrize(("change", "units"), EFFECTS.values(), ids=EFFECTS)
def test_takes_effect(change: Callable[[pyo.ConcreteModel], object], units: int) -> None:
    m = built()
    change(m)
    assert solved(m) == units
    assert solved(m) == units  # solving leaves the model as it was
    assert solved(m.clone()) == units


def own_objectives(m: pyo.ConcreteModel) -> None:
    m.mine = pyo.ObjectiveList()
    m.mine.add(m.deploy[ONE])


def in_a_block(m: pyo.ConcreteModel) -> None:
    m.mine = pyo.Block()
    m.mine.goal = pyo.Objective(expr=m.deploy[ONE])


def instead(m: pyo.ConcreteModel) -> None:
    m.objective_gap.deactivate()
    m.mine = pyo.Objective(expr=m.deploy[ONE])


def replaced(m: pyo.ConcreteModel) -> None:
    keys = list(m.deploy)
    m.del_component(m.deploy)
    m.deploy = pyo.Var(keys, domain=pyo.NonNegativeIntegers, bounds=(0, 5))


def other_body(m: pyo.ConcreteModel) -> None:
    row = m.requirement_supply[LINE]
    row.set_value((row.lower, 2 * m.deploy[ONE] + m.shortfall[LINE], None))


def other_limit(m: pyo.ConcreteModel) -> None:
    row = m.requirement_supply[LINE]
    row.set_value((3.0, row.body, None))


def not_ours(m: pyo.ConcreteModel) -> None:
    other = pyo.Var(bounds=(0, 1))
    other.construct()
    m.odd = pyo.Constraint(expr=m.deploy[ONE] <= other)


def without_a_value(m: pyo.ConcreteModel) -> None:
    m.p = pyo.Param(mutable=True)
    m.odd = pyo.Constraint(expr=m.p * m.deploy[ONE] <= 3)


def by_zero(m: pyo.ConcreteModel) -> None:
    m.p = pyo.Param(initialize=0, mutable=True)
    m.odd = pyo.Constraint(expr=m.deploy[ONE] / m.p <= 3)


def variable_limit(m: pyo.ConcreteModel) -> None:
    m.x = pyo.Var()
    m.odd = pyo.Constraint(expr=pyo.inequality(m.x, m.deploy[ONE], 5))


def logical(m: pyo.ConcreteModel) -> None:
    m.yes = pyo.BooleanVar()
    m.odd = pyo.LogicalConstraint(expr=m.yes)


def gaps(m: pyo.ConcreteModel) -> None:
    m.x = pyo.Var(domain=pyo.Set(initialize=[0, 3, 5]))
    m.odd = pyo.Constraint(expr=m.x == m.deploy[ONE])


def half_a_unit(m: pyo.ConcreteModel) -> None:
    m.x = pyo.Var(domain=pyo.Integers)
    m.x.fix(0.5)


def block_instead(m: pyo.ConcreteModel) -> None:
    m.del_component(m.deploy)
    m.deploy = pyo.Block()


def put(name: str, make: Callable[[pyo.ConcreteModel], object]) -> Callable[[pyo.ConcreteModel], None]:
    def change(m: pyo.ConcreteModel) -> None:
        setattr(m, name, make(m))

    return change


REFUSED = {
    "an objective": (put("mine", lambda m: pyo.Objective(expr=m.deploy[ONE])), "m.mine is an objective of your own"),
    "objectives": (own_objectives, "m.mine is an objective of your own"),
    "an objective in a block": (in_a_block, "m.mine.goal is an objective of your own"),
    "an objective instead": (instead, "m.mine is an objective of your own"),
    "no objective": (lambda m: m.objective_gap.deactivate(), "m.objective_gap was deactivated; .*Model.objectives"),
    "another of ours": (lambda m: m.objective_cost.activate(), "m.objective_cost was activated"),
    "an objective's sense": (lambda m: setattr(m.objective_gap, "sense", pyo.maximize), "m.objective_gap was changed"),
    "an objective's figures": (lambda m: m.objective_gap.set_value(2 * m.shortfall[LINE]), "objective_gap was changed"),
    "an objective's constant": (lambda m: m.objective_gap.set_value(m.objective_gap.expr + 5), "_gap was changed"),
    "an objective gone": (lambda m: m.del_component(m.objective_cost), "m.objective_cost is missing"),
    "a family off": (lambda m: m.rotation_pool.deactivate(), "m.rotation_pool is deactivated; .*Model.families"),
    "a family gone": (lambda m: m.del_component(m.rotation_pool), "m.rotation_pool is missing"),
    "a row off": (lambda m: m.requirement_supply[LINE].deactivate(), "m.requirement_supply.*is deactivated"),
    "a row gone": (lambda m: m.requirement_supply.__delitem__(LINE), "m.requirement_supply.*is missing"),
    "all off": (lambda m: m.deactivate(), "deactivated as a whole"),
    "variables gone": (lambda m: m.del_component(m.deploy), "m.deploy is missing"),
    "a variable gone": (lambda m: m.deploy.__delitem__(ONE), "m.deploy.*is missing"),
    "variables replaced": (replaced, "not on this model"),
    "a block instead": (block_instead, "or replaced"),
    "a row's figures": (other_body, "m.requirement_supply.*was changed"),
    "a row's limit": (other_limit, "m.requirement_supply.*was changed"),
    "a row among ours": (lambda m: m.requirement_supply.add("x", m.deploy[ONE] <= 1), "was added; .*a name of its own"),
    "a variable by a slip": (lambda m: m.joins["AAA", "peace", 9], "m.joins.*is not in the built model"),
    "fixed above the pool": (lambda m: m.deploy[ONE].fix(99), "is fixed at 99, where the model allows 0 to 5"),
    "fixed at half a unit": (lambda m: m.deploy[ONE].fix(2.5), "is 2.5, which leaves no value"),
    "fixed without a value": (lambda m: setattr(m.deploy[ONE], "fixed", True), "is fixed without a value"),
    "a pool of its own": (lambda m: m.deploy[ONE].setub(99), "has the bounds 0 to 99, where the model allows 0 to 5"),
    "no bound": (lambda m: m.deploy[ONE].setub(None), "has the bounds 0 to inf"),
    "crossed bounds": (lambda m: (m.deploy[ONE].setlb(4), m.deploy[ONE].setub(2)), "has the bounds 4 to 2"),
    "another domain": (lambda m: setattr(m.deploy[ONE], "domain", pyo.NonNegativeReals), "has another domain"),
    "whole shortfalls": (lambda m: setattr(m.shortfall[LINE], "domain", pyo.Integers), "has another domain"),
    "more short than need be": (lambda m: m.shortfall[LINE].fix(2), "m.shortfall.*cannot be kept above 0"),
    "short by a row": (put("odd", lambda m: pyo.Constraint(expr=m.shortfall[LINE] >= 2)), "m.odd can push m.shortfall"),
    "a burden by a row": (put("odd", lambda m: pyo.Constraint(expr=-m.heaviest <= -3)), "m.odd can push m.heaviest up"),
    "a special ordered set": (
        put("odd", lambda m: pyo.SOSConstraint(var=m.deploy, sos=1, index=list(m.deploy))), "m.odd is a SOSConstraint"
    ),
    "piecewise by sets": (piecewise("SOS2"), "is a SOSConstraint"),
    "a disjunction": (
        put("odd", lambda m: Disjunction(expr=[m.deploy[ONE] <= 1, m.deploy[ONE] >= 4])), "m.odd is a Disjunction"
    ),
    "a complementarity": (
        put("odd", lambda m: Complementarity(expr=complements(m.deploy[ONE] >= 0, m.heaviest >= 0))),
        "m.odd is a Complementarity",
    ),
    "logic": (logical, "m.odd is a LogicalConstraint"),
    "a suffix": (put("odd", lambda m: pyo.Suffix(direction=pyo.Suffix.IMPORT)), "m.odd is a Suffix"),
    "not linear": (put("odd", lambda m: pyo.Constraint(expr=pyo.exp(m.deploy[ONE]) <= 3)), "odd is not linear"),
    "a variable of no model": (not_ours, "odd uses the variable .* not on this model"),
    "a parameter without a value": (without_a_value, "odd has no value"),
    "a division by zero": (by_zero, "odd has no value"),
    "a variable as a limit": (variable_limit, "odd has no value"),
    "a domain with gaps": (gaps, "x has the domain"),
    "a domain of anything": (put("x", lambda m: pyo.Var(domain=pyo.Any)), "x has the domain Any"),
    "half of a whole variable": (half_a_unit, "x is 0.5"),
    "the reading": (lambda m: m.problem.pools.units.update({("AAA", "bn"): 99}), "m.problem.pools.units was changed"),
    "no reading": (lambda m: delattr(m, "problem"), "does not come from allocator.build"),
    "another reading": (lambda m: setattr(m, "problem", "x"), "does not come from allocator.build"),
    "a lean model": (lambda m: setattr(m, "lean", True), "does not come from allocator.build"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_is_refused_in_a_sentence(change: Callable[[pyo.ConcreteModel], object], message: str) -> None:
    m = built()
    change(m)
    with pytest.raises(allocator.BadUsage, match=message) as bad:
        allocator.solve(m)
    assert "\n" not in str(bad.value)


def test_a_name_that_a_family_left_out_would_have() -> None:
    m = allocator.build(toy(), model())
    m.leads = pyo.Var([1, 2])
    with pytest.raises(allocator.BadUsage, match=r"m\.leads is a reserved name"):
        allocator.solve(m)


def test_variables_of_another_model() -> None:
    m = built()
    other = m.clone()
    other.few = pyo.Constraint(expr=m.deploy[ONE] <= 2)
    with pytest.raises(allocator.BadUsage, match="after clone"):
        allocator.solve(other)
    assert solved(m) == 4


@pytest.mark.parametrize("foreign", [pyo.ConcreteModel, pyo.AbstractModel, pyo.Block])
def test_a_model_from_elsewhere(foreign: type[pyo.Block]) -> None:
    with pytest.raises(allocator.BadUsage):
        allocator.solve(foreign())


def test_a_parameter_counts_as_it_is_when_it_is_solved() -> None:
    m = built()
    m.most = pyo.Param(initialize=3, mutable=True)
    m.few = pyo.Constraint(expr=m.deploy[ONE] <= m.most)
    assert solved(m) == 3
    m.most = 2
    assert (solved(m), solved(m.clone()), solved(pickle.loads(pickle.dumps(m)))) == (2, 2, 2)
    m.few.deactivate()
    assert solved(m) == 4


def test_the_reading_of_a_clone_is_that_of_the_same_instance() -> None:
    m = built()
    assert m.clone().problem.instance is m.problem.instance
    assert m.problem.groups["of nobody"] == []  # looking is no change
    assert solved(m) == 4


def test_what_cannot_be_met_with_an_own_row() -> None:
    m = built()
    m.many = pyo.Constraint(expr=m.deploy[ONE] >= 6)
    plan = allocator.solve(m)
    assert (plan.status, plan.rows("deployments")) == ("infeasible", [])


def test_bounds_and_fixed_values_against_every_combination() -> None:
    """Two nations, two periods: each change against the best of all plans that keep to it."""
    facts = toy(
        periods=2,
        nations=[{"nation": "AAA", "gdp": 1000.0}, {"nation": "BBB", "gdp": 500.0}],
        forces=pools(2, "AAA", "BBB"),
        willingness=willing("AAA", "BBB"),
    )
    keys = [(n, "bn", "hold", t) for n in ("AAA", "BBB") for t in (1, 2)]
    for first in range(3):
        for last in range(3):
            m = allocator.build(facts, model(objectives=("gap",)))
            m.deploy[keys[0]].fix(first)
            m.deploy[keys[3]].setub(last)
            m.deploy[keys[1]].setlb(1)
            plan = allocator.solve(m, gap=0.0)
            best = 1 - ((first + 2) + (2 + last)) / 8
            assert plan.value("gap") == pytest.approx(best)
            assert plan.rows("objectives")[0]["bound"] == pytest.approx(best)
            assert sent(plan).get(keys[0], 0) == first
