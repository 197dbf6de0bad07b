"""The row of a statement, as the user's editor counts the rows of the file, and the periods in which it holds."""

from __future__ import annotations

import allocator
from allocator.explaining.repairs import words
from allocator.explaining.statements import statements
from allocator.explaining.words import InWords
from allocator.explaining.worth import ladder
from tests.explaining.helpers import bundled


def rows(*overrides: str, coalition: str | None = None) -> dict[str, int | None]:
    """Statement -> its row, in an instance whose file has commitments of AAA, BBB, BBB and CCC in rows 2 to 5."""
    with bundled("toy-commitments", *overrides, coalition=coalition) as core:
        found = [s for s in statements(core.instance, core.model) if s.table == "commitments"]
        return {s.id: core.row_at(s) for s in found}


def test_an_added_row_has_no_place_and_moves_no_other() -> None:
    four = {f"commitments.{row}": row + 1 for row in range(1, 5)}
    assert rows() == four
    added = rows("commitments[nation=AAA,unit_type=engineers,task=,first_period=].at_most=3")
    assert added == {**four, "commitments.5": None}


def test_what_a_coalition_leaves_out_is_not_counted() -> None:
    assert rows(coalition="BBB+CCC") == {"commitments.1": 3, "commitments.2": 4, "commitments.3": 5}


def test_what_holds_in_some_periods_names_them() -> None:
    with bundled("toy-build") as core:
        found = {s.id: s for s in statements(core.instance, core.model)}
    assert found["budgets.5.amount"].text == "the budget of Bravo in period 2 is USD 150 million"
    assert found["budgets.6.amount"].text == "the budget of Bravo in periods 3 to 4 is USD 260 million"
    asked = words(core.instance, found["budgets.6.amount"], 300)
    assert asked == "raise the budget of Bravo in periods 3 to 4 to USD 300 million (now 260)"
    assert ladder(core, "budgets[payer=AAA,first_period=2].amount+=1")[0].text == "the budget of Alpha in period 2"
    task = {"task": "hub", "objective": "peace_on_land", "name": "Secure the hub", "last_period": 2}
    names = InWords(allocator.read("toy-periods").with_tables({"tasks": [task]}))
    spans = [(1, 3), (1, 2), (2, 2), (2, 3)]
    said = [names.when({"task": "hub", "first_period": first, "last_period": last}) for first, last in spans]
    assert said == ["", "", " in period 2", " in periods 2 to 3"]  # all periods, all of its task, and others
