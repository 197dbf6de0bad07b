"""What the searches on the resident model need from their stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allocator.plan.values import Deployed
from allocator.solving.columns import Points
from allocator.solving.highs import Relaxation
from allocator.solving.running import Run
from allocator.solving.standard_form import Floats

NODES = 100
"""Most nodes of the search tree in a restricted run."""

MANY = 5_000
"""Whole-number columns from which a plan is improved part by part before HiGHS has the whole model."""

USED = 0.2
"""A relaxation that is no corner has all columns a little above 0; above this many units a deployment is used."""

FEW = 500
"""Most whole-number columns of a model whose first objective is proved sooner without a search for other plans."""

STARTED = {
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_heuristic_run_feasibility_jump": False,
}
"""Options of a run that begins with a good plan: without the heuristics of HiGHS that ignore it."""

WHOLE, RELAXATION, AVERAGED = "HiGHS on the whole model", "relaxation", "averaged programme"
"""Names for progress, besides those of the searches among a part of the columns."""


@dataclass(frozen=True)
class Search:
    """What the search needs from its stage.

    Attributes
    ----------
    points : Points
        Converts between plans and columns.
    relax : callable
        Solves the relaxation by a given method, or returns None if that is not done in time or there is no solution;
        with ``part``, that of another model than the resident one, whose progress is shown if ``what`` names it.
    run : callable
        Runs HiGHS, given the proved bound and options: on the resident model, or on the ``part`` of it that is given;
        ``what`` names the search for progress. With ``most``, the run may use all the time of the stage, and its bound
        is one of the stage up to ``most``. A run beside another has no name and shows no progress.
    take : callable
        Checks a point and stores its plan; returns the broken constraints.
    best : callable
        Returns the best plan so far.
    enough : callable
        Whether to stop, given the proved bound and a relative gap to it.
    over : callable
        Whether the stage has used its time, or a given share of it, or was interrupted.
    limited : bool
        The stage has a time limit.
    """

    points: Points
    relax: Callable[..., Relaxation | None]
    run: Callable[..., Run]
    take: Callable[[Floats], Any]
    best: Callable[[], Deployed | None]
    enough: Callable[[float, float], bool]
    over: Callable[..., bool]
    limited: bool = False


def options_of_root(points: Points) -> dict[str, Any]:
    """Options of HiGHS for a whole model: with many orders the simplex method takes seconds longer at the root."""
    many = points.matrix.integral.sum() >= MANY
    return {"mip_lp_solver": "ipx"} if len(points.ordered) and many else {}
