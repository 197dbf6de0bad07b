r"""Futures: who withdraws, and with what probability.

One uniform number $v_n$ per nation describes its mood: the nation stays with objective $o$ if and only if
$v_n \le \omega_{no}$ (its willingness). A nation that leaves an objective therefore also leaves every objective for
which it is less willing. Nations decide independently. The model of each future determines the consequences for others,
such as a pledge that is conditional on a nation that left.

Only pairs of nation and objective that could deploy something count. Futures with the same withdrawn pairs are merged,
and their probabilities are added.
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
    """The pairs of nation and objective that are withdrawn, and the probability of this future."""

    withdrawn: frozenset[Pair]
    probability: Fraction = Fraction(1)

    def instance(self, base: Instance) -> Instance:
        """The instance of this future: the willingness of every withdrawn pair is 0."""
        rows = [
            {**row, "willingness": 0.0} if (row["nation"], row["objective"]) in self.withdrawn else row
            for row in base.tables["willingness"]
        ]
        return Instance(base.settings, {**base.tables, "willingness": rows}, base.path)

    def described(self, pairs: Iterable[Pair]) -> str:
        """Who withdraws, in words; a nation that leaves only some of its objectives in ``pairs`` is named with them."""
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
"""The future in which nobody withdraws."""


def able(problem: Problem) -> list[Pair]:
    """Pairs of nation and objective that could deploy something, in the order of the tables."""
    found = {(n, problem.objective_of[j]) for n, _, j in problem.cap}
    return [(n, o) for n in problem.NATIONS for o in problem.OBJECTIVES if (n, o) in found]


def lowest(problem: Problem, pair: Pair) -> Fraction:
    """Least willingness of a nation for an objective, over its periods."""
    return min(problem.willingness[pair].values())


def futures(instance: Instance, model: Model, n: int, seed: int | Sequence[int]) -> list[Future]:
    """Draw futures; equal ones are merged, and their probability is their share of the draws.

    Parameters
    ----------
    instance, model : Instance, Model
    n : int
        Number of draws.
    seed : int or sequence of int
        Seed of ``numpy.random.default_rng``; a draw takes one uniform number per nation, in the order of the table.
    """
    import numpy as np

    problem = Problem(instance, model)
    pairs = [(k, o) for k, o in able(problem) if lowest(problem, (k, o)) < 1]
    at = {nation: position for position, nation in enumerate(problem.NATIONS)}
    will = {pair: float(lowest(problem, pair)) for pair in pairs}
    seen: Counter[frozenset[Pair]] = Counter()
    for mood in np.random.default_rng(seed).random((n, len(at))).tolist():
        seen[frozenset(pair for pair in pairs if mood[at[pair[0]]] > will[pair])] += 1
    return [Future(withdrawn, Fraction(count, n)) for withdrawn, count in seen.items()]


def possible(problem: Problem) -> int:
    """The number of different futures."""
    return prod(map(len, _moods(problem)))


def every_future(instance: Instance, model: Model, most: int) -> list[Future] | None:
    """Every future with its exact probability; None if there are more than ``most``."""
    problem = Problem(instance, model)
    if possible(problem) > most:
        return None
    return [
        Future(frozenset().union(*(left for left, _ in mood)), prod((share for _, share in mood), start=Fraction(1)))
        for mood in product(*_moods(problem))
    ]


def _moods(problem: Problem) -> list[list[tuple[frozenset[Pair], Fraction]]]:
    """For each nation, the sets of pairs that it may leave, with their probabilities."""
    by_nation: dict[str, list[Pair]] = {}
    for pair in able(problem):
        by_nation.setdefault(pair[0], []).append(pair)
    return [_mood(pairs, [lowest(problem, pair) for pair in pairs]) for pairs in by_nation.values()]


def _mood(pairs: list[Pair], will: list[Fraction]) -> list[tuple[frozenset[Pair], Fraction]]:
    """The sets of pairs that one nation may leave, with their probabilities."""
    steps = [Fraction(0), *sorted(set(will)), Fraction(1)]
    return [
        (frozenset(pair for pair, most in zip(pairs, will, strict=True) if most <= low), high - low)
        for low, high in pairwise(steps)
        if high > low
    ]
