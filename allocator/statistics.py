"""Means, quantiles, values at risk and confidence intervals: every statistical formula of the package."""

from __future__ import annotations

import math
import statistics
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from statistics import NormalDist, fmean, stdev

from allocator.exact import exact

ONE = Fraction(1)

SURE = 0.95
"""Level of confidence intervals if none is given."""

Z = NormalDist().inv_cdf(0.5 + SURE / 2)
"""Number of standard deviations within which a normal variable lies with probability :data:`SURE`."""

Interval = tuple[float | None, float | None, float | None]
"""An estimate with the ends of its confidence interval; None if there are too few values."""


@dataclass(frozen=True)
class Taste:
    """How much the worst futures count: ``weight`` for the conditional value at risk at level ``alpha``, the rest for
    the mean.

    Both are the exact decimal numbers that were given.
    """

    weight: Fraction
    alpha: Fraction

    @classmethod
    def of(cls, weight: float, alpha: float) -> Taste:
        """The taste with the numbers as they were given."""
        return cls(exact(weight), exact(alpha))

    def value(self, gaps: Sequence[Fraction], shares: Sequence[Fraction]) -> Fraction:
        """(1 - weight) * mean + weight * conditional value at risk."""
        return (1 - self.weight) * mean(gaps, shares) + self.weight * cvar(gaps, shares, self.alpha)

    def worst_alone(self, shares: Sequence[Fraction]) -> bool:
        """Whether only the worst future counts: none that is possible is less probable than ``1 - alpha``."""
        return 1 - self.alpha <= min(share for share in shares if share)

    def loss(self, gap: Fraction, level: Fraction) -> Fraction:
        """The contribution of one future to the value, if the value at risk is ``level``."""
        return (1 - self.weight) * gap + self.weight * (level + max(Fraction(0), gap - level) / (1 - self.alpha))


def mean(gaps: Sequence[Fraction], shares: Sequence[Fraction]) -> Fraction:
    """Expected gap."""
    return sum((share * gap for gap, share in zip(gaps, shares, strict=True)), start=Fraction(0))


def cvar(gaps: Sequence[Fraction], shares: Sequence[Fraction], alpha: Fraction) -> Fraction:
    """Mean gap of the worst ``1 - alpha`` of the futures (a part of one if the level falls within it)."""
    left, total = 1 - alpha, Fraction(0)
    for gap, share in sorted(zip(gaps, shares, strict=True), reverse=True):
        total += min(left, share) * gap
        left -= min(left, share)
    return total / (1 - alpha)


def value_at_risk(gaps: Sequence[Fraction], shares: Sequence[Fraction], alpha: Fraction) -> Fraction:
    """Least gap that at least ``alpha`` of the futures do not exceed."""
    reached = Fraction(0)
    for gap, share in sorted(zip(gaps, shares, strict=True)):
        reached += share
        if reached >= alpha:
            return gap
    return max(gaps)


def student(share: float, freedom: int) -> float:
    """Quantile of Student's t distribution; ``share`` is at least one half.

    The distribution function has a closed form for whole degrees of freedom (Abramowitz and Stegun 1964, 26.7.3 and
    26.7.4); it is inverted by bisection.
    """

    def within(t: float) -> float:
        """Probability of a value between -t and t."""
        angle = math.atan(t / math.sqrt(freedom))
        term, total = (math.cos(angle) if freedom % 2 else 1.0), 0.0
        for k in range(freedom % 2 + 2, freedom + 1, 2):
            total += term
            term *= math.cos(angle) ** 2 * (k - 1) / k
        return 2 / math.pi * (angle + math.sin(angle) * total) if freedom % 2 else math.sin(angle) * total

    low, high = 0.0, 1.0
    while within(high) < 2 * share - 1:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle) < 2 * share - 1 else (low, middle)
    return high


def half_width(sample: Sequence[float], share: float) -> float:
    """Largest one-sided distance between the means of a population and a sample, with confidence ``share``."""
    return student(share, len(sample) - 1) * stdev(sample) / math.sqrt(len(sample))


@dataclass(frozen=True)
class Estimate:
    """The sampling error of a candidate: its value is at most ``error`` above the best possible value.

    Attributes
    ----------
    lower : float
        Mean of the proved bounds on the best value of each sample: on average no more than the best value.
    upper : float
        Mean of the candidate's losses over an independent sample: on average no less than the candidate's value.
    gap : float
        ``upper - lower``, at least 0 and at most 1.
    error : float
        With ``confidence``, the candidate's value is at most this far above the best value; the error is never above
        the upper confidence limit of the candidate's value, because the best value is at least 0, and never above 1.
    replications, draws : int
        Number of samples for ``lower``, number of draws for ``upper``.
    """

    lower: float
    upper: float
    gap: float
    error: float
    replications: int
    draws: int
    confidence: float = 0.95


def estimate(bounds: Sequence[float], losses: Sequence[float], confidence: float = 0.95) -> Estimate:
    """Error bound of Mak, Morton and Wood (1999).

    Each side holds with confidence ``(1 + confidence) / 2``, so both hold together with ``confidence``.
    """
    lower, upper = fmean(bounds), fmean(losses)
    each = (1 + confidence) / 2
    gap = min(1.0, max(0.0, upper - lower))
    above = half_width(losses, each)
    error = min(gap + half_width(bounds, each) + above, upper + above, 1.0)
    return Estimate(lower, upper, gap, error, len(bounds), len(losses), confidence)


