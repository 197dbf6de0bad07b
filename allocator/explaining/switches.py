"""All statements of an instance as 0/1 columns of one resident model: bounds put them in force or lift them.

The model is built once, of the instance with every statement lifted, on which each statement comes back as in
``elastic.py``. A question then changes the bounds of columns and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyomo.core as pyo

from allocator.explaining.aims import ANY_PLAN, FEW_PEOPLE, FIRST
from allocator.explaining.bench import Bench, Extend
from allocator.explaining.elastic import Elastic
from allocator.explaining.statements import Statement, lift
from allocator.families.rows import Rows, linear
from allocator.formulation import formulate, silent
from allocator.instance import Instance
from allocator.model import Model
from allocator.outcome import Stop
from allocator.plan.values import Deployed
from allocator.problem import Problem
from allocator.solving.blame import blamed
from allocator.solving.columns import Points
from allocator.solving.highs import Resident
from allocator.solving.running import Run
from allocator.solving.standard_form import Floats, compile_model

Found = tuple[Deployed, frozenset[str]]
"""A plan, and ids of the statements that it keeps."""

NOTHING: Deployed = {}

ANY, FEW, MOST = ANY_PLAN.name, FEW_PEOPLE.name, "most_kept"
"""Aims of a run: any plan, a plan of few people, and a plan that breaks few elements."""

ENOUGH = 0.4
"""Relative gap at which a plan breaks few enough elements."""

NODES = 5
"""Nodes after which the search for such a plan ends."""

BARE: Mapping[str, Any] = {"mip_heuristic_effort": 0.0, "mip_heuristic_run_feasibility_jump": False}
"""Options of HiGHS for a search without heuristics: where there is no plan, they are of no use."""

Trial = tuple[str, int, int | None, bool]

TRIALS: tuple[Trial, ...] = (
    (FEW, 0, 250, False), (ANY, 0, 20, True), (FEW, 1, 250, True), (ANY, 1, 1000, True), (FEW, 2, None, True),
)  # fmt: skip
"""Aim, change of the seed, nodes, and whether with heuristics, of one run after the other.

