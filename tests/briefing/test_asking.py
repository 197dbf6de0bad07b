"""What further solves say of a plan, worked by hand; and that they keep to their time."""

from __future__ import annotations

import signal
import time

import pytest

import allocator
from allocator.briefing import Findings, gather
from allocator.wording import event_words
from tests.report.pages import pair


@pytest.fixture(scope="module")
def found() -> Findings:
    """Of the small case of the page: coverage 37.5 %, three of four battalions and no squadron."""
    return gather(allocator.solve(pair()), 60)


def test_each_change_is_what_it_says(found: Findings) -> None:
    """Without peace BBB alone is left: (1/4 + 0) / 2. Without caveats the sky is covered: (3/4 + 1) / 2."""
    covered = {change.label: change.covered for change in found.changes}
    assert covered == {
        "there is no peace": pytest.approx(0.125),
        "nations with a willingness of 0.2 take part too": pytest.approx(0.375),  # CCC has no forces
        "only nations with a willingness of 1 or more take part": pytest.approx(0.125),
        "every pool has a quarter more units": pytest.approx(0.375),  # 2.5 and 1.25 are 2 and 1
        "Aland stays away": pytest.approx(0.125),
        "Bland stays away": pytest.approx(0.25),
        "no nation has a caveat": pytest.approx(0.875),
    }
    assert all(change.proved for change in found.changes)


def test_each_change_can_be_repeated(found: Findings) -> None:
    settings = {change.label: change.settings for change in found.changes}
    assert settings["there is no peace"] == "--set 'events.peace=false'"
    assert allocator.solve(pair(), overrides=["events.peace=false"]).value("gap") == pytest.approx(0.875)


def test_causes(found: Findings) -> None:
    """The squadron is there but for a caveat; the fourth battalion exists nowhere."""
    sky, port = found.causes["fly", "air"], found.causes["hold", "inf"]
    assert (sky.missing, sky.nowhere) == (1.0, 0.0)
    assert sum(share or 0 for share in sky.shares.values()) == pytest.approx(1.0)
    assert (port.missing, port.nowhere, port.elsewhere) == (0.25, 0.25, 0.0)


def test_ranges(found: Findings) -> None:
    """Nobody can take the place of another: three battalions are all there are."""
    assert {nation: (r.low, r.high, r.proved) for nation, r in found.ranges.items() if r.high} == {
        "AAA": (200.0, 200.0, True),
        "BBB": (100.0, 100.0, True),
    }


def test_the_favourable_and_the_adverse_end() -> None:
    """Two to five battalions in the pool of AAA: 3/4 at 2 + 1, all four at 4 + 1."""
    forces = [{"nation": "AAA", "unit_type": "bn", "units": 2, "units_low": 1, "units_high": 4}]
    forces += [{"nation": "BBB", "unit_type": "bn", "units": 1}]
    asked = [{"task": "hold", "capability": "inf", "quantity": 4.0}]
    found = gather(allocator.solve(pair(forces=forces, requirements=asked)), 60)
    assert found.favourable is not None
    assert found.adverse is not None
    assert found.adverse.covered == pytest.approx(0.5)
    assert found.favourable.covered == pytest.approx(1.0)


def test_no_time_asks_nothing() -> None:
    found = gather(allocator.solve(pair()), 0)
    assert (found.changes, dict(found.causes), dict(found.ranges), found.before) == ((), {}, {}, None)


def test_what_the_time_did_not_suffice_for_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = allocator.solve(pair())
    began = time.monotonic()
    ticks = iter(range(10**6))
    monkeypatch.setattr(time, "monotonic", lambda: began + 10 * next(ticks))
    found = gather(plan, 1)
    assert found.changes == ()
    assert "7 of 7 changes" in found.open


def test_ctrl_c_keeps_what_is_known() -> None:
    """The signal comes while the third change is solved."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        found = gather(
            allocator.solve(pair()), 60,
            progress=lambda what: signal.raise_signal(signal.SIGINT) if what.startswith("3 of 7") else None,
        )  # fmt: skip
    finally:
        signal.signal(signal.SIGINT, before)
    assert found.stopped
    assert [change.covered for change in found.changes] == [pytest.approx(0.125), pytest.approx(0.375)]
    assert "5 of 7 changes" in found.open


def test_an_instance_without_a_plan_gets_its_conflict() -> None:
    found = gather(allocator.solve("toy-infeasible"), 20)
    assert any(sentence.startswith("Conflict:") for sentence in found.ways)


def test_words_of_events() -> None:
    assert event_words("us_backstop") == "US backstop"
    assert event_words("turkiye_seat") == "Türkiye seat"
