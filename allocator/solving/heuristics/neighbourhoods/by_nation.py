"""A few nations: all that they deploy and order, at all tasks and in all periods."""

from __future__ import annotations

import random

from allocator.solving.heuristics.neighbourhoods.cells import Cells, Here, Numbers, shuffled

NAME = "nations"
LEADERS = False


def places(cells: Cells, here: Here, rng: random.Random) -> Numbers:
    """Nation after nation, in a random order."""
    return shuffled(cells.nation, rng)
