r"""Futures: who withdraws, and with what probability.

One uniform number $v_n$ per nation describes its mood: the nation keeps a stance (a row of ``willingness``: an
objective in some periods) if and only if $v_n \le \omega$ (the willingness of the stance). A nation that gives up a
stance therefore also gives up every stance for which it is less willing, in whatever periods. Nations decide
independently. The model of each future determines the consequences for others, such as a pledge that is conditional on
a nation that left.

Only stances under which something could be deployed count. Futures with the same withdrawn stances are merged, and
their probabilities are added.

A promise (``at_least`` in ``commitments``) binds a nation that stays. It no longer holds in the periods in which the
nation has withdrawn from every objective under which it could deploy the unit: that of the row's task or, for all tasks
together, each of them. What a nation will give at the most (``at_most``) still holds. A nation that stays is held to
its promise even if it can no longer join, because its pledge depends on a nation that left.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise, product
from math import prod
from typing import Any, NamedTuple

from allocator.instance import Instance
from allocator.model import Model
from allocator.problem import Problem


class Stance(NamedTuple):
    """A row of ``willingness``: what a nation thinks of an objective from a first to a last period."""

    nation: str
    objective: str
    first_period: int
    last_period: int

    @property
    def periods(self) -> range:
        """The periods of the stance."""
        return range(self.first_period, self.last_period + 1)

    @property
    def when(self) -> str:
        """Its periods in words."""
        first, last = self.first_period, self.last_period
        return f"in period {first}" if first == last else f"in periods {first} to {last}"


Promised = tuple[int, int]
"""Number of a row of ``commitments``, from 0, and a period."""


@dataclass(frozen=True)
class Future:
    """The stances that are withdrawn, the promises that no longer hold, and the probability of this future."""

    withdrawn: frozenset[Stance]
    probability: Fraction = Fraction(1)
    released: frozenset[Promised] = frozenset()

    def instance(self, base: Instance) -> Instance:
        """The instance of this future: the willingness of every withdrawn stance is 0."""
        left = {(n, o, first) for n, o, first, _ in self.withdrawn}
        rows = []
        for row, cells in zip(base.rows("willingness"), base.tables["willingness"], strict=True):
            gone = (row["nation"], row["objective"], row["first_period"]) in left
            kept = {name: cell for name, cell in cells.items() if name not in ("willingness_low", "willingness_high")}
            rows.append({**kept, "willingness": 0.0} if gone else cells)
        changed = Instance(base.settings, {**base.tables, "willingness": rows}, base.path)
        return without_promises(changed, self.released)

    def described(self, stances: Iterable[Stance]) -> str:
        """Who withdraws, in words; a nation that keeps some of its ``stances`` is named with those that it leaves."""
        words = []
        for n, own in groupby(stances, key=lambda stance: stance.nation):
            objectives = {o: list(some) for o, some in groupby(own, key=lambda stance: stance.objective)}
            left = [text for o, some in objectives.items() for text in self._left(o, some)]
            whole = all(stance in self.withdrawn for some in objectives.values() for stance in some)
            if left:
                words.append(n if whole else f"{n} ({', '.join(left)})")
        return ", ".join(words) or "nobody"

    def _left(self, objective: str, stances: Sequence[Stance]) -> list[str]:
        """An objective that a nation leaves, or the periods in which it does."""
        left = [stance for stance in stances if stance in self.withdrawn]
        if len(left) == len(stances):
            return [objective]
        return [f"{objective} {stance.when}" for stance in left]


STAY = Future(frozenset())
"""The future in which nobody withdraws."""


def able(problem: Problem) -> list[Stance]:
    """Stances under which a nation could deploy something, in the order of nations, objectives and periods."""
    found = {(n, problem.objective_of[j], t) for (n, _, j), periods in problem.cap.items() for t in periods}
    stances = [
        Stance(row["nation"], row["objective"], row["first_period"], row["last_period"])
        for row in problem.instance.rows("willingness")
    ]
    nations, objectives = ({name: at for at, name in enumerate(x)} for x in (problem.NATIONS, problem.OBJECTIVES))
    return sorted(
        (stance for stance in stances if any((*stance[:2], t) in found for t in stance.periods)),
        key=lambda stance: (nations[stance.nation], objectives[stance.objective], stance.first_period),
    )


class _Promises:
    """Which promises of an instance hold, whoever withdraws."""

    def __init__(self, problem: Problem) -> None:
        stances = {(*stance[:2], t): stance for stance in able(problem) for t in stance.periods}
        under: dict[tuple[str, str, str | None, int], set[Stance]] = defaultdict(set)
        for (n, u, j), periods in problem.cap.items():
            for t in periods:
                stance = stances[n, problem.objective_of[j], t]
                under[n, u, j, t].add(stance)
                under[n, u, None, t].add(stance)
        self._needed: dict[Promised, frozenset[Stance]] = {}
        for number, promise in enumerate(problem.commitments):
            for t in promise.periods if promise.at_least else ():
                needed = under.get((promise.nation, promise.unit_type, promise.task, t))
                if needed:
                    self._needed[number, t] = frozenset(needed)

    def future(self, withdrawn: frozenset[Stance], probability: Fraction) -> Future:
        """A future, with the promises that no longer hold in it."""
        released = frozenset(at for at, needed in self._needed.items() if needed <= withdrawn)
        return Future(withdrawn, probability, released)


def without_promises(instance: Instance, released: Collection[Promised]) -> Instance:
    """The instance without some promises.

    Rows of the same nation, unit type and task as one that changes are written anew, from period to period, so that no
    two rows have the same key.
    """
    if not released:
        return instance
    rows = instance.rows("commitments")
    key = [(row["nation"], row["unit_type"], row["task"]) for row in rows]
    changed = {key[number] for number, _ in released}
    kept: list[dict[str, Any]] = [
        dict(cells) for cells, mine in zip(instance.tables["commitments"], key, strict=True) if mine not in changed
    ]
    for n, u, j in dict.fromkeys(mine for mine in key if mine in changed):
        least: Counter[int] = Counter()
        most: dict[int, int] = {}
        for number, row in enumerate(rows):
            for t in range(row["first_period"], row["last_period"] + 1) if key[number] == (n, u, j) else ():
                least[t] = max(least[t], 0 if (number, t) in released else row["at_least"])
                if row["at_most"] is not None:
                    most[t] = min(row["at_most"], most.get(t, row["at_most"]))
        named = {"nation": n, "unit_type": u} | ({"task": j} if j else {})
        kept += [
            {**named, "first_period": first, "last_period": last, "at_least": units}
            | ({} if limit is None else {"at_most": limit})
            for first, last, units, limit in _runs(least, most)
        ]
    return Instance(instance.settings, {**instance.tables, "commitments": kept}, instance.path)


def _runs(least: Counter[int], most: dict[int, int]) -> list[tuple[int, int, int, int | None]]:
    """(first, last, fewest, most) of the longest spans of periods with the same limits; none where there are none."""
    runs: list[tuple[int, int, int, int | None]] = []
    for t in sorted(least.keys()):
        limits = least[t], most.get(t)
        if runs and runs[-1][1] == t - 1 and runs[-1][2:] == limits:
            runs[-1] = (runs[-1][0], t, *limits)
        else:
            runs.append((t, t, *limits))
    return [run for run in runs if run[2] or run[3] is not None]


def _willingness(problem: Problem) -> dict[Stance, Fraction]:
    """How willing nations are in the stances that count."""
    return {stance: problem.willingness[stance[:2]][stance.first_period] for stance in able(problem)}


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
    at = {nation: position for position, nation in enumerate(problem.NATIONS)}
    will = {stance: float(will) for stance, will in _willingness(problem).items() if will < 1}
    seen: Counter[frozenset[Stance]] = Counter()
    for mood in np.random.default_rng(seed).random((n, len(at))).tolist():
        seen[frozenset(stance for stance in will if mood[at[stance.nation]] > will[stance])] += 1
    promises = _Promises(problem)
    return [promises.future(withdrawn, Fraction(count, n)) for withdrawn, count in seen.items()]


def possible(problem: Problem) -> int:
    """The number of different futures."""
    return prod(map(len, _moods(problem)))


def every_future(instance: Instance, model: Model, most: int) -> list[Future] | None:
    """Every future with its exact probability; None if there are more than ``most``."""
    problem = Problem(instance, model)
    if possible(problem) > most:
        return None
    promises = _Promises(problem)
    return [
        promises.future(
            frozenset().union(*(left for left, _ in mood)), prod((share for _, share in mood), start=Fraction(1))
        )
        for mood in product(*_moods(problem))
    ]


def _moods(problem: Problem) -> list[list[tuple[frozenset[Stance], Fraction]]]:
    """For each nation, the sets of stances that it may leave, with their probabilities."""
    by_nation: dict[str, dict[Stance, Fraction]] = {}
    for stance, will in _willingness(problem).items():
        by_nation.setdefault(stance.nation, {})[stance] = will
    return [_mood(will) for will in by_nation.values()]


def _mood(will: dict[Stance, Fraction]) -> list[tuple[frozenset[Stance], Fraction]]:
    """The sets of stances that one nation may leave, with their probabilities."""
    steps = [Fraction(0), *sorted(set(will.values())), Fraction(1)]
    return [
        (frozenset(stance for stance, most in will.items() if most <= low), high - low)
        for low, high in pairwise(steps)
        if high > low
    ]
