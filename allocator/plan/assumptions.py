"""The shares of a plan's cost and coverage that depend on assumptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from allocator.exact import exact
from allocator.instance.assumed import assumed, totals
from allocator.plan.plan import Plan
from allocator.plan.values import Deployed, supplies
from allocator.problem import Problem

COST = {"personnel", "operating_cost", "rotation_cost", "rotation_ratio"}
"""Figures of a unit type on which the cost of its deployments depends, in addition to the size of the pool."""

PRICES = {"acquisitions": "price", "industry": "expansion_price", "joint_purchases": "discount"}
"""Table -> the figure on which the cost of orders and expansions depends."""


def assumptions(plan: Plan) -> dict[str, Any] | None:
    """The number of figures, how many of them are assumed, and the shares of cost and coverage that depend on those.

    Returns
    -------
    dict or None
        ``figures``, ``assumed``, ``cost_share`` and ``coverage_share`` (0 to 1; None if there is no plan, no cost or no
        coverage); None instead of the dict if no source of the instance is an assumption.
    """
    figures = totals(plan.instance)
    if figures is None:
        return None
    if not plan.found:
        return {**figures, "cost_share": None, "coverage_share": None}
    problem = Problem(plan.instance, plan.model)
    rows = plan.rows("deployments")
    deployed = {(row["nation"], row["unit_type"], row["task"], row["period"]): row["units"] for row in rows}
    cost = cost_share(problem, deployed, plan.rows("orders"), plan.rows("industry"))
    return {**figures, "cost_share": cost, "coverage_share": coverage_share(problem, deployed)}


def cost_share(
    problem: Problem,
    deployed: Deployed,
    orders: Sequence[Mapping[str, Any]] = (),
    industry: Sequence[Mapping[str, Any]] = (),
) -> float | None:
    """Share of the cost that depends on an assumption.

    It is spent on unit types with an assumed figure of :data:`COST`, on assumed pools, and on orders and expansions
    with an assumed figure of :data:`PRICES`.
    """
    tables = problem.instance.tables
    kinds = {row["unit_type"] for row in tables["unit_types"] if assumed("unit_types", row) & COST}
    pools = {(row["nation"], row["unit_type"]) for row in tables["forces"] if "units" in assumed("forces", row)}
    total = doubtful = Fraction(0)
    for (n, u, _, _), units in deployed.items():
        cost = problem.money.unit_cost[u] * units
        total += cost
        doubtful += cost if u in kinds or (n, u) in pools else 0
    guessed = {table: [r for r in tables[table] if figure in assumed(table, r)] for table, figure in PRICES.items()}
    programmes = {(row["nation"], row["unit_type"]) for row in guessed["acquisitions"]}
    joint, built = ({row["unit_type"] for row in guessed[table]} for table in ("joint_purchases", "industry"))
    for row in orders:
        cost = exact(row["cost"])
        total += cost
        doubtful += (
            cost
            if (row["nation"], row["unit_type"]) in programmes or (row["joint"] and row["unit_type"] in joint)
            else 0
        )
    for row in industry:
        cost = row["expansions"] * problem.pools.industry[row["unit_type"]].price
        total += cost
        doubtful += cost if row["unit_type"] in built else 0
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
