"""A bound where coefficients are so far apart that HiGHS loses the small ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.outcome import Stop
from allocator.solving.answer import Loaded
from allocator.solving.highs import Resident

if TYPE_CHECKING:
    from allocator.solving.lexicographic import Stages


def sharper(stages: Stages, loaded: Loaded, name: str) -> float:
    """A bound from only those columns of which one unit is no worse than the best plan.

    The other columns are in no better plan, and their coefficients may be so large that HiGHS loses the rest.
    """
    best = stages.answer.deployed
    out = loaded.matrix.each(name) > float(stages._value(name, best or {})) * (1 + 1e-9)
    if best is None or not out.any():
        return 0.0
    resident = Resident(loaded.matrix.without(out), stages.options)
    for earlier, most in stages.held.items():
        resident.hold(earlier, float(most))
    resident.minimise(name)
    run = resident.run(stages._left(), stages.interrupted)
    if run.stop is not Stop.PROVED or run.point is None or stages._take(name, loaded.points.deployed(run.point)):
        return 0.0
    return run.bound
