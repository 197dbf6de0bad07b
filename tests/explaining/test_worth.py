"""What one more is worth, ladders, and fairness: against the plans of every instance, changed by hand."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from typing import Any

import pytest

import allocator
from allocator.instance import Instance
from tests.explaining.lifted import Case, Check, case, command, every, floor_of, judged, single
from tests.explaining.test_gap import CLOSE, LIMIT
from tests.oracle.brute import TooMany
from tests.oracle.check import as_model
from tests.oracle.judge import Judge
from tests.oracle.known import Plan, cell, exact
from tests.toys import model as toy_model
from tests.toys import pools, toy, willing

Make = Callable[[], Case]
HOLD = Fraction(1, 10**6)


def steps(chosen: Case) -> Iterator[tuple[str, Any, Make]]:
    """Each step: the id of its statement, what is there afterwards, and what makes the case after it."""
    obj, model = chosen
    judge = Judge(*chosen)

    def with_cell(table: str, i: int, column: str, value: Any) -> Make:
        def make() -> Case:
            new = copy.deepcopy(obj)
            new[table][i][column] = value
            return new, model

        return make

    def without_row(table: str, i: int) -> Make:
        def make() -> Case:
            new = copy.deepcopy(obj)
            del new[table][i]
            return new, model

        return make

    ends = {"min_units": 1, "availability": 1, "home_units": 0}
    for id, _, make in single(chosen):
        column = id.rpartition(".")[2]
        if column in ends:
            yield id, ends[column], make
        elif id.startswith("willingness"):
            yield id, max(floor_of(model), 0.01), make
        elif id.split(".")[0] in ("caveats", "conditions", "commitments"):
            yield id, None, make
    for i, r in enumerate(obj["forces"]):
        yield f"forces.{i + 1}.units", r["units"] + 1, with_cell("forces", i, "units", r["units"] + 1)
    for table, column, family in (("nations", "troop_ceiling", "troop_ceiling"), ("budgets", "amount", "budget")):
        for i, r in enumerate(judge.table(table)):
            if family in judge.families and cell(r, column) is not None:
                to = float(exact(r[column]) * Fraction(11, 10))
                yield f"{table}.{i + 1}.{column}", to, with_cell(table, i, column, to)
    if "budget" in judge.families and model.get("max_burden") is not None:
        to = float(exact(model["max_burden"]) * Fraction(11, 10))
        yield "model.max_burden", to, lambda: (obj, {**model, "max_burden": to})
    for i, r in enumerate(obj["unit_types"]):
        if "rotation" in judge.families and cell(r, "rotation_ratio", 1) > 1:
            yield f"unit_types.{i + 1}.rotation_ratio", 1, with_cell("unit_types", i, "rotation_ratio", 1)
    for i, r in enumerate(obj["tasks"]):
        if "framework_nation" in judge.families and cell(r, "framework_share", 0) > 0:
            yield f"tasks.{i + 1}.framework_share", 0, with_cell("tasks", i, "framework_share", 0)
    for i, _ in enumerate(judge.table("prerequisites")):
        if "prerequisites" in judge.families:
            yield f"prerequisites.{i + 1}", None, without_row("prerequisites", i)


def least(judge: Judge, plans: list[Plan], name: str) -> Any:
    return min(judge.value(plan, name) for plan in plans)


def wrong(chosen: Case, limit: int = LIMIT) -> list[str] | None:
    """What the program says of steps otherwise than enumeration."""
    try:
        judge, plans = every(chosen, limit)
        changed = {id: (to, every(make(), limit)) for id, to, make in steps(chosen)}
    except TooMany:
        return None
    if not plans:
        return None
    name = judge.order[0]
    before = least(judge, plans, name)
    close = CLOSE * max(1, before)
    expected = {}
    for id, (to, (after, others)) in changed.items():
        if before - least(after, others, name) > close:
            expected[id] = (to, least(after, others, name))
    answer = allocator.explain(Instance.from_dict(chosen[0]), as_model(chosen[1])).answer("worth")
    said = {row["id"]: row for row in answer.answer["steps"]}
    found = [] if answer.complete else [f"open: {answer.open}"]
    if set(said) != set(expected):
        found.append(f"steps {sorted(said)}, expected {sorted(expected)}")
    for id in set(said) & set(expected):
        to, value = expected[id]
        row = said[id]
        if row["to"] != to or abs(row["value"] - value) > close or abs(row["gain"] - (before - value)) > close:
            found.append(f"{row}, expected {to} {float(value)} from {float(before)}")
    return found


def unfair(chosen: Case, limit: int = LIMIT) -> list[str] | None:
    """What the program says of fairness otherwise than enumeration."""
    try:
        judge, plans = every(chosen, limit)
    except TooMany:
        return None
    if not plans:
        return None
    obj = Instance.from_dict(chosen[0])
    answer = allocator.explain(obj, as_model(chosen[1]), gap=0).answer("fairness")
    assert answer.plan is not None
    found = [] if answer.complete else [f"open: {answer.open}"]

    def hold(value: Fraction) -> Fraction:
        return (1 + judge.tolerance) * value + HOLD * max(Fraction(1), abs(value))

    def known(column: str, nation: str) -> Any:
        return cell(judge.nation_rows[nation], column)

    best = least(judge, plans, "gap")
    held = [plan for plan in plans if judge.gap(plan) <= hold(best)]
    bill = least(judge, held, "cost")
    own = {row["nation"]: row["cost"] for row in answer.plan["nations"]}
    able = {
        n for (n, u) in judge.pool for j in judge.tasks for t in judge.periods if not judge.bars((n, u, j, t))
    } - judge.collective
    rules: dict[str, Callable[[str], Any]] = {
        "equal": lambda n: 1,
        "forces": lambda n: sum(
            r["units"] * judge.people[r["unit_type"]] for r in judge.table("forces") if r["nation"] == n
        ),
        **{name: partial(known, name) for name in ("gdp", "active_personnel", "population")},
    }
    said = {row["rule"]: row for row in answer.answer["rules"]}
    for rule, key in rules.items():
        keys = {n: exact(key(n) or 0) for n in judge.nation_rows if n in able and key(n)}
        fair = {n: k / sum(keys.values()) for n, k in keys.items()}
        row = said[rule]
        if {each["nation"]: each["fair"] for each in row["nations"]} != {n: float(f) for n, f in fair.items()}:
            found.append(f"{rule}: {row['nations']}, expected {fair}")
        paid = sum(own[n] for n in fair)
        off = sum(abs(own[n] / paid - float(fair[n])) for n in fair) / 2 if paid else None
        expected: dict[str, Any] = {"unfairness": off}
        if bill and fair:
            due = {n: f * bill for n, f in fair.items()}

            def load(plan: Plan, due: dict[str, Fraction] = due) -> Fraction:
                spent = judge.own(plan)
                return max(spent[n] / most for n, most in due.items())

            lightest = min(load(plan) for plan in held)
            cost = min(judge.cost(plan) for plan in held if load(plan) <= hold(lightest))
            within = [judge.gap(plan) for plan in plans if load(plan) <= 1]
            expected |= {
                "load": lightest, "cost": cost, "price": cost - bill, "gap": min(within) if within else None,
            }  # fmt: skip
        else:
            expected |= {"load": None, "cost": None, "price": None, "gap": None}
        for name, value in expected.items():
            if (value is None) != (row[name] is None) or (
                value is not None and abs(row[name] - value) > CLOSE * max(1, abs(value))
            ):
                found.append(f"{rule}: {name} {row[name]}, expected {value if value is None else float(value)}")
    return found


def test_a_higher_stance_lowers_the_risk_of_those_who_come_in_any_case() -> None:
    """Four battalions of 100 come for six months: 2.388 thousand person-months at 0.005, and 2.376 at 0.01."""
    instance = toy(
        periods=2, indefinite=False, forces=pools(5, "AAA", last_period=1),
        requirements=[{"task": "hold", "capability": "inf", "quantity": 4.0, "max_gap": 0.0, "last_period": 1}],
        willingness=willing("AAA", at=0.005, last_period=1),
    )  # fmt: skip
    frame = allocator.explain(instance, toy_model(objectives=("risk",), willingness_floor=0.0)).worth()
    ((step, to, value, _, gain),) = frame.values.tolist()
    assert (step, to) == ("willingness.AAA.land", 0.01)
    assert (value, gain) == (pytest.approx(2.376), pytest.approx(0.012))


def test_the_load_is_that_before_cost_is_minimised() -> None:
    assert unfair(case(3181), 300) == []  # the model has a tolerance


@pytest.mark.parametrize("check", [wrong, unfair])
@pytest.mark.parametrize("seed", [13, 24])
def test_random(seed: int, check: Check) -> None:
    assert judged(range(40 * seed, 40 * seed + 20), [check], 100)


if __name__ == "__main__":
    command([wrong, unfair])
