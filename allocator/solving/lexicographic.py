"""One objective after the other on one resident model; each plan is checked exactly before it counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from allocator.audit import Violation, check_deployments
from allocator.errors import SolverError
from allocator.outcome import NUMERICAL, Stop, relative_gap
from allocator.plan.values import objective_values
from allocator.problem import Problem
from allocator.purchases import Decided, bought
from allocator.solving.answer import HELD, Answer, Deployed, Loaded
from allocator.solving.heuristics.filling import first_plan
from allocator.solving.heuristics.restricted import restricted
from allocator.solving.heuristics.search import FEW, MANY, STARTED, WHOLE, options_of_root
from allocator.solving.prior import NOTHING, Known
from allocator.solving.reasons import UNEXPLAINED, too_far_apart, why_infeasible, widest
from allocator.solving.running import Run, Sight
from allocator.solving.searching import SHARE, search_of
from allocator.solving.sharper import sharper
from allocator.solving.stage import Driver, Ended, Progress, minimise, proved, tighten
from allocator.solving.stalling import LONG, WORK
from allocator.stopping import DeadlinePassed, at_once

HOLD = 1e-6
"""What later objectives may take from an earlier one besides the tolerance, relative to max(1, its size)."""

KEPT = 20
"""Plans that passed the exact check and are kept, so that they need not be checked again."""

LAST_CHECK = 3.0
"""Time that follows the last stage (tables and their audit), as a multiple of one check of a plan."""


class Stages:
    """The lexicographic solve of one instance under one model.

    Parameters
    ----------
    problem : Problem
        The instance read through the model's choices.
    load : callable
        Returns the loaded model; called when a stage first needs the solver.
    options : mapping
        Options of HiGHS; ``mip_rel_gap`` is the relative gap at which an objective counts as proved.
    interrupted : threading.Event
        Set to stop the solve.
    deadline : float or None
        Time of ``time.monotonic`` at which all must be over, including the caller's last check.
    bare : bool
        The programme is the instance's own, without additions by a caller: a plan that is found without the solver may
        be its start point.
    progress : callable or None
        Called during the solve with what is known.
    known : Known
        Results that other solves have proved.
    stalls : bool
        A stage that has stalled ends (see :mod:`allocator.solving.stalling`), if other stages can use its time, or if
        the model is large and has no time limit.
    leaves : bool
        Other solves can use the time too: a last stage that has stalled ends as well, and none has a second turn.
    """

    def __init__(
        self,
        problem: Problem,
        load: Callable[[], Loaded],
        *,
        options: Mapping[str, Any],
        interrupted: threading.Event,
        deadline: float | None,
        bare: bool,
        progress: Callable[[Progress], None] | None,
        known: Known = NOTHING,
        stalls: bool = False,
        leaves: bool = False,
    ) -> None:
        self.problem = problem
        self.load = load
        self.names: tuple[str, ...] = problem.model.objectives
        self.options = dict(options)
        self.gap: float = options["mip_rel_gap"]
        self.progress = progress
        self.known = known
        self.began = time.monotonic()
        self.interrupted = interrupted
        self.deadline = deadline
        self.bare = bare
        self.stalls, self.leaves = stalls, leaves
        self.stalled: set[str] = set()
        self.closed: set[str] = set()  # objectives that are proved
        self.floors: dict[str, float] = {}  # proved by stages of this solve
        self.name = ""  # of the stage that runs or ran last
        self.cut = False  # the solve was stopped before the solver had the model
        self.again = True  # whether HiGHS runs twice before it is believed that there is no plan
        self.reserve = 0.0  # seconds that the last check of a plan takes
        self.answer = Answer()
        self.held: dict[str, Fraction] = {}
        self.tried: list[Deployed] = []
        self.passed: list[Deployed] = []
        self.values: dict[int, tuple[Deployed, dict[str, Fraction]]] = {}  # by identity of the plan
        self.loaded: Loaded | None = None
        self.spent = 0.0

    def solve(self) -> Answer:
        """Run the stages; the answer holds the best plan that passed the exact check, and the proved bounds."""
        answer = self.answer
        if self.known.infeasible:
            answer.stop, answer.reason = Stop.INFEASIBLE, self.known.infeasible
            return answer
        for plan in self.known.plans:
            self._try(Decided(plan, bought(plan)))
        try:
            if all(self._minimised(stage) for stage in range(1, len(self.names) + 1)):
                self._go_back()
        except KeyboardInterrupt:  # while the model was built
            self._stopped(Stop.INTERRUPT)
        except DeadlinePassed:
            self._stopped(Stop.TIME_LIMIT)
            answer.reason = "The time limit passed before the programme was built; the solver was not started."
        if answer.deployed is not None:
            self._rest(answer.deployed)
            answer.closed = not self.cut and answer.bounds.keys() <= self.closed
        stalled = [name for name in self.names if name in self.stalled]
        if stalled and answer.stop is Stop.PROVED:
            answer.stop = Stop.STALLED
        if stalled:
            answer.reason = f"The search stalled before it had a proof of {', '.join(stalled)}."
        return answer

    def _minimised(self, stage: int, back: bool = False) -> bool:
        """Minimise one objective; returns whether the next may follow. ``back``: its turn has come a second time."""
        answer, name, began = self.answer, self.names[stage - 1], time.monotonic()
        self.name = name
        floor = self.known.bound(stage - 1, [answer.bounds[earlier].value for earlier in self.names[: stage - 1]])
        floor = max(floor, self.floors.get(name, 0.0))
        self._best(name)
        answer.how[name] = "known" if self._within(name, floor, self.gap) else "solved"
        if answer.how[name] == "known":
            answer.stop, bound = Stop.PROVED, floor
        else:
            answer.stop, bound = self._stage(stage, name, floor, self._patience(stage, back))
        answer.times[name] = answer.times.get(name, 0.0) + time.monotonic() - began
        if answer.deployed is None:
            if answer.stop is Stop.INFEASIBLE:
                answer.reason = self._why_infeasible()
            return False
        value = self._value(name, answer.deployed)
        answer.bounds[name] = proved(name, float(value), bound)
        self.floors[name] = answer.bounds[name].bound
        self.stalled.discard(name)
        if answer.stop is Stop.PROVED and answer.bounds[name].gap <= self.gap + NUMERICAL:
            self.closed.add(name)
        elif answer.stop is Stop.STALLED:
            self.stalled.add(name)
        if self.interrupted.is_set() or answer.stop is Stop.FAILED or self._left() == 0:
            return False
        tolerance = Fraction(repr(self.problem.model.tolerance))
        self.held[name] = (1 + tolerance) * value + Fraction(repr(HOLD)) * max(Fraction(1), abs(value))
        if self.loaded is not None:
            self.loaded.resident.hold(name, float(self.held[name]))
        return True

    def _patience(self, stage: int, back: bool) -> float:
        """Least work before a stage has stalled; 0 if it may use all its time."""
        if not self.stalls or back:
            return 0.0
        if self.deadline is None:
            return LONG if self._ready().matrix.integral.sum() >= MANY else 0.0
        return WORK if stage < len(self.names) or self.leaves or self.stalled else 0.0  # others can use the time

    def _go_back(self) -> None:
        """Give stalled stages another turn if more time is left than they have had."""
        answer = self.answer
        for stage, name in enumerate(self.names, start=1):
            if name not in self.stalled or self.leaves or (self._left() or 0.0) <= answer.times[name]:
                continue
            plan, before = answer.deployed, answer.bounds[name].value
            held, self.held = self.held, {earlier: self.held[earlier] for earlier in self.names[: stage - 1]}
            self._hold_only()
            more = self._minimised(stage, back=True)
            if answer.bounds[name].value < before:  # later objectives begin anew
                for later in self.names[stage:]:
                    del answer.bounds[later]
                    self.closed.discard(later)
                    answer.how.pop(later)
                more = more and all(self._minimised(again) for again in range(stage + 1, len(self.names) + 1))
            else:
                answer.deployed, self.held = plan, held
                self._hold_only()
            if not more:
                return

    def _hold_only(self) -> None:
        """Keep the objectives in the solver that are held now, and no others."""
        resident = self._ready().resident
        resident.let_go()
        for earlier, most in self.held.items():
            resident.hold(earlier, float(most))

    def _stopped(self, stop: Stop) -> None:
        """Note that a stage was left before the solver had the model."""
        self.answer.stop, self.cut = stop, True
        if self.name not in self.answer.bounds:
            self.answer.how[self.name] = "not reached"

    def _why_infeasible(self) -> str:
        """The reason in terms of the instance, if the remaining time allows it."""
        loaded = self._ready()
        try:
            with at_once(self._until()):
                return why_infeasible(loaded.m, loaded.matrix, self.options, self._left(), self.interrupted)
        except (KeyboardInterrupt, DeadlinePassed):
            return UNEXPLAINED

    def _try(self, plan: Deployed) -> None:
        """Add a plan to those that the stages choose from, if it passes the exact check."""
        if not self._check(plan):
            self.tried.append(plan)
            self.passed.append(plan)

    def _best(self, name: str) -> None:
        """Make the best known plan of a stage the plan of the answer."""
        fitting = [
            (self._value(name, plan), number)
            for number, plan in enumerate(self.tried)
            if all(self._value(earlier, plan) <= most for earlier, most in self.held.items())
        ]
        best = self.answer.deployed
        if fitting and (best is None or min(fitting)[0] < self._value(name, best)):
            self.answer.deployed = self.tried[min(fitting)[1]]

    def _within(self, name: str, bound: float, gap: float) -> bool:
        """Whether the best plan is within a relative gap of a bound."""
        best = self.answer.deployed
        return best is not None and relative_gap(float(self._value(name, best)), bound) <= gap

    def _ready(self) -> Loaded:
        """The model in HiGHS, with the limits on earlier objectives and a plan to start from."""
        if self.loaded is None:
            if self.answer.deployed is None and self.bare:
                with at_once(self._until()):
                    self.answer.deployed = first_plan(self.problem)
            began = time.monotonic()
            with at_once(self._until()):
                self.loaded = self.load()
            self.answer.times["load"] = time.monotonic() - began
            self.spent = self.loaded.resident.seconds
            for name, most in self.held.items():
                self.loaded.resident.hold(name, float(most))
        return self.loaded

    @property
    def solving(self) -> float:
        """Seconds spent in HiGHS."""
        return 0.0 if self.loaded is None else self.loaded.resident.seconds - self.spent

    def _rest(self, best: Deployed) -> None:
        """Objectives whose stage did not end, or whose value in the final plan is better than in their stage."""
        for name in self.names:
            value = float(self._value(name, best))
            stage = self.answer.bounds.get(name)
            if stage is None:
                self.answer.bounds[name] = proved(name, value, self.floors.get(name, 0.0))
                if value == 0:
                    self.closed.add(name)
            elif value < stage.value:
                self.answer.bounds[name] = proved(name, value, stage.bound)
                if self.answer.bounds[name].gap <= self.gap + NUMERICAL:
                    self.closed.add(name)  # a later stage found the plan that this one missed

    def _until(self) -> float | None:
        """Time at which the stages must be over; None without a limit."""
        return None if self.deadline is None else self.deadline - self.reserve

    def _left(self, share: float = 1.0) -> float | None:
        """Seconds that a run may take; None without a limit."""
        until = self._until()
        return None if until is None else max(0.0, (until - time.monotonic()) * share)

    def _check(self, plan: Deployed) -> list[Violation]:
        """Check a plan exactly; the time that this takes is reserved for the last check."""
        began = time.monotonic()
        broken = check_deployments(self.problem.instance, self.problem.model, plan, bought(plan))
        self.reserve = max(self.reserve, LAST_CHECK * (time.monotonic() - began))
        return broken

    def _stage(self, stage: int, name: str, floor: float, stall: float) -> tuple[Stop, float]:
        """Minimise one objective that is at least ``floor``; its plan becomes the plan of the answer."""
        loaded = self._ready()
        resident, points = loaded.resident, loaded.points
        resident.minimise(name)
        share = 1.0 if stage == len(self.names) else SHARE
        search = search_of(self, loaded, stage, name, floor, share)
        floor = max(floor, restricted(resident, search, self.problem.last, self.gap, floor))
        if search.over() and self.answer.deployed is not None:
            return Stop.INTERRUPT if self.interrupted.is_set() else Stop.TIME_LIMIT, floor
        watch = self._watch(stage, name, floor, WHOLE)

        def start() -> bool:
            best = self.answer.deployed
            if best is not None:
                resident.start_from(points.point(best), points.known)
            return best is not None

        root = options_of_root(points)

        def run(**options: Any) -> Run:
            if self.answer.deployed is not None and (stage > 1 or loaded.matrix.integral.sum() <= FEW):
                options |= STARTED
            return resident.run(self._left(share), self.interrupted, watch, self._left(), stall, **root, **options)

        driver: Driver[Violation] = Driver(
            start, run, lambda point: self._take(name, points.deployed(point)),
            lambda broken: all(self._tighten(loaded, violation) for violation in broken),
        )  # fmt: skip
        ended = minimise(resident, name, floor, driver, again=self.again)
        if ended.failed or ended.broken:
            return self._unmended(loaded, ended)
        if ended.stop is Stop.PROVED and not self._within(name, ended.bound, self.gap + NUMERICAL):
            return ended.stop, max(ended.bound, sharper(self, loaded, name))
        return ended.stop, ended.bound

    def _unmended(self, loaded: Loaded, ended: Ended[Violation]) -> tuple[Stop, float]:
        """End a stage whose limits the solver cannot keep: an earlier plan stays, with the bound proved for it."""
        if not loaded.matrix.far_apart:  # no figures are to blame: model and check contradict each other
            raise SolverError("the exact check rejects what HiGHS found: " + "; ".join(map(str, ended.broken[:3])))
        if self.answer.deployed is not None:
            return Stop.PROVED, ended.bound
        raise too_far_apart(self.problem.instance, ended.broken or [widest(loaded.matrix)])

    def _tighten(self, loaded: Loaded, violation: Violation) -> bool:
        """Tighten a limit that was passed within the solver's tolerances; False if that cannot help."""
        if violation.constraint == HELD and violation.excess is not None:
            name = str(violation.index[0])
            loaded.resident.hold(name, float(self.held[name] - 2 * violation.excess))
            return True
        try:
            tighten(loaded.m, loaded.matrix, loaded.resident, violation)
        except SolverError:
            return False
        return True

    def _watch(
        self, stage: int, name: str, floor: float, search: str, restricted: bool = False
    ) -> Callable[[Sight], None]:
        """Passes what HiGHS knows to the caller; the bound of a restricted run is no bound of the stage."""

        def watch(sight: Sight) -> None:
            if self.progress is None:
                return
            best = self.answer.deployed
            known = [sight.incumbent] if sight.incumbent is not None and not restricted else []
            known += [float(self._value(name, best))] if best is not None else []
            bound = floor if restricted or sight.bound is None else max(floor, sight.bound)
            incumbent = min(known, default=None)
            gap = None if incumbent is None else relative_gap(incumbent, bound)
            seconds = time.monotonic() - self.began
            self.progress(Progress(name, stage, len(self.names), seconds, incumbent, bound, gap, search))

        return watch

    def _take(self, name: str, found: Deployed) -> list[Violation]:
        """Make a plan the best so far if it passes the exact check and is no worse; returns the broken constraints."""
        plan = next((passed for passed in self.passed if passed == found), found)
        broken = (self._check(plan) if plan is found else []) or self._given_up(plan)
        if broken:
            return broken
        if plan is found:
            self.passed.append(plan)
            for old in self.passed[:-KEPT]:
                self.values.pop(id(old), None)
            self.passed = self.passed[-KEPT:]
        best = self.answer.deployed
        if best is None or self._own_rows() or self._value(name, plan) <= self._value(name, best):
            self.answer.deployed = plan
        return []

    def _given_up(self, found: Deployed) -> list[Violation]:
        """Earlier objectives that a plan worsens by more than is allowed."""
        return [
            Violation(HELD, (name,), f"{name} is worse than it may be", self._value(name, found) - most)
            for name, most in self.held.items()
            if self._value(name, found) > most + Fraction(1, 2 * 10**9) * max(Fraction(1), most)
        ]

    def _own_rows(self) -> bool:
        """Whether the caller added rows, which only HiGHS checks."""
        return self.loaded is not None and self.loaded.points.known is not None

    def _value(self, name: str, deployed: Deployed) -> Fraction:
        if id(deployed) not in self.values:
            self.values[id(deployed)] = (deployed, objective_values(self.problem, deployed))
        return self.values[id(deployed)][1][name]
