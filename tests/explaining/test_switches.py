"""One resident model answers as instances built anew do, and what an answer rests on is proved anew."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

import numpy as np

from allocator.explaining.conflicts import Search, conflicts
from allocator.explaining.need import need, parse
from allocator.explaining.oracle import Oracle
from allocator.explaining.statements import statements
from allocator.explaining.switches import Switches
from allocator.solving import highs
from tests.explaining.helpers import bundled, explained, strict


def test_the_resident_model_agrees_with_instances_built_anew() -> None:
    """Random statements in force: the same answer, each plan is one, and what is blamed leaves no plan either."""
    rng, plans, none = Random(1), 0, 0
    for seed in range(6):
        with explained(*strict(seed)) as core:
            stated = statements(core.instance, core.model, stances="objective")
            oracle = Oracle(core.bench, core.instance, core.model, stated)
            for _ in range(3 if stated else 0):
                assert oracle.switches is not None
                force = frozenset(s.id for s in stated if rng.random() < 0.8)
                answer, found = oracle.switches.ask(force)
                assert answer is oracle.confirm(force), (seed, force)
                assert found is not None
                plan, ids = found
                plans, none = plans + bool(answer), none + (not answer)
                if answer:
                    assert oracle._keeps(plan, force)
                else:
                    assert ids <= force
                    assert oracle.confirm(ids) is False
    assert plans
    assert none


def test_a_plan_that_keeps_many_lines() -> None:
    """BBB may be nowhere, and AAA has three battalions for two lines of two and one: lifted promises let all be met."""
    with bundled("toy-commitments", "requirements.max_gap=0") as core:
        search = Search(core)
        families = [s.id for s in search.oracle.statements if s.id not in search.lines and s.family != "commitments"]
        assert search.oracle.closest(families, search.lines)
        assert search.oracle.plans[-1][1] >= search.lines


def test_what_takes_no_part_in_a_proof_is_not_blamed() -> None:
    """The port needs relief and a line that asks too much; a ceiling that is high enough has nothing to do with it."""
    with bundled("toy-infeasible", "nations[nation=AAA].troop_ceiling=100000") as core:
        search = Search(core)
        everything = frozenset(s.id for s in search.oracle.statements)
        assert search.oracle.decide(everything) is False
        assert search.oracle.few(everything) == frozenset({"requirements.1.max_gap", "unit_types.1.rotation_ratio"})
    assert everything > {"requirements.1.max_gap", "unit_types.1.rotation_ratio"}


def test_bounds_are_changed_and_nothing_is_built(monkeypatch: Any) -> None:
    """A whole search builds the resident model once, and one instance anew for each conflict."""
    built = []
    start = Switches.__init__

    def counted(self: Switches, *given: Any) -> None:
        built.append(1)
        start(self, *given)

    monkeypatch.setattr(Switches, "__init__", counted)
    with bundled("toy-commitments", "requirements.max_gap=0") as core:
        part = conflicts(core)
        assert core.bench.solves == len(part.lists["conflicts"])
    assert len(built) == 1


def test_a_false_claim_of_the_resident_model_is_not_believed(monkeypatch: Any) -> None:
    """HiGHS calls the single line infeasible; the instance built anew says otherwise, and is believed from then on."""
    ask = Switches.ask

    def wrong(self: Switches, force: Iterable[str], free: Iterable[str] = (), brief: bool = False) -> Any:
        force = frozenset(force)
        return (False, ({}, force)) if force == {"requirements.1.max_gap"} else ask(self, force, frozenset(free), brief)

    monkeypatch.setattr(Switches, "ask", wrong)
    with bundled("toy-infeasible") as core:
        search = Search(core, infeasible=True)
        conflict = next(search.all())
    assert search.oracle.anew
    assert conflict.elements == ("requirements.1.max_gap", "rotation")
    assert conflict.minimal


HUB_AND_SKY: dict[str, Any] = {
    "instance": {
        "format": 1, "name": "hub-and-sky", "currency": "USD",
        "horizon": {"start": "2026-01", "months_per_period": 3, "periods": 1, "indefinite": False},
    },
    "nations": [{"nation": "FRA", "name": "France"}],
    "unit_types": [{"unit_type": "jet", "name": "Jet", "domain": "air", "personnel": 250, "operating_cost": 2}],
    "capabilities": [{"capability": "air", "name": "Air", "unit": "aircraft"}],
    "yields": [{"unit_type": "jet", "capability": "air", "amount": 2}],
    "objectives": [{"objective": "land", "name": "Land"}],
    "tasks": [{"task": j, "objective": "land", "name": j.title()} for j in ("hub", "sky")],
    "requirements": [
        {"task": "hub", "capability": "air", "quantity": 2},
        {"task": "sky", "capability": "air", "quantity": 4, "priority": 2},
    ],
    "forces": [{"nation": "FRA", "unit_type": "jet", "units": 2, "min_units": 2}],
    "willingness": [{"nation": "FRA", "objective": "land", "willingness": 0.6}],
    "budgets": [{"payer": "FRA", "amount": 10}],
    "prerequisites": [{"task": "hub", "needs_task": "sky", "capability": "air"}],
}  # fmt: skip
"""Two jets for 12 million meet all of `sky`, two thirds of the need; one jet alone may not come."""


def test_presolve_that_is_wrong_twice_is_not_believed(monkeypatch: Any) -> None:
    """HiGHS 1.15.1 with all of presolve calls min_units and the prerequisite together infeasible, in both models.

    France comes only in a coalition of two, and no one else is there. Two jets cost more than 10, and one covers a
    third of the need. These two conflicts are all, and each is listed once.
    """
    monkeypatch.setattr(highs, "AGGREGATOR", 0)
    obj = HUB_AND_SKY | {"conditions": [{"nation": "FRA", "requires": "coalition_size", "value": "2"}]}
    model = {"families": ["minimum_contribution", "conditions", "budget", "prerequisites"], "objectives": ["gap"]}
    with explained(obj, model) as core:
        lists = need(core, "coverage.land>=0.3").lists
    assert lists["verdict"] == "impossible"
    found = [(row["families"], row["minimal"]) for row in lists["conflicts"]]
    assert found == [(["conditions"], True), (["budget", "minimum_contribution"], True)]


def test_a_rule_of_presolve_that_loses_plans_is_off() -> None:
    """Two jets at `sky` keep min_units and the prerequisite; one run with presolve finds that."""
    model = {"families": ["minimum_contribution", "budget", "prerequisites"], "objectives": ["gap"]}
    with explained(HUB_AND_SKY, model) as core:
        search = Search(core, parse(core, "coverage.land>=0.3").always)
        switches = search.oracle.switches
        assert switches is not None
        answer, _ = switches.ask({"forces.1.min_units", "prerequisites.1"})
    assert answer is True


def test_figures_of_a_model_stay_as_they_are() -> None:
    """Asking changes bounds of columns for statements alone."""
    with bundled("toy-infeasible") as core:
        switches = Search(core).oracle.switches
        assert switches is not None
        lower, upper = switches.matrix.lower.copy(), switches.matrix.upper.copy()
        switches.ask({"requirements.1.max_gap"})
        assert np.array_equal(lower, switches.matrix.lower)
        assert np.array_equal(upper, switches.matrix.upper)
