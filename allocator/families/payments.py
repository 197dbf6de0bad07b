"""What a payer spends in some periods, as exact terms: on deployments, orders and expansions."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import cached_property

import numpy as np
import pyomo.core as pyo

from allocator.families.columns import Numbers
from allocator.families.sums import Exact, Sizes, Sum, merged
from allocator.problem import Problem

EVERYONE, COMMON = "*", "common"
"""Payers that are no nation: all together, and the common fund."""


class Payments:
    """Terms of what is paid in a model; the columns of orders must be there already."""

    def __init__(self, m: pyo.ConcreteModel, problem: Problem) -> None:
        self.m, self.problem = m, problem
        self.buyers: dict[str, list[str]] = defaultdict(list)
        for n, u in m.bought:
            self.buyers[n].append(u)

    @cached_property
    def _of(self) -> dict[str, Numbers]:
        """Deployments of each nation."""
        cells = self.m.cells
        return {cells.nations[cells.nation[here[0]]]: here for here in cells.groups(cells.nation)}

    def _deployed(self, payer: str, periods: range) -> Sum:
        """What is paid for deployments; a unit type has two kinds, the second for a nation without a purse."""
        cells, money = self.m.cells, self.problem.money
        costs = {EVERYONE: (money.unit_cost,) * 2, COMMON: (money.common_cost, money.unit_cost)}
        nothing = dict.fromkeys(money.unit_cost, Fraction(0))
        amounts = [cost[u] for cost in costs.get(payer, (money.own_cost, nothing)) for u in cells.units]
        numbers = np.arange(len(cells.period)) if payer in costs else self._of.get(payer, np.zeros(0, dtype=np.int64))
        fleets = np.array([n in money.collective for n in cells.nations], dtype=bool)
        kind = cells.unit[numbers] + len(cells.units) * fleets[cells.nation[numbers]]
        paid = np.array([bool(a) for a in amounts], dtype=bool)[kind]
        paid &= (cells.period[numbers] >= periods.start) & (cells.period[numbers] < periods.stop)
        return Sum(Sizes(amounts), kind[paid], numbers[paid])

    def terms(self, payer: str, periods: range) -> Sum:
        """What ``*``, ``common`` or a nation pays in the periods, in millions."""
        terms: list[Exact] = []
        shared = payer in (EVERYONE, COMMON)
        for n in self.buyers if shared else [payer]:
            for u in self.buyers.get(n, ()):
                terms += self._orders(payer, n, u, periods)
        if shared and self.m.component("expand") is not None:
            prices = {u: industry.price for u, industry in self.problem.pools.industry.items()}
            terms += [(prices[u], e) for (u, k), e in self.m.expand.items() if k in periods and prices[u]]
        return self._deployed(payer, periods).plus(*terms)

    def _orders(self, payer: str, n: str, u: str, periods: range) -> list[Exact]:
        programme = self.problem.pools.programmes[n, u]
        terms = []
        for k, parts in self.m.bought[n, u].items():
            part = programme.part(k, periods)
            for column, joint in parts if part else ():
                own, common = self.problem.money.prices(n, u, joint=joint)
                price = {EVERYONE: own + common, COMMON: common}.get(payer, own)
                if price:
                    terms.append((part * price, column))
        return terms

    def borne(self, nation: str) -> Sum:
        """What a nation bears over the horizon: its own cost and its part of what the common fund pays."""
        periods, money = self.problem.PERIODS, self.problem.money
        own = self.terms(nation, periods)
        key = money.funding_keys.get(nation)
        return merged(own, self.terms(COMMON, periods).times(key)) if key else own
