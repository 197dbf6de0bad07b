"""Instances without some of their statements, lifted by hand as the contract says, and all plans of each."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from tests.oracle.brute import plans
from tests.oracle.judge import Judge
from tests.oracle.known import Plan, cell
from tests.oracle.random_instances import random_instance, random_model
from tests.oracle.random_more import full_instance, full_model

Obj = dict[str, Any]
Case = tuple[Obj, dict[str, Any]]

FAMILIES = {
    "politics": ("caveats", "conditions", "commitments"),
    "sustainment": ("rotation", "minimum_contribution", "framework_nation", "prerequisites"),
    "people": ("troop_ceiling",),
    "money": ("budget",),
}


def stances(obj: Obj, nation: str, objective: str) -> list[float]:
    """Willingness in each period."""
    periods = range(1, obj["instance"]["horizon"]["periods"] + 1)
    rows = [r for r in obj["willingness"] if (r["nation"], r["objective"]) == (nation, objective)]

    def at(t: int) -> float:
        fitting = [r for r in rows if cell(r, "first_period", 1) <= t <= cell(r, "last_period", len(periods))]
        return float(fitting[0]["willingness"]) if fitting else 0.0

    return [at(t) for t in periods]


def willing(obj: Obj, model: dict[str, Any], nation: str, objective: str) -> None:
    """Make a nation willing in every period, at the threshold at the least."""
    least = max(floor_of(model), 0.01)
    new = [
        {
            "nation": nation, "objective": objective, "willingness": max(least, will), "first_period": t,
            "last_period": t,
        }
        for t, will in enumerate(stances(obj, nation, objective), start=1)
    ]  # fmt: skip
    obj["willingness"] = [r for r in obj["willingness"] if (r["nation"], r["objective"]) != (nation, objective)] + new


def floor_of(model: dict[str, Any]) -> float:
    floor = model.get("willingness_floor")
    return 0.5 if floor is None else float(floor)


def without(case: Case, causes: frozenset[str]) -> Case:
    """The case with the statements of some causes lifted."""
    obj, model = copy.deepcopy(case[0]), dict(case[1])
    judge = Judge(*case)
    model["families"] = [f for f in judge.families if not any(f in FAMILIES[cause] for cause in causes)]
    if "politics" in causes:
        for n in judge.nation_rows:
            for o in judge.weights:
                willing(obj, model, n, o)
    if "sustainment" in causes:
        for row in obj["forces"]:
            row["availability"], row["home_units"] = 1, 0
    if "money" in causes:
        model["max_burden"] = None
    return obj, model


def every(case: Case, limit: int) -> tuple[Judge, list[Plan]]:
    """The judge of a case, and all of its plans."""
    judge = Judge(*case)
    return judge, [plan for plan in plans(judge, limit) if next(judge.broken(plan), None) is None]


def unmet(judge: Judge, target: str, plan: Plan) -> Fraction:
    """The unmet share of a target: the weighted mean over its rows of the mean over their periods."""
    task, _, capability = target.partition(".")
    total = missed = Fraction(0)
    for row in judge.rows:
        if row["quantity"] == 0:
            continue
        (where,) = row["tasks"]
        if target != "gap" and target != judge.about(where) and (where, row["capability"]) != (task, capability):
            continue
        terms = [
            judge.term(row, max(Fraction(0), row["quantity"] - judge.supplied(plan, row, t))) for t in row["periods"]
        ]
        total += row["weight"]
        missed += row["weight"] * sum(terms, Fraction(0)) / len(terms)
    return missed / total


def single(case: Case) -> Iterator[tuple[str, str, Callable[[], Case]]]:
    """Each statement of a nation: its id, the nation, and what makes the case without it."""
    obj, model = case
    judge = Judge(*case)

    def cells(table: str, i: int, column: str, value: Any) -> Callable[[], Case]:
        def make() -> Case:
            new = copy.deepcopy(obj)
            new[table][i][column] = value
            return new, model

        return make

    def rows(table: str, i: int) -> Callable[[], Case]:
        def make() -> Case:
            new = copy.deepcopy(obj)
            del new[table][i]
            return new, model

        return make

    def stance(n: str, o: str) -> Callable[[], Case]:
        def make() -> Case:
            new = copy.deepcopy(obj)
            willing(new, model, n, o)
            return new, model

        return make

    for i, r in enumerate(obj["nations"]):
        if "troop_ceiling" in judge.families and cell(r, "troop_ceiling") is not None:
            yield f"nations.{i + 1}.troop_ceiling", r["nation"], cells("nations", i, "troop_ceiling", None)
    for i, r in enumerate(judge.table("budgets")):
        if "budget" in judge.families and r["payer"] in judge.nation_rows:
            yield f"budgets.{i + 1}.amount", r["payer"], rows("budgets", i)
    for table in ("caveats", "conditions", "commitments"):
        for i, r in enumerate(judge.table(table)):
            if table in judge.families:
                yield f"{table}.{i + 1}", r["nation"], rows(table, i)
    for i, r in enumerate(obj["forces"]):
        if "minimum_contribution" in judge.families and cell(r, "min_units", 1) > 1:
            yield f"forces.{i + 1}.min_units", r["nation"], cells("forces", i, "min_units", 1)
        if cell(r, "availability", 1) < 1:
            yield f"forces.{i + 1}.availability", r["nation"], cells("forces", i, "availability", 1)
        if cell(r, "home_units", 0) > 0:
            yield f"forces.{i + 1}.home_units", r["nation"], cells("forces", i, "home_units", 0)
    for n in judge.nation_rows:
        for o in judge.weights:
            least = min(stances(obj, n, o))
            if least < floor_of(model) or least == 0:
                yield f"willingness.{n}.{o}", n, stance(n, o)


# ---- comparisons of many seeds -----------------------------------------------------------------------------------

Check = Callable[[Case, int], list[str] | None]
"""Compares an explanation of a case with all its plans: what differs, or None where it has too many plans."""


def case(seed: int) -> Case:
    """A random case; every other one has the tables of the wider model."""
    return (random_instance(seed), random_model(seed)) if seed % 2 else (full_instance(seed), full_model(seed))


def judged(seeds: Iterable[int], checks: Sequence[Check], most: int) -> int:
    """The number of comparisons in some seeds; fails where one finds a difference."""
    count = 0
    for seed, check in product(seeds, checks):
        found = check(case(seed), most)
        assert found in (None, []), (check.__name__, seed, found)
        count += found is not None
    return count


def command(checks: Sequence[Check]) -> None:
    """Compare the seeds FIRST to LAST with at most PLANS plans each, and print what differs."""
    first, last, most = map(int, sys.argv[1:4])
    count = 0
    for seed in range(first, last):
        try:
            count += judged([seed], checks, most)
        except AssertionError as different:
            print(different, flush=True)
    print("compared", count)
