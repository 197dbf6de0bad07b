"""A short look for another plan that is as good: who sends what may be a matter of chance."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from allocator.explaining.bench import Aim, Bench
from allocator.explaining.core import SAME
from allocator.families.rows import Term
from allocator.plan.plan import Plan
from allocator.plan.values import Deployed
from allocator.problem import Problem
from allocator.purchases import decided
from allocator.stopping import later, watched

LONGEST = 2.0
"""Most seconds of a look."""


def another(plan: Plan, seconds: float) -> dict[tuple[str, str, str, int], int] | None:
    """Deployments of another plan with no objective of the model worse, if a short look finds one.

    Parameters
    ----------
    plan : Plan
        A plan that was found.
    seconds : float
        Most seconds of the look.
    """
    old = decided(plan.rows)
    limits = dict(plan.model.limits)
    for name in plan.model.objectives:
        value = plan.value(name)
        limits[name] = min(value + SAME * max(1.0, abs(value)), limits.get(name, float("inf")))
    options = plan.manifest["options"]
    with watched() as watch, later():
        bench = Bench(0.0, time.monotonic() + seconds, options["threads"], options["seed"], watch)
        outcome = bench.run(plan.instance, replace(plan.model, limits=limits), [_unlike(old)], plans=[old])
    if outcome.deployed is None or dict(outcome.deployed) == dict(old):
        return None
    return dict(outcome.deployed)


def _unlike(old: Deployed) -> Aim:
    """Few of the units of a plan, and many others."""

    def spare(problem: Problem) -> int:
        return sum(problem.cap[n, u, j][t] for n, u, j, t in problem.deployments() if (n, u, j, t) not in old)

    def terms(m: Any, problem: Problem) -> list[Term]:
        own = ((1.0 if cell in old else -1.0, column) for cell, column in m.deploy.items())
        return [(float(spare(problem)), m.one), *own]

    def value(problem: Problem, new: Deployed) -> Fraction:
        own = sum(units if cell in old else -units for cell, units in new.items())
        return Fraction(spare(problem) + own)

    return Aim("unlike", terms, value)


def by_chance(plan: Plan, seconds: float) -> str | None:
    """A sentence on another plan that is as good, if a short look finds one."""
    new = another(plan, min(LONGEST, seconds))
    if new is None:
        return None
    personnel = {row["unit_type"]: row["personnel"] for row in plan.instance.rows("unit_types")}
    before = _people(decided(plan.rows), personnel)
    after = _people(new, personnel)
    nations = [row["nation"] for row in plan.instance.rows("nations")]
    most = max(nations, key=lambda n: abs(after[n] - before[n]))
    if after[most] != before[most]:
        what = f"asks {after[most]:,} people of {most} instead of {before[most]:,}"
    else:
        what = "sends other units, or to other tasks"
    return f"who sends what is partly chance: another plan is as good and {what}; see allocator explain --alternatives"


def _people(deployed: Mapping[tuple[str, str, str, int], int], personnel: Mapping[str, int]) -> Mapping[str, int]:
    """Nation -> the most people that it has deployed in a period."""
    there: dict[tuple[str, int], int] = defaultdict(int)
    for (n, u, _, t), units in deployed.items():
        there[n, t] += personnel[u] * units
    peak: dict[str, int] = defaultdict(int)
    for (n, _), people in there.items():
        peak[n] = max(peak[n], people)
    return peak
