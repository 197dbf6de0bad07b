"""The second stage by itself: the value of a commitment in each future, and the value of knowing the future."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

from allocator.hedging.check import Decision
from allocator.hedging.first_stage import Commitment, needed_by
from allocator.hedging.programme import Programme, Watch
from allocator.instance import Instance
from allocator.model import Model
from allocator.outcome import relative_gap
from allocator.plan.values import Deployed
from allocator.solving.stage import Progress
from allocator.statistics import ONE, Taste
from allocator.withdrawal import Future, Promised, Stance

Key = frozenset[tuple[tuple[str, str, int], int]] | None
Used = tuple[str, str, int]
"""Nation, objective and period in which a plan deploys something."""

Report = Callable[[str, Progress | None], None]

NEUTRAL = Taste(Fraction(0), Fraction(0))


@dataclass(frozen=True)
class Second:
    """The best plan of one future (None if what must be met cannot be met), its exact gap, and the proved bound."""

    deployed: Deployed | None
    gap: Fraction
    bound: float


class Recourse:
    """Solves second stages one by one and uses the results of earlier ones.

    The more stances are withdrawn, the fewer plans are possible, unless promises no longer hold. So a bound proved in
    one future holds in every future in which the same stances and more are withdrawn and the same promises hold, and a
    plan that uses no withdrawn stance is feasible here as well if it keeps the promises that hold here. Nothing is
    solved if the bound and the value of such a plan meet.
    """

    def __init__(
        self,
        instance: Instance,
        model: Model,
        objective_of: Mapping[str, str],
        options: Mapping[str, Any],
        time_limit: float | None,
        interrupted: threading.Event,
    ) -> None:
        self.instance, self.model, self.options = instance, model, options
        self.objective_of = objective_of
        self.time_limit, self.interrupted = time_limit, interrupted
        self.gap: float = options["mip_rel_gap"]
        self.known: dict[Key, dict[frozenset[Stance], Second]] = {}
        self.released: dict[frozenset[Stance], frozenset[Promised]] = {}
        self.used: dict[int, tuple[Deployed, frozenset[Used]]] = {}  # by identity of the plan
        self.solved: set[tuple[Key, frozenset[Stance]]] = set()

    def learn(self, commitment: Commitment, future: Future, deployed: Deployed | None, gap: Fraction) -> None:
        """Add a plan that another programme has found."""
        key = _key(commitment)
        before = self.known.get(key, {}).get(future.withdrawn)
        if before is None or gap < before.gap:
            self._keep(key, future, Second(deployed, gap, before.bound if before else 0.0))

    def _keep(self, key: Key, future: Future, second: Second) -> None:
        """Add the best plan of a commitment in a future: full knowledge of the future allows it as well."""
        self.released[future.withdrawn] = future.released
        self.known.setdefault(key, {})[future.withdrawn] = second
        free = self.known.get(None, {}).get(future.withdrawn)
        if free is not None and second.gap < free.gap:
            self.known[None][future.withdrawn] = Second(second.deployed, second.gap, free.bound)

    def evaluate(
        self, futures: Sequence[Future], commitments: Sequence[Commitment | None], report: Report | None, what: str
    ) -> list[list[Second]]:
        """The second stages of each commitment; None means that the commitment is made when the future is known.

        Returns
        -------
        list of list of Second
            For each commitment, one second stage per future.

        Raises
        ------
        KeyboardInterrupt
            The user stopped it.
        """
        order = sorted(range(len(futures)), key=lambda s: len(futures[s].withdrawn))
        if report is not None:
            report(f"{what} ({len(order)})", None)
        for done, s in enumerate(order, start=1):
            watch = None if report is None else partial(report, f"{what}, {done} of {len(order)}")
            programme: Programme | None = None
            for commitment in sorted(commitments, key=lambda commitment: commitment is not None):
                programme = self._second(futures[s], commitment, programme, watch)
        return [[self.known[_key(commitment)][future.withdrawn] for future in futures] for commitment in commitments]

    def _second(
        self, future: Future, commitment: Commitment | None, programme: Programme | None, watch: Watch | None
    ) -> Programme | None:
        """Settle one second stage; returns the future's programme, if it was built, for the next commitment."""
        key = _key(commitment)
        if (key, future.withdrawn) in self.solved:
            return programme
        known = self.known.setdefault(key, {})
        free = self.known.get(None, {})
        before = known.get(future.withdrawn)
        floor = max((second.bound for left, second in known.items() if self._looser(left, future)), default=0.0)
        if future.withdrawn in free:
            floor = max(floor, free[future.withdrawn].bound)
        sources = list(self.known.values()) if commitment is None else [known]
        gone = {(*stance[:2], t) for stance in future.withdrawn for t in stance.periods}
        fitting = [
            second
            for source in sources
            for left, second in source.items()
            if self.released[left] <= future.released and self._fits(second, gone)
        ]
        best = min([*fitting, *([before] if before else [])], key=lambda second: second.gap, default=None)
        if best is not None and relative_gap(float(best.gap), floor) <= self.gap:
            self._keep(key, future, Second(best.deployed, best.gap, min(floor, float(best.gap))))
            return programme
        if self.interrupted.is_set():
            raise KeyboardInterrupt
        alone = replace(future, probability=ONE)
        programme = programme or Programme(self.instance, self.model, [alone], NEUTRAL, self.options)
        self.solved.add((key, future.withdrawn))
        start = [programme.nothing]
        if best is not None:
            needed = commitment if commitment is not None else needed_by(best.deployed or {})
            start.append(Decision(needed, (best.deployed,)))
        answer = programme.solve(
            start, stages=("gap",), fixed=commitment, floor=floor, time_limit=self.time_limit,
            interrupted=self.interrupted, watch=watch,
        )  # fmt: skip
        found = Second(answer.decision.deployed[0], programme.gaps(answer.decision)[0], answer.bounds["gap"].bound)
        self._keep(key, future, found)
        if self.interrupted.is_set():
            raise KeyboardInterrupt
        return programme

    def _looser(self, left: frozenset[Stance], future: Future) -> bool:
        """Whether every plan of a future is one of another, from which fewer stances are withdrawn."""
        return left <= future.withdrawn and self.released[left] == future.released

    def _fits(self, second: Second, gone: Collection[Used]) -> bool:
        """Whether a plan uses no stance that is withdrawn."""
        if second.deployed is None:
            return False
        if id(second.deployed) not in self.used:
            used = frozenset((n, self.objective_of[j], t) for n, _, j, t in second.deployed)
            self.used[id(second.deployed)] = (second.deployed, used)
        return self.used[id(second.deployed)][1].isdisjoint(gone)


def _key(commitment: Commitment | None) -> Key:
    return None if commitment is None else frozenset(commitment.items())
