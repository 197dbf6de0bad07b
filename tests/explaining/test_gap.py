"""The gap, divided, and single limits: against the plans of every instance with statements lifted by hand."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

import pytest

import allocator
from allocator.explaining.core import Reached
from allocator.explaining.gap import targets
from allocator.instance import Instance
from tests.explaining.helpers import bundled
from tests.explaining.lifted import FAMILIES, Case, command, every, judged, single, unmet, without
from tests.oracle.brute import TooMany
from tests.oracle.check import as_model

LIMIT = 3000
CLOSE = 2e-6


def wrong(chosen: Case, limit: int = LIMIT) -> list[str] | None:
    """What the program says otherwise than enumeration; None if there are too many plans, or none."""
    try:
        truth = {
            causes: every(without(chosen, causes), limit)
            for size in range(5)
            for causes in map(frozenset, combinations(FAMILIES, size))
        }
        alone = {id: (nation, every(make(), limit)) for id, nation, make in single(chosen)}
    except TooMany:
        return None
    if not truth[frozenset()][1]:
        return None
    explainer = allocator.explain(Instance.from_dict(chosen[0]), as_model(chosen[1]))
    answer = explainer.answer()
    found = [] if answer.complete else [f"open: {answer.open}"]
    assert answer.plan is not None
    judge, _ = truth[frozenset()]
    for row in answer.answer["targets"]:
        least = {c: min(unmet(j, row["target"], p) for p in plans) for c, (j, plans) in truth.items()}
        found += _target(row, least)
    base = min(unmet(judge, "gap", plan) for plan in truth[frozenset()][1])
    expected = {}
    for id, (nation, (j, plans)) in alone.items():
        least_alone = min(unmet(j, "gap", plan) for plan in plans)
        if base - least_alone > CLOSE:
            expected[id] = (nation, least_alone)
    said = {row["id"]: row for row in answer.answer["limits"]}
    if set(said) != set(expected):
        found.append(f"limits {sorted(said)}, expected {sorted(expected)}")
    for id in set(said) & set(expected):
        nation, value = expected[id]
        if said[id]["nation"] != nation or abs(said[id]["least"] - value) > CLOSE:
            found.append(f"{id}: {said[id]}, expected {nation} {float(value)}")
        if abs(said[id]["gain"] - (base - value)) > CLOSE:
            found.append(f"{id}: gain {said[id]['gain']}, expected {float(base - value)}")
    gains = [row["gain"] for row in answer.answer["limits"]]
    if gains != sorted(gains, reverse=True):
        found.append("limits are not in order")
    return found


def _target(row: dict[str, Any], least: dict[frozenset[str], Fraction]) -> list[str]:
    """Differences of one target; shares are the mean over all orders of the causes that have a statement."""
    causes = [each["cause"] for each in row["causes"]]
    every_cause, none = frozenset(causes), frozenset[str]()
    expected = {"least": least[none], "forces": least[frozenset(FAMILIES)]}
    found = [f"{row['target']}: {k} {row[k]}, not {float(v)}" for k, v in expected.items() if abs(row[k] - v) > CLOSE]
    if abs(row["competition"] - (row["plan"] - least[none])) > CLOSE:
        found.append(f"{row['target']}: competition {row['competition']}")
    total = row["competition"] + sum(each["share"] for each in row["causes"]) + row["forces"]
    if abs(total - row["plan"]) > 1e-12:
        found.append(f"{row['target']}: parts sum up to {total}, not {row['plan']}")
    orders = list(permutations(causes))
    for each in row["causes"]:
        c = each["cause"]
        before = [frozenset(order[: order.index(c)]) for order in orders]
        share = sum((least[b] - least[b | {c}] for b in before), Fraction(0)) / len(orders)
        last = least[every_cause - {c}] - least[every_cause]
        for name, value in (("share", share), ("alone", least[none] - least[frozenset([c])]), ("last", last)):
            if abs(each[name] - value) > CLOSE:
                found.append(f"{row['target']}: {name} of {c} is {each[name]}, not {float(value)}")
        if each["error"] > CLOSE:
            found.append(f"{row['target']}: error of {c} is {each['error']}")
    return found


@pytest.mark.parametrize("seed", [34, 56])
def test_random(seed: int) -> None:
    assert judged(range(40 * seed, 40 * seed + 20), [wrong], 100)


def test_what_is_not_proved_has_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half is missing for relief: with the least of all lifted known to lie within 0 and 0.25, so does what is lost."""
    with bundled("toy-rotation") as core:
        none, every = Reached(0.5, 0.5), Reached(0.25, 0.0)
        monkeypatch.setattr(core, "least", lambda _, lifted: every if lifted else none)
        part = targets(core)
        row = part.lists["targets"][0]
    assert (row["forces"], row["forces_bound"], "bound" in row) == (0.25, 0.0, False)
    assert row["causes"] == [
        {
            "cause": "sustainment", "alone": 0.25, "alone_error": 0.25, "last": 0.25, "last_error": 0.25,
            "share": 0.25, "error": 0.25,
        }
    ]  # fmt: skip
    assert "target gap" in part.open


if __name__ == "__main__":
    command([wrong])
