"""Two-stage plans under withdrawal, against hand and brute force."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest

import allocator
from allocator.exact import exact
from allocator.hedging.answer import OTHER
from allocator.hedging.check import Decision, check_decision
from allocator.problem import Problem
from allocator.statistics import Taste
from allocator.withdrawal import Future, able, every_future, futures
from tests.cli.running import run
from tests.present import present
from tests.toys import Row, pools, toy, willing

REFERENCE = allocator.load_model("reference")


def two_nations(sure: int = 3, shaky: int = 4, money: float = 24.0, **changes: list[Row]) -> allocator.Instance:
    """AAA stays for sure; BBB, which is cheaper, with probability one half; money for four battalions, four asked."""
    content: dict[str, Any] = {
        "nations": [{"nation": "AAA"}, {"nation": "BBB"}],
        "unit_types": [{"unit_type": "bn"}, {"unit_type": "light", "operating_cost": 0.9}],
        "yields": [{"unit_type": u, "capability": "inf", "amount": 1.0} for u in ("bn", "light")],
        "forces": [*pools(sure, "AAA"), *pools(shaky, "BBB", unit="light")],
        "willingness": [*willing("AAA"), *willing("BBB", at=0.5)],
        "budgets": [{"payer": "*", "amount": money}],
        **changes,
    }
    return toy(**content)


def committed(found: allocator.Hedge) -> dict[tuple[str, str], int]:
    return {(row["nation"], row["unit_type"]): row["units"] for row in found.rows() if row["units"]}


class TestByHand:
    def test_the_sure_nation_goes_first(self) -> None:
        """All four from BBB covers 1/2 on average; three from AAA and one from BBB 7/8, for 18 + 5.4 million."""
        found = allocator.hedge(two_nations(), weight=0)
        assert found.status == "optimal"
        assert found.enumerated
        assert committed(found) == {("AAA", "bn"): 3, ("BBB", "light"): 1}
        assert found.plan("two_stage")["coverage"] == pytest.approx(7 / 8)
        assert found.plan("expected_case")["coverage"] == pytest.approx(1 / 2)
        assert found.plan("wait_and_see")["coverage"] == pytest.approx(7 / 8)
        assert (found.vss, found.evpi) == pytest.approx((3 / 8, 0))
        assert [row["value"] for row in found.rows("objectives")] == pytest.approx([1 / 8, 23.4])
        assert {row["withdrawn"]: row["two_stage"] for row in found.rows("futures")} == {"nobody": 1.0, "BBB": 0.75}

    def test_the_worst_half(self) -> None:
        """Each future is one half: the worst half is that without BBB; mean and worst half in equal parts: 3/16."""
        found = allocator.hedge(two_nations(), weight=0.5, cvar=0.5)
        assert found.plan("two_stage")["coverage_worst"] == pytest.approx(3 / 4)
        assert found.plan("two_stage")["value"] == pytest.approx(3 / 16)

    def test_a_commitment_is_paid_for_whether_it_is_used_or_not(self) -> None:
        """Both could cover all four; with money for four only one of each future's best plans can be kept ready."""
        found = allocator.hedge(two_nations(sure=4), weight=0)
        assert committed(found) == {("AAA", "bn"): 4}
        assert found.vss == pytest.approx(1 / 2)
        found = allocator.hedge(two_nations(sure=2, money=30.0), weight=0)
        assert committed(found) == {("AAA", "bn"): 2, ("BBB", "light"): 2}
        assert found.rows("objectives")[1]["value"] == pytest.approx(12 + 10.8)

    def test_what_must_be_met_and_cannot_be(self) -> None:
        """Three of four must be met; AAA alone has two: in that half nothing is deployed and coverage counts as 0."""
        line = [{"task": "hold", "capability": "inf", "quantity": 4.0, "max_gap": 0.25}]
        found = allocator.hedge(two_nations(sure=2, money=100.0, requirements=line), weight=0)
        assert found.status == "optimal"
        assert found.plan("two_stage")["no_plan"] == pytest.approx(1 / 2)
        assert found.plan("two_stage")["coverage"] == pytest.approx(1 / 2)
        assert not found.check()

    def test_what_hangs_on_a_nation_goes_with_it(self) -> None:
        """AAA comes only if BBB does: without BBB nobody is left."""
        pledge = [{"nation": "AAA", "objective": "land", "requires": "nation", "value": "BBB"}]
        found = allocator.hedge(two_nations(conditions=pledge), weight=0)
        assert found.plan("two_stage")["coverage"] == pytest.approx(1 / 2)
        assert {row["withdrawn"]: row["two_stage"] for row in found.rows("futures")} == {"nobody": 1.0, "BBB": 0.0}

    def test_limits_on_money_bind_what_is_committed(self) -> None:
        model = replace(REFERENCE, limits={"cost": 12.0})
        found = allocator.hedge(two_nations(), model, weight=0)
        assert committed(found) == {("AAA", "bn"): 2}


