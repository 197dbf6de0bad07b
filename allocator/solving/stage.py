"""One objective on one resident model: the loop that solves, sweeps and two-stage plans share.

What HiGHS finds counts only once the exact check has passed it. A point that the check rejects met its limits within
the solver's tolerances only: those limits move inward, and HiGHS runs again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Generic, TypeVar

import pyomo.core as pyo

from allocator.audit import Violation
from allocator.errors import SolverError
from allocator.outcome import NUMERICAL, Bounds, Stop
from allocator.solving.highs import Resident, Run
from allocator.solving.standard_form import Floats, Matrix

ATTEMPTS = 5
"""Runs of a stage when the exact check finds a plan that only the solver's tolerances allow."""

Broken = TypeVar("Broken")
"""What the exact check says of a point that it rejects."""


@dataclass(frozen=True)
class Progress:
    """What is known while a solve lasts; incumbent, bound and gap are of the stage's objective."""

    objective: str
    stage: int
    stages: int
    seconds: float
    incumbent: float | None
    bound: float | None
    gap: float | None


@dataclass(frozen=True)
class Ended(Generic[Broken]):
    """The end of a stage.

    Attributes
    ----------
    stop : Stop
        Why the last run ended; ``FAILED`` where the exact check kept rejecting what it found.
    bound : float
        No plan of the stage is below it.
    broken : list
        What the exact check rejected last, where it kept rejecting.
    failed : bool
        HiGHS gave up, and figures that lie far apart explain that.
    """

    stop: Stop
    bound: float
    broken: list[Broken]
    failed: bool = False


@dataclass(frozen=True)
class Driver(Generic[Broken]):
    """What a stage asks of whoever runs it.

    Attributes
    ----------
    start : callable
        Hands HiGHS the best plan known, where there is one; says whether there is.
    run : callable
        Runs HiGHS with these options besides its own, within what is left of the time.
    take : callable
        Checks a point exactly and keeps its plan; what it breaks comes back, nothing where it passes.
    tighten : callable
        Moves the limits that were passed inward; False where that cannot help.
    """

    start: Callable[[], bool]
    run: Callable[..., Run]
    take: Callable[[Floats], list[Broken]]
    tighten: Callable[[list[Broken]], bool]


def minimise(resident: Resident, name: str, floor: float, driver: Driver[Broken]) -> Ended[Broken]:
    """Minimise the objective that the resident model has, known to be no less than ``floor``.

    Raises
    ------
    SolverError
        HiGHS calls the stage infeasible although a plan passes every check.
    """
    target = {"objective_target": resident.scaled(floor)} if floor > 0 else {}  # none is better than that
    settings: dict[str, Any] = {}
    broken: list[Broken] = []
    moved = False  # a limit was moved inward: what is proved from then on holds for fewer plans
    for _ in range(ATTEMPTS):
        known = driver.start()
        run = driver.run(**target, **settings)
        unproved = run.stop is Stop.PROVED and run.bound == float("-inf") and not target
        if (unproved or run.stop in (Stop.INFEASIBLE, Stop.FAILED)) and not settings:  # one run alone is not believed
            settings = {"presolve": "off", "random_seed": int(resident.options["random_seed"]) + 1}
            continue
        if moved and run.stop is Stop.INFEASIBLE:
            break
        if run.stop is Stop.INFEASIBLE and known:
            raise SolverError(f"HiGHS calls {name} infeasible, but there is a plan that passes every check")
        if run.stop is Stop.FAILED and resident.matrix.far_apart:
            if run.point is not None:
                driver.take(run.point)
            return Ended(Stop.FAILED, floor, [], failed=True)
        floor = floor if moved else max(floor, run.bound)
        if run.point is None:
            return Ended(run.stop, floor, [])
        broken = driver.take(run.point)
        if not broken:
            return Ended(run.stop, floor, [])
        moved = True
        if not driver.tighten(broken):
            break
    return Ended(Stop.FAILED, floor, broken)


def proved(name: str, value: float, bound: float) -> Bounds:
    """Value and bound of a stage; none of the objectives can be below 0.

    Raises
    ------
    SolverError
        The bound contradicts the plan.
    """
    bound = max(bound, 0.0)
    if bound > value + NUMERICAL * max(1.0, abs(value)):
        raise SolverError(f"HiGHS proved {name} >= {bound:g}, but a plan that passes every check has {value:g}")
    if bound > value or value - bound <= 1e-9 * max(1.0, abs(value)):
        bound = value
    return Bounds(name, value, bound)


def tighten(owner: pyo.ConcreteModel, matrix: Matrix, resident: Resident, violation: Violation) -> None:
    """Move a limit that was passed within the solver's tolerances inward, by as much and a little more.

    Raises
    ------
    SolverError
        It was passed by more than that, or it is no limit of the block that is said to own it.
    """
    component = owner.component(violation.constraint)
    if violation.excess is None or violation.excess > Fraction(1, 100) or component is None:
        raise SolverError(f"the exact check rejects what HiGHS found: {violation}")
    key = violation.index if len(violation.index) > 1 else violation.index[0]
    if violation.constraint == "requirement_supply" and key in owner.requirement_least:
        component = owner.requirement_least  # what must be met is a row of its own
    rows = [component[key]] if key in component else [row for k, row in component.items() if k[0] == key]
    for row in rows:
        at = matrix.row_at[id(row)]
        side = "lower" if matrix.row_lower[at] > float("-inf") else "upper"
        resident.tighten(at, side, float(violation.excess) + 1e-6)
