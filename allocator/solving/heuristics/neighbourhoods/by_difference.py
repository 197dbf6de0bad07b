"""Where the plan and the relaxation differ most, with some chance.

Source: relaxation induced neighbourhoods, Danna, Rothberg and Le Pape (2005), Mathematical Programming 102(1).
"""

from __future__ import annotations

import random

import numpy as np

from allocator.solving.heuristics.neighbourhoods.cells import Cells, Here, Numbers

NAME = "differences"
LEADERS = False


def places(cells: Cells, here: Here, rng: random.Random) -> Numbers:
    """Each cell on its own, the largest differences first; each difference counts by a random factor."""
    factors = np.random.default_rng(rng.randrange(2**32)).random(len(here.units))
    order = np.argsort(-np.abs(here.units - here.wanted) * factors, kind="stable")
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    return places
