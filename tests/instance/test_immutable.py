"""Nothing that a caller can reach changes what an instance's hash stands for."""

from __future__ import annotations

import copy
import json
import multiprocessing
import pickle
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd
import pytest

import allocator
from allocator import Instance
from allocator.instance.tables import TABLES
from allocator.model import Model
from tests.toys import toy


def every_mapping(instance: Instance) -> Iterator[Mapping[str, Any]]:
    yield instance.settings
    yield instance.settings["horizon"]
    yield instance.events
    yield instance.tables
    for table in TABLES:
        yield from instance.rows(table)
        yield from instance.tables[table]


CHANGES = {
    "set": lambda row, key: row.__setitem__(key, 99),
    "delete": lambda row, key: row.__delitem__(key),
    "pop": lambda row, key: row.pop(key),
    "popitem": lambda row, key: row.popitem(),
    "clear": lambda row, key: row.clear(),
    "update": lambda row, key: row.update({key: 99}),
    "setdefault": lambda row, key: row.setdefault("new", 99),
    "merge": lambda row, key: row.__ior__({key: 99}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_no_mapping_of_an_instance_changes(change: Callable[[Any, Any], Any]) -> None:
    instance = toy(events={"peace": True}, periods=2)
    before, sha256 = instance.to_dict(), instance.sha256
    for mapping in list(every_mapping(instance)):
        with pytest.raises(TypeError, match="override"):
            change(mapping, next(iter(mapping)))
    assert instance.to_dict() == before
    assert Instance.from_dict(instance.to_dict()).sha256 == sha256


def test_tables_and_rows_are_tuples() -> None:
    instance = toy()
    for table in TABLES:
        assert isinstance(instance.rows(table), tuple)
        assert isinstance(instance.tables[table], tuple)


@pytest.mark.parametrize("name", ["periods", "name", "settings", "tables", "events", "path", "sha256", "_rows", "new"])
def test_no_attribute_changes(name: str) -> None:
    instance = toy()
    with pytest.raises(AttributeError, match="override"):
        setattr(instance, name, 5)
    with pytest.raises(AttributeError, match="override"):
        delattr(instance, name)
    with pytest.raises(AttributeError, match="override"):
        Instance.__init__(instance, toy(periods=3).settings, {})
    assert not hasattr(instance, "__dict__")


def test_an_edited_row_is_refused_where_it_was_edited_and_the_answer_stays() -> None:
    instance = toy()
    answer = allocator.solve(instance).value("cost")
    row: Any
    for row in instance.rows("unit_types"):
        with pytest.raises(TypeError):
            row["operating_cost"] = 50.0
    assert allocator.solve(instance).value("cost") == answer
    assert allocator.solve(instance.override("unit_types.operating_cost=50")).value("cost") == 50 * answer


def test_what_an_instance_is_made_of_may_change_afterwards() -> None:
    content = toy(events={"peace": True}).to_dict()
    instance = Instance.from_dict(content)
    settings, tables = copy.deepcopy(content["instance"]), {k: v for k, v in content.items() if k != "instance"}
    direct = Instance(settings, tables)
    settings["horizon"]["periods"] = 7
    settings["events"]["peace"] = False
    content["instance"]["horizon"]["periods"] = 7
    content["instance"]["events"]["peace"] = False
    content["forces"][0]["units"] = 99
    content["forces"].append({})
    for one in (instance, direct):
        assert one == toy(events={"peace": True})
        assert (one.periods, one.events["peace"], one.rows("forces")[0]["units"]) == (1, True, 5)
        assert one.sha256 == toy(events={"peace": True}).sha256


def test_what_comes_out_is_a_copy() -> None:
    instance = toy(events={"peace": True})
    content, frame = instance.to_dict(), instance.frame("forces")
    content["instance"]["horizon"]["periods"] = 7
    content["instance"]["events"].clear()
    content["forces"][0]["units"] = 99
    frame.loc[0, "units"] = 99
    (row,) = instance.rows("forces")
    free: Any = row
    rows: Any = copy.deepcopy((row,))
    rows[0]["units"] = 99
    copy.copy(free)["units"] = 99
    free.copy()["units"] = 99
    assert instance == toy(events={"peace": True})
    assert instance.frame("forces")["units"].tolist() == [5]


def test_frames_may_change_afterwards() -> None:
    base = toy()
    frames = {name: base.frame(name) for name, rows in base.tables.items() if rows}
    instance = Instance.from_frames(base.settings, frames)
    frames["forces"].loc[0, "units"] = 99
    assert instance == base


def test_rows_are_plain_enough_for_other_libraries() -> None:
    rows: Any = toy().rows("forces")
    assert json.loads(json.dumps(rows))[0]["units"] == 5
    assert pickle.loads(pickle.dumps(rows)) == rows
    assert pd.DataFrame(rows)["units"].tolist() == [5]
    assert {**rows[0], "units": 6}["units"] == (rows[0] | {"units": 6})["units"] == 6


COPIES = {"copy": copy.copy, "deepcopy": copy.deepcopy, "pickle": lambda one: pickle.loads(pickle.dumps(one))}


@pytest.mark.parametrize("made", COPIES.values(), ids=COPIES)
def test_copies_are_equal(made: Callable[..., Any]) -> None:
    instance = toy(events={"peace": False})
    other = made(instance)
    assert other == instance
    assert (hash(other), other.sha256) == (hash(instance), instance.sha256)
    assert other.rows("forces") == instance.rows("forces")
    assert allocator.solve(other).value("gap") == 0.0
    assert instance != "toy"
    assert instance != toy()


def hash_and_pools(instance: Instance) -> tuple[str, list[dict[str, Any]]]:
    return instance.sha256, [dict(row) for row in instance.rows("forces")]


def test_another_process_gets_the_same() -> None:
    instance = toy()
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(hash_and_pools, [instance]) == [hash_and_pools(instance)]


def test_equality_and_hash_agree() -> None:
    one: Any = toy().to_dict()
    other: Any = toy().to_dict()
    one["requirements"][0]["quantity"] = 4
    other["requirements"][0]["quantity"] = 4.0
    one["instance"]["events"], other["instance"]["events"] = {"a": True, "b": False}, {"b": False, "a": True}
    one, other = Instance.from_dict(one), Instance.from_dict(other)
    assert one == other
    assert hash(one) == hash(other)
    assert len({one, other, toy()}) == 2


def test_overrides_share_nothing_that_changes() -> None:
    base = toy()
    rows = base.rows("forces")
    changed = base.override("nations.gdp=5")
    assert changed.rows("forces") is rows  # what is not changed is not made again
    with pytest.raises(allocator.BadInput):
        base.override("forces.units=-1")
    assert base.override("forces.units=7").rows("forces")[0]["units"] == 7
    assert base == toy()


def test_an_unchecked_instance_takes_plain_values_alone() -> None:
    content = toy().to_dict()
    settings = content.pop("instance")
    with pytest.raises(allocator.BadUsage, match="forces: units is of type list"):
        Instance(settings, {**content, "forces": [{"units": [5]}]})
    without: Any = {**settings, "horizon": {}}
    faulty: Any = ((None, {}), ({}, {}), (settings, None), (settings, {"forces": 5}), (without, {}))
    for wrong in faulty:
        with pytest.raises(allocator.BadUsage):
            Instance(*wrong)


def test_a_model_shares_nothing_with_its_maker() -> None:
    limits: Any = {"cost": 5.0}
    families: Any = ["rotation"]
    model: Any = Model(limits=limits, families=families)
    limits["cost"], families[0] = 1.0, "budget"
    assert (model.limits, model.families) == ({"cost": 5.0}, ("rotation",))
    with pytest.raises(TypeError):
        model.limits["cost"] = 1.0
    model.to_dict()["limits"]["cost"] = 1.0
    model.to_dict()["families"].append("budget")
    assert model == Model(limits={"cost": 5.0}, families=("rotation",))
    assert {model: 1}[pickle.loads(pickle.dumps(model))] == 1
    assert copy.deepcopy(model) == model


def test_a_plan_shares_nothing_that_changes() -> None:
    plan = allocator.solve(toy(), Model())
    plan.rows("deployments")[0]["units"] = 99
    plan.to_dict()["deployments"][0]["units"] = 99
    plan.to_dict()["manifest"]["options"]["gap"] = 99
    plan.manifest["model"]["limits"]["gap"] = 1.0
    plan.manifest["model"]["families"].clear()
    assert plan.rows("deployments")[0]["units"] == 4
    assert plan.manifest["options"]["gap"] == 1e-4
    assert plan.model == Model()
