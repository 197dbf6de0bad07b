"""Where the figures of the bundled instances come from: a source, or an assumption with range and reason."""

from __future__ import annotations

import csv
import importlib
import re
from typing import Any

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


def untraced(instance: allocator.Instance) -> list[tuple[str, str]]:
    """Rows whose figures have no source, or are assumed without a key of an assumption that has a reason."""
    known, found = reasons(), []
    sources = {row["source"]: row["title"] for row in instance.rows("sources")}
    for table in TABLES:
        for row in instance.rows(table):
            figures = {column for column in given(table, row) if row.get(column)}  # not what is blank
            if not figures:
                continue
            keys = re.findall(r"\[([\w.]+)\]", row.get("note") or "")
            if not sources.get(row.get("source", ""), "").strip():
                found.append((table, "no source"))
            elif assumed(table, row) & figures and not (keys and all(known.get(key) for key in keys)):
                found.append((table, "no assumption"))
    return found


@pytest.mark.parametrize("name", FORCES)
def test_every_figure_has_a_source_or_an_assumption_with_its_reason(name: str) -> None:
    assert untraced(allocator.read(name)) == []


@pytest.mark.parametrize(
    ("table", "changes", "said"),
    [
        ("forces", {"source": ""}, "no source"),
        ("sources", {"title": " "}, "no source"),
        ("requirements", {"note": ""}, "no assumption"),
        ("requirements", {"note": "quantity assumed ([no_such_key] a guess)"}, "no assumption"),
        ("unit_types", {"note": "operating_cost assumed"}, "no assumption"),
    ],
)
def test_a_figure_without_a_source_or_reason_is_found(table: str, changes: dict[str, str], said: str) -> None:
    tables = allocator.read("safe-seas").to_dict()
    tables[table] = [{**row, **changes} for row in tables[table]]
    assert said in {reason for _, reason in untraced(allocator.Instance.from_dict(tables))}


STRUCTURE = {"first_period", "last_period", "latitude", "longitude", "symbol"}
"""Numbers that say when and where, or draw a sign, and are no figures."""
TYPED = {
    ("conditions", "value", "4"): "how many nations make a broad coalition: the page of `reassurance-rotation` says so",
    ("unit_types", "operating_cost", "0"): "the tonnage that the straits allow is no unit, and costs nothing",
}


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The rows of each instance as the scripts make them: a figure there is a fact with its origin, not yet text."""
    monkeypatch.syspath_prepend(ROOT / "instances")
    facts, refresh, scenario, scenarios, ifor = (
        importlib.import_module(f"building.{name}")
        for name in ("facts", "refresh", "scenario", "scenarios", "ifor_1996")
    )
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for module in (scenario, ifor):
        monkeypatch.setattr(module, "built", lambda name, _, tables: found.setdefault(name, tables))
    known = facts.Facts(refresh.DATA)
    for each in scenarios.scenarios(known):
        each.build(known)
    ifor.ifor_1996(known)
    return found


def origin(cell: Any, known: dict[str, bool], citations: set[str]) -> str:
    """Where a fact comes from; blank if nowhere."""
    if cell.basis in ("seen", "computed"):
        return cell.source if cell.source in citations else ""
    return cell.key if known.get(cell.key) else ""


def test_every_figure_is_made_from_the_data(built: dict[str, dict[str, list[dict[str, Any]]]]) -> None:
    """No number is typed in a script: each is a row of the data, or worked out from rows."""
    assert set(built) == set(FORCES)
    known, citations = (
        reasons(),
        {row["source"] for path in DATA.glob("*.csv") for row in rows(path.stem) if "source" in row},
    )
    typed, count = set(), 0
    for tables in built.values():
        for table, content in tables.items():
            for row in content:
                for column, cell in row.items():
                    if hasattr(cell, "basis"):
                        count += 1
                        assert origin(cell, known, citations), (table, column, cell)
                    elif column not in STRUCTURE | {"source", "note"} and re.fullmatch(r"-?[\d.]+", str(cell)):
                        typed.add((table, column, str(cell)))
    assert typed == set(TYPED)
    assert count > 4000


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


def test_costs_of_other_years_are_in_dollars_of_2024(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Dutch battery of 2013: 20 million euro at 1.33 dollars, prices 313.689 over 232.957: 35.8 million dollars."""
    monkeypatch.syspath_prepend(ROOT / "instances")
    facts = importlib.import_module("building.facts").Facts(importlib.import_module("building.refresh").DATA)
    assert facts.unit_price("gbad_long_battery", "annual_deployed_cost").value == pytest.approx(35.82, abs=0.01)
    assert facts.unit_price("escort", "annual_deployed_cost").value == pytest.approx(11.7 * 1.53 * 313.689 / 237.017)
    (battery,) = (
        row for row in allocator.read("sky-shield").rows("unit_types") if row["unit_type"] == "air_defence_battery"
    )
    assert 12 * battery["operating_cost"] == pytest.approx(35.82, abs=0.01)
    assert 12 * battery["operating_cost_low"] == pytest.approx(12.41, abs=0.01)  # Germany in 2015
    assert facts.unit_price("any_troops", "troop_year_cost").value == 100_000  # of 2025: as it is


def test_classes_of_brigades_and_squadrons_that_nobody_published_have_a_range() -> None:
    """Two French medium brigades are 16 lots, 12 to 20; German squadrons worked out, British ones counted."""
    pools = {(row["nation"], row["unit_type"]): row for row in allocator.read("deterrence-force").rows("forces")}
    ends = {
        key: (row["units_low"], row["units"], row["units_high"])
        for key in (("FRA", "companies_medium"), ("DEU", "combat_squadron"), ("GBR", "combat_squadron"))
        for row in (pools[key],)
    }
    assert list(ends.values()) == [(12, 16, 20), (10, 13, 16), (None, 9, None)]
