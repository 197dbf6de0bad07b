"""The short look for another plan, against all plans, and what ``solve`` says of it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import allocator
from allocator.explaining.another import another, by_chance
from allocator.instance import Instance
from tests.cli.running import run
from tests.explaining.truth import cases, read
from tests.toys import model, pools, toy, willing


def disagreements(seeds: range) -> list[Any]:
    """Random cases in which another plan is there and not found, or the other way round."""
    found = []
    for obj, chosen, truth in cases(seeds):
        plan = allocator.solve(*read(obj, chosen), gap=0.0)
        old = {(r["nation"], r["unit_type"], r["task"], r["period"]): r["units"] for r in plan.rows("deployments")}
        values = {name: Fraction(repr(plan.value(name))) for name in truth.order}
        others = [dict(one.deploy) for one in truth.within(values, Fraction(0)) if dict(one.deploy) != old]
        new = another(plan, 60.0)
        if new not in others and (others or new is not None):
            found.append((obj["instance"]["name"], others[:2], new))
    return found


@pytest.mark.parametrize("first", range(0, 24, 12))
def test_against_enumeration(first: int) -> None:
    assert disagreements(range(first, first + 12)) == []


def shared(second: int) -> Instance:
    """Three are asked of AAA, which has three, and of BBB."""
    return toy(
        nations=[{"nation": "AAA"}, {"nation": "BBB"}],
        requirements=[{"task": "hold", "capability": "inf", "quantity": 3.0}],
        forces=[*pools(3, "AAA"), *pools(second, "BBB")],
        willingness=willing("AAA", "BBB"),
    )


def test_by_hand() -> None:
    chosen = model(objectives=("gap", "cost"))
    assert by_chance(allocator.solve(shared(0), chosen), 60.0) == "no other plan is as good"
    assert by_chance(allocator.solve(shared(0), chosen), 1e-9) is None
    sentence = by_chance(allocator.solve(shared(3), chosen), 10.0)
    assert sentence is not None
    assert sentence.startswith("another plan is as good: it takes ")


@pytest.mark.parametrize(("options", "said"), [((), True), (("--quiet",), False), (("--json",), False)])
def test_solve_says_so(options: tuple[str, ...], said: bool) -> None:
    """The model asks for the gap alone: which of the plans with that gap is shown is chance."""
    done = run("solve", "sky-shield", "--set", "model.objectives=gap", *options)
    assert done.returncode == 0
    assert ("Another plan is as good: it takes " in done.stdout) == said
    assert "another plan" not in done.stdout
