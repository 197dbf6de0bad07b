"""Why and why not, against enumeration and by hand."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest

from allocator.explaining.ability import FACTS
from allocator.explaining.core import SAME
from allocator.explaining.why import why, why_not
from tests.explaining.truth import Truth, cases, core_of, read
from tests.oracle.brute import Plan


def selected(truth: Truth, rng: random.Random) -> tuple[str, Any]:
    """A random question, and whether a deployment is part of it."""
    judge = truth.judge
    every = [list(judge.nation_rows), list(judge.types), list(judge.tasks), list(judge.periods)]
    chosen: list[Any] = [rng.choice(some) if rng.random() < 0.5 else "*" for some in every]
    chosen = chosen[: rng.choice([1, 2, 3, 4])]
    text = " ".join(map(str, chosen))
    return text, lambda key: all(want in ("*", has) for want, has in zip(chosen, key, strict=False))


def verdict(truth: Truth, best: dict[str, Fraction], forced: dict[str, Fraction] | None, none: str, worse: str) -> str:
    if forced is None:
        return none
    for name, value in best.items():
        if abs(forced[name] - value) > Fraction(repr(SAME)) * max(Fraction(1), abs(value)):
            return worse if forced[name] > value else "free"
    return "free"


def halves(truth: Truth, holds: Any) -> list[dict[str, Fraction] | None]:
    """The optimum with some of a selection, and with none of it."""

    def some(plan: Plan) -> bool:
        return any(holds(key) for key in plan.deploy)

    return [truth.best(some), truth.best(lambda plan: not some(plan))]


def disagreements(seeds: range) -> list[Any]:
    """Every question of random cases whose answer is not that of enumeration."""
    found: list[Any] = []
    for obj, model, truth in cases(seeds):
        rng = random.Random(str(obj["instance"]["name"]))
        best = truth.best()
        assert best is not None
        with core_of(*read(obj, model)) as core:
            for _ in range(3):
                text, holds = selected(truth, rng)
                judge = truth.judge
                keys = [
                    (n, u, j, t)
                    for n in judge.nation_rows
                    for u in judge.types
                    for j in judge.tasks
                    for t in judge.periods
                ]
                bars = [judge.bars(key) for key in keys if holds(key)]
                some, none = halves(truth, holds)
                expected = verdict(truth, best, some, "impossible", "worse") if "" in bars else "forbidden"
                answer = why_not(core, text)
                if answer.lists["verdict"] != expected:
                    found.append((obj["instance"]["name"], "why not", text, expected, answer))
                if expected == "forbidden":
                    facts = all(why in ("no pool", "not ready", "not eligible", "task not active") for why in bars)
                    if facts != (answer.lists["rules"][0] in FACTS):
                        found.append((obj["instance"]["name"], text, bars, answer))
                expected = verdict(truth, best, none, "needed", "better")
                answer = why(core, text)
                if answer.lists["verdict"] != expected:
                    found.append((obj["instance"]["name"], "why", text, expected, answer))
    return found


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_against_enumeration(first: int) -> None:
    assert disagreements(range(first, first + 20)) == []
