"""Sweeps over forces that are built up: orders and further objectives in rows, figures of the new tables."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import allocator
from allocator.errors import BadInput
from allocator.instance.tables import TABLES
from allocator.model import Model
from allocator.purchases import Purchases, bought
from allocator.sweeps.design.figures import figures
from allocator.sweeps.design.file import Flip
from allocator.sweeps.design.sample import scaled
from allocator.sweeps.run.facets import Facet, Name
from allocator.sweeps.run.knowledge import Knowledge
from tests.sweeps.everything import ALL, everything
from tests.toys import Row, pools, toy

BUILD = Model(families=("acquisition", "industry", "budget"), objectives=("gap", "cost", "turnover"))


def building(**columns: Any) -> allocator.Instance:
    """AAA has two battalions of four, and may buy two for the second of two periods."""
    programme = {"nation": "AAA", "unit_type": "bn", "price": 10.0, "max_units": 2, "lead_periods": 1, **columns}
    return toy(
        periods=2, indefinite=False, acquisitions=[programme], forces=pools(2, "AAA"),
        industry=[{"unit_type": "bn", "capacity": 1, "expansion_price": 3.0, "max_expansions": 1}],
    )  # fmt: skip


def test_rows_hold_orders_expansions_and_what_else_the_model_minimises(tmp_path: Path) -> None:
    """0 to 2 units are bought; the second needs an expansion; each that comes is 100 people anew."""
    design = allocator.Design(vary=("acquisitions.max_units=0,1,2",))
    for _ in range(2):  # solved, then read from the store
        with allocator.sweep(building(), design, model=BUILD, store=tmp_path / "s", workers=0) as sweep:
            rows = list(sweep.answers[0].rows)
            assert [row.orders for row in rows] == [(), (("AAA", "bn", 1, 1, 0),), (("AAA", "bn", 1, 2, 0),)]
            assert [row.expansions for row in rows] == [(), (), (("bn", 1, 1),)]
            assert [(row.values or {})["turnover"] for row in rows] == pytest.approx([0, 0.1, 0.2])
            assert [(row.values or {})["cost"] for row in rows] == pytest.approx([24, 24 + 16, 24 + 32 + 3])
            assert {"turnover", "turnover_bound", "turnover_gap"} <= set(sweep.columns())
            assert "imbalance" not in sweep.columns()
            assert list(sweep.frame()["turnover"]) == pytest.approx([0, 0.1, 0.2])
            assert [(row["point"], row["units"], row["joint"]) for row in sweep.orders()] == [(2, 1, 0), (3, 2, 0)]
            sweep.write(tmp_path / "orders.csv", "orders")
    with (tmp_path / "orders.csv").open(encoding="utf-8") as file:
        assert [row["units"] for row in csv.DictReader(file)] == ["1", "2"]


def test_a_known_plan_with_orders_proves_the_next_point() -> None:
    """A cheaper delivery after a dearer one, and a larger programme that nobody needs: orders are part of the proof."""
    design = allocator.Design(vary=("acquisitions.max_units=2,3,4,5",))
    with allocator.sweep(building(), design, model=BUILD, workers=0) as sweep:
        rows = list(sweep.answers[0].rows)
    assert sum(row.proved for row in rows) == 2  # between the ends
    assert {row.orders for row in rows} == {(("AAA", "bn", 1, 2, 0),)}


def test_points_with_other_objectives_stand_beside_each_other() -> None:
    design = allocator.Design(
        vary=("model.objectives=[gap,cost],[gap,turnover],[worst_period,gap]", "acquisitions.price=5,10")
    )
    with allocator.sweep(building(), design, model=BUILD, workers=0) as sweep:
        rows = list(sweep.answers[0].rows)
        named = [name for name in sweep.columns() if name in ("worst_period", "turnover", "imbalance")]
        assert named == ["worst_period", "turnover"]
        assert [record.get("worst_period") for record in sweep.records()] == [None] * 4 + [0.5, 0.5]
    assert all(row.status == "optimal" for row in rows)


def test_knowledge_returns_plans_with_their_purchases() -> None:
    base: dict[Name, Facet] = {}
    knowledge = Knowledge(base)
    number = knowledge.add({})
    content = {
        "status": "optimal", "stages": [["gap", 0.5, 0.5]], "values": {"gap": 0.5, "risk": 0, "cost": 1, "burden": 0},
        "deployments": [["AAA", "bn", "hold", 1, 2]], "orders": [["AAA", "bn", 1, 3, 1]], "expansions": [["bn", 1, 2]],
    }  # fmt: skip
    knowledge.learn(number, content)
    (plan,) = knowledge.about(knowledge.add({}), ("gap", "turnover")).plans
    assert dict(plan) == {("AAA", "bn", "hold", 1): 2}
    assert bought(plan) == Purchases({("AAA", "bn", 1): (3, 1)}, {("bn", 1): 2})


RANGES: dict[str, list[Row]] = {
    "requirements": [{"core_weight_low": 2.0, "core_weight_high": 5.0}],
    "forces": [{"availability_low": 0.6, "availability_high": 1.0, "home_units_low": 0, "home_units_high": 2}],
    "willingness": [{}, {"willingness_low": 0.55}, {"willingness_high": 0.8}],
    "commitments": [{"at_least_low": 1, "at_least_high": 3}, {"at_most_high": 2}],
    "prerequisites": [{"share_low": 0.2, "share_high": 0.8}],
    "funding_keys": [{"weight_low": 2.0}],
    "force_changes": [{"change_low": -2, "change_high": 2}, {"change_high": 2}],
    "acquisitions": [{"price_low": 9.0, "lead_periods_low": 0, "lead_periods_high": 2}, {"max_units_high": 4}],
    "industry": [{"capacity_low": 0, "capacity_high": 2, "expansion_price_high": 5.0}],
    "joint_purchases": [{"discount_low": 0.1, "min_nations_high": 3}],
}
"""Ranges of figures of the first rows of each table."""


def ranged() -> allocator.Instance:
    """Every table that a sweep may vary, with ranges."""
    tables: dict[str, list[Row]] = {}
    for name, ranges in RANGES.items():
        rows = everything().tables[name]
        tables[name] = [{**row, **(ranges[at] if at < len(ranges) else {})} for at, row in enumerate(rows)]
    return everything(**tables)


def test_figures_of_the_new_tables_are_keys() -> None:
    instance = ranged()
    found = figures(instance)
    assert {(f.table, f.column) for f in found} == {
        (table, key.rpartition("_")[0]) for table, rows in RANGES.items() for row in rows for key in row
    }
    assert "willingness[nation=BBB,objective=land,first_period=3].willingness" in {f.key for f in found}
    for figure in found:
        assert figure.whole == (TABLES[figure.table].by_name[figure.column].kind == "whole")
        before, after = (
            instance.tables[figure.table],
            instance.override(figure.setting(figure.high)).tables[figure.table],
        )
        assert sum(a != b for a, b in zip(before, after, strict=True)) == 1, figure.key


def test_a_change_of_a_pool_is_never_drawn_as_none() -> None:
    """From -2 to 2 there are four changes, each as likely; 0 is no change and no row can hold it."""
    (change,) = [f for f in figures(ranged()) if f.key == "force_changes[nation=AAA,unit_type=bn,period=2].change"]
    drawn = Counter(scaled(change, (k + 0.5) / 400) for k in range(400))
    assert drawn == {-2: 100, -1: 100, 1: 100, 2: 100}
    assert (scaled(change, 0.0), scaled(change, 1.0)) == (-2, 2)


def test_one_at_a_time_over_promises_pools_and_programmes() -> None:
    """Every end has the answer of a solve; loosened together, figures that change nothing are not solved."""
    named = ("forces.home_units", "forces.availability", "acquisitions.lead_periods", "commitments.at_least")
    design = allocator.Design(one_at_a_time=named)
    model = Model(families=ALL.families, objectives=("gap", "cost"))
    with allocator.sweep(ranged(), design, model=model, workers=0) as sweep:
        for row in sweep.answers[0].rows:
            cold = allocator.solve(ranged(), model, overrides=row.point.overrides)
            assert row.status == cold.status
            if cold.found:
                assert (row.values or {})["gap"] == pytest.approx(cold.value("gap"), rel=2e-4, abs=1e-6)


def test_a_threshold_of_what_is_bought() -> None:
    design = allocator.Design(threshold=(Flip("turnover<=0.1", "acquisitions.max_units=0:5"),))
    with allocator.sweep(building(), design, model=BUILD, workers=0) as sweep:
        (found,) = (answer.part.answer(answer.rows) for answer in sweep.answers)  # type: ignore[attr-defined]
    assert (found.holds_at, found.fails_at) == (1, 2)
    with pytest.raises(BadInput, match="no measure turnover"):
        allocator.sweep(building(), design, model=Model(objectives=("gap", "cost")), workers=0)
