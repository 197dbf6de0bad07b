"""Where the figures of the bundled instances come from: a source, or an assumption with range and reason."""

from __future__ import annotations

import csv
import re

import pytest

import allocator
from allocator.instance.assumed import assumed, given
from allocator.instance.tables import TABLES
from allocator.resources import shipped, shipped_instances
from tests.cli.running import ROOT

DATA = ROOT / "instances" / "data"
FORCES = [name for name in shipped_instances() if not name.startswith("toy-")]


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def reasons() -> dict[str, bool]:
    """Key of an assumption, of this project or of the data -> whether it has a range and a reason."""
    found = {row["key"]: bool(row["low"] and row["high"] and row["reasoning"]) for row in rows("assumptions")}
    for name, key in (("unit_types", ("unit_type", "attribute")), ("inventory", ("nation", "unit_type"))):
        found |= {".".join(row[part] for part in key): bool(row["source"]) for row in rows(name)}
    for name in ("planning_ratios", "further", "seed_facts"):
        found |= {row["id"]: bool(row["source"]) for row in rows(name)}
    return found


@pytest.mark.parametrize("name", FORCES)
def test_every_figure_has_a_source_or_an_assumption_with_its_reason(name: str) -> None:
    instance, known = allocator.read(name), reasons()
    sources = {row["source"]: row["title"] for row in instance.rows("sources")}
    for table in TABLES:
        for row in instance.rows(table):
            figures = {column for column in given(table, row) if row.get(column)}  # not what is blank
            if not figures:
                continue
            assert sources.get(row.get("source", ""), "").strip(), (table, row)
            if assumed(table, row) & figures:
                keys = re.findall(r"\[([\w.]+)\]", row.get("note", ""))
                assert keys, (table, row)
                assert all(known.get(key) for key in keys), (table, keys)


def test_every_assumption_has_a_range_and_a_reason_and_is_in_its_range() -> None:
    for row in rows("assumptions"):
        assert row["low"], row["key"]
        assert row["high"], row["key"]
        assert row["reasoning"], row["key"]
        assert float(row["low"]) <= float(row["value"]) <= float(row["high"]), row["key"]


def test_every_assumption_is_used() -> None:
    text = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "instances").glob("*/*.csv") if path.parent != DATA
    )
    building = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "instances" / "building").glob("*.py"))
    for row in rows("assumptions"):
        key = row["key"]
        parts = [key[: i + 1] for i, letter in enumerate(key) if letter == "_"]
        assert f"[{key}]" in text or f'"{key}"' in building or any(f'"{part}{{' in building for part in parts), key


def test_no_position_of_the_window_cites_a_later_report() -> None:
    later = re.compile(r"\b(May|June|July|August|September|October|November|December) 2025\b")
    for row in rows("positions"):
        assert row["as_of"] <= "2025-04-30" or row["as_of"] == "2025", row
        assert not later.search(row["source"]), row


def test_silence_is_the_same_everywhere() -> None:
    found = {
        row["willingness"]
        for name in FORCES
        for row in allocator.read(name).rows("willingness")
        if "nothing said" in row.get("note", "")
    }
    assert len(found) == 1


@pytest.mark.parametrize("name", FORCES)
def test_a_fleet_of_several_nations_is_a_collective(name: str) -> None:
    for row in allocator.read(name).rows("nations"):
        assert row.get("collective", False) == (row["nation"] in ("MTX", "MMF", "NTO", "EUO")), row


@pytest.mark.parametrize("name", FORCES)
def test_land_and_air_defence_have_a_core(name: str) -> None:
    for row in allocator.read(name).rows("requirements"):
        if row["capability"] in ("ground_presence", "air_defence"):
            assert row["core_share"] > 0
            assert row["core_weight"] > 1


def test_any_contingent_depends_on_the_consent_of_the_united_states() -> None:
    """Without it nobody has anyone anywhere but in training."""
    plan = allocator.solve("reassurance-force", overrides=["events.us_consent=false", "model.objectives=gap"])
    tasks = {row["task"]: row["objective"] for row in plan.instance.rows("tasks")}
    assert {tasks[row["task"]] for row in plan.rows("deployments")} == {"training"}


def test_an_orbit_takes_six_airframes() -> None:
    """Half of a fleet is usable, and three of those keep one orbit."""
    instance = allocator.read("sky-shield")
    (fleet,) = (row for row in instance.rows("forces") if row["nation"] == "NTO")
    (share,) = (
        row for row in instance.rows("yields")
        if (row["unit_type"], row["capability"]) == ("early_warning_aircraft", "early_warning")
    )  # fmt: skip
    assert fleet["availability"] * share["amount"] == pytest.approx(1 / 6, abs=1e-4)


def test_shipped_pages_exist() -> None:
    for name in FORCES:
        assert (shipped("instances") / name / "README.md").is_file(), name
