"""Time limits in CPU seconds of the process, so that a loaded machine does not change what a benchmark finds.

    by_cpu()
    allocator.sweep(..., time_limit=8, workers=0)

Only for processes that do nothing else: it takes the clock of the whole process, and HiGHS's own limit, which is wall
time, is left out.
"""

from __future__ import annotations

import time
from typing import Any


def by_cpu() -> None:
    """Count CPU seconds in place of wall time from now on."""
    import allocator.solving.highs as highs
    import allocator.solving.running as running

    time.monotonic = time.process_time
    set_option, run, follow = highs.set_option, highs.Resident.run, running.Running.follow

    def unlimited(solver: Any, name: str, value: Any) -> None:
        set_option(solver, name, float("inf") if name == "time_limit" else value)

    def impatient(
        self: Any, limit: Any = None, interrupted: Any = None, watch: Any = None, *given: Any, **more: Any
    ) -> Any:
        return run(self, limit, interrupted, watch, None, *given[1:], **more)

    def asked(self: Any, solver: Any, limit: float | None, *given: Any) -> Any:
        return follow(self, solver, None if limit is None else limit - running.GRACE, *given)

    vars(highs)["set_option"] = unlimited
    vars(highs)["Resident"].run = impatient
    vars(running)["Running"].follow = asked
