"""Warnings about pools over time, programmes, industry, prerequisites and cores."""

from __future__ import annotations

from typing import Any

import pytest

from allocator import Model
from tests.instance.building import Change, changed, made, sound
from tests.toys import toy

LATE = {"first_order_period": 3, "lead_periods": 2}
MORE = {"nation": "NAE", "unit_type": "aw", "period": 4, "change": 1}

ODD: list[tuple[list[Change], list[str]]] = [
    (
        [("acquisitions", 1, LATE)],
        ["acquisitions: AAA mi cannot deliver within the horizon: a unit ordered in period 3, the first, with "
         "lead_periods 2 is ready in period 5, and the last period is 4",
         "joint_purchases: mi is bought jointly by 2 nations or more, but at most 1 can order it in one period"],
    ),
    (
        [("acquisitions", 1, {"min_order": 5}), ("joint_purchases", 1, None)],
        ["acquisitions: AAA mi has min_order 5, above its max_units of 4, so it orders nothing"],
    ),
    (
        [("acquisitions", 1, {"max_units": 0}), ("joint_purchases", 1, None)],
        ["acquisitions: AAA mi has max_units 0, so it buys nothing"],
    ),
    (
        [("acquisitions", 1, None), ("acquisitions", 2, None)],
        ["industry: no nation can buy mi", "joint_purchases: mi is bought jointly by 2 nations or more, but at most 0"],
    ),
    ([("joint_purchases", 1, {"min_nations": 3})], ["joint_purchases: mi is bought jointly by 3 nations or more, but"]),
    (  # in different periods; the second can still order in period 2, which is ready in period 3
        [("acquisitions", 1, {"last_order_period": 1}), ("acquisitions", 2, {"first_order_period": 2})],
        ["joint_purchases: mi is bought jointly by 2 nations or more, but at most 1 can order it in one period"],
    ),
    (  # a collective nation is not counted
        [("acquisitions", 1, {"nation": "NAE"})],
        ["joint_purchases: mi is bought jointly by 2 nations or more, but at most 1"],
    ),
    (
        [("forces", 4, {"availability": 0.4})],
        ["forces: NAE aw has 2 units at the most, of which availability 0.4 and home_units 0 leave no whole one"],
    ),
    ([("forces", 4, {"home_units": 2})], ["forces: NAE aw has 2 units at the most, of which avail"]),
    ([("forces", 4, {"availability": 0.0})], ["forces: NAE aw has 2 units"]),
    (  # (6 + 2) * 0.5 - 1 = 3 of 8
        [("forces", 1, {"min_units": 4})],
        ["forces: AAA bn has min_units 4, above its pool of 3 usable units of 8, so it never deploys under the family"],
    ),
    ([("forces", 1, {"min_units": 9})], ["forces: AAA bn has min_units 9, above its pool of 3 usable units of 8"]),
    ([("forces", 2, {"min_units": 5})], ["forces: BBB bn has min_units 5, above its pool of 4, so it never"]),
    (
        [("requirements", 1, {"core_weight": None})],
        ["requirements: hold inf has a core_share of 0.5 but no core_weight above 1, so its core counts like the rest"],
    ),
    (
        [("requirements", 1, {"core_share": None})],
        ["requirements: hold inf has a core_weight of 3 but no core_share above 0, so it has no core"],
    ),
    (
        [("requirements", 3, {"last_period": 1})],
        ["prerequisites: hold waits for awa at guard, which requires it in no period in which hold is active"],
    ),
    (
        [("conditions", None, {"nation": "CCC", "requires": "coalition_size", "value": "4"})],
        ["conditions: CCC asks for a coalition of 4, but there are 3 nations (collective ones do not count)"],
    ),
    (
        [("willingness", 5, None), ("willingness", 6, None)],  # CCC has a pool by a change alone
        ["willingness: CCC has pools in force_changes but no willingness above 0"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "parts"), ODD)
def test_what_is_odd_is_told_once_and_alone(changes: list[Change], parts: list[str]) -> None:
    told = made(*changes).warnings()
    assert len(told) == len(parts), told
    for line, part in zip(told, parts, strict=True):
        assert line.startswith(part), line


@pytest.mark.parametrize(
    "changes",
    [
        [("forces", 4, {"availability": 0.5})],  # one whole unit
        [("forces", 4, {"home_units": 1})],
        [("forces", 4, {"units": 0})],  # no unit is no oddity
        [("forces", 4, {"availability": 0.4}), ("force_changes", None, MORE)],
        [("forces", 1, {"min_units": 3})],
        [("acquisitions", 1, {"first_order_period": 3})],  # ordered in 3, ready in 4
        [("requirements", 1, {"core_weight": 1.0, "core_weight_high": 2.0})],
        [("requirements", 1, {"core_weight": None, "core_share": 0.0})],
        [("willingness", 4, {"first_period": 4})],
        [("conditions", None, {"nation": "CCC", "requires": "coalition_size", "value": "3"})],
    ],
)  # fmt: skip
def test_what_is_not_odd(changes: list[Change]) -> None:
    assert made(*changes).warnings() == []


def test_who_buys_jointly_need_not_be_willing() -> None:
    """Its order brings the others to the number that the price asks for."""
    programmes = [{"nation": n, "unit_type": "bn", "price": 1.0, "max_units": 1} for n in ("AAA", "BBB")]
    given: dict[str, Any] = {"nations": [{"nation": "AAA"}, {"nation": "BBB"}], "acquisitions": programmes}
    (warning,) = toy(indefinite=False, **given).warnings()
    assert warning.startswith("willingness: BBB has pools in acquisitions")
    joint = [{"unit_type": "bn", "min_nations": 2}]
    assert toy(indefinite=False, joint_purchases=joint, **given).warnings() == []
    given["nations"][1]["collective"] = True  # which does not count among the buyers
    assert len(toy(indefinite=False, joint_purchases=joint, **given).warnings()) == 2


def test_orders_come_on_top_of_what_home_units_leave() -> None:
    """One unit at home, one bought: it can deploy, however much stays at home."""
    small = {"nation": "CCC", "unit_type": "mi", "units": 1, "home_units": 5}
    (told,) = made(("forces", None, small)).warnings()
    assert told.startswith("forces: CCC mi has 1 unit at the most")
    programme = {"nation": "CCC", "unit_type": "mi", "price": 1.0, "max_units": 1}
    assert made(("forces", None, small), ("acquisitions", None, programme)).warnings() == []


def test_relief_counts_usable_units() -> None:
    """An indefinite horizon of one period with rotation_ratio 2 needs two usable units to relieve one."""
    flat: list[Change] = [("horizon", None, {"indefinite": True, "periods": 1})]
    content = changed(*flat)
    for table in ("force_changes", "acquisitions", "industry", "joint_purchases", "prerequisites", "commitments"):
        del content[table]
    content["unit_types"][1]["expendable"] = False
    content["tasks"] = [{"task": "hold", "objective": "land", "name": "Hold"}]
    content["requirements"] = [{"task": "hold", "capability": c, "quantity": 2.0} for c in ("inf", "air", "awa")]
    content["willingness"] = [{"nation": n, "objective": "land", "willingness": 1.0} for n in ("AAA", "BBB", "NAE")]
    content["forces"][0] = {"nation": "AAA", "unit_type": "bn", "units": 4}
    kind = type(sound())
    assert kind.from_dict(content).warnings() == []
    content["forces"][0]["availability"] = 0.45
    (told,) = kind.from_dict(content).warnings()
    assert told.startswith("forces: AAA bn has 1 of the 2 units that it needs to relieve one (rotation_ratio 2)")


@pytest.mark.parametrize("family", ["industry", "joint_purchase"])
def test_a_family_without_acquisition_has_no_effect(family: str) -> None:
    families = Model().families
    assert Model(families=(*families, family)).warnings() == [
        f"the family {family} has no effect: the model leaves out the family acquisition"
    ]
    assert Model(families=(*families, "acquisition", family)).warnings() == []


def test_max_burden_without_budget() -> None:
    (told,) = Model(families=("rotation",), max_burden=0.1).warnings()
    assert "max_burden has no effect" in told


class TestPrices:
    """Prices a thousand times off, compared with operation and with each other."""

    @pytest.mark.parametrize(
        ("price", "expansion", "part"),
        [
            (60.0, 300.0, ""),
            (0.06, 0.3, "acquisitions: every figure in price looks a thousand times too small: at the median, a unit "
             "costs as much as 0.06 months of its operation; price is in millions a unit; check it, or scale it with "
             '--set "acquisitions.price*=1000"'),
            (6e4, 3e5, "acquisitions: every figure in price looks a thousand times too large"),
            (60.0, 6e5, "industry: every figure in expansion_price looks a thousand times too large: at the median, an "
             "expansion costs as much as 10,000 units"),
            (60.0, 0.3, "industry: every figure in expansion_price looks a thousand times too small"),
        ],
    )  # fmt: skip
    def test_a_whole_column(self, price: float, expansion: float, part: str) -> None:
        programmes: list[Change] = [("acquisitions", at, {"unit_type": "bn", "price": price}) for at in (1, 2)]
        industry: list[Change] = [("industry", 1, {"unit_type": "bn", "expansion_price": expansion})]
        told = made(*programmes, *industry, ("joint_purchases", 1, {"unit_type": "bn"})).warnings()
        assert len(told) == bool(part)
        assert not part or told[0].startswith(part)

    def test_one_row(self) -> None:
        rows: list[dict[str, Any]] = [
            {"nation": n, "unit_type": "bn", "price": 60.0, "max_units": 2} for n in ("AAA", "BBB", "CCC")
        ]
        rows[2]["price"] = 6e4
        (told,) = made(*(("acquisitions", None, row) for row in rows)).warnings()
        assert told.startswith("acquisitions: the price of CCC bn, 60,000, looks a thousand times too large beside the")
        assert told.endswith("60 may be meant")

    def test_ammunition_costs_nothing_to_keep(self) -> None:
        """The price of an expendable unit is not compared with its operation."""
        kept: Change = ("unit_types", 2, {"operating_cost": 1e-5})
        assert not [line for line in made(kept).warnings() if line.startswith("acquisitions")]


def test_a_budget_may_be_for_buying() -> None:
    """All that can be deployed costs little, but what can be bought may cost as much as the budget."""
    rich: list[Change] = [("budgets", 1, {"amount": 5e4}), ("acquisitions", 1, {"price": 400.0, "max_units": 10})]
    assert made(*rich).warnings() == []
    (told,) = made(rich[0]).warnings()
    assert told.startswith("budgets: the amount of *, 50,000, looks a thousand times too large")


def test_the_common_fund_pays_for_a_collective_nation() -> None:
    """Two aircraft for six months a period, four periods: 48 million, all of it common."""
    assert made(("budgets", None, {"payer": "common", "amount": 48.0})).warnings() == []
    (told,) = made(("budgets", None, {"payer": "common", "amount": 5.0})).warnings()
    assert "one unit for one period costs at least 6" in told


def test_requirements_are_compared_with_what_can_be_had() -> None:
    """One salvo in stock and 40 to buy or to come: a requirement of 40 is no mistake."""
    asked: list[Change] = [("requirements", 2, {"quantity": 40.0}), ("forces", 3, {"units": 1})]
    more: Change = ("acquisitions", 1, {"max_units": 40})
    assert made(*asked, more).warnings() == []
    gone: list[Change] = [("acquisitions", at, None) for at in (1, 2)]
    gone += [("industry", 1, None), ("joint_purchases", 1, None)]
    (told,) = made(*asked, *gone).warnings()
    assert told.startswith("requirements: the quantity of guard air, 40, looks a thousand times too large")
