"""Seeded build-ups over years: what exists falls short, and nations order more, alone or together.

    obj = build_up(seed=1, nations=30, types=12, tasks=6, years=10)

Every nation has a programme for two thirds of the unit types, with a budget for each year; half of the types have an
industry with a capacity that expansions enlarge, and a third can be bought together at a discount.
"""

from __future__ import annotations

import random
from typing import Any

from benchmarks.catalogue import NATIONS, UNIT_TYPES
from benchmarks.generate import Object, made

DEAR = {"air": 300.0, "sea": 500.0, "land": 120.0, "training": 20.0, "support": 50.0}
"""Price of a unit with all it takes to field it, millions of USD, by domain."""


def build_up(seed: int, nations: int = 30, types: int = 12, tasks: int = 6, years: int = 10) -> Object:
    """An instance on a finite horizon of years; every line of the statement of requirements stands in all of them."""
    rng = random.Random(f"build-up-{seed}")
    obj = made(rng, f"build-up-{nations}-{types}-{years}-{seed}", (nations, types, tasks, years), False)
    horizon = {"start": "2026-01", "months_per_period": 12, "periods": years, "indefinite": False}
    title = f"Build-up of {nations} nations in {years} years"
    obj["instance"] |= {"model": "build", "horizon": horizon, "title": title}
    for task in obj["tasks"]:
        task.pop("first_period", None)
        task.pop("last_period", None)
    lines = {(row["task"], row["capability"]): row for row in obj["requirements"]}
    for row in lines.values():
        row.pop("first_period", None)
        row.pop("last_period", None)
        row["quantity"] = round(row["quantity"] * rng.uniform(1.2, 2.0))
        if rng.random() < 0.5:
            row |= {"core_share": rng.choice([0.3, 0.5]), "core_weight": rng.choice([2, 3])}
    obj["requirements"] = list(lines.values())
    for force in obj["forces"]:
        force.pop("first_period", None)
        force["availability"] = rng.choice([0.4, 0.5, 0.6, 0.75])
    kinds, codes = [row["unit_type"] for row in obj["unit_types"]], [row["nation"] for row in obj["nations"]]
    obj["acquisitions"] = _programmes(rng, codes, kinds, years)
    obj["industry"] = _industry(rng, kinds, years)
    obj["joint_purchases"] = [
        {
            "unit_type": u,
            "min_nations": rng.randint(3, 5),
            "discount": rng.choice([0.1, 0.15, 0.2]),
            "common_share": 0.15,
        }
        for u in kinds
        if rng.random() < 1 / 3
    ]
    obj["budgets"] = _budgets(rng, obj, codes, years)
    return obj


def _programmes(rng: random.Random, codes: list[str], kinds: list[str], years: int) -> list[Object]:
    rows: list[Object] = []
    for n in codes:
        for u in kinds:
            if rng.random() > 2 / 3:
                continue
            price = round(DEAR[UNIT_TYPES[u][0]] * rng.uniform(0.8, 1.25), 1)
            most = max(1, round(NATIONS[n][2] / UNIT_TYPES[u][6] * rng.uniform(0.3, 1.0)))
            row: Object = {"nation": n, "unit_type": u, "price": price, "max_units": most}
            row["lead_periods"] = rng.randint(1, min(4, years - 1))
            if most > 3 and rng.random() < 0.3:
                row["min_order"] = 2
            rows.append(row)
    return rows


def _industry(rng: random.Random, kinds: list[str], years: int) -> list[Object]:
    return [
        {
            "unit_type": u,
            "capacity": rng.randint(2, 8),
            "expansion": rng.randint(1, 4),
            "expansion_price": round(DEAR[UNIT_TYPES[u][0]] * rng.uniform(0.5, 2.0), 1),
            "expansion_lead_periods": rng.randint(1, min(2, years - 1)),
            "max_expansions": rng.randint(1, 4),
        }
        for u in kinds
        if rng.random() < 1 / 2
    ]


def _budgets(rng: random.Random, obj: dict[str, Any], codes: list[str], years: int) -> list[Object]:
    """A budget a year for each nation: what its forces cost, and part of what its programmes would take."""
    running, wanted = dict.fromkeys(codes, 0.0), dict.fromkeys(codes, 0.0)
    for force in obj["forces"]:
        kind = UNIT_TYPES[force["unit_type"]]
        running[force["nation"]] += (kind[3] + 12 * kind[2]) * force["units"] * force["availability"] / kind[4]
    for row in obj["acquisitions"]:
        wanted[row["nation"]] += row["price"] * row["max_units"] / years
    rows: list[Object] = []
    for n in codes:
        amount = round(running[n] * rng.uniform(0.6, 1.0) + wanted[n] * rng.uniform(0.3, 0.7), 1)
        rows += [{"payer": n, "amount": amount, "first_period": t, "last_period": t} for t in range(1, years + 1)]
    total = sum(wanted.values()) * years
    rows.append({"payer": "common", "amount": round(0.15 * total + 0.5 * sum(running.values()) * years, 1)})
    return rows
