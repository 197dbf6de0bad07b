"""`allocator.solve` against two oracles that were written from the specification alone."""

from __future__ import annotations

import pytest

from tests.oracle.check import check
from tests.oracle.random_instances import random_instance, random_model
from tests.oracle.random_more import full_instance, full_model

SEEDS = 10


@pytest.mark.parametrize("first", range(0, 20, SEEDS))
def test_tiny(first: int) -> None:
    for seed in range(first, first + SEEDS):
        assert check(random_instance(seed, "tiny"), random_model(seed), enumerate_up_to=1000) == [], seed


@pytest.mark.parametrize("first", range(1000, 1020, SEEDS))
def test_small(first: int) -> None:
    for seed in range(first, first + SEEDS):
        assert check(random_instance(seed, "small"), random_model(seed)) == [], seed


@pytest.mark.parametrize("first", range(0, 50, SEEDS))
def test_everything(first: int) -> None:
    """`python -m tests.oracle N` tries more."""
    for seed in range(first, first + SEEDS):
        assert check(full_instance(seed), full_model(seed), enumerate_up_to=1000) == [], seed


@pytest.mark.parametrize("first", range(0, 10, SEEDS))
def test_everything_wide(first: int) -> None:
    """`python -m tests.oracle --size wide N` tries more."""
    for seed in range(first, first + SEEDS):
        assert check(full_instance(seed, "wide"), full_model(seed)) == [], seed
