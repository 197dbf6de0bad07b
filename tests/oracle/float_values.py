"""The objectives of a plan in floating-point numbers, as the independent solver measures its own plans."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from tests.oracle.building import order_price
from tests.oracle.facts import Facts, get


class Decision(NamedTuple):
    """Units by key, all above 0."""

    deploy: dict[tuple[str, str, str, int], int]
    orders: dict[tuple[str, str, int], int]
    joint: dict[tuple[str, str, int], int]
    expand: dict[tuple[str, int], int]


def evaluate(f: Facts, plan: Decision) -> dict[str, float]:
    """All objectives of a plan, listed or not."""
    own, fund = spent(f, plan)
    gdp = {n: r["gdp"] for n, r in f.nations.items() if r.get("gdp") is not None}
    together = sum(own[n] for n in gdp)
    gap, worst = unmet(f, plan)
    turnover = 0.0
    for (n, u, j, t), units in plan.deploy.items():
        before = t - 1 or (f.T if f.indefinite else None)
        if before:
            turnover += max(0, units - plan.deploy.get((n, u, j, before), 0)) * f.units[u]["personnel"] / 1000
    return {
        "gap": gap,
        "risk": sum(
            (1 - f.will(n, f.objective_of[j], t)) * f.units[u]["personnel"] * f.months * units / 1000
            for (n, u, j, t), units in plan.deploy.items()
        ),
        "cost": sum(own.values()) + fund,
        "burden": max((1000 * (own[n] + f.key[n] * fund) / f.years / gdp[n] for n in gdp), default=0.0),
        "worst_period": worst,
        "turnover": turnover,
        "imbalance": sum(abs(own[n] - gdp[n] / sum(gdp.values()) * together) for n in gdp) / 2,
    }


def spent(f: Facts, plan: Decision) -> tuple[dict[str, float], float]:
    """What each nation pays itself, and what the fund pays."""
    own: dict[str, float] = dict.fromkeys(f.nations, 0.0)
    fund = 0.0
    for (n, u, _, _), units in plan.deploy.items():
        own[n] += f.cost(u) * (1 - f.common(n, u)) * units
        fund += f.cost(u) * f.common(n, u) * units
    for (n, u, k), units in plan.orders.items():
        whole, common = order_price(f, n, u)
        for kind, count in enumerate((units, plan.joint.get((n, u, k), 0))):
            own[n] += (whole[kind] - common[kind]) * count
            fund += common[kind] * count
    for (u, _), times in plan.expand.items():
        fund += get(f.industry[u], "expansion_price", 0) * times
    return own, fund


def unmet(f: Facts, plan: Decision) -> tuple[float, float]:
    """The gap, and that of the worst period."""
    gap = weights = 0.0
    by_period: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for j, c, quantity, _, weight, span, core, extra in f.given:
        if quantity <= 0:
            continue
        weights += weight
        for t in span:
            supplied = sum(
                f.amount.get((u, c), 0) * units
                for (_, u, k, s), units in plan.deploy.items()
                if s == t and (f.scope[c] == "theatre" or k == j)
            )
            short = max(0.0, quantity - supplied)
            term = short + extra * max(0.0, short - (1 - core) * quantity)
            term /= quantity * (1 + extra * core)
            gap += weight * term / len(span)
            by_period[t].append((weight, weight * term))
    worst = max(sum(x for _, x in here) / sum(w for w, _ in here) for here in by_period.values())
    return gap / weights, worst
