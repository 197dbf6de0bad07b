"""The one path of every solve, on a model that stays in HiGHS from one solve to the next."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pyomo.core as pyo

from allocator.arguments import solving
from allocator.audit import check_plan
from allocator.errors import SolverError
from allocator.formulation import formulate
from allocator.highs import VERSION, Resident
from allocator.instance import Instance
from allocator.known import NOTHING, Known
from allocator.lexicographic import Answer, Loaded, Progress, Stages
from allocator.matrix import compile_model, laid_out
from allocator.model import Model
from allocator.outcome import Stop, status
from allocator.plan import Plan, tables
from allocator.point import Points
from allocator.reasons import why_nothing
from allocator.scope import Scope


class Solver:
    """Solves instances one after the other; what is alike from one to the next stays in HiGHS.

    Parameters
    ----------
    gap : float
        Relative gap at which an objective counts as proved; 0 asks for proof.
    time_limit : float, optional
        Seconds for all objectives of one solve together; the best plan so far is kept.
    threads : int
        Threads of HiGHS; one count a process.
    seed : int
        Random seed of HiGHS.

    Attributes
    ----------
    structure : str
        What the last solve did with the model: ``none`` (nothing was built, all was known), ``built``, ``in place``
        (bounds, right-hand sides, costs and coefficients were changed) or ``rebuilt``.

    Raises
    ------
    BadUsage
        An argument is out of range.
    """

    def __init__(self, *, gap: float = 1e-4, time_limit: float | None = None, threads: int = 1, seed: int = 0) -> None:
        gap, time_limit, threads, seed = solving(gap, time_limit, threads, seed)
        self.options = {"gap": gap, "time_limit": time_limit, "threads": threads, "seed": seed}
        self.structure = "none"
        self._highs = {"mip_rel_gap": gap, "mip_abs_gap": 1e-9, "threads": threads, "random_seed": seed}
        self._resident: Resident | None = None

    def solve(
        self,
        instance: Instance,
        model: Model,
        *,
        known: Known = NOTHING,
        progress: Callable[[Progress], None] | None = None,
        **told: Any,
    ) -> Plan:
        """Find the plan that minimises the model's objectives in their order, and prove how good it is.

        Parameters
        ----------
        instance, model : Instance, Model
            What to solve, overrides applied.
        known : Known
            What other solves have proved about this one.
        progress : callable, optional
            Told about four times a second what is known.
        told
            Further entries of the plan's manifest.
        """
        scope = Scope(instance, model)
        return self._solve(scope, lambda: self._load(formulate(scope, lean=True)), known, progress, told)

    def solve_built(
        self, m: pyo.ConcreteModel, *, progress: Callable[[Progress], None] | None = None, **told: Any
    ) -> Plan:
        """The same for a Pyomo model from :func:`allocator.build`, with whatever was added to it."""
        return self._solve(m.scope, lambda: self._load(m), NOTHING, progress, told)

    def _load(self, m: pyo.ConcreteModel) -> Loaded:
        """The model in HiGHS: in place of the one before where it has its layout, else anew."""
        matrix = compile_model(m)
        before = self._resident
        fitting = None if before is None or not m.lean else laid_out(matrix, before.matrix)
        if before is not None and fitting is not None and before.change_to(fitting):
            self.structure, matrix = "in place", fitting
        else:
            self.structure = "built" if before is None else "rebuilt"
            before = self._resident = Resident(matrix, self._highs)
            _ = matrix.column_keys, matrix.row_keys  # while the Pyomo model is there to tell them
        return Loaded(m, matrix, Points(m, matrix), before)

    def _solve(
        self,
        scope: Scope,
        load: Callable[[], Loaded],
        known: Known,
        progress: Callable[[Progress], None] | None,
        told: dict[str, Any],
    ) -> Plan:
        began = time.monotonic()
        self.structure = "none"
        reason = ""
        limit = self.options["time_limit"]
        stages = Stages(scope, load, options=self._highs, time_limit=limit, progress=progress, known=known)
        answer: Answer = stages.answer
        try:
            stages.solve()
            reason = answer.reason
            name = status(answer.deployed is not None, answer.stop, answer.closed)
        except SolverError as error:
            name, reason = "error", str(error)
        found = name in ("optimal", "feasible")
        if found and not answer.deployed:
            reason = why_nothing(scope)
        stopped_by = answer.stop.value if answer.stop in (Stop.TIME_LIMIT, Stop.INTERRUPT) else ""
        manifest = {
            "instance": scope.instance.name,
            "model": scope.model.to_dict(),
            "options": dict(self.options),
            **told,
            "versions": versions(),
            "status": name,
            "stopped_by": stopped_by,
            "stages": [
                {
                    "objective": bounds.objective,
                    "value": bounds.value,
                    "bound": bounds.bound,
                    "gap": bounds.gap,
                    "how": answer.how.get(bounds.objective, "not reached"),
                }
                for bounds in answer.bounds.values()
                if found
            ],
        }
        result = tables(scope, answer.deployed or {}, answer.bounds) if found else {}
        plan = Plan(name, reason, scope.instance, scope.model, manifest, stopped_by, result)
        times = {**answer.times, "solver": stages.solving}
        if found:
            audited = time.monotonic()
            broken = check_plan(plan)
            times["audit"] = time.monotonic() - audited
            if broken:
                reason = "the audit rejects the plan: " + "; ".join(str(violation) for violation in broken[:5])
                manifest["status"] = "error"
                plan = Plan("error", reason, scope.instance, scope.model, manifest)
        times["total"] = time.monotonic() - began
        manifest["times"] = {key: round(seconds, 4) for key, seconds in times.items()}
        return plan


@cache
def versions() -> dict[str, str]:
    """Versions of the program and of what an answer depends on."""

    def of(package: str) -> str:
        try:
            return version(package)
        except PackageNotFoundError:
            return "unknown (run from a checkout)"

    return {
        "allocator": of("allocator"),
        "pyomo": of("pyomo"),
        "highs": VERSION,
        "python": platform.python_version(),
    }
