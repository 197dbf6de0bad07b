"""What a plan spends in each period, recomputed from its tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from allocator.plan.plan import Plan

OWN, COMMON = "nations", "common fund"
OPERATIONS, ORDERS = "operations", "orders"


@dataclass(frozen=True)
class Flows:
    """Money by period, in millions.

    Attributes
    ----------
    paid : mapping
        (who pays: :data:`OWN` or :data:`COMMON`; what for: :data:`OPERATIONS` or :data:`ORDERS`, which includes
        expansions of industry) -> period -> millions; only what is above 0 in some period.
    """

    paid: Mapping[tuple[str, str], Mapping[int, float]]

    def total(self, period: int) -> float:
        """What all pay in a period."""
        return sum(flow.get(period, 0.0) for flow in self.paid.values())


def flows(plan: Plan) -> Flows:
    """What nations and the common fund pay in each period.

    Orders are paid in equal parts from the period of the order to that in which the units are ready, expansions when
    they are ordered.
    """
    rows = plan.instance.rows
    share = {row["unit_type"]: row["common_share"] for row in rows("unit_types")}
    collective = {row["nation"] for row in rows("nations") if row["collective"]}
    price = {row["unit_type"]: row["expansion_price"] for row in rows("industry")}
    paid: dict[tuple[str, str], dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for row in plan.rows("deployments"):
        common = row["cost"] * (1 if row["nation"] in collective else share[row["unit_type"]])
        paid[OWN, OPERATIONS][row["period"]] += row["cost"] - common
        paid[COMMON, OPERATIONS][row["period"]] += common
    for row in plan.rows("orders"):
        periods = range(row["period"], row["ready"] + 1)
        for t in periods:
            paid[OWN, ORDERS][t] += (row["cost"] - row["common"]) / len(periods)
            paid[COMMON, ORDERS][t] += row["common"] / len(periods)
    for row in plan.rows("industry"):
        if row["expansions"]:
            paid[COMMON, ORDERS][row["period"]] += row["expansions"] * price[row["unit_type"]]
    kinds = [(who, what) for what in (OPERATIONS, ORDERS) for who in (OWN, COMMON)]
    return Flows({kind: dict(paid[kind]) for kind in kinds if any(flow > 1e-9 for flow in paid[kind].values())})
