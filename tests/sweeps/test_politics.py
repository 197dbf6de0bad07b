"""Draws of who withdraws, and what is said of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

import allocator
from allocator.model import Model
from allocator.sweeps.design.parts import Point
from allocator.sweeps.design.withdrawal import Politics, outcome, politics
from allocator.sweeps.run.row import Row
from tests.sweeps.asking import ask, points, row
from tests.toys import model, pools, toy


def instance(**stances: tuple[float, float]) -> allocator.Instance:
    """Nations whose stances are (land, sea)."""
    names = list(stances)
    return toy(
        nations=[{"nation": n} for n in names],
        objectives=[{"objective": "land", "name": "Land"}, {"objective": "sea", "name": "Sea"}],
        tasks=[{"task": "hold"}, {"task": "sail", "objective": "sea"}],
        requirements=[{"task": task, "capability": "inf", "quantity": 4.0} for task in ("hold", "sail")],
        forces=pools(1, *(name for name in names if name != "ZZZ")),
        willingness=[
            {"nation": n, "objective": o, "willingness": w}
            for n, both in stances.items()
            for o, w in zip(("land", "sea"), both, strict=True)
        ],
    )


class TestDraws:
    def test_each_stance_holds_as_often_as_it_is_willing(self) -> None:
        part = politics(instance(AAA=(0.7, 0.9), BBB=(0.6, 1.0)), model(), 20_000, seed=1)
        fallen: Counter[str] = Counter()
        for point in points(part):
            for name in point.inputs["withdrawn"].split():
                fallen[name] += point.weight
        assert sum(point.weight for point in points(part)) == 20_000
        assert fallen["AAA"] / 20_000 == pytest.approx(0.1, abs=0.01)  # from both: the mood that ends the sea ends land
        assert fallen["AAA.land"] / 20_000 == pytest.approx(0.2, abs=0.01)
        assert fallen["BBB.land"] / 20_000 == pytest.approx(0.4, abs=0.01)
        assert set(fallen) == {"AAA", "AAA.land", "BBB.land"}
        assert part.size == 6
        assert part.title == "20,000 draws of who withdraws, 6 of them different"

    def test_withdrawing_is_no_willingness(self) -> None:
        base = instance(AAA=(0.7, 0.9), BBB=(0.6, 1.0))
        for point in points(politics(base, model(), 200)):
            changed = base.override(*point.overrides) if point.overrides else base
            gone = {f"{r['nation']}.{r['objective']}" for r in changed.rows("willingness") if r["willingness"] == 0}
            names = point.inputs["withdrawn"].split()
            assert gone == {full for n in names for full in ([n] if "." in n else [f"{n}.land", f"{n}.sea"])}

    def test_who_cannot_take_part_is_not_drawn(self) -> None:
        """AAA is below the floor at sea, so all that it can withdraw from is the land; ZZZ has no unit."""
        base = instance(AAA=(0.7, 0.4), ZZZ=(0.6, 0.6), CCC=(1.0, 1.0))
        part = politics(base, model(), 500)
        assert {point.inputs["withdrawn"] for point in points(part)} == {"", "AAA"}
        assert {point.overrides for point in points(part)} == {
            (), ("willingness[nation=AAA,objective=land].willingness=0",),
        }  # fmt: skip
        free = politics(base, Model(willingness_floor=0.0), 500)
        assert {point.inputs["withdrawn"] for point in points(free)} == {"", "AAA", "AAA.sea"}

    def test_the_seed_settles_the_draws(self) -> None:
        base = allocator.read("reassurance-force")
        one, same, other = (politics(base, Model(), 50, seed) for seed in (0, 0, 1))
        assert one.points == same.points != other.points

    def test_faults(self) -> None:
        with pytest.raises(allocator.BadInput) as caught:
            politics(instance(AAA=(1, 1)), model(), 0, -1, ["coverage.lnd>=0.5", "coverage>0.5"])
        assert [str(fault) for fault in caught.value.faults] == [
            "--politics 0: found 0 draws; expected 1 to 1000000",
            "--seed: found -1; expected a whole number of at least 0",
            "--success coverage.lnd>=0.5: found no coverage.lnd in the instance; expected one that is there "
            "(did you mean coverage.land?)",
            '--success coverage>0.5: found "coverage>0.5"; expected MEASURE>=VALUE or MEASURE<=VALUE, such as '
            "coverage.safe_skies>=0.9",
        ]


class TestOutcome:
    def part(self, *draws: tuple[str, int], success: Sequence[str] = ()) -> Politics:
        """(withdrawn, weight) a point."""
        made = tuple(Point({"withdrawn": name}, weight=weight) for name, weight in draws)
        wanted = politics(instance(AAA=(1, 1)), model(), 1, success=success).success
        return Politics(sum(weight for _, weight in draws), 0, made, wanted)

    def test_by_hand(self) -> None:
        """Ten draws: six undisturbed, three without AAA, one without BBB that has no plan."""
        part = self.part(("", 6), ("AAA", 3), ("BBB.land", 1), success=["coverage>=0.5", "cost<=50"])
        coverage = {"": 0.8, "AAA": 0.4}

        def answer(point: Point) -> Row:
            name = point.inputs["withdrawn"]
            if name not in coverage:
                return row(point, status="infeasible")
            return row(
                point, members=["BBB"] if name else ["AAA", "BBB"], coverage=coverage[name], cost=100 * coverage[name]
            )

        result = outcome(part, ask(part, answer)[0], level=0.2)
        assert (result["draws"], result["without_plan"], result["unproved"]) == (10, 1, 0)
        assert [(c["condition"], c["probability"]) for c in result["success"]] == [
            ("coverage>=0.5", 0.6),
            ("cost<=50", 0.3),
        ]
        assert result["coverage"]["mean"] == pytest.approx((6 * 0.8 + 3 * 0.4 + 0) / 10)
        assert result["coverage"]["value_at_risk"] == pytest.approx(0.4)  # 9 of 10 draws reach it, 8 of 10 have to
        assert result["coverage"]["expected_shortfall"] == pytest.approx((0.0 + 0.4) / 2)
        assert result["cost"]["mean"] == pytest.approx((6 * 80 + 3 * 40) / 9)
        assert result["cost"]["value_at_risk"] == pytest.approx(80)
        assert result["cost"]["mean_low"] < result["cost"]["mean"] < result["cost"]["mean_high"]
        matters = {entry["nation"]: entry for entry in result["nations"]}
        assert [entry["nation"] for entry in result["nations"]] == ["BBB", "AAA"]
        assert (matters["AAA"]["member"], matters["BBB"]["member"]) == (0.6, 0.9)
        assert matters["AAA"]["withdraws"] == pytest.approx(0.3)
        assert matters["AAA"]["coverage_without"] == pytest.approx(0.4)
        assert matters["AAA"]["coverage_with"] == pytest.approx(6 * 0.8 / 7)
        assert matters["AAA"]["low"] < matters["AAA"]["difference"] < matters["AAA"]["high"]
        assert matters["BBB"]["difference"] == pytest.approx((6 * 0.8 + 3 * 0.4) / 9)
        assert matters["BBB"]["low"] is None  # one draw has no variance
        shared = outcome(replace(part, collectives=frozenset({"BBB"})), ask(part, answer)[0], level=0.2)
        assert {entry["nation"]: entry["member"] for entry in shared["nations"]} == {"AAA": 0.6, "BBB": None}

    def test_stopped_early_is_reported(self) -> None:
        part = self.part(("", 5), ("AAA", 2))
        rows = ask(part, lambda point: row(point, status="feasible", coverage=1.0, cost=0.0))[0]
        assert outcome(part, rows)["unproved"] == 7

    def test_no_plan_anywhere(self) -> None:
        part = self.part(("", 5), success=["coverage>=0.5"])
        result = outcome(part, ask(part, lambda point: row(point, status="infeasible"))[0])
        assert (result["coverage"]["mean"], result["cost"], result["success"][0]["probability"]) == (0.0, None, 0.0)

    def test_a_sweep_that_was_stopped(self) -> None:
        part = self.part(("", 5), ("AAA", 2))
        rows = ask(part, lambda point: row(point, coverage=1.0, cost=0.0))[0]
        with pytest.raises(allocator.BadUsage, match="5 of 7 draws are done"):
            outcome(part, rows[:1])

    def test_a_level_out_of_range(self) -> None:
        part = self.part(("", 5))
        with pytest.raises(allocator.BadUsage, match="a level of 1, expected a number between 0 and 1"):
            outcome(part, [], level=1.0)
