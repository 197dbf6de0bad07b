"""One objective after the other on one resident model, each plan checked exactly before it counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import pyomo.core as pyo
from numpy.typing import NDArray

from allocator.audit import Violation, check_deployments
from allocator.errors import SolverError
from allocator.highs import Resident, Sight
from allocator.matrix import compile_model
from allocator.outcome import NUMERICAL, Bounds, Stop, relative_gap
from allocator.plan import objective_values
from allocator.point import Points
from allocator.reasons import why_infeasible

HOLD = 1e-6
"""What later objectives may take from an earlier one beside the tolerance, relative to its size or to 1."""

SHARE = 0.6
"""Part of the time left that a stage may use while others follow."""

WORTH = 200
"""Whole-number columns from which a stage is worth a restricted run first."""

ROUGH = 0.01
"""Relative gap at which a restricted run is good enough."""

USED = 0.2
"""Units above which a relaxation that is no corner, where all is a little above 0, counts as using a deployment."""

WINDOW, WHOLE = 1000, 4000
"""Deployments used by the relaxation in a window of periods, and in all periods where all are searched at once."""

NODES = 100
"""Nodes of the search tree that a restricted run may open."""

ATTEMPTS = 5
"""Runs of a stage when the exact check finds a plan that only the solver's tolerances allow."""

Deployed = dict[tuple[str, str, str, int], int]


@dataclass(frozen=True)
class Progress:
    """What is known while a solve lasts; incumbent, bound and gap are of the stage's objective."""

    objective: str
    stage: int
    stages: int
    seconds: float
    incumbent: float | None
    bound: float | None
    gap: float | None


@dataclass
class Answer:
    """What the stages came to."""

    stop: Stop = Stop.PROVED
    deployed: Deployed | None = None
    bounds: dict[str, Bounds] = field(default_factory=dict)
    closed: bool = False
    reason: str = ""
    times: dict[str, float] = field(default_factory=dict)


