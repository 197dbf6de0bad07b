"""Small random instances and models: valid by spec 1, odd wherever spec 3 has a corner. Seeded."""

from __future__ import annotations

import copy
import random
from decimal import Decimal
from typing import Any

DOMAINS = ("air", "sea", "land", "training", "support")
CODES = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF")
FAMILIES = (
    "rotation",
    "minimum_contribution",
    "conditions",
    "caveats",
    "troop_ceiling",
    "budget",
    "framework_nation",
)
CORNERS = (
    "windows", "consuming", "framework", "max_gap", "min_units", "ready", "reluctant", "ceilings",
    "caveats", "conditions", "budgets",
)  # fmt: skip
OBJECTIVES = ("gap", "risk", "cost", "burden")

# size -> most unit types, objectives, tasks, periods, units in a pool, pools
SIZES = {"tiny": (4, 2, 2, 4, 4, 6), "small": (4, 3, 3, 4, 6, 16)}


def times(*factors: float | int) -> float:
    """The product in decimals: 3 * 0.1 is 0.3."""
    total = Decimal(1)
    for factor in factors:
        total *= Decimal(str(factor))
    return float(total)


def plus(*terms: float | int) -> float:
    return float(sum(Decimal(str(term)) for term in terms))


def maybe(rng: random.Random, chance: float, row: dict[str, Any], column: str, value: Any) -> None:
    """Set the cell, or leave it out, or write a null: all the same but the first."""
    if rng.random() < chance:
        row[column] = value
    elif rng.random() < 0.2:
        row[column] = None


