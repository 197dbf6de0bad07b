"""What the searches for better plans need from a stage."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from allocator.solving.answer import Loaded
from allocator.solving.heuristics.search import RELAXATION, Search
from allocator.solving.highs import Method, Relaxation, Resident
from allocator.solving.running import Run, Sight

if TYPE_CHECKING:
    from allocator.solving.lexicographic import Stages

SHARE = 0.6
"""Share of the remaining time that a stage may use if others follow."""


def _capped(watch: Callable[[Sight], None], most: float) -> Callable[[Sight], None]:
    """Passes on what is known, with a bound of at most ``most``."""
    return lambda sight: watch(replace(sight, bound=None if sight.bound is None else min(sight.bound, most)))


def search_of(stages: Stages, loaded: Loaded, stage: int, name: str, floor: float, share: float) -> Search:
    """What a search for a better plan needs from a stage that may use a share of the remaining time."""
    most, began = stages._left(share), time.monotonic()
    until = None if most is None else began + most

    def left(part: float = 1.0) -> float | None:
        return None if until is None else max(0.0, (until - time.monotonic()) * part)

    def over(part: float = 1.0) -> bool:
        return stages.interrupted.is_set() or (most is not None and time.monotonic() >= began + part * most)

    def run(
        bound: float, part: Resident | None = None, what: str | None = "restricted", most: float | None = None,
        **options: Any,
    ) -> Run:  # fmt: skip
        if part is not None and what is None:
            return part.run(left(), stages.interrupted, None, None, **options)
        watch = stages._watch(stage, name, bound, what or "", restricted=most is None)
        watch(Sight(None, None))  # a part may take less time than the first report
        if most is not None:
            return loaded.resident.run(left(), stages.interrupted, _capped(watch, most), stages._left(), **options)
        if part is None:
            return loaded.resident.run(stages._left(SHARE / 2), stages.interrupted, watch, stages._left(), **options)
        run = part.run(left(), stages.interrupted, watch, None, **options)
        loaded.resident.seconds += part.seconds
        return run

    def relax(method: Method = "inside", part: Resident | None = None, what: str = "") -> Relaxation | None:
        if part is not None:
            watch = stages._watch(stage, name, floor, what, restricted=True) if what else None
            return part.relaxation(left(), stages.interrupted, watch, None, method)
        watch = stages._watch(stage, name, floor, RELAXATION, restricted=True)
        return loaded.resident.relaxation(left(SHARE), stages.interrupted, watch, stages._left(), method)

    return Search(
        loaded.points,
        relax,
        run,
        lambda point: stages._take(name, loaded.points.deployed(point)),
        lambda: stages.answer.deployed,
        lambda bound, gap: stages.interrupted.is_set() or stages._within(name, bound, gap),
        over,
        most is not None,
    )
