"""What given purchases leave for deployments: the units that are ready, and the money that is spent."""

from __future__ import annotations

from fractions import Fraction

from allocator.money import Money
from allocator.pools import Pool, Pools
from allocator.purchases import Purchases


def ready(pools: Pools, purchases: Purchases, pool: Pool, last: int) -> Fraction:
    """Units of a pool that can be used of those that are ordered and ready by a period."""
    if pool not in pools.programmes:
        return Fraction(0)
    latest = last - pools.programmes[pool].lead
    units = sum(count for (n, u, k), (count, _) in purchases.orders.items() if (n, u) == pool and k <= latest)
    return pools.availability.get(pool, Fraction(1)) * units


def spent(money: Money, purchases: Purchases, payer: str, periods: range) -> Fraction:
    """What ``*``, ``common`` or a nation spends on purchases in some periods, in millions."""
    pools, total = money.pools, Fraction(0)
    for (n, u, k), (count, together) in purchases.orders.items():
        part = pools.programmes[n, u].part(k, periods)
        for units, joint in ((count - together, False), (together, True)):
            if units and part:
                own, common = money.prices(n, u, joint=joint)
                price = {"*": own + common, "common": common, n: own}.get(payer, Fraction(0))
                total += units * part * price
    if payer in ("*", "common"):
        total += sum(count * pools.industry[u].price for (u, k), count in purchases.expansions.items() if k in periods)
    return total
