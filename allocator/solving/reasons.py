"""Why there is no plan, or none that deploys anything, in terms of the instance."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pyomo.core as pyo

from allocator.audit import Violation
from allocator.errors import BadInput, Fault
from allocator.families import commitments, requirement
from allocator.families.rows import Exact
from allocator.instance import Instance
from allocator.outcome import Stop
from allocator.problem import Commitment, Problem
from allocator.solving.highs import Resident
from allocator.solving.standard_form import Matrix
from allocator.statement import THEATRE, Row
from allocator.wording import plural

UNEXPLAINED = "No plan meets every constraint; there was no time left to find the requirements that cause this."

ABLE_TO_JOIN = "has no eligible, ready and affordable unit that its pledges allow"
"""What keeps a nation from an objective that it is willing to join."""

CLOSED = 1e-4
"""Relative gap up to which a plan that deploys nothing is called the best."""

LONGEST = 60.0
"""Most seconds of the search for a reason."""


@dataclass(frozen=True)
class Must:
    """Something that every plan must meet: its row, its supply in shares of the least, and what it is in words.

    ``words`` takes the share that cannot be met.
    """

    key: tuple[Any, ...]
    share: tuple[list[int], list[float]]
    words: Callable[[float], str]


def why_infeasible(
    m: pyo.ConcreteModel,
    matrix: Matrix,
    options: Mapping[str, Any],
    time_limit: float | None,
    interrupted: threading.Event,
) -> str:
    """Name the requirements and promises that cannot be met together, and by how much each must be reduced.

    Each may be reduced at a price in proportion to what must be met of it; the answer is the cheapest reduction. If
    even that does not help, rows that the caller added are the cause.
    """
    if m.problem.model.limits:
        return f"No plan meets every constraint with {_limits(m.problem)}."
    musts = [*_requirements(m, matrix), *_promises(m, matrix)]
    resident = Resident(matrix, {**options, "mip_rel_gap": 1e-4})
    short = resident.relax(_rows_of(m, matrix, {must.key for must in musts}), [must.share for must in musts])
    run = resident.run(LONGEST if time_limit is None else min(LONGEST, time_limit), interrupted)
    if run.stop in (Stop.TIME_LIMIT, Stop.INTERRUPT) and run.point is None:
        return UNEXPLAINED
    if run.stop is Stop.INFEASIBLE or run.point is None:
        return "No plan meets every constraint; the requirements alone are not the cause."
    missed = [(must, run.point[column]) for must, column in zip(musts, short, strict=True)]
    lines = [must.words(share) for must, share in missed if share > 1e-6]
    if not lines:
        return "No plan meets every constraint."
    together = "This cannot be met:" if len(lines) == 1 else "These cannot all be met; the least reduction that helps:"
    return "\n".join([together, *lines])


def _limits(problem: Problem) -> str:
    """The model's limits in words."""
    return ", ".join(f"{name} at most {most:g}" for name, most in problem.model.limits.items())


def _requirements(m: pyo.ConcreteModel, matrix: Matrix) -> Iterator[Must]:
    """Lines of which some part must be met."""
    problem: Problem = m.problem
    units = {row["capability"]: row["unit"] for row in problem.instance.rows("capabilities")}
    names = {row["task"]: f"{row['name']} ({row['task']})" for row in problem.instance.rows("tasks")}

    def words(row: Row, key: requirement.Key, needed: Fraction, share: float) -> str:
        j, c, t = key
        least = float((1 - row.max_gap) * row.quantity)
        where = "the theatre" if j == THEATRE else names[j]
        most = "all" if row.max_gap == 0 else f"at least {least:g}"
        unit = units[c] if row.quantity == 1 else plural(units[c])
        return (
            f"{where}, period {t}: {most} of {float(row.quantity):g} {unit} ({c}) must be met "
            f"(max_gap {float(row.max_gap):g}); {share * float(needed):.4g} of it cannot be."
        )

    for row, key, terms, least in requirement.lines(m, problem):
        if least:
            yield Must(key, _share(matrix, terms.pairs(m.cells), least), partial(words, row, key, least))


def _promises(m: pyo.ConcreteModel, matrix: Matrix) -> Iterator[Must]:
    """What nations have promised."""

    def words(promise: Commitment, t: int, share: float) -> str:
        where = "at all tasks together" if promise.task is None else f"at {promise.task}"
        return (
            f"{promise.nation} has promised at least {promise.at_least} {promise.unit_type} {where} in period {t}; "
            f"{share * promise.at_least:.4g} of them cannot be sent."
        )

    for i, promise, t, terms in commitments.promises(m, m.problem):
        if promise.at_least:
            share = _share(matrix, terms.pairs(m.cells), Fraction(promise.at_least))
            yield Must((i, t), share, partial(words, promise, t))


