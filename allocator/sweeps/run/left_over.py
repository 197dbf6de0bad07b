"""Time that points leave over, for points that stay open.

Each point of a sweep may use the time limit. Most need less: other points prove them, or HiGHS does in a moment. What
they leave over goes to the points that are still open at the end, nearest to a proof first, each once more. By then
more is known: the bounds and plans of all other points, and their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allocator.outcome import relative_gap

LONGER = 2.0
"""Most time of a second attempt, as a multiple of the time limit."""

OPEN = ("feasible", "no_plan")
"""Statuses of points that a second attempt may settle."""


class LeftOver:
    """Keeps account of the time, and of the points that are open.

    Parameters
    ----------
    limit : float or None
        Seconds for each point; without a limit nothing is left over, and no point stays open for want of time.
    gap : float
        Relative gap at which a stage counts as proved.
    """

    def __init__(self, limit: float | None, gap: float) -> None:
        self.limit, self.gap = limit, gap
        self.seconds = 0.0
        self.given: dict[str, float] = {}  # seconds of second attempts, by key
        self._open: dict[str, tuple[bool, int, float]] = {}

    def ended(self, key: str, content: Mapping[str, Any]) -> None:
        """Take up the result of an attempt."""
        if self.limit is None:
            return
        self.seconds += max(0.0, self.given.get(key, self.limit) - (content["seconds"] or {}).get("total", 0.0))
        if content["status"] in OPEN and key not in self.given:
            gaps = [relative_gap(value, bound) for _, value, bound in content["stages"]]
            first = next((stage for stage, gap in enumerate(gaps) if gap > self.gap), len(gaps))
            self._open[key] = not gaps, -first, gaps[first] if first < len(gaps) else 0.0

    def again(self) -> str | None:
        """The open point that is nearest to a proof, if there is time for a second attempt at it."""
        if self.limit is None or not self._open or self.seconds < self.limit:
            return None
        key = min(self._open, key=self._open.__getitem__)
        del self._open[key]
        self.given[key] = min(self.seconds, LONGER * self.limit)
        self.seconds -= self.given[key]
        return key
