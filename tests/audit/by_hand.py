"""Plans written by hand, and what the audit says of them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from allocator import Instance, Model, Plan
from allocator.audit import Violation, check_deployments
from allocator.purchases import NONE, Purchases
from tests.toys import model, pools, toy

Units = dict[int, int]
"""Period -> units."""

NO_FAMILY = model()


def finite(periods: int = 3, **tables: Any) -> Instance:
    """The toy over some periods without return."""
    return toy(periods=periods, indefinite=False, **tables)


def at(nation: str, by_period: Units, task: str = "hold", unit: str = "bn") -> dict[tuple[str, str, str, int], int]:
    """Deployments of a nation."""
    return {(nation, unit, task, t): units for t, units in by_period.items()}


def orders(nation: str, by_period: dict[int, int | tuple[int, int]], unit: str = "bn") -> Purchases:
    """Orders of a nation: period -> units, or units and how many of them jointly."""
    return Purchases(
        {(nation, unit, k): (units, 0) if isinstance(units, int) else units for k, units in by_period.items()}
    )


def together(*several: Purchases, **expansions: Units) -> Purchases:
    """Purchases of several nations, and expansions of industry."""
    return Purchases(
        {key: order for one in several for key, order in one.orders.items()},
        {(unit, k): count for unit, by_period in expansions.items() for k, count in by_period.items()},
    )


def broken(
    instance: Instance, chosen: Model, deployed: dict[tuple[str, str, str, int], int], bought: Purchases = NONE
) -> list[Violation]:
    """What the plan breaks."""
    return check_deployments(instance, chosen, deployed, bought)


def one(found: list[Violation], constraint: str, index: tuple[Any, ...], text: str, excess: Any = None) -> None:
    """Exactly one constraint is broken, by so much, and the sentence says so."""
    assert [(v.constraint, v.index, v.text) for v in found] == [(constraint, index, text)]
    assert found[0].excess == (None if excess is None else Fraction(excess))


BUILT_MODEL = Model(
    families=(*Model().families, "acquisition", "industry", "joint_purchase"),
    objectives=("gap", "cost", "worst_period", "turnover", "imbalance"),
)


def built(**tables: Any) -> Instance:
    """Three years: AAA has five battalions and leads, BBB buys, CCC watches, and FLT is a collective with one.

    A unit-period costs 12 million, of which the fund pays 3; of FLT's it pays all. A battalion costs 8 million, 6 if
    bought jointly, of which the fund pays 3; an order is paid in two parts. The fund has AAA for a quarter and BBB for
    three. Four battalions are asked for in each period, and the first two count three times as much.
    """
    nations = [
        {"nation": "AAA", "gdp": 1000.0, "can_lead": True},
        {"nation": "BBB", "gdp": 3000.0},
        {"nation": "CCC"},
        {"nation": "FLT", "collective": True},
    ]
    programme = {"unit_type": "bn", "price": 8.0, "max_units": 3, "lead_periods": 1}
    content: dict[str, Any] = {
        "nations": nations,
        "unit_types": [{"unit_type": "bn", "common_share": 0.25}],
        "tasks": [{"task": "hold", "framework_share": 0.5}],
        "requirements": [{"task": "hold", "capability": "inf", "quantity": 4.0, "core_share": 0.5, "core_weight": 3.0}],
        "forces": [*pools(5, "AAA"), *pools(1, "FLT")],
        "willingness": [
            {"nation": "AAA", "objective": "land", "willingness": 1.0},
            {"nation": "BBB", "objective": "land", "willingness": 0.5, "first_period": 3},
            {"nation": "FLT", "objective": "land", "willingness": 1.0},
        ],
        "acquisitions": [{"nation": n, **programme} for n in ("AAA", "BBB", "FLT")],
        "industry": [
            {"unit_type": "bn", "capacity": 2, "expansion_price": 5.0, "max_expansions": 2},
        ],
        "joint_purchases": [{"unit_type": "bn", "min_nations": 2, "discount": 0.25, "common_share": 0.5}],
        "funding_keys": [{"nation": "AAA", "weight": 1.0}, {"nation": "BBB", "weight": 3.0}],
    }
    return finite(months=12, **{**content, **tables})


DEPLOYED = at("AAA", {1: 2, 2: 1, 3: 3}) | at("BBB", {3: 1}) | at("FLT", {1: 1})
BOUGHT = together(orders("AAA", {2: (1, 1)}), orders("BBB", {1: 2, 2: (1, 1)}), bn={1: 1})
"""A plan of the built instance that holds."""

COLUMNS = {
    "deployments": "nation unit_type task period units personnel cost",
    "coverage": "task objective capability period required supplied shortfall",
    "objectives": "objective value given_up bound relative_gap",
    "leaders": "task nation",
    "nations": "nation member personnel cost burden share procurement common_part",
    "orders": "nation unit_type period units joint ready cost common",
    "industry": "unit_type period deliveries capacity expansions",
}

ROWS: dict[str, list[tuple[Any, ...]]] = {
    "deployments": [
        ("AAA", "bn", "hold", 1, 2, 200, 24.0),
        ("AAA", "bn", "hold", 2, 1, 100, 12.0),
        ("AAA", "bn", "hold", 3, 3, 300, 36.0),
        ("BBB", "bn", "hold", 3, 1, 100, 12.0),
        ("FLT", "bn", "hold", 1, 1, 100, 12.0),
    ],
    "coverage": [
        ("hold", "land", "inf", 1, 4.0, 3.0, 1.0),
        ("hold", "land", "inf", 2, 4.0, 1.0, 3.0),
        ("hold", "land", "inf", 3, 4.0, 4.0, 0.0),
    ],
    "objectives": [
        # (1 + 0) / 8, (3 + 2 * 1) / 8 and nothing, in three periods
        ("gap", 0.25, 0.0, 0.25, 0.0),
        ("risk", 0.6, None, None, None),
        # 72 + 12 + 12 deployed, 6 + 16 + 6 ordered, 5 for the expansion
        ("cost", 129.0, 0.0, 129.0, 0.0),
        ("burden", 68 / 3, None, None, None),
        ("worst_period", 0.625, 0.0, 0.625, 0.0),
        # two of AAA and one of BBB in period 3
        ("turnover", 0.3, 0.0, 0.3, 0.0),
        # AAA pays 57 of 85, its part by GDP is 21.25
        ("imbalance", 35.75, 0.0, 35.75, 0.0),
    ],
    "leaders": [("hold", "AAA")],
    "nations": [
        # 6 * 9 + 3 own, a quarter of 44 of the fund: 68 in three years of a thousand
        ("AAA", True, 300, 57.0, 68 / 3, 57 / 85, 3.0, 11.0),
        # 9 + 16 + 3 own, three quarters of 44: 61 in three years of three thousand
        ("BBB", True, 100, 28.0, 61 / 9, 28 / 85, 19.0, 33.0),
        ("CCC", False, 0, 0.0, None, 0.0, 0.0, 0.0),
        ("FLT", None, 100, 0.0, None, 0.0, 0.0, None),
    ],
    "orders": [
        ("AAA", "bn", 2, 1, 1, 3, 6.0, 3.0),
        ("BBB", "bn", 1, 2, 0, 2, 16.0, 0.0),
        ("BBB", "bn", 2, 1, 1, 3, 6.0, 3.0),
    ],
    "industry": [("bn", 1, 0, 2, 1), ("bn", 2, 2, 3, 0), ("bn", 3, 2, 3, 0)],
}
"""The result tables of that plan, worked out by hand."""


def tables(**rows: list[tuple[Any, ...]]) -> dict[str, list[dict[str, Any]]]:
    """Result tables from tuples."""
    return {name: [dict(zip(COLUMNS[name].split(), row, strict=True)) for row in part] for name, part in rows.items()}


def plan(instance: Instance, chosen: Model, content: dict[str, list[dict[str, Any]]]) -> Plan:
    """A plan with these tables, each objective of it proved."""
    rows = content["objectives"]
    stages = [{key: row.get(key) for key in ("objective", "value")} for row in rows]
    return Plan("optimal", "", instance, chosen, {"options": {"gap": 0.0}, "stages": stages}, _tables=content)
