"""`allocator.solve` against two oracles that were written from the specification alone."""

from __future__ import annotations

import pytest

from tests.oracle.check import check
from tests.oracle.random_instances import random_instance, random_model

SEEDS = 10


@pytest.mark.parametrize("first", range(0, 40, SEEDS))
def test_tiny(first: int) -> None:
    for seed in range(first, first + SEEDS):
        assert check(random_instance(seed, "tiny"), random_model(seed), enumerate_up_to=1000) == [], seed


@pytest.mark.parametrize("first", range(1000, 1030, SEEDS))
def test_small(first: int) -> None:
    for seed in range(first, first + SEEDS):
        assert check(random_instance(seed, "small"), random_model(seed)) == [], seed
