"""`allocator.solve` against the oracles: what it claims of one instance under one model, and what is true."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import Any

import allocator
from allocator.model import Model
from tests.oracle import brute, formulation
from tests.oracle.compare import disagreements


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
    """The result tables of spec 4, recomputed from the deployments; and is the plan a plan?"""
    judge = brute.Judge(obj, model)
    deployed = brute.plan_of(plan["deployments"])
    found = judge.faults(deployed)
    if found:
        return found

    def differ(what: str, truth: Any, claim: Any) -> None:
        same = truth == claim
        if isinstance(truth, Fraction) and claim is not None:
            same = abs(float(truth) - claim) <= 1e-9 * max(1, abs(float(truth)))
        if not same:
            found.append(f"{what}: {float(truth) if isinstance(truth, Fraction) else truth} against {claim}")

    if len(deployed) != len(plan["deployments"]) or min(deployed.values(), default=1) < 1:
        found.append("deployments: a row twice, or one of no units")
    for row in plan["deployments"]:
        what = f"deployments {row}"
        differ(what, row["units"] * judge.people[row["unit_type"]], row["personnel"])
        differ(what, row["units"] * judge.price[row["unit_type"]], row["cost"])
    values = judge.values(deployed)
    for row in plan["objectives"]:
        differ(f"objective {row['objective']}", values[row["objective"]], row["value"])
    if {r["objective"] for r in plan["objectives"]} != set(values):
        found.append("objectives: not all four")

    lines = {(r["task"], r["capability"], r["period"]): r for r in plan["coverage"]}
    for row, asked in zip(judge.rows, obj["requirements"], strict=False):  # the given ones come first
        for t in row["periods"]:
            line = lines.pop((asked["task"], row["capability"], t), None)
            if line is None:
                found.append(f"coverage: no line for {asked['task']}, {row['capability']}, {t}")
                continue
            supplied = judge.supplied(deployed, row, t)
            differ("coverage required", row["quantity"], line["required"])
            differ("coverage supplied", supplied, line["supplied"])
            differ("coverage shortfall", max(Fraction(0), row["quantity"] - supplied), line["shortfall"])
            differ("coverage objective", judge.about(asked["task"]), line["objective"])
    found += [f"coverage: more than asked, {line}" for line in lines.values() if line["required"] != 0]

    own = {n: sum((judge.pays(n, k) * v for k, v in deployed.items()), Fraction(0)) for n in judge.nation_rows}
    total = sum(own.values())
    if [r["nation"] for r in plan["nations"]] != list(own):
        found.append("nations: not every one, or in another order")
    for row in plan["nations"]:
        n = row["nation"]
        gdp = judge.nation_rows[n].get("gdp")
        peak = max(
            sum(judge.people[k[1]] * v for k, v in deployed.items() if (k[0], k[3]) == (n, t))
            for t in range(1, judge.T + 1)
        )
        differ(f"{n} member", any(k[0] == n for k in deployed), row["member"])
        differ(f"{n} personnel", peak, row["personnel"])
        differ(f"{n} cost", own[n], row["cost"])
        differ(f"{n} share", own[n] / total if total else Fraction(0), row["share"])
        burden = None if gdp is None else own[n] / judge.years / brute.exact(gdp) * 1000
        differ(f"{n} burden", burden, row["burden"])
    return found
