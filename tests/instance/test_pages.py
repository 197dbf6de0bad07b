"""Every number that a page quotes is worked out again, and every statement that its figures could contradict is held.

The pages are made of templates, the data and what the solves found (`instances/building/recorded`). Here all tables are
worked out anew from the recorded deployments and orders, the audit checks those, and the page must come out as it is.
`tests/test_matrix.py` solves the answers themselves again.
"""

from __future__ import annotations

import importlib
import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import allocator
from allocator.resources import shipped_instances
from tests.cli.running import ROOT

BUILDING = ROOT / "instances" / "building"
FORCES = [name for name in shipped_instances() if not name.startswith("toy-") and name != "ifor-1996"]
SHARED = ("ifor-1996", "SWEEPS", "BACKTESTS", "EFFECTS")
"""Templates and records beside those of the forces."""

NUMBERS = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand"
    r"|half(?!-year)|halves|thirds?|quarters?|fifths?|eighths?|tenths?|twice|dozen)\b",
    re.IGNORECASE,
)
LABELS = re.compile(
    r"\{[^}]*\}|`[^`]*`|\b[A-Z]{2}\d{2,3}\b|\b(?:19|20)\d\d\b|^# [a-z0-9-]+:|\d+(?= \w+ (?:19|20)\d\d)"
    r"|<!--.*?-->|^```.*?^```$",
    re.MULTILINE | re.DOTALL,
)


@pytest.fixture
def building(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    monkeypatch.syspath_prepend(ROOT / "instances")
    return lambda name: importlib.import_module(f"building.{name}")


@cache
def scenarios() -> dict[str, Any]:
    facts = importlib.import_module("building.facts").Facts(importlib.import_module("building.refresh").DATA)
    return {s.name: (s, facts) for s in importlib.import_module("building.scenarios").scenarios(facts)}


def test_every_force_has_a_template_and_a_record(building: Callable[[str], Any]) -> None:
    building("scenarios")
    assert set(scenarios()) == set(FORCES)
    for folder, ending in (("pages", "md"), ("recorded", "json")):
        assert {path.stem for path in (BUILDING / folder).glob(f"*.{ending}")} == {*FORCES, *SHARED}


@pytest.mark.parametrize("name", FORCES)
def test_the_page_is_what_comes_out_when_all_is_worked_out_again(name: str, building: Callable[[str], Any]) -> None:
    """Its statements hold, too: the page is not written while one does not."""
    page, load = building("page"), building("recorded").load
    scenario, facts = scenarios()[name]
    record = load(name)
    expected = tomllib.loads((ROOT / "instances" / name / "expected.toml").read_text(encoding="utf-8"))
    for label, run in record.runs.items():
        assert run.broken == [], label
        assert {value[0]: pytest.approx(value[1], rel=1e-6, abs=1e-9) for value in run.stages} == run.values, label
    assert record.base.status == "optimal"
    assert all(gap is None or gap <= 1e-4 for *_, gap in record.base.stages)
    for objective, value in expected["objectives"].items():
        assert record.base.values[objective] == pytest.approx(value, rel=1e-6, abs=1e-6)
    assert page.rendered(scenario, facts, record) == (ROOT / "instances" / name / "README.md").read_text(
        encoding="utf-8"
    )


def test_the_table_of_costs_is_what_the_data_give(building: Callable[[str], Any]) -> None:
    building("scenarios")
    costs, (_, facts) = building("costs"), scenarios()["sky-shield"]
    page = costs.PAGE.read_text(encoding="utf-8")
    assert costs.between(page, "costs", costs.costs_text(facts)) == page
    assert costs.between(page, "unfound", costs.unfound_text(facts)) == page


def test_the_shared_pages_are_what_comes_out_of_the_records(building: Callable[[str], Any]) -> None:
    """The back-tests and the sweeps: their statements hold, and no number is typed."""
    building("scenarios")
    (_, facts), folder = scenarios()["sky-shield"], ROOT / "instances"
    record = building("recorded").load("ifor-1996")
    for label, run in record.runs.items():
        assert run.broken == [], label
        assert {value[0]: pytest.approx(value[1], rel=1e-6, abs=1e-9) for value in run.stages} == run.values, label
        assert all(gap == 0 for *_, gap in run.stages), label
    pages = {
        "ifor-1996/README.md": building("backtest").rendered_backtest(facts, record),
        "SWEEPS.md": building("sweeps").rendered_sweeps(facts),
        "BACKTESTS.md": building("backtests_page").rendered_backtests(facts),
        "EFFECTS.md": building("effects").rendered_effects(facts, FORCES),
    }
    for name, page in pages.items():
        assert page == (folder / name).read_text(encoding="utf-8"), name


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("without France                30.2 %", "without France                53.4 %", "France costs most"),
        (
            "Türkiye            29.8 %            40.5",
            "Türkiye            29.8 %            71.4",
            "Türkiye matters most",
        ),
    ],
)
def test_a_sweep_that_says_otherwise_stops_the_page(
    old: str, new: str, said: str, building: Callable[[str], Any]
) -> None:
    building("scenarios")
    text = (BUILDING / "recorded" / "SWEEPS.json").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(ValueError, match=f"SWEEPS: no longer true: .*{said}"):
        building("sweeps").rendered_sweeps(scenarios()["sky-shield"][1], json.loads(text.replace(old, new)))


