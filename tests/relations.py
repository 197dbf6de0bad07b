"""What must hold between the numbers that an answer prints, recomputed from them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest

from allocator import Hedge
from allocator.exact import exact
from allocator.hedging.answer import OTHER
from allocator.statistics import cvar
from tests.present import present

ROOM = 2e-6
"""What a later stage may take beside the tolerance, twice."""


def near(value: Any) -> Any:
    return pytest.approx(value, rel=1e-9, abs=1e-9)


def relative(stage: float, bound: float) -> float:
    if max(abs(stage), abs(bound)) <= 1e-9:
        return 0.0
    return (stage - bound) / max(abs(stage), 1e-9)


def objectives_fit(
    rows: list[dict[str, Any]], tolerance: float, listed: Sequence[str] | None = None, asked: float | None = None
) -> None:
    """The rows of ``objectives``, of a plan or a hedge; ``asked`` is the gap to which they are said to be closed."""
    for row in rows:
        value, given_up, bound, gap = (row[name] for name in ("value", "given_up", "bound", "relative_gap"))
        if listed is not None and row["objective"] not in listed:
            assert given_up is bound is gap is None
            continue
        stage = value - given_up
        assert given_up >= 0
        assert bound <= stage + 1e-9 * max(1, abs(stage))
        assert gap == near(relative(stage, bound))
        assert given_up <= tolerance * abs(stage) + ROOM * max(1, abs(stage))
        if asked is not None:
            assert gap <= asked + 1e-5
    assert rows[-1]["given_up"] in (0, None) or listed is not None
    if listed is not None:
        assert next(row["given_up"] for row in rows if row["objective"] == listed[-1]) == 0


def counting_on_all_fits(found: Hedge, plans: dict[str, dict[str, Any]]) -> None:
    """The plans that count on all: as good as their solve if all stay, and no other is worth more."""
    compared = "expected_case_strict" if "expected_case_strict" in plans else "expected_case"
    for name in {"expected_case", compared}:
        rows = {row["objective"]: row for row in found.rows("expected_objectives") if row["plan"] == name}
        assert list(rows) == ["gap", "cost", "value"]
        assert all(row["bound"] <= row["value"] + 1e-9 for row in rows.values())
        assert plans[name]["cost"] == near(rows["cost"]["value"])
        assert 1 - plans[name]["coverage_all_stay"] <= rows["gap"]["value"] + ROOM
        if found.enumerated:
            assert plans[name]["value"] <= rows["value"]["value"] + ROOM
            assert rows["value"]["bound"] <= plans[name]["value"] + ROOM
    if OTHER in plans:
        assert plans[OTHER]["value"] >= plans[compared]["value"] - ROOM
        assert (
            plans[OTHER]["coverage_all_stay"]
            >= plans[compared]["coverage_all_stay"] - found.manifest["options"]["gap"] - ROOM
        )
        assert plans[OTHER]["cost"] == pytest.approx(plans[compared]["cost"], rel=1e-5)


def hedge_fits(found: Hedge) -> None:
    """All that a hedge prints, from its tables and its options alone."""
    options, tolerance = found.manifest["options"], found.model.tolerance
    weight, alpha = exact(options["weight"]), exact(options["cvar"])
    rows = {row["objective"]: row for row in found.rows("objectives")}
    objectives_fit(found.rows("objectives"), tolerance, asked=options["gap"] if found.status == "optimal" else None)
    price = {row["unit_type"]: row["expansion_price"] for row in found.instance.rows("industry")}
    expanded = sum(price[row["unit_type"]] * row["expansions"] for row in found.rows("industry"))
    bought = sum(row["cost"] for row in found.rows("orders")) + expanded
    assert sum(row["cost"] for row in found.rows()) + bought == near(rows["cost"]["value"])
    assert not found.check()
    plans = {row["plan"]: row for row in found.rows("plans")}
    futures = found.rows("futures")
    shares = [Fraction(row["probability"]) for row in futures]
    assert sum(shares) == near(1)
    for name, plan in plans.items():
        gaps = [1 - Fraction(row[name]) for row in futures]
        expected = float(sum(share * gap for share, gap in zip(shares, gaps, strict=True)))
        worst = float(cvar(gaps, shares, alpha))
        assert plan["coverage"] == near(1 - expected)
        assert plan["coverage_worst"] == pytest.approx(1 - worst, abs=1e-6)
        assert worst >= expected - 1e-9
        assert plan["value"] == pytest.approx(
            float((1 - weight) * (1 - exact(plan["coverage"])) + weight * (1 - exact(plan["coverage_worst"]))), abs=1e-9
        )
        assert all(row[name] <= row["wait_and_see"] + 1e-12 for row in futures)
        assert 0 <= plan["no_plan"] <= 1
    assert set(plans) - {OTHER} == {"two_stage", "expected_case", "wait_and_see"} | (
        {"two_stage_strict", "expected_case_strict"} if tolerance else set()
    )
    counting_on_all_fits(found, plans)
    assert plans["two_stage"]["cost"] == near(rows["cost"]["value"])
    planned, expected = (plans.get(f"{name}_strict", plans[name])["value"] for name in ("two_stage", "expected_case"))
    assert found.vss == near(expected - planned)
    assert found.evpi == near(planned - plans["wait_and_see"]["value"])
    vss, evpi = present(found.vss), present(found.evpi)
    assert evpi >= 0
    if found.enumerated:
        gap = rows["gap"]
        assert plans["two_stage"]["value"] == near(gap["value"])
        assert gap["bound"] <= planned + 1e-9 <= gap["value"] + ROOM
        assert planned <= gap["value"] - gap["given_up"] + ROOM
        assert vss >= -ROOM
        for share, (low, high) in ((vss, present(found.vss_range)), (evpi, present(found.evpi_range))):
            assert low <= share + 1e-12
            assert share <= high + 1e-12
            assert low >= -ROOM
        if found.status == "optimal" and options["time_limit"] is None:
            low, high = present(found.evpi_range)
            assert high - low <= 3 * options["gap"] + 1e-4
    else:
        assert found.vss_range is found.evpi_range is None
        estimate = present(found.estimate)
        assert estimate.gap == near(min(1, max(0, estimate.upper - estimate.lower)))
        assert 1 >= estimate.error >= estimate.gap
        assert estimate.upper >= planned - 1e-9
