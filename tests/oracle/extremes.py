"""The random instances again, with figures from one end of what is legal to the other."""

from __future__ import annotations

import copy
import random
from typing import Any

ENDS = (1e-9, 1e-6, 1e-3, 0.1, 1, 3, 7, 1000, 123456.789, 1e6, 1e9, 1e12)
SHARES = (1e-9, 1e-6, 0.2, 0.25, 0.49999, 0.5, 0.500000001, 0.999999999)
PEOPLE = (1, 3, 10, 1000, 100_000, 1_000_000_000)


def extreme_instance(obj: dict[str, Any], seed: int) -> dict[str, Any]:
    """The same instance with figures drawn anew: powers of ten, log-uniform ones, and shares next to 0, a half and 1.

    Pools stay small, so that every plan can still be looked at.
    """
    rng = random.Random(f"{seed}-extreme")
    obj = copy.deepcopy(obj)
    often = rng.choice([0.3, 0.7, 1.0])

    def figure() -> float:
        if rng.random() < 0.6:
            return rng.choice(ENDS)
        return float(f"{10 ** rng.uniform(-8.9, 11.9):.{rng.choice([0, 2, 6])}e}")

    def draw(table: str, column: str, make: Any = figure) -> None:
        for row in obj.get(table, []):
            if row.get(column) and rng.random() < often:
                row[column] = make() if row[column] > 0 else -make()

    draw("yields", "amount")
    draw("requirements", "quantity")
    draw("requirements", "priority")
    draw("objectives", "priority")
    draw("requirements", "max_gap", lambda: rng.choice(SHARES))
    draw("unit_types", "operating_cost")
    draw("unit_types", "rotation_cost")
    draw("unit_types", "common_share", lambda: rng.choice(SHARES))
    draw("unit_types", "personnel", lambda: rng.choice(PEOPLE))
    draw("willingness", "willingness", lambda: rng.choice((*SHARES, 1, 1, 1)))
    draw("tasks", "framework_share", lambda: rng.choice(SHARES))
    draw("nations", "gdp")
    people = [row["personnel"] for row in obj["unit_types"]]
    draw("nations", "troop_ceiling", lambda: float(min(1e12, sum(rng.choices(people, k=rng.randint(1, 3))))))
    months = obj["instance"]["horizon"]["months_per_period"]
    costs = [row["operating_cost"] * months for row in obj["unit_types"]]

    def money() -> float:
        amount = float(f"{sum(rng.choices(costs, k=rng.randint(1, 3))):.12g}")
        return amount if 1e-9 <= amount <= 1e12 else figure()

    draw("budgets", "amount", lambda: rng.choice([money, money, figure])())
    draw("requirements", "core_share", lambda: rng.choice(SHARES))
    draw("requirements", "core_weight", lambda: rng.choice((1, 1.000000001, 3, 1e6, 1e12)))
    draw("forces", "availability", lambda: rng.choice((*SHARES, 1, 1)))
    draw("prerequisites", "share", lambda: rng.choice((*SHARES, 1)))
    draw("funding_keys", "weight")
    draw("acquisitions", "price")
    draw("industry", "expansion_price")
    draw("industry", "expansion", lambda: rng.choice((1, 2, 10**9)))
    draw("joint_purchases", "discount", lambda: rng.choice((*SHARES, 1)))
    draw("joint_purchases", "common_share", lambda: rng.choice((*SHARES, 1)))
    for row in obj["unit_types"]:  # ranges are facts that a solve leaves alone, but each has to hold its figure
        row.pop("operating_cost_low", None)
        row.pop("operating_cost_high", None)
    return obj
