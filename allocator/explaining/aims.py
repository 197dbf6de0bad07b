"""Aims that are no objectives of a model, and conditions of a question beside the rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from allocator.plan.values import Deployed
from allocator.problem import Problem

if TYPE_CHECKING:
    import pyomo.core as pyo

    from allocator.families.rows import Term


@dataclass(frozen=True)
class Aim:
    """Something to minimise that is no objective of a model; never below 0.

    Attributes
    ----------
    name : str
        Letters, digits and underscores.
    terms : callable
        Takes the Pyomo model and its problem; may add variables and constraints, and returns the terms of the sum.
        ``m.one`` is a variable that is 1, for a constant.
    value : callable
        Takes the problem and a plan; the exact value.
    plain : bool
        Whether ``terms`` adds nothing to the model, so that a model that is built can be used again.
    """

    name: str
    terms: Callable[[pyo.ConcreteModel, Problem], list[Term]]
    value: Callable[[Problem, Deployed], Fraction]
    plain: bool = False


Extend = Callable[[Any, Problem], None]
"""Adds constraints to a Pyomo model."""

More = Callable[[Any], Sequence[tuple[Sequence["Term"], float]]]
"""Rows of a solve over columns of a Pyomo model: terms, and what their sum may be at the most."""

Holds = Callable[[Problem, Deployed], bool]
"""Whether a plan keeps, exactly, what was added."""


def _people(m: pyo.ConcreteModel, problem: Problem) -> list[Term]:
    return [(1.0, m.one), *((float(max(1, problem.personnel[u])), x) for (_, u, _, _), x in m.deploy.items())]


ANY_PLAN = Aim("any_plan", lambda m, problem: [(1.0, m.one)], lambda problem, deployed: Fraction(1), plain=True)
"""Any plan is as good as any other: the first one is proved to be the best."""

FEW_PEOPLE = Aim(
    "few_people", _people,
    lambda problem, deployed: Fraction(1 + sum(max(1, problem.personnel[c[1]]) * x for c, x in deployed.items())),
    plain=True,
)  # fmt: skip
"""A plan of few people: with something to minimise, HiGHS sees sooner that there is no plan at all."""

FIRST = 1.0
"""Relative gap at which the first plan is enough for :data:`FEW_PEOPLE`."""
