"""A few tasks in all periods, and who leads them; orders stay as they are."""

from __future__ import annotations

import random

from allocator.solving.heuristics.neighbourhoods.cells import Cells, Here, Numbers, shuffled

NAME = "tasks"
LEADERS = True


def places(cells: Cells, here: Here, rng: random.Random) -> Numbers:
    """Task after task, in a random order."""
    return shuffled(cells.task, rng)
