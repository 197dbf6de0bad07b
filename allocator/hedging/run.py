"""What to commit before it is known who withdraws: the call."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from allocator.api import Choice, Source, choose
from allocator.arguments import LARGEST_SEED, Several, function, number, one_of, optional, texts, whole
from allocator.errors import BadUsage, SolverError
from allocator.futures import STAY, Future, able, every_future, futures, possible
from allocator.hedging.answer import COLUMNS, PLANS, Hedge
from allocator.hedging.check import Commitment, Decision, check_decision
from allocator.hedging.recourse import Recourse, Second, needed_by
from allocator.hedging.risk import ONE, Estimate, Taste, cvar, estimate, mean, value_at_risk
from allocator.instance import Instance
from allocator.model import Model
from allocator.outcome import Bounds, Stop, status
from allocator.plan import objective_values
from allocator.scope import Scope

if TYPE_CHECKING:
    from allocator.hedging.programme import Answer, Programme
    from allocator.lexicographic import Progress

Tell = Callable[[str, "Progress | None"], None]

ENUMERATED = 64
"""Futures up to which all are taken with their exact probabilities, and none is drawn."""

METHODS = ("extensive", "hedging")


def hedge(
    instance: Source,
    model: Choice = None,
    *,
    futures: int = 20,
    seed: int = 0,
    cvar: float = 0.9,
    weight: float = 0.5,
    replications: int = 5,
    evaluate: int = 200,
    gap: float = 1e-3,
    time_limit: float | None = None,
    overrides: Sequence[str] = (),
    case: str = "base",
    coalition: str | None = None,
    method: str = "extensive",
    progress: Tell | None = None,
) -> Hedge:
    """What to commit before it is known who withdraws, and what planning for that is worth.

    Each nation stays under an objective with its willingness as probability. What is committed has to be paid for and
    relieved whether it is used or not; what is deployed of it is decided when it is known who is left.

    Parameters
    ----------
    instance, model, overrides, case, coalition
        As for :func:`allocator.solve`; of the model's objectives the gap counts, then the cost of what is committed.
    futures : int
        Futures to draw; where there are no more than this (or than 64) in all, every one is taken.
    seed : int
        Random seed of the draws and of HiGHS.
    cvar : float
        Level of the conditional value at risk, at least 0 and below 1: 0.9 looks at the worst tenth.
    weight : float
        How much that counts, 0 to 1; the rest is the expectation.
    replications : int
        Samples, the plan's own counted, from which the error of sampling is judged; at least 2.
    evaluate : int
        Futures drawn anew to judge plans by; at least 2.
    gap : float
        Relative gap at which an objective counts as proved.
    time_limit : float, optional
        Seconds for each programme (a plan over one sample, or one future alone).
    method : str
        ``extensive`` solves one programme over all futures; ``hedging`` (progressive hedging, needs the extra
        ``futures``) solves them one by one, for many.
    progress : callable, optional
        Told what is being solved, and how far that is.

    Returns
    -------
    Hedge
        Its plans have passed the independent check, or its status is ``error`` and ``reason`` says what failed.

    Raises
    ------
    BadInput
        The instance, the model or an override has faults.
    BadUsage
        An argument is out of range.
    """
    options = _checked(futures, seed, cvar, weight, replications, evaluate, gap, time_limit, method)
    function("progress", progress)
    overrides = texts("overrides", overrides, "horizon.periods=4")
    chosen = choose(instance, model, overrides, case=case, coalition=coalition)
    work = _Hedging(*chosen, options, progress)
    work.manifest |= {"overrides": list(overrides), "case": case, "coalition": coalition}
    return work.answer()


class _Hedging:
    """One question in the making."""

    def __init__(self, instance: Instance, model: Model, options: Mapping[str, Any], tell: Tell | None) -> None:
        from allocator.solver import versions

        self.instance, self.model, self.options, self.tell = instance, model, options, tell
        self.taste = Taste.of(options["weight"], options["cvar"])
        self.highs = {
            "mip_rel_gap": options["gap"], "mip_abs_gap": 1e-9, "threads": 1, "random_seed": options["seed"],
        }  # fmt: skip
        self.scope = Scope(instance, model)
        every = every_future(instance, model, max(ENUMERATED, options["futures"]))
        self.enumerated = every is not None
        self.sample = every or futures(instance, model, options["futures"], options["seed"])
        self.interrupted = threading.Event()
        self.recourse = Recourse(
            instance, model, self.scope.objective_of, self.highs, options["time_limit"], self.interrupted
        )
        self.times: dict[str, float] = {}
        self.manifest: dict[str, Any] = {
            "instance": instance.name, "sha256": instance.sha256, "model": model.to_dict(), "options": dict(options),
            "versions": versions(),
        }  # fmt: skip

    def answer(self) -> Hedge:
        """Everything in its order."""
        began = time.monotonic()
        expected = None
        try:
            expected = self._timed("expected case", self._expected)
            if isinstance(expected, Hedge):
                return expected
            answer = self._timed("plan", lambda: self._plan(expected))
        except KeyboardInterrupt:
            return self._nothing("interrupted", "", "interrupt")
        except SolverError as error:
            return self._nothing("error", str(error))
        figures: dict[str, Any] = {}
        try:
            judged = self._judged()
            seconds = self._timed("evaluation", lambda: self._evaluate(answer, expected, judged))
            figures = self._figures(answer, expected, judged, seconds)
            if not self.enumerated:
                figures["estimate"] = self._timed("replications", lambda: self._estimate(answer, judged, seconds[0]))
        except KeyboardInterrupt:
            self.interrupted.set()
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

    def _watch(self, what: str) -> Callable[[Progress], None] | None:
        tell = self.tell
        if tell is None:
            return None
        tell(what, None)
        return lambda progress: tell(what, progress)

    # ---- the two commitments --------------------------------------------------------------------------------------

    def _expected(self) -> Commitment | Hedge:
        """What would be committed if everyone who is willing enough stayed."""
        from allocator.solver import Solver

        model = replace(self.model, objectives=("gap", "cost"))
        solver = Solver(gap=self.options["gap"], time_limit=self.options["time_limit"], seed=self.options["seed"])
        plan = solver.solve(self.instance, model, progress=self._watch("the expected case"))
        if plan.status == "interrupted" or plan.stopped_by == "interrupt":
            raise KeyboardInterrupt
        if not plan.found:
            return self._nothing(plan.status, plan.reason, plan.stopped_by)
        return needed_by(
            {(d["nation"], d["unit_type"], d["task"], d["period"]): d["units"] for d in plan.rows("deployments")}
        )

    def _plan(self, expected: Commitment) -> Answer:
        """The two-stage plan over the sample."""
        from allocator.hedging.programme import Programme
        from allocator.hedging.two_stage import STAGES

        free, counted = self.recourse.evaluate(self.sample, [None, expected], self.tell, "futures by themselves")
        shares = [future.probability for future in self.sample]
        floor = float(self.taste.value([Fraction(second.bound) for second in free], shares)) * (1 - 1e-12)
        start = [Decision(expected, tuple(second.deployed for second in counted))]
        if self.options["method"] == "hedging":
            return self._hedged(start[0], floor)
        programme = Programme(self.instance, self.model, self.sample, self.taste, self.highs)
        start += self._together(programme, free)
        what = f"a plan for {len(self.sample)} futures"
        answer = programme.solve(
            start, stages=STAGES, floor=floor, time_limit=self.options["time_limit"], interrupted=self.interrupted,
            watch=self._watch(what),
        )  # fmt: skip
        for future, deployed, found in zip(
            self.sample, answer.decision.deployed, programme.gaps(answer.decision), strict=True
        ):
            self.recourse.learn(answer.decision.commitment, future, deployed, found)
        return answer

    def _together(self, programme: Programme, free: Sequence[Second]) -> list[Decision]:
        """Everything that the best plans of the futures need, where that can be borne at once: then nothing is lost."""
        units: dict[tuple[str, str, int], int] = {}
        for second in free:
            for key, count in needed_by(second.deployed or {}).items():
                units[key] = max(count, units.get(key, 0))
        decision = Decision(units, tuple(second.deployed for second in free))
        return [] if programme.broken(decision) else [decision]

    def _hedged(self, start: Decision, floor: float) -> Answer:
        """The same by progressive hedging: a commitment found by rounds, its worth by the ordinary second stages."""
        from allocator.hedging.programme import Answer, proved
        from allocator.hedging.progressive import consensus

        if self.tell is not None:
            self.tell(f"progressive hedging of {len(self.sample)} futures", None)
        found, bound = consensus(
            self.instance, self.model, self.sample, self.taste, self.highs, self.options["time_limit"]
        )
        (seconds,) = self.recourse.evaluate(self.sample, [found], self.tell, "the plan in its futures")
        decisions = [start, Decision(found, tuple(second.deployed for second in seconds))]
        best = min(decisions, key=self._value)
        used: dict[tuple[str, str, int], int] = {}
        for deployed in best.deployed:
            for key, units in needed_by(deployed or {}).items():
                used[key] = max(units, used.get(key, 0))
        value = self._value(best)
        gap = proved("gap", float(value), max(bound, floor))
        cost = proved("cost", float(self._cost(used)), 0.0)
        closed = gap.gap <= self.options["gap"] and cost.value == 0
        return Answer(Decision(used, best.deployed), {"gap": gap, "cost": cost}, Stop.PROVED, closed)

    def _value(self, decision: Decision) -> Fraction:
        """What a decision is worth over the sample."""
        gaps = [
            ONE if deployed is None else objective_values(self.scope, deployed)["gap"] for deployed in decision.deployed
        ]
        return self.taste.value(gaps, [future.probability for future in self.sample])

    # ---- what they are worth ----------------------------------------------------------------------------------------

    def _judged(self) -> list[Future]:
        """Futures by which plans are judged: all there are, or draws that no plan has seen."""
        if self.enumerated:
            return list(self.sample)
        return futures(self.instance, self.model, self.options["evaluate"], [self.options["seed"], 0])

    def _evaluate(self, answer: Answer, expected: Commitment, judged: Sequence[Future]) -> list[list[Second]]:
        """Second stages of the two-stage plan, of that for the expected case, and of full knowledge."""
        commitments = [answer.decision.commitment, expected, None]
        everyone = [*judged, STAY]
        return self.recourse.evaluate(everyone, commitments, self.tell, "plans in futures anew")

    def _figures(
        self, answer: Answer, expected: Commitment, judged: Sequence[Future], seconds: Sequence[Sequence[Second]]
    ) -> dict[str, Any]:
        shares = [future.probability for future in judged]
        gaps = {name: [second.gap for second in found[:-1]] for name, found in zip(PLANS, seconds, strict=True)}
        values = {name: self.taste.value(gaps[name], shares) for name in PLANS}
        costs = {"two_stage": answer.decision.commitment, "expected_case": expected}
        plans = []
        for name, found in zip(PLANS, seconds, strict=True):
            failed = [future.probability for future, second in zip(judged, found, strict=False) if not _planned(second)]
            figures = (
                float(values[name]),
                float(1 - mean(gaps[name], shares)),
                float(1 - cvar(gaps[name], shares, self.taste.alpha)),
                float(1 - found[-1].gap),
                float(sum(failed)),
                float(self._cost(costs[name])) if name in costs else None,
            )
            plans.append(dict(zip(COLUMNS["plans"], (name, *figures), strict=True)))
        pairs = able(self.scope)
        rows = [
            dict(
                zip(
                    COLUMNS["futures"],
                    (s + 1, future.told(pairs), float(shares[s]), *(float(1 - gaps[name][s]) for name in PLANS)),
                    strict=True,
                )
            )
            for s, future in enumerate(judged)
        ]
        deployed = [
            dict(zip(COLUMNS["deployments"], (s + 1, *cell, units), strict=True))
            for s, second in enumerate(seconds[0][:-1])
            for cell, units in (second.deployed or {}).items()
        ]
        self.judged = (judged, [second.deployed for second in seconds[0][:-1]])
        return {
            "plans": plans,
            "futures": rows,
            "deployments": deployed,
            "vss": float(values["expected_case"] - values["two_stage"]),
            "evpi": float(values["two_stage"] - values["wait_and_see"]),
        }

    def _cost(self, commitment: Commitment) -> Fraction:
        return sum((self.scope.unit_cost[u] * units for (_, u, _), units in commitment.items()), start=Fraction(0))

    def _estimate(self, answer: Answer, judged: Sequence[Future], seconds: Sequence[Second]) -> Estimate:
        """The error of sampling: what further samples prove at best, against what the plan loses in draws anew."""
        from allocator.hedging.programme import Programme

        bounds = [answer.bounds["gap"].bound]
        for r in range(1, self.options["replications"]):
            sample = futures(self.instance, self.model, self.options["futures"], [self.options["seed"], r])
            programme = Programme(self.instance, self.model, sample, self.taste, self.highs)
            found = programme.solve(
                [programme.nothing], stages=("gap",), time_limit=self.options["time_limit"],
                interrupted=self.interrupted, watch=self._watch(f"sample {r + 1} of {self.options['replications']}"),
            )  # fmt: skip
            if self.interrupted.is_set():
                raise KeyboardInterrupt
            bounds.append(found.bounds["gap"].bound)
        level = value_at_risk(self._own(answer), [future.probability for future in self.sample], self.taste.alpha)
        losses = [
            float(self.taste.loss(second.gap, level))
            for future, second in zip(judged, seconds, strict=False)
            for _ in range(int(future.probability * self.options["evaluate"]))
        ]
        return estimate(bounds, losses)

    def _own(self, answer: Answer) -> list[Fraction]:
        """Gaps of the plan in the futures that it is made for."""
        (own,) = self.recourse.evaluate(self.sample, [answer.decision.commitment], None, "")
        return [second.gap for second in own]

    # ---- the answer -------------------------------------------------------------------------------------------------

    def _nothing(self, name: str, reason: str, stopped_by: str = "") -> Hedge:
        self.manifest |= {"status": name, "times": _rounded(self.times)}
        return Hedge(
            name, reason, self.instance, self.model, self.options["method"], self.enumerated,
            manifest=self.manifest, stopped_by=stopped_by,
        )  # fmt: skip

    def _whole(self, answer: Answer, expected: Commitment, figures: dict[str, Any]) -> Hedge:
        broken = check_decision(self.instance, self.model, self.sample, answer.decision)
        if figures:
            judged, deployed = self.judged
            broken += check_decision(
                self.instance, self.model, judged, Decision(answer.decision.commitment, tuple(deployed))
            )
        if broken:
            return self._nothing("error", "the audit rejects the plan: " + "; ".join(map(str, broken[:5])))
        stopped = "interrupt" if self.interrupted.is_set() else ""
        if answer.stop is Stop.TIME_LIMIT:
            stopped = stopped or "time_limit"
        name = status(True, answer.stop, answer.closed)
        self.manifest |= {"status": name, "stopped_by": stopped, "times": _rounded(self.times)}
        tables = {
            "commitments": self._commitments(answer.decision.commitment, expected),
            "objectives": [_objective(bounds) for bounds in answer.bounds.values()],
            **{table: figures.get(table, []) for table in ("plans", "futures", "deployments")},
        }
        return Hedge(
            name, "", self.instance, self.model, self.options["method"], self.enumerated, answer.decision,
            tuple(self.sample), possible(self.scope), figures.get("vss"), figures.get("evpi"), figures.get("estimate"),
            self.manifest, stopped, tables,
        )  # fmt: skip

    def _commitments(self, commitment: Commitment, expected: Commitment) -> list[dict[str, Any]]:
        rows = []
        for n, u, t in dict.fromkeys([*commitment, *expected]):
            units = commitment.get((n, u, t), 0)
            cost = float(self.scope.unit_cost[u] * units)
            values = (n, u, t, units, units * self.scope.personnel[u], cost, expected.get((n, u, t), 0))
            rows.append(dict(zip(COLUMNS["commitments"], values, strict=True)))
        place = {name: i for i, name in enumerate([*self.scope.NATIONS, *self.scope.UNITS])}
        return sorted(rows, key=lambda row: (place[row["nation"]], place[row["unit_type"]], row["period"]))


def _planned(second: Second) -> bool:
    return second.deployed is not None


def _objective(bounds: Bounds) -> dict[str, Any]:
    return dict(zip(COLUMNS["objectives"], (bounds.objective, bounds.value, bounds.bound, bounds.gap), strict=True))


def _rounded(times: Mapping[str, float]) -> dict[str, float]:
    return {key: round(seconds, 4) for key, seconds in times.items()}


def _checked(
    futures: Any, seed: Any, cvar: Any, weight: Any, replications: Any, evaluate: Any, gap: Any, time_limit: Any,
    method: Any,
) -> dict[str, Any]:  # fmt: skip
    """The options of a call, plain."""
    several = Several()
    options = {
        "futures": several(whole, "futures", futures, least=1),
        "seed": several(whole, "seed", seed, least=0, most=LARGEST_SEED),
        "cvar": several(number, "cvar", cvar, least=0, below=1),
        "weight": several(number, "weight", weight, least=0, most=1),
        "replications": several(whole, "replications", replications, least=2),
        "evaluate": several(whole, "evaluate", evaluate, least=2),
        "gap": several(number, "gap", gap, least=0, most=1),
        "time_limit": several(optional, "time_limit", time_limit, number, above=0, unit=" of seconds"),
        "method": several(one_of, "method", method, METHODS),
    }
    several.done()
    if method == "hedging":
        from importlib.util import find_spec

        if find_spec("mpisppy") is None:
            raise BadUsage('method hedging needs mpi-sppy; in the clone: pip install ".[futures]"')
    return options
