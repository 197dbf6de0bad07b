"""The shares of a plan's cost and coverage that depend on assumptions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from allocator.instance.assumed import assumed, totals
from allocator.instance.facts import Facts
from allocator.plan.values import Deployed, supplies
from allocator.problem import Problem
from allocator.purchases import bought

COST = {"personnel", "operating_cost", "rotation_cost", "rotation_ratio"}
"""Figures of a unit type on which the cost of its deployments depends, in addition to the size of the pool."""

PRICES = {"acquisitions": "price", "industry": "expansion_price", "joint_purchases": "discount"}
"""Table -> the figure on which the cost of orders and expansions depends."""


def assumptions(instance: Facts, problem: Problem | None, deployed: Deployed | None) -> dict[str, Any] | None:
    """The number of figures, how many of them are assumed, and the shares of cost and coverage that depend on those.

    Parameters
    ----------
    instance : Instance
    problem : Problem or None
        The instance as the solve read it; None if it was stopped before.
    deployed : mapping or None
        The plan's deployments; None if there is no plan.

    Returns
    -------
    dict or None
        ``figures``, ``assumed``, ``cost_share`` and ``coverage_share`` (0 to 1; None if there is no plan, no cost or no
        coverage); None instead of the dict if no source of the instance is an assumption.
    """
    figures = totals(instance)
    if figures is None:
        return None
    if problem is None or deployed is None:
        return {**figures, "cost_share": None, "coverage_share": None}
    return {**figures, "cost_share": cost_share(problem, deployed), "coverage_share": coverage_share(problem, deployed)}


def cost_share(problem: Problem, deployed: Deployed) -> float | None:
    """Share of the cost that depends on an assumption.

    It is spent on unit types with an assumed figure of :data:`COST`, on assumed pools, and on orders and expansions
    with an assumed figure of :data:`PRICES`.
    """
    tables, money = problem.instance.tables, problem.money
    kinds = {row["unit_type"] for row in tables["unit_types"] if assumed("unit_types", row) & COST}
    pools = {(row["nation"], row["unit_type"]) for row in tables["forces"] if "units" in assumed("forces", row)}
    total = doubtful = Fraction(0)
    for (n, u, _, _), units in deployed.items():
        cost = money.unit_cost[u] * units
        total += cost
        doubtful += cost if u in kinds or (n, u) in pools else 0
    guessed = {table: [r for r in tables[table] if figure in assumed(table, r)] for table, figure in PRICES.items()}
    programmes = {(row["nation"], row["unit_type"]) for row in guessed["acquisitions"]}
    joint, built = ({row["unit_type"] for row in guessed[table]} for table in ("joint_purchases", "industry"))
    purchases = bought(deployed)
    for (n, u, _), (units, together) in purchases.orders.items():
        for count, jointly in ((units - together, False), (together, True)):
            cost = count * sum(money.prices(n, u, joint=jointly), start=Fraction(0)) if count else Fraction(0)
            total += cost
            doubtful += cost if (n, u) in programmes or (jointly and u in joint) else 0
    for (u, _), expansions in purchases.expansions.items():
        cost = expansions * problem.pools.industry[u].price
        total += cost
        doubtful += cost if u in built else 0
    return float(doubtful / total) if total else None


def coverage_share(problem: Problem, deployed: Deployed) -> float | None:
    """Share of the coverage, weighted as in the objective ``gap``, that depends on an assumption.

    The coverage of a requirement depends on one if its quantity is assumed, and in those periods in which a unit
    supplies it with an assumed yield.
    """
    tables = problem.instance.tables
    guesses = {(row["unit_type"], row["capability"]) for row in tables["yields"] if "amount" in assumed("yields", row)}
    supplied = supplies(problem, deployed)
    by_guess = {
        (where, c, t)
        for _, u, j, t in deployed
        for c, amount in problem.amount.get(u, {}).items()
        if amount > 0 and (u, c) in guesses
        for where in (j, "*")
    }
    total = doubtful = Fraction(0)
    given = [row for row in problem.rows if row.given]
    for row, source in zip(given, tables["requirements"], strict=True):
        guessed = "quantity" in assumed("requirements", source)
        for t in row.periods if row.weight else ():
            key = (row.place, row.capability, t)
            missed = row.counted(min(row.quantity, max(Fraction(0), row.quantity - supplied[key])))
            covered = row.weight * (1 - missed / row.whole) / len(row.periods)
            total += covered
            doubtful += covered if guessed or key in by_guess else 0
    return float(doubtful / total) if total else None
