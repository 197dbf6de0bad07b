"""Why lines are short: limits that hold for every plan, worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import allocator
from allocator import Instance
from allocator.plan.measures import statement
from allocator.plan.shortages import Shortage, shortages
from allocator.plan.values import supplies
from allocator.problem import Problem
from allocator.resources import shipped_instances
from tests.explaining.truth import cases, decided, read
from tests.report.by_hand import built, plan_of
from tests.toys import toy, willing

TOYS = [name for name in shipped_instances() if name.startswith("toy-")]


def of(instance: Instance, sent: int = 0, **options: Any) -> Shortage:
    """The shortage of the toy's line if AAA sends some battalions."""
    deployed = {("AAA", "bn", "hold", 1): sent} if sent else {}
    return shortages(plan_of(instance, deployed, **options))["hold", "inf", 1]


def limits(short: Shortage) -> tuple[float, ...]:
    return short.owned, short.sustained, short.willing, short.allowed, short.enabled


def test_nobody_has_enough() -> None:
    """Three battalions exist, four are asked for."""
    short = of(toy(forces=[{"nation": "AAA", "unit_type": "bn", "units": 1}]), 1)
    assert (short.asked, short.supplied, short.missing, short.lines) == (4, 1, 3, 1)
    assert (limits(short), short.cause, short.limit) == ((1, 1, 1, 1, 1), "exist", 1)


def test_relief_availability_and_home_units_keep_units_back() -> None:
    """Half of nine is 4.5, one stays at home: 3.5; at a ratio of 3 that keeps one deployed without an end."""
    forces = [{"nation": "AAA", "unit_type": "bn", "units": 9, "availability": 0.5, "home_units": 1}]
    short = of(toy(unit_types=[{"unit_type": "bn", "rotation_ratio": 3}], forces=forces), 1)
    assert (limits(short), short.cause) == ((9, 1, 1, 1, 1), "relief")
    in_three = shortages(plan_of(toy(
        periods=3, indefinite=False, unit_types=[{"unit_type": "bn", "rotation_ratio": 2}],
        forces=[{"nation": "AAA", "unit_type": "bn", "units": 2}]), {}))["hold", "inf", 1]  # fmt: skip
    assert in_three.sustained == pytest.approx(4 / 3)  # two in the first and two in the third


def test_whoever_is_not_willing_sends_nothing() -> None:
    two = [{"nation": "AAA"}, {"nation": "BBB"}]
    forces = [{"nation": n, "unit_type": "bn", "units": units} for n, units in (("AAA", 1), ("BBB", 5))]
    short = of(toy(nations=two, forces=forces, willingness=willing("AAA")), 1)
    assert (limits(short), short.cause) == ((6, 6, 1, 1, 1), "politics")
    caveat = [{"nation": "BBB", "task": "hold"}]
    assert of(toy(nations=two, forces=forces, willingness=willing("AAA", "BBB"), caveats=caveat), 1).willing == 1


def test_a_ceiling_or_a_budget_binds() -> None:
    """250 people are two battalions; 10 million pay for one at 6 a period."""
    short = of(toy(nations=[{"nation": "AAA", "troop_ceiling": 250}]), 2)
    assert (limits(short), short.cause) == ((5, 5, 5, 2, 2), "limits")
    assert of(toy(budgets=[{"payer": "AAA", "amount": 10.0}]), 1).allowed == 1


def test_units_wait_for_what_they_consume() -> None:
    """A battalion takes half a truck company, and there is one: two battalions at the most."""
    instance = toy(
        unit_types=[{"unit_type": "bn"}, {"unit_type": "trucks", "name": "Trucks"}],
        capabilities=[{"capability": c, "name": c, "unit": "x"} for c in ("inf", "lift")],
        yields=[
            {"unit_type": "bn", "capability": "inf", "amount": 1.0},
            {"unit_type": "bn", "capability": "lift", "amount": -0.5},
            {"unit_type": "trucks", "capability": "lift", "amount": 1.0},
        ],
        forces=[{"nation": "AAA", "unit_type": u, "units": n} for u, n in (("bn", 5), ("trucks", 1))],
    )
    deployed = {("AAA", "bn", "hold", 1): 2, ("AAA", "trucks", "hold", 1): 1}
    short = shortages(plan_of(instance, deployed))["hold", "inf", 1]
    assert (limits(short), short.cause, short.enabler) == ((5, 5, 5, 5, 2), "enabler", "lift")


