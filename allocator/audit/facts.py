"""The cells of an instance that the audit needs, read independently of the solver."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction as F
from functools import lru_cache
from math import lcm
from typing import Any, NamedTuple

from allocator.instance import Instance

Deployed = Mapping[tuple[str, str, str, int], int]
"""(nation, unit type, task, period) -> units."""

Row = Mapping[str, Any]

COMMON = "common"
"""The common fund as a payer."""


@lru_cache(maxsize=10_000)
def number(value: Any) -> F:
    """A cell as the exact decimal number that was written."""
    return F(str(value))


def parts(value: F, scale: int) -> int:
    """A number as a whole number of parts of 1/``scale``, a multiple of its denominator."""
    return value.numerator * (scale // value.denominator)


class Line(NamedTuple):
    """A given requirement."""

    task: str
    capability: str
    periods: range
    quantity: F
    least: F
    """What must be met of the quantity."""
    weight: F
    """Priority of the row times that of its objective; 0 if the quantity is 0."""
    core: tuple[F, F]
    """Share of the quantity that is its core, and its weight."""


class Facts:
    """The cells that the audit needs, by key.

    Yields are whole multiples of 1/``grain``, willingness is one of 1/``mood``, and prices are whole multiples of
    1/``coin`` million: sums of whole numbers are as exact as sums of fractions and much faster.
    """

    def __init__(self, instance: Instance) -> None:
        self.horizon = instance.periods
        self.months = instance.months_per_period
        self.years = F(self.horizon * self.months, 12)
        self.wraps = instance.indefinite
        self.events = instance.events
        self.nation = {row["nation"]: row for row in instance.rows("nations")}
        self.collective = {n for n, row in self.nation.items() if row["collective"]}
        self.gdp = {n: number(row["gdp"]) for n, row in self.nation.items() if row["gdp"] is not None}
        self.unit = {row["unit_type"]: row for row in instance.rows("unit_types")}
        self.task = {row["task"]: row for row in instance.rows("tasks")}
        self.priority = {row["objective"]: number(row["priority"]) for row in instance.rows("objectives")}
        self.theatre_wide = {row["capability"]: row["scope"] == "theatre" for row in instance.rows("capabilities")}
        yields = [(row["unit_type"], row["capability"], number(row["amount"])) for row in instance.rows("yields")]
        self.grain = lcm(*(amount.denominator for _, _, amount in yields))
        self.gives: dict[str, list[tuple[str, int]]] = {unit: [] for unit in self.unit}
        for unit, capability, amount in yields:
            self.gives[unit].append((capability, parts(amount, self.grain)))
        self.groups: dict[str, set[str]] = defaultdict(set)
        for row in instance.rows("groups"):
            self.groups[row["group"]].add(row["nation"])
        self.requirements = instance.rows("requirements")
        self.lines = [self._line(row) for row in self.requirements]
        self.caveats = _by_nation(instance.rows("caveats"))
        self.conditions = _by_nation(instance.rows("conditions"))
        self.budgets = instance.rows("budgets")
        self.commitments = instance.rows("commitments")
        self.prerequisites = instance.rows("prerequisites")
        self.asked: dict[str, set[str]] = {}
        self._read_stances(instance.rows("willingness"))
        self._read_pools(instance)
        self._read_money(instance)

    def _line(self, row: Row) -> Line:
        quantity = number(row["quantity"])
        weight = number(row["priority"]) * self.priority[self.task[row["task"]]["objective"]] if quantity else F(0)
        return Line(
            row["task"],
            row["capability"],
            range(row["first_period"], row["last_period"] + 1),
            quantity,
            quantity * (1 - number(row["max_gap"])) if row["max_gap"] != 1 else F(0),
            weight,
            (number(row["core_share"]), number(row["core_weight"])),
        )

    def _read_stances(self, rows: Sequence[Row]) -> None:
        stances = [(row, number(row["willingness"])) for row in rows]
        self.mood = lcm(*(will.denominator for _, will in stances))
        self.stances: dict[tuple[str, str], list[tuple[int, int, int]]] = defaultdict(list)
        for row, will in stances:
            stance = (row["first_period"], row["last_period"], parts(will, self.mood))
            self.stances[row["nation"], row["objective"]].append(stance)

    def will(self, nation: str, objective: str, t: int) -> int:
        """Willingness in a period, in parts of 1/``mood``: 0 where no row has the period."""
        for first, last, will in self.stances.get((nation, objective), ()):
            if first <= t <= last:
                return will
        return 0

    def _read_pools(self, instance: Instance) -> None:
        """Pools, what joins and leaves them, and the terms on which units can be bought."""
        self.changes: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
        for row in instance.rows("force_changes"):
            self.changes[row["nation"], row["unit_type"]][row["period"]] = row["change"]
        self.programme = {(row["nation"], row["unit_type"]): row for row in instance.rows("acquisitions")}
        self.industry = {row["unit_type"]: row for row in instance.rows("industry")}
        self.terms = {row["unit_type"]: row for row in instance.rows("joint_purchases")}
        empty = {"units": 0, "min_units": 1, "first_period": 1, "last_period": self.horizon}
        empty |= {"availability": 1, "home_units": 0}
        self.force: dict[tuple[str, str], Row] = dict.fromkeys([*self.changes, *self.programme], empty)
        self.force |= {(row["nation"], row["unit_type"]): row for row in instance.rows("forces")}

    def _read_money(self, instance: Instance) -> None:
        """Prices in whole coins, and each nation's part of the common fund."""
        prices = {unit: self._price(row) for unit, row in self.unit.items()}
        orders = {key: self._instalments(row) for key, row in self.programme.items()}
        expansions = {unit: number(row["expansion_price"]) for unit, row in self.industry.items()}
        pairs = [*prices.values(), *(price for both in orders.values() for price in both)]
        self.coin = lcm(*(part.denominator for price in (*pairs, expansions.values()) for part in price))
        self.price = {unit: self._in_coins(price) for unit, price in prices.items()}
        """(common part, national part) of a unit-period."""
        self.instalments = {key: (self._in_coins(own), self._in_coins(joint)) for key, (own, joint) in orders.items()}
        """(common part, national part) of what is paid for a unit in one period: bought alone, and bought jointly."""
        self.expansion = {unit: parts(price, self.coin) for unit, price in expansions.items()}
        weights = {row["nation"]: number(row["weight"]) for row in instance.rows("funding_keys")}
        grain = lcm(*(weight.denominator for weight in weights.values()))
        self.key = {nation: parts(weight, grain) for nation, weight in weights.items()}
        """A nation's part of the common fund is its key divided by ``keys``."""
        self.keys = sum(self.key.values()) or 1

    def _in_coins(self, price: tuple[F, F]) -> tuple[int, int]:
        common, own = price
        return parts(common, self.coin), parts(own, self.coin)

    def _price(self, row: Row) -> tuple[F, F]:
        whole = number(row["rotation_cost"]) + self.months * number(row["operating_cost"])
        common = whole * number(row["common_share"])
        return common, whole - common

    def _instalments(self, row: Row) -> tuple[tuple[F, F], tuple[F, F]]:
        """What a unit costs in each period in which it is paid for: bought alone, and bought jointly."""
        alone = number(row["price"]) / (row["lead_periods"] + 1)
        joint, common = alone, F(0)
        if row["unit_type"] in self.terms:
            terms = self.terms[row["unit_type"]]
            joint -= joint * number(terms["discount"])
            common = joint * number(terms["common_share"])
        if row["nation"] in self.collective:
            return (alone, F(0)), (joint, F(0))
        return (F(0), alone), (common, joint - common)

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


READ = 3
"""Instances of which the facts are kept: plans of a few instances are often checked in turn."""

_read: list[tuple[Instance, Facts]] = []  # those used last at the end


def facts_of(instance: Instance) -> Facts:
    """The facts of an instance."""
    found = next((pair for pair in _read if pair[0] is instance), None) or (instance, Facts(instance))
    _read[:] = [*(pair for pair in _read if pair is not found), found][-READ:]
    return found[1]
