"""Find what to commit before it is known who withdraws."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from allocator.api import Choice, Source, choose, pass_warnings
from allocator.arguments import function, texts
from allocator.errors import BadUsage, SolverError
from allocator.hedging.answer import COLUMNS, STAGES, STRICT, Hedge
from allocator.hedging.check import Decision, check_decision
from allocator.hedging.figures import Figures
from allocator.hedging.first_stage import Commitment, cost_of, needed_by, ordered, together
from allocator.hedging.options import checked
from allocator.hedging.recourse import Recourse, Second
from allocator.instance import Instance
from allocator.model import Model
from allocator.outcome import Stop, status
from allocator.plan.manifest import Origin, manifest
from allocator.plan.tables import tables as result_tables
from allocator.plan.values import objective_values
from allocator.problem import Problem
from allocator.purchases import Decided, decided
from allocator.statistics import ONE, Estimate, Taste, estimate, value_at_risk
from allocator.stopping import at_once, later, watched
from allocator.withdrawal import STAY, Future, every_future, futures, possible

if TYPE_CHECKING:
    from allocator.hedging.programme import Answer, Programme
    from allocator.solving.stage import Progress

Report = Callable[[str, "Progress | None"], None]

ENUMERATED = 64
"""Up to this many futures are all used with their exact probabilities; none is drawn."""


def hedge(
    instance: Source, model: Choice = None, *, futures: int = 20, seed: int = 0, cvar: float = 0.9, weight: float = 0.5,
    replications: int = 5, evaluate: int = 200, gap: float = 1e-3, time_limit: float | None = None,
    overrides: Sequence[str] = (), case: str = "base", coalition: str | None = None, method: str = "extensive",
    progress: Report | None = None, warn: Callable[[str], None] | None = None,
) -> Hedge:  # fmt: skip
    """Find what to commit before it is known who withdraws, and what it is worth to plan for withdrawal.

    The probability that a nation stays with an objective is its willingness. What is committed must be paid for and
    relieved whether it is used or not; how much of it is deployed is decided once it is known who stays.

    Parameters
    ----------
    instance, model, overrides, case, coalition, warn
        As for :func:`allocator.solve`; the gap is minimised first, then the cost of what is committed.
    futures, seed : int
        Futures to draw, or all of them if there are no more than this or 64; random seed of the draws and of HiGHS.
    cvar, weight : float
        Level of the conditional value at risk, 0 to below 1 (0.9: the worst tenth), and its weight against expectation.
    replications, evaluate : int
        Samples for the sampling error, the plan's own among them; futures to evaluate plans; at least 2 of each.
    gap, time_limit : float
        Relative gap at which an objective counts as proved; seconds for each sample or future, by default no end.
    method : str
        ``extensive``: one programme over all futures; ``hedging``: progressive hedging, for many (extra ``futures``).
    progress : callable, optional
        Called with what is being solved and how far the solve is.

    Returns
    -------
    Hedge
        Its plans passed the independent check; otherwise its status is ``error`` and ``reason`` says what failed.

    Raises
    ------
    BadInput, BadUsage
        The instance, the model or an override has faults; an argument is out of range.

    Examples
    --------
    >>> import allocator
    >>> hedge = allocator.hedge("toy-rotation")  # the one nation stays with probability 0.8
    >>> hedge.status, hedge.possible
    ('optimal', 2)
    >>> round(hedge.plan("two_stage")["coverage"], 6)  # half of the requirement, if it stays
    0.4
    """
    options = checked(futures, seed, cvar, weight, replications, evaluate, gap, time_limit, method)
    function("progress", progress)
    function("warn", warn)
    origin = Origin(tuple(texts("overrides", overrides, "horizon.periods=4")), case, coalition)
    with watched() as watch, later():
        with at_once():
            chosen = choose(instance, model, origin.overrides, case=case, coalition=coalition)
            pass_warnings(*chosen, warn)
            work = _Hedging(*chosen, options, progress, watch.interrupted, origin)
        answer = work.answer()
        watch.reported = answer.stopped_by == "interrupt"
    return answer


class _Hedging:
    """One call of :func:`hedge`, step by step."""

    def __init__(
        self,
        instance: Instance,
        model: Model,
        options: Mapping[str, Any],
        report: Report | None,
        interrupted: threading.Event,
        origin: Origin,
    ) -> None:
        self.instance, self.model, self.options, self.report = instance, model, options, report
        self.taste = Taste.of(options["weight"], options["cvar"])
        self.highs = {
            "mip_rel_gap": options["gap"], "mip_abs_gap": 1e-9, "threads": 1, "random_seed": options["seed"],
        }  # fmt: skip
        self.problem = Problem(instance, model)
        if options["method"] == "hedging" and self.problem.pools.programmes:
            raise BadUsage(
                "method hedging cannot order units; use method extensive, or leave out the family acquisition"
            )
        every = every_future(instance, model, max(ENUMERATED, options["futures"]))
        self.enumerated = every is not None
        self.sample = every or futures(instance, model, options["futures"], options["seed"])
        self.interrupted = interrupted
        self.recourse = Recourse(
            instance, model, self.problem.objective_of, self.highs, options["time_limit"], self.interrupted
        )
        self.times: dict[str, float] = {}
        self.origin = origin

    def answer(self) -> Hedge:
        """Run all steps in order."""
        began = time.monotonic()
        expected: list[Commitment] = []
        try:
            found = self._timed("expected case", self._expected)
            if isinstance(found, Hedge):
                return found
            expected = found
            answer = self._timed("plan", lambda: self._plan(expected))
        except KeyboardInterrupt:
            return self._nothing("interrupted", "", "interrupt")
        except SolverError as error:
            return self._nothing("error", str(error))
        figures: dict[str, Any] = {}
        try:
            answer = self._timed("second stages", lambda: self._settled(answer))
            known = self._timed("evaluation", lambda: self._evaluate(answer, expected))
            figures = self._figures(answer, known)
            if not self.enumerated:
                figures["estimate"] = self._timed("replications", lambda: self._estimate(answer, known))
        except KeyboardInterrupt:  # plans that were not evaluated are left out
            pass
        except SolverError as error:
            return self._nothing("error", str(error))
        self.times["total"] = time.monotonic() - began
        return self._whole(answer, expected[0], figures)

    def _timed(self, name: str, work: Callable[[], Any]) -> Any:
        began = time.monotonic()
        try:
            return work()
        finally:
            self.times[name] = time.monotonic() - began

    def _watch(self, what: str) -> Callable[[Progress], None] | None:
        report = self.report
        if report is None:
            return None
        report(what, None)
        return lambda progress: report(what, progress)

    # ---- the two commitments --------------------------------------------------------------------------------------

    def _expected(self) -> list[Commitment] | Hedge:
        """The commitment if all who are willing enough stayed; and the same if cost may take nothing from coverage."""
        from allocator.solving.prior import Known
        from allocator.solving.solver import Solver

        solver = Solver(gap=self.options["gap"], time_limit=self.options["time_limit"], seed=self.options["seed"])
        found: list[Commitment] = []
        plans: tuple[Decided, ...] = ()
        for tolerance in (self.model.tolerance, 0.0) if self.model.tolerance else (0.0,):
            model = replace(self.model, objectives=STAGES, tolerance=tolerance)
            watch = self._watch("the expected case")
            plan = solver.solve(self.instance, model, known=Known(plans=plans), progress=watch)
            if plan.status == "interrupted" or plan.stopped_by == "interrupt":
                raise KeyboardInterrupt
            if not plan.found:
                return self._nothing(plan.status, plan.reason, plan.stopped_by)
            plans = (decided(plan.rows),)
            found.append(needed_by(plans[0]))
        return found

    def _plan(self, expected: Sequence[Commitment]) -> Answer:
        """The two-stage plan over the sample."""
        from allocator.hedging.programme import Programme

        free, *counted = self.recourse.evaluate(self.sample, [None, *expected], self.report, "each future alone")
        shares = [future.probability for future in self.sample]
        floor = float(self.taste.value([Fraction(second.bound) for second in free], shares)) * (1 - 1e-12)
        start = [
            Decision(commitment, tuple(second.deployed for second in seconds))
            for commitment, seconds in zip(expected, counted, strict=True)
        ]
        if self.options["method"] == "hedging":
            return self._hedged(start, floor)
        with at_once():
            programme = Programme(self.instance, self.model, self.sample, self.taste, self.highs)
        start += self._together(programme, free)
        return programme.solve(
            start, stages=STAGES, floor=floor, time_limit=self.options["time_limit"], interrupted=self.interrupted,
            watch=self._watch(f"a plan for {len(self.sample)} futures"),
        )  # fmt: skip

    def _settled(self, answer: Answer) -> Answer:
        """The same commitments with the best deployments: the stages only require the values that they hold."""
        for decision in (answer.decision, answer.strict):
            for future, deployed, gap in zip(self.sample, decision.deployed, self._gaps(decision), strict=True):
                self.recourse.learn(decision.commitment, future, deployed, gap)
        commitments = [answer.decision.commitment, answer.strict.commitment]
        found = self.recourse.evaluate(self.sample, commitments, self.report, "the plan in its futures")
        decision, strict = (
            Decision(commitment, tuple(second.deployed for second in seconds))
            for commitment, seconds in zip(commitments, found, strict=True)
        )
        return replace(answer, decision=decision, strict=strict)

    def _together(self, programme: Programme, free: Sequence[Second]) -> list[Decision]:
        """A commitment of everything that the best plans of the futures need, if pools and limits allow it at once."""
        plans = tuple(second.deployed for second in free)
        decision = Decision(together(plan or {} for plan in plans), plans)
        return [] if programme.broken(decision) else [decision]

    def _hedged(self, start: Sequence[Decision], floor: float) -> Answer:
        """The two-stage plan by progressive hedging: rounds find a commitment, and second stages evaluate it."""
        from allocator.hedging.programme import Answer
        from allocator.hedging.progressive import consensus
        from allocator.solving.stage import proved

        if self.report is not None:
            self.report(f"progressive hedging of {len(self.sample)} futures", None)
        with at_once():
            found, bound = consensus(
                self.instance, self.model, self.sample, self.taste, self.highs, self.options["time_limit"]
            )
        (seconds,) = self.recourse.evaluate(self.sample, [found], self.report, "the plan in its futures")
        decisions = [*start, Decision(found, tuple(second.deployed for second in seconds))]
        best = min(decisions, key=self._value)
        used = together(deployed or {} for deployed in best.deployed)
        gap = proved("gap", float(self._value(best)), max(bound, floor))
        cost = proved("cost", float(cost_of(self.problem, used)), 0.0)
        closed = gap.gap <= self.options["gap"] and cost.value == 0
        decision = Decision(used, best.deployed)
        return Answer(decision, decision, {"gap": gap, "cost": cost}, Stop.PROVED, closed)

    def _value(self, decision: Decision) -> Fraction:
        """Value of a decision over the sample."""
        return self.taste.value(self._gaps(decision), [future.probability for future in self.sample])

    def _gaps(self, decision: Decision) -> list[Fraction]:
        """Gap of a decision in each future of the sample."""
        return [
            ONE if deployed is None else objective_values(self.problem, deployed)["gap"]
            for deployed in decision.deployed
        ]

    # ---- evaluation -------------------------------------------------------------------------------------------------

    def _judged(self) -> list[Future]:
        """Futures in which plans are evaluated: all of them, or draws that no plan was made for."""
        if self.enumerated:
            return list(self.sample)
        return futures(self.instance, self.model, self.options["evaluate"], [self.options["seed"], 0])

    def _evaluate(self, answer: Answer, expected: Sequence[Commitment]) -> Figures:
        """Figures of the two-stage plan, the plan for the expected case and full knowledge, before and after cost."""
        commitments: dict[str, Commitment | None] = {
            "two_stage": answer.decision.commitment, "expected_case": expected[0], "wait_and_see": None,
        }  # fmt: skip
        if self.model.tolerance:
            commitments |= dict(zip(STRICT, (answer.strict.commitment, expected[1]), strict=True))
        judged = self._judged()
        seconds = self.recourse.evaluate(
            [*judged, STAY], list(commitments.values()), self.report, "plans in other futures"
        )
        return Figures(self.problem, self.taste, judged, commitments, dict(zip(commitments, seconds, strict=True)))

    def _figures(self, answer: Answer, known: Figures) -> dict[str, Any]:
        """Tables and differences, once the plan has passed the check in every future in which it is evaluated."""
        for name in ("two_stage", STRICT[0]):
            commitment = known.commitments.get(name)
            if commitment is None:
                continue
            decision = Decision(commitment, tuple(second.deployed for second in known.seconds[name]))
            broken = check_decision(self.instance, self.model, known.judged, decision)
            if broken:
                raise SolverError("the audit rejects the plan: " + "; ".join(map(str, broken[:5])))
        return known.tables() | known.worth(answer.bounds["gap"].bound if self.enumerated else None)

    def _estimate(self, answer: Answer, known: Figures) -> Estimate:
        """The sampling error: the bounds proved on further samples, against the plan's value in further draws.

        The plan is the one in which cost takes nothing from coverage, since what cost takes is not a sampling error.
        """
        from allocator.hedging.programme import Programme

        bounds = [answer.bounds["gap"].bound]
        for r in range(1, self.options["replications"]):
            sample = futures(self.instance, self.model, self.options["futures"], [self.options["seed"], r])
            with at_once():
                programme = Programme(self.instance, self.model, sample, self.taste, self.highs)
            found = programme.solve(
                [programme.nothing], stages=("gap",), time_limit=self.options["time_limit"],
                interrupted=self.interrupted, watch=self._watch(f"sample {r + 1} of {self.options['replications']}"),
            )  # fmt: skip
            if self.interrupted.is_set():
                raise KeyboardInterrupt
            bounds.append(found.bounds["gap"].bound)
        shares = [future.probability for future in self.sample]
        level = value_at_risk(self._gaps(answer.strict), shares, self.taste.alpha)
        gaps = known.gaps[STRICT[0] if STRICT[0] in known.gaps else "two_stage"]
        losses = [
            float(self.taste.loss(gap, level))
            for future, gap in zip(known.judged, gaps, strict=True)
            for _ in range(int(future.probability * self.options["evaluate"]))
        ]
        return estimate(bounds, losses)

    # ---- the answer -------------------------------------------------------------------------------------------------

    def _nothing(self, name: str, reason: str, stopped_by: str = "") -> Hedge:
        return Hedge(
            name, reason, self.instance, self.model, self.options["method"], self.enumerated,
            manifest=self._manifest(name, stopped_by), stopped_by=stopped_by,
        )  # fmt: skip

    def _whole(self, answer: Answer, expected: Commitment, figures: dict[str, Any]) -> Hedge:
        broken = check_decision(self.instance, self.model, self.sample, answer.decision)
        if broken:
            return self._nothing("error", "the audit rejects the plan: " + "; ".join(map(str, broken[:5])))
        stopped = "interrupt" if self.interrupted.is_set() else ""
        if answer.stop is Stop.TIME_LIMIT:
            stopped = stopped or "time_limit"
        name = status(True, answer.stop, answer.closed)
        purchased = result_tables(self.problem, Decided((), ordered(answer.decision.commitment)), {})
        tables = {
            "commitments": self._commitments(answer.decision.commitment, expected),
            **{table: purchased[table] for table in ("orders", "industry")},
            "objectives": self._objectives(answer),
            **{table: figures.get(table, []) for table in ("plans", "futures", "deployments")},
        }
        return Hedge(
            name, "", self.instance, self.model, self.options["method"], self.enumerated, answer.decision,
            tuple(self.sample), possible(self.problem),
            **{key: figures.get(key) for key in ("vss", "evpi", "vss_range", "evpi_range", "estimate")},
            manifest=self._manifest(name, stopped), stopped_by=stopped, _tables=tables,
        )  # fmt: skip

    def _manifest(self, name: str, stopped: str) -> dict[str, Any]:
        from allocator.solving.versions import versions

        return manifest(
            self.instance, self.model, self.origin, options=self.options, versions=versions(), status=name,
            stopped_by=stopped, times=self.times,
        )  # fmt: skip

    def _objectives(self, answer: Answer) -> list[dict[str, Any]]:
        """Values of the plan, what cost took from coverage, and what the stages proved."""
        values = {"gap": self._value(answer.decision), "cost": cost_of(self.problem, answer.decision.commitment)}
        return [
            dict(zip(COLUMNS["objectives"], (name, value, *bounds.beside(value)), strict=True))
            for name, bounds in answer.bounds.items()
            for value in (float(values[name]),)
        ]

    def _commitments(self, commitment: Commitment, expected: Commitment) -> list[dict[str, Any]]:
        rows = []
        for n, u, t in dict.fromkeys([*commitment, *expected]):
            units = commitment.get((n, u, t), 0)
            cost = float(self.problem.money.unit_cost[u] * units)
            values = (n, u, t, units, units * self.problem.personnel[u], cost, expected.get((n, u, t), 0))
            rows.append(dict(zip(COLUMNS["commitments"], values, strict=True)))
        place = {name: i for i, name in enumerate([*self.problem.NATIONS, *self.problem.UNITS])}
        return sorted(rows, key=lambda row: (place[row["nation"]], place[row["unit_type"]], row["period"]))
