"""The two oracles agree: a mixed-integer program and plain enumeration, written apart."""

from __future__ import annotations

import pytest

from tests.oracle import brute, formulation
from tests.oracle.compare import disagreements
from tests.oracle.random_instances import random_instance, random_model


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_formulation_agrees_with_enumeration(first: int) -> None:
    for seed in range(first, first + 10):
        obj, model = random_instance(seed, "tiny"), random_model(seed)
        found = formulation.solve(obj, model)
        judge = brute.Judge(obj, model)
        plan = brute.plan_of(found["deployments"])
        try:
            truth = brute.solve(obj, model, limit=2000)
        except brute.TooMany:
            assert found["status"] == "infeasible" or not judge.faults(plan), seed
            continue
        assert not disagreements(model, truth, found), seed
        if found["status"] == "optimal":
            assert not judge.faults(plan), seed


def test_by_hand() -> None:
    """A pool of 3, one in two deployed, two periods that wrap: 3 unit-periods of the 4 that are asked."""
    obj = {
        "instance": {
            "format": 1,
            "name": "hand",
            "horizon": {"start": "2025-01", "months_per_period": 6, "periods": 2, "indefinite": True},
        },
        "nations": [{"nation": "AAA", "name": "A", "gdp": 1000}],
        "unit_types": [
            {
                "unit_type": "bn",
                "name": "Battalion",
                "domain": "land",
                "personnel": 500,
                "operating_cost": 1,
                "rotation_ratio": 2,
                "common_share": 0.5,
            }
        ],
        "capabilities": [{"capability": "troops", "name": "Troops", "unit": "battalion"}],
        "yields": [{"unit_type": "bn", "capability": "troops", "amount": 1}],
        "objectives": [{"objective": "land", "name": "Land"}],
        "tasks": [{"task": "hold", "objective": "land", "name": "Hold"}],
        "requirements": [{"task": "hold", "capability": "troops", "quantity": 2}],
        "forces": [{"nation": "AAA", "unit_type": "bn", "units": 3}],
        "willingness": [{"nation": "AAA", "objective": "land", "willingness": 0.8}],
    }
    for solve in (formulation.solve, brute.solve):
        values = solve(obj, {})["values"]
        # the window of two periods holds 3: two, then one; a gap of (0 + 1/2) / 2
        assert float(values["gap"]) == pytest.approx(0.25)
        assert float(values["risk"]) == pytest.approx(0.2 * 500 * 6 * 3 / 1000)
        assert float(values["cost"]) == pytest.approx(18)
        assert float(values["burden"]) == pytest.approx(9)
