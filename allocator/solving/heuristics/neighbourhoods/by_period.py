"""A window of periods: everything that happens in them."""

from __future__ import annotations

import random

from allocator.solving.heuristics.neighbourhoods.cells import Cells, Here, Numbers

NAME = "periods"
LEADERS = False


def places(cells: Cells, here: Here, rng: random.Random) -> Numbers:
    """Period after period from a random one, around the end."""
    last = int(cells.period.max(initial=0)) + 1
    places: Numbers = (cells.period - rng.randrange(last)) % last
    return places
