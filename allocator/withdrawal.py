r"""Futures: who withdraws, and with what probability.

One uniform number $v_n$ a nation decides its mood: it stays under objective $o$ if and only if
$v_n \le \omega_{no}$ (its willingness), so that whoever leaves one objective leaves those that it likes less as well.
Nations decide independently; what follows from a withdrawal for others (a pledge conditional on the one who left) the
model of the future settles itself.

Only pairs of nation and objective that could deploy something count, and futures that are alike in those are one, with
their probabilities added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from math import prod

from allocator.instance import Instance
from allocator.model import Model
from allocator.problem import Problem

Pair = tuple[str, str]


@dataclass(frozen=True)
class Future:
    """Pairs of nation and objective that are withdrawn, and how probable that is."""

    withdrawn: frozenset[Pair]
    probability: Fraction = Fraction(1)

    def instance(self, base: Instance) -> Instance:
        """The instance of this future: whoever has withdrawn is willing to do nothing there."""
        rows = [
            {**row, "willingness": 0.0} if (row["nation"], row["objective"]) in self.withdrawn else row
            for row in base.tables["willingness"]
        ]
        return Instance(base.settings, {**base.tables, "willingness": rows}, base.path)

    def told(self, pairs: Iterable[Pair]) -> str:
        """Who withdraws, in words; of ``pairs``, those that could deploy, the objectives where not all are left."""
        words = []
        every: dict[str, list[str]] = {}
        for n, o in pairs:
            every.setdefault(n, []).append(o)
        for n, objectives in every.items():
            left = [o for o in objectives if (n, o) in self.withdrawn]
            if left:
                words.append(n if len(left) == len(objectives) else f"{n} ({', '.join(left)})")
        return ", ".join(words) or "nobody"


STAY = Future(frozenset())
"""Everyone who is willing enough stays."""


def able(problem: Problem) -> list[Pair]:
    """Pairs of nation and objective that could deploy something, in the order of the tables."""
    found = {(n, problem.objective_of[j]) for n, _, j in problem.cap}
    return [(n, o) for n in problem.NATIONS for o in problem.OBJECTIVES if (n, o) in found]


def futures(instance: Instance, model: Model, n: int, seed: int | Sequence[int]) -> list[Future]:
    """Draw futures; equal ones are merged, their probability is their share of the draws.

    Parameters
    ----------
    instance, model : Instance, Model
    n : int
        Draws.
    seed : int or sequence of int
        Of ``numpy.random.default_rng``; a draw takes one uniform number a nation, in the order of the table.
    """
    import numpy as np

    problem = Problem(instance, model)
    pairs = [(k, o) for k, o in able(problem) if problem.willingness[k, o] < 1]
    at = {nation: position for position, nation in enumerate(problem.NATIONS)}
    will = {pair: float(problem.willingness[pair]) for pair in pairs}
    seen: Counter[frozenset[Pair]] = Counter()
    for mood in np.random.default_rng(seed).random((n, len(at))).tolist():
        seen[frozenset(pair for pair in pairs if mood[at[pair[0]]] > will[pair])] += 1
    return [Future(withdrawn, Fraction(count, n)) for withdrawn, count in seen.items()]


def possible(problem: Problem) -> int:
    """How many different futures there are."""
    return prod(map(len, _moods(problem)))


def every_future(instance: Instance, model: Model, most: int) -> list[Future] | None:
    """Every future with its exact probability; None where there are more than ``most``."""
    problem = Problem(instance, model)
    if possible(problem) > most:
        return None
    return [
        Future(frozenset().union(*(left for left, _ in mood)), prod((share for _, share in mood), start=Fraction(1)))
        for mood in product(*_moods(problem))
    ]


def _moods(problem: Problem) -> list[list[tuple[frozenset[Pair], Fraction]]]:
    """For each nation what it may leave, and how probable each is."""
    by_nation: dict[str, list[Pair]] = {}
    for pair in able(problem):
        by_nation.setdefault(pair[0], []).append(pair)
    return [_mood(pairs, [problem.willingness[pair] for pair in pairs]) for pairs in by_nation.values()]


def _mood(pairs: list[Pair], will: list[Fraction]) -> list[tuple[frozenset[Pair], Fraction]]:
    """What one nation may leave, and how probable each is."""
    steps = [Fraction(0), *sorted(set(will)), Fraction(1)]
    return [
        (frozenset(pair for pair, most in zip(pairs, will, strict=True) if most <= low), high - low)
        for low, high in pairwise(steps)
        if high > low
    ]
