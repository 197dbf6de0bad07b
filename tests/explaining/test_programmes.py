"""A programme that stays in HiGHS gives the answers of instances built anew."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import allocator
from allocator.explaining import aimed, programmes, switches
from allocator.explaining.ability import without
from allocator.explaining.aims import Aim, Extend
from allocator.explaining.bench import Outcome
from allocator.explaining.conflicts import Search
from allocator.explaining.core import same
from allocator.explaining.repairs import Mender
from tests.explaining.helpers import bundled, explained, strict

SEEDS = range(3)


def loose(seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A random instance of which nothing must be met, and its model."""
    obj, model = strict(seed)
    obj["requirements"] = [{**row, "max_gap": 1} for row in obj["requirements"]]
    return obj, model


def alike(one: Outcome, other: Outcome) -> bool:
    """Whether two solves have the same end and, objective by objective, the same values."""
    return one.status == other.status and all(same(float(v), float(other.values[k])) for k, v in one.values.items())


def test_nations_that_are_away_and_other_aims() -> None:
    """Bounds of columns do what a smaller instance does; the last solve is as the first, whatever was between."""
    found = 0
    for seed in SEEDS:
        with explained(*loose(seed)) as core:
            run, at = core.bench.run, (core.instance, core.model)
            first = run(*at, resident=True)
            for n in core.ability.nations[:2]:
                away = run(*at, resident=True, absent=[n])
                assert alike(away, run(without(core.instance, [n]), core.model)), (seed, n)
                assert away.deployed is None or n not in {cell[0] for cell in away.deployed}
                found += away.found
            for target in core.targets[:1]:
                aim = core.aim(target)
                assert alike(run(*at, [aim], resident=True), run(*at, [aim])), (seed, target)
            assert alike(first, run(*at, resident=True)), seed
            assert len(core.bench.programmes.kept) <= 2
    assert found


@pytest.fixture
def built(monkeypatch: Any) -> list[Any]:
    """The problems of which a Pyomo model is built to be kept."""
    found: list[Any] = []

    def noted(problem: Any, *args: Any) -> Any:
        found.append(problem)
        return aimed.built(problem, *args)

    monkeypatch.setattr(programmes, "built", noted)
    return found


def at_least(count: int) -> Any:
    """The row that so many units are deployed."""
    return lambda m: [([(-1.0, x) for x in m.deploy.values()], -count)]


def test_one_model_is_built_for_all(built: list[Any]) -> None:
    """Every nation in turn, and more rows, without another Pyomo model."""
    units = Aim(
        "units", lambda m, _: [(1.0, m.one), *((1.0, x) for x in m.deploy.values())],
        lambda _, plan: Fraction(1 + sum(plan.values())), plain=True,
    )  # fmt: skip
    extend: Extend = lambda m, problem: None  # noqa: E731
    given: dict[str, Any] = {"resident": True, "extend": extend, "keeps": lambda *_: True}
    with bundled("toy-caveats") as core:
        for n in core.ability.nations:
            core.bench.run(core.instance, core.model, ["gap"], resident=True, absent=[n])
        assert len(built) == 1
        for count in (0, 2, 1):
            outcome = core.bench.run(core.instance, core.model, [units], more=at_least(count), **given)
            assert outcome.values["units"] == 1 + count
        assert len(built) == 2


def test_few_columns_are_kept(monkeypatch: Any) -> None:
    """Above the limit only the programme that was used last stays."""
    monkeypatch.setattr(programmes, "COLUMNS", 1)
    with bundled("toy-caveats") as core:
        for aim in ("gap", "cost", "gap"):
            core.bench.run(core.instance, core.model, [aim], resident=True)
        assert [kept.problem.model.objectives for kept in core.bench.programmes.kept] == [("gap",)]


def test_repairs_are_searched_on_one_model(built: list[Any]) -> None:
    """Each repair excludes those before it, by a row."""
    with bundled("toy-infeasible") as core:
        ways = [found.way.ids for found, _ in Mender(core).give_more() if found is not None]
    assert len(ways) == len(set(ways)) >= 2
    assert not any(one < other for one in ways for other in ways)
    assert len(built) == 1


def test_a_brief_search_may_leave_a_question_open(monkeypatch: Any) -> None:
    """Without a node of search, a brief answer is open, and stays so; a full search answers all the same."""
    monkeypatch.setattr(switches, "BRIEF", 0)
    with bundled("toy-infeasible") as core:
        oracle = Search(core).oracle
        everything = [statement.id for statement in oracle.statements]
        assert oracle.decide(everything, brief=True) is None
        assert oracle.hard
        assert oracle.decide(everything) is False
        assert oracle.decide(everything, brief=True) is False


@pytest.mark.parametrize("trial", switches.TRIALS)
def test_each_trial_answers(monkeypatch: Any, trial: Any) -> None:
    """Whatever the aim of a run, its answer is that of an instance built anew."""
    aim, change, _, heuristics = trial
    monkeypatch.setattr(switches, "TRIALS", ((aim, change, None, heuristics),))
    with bundled("toy-infeasible") as core:
        oracle = Search(core).oracle
        assert oracle.decide(s.id for s in oracle.statements) is False
        assert oracle.decide(s.id for s in oracle.statements if s.family != "rotation") is True


def test_the_largest_seed(monkeypatch: Any) -> None:
    """Trials change the seed, which HiGHS takes below 2**31 only."""
    monkeypatch.setattr(switches, "TRIALS", ((switches.FEW, 2, None, True),))
    found = allocator.explain("toy-infeasible", seed=2**31 - 2).conflicts()
    assert list(found["minimal"]) == [True]
