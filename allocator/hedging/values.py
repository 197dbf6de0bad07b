"""Exact values of decisions over futures."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from allocator.hedging.check import Decision
from allocator.plan.values import Deployed, objective_values
from allocator.problem import Problem
from allocator.statistics import ONE, Taste
from allocator.withdrawal import Future


def gap_of(problem: Problem, deployed: Deployed | None) -> Fraction:
    """Gap of the plan of a future: 1 where what must be met is given up; what is required is the same in all."""
    return ONE if deployed is None else objective_values(problem, deployed)["gap"]


def gaps_of(problem: Problem, decision: Decision) -> list[Fraction]:
    """Gap of a decision in each of its futures."""
    return [gap_of(problem, deployed) for deployed in decision.deployed]


def value_of(problem: Problem, taste: Taste, futures: Sequence[Future], decision: Decision) -> Fraction:
    """Value of a decision over its futures."""
    return taste.value(gaps_of(problem, decision), [future.probability for future in futures])