def test_a_score_that_says_otherwise_stops_the_page(building: Callable[[str], Any]) -> None:
    building("scenarios")
    _, facts = scenarios()["sky-shield"]
    changed = json.loads((BUILDING / "recorded" / "BACKTESTS.json").read_text(encoding="utf-8"))
    changed["scores"][2]["shares unchanged"][0] = 9.0
    tests = building("backtests").Backtests(facts, changed)
    with pytest.raises(ValueError, match=r"BACKTESTS: no longer true: .*nearly as good"):
        building("backtests_page").rendered_backtests(facts, tests)


@pytest.mark.parametrize("name", [*FORCES, *SHARED])
def test_no_number_of_a_template_is_outside_a_field(name: str) -> None:
    text = (BUILDING / "pages" / f"{name}.md").read_text(encoding="utf-8")
    left = LABELS.sub("", text)
    assert [left[max(0, at.start() - 40) : at.end() + 20] for at in NUMBERS.finditer(left)] == []


@pytest.mark.parametrize("name", FORCES)
def test_the_assumptions_of_a_page_are_the_first_of_its_tornado(name: str) -> None:
    found = json.loads((BUILDING / "recorded" / f"{name}.json").read_text(encoding="utf-8"))["tornado"]
    effects = [max(map(abs, row["change"].values())) for row in found["sources"]]
    assert effects == sorted(effects, reverse=True)
    page = (ROOT / "instances" / name / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `(\S+)` \|", page.split("## The assumptions that matter most")[1], re.MULTILINE)
    assert named == [row["source"] for row in found["sources"][:5]]
    if found["least"] is not None:
        assert found["least"] - 1e-6 <= found["coverage"] <= found["most"] + 1e-6


def test_the_assumptions_of_the_back_test(building: Callable[[str], Any]) -> None:
    building("scenarios")
    answer, (_, facts) = building("answer"), scenarios()["sky-shield"]
    page = (ROOT / "instances" / "ifor-1996" / "README.md").read_text(encoding="utf-8")
    found = building("recorded").tornado(allocator.read("ifor-1996"))
    assert building("writing").between(page, "assumptions", answer.assumptions_text(facts, found, 1.0)) == page


def test_values_without_a_proof_are_marked(building: Callable[[str], Any]) -> None:
    """A value is marked where the run stopped before its stage was proved, and nowhere else."""
    record, answer = building("recorded").load("european-army"), building("answer")
    proved = record.runs["half of the land forces is usable"]
    (name, value, *_), *others = proved.stages
    run = replace(proved, status="feasible", stages=((name, value, 0.9 * value, 0.1), *others))
    marks = {key: answer.cell(run, key).startswith("~") for key in answer.ORDER}
    assert marks == {name: gap > 1e-4 for name, _, _, gap in run.stages} == {
        "gap": True, "risk": False, "cost": False, "burden": False,
    }  # fmt: skip
    assert not any(answer.cell(record.base, key).startswith("~") for key in answer.ORDER)


def test_a_force_that_no_source_moves_says_so(building: Callable[[str], Any]) -> None:
    page = (ROOT / "instances" / "us-drawdown" / "README.md").read_text(encoding="utf-8")
    assert re.search(r"None of \d+ sources and assumptions is shown to change coverage", " ".join(page.split()))
    assert "here are all of them" not in page


@pytest.mark.parametrize("name", ["safe-seas", "sky-shield", "training-mission"])
def test_the_first_assumption_solved_again(name: str) -> None:
    """Both ends of the assumption that matters most, in solves of their own."""
    from allocator.sweeps.design.sources import sources

    instance = allocator.read(name)
    first = json.loads((BUILDING / "recorded" / f"{name}.json").read_text(encoding="utf-8"))["tornado"]
    row = first["sources"][0]
    (origin,) = (origin for origin in sources(instance) if origin.key == row["source"])
    for end, change in row["change"].items():
        plan = allocator.solve(instance, overrides=[*origin.ends[end], "model.objectives=gap"], gap=1e-3)
        assert 1 - plan.value("gap") == pytest.approx(first["coverage"] + change, abs=0.01)


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (0.41, "%", "41 %"),
        (15_992, "k", "16,000"),
        (11, "words", "eleven"),
        (6, "Words", "Six"),
        (0.59, "share", "three fifths"),
        (0.5, "share", "half"),
        (1 / 3, "share", "a third"),
        (0.26, "share", "a quarter"),
        (2.02, "times", "twice"),
        (0.118, "points", "twelve"),
        (0.0443, "up", "0.05"),
        (4.0, "n", "4"),
        (0.25, "n", "0.25"),
    ],
)
def test_a_number_in_words(value: float, form: str, text: str, building: Callable[[str], Any]) -> None:
    assert f"{building('quotes').Number(value):{form}}" == text


