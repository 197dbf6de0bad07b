"""Which columns take part in a proof that a model has no solution (Farkas' lemma)."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from allocator.outcome import Stop
from allocator.solving.highs import Resident
from allocator.solving.standard_form import Floats

TINY = 1e-9
"""Part in a proof that counts as none, relative to the largest and to 1."""


def blamed(resident: Resident, time_limit: float | None, interrupted: threading.Event) -> Floats | None:
    """How much the bounds of each column take part in a proof that there is no solution even in fractions.

    The columns with 0 may have any bounds: there is still no solution, within the tolerances of the solver.

    Parameters
    ----------
    resident : Resident
        The model, to which no row was added.
    time_limit : float or None
        Seconds for the run.
    interrupted : threading.Event
        Set it to stop the run.

    Returns
    -------
    float array or None
        One entry per column; None if there is a solution in fractions, or no proof in time.
    """
    matrix = resident.matrix
    options: dict[str, Any] = {"solve_relaxation": True, "presolve": "off", "solver": "simplex"}
    run = resident.run(time_limit, interrupted, None, time_limit, **options)
    if run.stop is not Stop.INFEASIBLE or len(matrix.rows) < resident.solver.getNumRow():
        return None
    _, found, ray = resident.solver.getDualRay()
    if not found:
        return None
    rows, columns = matrix.scales
    part = np.zeros(len(matrix.columns))
    np.add.at(part, matrix.index, matrix.value * (rows * np.array(ray))[matrix.row_index])
    part *= columns
    return np.where(np.abs(part) > TINY * max(1.0, float(np.abs(part).max(initial=0.0))), part, 0.0)
