"""What nations own of each unit type and may buy, and how much of it can be used over a span of periods.

All is read from the instance and the model's choices, before any decision is made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from math import floor

from allocator.exact import exact
from allocator.instance import Instance
from allocator.instance.pools import usable
from allocator.model import Model

Pool = tuple[str, str]
"""Nation and unit type."""

ONE = Fraction(1)


@dataclass(frozen=True)
class Window:
    """Periods over which one pool must suffice, with the number of times that the window counts each."""

    start: int
    end: int
    counts: Mapping[int, int]


@dataclass(frozen=True)
class Programme:
    """What a nation may buy of a unit type.

    ``price`` is in millions a unit; ``most`` maps each period in which it can order to the most units of that order;
    ``lead`` is the number of periods from the order to the first in which the units can deploy.
    """

    price: Fraction
    max_units: int
    min_order: int
    lead: int
    most: Mapping[int, int]

    def part(self, period: int, periods: range) -> Fraction:
        """Part of an order's price that is paid in some periods: equal parts from the order until it is ready."""
        paid = range(max(period, periods.start), min(period + self.lead + 1, periods.stop))
        return Fraction(len(paid), self.lead + 1)


@dataclass(frozen=True)
class Industry:
    """What can be delivered of a unit type: units a period, and what an expansion adds (price in millions).

    ``periods`` are those in which an expansion can be ordered.
    """

    capacity: int
    expansion: int
    price: Fraction
    lead: int
    max_expansions: int
    periods: range

    def most(self, period: int) -> int:
        """Most units that become ready in a period."""
        expanded = self.max_expansions if self.periods and period >= 1 + self.lead else 0
        return self.capacity + self.expansion * expanded


@dataclass(frozen=True)
class Terms:
    """Terms for buying a unit type together: shares of the price."""

    min_nations: int
    discount: Fraction
    common_share: Fraction


