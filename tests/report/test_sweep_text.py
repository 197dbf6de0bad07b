"""What the terminal says of how sure a sweep is."""

from __future__ import annotations

import pytest

from allocator.report.text.sweep import _summary

COUNTS = {"points": 3, "known": 0, "infeasible": 0, "failed": 0, "unproved": 0}


@pytest.mark.parametrize(
    ("counts", "stopped", "said"),
    [
        ({}, False, "3 points, all proved"),
        (
            {"known": 2},
            True,
            "3 points until you stopped the sweep, 2 settled by other points without a solve, all proved",
        ),
        ({"unproved": 1}, False, "3 points, 1 not proved to the requested gap, marked ~"),
        ({"failed": 1}, False, "3 points, 1 without an answer"),
        ({"points": 0}, True, "0 points until you stopped the sweep"),
    ],
)
def test_only_what_is_there_is_called_proved(counts: dict[str, int], stopped: bool, said: str) -> None:
    assert _summary(COUNTS | counts, stopped) == said
