"""Result tables written by hand pass the check, and no cell of them can be another."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.oracle.check import tables
from tests.oracle.random_more import FAMILIES
from tests.oracle.test_oracle import hand

MODEL = {"families": list(FAMILIES), "objectives": ["gap", "cost", "turnover"]}


def rows(columns: str, *values: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [dict(zip(columns.split(), row, strict=True)) for row in values]


def bought_together() -> tuple[dict[str, Any], dict[str, Any]]:
    """AAA has a battalion; it and BBB order one each at 8 of 10, half from the fund, once industry has expanded for 5.

    A battalion costs 6 a period, half from the fund, which pays 3 * 3 + 2 * 4 + 5 = 22; of it AAA bears three quarters.
    """
    obj = hand(2, unit_types__common_share=0.5, forces__units=1, tasks__framework_share=0.5)
    obj |= {
        "nations": rows("nation name gdp can_lead", ("AAA", "A", 1000, True), ("BBB", "B", 1000, False)),
        "willingness": rows("nation objective willingness", ("AAA", "land", 0.8), ("BBB", "land", 0.8)),
        "acquisitions": rows(
            "nation unit_type price max_units lead_periods", ("AAA", "bn", 10, 1, 1), ("BBB", "bn", 10, 1, 1)
        ),
        "joint_purchases": rows("unit_type min_nations discount common_share", ("bn", 2, 0.2, 0.5)),
        "industry": rows("unit_type capacity expansion expansion_price max_expansions", ("bn", 0, 2, 5, 1)),
        "funding_keys": rows("nation weight", ("AAA", 3), ("BBB", 1)),
    }
    plan = {
        "deployments": rows(
            "nation unit_type task period units personnel cost",
            ("AAA", "bn", "hold", 1, 1, 500, 6),
            ("AAA", "bn", "hold", 2, 1, 500, 6),
            ("BBB", "bn", "hold", 2, 1, 500, 6),
        ),
        "coverage": rows(
            "task objective capability period required supplied shortfall",
            ("hold", "land", "troops", 1, 2, 1, 1),
            ("hold", "land", "troops", 2, 2, 2, 0),
        ),
        "objectives": rows(
            "objective value", ("gap", 0.25), ("risk", 1.8), ("cost", 39), ("burden", 26.5), ("turnover", 0.5)
        ),
        "leaders": rows("task nation", ("hold", "AAA")),
        "nations": rows(
            "nation member personnel cost burden share procurement common_part",
            ("AAA", True, 500, 10, 26.5, 10 / 17, 4, 16.5),
            ("BBB", True, 500, 7, 12.5, 7 / 17, 4, 5.5),
        ),
        "orders": rows(
            "nation unit_type period units joint ready cost common",
            ("AAA", "bn", 1, 1, 1, 2, 8, 4),
            ("BBB", "bn", 1, 1, 1, 2, 8, 4),
        ),
        "industry": rows(
            "unit_type period deliveries capacity expansions", ("bn", 1, 0, 0, 1), ("bn", 2, 2, 2, 0)
        ),
    }  # fmt: skip
    return obj, plan


def test_tables_by_hand() -> None:
    obj, plan = bought_together()
    assert tables(obj, MODEL, plan) == []


@pytest.mark.parametrize("table", bought_together()[1])
def test_no_cell_can_be_another(table: str) -> None:
    obj, plan = bought_together()
    for number, row in enumerate(plan[table]):
        for column, value in row.items():
            changed = copy.deepcopy(plan)
            if isinstance(value, bool):
                changed[table][number][column] = not value
            elif isinstance(value, str):
                changed[table][number][column] = {"AAA": "BBB", "BBB": "AAA"}.get(value)
            else:
                changed[table][number][column] = value + 1
            try:
                found = tables(obj, MODEL, changed)
            except (KeyError, TypeError):  # a name that the instance does not have
                continue
            assert found, (row, column)


@pytest.mark.parametrize("table", bought_together()[1])
def test_no_row_can_be_missing_or_there_twice(table: str) -> None:
    obj, plan = bought_together()
    for number in range(len(plan[table])):
        assert tables(obj, MODEL, {**plan, table: plan[table][:number] + plan[table][number + 1 :]})
        assert tables(obj, MODEL, {**plan, table: [*plan[table], plan[table][number]]})