def three_nations(seed: int) -> tuple[allocator.Instance, dict[str, int], dict[str, int], int]:
    """Three nations, two tasks, everything random; and the same as plain numbers."""
    random = Random(seed)
    names = ("AAA", "BBB", "CCC")
    pool = {n: random.randint(1, 3) for n in names}
    will = {(n, o): random.choice([0.5, 0.6, 0.8, 1.0]) for n in names for o in ("land", "sea")}
    ask = {"hold": random.randint(2, 4), "patrol": random.randint(1, 3)}
    money = random.randint(2, 6)
    ceiling = {n: random.choice([None, 100, 200]) for n in names}
    instance = toy(
        nations=[{"nation": n, **({"troop_ceiling": c} if c else {})} for n, c in ceiling.items()],
        objectives=[{"objective": o, "name": o} for o in ("land", "sea")],
        tasks=[{"task": "hold", "objective": "land"}, {"task": "patrol", "objective": "sea"}],
        requirements=[{"task": j, "capability": "inf", "quantity": float(q)} for j, q in ask.items()],
        forces=[{"nation": n, "unit_type": "bn", "units": units} for n, units in pool.items()],
        willingness=[{"nation": n, "objective": o, "willingness": w} for (n, o), w in will.items()],
        budgets=[{"payer": "*", "amount": 6.0 * money}],
    )
    most = {n: min(pool[n], (ceiling[n] or 1000) // 100) for n in names}
    return instance, most, ask, money


def brute_force(
    instance: allocator.Instance,
    most: Mapping[str, int],
    ask: Mapping[str, int],
    money: int,
    taste: Taste,
    tolerance: float = 0.0,
) -> tuple[Fraction, int, Fraction]:
    """(least value, least cost at what it may give up, value with knowledge) over all commitments and their uses."""
    every = present(every_future(instance, REFERENCE, 1000))
    shares = [future.probability for future in every]

    def least_gap(commitment: Mapping[str, int], future: Future) -> Fraction:
        best = Fraction(1)
        choices = []
        for n, units in commitment.items():
            land, sea = ((n, o) not in {stance[:2] for stance in future.withdrawn} for o in ("land", "sea"))
            splits = [(a, b) for a in range(units + 1) for b in range(units + 1 - a)]
            choices.append([(a, b) for a, b in splits if (land or not a) and (sea or not b)])
        for choice in product(*choices):
            short = [max(0, q - sum(c[i] for c in choice)) for i, q in enumerate(ask.values())]
            gap = sum(Fraction(s, q) for s, q in zip(short, ask.values(), strict=True)) * Fraction(1, 2)
            best = min(best, gap)
        return best

    commitments = [dict(zip(most, units, strict=True)) for units in product(*(range(m + 1) for m in most.values()))]
    gaps = {
        tuple(c.values()): [least_gap(c, future) for future in every] for c in commitments if sum(c.values()) <= money
    }
    values = {units: taste.value(found, shares) for units, found in gaps.items()}
    least = min(values.values())
    known = [min(found[s] for found in gaps.values()) for s in range(len(every))]
    held = (1 + exact(tolerance)) * least + Fraction(1, 10**6)
    cost = 6 * min(sum(units) for units, value in values.items() if value <= held)
    return least, cost, taste.value(known, shares)


@pytest.mark.parametrize("seed", range(6))
def test_against_brute_force(seed: int) -> None:
    instance, most, ask, money = three_nations(seed)
    weight, level = [(0.5, 0.9), (1.0, 0.7), (0.0, 0.5)][seed % 3]
    least, cost, known = brute_force(instance, most, ask, money, Taste.of(weight, level))
    found = allocator.hedge(instance, REFERENCE, weight=weight, cvar=level, gap=0.0, futures=200)
    assert found.status == "optimal"
    assert found.enumerated
    assert [row["value"] for row in found.rows("objectives")] == pytest.approx([float(least), cost], abs=2e-6)
    assert found.plan("two_stage")["value"] == pytest.approx(float(least), abs=2e-6)
    assert found.evpi == pytest.approx(float(least - known), abs=2e-6)
    assert present(found.vss) >= -2e-6
    assert not found.check()


class TestProperties:
    def test_no_weight_is_expectation(self) -> None:
        instance = three_nations(1)[0]
        one, other = (allocator.hedge(instance, weight=0, cvar=level, futures=200) for level in (0.0, 0.95))
        assert one.plan("two_stage")["value"] == pytest.approx(1 - one.plan("two_stage")["coverage"])
        assert one.plan("two_stage")["value"] == pytest.approx(other.plan("two_stage")["value"], abs=2e-6)

    def test_level_0_is_the_mean(self) -> None:
        instance = three_nations(2)[0]
        tail = allocator.hedge(instance, weight=1, cvar=0.0, futures=200).plan("two_stage")
        mean = allocator.hedge(instance, weight=0, futures=200).plan("two_stage")
        assert tail["coverage"] == pytest.approx(tail["coverage_worst"])
        assert tail["value"] == pytest.approx(mean["value"], abs=2e-6)

    @pytest.mark.parametrize("level", [0.999, 1 - 1e-12])
    def test_level_next_to_1_is_the_worst_future(self, level: float) -> None:
        """No future is less probable than a thousandth: the tail is the worst one, however thin it is."""
        instance, most, ask, money = three_nations(2)
        least, cost, known = brute_force(instance, most, ask, money, Taste.of(1, level))
        found = allocator.hedge(instance, weight=1, cvar=level, gap=0.0, futures=200)
        assert found.status == "optimal"
        assert [row["value"] for row in found.rows("objectives")] == pytest.approx([float(least), cost], abs=2e-6)
        worst = min(row["two_stage"] for row in found.rows("futures"))
        assert found.plan("two_stage")["value"] == pytest.approx(1 - worst, abs=1e-9)
        assert found.evpi == pytest.approx(float(least - known), abs=2e-6)

    @pytest.mark.parametrize("name", ["toy-budget", "toy-periods", "toy-framework", "toy-rotation", "toy-pledges"])
    def test_with_everyone_certain_it_is_an_ordinary_solve(self, name: str) -> None:
        instance = allocator.read(name).override("willingness.willingness=1")
        model = replace(allocator.load_model(instance.model or "reference"), objectives=("gap", "cost"))
        plan = allocator.solve(instance, model, gap=0.0)
        found = allocator.hedge(instance, model, gap=0.0)
        assert len(found.futures) == 1
        told = [row["value"] for row in found.rows("objectives")]
        assert told == pytest.approx([plan.value("gap"), plan.value("cost")], abs=2e-6)
        assert found.vss == pytest.approx(0, abs=2e-6)

    @pytest.mark.parametrize("name", ["toy-budget", "toy-enablers", "toy-periods", "training-mission"])
    def test_values_of_planning_and_knowing(self, name: str) -> None:
        found = allocator.hedge(name)
        assert found.status == "optimal"
        assert present(found.vss) >= -2e-6
        assert present(found.evpi) >= 0
        assert not found.check()


def many_nations(count: int = 7) -> allocator.Instance:
    """Seven nations, each of which stays with probability 0.7 or so, a battalion or two each; 128 futures."""
    names = ["".join(3 * [chr(65 + i)]) for i in range(count)]
    return toy(
        nations=[{"nation": n} for n in names],
        forces=[{"nation": n, "unit_type": "bn", "units": 1 + i % 2} for i, n in enumerate(names)],
        willingness=[{"nation": n, "objective": "land", "willingness": 0.55 + 0.05 * i} for i, n in enumerate(names)],
        budgets=[{"payer": "*", "amount": 30.0}],
    )


class TestFutures:
    def test_draws_follow_the_convention(self) -> None:
        """One number a nation and draw, in the order of the table; equal draws are one."""
        instance, _, _, _ = three_nations(3)
        will = {(r["nation"], r["objective"]): r["willingness"] for r in instance.rows("willingness")}
        stances = able(Problem(instance, REFERENCE))
        seen: dict[Any, Any] = {}
        for mood in np.random.default_rng(5).random((50, 3)):
            number = dict(zip(("AAA", "BBB", "CCC"), mood, strict=True))
            left = frozenset(stance for stance in stances if number[stance.nation] > will[stance[:2]])
            seen[left] = seen.get(left, 0) + 1
        drawn = futures(instance, REFERENCE, 50, 5)
        assert {f.withdrawn: f.probability for f in drawn} == {left: Fraction(k, 50) for left, k in seen.items()}

    def test_all_of_them(self) -> None:
        """0.6 and 0.8: all stay 0.6, one objective is left 0.2, both 0.2."""
        instance = toy(
            objectives=[{"objective": o, "name": o} for o in ("land", "sea")],
            tasks=[{"task": "hold"}, {"task": "patrol", "objective": "sea"}],
            requirements=[{"task": j, "capability": "inf", "quantity": 2.0} for j in ("hold", "patrol")],
            willingness=[*willing("AAA", at=0.6), *willing("AAA", at=0.8, objectives=("sea",))],
        )
        every = present(every_future(instance, REFERENCE, 3))
        assert [(f.described(able(Problem(instance, REFERENCE))), float(f.probability)) for f in every] == [
            ("nobody", 0.6),
            ("AAA (land)", 0.2),
            ("AAA", 0.2),
        ]
        assert every_future(instance, REFERENCE, 2) is None

    def test_who_is_below_the_floor_does_not_count(self) -> None:
        instance = two_nations(willingness=[*willing("AAA"), *willing("BBB", at=0.4)])
        assert len(present(every_future(instance, REFERENCE, 64))) == 1
        assert len(present(every_future(instance, replace(REFERENCE, willingness_floor=0.0), 64))) == 2

    def test_sampling_and_its_error(self) -> None:
        """The truth, from all 128 futures, lies within what the sample claims."""
        instance = many_nations()
        found = allocator.hedge(instance, futures=12, evaluate=100, seed=3)
        assert (found.enumerated, found.possible) == (False, 128)
        estimate = present(found.estimate)
        assert estimate.gap == pytest.approx(max(0.0, estimate.upper - estimate.lower))
        assert estimate.error >= estimate.gap
        whole = allocator.hedge(instance, futures=128)
        assert whole.enumerated
        assert whole.estimate is None
        assert sum(f.probability for f in whole.futures) == 1
        commitment = present(found.decision).commitment
        gaps = [
            Fraction(max(0, 4 - sum(u for (n, *_), u in commitment.items() if (n, "land", 1, 1) not in f.withdrawn)), 4)
            for f in whole.futures
        ]
        value = Taste.of(0.5, 0.9).value(gaps, [f.probability for f in whole.futures])
        best = whole.rows("objectives")[0]["value"]
        assert best - 2e-6 <= value <= best + estimate.error

    def test_the_same_seed_the_same_answer(self) -> None:
        one, other = (allocator.hedge(many_nations(), futures=8, evaluate=20, seed=4).to_dict() for _ in range(2))
        for answer in (one, other):
            answer["manifest"].pop("times")
        assert one == other


class TestAudit:
    found: allocator.Hedge | None = None

    @pytest.fixture
    def hedge(self) -> allocator.Hedge:
        if TestAudit.found is None:
            TestAudit.found = allocator.hedge(two_nations(), weight=0)
        return TestAudit.found

    def check(
        self, hedge: allocator.Hedge, commitment: Mapping[tuple[str, str, int], int], deployed: Iterable[Any]
    ) -> list[tuple[Any, str]]:
        broken = check_decision(hedge.instance, hedge.model, hedge.futures, Decision(commitment, tuple(deployed)))
        return [(fault.future, fault.violation.constraint) for fault in broken]

    def test_more_is_deployed_than_committed(self, hedge: allocator.Hedge) -> None:
        nobody = next(s for s, future in enumerate(hedge.futures) if not future.withdrawn)
        commitment = {**present(hedge.decision).commitment, ("AAA", "bn", 1): 2}
        assert (nobody, "commitment_kept") in self.check(hedge, commitment, present(hedge.decision).deployed)

    def test_more_is_committed_than_can_be_borne(self, hedge: allocator.Hedge) -> None:
        commitment = {**present(hedge.decision).commitment, ("BBB", "light", 1): 4}
        assert self.check(hedge, commitment, present(hedge.decision).deployed) == [(None, "budget_payer")]
        commitment = {("BBB", "light", 1): 5}
        assert (None, "rotation_pool") in self.check(hedge, commitment, [{}, {}])
        assert self.check(hedge, {("BBB", "light", 1): 0}, [{}, {}]) == [(None, "commit")]
        assert self.check(hedge, {("CCC", "light", 1): 1}, [{}, {}]) == [(None, "commit")]

    def test_who_has_withdrawn_deploys(self, hedge: allocator.Hedge) -> None:
        gone = next(s for s, future in enumerate(hedge.futures) if future.withdrawn)
        deployed = list(present(hedge.decision).deployed)
        deployed[gone] = {**present(deployed[gone]), ("BBB", "light", "hold", 1): 1}
        assert (gone, "deploy") in self.check(hedge, present(hedge.decision).commitment, deployed)

    def test_ceilings_and_limits_hold_for_what_is_committed(self) -> None:
        instance = two_nations(nations=[{"nation": "AAA", "gdp": 1000.0, "troop_ceiling": 200}, {"nation": "BBB"}])
        model = replace(REFERENCE, limits={"cost": 6.0, "burden": 5.0})
        nothing = [Future(frozenset())]
        broken = check_decision(instance, model, nothing, Decision({("AAA", "bn", 1): 3}, ({},)))
        assert [fault.violation.constraint for fault in broken] == [
            "troop_ceiling_people",
            "limit_objective",
            "limit_objective",
        ]


def test_progressive_hedging() -> None:
    """Worth what its commitment is worth, exactly; never better than what is proved."""
    exact = allocator.hedge(two_nations(), weight=0)
    found = allocator.hedge(two_nations(), weight=0, method="hedging")
    gap, cost = found.rows("objectives")
    assert gap["bound"] <= exact.rows("objectives")[0]["value"] + 1e-9 <= gap["value"] + 2e-9
    assert cost["bound"] == 0
    assert found.status == "feasible"
    assert not found.check()
    assert found.plan("two_stage")["value"] <= found.plan("expected_case")["value"]


def test_every_fault_of_the_arguments_at_once() -> None:
    with pytest.raises(allocator.BadUsage) as caught:
        allocator.hedge("toy-budget", futures=0, cvar=1.0, weight=2.0, method="guess", seed=-1, evaluate=1)
    for name in ("futures", "cvar", "weight", "method", "seed", "evaluate"):
        assert f"{name} is" in str(caught.value)


def test_nothing_to_commit_for() -> None:
    found = allocator.hedge("toy-infeasible")
    assert (found.status, found.found) == ("infeasible", False)
    assert "must be met" in found.reason
    assert found.rows() == []
    with pytest.raises(allocator.BadUsage):
        found.plan("two_stage")
    with pytest.raises(allocator.BadUsage):
        found.frame("plan")


class TestCommand:
    def test_json(self) -> None:
        done = run("hedge", "toy-budget", "--json", "--quiet")
        answer = json.loads(done.stdout)
        assert (done.returncode, answer["status"], answer["enumerated"]) == (0, "optimal", True)
        assert {row["plan"] for row in answer["plans"]} - {OTHER} == {"two_stage", "expected_case", "wait_and_see"}
        assert answer["vss"] == pytest.approx(0)
        assert done.stderr == ""

    def test_csv_and_table(self) -> None:
        done = run("hedge", "toy-budget", "--csv", "--quiet")
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        told = [(row["nation"], row["unit_type"], row["units"], row["expected_case"]) for row in rows]
        assert told[:2] == [("AAA", "squadron", "2", "2"), ("BBB", "squadron", "1", "1")]
        shown = run("hedge", "toy-budget", "--quiet").stdout
        for part in ("all that are", "worst 10 %", "if all stay", "this plan", "44.2 %", "0.0 points", "Proved"):
            assert part in shown
        assert "given up" not in shown

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            (["toy-infeasible"], 3),
            (["toy-budget", "--cvar", "1"], 2),
            (["toy-budget", "--json", "--csv"], 2),
            (["toy-budget", "--set", "model.tolerence=1"], 2),
        ],
    )
    def test_exit_statuses(self, arguments: list[str], code: int) -> None:
        assert run("hedge", *arguments, "--quiet").returncode == code
