"""What is said of rows, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

import allocator
from allocator.errors import BadUsage
from allocator.sweeps.design.parts import Point
from allocator.sweeps.findings import answer, sometimes, tornado, varied
from allocator.sweeps.run.row import Row


def row(gap: float, cost: float, members: str = "", proved: float = 0.0, status: str = "optimal", **inputs: Any) -> Row:
    """A row that was proved to within ``proved``; ``lines`` among the inputs are unmet shares."""
    lines = {f"unmet.{name}": share for name, share in inputs.pop("lines", {}).items()}
    if status == "infeasible":
        return Row(Point(inputs), "", status)
    measures = {"coverage": 1 - gap, "cost": cost, "people": 100.0, "members": 1.0, **lines}
    stages = (("gap", gap, gap - proved), ("cost", cost, cost * (1 - proved)))
    return Row(
        Point(inputs), "", status, "", ("solved",), "built", stages, {"gap": gap, "cost": cost}, measures,
        tuple(members.split()),
    )  # fmt: skip


class TestTornado:
    def rows(self) -> list[Row]:
        return [
            row(0.5, 10.0, "AAA BBB", figure=None, end="base", value=None, lines={"t.a": 0.0, "t.b": 0.1}),
            row(0.6, 10.0, "AAA", figure="x", end="low", value=1, lines={"t.a": 0.2, "t.b": 0.1}),
            row(0.4, 12.0, "AAA BBB CCC", figure="x", end="high", value=9, lines={"t.a": 0.0, "t.b": 0.0}),
            row(0.5005, 10.0, "AAA BBB", 0.001, figure="y", end="low", value=2, lines={"t.a": 0.0, "t.b": 0.1}),
            row(0.5, 10.0, figure="z", end="high", value=3, status="infeasible"),
        ]

    def test_changes_flips_and_what_is_sure(self) -> None:
        shown = tornado(self.rows())
        assert shown["base"]["coverage"] == 0.5
        x, y, z = shown["figures"]
        assert x["low"]["change"] == pytest.approx({"coverage": -0.1, "cost": 0.0})
        assert x["low"]["sure"] == {"coverage": True, "cost": False}
        assert (x["low"]["enters"], x["low"]["leaves"], x["low"]["met"], x["low"]["missed"]) == (
            [],
            ["BBB"],
            [],
            ["t.a"],
        )
        assert (x["high"]["enters"], x["high"]["met"], x["high"]["missed"]) == (["CCC"], ["t.b"], [])
        assert x["high"]["sure"] == {"coverage": True, "cost": True}
        assert y["low"]["sure"] == {"coverage": False, "cost": False}, "0.4995 to 0.5005 may be the 0.5 of the base"
        assert z["high"]["sure"] is None
        assert z["high"]["status"] == "infeasible"
        assert shown["still"] == 1, "y; that z has no plan is a change"

    def test_without_a_base_nothing_is_compared(self) -> None:
        with pytest.raises(BadUsage, match="base has no plan"):
            tornado([row(1, 1, status="infeasible", figure=None, end="base", value=None)])
        with pytest.raises(BadUsage, match="base has no plan"):
            tornado(self.rows()[1:])


class TestVaried:
    def test_a_line_is_compared_with_the_line_before(self) -> None:
        shown = varied([row(0.5, 1.0, "AAA", k=1), row(0.4, 2.0, "AAA BBB", k=2), row(0.4, 2.0, "BBB", k=3)])
        assert [r["enters"] for r in shown["table"]] == [[], ["BBB"], []]
        assert [r["leaves"] for r in shown["table"]] == [[], [], ["AAA"]]
        assert shown["sometimes"]["members"] == pytest.approx({"AAA": 2 / 3, "BBB": 2 / 3})

    def test_coalitions_are_compared_with_the_first(self) -> None:
        rows = [row(0.5, 1.0, "AAA BBB", coalition=c) for c in ("all", "-AAA")]
        rows[1:] = [row(0.6, 1.0, "BBB", coalition="-AAA"), row(0.6, 1.0, "BBB", coalition="-CCC")]
        assert [r["leaves"] for r in varied(rows)["table"]] == [[], ["AAA"], ["AAA"]]

    def test_two_keys_are_compared_along_the_second(self) -> None:
        rows = [row(0.5, 1.0, m, a=a, b=b) for (a, b), m in zip(
            [(1, 1), (1, 2), (2, 1), (2, 2)], ["AAA", "BBB", "CCC", "CCC"], strict=True)]  # fmt: skip
        assert [r["enters"] for r in varied(rows)["table"]] == [[], ["BBB"], [], []]

    def test_many_keys_come_as_means(self) -> None:
        rows = [row(0.1 * a + 0.2 * b, c, a=a, b=b, c=c) for a in (0, 1) for b in (0, 1) for c in (5.0, 7.0)]
        rows[0] = row(1, 1, status="infeasible", a=0, b=0, c=5.0)
        listed = [e["input"] for e in varied(rows)["effects"]]
        assert listed == sorted(listed)  # the values of a, then of b, then of c
        effects = {(e["input"], e["value"]): e for e in varied(rows)["effects"]}
        assert effects["b", 1]["coverage"] == pytest.approx(1 - (0.2 + 0.2 + 0.3 + 0.3) / 4)
        assert effects["a", 0]["coverage"] == pytest.approx(1 - (0 + 0.2 + 0.2) / 3)
        assert effects["a", 0]["plans"] == 3
        assert effects["c", 7.0]["cost"] == 7.0


def test_what_is_so_at_some_points_only() -> None:
    rows = [
        row(0.5, 1.0, "AAA BBB", k=1, lines={"t.a": 0.0, "t.b": 0.5}),
        row(0.5, 1.0, "AAA", k=2, lines={"t.a": 1e-12, "t.b": 0.0}),
        row(0.5, 1.0, k=3, status="infeasible"),
    ]
    assert sometimes(rows) == {"members": {"BBB": 0.5}, "lines": {"t.b": 0.5}}


def test_a_sweep_says_the_same_in_python() -> None:
    design = allocator.Design(
        vary=("forces[nation=AAA,unit_type=squadron].units=0:6:4",),
        one_at_a_time=True,
        sample=allocator.sweeps.design.file.Sampling(16, figures=("forces.units",)),
        threshold=(allocator.sweeps.design.file.Flip("coverage>=0.5", "requirements[task=west].quantity=12:60"),),
    )  # fmt: skip
    base = allocator.read("toy-enablers")
    tables = base.to_dict()
    tables["forces"] = [{**r, "units_low": 1, "units_high": 8} for r in tables["forces"]]
    with allocator.sweep(allocator.Instance.from_dict(tables), design, workers=0) as sweep:
        content = sweep.to_dict()
        assert [a["kind"] for a in content["answers"]] == ["grid", "one-at-a-time", "lhs", "threshold"]
        assert all(a["result"] is not None and a["failed"] == 0 for a in content["answers"])
        assert len(content["points"]) == sum(a["points"] for a in content["answers"])
        lhs = content["answers"][2]["result"]
        coverage = sorted(p["coverage"] for p in content["points"] if p["part"] == "lhs")
        assert lhs["quantiles"]["coverage"]["50"] == pytest.approx((coverage[7] + coverage[8]) / 2)
        assert {r["output"] for r in lhs["indices"]} == {"coverage", "cost"}
        cut = answer(sweep.answers[0].part, sweep.answers[0].rows[:0])
        assert (cut["result"], cut["why"]) == (None, "no point was solved")
