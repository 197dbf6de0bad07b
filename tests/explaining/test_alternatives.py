"""Plans that are as good, against all of them, and by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from allocator import explain
from allocator.explaining.alternatives import alternatives
from allocator.explaining.ranges import ranges
from tests.explaining.truth import cases, core_of, differ, read
from tests.oracle.brute import Plan
from tests.toys import model, pools, toy, willing


def coalition(plan: Plan) -> frozenset[str]:
    return frozenset(n for n, _, _, _ in plan.deploy)


def wrong(truth: Any, core: Any, most: int) -> list[Any]:
    """What is not as enumeration has it."""
    values = {name: core.base.values[name] for name in truth.order}
    good = truth.within(values, Fraction(repr(core.within)))
    every = {coalition(plan) for plan in good}
    lists = alternatives(core)
    answer = lists.lists
    able, found = truth.able, list[Any]()
    expected = {
        "always": [n for n in able if all(n in some for some in every)],
        "never": [n for n in able if not any(n in some for some in every)],
    }
    expected["sometimes"] = [n for n in able if n not in expected["always"] + expected["never"]]
    found += [(name, names, answer[name]) for name, names in expected.items() if names != answer[name]]
    listed = [frozenset(some) for some in answer["coalitions"]]
    in_hand = frozenset(n for n, _, _, _ in core.plan)
    if listed[0] != in_hand or len(listed) != min(most, len(every)) or not set(listed) <= every:
        found.append(("coalitions", every, listed))
    if (len(every) > most) != (lists.open == [f"coalitions beyond {most}"]):
        found.append(("open", len(every), lists.open))
    swaps = [[a, b] for a in able for b in able if a in in_hand and b not in in_hand and in_hand - {a} | {b} in every]
    if sorted(swaps) != sorted(answer["swaps"]):
        found.append(("swaps", swaps, answer["swaps"]))
    return found + loose(truth, core, good)


def loose(truth: Any, core: Any, good: list[Plan]) -> list[Any]:
    """Ranges that are not those of all plans."""
    judge, found = truth.judge, list[Any]()
    answer = ranges(core)
    for row in answer.lists["ranges"]:
        at: dict[str, Any] = {
            "nation": lambda k: k[0],
            "objective": lambda k: judge.about(k[2]),
            "unit_type": lambda k: k[1],
        }
        of = at[row["kind"]]
        sums = [
            sum(
                v * (1 if row["kind"] == "unit_type" else judge.people[k[1]])
                for k, v in plan.deploy.items()
                if of(k) == row["name"]
            )
            for plan in good
        ]
        low, high = Fraction(min(sums), judge.T), Fraction(max(sums), judge.T)
        if differ(low, row["low"]) or differ(high, row["high"]):
            found.append((row, float(low), float(high)))
    count = len(judge.nation_rows) + len(judge.types) + len(judge.obj["objectives"])
    if answer.open or len(answer.lists["ranges"]) != count:
        found.append((answer.open, count))
    return found


def disagreements(seeds: range) -> list[Any]:
    found = []
    for at, (obj, chosen, truth) in enumerate(cases(seeds)):
        most = (10, 2)[at % 2]
        with core_of(*read(obj, chosen), within=(0.0, 0.05, 0.5)[at % 3], most=most) as core:
            found += [(obj["instance"]["name"], each) for each in wrong(truth, core, most)]
    return found


@pytest.mark.parametrize("first", range(0, 24, 12))
def test_against_enumeration(first: int) -> None:
    assert disagreements(range(first, first + 12)) == []


def test_by_hand() -> None:
    """Four are asked; AAA sends three or none, BBB and CCC have one each: AAA with BBB or with CCC, and no others."""
    instance = toy(
        nations=[{"nation": n} for n in ("AAA", "BBB", "CCC", "DDD")],
        forces=[*pools(3, "AAA", min_units=3), *pools(1, "BBB", "CCC")],
        willingness=willing("AAA", "BBB", "CCC"),
    )
    with core_of(instance, model("minimum_contribution", objectives=("gap", "cost"))) as core:
        answer = alternatives(core).lists
        (swap,) = answer["swaps"]
        assert (answer["always"], answer["never"], answer["sometimes"]) == (["AAA"], [], ["BBB", "CCC"])
        assert sorted(answer["coalitions"]) == [["AAA", "BBB"], ["AAA", "CCC"]]
        assert sorted(swap) == ["BBB", "CCC"]
        assert swap[0] in answer["coalitions"][0]
        rows = {row["name"]: (row["low"], row["high"]) for row in ranges(core).lists["ranges"]}
        assert rows == {
            "AAA": (300, 300), "BBB": (0, 100), "CCC": (0, 100), "DDD": (0, 0), "land": (400, 400), "bn": (4, 4),
        }  # fmt: skip


def test_the_frame_has_a_row_for_each_coalition() -> None:
    """Two are asked of three nations with one battalion each: any two of them do."""
    nations = ("AAA", "BBB", "CCC")
    instance = toy(
        nations=[{"nation": n, "gdp": 1.0} for n in nations],
        forces=pools(1, *nations),
        willingness=willing(*nations),
        requirements=[{"task": "hold", "capability": "inf", "quantity": 2.0}],
    )
    frame = explain(instance, within=0).alternatives()
    assert list(frame.columns) == ["coalitions"]
    assert sorted(frame["coalitions"]) == [["AAA", "BBB"], ["AAA", "CCC"], ["BBB", "CCC"]]
