"""What must hold for any instance: more is never worse, names do not matter, the same input gives the same bytes."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import allocator
from allocator import Instance
from allocator.audit import check_deployments, check_plan
from allocator.exact import step_of
from allocator.model import load_model
from allocator.plan.tables import COLUMNS
from allocator.problem import Problem
from allocator.solving.heuristics.filling import first_plan
from tests.oracle.random_instances import random_instance
from tests.oracle.random_more import full_instance, full_model
from tests.present import present
from tests.toys import toy

pytestmark = pytest.mark.slow

GAP_ALONE = replace(load_model("reference"), objectives=("gap",))
few = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
seeds = st.integers(0, 10_000)


def solved(instance: Instance, model: allocator.Model = GAP_ALONE) -> allocator.Plan:
    return allocator.solve(instance, model, gap=0.0)


def solved_as_built(instance: Instance, model: allocator.Model) -> allocator.Plan:
    """The answer from the full formulation."""
    return allocator.solve(allocator.build(instance, model), gap=0.0)


def bare(content: dict[str, Any]) -> dict[str, Any]:
    """An instance's content without ranges."""
    return {
        table: rows
        if table == "instance"
        else [{k: v for k, v in row.items() if not k.endswith(("_low", "_high"))} for row in rows]
        for table, rows in content.items()
    }


def not_worse(better: allocator.Plan, worse: allocator.Plan) -> None:
    """The first plan's gap is at most the second's; what was feasible stays so."""
    if worse.found:
        assert better.found
        assert better.value("gap") <= worse.value("gap") + 1e-6


@few
@given(seeds, st.sampled_from(["budgets.amount*=1.5", "forces.units*=2", "nations.troop_ceiling*=2"]))
def test_more_money_forces_or_room_never_make_the_gap_worse(seed: int, more: str) -> None:
    instance = Instance.from_dict(bare(random_instance(seed, "small")))
    table, _, column = more.partition("*")[0].partition(".")
    if not any(column in row for row in instance.tables[table]):
        return
    kept = [row for row in instance.rows(table) if row[column] is not None]
    if len(kept) < len(instance.rows(table)):
        return
    not_worse(solved(instance.override(more)), solved(instance))


@few
@given(seeds)
def test_leaving_a_family_out_never_makes_the_gap_worse(seed: int) -> None:
    instance = Instance.from_dict(random_instance(seed, "small"))
    before = solved(instance)
    for family in GAP_ALONE.families:
        loose = replace(GAP_ALONE, families=tuple(f for f in GAP_ALONE.families if f != family))
        not_worse(solved(instance, loose), before)


BUILD = replace(load_model("build"), objectives=("gap",))
MORE = [
    "acquisitions.max_units*=2", "acquisitions.min_order=1", "industry.capacity+=1", "industry.max_expansions+=1",
    "joint_purchases.min_nations=2", "forces.home_units=0", "forces.availability=1", "prerequisites.share*=0.5",
    "commitments.at_least=0",
]  # fmt: skip


@few
@given(seeds)
def test_more_of_what_can_be_used_or_built_never_makes_the_gap_worse(seed: int) -> None:
    instance = Instance.from_dict(bare(full_instance(seed)))
    before = solved(instance, BUILD)
    for more in MORE:
        table, _, column = more.partition("=")[0].rstrip("*+").partition(".")
        if any(row.get(column) is not None for row in instance.tables[table]):
            not_worse(solved(instance.override(more), BUILD), before)


@settings(few, max_examples=40)  # every eighth has orders
@given(seeds)
def test_the_full_formulation_has_the_values_of_the_lean_one(seed: int) -> None:
    """Also with orders, promises, prerequisites and every objective."""
    instance, model = Instance.from_dict(full_instance(seed)), allocator.Model(**full_model(seed))
    lean, full = solved(instance, model), solved_as_built(instance, model)
    assert full.status == lean.status
    for row, other in zip(full.rows("objectives"), lean.rows("objectives"), strict=True):
        if row["bound"] is not None:
            assert row["value"] == pytest.approx(other["value"], rel=1e-5, abs=1e-5)


@few
@given(seeds)
def test_names_of_nations_do_not_matter(seed: int) -> None:
    content = random_instance(seed, "small")
    names = {row["nation"]: f"Z{i:02d}".replace("0", "O").replace("1", "I") for i, row in enumerate(content["nations"])}
    names = {old: new[:2] + chr(ord("A") + i) for i, (old, new) in enumerate(names.items())}

    def renamed(value: Any, column: str) -> Any:
        if column in ("nation", "payer"):
            return names.get(value, value)
        if column == "value":
            return " ".join(names.get(word, word) for word in str(value).split(" "))
        return value

    other = {
        table: rows
        if table == "instance"
        else [{column: renamed(value, column) for column, value in row.items()} for row in rows]
        for table, rows in content.items()
    }
    one, two = (allocator.solve(Instance.from_dict(o), "reference", gap=0.0) for o in (content, other))
    assert one.status == two.status
    for mine, theirs in zip(one.rows("objectives"), two.rows("objectives"), strict=True):
        assert mine["value"] == pytest.approx(theirs["value"], rel=1e-5, abs=1e-5)


