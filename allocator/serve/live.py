"""A solve that reports while it works: a first look within a fraction of a second, then every stage.

The stages themselves are those of ``allocator solve``, on a model that is built anew for each question: building takes
a few hundredths of a second, and the answer is the one that the command line gives. The first look has a model of its
own in HiGHS, so that it changes nothing of that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyomo.core as pyo

from allocator.audit import check_tables
from allocator.outcome import NUMERICAL, Bounds, Stop
from allocator.plan.plan import Plan
from allocator.plan.tables import tables
from allocator.problem import Problem
from allocator.purchases import Decided, bought
from allocator.solving.answer import Deployed, Loaded
from allocator.solving.highs import Resident
from allocator.solving.lexicographic import Stages
from allocator.solving.running import Sight
from allocator.solving.solver import Solver
from allocator.solving.stage import proved

LOOK = 0.1
"""Seconds of HiGHS for the first look; its relaxation takes some thousandths more."""

AT_ONCE = 0.04
"""Seconds after which a run that does not heed the next question is left behind; its thread ends a little later."""

LONGEST_RELAXATION = 2.0
"""Seconds after which a first look gives up on the relaxation of a very large model."""


@dataclass(frozen=True)
class Seen:
    """What is known during a solve.

    Attributes
    ----------
    plan : Plan or None
        The best plan so far; it passed the independent audit. Its status is ``feasible``.
    closed : tuple of str
        Objectives that are proved to the requested gap, from the first on.
    bound : float
        Proved lower bound of the first objective, in its own unit.
    """

    plan: Plan | None
    closed: tuple[str, ...]
    bound: float


Tell = Callable[[Seen], None]


class LiveStages(Stages):
    """The stages of a solve, watched.

    Parameters
    ----------
    tell : callable
        Called with what is known, whenever that has changed.
    plans : sequence of deployments
        Plans of earlier questions, which the first look tries.
    problem, load, given
        As for :class:`allocator.solving.lexicographic.Stages`.
    """

    def __init__(
        self, tell: Tell, plans: Sequence[Deployed], problem: Problem, load: Callable[[], Loaded], **given: Any
    ) -> None:
        super().__init__(problem, load, **given)
        self.tell = tell
        self.plans = plans
        self.best: Deployed | None = None  # the best plan of the first look and of runs in hand
        self.floor = 0.0
        self.last: tuple[object, ...] = ()

    def _ready(self) -> Loaded:
        looked = self.loaded is not None
        loaded = super()._ready()
        if not looked:
            self._look(loaded)
        return loaded

    def _best(self, name: str) -> None:
        super()._best(name)
        if self.answer.bounds:  # the stage before has ended
            self.best = None
            self._tell()

    def _watch(
        self, stage: int, name: str, floor: float, search: str, restricted: bool = False
    ) -> Callable[[Sight], None]:
        passed_on = super()._watch(stage, name, floor, search, restricted)

        def watch(sight: Sight) -> None:
            passed_on(sight)
            if sight.point is not None and self.loaded is not None and sight.incumbent is not None:
                best = self._shown()
                if best is None or sight.incumbent < float(self._value(name, best)) - 1e-9:
                    self._offer(name, self.loaded.points.deployed(sight.point))
            self._tell()

        return watch

    def _look(self, loaded: Loaded) -> None:
        """Find a bound and a plan of the first objective quickly, on a model of its own."""
        name = self.names[0]
        for plan in [*self.plans, *filter(None, [self.answer.deployed])]:
            self._offer(name, Decided(plan, bought(plan)))
        resident = Resident(loaded.matrix, self.options)
        resident.grace = AT_ONCE
        resident.minimise(name)
        left = self._left()
        limit = LONGEST_RELAXATION if left is None else min(LONGEST_RELAXATION, left)
        relaxed = resident.relaxation(limit, self.interrupted, None, limit)
        if relaxed is not None:
            self.floor = max(self.floor, relaxed.bound)
        self._tell()
        if self.interrupted.is_set() or resident.lost is not None or self._near():
            return
        if self.best is not None:
            resident.start_from(loaded.points.point(self.best), loaded.points.known)
        run = resident.run(LOOK if left is None else min(LOOK, left), self.interrupted, None, self._left())
        if run.point is not None:
            self._offer(name, loaded.points.deployed(run.point))
        if run.stop not in (Stop.FAILED, Stop.INFEASIBLE):
            self.floor = max(self.floor, run.bound)
        self._tell()

    def _offer(self, name: str, plan: Deployed) -> None:
        """Make a plan the one to show if it passes the exact check and is better."""
        best = self._shown()
        if best is not None and (plan == best or self._own_rows()):
            return
        broken = self._check(plan) or self._given_up(plan)
        if not broken and (best is None or self._value(name, plan) < self._value(name, best)):
            self.best = plan

    def _shown(self) -> Deployed | None:
        """The plan to show: that of the stages, or a better one of the stage in hand."""
        own = self.answer.deployed
        if self.best is None or own is None:
            return own if self.best is None else self.best
        name = self.names[min(len(self.answer.bounds), len(self.names) - 1)]
        return self.best if self._value(name, self.best) < self._value(name, own) else own

    def _near(self) -> bool:
        """Whether the best plan is proved to the requested gap."""
        best = self._shown()
        return best is not None and proved("", float(self._value(self.names[0], best)), self.floor).gap <= self.gap

    def _tell(self) -> None:
        """Report what is known if that has changed."""
        deployed = self._shown()
        key = (id(deployed), len(self.answer.bounds), round(self.floor, 6))
        if key == self.last or self.interrupted.is_set():
            return
        self.last = key
        bounds, closed = self._proved(deployed)
        plan = None if deployed is None else self._audited(deployed, bounds)
        first = bounds.get(self.names[0])
        self.tell(Seen(plan, closed, self.floor if first is None else max(0.0, first.bound)))

    def _proved(self, deployed: Deployed | None) -> tuple[dict[str, Bounds], tuple[str, ...]]:
        """Value and bound of every objective for a plan, and the objectives that are proved, from the first on."""
        if deployed is None:
            return {}, ()
        bounds: dict[str, Bounds] = {}
        closed: list[str] = []
        for stage, name in enumerate(self.names):
            value = float(self._value(name, deployed))
            reached = self.answer.bounds.get(name)
            floor = self.floor if stage == 0 else 0.0
            if reached is None:
                bounds[name] = proved(name, value, floor)
            else:
                bounds[name] = proved(name, value, reached.bound) if value < reached.value else reached
            known = reached is not None or stage == 0
            if known and len(closed) == stage and bounds[name].gap <= self.gap + NUMERICAL:
                closed.append(name)
        return bounds, tuple(closed)

    def _audited(self, deployed: Deployed, bounds: Mapping[str, Bounds]) -> Plan | None:
        """The plan with its tables if the independent audit passes them."""
        instance, model = self.problem.instance, self.problem.model
        made = tables(self.problem, deployed, bounds)
        stages = [{"objective": name, "value": of.value, "bound": of.bound} for name, of in bounds.items()]
        if check_tables(instance, model, made, status="feasible", stages=stages, gap=self.gap):
            return None
        return Plan("feasible", "", instance, model, {}, "", made)


class LiveSolver(Solver):
    """Solves questions one after the other, each on a model that is built anew, and reports while it works.

    Attributes
    ----------
    tell : callable
        Called with what is known.
    plans : list of deployments
        Plans that the first look tries.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.tell: Tell = lambda seen: None
        self.plans: list[Deployed] = []

    def _stages(self, problem: Problem, load: Callable[[], Loaded], **given: Any) -> Stages:
        return LiveStages(self.tell, self.plans, problem, load, **given)

    def _load(self, m: pyo.ConcreteModel) -> Loaded:
        self._resident = None
        loaded = super()._load(m)
        loaded.resident.grace = AT_ONCE
        return loaded