def test_lines_of_one_capability_are_short_together() -> None:
    """Each of two tasks asks for four, and there are five: either could be met, not both."""
    tasks = [{"task": "hold"}, {"task": "port", "name": "Port"}]
    instance = toy(
        tasks=tasks, requirements=[{"task": row["task"], "capability": "inf", "quantity": 4.0} for row in tasks]
    )
    ((line, short),) = shortages(plan_of(instance, {("AAA", "bn", "hold", 1): 4, ("AAA", "bn", "port", 1): 1})).items()
    assert line == ("port", "inf", 1)
    assert (short.task, short.lines, short.asked, short.owned, short.cause) == ("port", 2, 8, 5, "exist")


def test_what_facts_do_not_explain_is_not_explained() -> None:
    """Five battalions could go, and one does."""
    short = of(toy(), 1)
    assert (short.cause, short.limit) == ("", 4)


def test_what_is_used_up_or_bought_counts_once() -> None:
    """Six lots for three periods that ask four each: two a period. Three that are bought come on top."""
    lots = toy(
        periods=3, indefinite=False, unit_types=[{"unit_type": "bn", "expendable": True}],
        forces=[{"nation": "AAA", "unit_type": "bn", "units": 6}],
    )  # fmt: skip
    assert limits(of(lots)) == (2, 2, 2, 2, 2)
    bought = shortages(built())["hold", "inf", 1]
    assert bought.owned == (2 + 5 + 2 * 8) / 4  # 1 + 1; 3 + 3 may be bought, of which industry delivers 3 a period


@pytest.mark.parametrize("name", TOYS)
def test_no_plan_supplies_more_than_a_limit(name: str) -> None:
    plan = allocator.solve(name)
    found = shortages(plan) if plan.found else {}
    short = [line for line in statement(plan) if line["missed"] > 0] if plan.found else []
    assert set(found) == {(line["task"], line["capability"], line["first_period"]) for line in short}
    for each in found.values():
        assert list(limits(each)) == sorted(limits(each), reverse=True)
        assert each.supplied <= each.enabled + 1e-9
        assert each.limit <= each.asked


def supplied_beyond_a_limit(seeds: range, most: int = 60) -> tuple[list[Any], int]:
    """Plans of random cases that supply more than some limit allows, and the number of causes that were named."""
    found, causes = [], 0
    for obj, chosen, truth in cases(seeds):
        instance, model = read(obj, chosen)
        problem = Problem(instance, model)
        worst = max(truth.plans, key=lambda plan: truth.judge.value(plan, "gap"))
        given = {(row.task, row.capability, row.periods[0]): row for row in problem.rows if row.given and row.quantity}
        short = shortages(plan_of(instance, decided(worst), decided(worst).purchases, model))
        causes += sum(bool(each.cause) for each in short.values())
        for plan in truth.plans[:: 1 + len(truth.plans) // most]:
            supplied = supplies(problem, decided(plan))
            for line, each in short.items():
                alike = [row for row in given.values() if row.capability == line[1]]
                rows = [given[line]] if each.lines == 1 else alike
                cells = {(row.place, row.capability, t) for row in rows for t in row.periods}
                mean = sum((supplied[cell] for cell in cells), start=Fraction(0)) / len({t for _, _, t in cells})
                if mean > Fraction(each.enabled) + Fraction(1, 10**9):
                    found.append((obj["instance"]["name"], line, float(mean), each))
    return found, causes


def test_no_plan_of_all_supplies_more_than_a_limit() -> None:
    found, causes = supplied_beyond_a_limit(range(20))
    assert found == []
    assert causes > 5
