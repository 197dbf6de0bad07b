"""Faults of periods, promises, prerequisites, pools over time, programmes and industry, one bad instance each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from allocator import BadInput, Instance, read, write
from allocator.errors import Fault
from allocator.instance.tables import TABLES
from tests.instance.building import Change, changed, made, sound


def faults(*changes: Change) -> tuple[Fault, ...]:
    with pytest.raises(BadInput) as caught:
        made(*changes)
    return caught.value.faults


def test_the_instance_is_sound_and_uses_every_table() -> None:
    assert all(sound().tables[name] for name in TABLES)
    assert sound().warnings() == []


FLAT: Change = ("horizon", None, {"indefinite": True})
STANCE = {"nation": "CCC", "objective": "skies", "willingness": 0.4}
PROMISE = {"nation": "BBB", "unit_type": "bn"}
WAIT = {"task": "hold", "needs_task": "guard", "capability": "air"}
CHANGE = {"nation": "BBB", "unit_type": "bn", "period": 4, "change": 1}
PROGRAMME = {"nation": "CCC", "unit_type": "mi", "price": 1.0, "max_units": 1}

FAULTS: list[tuple[Change, int, str, str]] = [
    # change, then row and column of the fault, and part of what is found or expected
    # --- nations
    (("nations", 4, {"gdp": 5.0}), 4, "gdp", "a blank: a collective nation has no purse"),
    (("nations", 4, {"gdp_low": 5.0}), 4, "gdp_low", "no purse"),
    (("nations", 4, {"gdp_high": 5.0}), 4, "gdp_high", "no purse"),
    (("nations", 1, {"collective": "si"}), 1, "collective", "true or false"),
    (("nations", 1, {"active_personnel": 0.0}), 1, "active_personnel", "above 0"),
    (("nations", 1, {"defence_spending": -1.0}), 1, "defence_spending", "above 0"),
    (("nations", 1, {"population": 0}), 1, "population", "above 0"),
    (("nations", 1, {"population": 5, "population_low": 6}), 1, "population_low", "at most population, which is 5"),
    (("budgets", 2, {"payer": "NAE"}), 2, "payer", "a nation that is not collective, common or *"),
    (("funding_keys", 2, {"nation": "NAE"}), 2, "nation", "a nation that is not collective"),
    (("funding_keys", 2, {"nation": "BBA"}), 2, "nation", "did you mean"),
    (("funding_keys", 2, {"nation": "AAA"}), 2, "nation", "the first is row 1"),
    (("funding_keys", 2, {"weight": 0.0}), 2, "weight", "above 0"),
    (("funding_keys", 2, {"weight": None}), 2, "weight", "a blank"),
    # --- unit types
    (("unit_types", 2, {"rotation_ratio": 2}), 2, "rotation_ratio", "1, because expendable"),
    (("unit_types", 2, {"rotation_ratio_high": 3}), 2, "rotation_ratio_high", "1, because expendable"),
    (("unit_types", 2, {"expendable": 1}), 2, "expendable", "true or false"),
    # --- tasks
    (("tasks", 1, {"framework_nation": "AAB"}), 1, "framework_nation", "did you mean AAA"),
    (("tasks", 1, {"framework_nation": "BBB"}), 1, "framework_nation", "can_lead true in nations, such as AAA"),
    (("tasks", 1, {"framework_share": None}), 1, "framework_share", "because framework_nation is AAA"),
    (("tasks", 1, {"framework_share": 0.0}), 1, "framework_share", "above 0, or a framework_share_high above 0"),
    (("tasks", 2, {"framework_nation": "AAA"}), 2, "framework_share", "above 0"),
    # --- requirements
    (("requirements", 1, {"core_share": 1.5}), 1, "core_share", "from 0 to 1"),
    (("requirements", 1, {"core_weight": 0.5}), 1, "core_weight", "at least 1"),
    (("requirements", 1, {"core_weight_low": 0.5}), 1, "core_weight_low", "at least 1"),
    (("requirements", 1, {"first_period": 1}), 1, "first_period", "its task's periods, 2 to 4"),
    # --- forces
    (("forces", 1, {"availability": 1.2}), 1, "availability", "from 0 to 1"),
    (("forces", 1, {"home_units": -1}), 1, "home_units", "at least 0"),
    (("forces", 1, {"home_units": 0.5}), 1, "home_units", "whole"),
    (("forces", 1, {"home_units_low": 2}), 1, "home_units_low", "at most home_units, which is 1"),
    (("forces", 1, {"last_period": 5}), 1, "last_period", "1 to 4"),
    (("forces", 1, {"first_period": 4, "last_period": 3}), 1, "first_period", "at most last_period, which is 3"),
    # --- willingness
    (("willingness", None, {**STANCE, "first_period": 2}), 9, "first_period", "CCC and skies in period 2"),
    (("willingness", None, {**STANCE, "first_period": 1}), 9, "nation", "a second row for nation CCC, objective skies"),
    (("willingness", 1, {"last_period": None}), 2, "first_period", "a second row for AAA and land in period 3"),
    (("willingness", 1, {"last_period": 3}), 2, "first_period", "one row per period; the first is row 1"),
    (("willingness", 2, {"first_period": 5}), 2, "first_period", "1 to 4"),
    (("willingness", 1, {"first_period": 2, "last_period": 1}), 1, "first_period", "at most last_period, which is 1"),
    # --- commitments
    (("commitments", 1, {"at_least": 4}), 1, "at_most", "at least at_least, which is 4"),
    (("commitments", 1, {"at_least_high": 4}), 1, "at_most", "at least at_least_high, which is 4"),
    (("commitments", 1, {"at_most_low": 0}), 1, "at_most_low", "at least at_least, which is 1"),
    (("commitments", 2, {"at_most": None}), 2, "at_least", "at_least, at_most or both"),
    (("commitments", 2, {"at_most": None, "at_most_high": 4}), 2, "at_least", "at_least, at_most or both"),
    (("commitments", 1, {"at_least": -1}), 1, "at_least", "at least 0"),
    (("commitments", None, {**PROMISE, "at_least": 1, "task": "hild"}), 3, "task", "did you mean hold"),
    (("commitments", None, {**PROMISE, "at_least": 1, "unit_type": "bm"}), 3, "unit_type", "did you mean"),
    (("commitments", None, {**PROMISE, "at_least": 1, "first_period": 5}), 3, "first_period", "1 to 4"),
    (
        ("commitments", None, {**PROMISE, "at_least": 1, "first_period": 3, "last_period": 2}),
        3,
        "first_period",
        "at most last_period, which is 2",
    ),
    (
        ("commitments", None, {**PROMISE, "at_least": 1, "task": "guard", "first_period": 4}),
        3,
        "first_period",
        "at most last_period, which is 3, the last of its task",
    ),
    (
        ("commitments", None, {**PROMISE, "at_least": 1, "task": "hold", "last_period": 1}),
        3,
        "last_period",
        "at least first_period, which is 2, the first of its task",
    ),
    (
        ("commitments", None, {"nation": "AAA", "unit_type": "bn", "at_least": 1, "first_period": 1}),
        3,
        "nation",
        "row 2",
    ),
    (
        ("commitments", None, {"nation": "AAA", "unit_type": "bn", "task": "hold", "at_least": 1, "first_period": 2}),
        3,
        "nation",
        "a second row for nation AAA, unit_type bn, task hold, first_period 2",
    ),
    # --- prerequisites
    (("prerequisites", 1, {"needs_task": "hold", "capability": "inf"}), 1, "needs_task", "another task"),
    (("prerequisites", 1, {"capability": "inf"}), 1, "capability", "in requirements for guard, one of air, awa"),
    (("prerequisites", 1, {"capability": "avia"}), 1, "capability", "did you mean"),
    (("prerequisites", 1, {"needs_task": "gard"}), 1, "needs_task", "did you mean guard"),
    (("prerequisites", 1, {"task": "hild"}), 1, "task", "did you mean hold"),
    (("prerequisites", 1, {"share": 0.0}), 1, "share", "above 0"),
    (("prerequisites", 1, {"share": 1.1}), 1, "share", "at most 1"),
    (("prerequisites", None, {**WAIT, "capability": "awa"}), 2, "task", "the first is row 1"),
    # --- changes of pools
    (("force_changes", 1, {"change": 0}), 1, "change", "other than 0"),
    (("force_changes", 1, {"change": 0.5}), 1, "change", "whole"),
    (("force_changes", 1, {"change_low": 0}), 1, "change_low", "other than 0"),
    (("force_changes", 1, {"period": 5}), 1, "period", "1 to 4"),
    (("force_changes", 1, {"period": 0}), 1, "period", "at least 1"),
    (("force_changes", 1, {"period": None}), 1, "period", "a blank"),
    (("force_changes", 1, {"period_low": 1}), 1, "period_low", "an unknown column"),
    (("force_changes", 1, {"nation": "BBB", "period": 3}), 2, "nation", "period 3"),
    (("force_changes", 2, {"change": -5}), 2, "change", "at least -4, so that the pool stays at 0 or more"),
    (
        ("force_changes", 2, {"change_low": -5}),
        2,
        "change_low",
        "BBB bn has 4 units before period 3, with every figure",
    ),
    (("forces", 2, {"units_low": 2}), 2, "change", "at least -2"),
    (("force_changes", 3, {"change": -1}), 3, "change", "above 0"),
    (("force_changes", None, {**CHANGE, "period": 4, "change": -2}), 4, "change", "has 1 unit before period 4"),
    (("force_changes", None, {**CHANGE, "period": 2, "change": -2}), 2, "change", "at least -2"),
    # --- programmes and industry
    (("acquisitions", None, {**PROGRAMME, "nation": "CCD"}), 3, "nation", "did you mean"),
    (("acquisitions", None, {**PROGRAMME, "unit_type": "my"}), 3, "unit_type", "did you mean"),
    (("acquisitions", None, {**PROGRAMME, "nation": "AAA"}), 3, "nation", "the first is row 1"),
    (("acquisitions", 1, {"price": None}), 1, "price", "a blank"),
    (("acquisitions", 1, {"price": -1.0}), 1, "price", "at least 0"),
    (("acquisitions", 1, {"max_units": 1.5}), 1, "max_units", "whole"),
    (("acquisitions", 1, {"lead_periods": -1}), 1, "lead_periods", "at least 0"),
    (("acquisitions", 1, {"lead_periods_low": 2}), 1, "lead_periods_low", "at most lead_periods, which is 1"),
    (("acquisitions", 1, {"min_order": 0}), 1, "min_order", "at least 1"),
    (("acquisitions", 1, {"first_order_period": 5}), 1, "first_order_period", "1 to 4"),
    (("acquisitions", 1, {"last_order_period": 5}), 1, "last_order_period", "1 to 4"),
    (
        ("acquisitions", 1, {"first_order_period": 3, "last_order_period": 2}),
        1,
        "first_order_period",
        "at most last_order_period, which is 2",
    ),
    (("industry", 1, {"capacity": None}), 1, "capacity", "a blank"),
    (("industry", 1, {"expansion": 0}), 1, "expansion", "at least 1"),
    (("industry", 1, {"expansion_price": -1.0}), 1, "expansion_price", "at least 0"),
    (("industry", 1, {"expansion_lead_periods": 0.5}), 1, "expansion_lead_periods", "whole"),
    (("industry", 1, {"max_expansions": -1}), 1, "max_expansions", "at least 0"),
    (("industry", 1, {"unit_type": "mo"}), 1, "unit_type", "did you mean"),
    (("industry", None, {"unit_type": "mi", "capacity": 1}), 2, "unit_type", "the first is row 1"),
    (("joint_purchases", 1, {"min_nations": 1}), 1, "min_nations", "at least 2"),
    (("joint_purchases", 1, {"discount": 1.1}), 1, "discount", "from 0 to 1"),
    (("joint_purchases", 1, {"common_share": -0.1}), 1, "common_share", "from 0 to 1"),
    (("joint_purchases", 1, {"unit_type": "mo"}), 1, "unit_type", "did you mean"),
]


@pytest.mark.parametrize(("change", "row", "column", "part"), FAULTS)
def test_one_fault_is_named_once_and_alone(change: Change, row: int, column: str, part: str) -> None:
    found = faults(change)
    (fault,) = found
    assert (fault.row, fault.column) == (row, column), fault
    assert part in f"{fault.found}; {fault.expected}"


def test_the_table_of_a_fault_is_named() -> None:
    for change, *_ in FAULTS:
        if change[0] == "willingness" or change[1] is None:
            assert faults(change)[0].place == f"instance: {change[0]}"


class TestIndefinite:
    """On an indefinite horizon nothing comes, goes or is used up."""

    def test_every_reason_is_told(self) -> None:
        told = [str(fault) for fault in faults(FLAT)]
        assert len(told) == 4
        for part in (
            'unit_types, row 2, column expendable: found "true"; expected false while horizon.indefinite is true, '
            "because there is a pool of mi (instance: forces, row 3)",
            "force_changes, row 1: found 3 rows while horizon.indefinite is true",
            "acquisitions, row 1: found 2 rows while",
            "industry, row 1: found a row while",
        ):
            assert any(part in line for line in told), (part, told)

    GONE: ClassVar[list[Change]] = [
        ("force_changes", 1, None),
        ("force_changes", 2, None),
        ("force_changes", 3, None),
        ("industry", 1, None),
    ]

    @pytest.mark.parametrize(
        ("changes", "where"),
        [
            ([("forces", 3, None), ("acquisitions", 2, None)], "acquisitions, row 1"),
            (
                [
                    ("forces", 3, None),
                    ("acquisitions", 1, None),
                    ("acquisitions", 2, None),
                    ("force_changes", None, {"nation": "CCC", "unit_type": "mi", "period": 1, "change": 2}),
                ],
                "force_changes, row 1",
            ),
        ],
    )
    def test_a_pool_may_be_named_by_a_programme_or_a_change_alone(self, changes: list[Change], where: str) -> None:
        found = faults(FLAT, *self.GONE, *changes)
        (fault,) = [fault for fault in found if fault.column == "expendable"]
        assert f"there is a pool of mi (instance: {where})" in fault.expected

    def test_without_them_an_indefinite_horizon_is_sound(self) -> None:
        gone: list[Change] = [*self.GONE, ("acquisitions", 1, None), ("acquisitions", 2, None), ("forces", 3, None)]
        assert made(FLAT, *gone).indefinite

    def test_an_override_is_checked_too(self) -> None:
        with pytest.raises(BadInput, match=r"force_changes.*while horizon.indefinite is true"):
            sound().override("horizon.indefinite=true")


def _figures() -> Iterator[tuple[str, int, str, Any]]:
    """A row for every figure of every table: (table, row, column, a value)."""
    for table in TABLES.values():
        for name in table.figures:
            for at, row in enumerate(sound().rows(table.name), start=1):
                if row[name] is not None and not (name == "rotation_ratio" and row["expendable"]):
                    yield table.name, at, name, row[name]
                    break


@pytest.mark.parametrize(("table", "at", "column", "value"), list(_figures()))
def test_every_figure_may_have_a_range_of_its_own_type(table: str, at: int, column: str, value: Any) -> None:
    ends = {f"{column}_low": value, f"{column}_high": value}
    assert made((table, at, ends)).rows(table)[at - 1][f"{column}_high"] == value
    (fault,) = faults((table, at, {f"{column}_low": "x"}))
    assert (fault.row, fault.column, fault.found) == (at, f"{column}_low", '"x"')
    kind = TABLES[table].by_name[column].expected
    assert fault.expected.startswith(kind)


class TestLegal:
    """What the faults must not take with them."""

    @pytest.mark.parametrize(
        "changes",
        [
            [("tasks", 1, {"framework_share": None, "framework_share_high": 0.3})],
            [("tasks", 1, {"framework_share": 0.0, "framework_share_high": 0.3})],
            [("prerequisites", None, {"task": "guard", "needs_task": "hold", "capability": "inf"})],  # a circle
            [("commitments", 2, {"at_most": None, "at_least": 0})],
            [("commitments", None, {**PROMISE, "task": "hold", "at_least": 1, "first_period": 1})],  # before the task
            [
                ("commitments", None, {**PROMISE, "at_least": 1}),
                ("commitments", None, {**PROMISE, "at_most": 2, "first_period": 2}),
            ],
            [("willingness", None, {"nation": "AAA", "objective": "skies", "willingness": 1.0, "last_period": 2})],
            [("willingness", 2, {"first_period": 4})],  # a period without a stance
            [("force_changes", 2, {"change": -4})],
            [("force_changes", None, {**CHANGE, "period": 2, "change": 9}), ("force_changes", 2, {"change": -13})],
            [("acquisitions", 1, {"lead_periods": 1, "lead_periods_low": 0, "lead_periods_high": 4})],
            [("force_changes", 1, {"change_low": -1, "change_high": 3})],
            [("conditions", None, {"nation": "AAA", "requires": "any_of", "value": "NAE BBB"})],
            [("conditions", None, {"nation": "NAE", "requires": "coalition_size", "value": "2"})],
            [("nations", 4, {"troop_ceiling": 500, "population": 5})],
            [("tasks", 1, {"framework_nation": "NAE"}), ("nations", 4, {"can_lead": True})],
            [("budgets", None, {"payer": "common", "amount": 5.0})],
        ],
    )
    def test_it_is_read(self, changes: list[Change]) -> None:
        assert made(*changes) == Instance.from_dict(changed(*changes))

    def test_the_pool_of_a_bad_row_gives_no_second_fault(self) -> None:
        (fault,) = faults(("forces", 2, {"units": -1}))
        assert fault.column == "units"
        (fault,) = faults(("requirements", 3, {"capability": "awo"}))
        assert fault.column == "capability"


ALL: list[Change] = [
    ("nations", 4, {"gdp": 5.0}),
    ("unit_types", 2, {"rotation_ratio": 2}),
    ("tasks", 1, {"framework_nation": "BBB"}),
    ("willingness", 1, {"last_period": 3}),
    ("budgets", 2, {"payer": "NAE"}),
    ("commitments", 1, {"at_least": 4}),
    ("prerequisites", 1, {"capability": "inf"}),
    ("funding_keys", 2, {"nation": "NAE"}),
    ("force_changes", 2, {"change": -5}),
    ("acquisitions", 2, {"first_order_period": 9}),
    ("industry", 1, {"expansion": 0}),
    ("joint_purchases", 1, {"min_nations": 1}),
]
WHERE = {
    ("nations", 4, "gdp"),
    ("unit_types", 2, "rotation_ratio"),
    ("tasks", 1, "framework_nation"),
    ("willingness", 2, "first_period"),
    ("budgets", 2, "payer"),
    ("commitments", 1, "at_most"),
    ("prerequisites", 1, "capability"),
    ("funding_keys", 2, "nation"),
    ("force_changes", 2, "change"),
    ("acquisitions", 2, "first_order_period"),
    ("industry", 1, "expansion"),
    ("joint_purchases", 1, "min_nations"),
}


class TestAllTogether:
    """All faults come in one report, with rows as each carrier counts them."""

    def test_in_memory(self) -> None:
        assert {(f.place.removeprefix("instance: "), f.row, f.column) for f in faults(*ALL)} == WHERE

    def test_a_folder_counts_the_lines_of_the_file(self, tmp_path: Path) -> None:
        write(sound(), tmp_path / "case")
        rows = changed(*ALL)
        for name in (name for name in rows if name != "instance"):
            columns = list(dict.fromkeys(column for row in rows[name] for column in row))
            lines = [columns, *([str(row.get(column, "")) for column in columns] for row in rows[name])]
            text = "\n\n".join(",".join(line) for line in lines)  # blank lines count
            (tmp_path / "case" / f"{name}.csv").write_text(text + "\n")
        found = {(f.place, f.row, f.column) for f in _told(tmp_path / "case")}
        assert found == {(f"{table}.csv", 2 * row + 1, column) for table, row, column in WHERE}

    def test_a_workbook_counts_the_rows_of_the_sheet(self, tmp_path: Path) -> None:
        import openpyxl

        write(sound(), tmp_path / "case.xlsx")
        book = openpyxl.load_workbook(tmp_path / "case.xlsx")
        rows = changed(*ALL)
        for name in (name for name in rows if name != "instance"):
            columns = list(dict.fromkeys(column for row in rows[name] for column in row))
            book[name].delete_rows(1, book[name].max_row)
            for line in [columns, *([row.get(column) for column in columns] for row in rows[name])]:
                book[name].append(line)
        book.save(tmp_path / "case.xlsx")
        found = {(f.place.partition(": ")[2] or f.place, f.row, f.column) for f in _told(tmp_path / "case.xlsx")}
        shown = {(place.removeprefix("sheet ").strip('"'), row, column) for place, row, column in found}
        assert shown == {(table, row + 1, column) for table, row, column in WHERE}


def _told(path: Path) -> tuple[Fault, ...]:
    with pytest.raises(BadInput) as caught:
        read(path)
    return caught.value.faults
