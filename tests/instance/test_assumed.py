"""Which figures are assumptions, and what of a plan hangs on them."""

from __future__ import annotations

import json
from typing import Any

import pytest

import allocator
from allocator.instance.assumed import assumed, count, given, totals
from tests.toys import Row, pools, sent, toy, willing

SOURCES = [{"source": "assumption", "title": "Assumed"}, {"source": "book", "title": "A book"}]


class TestRule:
    @pytest.mark.parametrize(
        ("note", "columns"),
        [
            ("operating_cost assumed (no figure)", {"operating_cost"}),
            ("operating_cost and rotation_ratio assumed (none)", {"operating_cost", "rotation_ratio"}),
            ("operating_cost, personnel and rotation_ratio assumed", {"operating_cost", "personnel", "rotation_ratio"}),
            (
                "read on page 3; personnel assumed (half; a guess); rotation_ratio assumed",
                {"personnel", "rotation_ratio"},
            ),
            ("personnel from memory; rotation_ratio assumed", {"rotation_ratio"}),
            ("personnel is assumed", {"personnel"}),
            ("personnel not assumed", set()),
            ("the number is an assumption", set()),
            ("rotation_cost assumed", set()),  # blank: no figure
            ("domain and personnel assumed", {"personnel"}),
            ("personnel_low assumed", set()),
            ("", set()),
        ],
    )
    def test_the_columns_listed_before_the_word(self, note: str, columns: set[str]) -> None:
        row: dict[str, Any] = {
            "unit_type": "bn",
            "personnel": 1,
            "personnel_low": 1,
            "operating_cost": 0.0,
            "rotation_ratio": 2,
        }
        assert assumed("unit_types", {**row, "source": "book", "note": note}) == columns
        assert assumed("unit_types", {**row, "note": note}) == columns

    @pytest.mark.parametrize("source", ["assumption", "Assumption", "ASSUMPTION"])
    def test_a_row_from_an_assumption_is_assumed_as_a_whole(self, source: str) -> None:
        row: dict[str, Any] = {
            "task": "hold",
            "quantity": 4.0,
            "quantity_high": 5.0,
            "first_period": 1,
            "source": source,
        }
        assert given("requirements", row) == assumed("requirements", row) == {"quantity"}

    def test_count_by_table(self) -> None:
        instance = toy(
            sources=SOURCES,
            yields=[{"unit_type": "bn", "capability": "inf", "amount": 1.0, "source": "assumption"}],
            forces=[{"nation": "AAA", "unit_type": "bn", "units": 5, "min_units": 2, "note": "units assumed"}],
        )
        assert count(instance) == {
            "nations": (1, 0),
            "unit_types": (2, 0),
            "yields": (1, 1),
            "requirements": (1, 0),
            "forces": (2, 1),
            "willingness": (1, 0),
        }
        assert totals(instance) == {"figures": 8, "assumed": 2}

    def test_without_an_assumption_among_the_sources_nothing_is_said(self) -> None:
        instance = toy(forces=[{"nation": "AAA", "unit_type": "bn", "units": 5, "note": "units assumed"}])
        assert totals(instance) is None
        assert allocator.solve(instance).manifest["assumptions"] is None

    def test_the_bundled_instance_tells(self) -> None:
        told = totals(allocator.read("reassurance-force"))
        assert told is not None
        assert 0 < told["assumed"] < told["figures"]


