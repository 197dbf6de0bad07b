"""Who may lead a task, branch by branch: a bound from relaxations in which few nations may lead.

Where four nations each lead a quarter of a task, the relaxation asks each for a quarter of what a framework nation
gives. It is closer to the plans if few nations may lead, and the least bound of such branches is a bound of the model.
The branches divide the nations of one task, that for which the relaxation would gain most from another leader. Each of
the most promising nations has a branch of its own, and the others share one. If that has the least bound, it is
divided. The branch of the plan in hand is then given to HiGHS, whose cuts raise its bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.solving.heuristics.search import NODES, RELAXATION, Search, options_of_root
from allocator.solving.highs import Relaxation, Resident

WORTH = 0.002
"""Relative gain of the bound from which branches are worth their relaxations."""

ALONE = 3
"""So many nations have a branch of their own at first."""

DIVISIONS = 3
"""Most divisions after that; each takes two relaxations."""

SHARE = 0.65
"""No relaxation begins after this share of the stage's time."""

BRANCH = "HiGHS with few who may lead"
"""Name for progress."""

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Branch:
    """Plans in which only some nations lead a task.

    Attributes
    ----------
    free, barred : int array
        Columns of ``leads`` of the task that may be 1, the most promising first, and that may not.
    bound : float
        No plan of the branch is below it.
    """

    free: Numbers
    barred: Numbers
    bound: float


class Leading:
    """The branches of a stage; at first, one holds every plan.

    Parameters
    ----------
    resident : Resident
        The model, with its objective.
    search : Search
        The stage.
    floor : float
        A proved lower bound of the optimum.

    Attributes
    ----------
    branches : list of Branch
        Together they hold every plan; the first has the least bound.
    """

    def __init__(self, resident: Resident, search: Search, floor: float) -> None:
        self.resident, self.search = resident, search
        none = np.zeros(0, dtype=np.int64)
        self.branches = [Branch(none, none, floor)]

    @property
    def bound(self) -> float:
        """No plan of the model is below it."""
        return self.branches[0].bound

    def divide(self, led: Relaxation) -> None:
        """Divide by the leader of a task, if ``led``, the relaxation with a leader for each task, promises a gain."""
        floor = self.bound
        value = float(self.resident.matrix.costs[self.resident.objective] @ led.point)
        tasks = [leads for leads in self.search.points.leads() if len(leads) > ALONE]
        if value - floor <= WORTH * abs(floor) or not tasks:
            return
        better = [led.reduced_cost[leads] - led.reduced_cost[leads] @ led.point[leads] for leads in tasks]
        at = int(np.argmin([prices.min() for prices in better]))
        promising = tasks[at][np.argsort(better[at], kind="stable")]
        chosen = led.point[promising] > 0.5
        order = np.concatenate([promising[chosen], promising[~chosen]])
        copy = Resident(self.resident.matrix, self.resident.options)
        for objective, most in self.resident.held:
            copy.hold(objective, most)
        copy.minimise(self.resident.objective)
        self._replace([*np.split(order[:ALONE], ALONE), order[ALONE:]], order, copy)
        for _ in range(DIVISIONS):
            worst = self.branches[0].free
            if len(worst) > 1:
                self._replace([worst[:1], worst[1:]], order, copy)
        self.resident.seconds += copy.seconds

    def _replace(self, parts: list[Numbers], task: Numbers, copy: Resident) -> None:
        """Replace the first branch, if time allows it, by one for each part of its nations, with their relaxations."""
        first, *others = self.branches
        for free in parts:
            if self.search.over(SHARE):
                return
            barred = np.setdiff1d(task, free)
            copy.release()
            copy.restrict(barred, np.zeros(len(barred)))
            relaxed = self.search.relax("inside", part=copy, what=RELAXATION)
            others.append(Branch(free, barred, first.bound if relaxed is None else max(first.bound, relaxed.bound)))
        self.branches = sorted(others, key=lambda branch: branch.bound)

    def prove(self) -> float:
        """Run HiGHS on the first of several branches; returns a bound of the model."""
        first, *others = self.branches
        best = self.search.best()
        if not others or best is None or self.search.over():
            return self.bound
        point = self.search.points.point(best)
        self.resident.restrict(first.barred, np.zeros(len(first.barred)))
        if not point[first.barred].any():
            self.resident.start_from(point, self.search.points.known)
        root = options_of_root(self.search.points)
        run = self.search.run(self.bound, what=BRANCH, most=others[0].bound, mip_max_nodes=NODES, **root)
        self.resident.release()
        if run.point is not None:
            self.search.take(run.point)
        return max(self.bound, min(run.bound, others[0].bound))
