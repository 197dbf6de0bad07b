"""Conflicts agree with enumeration, and with arithmetic by hand."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from allocator.explaining.bench import Bench
from allocator.explaining.conflicts import Search, conflicts, smallest
from allocator.explaining.core import Core
from tests.explaining.enumerated import World
from tests.explaining.helpers import bundled, explained, strict
from tests.oracle.brute import TooMany


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_conflicts_as_enumerated(first: int) -> None:
    """All of them, the fewest first, each with members that leave no plan and none of which can be lifted."""
    some = 0
    for seed in range(first, first + 10):
        obj, model = strict(seed)
        try:
            world = World(obj, model, pairs=False, limit=1000)
        except TooMany:
            continue
        with explained(obj, model) as core:
            part = conflicts(core)
        assert [tuple(row["families"]) for row in part.lists["conflicts"]] == world.conflicts(), seed
        assert part.complete
        for row in part.lists["conflicts"]:
            ids = frozenset(member["id"] for member in row["members"])
            assert row["minimal"]
            assert not world.exists(ids), seed
            assert all(world.exists(ids - {each}) for each in ids), seed
            some += 1
    assert some


def test_promises_by_hand() -> None:
    """BBB gives at most two battalions, none of them at the bridge, and AAA promised two of its three there."""
    with bundled("toy-commitments", "requirements.max_gap=0") as core:
        part = conflicts(core)
    found = [(row["families"], [m["id"] for m in row["members"]]) for row in part.lists["conflicts"]]
    assert found == [
        (["requirements.1.max_gap", "commitments"], ["requirements.1.max_gap", "commitments.1", "commitments.3"]),
        (["requirements.2.max_gap", "commitments"], ["requirements.2.max_gap", "commitments.2"]),
    ]
    assert "Bravo gives at most 0 infantry battalions at “Keep the bridge open”" in part.text[-1]


def test_members_say_where_they_stand() -> None:
    with bundled("toy-infeasible") as core:
        member = conflicts(core).lists["conflicts"][0]["members"][0]
    assert member == {
        "id": "requirements.1.max_gap", "table": "requirements", "row": 2, "column": "max_gap", "value": 0.25,
        "text": "“Hold the port” may miss at most 25 % of its infantry",
    }  # fmt: skip


def test_none_where_there_is_a_plan() -> None:
    with bundled("toy-rotation") as core:
        part = conflicts(core)
    assert (part.lists, part.complete) == ({"conflicts": []}, True)


def test_most_and_what_is_beyond() -> None:
    with bundled("toy-commitments", "requirements.max_gap=0", most=1) as core:
        part = conflicts(core)
    assert len(part.lists["conflicts"]) == 1
    assert part.open == ["conflicts beyond 1"]


def test_a_condition_that_no_rule_prevents() -> None:
    """Nothing can make a plan of a plan that must not be: the empty conflict."""
    with bundled("toy-rotation") as core:
        part = conflicts(core, (lambda problem, plan: False, lambda m, problem: m.one.setlb(2.0)))
    assert part.lists["conflicts"] == [{"families": [], "members": [], "minimal": True}]
    assert "No rule is to blame" in part.text[0]


def test_without_time_the_last_place_is_named() -> None:
    """It is known that there is no plan, and no more: the conflict is not claimed to be minimal."""
    with bundled("toy-infeasible") as core:
        assert core.base.infeasible
        late = Core(core.instance, core.model, Bench(1e-6, 0.0, 1, 0, core.bench.watch))
        conflict = Search(late, infeasible=True).first()
    assert conflict is not None
    assert not conflict.minimal
    assert conflict.elements == ("requirements.1.max_gap", "rotation")


def test_smallest_hitting_sets_as_enumerated() -> None:
    rng = Random(1)
    for _ in range(300):
        count = rng.randint(1, 7)
        hits = [rng.randint(1, 2**count - 1) for _ in range(rng.randint(0, 6))]
        blocked = [rng.randint(1, 2**count - 1) for _ in range(rng.randint(0, 4))]
        expected = next(
            (
                list(chosen)
                for size in range(count + 1)
                for chosen in combinations(range(count), size)
                if all(sum(1 << k for k in chosen) & hit for hit in hits)
                and not any(sum(1 << k for k in chosen) & block == block for block in blocked)
            ),
            None,
        )
        assert smallest(count, hits, blocked) == expected