class TestShares:
    """Two nations, two tasks: hold asks for 2 battalions, sail for 4 ships of which there are 3."""

    @staticmethod
    def instance(**marks: Row) -> allocator.Instance:
        """With the source or note of a row, by table and key."""

        def marked(table: str, key: str, row: Row) -> Row:
            return {**row, **marks.get(f"{table}_{key}", {})}

        kinds = {"bn": 2.0, "ship": 1.0}
        capability = {"bn": "inf", "ship": "sea"}
        return toy(
            sources=SOURCES,
            nations=[{"nation": "AAA"}, {"nation": "BBB"}],
            unit_types=[marked("unit_types", u, {"unit_type": u, "operating_cost": c}) for u, c in kinds.items()],
            capabilities=[{"capability": c, "name": c, "unit": "one"} for c in capability.values()],
            yields=[
                marked("yields", u, {"unit_type": u, "capability": c, "amount": 1.0}) for u, c in capability.items()
            ],
            tasks=[{"task": "hold"}, {"task": "sail"}],
            requirements=[
                marked("requirements", "hold", {"task": "hold", "capability": "inf", "quantity": 2.0}),
                marked("requirements", "sail", {"task": "sail", "capability": "sea", "quantity": 4.0}),
            ],
            forces=[
                marked("forces", "bn", *pools(2, "AAA")),
                marked("forces", "ship", *pools(3, "BBB", unit="ship")),
            ],
            willingness=willing("AAA", "BBB"),
        )

    @pytest.mark.parametrize(
        ("marks", "cost", "coverage"),
        [  # the plan: 2 battalions for 24, 3 ships for 18; coverage 1 and 3/4 of two lines of the same weight
            ({}, 0.0, 0.0),
            ({"unit_types_bn": {"note": "operating_cost assumed"}}, 24 / 42, 0.0),
            ({"unit_types_bn": {"note": "personnel assumed"}}, 24 / 42, 0.0),
            ({"unit_types_bn": {"note": "rotation_ratio assumed"}}, 0.0, 0.0),  # blank
            ({"forces_ship": {"source": "assumption"}}, 18 / 42, 0.0),
            ({"forces_ship": {"source": "book", "note": "p. 7; units assumed"}}, 18 / 42, 0.0),
            ({"forces_ship": {"source": "assumption"}, "unit_types_bn": {"source": "assumption"}}, 1.0, 0.0),
            ({"requirements_hold": {"source": "assumption"}}, 0.0, 4 / 7),
            ({"requirements_hold": {"note": "priority assumed"}}, 0.0, 0.0),
            ({"yields_ship": {"note": "amount assumed"}}, 0.0, 3 / 7),
            ({"yields_ship": {"note": "amount assumed"}, "requirements_sail": {"source": "assumption"}}, 0.0, 3 / 7),
        ],
    )
    def test_of_cost_and_coverage(self, marks: dict[str, dict[str, str]], cost: float, coverage: float) -> None:
        plan = allocator.solve(self.instance(**marks))
        assert sum(sent(plan).values()) == 5
        told = plan.manifest["assumptions"]
        assert told["cost_share"] == pytest.approx(cost)
        assert told["coverage_share"] == pytest.approx(coverage)
        assert list(told) == ["figures", "assumed", "cost_share", "coverage_share"]

    def test_a_yield_counts_in_the_periods_in_which_the_unit_is_there(self) -> None:
        """One line over two periods, met by BBB's sure battalion in both and by AAA's assumed one in the second."""
        instance = toy(
            periods=2,
            indefinite=False,
            sources=SOURCES,
            nations=[{"nation": "AAA"}, {"nation": "BBB"}],
            unit_types=[{"unit_type": "bn"}, {"unit_type": "new"}],
            yields=[
                {"unit_type": "bn", "capability": "inf", "amount": 1.0},
                {"unit_type": "new", "capability": "inf", "amount": 1.0, "source": "assumption"},
            ],
            requirements=[{"task": "hold", "capability": "inf", "quantity": 2.0}],
            forces=[*pools(1, "BBB"), *pools(1, "AAA", unit="new", first_period=2)],
            willingness=willing("AAA", "BBB"),
        )
        told = allocator.solve(instance).manifest["assumptions"]
        assert told["coverage_share"] == pytest.approx(1.0 / 1.5)

    def test_what_a_unit_takes_supplies_nothing(self) -> None:
        instance = toy(
            sources=SOURCES,
            capabilities=[
                {"capability": "inf", "name": "Infantry", "unit": "one"},
                {"capability": "food", "name": "Food", "unit": "one", "scope": "theatre"},
            ],
            unit_types=[{"unit_type": "bn"}, {"unit_type": "cook"}],
            yields=[
                {"unit_type": "bn", "capability": "inf", "amount": 1.0},
                {"unit_type": "bn", "capability": "food", "amount": -1.0, "source": "assumption"},
                {"unit_type": "cook", "capability": "food", "amount": 5.0},
            ],
            requirements=[
                {"task": "hold", "capability": "inf", "quantity": 2.0},
                {"task": "hold", "capability": "food", "quantity": 1.0},
            ],
            forces=[*pools(2, "AAA"), *pools(1, "AAA", unit="cook")],
        )
        assert allocator.solve(instance).manifest["assumptions"]["coverage_share"] == 0.0
        wide = instance.override("yields[unit_type=cook].source=assumption")
        assert allocator.solve(wide).manifest["assumptions"]["coverage_share"] == pytest.approx(0.5)

    def test_no_plan_or_an_empty_one_has_no_shares(self) -> None:
        empty = allocator.solve(self.instance().override("willingness.willingness=0"))
        assert empty.manifest["assumptions"] == {
            "figures": 12,
            "assumed": 0,
            "cost_share": None,
            "coverage_share": None,
        }
        none = allocator.solve(self.instance().override("requirements.max_gap=0"))
        assert none.status == "infeasible"
        assert none.manifest["assumptions"]["cost_share"] is None

    def test_the_same_twice_and_as_json(self) -> None:
        instance = self.instance(yields_ship={"note": "amount assumed"})
        one, two = (allocator.solve(instance).manifest["assumptions"] for _ in range(2))
        assert json.dumps(one, allow_nan=False) == json.dumps(two)
