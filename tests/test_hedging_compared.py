"""With which plan a hedge is compared: of those that are best if all stay, the one that is worth most, by hand.

**By hand.** AAA stays for sure, BBB with probability one half and CCC with 0.8; each has four battalions, all at 6
million, and four are asked for. Any four are best if all stay, for 24 million, and four of AAA leave nothing unmet in
any future: planning is worth nothing. With three of AAA, four need one of another, and CCC is the better choice.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

import allocator
from allocator.hedging.answer import OTHER
from allocator.hedging.check import Decision
from allocator.hedging.compared import _in_fewer
from allocator.hedging.expected import Expected, with_stay
from allocator.hedging.programme import ALL_STAY, Programme
from allocator.outcome import Bounds
from allocator.plan.values import Deployed
from allocator.problem import Problem
from allocator.report.studies.hedge import hedge_study
from allocator.report.text.hedge_words import compared_with
from allocator.statistics import Taste
from allocator.withdrawal import STAY, Future, Stance, every_future
from tests.cli.running import run
from tests.present import present
from tests.relations import hedge_fits
from tests.toys import Row, pools, toy, willing

REFERENCE = allocator.load_model("reference")
STAYS = {"AAA": 1.0, "BBB": 0.5, "CCC": 0.8}


def three(sure: int = 4, costs: Sequence[float] = (1.0, 1.0, 1.0), **changes: list[Row]) -> allocator.Instance:
    """Three nations whose battalions differ in their cost alone."""
    units = {n: f"bn-{n}" for n in STAYS}
    content: dict[str, Any] = {
        "nations": [{"nation": n} for n in STAYS],
        "unit_types": [{"unit_type": u, "operating_cost": c} for u, c in zip(units.values(), costs, strict=True)],
        "yields": [{"unit_type": u, "capability": "inf", "amount": 1.0} for u in units.values()],
        "forces": [row for n, u in units.items() for row in pools(sure if n == "AAA" else 4, n, unit=u)],
        "willingness": [row for n, w in STAYS.items() for row in willing(n, at=w)],
        **changes,
    }
    return toy(**content)


def counted_on(found: allocator.Hedge) -> dict[str, int]:
    return {row["nation"]: row["expected_case"] for row in found.rows() if row["expected_case"]}


class TestByHand:
    def test_the_sure_nation_is_as_good_as_any(self) -> None:
        found = allocator.hedge(three(), weight=0, gap=0.0)
        assert counted_on(found) == {"AAA": 4}
        assert (found.vss, found.vss_range) == (0, (0, 0))
        hedge_fits(found)

    def test_the_better_of_two_that_may_withdraw(self) -> None:
        """A fifth of one quarter is unmet on average; a fourth of AAA's cannot be had, and more costs more."""
        found = allocator.hedge(three(3), weight=0, gap=0.0)
        assert counted_on(found) == {"AAA": 3, "CCC": 1}
        assert found.plan("expected_case")["value"] == pytest.approx(1 / 20)
        assert found.plan("two_stage")["value"] == pytest.approx(1 / 40)  # one of BBB's as well: unmet if both withdraw
        assert found.vss == pytest.approx(1 / 40)
        assert [row["objective"] for row in found.rows("expected_objectives")] == ["gap", "cost", "value"]
        assert [row["value"] for row in found.rows("expected_objectives")] == pytest.approx([0, 24, 1 / 20])
        hedge_fits(found)

    def test_only_plans_at_the_least_cost_are_as_good(self) -> None:
        """BBB's cost 5.4 million each, the others' more: counting on all means four of BBB, whatever they are worth."""
        found = allocator.hedge(three(costs=(1.0, 0.9, 1.0)), weight=0, gap=0.0)
        assert counted_on(found) == {"BBB": 4}
        assert found.vss == pytest.approx(1 / 2)
        assert OTHER not in {row["plan"] for row in found.rows("plans")}
        hedge_fits(found)

    def test_a_tolerance_gives_its_own_plans(self) -> None:
        """Half may be unmet for cost: nothing is given up in the plans that are compared."""
        lenient, six = replace(REFERENCE, tolerance=0.5), [{"task": "hold", "capability": "inf", "quantity": 6.0}]
        instance = three(3, requirements=six, budgets=[{"payer": "*", "amount": 24.0}])
        found = allocator.hedge(instance, lenient, weight=0, gap=0.0)
        rows = {(row["plan"], row["objective"]): row["value"] for row in found.rows("expected_objectives")}
        assert rows["expected_case", "gap"] == pytest.approx(1 / 2)  # three of AAA
        assert rows["expected_case_strict", "gap"] == pytest.approx(1 / 3)  # and one of CCC
        assert rows["expected_case", "value"] == pytest.approx(1 / 2)
        assert rows["expected_case_strict", "value"] == pytest.approx(1 / 3 + 1 / 5 / 6)
        assert found.vss == pytest.approx(0)
        hedge_fits(found)

    @pytest.mark.parametrize(
        ("best", "cost", "shown"),
        [
            ({"AAA": 3, "BBB": 1}, 1.0, True),  # another of the same cost
            ({"CCC": 4}, 1.0, False),  # the same
            ({"AAA": 3, "BBB": 1}, 0.9, False),  # a cheaper one, where the first was not proved
            ({"AAA": 3, "CCC": 2}, 0.5, False),  # one that leaves less unmet, for less
        ],
    )
    def test_the_first_that_was_found_is_shown_if_it_is_as_good(
        self, best: dict[str, int], cost: float, shown: bool
    ) -> None:
        """Four of CCC were found, at 6 million each, where five are asked for."""
        five = [{"task": "hold", "capability": "inf", "quantity": 5.0}]
        problem = Problem(three(3, costs=(cost, cost, 1.0), requirements=five), REFERENCE)

        def kept(units: dict[str, int]) -> Decision:
            commitment = {(n, f"bn-{n}", 1): count for n, count in units.items()}
            return Decision(commitment, ({(n, u, "hold", t): count for (n, u, t), count in commitment.items()},))

        first = kept({"CCC": 4})
        case = Expected(first.commitment, present(first.deployed[0]), {}, {})
        value = Bounds("value", 0.5, 0.5)
        assert case.replaced(problem, kept(best), 0, value).other == (first.commitment if shown else None)

    def test_what_must_be_met_is_met_if_all_stay(self) -> None:
        """A half must be met: four of BBB are cheapest if all stay, and have no plan if BBB withdraws."""
        must = [{"task": "hold", "capability": "inf", "quantity": 4.0, "max_gap": 0.5}]
        found = allocator.hedge(three(costs=(1.0, 0.9, 1.0), requirements=must), weight=0, gap=0.0)
        assert counted_on(found) == {"BBB": 4}
        assert found.plan("expected_case")["no_plan"] == pytest.approx(1 / 2)
        assert found.plan("expected_case")["coverage_all_stay"] == 1
        hedge_fits(found)


