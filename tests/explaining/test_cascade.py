"""The cascade of pledges against all sets of pairs, and by hand."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from allocator.explaining.cascade import cascade
from tests.explaining.truth import Truth, core_of, read, tiny
from tests.oracle.known import Known, cell
from tests.toys import model, pools, toy, willing

Pair = tuple[str, str]


def holds(known: Known, pair: Pair, members: set[str]) -> bool:
    """Whether the conditions of a pair hold, in the words of the specification."""
    groups: dict[str, set[str]] = {}
    for r in known.table("groups"):
        groups.setdefault(r["group"], set()).add(r["nation"])
    for r in known.table("conditions") if "conditions" in known.families else ():
        if r["nation"] != pair[0] or cell(r, "objective") not in (None, pair[1]):
            continue
        if r["requires"] == "nation" and r["value"] not in members:
            return False
        if r["requires"] == "any_of" and not any(groups.get(name, {name}) & members for name in r["value"].split()):
            return False
        if r["requires"] == "coalition_size" and len(members - known.collective) < int(r["value"]):
            return False
    return True


def members(pairs: Any) -> set[str]:
    return {n for n, _ in pairs}


def greatest(known: Known, pairs: list[Pair]) -> set[Pair]:
    """The union of all consistent subsets."""
    union: set[Pair] = set()
    for size in range(len(pairs) + 1):
        for some in combinations(pairs, size):
            if all(holds(known, pair, members(some)) for pair in some):
                union |= set(some)
    return union


def carried(known: Known, start: set[Pair], whole: set[Pair]) -> set[Pair]:
    found = set(start)
    while True:
        more = {pair for pair in whole - found if holds(known, pair, members(found) | {pair[0]})}
        if not more:
            return found
        found.add(min(more))


def expected(known: Known, pairs: list[Pair]) -> dict[str, Any]:
    whole = greatest(known, pairs)
    least = carried(known, set(), whole)
    triggers: list[set[str]] = []
    for size in (1, 2, 3) if whole != least else ():
        if not triggers:
            for some in combinations(sorted(members(whole)), size):
                start = {pair for pair in whole if pair[0] in some}
                if carried(known, start | least, whole) == whole:
                    triggers.append(set(some))
    keystones = {}
    for n in members(whole):
        left = greatest(known, [pair for pair in pairs if pair[0] != n])
        if down := {pair for pair in whole - left if pair[0] != n}:
            keystones[n] = down
    return {"greatest": whole, "least": least, "waiting": whole - least, "triggers": triggers, "keystones": keystones}


def disagreements(seeds: range) -> list[Any]:
    found: list[Any] = []
    for obj, chosen in tiny(seeds):
        known = Known(obj, chosen)
        pairs = sorted(Truth.able_of(known))
        if len(pairs) > 8:
            continue
        with core_of(*read(obj, chosen)) as core:
            lists = cascade(core).lists["cascade"]
            answer: dict[str, Any] = {
                **{name: {tuple(pair) for pair in lists[name]} for name in ("greatest", "least", "waiting")},
                "triggers": [set(some) for some in lists["triggers"]],
                "keystones": {r["nation"]: {tuple(pair) for pair in r["takes_down"]} for r in lists["keystones"]},
            }
            truth = expected(known, pairs)
            answer["triggers"].sort(key=sorted)
            truth["triggers"].sort(key=sorted)
            if answer != truth:
                found.append((obj["instance"]["name"], truth, answer))
            sizes = [len(row["takes_down"]) for row in lists["keystones"]]
            if sizes != sorted(sizes, reverse=True):
                found.append((obj["instance"]["name"], "order", sizes))
    return found


@pytest.mark.parametrize("first", range(0, 200, 100))
def test_against_all_sets(first: int) -> None:
    assert disagreements(range(first, first + 100)) == []


NATIONS = ("AAA", "BBB", "CCC", "DDD")


def waiting(**tables: Any) -> Any:
    """AAA and BBB wait for each other, CCC for three nations, DDD for nobody."""
    instance = toy(
        nations=[{"nation": n, "gdp": 1.0} for n in NATIONS],
        forces=pools(1, *NATIONS),
        willingness=willing(*NATIONS),
        conditions=[
            {"nation": "AAA", "requires": "nation", "value": "BBB"},
            {"nation": "BBB", "requires": "any_of", "value": "AAA CCC"},
            {"nation": "CCC", "requires": "coalition_size", "value": "3"},
        ],
        **tables,
    )
    with core_of(instance, model("conditions")) as core:
        assert core.ability.nations == list(NATIONS)
        return cascade(core).lists["cascade"]


def test_by_hand() -> None:
    """DDD comes. AAA with BBB makes three for CCC; CCC brings BBB, which brings AAA. So each of them sets it off."""
    lists = waiting()
    assert lists["least"] == [["DDD", "land"]]
    assert lists["waiting"] == [["AAA", "land"], ["BBB", "land"], ["CCC", "land"]]
    assert lists["triggers"] == [["AAA"], ["BBB"], ["CCC"]]
    # without BBB, AAA stays away, and CCC and DDD are two: nobody but DDD is left
    assert [(row["nation"], len(row["takes_down"])) for row in lists["keystones"]] == [("BBB", 2)]
