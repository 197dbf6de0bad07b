"""The one path of every solve, on a model that stays in HiGHS from one solve to the next."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pyomo.core as pyo

from allocator.arguments import solving
from allocator.audit import check_tables
from allocator.errors import SolverError
from allocator.formulation import formulate, uncollected
from allocator.instance import Instance
from allocator.model import Model
from allocator.outcome import Stop, status
from allocator.plan.assumptions import assumptions
from allocator.plan.manifest import Origin, manifest
from allocator.plan.plan import Plan
from allocator.plan.tables import tables
from allocator.problem import Problem
from allocator.solving.answer import Answer, Loaded
from allocator.solving.columns import Points
from allocator.solving.highs import Resident
from allocator.solving.lexicographic import Stages
from allocator.solving.prior import NOTHING, Known
from allocator.solving.reasons import why_nothing
from allocator.solving.stage import Progress
from allocator.solving.standard_form import compile_model, laid_out
from allocator.solving.versions import versions
from allocator.stopping import DeadlinePassed, Watch, at_once, later, watched

STOPPED = (Stop.TIME_LIMIT, Stop.INTERRUPT, Stop.STALLED)
"""Ends of a solve that the result names: not all that was asked is proved."""


class Solver:
    """Solves instances one after the other; the model stays in HiGHS, and only differences are changed.

    Parameters
    ----------
    gap : float
        Relative gap at which an objective counts as proved; 0 requires a full proof.
    time_limit : float, optional
        Seconds for all objectives of one solve together; the best plan so far is kept.
    threads : int
        Threads of HiGHS; one number per process.
    seed : int
        Random seed of HiGHS.

    Attributes
    ----------
    structure : str
        What the last solve did with the model: ``none`` (nothing was built, everything was known), ``built``, ``in
        place`` (bounds, right-hand sides, costs and coefficients were changed) or ``rebuilt``.

    Raises
    ------
    BadUsage
        An argument is out of range.
    """

    def __init__(self, *, gap: float = 1e-4, time_limit: float | None = None, threads: int = 1, seed: int = 0) -> None:
        gap, time_limit, threads, seed = solving(gap, time_limit, threads, seed)
        self.options: dict[str, Any] = {"gap": gap, "time_limit": time_limit, "threads": threads, "seed": seed}
        self.structure = "none"
        self._highs = {"mip_rel_gap": gap, "mip_abs_gap": 1e-9, "threads": threads, "random_seed": seed}
        self._resident: Resident | None = None

    def solve(
        self,
        instance: Instance,
        model: Model,
        *,
        known: Known = NOTHING,
        deadline: float | None = None,
        progress: Callable[[Progress], None] | None = None,
        origin: Origin | None = None,
        leaves: bool = False,
    ) -> Plan:
        """Find the plan that minimises the model's objectives in their order, and prove how good it is.

        Parameters
        ----------
        instance, model : Instance, Model
            What to solve, with overrides applied.
        known : Known
            Results of other solves that hold for this one.
        deadline : float, optional
            Time of ``time.monotonic`` at which the time limit ends; by default the limit begins now.
        progress : callable, optional
            Called about four times a second with what is known.
        origin : Origin, optional
            What the user chose, for the manifest; without it, the manifest says nothing of that or of assumptions.
        leaves : bool
            Other solves can use the time: the last stage too ends when it has stalled.
        """
        case = _Case(
            instance,
            model,
            lambda: Problem(instance, model),
            lambda problem: formulate(problem, lean=True),
            True,
            leaves,
        )
        return self._solve(case, known, deadline, progress, origin)

    def solve_built(
        self,
        m: pyo.ConcreteModel,
        *,
        deadline: float | None = None,
        progress: Callable[[Progress], None] | None = None,
        origin: Origin | None = None,
    ) -> Plan:
        """The same for a Pyomo model from :func:`allocator.build`, with the caller's additions."""
        problem: Problem = m.problem
        case = _Case(problem.instance, problem.model, lambda: problem, lambda _: m, m.lean)
        return self._solve(case, NOTHING, deadline, progress, origin)

    def _stages(self, problem: Problem, load: Callable[[], Loaded], **given: Any) -> Stages:
        """The stages of one solve; a subclass may watch them."""
        return Stages(problem, load, **given)

    def _load(self, m: pyo.ConcreteModel) -> Loaded:
        """The model in HiGHS: changed in place if the previous model has its layout, otherwise loaded anew."""
        matrix = compile_model(m)
        before, self._resident = self._resident, None  # until it is whole again
        fitting = None if before is None or not m.lean else laid_out(matrix, before.matrix)
        if before is not None and fitting is not None and before.change_to(fitting):
            self.structure, matrix = "in place", fitting
        else:
            self.structure = "built" if before is None else "rebuilt"
            before = Resident(matrix, self._highs)
            _ = matrix.column_keys, matrix.row_keys  # while the Pyomo model still exists
        self._resident = before
        return Loaded(m, matrix, Points(m, matrix), before)

    def _solve(
        self,
        case: _Case,
        known: Known,
        deadline: float | None,
        progress: Callable[[Progress], None] | None,
        origin: Origin | None,
    ) -> Plan:
        began = time.monotonic()
        limit = self.options["time_limit"]
        if deadline is None and limit is not None:
            deadline = began + limit
        self.structure = "none"
        with watched() as watch, later(), uncollected():
            answer, problem, seconds = self._answered(case, watch, deadline, known, progress)
            if watch.interrupted.is_set() or (self._resident is not None and self._resident.lost is not None):
                self._resident = None  # the run may have been left unfinished
            times = {**answer.times, "solver": seconds}
            result = _result(case, problem, answer)
            if result.tables:
                audited = time.monotonic()
                result = self._audited(case, result)
                times["audit"] = time.monotonic() - audited
            times["total"] = time.monotonic() - began
            plan = self._plan(case, problem, answer, result, times, origin)
            return plan.interrupted() if watch.report() else plan

    def _audited(self, case: _Case, result: _Result) -> _Result:
        """The same result if it passes the independent audit, otherwise the error in it."""
        broken = check_tables(
            case.instance, case.model, result.tables,
            status=result.status, stages=result.stages, gap=self.options["gap"],
        )  # fmt: skip
        if not broken:
            return result
        reason = "the audit rejects the plan: " + "; ".join(str(violation) for violation in broken[:5])
        return _Result("error", reason, result.stages)

    def _plan(
        self,
        case: _Case,
        problem: Problem | None,
        answer: Answer,
        result: _Result,
        times: dict[str, float],
        origin: Origin | None,
    ) -> Plan:
        """The plan, with its whole manifest."""
        counted: dict[str, Any] = {}
        if origin is not None:
            deployed = answer.deployed if result.tables else None
            counted["assumptions"] = assumptions(case.instance, problem, deployed)
        stopped_by = answer.stop.value if answer.stop in STOPPED else ""
        made = manifest(
            case.instance, case.model, origin, options=self.options, versions=versions(), status=result.status,
            stopped_by=stopped_by, stages=result.stages, times=times, **counted,
        )  # fmt: skip
        return Plan(result.status, result.reason, case.instance, case.model, made, stopped_by, result.tables)

    def _answered(
        self,
        case: _Case,
        watch: Watch,
        deadline: float | None,
        known: Known,
        progress: Callable[[Progress], None] | None,
    ) -> tuple[Answer, Problem | None, float]:
        """The answer of the stages, the problem that they solved, and the seconds spent in HiGHS."""
        answer, problem, stages = Answer(), None, None
        try:
            with at_once(deadline):
                problem = case.read()
            read = problem
            stages = self._stages(
                problem,
                lambda: self._load(case.build(read)),
                options=self._highs,
                interrupted=watch.interrupted,
                deadline=deadline,
                bare=case.bare,
                progress=progress,
                known=known,
                stalls=True,
                leaves=case.leaves,
            )
            answer = stages.answer
            stages.solve()
        except SolverError as error:
            answer.stop, answer.deployed, answer.reason = Stop.FAILED, None, str(error)
        except KeyboardInterrupt:
            answer.stop = Stop.INTERRUPT
        except DeadlinePassed:
            answer.stop = Stop.TIME_LIMIT
            answer.reason = "The time limit passed while the instance was being read; building was not started."
        return answer, problem, 0.0 if stages is None else stages.solving