@pytest.mark.parametrize("seed", range(6))
def test_against_all_commitments(seed: int) -> None:
    """Every commitment, its gap if all stay, its cost and its value, with plain numbers."""
    rng = Random(seed)
    most = {n: rng.randint(0, 3) for n in STAYS}
    cost = {n: rng.choice((5, 6, 6)) for n in STAYS}
    quantity, money = rng.randint(2, 6), rng.choice((12, 18, 30))
    weight, level = rng.choice(((0.0, 0.9), (0.5, 0.9), (1.0, 0.6)))
    instance = three(
        costs=[cost[n] / 6 for n in STAYS], budgets=[{"payer": "*", "amount": float(money)}],
        requirements=[{"task": "hold", "capability": "inf", "quantity": float(quantity)}],
        forces=[row for n in STAYS for row in pools(most[n], n, unit=f"bn-{n}")],
    )  # fmt: skip
    futures = [
        (set(gone), Fraction(1, 2) * (Fraction(1, 5) if "CCC" in gone else Fraction(4, 5)))
        for gone in ((), ("BBB",), ("CCC",), ("BBB", "CCC"))
    ]
    values = []
    for units in product(*(range(most[n] + 1) for n in STAYS)):
        kept = dict(zip(STAYS, units, strict=True))
        spent = sum(Fraction(str(cost[n] / 6)) * 6 * count for n, count in kept.items())
        left = [sum(count for n, count in kept.items() if n not in gone) for gone, _ in futures]
        gaps = [Fraction(max(0, quantity - there), quantity) for there in left]
        if spent <= money:
            value = Taste.of(weight, level).value(gaps, [share for _, share in futures])
            values.append((gaps[0], spent, value))
    first = min(values)[:2]
    counting = min(value for gap, spent, value in values if gap == first[0] and spent <= first[1] + Fraction(1, 10**5))
    found = allocator.hedge(instance, weight=weight, cvar=level, gap=0.0)
    assert found.status == "optimal", found.reason
    assert found.plan("expected_case")["value"] == pytest.approx(float(counting), abs=2e-6)
    assert found.vss == pytest.approx(float(counting - min(value for _, _, value in values)), abs=4e-6)
    hedge_fits(found)


