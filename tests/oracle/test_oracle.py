"""The two oracles agree: a mixed-integer program and plain enumeration; and both with arithmetic by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oracle import brute
from tests.oracle.compare import oracles_disagree
from tests.oracle.random_instances import random_instance, random_model
from tests.oracle.random_more import FAMILIES, full_instance, full_model


@pytest.mark.parametrize("first", range(0, 20, 10))
def test_forces_there_are(first: int) -> None:
    for seed in range(first, first + 10):
        assert oracles_disagree(random_instance(seed, "tiny"), random_model(seed), 1000) == [], seed


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_everything(first: int) -> None:
    """`python -m tests.oracle --oracles N` tries more."""
    for seed in range(first, first + 10):
        assert oracles_disagree(full_instance(seed), full_model(seed), 1000) == [], seed


def hand(periods: int = 2, indefinite: bool = False, **changes: Any) -> dict[str, Any]:
    """One nation with three battalions of 500 people, at 1 million a month, and a task that asks for two.

    ``changes`` are tables, or cells of the first row: ``forces__units``.
    """
    obj: dict[str, Any] = {
        "instance": {
            "format": 1,
            "name": "hand",
            "horizon": {"start": "2025-01", "months_per_period": 6, "periods": periods, "indefinite": indefinite},
        },
        "nations": [{"nation": "AAA", "name": "A", "gdp": 1000}],
        "unit_types": [
            {"unit_type": "bn", "name": "Battalion", "domain": "land", "personnel": 500, "operating_cost": 1}
        ],
        "capabilities": [{"capability": "troops", "name": "Troops", "unit": "battalion"}],
        "yields": [{"unit_type": "bn", "capability": "troops", "amount": 1}],
        "objectives": [{"objective": "land", "name": "Land"}],
        "tasks": [{"task": "hold", "objective": "land", "name": "Hold"}],
        "requirements": [{"task": "hold", "capability": "troops", "quantity": 2}],
        "forces": [{"nation": "AAA", "unit_type": "bn", "units": 3}],
        "willingness": [{"nation": "AAA", "objective": "land", "willingness": 0.8}],
    }
    for name, value in changes.items():
        table, _, column = name.partition("__")
        if column:
            obj[table][0][column] = value
        else:
            obj[table] = value
    return obj


ALL = list(FAMILIES)


def values(obj: dict[str, Any], *objectives: str, **model: Any) -> dict[str, float]:
    """The values in which both oracles agree."""
    chosen = {"families": ALL, **({"objectives": list(objectives)} if objectives else {}), **model}
    assert oracles_disagree(obj, chosen, 20_000) == []
    return {name: float(value) for name, value in brute.solve(obj, chosen)["values"].items()}


def status(obj: dict[str, Any], **model: Any) -> str:
    chosen = {"families": ALL, **model}
    assert oracles_disagree(obj, chosen, 20_000) == []
    return str(brute.solve(obj, chosen)["status"])


def test_rotation_by_hand() -> None:
    """A pool of 3, one in two deployed, two periods that wrap: 3 unit-periods of the 4 that are asked."""
    found = values(hand(indefinite=True, unit_types__rotation_ratio=2, unit_types__common_share=0.5))
    # the window of two periods holds 3: two, then one; a gap of (0 + 1/2) / 2
    assert found["gap"] == pytest.approx(0.25)
    assert found["risk"] == pytest.approx(0.2 * 500 * 6 * 3 / 1000)
    assert found["cost"] == pytest.approx(18)
    assert found["burden"] == pytest.approx(9)


def test_usable_by_hand() -> None:
    """Of 3 units 0.75 are available, 2.25, and one stays at home: 1.25, so one deploys. An order adds 0.75: 2."""
    obj = hand(forces__availability=0.75, forces__home_units=1)
    assert values(obj, "gap")["gap"] == pytest.approx(0.5)
    obj["acquisitions"] = [{"nation": "AAA", "unit_type": "bn", "price": 6, "max_units": 1, "lead_periods": 1}]
    found = values(obj, "gap", "cost")
    assert found["gap"] == pytest.approx(0.25)  # it is there in the second period
    assert found["cost"] == pytest.approx(6 * 3 + 6)
    assert found["burden"] == pytest.approx(24)


def test_units_that_leave_by_hand() -> None:
    """One of 3 leaves in period 2: a tour of two periods has 2 that stay, and the one that leaves after its first."""
    obj = hand(
        unit_types__rotation_ratio=2,
        force_changes=[{"nation": "AAA", "unit_type": "bn", "period": 2, "change": -1}],
    )
    assert values(obj, "gap")["gap"] == pytest.approx(0.25)  # 2 and 1, or 1 and 2: at most 3 in both together
    obj["requirements"][0]["quantity"] = 3
    assert values(obj, "gap", "worst_period")["gap"] == pytest.approx(0.5)
    obj["unit_types"][0]["rotation_ratio"] = 1
    assert values(obj, "gap")["gap"] == pytest.approx((0 + 1 / 3) / 2)


def test_expendable_by_hand() -> None:
    """Three lots for two periods that ask for two each, with or without rotation."""
    obj = hand(unit_types__expendable=True)
    assert values(obj, "gap")["gap"] == pytest.approx(0.25)
    assert values(obj, "gap", families=[])["gap"] == pytest.approx(0.25)


def test_core_by_hand() -> None:
    """Of 4 a half is the core and counts threefold: with 1 there, (3 + 2 * 1) / (4 * 2)."""
    obj = hand(1, requirements__quantity=4, requirements__core_share=0.5, requirements__core_weight=3)
    obj["forces"][0]["units"] = 1
    found = values(obj, "gap", "worst_period")
    assert (found["gap"], found["worst_period"]) == pytest.approx((0.625, 0.625))


def test_turnover_and_imbalance_by_hand() -> None:
    """Two tasks ask one after the other: two battalions go somewhere anew, twice where the periods wrap."""
    tasks = [{"task": f"t{i}", "objective": "land", "name": "T", "first_period": i, "last_period": i} for i in (1, 2)]
    asked = [{"task": f"t{i}", "capability": "troops", "quantity": 2} for i in (1, 2)]
    nations = [{"nation": "AAA", "name": "A", "gdp": 1000}, {"nation": "BBB", "name": "B", "gdp": 3000}]
    for indefinite, anew in ((False, 1.0), (True, 2.0)):
        found = values(hand(2, indefinite, tasks=tasks, requirements=asked, nations=nations), "gap", "turnover")
        assert found["turnover"] == pytest.approx(anew)
        # AAA pays 24, of which 18 were BBB's
        assert found["imbalance"] == pytest.approx(18)


def test_joint_purchase_by_hand() -> None:
    """Two buy one each at 10, a fifth off, half of the rest from the fund, of which AAA bears three quarters."""
    nations = [{"nation": n, "name": n, "gdp": 1000} for n in ("AAA", "BBB")]
    both = [{"nation": n, "objective": "land", "willingness": 1} for n in ("AAA", "BBB")]
    programmes = [{"nation": n, "unit_type": "bn", "price": 10, "max_units": 1} for n in ("AAA", "BBB")]
    obj = hand(1, nations=nations, willingness=both, acquisitions=programmes, unit_types__operating_cost=0)
    obj |= {"forces": [{"nation": "AAA", "unit_type": "bn", "units": 0}]}
    obj["joint_purchases"] = [{"unit_type": "bn", "min_nations": 2, "discount": 0.2, "common_share": 0.5}]
    obj["funding_keys"] = [{"nation": "AAA", "weight": 3}, {"nation": "BBB", "weight": 1}]
    found = values(obj, "gap", "cost", "burden")
    assert (found["gap"], found["cost"]) == pytest.approx((0, 16))
    assert found["burden"] == pytest.approx((4 + 0.75 * 8) / 0.5)
    assert values({**obj, "budgets": [{"payer": "AAA", "amount": 4}]}, "gap")["gap"] == pytest.approx(0)
    assert values({**obj, "budgets": [{"payer": "common", "amount": 7.9}]}, "gap", "cost")["cost"] == pytest.approx(20)
    obj["joint_purchases"][0]["min_nations"] = 3
    assert values(obj, "gap", "cost")["cost"] == pytest.approx(20)
    obj["joint_purchases"][0]["min_nations"] = 2
    obj["nations"][1] = {"nation": "BBB", "name": "B", "collective": True}
    obj["funding_keys"].pop()
    # a collective one does not count, so that each pays the full price: AAA its own, and as the fund the other
    assert values(obj, "gap", "cost", "burden")["burden"] == pytest.approx((10 + 10) / 0.5)


def test_industry_by_hand() -> None:
    """One a period, and one more a period after an expansion at 5: three in two periods with it, two without."""
    obj = hand(2, forces=[{"nation": "AAA", "unit_type": "bn", "units": 0}], requirements__quantity=3)
    obj["acquisitions"] = [{"nation": "AAA", "unit_type": "bn", "price": 1, "max_units": 4}]
    obj["industry"] = [{"unit_type": "bn", "capacity": 1, "expansion_price": 5, "max_expansions": 1}]
    found = values(obj, "gap", "cost")
    assert found["gap"] == pytest.approx((2 / 3 + 0) / 2)
    assert found["cost"] == pytest.approx(6 * 4 + 3 + 5)
    obj["industry"][0]["expansion_lead_periods"] = 2
    assert values(obj, "gap")["gap"] == pytest.approx((2 / 3 + 1 / 3) / 2)


def test_promises_and_prerequisites_by_hand() -> None:
    """Nobody is at `second` unless `hold` has both units; a promise that the stance forbids has no plan."""
    obj = hand(1, tasks=[*hand()["tasks"], {"task": "second", "objective": "land", "name": "S"}])
    obj["requirements"].append({"task": "second", "capability": "troops", "quantity": 2, "priority": 9})
    obj["prerequisites"] = [{"task": "second", "needs_task": "hold", "capability": "troops"}]
    assert values(obj, "gap")["gap"] == pytest.approx(9 * 0.5 / 10)
    obj["prerequisites"][0]["share"] = 0.5
    assert values(obj, "gap")["gap"] == pytest.approx(0.5 / 10)
    obj["commitments"] = [{"nation": "AAA", "unit_type": "bn", "task": "hold", "at_least": 3}]
    assert values(obj, "gap")["gap"] == pytest.approx(0.9)
    obj["willingness"][0]["last_period"] = 1
    assert status(obj) == "optimal"
    obj["willingness"][0]["willingness"] = 0.4
    assert status(obj) == "infeasible"


def test_theatre_prerequisite_by_hand() -> None:
    """What is at `second` supplies the whole theatre too: two there are enough for the line that they wait for."""
    obj = hand(1, tasks=[*hand()["tasks"], {"task": "second", "objective": "land", "name": "S"}])
    obj["capabilities"][0]["scope"] = "theatre"
    obj["prerequisites"] = [{"task": "second", "needs_task": "hold", "capability": "troops"}]
    obj["capabilities"].append({"capability": "guards", "name": "Guards", "unit": "battalion"})
    obj["yields"].append({"unit_type": "bn", "capability": "guards", "amount": 1})
    obj["requirements"].append({"task": "second", "capability": "guards", "quantity": 2})
    obj["forces"][0]["units"] = 2
    assert values(obj, "gap")["gap"] == pytest.approx(0)
    obj["forces"][0]["units"] = 1
    assert values(obj, "gap")["gap"] == pytest.approx((0.5 + 1) / 2)
