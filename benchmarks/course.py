"""What was known when: value and bound of the first objective in the course of a solve, by CPU seconds of its process.

    course = Course()
    allocator.solve(instance, progress=course)
    course.summary([10, 30, 60])

CPU seconds do not depend on what else runs on the machine, as long as the time limit does not end the solve early.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from allocator.solving.stage import Progress

Known = tuple[float | None, float | None]
"""Value and bound; None while there is none."""


@dataclass
class Course:
    """Records progress; ``searches`` are the names of the searches that ran, in the order of their first run."""

    began: float = field(default_factory=time.process_time)
    known: list[tuple[float, Known]] = field(default_factory=list)
    searches: list[str] = field(default_factory=list)

    def __call__(self, progress: Progress) -> None:
        """Take up the progress of a solve."""
        if progress.search and progress.search not in self.searches:
            self.searches.append(progress.search)
        if progress.stage == 1:
            self.note(progress.incumbent, progress.bound)

    def note(self, value: float | None, bound: float | None) -> None:
        """Record a value and a bound, if one of them is new."""
        if not self.known or self.known[-1][1] != (value, bound):
            self.known.append((time.process_time() - self.began, (value, bound)))

    def at(self, seconds: float) -> Known:
        """What was known after so many CPU seconds."""
        return next((known for when, known in reversed(self.known) if when <= seconds), (None, None))

    def summary(self, marks: Iterable[float]) -> dict[str, Any]:
        """What a worker reports: value and bound at each mark that was reached, and when the value last improved."""
        total = time.process_time() - self.began
        gains = [when for at, (when, (value, _)) in enumerate(self.known) if value != self._before(at)]
        return {
            "cpu": total,
            "course": {f"{mark:g}": self.at(mark) for mark in marks if mark <= total},
            "searches": self.searches,
            "last_gain": gains[-1] / total if gains else None,
        }

    def _before(self, at: int) -> float | None:
        return self.known[at - 1][1][0] if at else None
