"""Find what to commit before it is known who withdraws."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from allocator.api import Choice, Source, choose, pass_warnings
from allocator.arguments import function, texts
from allocator.errors import BadUsage, SolverError
from allocator.hedging.answer import OTHER, PLANS, STAGES, STRICT, Hedge
from allocator.hedging.check import Decision, check_decision
from allocator.hedging.compared import compared
from allocator.hedging.expected import Expected, counting_on_all, with_stay
from allocator.hedging.figures import Figures, committed, proofs
from allocator.hedging.first_stage import Commitment, cost_of, ordered, together
from allocator.hedging.options import checked
from allocator.hedging.programme import Answer, Programme
from allocator.hedging.recourse import Second
from allocator.hedging.setting import Setting
from allocator.hedging.values import gaps_of
from allocator.outcome import Stop, status
from allocator.plan.manifest import Origin, manifest
from allocator.plan.tables import tables as result_tables
from allocator.purchases import Decided
from allocator.solving.stage import Progress, proved
from allocator.statistics import Estimate, estimate, value_at_risk
from allocator.stopping import at_once, later, watched
from allocator.withdrawal import STAY, Future, every_future, futures, possible

Report = Callable[[str, Progress | None], None]

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


@dataclass(eq=False)
class _Hedging(Setting):
    """One call of :func:`hedge`, step by step."""

    origin: Origin

    def __post_init__(self) -> None:
        super().__post_init__()
        instance, model, options = self.instance, self.model, self.options
        if options["method"] == "hedging" and self.problem.pools.programmes:
            raise BadUsage(
                "method hedging cannot order units; use method extensive, or leave out the family acquisition"
            )
        every = every_future(instance, model, max(ENUMERATED, options["futures"]))
        self.enumerated = every is not None
        self.sample = every or futures(instance, model, options["futures"], options["seed"])
        self.times: dict[str, float] = {}

    def answer(self) -> Hedge:
        """Run all steps in order."""
        began = time.monotonic()
        expected: list[Expected] = []
        try:
            found = self._timed("expected case", self._expected)
            if isinstance(found, Hedge):
                return found
            answer, expected = self._timed("plan", lambda: self._plan(found))
        except KeyboardInterrupt:
            return self._nothing("interrupted", "", "interrupt")
        except SolverError as error:
            return self._nothing("error", str(error))
        figures: dict[str, Any] = {}
        try:
            answer = self._timed("second stages", lambda: self._settled(answer))
            known = self._timed("evaluation", lambda: self._evaluate(answer, expected))
            figures = self._figures(answer, known, expected[-1])
            if not self.enumerated:
                figures["estimate"] = self._timed("replications", lambda: self._estimate(answer, known))
        except KeyboardInterrupt:  # plans that were not evaluated are left out
            pass
        except SolverError as error:
            return self._nothing("error", str(error))
        self.times["total"] = time.monotonic() - began
        return self._whole(answer, expected, figures)

    def _timed(self, name: str, work: Callable[[], Any]) -> Any:
        began = time.monotonic()
        try:
            return work()
        finally:
            self.times[name] = time.monotonic() - began

    # ---- the two commitments --------------------------------------------------------------------------------------

    def _expected(self) -> list[Expected] | Hedge:
        """The plan that counts on all, and the same if cost may take nothing from coverage."""
        from allocator.solving.solver import Solver

        solver = Solver(gap=self.options["gap"], time_limit=self.options["time_limit"], seed=self.options["seed"])
        found = counting_on_all(solver, self.instance, self.model, self.watch("the expected case"))
        if isinstance(found, list):
            return found
        if found.status == "interrupted" or found.stopped_by == "interrupt":
            raise KeyboardInterrupt
        return self._nothing(found.status, found.reason, found.stopped_by)

    def _plan(self, expected: Sequence[Expected]) -> tuple[Answer, list[Expected]]:
        """The two-stage plan over the sample, and of the plans that count on all those that are worth most over it."""
        sample, commitments = with_stay(self.sample), [case.commitment for case in expected]
        for case in expected:
            self.learn_one(case.commitment, STAY, case.deployed)
        free, *counted = self.recourse.evaluate(sample, [None, *commitments], self.report, "each future alone")
        shares = [future.probability for future in sample]
        floor = float(self.taste.value([Fraction(second.bound) for second in free], shares)) * (1 - 1e-12)
        start = [
            Decision(commitment, tuple(second.deployed for second in seconds))
            for commitment, seconds in zip(commitments, counted, strict=True)
        ]
        found, start = compared(self, expected, sample, start, floor)
        own = [replace(decision, deployed=decision.deployed[: len(self.sample)]) for decision in start]
        if self.options["method"] == "hedging":
            return self._hedged(own, floor), found
        programme = self.programme(self.sample)
        own += self._together(programme, free[: len(self.sample)])
        answer = programme.solve(
            own, stages=STAGES, floor=floor, time_limit=self.options["time_limit"], interrupted=self.interrupted,
            watch=self.watch(f"a plan for {len(self.sample)} futures"),
        )  # fmt: skip
        self.last = None  # it is large, and second stages have programmes of their own
        return answer, found

    def _settled(self, answer: Answer) -> Answer:
        """The same commitments with the best deployments: the stages only require the values that they hold."""
        for decision in (answer.decision, answer.strict):
            self.learn(decision, self.sample)
        commitments = [answer.decision.commitment, answer.strict.commitment]
        decision, strict = self.decisions(self.sample, commitments, "the plan in its futures")
        return replace(answer, decision=decision, strict=strict)

    def _together(self, programme: Programme, free: Sequence[Second]) -> list[Decision]:
        """A commitment of everything that the best plans of the futures need, if pools and limits allow it at once."""
        plans = tuple(second.deployed for second in free)
        decision = Decision(together(plan or {} for plan in plans), plans)
        return [] if programme.broken(decision) else [decision]

    def _hedged(self, start: Sequence[Decision], floor: float) -> Answer:
        """The two-stage plan by progressive hedging: rounds find a commitment, and second stages evaluate it."""
        from allocator.hedging.progressive import consensus

        if self.report is not None:
            self.report(f"progressive hedging of {len(self.sample)} futures", None)
        with at_once():
            found, bound = consensus(
                self.instance, self.model, self.sample, self.taste, self.highs, self.options["time_limit"]
            )
        decisions = [*start, *self.decisions(self.sample, [found], "the plan in its futures")]
        best = min(decisions, key=lambda decision: self.value(decision, self.sample))
        used = together(deployed or {} for deployed in best.deployed)
        gap = proved("gap", float(self.value(best, self.sample)), max(bound, floor))
        cost = proved("cost", float(cost_of(self.problem, used)), 0.0)
        closed = gap.gap <= self.options["gap"] and cost.value == 0
        decision = Decision(used, best.deployed)
        return Answer(decision, decision, {"gap": gap, "cost": cost}, Stop.PROVED, closed)

    # ---- evaluation -------------------------------------------------------------------------------------------------

    def _judged(self) -> list[Future]:
        """Futures in which plans are evaluated: all of them, or draws that no plan was made for."""
        if self.enumerated:
            return list(self.sample)
        return futures(self.instance, self.model, self.options["evaluate"], [self.options["seed"], 0])

    def _evaluate(self, answer: Answer, expected: Sequence[Expected]) -> Figures:
        """Figures of the two-stage plan, the plan for the expected case and full knowledge, before and after cost."""
        commitments: dict[str, Commitment | None] = {
            "two_stage": answer.decision.commitment, "expected_case": expected[0].commitment, "wait_and_see": None,
        }  # fmt: skip
        if self.model.tolerance:
            commitments |= dict(zip(STRICT, (answer.strict.commitment, expected[1].commitment), strict=True))
        if self.enumerated and expected[-1].other is not None:  # its values are known
            commitments[OTHER] = expected[-1].other
        judged = self._judged()
        seconds = self.recourse.evaluate(
            [*judged, STAY], list(commitments.values()), self.report, "plans in other futures"
        )
        return Figures(self.problem, self.taste, judged, commitments, dict(zip(commitments, seconds, strict=True)))

    def _figures(self, answer: Answer, known: Figures, expected: Expected) -> dict[str, Any]:
        """Tables and differences, once the plan has passed the check in every future in which it is evaluated."""
        for name in ("two_stage", STRICT[0]):
            commitment = known.commitments.get(name)
            if commitment is None:
                continue
            decision = Decision(commitment, tuple(second.deployed for second in known.seconds[name]))
            broken = check_decision(self.instance, self.model, known.judged, decision)
            if broken:
                raise SolverError("the audit rejects the plan: " + "; ".join(map(str, broken[:5])))
        bounds = (answer.bounds["gap"].bound, expected.bounds["value"].bound) if self.enumerated else None
        return known.tables() | known.worth(bounds)

    def _estimate(self, answer: Answer, known: Figures) -> Estimate:
        """The sampling error: the bounds proved on further samples, against the plan's value in further draws.

        The plan is the one in which cost takes nothing from coverage, since what cost takes is not a sampling error.
        """
        bounds = [answer.bounds["gap"].bound]
        for r in range(1, self.options["replications"]):
            sample = futures(self.instance, self.model, self.options["futures"], [self.options["seed"], r])
            programme = self.another(sample)
            found = programme.solve(
                [programme.nothing], stages=("gap",), time_limit=self.options["time_limit"],
                interrupted=self.interrupted, watch=self.watch(f"sample {r + 1} of {self.options['replications']}"),
            )  # fmt: skip
            if self.interrupted.is_set():
                raise KeyboardInterrupt
            bounds.append(found.bounds["gap"].bound)
        shares = [future.probability for future in self.sample]
        level = value_at_risk(gaps_of(self.problem, answer.strict), shares, self.taste.alpha)
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

    def _whole(self, answer: Answer, expected: Sequence[Expected], figures: dict[str, Any]) -> Hedge:
        broken = check_decision(self.instance, self.model, self.sample, answer.decision)
        if broken:
            return self._nothing("error", "the audit rejects the plan: " + "; ".join(map(str, broken[:5])))
        stopped = "interrupt" if self.interrupted.is_set() else ""
        if answer.stop is Stop.TIME_LIMIT:
            stopped = stopped or "time_limit"
        name = status(True, answer.stop, answer.closed)
        purchased = result_tables(self.problem, Decided((), ordered(answer.decision.commitment)), {})
        tables = {
            "commitments": committed(self.problem, answer.decision.commitment, expected[0].commitment),
            **{table: purchased[table] for table in ("orders", "industry")},
            "objectives": proofs(
                answer.bounds,
                {
                    "gap": self.value(answer.decision, self.sample),
                    "cost": cost_of(self.problem, answer.decision.commitment),
                },
            ),
            "expected_objectives": [
                {"plan": plan, **row}
                for plan, case in zip((PLANS[1], STRICT[1]), expected, strict=False)
                for row in case.rows(self.problem)
            ],
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
