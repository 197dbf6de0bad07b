"""Every point of a sweep has the answer of a cold solve, whatever key is varied and however the point was proved."""

from __future__ import annotations

import random
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
from tests.toys import pools, toy, willing

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


def points(instance: allocator.Instance, rng: random.Random, count: int) -> list[Point]:
    """Random points, most of them near each other: few changes, drawn again and again."""
    drawn = [change for change in (changes(instance, rng) for _ in range(8)) if change]
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
    model = as_model(random_model(seed))
    setup = Setup(instance, model)
    good = []
    for point in points(instance, rng, count):
        try:
            setup.at(point)
        except BadInput:
            continue
        good.append(point)
    with Store(folder / f"{seed}.sweep") as store:
        rows = list(Runner(setup, store, lambda: Here(setup), watch=Watch()).rows(good))
    for row in rows:
        cold = allocator.solve(*setup.at(row.point))
        where = (seed, row.point.overrides, row.how, row.stages, cold.manifest["stages"])
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


@pytest.mark.parametrize("first", range(0, 24, 6))
def test_every_point_is_as_a_cold_solve(first: int, tmp_path: Path) -> None:
    total, known = (
        sum(pair) for pair in zip(*(check(seed, tmp_path) for seed in range(first, first + 6)), strict=True)
    )
    assert total > 40
    assert known > total / 5, "hardly anything was proved without a solve"
