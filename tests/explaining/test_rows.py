"""Where a statement stands, as the user's editor counts the rows of the file."""

from __future__ import annotations

from allocator.explaining.statements import statements
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
