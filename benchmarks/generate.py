"""Seeded, realistic instances of a given size, as the object of the JSON carrier.

    obj = generate(100_000, seed=1, binding=True)
    possible(obj), deployable(obj)

`possible` counts nations x unit types x tasks x periods; `deployable` counts the whole-number variables among them
under the reference model, whose number is roughly the argument `variables`.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from benchmarks.catalogue import CAPABILITIES, GROUPS, NATIONS, OBJECTIVES, UNIT_TYPES

SIZES = (1_000, 10_000, 100_000, 350_000)
FLOOR = 0.5  # willingness_floor of the reference model
Object = dict[str, Any]


def dimensions(variables: int) -> tuple[int, int, int, int]:
    """Nations, unit types, tasks and periods; a third of their product is about `variables`."""
    combinations = 3 * variables
    scale = min(1.0, (combinations / 350_000) ** 0.25)
    nations, types, tasks = (max(3, round(top * scale)) for top in (35, 25, 20))
    return nations, types, tasks, max(1, round(combinations / (nations * types * tasks)))


def generate(variables: int, seed: int, binding: bool = False) -> Object:
    """An instance with about `variables` whole-number variables under the reference model.

    With `binding`, minimum contributions, conditional pledges, ceilings and budgets are many and tight.
    """
    rng = random.Random(f"{variables}-{seed}-{binding}")
    name = f"generated-{variables}-{seed}{'-binding' if binding else ''}"
    return made(rng, name, dimensions(variables), binding)


def made(rng: random.Random, name: str, size: tuple[int, int, int, int], binding: bool) -> Object:
    """An instance with so many nations, unit types, tasks and periods of half a year, without end."""
    count_n, count_u, count_j, T = size
    nations, types = list(NATIONS)[:count_n], list(UNIT_TYPES)[:count_u]
    supplied = {c for u in types for c, amount in UNIT_TYPES[u][7].items() if amount > 0}
    yields = {(u, c): a for u in types for c, a in UNIT_TYPES[u][7].items() if c in supplied}
    months = 6

    tasks = _tasks(rng, count_j, T)
    forces = _forces(rng, nations, types, T, binding)
    obj: Object = {
        "instance": {
            "format": 1,
            "name": name,
            "title": f"Generated, {count_n} nations, {count_u} unit types, {count_j} tasks, {T} periods",
            "currency": "USD",
            "horizon": {"start": "2026-01", "months_per_period": months, "periods": T, "indefinite": True},
            "events": {"peace_agreement": True, "us_backstop": False},
        },
        "nations": [],
        "groups": [{"group": g, "nation": n} for g, some in GROUPS.items() for n in some if n in nations],
        "unit_types": [
            {
                "unit_type": u, "name": u.replace("_", " ").capitalize(), "domain": k[0], "personnel": k[1],
                "operating_cost": k[2], "rotation_cost": k[3], "rotation_ratio": k[4], "common_share": k[5],
            }
            for u, k in ((u, UNIT_TYPES[u]) for u in types)
        ],
        "capabilities": [
            {"capability": c, "name": c.replace("_", " ").capitalize(), "unit": unit, "scope": scope}
            for c, (unit, scope, _) in CAPABILITIES.items()
            if c in supplied
        ],
        "yields": [{"unit_type": u, "capability": c, "amount": a} for (u, c), a in yields.items()],
        "objectives": [
            {"objective": o, "name": name, "priority": priority}
            for o, (name, _, priority) in OBJECTIVES.items()
        ],
        "tasks": tasks,
        "requirements": [],
        "forces": forces,
        "willingness": [
            {"nation": n, "objective": o, "willingness": w}
            for n in nations
            for o in OBJECTIVES
            if (w := _stance(rng, n, o)) > 0
        ],
        "caveats": _caveats(rng, nations, types, tasks),
        "conditions": _conditions(rng, nations, binding),
    }  # fmt: skip
    obj["requirements"] = _requirements(rng, obj, yields, binding)
    obj["nations"], obj["budgets"] = _money(rng, obj, nations, months, T, binding)
    return obj


def possible(obj: Object) -> int:
    """Combinations of nation, unit type, task and period."""
    count = len(obj["nations"]) * len(obj["unit_types"]) * len(obj["tasks"])
    return count * int(obj["instance"]["horizon"]["periods"])


def deployable(obj: Object) -> int:
    """Variables deploy[n,u,j,t] that exist under the reference model."""
    T = obj["instance"]["horizon"]["periods"]
    events = obj["instance"].get("events", {})
    asked: dict[str, set[str]] = {r["task"]: set() for r in obj["tasks"]}
    for r in obj["requirements"]:
        asked[r["task"]].add(r["capability"])
    scope = {r["capability"]: r.get("scope", "task") for r in obj["capabilities"]}
    periods = {r["task"]: set(range(r.get("first_period", 1), r.get("last_period", T) + 1)) for r in obj["tasks"]}
    for c in {r["capability"] for r in obj["yields"] if r["amount"] < 0}:
        given: dict[str, set[int]] = {j: set() for j in asked}
        for r in obj["requirements"]:
            if r["capability"] == c:
                j = r["task"]
                span = range(r.get("first_period", min(periods[j])), r.get("last_period", max(periods[j])) + 1)
                for k in asked if scope[c] == "theatre" else (j,):
                    given[k] |= set(span)
        for j in asked:
            if periods[j] - given[j]:
                asked[j].add(c)
    gives = {(r["unit_type"], r["capability"]) for r in obj["yields"] if r["amount"] > 0}
    will = {(r["nation"], r["objective"]): r["willingness"] for r in obj["willingness"]}
    false = {
        (r["nation"], r.get("objective"))
        for r in obj.get("conditions", ())
        if r["requires"] == "event" and not events[r["value"]]
    }
    count = 0
    for task in obj["tasks"]:
        j, o = task["task"], task["objective"]
        for force in obj["forces"]:
            n, u = force["nation"], force["unit_type"]
            here = {"task": j, "unit_type": u, "objective": o}
            if (
                force["units"] > 0
                and will.get((n, o), 0) >= FLOOR
                and any((u, c) in gives for c in asked[j])
                and not {(n, None), (n, o)} & false
                and not any(
                    r["nation"] == n and all(r.get(k) in (None, v) for k, v in here.items())
                    for r in obj.get("caveats", ())
                )
            ):
                count += sum(t >= force.get("first_period", 1) for t in periods[j])
    return count


def write(obj: Object, folder: Path) -> None:
    """Write an instance in one of the three carriers, chosen by the ending of `folder`."""
    from allocator.instance import Instance
    from allocator.instance import write as write_instance

    write_instance(Instance.from_dict(obj), folder)


def _tasks(rng: random.Random, count: int, T: int) -> list[Object]:
    tasks = []
    for i in range(count):
        objective = list(OBJECTIVES)[i % len(OBJECTIVES)]
        task: Object = {
            "task": f"{objective}-{i // len(OBJECTIVES) + 1}",
            "objective": objective,
            "name": f"{OBJECTIVES[objective][0]}, sector {i // len(OBJECTIVES) + 1}",
        }
        if T > 3 and rng.random() < 0.25:
            task["first_period"] = rng.randint(2, max(2, T // 3))
        if T > 3 and rng.random() < 0.15:
            task["last_period"] = rng.randint(T - T // 4, T)
        if rng.random() < 0.4:
            task["framework_share"] = rng.choice([0.25, 0.3, 0.4, 0.5])
        tasks.append(task)
    return tasks


def _forces(rng: random.Random, nations: list[str], types: list[str], T: int, binding: bool) -> list[Object]:
    forces = []
    for n in nations:
        for u in types:
            units = round(NATIONS[n][2] / UNIT_TYPES[u][6] * rng.uniform(0.5, 1.3) + rng.uniform(0.1, 0.6))
            if units < 1:
                continue
            force: Object = {"nation": n, "unit_type": u, "units": units}
            if units > 1 and rng.random() < (0.7 if binding else 0.15):
                force["min_units"] = min(units, rng.randint(2, 4 if binding else 2))
            if T > 2 and rng.random() < 0.1:
                force["first_period"] = rng.randint(2, max(2, T // 3))
            forces.append(force)
    return forces


def _stance(rng: random.Random, nation: str, objective: str) -> float:
    """Training is easy to promise, land is not; one pledge in fifteen is missing."""
    ease = {"training": 0.2, "safe_seas": 0.1, "safe_skies": 0.0, "peace_on_land": -0.15}[objective]
    stance = max(0.0, min(1.0, NATIONS[nation][3] + ease + rng.uniform(-0.15, 0.2)))
    return 0.0 if rng.random() < 1 / 15 else round(stance, 2)


def _caveats(rng: random.Random, nations: list[str], types: list[str], tasks: list[Object]) -> list[Object]:
    caveats: list[Object] = []
    for n in nations:
        if rng.random() < 0.3:
            task = rng.choice(tasks)
            row: Object = {"nation": n, "task": task["task"]}
            if rng.random() < 0.5:
                row["unit_type"] = rng.choice(types)
            caveats.append(row)
    return caveats


def _conditions(rng: random.Random, nations: list[str], binding: bool) -> list[Object]:
    conditions: list[Object] = []
    groups = [g for g, some in GROUPS.items() if set(some) & set(nations)]
    for n in nations:
        others = [m for m in nations if m != n]
        for objective in (None, "peace_on_land", "safe_skies"):
            if rng.random() > (0.45 if binding else 0.12):
                continue
            kind = rng.choice(["nation", "any_of", "coalition_size", "event"])
            value = {
                "nation": rng.choice(others),
                "any_of": " ".join([rng.choice(groups), rng.choice(others)]),
                "coalition_size": str(rng.randint(2, max(2, len(nations) * (2 if binding else 1) // 3))),
                "event": "peace_agreement" if rng.random() < 0.9 else "us_backstop",
            }[kind]
            row: Object = {"nation": n, "requires": kind, "value": value}
            if objective:
                row["objective"] = objective
            conditions.append(row)
    return conditions


def _requirements(rng: random.Random, obj: Object, yields: dict[tuple[str, str], float], binding: bool) -> list[Object]:
    """About what can be sustained, shared among the tasks that require it; sometimes in two phases."""
    T = obj["instance"]["horizon"]["periods"]
    supply: dict[str, float] = {}
    for force in obj["forces"]:
        for (u, c), amount in yields.items():
            if u == force["unit_type"] and amount > 0:
                supply[c] = supply.get(c, 0) + amount * force["units"] / UNIT_TYPES[u][4]
    asking = {
        c: [task for task in obj["tasks"] if task["objective"] in CAPABILITIES[c][2]]
        for c in supply
        if CAPABILITIES[c][2]
    }  # fmt: skip
    rows: list[Object] = []
    for c, tasks in asking.items():
        theatre = CAPABILITIES[c][1] == "theatre"
        for task in tasks[:1] if theatre else tasks:
            if not theatre and len(tasks) > 3 and rng.random() < 0.2:
                continue
            share = supply[c] / (2 if theatre else len(tasks))
            quantity = max(1, round(share * rng.uniform(0.3, 0.7) if binding else share * rng.uniform(0.5, 1.0)))
            row: Object = {"task": task["task"], "capability": c, "quantity": quantity}
            row["priority"] = rng.choice([1, 1, 1, 2, 3])
            first, last = task.get("first_period", 1), task.get("last_period", T)
            if last - first >= 2 and rng.random() < 0.3:
                turn = rng.randint(first, last - 1)
                later = {
                    **row,
                    "quantity": max(1, round(quantity * rng.uniform(0.4, 1.5))),
                    "first_period": turn + 1,
                }
                rows += [{**row, "first_period": first, "last_period": turn}, later]
            else:
                rows.append(row)
    return rows


def _money(
    rng: random.Random, obj: Object, chosen: list[str], months: int, T: int, binding: bool
) -> tuple[list[Object], list[Object]]:
    """Ceilings and budgets as shares of what all units that a nation can sustain would need."""
    people: dict[str, float] = {}
    own: dict[str, float] = {}
    common = 0.0
    for force in obj["forces"]:
        n, kind = force["nation"], UNIT_TYPES[force["unit_type"]]
        units = force["units"] / kind[4]
        cost = (kind[3] + months * kind[2]) * units * T
        people[n] = people.get(n, 0) + kind[1] * units
        own[n] = own.get(n, 0) + cost * (1 - kind[5])
        common += cost * kind[5]
    low, high = (0.15, 0.45) if binding else (0.5, 1.2)
    nations, budgets = [], []
    for n in chosen:
        name, gdp, _, _, leads = NATIONS[n]
        row: Object = {"nation": n, "name": name, "can_lead": leads}
        if rng.random() < 0.95:
            row["gdp"] = gdp
        if rng.random() < (0.7 if binding else 0.3):
            row["troop_ceiling"] = 50 * round(people.get(n, 0) * rng.uniform(low, high) / 50 + 1)
        nations.append(row)
        if rng.random() < (0.5 if binding else 0.2):
            budgets.append({"payer": n, "amount": round(own.get(n, 0) * rng.uniform(low, high), 1)})
    budgets.append({"payer": "common", "amount": round(common * (0.2 if binding else 0.7), 1)})
    total = sum(own.values()) + common
    budgets.append({"payer": "*", "amount": round(total * (0.15 if binding else 0.6), 1)})
    if T > 1:
        amount = round(total * (0.1 if binding else 0.4), 1)
        budgets.append({"payer": "*", "amount": amount, "first_period": 1, "last_period": T // 2})
    return nations, budgets
