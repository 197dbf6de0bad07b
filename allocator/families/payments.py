"""What a payer spends in some periods, as exact terms: on deployments, orders and expansions."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import Any

import pyomo.core as pyo

from allocator.families.rows import Exact
from allocator.families.totals import ByPeriod, of_pools
from allocator.problem import Problem

EVERYONE, COMMON = "*", "common"
"""Payers that are no nation: all together, and the common fund."""


class Payments:
    """Terms of what is paid in a model; the columns of orders must be there already."""

    def __init__(self, m: pyo.ConcreteModel, problem: Problem) -> None:
        self.m, self.problem = m, problem
        self.pools: dict[str, list[tuple[str, ByPeriod]]] = defaultdict(list)
        for (n, u), here in of_pools(m).items():
            self.pools[n].append((u, here))
        self.buyers: dict[str, list[str]] = defaultdict(list)
        for n, u in m.bought:
            self.buyers[n].append(u)

    def terms(self, payer: str, periods: range) -> list[Exact]:
        """What ``*``, ``common`` or a nation pays in the periods, in millions."""
        terms: list[Exact] = []
        money = self.problem.money
        shared = payer in (EVERYONE, COMMON)
        for n in self.pools if shared else [payer]:
            costs = {EVERYONE: money.unit_cost, COMMON: money.common_of(n)}.get(payer, money.own_of(n))
            for u, here in self.pools[n]:
                if costs[u]:
                    terms += [(costs[u], column) for t, columns in here.items() if t in periods for column in columns]
        for n in self.buyers if shared else [payer]:
            for u in self.buyers.get(n, ()):
                terms += self._orders(payer, n, u, periods)
        if shared and self.m.component("expand") is not None:
            prices = {u: industry.price for u, industry in self.problem.pools.industry.items()}
            terms += [(prices[u], e) for (u, k), e in self.m.expand.items() if k in periods and prices[u]]
        return terms

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

    def borne(self, nation: str) -> list[Exact]:
        """What a nation bears over the horizon: its own cost and its part of what the common fund pays."""
        periods, money = self.problem.PERIODS, self.problem.money
        own = self.terms(nation, periods)
        key = money.funding_keys.get(nation)
        if not key:
            return own
        together: dict[int, tuple[Fraction, Any]] = {id(x): (a, x) for a, x in own}
        for a, x in self.terms(COMMON, periods):
            before, _ = together.get(id(x), (Fraction(0), x))
            together[id(x)] = (before + key * a, x)
        return list(together.values())
