"""A sweep, or a worker of it, killed at random instants; ``python -m tests.sweeps.kill 200`` does it 200 times."""

from __future__ import annotations

from tests.sweeps.kill import trial


def test_nothing_that_was_done_is_lost() -> None:
    sweeps, kills = trial(6, seed=1)
    assert sweeps >= 1
    assert kills == 6
