"""Compares requirements with what nations can sustain, capability by capability, without a solve."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import Any

from allocator.instance import Instance
from allocator.model import Model
from allocator.problem import Problem

Stock = dict[tuple[str, str], dict[int, int]]
"""(nation, unit type) -> period -> units."""


def offers(instance: Instance, model: Model) -> list[dict[str, Any]]:
    """One row per capability: asked, and what can be sustained, in its unit and in the period that asks for the most.

    Sustained are the units that a pool can have deployed in every period in which it may deploy at all, so that the
    figure means the same whatever the length of the horizon. The offer counts each pool at the task where it supplies
    the most, without regard to the other pools. ``by_period`` has what is asked and offered in each period,
    ``by_nation`` what each nation alone can sustain. If units that are used up supply a capability, its row is for the
    whole horizon, ``period`` is None and ``by_period`` empty.
    """
    problem = Problem(instance, model)
    asked: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
    for row in problem.rows:
        for t in row.periods:
            asked[row.capability, t] += row.quantity
    used_up = {row["unit_type"] for row in instance.rows("unit_types") if row["expendable"]}
    pools = sustained(problem, used_up)
    supplied = _delivered(problem, pools, used_up)
    rows = []
    for capability in instance.rows("capabilities"):
        c = capability["capability"]
        gives = {pool for pool in pools if problem.amount[pool[1]].get(c, 0) > 0}
        here = {pool: supplied[pool] for pool in pools if pool in gives}
        period, by_period = None, {}
        if not any(u in used_up for _, u in here):
            by_period = {t: _sum(problem, c, here, [t]) for t in problem.PERIODS}
            _, _, period = max((asked[c, t], -by_period[t], t) for t in problem.PERIODS)
        periods = list(problem.PERIODS) if period is None else [period]
        there = {pool[0] for pool in gives if any(pools[pool].get(t) for t in periods)}
        rows.append(
            {
                "capability": c,
                "name": capability["name"],
                "unit": capability["unit"],
                "period": period,
                "asked": float(sum(asked[c, t] for t in periods)),
                "offered": float(_sum(problem, c, here, periods)),
                "units": sum(units.get(t, 0) for units in here.values() for t in periods),
                "pools": len(here),
                "nations": len(there - problem.money.collective),
                "collectives": len(there & problem.money.collective),
                "by_nation": _by_nation(problem, c, {pool: pools[pool] for pool in pools if pool in gives}, periods),
                "by_period": [
                    {"period": t, "asked": float(asked[c, t]), "offered": float(offered)}
                    for t, offered in by_period.items()
                ],
                "consumed": any(amounts.get(c, 0) < 0 for amounts in problem.amount.values()),
            }
        )
    return rows


def _by_nation(problem: Problem, capability: str, pools: Stock, periods: list[int]) -> list[dict[str, Any]]:
    """What each nation alone can sustain of a capability in some periods, the most first."""
    found: dict[str, list[Fraction | int]] = defaultdict(lambda: [0, Fraction(0)])
    for (n, u), units in pools.items():
        there = sum(units.get(t, 0) for t in periods)
        found[n] = [found[n][0] + there, found[n][1] + problem.amount[u][capability] * there]
    listed = sorted(found.items(), key=lambda each: (-each[1][1], each[0]))
    return [{"nation": n, "units": units, "offered": float(offered)} for n, (units, offered) in listed if units]


def _delivered(problem: Problem, pools: Stock, used_up: set[str]) -> Stock:
    """Units of each pool if those of all nations together are no more than industry can deliver."""
    found = {pool: dict(units) for pool, units in pools.items()}
    every = list(problem.PERIODS)
    for u in problem.pools.industry:
        for span in [every] if u in used_up else [[t] for t in every]:
            over = sum(units.get(t, 0) for pool, units in found.items() if pool[1] == u for t in span)
            over -= problem.pools.together(u, span[0], span[-1])
            for pool, t in [(pool, t) for pool in found if pool[1] == u for t in span][::-1]:
                less = min(max(0, over), found[pool].get(t, 0))
                if less:
                    found[pool][t] -= less
                    over -= less
    return found


def _sum(problem: Problem, capability: str, pools: Stock, periods: list[int]) -> Fraction:
    """What pools give together in some periods."""
    return sum(
        (problem.amount[u][capability] * units.get(t, 0) for (_, u), units in pools.items() for t in periods),
        start=Fraction(0),
    )


def sustained(problem: Problem, used_up: set[str]) -> Stock:
    """Units of each pool that can be deployed in all the periods in which it may deploy; of what is used up, a stock.

    A stock is spread over the periods as it comes: only its sum over the horizon has a meaning.
    """
    possible: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for (n, u, _), caps in problem.cap.items():
        for t, most in caps.items():
            possible[n, u][t] = max(most, possible[n, u].get(t, 0))
    found: Stock = {}
    for pool, caps in possible.items():
        limits = [
            (problem.pools.most(pool, window), {t: n for t, n in window.counts.items() if t in caps})
            for window in problem.pools.windows(pool)
        ]
        limits += [(most, dict.fromkeys(caps.keys() & set(periods), 1)) for most, periods in _affordable(problem, pool)]
        units = _stock(caps, limits) if pool[1] in used_up else _constant(caps, limits)
        least = max(1, problem.pools.min_units[pool])
        found[pool] = {t: units[t] for t in sorted(caps) if units[t] >= least}
    return found


def _constant(caps: Mapping[int, int], limits: Sequence[tuple[int, Mapping[int, int]]]) -> dict[int, int]:
    """Most units in each period if a limit on several periods is shared equally between them."""
    units = dict(caps)
    for most, counts in limits:
        for t in counts:
            units[t] = min(units[t], most // sum(counts.values()))
    return units


def _stock(caps: Mapping[int, int], limits: Sequence[tuple[int, Mapping[int, int]]]) -> dict[int, int]:
    """Units in each period if as many as possible are used as soon as possible."""
    units: dict[int, int] = {}
    for t in sorted(caps):
        left = [most - sum(units.get(other, 0) for other in counts) for most, counts in limits if t in counts]
        units[t] = max(0, min([caps[t], *left]))
    return units


def _affordable(problem: Problem, pool: tuple[str, str]) -> Iterator[tuple[int, range]]:
    """Unit-periods of a pool that each budget can pay for, with the periods of the budget."""
    n, u = pool
    money = problem.money
    if not problem.has("budget"):
        return
    for payer, cost in (("common", money.common_of(n)[u]), ("*", money.unit_cost[u]), (n, money.own_of(n)[u])):
        for amount, periods in money.budgets_of.get(payer, ()) if cost else ():
            yield floor(amount / cost), periods


def unusable(instance: Instance, model: Model) -> list[dict[str, Any]]:
    """Pools with units of which no whole one can be used in any period, once availability and home_units are met."""
    pools = Problem(instance, model).pools
    rows = []
    for pool in pools.units:
        owned = [pools.owned(pool, t, t) for t in range(1, pools.last + 1)]
        usable = max(pools.usable(pool, t, t) for t in range(1, pools.last + 1))
        if max(owned) and usable < 1 and not pools.arriving(pool, pools.last):
            rows.append({"nation": pool[0], "unit_type": pool[1], "units": max(owned), "usable": float(usable)})
    return rows
