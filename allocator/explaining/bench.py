"""One resident solver for the many solves of an explanation, with aims of its own beside the model's objectives.

What solves is loaded with the first solve: answers from facts do without.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from allocator.errors import SolverError
from allocator.explaining.ability import without
from allocator.explaining.aims import Aim, Extend, Holds, More
from allocator.instance import Instance
from allocator.model import Model
from allocator.outcome import Bounds, Stop, status
from allocator.plan.values import Deployed
from allocator.problem import Problem
from allocator.purchases import Decided
from allocator.stopping import DeadlinePassed, Watch, at_once

if TYPE_CHECKING:
    from allocator.explaining.aimed import AimedStages
    from allocator.explaining.programmes import Programmes
    from allocator.solving.answer import Loaded
    from allocator.solving.prior import Known
    from allocator.solving.solver import Solver
    from allocator.solving.stage import Progress


PATIENCE = 10.0
"""Seconds that each of many solves may take if nobody gave a time limit for all."""


@dataclass(frozen=True)
class Outcome:
    """The result of one solve of an explanation.

    Attributes
    ----------
    status : str
        ``optimal``, ``feasible``, ``infeasible``, ``no_plan``, ``interrupted`` or ``error``.
    deployed : Decided or None
        The plan, which passed the exact check.
    values : mapping
        Name of an objective or aim -> exact value of the plan.
    bounds : mapping
        Name -> value and proved bound of its own stage.
    problem : Problem or None
        What was solved; None if the time was over before it was read.
    reason : str
        Why there is no plan, if that is known.
    seconds : float
        How long it took.
    """

    status: str
    deployed: Decided | None
    values: Mapping[str, Fraction]
    bounds: Mapping[str, Bounds]
    problem: Problem | None
    reason: str = ""
    seconds: float = 0.0

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return self.deployed is not None

    @property
    def infeasible(self) -> bool:
        """Whether it is proved that there is no plan."""
        return self.status == "infeasible"

    @property
    def settled(self) -> bool:
        """Whether nothing is open: the plan is proved to be best, or it is proved that there is none."""
        return self.status in ("optimal", "infeasible")


class Bench:
    """Solves instances one after the other on one model in HiGHS, until a deadline.

    Parameters
    ----------
    gap : float
        Relative gap at which a value counts as proved.
    deadline : float or None
        Time of ``time.monotonic`` at which all must be over.
    threads, seed : int
        As in :func:`allocator.solve`.
    watch : Watch
        Of :func:`allocator.stopping.watched`; set to stop.

    Attributes
    ----------
    progress : callable or None
        Called during each solve with what is known.
    problems : list of Problem
        The first one that was read, and the last: others take from them what follows from the same tables.
    """

    def __init__(self, gap: float, deadline: float | None, threads: int, seed: int, watch: Watch) -> None:
        self.options: dict[str, Any] = {"gap": gap, "time_limit": None, "threads": threads, "seed": seed}
        self.deadline = deadline
        self.watch = watch
        self.progress: Callable[[Progress], None] | None = None
        self.solves = 0
        self.problems: list[Problem] = []

    @cached_property
    def solver(self) -> Solver:
        """Keeps the model in HiGHS from one solve to the next."""
        from allocator.solving.solver import Solver

        return Solver(**{name: value for name, value in self.options.items() if name != "time_limit"})

    @cached_property
    def programmes(self) -> Programmes:
        """Programmes that stay in HiGHS."""
        from allocator.explaining.programmes import Programmes

        return Programmes(self.solver._highs)

    def read(self, instance: Instance, model: Model) -> Problem:
        """The instance read through the model; what it has in common with those read before is worked out once."""
        problem = Problem(instance, model)
        for before in reversed(self.problems):
            problem.share(before)
        self.problems = [*self.problems[:1], problem]
        return problem

    @property
    def over(self) -> bool:
        """Whether no time is left, or the user has interrupted."""
        late = self.deadline is not None and time.monotonic() >= self.deadline
        return late or self.watch.interrupted.is_set()

    @property
    def patience(self) -> float:
        """Seconds after which one of many solves is left open: a tenth of the time left, ten without a limit."""
        return PATIENCE if self.deadline is None else max(0.1, (self.deadline - time.monotonic()) / 10)

    def run(
        self, instance: Instance, model: Model, aims: Sequence[Aim | str] | None = None, *,
        extend: Extend | None = None, keeps: Holds | None = None, plans: Sequence[Deployed] = (),
        floors: Sequence[float] = (), wider: Sequence[Outcome] = (), limit: float | None = None,
        gap: float | None = None, filled: bool = True, again: bool = True, resident: bool = False,
        absent: Collection[str] = (), more: More | None = None,
    ) -> Outcome:  # fmt: skip
        """Minimise aims (by default the model's objectives) one after the other.

        Parameters
        ----------
        instance, model : Instance, Model
            What to solve; trusted, not checked again.
        aims : sequence of Aim or str
            Aims and names of objectives in their order.
        extend, keeps : callable, optional
            Adds constraints; whether a plan keeps them exactly. Neither without the other.
        plans : sequence of deployments
            Plans to try first; each counts only once it has passed the exact check.
        floors : sequence of float
            Proved lower bounds of the first stage.
        wider : sequence of Outcome
            What solves for the same aims reached among more plans: their bounds hold here.
        limit, gap : float, optional
            Most seconds of this solve, and the relative gap at which a value counts as proved.
        filled : bool
            Whether a plan is filled in by need before the solver begins; it never is with ``extend``.
        again : bool
            Whether HiGHS runs a second time, with other settings, before it is believed that there is no plan.
        resident : bool
            Whether the programme stays in HiGHS for later solves with this instance and this ``extend``; the aims are
            plain.
        absent : collection of str
            Nations that are away, see :func:`allocator.explaining.ability.without`.
        more : callable, optional
            Rows of this solve alone, over columns that the programme has; only with ``resident`` and ``keeps``.
        """
        from allocator.explaining.aimed import AimedStages

        order = list(model.objectives) if aims is None else list(aims)
        named = tuple(aim for aim in order if isinstance(aim, str))
        chosen = replace(model, objectives=named or ("gap",))
        kept = _Kept(self, instance, chosen, order, extend, absent, more, resident)
        deadline = self._until(limit)
        known = _known([aim if isinstance(aim, str) else aim.name for aim in order], plans, floors, wider)

        def stages(problem: Problem) -> AimedStages:
            return AimedStages(
                order, keeps, problem, lambda: kept.load(problem),
                options=self.solver._highs | ({} if gap is None else {"mip_rel_gap": gap}), deadline=deadline,
                interrupted=self.watch.interrupted, bare=filled and extend is None and more is None,
                progress=self.progress, known=known,
            )  # fmt: skip

        return self._solved(kept, stages, deadline, again)

    def _until(self, limit: float | None) -> float | None:
        """Time at which a solve of at most some seconds must be over."""
        until = None if limit is None else time.monotonic() + limit
        return until if self.deadline is None else self.deadline if until is None else min(self.deadline, until)

    def _solved(
        self, kept: _Kept, made: Callable[[Problem], AimedStages], deadline: float | None, again: bool
    ) -> Outcome:
        problem: Problem | None = None
        stages: AimedStages | None = None
        self.solves += 1
        began = time.monotonic()
        try:
            with at_once(deadline):
                problem = kept.problem()
            stages = made(problem)
            stages.again = again
            stages.solve()
        except SolverError as error:
            return Outcome("error", None, {}, {}, problem, str(error), time.monotonic() - began)
        except (KeyboardInterrupt, DeadlinePassed):
            pass
        return self._outcome(stages, problem, time.monotonic() - began)

    def _outcome(self, stages: AimedStages | None, problem: Problem | None, seconds: float) -> Outcome:
        interrupted = self.watch.interrupted.is_set()
        resident = None if stages is None or stages.loaded is None else stages.loaded.resident
        if resident is not None and (interrupted or resident.lost is not None):
            self.solver._resident = None
            self.programmes.drop(resident)
        if stages is None:
            return Outcome("interrupted" if interrupted else "no_plan", None, {}, {}, problem, "", seconds)
        answer = stages.answer
        name = status(answer.deployed is not None, answer.stop, answer.closed)
        if answer.stop is Stop.INTERRUPT and answer.deployed is None:
            name = "interrupted"
        values = {}
        if answer.deployed is not None:
            values = {each: stages._value(each, answer.deployed) for each in stages.names}
        reached = dict(answer.bounds)
        return Outcome(name, answer.deployed, values, reached, problem, answer.reason, seconds)  # type: ignore[arg-type]


def _known(names: Sequence[str], plans: Sequence[Deployed], floors: Sequence[float], wider: Sequence[Outcome]) -> Known:
    """What holds of a solve before it begins; a stage's bound holds where no earlier value is worse."""
    from allocator.solving.prior import Known

    bounds: list[list[tuple[tuple[float, ...], float]]] = [[] for _ in names]
    bounds[0] += [((), floor) for floor in floors]
    for outcome in wider:
        reached: list[float] = []
        for stage, name in enumerate(names):
            if name not in outcome.bounds:
                break
            bounds[stage].append((tuple(reached), outcome.bounds[name].bound))
            reached.append(outcome.bounds[name].value)
    infeasible = "there is no plan among more" if any(outcome.infeasible for outcome in wider) else ""
    return Known(tuple(map(tuple, bounds)), tuple(plans), infeasible)


@dataclass(frozen=True)
class _Kept:
    """The programme of one solve: kept from the solves before it, or loaded by the solver."""

    bench: Bench
    instance: Instance
    model: Model
    order: Sequence[Aim | str]
    extend: Extend | None
    absent: Collection[str]
    more: More | None
    resident: bool

    def problem(self) -> Problem:
        """The instance without those who are away, read through the model."""
        found = self.bench.programmes.find(self.instance, self.model, self.extend) if self.resident else None
        if found is not None and not self.absent:
            return copy(found.problem)
        instance = without(self.instance, self.absent) if self.absent else self.instance
        return self.bench.read(instance, self.model)

    def load(self, problem: Problem) -> Loaded:
        """The programme in HiGHS."""
        bench = self.bench
        if not self.resident or self._promised:
            from allocator.explaining.aimed import built

            return bench.solver._load(built(problem, self.order, self.extend))
        if self.absent:
            found = bench.programmes.find(self.instance, self.model, self.extend)
            problem = bench.read(self.instance, self.model) if found is None else found.problem
        return bench.programmes.load(problem, self.extend, self.order, self.absent, self.more)

    @property
    def _promised(self) -> bool:
        """Whether somebody who is away has promised something, which does not bind then."""
        rows = self.instance.rows("commitments") if self.absent and "commitments" in self.model.families else ()
        return any(row["nation"] in self.absent for row in rows)


__all__ = ["Aim", "Bench", "Extend", "Holds", "Outcome"]
