"""The cells of a plan (deployments and orders) as arrays, and how a neighbourhood arranges them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.solving.columns import Points

Numbers = NDArray[np.int64]

NEVER = -1
"""Place of a cell that is in no neighbourhood of the kind."""


class Cells:
    """Deployments and orders of a model.

    Attributes
    ----------
    columns : int array
        The column of each cell.
    nation, unit_type, task, period : int array
        What each cell belongs to, numbered from 0; an order has no task, and the period in which it is ready.
    common : int array
        How many capabilities two unit types have in common, among those that they supply or consume.
    """

    def __init__(self, points: Points) -> None:
        columns, nations, unit_types, tasks, periods = zip(*points.cells(), strict=True) if points.cells() else [()] * 5
        self.columns = np.array(columns, dtype=np.int64)
        self.nation, self.unit_type, self.task = _numbered(nations), _numbered(unit_types), _numbered(tasks)
        self.period = np.array(periods, dtype=np.int64) - 1
        amounts = points.m.problem.amount
        lines = [set(amounts.get(u, ())) for u in dict.fromkeys(unit_types)]
        self.common = np.array([[len(one & other) for other in lines] for one in lines], dtype=np.int64)


@dataclass(frozen=True)
class Here:
    """What is known when a neighbourhood is chosen; one entry per cell.

    Attributes
    ----------
    units : float array
        Units in the best plan.
    wanted : float array
        Units in the relaxation; those of the plan if there is no relaxation.
    """

    units: NDArray[np.float64]
    wanted: NDArray[np.float64]


def _numbered(names: Sequence[str]) -> Numbers:
    """Names as numbers in the order in which they appear; no name is ``NEVER``."""
    number = {"": NEVER}
    return np.array([number.setdefault(name, len(number) - 1) for name in names], dtype=np.int64)


def shuffled(group: Numbers, rng: random.Random) -> Numbers:
    """Places of the groups in a random order; a cell without a group is never chosen."""
    places = list(range(int(group.max(initial=-1)) + 1))
    rng.shuffle(places)
    return np.array([*places, NEVER], dtype=np.int64)[group]
