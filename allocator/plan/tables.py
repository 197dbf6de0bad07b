"""The values of the objectives and the result tables of a set of deployments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from allocator.model import MEASURED
from allocator.outcome import Bounds
from allocator.problem import Problem, Row

Deployed = Mapping[tuple[str, str, str, int], int]
"""(nation, unit type, task, period) -> units, 1 or more."""

COLUMNS = {
    "deployments": ("nation", "unit_type", "task", "period", "units", "personnel", "cost"),
    "coverage": ("task", "objective", "capability", "period", "required", "supplied", "shortfall"),
    "objectives": ("objective", "value", "given_up", "bound", "relative_gap"),
    "leaders": ("task", "nation"),
    "nations": ("nation", "member", "personnel", "cost", "burden", "share", "procurement", "common_part"),
    "orders": ("nation", "unit_type", "period", "units", "joint", "ready", "cost", "common"),
    "industry": ("unit_type", "period", "deliveries", "capacity", "expansions"),
}
"""Result tables and their columns (specification of results: README)."""


def objective_values(problem: Problem, deployed: Deployed) -> dict[str, Fraction]:
    """The exact values of all four objectives of a plan, in their own units."""
    supplied = supplies(problem, deployed)
    gap = Fraction(0)
    for row, share in problem.weighed:
        short = sum(max(Fraction(0), row.quantity - supplied[place(row), row.capability, t]) for t in row.periods)
        gap += share * short if short else 0
    people: dict[tuple[str, str], int] = defaultdict(int)
    own: dict[str, int] = defaultdict(int)
    everyone = 0
    parts, coins = problem.coins
    for (n, u, j, _), units in deployed.items():
        whole, paid = coins[u]
        people[n, problem.objective_of[j]] += problem.personnel[u] * units
        own[n] += paid * units
        everyone += whole * units
    reluctant = sum(((1 - problem.willingness[stance]) * heads for stance, heads in people.items()), start=Fraction(0))
    heaviest = max((spent / problem.gdp[n] for n, spent in own.items() if n in problem.gdp), default=Fraction(0))
    return {
        "gap": gap,
        "risk": reluctant * problem.months / 1000,
        "cost": Fraction(everyone, parts),
        "burden": 1000 * heaviest / (parts * problem.years),
    }


def supplies(problem: Problem, deployed: Deployed) -> dict[tuple[str, str, int], Fraction]:
    """Net supply by place, capability and period; the place of a theatre capability is ``*``."""
    parts, grains = problem.grains
    supplied: dict[tuple[str, str, int], int] = defaultdict(int)
    for (_, u, j, t), units in deployed.items():
        for c, amount in grains.get(u, {}).items():
            supplied["*" if c in problem.theatre else j, c, t] += amount * units
    return defaultdict(Fraction, {key: Fraction(amount, parts) for key, amount in supplied.items()})


def place(row: Row) -> str:
    """Where a requirement is supplied: its task, or ``*`` for the theatre."""
    return "*" if row.theatre else row.task


def tables(problem: Problem, deployed: Deployed, bounds: Mapping[str, Bounds]) -> dict[str, list[dict[str, Any]]]:
    """The result tables of a plan, as lists of rows."""
    supplied = supplies(problem, deployed)
    parts, coins = problem.coins
    own: dict[str, int] = defaultdict(int)
    people: dict[tuple[str, int], int] = defaultdict(int)
    for (n, u, _, t), units in deployed.items():
        own[n] += coins[u][1] * units
        people[n, t] += problem.personnel[u] * units
    everyone = sum(own.values())
    members = {n for n, _, _, _ in deployed}
    values = objective_values(problem, deployed)
    coverage = []
    for row in problem.rows:
        for t in row.periods if row.given else ():
            net = supplied[place(row), row.capability, t]
            figures = (row.quantity, net, max(Fraction(0), row.quantity - net))
            named = (row.task, problem.objective_of[row.task], row.capability, t)
            coverage.append(dict(zip(COLUMNS["coverage"], (*named, *map(float, figures)), strict=True)))
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
        "coverage": coverage,
        "objectives": [_objective(name, float(values[name]), bounds.get(name)) for name in MEASURED],
        "nations": [
            {
                "nation": n,
                "member": n in members,
                "personnel": max((people[n, t] for t in problem.PERIODS), default=0),
                "cost": own[n] / parts,
                "burden": float(1000 * own[n] / (parts * problem.years * problem.gdp[n])) if n in problem.gdp else None,
                "share": own[n] / everyone if everyone else 0.0,
            }
            for n in problem.NATIONS
        ],
    }


def _objective(name: str, value: float, bounds: Bounds | None) -> dict[str, Any]:
    """A row of ``objectives``: the plan's value, the part given up for later objectives, and the proved bound."""
    proved = (None, None, None) if bounds is None else bounds.beside(value)
    return dict(zip(COLUMNS["objectives"], (name, value, *proved), strict=True))
