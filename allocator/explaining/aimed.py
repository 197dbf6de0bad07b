"""What a bench solves: a Pyomo model with aims, and the stages over objectives and aims."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import pyomo.core as pyo

from allocator.audit import Violation
from allocator.explaining.aims import Aim, Extend, Holds
from allocator.families.rows import linear
from allocator.formulation import formulate, silent
from allocator.problem import Problem
from allocator.solving.answer import Loaded
from allocator.solving.lexicographic import Stages


class AimedStages(Stages):
    """Stages over a model's objectives and aims."""

    def __init__(
        self, aims: Sequence[Aim | str], keeps: Holds | None, problem: Problem, load: Callable[..., Any], **given: Any
    ) -> None:
        super().__init__(problem, load, **given)
        self.keeps = keeps
        self.aims = {aim.name: aim for aim in aims if isinstance(aim, Aim)}
        self.reached: dict[tuple[str, int], tuple[Any, Fraction]] = {}  # by aim and identity of the plan
        self.names = tuple(aim.name if isinstance(aim, Aim) else aim for aim in aims)

    def _ready(self) -> Loaded:
        loaded = super()._ready()
        loaded.resident.prove_to(self.gap)  # the gap of a run before may have been another
        return loaded

    def _value(self, name: str, deployed: Any) -> Fraction:
        if name not in self.aims:
            return super()._value(name, deployed)
        if (key := (name, id(deployed))) not in self.reached:
            self.reached[key] = deployed, self.aims[name].value(self.problem, deployed)
        return self.reached[key][1]

    def _check(self, plan: Any) -> list[Violation]:
        broken = super()._check(plan)
        if broken or self.keeps is None or self.keeps(self.problem, plan):
            return broken
        return [Violation("added", (), "what was added to the question is not kept")]

    def _own_rows(self) -> bool:
        return False  # what was added is checked exactly, see ``keeps``

    def _why_infeasible(self) -> str:
        return ""


def built(problem: Problem, order: Sequence[Aim | str], extend: Extend | None) -> pyo.ConcreteModel:
    """The Pyomo model of a problem with aims for its stages."""
    with silent():
        m = formulate(problem, lean=True)
        m.one = pyo.Var(bounds=(1.0, 1.0), doc="one, for constants")
        if extend is not None:
            extend(m, problem)
        for aim in order:
            if isinstance(aim, Aim):
                objective = pyo.Objective(expr=linear(aim.terms(m, problem)).expression())
                m.add_component(f"objective_{aim.name}", objective)
                objective.deactivate()
        m.stages = [aim.name if isinstance(aim, Aim) else aim for aim in order]
    return m
