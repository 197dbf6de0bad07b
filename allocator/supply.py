"""Compares requirements with offers, capability by capability, without a solve."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import Any

from allocator.instance import Instance
from allocator.model import Model
from allocator.problem import Problem


def offers(instance: Instance, model: Model) -> list[dict[str, Any]]:
    """One row per capability: asked and offered in its unit, in the period that asks for the most.

    The offer counts each pool at the task where it supplies the most, without regard to the other pools, so it is an
    upper bound on every plan.
    """
    problem = Problem(instance, model)
    asked: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
    for row in problem.rows:
        for t in row.periods:
            asked[row.capability, t] += row.quantity
    pools: dict[tuple[str, str, int], int] = {}
    for (n, u, _), periods in problem.cap.items():
        for t, most in periods.items():
            pools[n, u, t] = most
    offered: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
    nations: dict[tuple[str, int], set[str]] = defaultdict(set)
    for (n, u, t), most in pools.items():
        for c, amount in problem.amount[u].items():
            if amount > 0:
                offered[c, t] += amount * most
                nations[c, t].add(n)
    rows = []
    for capability in instance.rows("capabilities"):
        c = capability["capability"]
        _, _, t = max((asked[c, t], -offered[c, t], t) for t in problem.PERIODS)
        rows.append(
            {
                "capability": c,
                "name": capability["name"],
                "unit": capability["unit"],
                "period": t,
                "asked": float(asked[c, t]),
                "offered": float(offered[c, t]),
                "nations": len(nations[c, t]),
                "consumed": any(amounts.get(c, 0) < 0 for amounts in problem.amount.values()),
            }
        )
    return rows
