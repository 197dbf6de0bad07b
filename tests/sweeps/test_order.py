"""Which of two points is harder, and what the resident model does from one point to the next."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import allocator
from allocator.api import choose
from allocator.solving.prior import Known
from allocator.solving.solver import Solver
from allocator.sweeps.run.changes import Facets, from_plain, to_plain
from allocator.sweeps.run.facets import EASIER, NEITHER, PLANS, STAGES
from allocator.sweeps.run.order import Order

BASE = "reassurance-force"
POOL = "forces[nation=FRA,unit_type=combat_squadron].units"


@pytest.fixture(scope="module")
def order() -> Callable[..., str]:
    """Compares settings of one instance: 'harder', 'easier', 'same' or 'apart', as far as plans or a stage go."""
    instance, model = choose(BASE)
    facets = Facets(instance, model)

    def compared(first: Sequence[str], second: Sequence[str], *objectives: str) -> str:
        order = Order(facets.base)
        for settings in (first, second):
            changes = facets.changes(*choose(instance, model, settings))
            assert from_plain(to_plain(changes)) == changes
            order.add(changes)
        harder, easier = order.looser(0, *objectives)[1], order.tighter(0, *objectives)[1]
        return {(True, True): "same", (True, False): "harder", (False, True): "easier"}.get((harder, easier), "apart")

    return compared


@pytest.mark.parametrize(
    "setting",
    [
        "budgets[payer=*].amount=1000",
        "nations[nation=FRA].troop_ceiling=100",
        "forces[nation=FRA].units=0",
        "forces[nation=FRA].min_units=2",
        "forces[nation=FRA].availability*=0.5",
        "forces[nation=FRA].home_units=2",
        "unit_types.rotation_ratio=9",
        "yields[unit_type=companies_medium,capability=ground_presence].amount=0.25",
        "requirements[task=western_air_policing,capability=combat_aircraft].quantity=90",
        "requirements[task=western_air_policing,capability=combat_aircraft].max_gap=0.5",
        "tasks.framework_share=0.9",
        "nations[nation=FRA].can_lead=false",
        "willingness[nation=FRA].willingness=0",
        "events.us_consent=false",
        "unit_types.operating_cost*=2",
        "model.willingness_floor=0.9",
        "model.max_burden=0.001",
        "model.limits=cost<=900",
    ],
)
def test_one_fact_makes_a_point_harder(order: Callable[..., str], setting: str) -> None:
    if setting == "model.max_burden=0.001":  # it makes a budget of the nations' costs, which then counts prices
        assert order((setting,), ()) == "apart"
        assert order((setting,), ("model.max_burden=0.002",)) == "harder"
        return
    assert order((setting,), ()) == "harder"
    assert order((), (setting,)) == "easier"


def test_bigger_units_are_harder_where_no_framework_share_counts_heads(order: Callable[..., str]) -> None:
    without = "model.families=troop_ceiling,budget"
    heavier = "unit_types[unit_type=companies_heavy].personnel=2000"
    assert order((without, heavier), (without,)) == "harder"
    assert order((heavier,), ()) == "apart"


@pytest.mark.parametrize(
    "setting",
    [
        "requirements[capability=ground_presence].core_share=0.4",
        "tasks[task=hub_kyiv].framework_nation=GBR",
    ],
)
def test_what_has_no_direction_does_not_compare(order: Callable[..., str], setting: str) -> None:
    assert order((setting,), (), "gap") == "apart"


def test_a_promise_is_harder_and_a_heavier_core_easier(order: Callable[..., str]) -> None:
    promise = "commitments[nation=FRA,unit_type=escort,task=straits_approaches].at_least=1"
    assert order((promise,), (), "gap") == "harder"
    assert order(("requirements[capability=ground_presence].core_weight=5",), (), "gap") == "easier"


def test_what_goes_both_ways_does_not_compare(order: Callable[..., str]) -> None:
    assert order(("budgets[payer=*].amount=1000", "nations[nation=FRA].troop_ceiling=99999"), ()) == "apart"
    assert order(("model.families=budget",), ()) == "apart"
    assert order(("horizon.periods=2",), ()) == "apart"


def test_a_stage_asks_only_about_its_own_objectives(order: Callable[..., str]) -> None:
    """Priorities change what the gap is, not what can be done; a stance above the floor only the risk."""
    assert order(("objectives[objective=training].priority=2",), ()) == "same"
    assert order(("objectives[objective=training].priority=2",), (), "gap") == "apart"
    stance = ("willingness[nation=GBR,objective=safe_skies].willingness=0.6",)
    assert order(stance, (), "gap") == "same"
    assert order(stance, (), "gap", "risk") == "harder"
    assert order(("model.objectives=gap,cost",), ()) == "same"
    assert order(("model.objectives=gap,cost",), (), "gap") == "apart"


def test_a_model_stays_and_only_what_differs_is_changed() -> None:
    """In place where the layout holds, anew where it does not, and every answer as if it were the first."""
    instance, model = choose("safe-seas")
    solver = Solver()
    steps = [
        ("built", ()),
        ("in place", ("nations[nation=FRA].troop_ceiling=2000",)),
        ("in place", ("forces[nation=FRA].units=0", "unit_types.operating_cost*=1.5")),
        ("in place", ("objectives.priority=2", "model.objectives=gap,cost")),
        ("rebuilt", ("horizon.periods=2", "horizon.indefinite=false")),
        ("rebuilt", ()),  # only models of one period have sums of deployments
        ("in place", ("forces[nation=FRA].units=0",)),  # what France had is fixed at nothing
    ]
    for structure, settings in steps:
        chosen = choose(instance, model, settings)
        plan = solver.solve(*chosen)
        assert solver.structure == structure, settings
        cold = allocator.solve(*chosen)
        assert plan.status == cold.status == "optimal"
        for name in chosen[1].objectives:
            assert plan.value(name) == pytest.approx(cold.value(name), rel=2e-4, abs=1e-6), settings


def test_known_bounds_count_only_where_they_hold() -> None:
    known = Known(bounds=((((), 0.25),), (((0.25,), 7.0), ((0.2,), 9.0))))
    assert known.bound(0, []) == 0.25
    assert known.bound(1, [0.25]) == 7.0  # 9 was proved for plans that reach 0.2, and this one gives up more
    assert known.bound(1, [0.2]) == 9.0
    assert known.bound(1, [0.3]) == 0.0
    assert known.bound(2, [0.2, 9.0]) == 0.0


def test_a_plan_that_does_not_fit_is_no_help() -> None:
    """What is handed over as known is tried, not believed: a plan that breaks the instance is dropped."""
    instance, model = choose("toy-enablers")
    wrong = {("AAA", "squadron", "west", 1): 99}
    plan = Solver().solve(instance, model, known=Known(plans=(wrong,)))
    assert plan.value("gap") == pytest.approx(1 / 6)
    assert {stage["how"] for stage in plan.manifest["stages"]} == {"solved"}


@pytest.mark.parametrize("seed", range(20))
def test_columns_counted_from_the_base_say_what_whole_rows_say(seed: int) -> None:
    rng = random.Random(seed)
    names = [(kind, at) for kind in ("units", "budget", "personnel") for at in range(3)] + [("limit", "gap")]
    bearing = {name: frozenset(rng.choice([[PLANS], [PLANS, "gap"], ["cost"], [STAGES]])) for name in names}

    def facet(name: tuple[str, str] | tuple[str, int]) -> Any:
        value = rng.choice([1.0, 2.0, 4.0, float("inf")] if name[0] == "budget" else [1.0, 2.0, 4.0])
        direction = NEITHER if name[0] == "personnel" else EASIER
        return (value if direction else repr(value), direction, bearing[name])

    base = {name: facet(name) for name in names if name[0] == "personnel" or rng.random() < 0.7}
    order = Order(base)
    for _ in range(25):
        changes = {name: facet(name) for name in rng.sample(names, rng.randint(0, 4))}
        changes |= dict.fromkeys(rng.sample(list(base), rng.randint(0, 1)))
        order.add({name: new for name, new in changes.items() if base.get(name) != new})
        rows = order.table()
        finite = np.nan_to_num(np.vstack([rows, order.ground]), posinf=0.0, neginf=0.0)
        size = np.abs(finite).max(axis=0, initial=1e-12)
        for number in range(len(order)):
            for objectives in ((), ("gap",), ("gap", "cost")):
                relevant = order._relevant(objectives)
                looser = (rows[:, relevant] >= rows[number, relevant]).all(axis=1)
                tighter = (rows[:, relevant] <= rows[number, relevant]).all(axis=1)
                assert (order.looser(number, *objectives) == looser).all()
                assert (order.tighter(number, *objectives) == tighter).all()
            off = np.abs(finite[:-1] - finite[number]) / size
            columns, distance = order.apart(number)
            assert (columns == (off > 0).sum(axis=1)).all()
            assert np.allclose(distance, off.sum(axis=1))
