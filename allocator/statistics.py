"""Figures of a distribution of gaps: mean, conditional value at risk, and what a sample says about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import atan, cos, pi, sin, sqrt
from statistics import fmean, stdev

from allocator.problem import exact

ONE = Fraction(1)


@dataclass(frozen=True)
class Taste:
    """How much the worst futures count: ``weight`` of the conditional value at risk at level ``alpha``, the rest mean.

    Both are exact, as the decimal numbers that were given.
    """

    weight: Fraction
    alpha: Fraction

    @classmethod
    def of(cls, weight: float, alpha: float) -> Taste:
        """From the numbers as they were given."""
        return cls(exact(weight), exact(alpha))

    def value(self, gaps: Sequence[Fraction], shares: Sequence[Fraction]) -> Fraction:
        """(1 - weight) * mean + weight * conditional value at risk."""
        return (1 - self.weight) * mean(gaps, shares) + self.weight * cvar(gaps, shares, self.alpha)

    def worst_alone(self, shares: Sequence[Fraction]) -> bool:
        """Whether the level looks at nothing but the worst future: no future is less probable than what it looks at."""
        return 1 - self.alpha <= min(shares)

    def loss(self, gap: Fraction, level: Fraction) -> Fraction:
        """What one future adds to the value where the value at risk is taken to be ``level``."""
        return (1 - self.weight) * gap + self.weight * (level + max(Fraction(0), gap - level) / (1 - self.alpha))


def mean(gaps: Sequence[Fraction], shares: Sequence[Fraction]) -> Fraction:
    """Expected gap."""
    return sum((share * gap for gap, share in zip(gaps, shares, strict=True)), start=Fraction(0))


def cvar(gaps: Sequence[Fraction], shares: Sequence[Fraction], alpha: Fraction) -> Fraction:
    """Mean gap of the worst ``1 - alpha`` of the futures (part of one where the level falls within it)."""
    left, total = 1 - alpha, Fraction(0)
    for gap, share in sorted(zip(gaps, shares, strict=True), reverse=True):
        total += min(left, share) * gap
        left -= min(left, share)
    return total / (1 - alpha)


def value_at_risk(gaps: Sequence[Fraction], shares: Sequence[Fraction], alpha: Fraction) -> Fraction:
    """Least gap that at least ``alpha`` of the futures do not pass."""
    reached = Fraction(0)
    for gap, share in sorted(zip(gaps, shares, strict=True)):
        reached += share
        if reached >= alpha:
            return gap
    return max(gaps)


def student(share: float, freedom: int) -> float:
    """Quantile of Student's t, ``share`` at least one half.

    The distribution function has a closed form for whole degrees of freedom (Abramowitz and Stegun 1964, 26.7.3 and
    26.7.4); it is inverted by bisection.
    """

    def within(t: float) -> float:
        """Probability of -t to t."""
        angle = atan(t / sqrt(freedom))
        term, total = (cos(angle) if freedom % 2 else 1.0), 0.0
        for k in range(freedom % 2 + 2, freedom + 1, 2):
            total += term
            term *= cos(angle) ** 2 * (k - 1) / k
        return 2 / pi * (angle + sin(angle) * total) if freedom % 2 else sin(angle) * total

    low, high = 0.0, 1.0
    while within(high) < 2 * share - 1:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle) < 2 * share - 1 else (low, middle)
    return high


def half_width(sample: Sequence[float], share: float) -> float:
    """How far the mean of a population may lie beyond that of a sample, to one side, with confidence ``share``."""
    return student(share, len(sample) - 1) * stdev(sample) / sqrt(len(sample))


@dataclass(frozen=True)
class Estimate:
    """What sampling leaves open about a candidate: its value lies at most ``error`` above the best possible.

    Attributes
    ----------
    lower : float
        Mean of what was proved about the best value over each sample: on average no more than the best value.
    upper : float
        Mean of the candidate's losses over an independent sample: on average no less than the candidate's value.
    gap : float
        ``upper - lower``, at least 0 and at most 1.
    error : float
        With ``confidence``, the candidate is not further than this from the best; at most what ``upper`` leaves when
        nothing at all is unmet in the best, and at most 1, which values cannot pass.
    replications, draws : int
        Samples behind ``lower``, draws behind ``upper``.
    """

    lower: float
    upper: float
    gap: float
    error: float
    replications: int
    draws: int
    confidence: float = 0.95


def estimate(bounds: Sequence[float], losses: Sequence[float], confidence: float = 0.95) -> Estimate:
    """Error bound of Mak, Morton and Wood (1999); each side holds with ``(1 + confidence) / 2``, so both with it."""
    lower, upper = fmean(bounds), fmean(losses)
    each = (1 + confidence) / 2
    gap = min(1.0, max(0.0, upper - lower))
    above = half_width(losses, each)
    error = min(gap + half_width(bounds, each) + above, upper + above, 1.0)
    return Estimate(lower, upper, gap, error, len(bounds), len(losses), confidence)
