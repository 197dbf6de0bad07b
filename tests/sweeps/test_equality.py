"""Every point of a sweep has the answer of a cold solve, whatever key is varied and however the point was proved."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

import allocator
from allocator.errors import BadInput
from allocator.instance.tables import TABLES
from allocator.stopping import Watch
from allocator.sweeps.design.parts import Point
from allocator.sweeps.run.runner import Here, Runner
from allocator.sweeps.run.store import Store
from allocator.sweeps.run.task import Setup
from tests.oracle.check import as_model
from tests.oracle.random_instances import random_instance, random_model
from tests.sweeps.everything import ALL, everything
from tests.toys import pools, toy, willing

pytestmark = pytest.mark.slow

FACTORS = ("0.25", "0.5", "0.8", "1.25", "2", "4")
SCALED = (
    ("nations", "gdp"),
    ("nations", "troop_ceiling"),
    ("unit_types", "operating_cost"),
    ("unit_types", "rotation_cost"),
    ("yields", "amount"),
    ("objectives", "priority"),
    ("requirements", "quantity"),
    ("requirements", "priority"),
    ("budgets", "amount"),
    ("forces", "units"),
    ("unit_types", "personnel"),
)
SHARES = (
    ("unit_types", "common_share"),
    ("requirements", "max_gap"),
    ("tasks", "framework_share"),
    ("willingness", "willingness"),
)
WHOLE = (
    ("forces", "units", 0, 8),
    ("forces", "min_units", 1, 3),
    ("unit_types", "rotation_ratio", 1, 4),
    ("unit_types", "personnel", 1, 900),
    ("forces", "first_period", 1, 2),
)
NEW = {
    ("forces", "availability"): ("=0.4", "=0.6", "=1"),
    ("forces", "home_units"): ("=0", "=1", "=2"),
    ("forces", "last_period"): ("=2", "=3"),
    ("forces", "units"): ("-=1", "+=1", "+=2"),
    ("force_changes", "change"): ("+=2", "=1", "=3"),
    ("requirements", "quantity"): ("*=0.5", "*=1.4"),
    ("requirements", "core_share"): ("=0", "=0.2", "=0.8"),
    ("requirements", "core_weight"): ("=1", "=2", "=6"),
    ("commitments", "at_least"): ("=0", "=1", "=3"),
    ("commitments", "at_most"): ("=0", "=2", "=4"),
    ("prerequisites", "share"): ("=0.1", "=0.7", "=1"),
    ("funding_keys", "weight"): ("=1", "=7"),
    ("willingness", "willingness"): ("=0", "=0.55", "=0.75"),
    ("willingness", "last_period"): ("=2",),
    ("acquisitions", "price"): ("*=0.2", "*=3"),
    ("acquisitions", "max_units"): ("=0", "=1", "=5"),
    ("acquisitions", "lead_periods"): ("=0", "=1", "=2"),
    ("acquisitions", "last_order_period"): ("=1", "=2"),
    ("acquisitions", "min_order"): ("=1", "=2", "=3"),
    ("industry", "capacity"): ("=0", "=1", "=3"),
    ("industry", "expansion"): ("=1", "=3"),
    ("industry", "expansion_price"): ("=0", "=40"),
    ("industry", "expansion_lead_periods"): ("=0", "=2"),
    ("industry", "max_expansions"): ("=0", "=2"),
    ("joint_purchases", "min_nations"): ("=2", "=3"),
    ("joint_purchases", "discount"): ("=0", "=0.1", "=0.5"),
    ("joint_purchases", "common_share"): ("=0", "=0.6", "=1"),
    ("unit_types", "operating_cost"): ("*=0.5", "*=2"),
    ("unit_types", "common_share"): ("=0", "=0.6"),
    ("unit_types", "personnel"): ("*=0.5", "*=1.2"),
    ("unit_types", "expendable"): ("=false",),
    ("tasks", "framework_nation"): ("=AAA", "=BBB"),
    ("tasks", "framework_share"): ("=0", "=0.6"),
    ("budgets", "amount"): ("*=0.5", "*=0.8", "*=2"),
    ("nations", "gdp"): ("*=0.6", "*=1.5"),
}
"""Changes of an instance with every table."""

ORDERS = (
    ("gap", "cost"),
    ("gap", "worst_period", "turnover"),
    ("gap", "burden", "risk"),
    ("gap", "cost", "imbalance"),
    ("worst_period", "gap"),
)
"""Objectives of the models with which that instance is swept."""

FLAGS = (("nations", "can_lead"),)
LIMITS = ("gap<=0.5", "gap<=0.9", "cost<=500", "risk<=0.5", "burden<=3")


def changes(instance: allocator.Instance, rng: random.Random) -> str | None:
    """One random change of a fact or a choice."""

    def key(table: str, column: str) -> str | None:
        rows = [row for row in instance.rows(table) if row[column] is not None]
        if not rows:
            return None
        row = rng.choice(rows)
        where = ",".join(f"{name}={row[name]}" for name in TABLES[table].key if row[name] is not None)
        return f"{table}[{where}].{column}"

    kind = rng.randrange(9)
    if kind <= 2:
        chosen = key(*rng.choice(SCALED))
        return chosen and f"{chosen}*={rng.choice(FACTORS)}"
    if kind == 3:
        chosen = key(*rng.choice(SHARES))
        return chosen and f"{chosen}={rng.choice((0, 0.3, 0.6, 1))}"
    if kind <= 5:
        table, column, least, most = rng.choice(WHOLE)
        chosen = key(table, column)
        return chosen and f"{chosen}={rng.randint(least, most)}"
    if kind == 6:
        chosen = key(*rng.choice(FLAGS))
        return chosen and f"{chosen}={rng.choice(('true', 'false'))}"
    if kind == 7 and instance.events:
        return f"events.{rng.choice(list(instance.events))}={rng.choice(('true', 'false'))}"
    return rng.choice(
        (
            f"model.willingness_floor={rng.choice((0, 0.4, 0.8))}",
            f"model.max_burden={rng.choice((0.0005, 0.005, 0.05))}",
            f"model.limits={rng.choice(LIMITS)}",
            "model.objectives=gap,cost",
            "model.families=rotation,budget,caveats",
        )
    )


def points(drawn: list[str], rng: random.Random, count: int) -> list[Point]:
    """Random points, most of them near each other: few changes, drawn again and again."""
    chosen = [Point({})]
    while len(chosen) < count:
        some = tuple(rng.sample(drawn, rng.randint(1, min(2, len(drawn)))))
        if len({change.split("=")[0] for change in some}) == len(some):
            chosen.append(Point({"changes": " ".join(some)}, some))
    return chosen


def check(seed: int, folder: Path, count: int = 14) -> tuple[int, int]:
    """Compare a sweep over a random instance with cold solves; (points, points proved without a solve)."""
    rng = random.Random(seed)
    instance = allocator.Instance.from_dict(random_instance(seed, "small" if seed % 3 else "tiny"))
    drawn = [change for change in (changes(instance, rng) for _ in range(8)) if change]
    return same(Setup(instance, as_model(random_model(seed))), points(drawn, rng, count), folder / f"{seed}.sweep")


def same(setup: Setup, asked: list[Point], file: Path) -> tuple[int, int]:
    """Compare the legal points of a sweep with cold solves; (points, points proved without a solve)."""
    good = []
    for point in asked:
        try:
            setup.at(point)
        except BadInput:
            continue
        good.append(point)
    with Store(file) as store:
        rows = list(Runner(setup, store, lambda: Here(setup), watch=Watch()).rows(good))
    for row in rows:
        cold = allocator.solve(*setup.at(row.point))
        where = (file.stem, row.point.overrides, row.how, row.stages, cold.manifest["stages"])
        assert row.status == cold.status, where
        for (name, value, bound), stage in zip(row.stages, cold.manifest["stages"], strict=True):
            assert name == stage["objective"], where
            small = 3e-4 * max(1e-3, abs(value))
            assert abs(value - stage["value"]) <= small, where
            assert bound <= stage["value"] + small, where
    return len(rows), sum(row.proved for row in rows)


@pytest.mark.parametrize(
    ("vary", "notes"),
    [
        (
            "forces[nation=AAA].units*=0.5:1.5:6",
            ["forces[nation=AAA].units*=0.5: 7 * 0.5 = 3.5, rounded down to 3 (and so at 6 of 6 values)"],
        ),
        ("forces.units,forces.min_units*=0.5,0.9,1,2.3", None),
        ("unit_types.rotation_ratio*=1,1.5,2", ["unit_types.rotation_ratio*=1.5: 3 * 1.5 = 4.5, rounded down to 4"]),
        ("horizon.periods*=1,1.5,2", ["horizon.periods*=1.5: 1 * 1.5 = 1.5, rounded down to 1"]),
        ("forces[nation=AAA].units-=0,1,2", []),
        (
            "willingness[nation=BBB,objective=land].willingness=0,0.6,1",
            [
                "willingness[nation=BBB,objective=land].willingness=0: willingness had no such row, so it was added "
                "(nation BBB, objective land, willingness 0) (and so at 3 of 3 values)"
            ],
        ),
        ("model.willingness_floor*=0.5,1,2", []),
    ],
)
def test_scaled_whole_numbers_and_added_rows_are_swept_as_solved(vary: str, notes: list[str] | None) -> None:
    instance = toy(
        nations=[{"nation": "AAA"}, {"nation": "BBB"}],
        unit_types=[{"unit_type": "bn", "rotation_ratio": 3}],
        forces=pools(7, "AAA", min_units=2) + pools(9, "BBB", min_units=2),
        willingness=willing("AAA", at=0.6),
    )
    with allocator.sweep(instance, allocator.Design(vary=(vary,)), workers=0) as sweep:
        rows = list(sweep.answers[0].rows)
        for row in rows:
            cold = allocator.solve(instance, overrides=row.point.overrides)
            assert (row.status, row.values) == (
                cold.status,
                {each["objective"]: each["value"] for each in cold.rows("objectives")},
            )
        assert notes is None or list(sweep.notes) == sweep.to_dict()["notes"] == notes
    assert len({tuple((row.values or {}).values()) for row in rows}) > 1, "what is varied moves nothing"


@pytest.mark.parametrize("first", range(0, 18, 6))
def test_every_point_is_as_a_cold_solve(first: int, tmp_path: Path) -> None:
    total, known = (
        sum(pair) for pair in zip(*(check(seed, tmp_path) for seed in range(first, first + 6)), strict=True)
    )
    assert total > 40
    assert known > total / 5, "hardly anything was proved without a solve"


@pytest.mark.parametrize("seed", range(len(ORDERS)))
def test_every_point_of_a_build_up_is_as_a_cold_solve(seed: int, tmp_path: Path) -> None:
    """Promises, prerequisites, stances by period, usable pools, orders, industry, shared funds and all objectives."""
    rng, instance = random.Random(seed), everything()
    drawn = []
    for table, column in rng.sample(sorted(NEW), 9):
        row = rng.choice(instance.tables[table])
        where = ",".join(f"{name}={row.get(name, '')}" for name in TABLES[table].key)
        drawn += [f"{table}[{where}].{column}{text}" for text in rng.sample(NEW[table, column], 1)]
    model = replace(ALL, objectives=ORDERS[seed], max_burden=ALL.max_burden if seed % 2 else None)
    total, _ = same(Setup(instance, model), points(drawn, rng, 14), tmp_path / "sweep")
    assert total >= 8
