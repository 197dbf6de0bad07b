"""A short look for another plan that is as good: who sends what may be a matter of chance."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pyomo.core as pyo

from allocator.explaining.aims import ANY_PLAN
from allocator.explaining.bench import Bench
from allocator.explaining.core import SAME
from allocator.explaining.words import InWords
from allocator.families.rows import Rows, Term, linear
from allocator.plan.plan import Plan
from allocator.plan.values import Deployed
from allocator.problem import Problem
from allocator.purchases import decided
from allocator.stopping import later, watched

LONGEST = 2.0
"""Most seconds of a look."""

NONE = "no other plan is as good"
"""What is said where a look proves it."""


def another(plan: Plan, seconds: float) -> dict[tuple[str, str, str, int], int] | None:
    """Deployments of another plan with no objective of the model worse, if a short look finds one; see :func:`look`."""
    return look(plan, seconds)[0]


def look(plan: Plan, seconds: float) -> tuple[dict[tuple[str, str, str, int], int] | None, bool]:
    """Deployments of another plan with no objective of the model worse, or whether it is proved that there is none.

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
        for differ in (_less_alike, _different):  # the first look is quicker, the second misses nothing
            outcome = bench.run(
                plan.instance, replace(plan.model, limits=limits), [ANY_PLAN], floors=[1.0],
                extend=partial(differ, old), keeps=lambda _, new: dict(new) != dict(old),
            )  # fmt: skip
            if not outcome.infeasible:
                break
    return (None if outcome.deployed is None else dict(outcome.deployed)), outcome.infeasible


def _less_alike(old: Deployed, m: Any, _: Problem) -> None:
    """Require fewer units where a plan has some, or more where it has none."""
    m.another_differs = Rows(doc="fewer of the units of the plan, or more others")
    own = ((1.0 if cell in old else -1.0, column) for cell, column in m.deploy.items())
    m.another_differs["plan"] = (None, linear(own), float(sum(old.values()) - 1))


def _different(old: Deployed, m: Any, _: Problem) -> None:
    """Require that the units by which deployments differ from a plan are at least 1 together."""
    m.another_more = pyo.Var(pyo.Any, dense=False, domain=pyo.NonNegativeReals, doc="units above those of the plan")
    m.another_above = pyo.Var(pyo.Any, dense=False, domain=pyo.Binary, doc="there may be more units than in the plan")
    m.another_units = Rows(doc="the units above those of the plan, at the most")
    m.another_differs = Rows(doc="some deployment differs")
    terms: list[Term] = []
    constant = 0
    for cell, column in m.deploy.items():
        units, most = old.get(cell, 0), column.ub
        if units == 0:
            terms.append((1.0, column))
            continue
        constant += units  # fewer = units + more - column
        terms.append((-1.0, column))
        if units < most:
            more, above = m.another_more.add(cell), m.another_above.add(cell)
            terms.append((2.0, more))
            m.another_units[cell, "above"] = (None, linear([(1.0, more), (-float(most - units), above)]), 0.0)
            # more is no greater than what is there above the plan, or 0
            m.another_units[cell, "there"] = (
                None, linear([(1.0, more), (-1.0, column), (float(units), above)]), 0.0,
            )  # fmt: skip
    m.another_differs["plan"] = (1.0 - constant, linear(terms), None)


def by_chance(plan: Plan, seconds: float) -> str | None:
    """A sentence on whether another plan is as good, if a short look settles that."""
    new, none = look(plan, min(LONGEST, seconds))
    if new is None:
        return NONE if none else None
    personnel = {row["unit_type"]: row["personnel"] for row in plan.instance.rows("unit_types")}
    before = _people(decided(plan.rows), personnel)
    after = _people(new, personnel)
    nations = [row["nation"] for row in plan.instance.rows("nations")]
    most = max(nations, key=lambda n: abs(after[n] - before[n]))
    if after[most] != before[most]:
        name = InWords(plan.instance).nation(most)
        what = f"it takes {_people_in_words(after[most])} from {name}, not {before[most]:,}"
    else:
        what = "it sends other units, or to other tasks"
    return f"another plan is as good: {what}"


def _people_in_words(people: int) -> str:
    return f"{people:,} people" if people else "nobody"


def _people(deployed: Mapping[tuple[str, str, str, int], int], personnel: Mapping[str, int]) -> Mapping[str, int]:
    """Nation -> the most people that it has deployed in a period."""
    there: dict[tuple[str, int], int] = defaultdict(int)
    for (n, u, _, t), units in deployed.items():
        there[n, t] += personnel[u] * units
    peak: dict[str, int] = defaultdict(int)
    for (n, _), people in there.items():
        peak[n] = max(peak[n], people)
    return peak
