"""When the search of a stage has stalled, so that others can have its time.

The measure is work, not seconds, so that the same input ends in the same way: the checks that HiGHS makes of its limits
(at each node of the search tree and each round of cuts), times the columns of the model. A search has stalled if its
work has grown to four times as much while the difference between its plan and its bound became less than a twentieth
smaller. Bounds often rest for long and then move at once, so that less patience would cost proofs. A search that has no
plan has not stalled.
"""

from __future__ import annotations

import numpy as np

SMALLER, TIMES = 0.05, 4
"""Share by which the difference between plan and bound must become smaller while the work grows to so many times."""

WORK = 5e7
"""Least work, in checks times columns, before a stage under a time limit has stalled: a minute or two of HiGHS. With a
tenth of it stages of `deterrence-force` stalled that were proved a few seconds later."""

LONG = 2.5 * WORK
"""The same for the whole of a large model without a time limit: minutes of HiGHS."""

ROUNDS = 50
"""Least number of checks, whatever the number of columns."""


class Stall:
    """Watches one run of HiGHS.

    Parameters
    ----------
    work : float
        Least work, in checks times columns.
    columns : int
        Columns of the model.
    """

    def __init__(self, work: float, columns: int) -> None:
        self.least = max(ROUNDS, round(work / max(1, columns)))
        self.begin()

    def begin(self) -> None:
        """Start anew: HiGHS has completed a start, and its run begins."""
        self.checks = self.marked = 0
        self.apart = np.inf

    def check(self, value: float, bound: float) -> bool:
        """Count a check, with the best value and the bound; returns whether the search has stalled."""
        self.checks += 1
        apart = value - bound
        if not np.isfinite(apart):
            return False
        if apart <= (1 - SMALLER) * self.apart:
            self.apart, self.marked = apart, self.checks
        return self.checks >= max(self.least, TIMES * self.marked)
