"""How far lines stay below what their max_gap allows: the price of asking less."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pyomo.core as pyo

from allocator.exact import exact
from allocator.explaining.bench import Aim
from allocator.explaining.statements import Statement
from allocator.families.rows import Rows, Term, linear
from allocator.plan.values import Deployed, supplies
from allocator.problem import Problem


def excess(lines: Sequence[Statement]) -> Aim:
    """Minimise the sum of what lines miss beyond their max_gap, each in its worst period; they must be lifted."""

    def terms(m: Any, problem: Problem) -> list[Term]:
        beyond(m, problem, lines)
        return [(1.0, column) for column in m.beyond.values()] or [(1.0, m.one)]

    def value(problem: Problem, deployed: Deployed) -> Fraction:
        missed = worst(problem, deployed, lines)
        return sum((missed[s.id] - exact(s.value) for s in lines if missed[s.id] > exact(s.value)), Fraction(not lines))

    return Aim("beyond_max_gap", terms, value)


def beyond(m: Any, problem: Problem, lines: Sequence[Statement]) -> None:
    """Add ``beyond[id]``, the share by which a line misses more than its max_gap in its worst period."""
    m.beyond = pyo.Var(pyo.Any, dense=False, doc="unmet share of a line beyond its max_gap, in its worst period")
    m.beyond_max_gap = Rows(doc="what is unmet is within max_gap and what lies beyond it")
    for statement in lines:
        assert statement.row is not None
        row = problem.rows[statement.row - 1]
        most = exact(statement.value)
        column = m.beyond.add(statement.id)
        column.setlb(0.0)
        column.setub(float(1 - most))
        for t in row.periods:
            shortfall = m.shortfall[row.task, row.capability, t]
            missed = linear([(float(1 / row.quantity), shortfall), (-1.0, column)])
            m.beyond_max_gap[statement.id, t] = (None, missed, float(most))


def worst(problem: Problem, deployed: Deployed, lines: Sequence[Statement]) -> dict[str, Fraction]:
    """The unmet share of each line in its worst period, by id."""
    supplied = supplies(problem, deployed)
    found = {}
    for statement in lines:
        assert statement.row is not None
        row = problem.rows[statement.row - 1]
        least = min(supplied[row.place, row.capability, t] for t in row.periods)
        found[statement.id] = max(Fraction(0), row.quantity - least) / row.quantity
    return found
