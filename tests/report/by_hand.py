"""Plans whose tables follow from deployments and orders written by hand, and the text that is made of them."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

from allocator import Instance, Model, Plan
from allocator.model import FAMILIES
from allocator.plan.tables import tables
from allocator.problem import Problem
from allocator.purchases import Cell, Decided, Purchases
from allocator.report.text.page import Page, untied
from tests.toys import toy

BUILD = Model(name="build", families=FAMILIES, objectives=("gap", "cost"))


def plan_of(
    instance: Instance, deployed: Mapping[Cell, int], purchases: Purchases | None = None, model: Model = BUILD
) -> Plan:
    """A plan with these decisions; nothing is solved."""
    manifest: dict[str, Any] = {
        "times": {"total": 0.0}, "options": {"gap": 0.0}, "case": "base", "coalition": None, "assumptions": None,
    }  # fmt: skip
    decided = Decided(deployed, purchases or Purchases())
    return Plan("optimal", "", instance, model, manifest, _tables=tables(Problem(instance, model), decided, {}))


def text_of(draw: Callable[[Page], None], width: int = 80, **options: Any) -> str:
    """What is drawn on a console of some width, without spaces at the ends of lines."""
    out = io.StringIO()
    draw(Page(file=out, width=width, highlight=False, markup=False, emoji=False, color_system=None, **options))
    return "\n".join(line.rstrip() for line in untied(out.getvalue()).splitlines())


def built() -> Plan:
    """Four periods: two nations order three battalions together, and a fleet of several watches from the second on.

    A battalion costs 6 a period, half of it from the fund, and 120 to buy: 90 together, of which the fund pays 18. It
    is ready one period after its order. One expansion for 50 lets industry deliver three instead of one.
    """
    instance = toy(
        periods=4,
        indefinite=False,
        nations=[
            {"nation": "AAA", "name": "Alpha", "gdp": 1000.0, "can_lead": True},
            {"nation": "BBB", "name": "Bravo", "gdp": 500.0},
            {"nation": "CCC", "name": "Charlie", "gdp": 500.0},
            {"nation": "FLY", "name": "Alliance fleet", "collective": True},
        ],
        unit_types=[{"unit_type": "bn", "common_share": 0.5}, {"unit_type": "radar", "name": "Radar aircraft",
                    "operating_cost": 2.0}],
        capabilities=[
            {"capability": "inf", "name": "Infantry", "unit": "battalion"},
            {"capability": "watch", "name": "Early warning", "unit": "orbit", "scope": "theatre"},
        ],
        yields=[
            {"unit_type": "bn", "capability": "inf", "amount": 1.0},
            {"unit_type": "radar", "capability": "watch", "amount": 1.0},
        ],
        tasks=[{"task": "hold", "framework_share": 0.4}, {"task": "port", "name": "Guard the port", "first_period": 3}],
        requirements=[
            {"task": "hold", "capability": "inf", "quantity": 4.0},
            {"task": "hold", "capability": "watch", "quantity": 1.0},
            {"task": "port", "capability": "inf", "quantity": 1.0},
        ],
        forces=[
            {"nation": "AAA", "unit_type": "bn", "units": 1}, {"nation": "BBB", "unit_type": "bn", "units": 1},
            {"nation": "FLY", "unit_type": "radar", "units": 1},
        ],
        willingness=[{"nation": n, "objective": "land", "willingness": 1.0} for n in ("AAA", "BBB", "FLY")],
        funding_keys=[{"nation": "AAA", "weight": 3.0}, {"nation": "CCC", "weight": 1.0}],
        acquisitions=[
            {"nation": n, "unit_type": "bn", "price": 120.0, "max_units": 3, "lead_periods": 1} for n in ("AAA", "BBB")
        ],
        industry=[{"unit_type": "bn", "capacity": 1, "expansion": 2, "expansion_price": 50.0, "max_expansions": 1}],
        joint_purchases=[{"unit_type": "bn", "min_nations": 2, "discount": 0.25, "common_share": 0.2}],
    )  # fmt: skip
    deployed: dict[Cell, int] = {("AAA", "bn", "hold", 1): 1, ("BBB", "bn", "hold", 1): 1}
    for t in (2, 3, 4):
        deployed |= {("AAA", "bn", "hold", t): 3, ("BBB", "bn", "hold", t): 1, ("FLY", "radar", "hold", t): 1}
    deployed["BBB", "bn", "port", 4] = 1
    purchases = Purchases({("AAA", "bn", 1): (2, 2), ("BBB", "bn", 1): (1, 1)}, {("bn", 1): 1})
    return plan_of(instance, deployed, purchases)
