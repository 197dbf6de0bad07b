"""The outcome of a solve: why it stopped, separate from the quality of its plan.

``Stop`` says why the solver stopped, ``Bounds`` what was proved about one objective, and ``status`` combines the two
into the one word of the results (see the specification of results in the README).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

BOTH_ZERO = 1e-9
"""If value and bound are both within this distance of zero, the gap is 0."""

NUMERICAL = 1e-5
"""Relative numerical tolerance of a proof: HiGHS meets constraints within 1e-6, while plans are valued exactly."""


class Stop(Enum):
    """Why a run of the solver stopped."""

    PROVED = "proved"
    INFEASIBLE = "infeasible"
    TIME_LIMIT = "time_limit"
    NODE_LIMIT = "node_limit"
    STALLED = "stalled"
    INTERRUPT = "interrupt"
    FAILED = "failed"


def relative_gap(value: float, bound: float) -> float:
    """(value - bound) / max(|value|, 1e-9), or 0 if both are within 1e-9 of zero; never below 0."""
    if abs(value) <= BOTH_ZERO and abs(bound) <= BOTH_ZERO:
        return 0.0
    return max(0.0, (value - bound) / max(abs(value), 1e-9))


@dataclass(frozen=True)
class Bounds:
    """What one stage proved about its objective.

    Attributes
    ----------
    objective : str
        ``gap``, ``risk``, ``cost`` or ``burden``.
    value : float
        The objective of the stage's plan (its incumbent), in the objective's own unit.
    bound : float
        No plan of this stage can have a lower value.
    """

    objective: str
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """Relative gap between value and bound."""
        return relative_gap(self.value, self.bound)

    def beside(self, value: float) -> tuple[float, float, float]:
        """The figures to print beside a plan's value: given_up, bound and relative gap.

        Later objectives may worsen an earlier one within the model's tolerance. Bound and gap belong to the stage,
        whose value is ``value - given_up``, computed from the printed numbers. A plan that is better than its stage
        gives up nothing, and its value replaces that of the stage.
        """
        given_up = max(0.0, value - self.value)
        stage = value - given_up
        bound = min(self.bound, stage)
        return given_up, bound, relative_gap(stage, bound)


def status(found: bool, stop: Stop, closed: bool) -> str:
    """The name of the outcome of a whole solve.

    Parameters
    ----------
    found : bool
        Whether there is a plan.
    stop : Stop
        Why the last run stopped.
    closed : bool
        Whether the requested gap is reached for every objective of the model.
    """
    if stop is Stop.FAILED:
        return "error"
    if stop is Stop.INFEASIBLE and not found:
        return "infeasible"
    if found:
        return "optimal" if closed else "feasible"
    return "interrupted" if stop is Stop.INTERRUPT else "no_plan"