def _rows_of(m: pyo.ConcreteModel, matrix: Matrix, keys: Collection[tuple[Any, ...]]) -> list[int]:
    """Rows of the model that must be met, including their digits."""
    owners = [name for name in ("requirement_supply", "requirement_least", "commitments_least") if m.component(name)]
    rows = [row for name in owners for key, row in m.component(name).items() if key in keys]
    digits = [(row.index(), row) for row, _ in getattr(m, "carries", ())]
    rows += [row for (name, *key, _), row in digits if name in owners and tuple(key) in keys]
    return [matrix.row_at[id(row)] for row in rows]


def _share(matrix: Matrix, terms: Sequence[Exact], least: Fraction) -> tuple[list[int], list[float]]:
    """Supply of each unit as a share of the least that must be met; a unit counts for no more than is needed."""
    need = least + sum((-a * x.ub for a, x in terms if a < 0), start=Fraction(0))
    return [matrix.column_of[id(x)] for _, x in terms], [float(min(a, need) / least) for a, _ in terms]


def why_nothing(problem: Problem, gap: float) -> str:
    """Why a plan deploys nothing, which is proved to within this relative gap."""
    if any(True for _ in problem.deployments()):
        if gap > CLOSED:
            return "Nothing is deployed in the best plan that was found."
        within = f" with {_limits(problem)}" if problem.model.limits else ""
        return f"Nothing is deployed: no possible deployment{within} would lower the objectives."
    if not any(problem.pools.units.values()) and not problem.pools.programmes:
        return "Nothing can be deployed: no nation has a unit."
    causes: Counter[str] = Counter()
    for n in problem.NATIONS:
        for o in problem.OBJECTIVES:
            barred = [problem.barred.get((n, o, t)) for t in problem.PERIODS]
            causes[barred[0] if barred[0] and all(barred) else ABLE_TO_JOIN] += 1
    words = "; ".join(f"{count} × {cause}" for cause, count in causes.most_common())
    return f"Nothing can be deployed. Of {causes.total()} pairs of nation and objective: {words}."


LIMITS = {
    "requirement_supply": ("requirements", ("task", "capability"), "quantity"),
    "requirement_least": ("requirements", ("task", "capability"), "quantity"),
    "rotation_pool": ("forces", ("nation", "unit_type"), "units"),
    "minimum_contribution_least": ("forces", ("nation", "unit_type"), "min_units"),
    "troop_ceiling_people": ("nations", ("nation",), "troop_ceiling"),
    "commitments_least": ("commitments", (), "at_least"),
    "commitments_most": ("commitments", (), "at_most"),
    "prerequisites_met": ("prerequisites", ("task", "needs_task", "capability"), "share"),
    "acquisition_most": ("acquisitions", ("nation", "unit_type"), "max_units"),
    "acquisition_least": ("acquisitions", ("nation", "unit_type"), "min_order"),
    "industry_capacity": ("industry", ("unit_type",), "capacity"),
    "industry_expansions": ("industry", ("unit_type",), "max_expansions"),
    "joint_purchase_nations": ("joint_purchases", ("unit_type",), "min_nations"),
    "budget_burden": ("nations", ("nation",), "gdp"),
    "burden_heaviest": ("nations", ("nation",), "gdp"),
    "framework_nation_share": ("tasks", ("task",), "framework_share"),
    "conditions_pledge": ("conditions", ("nation", "objective"), "value"),
}
"""Constraint -> the table whose row sets the limit, the first columns of its index, and the limit's column."""


def widest(matrix: Matrix) -> Violation:
    """The row with the widest range of coefficients, for a solver that gave up."""
    size = np.log10(np.abs(matrix.value))
    count = len(matrix.rows)
    least, most = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(least, matrix.row_index, size)
    np.maximum.at(most, matrix.row_index, size)
    row = int(np.argmax(np.where(np.isfinite(most), most - least, -1.0)))
    name, key = matrix.row_keys[row]
    text = f"its coefficients are {most[row] - least[row]:.0f} powers of ten apart"
    return Violation(name, key if isinstance(key, tuple) else (key,), text)


def too_far_apart(instance: Instance, broken: Sequence[Violation]) -> BadInput:
    """Faults for limits that a solver cannot keep, because their figures differ too much in size."""
    faults = []
    for violation in broken[:5]:
        table, columns, limit = LIMITS.get(violation.constraint, ("instance", (), None))
        key = ",".join(f"{column}={part}" for column, part in zip(columns, violation.index, strict=False))
        if violation.constraint == "budget_payer":
            row = instance.rows("budgets")[violation.index[0] - 1]
            table, key, limit = "budgets", f"payer={row['payer']}", "amount"
        place = f"{table}[{key}]" if key else table
        found = f"figures so far apart that the solver cannot keep this limit ({violation})"
        faults.append(Fault(place, None, limit, found, "figures of more similar size; another unit often helps"))
    return BadInput(faults)
