"""What a Python program has: numpy, pandas, decimals, fractions, dates."""

from __future__ import annotations

import datetime
import enum
from collections import OrderedDict
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from allocator import BadInput, BadUsage, Instance
from tests.toys import toy


class Kind(enum.StrEnum):
    LAND = "land"


class Count(enum.IntEnum):
    FIVE = 5


def frames(**changed: Any) -> dict[str, Any]:
    base = toy()
    return {**{name: base.frame(name) for name, rows in base.tables.items() if rows}, **changed}


def settings(**changed: Any) -> dict[str, Any]:
    return {**toy().to_dict()["instance"], **changed}


def content(table: str, column: object, value: object) -> dict[str, Any]:
    made = toy().to_dict()
    made[table][0][column] = value
    return made


FIVES = [
    5, 5.0, np.int64(5), np.uint8(5), np.float32(5), np.float64(5), np.array(5), Decimal(5), Decimal("5.00"),
    Fraction(5), Fraction(10, 2), Count.FIVE,
]  # fmt: skip


@pytest.mark.parametrize("value", FIVES, ids=repr)
def test_five_is_five(value: Any) -> None:
    assert Instance.from_dict(content("forces", "units", value)) == toy()
    frame = pd.DataFrame({"nation": ["AAA"], "unit_type": ["bn"], "units": pd.Series([value], dtype=object)})
    assert Instance.from_frames(settings(), frames(forces=frame)) == toy()
    horizon = {**settings()["horizon"], "periods": value}
    assert Instance.from_frames(settings(horizon=horizon), frames()).periods == 5
    assert type(Instance.from_frames(settings(horizon=horizon), frames()).periods) is int


@pytest.mark.parametrize(
    "dtype", ["int8", "int64", "float32", "float64", "Int64", "Float32", "Float64", "object", "category"]
)
def test_every_kind_of_column(dtype: str) -> None:
    frame = pd.DataFrame({"nation": ["AAA"], "unit_type": ["bn"], "units": pd.Series([5], dtype=dtype)})
    frame = frame.astype({"nation": "category", "unit_type": "string"})
    assert Instance.from_frames(settings(), frames(forces=frame)) == toy()


@pytest.mark.parametrize(
    "value", [np.float32(0.1), np.float16(0.1), Decimal("0.1"), Fraction(1, 10), np.float64(0.1)], ids=repr
)
def test_a_tenth_is_a_tenth(value: Any) -> None:
    made = Instance.from_dict(content("willingness", "willingness", value))
    assert made.rows("willingness")[0]["willingness"] == 0.1
    column = pd.Series([value]) if isinstance(value, np.floating) else pd.Series([value], dtype=object)
    frame = pd.DataFrame({"nation": ["AAA"], "objective": ["land"], "willingness": column})
    assert Instance.from_frames(settings(), frames(willingness=frame)) == made


@pytest.mark.parametrize(
    "value", [None, np.nan, pd.NA, pd.NaT, float("nan"), np.datetime64("NaT"), np.float32("nan")], ids=repr
)
def test_missing_in_a_frame_is_blank(value: Any) -> None:
    frame = pd.DataFrame({"nation": ["AAA"], "name": ["AAA"], "gdp": pd.Series([value], dtype=object)})
    assert Instance.from_frames(settings(), frames(nations=frame)).rows("nations")[0]["gdp"] is None


@pytest.mark.parametrize("value", [True, np.bool_(True), "TRUE"], ids=repr)
def test_flags(value: Any) -> None:
    made = Instance.from_dict(content("nations", "can_lead", value))
    assert made.rows("nations")[0]["can_lead"] is True
    frame = pd.DataFrame({"nation": ["AAA"], "name": ["AAA"], "gdp": [1000], "can_lead": [value]})
    assert Instance.from_frames(settings(), frames(nations=frame)) == made
    assert Instance.from_frames(settings(events={"peace": np.bool_(True)}), frames()).events == {"peace": True}