Most questions are settled by the first; what takes one long often takes another a moment.
"""

SEEDS = 2**31 - 1
"""Seeds of HiGHS, from 0."""

BRIEF = 2
"""Runs after which a brief search ends."""


class Switches:
    """The resident model.

    Parameters
    ----------
    bench : Bench
        Its options, its deadline and its interruptions hold.
    instance, model : Instance, Model
        With every statement in force.
    elements : mapping
        Element of a conflict -> its statements.
    extend : callable, optional
        Adds a condition that is always in force.
    """

    def __init__(
        self, bench: Bench, instance: Instance, model: Model, elements: Mapping[str, Sequence[Statement]],
        extend: Extend | None = None,
    ) -> None:  # fmt: skip
        self.bench, self.elements = bench, elements
        statements = [statement for members in elements.values() for statement in members]
        chosen = replace(model, objectives=("gap",), tolerance=0.0)
        problem = Problem(*lift(instance, chosen, statements))
        with silent():
            m = formulate(problem, lean=True)
            m.one = pyo.Var(bounds=(1.0, 1.0), doc="one, for constants")
            if extend is not None:
                extend(m, problem)
            Elastic(m, problem, Problem(instance, chosen), statements)
            broken = [self._element(m, name, members) for name, members in elements.items()]
            aims = {aim.name: aim.terms(m, problem) for aim in (ANY_PLAN, FEW_PEOPLE)} | {MOST: [(1.0, m.one), *broken]}
            for name, terms in aims.items():
                m.add_component(f"objective_{name}", pyo.Objective(expr=linear(terms).expression()))
                m.component(f"objective_{name}").deactivate()
            m.stages = list(aims)
        self.matrix = compile_model(m)
        self.points = Points(m, self.matrix)
        self.resident = Resident(self.matrix, {**bench.solver._highs, "mip_feasibility_tolerance": 1e-9})
        self.column = {s.id: self.matrix.column_of[id(m.changed[s.id])] for s in statements}
        self.parts: dict[frozenset[str], dict[str, float]] = {}  # how much each of some statements is part of a proof
        self.every = np.array(list(self.column.values()), dtype=np.int64)

    def _element(self, m: Any, name: str, members: Sequence[Statement]) -> tuple[float, Any]:
        """A term that is 1 if any statement of an element is changed."""
        if len(members) == 1:
            return 1.0, m.changed[members[0].id]
        if m.component("broken") is None:
            m.broken = pyo.Var(pyo.Any, dense=False, domain=pyo.Binary, doc="a statement of an element is changed")
            m.unbroken = Rows(doc="an element holds if no statement of it is changed")
        column = m.broken.add(name)
        for statement in members:
            m.unbroken[statement.id] = (None, linear([(1.0, m.changed[statement.id]), (-1.0, column)]), 0.0)
        return 1.0, column

    def ask(
        self, force: Collection[str], free: Collection[str] = (), brief: bool = False
    ) -> tuple[bool | None, Found | None]:
        """Whether there is a plan with some statements in force: a pair of the answer and a plan.

        Parameters
        ----------
        force : collection of str
            Ids of statements in force; all others are lifted.
        free : collection of str
            Ids of statements of which a plan is wanted that breaks few elements; the search for it is short.
        brief : bool
            Whether a hard question is left open.

        Returns
        -------
        pair
            False, and ids of statements in force that already leave no plan; True, and a plan with the ids of the
            statements that it keeps; None and None if it stays open. All within the tolerances of the solver.
        """
        held = np.array([i in force for i in self.column], dtype=bool)
        loose = np.array([i in free for i in self.column], dtype=bool)
        lower, upper = np.where(held | loose, 0.0, 1.0), np.where(held, 0.0, 1.0)
        if free:
            run = self._run(lower, upper, MOST, mip_rel_gap=ENOUGH, mip_max_nodes=NODES)
        else:
            run = self._any(lower, upper, TRIALS[:BRIEF] if brief else TRIALS)
        if run.stop is Stop.INFEASIBLE:
            return False, (NOTHING, self._few(frozenset(force)))
        if run.point is None:
            return None, None
        point = run.point
        kept = {i for i, column in self.column.items() if i in force or (i in free and point[column] < 0.5)}
        whole = {i for i in self._whole(kept) if i not in force} | set(force)
        return True, (self.points.deployed(point), frozenset(whole))

    def _any(self, lower: Floats, upper: Floats, trials: Sequence[Trial]) -> Run:
        """A run for any plan: in trials, so that no unlucky search takes long."""
        seed = int(self.resident.options["random_seed"])
        run = Run(Stop.NODE_LIMIT, None, -np.inf)
        for aim, change, nodes, heuristics in trials:
            limit: dict[str, Any] = {} if nodes is None else {"mip_max_nodes": nodes}
            limit |= {} if heuristics else BARE
            run = self._run(lower, upper, aim, mip_rel_gap=FIRST, random_seed=(seed + change) % SEEDS, **limit)
            if run.stop is not Stop.NODE_LIMIT or run.point is not None:
                break
        return run

    def _run(self, lower: Floats, upper: Floats, aim: str, **options: Any) -> Run:
        """A run from the start, with the columns of statements between bounds."""
        self.resident.forget()
        self.resident.restrict(self.every, lower, upper)
        self.resident.minimise(aim)
        left = self._left()
        return self.resident.run(left, self.bench.watch.interrupted, None, left, **options)

    def _left(self) -> float | None:
        """Seconds until the deadline."""
        return None if self.bench.deadline is None else max(0.0, self.bench.deadline - time.monotonic())

    def _few(self, force: frozenset[str]) -> frozenset[str]:
        """Statements in force that leave no plan: those that take part in the proof, if the relaxation gives one."""
        resident = self.resident
        resident.restrict(self.every, *(2 * [np.array([float(i not in force) for i in self.column])]))
        part = blamed(resident, self._left(), self.bench.watch.interrupted)
        if part is None:
            return force
        few = frozenset(i for i in force if part[self.column[i]])
        self.parts[few] = {i: float(abs(part[self.column[i]])) for i in few}
        return few

    def _whole(self, kept: Collection[str]) -> Iterable[str]:
        """Ids of the elements that are kept as a whole."""
        for members in self.elements.values():
            ids = [statement.id for statement in members]
            if all(i in kept for i in ids):
                yield from ids

    @property
    def lost(self) -> bool:
        """Whether the model can be used no more."""
        return self.resident.lost is not None
