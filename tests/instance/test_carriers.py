"""The three carriers hold the same instance, whatever stands in it."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import allocator
from allocator import BadUsage, Instance, read, write
from allocator.resources import shipped_instances
from tests.toys import toy

pytestmark = pytest.mark.slow

NASTY = [
    "=HYPERLINK(1)",
    "'=1",
    "''+x",
    "-5",
    "@x",
    "NA",
    "007",
    "nan",
    "1e5",
    "TRUE",
    "2025-07-01",
    'a "quote", and a comma',
    "two\nlines",
    "Türkiye – ελλάδα 🚢",
    " leading and trailing ",
    "'",
    "#N/A text",
    "_x000D_",
]


@pytest.mark.parametrize("name", shipped_instances())
def test_round_trip_of_bundled_instances(name: str, tmp_path: Path) -> None:
    first = read(name)
    here = first
    for target in ("a.xlsx", "b.json", "c"):
        write(here, tmp_path / target)
        here = read(tmp_path / target)
        assert here == first
        assert here.sha256 == first.sha256


@pytest.mark.parametrize("ending", [".xlsx", ".json", ""])
@pytest.mark.parametrize("text", NASTY)
def test_nasty_texts_survive(text: str, ending: str, tmp_path: Path) -> None:
    first = toy(nations=[{"nation": "AAA", "note": text}])
    write(first, tmp_path / f"x{ending}")
    assert read(tmp_path / f"x{ending}") == first


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    number=st.floats(1e-9, 1e12),
    note=st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=40),
)
def test_any_number_and_any_text_survive(number: float, note: str, tmp_path: Path) -> None:
    first = toy(nations=[{"nation": "AAA", "gdp": number, "note": note}])
    for ending in (".xlsx", ".json", ""):
        write(first, tmp_path / f"x{ending}", overwrite=True)
        again = read(tmp_path / f"x{ending}")
        assert again == first
        assert again.sha256 == first.sha256


def test_nothing_is_replaced_unasked(tmp_path: Path) -> None:
    write(toy(), tmp_path / "x.json")
    with pytest.raises(BadUsage, match="already"):
        write(toy(), tmp_path / "x.json")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("dear diary")
    with pytest.raises(BadUsage, match=r"diary\.txt"):
        write(toy(), tmp_path / "mine", overwrite=True)


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    for name in ("x.json", "x.xlsx", "x"):
        with pytest.raises(OSError, match="No space"):
            write(toy(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_blank_is_what_it_stands_for_but_stays_blank() -> None:
    instance = toy(periods=3, tasks=[{"task": "hold", "first_period": 2}])
    assert "priority" not in instance.tables["objectives"][0]
    assert instance.rows("objectives")[0]["priority"] == 1.0
    line = instance.rows("requirements")[0]
    assert (line["first_period"], line["last_period"]) == (2, 3)


def test_two_point_nought_is_whole_and_minus_nought_is_nought(tmp_path: Path) -> None:
    write(toy(), tmp_path / "x")
    path = tmp_path / "x" / "forces.csv"
    path.write_text("nation,unit_type,units,units_low\r\nAAA,bn,2.0,-0\r\n")
    row = read(tmp_path / "x").tables["forces"][0]
    assert (row["units"], row["units_low"]) == (2, 0)
    assert isinstance(row["units"], int)


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    write(toy(), tmp_path / "x")
    path = tmp_path / "x" / "forces.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read(tmp_path / "x") == toy()


def test_frames_in_and_out() -> None:
    instance = read("toy-periods")
    frames = {name: instance.frame(name) for name, rows in instance.tables.items() if rows}
    assert Instance.from_frames(instance.settings, frames) == instance


def test_the_schema_takes_what_the_reader_takes() -> None:
    import jsonschema

    from allocator.instance.schema import schema

    validator = jsonschema.Draft202012Validator(schema())
    validator.check_schema(schema())
    for name in shipped_instances():
        validator.validate(read(name).to_dict())
    bad = toy().to_dict()
    bad["forces"][0]["units"] = -1
    bad["willingness"][0]["wilingness"] = 1
    assert len(list(validator.iter_errors(bad))) >= 2


def test_the_template_is_sound_and_solves(tmp_path: Path) -> None:
    from allocator.instance.template import template

    plan = allocator.solve(template())
    assert plan.status == "optimal"
    assert 0 < plan.value("gap") < 1


def test_exact_sums_do_not_hang_on_floats() -> None:
    assert math.isclose(0.1 + 0.2, 0.3)
    assert (
        toy()
        .override("unit_types[unit_type=bn].operating_cost=0.1")
        .override("unit_types.operating_cost*=3")
        .rows("unit_types")[0]["operating_cost"]
        == 0.3
    )