class Pools:
    """The pools of an instance under a model: see the module."""

    def __init__(self, instance: Instance, model: Model) -> None:
        self.last = instance.periods
        self.indefinite = instance.indefinite
        rows = instance.rows
        self.collective = {row["nation"] for row in rows("nations") if row["collective"]}
        self.units: dict[Pool, int] = {(row["nation"], row["unit_type"]): row["units"] for row in rows("forces")}
        self.ready: dict[Pool, range] = {
            (row["nation"], row["unit_type"]): range(row["first_period"], row["last_period"] + 1)
            for row in rows("forces")
        }
        least = "minimum_contribution" in model.families
        self.min_units: dict[Pool, int] = {
            (row["nation"], row["unit_type"]): row["min_units"] if least else 1 for row in rows("forces")
        }
        self.availability: dict[Pool, Fraction] = {}
        self.home_units: dict[Pool, int] = {}
        for row in rows("forces"):
            if row["availability"] != 1:
                self.availability[row["nation"], row["unit_type"]] = exact(row["availability"])
            if row["home_units"]:
                self.home_units[row["nation"], row["unit_type"]] = row["home_units"]
        self.changes: dict[Pool, dict[int, int]] = defaultdict(dict)
        for row in rows("force_changes"):
            self.changes[row["nation"], row["unit_type"]][row["period"]] = row["change"]
        expendable = {row["unit_type"] for row in rows("unit_types") if row["expendable"]}
        rotates = "rotation" in model.families
        self.ratio: dict[str, int] = {
            row["unit_type"]: self.last if row["unit_type"] in expendable else row["rotation_ratio"] if rotates else 1
            for row in rows("unit_types")
        }
        buying = "acquisition" in model.families
        self.industry = self._industries(instance) if buying and "industry" in model.families else {}
        self.programmes = self._programmes(instance) if buying else {}
        self.joint = self._terms(instance) if buying and "joint_purchase" in model.families else {}
        for pool in (*self.changes, *self.programmes):
            self.units.setdefault(pool, 0)
            self.ready.setdefault(pool, range(1, self.last + 1))
            self.min_units.setdefault(pool, 1)

    def _programmes(self, instance: Instance) -> dict[Pool, Programme]:
        programmes = {}
        for row in instance.rows("acquisitions"):
            lead, industry = row["lead_periods"], self.industry.get(row["unit_type"])
            most: dict[int, int] = {}
            for k in range(row["first_order_period"], min(row["last_order_period"], self.last - lead) + 1):
                units = row["max_units"] if industry is None else min(row["max_units"], industry.most(k + lead))
                if units >= row["min_order"]:
                    most[k] = units
            if most:
                programmes[row["nation"], row["unit_type"]] = Programme(
                    exact(row["price"]), row["max_units"], row["min_order"], lead, most
                )
        return programmes

    def _industries(self, instance: Instance) -> dict[str, Industry]:
        return {
            row["unit_type"]: Industry(
                row["capacity"],
                row["expansion"],
                exact(row["expansion_price"]),
                row["expansion_lead_periods"],
                row["max_expansions"],
                range(1, self.last - row["expansion_lead_periods"] + 1),
            )
            for row in instance.rows("industry")
        }

    def _terms(self, instance: Instance) -> dict[str, Terms]:
        return {
            row["unit_type"]: Terms(row["min_nations"], exact(row["discount"]), exact(row["common_share"]))
            for row in instance.rows("joint_purchases")
        }

    @cached_property
    def clubs(self) -> dict[tuple[str, int], list[str]]:
        """(unit type, period) -> the nations that may buy jointly then, where they are enough without collectives."""
        clubs: dict[tuple[str, int], list[str]] = defaultdict(list)
        for (n, u), programme in self.programmes.items():
            for k in programme.most if u in self.joint else ():
                clubs[u, k].append(n)
        return {
            (u, k): nations
            for (u, k), nations in clubs.items()
            if sum(n not in self.collective for n in nations) >= self.joint[u].min_nations
        }

    # ---- what can be used ----------------------------------------------------------------------------------

    def owned(self, pool: Pool, first: int, last: int) -> int:
        """Units, without orders, that a nation has at some time from a first to a last period."""
        units = self.units[pool]
        for t, change in self.changes.get(pool, {}).items():
            if t <= first:
                units += change
            elif t <= last:
                units += max(0, change)
        return units

    def usable(self, pool: Pool, first: int, last: int) -> Fraction:
        """Units, without orders, that can be used from a first to a last period; may be a fraction."""
        return usable(
            self.availability.get(pool, Fraction(1)), self.home_units.get(pool, 0), self.owned(pool, first, last)
        )

    def arriving(self, pool: Pool, last: int) -> int:
        """Most units that orders can bring by a period."""
        programme = self.programmes.get(pool)
        if programme is None:
            return 0
        ready = sum(most for k, most in programme.most.items() if k + programme.lead <= last)
        return min(programme.max_units, ready)

    def delivered(self, unit_type: str, last: int) -> int:
        """Most units of a type that the orders of all nations together bring by a period: industry limits their sum."""
        pools = [pool for pool in self.programmes if pool[1] == unit_type]
        units = sum(self.arriving(pool, last) for pool in pools)
        industry = self.industry.get(unit_type)
        if industry is None:
            return units
        ready = {k + self.programmes[pool].lead for pool in pools for k in self.programmes[pool].most}
        return min(units, sum(industry.most(t) for t in ready if t <= last))

    def together(self, unit_type: str, first: int, last: int) -> int:
        """Most whole units of a type that all nations can use in a span, with everything ordered that can be."""
        pools = [pool for pool in self.units if pool[1] == unit_type]
        share = max((self.availability.get(pool, ONE) for pool in pools), default=ONE)
        owned = sum((self.usable(pool, first, last) for pool in pools), start=Fraction(0))
        return floor(owned + share * self.delivered(unit_type, last))

    def most(self, pool: Pool, window: Window) -> int:
        """Most whole units that a window can use, with everything ordered that can be."""
        share, home = self.availability.get(pool, ONE), self.home_units.get(pool, 0)
        owned, arriving = self.owned(pool, window.start, window.end), self.arriving(pool, window.end)
        parts = share.denominator  # whole numbers are as exact as fractions, and faster
        return (max(0, share.numerator * owned - parts * home) + share.numerator * arriving) // parts

    def caps(self, pool: Pool) -> dict[int, int]:
        """Period -> most whole units that every window allows."""
        if not self.changes.get(pool) and pool not in self.programmes:
            most = int(self.usable(pool, 1, 1))
            often = _most_often(self.last, self.ratio[pool[1]]) if self.indefinite else 1
            return dict.fromkeys(range(1, self.last + 1), most // often)
        caps: dict[int, int] = {}
        for window in self.windows(pool):
            most = self.most(pool, window)
            for t, count in window.counts.items():
                caps[t] = min(most // count, caps.get(t, most))
        return caps

    def windows(self, pool: Pool) -> list[Window]:
        """Windows in which the units of a pool that are deployed must be usable.

        On a finite horizon these are the spans of at most ``ratio`` periods that no longer span implies: a longer one
        implies a shorter one with the same units.
        """
        ratio = self.ratio[pool[1]]
        if self.indefinite:
            return _cyclic(self.last, ratio)
        programme = self.programmes.get(pool)
        changes = self.changes.get(pool, {})
        if programme is None and not changes:
            return _cut(self.last, ratio, frozenset(), frozenset())
        losses = frozenset(t for t, change in changes.items() if change < 0)
        gains = {t for t, change in changes.items() if change > 0}
        if programme is not None:
            gains |= {k + programme.lead for k in programme.most}
        return _cut(self.last, ratio, losses, frozenset(gains))


@cache
def _cyclic(last: int, ratio: int) -> list[Window]:
    """Windows of ``ratio`` periods that wrap round."""
    turns, rest = divmod(ratio, last)  # a window counts every period so often, and its first ones once more
    windows = []
    for start in range(1, last + 1) if rest else [1]:
        counts = {(start + step - 1) % last + 1: turns + (step < rest) for step in range(min(ratio, last))}
        windows.append(Window(start, start + ratio - 1, counts))
    return windows


def _most_often(last: int, ratio: int) -> int:
    """How often a window that wraps round counts a period at the most; every period is counted so often by some."""
    return -(-ratio // last)


@cache
def _cut(last: int, ratio: int, losses: frozenset[int], gains: frozenset[int]) -> list[Window]:
    """Spans of at most ``ratio`` periods within the horizon that are not implied by others."""
    windows = []
    for end in range(1, last + 1):
        earliest = max(1, end - ratio + 1)
        for start in [earliest, *sorted(t for t in losses if earliest < t <= end)]:
            longer = end + 1 <= min(last, start + ratio - 1)
            if longer and end + 1 not in gains:
                continue
            windows.append(Window(start, end, dict.fromkeys(range(start, end + 1), 1)))
    return windows
