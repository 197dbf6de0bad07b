"""`allocator.solve` against the oracles: what it claims of one instance under one model, and what is true."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from typing import Any

import allocator
from allocator.model import Model
from tests.oracle import brute, formulation
from tests.oracle.compare import disagreements

MEASURED = {"gap", "risk", "cost", "burden"}
Differ = Callable[[str, Any, Any], None]


def as_model(model: dict[str, Any]) -> Model:
    kept: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in model.items() if v is not None}
    return Model(**kept)


def check(obj: dict[str, Any], model: dict[str, Any], enumerate_up_to: int = 0, **options: Any) -> list[str]:
    """Every disagreement; the truth is enumeration where it is small enough, else the formulation."""
    plan = allocator.solve(allocator.Instance.from_dict(obj), as_model(model), gap=0, **options).to_dict()
    truth = None
    if enumerate_up_to:
        with suppress(brute.TooMany):
            truth = brute.solve(obj, model, enumerate_up_to)
    if truth is None:
        truth = formulation.solve(obj, model)
    claim = {
        "status": plan["status"],
        "values": {r["objective"]: r["value"] for r in plan["objectives"]},
        "stages": {r["objective"]: r["value"] for r in plan["manifest"]["stages"]},
    }
    found = disagreements(model, truth, claim)
    if plan["status"] == "error":
        found.append(plan["reason"])
    return found + (tables(obj, model, plan) if plan["status"] == "optimal" else [])


def tables(obj: dict[str, Any], model: dict[str, Any], plan: dict[str, Any]) -> list[str]:
    """The result tables, recomputed from the decisions in `solve --json`; and is the plan a plan?"""
    judge = brute.Judge(obj, model)
    decided = brute.plan_of(plan)
    found = judge.faults(decided)
    if found:
        return found

    def differ(what: str, truth: Any, claim: Any) -> None:
        same = truth == claim
        if isinstance(truth, Fraction) and claim is not None:
            same = abs(float(truth) - claim) <= 1e-9 * max(1, abs(float(truth)))
        if not same:
            found.append(f"{what}: {float(truth) if isinstance(truth, Fraction) else truth} against {claim}")

    for check_table in (_deployments, _coverage, _leaders, _nations, _orders, _industry):
        check_table(judge, decided, plan, differ)
    values = judge.values(decided)
    for row in plan["objectives"]:
        differ(f"objective {row['objective']}", values[row["objective"]], row["value"])
    listed = sorted(r["objective"] for r in plan["objectives"])
    differ("objectives, each once", sorted(MEASURED | set(judge.order)), listed)
    return found


def _deployments(judge: brute.Judge, decided: brute.Plan, plan: dict[str, Any], differ: Differ) -> None:
    rows = plan["deployments"]
    differ("deployments, each once", len(decided.deploy), len(rows))
    for row in rows:
        what = f"deployments {row}"
        differ(what, row["units"] * judge.people[row["unit_type"]], row["personnel"])
        differ(what, row["units"] * judge.price[row["unit_type"]], row["cost"])


def _coverage(judge: brute.Judge, decided: brute.Plan, plan: dict[str, Any], differ: Differ) -> None:
    lines = {(r["task"], r["capability"], r["period"]): r for r in plan["coverage"]}
    differ("coverage, each line once", len(lines), len(plan["coverage"]))
    for row, asked in zip(judge.rows, judge.obj["requirements"], strict=False):  # the given ones come first
        for t in row["periods"]:
            line = lines.pop((asked["task"], row["capability"], t), None)
            differ(f"coverage: a line for {asked['task']}, {row['capability']}, {t}", True, line is not None)
            if line is not None:
                supplied = judge.supplied(decided, row, t)
                differ("coverage required", row["quantity"], line["required"])
                differ("coverage supplied", supplied, line["supplied"])
                differ("coverage shortfall", max(Fraction(0), row["quantity"] - supplied), line["shortfall"])
                differ("coverage objective", judge.about(asked["task"]), line["objective"])
    for line in lines.values():
        differ(f"coverage: a line of nothing asked, {line}", 0, line["required"])


def _leaders(judge: brute.Judge, decided: brute.Plan, plan: dict[str, Any], differ: Differ) -> None:
    led = set()
    if "framework_nation" in judge.families:
        shares = {j: brute.cell(r, "framework_share", 0) for j, r in judge.tasks.items()}
        led = {j for _, _, j, _ in decided.deploy if shares[j] > 0}
    differ("leaders, one a task", sorted(led), sorted(r["task"] for r in plan["leaders"]))
    for row in plan["leaders"]:
        n, named = row["nation"], judge.tasks[row["task"]].get("framework_nation")
        fits = judge.nation_rows[n].get("can_lead") is True and named in (None, n)
        differ(f"{n} leads {row['task']}", True, fits and judge.leads(decided, row["task"], n))


def _nations(judge: brute.Judge, decided: brute.Plan, plan: dict[str, Any], differ: Differ) -> None:
    own, parts = judge.own(decided), judge.parts(decided)
    bought = judge.own(brute.Plan(orders=decided.orders, joint=decided.joint))
    total, borne = sum(own.values()), judge.borne(decided)
    differ("nations, every one", list(own), [r["nation"] for r in plan["nations"]])
    for row in plan["nations"]:
        n = row["nation"]
        counted = n not in judge.collective
        peak = max(
            sum(judge.people[k[1]] * v for k, v in decided.deploy.items() if (k[0], k[3]) == (n, t))
            for t in judge.periods
        )
        differ(f"{n} member", any(k[0] == n for k in decided.deploy) if counted else None, row["member"])
        differ(f"{n} personnel", peak, row["personnel"])
        differ(f"{n} cost", own[n], row["cost"])
        differ(f"{n} procurement", bought[n], row["procurement"])
        differ(f"{n} common_part", parts[n] if judge.part and counted else None, row["common_part"])
        differ(f"{n} share", own[n] / total if total else Fraction(0), row["share"])
        differ(f"{n} burden", 1000 * borne[n] / judge.years / judge.gdp[n] if n in borne else None, row["burden"])


def _orders(judge: brute.Judge, decided: brute.Plan, plan: dict[str, Any], differ: Differ) -> None:
    differ("orders, each once", len(decided.orders), len(plan["orders"]))
    for row in plan["orders"]:
        key = (row["nation"], row["unit_type"], row["period"])
        whole, fund = judge.order_cost(key, row["units"], row["joint"])
        differ(f"orders ready {row}", row["period"] + judge.lead[key[:2]], row["ready"])
        differ(f"orders cost {row}", whole, row["cost"])
        differ(f"orders common {row}", fund, row["common"])


def _industry(judge: brute.Judge, decided: brute.Plan, plan: dict[str, Any], differ: Differ) -> None:
    lines = []
    if {"industry", "acquisition"} <= set(judge.families):
        lines = sorted((u, t) for u in judge.industry for t in judge.periods)
    differ("industry, a line each", lines, sorted((r["unit_type"], r["period"]) for r in plan["industry"]))
    for row in plan["industry"]:
        u, t = row["unit_type"], row["period"]
        differ(f"industry deliveries {row}", judge.delivered(decided, u, t), row["deliveries"])
        differ(f"industry capacity {row}", judge.capacity(decided, u, t), row["capacity"])
        differ(f"industry expansions {row}", decided.expand.get((u, t), 0), row["expansions"])
