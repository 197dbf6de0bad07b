"""One run of HiGHS in a thread of its own: what it reports, and how it is stopped or left behind."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from allocator.outcome import Stop
from allocator.solving.stalling import Stall
from allocator.solving.standard_form import Floats

GRACE = 0.25
"""Seconds in which HiGHS may follow a request to stop before it is left behind."""

PARTING = 10.0
"""Seconds that the end of the process waits for runs that were left behind; ending before them would abort it."""

REPORT = 0.25
"""Seconds between two calls of ``watch``."""

CHECK = 0.05
"""Seconds between two looks at whether to stop a run; HiGHS itself asks more often, and an end is seen at once."""

_behind: list[threading.Thread] = []


@atexit.register
def wait_for_those_left_behind() -> None:
    """Give runs that were left behind the time to heed the request to stop."""
    until = time.monotonic() + PARTING
    for thread in _behind:
        thread.join(max(0.0, until - time.monotonic()))


@dataclass(frozen=True)
class Sight:
    """What is known while HiGHS works, in the objective's own unit; ``point`` is the best point reported so far."""

    incumbent: float | None
    bound: float | None
    point: Floats | None = None


@dataclass(frozen=True)
class Run:
    """The end of one run.

    Attributes
    ----------
    stop : Stop
        Why the run ended.
    point : float array or None
        One value per column of the best point found.
    bound : float
        Proved lower bound of the objective, in its own unit; -inf where nothing was proved.
    doubtful : bool
        HiGHS calls the point optimal, but its own bound is far from it.
    """

    stop: Stop
    point: Floats | None
    bound: float
    doubtful: bool = False


class Running:
    """What a run has reported so far; HiGHS's callbacks write it from the thread of the run.

    Parameters
    ----------
    scale : float
        Factor from the objective's own unit to HiGHS's.
    grace : float
        Seconds in which HiGHS may follow an interruption before it is left behind.
    stall : Stall or None
        Ends the run when it has stalled.
    checks : int, optional
        How many times HiGHS may ask whether to stop before the answer is yes. It asks between the steps of a search, so
        that this limit does not depend on the machine.

    Attributes
    ----------
    point : float array or None
        The best point reported, in HiGHS's units.
    value, bound : float
        Its objective and the lower bound, in HiGHS's units; infinite while nothing is reported. The bound is for
        people to watch: while HiGHS completes a start, it is that of a model in which most columns are held.
    seconds : float
        Duration of the run.
    left_behind : bool
        The run did not heed the request to stop. Its thread may still work, so nothing may touch the solver again.
    """

    def __init__(
        self, scale: float, grace: float = GRACE, stall: Stall | None = None, checks: int | None = None
    ) -> None:
        self.point: Floats | None = None
        self.value = np.inf
        self.bound = -np.inf
        self.seconds = 0.0
        self.left_behind = False
        self._scale = scale
        self._grace = grace
        self._stall = stall
        self._stalled = False
        self._checks = np.inf if checks is None else checks
        self._leave = threading.Event()
        self._interrupted = threading.Event()
        self._finished = threading.Event()

    def follow(
        self,
        solver: Any,
        limit: float | None,
        interrupted: threading.Event,
        watch: Callable[[Sight], None] | None,
    ) -> Stop:
        """Run HiGHS and wait for the end; returns why the run was stopped, if it was.

        Parameters
        ----------
        solver : highspy.Highs
            Loaded, with all options set.
        limit : float or None
            Seconds after which the run is asked to stop, whatever HiGHS makes of its own time limit.
        interrupted : threading.Event
            Set to stop the run; Ctrl-C sets it too.
        watch : callable or None
            Called about four times a second with what is known.
        """
        self._interrupted = interrupted
        interrupts = [solver.cbMipInterrupt, solver.cbSimplexInterrupt, solver.cbIpmInterrupt]
        solver.cbMipImprovingSolution.subscribe(self._improved)
        for callback in interrupts:
            callback.subscribe(self._continue)
        began = time.monotonic()
        thread = threading.Thread(target=self._work, args=(solver,), daemon=True)
        thread.start()
        reason = self._wait(began, np.inf if limit is None else limit, interrupted, watch)
        if self.left_behind:
            _behind.append(thread)
            return reason
        self.seconds = time.monotonic() - began
        solver.cbMipImprovingSolution.unsubscribe(self._improved)
        for callback in interrupts:
            callback.unsubscribe(self._continue)
        return reason

    def _wait(
        self, began: float, limit: float, interrupted: threading.Event, watch: Callable[[Sight], None] | None
    ) -> Stop:
        reason, ended, reported = Stop.TIME_LIMIT, np.inf, began
        while not self._finished.is_set():
            try:
                self._finished.wait(CHECK)
            except KeyboardInterrupt:
                interrupted.set()
            now = time.monotonic()
            if not self._leave.is_set() and (interrupted.is_set() or now > began + limit + GRACE):
                reason = Stop.INTERRUPT if interrupted.is_set() else Stop.TIME_LIMIT
                ended = now
                self._leave.set()
            if now > ended + (self._grace if interrupted.is_set() else GRACE):
                self.left_behind = True
                break
            if watch is not None and now - reported >= REPORT:
                reported = now
                watch(self._sight())
        if interrupted.is_set():
            return Stop.INTERRUPT
        if self._stalled and not self._leave.is_set():
            return Stop.STALLED
        return Stop.NODE_LIMIT if self._checks < 0 and not self._leave.is_set() else reason

    def _work(self, solver: Any) -> None:
        try:
            solver.run()
        finally:
            self._finished.set()

    def _improved(self, event: Any) -> None:
        self.point = np.array(event.data_out.mip_solution)
        self.value = event.data_out.objective_function_value

    def _continue(self, event: Any) -> None:
        bound = event.data_out.mip_dual_bound
        if bound == -np.inf:  # a run begins; the one before only completed a start, with most columns held
            self.bound = bound
            if self._stall is not None:
                self._stall.begin()
        elif bound < np.inf:
            self.bound = max(self.bound, bound)
        if self._stall is not None and event.data_out.mip_node_count >= 0:  # not within a relaxation
            self._stalled |= self._stall.check(event.data_out.mip_primal_bound, bound)
        self._checks -= 1
        # at once, not when the waiting thread looks again; always, because HiGHS keeps the answer of an earlier run
        over = self._stalled or self._checks < 0
        event.interrupt(over or self._leave.is_set() or self._interrupted.is_set())

    def _sight(self) -> Sight:
        sound = self.bound if self.bound <= self.value else -np.inf
        incumbent, bound = (x / self._scale if np.isfinite(x) else None for x in (self.value, sound))
        return Sight(incumbent, bound, self.point)
