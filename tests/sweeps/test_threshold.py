"""Thresholds on functions that flip where we know it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import allocator
from allocator.model import Model
from allocator.sweeps.design.condition import conditions, measured
from allocator.sweeps.design.parts import Point
from allocator.sweeps.design.threshold import Threshold, threshold
from allocator.sweeps.run.row import Row
from tests.sweeps.asking import ask, row
from tests.toys import model, toy

MONEY = [{"payer": "*", "amount": 50.0, "amount_low": 0.0, "amount_high": 100.0}]
KEY = "budgets[payer=*].amount"


def instance() -> allocator.Instance:
    return toy(budgets=MONEY, forces=[{"nation": "AAA", "unit_type": "bn", "units": 5, "units_high": 40}])


def found(part: Threshold, function: Callable[[Any], float | str | None]) -> Any:
    """The answer where coverage is a function of the key; None and words stand for a status."""

    def answer(point: Point) -> Row:
        (value,) = point.inputs.values()
        coverage: Any = function(value)
        return row(point, status=coverage) if isinstance(coverage, str) else row(point, coverage=coverage)

    rows, sizes = ask(part, answer)
    assert sizes == [2] + [1] * (len(sizes) - 1)
    return part.answer(reversed(rows))


def test_a_rising_function() -> None:
    part = threshold(instance(), model(), "coverage>=0.7", f"{KEY}=0:100")
    told = found(part, lambda value: value / 100)
    assert (told.outcome, told.holds_at, told.fails_at, told.solves) == ("changes", 70, 69.9, 12)
    assert told.text == (
        "coverage>=0.7 holds at budgets[payer=*].amount = 70 and not at 69.9, "
        "if the condition changes once between the ends"
    )
    assert part.title == "threshold of coverage>=0.7 over budgets[payer=*].amount from 0 to 100"


def test_a_falling_function_and_a_tolerance() -> None:
    part = threshold(instance(), model(), "coverage<=0.25", KEY, tolerance=8)
    told = found(part, lambda value: 1 - value / 100)
    assert told.holds_at - told.fails_at <= 8
    assert told.fails_at < 75 <= told.holds_at
    assert told.solves == 2 + 4


def test_from_high_to_low_and_other_operators() -> None:
    part = threshold(instance(), model(), "coverage>=0.7", f"{KEY}*=2:0")
    told = found(part, lambda value: value / 2)
    assert (told.over, told.holds_at, told.fails_at) == ("budgets[payer=*].amount*=", 1.4, 1.398)


def test_whole_numbers_to_one_unit() -> None:
    part = threshold(instance(), model(), "coverage>=0.5", "forces[nation=AAA,unit_type=bn].units")
    told = found(part, lambda value: value / 40)
    assert (told.holds_at, told.fails_at) == (20, 19)
    assert isinstance(told.holds_at, int)
    wide = threshold(instance(), model(), "coverage>=0.5", "forces.units=0:40", tolerance=5.5)
    told = found(wide, lambda value: value / 40)
    assert (told.fails_at, told.holds_at) == (15, 20)
    one = threshold(instance(), model(), "coverage>=0.5", "forces.units=0:1")
    assert (one.size, found(one, lambda value: value).holds_at) == (2, 1)


def test_whole_numbers_can_be_scaled() -> None:
    """Of five battalions three are left from 0.6 on, and rounding down is said."""
    part = threshold(instance(), model(), "coverage>=0.6", "forces.units*=0:2")
    told = found(part, lambda value: (5 * round(1000 * value) // 1000) / 5)
    assert (told.holds_at, told.fails_at) == (0.6, 0.598)
    assert part.axis.notes == ("forces.units*=: fractions in a column of whole numbers are rounded down",)
    less = threshold(instance(), model(), "coverage>=0.6", "forces.units-=0:5")
    assert found(less, lambda value: (5 - value) / 5).holds_at == 2
    assert less.axis.notes == ()


def test_no_change_between_the_ends() -> None:
    part = threshold(instance(), model(), "coverage>=0.5", KEY)
    told = found(part, lambda value: 1.0)
    assert (told.outcome, told.solves) == ("holds at both ends", 2)
    told = found(part, lambda value: 0.0)
    said = "coverage>=0.5 holds at neither end: budgets[payer=*].amount = 0 and 100"
    assert told.text == f"{said} (coverage there: 0.0 % and 0.0 %)"
    told = found(part, lambda value: value / 250 or "infeasible")
    assert (told.outcome, told.text) == ("holds at neither end", f"{said} (coverage there: no plan and 40.0 %)")


def test_a_function_that_flips_three_times_gives_one_of_the_flips() -> None:
    part = threshold(instance(), model(), "coverage>=0.5", KEY)
    told = found(part, lambda value: 1.0 if 20 <= value < 40 or value >= 80 else 0.0)
    assert told.outcome == "changes"
    assert (told.fails_at, told.holds_at) in [(19.9, 20), (40, 39.9), (79.9, 80)]
    assert "if the condition changes once" in told.text


def test_what_is_not_proved_is_open() -> None:
    part = threshold(instance(), model(), "coverage>=0.5", KEY)
    told = found(part, lambda value: "feasible" if 40 < value < 60 else value / 100)
    assert (told.outcome, told.open_at, told.fails_at, told.holds_at) == ("not settled", 50, 0, 100)
    assert told.text == (
        "coverage>=0.5 over budgets[payer=*].amount is not settled: the solve at 50 ended without proof; "
        "it holds at 100 and not at 0"
    )
    told = found(part, lambda value: "no_plan")
    assert (told.outcome, told.open_at, told.holds_at) == ("not settled", 0, None)


def test_a_sweep_that_was_stopped() -> None:
    part = threshold(instance(), model(), "coverage>=0.5", KEY)
    rows, _ = ask(part, lambda point: row(point, coverage=point.inputs[KEY] / 100))
    told = part.answer(rows[:4])
    assert (told.outcome, told.fails_at, told.holds_at) == ("not settled", 25, 50)
    assert "values are missing" in part.answer(rows[:1]).text
    assert part.answer([]).solves == 0
    assert set(told.to_dict()) == {
        "condition", "over", "outcome", "holds_at", "fails_at", "open_at", "solves", "text",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "over", "tolerance", "told"),
    [
        (
            "coverge>=1",
            "budgets.amount=5:x",
            None,
            [
                "--threshold coverge>=1: found no measure coverge; expected one of gap, risk, cost, burden, coverage, "
                "people, members, cost_a_year, people_of, unmet (did you mean coverage?)",
                '--over budgets.amount=5:x: found "x"; expected a number',
            ],
        ),
        ("coverage>=1", KEY + "=1:1", None, [f'--over {KEY}=1:1: found "1:1"; expected two different ends']),
        ("coverage>=1", KEY + "=1", None, [f'--over {KEY}=1: found "1"; expected LO:HI, such as 100:200']),
        (
            "coverage>=1",
            KEY + "=-1:5",
            None,
            [f'--over {KEY}=-1:5 at -1: found "-1"; expected a number of at least 0'],
        ),
        (
            "coverage>=1",
            "nations.gdp",
            None,
            [
                "figure nations.gdp: found no range of gdp in nations; expected a figure with gdp_low or gdp_high; "
                "nations has no ranges"
            ],
        ),
        (
            "coverage>=1",
            "forces.units=1:2.5",
            None,
            [
                '--over forces.units=1:2.5 at 2.5: found "2.5"; expected a whole number of at least 0: write 2, or 3',
                "--over forces.units=1:2.5: found a whole-number column; expected whole ends",
            ],
        ),
        ("coverage>=1", KEY, 0.0, [f"--over {KEY}: found a tolerance of 0; expected a number above 0"]),
        (
            "coverage>=1",
            KEY,
            1e-6,
            [f"--over {KEY}: found a tolerance of 1e-06; expected at least 0.0001, a millionth of the range"],
        ),
    ],
)
def test_faults(condition: str, over: str, tolerance: float | None, told: list[str]) -> None:
    with pytest.raises(allocator.BadInput) as caught:
        threshold(instance(), model(), condition, over, tolerance)
    assert [str(fault) for fault in caught.value.faults] == told


def test_several_figures_are_not_one() -> None:
    force = allocator.read("reassurance-force")
    with pytest.raises(allocator.BadInput, match=r"--over willingness\[nation=GBR\].willingness: found \d figures"):
        threshold(force, model(), "coverage>=1", "willingness[nation=GBR].willingness")


class TestCondition:
    def test_limits_are_met_to_the_last_digit_of_a_sum(self) -> None:
        (least, most) = conditions(toy(), Model(), ["coverage >= 0.3", "cost<=1e3"], "--success")
        assert least.met({"coverage": 0.1 + 0.1 + 0.1 - 1e-16})
        assert not least.met({"coverage": 0.2999})
        assert most.met({"cost": 1000.0})
        assert not most.met({"cost": 1000.1})

    def test_a_line_that_asks_for_nothing_is_met(self) -> None:
        (unmet, covered) = conditions(toy(), Model(), ["unmet.hold.inf<=0", "coverage.land>=1"], "--success")
        assert unmet.met({})
        assert covered.met({})
        (people,) = conditions(toy(), Model(), ["people>=1"], "--success")
        with pytest.raises(allocator.BadUsage, match="there is no people at this point"):
            people.met({})

    def test_the_measures_are_those_of_a_solved_plan(self) -> None:
        from allocator.plan.measures import everything

        for name in ("toy-pledges", "toy-periods"):
            plan = allocator.solve(name)
            assert set(everything(plan)) == set(measured(plan.instance, plan.model))
        listed = replace(plan.model, objectives=("gap", "turnover"))
        plan = allocator.solve(plan.instance, listed)
        assert set(everything(plan)) == set(measured(plan.instance, listed)) >= {"turnover"}


def test_a_bound_settles_what_the_time_did_not() -> None:
    """Coverage 0.75 is reached and none above 0.76 is possible: 0.7 holds, 0.8 does not, 0.755 is open."""
    stages = (("gap", 0.25, 0.24), ("cost", 9.0, 1.0))
    open_row = Row(Point({}), "", "feasible", stages=stages, measures={"coverage": 0.75, "cost": 9.0})
    texts = ("coverage>=0.7", "coverage>=0.8", "coverage>=0.755", "gap<=0.3", "cost<=10")
    truths = [condition.truth(open_row) for condition in conditions(instance(), Model(), texts, "--threshold")]
    assert truths == [True, False, None, True, None]
