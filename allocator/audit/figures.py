"""The result tables of a plan, recomputed in exact arithmetic and compared with those of the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction as F
from math import isfinite
from typing import Any

from allocator.audit.tasks import leaders, led_tasks
from allocator.audit.totals import Totals
from allocator.audit.values import VALUES
from allocator.audit.violation import Violation
from allocator.model import Model

CHECKED = {
    "deployments": (("nation", "unit_type", "task", "period"), ("units", "personnel", "cost")),
    "coverage": (("task", "capability", "period"), ("objective", "required", "supplied", "shortfall")),
    "objectives": (("objective",), ("value",)),
    "leaders": (("task",), ("nation",)),
    "nations": (
        ("nation",),
        ("member", "personnel", "cost", "burden", "share", "procurement", "common_part"),
    ),
    "orders": (("nation", "unit_type", "period"), ("units", "joint", "ready", "cost", "common")),
    "industry": (("unit_type", "period"), ("deliveries", "capacity", "expansions")),
}
"""Result table -> the columns of its key, and those that are recomputed."""

Figures = dict[Any, list[Any]]
"""Key of a row -> its figures."""


def stated(table: str, rows: Sequence[Mapping[str, Any]]) -> Figures:
    """The figures of a result table, by the keys of its rows; KeyError if a row does not have a column."""
    keys, columns = CHECKED[table]
    return {tuple([row[key] for key in keys]): [row[column] for column in columns] for row in rows}


def expected(totals: Totals, model: Model) -> dict[str, Figures]:
    """The correct result tables, in exact numbers; of ``leaders``, all nations that can lead."""
    listed = set(model.families)
    return {
        "deployments": dict(_deployments(totals)),
        "coverage": dict(_coverage(totals)),
        "objectives": {(name,): [VALUES[name](totals)] for name in model.measured},
        "leaders": {(j,): leaders(totals, j) for j in led_tasks(totals)} if "framework_nation" in listed else {},
        "nations": dict(_nations(totals)),
        "orders": dict(_orders(totals)),
        "industry": dict(_industry(totals)) if {"acquisition", "industry"} <= listed else {},
    }


def _deployments(totals: Totals) -> Iterator[tuple[Any, list[Any]]]:
    facts = totals.facts
    for (n, u, j, t), units in totals.deployed.items():
        yield (n, u, j, t), [units, units * facts.unit[u]["personnel"], F(sum(facts.price[u]) * units, facts.coin)]


def _coverage(totals: Totals) -> Iterator[tuple[Any, list[Any]]]:
    for line in totals.facts.lines:
        j, c = line.task, line.capability
        for t in line.periods:
            yield (j, c, t), [totals.facts.task[j]["objective"], line.quantity, *totals.met[j, c, t]]


def _nations(totals: Totals) -> Iterator[tuple[Any, list[Any]]]:
    facts = totals.facts
    everyone = sum(totals.own.values())
    bought = dict.fromkeys(facts.nation, 0)
    for n, u, k in totals.purchases.orders:
        bought[n] += _paid(totals, n, u, k)[1]
    for n in facts.nation:
        people = totals.people.get(n, {})
        one = n not in facts.collective
        yield (
            (n,),
            [
                bool(people) if one else None,
                max(people.values(), default=0),
                F(totals.own[n], facts.coin),
                totals.burdens.get(n) if one else None,
                F(totals.own[n], everyone or 1),
                F(bought[n], facts.coin),
                totals.part(n) if one and facts.key else None,
            ],
        )


def _paid(totals: Totals, n: str, u: str, k: int) -> tuple[int, int]:
    """Coins that the common fund and the nation pay for an order in all."""
    common, own = totals.instalment(n, u, k)
    instalments = totals.ready(n, u, k) - k + 1
    return common * instalments, own * instalments


def _orders(totals: Totals) -> Iterator[tuple[Any, list[Any]]]:
    coin = totals.facts.coin
    for (n, u, k), (units, joint) in totals.purchases.orders.items():
        common, own = _paid(totals, n, u, k)
        yield (n, u, k), [units, joint, totals.ready(n, u, k), F(common + own, coin), F(common, coin)]


def _industry(totals: Totals) -> Iterator[tuple[Any, list[Any]]]:
    for u in totals.facts.industry:
        for t in range(1, totals.facts.horizon + 1):
            ordered = totals.purchases.expansions.get((u, t), 0)
            yield (u, t), [totals.deliveries.get((u, t), 0), totals.capacity(u, t), ordered]


def differences(table: str, found: Figures, right: Figures) -> Iterator[Violation]:
    """Rows of a result table that are missing, should not be there, or have a wrong value."""
    columns = CHECKED[table][1]
    for key in found.keys() | right.keys():
        if key not in found or key not in right:
            kind = "is missing" if key not in found else "should not be there"
            yield Violation(table, key, f"{table}: the row {key} {kind}")
        elif table == "leaders":
            if found[key][0] not in right[key]:
                able = " or ".join(right[key])
                yield Violation(table, key, f"{table}: the row {key} says {found[key][0]}, the tables give {able}")
        else:
            for column, mine, exact in zip(columns, found[key], right[key], strict=True):
                if not _same(mine, exact):
                    shown = float(exact) if isinstance(exact, F) else exact
                    text = f"{table}: the row {key} says {mine} in {column}, the tables give {shown}"
                    yield Violation(table, key, text)


def _same(found: Any, expected: Any) -> bool:
    """Whether a figure equals the exact one, up to the last digits of a floating-point number."""
    if not isinstance(found, float) or type(expected) is not F:
        return bool(found == expected)
    if found == expected.numerator / expected.denominator:
        return True
    return isfinite(found) and abs(F(found) - expected) <= F(1, 10**12) * max(F(1), abs(expected))