@few
@given(seeds)
def test_every_plan_passes_the_audit_and_every_first_plan_the_check(seed: int) -> None:
    instance = Instance.from_dict(random_instance(seed, "small"))
    model = load_model("reference")
    plan = allocator.solve(instance, model)
    assert plan.status in ("optimal", "infeasible")
    assert not plan.found or check_plan(plan) == []
    start = first_plan(Problem(instance, model))
    assert start is None or check_deployments(instance, model, start) == []


@few
@given(seeds)
def test_a_unit_too_many_is_noticed(seed: int) -> None:
    """One more unit than the pool holds, anywhere, never passes the check."""
    instance = Instance.from_dict(random_instance(seed, "small"))
    model = load_model("reference")
    plan = allocator.solve(instance, model)
    deployed = {
        tuple(d[k] for k in ("nation", "unit_type", "task", "period")): d["units"] for d in plan.rows("deployments")
    }
    pools = {(row["nation"], row["unit_type"]): row["units"] for row in instance.rows("forces")}
    for key in deployed:
        assert check_deployments(instance, model, {**deployed, key: pools[key[:2]] + 1})


def test_the_same_input_gives_the_same_bytes() -> None:
    answers: list[Any] = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-m", "allocator", "solve", "reassurance-force", "--json"],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": str(len(answers))},
        )
        answer = json.loads(done.stdout)
        del answer["manifest"]["times"]
        answers.append(json.dumps(answer))
    assert answers[0] == answers[1]


def test_a_kill_while_writing_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    """Twenty kills at odd moments: the folder holds a whole result, or there is none."""
    code = (
        "import pickle, sys\n"
        "plan = pickle.load(open(sys.argv[1], 'rb'))\n"
        "print('ready', flush=True)\n"
        "while True: plan.write(sys.argv[2])\n"
    )
    solved, target = tmp_path / "plan", tmp_path / "out"
    solved.write_bytes(pickle.dumps(allocator.solve("toy-periods")))
    for i in range(20):
        process = subprocess.Popen([sys.executable, "-c", code, solved, target], stdout=subprocess.PIPE)
        present(process.stdout).readline()
        time.sleep(0.001 * i)
        process.kill()
        process.wait()
        if target.exists():
            names = {path.name for path in target.iterdir()}
            assert names == {*(f"{table}.csv" for table in COLUMNS), "manifest.json"}
            assert json.loads((target / "manifest.json").read_text())["status"] == "optimal"


def test_the_step_of_amounts_divides_each_of_them() -> None:
    assert step_of([Fraction(1, 2), Fraction(3, 4)]) == Fraction(1, 4)


class TestArguments:
    @pytest.mark.parametrize(
        "options",
        [{"gap": -1}, {"gap": float("nan")}, {"time_limit": 0}, {"threads": 0}, {"seed": -1}, {"seed": 2**31}],
    )
    def test_out_of_range(self, options: dict[str, Any]) -> None:
        with pytest.raises(allocator.BadUsage):
            allocator.solve(toy(), **options)

    def test_a_built_model_has_its_choices_already(self) -> None:
        with pytest.raises(allocator.BadUsage, match="built model"):
            allocator.solve(allocator.build(toy()), "surge")

    def test_what_is_not_linear_is_refused(self) -> None:
        import pyomo.core as pyo

        m = allocator.build(toy())
        m.square = pyo.Constraint(expr=m.deploy["AAA", "bn", "hold", 1] ** 2 <= 4)
        with pytest.raises(allocator.BadUsage, match="not linear"):
            allocator.solve(m)

    def test_an_own_variable_and_constraint_hold(self) -> None:
        import pyomo.core as pyo

        m = allocator.build(toy())
        m.pairs = pyo.Var(domain=pyo.NonNegativeIntegers)
        m.even = pyo.Constraint(expr=m.deploy["AAA", "bn", "hold", 1] == 2 * m.pairs + 1)
        plan = allocator.solve(m)
        assert plan.rows("deployments")[0]["units"] == 5  # four are asked, and only odd numbers may go

    def test_an_absurd_coefficient_is_refused_not_dropped(self) -> None:
        import pyomo.core as pyo

        m = allocator.build(toy())
        m.absurd = pyo.Constraint(expr=1e20 * m.deploy["AAA", "bn", "hold", 1] <= 4)
        with pytest.raises(allocator.BadUsage, match="not finite"):
            allocator.solve(m)

    def test_an_unknown_option_of_highs_is_refused(self) -> None:
        from allocator.solving.highs import Resident
        from allocator.solving.standard_form import compile_model

        with pytest.raises(allocator.BadUsage, match="no option 'mip_rel_gab'"):
            Resident(compile_model(allocator.build(toy())), {"mip_rel_gab": 0.1})
