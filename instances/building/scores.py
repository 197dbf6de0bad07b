"""How far predicted shares are from observed ones, and probabilities from what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from building.history import People


@dataclass(frozen=True)
class Error:
    """Mean error of shares in percentage points, and the nation with the largest error."""

    mean: float
    nation: str
    predicted: float
    seen: float

    def __str__(self) -> str:
        return f"{self.mean:.2f} | {self.nation} {self.predicted:.1f} instead of {self.seen:.1f}"


def shares(people: People, nations: Sequence[str]) -> dict[str, float]:
    """Shares of the nations' total, in per cent."""
    total = sum(people.get(n, 0.0) for n in nations)
    return {n: 100 * people.get(n, 0.0) / total for n in nations}


def misses(predicted: People, seen: People, nations: Sequence[str]) -> dict[str, float]:
    """Absolute errors of the shares in percentage points; nations with neither figure do not count."""
    counted = [n for n in nations if predicted.get(n) or seen.get(n)]
    ours, theirs = shares(predicted, counted), shares(seen, counted)
    return {n: abs(ours[n] - theirs[n]) for n in counted}


def compare(predicted: People, seen: People, nations: Sequence[str]) -> Error:
    """Predicted against observed shares of the nations' total."""
    miss = misses(predicted, seen, nations)
    worst = max(miss, key=lambda n: miss[n])
    ours, theirs = shares(predicted, list(miss)), shares(seen, list(miss))
    return Error(sum(miss.values()) / len(miss), worst, ours[worst], theirs[worst])


def brier(probability: Mapping[str, float], happened: Mapping[str, bool]) -> float:
    """Mean squared difference between a probability and what happened (1 or 0): 0 is perfect."""
    return sum((probability[n] - happened[n]) ** 2 for n in happened) / len(happened)
