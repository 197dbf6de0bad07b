"""The ask list agrees with enumeration: which nations suffice, the price of their yes, and its worth; toys by hand."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest

import allocator
from allocator.errors import BadUsage
from allocator.explaining.asks import asks, check
from allocator.explaining.bench import Outcome
from allocator.explaining.calls import Caller
from tests.cli.running import invoke
from tests.explaining.calling import SMALL, Calls
from tests.explaining.helpers import bundled, explained
from tests.explaining.truth import as_plan
from tests.oracle.random_instances import random_instance, random_model
from tests.oracle.random_more import full_instance, full_model


def some(seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    if random.Random(f"{seed}-asks").random() < 0.5:
        obj, model = full_instance(seed), full_model(seed)
    else:
        obj, model = random_instance(seed, "tiny"), random_model(seed)
    return obj, {key: value for key, value in model.items() if key not in ("title", "description")}


@pytest.mark.parametrize("seed", [7, 9, 27, 61, 102, 105, 109, 133, 196, 198, 216, 271, 276])
def test_as_enumerated(seed: int) -> None:
    obj, model = some(seed)
    with explained(obj, model) as core:
        target = random.Random(seed).choice(core.targets)
        truth = Calls(obj, model, as_plan(core.plan), target, 300)
        part = asks(core, target)
    assert part.complete
    wanted = truth.least[max(truth.least, key=len)]
    sets = part.lists["sets"]
    if wanted >= truth.now - SMALL:
        assert sets == []
        assert "no nation's yes closes any" in part.text[0]
        return
    found = [frozenset(row["nations"]) for row in sets]
    assert set(found) == set(truth.smallest(wanted))
    assert [len(nations) for nations in found] == sorted(map(len, found))
    for row, nations in zip(sets, found, strict=True):
        calls = [call for call in part.lists["asks"] if call["set"] == row["set"]]
        assert row["verified"]
        assert row["price"] == pytest.approx(float(truth.price(nations, wanted)), abs=2e-5)
        assert row["price"] == pytest.approx(sum(c["price"] for call in calls for c in call["changes"]), abs=1e-5)
        gained = float(truth.least[frozenset()] - wanted)
        assert sum(call["worth"] for call in calls) == pytest.approx(gained, abs=1e-5)
        assert (
            [call["alone"] for call in calls[:1]] == [max(call["alone"] for call in calls)] if calls else gained < 1e-5
        )


def test_by_hand() -> None:
    """Three minehunters are asked for, and Alpha sends its two. Bravo has a caveat, Charlie is not willing (0.4)."""
    with bundled("toy-caveats") as core:
        part = asks(core, "sea_lane.mine_clearance")
    assert [(row["nations"], row["price"], row["units"]) for row in part.lists["sets"]] == [
        (["CCC"], pytest.approx(0.1), 1), (["BBB"], 1.0, 1),
    ]  # fmt: skip
    assert [(c["nation"], c["stops"], c["worth"], c["gives"]) for c in part.lists["asks"]] == [
        (n, [stop], pytest.approx(1 / 3), [{"unit_type": "minehunter", "task": "sea_lane", "units": 1, "periods": [1]}])
        for n, stop in (("CCC", "stance"), ("BBB", "caveat"))
    ]
    assert [(row["nation"], row["here"], row["stops"]) for row in part.lists["could"]] == [
        ("AAA", 2, ["all that it has is deployed"]), ("BBB", 0, ["caveat"]), ("CCC", 0, ["stance"]),
    ]  # fmt: skip
    assert part.text == [
        "Clear the sea lane, mine clearance: one call: Charlie (1 minehunter); that meets it in full.",
        "1 other set is as small.",
    ]


def test_relief_is_asked_for_as_far_as_there_are_units() -> None:
    """Ten battalions sustain two of the four at a rotation of 4; four at once need 16, and Alpha has the four."""
    with bundled("toy-rotation") as core:
        part = asks(core)
        (call,) = part.lists["asks"]
        assert call["stops"] == ["relief"]
        assert [c["set"] for c in call["changes"]] == ["forces[nation=AAA,unit_type=battalion].units=16"]
        assert [given["units"] for given in call["gives"]] == [2]
        less = asks(core, "coverage>=0.75")
        assert less.lists["asks"][0]["changes"][0]["to"] == 12
        assert less.lists["sets"][0]["after"] == 0.25
        assert asks(core, "coverage>=0.5").text[0].startswith("All that is asked: nobody need be asked")
    with bundled("toy-rotation", "requirements.quantity=20") as core:
        part = asks(core)
        assert part.lists["sets"][0]["after"] == 0.5
        assert part.text[0].endswith("Alpha (8 infantry battalions); that leaves 50 of 90 points missing.")
        assert "stay missing, more than 0" in asks(core, "gap<=0").text[0]


def test_nothing_to_ask() -> None:
    with bundled("toy-rotation", "requirements.quantity=2") as core:
        assert asks(core).text == ["Every line is met: there is nobody to ask."]
    with bundled("toy-ammunition") as core:
        part = asks(core)
    assert part.lists["asks"] == []
    assert part.complete


def test_every_line_by_itself() -> None:
    """Bravo has five battalions, gives two at the most and none at the bridge."""
    frame = allocator.explain("toy-commitments").asks()
    assert frame[["target", "set", "call", "nation", "stops"]].values.tolist() == [
        ["bridge.infantry", 1, 1, "BBB", ["limit of its commitment"]],
        ["port.infantry", 1, 1, "BBB", ["limit of its commitment"]],
    ]
    assert frame["worth"].tolist() == [0.625, 0.125]
    assert frame.attrs["text"][0] == "Of 2 unmet lines, calls can meet 2 in full, each by itself."
    assert frame.attrs["complete"]


def test_what_time_leaves_open_is_not_denied() -> None:
    with bundled("toy-caveats") as core:
        _ = core.base
        core.bench.deadline = time.monotonic()
        part = asks(core, "safe_seas")
    assert part.lists["sets"] == []
    assert "asks safe_seas" in part.open
    assert part.text == []


def test_what_a_call_is_worth_is_null_where_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Outcome("no_plan", None, {}, {}, None)
    monkeypatch.setattr(Caller, "_least", lambda *_: nothing)
    with bundled("toy-caveats") as core:
        part = asks(core, "sea_lane.mine_clearance")
    assert [(call["alone"], call["worth"]) for call in part.lists["asks"]] == [(None, None)] * 2
    assert "worth of set 1 for sea_lane.mine_clearance" in part.open


def test_most_sets() -> None:
    with bundled("toy-caveats", most=1) as core:
        part = asks(core, "sea_lane.mine_clearance")
    assert len(part.lists["sets"]) == 1
    assert part.open == ["sets beyond 1 for sea_lane.mine_clearance"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sea_lane.mine_clearanc", "did you mean sea_lane.mine_clearance?"),
        ("safe_sea", "did you mean safe_seas?"),
        ("coverage<=0.5", "--asks coverage<=0.5: coverage is limited with >="),
        ("cost<=5", "this is no share of what is met"),
        ("coverage.safe_seas>=90", "expected a number from 0 to 1"),
    ],
)
def test_bad_targets(text: str, told: str) -> None:
    with bundled("toy-caveats") as core, pytest.raises(BadUsage, match=told.replace("?", r"\?")):
        check(core, text)


class TestCommand:
    def test_text(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", "100")
        lines = invoke("explain", "toy-caveats", "--asks", "safe_seas").stdout.splitlines()
        assert lines[0] == "Safe seas: one call: Charlie (1 minehunter); that meets it in full."
        assert "1       1  Charlie  1 minehunter (Clear the sea lane)  stance      16.7" in lines
        assert max(map(len, lines)) <= 100

    def test_the_instance_is_no_target(self) -> None:
        first, last = (
            invoke("explain", *words, "--json") for words in (["--asks", "toy-ceiling"], ["toy-ceiling", "--asks"])
        )
        assert json.loads(first.stdout)["answer"] == json.loads(last.stdout)["answer"]

    def test_without_a_plan(self) -> None:
        done = invoke("explain", "toy-infeasible", "--asks")
        assert done.exit_code == 3
        assert done.stdout.startswith("This question needs a plan, and there is none.")
