"""What the searches on the resident model need from their stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allocator.plan.values import Deployed
from allocator.solving.columns import Points
from allocator.solving.highs import Relaxation, Run
from allocator.solving.standard_form import Floats

NODES = 100
"""Most nodes of the search tree in a restricted run."""


@dataclass(frozen=True)
class Search:
    """What the search needs from its stage.

    Attributes
    ----------
    points : Points
        Converts between plans and columns.
    relax : callable
        Solves the relaxation by a given method, or returns None if that is not done in time or there is no solution.
    run : callable
        Runs HiGHS, given the proved bound and options.
    take : callable
        Checks a point and stores its plan.
    best : callable
        Returns the best plan so far.
    enough : callable
        Whether to stop, given the proved bound and a relative gap to it.
    """

    points: Points
    relax: Callable[..., Relaxation | None]
    run: Callable[..., Run]
    take: Callable[[Floats], Any]
    best: Callable[[], Deployed | None]
    enough: Callable[[float, float], bool]
