"""The result tables worked out by hand, and a fault in any figure of them."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from allocator import Instance, Model
from allocator.audit import check_plan
from allocator.plan import tables as plan_tables
from allocator.purchases import Cell
from tests.audit.by_hand import BUILT_MODEL, COLUMNS, ROWS, at, broken, built, finite, plan, tables
from tests.present import present
from tests.toys import model, pools, toy, willing

Content = dict[str, list[dict[str, Any]]]
"""Result tables."""

RIGHT = tables(**ROWS)
BLANK = (None, None, None)


def texts(content: Content, instance: Instance | None = None, chosen: Model = BUILT_MODEL) -> list[str]:
    return [str(fault) for fault in check_plan(plan(instance or built(), chosen, content))]


def value_of(name: str, instance: Instance, deployed: dict[Cell, int]) -> Fraction:
    """A value, read from the sentence on a limit that it exceeds."""
    (found,) = broken(instance, model(limits={name: 0.0}), deployed)
    return present(found.excess)


def test_the_columns_are_those_of_the_results() -> None:
    assert {name: tuple(columns.split()) for name, columns in COLUMNS.items()} == plan_tables.COLUMNS


def test_what_was_worked_out_by_hand_passes() -> None:
    assert texts(RIGHT) == []


FIGURES = [
    (table, number, column)
    for table, rows in RIGHT.items()
    for number, row in enumerate(rows)
    for column in row
    if column not in ("given_up", "bound", "relative_gap")
]


@pytest.mark.parametrize(("table", "number", "column"), FIGURES)
def test_a_fault_in_any_figure_is_found(table: str, number: int, column: str) -> None:
    for wrong in (None, "x", 7.5, float("nan")):
        content = deepcopy(RIGHT)
        if content[table][number][column] == wrong or (column == "period" and not isinstance(wrong, float)):
            continue
        content[table][number][column] = wrong
        assert texts(content)


@pytest.mark.parametrize("table", RIGHT)
def test_a_row_that_is_missing_there_twice_or_without_a_column_is_found(table: str) -> None:
    assert texts({**RIGHT, table: RIGHT[table][:-1]})
    twice = {**RIGHT, table: [*RIGHT[table], RIGHT[table][0]]}
    assert f"{table}: two rows of the plan have the same key" in texts(twice)
    for lost in RIGHT[table][0] if table != "objectives" else ["objective", "value"]:
        rows = [{column: figure for column, figure in row.items() if column != lost} for row in RIGHT[table]]
        assert texts({**RIGHT, table: rows}) == [f"{table}: a row has no column {lost}"]


def test_a_fault_names_the_column() -> None:
    content = deepcopy(RIGHT)
    content["nations"][0]["common_part"] = 11.5
    assert texts(content) == ["nations: the row ('AAA',) says 11.5 in common_part, the tables give 11.0"]


def test_the_orders_of_the_table_are_checked() -> None:
    content = deepcopy(RIGHT)
    content["orders"][1]["units"] = 3
    assert texts(content) == [
        "BBB orders 4 bn over the horizon, but its programme has 3",
    ]
    content["orders"][1]["units"], content["industry"][0]["expansions"] = 2, 3
    assert texts(content) == ["the industry for bn is expanded 3 times in all, but at most 2 times is possible"]


def test_common_part_is_blank_where_nobody_has_a_part_of_the_fund() -> None:
    content = deepcopy(RIGHT)
    for row in content["nations"]:
        row["common_part"] = None
    burdens = (57 / 3, 28 / 9)
    for row, burden in zip(content["nations"], burdens, strict=False):
        row["burden"] = burden
    content["objectives"][3]["value"] = burdens[0]
    assert texts(content, built(funding_keys=[])) == []


class TestIndustry:
    def test_there_are_no_lines_without_the_families(self) -> None:
        small = Model(objectives=("gap",))
        rows: dict[str, list[tuple[Any, ...]]] = {
            "deployments": [], "leaders": [], "orders": [], "industry": [],
            "coverage": [("hold", "land", "inf", t, 4.0, 0.0, 4.0) for t in (1, 2, 3)],
            "objectives": [("gap", 1.0, 0.0, 1.0, 0.0), ("risk", 0.0, *BLANK), ("cost", 0.0, *BLANK),
                           ("burden", 0.0, *BLANK)],
            "nations": [("AAA", False, 0, 0.0, 0.0, 0.0, 0.0, 0.0), ("BBB", False, 0, 0.0, 0.0, 0.0, 0.0, 0.0),
                        ("CCC", False, 0, 0.0, None, 0.0, 0.0, 0.0), ("FLT", None, 0, 0.0, None, 0.0, 0.0, None)],
        }  # fmt: skip
        assert texts(tables(**rows), chosen=small) == []
        rows["industry"] = [("bn", t, 0, 2, 0) for t in (1, 2, 3)]
        both = replace(small, families=(*small.families, "acquisition", "industry"))
        assert texts(tables(**rows), chosen=both) == []
        assert texts({**tables(**rows), "industry": []}, chosen=both)
        for family in ("acquisition", "industry"):
            assert texts(tables(**rows), chosen=replace(small, families=(*small.families, family)))


class TestLeaders:
    def content(self, *leaders: tuple[str, str]) -> Content:
        """AAA and BBB have two each at hold, for 24 million."""
        rows: dict[str, list[tuple[Any, ...]]] = {
            "deployments": [(n, "bn", "hold", 1, 2, 200, 12.0) for n in ("AAA", "BBB")],
            "coverage": [("hold", "land", "inf", 1, 4.0, 4.0, 0.0), ("guard", "land", "inf", 1, 1.0, 0.0, 1.0)],
            "objectives": [("gap", 0.5, 0.0, 0.5, 0.0), ("risk", 0.0, *BLANK), ("cost", 24.0, *BLANK),
                           ("burden", 0.0, *BLANK)],
            "nations": [(n, True, 200, 12.0, None, 0.5, 0.0, None) for n in ("AAA", "BBB")],
            "leaders": list(leaders), "orders": [], "industry": [],
        }  # fmt: skip
        return tables(**rows)

    def instance(self, **task: Any) -> Instance:
        tasks = [{"task": "hold", "framework_share": 0.5, **task}, {"task": "guard", "framework_share": 1.0}]
        return toy(
            nations=[{"nation": n, "can_lead": True} for n in ("AAA", "BBB")],
            forces=pools(5, "AAA", "BBB"),
            willingness=willing("AAA", "BBB"),
            tasks=tasks,
            requirements=[
                {"task": "hold", "capability": "inf", "quantity": 4.0},
                {"task": "guard", "capability": "inf", "quantity": 1.0},
            ],
        )

    gap = Model(objectives=("gap",))

    def test_any_nation_that_gives_enough(self) -> None:
        for nation in ("AAA", "BBB"):
            assert texts(self.content(("hold", nation)), self.instance(), self.gap) == []
        wrong = ["leaders: the row ('hold',) says CCC, the tables give AAA or BBB"]
        assert texts(self.content(("hold", "CCC")), self.instance(), self.gap) == wrong
        fixed = self.instance(framework_nation="BBB")
        assert texts(self.content(("hold", "BBB")), fixed, self.gap) == []
        wrong = ["leaders: the row ('hold',) says AAA, the tables give BBB"]
        assert texts(self.content(("hold", "AAA")), fixed, self.gap) == wrong

    def test_a_task_that_needs_one_and_no_other(self) -> None:
        missing = ["leaders: the row ('hold',) is missing"]
        assert texts(self.content(), self.instance(), self.gap) == missing
        idle = ["leaders: the row ('guard',) should not be there"]
        assert texts(self.content(("hold", "AAA"), ("guard", "AAA")), self.instance(), self.gap) == idle
        without = replace(self.gap, families=())
        assert texts(self.content(), self.instance(), without) == []
        assert texts(self.content(("hold", "AAA")), self.instance(), without)


class TestValues:
    """Objectives where the built instance does not show them."""

    def test_turnover_from_the_last_period_to_the_first(self) -> None:
        deployed = at("AAA", {1: 2, 2: 1, 3: 1})
        assert value_of("turnover", toy(periods=3), deployed) * 1000 == 100  # one more in 1 than in 3
        assert value_of("turnover", finite(), at("AAA", {1: 2, 2: 3})) * 1000 == 100
        assert broken(toy(), model(limits={"turnover": 0.0}), at("AAA", {1: 3})) == []
        moved = finite(
            tasks=[{"task": "hold"}, {"task": "guard"}],
            requirements=[{"task": task, "capability": "inf", "quantity": 1.0} for task in ("hold", "guard")],
        )
        assert value_of("turnover", moved, at("AAA", {1: 2}) | at("AAA", {2: 2}, "guard")) * 1000 == 200

    def test_worst_period_weighs_the_lines_that_stand(self) -> None:
        lines = [
            {"task": "hold", "capability": "inf", "quantity": 4.0, "priority": 3.0, "last_period": 1},
            {"task": "guard", "capability": "inf", "quantity": 2.0},
        ]
        instance = finite(2, tasks=[{"task": "hold"}, {"task": "guard"}], requirements=lines)
        deployed = at("AAA", {1: 3}) | at("AAA", {2: 1}, "guard")
        # period 1: (3 * 1/4 + 1 * 1) / 4 = 7/16; period 2: 1/2
        assert value_of("worst_period", instance, deployed) * 2 == 1
        # gap: (3 * 1/4 + 1 * 3/4) / 4
        assert value_of("gap", instance, deployed) * 8 == 3

    @pytest.mark.parametrize(("units", "gap"), [(5, 0), (4, 1), (2, 3), (1, 6), (0, 9)])
    def test_the_core_counts_more(self, units: int, gap: int) -> None:
        """Five asked, two of them core and three times as much: one short of them counts 3 of 9, another 1."""
        line = {"task": "hold", "capability": "inf", "quantity": 5.0, "core_share": 0.4, "core_weight": 3.0}
        instance, deployed = toy(requirements=[line]), at("AAA", {1: units}) if units else {}
        for name in ("gap", "worst_period"):
            if gap:
                assert value_of(name, instance, deployed) * 9 == gap
            else:
                assert broken(instance, model(limits={name: 0.0}), deployed) == []

    def test_risk_by_the_stance_of_the_period(self) -> None:
        stances = [
            {"nation": "AAA", "objective": "land", "willingness": 0.6, "last_period": 1},
            {"nation": "AAA", "objective": "land", "willingness": 0.75, "first_period": 2},
        ]
        # six months: 0.4 * 200 and 0.25 * 100 people
        assert value_of("risk", finite(willingness=stances), at("AAA", {1: 2, 2: 1})) * 1000 == 6 * 105

    def test_imbalance_without_a_gdp_is_0(self) -> None:
        instance = toy(nations=[{"nation": "AAA"}])
        assert broken(instance, model(limits={"imbalance": 0.0}), at("AAA", {1: 3})) == []
