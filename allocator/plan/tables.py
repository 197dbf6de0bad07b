"""The result tables of a plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from allocator.outcome import Bounds
from allocator.plan.values import Deployed, Spending, leaders, objective_values, supplies
from allocator.problem import Problem
from allocator.purchases import bought

COLUMNS = {
    "deployments": ("nation", "unit_type", "task", "period", "units", "personnel", "cost"),
    "coverage": ("task", "objective", "capability", "period", "required", "supplied", "shortfall"),
    "objectives": ("objective", "value", "given_up", "bound", "relative_gap"),
    "leaders": ("task", "nation"),
    "nations": ("nation", "member", "personnel", "cost", "burden", "share", "procurement", "common_part"),
    "orders": ("nation", "unit_type", "period", "units", "joint", "ready", "cost", "common"),
    "industry": ("unit_type", "period", "deliveries", "capacity", "expansions"),
}
"""Result tables and their columns (docs/reference/results.md explains them)."""


def tables(problem: Problem, deployed: Deployed, bounds: Mapping[str, Bounds]) -> dict[str, list[dict[str, Any]]]:
    """The result tables of a plan, as lists of rows."""
    spending = Spending(problem, deployed)
    values = objective_values(problem, deployed)
    parts, coins = problem.money.coins
    return {
        "deployments": [
            {
                "nation": n,
                "unit_type": u,
                "task": j,
                "period": t,
                "units": units,
                "personnel": problem.personnel[u] * units,
                "cost": coins[u][0] * units / parts,
            }
            for (n, u, j, t), units in deployed.items()
        ],
        "coverage": _coverage(problem, deployed),
        "objectives": [_objective(name, float(values[name]), bounds.get(name)) for name in problem.model.measured],
        "leaders": [{"task": j, "nation": n} for j, n in leaders(problem, deployed).items()],
        "nations": _nations(problem, deployed, spending),
        "orders": _orders(problem, deployed),
        "industry": _industry(problem, deployed),
    }


def _coverage(problem: Problem, deployed: Deployed) -> list[dict[str, Any]]:
    supplied = supplies(problem, deployed)
    coverage = []
    for row in problem.rows:
        for t in row.periods if row.given else ():
            net = supplied[row.place, row.capability, t]
            figures = (row.quantity, net, max(Fraction(0), row.quantity - net))
            named = (row.task, problem.objective_of[row.task], row.capability, t)
            coverage.append(dict(zip(COLUMNS["coverage"], (*named, *map(float, figures)), strict=True)))
    return coverage


def _nations(problem: Problem, deployed: Deployed, spending: Spending) -> list[dict[str, Any]]:
    people: dict[tuple[str, int], int] = defaultdict(int)
    for (n, u, _, t), units in deployed.items():
        people[n, t] += problem.personnel[u] * units
    members = {n for n, _, _, _ in deployed}
    everyone = sum(spending.own.values())
    rows = []
    for n in problem.NATIONS:
        counted = n not in problem.money.collective
        own = spending.own[n]
        rows.append(
            {
                "nation": n,
                "member": n in members if counted else None,
                "personnel": max((people[n, t] for t in problem.PERIODS), default=0),
                "cost": float(own),
                "burden": float(spending.burden(n)) if n in problem.money.gdp else None,
                "share": float(own / everyone) if everyone else 0.0,
                "procurement": float(spending.procurement[n]),
                "common_part": float(spending.common_part(n)) if counted and problem.money.funding_keys else None,
            }
        )
    return rows


def _orders(problem: Problem, deployed: Deployed) -> list[dict[str, Any]]:
    rows = []
    for (n, u, k), (units, joint) in bought(deployed).orders.items():
        paid = [
            (count, *problem.money.prices(n, u, joint=together))
            for count, together in ((units - joint, False), (joint, True))
            if count
        ]
        cost = sum((count * (own + common) for count, own, common in paid), start=Fraction(0))
        common = sum((count * common for count, _, common in paid), start=Fraction(0))
        ready = k + problem.pools.programmes[n, u].lead
        rows.append(
            dict(zip(COLUMNS["orders"], (n, u, k, units, joint, ready, float(cost), float(common)), strict=True))
        )
    return rows


def _industry(problem: Problem, deployed: Deployed) -> list[dict[str, Any]]:
    purchases = bought(deployed)
    delivered: dict[tuple[str, int], int] = defaultdict(int)
    for (n, u, k), (units, _) in purchases.orders.items():
        delivered[u, k + problem.pools.programmes[n, u].lead] += units
    rows = []
    for u, industry in problem.pools.industry.items():
        for t in problem.PERIODS:
            expanded = sum(purchases.expansions.get((u, k), 0) for k in range(1, t - industry.lead + 1))
            capacity = industry.capacity + industry.expansion * expanded
            figures = (u, t, delivered[u, t], capacity, purchases.expansions.get((u, t), 0))
            rows.append(dict(zip(COLUMNS["industry"], figures, strict=True)))
    return rows


def _objective(name: str, value: float, bounds: Bounds | None) -> dict[str, Any]:
    """A row of ``objectives``: the plan's value, the part given up for later objectives, and the proved bound."""
    proved = (None, None, None) if bounds is None else bounds.beside(value)
    return dict(zip(COLUMNS["objectives"], (name, value, *proved), strict=True))