DAYS = [
    datetime.date(2025, 7, 1), datetime.datetime(2025, 7, 1), pd.Timestamp("2025-07-01"), np.datetime64("2025-07-01"),
    np.datetime64("2025-07-01T00:00:00.000000000"), pd.Period("2025-07-01"), np.str_("2025-07-01"),
]  # fmt: skip


@pytest.mark.parametrize("day", DAYS, ids=repr)
def test_dates_are_read_in_their_iso_form(day: Any) -> None:
    frame = pd.DataFrame({"source": ["x"], "title": ["X"], "date": pd.Series([day])})
    assert Instance.from_frames(settings(), frames(sources=frame)).rows("sources")[0]["date"] == "2025-07-01"
    made = {**toy().to_dict(), "sources": [{"source": "x", "title": "X", "date": day}]}
    assert Instance.from_dict(made).rows("sources")[0]["date"] == "2025-07-01"


def test_other_mappings_and_sequences_and_texts() -> None:
    made = toy().to_dict()
    made["instance"] = OrderedDict(made["instance"], horizon=MappingProxyType(made["instance"]["horizon"]))
    made["forces"] = tuple(MappingProxyType(row) for row in made["forces"])
    made["unit_types"][0]["domain"] = Kind.LAND
    assert Instance.from_dict(MappingProxyType(made)) == toy()
    assert Instance.from_frames(toy().settings, MappingProxyType(frames())) == toy()


ODD = [
    Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1e400"), Decimal("1e-400"), Decimal("5.5"),
    Fraction(1, 3), Fraction(10**400), float("nan"), float("inf"), np.float64("nan"), np.float32("inf"), True,
    np.bool_(True), b"5", 5j, [5], {"a": 5}, np.array([5]), np.array([5, 6]), pd.Series([5]), pd.DataFrame({"a": [5]}),
    object(), pd.Timedelta("5D"), 10**400, toy(),
]  # fmt: skip


@pytest.mark.parametrize("value", [*ODD, "5", DAYS[0]], ids=lambda value: type(value).__name__ + str(value)[:12])
def test_what_is_no_whole_number_is_a_fault_of_its_cell(value: Any) -> None:
    with pytest.raises(BadInput) as bad:
        Instance.from_dict(content("forces", "units", value))
    (fault,) = bad.value.faults
    assert (fault.place, fault.row, fault.column) == ("instance: forces", 1, "units")
    assert "\n" not in str(fault)


@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__ + str(value)[:12])
def test_what_is_no_text_is_a_fault_of_its_setting(value: Any) -> None:
    with pytest.raises(BadInput) as bad:
        Instance.from_dict({**toy().to_dict(), "instance": settings(title=value)})
    assert [fault.column for fault in bad.value.faults] == ["title"]
    assert "\n" not in str(bad.value)


def test_nothing_in_a_dict_is_a_blank_and_missing_of_pandas_too() -> None:
    for value in (None, pd.NA, pd.NaT):
        assert Instance.from_dict(content("nations", "gdp", value)).rows("nations")[0]["gdp"] is None