class TestDrawn:
    def test_the_future_in_which_all_stay_counts_nothing_if_it_was_not_drawn(self) -> None:
        """BBB and CCC have both withdrawn in one drawn future, CCC in the other; the level is that of the worst."""
        gone = [Stance(n, "land", 1, 1) for n in ("BBB", "CCC")]
        drawn = [Future(frozenset(gone), Fraction(1, 2)), Future(frozenset(gone[1:]), Fraction(1, 2))]
        assert with_stay([*drawn, STAY]) == [*drawn, STAY]
        futures = with_stay(drawn)
        assert [future.probability for future in futures] == [Fraction(1, 2), Fraction(1, 2), 0]
        for taste in (Taste.of(0.5, 0.5), Taste.of(1, 0.25), Taste.of(1, 1 - 1e-12), Taste.of(0, 0.9)):
            programme = Programme(three(3), REFERENCE, futures, taste, {"mip_rel_gap": 0.0, "random_seed": 0})
            start = [programme.nothing]
            everything = programme.solve(start, stages=("gap",))
            assert programme.values(everything.decision)["gap"] == pytest.approx(
                float(taste.value([Fraction(1, 4), Fraction(0)], [Fraction(1, 2), Fraction(1, 2)]))
            )
            four = {("CCC", "bn-CCC", 1): 4}
            deployed: tuple[Deployed, ...] = ({}, {}, {("CCC", "bn-CCC", "hold", 1): 4})
            limits = {ALL_STAY: Fraction(1, 10**6), "cost": Fraction(24) + Fraction(1, 10**4)}
            answer = programme.solve([Decision(four, deployed)], stages=("gap",), limits=limits)
            assert answer.bounds["gap"].gap == 0
            assert programme.values(answer.decision)[ALL_STAY] == 0
            assert dict(answer.decision.commitment) == {("AAA", "bn-AAA", 1): 3, ("BBB", "bn-BBB", 1): 1}

    def test_a_promise_that_costs_more_if_all_stay(self) -> None:
        """AAA's four are promised to the patrol, a quarter of all; having left the sea, AAA holds the land instead."""
        instance = toy(
            objectives=[{"objective": "land", "name": "Land", "priority": 3.0}, {"objective": "sea", "name": "Sea"}],
            tasks=[{"task": "hold"}, {"task": "patrol", "objective": "sea"}],
            requirements=[{"task": j, "capability": "inf", "quantity": 4.0} for j in ("hold", "patrol")],
            willingness=[*willing("AAA"), *willing("AAA", at=0.5, objectives=("sea",))],
            commitments=[{"nation": "AAA", "unit_type": "bn", "task": "patrol", "at_least": 4}],
        )
        (gone,) = (future for future in present(every_future(instance, REFERENCE, 9)) if future.withdrawn)
        futures = with_stay([replace(gone, probability=Fraction(1))])
        for taste in (Taste.of(1, 1 - 1e-12), Taste.of(1, 0.5), Taste.of(0, 0)):
            programme = Programme(instance, REFERENCE, futures, taste, {"mip_rel_gap": 0.0, "random_seed": 0})
            answer = programme.solve([programme.nothing], stages=("gap",))
            assert answer.bounds["gap"].value == answer.bounds["gap"].bound == pytest.approx(1 / 4)
            assert programme.values(answer.decision)["gap"] == pytest.approx(1 / 4)

    def test_a_sample(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("allocator.hedging.run.ENUMERATED", 2)
        for seed in range(4):
            found = allocator.hedge(three(3), futures=2, evaluate=30, replications=2, seed=seed, weight=0)
            assert not found.enumerated
            assert found.vss_range is None
            assert found.rows("expected_objectives")[0]["value"] == 0
            hedge_fits(found)


class TestFewer:
    """The most probable of the four futures alone (0.4: nobody, and BBB), before all of them."""

    def test_the_best_of_the_most_probable_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """In both only BBB is in doubt, so that CCC's are as good as AAA's; BBB's are not, and all must be as good."""
        tried: list[Decision] = []

        def noted(*arguments: Any) -> Decision:
            tried.append(_in_fewer(*arguments))
            return tried[-1]

        monkeypatch.setattr("allocator.hedging.compared.LARGE", 0)
        monkeypatch.setattr("allocator.hedging.compared.FEWER", (1, 2, 3))
        monkeypatch.setattr("allocator.hedging.compared._in_fewer", noted)
        found = allocator.hedge(three(3), weight=0, gap=0.0)
        assert len(tried) == 1  # two are half of all
        assert counted_on(found) == {"AAA": 3, "CCC": 1}
        assert sum(tried[0].commitment.values()) == 4
        assert [deployed is not None for deployed in tried[0].deployed] == [True] * 4
        hedge_fits(found)

    def test_it_is_kept_if_the_time_is_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """All futures have no time left: the plan is that of the two most probable, with its value in all."""
        monkeypatch.setattr("allocator.hedging.compared.LARGE", 0)
        monkeypatch.setattr("allocator.hedging.compared.FEWER", (2,))
        many = three(3, costs=(1.0, 0.9, 0.9), willingness=[
            row for n, w in (("AAA", 0.9), ("BBB", 0.5), ("CCC", 0.8)) for row in willing(n, at=w)
        ])  # fmt: skip
        solve = Programme.solve

        def hurried(self: Programme, start: Any, **options: Any) -> Any:
            if options.get("limits") and len(self.futures) > 2:
                options["time_limit"] = 0.0
            return solve(self, start, **options)

        monkeypatch.setattr(Programme, "solve", hurried)
        found = allocator.hedge(many, weight=0, gap=0.0)
        assert counted_on(found) == {"CCC": 4}
        assert found.plan("expected_case")["value"] == pytest.approx(1 / 5)
        hedge_fits(found)


class TestWords:
    def told(self, **bounds: float) -> str:
        values = {"gap": 0.1, "cost": 24.0, "value": 0.2}
        rows = [
            {"plan": "expected_case", "objective": name, "value": value, "given_up": 0.0, "bound": bound,
             "relative_gap": 1 - bound / value}
            for name, value in values.items()
            for bound in (bounds.get(name, value),)
        ]  # fmt: skip
        return compared_with(rows, {}, True)

    def test_proved(self) -> None:
        assert self.told() == (
            "Planning is measured against the plan that does best under withdrawal of those that are best if all stay; "
            "against another of them it is worth as much or more."
        )

    def test_not_proved(self) -> None:
        assert self.told(value=0.1999) == self.told()  # a twentieth of a per cent
        assert self.told(value=0.199).endswith("that are best if all stay (proved within 0.50 %).")
        assert self.told(value=0.19).endswith("that are best if all stay (proved within 5.00 %).")
        assert self.told(value=0.0).endswith("that are best if all stay (proved not at all).")
        told = self.told(cost=0.0, gap=0.09)
        assert told.endswith("If all stay, that plan is proved: unmet share within 10.00 %, cost not at all.")

    def test_the_other_that_is_shown(self) -> None:
        values = {"two_stage": 0.2, "expected_case": 0.25, OTHER: 0.425}
        plans = {name: {"plan": name, "value": value} for name, value in values.items()}
        rows = [{"plan": "expected_case", "objective": "value", "relative_gap": 0.0}]
        told = compared_with(rows, plans, True)
        assert told.endswith("worth as much or more (22.5 points against the one that is shown).")
        plans[OTHER]["value"] = 0.2502  # no difference that can be seen
        assert compared_with(rows, plans, True).endswith("worth as much or more.")

    def test_what_an_older_version_saved(self) -> None:
        content = json.loads(json.dumps(allocator.hedge(three(), weight=0).to_dict()))
        assert "Planning is measured" in str(hedge_study(content))
        del content["expected_objectives"]
        assert "Planning is measured" not in str(hedge_study(content))

    def test_nothing_is_said_where_nobody_may_withdraw(self, tmp_path: Path) -> None:
        instance = three(willingness=[row for n in STAYS for row in willing(n)])
        allocator.write(instance, tmp_path / "sure")
        assert "measured against" not in run("hedge", tmp_path / "sure", "--quiet").stdout
        assert "measured against" not in str(hedge_study(allocator.hedge(instance).to_dict()))

    def test_shown(self, tmp_path: Path) -> None:
        allocator.write(three(3), tmp_path / "three")
        shown = run("hedge", tmp_path / "three", "--weight", "0", "--quiet", COLUMNS="200").stdout
        assert "Planning for withdrawal is worth 2.5 points of coverage" in shown
        assert "that are best if all stay; against another of them it is worth as much or more" in shown


def test_a_limit_of_time_leaves_a_range() -> None:
    """Nothing is proved in a millisecond: what is said holds all the same."""
    for limit in (1e-4, 1e-3, 0.01):
        found = allocator.hedge(three(3), weight=0.5, time_limit=limit)
        if found.found and found.rows("plans"):
            low, high = present(found.vss_range)
            assert low <= present(found.vss) <= high + 1e-12
            hedge_fits(found)
