"""The ``--set`` that does a change: of conditions, which can be made to hold always, and of rows with blank periods."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from allocator.explaining.mending import setting
from allocator.explaining.statements import statements
from tests.toys import model, toy, willing

NATIONS = ("AAA", "BBB", "CCC")


def settings(to: Fraction | None = None, **tables: Any) -> dict[str, str | None]:
    """Statement -> the setting that lifts it, or that raises it to a number."""
    instance = toy(
        periods=3,
        nations=[{"nation": n, "collective": n == "CCC"} for n in NATIONS],
        willingness=willing(*NATIONS),
        events={"peace": False, "backstop": True},
        **tables,
    )
    chosen = model("conditions", "budget")
    return {s.id: setting(instance, chosen, s, to) for s in statements(instance, chosen)}


@pytest.mark.parametrize(
    ("nation", "requires", "value", "expected"),
    [
        ("AAA", "nation", "BBB", "AAA"),
        ("AAA", "any_of", "BBB CCC", "AAA"),
        ("AAA", "event", "peace", "backstop"),
        ("AAA", "coalition_size", "3", "1"),
        ("CCC", "coalition_size", "3", None),  # a fleet of several nations is not counted
    ],
)
def test_a_condition_that_always_holds(nation: str, requires: str, value: str, expected: str | None) -> None:
    row = {"nation": nation, "requires": requires, "value": value}
    key = f"conditions[nation={nation},requires={requires},value={value}].value="
    assert settings(conditions=[row]) == {"conditions.1": None if expected is None else f"{key}{expected}"}


def test_two_conditions_of_a_kind_would_become_the_same_row() -> None:
    rows = [{"nation": "AAA", "requires": "nation", "value": n} for n in ("BBB", "CCC")]
    assert settings(conditions=rows) == {"conditions.1": None, "conditions.2": None}


def test_a_blank_period_is_named_by_what_it_means() -> None:
    rows = [{"payer": "AAA", "last_period": 1, "amount": 36.0}, {"payer": "AAA", "amount": 30.0}]
    assert settings(Fraction(40), budgets=rows) == {
        "budgets.1.amount": "budgets[payer=AAA,last_period=1].amount=40",
        "budgets.2.amount": "budgets[payer=AAA,first_period=1,last_period=3].amount=40",
    }
