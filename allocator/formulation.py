"""An instance and a model as one Pyomo model. Pure: no files, no solver."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pyomo.core as pyo

from allocator.families import ALWAYS, CHOSEN, acquisition, objectives, totals
from allocator.families.columns import Cells
from allocator.instance import Instance
from allocator.model import Model
from allocator.problem import Problem


@contextmanager
def uncollected() -> Iterator[None]:
    """Garbage collection off: visiting millions of objects that all stay alive costs more than making them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def silent() -> Iterator[None]:
    """Pyomo's messages off: it prints errors on standard output that it raises anyway."""
    logger = logging.getLogger("pyomo.core")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


def build(instance: Instance, model: Model, *, lean: bool = False) -> pyo.ConcreteModel:
    """Build the Pyomo model of an instance under a model's choices.

    Parameters
    ----------
    instance : Instance
        Facts, already checked.
    model : Model
        Choices.
    lean : bool
        Leave out the participation binaries that nothing refers to. Optimal values are the same. By default they are
        kept, because constraints of your own may need them.

    Returns
    -------
    pyomo.core.ConcreteModel
        With ``deploy[n, u, j, t]`` and the families' components (see ``models/MATHS.md``); ``m.problem`` holds the
        data read from the instance, and ``m.cells[n, u, j][t]`` the same deployments by period. Solve it with
        :func:`allocator.solve`.
    """
    return formulate(Problem(instance, model), lean=lean)


def formulate(problem: Problem, *, lean: bool, may_fail: bool = False) -> pyo.ConcreteModel:
    """Build the Pyomo model of an instance that was read through a model's choices: see :func:`build`.

    With ``may_fail``, the 0/1 variable ``failed`` = 1 gives up everything that must be met, if there is any.
    """
    with uncollected(), silent():
        m = pyo.ConcreteModel(name=problem.instance.name)
        m.lean = lean
        m.problem = problem
        m.may_fail = may_fail and problem.must
        if m.may_fail:
            m.failed = pyo.Var(domain=pyo.Binary, doc="what must be met is given up")
        m.cells = Cells(problem.cap, doc="units of a nation's pool at a task in a period")
        m.deploy = m.cells.deploy
        totals.start(m)
        acquisition.columns(m, problem)
        for add in ALWAYS.values():
            add(m, problem)
        for name, add in CHOSEN.items():
            if problem.has(name):
                add(m, problem)
        objectives.add(m, problem)
    return m