def random_instance(seed: int, size: str = "tiny") -> dict[str, Any]:
    rng = random.Random(f"{seed}-{size}")
    max_types, max_objectives, max_tasks, max_periods, max_pool, max_forces = SIZES[size]
    T = rng.randint(1, max_periods)
    # Each corner in some instances only: all of them together leave nothing to decide.
    corners = {name for name in CORNERS if rng.random() < 0.45}
    months = rng.choice([1, 3, 6, 6, 12])

    def span(row: dict[str, Any], chance: float, first: int = 1, last: int = T) -> tuple[int, int]:
        a, b = sorted((rng.randint(first, last), rng.randint(first, last)))
        maybe(rng, chance, row, "first_period", a)
        maybe(rng, chance, row, "last_period", b)
        return row.get("first_period") or first, row.get("last_period") or last

    names = list(CODES[: rng.choice([1, 2, 2, 3, 3, 4])])
    events = {name: rng.random() < 0.5 for name in ("peace", "backstop")[: rng.choice([0, 1, 2, 2])]}
    types = [f"u{i}" for i in range(1, rng.randint(1, max_types) + 1)]
    caps = [f"c{i}" for i in range(1, rng.randint(1, 3) + 1)]
    goals = [f"o{i}" for i in range(1, rng.randint(1, max_objectives) + 1)]

    unit_types = []
    for u in types:
        row: dict[str, Any] = {
            "unit_type": u, "name": f"Unit {u}", "domain": rng.choice(DOMAINS),
            "personnel": rng.choice([1, 10, 50, 100, 250, 800]),
            "operating_cost": rng.choice([0, 0.1, 0.3, 0.7, 1, 2.5, 4]),
        }  # fmt: skip
        maybe(rng, 0.4, row, "rotation_cost", rng.choice([0, 0.1, 0.2, 1, 3]))
        maybe(rng, 0.5, row, "rotation_ratio", rng.randint(1, 4))
        maybe(rng, 0.4, row, "common_share", rng.choice([0, 0.1, 0.25, 0.3, 0.5, 1]))
        unit_types.append(row)
    price = {r["unit_type"]: plus(r.get("rotation_cost") or 0, times(months, r["operating_cost"])) for r in unit_types}
    fund = {r["unit_type"]: times(price[r["unit_type"]], r.get("common_share") or 0) for r in unit_types}

    capabilities = []
    for c in caps:
        row = {"capability": c, "name": f"Capability {c}", "unit": "thing"}
        maybe(rng, 0.5, row, "scope", rng.choice(["theatre", "theatre", "task"]))
        capabilities.append(row)
    theatre = {r["capability"] for r in capabilities if r.get("scope") == "theatre"}

    yields: list[dict[str, Any]] = []
    for u in types:
        some = rng.sample(caps, rng.randint(1, len(caps)))
        for i, c in enumerate(some):
            amount = rng.choice([1, 1, 2, 0.1, 0.3, 3, 0.5])
            sign = -1 if "consuming" in corners and rng.random() < (0.8 if i else 0.05) else 1
            yields.append({"unit_type": u, "capability": c, "amount": sign * amount})

    objectives = []
    for o in goals:
        row = {"objective": o, "name": f"Objective {o}"}
        maybe(rng, 0.5, row, "priority", rng.choice([0.1, 1, 2, 3, 10]))
        objectives.append(row)

    tasks = []
    windows = {}
    for i in range(1, rng.randint(1, max_tasks) + 1):
        row = {"task": f"j{i}", "objective": rng.choice(goals), "name": f"Task {i}"}
        windows[f"j{i}"] = span(row, 0.5 * ("windows" in corners))
        maybe(
            rng,
            0.9 * ("framework" in corners),
            row,
            "framework_share",
            rng.choice([0, 0.1, 0.3, 0.5, 0.6, 1]),
        )
        tasks.append(row)

    requirements: list[dict[str, Any]] = []
    taken: set[tuple[str, str, int]] = set()
    most = sum(
        {"tiny": 2, "small": 4}[size] * max(0.5, r["amount"]) for r in yields if r["amount"] > 0
    ) / max(1, len(types))  # fmt: skip
    supplied = [r["capability"] for r in yields if r["amount"] > 0] or caps
    for _ in range(rng.randint(1, 4)):
        j, c = rng.choice(list(windows)), rng.choice(supplied if rng.random() < 0.9 else caps)
        row = {
            "task": j,
            "capability": c,
            "quantity": rng.choice([0, 0.1, 0.3, 1, 1.5, 2, 3, 4, round(most, 1) or 1]),
        }
        first, last = span(row, 0.5 * ("windows" in corners), *windows[j])
        place = {("" if c in theatre else j, c, t) for t in range(first, last + 1)}
        if place & taken:
            continue
        taken |= place
        maybe(
            rng,
            0.5 * ("max_gap" in corners),
            row,
            "max_gap",
            rng.choice([0, 0.1, 0.3, 0.5, 0.5, 0.8, 0.9, 1]),
        )
        maybe(rng, 0.5, row, "priority", rng.choice([0.1, 1, 2, 5]))
        requirements.append(row)
    if not any(r["quantity"] > 0 for r in requirements):
        requirements[0]["quantity"] = rng.choice([0.3, 1, 2, 4])

    pairs = [(n, u) for n in names for u in types]
    rng.shuffle(pairs)
    forces = []
    for n, u in pairs[: rng.randint(min(3, len(pairs)), min(max_forces, len(pairs)))]:
        row = {
            "nation": n,
            "unit_type": u,
            "units": rng.choice([0, *[*range(1, max_pool + 1)] * 4]),
        }
        maybe(rng, 0.7 * ("min_units" in corners), row, "min_units", rng.choice([1, 2, 2, 2, 3, 4]))
        maybe(rng, 0.6 * ("ready" in corners), row, "first_period", rng.randint(1, T))
        forces.append(row)

    willingness = [
        {
            "nation": n,
            "objective": o,
            "willingness": rng.choice(
                [0, 0.2, 0.3, 0.5, 0.6, 1] if "reluctant" in corners else [0.5, 0.7, 0.8, 0.9, 0.9, 1]
            ),
        }
        for n in names
        for o in goals
        if rng.random() < 0.95
    ] or [{"nation": names[0], "objective": goals[0], "willingness": 1}]

    nations = []
    for n in names:
        row = {"nation": n, "name": f"Nation {n}"}
        maybe(rng, 0.7, row, "gdp", rng.choice([500, 1000, 20000, 123456.7]))
        mine = [f for f in forces if f["nation"] == n]
        if mine and "ceilings" in corners and rng.random() < 0.8:
            u = rng.choice(mine)["unit_type"]
            people = next(r["personnel"] for r in unit_types if r["unit_type"] == u)
            row["troop_ceiling"] = rng.choice(
                [people * rng.choice([0, 1, 2, 2, 3, 4]), people * rng.randint(1, 3) + 0.5]
            )
        maybe(rng, 0.8, row, "can_lead", rng.random() < 0.85)
        nations.append(row)

    groups = []
    for g in ("JEF", "north")[: rng.randint(0, 2)]:
        groups += [{"group": g, "nation": n} for n in rng.sample(names, rng.randint(1, len(names)))]

    caveats: list[dict[str, Any]] = []
    for _ in range(rng.randint(1, 2) if "caveats" in corners else 0):
        row = {"nation": rng.choice(names)}
        maybe(rng, 0.4, row, "task", rng.choice(list(windows)))
        maybe(rng, 0.6, row, "unit_type", rng.choice(types))
        maybe(rng, 0.3, row, "objective", rng.choice(goals))
        facts = {k: v for k, v in row.items() if v is not None}
        if len(facts) > 1 and facts not in [{k: v for k, v in r.items() if v is not None} for r in caveats]:
            caveats.append(row)

    conditions: list[dict[str, Any]] = []
    for _ in range(rng.randint(1, 4) if "conditions" in corners else 0):
        row = {"nation": rng.choice(names), "objective": rng.choice([None, *goals])}
        kind = rng.choice(
            ["event", "event", "nation", "nation", "any_of", "any_of", "coalition_size", "coalition_size"]
        )
        if kind == "event" and not events:
            continue
        row["requires"] = kind
        if kind == "event":
            row["value"] = rng.choice(list(events))
        elif kind == "nation":
            row["value"] = rng.choice(names)
        elif kind == "any_of":
            pool = [*names, *sorted({g["group"] for g in groups})]
            row["value"] = " ".join(rng.sample(pool, rng.randint(1, min(2, len(pool)))))
        else:
            row["value"] = str(rng.choice([1, 2, 2, 3, 3, len(names) + 1]))
        if row not in conditions:
            conditions.append(row)

    budgets: list[dict[str, Any]] = []
    seen = set()
    for _ in range(rng.randint(1, 4) if "budgets" in corners else 0):
        payer = rng.choice(["*", "common", *names])
        row = {"payer": payer}
        first, last = span(row, 0.4)
        if (payer, first, last) in seen:
            continue
        seen.add((payer, first, last))
        u, v = rng.choice(types), rng.choice(types)
        k, m = rng.choice([0, 1, 2, 2, 3, 4, 5]), rng.choice([0, 0, 1, 2])

        def part(u: str, payer: str = payer) -> float:
            return {"*": price[u], "common": fund[u]}.get(payer, plus(price[u], -fund[u]))

        # exactly what k units of one kind and m of another cost, or that and a little room
        row["amount"] = plus(times(k, part(u)), times(m, part(v)), rng.choice([0, 0, 0, 0.05]))
        budgets.append(row)

    for row in unit_types:  # ranges are facts that a solve leaves alone
        if rng.random() < 0.1:
            row["operating_cost_low"], row["operating_cost_high"] = 0, row["operating_cost"] + 1

    obj: dict[str, Any] = {
        "instance": {
            "format": 1,
            "name": f"random-{seed}",
            "horizon": {
                "start": "2025-07", "months_per_period": months, "periods": T,
                "indefinite": rng.random() < 0.5,
            },
            "events": events,
        },
        "nations": nations, "unit_types": unit_types, "capabilities": capabilities, "yields": yields,
        "objectives": objectives, "tasks": tasks, "requirements": requirements, "forces": forces,
        "willingness": willingness,
    }  # fmt: skip
    for name, rows in (
        ("groups", groups),
        ("caveats", caveats),
        ("conditions", conditions),
        ("budgets", budgets),
    ):
        if rows or rng.random() < 0.2:
            obj[name] = rows
    return obj


