"""When two answers are the same answer."""

from __future__ import annotations

from typing import Any

from tests.oracle import brute, formulation


def disagreements(model: dict[str, Any], truth: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Where `other` differs from `truth`: status, each stage, the final value of each listed objective.

    Each is a solve's {"status", "values", "stages"}. The hold lets a later stage move an earlier objective by
    1e-6 * max(1, |v|) (or by the tolerance), so final values are compared only as far as they are pinned.
    """
    if truth["status"] != other["status"]:
        return [f"status: {truth['status']} against {other['status']}"]
    if truth["status"] != "optimal":
        return []
    found = []
    order = model.get("objectives") or ["gap", "risk", "cost", "burden"]
    for name in order:
        right, left = float(truth["stages"][name]), other["stages"].get(name)
        if left is not None and abs(right - float(left)) > 1e-6 * max(1, abs(right)):
            found.append(f"stage {name}: {right} against {float(left)}")
    loose = model.get("tolerance") or 0.0
    for name in order:
        right, left = float(truth["stages"][name]), float(other["values"][name])
        room = (loose if name != order[-1] else 0.0) * abs(right) + 2.1e-6 * max(1, abs(right))
        if not right - 2.1e-6 * max(1, abs(right)) <= left <= right + room:
            found.append(f"value {name}: {right} against {left}")
    return found


def oracles_disagree(obj: dict[str, Any], model: dict[str, Any], limit: int) -> list[str]:
    """Where formulation and enumeration differ; above `limit` plans, only whether the judge accepts the plan."""
    found = formulation.solve(obj, model)
    wrong = []
    if found["status"] == "optimal":
        judge = brute.Judge(obj, model)
        plan = brute.plan_of(found)
        wrong = judge.faults(plan)
        for name, value in ({} if wrong else judge.values(plan)).items():
            if abs(float(value) - found["values"][name]) > 1e-9 * max(1, abs(float(value))):
                wrong.append(f"value {name}: {float(value)} against {found['values'][name]}")
    try:
        return wrong + disagreements(model, brute.solve(obj, model, limit), found)
    except brute.TooMany:
        return wrong
