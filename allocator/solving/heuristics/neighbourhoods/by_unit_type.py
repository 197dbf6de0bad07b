"""A few unit types: what all nations deploy and order of them, joint purchases and industry included."""

from __future__ import annotations

import random

from allocator.solving.heuristics.neighbourhoods.cells import Cells, Here, Numbers, shuffled

NAME = "unit types"
LEADERS = False


def places(cells: Cells, here: Here, rng: random.Random) -> Numbers:
    """Unit type after unit type, in a random order."""
    return shuffled(cells.unit_type, rng)
