"""Sums over the deployments and purchases of a plan, each worked out once."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction as F
from functools import cached_property

from allocator.audit.facts import COMMON, Deployed, Facts
from allocator.purchases import NONE, Purchases

ZERO = F(0)


class Totals:
    """What a plan adds up to. Sums of money are in coins, those of supply in grains."""

    def __init__(self, facts: Facts, deployed: Deployed, purchases: Purchases = NONE) -> None:
        self.facts, self.deployed, self.purchases = facts, deployed, purchases

    @cached_property
    def units(self) -> dict[tuple[str, str], dict[int, int]]:
        """Nation and unit type -> period -> units deployed, at all tasks together."""
        units: dict[tuple[str, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for (n, u, _, t), count in self.deployed.items():
            units[n, u][t] += count
        return units

    @cached_property
    def people(self) -> dict[str, dict[int, int]]:
        """Nation -> period -> people deployed."""
        people: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for (n, u), by_period in self.units.items():
            personnel = self.facts.unit[u]["personnel"]
            for t, units in by_period.items():
                people[n][t] += units * personnel
        return people

    @cached_property
    def crews(self) -> dict[str, dict[int, dict[str, int]]]:
        """Task -> period -> nation -> people at the task."""
        crews: dict[str, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
        for (n, u, j, t), units in self.deployed.items():
            crews[j][t][n] += units * self.facts.unit[u]["personnel"]
        return crews

    @cached_property
    def net(self) -> dict[tuple[str | None, str, int], int]:
        """Task (None: the theatre), capability and period -> what is supplied less what is consumed."""
        net: dict[tuple[str | None, str, int], int] = defaultdict(int)
        theatre_wide = self.facts.theatre_wide
        for (_, u, j, t), units in self.deployed.items():
            for c, amount in self.facts.gives[u]:
                net[None if theatre_wide[c] else j, c, t] += amount * units
        return net

    @cached_property
    def met(self) -> dict[tuple[str, str, int], tuple[F, F]]:
        """Task, capability and period of a given line -> what is supplied, and what is short of the quantity."""
        met = {}
        for line in self.facts.lines:
            j, c, quantity = line.task, line.capability, line.quantity
            place = None if self.facts.theatre_wide[c] else j
            for t in line.periods:
                net = self.net.get((place, c, t), 0)
                supplied = F(net, self.facts.grain) if net else ZERO
                met[j, c, t] = supplied, max(ZERO, quantity - supplied) if net else quantity
        return met

    @cached_property
    def paid(self) -> dict[str, dict[int, int]]:
        """Payer -> period -> coins."""
        paid: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        facts, fund = self.facts, paid[COMMON]
        for (n, u), by_period in self.units.items():
            common, own = facts.price[u]
            if n in facts.collective:
                common, own = common + own, 0
            purse = paid[n]
            for t, units in by_period.items():
                fund[t] += common * units
                purse[t] += own * units
        for n, u, k in self.purchases.orders:
            common, own = self.instalment(n, u, k)
            for t in range(k, self.ready(n, u, k) + 1):
                fund[t] += common
                paid[n][t] += own
        for (u, k), expansions in self.purchases.expansions.items():
            fund[k] += facts.expansion[u] * expansions
        return paid

    @cached_property
    def own(self) -> dict[str, int]:
        """Nation -> coins that it pays itself over the horizon."""
        return {n: sum(self.paid[n].values()) if n in self.paid else 0 for n in self.facts.nation}

    @cached_property
    def fund(self) -> int:
        """Coins that the common fund pays over the horizon."""
        return sum(self.paid[COMMON].values())

    def part(self, n: str) -> F:
        """A nation's part of what the common fund pays, in millions."""
        return F(self.facts.key.get(n, 0) * self.fund, self.facts.keys * self.facts.coin)

    @cached_property
    def carried(self) -> dict[str, F]:
        """Nation with a gdp -> its own cost and its part of the common fund, in millions."""
        keys = self.facts.keys
        coins = {n: self.own[n] * keys + self.facts.key.get(n, 0) * self.fund for n in self.facts.gdp}
        return {n: F(paid, keys * self.facts.coin) if paid else ZERO for n, paid in coins.items()}

    @cached_property
    def burdens(self) -> dict[str, F]:
        """Nation with a gdp -> what it carries a year, in per mille of its gdp."""
        years, gdp = self.facts.years, self.facts.gdp
        return {n: 1000 * paid / (years * gdp[n]) if paid else ZERO for n, paid in self.carried.items()}

    def instalment(self, n: str, u: str, k: int) -> tuple[int, int]:
        """Coins that the common fund and the nation pay for an order in each period in which it is paid for."""
        units, joint = self.purchases.orders[n, u, k]
        (common, own), (common_joint, own_joint) = self.facts.instalments[n, u]
        return common * (units - joint) + common_joint * joint, own * (units - joint) + own_joint * joint

    def ready(self, n: str, u: str, k: int) -> int:
        """The first period in which the units of an order can deploy."""
        return int(k + self.facts.programme[n, u]["lead_periods"])

    @cached_property
    def delivered(self) -> dict[tuple[str, str], dict[int, int]]:
        """Nation and unit type -> period -> units ordered that become ready in it."""
        delivered: dict[tuple[str, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for (n, u, k), (units, _) in self.purchases.orders.items():
            delivered[n, u][self.ready(n, u, k)] += units
        return delivered

    @cached_property
    def deliveries(self) -> dict[tuple[str, int], int]:
        """Unit type and period -> units ordered by anyone that become ready in it."""
        deliveries: dict[tuple[str, int], int] = defaultdict(int)
        for (_, u), by_period in self.delivered.items():
            for t, units in by_period.items():
                deliveries[u, t] += units
        return deliveries

    def capacity(self, u: str, t: int) -> int:
        """Units that industry can deliver in a period, with the expansions that count by then."""
        row = self.facts.industry[u]
        lead = row["expansion_lead_periods"]
        expansions = sum(count for (v, k), count in self.purchases.expansions.items() if v == u and k + lead <= t)
        return int(row["capacity"] + row["expansion"] * expansions)
