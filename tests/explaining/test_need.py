"""Conditions on a plan: free, possible at a price, or impossible; toys by hand."""

from __future__ import annotations

from typing import Any

import pytest

from allocator.errors import BadUsage
from allocator.explaining.need import need
from tests.explaining.helpers import bundled
from tests.explaining.truth import core_of, read, tiny


def asked(text: str, instance: str = "toy-rotation", *overrides: str) -> tuple[str, dict[str, Any]]:
    with bundled(instance, *overrides) as core:
        part = need(core, text)
    assert part.complete
    return part.lists["verdict"], part.lists


@pytest.mark.parametrize(
    "text",
    ["gap<=0.5", "coverage>=0.5", "members>=1", "members<=1", "cost<=64", "risk <= 1.2", "burden<=2",
     "unmet.hold_port.infantry<=5e-1"],
)  # fmt: skip
def test_what_the_plan_in_hand_keeps_is_free(text: str) -> None:
    """Two of four battalions are there: 64 million, 2 per mille of GDP."""
    verdict, lists = asked(text)
    assert verdict == "free"
    assert [row["value"] for row in lists["objectives"]] == [row["forced"] for row in lists["objectives"]]


@pytest.mark.parametrize(
    ("text", "gap", "cost"), [("cost<=63", 0.75, 32), ("members<=0", 1, 0), ("burden<=1", 0.75, 32), ("risk<=0", 1, 0)]
)
def test_what_costs_coverage(text: str, gap: float, cost: float) -> None:
    """Each battalion costs 32 million and covers a quarter."""
    verdict, lists = asked(text)
    rows = {row["objective"]: row for row in lists["objectives"]}
    assert verdict == "possible"
    assert (rows["gap"]["value"], rows["gap"]["forced"], rows["gap"]["bound"]) == (0.5, gap, gap)
    assert rows["cost"]["forced"] == cost


def test_what_only_other_rules_allow() -> None:
    """Three battalions need 12 with a rotation of 4; there are 10: two more cost 2 / 10, and no rotation costs 1."""
    verdict, lists = asked("coverage>=0.75")
    assert verdict == "impossible"
    assert [row["families"] for row in lists["conflicts"]] == [["rotation"]]
    assert [(row["price"], row["changes"][0]["set"]) for row in lists["repairs"]] == [
        (0.2, "forces[nation=AAA,unit_type=battalion].units=12"),
        (1.0, "unit_types[unit_type=battalion].rotation_ratio=1"),
    ]
    assert lists["ask_less"] is None
    assert lists["cheapest"] == lists["repairs"][0]


def test_what_nothing_allows() -> None:
    """There is one nation."""
    verdict, lists = asked("members>=2")
    assert verdict == "impossible"
    assert lists["conflicts"] == [{"families": [], "members": [], "minimal": True}]
    assert (lists["repairs"], lists["ask_less"], lists["cheapest"]) == ([], None, None)


def test_an_objective_alone() -> None:
    with bundled("sky-shield") as core:
        name = core.targets[1]
        assert need(core, f"coverage.{name}>=0.5").lists["verdict"] == "free"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("coverage<=0.5", "limited with >="),
        ("gap>=0.5", "limited with <="),
        ("cots<=5", "did you mean cost?"),
        ("coverage.hold>=1", "no objective"),
        ("unmet.hold_prot.infantry<=0", "did you mean hold_port.infantry?"),
        ("coverage>=90%", "write a share as 0.9"),
        ("coverage>=1.5", "from 0 to 1"),
        ("members>=1.5", "whole number"),
        ("cost<=-1", "at least 0"),
        ("cost<=1e99999999", "out of range"),
        ("cost<=nan", "no number"),
        ("cost.hold<=1", "there is no cost.hold"),
        ("cost", "expected gap"),
        ("", "expected gap"),
    ],
)
def test_bad_conditions(text: str, said: str) -> None:
    with bundled("toy-rotation") as core, pytest.raises(BadUsage) as error:
        need(core, text)
    assert said in str(error.value)


def test_a_tolerance_leaves_no_price_open() -> None:
    """The plan in hand is empty: a tolerance of 0.2 gives up the gap. That somebody comes is proved to cost burden."""
    ((obj, model),) = tiny([45])
    with core_of(*read(obj, {**model, "tolerance": 0.2})) as core:
        part = need(core, "members>=1")
    burden = next(row for row in part.lists["objectives"] if row["objective"] == "burden")
    assert burden["value"] == 0 < burden["bound"]
    assert part.lists["verdict"] == "possible"
    assert part.complete
