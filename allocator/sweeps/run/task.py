"""The work of a worker: one solver, and one point of the sweep after the other."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from allocator.api import choose
from allocator.errors import BadInput
from allocator.formulation import uncollected
from allocator.instance import Instance
from allocator.model import Model
from allocator.solving.prior import Known
from allocator.solving.solver import Solver
from allocator.sweeps.design.parts import Point
from allocator.sweeps.run.row import content_of, refused
from allocator.withdrawal import without_promises


@dataclass(frozen=True)
class Setup:
    """What all points of a sweep share: instance and model at the base, and the options of a solve."""

    instance: Instance
    model: Model
    gap: float = 1e-4
    time_limit: float | None = None
    threads: int = 1
    seed: int = 0

    def at(self, point: Point) -> tuple[Instance, Model]:
        """Instance and model at a point.

        Raises
        ------
        BadInput
            The point breaks the instance or the model.
        """
        instance, model = choose(self.instance, self.model, point.overrides, case=point.case, coalition=point.coalition)
        return without_promises(instance, point.released), model


@dataclass(frozen=True)
class Job:
    """One point, and what other points prove about it.

    ``understood`` is its instance and model if this process has them already; they are not sent to workers. ``seconds``
    is the time for a second attempt, in place of the time limit.
    """

    point: Point
    known: Known
    understood: tuple[Instance, Model] | None = None
    seconds: float | None = None


class Worker:
    """Solves jobs on one resident model and returns plain values (see :func:`allocator.sweeps.run.row.content_of`).

    A search that has stalled ends, and other points get its time; in a second attempt it uses all.
    A solve that Ctrl-C stopped gives no answer: it raises KeyboardInterrupt.
    """

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.limited = setup.time_limit is not None
        self.solver = Solver(gap=setup.gap, time_limit=setup.time_limit, threads=setup.threads, seed=setup.seed)

    def __call__(self, job: Job) -> dict[str, Any]:
        with uncollected():  # the garbage of a point is collected right after it
            return self._done(job)

    def _done(self, job: Job) -> dict[str, Any]:
        instance, model = job.understood or self.setup.at(job.point)
        deadline = None if job.seconds is None else time.monotonic() + job.seconds
        try:
            plan = self.solver.solve(
                instance, model, known=job.known, deadline=deadline, leaves=self.limited and deadline is None
            )
        except BadInput as bad:  # figures of this point that no solver can keep apart
            return refused(str(bad))
        if plan.stopped_by == "interrupt" and plan.status != "optimal":
            raise KeyboardInterrupt
        return content_of(plan, self.solver.structure)
