"""A second thread beside the search for plans: first the relaxation, then more parts of the search.

In the largest models the relaxation takes most of the time, and only its bound is needed. HiGHS solves it on a copy of
the model at the same time. Without a time limit the thread ends there and the search does not use what it found, so
that the same input gives the same plan however long the relaxation takes. With a time limit, which decides about the
plan in any case, the thread then takes part in the search.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

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
        self._failed: BaseException | None = None
        self._next: Callable[[Relaxation | None], None] | None = None
        self._decided = threading.Event()  # whether more work follows
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Beside:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._decided.set()
        self._thread.join()

    def then(self, work: Callable[[Relaxation | None], None]) -> None:
        """What the thread does after the relaxation, which it passes on; without a time limit it does nothing."""
        if self._search.limited:
            self._next = work
        self._decided.set()

    def _work(self) -> None:
        try:
            self._found = self._search.relax("inside", part=self._resident)
            self._decided.wait()
            if self._next is not None:
                self._next(self._found)
        except BaseException as error:  # it is raised where the thread is waited for
            self._failed = error

    def bound(self) -> float:
        """The bound of the relaxation; -inf if it was not solved in time."""
        self._decided.set()
        self._thread.join()
        if self._failed is not None:
            raise self._failed
        return float("-inf") if self._found is None else self._found.bound
