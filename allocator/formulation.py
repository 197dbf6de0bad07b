"""An instance and a model as one Pyomo model. Pure: no files, no solver."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pyomo.core as pyo

from allocator import objectives
from allocator.families import ALWAYS, CHOSEN
from allocator.instance import Instance
from allocator.model import Model
from allocator.scope import Scope


@contextmanager
def uncollected() -> Iterator[None]:
    """Garbage collection off: millions of objects that all live on cost more to visit than to make."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def silent() -> Iterator[None]:
    """Pyomo's messages off: it prints on standard output what is raised anyway."""
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
        Leave out the participation binaries that nothing refers to. Optimal values are the same; a constraint of
        your own may want them, so the default is to keep them.

    Returns
    -------
    pyomo.core.ConcreteModel
        With ``deploy[n, u, j, t]`` and the families' components (see ``models/MATHS.md``); ``m.scope`` holds what
        was read from the instance and ``m.cells[n, u, j][t]`` the same deployments by period. Solve it with
        :func:`allocator.solve`.
    """
    return formulate(Scope(instance, model), lean=lean)


def formulate(scope: Scope, *, lean: bool, may_fail: bool = False) -> pyo.ConcreteModel:
    """Build the Pyomo model of an instance that was read through a model's choices: see :func:`build`.

    With ``may_fail``, and where something must be met, all of that is given up where the 0/1 variable ``failed`` is 1.
    """
    with uncollected(), silent():
        m = pyo.ConcreteModel(name=scope.instance.name)
        m.lean = lean
        m.scope = scope
        m.may_fail = may_fail and scope.must
        if m.may_fail:
            m.failed = pyo.Var(domain=pyo.Binary, doc="what must be met is given up")
        m.deploy = pyo.Var(
            pyo.Any,
            dense=False,
            domain=pyo.NonNegativeIntegers,
            doc="units of a nation's pool at a task in a period",
        )
        m.cells = {}
        for (n, u, j), periods in scope.cap.items():
            here = m.cells[n, u, j] = {t: m.deploy.add((n, u, j, t)) for t in periods}
            for t, variable in here.items():
                variable.setub(periods[t])
        for add in ALWAYS.values():
            add(m, scope)
        for name, add in CHOSEN.items():
            if scope.has(name):
                add(m, scope)
        objectives.add(m, scope)
    return m