def quantiles(values: Sequence[float]) -> dict[str, float]:
    """Mean and 5th, 50th and 95th percentiles of values, by linear interpolation."""
    cuts = statistics.quantiles(values, n=20, method="inclusive") if len(values) > 1 else list(values) * 19
    return {"mean": fmean(values), "5": cuts[0], "50": cuts[9], "95": cuts[18]}


def wilson(successes: int, draws: int) -> tuple[float, float]:
    """95 % confidence interval of a probability.

    Source: Wilson (1927), Journal of the American Statistical Association 22(158), 209-212.
    """
    share, square = successes / draws, Z * Z
    middle = (share + square / (2 * draws)) / (1 + square / draws)
    margin = Z / (1 + square / draws) * math.sqrt(share * (1 - share) / draws + square / (4 * draws * draws))
    low = 0.0 if successes == 0 else max(0.0, middle - margin)
    return low, 1.0 if successes == draws else min(1.0, middle + margin)


def order_statistics(draws: int, level: float) -> tuple[int | None, int | None]:
    """Ranks (from 1, ascending) of the values between which a quantile lies with a confidence of 95 %.

    They do not depend on the distribution: the number of draws at or below the quantile is binomial. A rank is None if
    there are too few draws. Source: David and Nagaraja, Order Statistics (2003), section 7.1.
    """
    tail = (1 - SURE) / 2
    low: int | None = None
    below = 0.0  # P(B < rank)
    for rank in range(1, draws + 1):
        below += _binomial(draws, rank - 1, level)
        if below <= tail:
            low = rank
        if below >= 1 - tail:
            return low, rank
    return low, None


def _binomial(draws: int, successes: int, chance: float) -> float:
    logarithm = math.lgamma(draws + 1) - math.lgamma(successes + 1) - math.lgamma(draws - successes + 1)
    return math.exp(logarithm + successes * math.log(chance) + (draws - successes) * math.log1p(-chance))


def tail_risk(values: Sequence[tuple[float, int]], level: float) -> dict[str, float | None]:
    """Mean, value at risk and expected shortfall of weighted values, of which small ones are bad.

    The expected shortfall is the mean of $q + \\min(x - q, 0) / \\alpha$, with q the value at risk, so that it has a
    confidence interval like any mean. Source: Rockafellar and Uryasev (2000), Journal of Risk 2(3), 21-41.
    """
    ordered = sorted(values)
    ranks = list(accumulate(weight for _, weight in ordered))
    draws = ranks[-1]

    def at(rank: int | None) -> float | None:
        return None if rank is None else ordered[bisect_left(ranks, rank)][0]

    quantile = at(math.floor(Fraction(str(level)) * draws) + 1)
    assert quantile is not None
    low, high = order_statistics(draws, level)
    middle, middle_low, middle_high = mean_interval(ordered)
    shortfall = mean_interval([(quantile + min(value - quantile, 0.0) / level, weight) for value, weight in ordered])
    return {
        "mean": middle, "mean_low": middle_low, "mean_high": middle_high,
        "value_at_risk": quantile, "value_at_risk_low": at(low), "value_at_risk_high": at(high),
        "expected_shortfall": shortfall[0], "expected_shortfall_low": shortfall[1],
        "expected_shortfall_high": shortfall[2],
    }  # fmt: skip


def mirrored(figures: dict[str, float | None]) -> dict[str, float | None]:
    """The figures of :func:`tail_risk` for negated values, negated back."""
    swapped = {"low": "high", "high": "low"}
    turned = {}
    for name in figures:
        stem, _, end = name.rpartition("_")
        value = figures[f"{stem}_{swapped[end]}" if end in swapped else name]
        turned[name] = None if value is None else -value
    return turned


def mean_interval(values: Sequence[tuple[float, int]]) -> Interval:
    """Mean of weighted values with its 95 % confidence interval."""
    number, middle, variance = _moments(values)
    if number < 2:
        return middle, None, None
    margin = Z * math.sqrt(variance)
    return middle, middle - margin, middle + margin


def difference_interval(one: Sequence[tuple[float, int]], other: Sequence[tuple[float, int]]) -> Interval:
    """Difference of the means of two groups with its 95 % confidence interval (Welch)."""
    if not one or not other:
        return None, None, None
    (number, middle, variance), (others, less, more) = _moments(one), _moments(other)
    if min(number, others) < 2:
        return middle - less, None, None
    margin = Z * math.sqrt(variance + more)
    return middle - less, middle - less - margin, middle - less + margin


def _moments(values: Sequence[tuple[float, int]]) -> tuple[int, float, float]:
    """Number, mean, and variance of the mean."""
    number = sum(weight for _, weight in values)
    middle = math.fsum(value * weight for value, weight in values) / number
    spread = math.fsum(weight * (value - middle) ** 2 for value, weight in values)
    return number, middle, spread / (number - 1) / number if number > 1 else math.nan


def fisher(r: float, points: int) -> tuple[float, float]:
    """95 % confidence interval of a rank correlation by Fisher's transformation.

    Its standard error is that of Bonett and Wright (2000), Psychometrika 65(1), 23-28.
    """
    if abs(r) >= 1 - 1e-12:
        return r, r
    margin = Z * math.sqrt((1 + r * r / 2) / (points - 3))
    return math.tanh(math.atanh(r) - margin), math.tanh(math.atanh(r) + margin)
