"""Predictions of later contributions: rules of thumb, and plans of the optimiser for small instances in memory."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from building.history import Case, People
from building.writing import HERE

sys.path.insert(0, str(HERE.parent))  # the program that is beside the instances, installed or not
import allocator

OBJECTIVE, UNIT, CAPABILITY, TASK = "peace_on_land", "person_month", "troops", "mission"
MONTHS = 12  # a unit is a person there for one month of the year: whole people would blur the shares of small forces
COST = 0.1  # millions of USD a person and year: the same for all, so that it decides nothing
NEAR = 2e-6  # of a per mille of GDP: burdens this near are equal, since a stage holds them to 1e-6


@dataclass(frozen=True)
class Promise:
    """Person-months that a nation gives at the least and at the most."""

    least: int = 0
    most: int | None = None


Promises = Mapping[str, Promise]
NONE: Promises = {}


def pools(case: Case, share: float) -> dict[str, int]:
    """Person-months a nation can give: a share of its armed forces, but at least what it sent or what keeps its share."""
    return {
        n: round(MONTHS * max(people, case.growth * people, share * case.army[n])) for n, people in case.before.items()
    }


def instance(
    case: Case, pool: Mapping[str, int], promises: Promises = NONE, willingness: People | None = None,
    settled: frozenset[str] = frozenset(),
) -> allocator.Instance:  # fmt: skip
    """The later force as an instance: one task, one unit type, the nations of the earlier list.

    ``willingness`` is 1 for every nation if it is None. The burden of the ``settled`` does not count.
    """

    def nation(n: str) -> dict[str, Any]:
        return {"nation": n, "name": n, "gdp": None if n in settled else case.gdp[n]}

    def promise(n: str) -> dict[str, Any]:
        return {"nation": n, "unit_type": UNIT, "at_least": promises[n].least, "at_most": promises[n].most}

    horizon = {"start": "2000-01", "months_per_period": MONTHS, "periods": 1, "indefinite": False}
    return allocator.Instance.from_dict(
        {
            "instance": {
                "format": 1, "name": case.set.after.replace("_", "-"), "title": case.set.title, "description": "",
                "currency": "USD", "horizon": horizon,
            },
            "nations": [nation(n) for n in pool],
            "unit_types": [
                {
                    "unit_type": UNIT, "name": "Person-month", "domain": "land", "personnel": 1,
                    "operating_cost": COST / MONTHS / MONTHS,
                }
            ],
            "capabilities": [{"capability": CAPABILITY, "name": "Troops", "unit": "person-month"}],
            "yields": [{"unit_type": UNIT, "capability": CAPABILITY, "amount": 1}],
            "objectives": [{"objective": OBJECTIVE, "name": "Peace on land"}],
            "tasks": [{"task": TASK, "objective": OBJECTIVE, "name": case.set.title}],
            "requirements": [{"task": TASK, "capability": CAPABILITY, "quantity": MONTHS * case.total}],
            "forces": [{"nation": n, "unit_type": UNIT, "units": units} for n, units in pool.items()],
            "willingness": [
                {"nation": n, "objective": OBJECTIVE, "willingness": 1 if willingness is None else willingness[n]} for n in pool
            ],
            "commitments": [promise(n) for n in promises],
        }
    )  # fmt: skip


def planned(case: Case, model: str, pool: Mapping[str, int], promises: Promises = NONE) -> dict[str, float]:
    """Person-months of each nation in the plan.

    The objective ``burden`` makes the heaviest burden as light as possible. Where a promise alone causes it, all plans
    under it tie. So the nation is settled at its promise, its burden no longer counts, and the rest is planned again,
    until no promise causes the heaviest burden.
    """
    settled: frozenset[str] = frozenset()
    while True:
        fixed = {n: Promise(promises[n].least, promises[n].least) for n in settled}
        plan = allocator.solve(instance(case, pool, {**promises, **fixed}, settled=settled), model, gap=0.0)
        rows = {str(row["nation"]): row for row in plan.to_dict()["nations"]}
        sent = {n: float(row["personnel"]) for n, row in rows.items()}
        heaviest = max(row["burden"] or 0.0 for row in rows.values())
        at_promise = {n for n in promises if n not in settled and 0 < sent[n] == promises[n].least}
        caused = {n for n in at_promise if rows[n]["burden"] >= heaviest - NEAR}
        if not caused:
            return sent
        settled |= caused


def least_change(case: Case) -> Promises:
    """The plan before as commitments: nobody is cut while the force grows, nobody is raised while it shrinks.

    The plans that keep these are those of least `turnover`.
    """
    if case.growth >= 1:
        return {n: Promise(int(MONTHS * people)) for n, people in case.before.items()}
    return {n: Promise(0, int(MONTHS * people)) for n, people in case.before.items()}


def part_kept(case: Case, part: float) -> Promises:
    """Every nation promises a part of what would keep its share; the rest is free."""
    return {n: Promise(int(MONTHS * part * case.growth * people)) for n, people in case.before.items()}


def leaving(case: Case, willingness: People) -> dict[str, float]:
    """The probability with which `--politics` lets each nation of the earlier list withdraw."""
    from allocator.problem import Problem
    from allocator.withdrawal import able

    pool = {n: int(case.sent[n]) for n in willingness}
    problem = Problem(instance(case, pool, willingness=willingness), allocator.load_model("reference"))
    return {
        stance.nation: float(1 - problem.willingness[stance.nation, stance.objective][stance.first_period])
        for stance in able(problem)
    }
