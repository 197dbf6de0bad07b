"""The cases favourable and adverse: every figure at the end that can only help, or only hurt, coverage."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest

from allocator import Instance
from allocator.instance.case import CASES
from allocator.instance.tables import TABLES
from tests.instance.building import Change, Content, changed, made, sound

UP = {
    "nations": ["gdp", "troop_ceiling"],
    "yields": ["amount"],
    "requirements": ["max_gap", "core_weight"],
    "forces": ["units", "availability"],
    "willingness": ["willingness"],
    "budgets": ["amount"],
    "commitments": ["at_most"],
    "force_changes": ["change"],
    "acquisitions": ["max_units"],
    "industry": ["capacity", "expansion", "max_expansions"],
    "joint_purchases": ["discount"],
}
DOWN = {
    "unit_types": ["operating_cost", "rotation_cost", "rotation_ratio"],
    "tasks": ["framework_share"],
    "requirements": ["quantity"],
    "forces": ["min_units", "home_units"],
    "commitments": ["at_least"],
    "prerequisites": ["share"],
    "acquisitions": ["price", "min_order"],
    "industry": ["expansion_price"],
    "joint_purchases": ["min_nations"],
}
NEITHER = {
    "nations": ["active_personnel", "defence_spending", "population"],
    "unit_types": ["personnel", "common_share"],
    "objectives": ["priority"],
    "tasks": ["latitude", "longitude"],
    "requirements": ["priority", "core_share"],
    "funding_keys": ["weight"],
    "acquisitions": ["lead_periods"],
    "industry": ["expansion_lead_periods"],
    "joint_purchases": ["common_share"],
}


def test_every_figure_of_every_table_has_its_direction() -> None:
    known = {
        (table, column): better
        for better, tables in (("up", UP), ("down", DOWN), ("", NEITHER))
        for table, columns in tables.items()
        for column in columns
    }
    assert known == {
        (table.name, name): table.by_name[name].better for table in TABLES.values() for name in table.figures
    }


def test_the_command_line_offers_every_case() -> None:
    import click

    from allocator.cli.options import case_option

    (option,) = click.command(case_option(lambda: None)).params
    assert isinstance(option.type, click.Choice)
    assert tuple(option.type.choices) == CASES


@pytest.mark.parametrize(
    ("change", "favourable", "adverse"),
    [
        (("forces", 1, {"units": 6, "units_low": 4, "units_high": 9}), 9, 4),
        (("forces", 1, {"units": 6, "units_low": 4}), 6, 4),
        (("forces", 2, {"availability_low": 0.5}), 1.0, 0.5),
        (("unit_types", 1, {"rotation_ratio": 2, "rotation_ratio_low": 1, "rotation_ratio_high": 4}), 1, 4),
        (("requirements", 1, {"quantity": 4.0, "quantity_low": 1.0, "quantity_high": 8.0}), 1.0, 8.0),
        (("force_changes", 2, {"change": -2, "change_low": -3, "change_high": -1}), -1, -3),
        (("yields", 2, {"amount": -2.0, "amount_low": -3.0, "amount_high": -1.0}), -1.0, -3.0),
        (("unit_types", 1, {"personnel": 100, "personnel_low": 50, "personnel_high": 200}), 100, 100),
        (("acquisitions", 1, {"lead_periods": 1, "lead_periods_low": 0, "lead_periods_high": 2}), 1, 1),
        # a blank limit is none, which helps more than any figure; the least figure hurts the most
        (("nations", 2, {"troop_ceiling_low": 100, "troop_ceiling_high": 900}), None, 100),
        (("nations", 2, {"troop_ceiling_high": 900}), None, 900),
        (("nations", 3, {"gdp_low": 100.0, "gdp_high": 900.0}), None, 100.0),
        (("commitments", 1, {"at_most": None, "at_most_low": 2, "at_most_high": 3}), None, 2),
        # a line stays in the gap, or out of it
        (("requirements", 1, {"quantity": 4.0, "quantity_low": 0.0, "quantity_high": 8.0}), 4.0, 8.0),
        (("requirements", 1, {"quantity": 0.0, "quantity_high": 8.0}), 0.0, 0.0),
    ],
)
def test_a_figure_goes_to_its_end(change: Change, favourable: Any, adverse: Any) -> None:
    table, row, cells = change
    assert row is not None
    assert cells is not None
    instance = made(change)
    column = next(name for name in cells if "_low" in name or "_high" in name).rpartition("_")[0]
    for name, value in (("favourable", favourable), ("adverse", adverse)):
        case = instance.case(name)
        assert case.rows(table)[row - 1][column] == value, name
        assert case.case(name) == case
        assert Instance.from_dict(case.to_dict()) == case
        assert {k: v for k, v in case.rows(table)[row - 1].items() if k != column} == {
            k: v for k, v in instance.rows(table)[row - 1].items() if k != column
        }


class TestFrameworkNation:
    """A framework_share that falls to 0 takes its nation along, because it has no effect there."""

    def test_in_a_case_without_a_high_end(self) -> None:
        instance = made(("tasks", 1, {"framework_share_low": 0.0}))
        for name in ("low", "favourable"):
            case = instance.case(name)
            assert "framework_nation" not in case.tables["tasks"][0]
            assert case.notes == (
                f"--case {name}: the framework_nation AAA of hold was removed: without a framework_share it has no "
                "effect",
            )
        assert instance.case("adverse").tables["tasks"][0]["framework_nation"] == "AAA"

    def test_not_where_the_high_end_is_above_0(self) -> None:
        instance = made(("tasks", 1, {"framework_share_low": 0.0, "framework_share_high": 0.6}))
        assert instance.case("favourable").rows("tasks")[0]["framework_nation"] == "AAA"

    def test_in_an_override(self) -> None:
        changed_one = sound().override("tasks[task=hold].framework_share=0")
        assert "framework_nation" not in changed_one.tables["tasks"][0]
        assert "the framework_nation AAA of hold was removed" in changed_one.notes[0]


def _spread(rng: random.Random, column: Any, base: Any) -> dict[str, Any]:
    """A range around a figure that its column accepts, and that keeps the checks across rows content."""
    if column.kind == "whole":
        low, high = base - rng.randint(0, 1), base + rng.randint(0, 2)
    else:
        low, high = base * rng.uniform(0.5, 1), base * rng.uniform(1, 1.5)
    least = column.least if column.least is not None else -9
    most = column.most if column.most is not None else 1e6
    if column.nonzero and low <= 0 <= high:
        low = high = base
    return {f"{column.name}_low": max(low, least), f"{column.name}_high": min(high, most)}


def _ranged(rng: random.Random) -> Content:
    content = changed(
        ("unit_types", 1, {"common_share": 0.2, "rotation_cost": 1.0}),
        ("nations", 1, {"troop_ceiling": 900.0}),
        ("forces", 2, {"units": 6}),
        ("requirements", 2, {"core_share": 0.25, "core_weight": 2.0, "max_gap": 0.5}),
    )
    for table, rows in content.items():
        for row in rows if table != "instance" else ():
            for column in (TABLES[table].by_name[name] for name in TABLES[table].figures):
                base = row.get(column.name, column.default)
                fixed = column.name in ("latitude", "longitude", "at_least", "at_most") or row.get("expendable")
                if base is not None and not fixed and column.better and rng.random() < 0.7:
                    row.update(_spread(rng, column, base))
    return content


def _draw(rng: random.Random, instance: Instance) -> Instance:
    """The instance with every figure that has a direction anywhere in its range."""
    content = instance.to_dict()
    for table, rows in content.items():
        for row in rows if table != "instance" else ():
            for column in (TABLES[table].by_name[name] for name in TABLES[table].figures):
                low, high = row.get(f"{column.name}_low"), row.get(f"{column.name}_high")
                if low is not None and high is not None and column.better:
                    row[column.name] = rng.randint(low, high) if column.kind == "whole" else rng.uniform(low, high)
    return Instance.from_dict(content)


def _loose(instance: Instance) -> dict[Any, Any]:
    """What the constraints are made of, by the formulas of the format; each is looser if it is larger."""
    found: dict[Any, Any] = {}
    rows = instance.rows
    periods = range(1, instance.periods + 1)
    changes: dict[Any, list[tuple[int, int]]] = {}
    for row in rows("force_changes"):
        changes.setdefault((row["nation"], row["unit_type"]), []).append((row["period"], row["change"]))
    for row in rows("forces"):
        pool = row["nation"], row["unit_type"]
        share = Fraction(row["availability"])
        for a in periods:
            for b in range(a, instance.periods + 1):
                owned = row["units"] + sum(c for t, c in changes.get(pool, []) if t <= a)
                owned += sum(max(0, c) for t, c in changes.get(pool, []) if a < t <= b)
                found["usable", *pool, a, b] = share * owned - min(row["home_units"], share * owned)
        found["min_units", *pool] = -row["min_units"]
    for row in rows("unit_types"):
        cost = row["rotation_cost"] + instance.months_per_period * row["operating_cost"]
        found["own", row["unit_type"]] = -cost * (1 - row["common_share"])
        found["common", row["unit_type"]] = -cost * row["common_share"]
        found["relief", row["unit_type"]] = -row["rotation_ratio"]
    for i, row in enumerate(rows("requirements")):
        found["must", i] = -(1 - row["max_gap"]) * row["quantity"]
        for supply in (0.0, 0.5, 1.0, 2.5):  # what a plan that supplies so much adds to the gap
            short = max(0.0, row["quantity"] - supply) / row["quantity"]
            core, extra = row["core_share"], row["core_weight"] - 1
            found["term", i, supply] = -(short + extra * max(0.0, short - (1 - core))) / (1 + extra * core)
    discount = {row["unit_type"]: row["discount"] for row in rows("joint_purchases")}
    for row in rows("acquisitions"):
        programme = row["nation"], row["unit_type"]
        found["price", *programme] = -row["price"]
        found["joint", *programme] = -row["price"] * (1 - discount.get(row["unit_type"], 0))
        found["most", *programme] = row["max_units"]
        found["least", *programme] = -row["min_order"]
    for row in rows("industry"):
        for expansions in range(row["max_expansions"] + 1):
            found["delivers", row["unit_type"], expansions] = row["capacity"] + row["expansion"] * expansions
        found["expansion", row["unit_type"]] = -row["expansion_price"]
    plain = [
        ("budgets", "amount", 1), ("willingness", "willingness", 1), ("nations", "troop_ceiling", 1),
        ("nations", "gdp", 1), ("tasks", "framework_share", -1), ("prerequisites", "share", -1),
        ("joint_purchases", "min_nations", -1), ("yields", "amount", 1), ("commitments", "at_least", -1),
        ("commitments", "at_most", 1),
    ]  # fmt: skip
    for table, column, sign in plain:
        for i, row in enumerate(rows(table)):
            if row[column] is not None:
                found[table, column, i] = sign * row[column]
    return found


@pytest.mark.parametrize("seed", range(20))
def test_what_the_constraints_are_made_of_lies_between_the_two(seed: int) -> None:
    """Favourable is at least as loose as any draw, and any draw at least as loose as adverse."""
    rng = random.Random(seed)
    instance = Instance.from_dict(_ranged(rng))
    loose, tight = _loose(instance.case("favourable")), _loose(instance.case("adverse"))
    assert any(loose[key] > tight[key] for key in tight)
    for draw in (instance, *(_draw(rng, instance) for _ in range(5))):
        between = _loose(draw)
        for key in tight:
            assert tight[key] <= between[key] + 1e-12, key
        for key in between:
            assert between[key] <= loose[key] + 1e-12, key
