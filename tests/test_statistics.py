"""Statistics worked out by hand, and against published tables."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from scipy.stats import binom

from allocator.statistics import (
    cvar,
    estimate,
    order_statistics,
    quantiles,
    student,
    tail_risk,
    value_at_risk,
    wilson,
)
from tests.present import present


class TestGaps:
    def test_value_at_risk_and_beyond(self) -> None:
        """Gaps 0, 0.2, 1 with 0.5, 0.4, 0.1: the worst fifth is all of 1 and as much of 0.2."""
        gaps, shares = [Fraction(0), Fraction(1, 5), Fraction(1)], [Fraction(5, 10), Fraction(4, 10), Fraction(1, 10)]
        assert cvar(gaps, shares, Fraction(8, 10)) == Fraction(6, 10)
        assert value_at_risk(gaps, shares, Fraction(8, 10)) == Fraction(1, 5)
        assert cvar(gaps, shares, Fraction(0)) == Fraction(18, 100)

    def test_an_error_of_sampling_says_no_more_than_is_possible(self) -> None:
        """Two samples far apart: 25 times their spread is no error; the most is all that the plan leaves unmet."""
        wide = estimate([0.1, 0.5], [0.4, 0.4, 0.4, 0.4])
        assert (wide.gap, wide.error) == pytest.approx((0.1, 0.4))
        assert estimate([0.0, 0.9], [0.0, 0.0, 10.0, 10.0]).error == 1.0
        close = estimate([0.3, 0.3], [0.4, 0.4, 0.4, 0.4])
        assert (close.gap, close.error) == pytest.approx((0.1, 0.1))

    @pytest.mark.parametrize(
        ("share", "freedom", "value"),
        [(0.95, 4, 2.131847), (0.975, 4, 2.776445), (0.975, 1, 12.706205), (0.975, 199, 1.971957)],
    )
    def test_student(self, share: float, freedom: int, value: float) -> None:
        assert student(share, freedom) == pytest.approx(value, abs=1e-6)


class TestIntervals:
    def test_wilson(self) -> None:
        """Newcombe (1998), table I: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611."""
        assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
        assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
        assert wilson(29, 29) == pytest.approx((0.8830, 1.0), abs=5e-5)

    def test_order_statistics(self) -> None:
        """Of a hundred draws the 40th and the 61st enclose the median; 0.95 ** 71 is above 1/40, 0.95 ** 72 below."""
        assert order_statistics(100, 0.5) == (40, 61)
        assert order_statistics(71, 0.05)[0] is None
        assert order_statistics(72, 0.05)[0] == 1
        assert order_statistics(10, 0.9)[1] is None

    @pytest.mark.parametrize(("draws", "level"), [(200, 0.05), (1000, 0.05), (5000, 0.01), (1000, 0.95)])
    def test_order_statistics_are_the_narrowest(self, draws: int, level: float) -> None:
        below = binom(draws, level).cdf
        low, high = map(present, order_statistics(draws, level))
        assert below(low - 1) <= 0.025 < below(low)
        assert below(high - 2) < 0.975 <= below(high - 1)

    def test_tail_risk_by_hand(self) -> None:
        """Of 1 to 20, each ten times, the worst tenth are 1 and 2."""
        told = tail_risk([(float(value), 10) for value in range(1, 21)], 0.1)
        assert (told["mean"], told["value_at_risk"], told["expected_shortfall"]) == pytest.approx((10.5, 3, 1.5))
        assert (told["value_at_risk_low"], told["value_at_risk_high"]) == (2, 3)
        assert tail_risk([(0.3, 1)], 0.05)["mean_low"] is None

    def test_the_intervals_hold_what_they_promise(self) -> None:
        generator = random.Random(1)
        inside = {"mean": 0, "value_at_risk": 0, "expected_shortfall": 0}
        truth = {"mean": 0.5, "value_at_risk": 0.1, "expected_shortfall": 0.05}
        for _ in range(300):
            told = tail_risk([(generator.random(), 1) for _ in range(400)], 0.1)
            for name, value in truth.items():
                inside[name] += present(told[f"{name}_low"]) <= present(value) <= present(told[f"{name}_high"])
        assert all(0.91 <= count / 300 <= 1.0 for count in inside.values()), inside
        assert inside["value_at_risk"] / 300 >= 0.94

    def test_quantiles_by_hand(self) -> None:
        """Of 0 to 20 every percentile of these falls on a value; one value is its own percentiles."""
        assert quantiles([float(value) for value in range(21)]) == {"mean": 10.0, "5": 1.0, "50": 10.0, "95": 19.0}
        assert quantiles([3.0]) == {"mean": 3.0, "5": 3.0, "50": 3.0, "95": 3.0}
