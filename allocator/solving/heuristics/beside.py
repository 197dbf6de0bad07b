"""The relaxation in a thread of its own, beside the search for plans.

In the largest models the relaxation takes most of the time, and only its bound is needed. HiGHS solves it on a copy of
the model at the same time. The search does not use the bound until it has ended, so that the same input gives the same
plan however long the relaxation takes.
"""

from __future__ import annotations

import threading

from allocator.solving.heuristics.search import Search
from allocator.solving.highs import Relaxation, Resident


class Beside:
    """Solves the relaxation between ``with`` and the end of its block; :meth:`bound` waits for it, to the deadline.

    Parameters
    ----------
    resident : Resident
        The model, with its objective; nothing else may solve it until the end of the block.
    search : Search
        The stage.
    """

    def __init__(self, resident: Resident, search: Search) -> None:
        self._resident = resident
        self._search = search
        self._found: Relaxation | None = None
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Beside:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._thread.join()

    def _work(self) -> None:
        self._found = self._search.relax("inside", part=self._resident)

    def bound(self) -> float:
        """The bound of the relaxation; -inf if it was not solved in time."""
        self._thread.join()
        return float("-inf") if self._found is None else self._found.bound