@pytest.mark.parametrize(("value", "form"), [(0.45, "share"), (2.5, "words"), (1.5, "times"), (25, "words")])
def test_a_number_that_words_would_bend_is_refused(value: float, form: str, building: Callable[[str], Any]) -> None:
    with pytest.raises(ValueError, match=r"near no|no whole number"):
        format(building("quotes").Number(value), form)


def test_a_statement_that_is_no_longer_true_stops_the_page(
    building: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = building("page")
    scenario, facts = scenarios()["safe-seas"]
    monkeypatch.setitem(page.STATEMENTS, "safe-seas", lambda _: ({}, {"the moon is made of cheese": False}))
    with pytest.raises(ValueError, match="safe-seas: no longer true: the moon is made of cheese"):
        page.rendered(scenario, facts)


@pytest.mark.parametrize("page", ["docs/forces/index.md", "docs/how-to/claims.md"])
def test_only_public_claims_are_called_public(page: str) -> None:
    """What somebody published names who; what we read out of the debate, or test of the model, begins with "a"."""
    claims = tomllib.loads((ROOT / "instances" / "claims.toml").read_text(encoding="utf-8"))["claim"]
    public = sum(not claim["who"].startswith("a ") for claim in claims)
    tests = sum(claim["who"] == "a test of the model" for claim in claims)
    text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    ours = len(claims) - public - tests
    assert f"{len(claims)} claims: {public} public ones, {ours} readings of ours and {tests} tests of the model" in text


def test_a_reading_that_is_not_recorded_or_not_proved_stops_the_page(
    building: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each reading changes the instance as its record says; a run that is open or breaks a rule is refused."""
    building("scenarios")
    readings, (_, facts) = building("readings"), scenarios()["sky-shield"]
    kept = json.loads(readings.RECORD.read_text(encoding="utf-8"))
    monkeypatch.setattr(readings, "READINGS", readings.READINGS[:1])
    monkeypatch.setattr(readings, "RECORD", tmp_path / "kept.json")
    (name,) = (name for name in kept if name.startswith("sky-shield: yields"))
    for changed, said in (({}, "not recorded"), ({name: {**kept[name], "status": "feasible"}}, "feasible, breaks")):
        readings.RECORD.write_text(json.dumps(changed), encoding="utf-8")
        with pytest.raises(ValueError, match=said):
            readings.measured(facts)


def test_one_aircraft_an_orbit_by_hand(building: Callable[[str], Any]) -> None:
    """France's two usable aircraft keep two orbits: four squadrons; its batteries, one of which is out, shield two."""
    building("scenarios")
    readings, (_, facts) = building("readings"), scenarios()["sky-shield"]
    reading, then, now = readings.measured(facts)[0]
    assert readings.figures(reading, then, now) == ("15 jets", "0 jets")
    assert building("quotes").lines(now)["baltic_air_policing.combat_aircraft"][1] == 15


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [  # status and gaps of two stages
        (("feasible", 0.1, 0.2), ("optimal", 0.0, 0.0), True),
        (("feasible", 0.1, 0.2), ("feasible", 0.1, 0.1), True),
        (("feasible", 0.1, 0.2), ("feasible", 0.2, 0.0), False),
        (("feasible", 0.1, 0.2), ("feasible", 0.1, 0.2), False),
    ],
)
def test_a_row_that_is_solved_again_is_kept_where_its_proof_is_better(
    before: tuple[str, float, float], after: tuple[str, float, float], kept: bool, building: Callable[[str], Any]
) -> None:
    one, other = (
        {"status": status, "stages": [["gap", 0, 0, a], ["cost", 0, 0, b]]} for status, a, b in (after, before)
    )
    assert building("recorded").better(one, other) is kept


@pytest.mark.parametrize(
    ("full", "of", "said"),
    [
        (0, 3, "none of 3 requirements is"),
        (1, 3, "1 of 3 requirements is"),
        (2, 3, "2 of 3 requirements are"),
        (1, 1, "the only requirement is"),
        (0, 1, "the only requirement is not"),
    ],
)
def test_how_many_requirements_are_met(full: int, of: int, said: str, building: Callable[[str], Any]) -> None:
    assert building("answer").met(full, of, several=False) == said
