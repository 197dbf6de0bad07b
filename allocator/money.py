"""What things cost and who pays, read from an instance under a model's choices. All money is in millions."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import cached_property
from math import floor, lcm

from allocator.exact import exact
from allocator.instance import Instance
from allocator.model import Model
from allocator.pools import Pools


class Money:
    """Costs by unit type and period, prices of orders, budgets, and the parts of the nations in the common fund.

    Attributes
    ----------
    unit_cost, common_cost, own_cost : dict
        Unit type -> cost of a unit and period: all of it, the part of the common fund, and that of the nation.
    gdp : dict
        Nation -> gross domestic product a year, of the nations whose gdp is known.
    funding_keys : dict
        Nation -> its part of what the common fund pays; empty if the instance gives no keys.
    collective : set
        Nations that are fleets of several: they have no purse, and all they cost falls to the common fund.
    years : Fraction
        Length of the horizon.
    """

    def __init__(self, instance: Instance, model: Model, pools: Pools) -> None:
        self.instance, self.model, self.pools = instance, model, pools
        rows = instance.rows
        self.periods = range(1, instance.periods + 1)
        self.years = Fraction(instance.periods * instance.months_per_period, 12)
        self.unit_cost: dict[str, Fraction] = {}
        self.common_cost: dict[str, Fraction] = {}
        self.own_cost: dict[str, Fraction] = {}
        for row in rows("unit_types"):
            unit = row["unit_type"]
            cost = exact(row["rotation_cost"]) + instance.months_per_period * exact(row["operating_cost"])
            self.unit_cost[unit] = cost
            self.common_cost[unit] = exact(row["common_share"]) * cost
            self.own_cost[unit] = cost - self.common_cost[unit]
        self._nothing = dict.fromkeys(self.unit_cost, Fraction(0))
        self.gdp = {row["nation"]: exact(row["gdp"]) for row in rows("nations") if row["gdp"] is not None}
        self.collective = pools.collective
        weights = {row["nation"]: exact(row["weight"]) for row in rows("funding_keys")}
        self.funding_keys = {n: weight / sum(weights.values()) for n, weight in weights.items()}

    @cached_property
    def coins(self) -> tuple[int, dict[str, tuple[int, int]]]:
        """A common denominator, and the whole and own cost of every unit type, multiplied by it.

        Whole numbers are as exact as fractions and faster to add.
        """
        both = {u: (cost, self.own_cost[u]) for u, cost in self.unit_cost.items()}
        parts = lcm(*(cost.denominator for costs in both.values() for cost in costs))
        return parts, {u: (int(cost * parts), int(own * parts)) for u, (cost, own) in both.items()}

    def own_of(self, nation: str) -> dict[str, Fraction]:
        """What a nation pays for a unit and period of each type: nothing if it has no purse."""
        return self._nothing if nation in self.collective else self.own_cost

    def common_of(self, nation: str) -> dict[str, Fraction]:
        """What the common fund pays for a unit and period of a nation."""
        return self.unit_cost if nation in self.collective else self.common_cost

    def prices(self, nation: str, unit: str, *, joint: bool) -> tuple[Fraction, Fraction]:
        """What the nation and the common fund pay for an ordered unit."""
        price, share = self.pools.programmes[nation, unit].price, Fraction(0)
        if joint:
            terms = self.pools.joint[unit]
            price, share = (1 - terms.discount) * price, terms.common_share
        common = price if nation in self.collective else share * price
        return price - common, common

    @cached_property
    def budgets(self) -> list[tuple[str, Fraction, range]]:
        """(payer, amount, periods) of every budget."""
        return [
            (row["payer"], exact(row["amount"]), range(row["first_period"], row["last_period"] + 1))
            for row in self.instance.rows("budgets")
        ]

    @cached_property
    def budgets_of(self) -> dict[str, list[tuple[Fraction, range]]]:
        """Payer -> (amount, periods) of its budgets and, for a nation, of its limit under max_burden."""
        amounts: dict[str, list[tuple[Fraction, range]]] = defaultdict(list)
        for payer, amount, periods in self.budgets:
            amounts[payer].append((amount, periods))
        for nation in self.gdp if self.model.max_burden is not None else ():
            amounts[nation].append((self.burden_limit(nation), self.periods))
        return amounts

    def burden_limit(self, nation: str) -> Fraction:
        """Cost over the horizon that max_burden allows a nation."""
        assert self.model.max_burden is not None
        return exact(self.model.max_burden) * self.gdp[nation] * self.years

    def affordable(self, payer: str, cost: Fraction) -> dict[int, int]:
        """Period -> most units that the budgets of a payer can pay for, at a cost per unit."""
        most: dict[int, int] = {}
        for amount, periods in self.budgets_of.get(payer, ()) if cost else ():
            units = floor(amount / cost)
            for t in periods:
                most[t] = min(units, most.get(t, units))
        return most
