"""A small instance with every table and column that a sweep may vary."""

from __future__ import annotations

from typing import Any

from allocator import Instance, Model
from allocator.model import FAMILIES
from tests.toys import Row, toy, willing

ALL = Model(
    families=FAMILIES,
    objectives=("gap", "worst_period", "risk", "turnover", "cost", "burden", "imbalance"),
    max_burden=0.05,
)
"""Every family and every objective."""


def everything(**tables: list[Row]) -> Instance:
    """Three nations and a fleet of all hold a line and a school for three periods; two of them may buy battalions."""
    content: dict[str, Any] = {
        "nations": [
            {"nation": "AAA", "gdp": 20_000.0, "troop_ceiling": 600.0, "can_lead": True},
            {"nation": "BBB", "gdp": 9_000.0, "can_lead": True},
            {"nation": "CCC", "gdp": 4_000.0},
            {"nation": "NNN", "collective": True},
        ],
        "groups": [{"group": "pair", "nation": "AAA"}, {"group": "pair", "nation": "BBB"}],
        "unit_types": [
            {"unit_type": "bn", "operating_cost": 2.0, "rotation_cost": 1.0, "rotation_ratio": 2, "common_share": 0.25},
            {"unit_type": "team", "personnel": 20, "operating_cost": 0.5},
            {"unit_type": "lot", "personnel": 5, "operating_cost": 0.3, "expendable": True},
        ],
        "capabilities": [
            {"capability": "inf", "name": "Infantry", "unit": "battalion"},
            {"capability": "lessons", "name": "Lessons", "unit": "team"},
            {"capability": "fire", "name": "Fire", "unit": "lot", "scope": "theatre"},
        ],
        "yields": [
            {"unit_type": "bn", "capability": "inf", "amount": 1.0},
            {"unit_type": "bn", "capability": "fire", "amount": -0.5},
            {"unit_type": "team", "capability": "lessons", "amount": 1.0},
            {"unit_type": "lot", "capability": "fire", "amount": 2.0},
        ],
        "objectives": [
            {"objective": "land", "name": "Land", "priority": 2.0},
            {"objective": "training", "name": "Training"},
        ],
        "tasks": [
            {"task": "hold", "framework_share": 0.3},
            {"task": "school", "objective": "training", "first_period": 2},
        ],
        "requirements": [
            {"task": "hold", "capability": "inf", "quantity": 5.0, "core_share": 0.4, "core_weight": 3.0},
            {"task": "hold", "capability": "fire", "quantity": 2.0, "priority": 0.5},
            {"task": "school", "capability": "lessons", "quantity": 3.0, "max_gap": 0.9},
        ],
        "forces": [
            {"nation": "AAA", "unit_type": "bn", "units": 6, "availability": 0.8, "home_units": 1, "min_units": 2},
            {"nation": "BBB", "unit_type": "bn", "units": 3},
            {"nation": "CCC", "unit_type": "team", "units": 3, "first_period": 1, "last_period": 3},
            {"nation": "BBB", "unit_type": "team", "units": 1},
            {"nation": "AAA", "unit_type": "lot", "units": 7},
            {"nation": "NNN", "unit_type": "bn", "units": 2},
        ],
        "willingness": [
            *willing("AAA", at=0.9),
            {"nation": "BBB", "objective": "land", "willingness": 0.7, "last_period": 2},
            {"nation": "BBB", "objective": "land", "willingness": 0.6, "first_period": 3},
            *willing("BBB", "CCC", at=0.8, objectives=("training",)),
            *willing("NNN"),
        ],
        "caveats": [{"nation": "BBB", "unit_type": "team", "task": "hold"}],
        "conditions": [
            {"nation": "BBB", "objective": "land", "requires": "any_of", "value": "AAA NNN"},
            {"nation": "NNN", "requires": "coalition_size", "value": "1"},
        ],
        "budgets": [
            {"payer": "common", "amount": 120.0},
            {"payer": "BBB", "amount": 90.0},
            {"payer": "*", "amount": 400.0, "first_period": 2},
        ],
        "commitments": [
            {"nation": "AAA", "unit_type": "bn", "task": "hold", "at_least": 2, "first_period": 2},
            {"nation": "BBB", "unit_type": "team", "at_most": 1, "last_period": 2},
        ],
        "prerequisites": [{"task": "school", "needs_task": "hold", "capability": "inf", "share": 0.4}],
        "funding_keys": [{"nation": "AAA", "weight": 3.0}, {"nation": "BBB", "weight": 1.0}],
        "force_changes": [
            {"nation": "AAA", "unit_type": "bn", "period": 2, "change": -1},
            {"nation": "CCC", "unit_type": "team", "period": 3, "change": 1},
        ],
        "acquisitions": [
            {"nation": "AAA", "unit_type": "bn", "price": 12.0, "max_units": 3, "lead_periods": 1, "min_order": 2},
            {"nation": "BBB", "unit_type": "bn", "price": 10.0, "max_units": 2, "lead_periods": 1},
        ],
        "industry": [{"unit_type": "bn", "capacity": 1, "expansion": 2, "expansion_price": 3.0, "max_expansions": 1}],
        "joint_purchases": [{"unit_type": "bn", "min_nations": 2, "discount": 0.2, "common_share": 0.3}],
        **tables,
    }
    return toy(periods=3, indefinite=False, events={"signed": True}, **content)
