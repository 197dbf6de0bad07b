"""Who could give what a line asks for, how much of it is in use, and what stops more: from facts, without a solve."""

from __future__ import annotations

from typing import Any

from allocator.audit import check_deployments
from allocator.explaining.calls import STOPS, Caller
from allocator.explaining.core import Core, Part
from allocator.plan.values import Deployed
from allocator.purchases import Decided, bought
from allocator.statement import Row

SHARED = "a rule that several nations share"
SHARED_RULES = {
    "requirement_supply": "support that it needs", "prerequisites_met": "prerequisite", "budget_payer": "money",
    "budget_burden": "money", "framework_nation_share": "framework nation",
}  # fmt: skip
"""Constraint of the check -> its name in the answer when it prevents a deployment."""

ALL_USED = "all that it has is deployed"


def could(core: Core, caller: Caller, targets: list[str], part: Part) -> list[dict[str, Any]]:
    """Every pool that supplies an unmet line: its units, those at the task and elsewhere, and what stops one more."""
    problem = core.base.problem
    assert problem is not None
    lines: dict[tuple[str, str], Row] = {}
    for row in problem.rows:
        name = f"{row.task}.{row.capability}"
        if not row.weight or not {name, "gap", problem.objective_of[row.task]}.intersection(targets):
            continue
        if core.unmet(problem, name, core.plan):
            lines.setdefault((row.task, row.capability), row)
    found: list[dict[str, Any]] = []
    for (j, c), line in lines.items():
        for (n, u), units in core.problem.pools.units.items():
            if problem.amount.get(u, {}).get(c, 0) <= 0 or not units or j not in problem.eligible[u]:
                continue
            if core.bench.over:
                part.open.append("could")
                return found
            at = [core.plan.get((n, u, j, t), 0) for t in line.periods]
            away = [
                sum(v for (m, w, k, s), v in core.plan.items() if (m, w, s) == (n, u, t) and k != j)
                for t in line.periods
            ]
            found.append(
                {
                    "target": f"{j}.{c}", "nation": n, "unit_type": u, "units": units, "here": max(at),
                    "elsewhere": max(away), "stops": _stops(core, caller, line, (n, u)),
                }
            )  # fmt: skip
    return found


def _stops(core: Core, caller: Caller, line: Row, pool: tuple[str, str]) -> list[str]:
    """What stops one more unit of a pool at the task of a line in each of its periods; empty if nothing does."""
    n, u = pool
    ready = [t for t in line.periods if t in core.ability.ready.get(pool, ())]
    if not ready:
        return ["not ready in time"]
    more: dict[Any, int] = dict(core.plan)
    least = core.problem.pools.min_units.get(pool, 1)
    for t in ready:
        cell = (n, u, line.task, t)
        more[cell] = core.plan[cell] + 1 if cell in core.plan else least
    plan: Deployed = Decided(more, bought(core.plan))
    if not caller.physical(plan) or any(_over(caller, pool, t, more) for t in ready):
        return [ALL_USED]
    way = caller.changes.cheapest(plan)
    if way.ids:
        return list(dict.fromkeys(STOPS[s.kind] for s in caller.movable if s.id in way.ids))
    broken = check_deployments(core.instance, core.model, plan, bought(plan))
    return list(dict.fromkeys(SHARED_RULES.get(violation.constraint, SHARED) for violation in broken))


def _over(caller: Caller, pool: tuple[str, str], t: int, plan: dict[Any, int]) -> bool:
    """Whether more of a pool would be deployed in a period than it has, orders aside."""
    used = sum(units for (n, u, _, s), units in plan.items() if ((n, u), s) == (pool, t))
    return pool not in caller.core.problem.pools.programmes and used > caller.owned(pool, t)
