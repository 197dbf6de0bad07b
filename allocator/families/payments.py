"""What a payer spends in some periods, as exact terms: on deployments, orders and expansions."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import cached_property

import numpy as np
import pyomo.core as pyo
from numpy.typing import NDArray

from allocator.families.columns import Numbers
from allocator.families.sums import Exact, Sizes, Sum, merged
from allocator.families.totals import of_pools
from allocator.problem import Problem

EVERYONE, COMMON, OWN = "*", "common", ""
"""Payers that are no nation: all together, and the common fund; and any nation for itself."""


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

    @cached_property
    def _fleets(self) -> Numbers:
        """1 for each deployment of a nation without a purse, otherwise 0."""
        fleets = [n in self.problem.money.collective for n in self.m.cells.nations]
        each: Numbers = np.array(fleets, dtype=np.int64)[self.m.cells.nation]
        return each

    @cached_property
    def _kinds(self) -> dict[str, tuple[Sizes, NDArray[np.bool_]]]:
        """What ``*``, ``common`` and a nation pay for a unit of each kind, and which kinds they pay for.

        A unit type has two kinds, the second for a nation without a purse.
        """
        money, units = self.problem.money, self.m.cells.units
        nothing = dict.fromkeys(money.unit_cost, Fraction(0))
        costs = {
            EVERYONE: (money.unit_cost, money.unit_cost),
            COMMON: (money.common_cost, money.unit_cost),
            OWN: (money.own_cost, nothing),
        }
        amounts = {payer: [cost[u] for cost in both for u in units] for payer, both in costs.items()}
        return {payer: (Sizes(each), np.array([bool(a) for a in each], dtype=bool)) for payer, each in amounts.items()}

    def _deployed(self, payer: str, periods: range) -> Sum:
        """What is paid for deployments."""
        cells, shared = self.m.cells, payer in (EVERYONE, COMMON)
        numbers = np.arange(len(cells.period)) if shared else self._of.get(payer, np.zeros(0, dtype=np.int64))
        kind = cells.unit[numbers] + len(cells.units) * self._fleets[numbers]
        sizes, some = self._kinds[payer if shared else OWN]
        paid = some[kind]
        if periods != self.problem.PERIODS:
            paid &= (cells.period[numbers] >= periods.start) & (cells.period[numbers] < periods.stop)
        return of_pools(self.m, Sum(sizes, kind[paid], numbers[paid]))

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