@dataclass(frozen=True)
class _Case:
    """What to solve, and how to read and build it when it is needed; ``bare``, ``leaves`` as in :class:`Stages`."""

    instance: Instance
    model: Model
    read: Callable[[], Problem]
    build: Callable[[Problem], pyo.ConcreteModel]
    bare: bool
    leaves: bool = False


@dataclass(frozen=True)
class _Result:
    """What a solve found; ``tables`` is empty if there is no plan."""

    status: str
    reason: str
    stages: list[dict[str, Any]] = field(default_factory=list)
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def _result(case: _Case, problem: Problem | None, answer: Answer) -> _Result:
    """The answer of the stages as stages and tables of a plan; it must still pass the audit."""
    name = status(answer.deployed is not None, answer.stop, answer.closed)
    if problem is None or name not in ("optimal", "feasible"):
        return _Result(name, answer.reason)
    reached = {name: answer.how.get(name, "not reached") for name in case.model.objectives}
    stages = [
        {"objective": name, "value": bounds.value, "bound": bounds.bound, "gap": bounds.gap, "how": reached[name]}
        for name, bounds in answer.bounds.items()
    ]
    reason = answer.reason
    missed = [name for name, how in reached.items() if how == "not reached"]
    if missed:
        reason = " ".join(filter(None, (reason, f"Stopped before it was minimised: {', '.join(missed)}.")))
    elif not answer.deployed:
        reason = why_nothing(problem, max(bounds.gap for bounds in answer.bounds.values()))
    return _Result(name, reason, stages, tables(problem, answer.deployed or {}, answer.bounds))
