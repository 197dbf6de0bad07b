"""One objective on one resident model: the loop that solves, sweeps and two-stage plans share.

A point from HiGHS counts only once it has passed the exact check. A point that the check rejects met its limits only
within the solver's tolerances: those limits are tightened, and HiGHS runs again.
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
from allocator.solving.highs import Resident
from allocator.solving.running import Run
from allocator.solving.standard_form import Floats, Matrix

ATTEMPTS = 5
"""Most runs of a stage while the exact check rejects plans that only the solver's tolerances allow."""

ENOUGH = 0.999
"""Share of the gap at which a run ends because the known bound proves its plan; the rest allows for rounding."""

Broken = TypeVar("Broken")
"""A constraint that a rejected point breaks, as the exact check reports it."""


@dataclass(frozen=True)
class Progress:
    """What is known during a solve; incumbent, bound and gap refer to the stage's objective.

    ``search`` names what is running, such as ``HiGHS on the whole model``.
    """

    objective: str
    stage: int
    stages: int
    seconds: float
    incumbent: float | None
    bound: float | None
    gap: float | None
    search: str = ""


@dataclass(frozen=True)
class Ended(Generic[Broken]):
    """The end of a stage.

    Attributes
    ----------
    stop : Stop
        Why the last run ended; ``FAILED`` if the exact check rejected every point.
    bound : float
        No plan of the stage is below it.
    broken : list
        What the exact check rejected last, if it rejected every point.
    failed : bool
        HiGHS gave up, and figures that are far apart explain that.
    """

    stop: Stop
    bound: float
    broken: list[Broken]
    failed: bool = False


@dataclass(frozen=True)
class Driver(Generic[Broken]):
    """What a stage needs from its caller.

    Attributes
    ----------
    start : callable
        Gives HiGHS the best known plan, if there is one; returns whether there is.
    run : callable
        Runs HiGHS with these options besides its own, within the remaining time.
    take : callable
        Checks a point exactly and stores its plan; returns the broken constraints, none if it passes.
    tighten : callable
        Tightens the limits that were passed; False if that cannot help.
    """

    start: Callable[[], bool]
    run: Callable[..., Run]
    take: Callable[[Floats], list[Broken]]
    tighten: Callable[[list[Broken]], bool]


def minimise(
    resident: Resident, name: str, floor: float, driver: Driver[Broken], *, again: bool = True
) -> Ended[Broken]:
    """Minimise the objective of the resident model, which is at least ``floor``.

    With ``again=False``, one run is enough to call it infeasible: another model has already been called that, in a run
    with the usual settings. This one begins with the other settings: presolve may be wrong about both in the same way.

    Raises
    ------
    SolverError
        HiGHS calls the stage infeasible although a plan passes every check.
    """
    near = floor / (
        1 - min(ENOUGH * float(resident.options.get("mip_rel_gap", 0.0)), 0.5)
    )  # a plan as good as that is proved
    target = {"objective_target": resident.scaled(near)} if floor > 0 else {}
    usual: dict[str, Any] = {}
    other = {"presolve": "off", "random_seed": int(resident.options["random_seed"]) + 1}
    settings, spare = (usual, [other]) if again else (other, [usual])
    broken: list[Broken] = []
    moved = False  # a limit was tightened: later proofs hold for fewer plans
    for _ in range(ATTEMPTS):
        known = driver.start()
        run = driver.run(**target, **settings)
        unproved = run.stop is Stop.PROVED and run.bound == float("-inf") and not target
        doubted = run.stop is Stop.FAILED or (again and run.stop is Stop.INFEASIBLE)
        if run.doubtful and run.point is not None and spare and not target:
            doubted = not driver.take(run.point)  # the next run begins with it
            floor = floor if moved else max(floor, run.bound)
        if (unproved or doubted) and spare:  # one run alone is not trusted
            settings = spare.pop()
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
    """Tighten a limit that was passed within the solver's tolerances, by the excess and a little more.

    Raises
    ------
    SolverError
        It was passed by more than that, or it is not a limit of the given block.
    """
    component = owner.component(violation.constraint)
    if violation.excess is None or violation.excess > Fraction(1, 100) or component is None:
        raise SolverError(f"the exact check rejects what HiGHS found: {violation}")
    key = violation.index if len(violation.index) > 1 else violation.index[0]
    if violation.constraint == "requirement_supply" and key in owner.requirement_least:
        component = owner.requirement_least  # what must be met has a row of its own
    rows = [component[key]] if key in component else [row for k, row in component.items() if k[0] == key]
    for row in rows:
        at = matrix.row_at[id(row)]
        side = "lower" if matrix.row_lower[at] > float("-inf") else "upper"
        resident.tighten(at, side, float(violation.excess) + 1e-6)