class Stages:
    """The lexicographic solve of one built model.

    Parameters
    ----------
    m : ConcreteModel
        From :func:`allocator.build`, with whatever was added to it.
    gap : float
        Relative gap at which an objective counts as proved.
    time_limit : float or None
        Seconds for all stages together.
    threads, seed : int
        Handed to HiGHS.
    progress : callable or None
        Told what is known while the solve lasts.
    """

    def __init__(
        self,
        m: pyo.ConcreteModel,
        *,
        gap: float,
        time_limit: float | None,
        threads: int,
        seed: int,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.m = m
        self.scope = m.scope
        self.names: tuple[str, ...] = m.scope.model.objectives
        self.gap = gap
        self.progress = progress
        self.began = time.monotonic()
        self.deadline = None if time_limit is None else self.began + time_limit
        self.interrupted = threading.Event()
        self.answer = Answer()
        self.options: dict[str, Any] = {
            "mip_rel_gap": gap,
            "mip_abs_gap": 1e-9,
            "threads": threads,
            "random_seed": seed,
        }
        self.matrix = compile_model(m)
        self.points = Points(m, self.matrix)
        self.resident = Resident(self.matrix, self.options)
        self.answer.times["hand_over"] = time.monotonic() - self.began

    def solve(self, start: Deployed | None = None) -> Answer:
        """Run the stages; the answer holds the best plan that passed the exact check, and what was proved."""
        answer = self.answer
        answer.deployed = start
        answer.closed = True
        try:
            for stage, name in enumerate(self.names, start=1):
                began = time.monotonic()
                answer.stop, bound = self._stage(stage, name)
                answer.times[name] = time.monotonic() - began
                if answer.deployed is None:
                    answer.closed = False
                    if answer.stop is Stop.INFEASIBLE:
                        answer.reason = why_infeasible(self.m, self.matrix, self.options)
                    return answer
                value = objective_values(self.scope, answer.deployed)[name]
                answer.bounds[name] = self._proved(name, float(value), bound)
                proved = answer.stop is Stop.PROVED and answer.bounds[name].gap <= self.gap + NUMERICAL
                answer.closed = answer.closed and proved
                if answer.stop in (Stop.INTERRUPT, Stop.FAILED) or self._left() == 0:
                    break
                tolerance = Fraction(repr(self.scope.model.tolerance))
                most = (1 + tolerance) * value + Fraction(repr(HOLD)) * max(Fraction(1), abs(value))
                self.resident.hold(name, float(most))
        except KeyboardInterrupt:  # between two runs of the solver
            answer.stop, answer.closed = Stop.INTERRUPT, False
        self._rest()
        return answer

    def _rest(self) -> None:
        """Objectives whose stage did not end: nothing better is proved than that none is below 0."""
        if self.answer.deployed is None:
            return
        values = objective_values(self.scope, self.answer.deployed)
        for name in self.names:
            if name not in self.answer.bounds:
                self.answer.bounds[name] = Bounds(name, float(values[name]), 0.0)
                self.answer.closed = self.answer.closed and values[name] == 0

    def _left(self, share: float = 1.0) -> float | None:
        """Seconds that a run may take, None without a limit."""
        return None if self.deadline is None else max(0.0, (self.deadline - time.monotonic()) * share)

    def _proved(self, name: str, value: float, bound: float) -> Bounds:
        """Value and bound of a stage; none of the objectives can be below 0."""
        bound = max(bound, 0.0)
        if bound > value + NUMERICAL * max(1.0, abs(value)):
            raise SolverError(f"HiGHS proved {name} >= {bound:g}, but a plan that passes every check has {value:g}")
        if bound > value or value - bound <= 1e-9 * max(1.0, abs(value)):
            bound = value
        return Bounds(name, value, bound)

    def _stage(self, stage: int, name: str) -> tuple[Stop, float]:
        """Minimise one objective; the plan goes to the answer, what is proved comes back."""
        self.resident.minimise(name)
        floor = self._restricted(stage, name)
        watch = self._watch(stage, name, floor)
        share = 1.0 if stage == len(self.names) else SHARE
        settings: dict[str, Any] = {}
        for _ in range(ATTEMPTS):
            best = self.answer.deployed
            if best is not None:
                self.resident.start_from(self.points.point(best), self.points.known)
            run = self.resident.run(self._left(share), self.interrupted, watch, self._left(), **settings)
            if run.stop is Stop.INFEASIBLE and not settings:
                # one run alone is not believed
                settings = {"presolve": "off", "random_seed": self.options["random_seed"] + 1}
                continue
            if run.stop is Stop.INFEASIBLE and best is not None:
                raise SolverError(f"HiGHS calls {name} infeasible, but there is a plan that passes every check")
            if run.point is None:
                return run.stop, max(run.bound, floor)
            broken = self._take(name, self.points.deployed(run.point))
            if not broken:
                return run.stop, max(run.bound, floor)
            self._tighten(broken)
        raise SolverError("the exact check rejects what HiGHS found: " + "; ".join(map(str, broken[:3])))

    def _watch(self, stage: int, name: str, floor: float, restricted: bool = False) -> Callable[[Sight], None]:
        """Hands what HiGHS knows on to the caller; the bound of a restricted run is no bound of the stage."""

        def watch(sight: Sight) -> None:
            if self.progress is None:
                return
            best = self.answer.deployed
            known = [sight.incumbent] if sight.incumbent is not None else []
            known += [float(self._value(name, best))] if best is not None else []
            bound = floor if restricted or sight.bound is None else max(floor, sight.bound)
            incumbent = min(known, default=None)
            gap = None if incumbent is None else relative_gap(incumbent, bound)
            seconds = time.monotonic() - self.began
            self.progress(Progress(name, stage, len(self.names), seconds, incumbent, bound, gap))

        return watch

    def _restricted(self, stage: int, name: str) -> float:
        """Look for a better plan among the few deployments that matter; returns a proved bound.

        HiGHS finds good plans late in these models, while the relaxation is close. Free in a round is what the
        relaxation or the best plan so far uses, about a tenth of the columns, and as many more by reduced cost: first
        a window of periods at a time, then, where that is little enough, all periods. Limits are of nodes and gap, not
        of time, so that the same input gives the same plan.
        """
        if self.matrix.integral.sum() < WORTH:
            return 0.0
        watch = self._watch(stage, name, 0.0, restricted=True)
        relaxed = self.resident.relaxation(self._left(SHARE / 2), self.interrupted, watch, self._left())
        if relaxed is None:
            return 0.0
        watch = self._watch(stage, name, relaxed.bound, restricted=True)
        limits = {"mip_rel_gap": max(self.gap, ROUGH), "mip_max_nodes": NODES}
        at = self.points.columns
        used = relaxed.point[at] > (1e-6 if relaxed.corner else USED)
        for inside, more in self._rounds(int(used.sum())):
            if self.interrupted.is_set() or self._close(name, relaxed.bound):
                break
            start = np.zeros(len(self.matrix.columns))
            if self.answer.deployed is not None:
                start = self.points.point(self.answer.deployed)
            free = inside & (used | (start[at] > 0))
            promising = np.argsort(np.where(inside & ~free, relaxed.reduced_cost[at], np.inf), kind="stable")
            free[promising[: min(more * int(free.sum()), int((inside & ~free).sum()))]] = True
            held = at[~free]
            self.resident.restrict(held, start[held])
            if self.answer.deployed is not None:  # after the bounds: HiGHS forgets a start when they change
                self.resident.start_from(start, self.points.known)
            run = self.resident.run(self._left(SHARE / 2), self.interrupted, watch, self._left(), **limits)
            self.resident.release()
            if run.point is not None:
                self._take(name, self.points.deployed(run.point))
        return relaxed.bound

    def _rounds(self, used: int) -> Iterator[tuple[NDArray[np.bool_], int]]:
        """Which deployments may change in a round, and how many times what is used may come by reduced cost.

        Windows overlap; they are a third of the horizon, or shorter where ``used`` deployments are many. They need a
        plan to start from.
        """
        period, last = self.points.period, self.scope.last
        length = max(1, min(last // 3, round(WINDOW * last / max(1, used))))
        if last >= 3:
            for more in (1, 2):
                for first in range(0, last, max(1, length // 2)) if self.answer.deployed is not None else ():
                    yield (period - 1 - first) % last < length, more
        if used <= WHOLE:
            for more in (0, 1):
                yield np.ones(len(period), dtype=bool), more

    def _close(self, name: str, bound: float) -> bool:
        """Whether the best plan is near enough to a bound for a restricted run to have nothing to find."""
        best = self.answer.deployed
        return best is not None and relative_gap(float(self._value(name, best)), bound) <= 2 * ROUGH

    def _take(self, name: str, found: Deployed) -> list[Violation]:
        """Make a plan the best so far where it passes the exact check and is no worse; what it breaks comes back."""
        broken = check_deployments(self.scope.instance, self.scope.model, found)
        best = self.answer.deployed
        if not broken and (best is None or self._own_rows() or self._value(name, found) <= self._value(name, best)):
            self.answer.deployed = found
        return broken

    def _own_rows(self) -> bool:
        """Whether the caller added rows, which only HiGHS checks."""
        return self.points.known is not None

    def _value(self, name: str, deployed: Deployed) -> Fraction:
        return objective_values(self.scope, deployed)[name]

    def _tighten(self, broken: list[Violation]) -> None:
        """Move the limits that were passed within the solver's tolerances inward, by as much and a little more."""
        for violation in broken:
            component = self.m.component(violation.constraint)
            if violation.excess is None or violation.excess > Fraction(1, 100) or component is None:
                raise SolverError(f"the exact check rejects what HiGHS found: {violation}")
            key = violation.index if len(violation.index) > 1 else violation.index[0]
            data = [component[key]] if key in component else [row for k, row in component.items() if k[0] == key]
            for row in data:
                at = self.matrix.row_at[id(row)]
                side = "lower" if self.matrix.row_lower[at] > float("-inf") else "upper"
                self.resident.tighten(at, side, float(violation.excess) + 1e-6)
