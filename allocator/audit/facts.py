"""The cells of an instance that the audit needs, read independently of the solver."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction as F
from functools import lru_cache
from math import lcm
from typing import Any

from allocator.instance import Instance

Deployed = Mapping[tuple[str, str, str, int], int]
"""(nation, unit type, task, period) -> units."""

Row = Mapping[str, Any]


@lru_cache(maxsize=10_000)
def number(value: Any) -> F:
    """A cell as the exact decimal number that was written."""
    return F(str(value))


class Facts:
    """The cells that the audit needs, by key.

    Yields are whole multiples of 1/``grain``, and prices are whole multiples of 1/``coin`` million: sums of whole
    numbers are as exact as sums of fractions and much faster.
    """

    def __init__(self, instance: Instance) -> None:
        self.horizon = instance.periods
        self.months = instance.months_per_period
        self.wraps = instance.indefinite
        self.nation = {row["nation"]: row for row in instance.rows("nations")}
        self.unit = {row["unit_type"]: row for row in instance.rows("unit_types")}
        self.task = {row["task"]: row for row in instance.rows("tasks")}
        self.priority = {row["objective"]: number(row["priority"]) for row in instance.rows("objectives")}
        self.force = {(row["nation"], row["unit_type"]): row for row in instance.rows("forces")}
        self.stance = {
            (row["nation"], row["objective"]): number(row["willingness"]) for row in instance.rows("willingness")
        }
        self.theatre_wide = {row["capability"]: row["scope"] == "theatre" for row in instance.rows("capabilities")}
        yields = [(row["unit_type"], row["capability"], number(row["amount"])) for row in instance.rows("yields")]
        self.grain = lcm(*(amount.denominator for _, _, amount in yields))
        self.gives: dict[str, list[tuple[str, int]]] = {unit: [] for unit in self.unit}
        for unit, capability, amount in yields:
            self.gives[unit].append((capability, int(amount * self.grain)))
        self.groups: dict[str, set[str]] = defaultdict(set)
        for row in instance.rows("groups"):
            self.groups[row["group"]].add(row["nation"])
        self.requirements = instance.rows("requirements")
        self.caveats = _by_nation(instance.rows("caveats"))
        self.conditions = _by_nation(instance.rows("conditions"))
        self.budgets = instance.rows("budgets")
        self.events = instance.events

        self.asked: dict[str, set[str]] = {}
        prices = {unit: self._price(row) for unit, row in self.unit.items()}
        self.coin = lcm(*(part.denominator for price in prices.values() for part in price))
        self.price = {unit: (int(common * self.coin), int(own * self.coin)) for unit, (common, own) in prices.items()}
        """(common part, national part) of a unit-period."""

    def _price(self, row: Row) -> tuple[F, F]:
        whole = number(row["rotation_cost"]) + self.months * number(row["operating_cost"])
        common = whole * number(row["common_share"])
        return common, whole - common

    def asked_at(self, task: str) -> set[str]:
        """Capabilities that a requirement of the task asks for, given or implied."""
        if task not in self.asked:
            self.asked[task] = self._asked_at(task)
        return self.asked[task]

    def _asked_at(self, task: str) -> set[str]:
        asked = {row["capability"] for row in self.requirements if row["task"] == task}
        taken = {c for gives in self.gives.values() for c, amount in gives if amount < 0}
        first, last = self.task[task]["first_period"], self.task[task]["last_period"]
        for c in taken:
            rows = [
                row
                for row in self.requirements
                if row["capability"] == c and (self.theatre_wide[c] or row["task"] == task)
            ]
            if any(
                not any(row["first_period"] <= t <= row["last_period"] for row in rows) for t in range(first, last + 1)
            ):
                asked.add(c)
        return asked


def _by_nation(rows: Sequence[Row]) -> dict[str, list[Row]]:
    nations: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        nations[row["nation"]].append(row)
    return nations


class _Last:
    """The facts that were read last: several plans of one instance are often checked one after another."""

    instance: Instance | None = None
    facts: Facts


def facts_of(instance: Instance) -> Facts:
    """The facts of an instance."""
    if _Last.instance is not instance:
        _Last.instance, _Last.facts = instance, Facts(instance)
    return _Last.facts


def unit_periods(deployed: Deployed, first: int, last: int) -> dict[tuple[str, str], int]:
    """(nation, unit type) -> units times periods deployed, from the first to the last period given."""
    total: dict[tuple[str, str], int] = defaultdict(int)
    for (n, u, _, t), units in deployed.items():
        if first <= t <= last:
            total[n, u] += units
    return total
