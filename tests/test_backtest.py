"""The back-test of `ifor-1996`: its method and its errors as its page tells them."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping
from typing import Any

import pytest

import allocator
from allocator.resources import shipped

SFOR = ["requirements.quantity*=0.58"]


def observed(name: str) -> dict[str, float]:
    with (shipped("instances") / "observed" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["nation"]: float(row["people"]) for row in csv.DictReader(file)}


def error(predicted: Mapping[str, float], seen: Mapping[str, float], nations: Collection[str]) -> float:
    total, truth = (sum(people.get(n, 0) for n in nations) for people in (predicted, seen))
    return sum(abs(predicted.get(n, 0) / total - seen.get(n, 0) / truth) for n in nations) / len(nations) * 100


@pytest.fixture(scope="module")
def instance() -> allocator.Instance:
    return allocator.read("ifor-1996")


def people(plan: allocator.Plan) -> dict[str, float]:
    return {row["nation"]: row["personnel"] for row in plan.rows("nations")}


def table(instance: allocator.Instance, name: str) -> list[dict[str, Any]]:
    return list(instance.to_dict()[name])


def test_the_errors_are_those_on_the_page(instance: allocator.Instance) -> None:
    page = (shipped("instances") / "ifor-1996" / "README.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| ([^|]*) \| ([0-9.]+) \| [A-Z]{3} ", page, re.MULTILINE))
    then, later, army = observed("ifor_1996"), observed("sfor_1998"), observed("army")
    gdp = {row["nation"]: row["gdp"] for row in table(instance, "nations") if row.get("gdp")}
    both = sorted({*then, *later})
    assert set(both) <= gdp.keys() & army.keys()
    predictions = {
        "the model": people(allocator.solve(instance, overrides=SFOR)),
        "in proportion to GDP": {n: gdp[n] for n in gdp if n in then},
        "in proportion to armed forces": {n: army[n] for n in army if n in then},
        "everybody's share of 1996, unchanged": then,
    }
    for label, predicted in predictions.items():
        assert f"{error(predicted, later, both):.2f}" == told[label], label


def test_the_plan_of_1998_is_settled(instance: allocator.Instance) -> None:
    """Everybody sends all it could or stands at the heaviest burden, to a lot; the United States fill the north."""
    plan = allocator.solve(instance, gap=0.0, overrides=SFOR)
    sent, most = people(plan), plan.value("burden")
    gdp = {row["nation"]: row["gdp"] for row in table(instance, "nations")}
    burden = next(row["burden"] for row in plan.rows("nations") if row["nation"] == "USA")
    per_person = burden * gdp["USA"] / sent["USA"]
    for row in table(instance, "forces"):
        nation, pool = row["nation"], row["units"] * 10
        if nation != "USA" and sent[nation] < pool:
            assert per_person * (sent[nation] + 10) / gdp[nation] > most
    assert sent["USA"] == 11_600
    assert sum(sent.values()) == 34_800


def test_nothing_of_1998_is_in_the_instance(instance: allocator.Instance) -> None:
    then = observed("ifor_1996")
    assert {row["nation"]: row["units"] * 10 for row in table(instance, "forces")} == then
