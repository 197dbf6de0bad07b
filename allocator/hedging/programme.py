"""The extensive form of a two-stage plan in HiGHS: solved stage by stage, and checked exactly."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np

from allocator.audit import Violation
from allocator.errors import SolverError
from allocator.exact import exact
from allocator.hedging.answer import STAGES
from allocator.hedging.check import Broken, Decision, check_decision
from allocator.hedging.first_stage import Commitment, Committed, cost_of, ordered
from allocator.hedging.two_stage import IMPLIED, two_stage
from allocator.hedging.values import gaps_of
from allocator.instance import Instance
from allocator.model import Model
from allocator.outcome import NUMERICAL, Bounds, Stop, relative_gap
from allocator.purchases import Decided
from allocator.solving.answer import HELD
from allocator.solving.columns import Orders, Points, carry
from allocator.solving.highs import Resident
from allocator.solving.lexicographic import HOLD
from allocator.solving.running import Sight
from allocator.solving.searching import SHARE
from allocator.solving.stage import Driver, Progress, minimise, proved, tighten
from allocator.solving.standard_form import Floats, compile_model
from allocator.statistics import ONE, Taste, value_at_risk
from allocator.withdrawal import Future

Watch = Callable[[Progress], None]

Limits = Mapping[str, Fraction]
"""Objective -> the most that it may be."""

ALL_STAY = "all_stay"
"""The gap if nobody withdraws, as an objective that can be held."""

NO_PLAN = Fraction(2)
"""Value of :data:`ALL_STAY` where what must be met is given up although nobody withdraws: worse than any gap."""

Valued = tuple[Decision, dict[str, Fraction]]
"""A decision with its exact values."""


@dataclass
class Answer:
    """The best two-stage plan found, and the bound of each objective that its stage proved.

    ``strict`` is the best plan that gives up none of the gap for cost; the same plan if the tolerance takes nothing.
    """

    decision: Decision
    strict: Decision
    bounds: dict[str, Bounds] = field(default_factory=dict)
    stop: Stop = Stop.PROVED
    closed: bool = True


class Programme:
    """The extensive form over some futures, in HiGHS.

    Parameters
    ----------
    instance, model : Instance, Model
        What would be solved if nobody withdrew.
    futures : sequence of Future
        Their probabilities add up to 1; one with probability 0 is planned for and does not count.
    taste : Taste
        Weight and level of the worst futures.
    options : mapping
        Options of HiGHS; ``mip_rel_gap`` is the relative gap at which an objective counts as proved.
    """

    def __init__(
        self, instance: Instance, model: Model, futures: Sequence[Future], taste: Taste, options: Mapping[str, Any]
    ) -> None:
        self.instance, self.model, self.futures, self.taste = instance, model, tuple(futures), taste
        self.options = dict(options)
        self.gap: float = options["mip_rel_gap"]
        self.shares = [future.probability for future in self.futures]
        self.alone = taste.worst_alone(self.shares)
        m = self.m = two_stage(instance, model, futures, taste, self.alone)
        self.matrix = compile_model(m)
        self.blocks = [m.component(f"future_{s}") for s in range(len(self.futures))]
        self.points = [Points(block, self.matrix) for block in self.blocks]
        self.orders = Orders(m, self.matrix)
        self.resident = Resident(self.matrix, options)
        self.keys: list[tuple[str, str, int]] = list(m.commit)
        self.stay = next((s for s, future in enumerate(self.futures) if not future.withdrawn), None)
        if self.stay is not None:
            self.matrix.costs[ALL_STAY] = np.zeros(len(self.matrix.columns))
            self.matrix.costs[ALL_STAY][self.matrix.column_of[id(m.unmet[self.stay])]] = 1.0
        self.at = np.array([self.matrix.column_of[id(m.commit[key])] for key in self.keys], dtype=np.int64)

    @property
    def nothing(self) -> Decision:
        """The decision that commits nothing and gives up what must be met."""
        return Decision({}, tuple(None if s in self.m.failed else {} for s in range(len(self.futures))))

    # ---- decisions and points ---------------------------------------------------------------------------------

    def gaps(self, decision: Decision) -> list[Fraction]:
        """Exact gap of each future."""
        return gaps_of(self.m.problem, decision)

    def values(self, decision: Decision) -> dict[str, Fraction]:
        """Exact values of both objectives, and the gap if nobody withdraws where that is one of the futures."""
        cost, gaps = cost_of(self.m.problem, decision.commitment), self.gaps(decision)
        values = {"gap": self.taste.value(gaps, self.shares), "cost": cost}
        if self.stay is not None:
            values[ALL_STAY] = NO_PLAN if decision.deployed[self.stay] is None else gaps[self.stay]
        return values

    def broken(self, decision: Decision) -> list[Broken]:
        """The constraints that a decision breaks, checked exactly."""
        return check_decision(self.instance, self.model, self.futures, decision)

    def decision(self, point: Floats) -> Decision:
        """The decision of a point, in whole units."""
        units = np.rint(point[self.at]).astype(int).tolist()
        purchases = self.orders.purchases(point)
        commitment = {key: count for key, count in zip(self.keys, units, strict=True) if count > 0}
        m, column_of = self.m, self.matrix.column_of
        return Decision(
            Committed(commitment, purchases),
            tuple(
                None
                if s in m.failed and point[column_of[id(m.failed[s])]] > 0.5
                else Decided(points.deployed(point), purchases)
                for s, points in enumerate(self.points)
            ),
        )

    def point(self, decision: Decision) -> Floats:
        """A value for each column that agrees with a decision."""
        m, column_of = self.m, self.matrix.column_of
        gaps = self.gaps(decision)
        worst = max(gap for gap, share in zip(gaps, self.shares, strict=True) if share)
        level = worst if self.alone else value_at_risk(gaps, self.shares, self.taste.alpha)
        x = np.zeros(len(self.matrix.columns))
        for s, (points, deployed) in enumerate(zip(self.points, decision.deployed, strict=True)):
            x += points.point(None if deployed is None else dict(deployed))  # a future has no orders of its own
            x[column_of[id(m.unmet[s])]] = float(gaps[s])
            if s in m.excess:
                x[column_of[id(m.excess[s])]] = float(max(Fraction(0), gaps[s] - level))
        if self.taste.weight:
            x[column_of[id(m.level)]] = float(level)
        x[self.at] = [decision.commitment.get(key, 0) for key in self.keys]
        self.orders.fill(ordered(decision.commitment), x)
        carry(m, self.matrix, x)
        capped: Floats = np.minimum(x, self.matrix.upper)
        return capped

    # ---- solving --------------------------------------------------------------------------------------------------

    def solve(
        self,
        start: Sequence[Decision],
        *,
        stages: Sequence[str] = STAGES,
        fixed: Commitment | None = None,
        limits: Limits = MappingProxyType({}),
        floor: float = 0.0,
        time_limit: float | None = None,
        interrupted: threading.Event | None = None,
        watch: Watch | None = None,
    ) -> Answer:
        """Minimise the objectives one after the other.

        Parameters
        ----------
        start : sequence of Decision
            At least one within ``limits``, each without faults; the best is the first incumbent of a stage.
        stages : sequence of str
            ``gap``, or ``gap`` and ``cost``.
        fixed : commitment, optional
            Use this commitment.
        limits : mapping
            The most that :data:`ALL_STAY` and the cost may be.
        floor : float
            A known lower bound of the gap.
        time_limit, interrupted, watch : float, Event and callable, optional
            Seconds for all stages; set to stop; called with what is known during the solve.
        """
        began = time.monotonic()
        known = [(decision, self.values(decision)) for decision in start]
        first = _best(known, "gap", limits)[0]
        answer = Answer(first, first)
        self._restrict(fixed, limits)

        def minimise(name: str, floor: float, held: Limits, share: float) -> tuple[Decision, Stop, float]:
            left = None if time_limit is None else max(0.0, began + time_limit - time.monotonic()) * share
            report = _reporting(watch, name, stages.index(name) + 1, len(stages), began)
            return self._minimise(name, known, floor, held, left, interrupted, report)

        held, strictly = dict(limits), None
        for name in stages:
            share = 1.0 if name == stages[-1] and not self.model.tolerance else SHARE
            answer.decision, answer.stop, bound = minimise(name, floor if name == "gap" else 0.0, held, share)
            value = self.values(answer.decision)[name]
            answer.bounds[name] = proved(name, float(value), bound)
            met = answer.stop is Stop.PROVED and answer.bounds[name].gap <= self.gap + NUMERICAL
            answer.closed = answer.closed and met
            if name == "gap":
                strictly = value + exact(HOLD) * max(ONE, value)
                held["gap"] = strictly + exact(self.model.tolerance) * value
        answer.strict = answer.decision
        if strictly is not None and self.values(answer.decision)["gap"] > strictly:
            answer.strict, stop, _ = minimise("cost", answer.bounds["cost"].bound, {**held, "gap": strictly}, 1.0)
            answer.stop = stop if answer.stop is Stop.PROVED else answer.stop
        self.resident.release()
        self.resident.let_go()
        return answer

    def _restrict(self, fixed: Commitment | None, limits: Limits) -> None:
        """Keep to a commitment and within limits; who must keep to a gap if nobody withdraws has a plan there."""
        if fixed is not None:
            self.resident.restrict(self.at, np.array([float(fixed.get(key, 0)) for key in self.keys]))
        if ALL_STAY in limits and self.stay in self.m.failed:
            failed = self.matrix.column_of[id(self.m.failed[self.stay])]
            self.resident.restrict(np.array([failed]), np.zeros(1))

    def _minimise(
        self,
        name: str,
        known: list[Valued],
        floor: float,
        held: Limits,
        limit: float | None,
        interrupted: threading.Event | None,
        report: Callable[[Sight], None] | None,
    ) -> tuple[Decision, Stop, float]:
        """The best decision in an objective within the limits, and the bound proved for it."""
        for objective, most in held.items():
            self.resident.hold(objective, float(most))
        stop, bound = Stop.PROVED, floor
        best = _best(known, name, held)
        if relative_gap(float(best[1][name]), bound) > self.gap:
            stop, bound = self._stage(name, best, known, floor, held, limit, interrupted, report)
        return _best(known, name, held)[0], stop, bound

    def _stage(
        self,
        name: str,
        best: Valued,
        known: list[Valued],
        floor: float,
        held: Limits,
        limit: float | None,
        interrupted: threading.Event | None,
        report: Callable[[Sight], None] | None,
    ) -> tuple[Stop, float]:
        """Minimise one objective from the best known decision; decisions found are added to ``known``."""
        resident = self.resident
        resident.minimise(name)

        def start() -> bool:
            resident.start_from(self.point(best[0]))
            return True

        def take(point: Floats) -> list[Broken]:
            found = self.decision(point)
            broken = self.broken(found)
            if not broken:
                known.append((found, self.values(found)))
                broken = _exceeded(known[-1], held)
            return broken

        driver = Driver(
            start, lambda **options: resident.run(limit, interrupted, report, limit, **options), take,
            lambda broken: self._tighten(broken, held),
        )  # fmt: skip
        ended = minimise(resident, name, floor, driver)
        if any(fault.violation.constraint != HELD for fault in ended.broken):
            raise SolverError("the exact check rejects what HiGHS found: " + "; ".join(map(str, ended.broken[:3])))
        if ended.broken:  # only limits on objectives are passed, by less than HiGHS resolves: the best known plan stays
            return Stop.PROVED, ended.bound
        return ended.stop, ended.bound

    def _tighten(self, broken: Sequence[Broken], held: Limits) -> bool:
        """Tighten limits that were passed within the solver's tolerances, by the excess and a little more."""
        for fault in broken:
            violation = fault.violation
            if violation.constraint == HELD and violation.excess is not None:
                objective = str(violation.index[0])
                self.resident.hold(objective, float(held[objective] - 2 * violation.excess))
                continue
            inner = fault.future is not None and violation.constraint not in IMPLIED
            owner = self.blocks[fault.future] if inner and fault.future is not None else self.m
            tighten(owner, self.matrix, self.resident, violation)
        return True


def _exceeded(found: Valued, held: Limits) -> list[Broken]:
    """The limits on objectives that a decision passes by more than rounding."""
    return [
        Broken(None, Violation(HELD, (name,), f"{name} is worse than it may be", found[1][name] - most))
        for name, most in held.items()
        if found[1][name] > most + Fraction(1, 2 * 10**9) * max(ONE, most)
    ]


def _best(known: Sequence[Valued], name: str, held: Limits) -> Valued:
    """The decision that is best in an objective among those within the limits."""
    return min((pair for pair in known if not _exceeded(pair, held)), key=lambda pair: pair[1][name])


def _reporting(watch: Watch | None, name: str, stage: int, stages: int, began: float) -> Callable[[Sight], None] | None:
    if watch is None:
        return None

    def report(sight: Sight) -> None:
        known = sight.incumbent is not None and sight.bound is not None
        gap = relative_gap(sight.incumbent or 0.0, sight.bound or 0.0) if known else None
        watch(Progress(name, stage, stages, time.monotonic() - began, sight.incumbent, sight.bound, gap))

    return report
