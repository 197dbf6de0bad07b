"""How much the plans as good leave open: least and most people of a nation and an objective, and units of a type."""

from __future__ import annotations

from collections.abc import Callable, Collection
from fractions import Fraction
from math import ceil, gcd
from typing import Any, NamedTuple

from allocator.explaining.as_good import Space, space_of
from allocator.explaining.bench import Aim
from allocator.explaining.core import Core, Part
from allocator.explaining.why import NO_PLAN
from allocator.explaining.words import InWords
from allocator.families.rows import Term
from allocator.plan.values import Deployed
from allocator.problem import Problem
from allocator.purchases import Cell
from allocator.wording import plural

KINDS = ("nation", "objective", "unit_type")
"""What is counted."""


class Amount(NamedTuple):
    """Something that is counted: a sum over deployments, in whole steps."""

    kind: str
    name: str
    step: int
    weights: dict[Cell, int]

    def of(self, deployed: Deployed) -> int:
        """Steps in a plan."""
        return sum(self.weights.get(cell, 0) * units for cell, units in deployed.items())


def ranges(core: Core, kinds: Collection[str] = KINDS) -> Part:
    """Least and most of everything of some kinds among the plans as good, as means over the periods.

    Where a value stays open, it is a proved bound.
    """
    if not core.base.found:
        return Part({"ranges": []}, open=[NO_PLAN])
    space = space_of(core)
    part = Part({"ranges": []})
    problem = core.base.problem
    assert problem is not None
    for amount in amounts(problem):
        if amount.kind not in kinds:
            continue
        core.progress(f"least and most of {_called(core.names, amount)}")
        low, least_open = least(space, amount)
        high, most_open = most(space, problem, amount)
        if least_open or most_open:
            part.open.append(f"ranges {amount.name}")
        ends = {
            name: float(Fraction(steps * amount.step, problem.last)) for name, steps in (("low", low), ("high", high))
        }
        part.lists["ranges"].append({"kind": amount.kind, "name": amount.name, **ends})
    left = {f"ranges {row['name']}" for row in part.lists["ranges"] if row["kind"] == "nation"}.intersection(part.open)
    free = [
        row
        for row in part.lists["ranges"]
        if row["kind"] == "nation" and row["high"] > row["low"] and f"ranges {row['name']}" not in left
    ]
    if free:
        widest = sorted(free, key=lambda row: row["low"] - row["high"])[:4]
        names = InWords(core.instance)
        shown = ", ".join(f"{names.nation(row['name'])} {row['low']:,.6g} to {row['high']:,.6g}" for row in widest)
        part.text.append(f"How many people a nation sends is partly free: {shown}.")
    elif left:
        part.text.append("Whether the number of people that a nation sends is free is not settled yet.")
    else:
        part.text.append("Every plan as good asks the same number of people of each nation.")
    return part


def _called(names: InWords, amount: Amount) -> str:
    """What an amount is, in words."""
    if amount.kind == "unit_type":
        return plural(names.unit(amount.name))
    nation = amount.kind == "nation"
    return (
        f"people {'from' if nation else 'for'} {names.nation(amount.name) if nation else names.objective(amount.name)}"
    )


def amounts(problem: Problem) -> list[Amount]:
    """Nations, objectives and unit types, in the order of the tables."""

    def counted(kind: str, names: list[str], of: Callable[[Cell], str], size: Callable[[Cell], int]) -> list[Amount]:
        cells: dict[str, dict[Cell, int]] = {name: {} for name in names}
        for cell in problem.deployments():
            cells[of(cell)][cell] = size(cell)
        found = []
        for name, weights in cells.items():
            step = gcd(*weights.values()) or 1
            found.append(Amount(kind, name, step, {cell: size // step for cell, size in weights.items()}))
        return found

    people: Callable[[Cell], int] = lambda cell: problem.personnel[cell[1]]  # noqa: E731
    return [
        *counted("nation", problem.NATIONS, lambda cell: cell[0], people),
        *counted("objective", problem.OBJECTIVES, lambda cell: problem.objective_of[cell[2]], people),
        *counted("unit_type", problem.UNITS, lambda cell: cell[1], lambda cell: 1),
    ]


def least(space: Space, amount: Amount) -> tuple[int, bool]:
    """Least steps of an amount, and whether that is only a bound."""
    best = min(space.plans, key=amount.of)
    if amount.of(best) == 0:
        return 0, False
    return _solved(space, amount, best, 1, 0)


def most(space: Space, problem: Problem, amount: Amount) -> tuple[int, bool]:
    """Most steps of an amount, and whether that is only a bound."""
    best = max(space.plans, key=amount.of)
    limit = _limit(problem, amount)
    if amount.of(best) == limit:
        return limit, False
    found, is_open = _solved(space, amount, best, -1, limit)
    return limit - found, is_open


def _limit(problem: Problem, amount: Amount) -> int:
    """Steps that no plan exceeds, from pools alone."""
    together: dict[tuple[str, str, int], list[tuple[int, int]]] = {}
    for (n, u, j, t), weight in amount.weights.items():
        together.setdefault((n, u, t), []).append((weight, problem.cap[n, u, j][t]))
    return sum(
        max(weight for weight, _ in cells) * min(problem.pool_cap[n, u][t], sum(cap for _, cap in cells))
        for (n, u, t), cells in together.items()
    )


def _solved(space: Space, amount: Amount, best: Deployed, sign: int, limit: int) -> tuple[int, bool]:
    """Least of ``limit`` and the steps, times a sign, together; a bound of it where it stays open."""

    def terms(m: Any, problem: Problem) -> list[Term]:
        return [
            (float(limit), m.one),
            *((float(sign * weight), m.deploy[cell]) for cell, weight in amount.weights.items()),
        ]

    aim = Aim("amount", terms, lambda problem, deployed: Fraction(limit + sign * amount.of(deployed)), True)
    if space.core.bench.over:
        return 0, True
    outcome = space.run(aim, plans=[best], gap=0.0, limit=space.patience)
    known = limit + min(sign * amount.of(plan) for plan in space.plans)
    bound = outcome.bounds[aim.name].bound if aim.name in outcome.bounds else 0.0
    bound = max(0, ceil(bound - 1e-6 * max(1.0, bound)))
    return (known, False) if bound >= known else (bound, True)
