"""A unit type with those that supply or consume the same capabilities: together they cover the same requirements."""

from __future__ import annotations

import random

import numpy as np

from allocator.solving.heuristics.neighbourhoods.cells import NEVER, Cells, Here, Numbers

NAME = "capabilities"
LEADERS = False


def places(cells: Cells, here: Here, rng: random.Random) -> Numbers:
    """Unit type after unit type: a random one, then those that have the most capabilities in common with it."""
    count = len(cells.common)
    first = rng.randrange(max(1, count))
    order = sorted(range(count), key=lambda u: (u != first, -cells.common[first, u], rng.random()))
    places = np.full(count + 1, NEVER, dtype=np.int64)
    places[order] = np.arange(count)
    return places[cells.unit_type]
