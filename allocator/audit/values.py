"""The values of the objectives of a plan, recomputed in exact arithmetic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction as F

from allocator.audit.facts import Line
from allocator.audit.totals import ZERO, Totals


def gap(totals: Totals) -> F:
    """Weighted mean of the unmet shares of the requirements with a quantity."""
    missed = weights = ZERO
    for line in totals.facts.lines:
        if line.weight:
            weights += line.weight
            terms = sum((_unmet(totals, line, t) for t in line.periods), start=ZERO)
            if terms:
                missed += line.weight * terms / len(line.periods)
    return missed / weights


def _unmet(totals: Totals, line: Line, t: int) -> F:
    """What a line with a quantity counts in a period: its unmet share, in which its core weighs more."""
    _, short = totals.met[line.task, line.capability, t]
    core, weight = line.core
    if weight == 1 or not short:
        return short / line.quantity if short else ZERO
    of_core = max(ZERO, short - (1 - core) * line.quantity)
    return (short + (weight - 1) * of_core) / (line.quantity * (1 + (weight - 1) * core))


def risk(totals: Totals) -> F:
    """Thousands of person-months asked of the reluctant."""
    facts = totals.facts
    people = 0
    for (n, u, j, t), units in totals.deployed.items():
        reluctance = facts.mood - facts.will(n, facts.task[j]["objective"], t)
        people += reluctance * units * facts.unit[u]["personnel"]
    return F(people * facts.months, facts.mood * 1000)


def cost(totals: Totals) -> F:
    """All that is paid over the horizon, in millions."""
    return F(sum(totals.own.values()) + totals.fund, totals.facts.coin)


def burden(totals: Totals) -> F:
    """The heaviest burden of a nation, in per mille of its annual GDP."""
    return max(totals.burdens.values(), default=ZERO)


def worst_period(totals: Totals) -> F:
    """The largest weighted mean of the unmet shares in one period."""
    missed: dict[int, F] = defaultdict(F)
    weights: dict[int, F] = defaultdict(F)
    for line in totals.facts.lines:
        for t in line.periods if line.weight else ():
            missed[t] += line.weight * _unmet(totals, line, t)
            weights[t] += line.weight
    return max(missed[t] / weight for t, weight in weights.items())


def turnover(totals: Totals) -> F:
    """Thousands of people who go somewhere anew."""
    facts = totals.facts
    people = 0
    for (n, u, j, t), units in totals.deployed.items():
        if t == 1 and not facts.wraps:
            continue
        before = facts.horizon if t == 1 else t - 1
        stayed = totals.deployed.get((n, u, j, before), 0)
        people += max(0, units - stayed) * facts.unit[u]["personnel"]
    return F(people, 1000)


def imbalance(totals: Totals) -> F:
    """Millions that would have to change hands to make own costs proportional to GDP."""
    gdp = totals.facts.gdp
    everyone, product = sum(totals.own[n] for n in gdp), sum(gdp.values())
    apart = sum((abs(totals.own[n] - gdp[n] / product * everyone) for n in gdp), start=ZERO)
    return apart / (2 * totals.facts.coin)


VALUES: dict[str, Callable[[Totals], F]] = {
    "gap": gap,
    "risk": risk,
    "cost": cost,
    "burden": burden,
    "worst_period": worst_period,
    "turnover": turnover,
    "imbalance": imbalance,
}
"""Objective -> its exact value, in its own unit."""

MONEY = ("cost", "burden", "imbalance")
"""Objectives that follow from what is paid alone."""
