"""Every plan of a tiny instance, and the best of those that the judge accepts.

Shares nothing with `formulation.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from tests.oracle.judge import Judge
from tests.oracle.known import Force, Key, Plan, cell, exact

__all__ = ["Judge", "Plan", "TooMany", "cell", "exact", "lists", "plan_of", "plans", "pool_plans", "solve"]


class TooMany(Exception):
    """More plans than asked for."""


def _purchases(judge: Judge, force: Force) -> list[Plan]:
    """What one programme can order, and buy together with others."""
    found = [Plan()]
    for k in judge.order_periods(force):
        row, key, wider = judge.programmes[force], (*force, k), []
        for plan in found:
            most = int(row["max_units"]) - sum(plan.orders.values())
            for units in [0, *range(int(cell(row, "min_order", 1)), most + 1)]:
                for joint in range(units + 1 if judge.can_join(force[1]) else 1):
                    more = Plan(orders={key: units} if units else {}, joint={key: joint} if joint else {})
                    wider.append(plan.plus(more))
        found = wider
    return found


def pool_plans(judge: Judge, force: Force, limit: int) -> list[Plan]:
    """What one pool can do: what is usable, the minimum and promises speak of one pool alone, so they prune here."""
    keys = [(*force, j, t) for t in judge.periods for j in judge.tasks if not judge.bars((*force, j, t))]
    least = cell(judge.pool[force], "min_units", 1) if "minimum_contribution" in judge.families else 1
    promises = []
    if "commitments" in judge.families:
        promises = [r for r in judge.table("commitments") if (r["nation"], r["unit_type"]) == force]
    done = []
    for bought in _purchases(judge, force):
        most = max(int(judge.usable(force, a, a, bought.orders)) for a in judge.periods)
        found: list[dict[Key, int]] = [{}]
        for key in keys:
            wider = []
            for here in found:
                for units in [0, *range(max(1, least), most + 1)]:
                    used: dict[int, int] = {key[3]: units}
                    for k, v in here.items():
                        used[k[3]] = used.get(k[3], 0) + v
                    if judge.sustained(force, used, bought.orders):
                        wider.append({**here, key: units} if units else here)
            found = wider
            if len(found) > limit:
                raise TooMany
        for deployed in found:
            plan = bought._replace(deploy=deployed)
            if all(judge.promised(plan, r) for r in promises):
                done.append(plan)
        if len(done) > limit:
            raise TooMany
    return done


def _expansions(judge: Judge, u: str) -> list[Plan]:
    found = [Plan()]
    most = int(cell(judge.industry[u], "max_expansions", 0))
    for k in judge.expand_periods(u):
        found = [
            plan.plus(Plan(expand={(u, k): times})) if times else plan
            for plan in found
            for times in range(most - sum(plan.expand.values()) + 1)
        ]
    return found


def _joined(judge: Judge, parts: Iterable[list[Plan]], limit: int) -> list[Plan]:
    """One plan of each part together; those that nothing added can save are left out on the way."""
    found = [Plan()]
    for part in parts:
        if len(found) * len(part) > limit:
            raise TooMany
        wider = [plan.plus(more) for plan in found for more in part]
        found = [plan for plan in wider if next(judge.exceeded(plan), None) is None]
    return found


def plans(judge: Judge, limit: int) -> list[Plan]:
    """Every plan that may hold."""
    parts = [_expansions(judge, u) for u in judge.industry]
    orphans = [r for r in judge.table("commitments") if (r["nation"], r["unit_type"]) not in judge.pool]
    if "commitments" in judge.families and not all(judge.promised(Plan(), r) for r in orphans):
        return []
    return _joined(judge, [*parts, *(pool_plans(judge, force, limit) for force in judge.pool)], limit)


def solve(obj: dict[str, Any], model: dict[str, Any], limit: int = 200_000) -> dict[str, Any]:
    """The lexicographic optimum over every plan; raises TooMany above `limit` plans."""
    judge = Judge(obj, model)
    best = [plan for plan in plans(judge, limit) if next(judge.broken(plan), None) is None]
    if not best:
        return {"status": "infeasible", "values": {}, "stages": {}, **lists(judge, Plan())}
    stages = {}
    for objective in judge.order:
        values = [judge.value(plan, objective) for plan in best]
        optimum = stages[objective] = min(values)
        hold = (1 + judge.tolerance) * optimum + Fraction(1, 10**6) * max(Fraction(1), abs(optimum))
        least = best[values.index(optimum)]
        best = [plan for plan, value in zip(best, values, strict=True) if value <= hold]
    return {"status": "optimal", "values": judge.values(least), "stages": stages, **lists(judge, least)}


def lists(judge: Judge, plan: Plan) -> dict[str, list[dict[str, Any]]]:
    """The decisions of a plan as the tables `deployments`, `orders` and `industry` have them."""
    return {
        "deployments": [
            {"nation": n, "unit_type": u, "task": j, "period": t, "units": v}
            for (n, u, j, t), v in sorted(plan.deploy.items())
        ],
        "orders": [
            {"nation": n, "unit_type": u, "period": k, "units": v, "joint": plan.joint.get((n, u, k), 0)}
            for (n, u, k), v in sorted(plan.orders.items())
        ],
        "industry": [
            {"unit_type": u, "period": k, "expansions": plan.expand.get((u, k), 0)}
            for u in judge.industry
            for k in judge.periods
        ],
    }


def plan_of(answer: dict[str, Any]) -> Plan:
    """The decisions of an answer's tables."""
    rows = answer["deployments"]
    deploy = {(r["nation"], r["unit_type"], r["task"], int(r["period"])): int(r["units"]) for r in rows}
    orders, joint = (
        {(r["nation"], r["unit_type"], int(r["period"])): int(r[name]) for r in answer["orders"] if int(r[name])}
        for name in ("units", "joint")
    )
    expand = {(r["unit_type"], int(r["period"])): int(r["expansions"]) for r in answer["industry"] if r["expansions"]}
    return Plan(deploy, orders, joint, expand)