def random_model(seed: int) -> dict[str, Any]:
    """Half the time close to `reference`, so that every family meets every other; else anything goes."""
    rng = random.Random(f"{seed}-model")
    model: dict[str, Any] = {"title": f"Random {seed}", "description": "A random model."}
    if rng.random() < 0.5:
        model["families"] = [f for f in FAMILIES if rng.random() < 0.75]
    if rng.random() < 0.6:
        model["objectives"] = rng.sample(OBJECTIVES, rng.randint(1, 4))
        if rng.random() < 0.7:  # any other one first, and nobody moves unless he must
            model["objectives"] = ["gap", *(o for o in model["objectives"] if o != "gap")]
    if rng.random() < 0.25:
        model["tolerance"] = rng.choice([0.01, 0.1, 0.5])
    if rng.random() < 0.5:
        model["willingness_floor"] = rng.choice([0, 0, 0.3, 0.5, 0.5, 0.7])
    if rng.random() < 0.3:
        model["max_burden"] = rng.choice([0.001, 0.01, 0.02, 0.1, 0.1, 0.5])
    return model


def rescaled(obj: dict[str, Any], seed: int, factors: tuple[float, ...]) -> dict[str, Any]:
    """The same instance in other units: money, GDP, capabilities and priorities, each times one of `factors`."""
    rng = random.Random(f"{seed}-scale")
    obj = copy.deepcopy(obj)

    def scale(table: str, columns: tuple[str, ...], factor: float) -> None:
        for row in obj.get(table, []):
            row.update({c: times(row[c], factor) for c in columns if row.get(c) is not None})

    money = rng.choice(factors)
    scale("unit_types", ("operating_cost", "rotation_cost", "operating_cost_low", "operating_cost_high"), money)
    scale("budgets", ("amount",), money)
    scale("nations", ("gdp",), rng.choice(factors))
    scale("objectives", ("priority",), rng.choice(factors))
    scale("requirements", ("priority",), rng.choice(factors))
    unit = {r["capability"]: rng.choice(factors) for r in obj["capabilities"]}
    for row in obj["yields"]:
        row["amount"] = times(row["amount"], unit[row["capability"]])
    for row in obj["requirements"]:
        row["quantity"] = times(row["quantity"], unit[row["capability"]])
    return obj
