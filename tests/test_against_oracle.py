"""`allocator.solve` against two oracles that were written from the specification alone."""

from __future__ import annotations

import pytest

from tests.oracle import test_oracle
from tests.oracle.check import check
from tests.oracle.random_instances import random_instance, random_model
from tests.oracle.random_more import full_instance, full_model

pytestmark = pytest.mark.slow

SEEDS = 10

TELLING = (72, 76, 109, 119, 128, 132, 152, 155, 211, 223, 244, 289, 508)
"""Seeds at which a wrong reading of one rule (what is usable, who is counted, when money is due) changes the answer."""

BY_HAND = [name for name in vars(test_oracle) if name.endswith("_by_hand")]


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


@pytest.mark.parametrize("seed", TELLING)
def test_telling(seed: int) -> None:
    assert check(full_instance(seed), full_model(seed), enumerate_up_to=1000) == []


@pytest.mark.parametrize("name", BY_HAND)
def test_by_hand(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is worked out by hand for the oracles holds for `allocator.solve`."""
    monkeypatch.setattr(test_oracle, "oracles_disagree", lambda obj, model, limit: check(obj, model, limit))
    getattr(test_oracle, name)()


@pytest.mark.parametrize("first", range(0, 10, SEEDS))
def test_everything_wide(first: int) -> None:
    """`python -m tests.oracle --size wide N` tries more."""
    for seed in range(first, first + SEEDS):
        assert check(full_instance(seed, "wide"), full_model(seed)) == [], seed
