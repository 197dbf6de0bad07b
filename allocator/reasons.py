"""Why there is no plan, or none that deploys anything, in the instance's own words."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pyomo.core as pyo

from allocator.highs import Resident
from allocator.matrix import Matrix
from allocator.outcome import Stop
from allocator.scope import THEATRE, Scope

UNEXPLAINED = "No plan meets every constraint; there was no time left to find the requirements that are the cause."

LONGEST = 60.0
"""Seconds that the search for a reason takes at the most."""


def why_infeasible(
    m: pyo.ConcreteModel,
    matrix: Matrix,
    options: Mapping[str, Any],
    time_limit: float | None,
    interrupted: threading.Event,
) -> str:
    """Name the requirements that cannot be met together, and by how much they would have to give way.

    Every requirement may give way at a price in proportion to what must be met of it; the cheapest way out is the
    answer. Where even that does not help, rows that the caller added are to blame.
    """
    if m.scope.model.limits:
        limits = ", ".join(f"{name} at most {most:g}" for name, most in m.scope.model.limits.items())
        return f"No plan meets every constraint with {limits}."
    resident = Resident(matrix, {**options, "mip_rel_gap": 1e-4})
    rows = [(matrix.row_at[id(data)], key) for key, data in m.requirement_supply.items()]
    excess = resident.relax([row for row, _ in rows])
    run = resident.run(LONGEST if time_limit is None else min(LONGEST, time_limit), interrupted)
    if run.stop in (Stop.TIME_LIMIT, Stop.INTERRUPT) and run.point is None:
        return UNEXPLAINED
    if run.stop is Stop.INFEASIBLE or run.point is None:
        return "No plan meets every constraint; the requirements alone are not the cause."
    scope: Scope = m.scope
    units = {row["capability"]: row["unit"] for row in scope.instance.rows("capabilities")}
    names = {row["task"]: f"{row['name']} ({row['task']})" for row in scope.instance.rows("tasks")}
    given = {(row.task, row.capability, t): row for row in scope.rows for t in row.periods}
    lines = []
    for (_, key), column in zip(rows, excess, strict=True):
        over = run.point[column]
        if over <= 1e-6:
            continue
        j, c, t = key
        row = given[key]
        least = float((1 - row.max_gap) * row.quantity)
        where = "the theatre" if j == THEATRE else names[j]
        most = "all" if row.max_gap == 0 else f"at least {least:g}"
        lines.append(
            f"{where}, period {t}: {most} of {float(row.quantity):g} {units[c]} ({c}) must be met "
            f"(max_gap {float(row.max_gap):g}); {over:.4g} of it cannot be."
        )
    if not lines:
        return "No plan meets every constraint."
    together = "This cannot be met:" if len(lines) == 1 else "These cannot all be met; least has to give way so:"
    return "\n".join([together, *lines])


def why_nothing(scope: Scope) -> str:
    """Why a plan deploys nothing."""
    if any(True for _ in scope.deployments()):
        return "Nothing is deployed: nothing that could be sent would lower the objectives."
    if not scope.pool:
        return "Nothing can be deployed: no nation has a unit."
    causes: Counter[str] = Counter()
    for n in scope.NATIONS:
        for o in scope.OBJECTIVES:
            causes[scope.barred.get((n, o), "has nothing eligible, ready and affordable that its pledges allow")] += 1
    told = "; ".join(f"{count} × {cause}" for cause, count in causes.most_common())
    return f"Nothing can be deployed. Of {causes.total()} pairs of nation and objective: {told}."