class TestColumns:
    def fault(self, **changed: Any) -> str:
        with pytest.raises(BadInput) as bad:
            Instance.from_frames(settings(), frames(**changed))
        (fault,) = bad.value.faults
        return str(fault)

    def test_the_same_column_twice(self) -> None:
        forces = frames()["forces"]
        twice = pd.concat([forces, forces[["units"]] + 94], axis=1)
        text = self.fault(forces=twice)
        assert text == "instance: forces, units is given twice; keep one of the two columns"

    def test_the_same_name_as_a_number_and_as_a_text(self) -> None:
        forces = frames()["forces"].assign(note="x")
        forces.columns = [*forces.columns[:-1], "units"]
        assert "given twice" in self.fault(forces=forces)

    def test_names_of_several_levels(self) -> None:
        forces = frames()["forces"]
        forces.columns = pd.MultiIndex.from_product([["a"], forces.columns])
        assert "2 levels" in self.fault(forces=forces)

    def test_a_name_that_is_no_text(self) -> None:
        assert "found an unknown column" in self.fault(forces=frames()["forces"].assign(x=1).rename(columns={"x": 0}))

    def test_an_unknown_column_of_a_frame_is_reported_once(self) -> None:
        requirements = pd.concat([frames()["requirements"]] * 2).assign(
            first_period=[1, 2], last_period=[1, 2], kwantity=1
        )
        base = toy(periods=2)
        with pytest.raises(BadInput) as bad:
            Instance.from_frames(base.settings, frames(requirements=requirements))
        assert [(fault.row, fault.column) for fault in bad.value.faults] == [(None, "kwantity")]

    def test_a_missing_column(self) -> None:
        assert "units is missing" in self.fault(forces=frames()["forces"].drop(columns="units"))

    def test_the_index_is_not_read(self) -> None:
        forces = frames()["forces"].set_index(pd.Index(["x"]))
        assert Instance.from_frames(settings(), frames(forces=forces)) == toy()
        both = pd.concat([toy().frame("forces")] * 2)
        assert both.index.tolist() == [0, 0]
        assert "second row for nation AAA" in self.fault(forces=both)

    def test_a_frame_without_rows(self) -> None:
        empty = pd.DataFrame(columns=["group", "nation"])
        assert Instance.from_frames(settings(), frames(groups=empty)) == toy()


@pytest.mark.parametrize(
    ("given", "tables", "message"),
    [
        (None, {}, "settings is None"),
        (5, {}, "settings is 5"),
        ([("format", 1)], {}, "settings is"),
        (settings(), None, "frames is None"),
        (settings(), [], "frames is"),
        (settings(), toy().frame("forces"), "frames is of type DataFrame"),
        (settings(), {"forces": []}, r"frames\['forces'\] is \[\], expected a pandas DataFrame; Instance.from_dict"),
        (settings(), {"forces": pd.Series([1])}, "of type Series"),
        (settings(), {"forces": None}, "is None"),
        (settings(), {5: toy().frame("forces")}, "frames has the name 5"),
        (settings(), {"instance": toy().frame("forces")}, "frames has the name 'instance'"),
    ],
)
def test_what_is_no_mapping_of_frames(given: Any, tables: Any, message: str) -> None:
    with pytest.raises(BadUsage, match=message):
        Instance.from_frames(given, tables)


@pytest.mark.parametrize("given", [None, [], 5, "x", b"x", toy()])
def test_what_is_no_content(given: Any) -> None:
    with pytest.raises(BadUsage, match="content is"):
        Instance.from_dict(given)


@pytest.mark.parametrize("rows", [5, "x", pd.DataFrame({"a": [1]}), [5], [None], [[]], np.array([1, 2]), {"a": 1}])
def test_what_is_no_list_of_rows(rows: Any) -> None:
    with pytest.raises(BadInput, match="instance: forces"):
        Instance.from_dict({**toy().to_dict(), "forces": rows})
    with pytest.raises(BadInput, match="instance"):
        Instance.from_dict({**toy().to_dict(), "instance": rows})
    with pytest.raises(BadInput, match="horizon"):
        Instance.from_dict({**toy().to_dict(), "instance": settings(horizon=rows)})


def test_keys_that_are_no_texts() -> None:
    with pytest.raises(BadInput, match="5: found an unknown key"):
        Instance.from_dict({**toy().to_dict(), "instance": {**settings(), 5: 1}})
    odd: dict[Any, Any] = {5: []}
    with pytest.raises(BadInput, match="an unknown table"):
        Instance.from_dict({**toy().to_dict(), **odd})
    with pytest.raises(BadInput, match="an unknown column"):
        Instance.from_dict(content("forces", 5, 1))
