"""Fix and optimise: parts of the best plan are improved one after the other, while the rest stays as it is.

Each step chooses a kind of neighbourhood, frees its most promising cells, and gives that part to HiGHS. The kind with
the greatest gain for its work comes next; a kind that has waited long gets its turn. A part is as large as HiGHS solves
with little work. Work is counted in iterations, and nodes are limited, not time, so that the same input gives the same
plans as long as no deadline ends the search. With a time limit, a second thread may improve other parts at the same
time: they free different cells, and the plan gets the changes of both.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from allocator.outcome import Stop
from allocator.solving.heuristics.beside import Beside
from allocator.solving.heuristics.neighbourhoods import (
    by_capability,
    by_difference,
    by_nation,
    by_period,
    by_task,
    by_unit_type,
)
from allocator.solving.heuristics.neighbourhoods.cells import NEVER, Cells, Here, Numbers
from allocator.solving.heuristics.part import followers, part, with_followers
from allocator.solving.heuristics.search import USED, Search
from allocator.solving.highs import Relaxation, Resident
from allocator.solving.standard_form import Floats

NODES, WITH_ORDERS = 40, 10
"""Most nodes of the search tree for a part, and where nations order units: there one node takes longer."""

PART_GAP, ORDER_GAP = 0.002, 0.0005
"""Relative gap at which a part is good enough, and where nations order units."""

WIDTH, LEAST, MOST = 1_000, 200, 6_000
"""Cells that are free at first, at least and at most."""

FEW, MORE = 400, 700
"""The same, at first and at most, where nations order units: larger parts take seconds before the first node."""

EASY, HARD = 1_500, 8_000
"""Iterations up to which the next part of the kind is larger, and from which it is smaller."""

CHECKS = 50
"""Most steps of HiGHS for a part of the largest models, counted as it asks whether to stop. What takes more of them
gains more in several smaller parts."""

START = 1_000
"""Work besides the iterations, for each part."""

PATIENCE = 20
"""A kind has its turn at the latest after so many parts."""

WITH_CUTS, SHARE, BUYING = 20_000, 2 / 3, 0.8
"""Up to so many whole-number columns the search uses this share of the stage's time, and where nations order units: in
the rest HiGHS adds cuts to the whole model, which raise the bound. It does not come so far with more columns."""

IDLE = 40
"""So many parts without a gain end the search."""


@dataclass
class _Kind:
    name: str
    leaders: bool
    places: Callable[[Cells, Here, random.Random], Numbers]
    width: int = WIDTH
    most: int = MOST
    rate: float = np.inf
    turn: int = 0

    def learn(self, gain: float, iterations: int, ended: bool) -> None:
        """Update the gain for the work, and the width."""
        rate = gain / (START + iterations)
        self.rate = rate if self.rate == np.inf else (self.rate + rate) / 2
        if ended and iterations < EASY:
            self.width = min(self.most, self.width * 3 // 2)
        elif not ended or iterations > HARD:
            self.width = max(LEAST, self.width * 2 // 3)


def improve(
    resident: Resident,
    search: Search,
    relaxed: Relaxation | None,
    gap: float,
    floor: float,
    beside: Beside | None = None,
) -> bool:
    """Improve the best plan part by part; returns whether the search ended by itself, without a further gain.

    Parameters
    ----------
    resident : Resident
        The model, with its objective; it is not changed.
    search : Search
        The stage; it has a plan.
    relaxed : Relaxation or None
        The relaxation, if it was solved.
    gap : float
        Relative gap at which the stage counts as proved.
    floor : float
        A proved lower bound of the optimum.
    beside : Beside, optional
        The thread that improves parts too when it has solved the relaxation.
    """
    improving = _Improving(resident, search, relaxed, gap, floor)
    if beside is not None:
        beside.then(improving.join)
    try:
        return improving.work()
    finally:
        improving.ended = True


class _Improving:
    """The search of one stage. Two threads may work at it; what they share is used under the lock."""

    def __init__(
        self, resident: Resident, search: Search, relaxed: Relaxation | None, gap: float, floor: float
    ) -> None:
        self.resident, self.search, self.relaxed = resident, search, relaxed
        ordered = len(search.points.ordered) > 0
        self.gap, self.floor = gap, floor
        self.part_gap = max(gap, ORDER_GAP if ordered else PART_GAP)
        self.matrix = resident.matrix
        self.cost = self.matrix.costs[resident.objective]
        self.cells = Cells(search.points)
        self.point = search.points.point(search.best())
        self.rng = random.Random(0)
        self.followers = followers(self.matrix, search.points, self.cells)
        kinds = [by_period, by_unit_type, by_nation, by_task]
        if relaxed is not None:
            kinds.insert(0, by_difference)
        large = self.matrix.integral.sum() > WITH_CUTS
        if large and not ordered:
            kinds.insert(0, by_capability)
        widths = (FEW, MORE) if ordered else (WIDTH, MOST)
        self.kinds = [_Kind(kind.NAME, kind.LEADERS, kind.places, *widths) for kind in kinds]
        self.nodes = WITH_ORDERS if ordered else NODES
        self.checks = CHECKS if large and not ordered else None
        self.share = 1.0 if large else BUYING if ordered else SHARE
        self.turn = self.idle = 0
        self.busy = np.zeros(len(self.cells.columns), dtype=bool)  # cells of parts that are being improved
        self.lock = threading.Lock()
        self.ended = False  # by the first thread

    def work(self, shown: bool = True) -> bool:
        """Improve part after part; returns whether the search ended by itself."""
        while self.idle < IDLE and not self.ended:
            if self.search.over(self.share):
                return False
            with self.lock:
                if self.search.enough(self.floor, self.gap):
                    return False
            self.step(shown)
        return True

    def join(self, relaxed: Relaxation | None) -> None:
        """Work in a second thread, from when the relaxation is solved; its bound and its values count from now on."""
        with self.lock:
            if relaxed is not None:
                self.floor, self.relaxed = max(self.floor, relaxed.bound), relaxed
        self.work(shown=False)

    def step(self, shown: bool = True) -> None:
        """Improve one part; only one of two threads shows progress."""
        with self.lock:
            kind = self._turn()
            chosen, before = self._chosen(kind), self.point
            self.busy[chosen] = True
        free = np.zeros(len(before), dtype=bool)
        free[self.cells.columns[chosen]] = True
        at = np.flatnonzero(with_followers(self.matrix, free, self.followers[kind.leaders]))
        small = part(self.resident, at, before)
        small.start_from(before[at])
        limits = {
            "mip_rel_gap": self.part_gap, "mip_max_nodes": self.nodes, "checks": self.checks,
            "mip_allow_restart": False,  # it takes some of the few steps
        }  # fmt: skip
        run = self.search.run(self.floor, part=small, what=kind.name if shown else None, **limits)
        with self.lock:
            self.busy[chosen] = False
            gain = 0.0 if run.point is None else self._take(at, run.point, before)
            self.idle = 0 if gain > 0 else self.idle + 1
            kind.learn(gain, small.iterations, run.stop is Stop.PROVED)

    def _turn(self) -> _Kind:
        """The kind that is next: one that has waited long, or the one with the greatest gain for its work."""
        self.turn += 1
        waiting = [kind for kind in self.kinds if self.turn - kind.turn > PATIENCE]
        kind = waiting[0] if waiting else max(self.kinds, key=lambda kind: kind.rate)
        kind.turn = self.turn
        return kind

    def _chosen(self, kind: _Kind) -> Numbers:
        """Cells of a neighbourhood: whole groups, and of those the most promising."""
        units = self.point[self.cells.columns]
        wanted = units if self.relaxed is None else self.relaxed.point[self.cells.columns]
        used = (units > 0) | (wanted > USED)
        place = kind.places(self.cells, Here(units, wanted), self.rng)
        inside = (place != NEVER) & ~self.busy
        filled = np.cumsum(np.bincount(place[inside], weights=used[inside]))
        groups = max(1, int(np.searchsorted(filled, kind.width / 2)))
        here = np.flatnonzero(inside & (place < groups))
        if self.relaxed is None:
            rank = np.where(used[here], 0.0, 1.0)
        else:
            rank = np.where(used[here], -np.inf, self.relaxed.reduced_cost[self.cells.columns[here]])
        return here[np.argsort(rank, kind="stable")[: kind.width]]

    def _take(self, at: Numbers, values: Floats, before: Floats) -> float:
        """Put a part's values into the plan, if it then passes the exact check; returns the gain.

        If the other thread has changed the plan since the part was chosen, the plan gets the changes of both. That
        fails where both use the same supply or money, and gains little where both fill the same shortfall.
        """
        point = self.point.copy()
        point[at] = values[: len(at)]
        point[self.matrix.integral] = np.rint(point[self.matrix.integral])
        if self.point is not before:  # shortfalls and the like follow from all deployments
            point = self.search.points.point(self.search.points.deployed(point))
        gain = float(self.cost @ (self.point - point))
        if gain <= 1e-9 * max(1.0, abs(float(self.cost @ point))):
            return 0.0
        best = self.search.best()
        if self.search.take(point) or self.search.best() is best:
            return 0.0
        self.point = point
        return gain
