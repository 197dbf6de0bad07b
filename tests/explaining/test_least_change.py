"""The least change from a plan, against all plans, and what is no plan."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import allocator
from allocator.errors import AllocatorError, BadInput
from allocator.explaining.change_prices import STEPS, ladder
from allocator.explaining.core import SHARES
from allocator.explaining.least_change import repair
from allocator.explaining.saved import saved_plan
from tests.explaining.truth import cases, core_of, read
from tests.toys import model, pools, toy, willing

Key = tuple[str, str, str, int]
HEAD = "nation,unit_type,task,period,units\n"


def rows(plan: dict[Key, int]) -> list[dict[str, Any]]:
    return [{"nation": n, "unit_type": u, "task": j, "period": t, "units": v} for (n, u, j, t), v in plan.items()]


def price(old: dict[Key, int], new: Any) -> tuple[int, int]:
    """Nations with any change, and units moved."""
    moved = {key: abs(old.get(key, 0) - new.get(key, 0)) for key in {*old, *new}}
    return len({key[0] for key, units in moved.items() if units}), sum(moved.values())


def some_plan(truth: Any, rng: random.Random) -> dict[Key, int]:
    """Deployments of a plan with some units more or fewer, possible or not."""
    plan = dict(rng.choice(truth.plans).deploy)
    judge = truth.judge
    for _ in range(rng.choice([0, 1, 2, 3])):
        key = (
            rng.choice([*judge.nation_rows]),
            rng.choice([*judge.types]),
            rng.choice([*judge.tasks]),
            rng.choice(judge.periods),
        )
        plan[key] = rng.choice([1, 2, 3])
    return plan


def disagreements(seeds: range) -> list[Any]:
    found = []
    for at, (obj, chosen, truth) in enumerate(cases(seeds)):
        rng = random.Random(str(obj["instance"]["name"]))
        with core_of(*read(obj, chosen), within=(0.0, 0.0, 0.2)[at % 3]) as core:
            for _ in range(3):
                old = some_plan(truth, rng)
                answer = repair(core, rows(old))
                values = {name: core.base.values[name] for name in truth.order}
                good = truth.within(values, Fraction(repr(core.within)))
                expected = min(price(old, plan.deploy) for plan in good)
                lists = answer.lists
                new = dict(old)
                for row in lists["changes"]:
                    key = (row["nation"], row["unit_type"], row["task"], row["period"])
                    assert old.get(key, 0) == row["from"]
                    new[key] = row["to"]
                new = {key: units for key, units in new.items() if units}
                claim = (lists["nations_changed"], lists["units_moved"])
                if claim != expected or price(old, new) != claim or new not in [dict(plan.deploy) for plan in good]:
                    found.append((obj["instance"]["name"], old, expected, answer))
    return found


@pytest.mark.parametrize("first", range(0, 24, 12))
def test_against_enumeration(first: int) -> None:
    assert disagreements(range(first, first + 12)) == []


def two_nations() -> Any:
    """Four are asked of AAA and BBB, which have three each."""
    return toy(
        nations=[{"nation": "AAA"}, {"nation": "BBB"}], forces=pools(3, "AAA", "BBB"), willingness=willing("AAA", "BBB")
    )


def test_by_hand() -> None:
    """BBB's three and one of AAA's are as good as any: from BBB with two, both change or BBB alone does with two."""
    with core_of(two_nations(), model()) as core:
        old = {("BBB", "bn", "hold", 1): 3}
        lists = repair(core, rows(old)).lists
        assert (lists["nations_changed"], lists["units_moved"]) == (1, 1)
        assert lists["changes"] == [
            {"nation": "AAA", "unit_type": "bn", "task": "hold", "period": 1, "from": 0, "to": 1}
        ]
        # AAA cannot have five, and what is there beyond the horizon has no variable any more
        old = {("AAA", "bn", "hold", 1): 5, ("BBB", "bn", "hold", 3): 2}
        lists = repair(core, rows(old)).lists
        assert (lists["nations_changed"], lists["units_moved"]) == (2, 5)


def test_what_giving_up_points_saves() -> None:
    """From nobody, four units of two nations move; each of the four is worth 25 points, and three are of one nation."""
    with core_of(two_nations(), model(objectives=("gap",)), most=3) as core:
        part = ladder(core, [])
        assert [(row["given_up"], row["nations_changed"], row["units_moved"]) for row in part.lists["ladder"]] == [
            (0, 2, 4), (0.25, 1, 3), (0.5, 1, 2), (0.75, 1, 1),
        ]  # fmt: skip
        assert part.open == ["ladder beyond 3"]
        core.most = 10
        part = ladder(core, [])
    assert part.lists["ladder"][-1] == {
        "given_up": 1.0, "value": 1.0, "nations_changed": 0, "units_moved": 0, "saved": 4,
    }  # fmt: skip
    assert part.lists["flat"]
    assert part.complete
    assert part.text == [
        "Giving up at most 25 points of coverage saves 1 of 4 moves; "
        "giving up at most 100 points saves 4, and more saves nothing further."
    ]


def test_ladders_against_enumeration() -> None:
    for obj, chosen, truth in cases(range(6), least=4):
        rng = random.Random(str(obj["instance"]["name"]))
        with core_of(*read(obj, chosen), most=200) as core:
            old = some_plan(truth, rng)
            first = truth.order[0]
            values = {name: core.base.values[name] for name in truth.order}
            step = Fraction(1, 100) if first in SHARES else Fraction(1, 100) * (values[first] or 1)
            found = {
                round(row["given_up"], 9): (row["nations_changed"], row["units_moved"])
                for row in ladder(core, rows(old)).lists["ladder"]
            }
        expected: dict[float, Any] = {}
        for k in range(STEPS + 1):
            good = truth.within({**values, first: values[first] + k * step}, Fraction(0))
            least = min(price(old, plan.deploy) for plan in good)
            if least not in expected.values():
                expected[round(float(k * step), 9)] = least
        assert found == expected, obj["instance"]["name"]


class TestSavedPlans:
    @pytest.fixture
    def plan(self) -> allocator.Plan:
        return allocator.solve(two_nations(), model())

    def test_every_carrier(self, plan: allocator.Plan, tmp_path: Path) -> None:
        plan.write(tmp_path / "folder")
        plan.write(tmp_path / "book.xlsx")
        (tmp_path / "plan.json").write_text(json.dumps(plan.to_dict()))
        (tmp_path / "answer.json").write_text(json.dumps({"plan": {"deployments": plan.rows("deployments")}}))
        expected = {
            tuple(row[k] for k in ("nation", "unit_type", "task", "period")): row["units"]
            for row in plan.rows("deployments")
        }
        names = ("folder", "folder/deployments.csv", "book.xlsx", "plan.json", "answer.json", ".")
        sources: list[Any] = [str(tmp_path / name) for name in names]
        for source in (*sources, plan, plan.deployments, plan.rows("deployments")):
            assert saved_plan(source, plan.instance) == expected

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            ("nation,unit_type,task,period\nAAA,bn,hold,1\n", "column units is missing"),
            ("", "no header"),
            (HEAD + "AAB,bn,hold,1,1\n", 'row 2, column nation: found "AAB"; expected a nation of toy (did you mean'),
            (HEAD + "AAA,bn,hold,1,1.5\n", 'row 2, column units: found "1.5"'),
            (HEAD + "AAA,bn,hold,0,1\n", 'row 2, column period: found "0"'),
            (HEAD + "AAA,bn,hold,1,1\nAAA,bn,hold,1,2\n", "row 3: found a second row"),
            (HEAD + "AAA,bn,hold,1\n", "4 cells"),
        ],
    )
    def test_rows_that_are_none(self, content: str, says: str, tmp_path: Path) -> None:
        (tmp_path / "deployments.csv").write_text(content)
        with pytest.raises(BadInput) as error:
            saved_plan(tmp_path, two_nations())
        assert says in str(error.value)

    @pytest.mark.parametrize(
        ("name", "content", "says"),
        [
            ("p.json", "{", "JSON"),
            ("p.json", "[]", "no list of deployments"),
            ("p.json", '{"status": "infeasible", "deployments": []}', '"infeasible"'),
            ("p.xlsx", "no workbook", "not a workbook"),
            ("p.txt", "x", "a name that ends in .txt"),
            ("", "", "nothing there"),
        ],
    )
    def test_what_is_no_plan(self, name: str, content: str, says: str, tmp_path: Path) -> None:
        if name:
            (tmp_path / name).write_text(content)
        with pytest.raises(BadInput) as error:
            saved_plan(tmp_path / (name or "absent"), two_nations())
        assert says in str(error.value)

    def test_a_folder_of_something_else_is_there(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match=r"found a folder without deployments\.csv; expected a result of allocator"):
            saved_plan(tmp_path, two_nations())

    @pytest.mark.parametrize("make", [lambda: 3, lambda: ["AAA"], lambda: {"nation": "AAA"}, lambda: b"x"])
    def test_what_is_no_source(self, make: Callable[[], Any]) -> None:
        with pytest.raises(AllocatorError):
            saved_plan(make(), two_nations())
