"""The mathematics: one constraint family per file, and the only list of them.

Each family is a function ``add(m, problem)`` that puts its decisions and constraints on the Pyomo model; the
docstring of its file holds the formula, the symbols and a worked toy; ``models/MATHS.md`` is made from these
docstrings.
"""

from __future__ import annotations

from collections.abc import Callable

import pyomo.core as pyo

from allocator.families import (
    acquisition,
    budget,
    commitments,
    conditions,
    framework_nation,
    industry,
    joint_purchase,
    minimum_contribution,
    participation,
    prerequisites,
    requirement,
    rotation,
    troop_ceiling,
)
from allocator.problem import Problem

ALWAYS: dict[str, Callable[[pyo.ConcreteModel, Problem], None]] = {
    "requirement": requirement.add,
    "participation": participation.add,
    "rotation": rotation.add,  # if it is left out, it still limits each pool in each period
}
CHOSEN: dict[str, Callable[[pyo.ConcreteModel, Problem], None]] = {
    "minimum_contribution": minimum_contribution.add,
    "conditions": conditions.add,
    "commitments": commitments.add,
    "troop_ceiling": troop_ceiling.add,
    "budget": budget.add,
    "framework_nation": framework_nation.add,
    "prerequisites": prerequisites.add,
    "acquisition": acquisition.add,
    "industry": industry.add,
    "joint_purchase": joint_purchase.add,
}
"""The family ``caveats`` has no constraint: a forbidden deployment has no variable (see ``problem``)."""
