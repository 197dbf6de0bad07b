"""The result tables of a plan, recomputed in exact arithmetic and compared with those of the plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction as F
from typing import Any

from allocator.audit.facts import Deployed, Facts, number
from allocator.audit.violation import Violation


def expected(facts: Facts, deployed: Deployed) -> dict[str, dict[Any, list[Any]]]:
    """The correct result tables: table -> key -> exact values."""
    own: dict[str, int] = defaultdict(int)
    people: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    net: dict[tuple[str | None, str, int], int] = defaultdict(int)
    cost = 0
    deployments: dict[Any, list[Any]] = {}
    reluctant: dict[tuple[str, str], int] = defaultdict(int)
    for (n, u, j, t), units in deployed.items():
        heads = units * facts.unit[u]["personnel"]
        people[n][t] += heads
        reluctant[n, facts.task[j]["objective"]] += heads
        common, national = facts.price[u]
        own[n] += national * units
        cost += (common + national) * units
        deployments[n, u, j, t] = [units, heads, F((common + national) * units, facts.coin)]
        for c, amount in facts.gives[u]:
            net[None if facts.theatre_wide[c] else j, c, t] += amount * units
    coverage: dict[Any, list[Any]] = {}
    missed = weights = F(0)
    for row in facts.requirements:
        j, c, quantity = row["task"], row["capability"], number(row["quantity"])
        periods = range(row["first_period"], row["last_period"] + 1)
        objective = facts.task[j]["objective"]
        weight = number(row["priority"]) * facts.priority[objective] if quantity else F(0)
        weights += weight
        for t in periods:
            supplied = F(net[None if facts.theatre_wide[c] else j, c, t], facts.grain)
            short = max(F(0), quantity - supplied)
            coverage[j, c, t] = [objective, quantity, supplied, short]
            if quantity:
                missed += weight * short / quantity / len(periods)
    years = F(facts.horizon * facts.months, 12)
    everyone = sum(own.values())
    members = {n for n, _, _, _ in deployed}
    burden = {
        n: F(1000 * own[n], facts.coin) / years / number(row["gdp"])
        for n, row in facts.nation.items()
        if row["gdp"] is not None
    }
    nations = {
        (n,): [
            n in members,
            max(people[n].values(), default=0),
            F(own[n], facts.coin),
            burden.get(n),
            F(own[n], everyone) if everyone else F(0),
        ]
        for n in facts.nation
    }
    values = {
        "gap": missed / weights,
        "risk": sum(((1 - facts.stance[key]) * heads for key, heads in reluctant.items()), start=F(0))
        * facts.months
        / 1000,
        "cost": F(cost, facts.coin),
        "burden": max(burden.values(), default=F(0)),
    }
    objectives = {(name,): [value] for name, value in values.items()}
    return {"deployments": deployments, "coverage": coverage, "nations": nations, "objectives": objectives}


def differences(table: str, stated: dict[Any, list[Any]], right: dict[Any, list[Any]]) -> Iterator[Violation]:
    """Rows of a result table that are missing, should not be there, or have a wrong value."""
    for key in stated.keys() | right.keys():
        if key not in stated or key not in right:
            kind = "is missing" if key not in stated else "should not be there"
            yield Violation(table, key, f"{table}: the row {key} {kind}")
            continue
        for found, expected in zip(stated[key], right[key], strict=False):
            if not _same(found, expected):
                shown = float(expected) if isinstance(expected, F) else expected
                yield Violation(table, key, f"{table}: the row {key} says {found}, the tables give {shown}")


def _same(found: Any, expected: Any) -> bool:
    """Whether a figure equals the exact one, up to the last digits of a floating-point number."""
    if not isinstance(found, float) or not isinstance(expected, F):
        return bool(found == expected)
    return found == float(expected) or abs(number(found) - expected) <= F(1, 10**12) * max(F(1), abs(expected))
