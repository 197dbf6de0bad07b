"""The first stage of a two-stage plan: the units that are kept for the force, and what is bought for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from allocator.model import Model
from allocator.plan.values import Deployed, Spending
from allocator.problem import Problem
from allocator.purchases import NONE, Decided, Purchases, bought

Key = tuple[str, str, int]
"""Nation, unit type and period."""

Commitment = Mapping[Key, int]
"""(nation, unit type, period) -> units, 1 or more; what is bought for them: see :func:`ordered`."""

MONEY = ("cost", "burden", "imbalance")
"""Objectives that count what is committed; the others count what is deployed in a future."""


class Committed(dict[Key, int]):
    """A commitment and what is bought for it."""

    def __init__(self, units: Commitment | Iterable[tuple[Key, int]] = (), purchases: Purchases = NONE) -> None:
        super().__init__(units)
        self.purchases = purchases


def ordered(commitment: Commitment) -> Purchases:
    """What is bought for a commitment."""
    return commitment.purchases if isinstance(commitment, Committed) else NONE


def in_future(model: Model) -> Model:
    """The model without limits on money, which apply to what is committed."""
    return replace(model, limits={name: most for name, most in model.limits.items() if name not in MONEY})


def cost_of(problem: Problem, commitment: Commitment) -> Fraction:
    """Cost of a commitment in millions, whether it is used or not, and of what is bought for it."""
    purchases = ordered(commitment)
    spent = Spending(problem, Decided((), purchases)).total if purchases else Fraction(0)
    return sum((problem.money.unit_cost[u] * units for (_, u, _), units in commitment.items()), start=spent)


def needed_by(deployed: Deployed) -> Committed:
    """The least commitment that a plan needs, with what the plan buys."""
    needed = Committed((), bought(deployed))
    for (n, u, _, t), units in deployed.items():
        needed[n, u, t] = needed.get((n, u, t), 0) + units
    return needed


def together(plans: Iterable[Deployed]) -> Committed:
    """A commitment with all that the plans need; whether pools and limits allow it is another question."""
    units: dict[Key, int] = {}
    alone: dict[Key, int] = {}
    joint: dict[Key, int] = {}
    expansions: dict[tuple[str, int], int] = {}
    for needed in map(needed_by, plans):
        for key, count in needed.items():
            units[key] = max(count, units.get(key, 0))
        for key, (count, jointly) in needed.purchases.orders.items():
            alone[key] = max(count - jointly, alone.get(key, 0))
            joint[key] = max(jointly, joint.get(key, 0))
        for at, count in needed.purchases.expansions.items():
            expansions[at] = max(count, expansions.get(at, 0))
    orders = {key: (alone[key] + joint[key], joint[key]) for key in alone}
    return Committed(units, Purchases(orders, expansions) if orders or expansions else NONE)
