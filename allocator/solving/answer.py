"""The answer of the stages of a solve, and the loaded model that they share."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyomo.core as pyo

from allocator.outcome import Bounds, Stop
from allocator.purchases import Cell
from allocator.solving.columns import Points
from allocator.solving.highs import Resident
from allocator.solving.standard_form import Matrix

HELD = "held"
"""Name of the limit that keeps an earlier objective, for plans that exceed it."""

Deployed = dict[Cell, int]


@dataclass
class Answer:
    """The result of the stages.

    ``how`` gives for each stage whether it was ``solved`` or ``known`` from other solves.
    """

    stop: Stop = Stop.PROVED
    deployed: Deployed | None = None
    bounds: dict[str, Bounds] = field(default_factory=dict)
    how: dict[str, str] = field(default_factory=dict)
    closed: bool = False
    reason: str = ""
    times: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Loaded:
    """A Pyomo model, the same model as arrays, and the arrays in HiGHS."""

    m: pyo.ConcreteModel
    matrix: Matrix
    points: Points
    resident: Resident
