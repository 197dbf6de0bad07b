"""Repairs agree with enumeration: valid, none of their changes superfluous, and none cheaper; and with toys by hand."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from allocator.api import choose
from allocator.explaining.changes import Changes
from allocator.explaining.repairs import repairs
from allocator.explaining.statements import statements
from tests.explaining.enumerated import World, lifted
from tests.explaining.helpers import bundled, explained, strict
from tests.oracle.brute import TooMany, plans
from tests.oracle.judge import Judge

NUMBERS = (".max_gap", ".troop_ceiling", ".amount", ".units")

Row = Mapping[str, Any]


def works(world: World, repair: Row) -> bool:
    """Whether the judge finds a plan once the changes are made as they are printed."""
    after = {change["id"]: change["to"] for change in repair["changes"]}
    numbers = {i: to for i, to in after.items() if i == "model.max_burden" or i.endswith(NUMBERS)}
    obj, model = lifted(world.obj, world.model, [world.by_id[i] for i in after if i not in numbers])
    for i, to in numbers.items():
        table, *rest = i.split(".")
        if table == "model":
            model = {**model, "max_burden": to}
        else:
            obj[table][int(rest[0]) - 1][rest[1]] = to
    judge = Judge(obj, model)
    try:
        return any(next(judge.broken(plan), None) is None for plan in plans(judge, 30_000))
    except TooMany:
        return True


def changed(repair: Row) -> frozenset[str]:
    return frozenset(change["id"] for change in repair["changes"])


def wrong(world: World, lists: Mapping[str, Any]) -> list[str]:
    """What enumeration contradicts: pools of at most three units more than suffice for tiny instances."""
    found = []
    ways = [way for plan in world.plans for way in world.ways(plan, True)]
    lines = {rule.id for rule in world.rules if rule.table == "requirements"}
    for repair in [r for r in (lists["ask_less"], lists["cheapest"], *lists["repairs"]) if r]:
        if not repair["verified"] or not works(world, repair):
            found.append(f"no plan after {changed(repair)}")
    for name, among in (("ask_less", [way for way in ways if set(way) <= lines]), ("cheapest", ways)):
        least = min((world.price(way) for way in among), default=None)
        if least is not None and (lists[name] is None or lists[name]["price"] > float(least) + 1e-5):
            found.append(f"{name}: {least} is cheaper")
    prices: dict[frozenset[str], Fraction] = {}
    for way in ways:
        if not lines & set(way):
            key = frozenset(way)
            prices[key] = min(world.price(way), prices.get(key, world.price(way)))
    listed = [(changed(repair), repair["price"]) for repair in lists["repairs"]]
    if (order := [(len(ids), round(price, 5)) for ids, price in listed]) != sorted(order):
        found.append(f"order {order}")
    found += [f"superfluous: {ids}" for ids, _ in listed if any(less < ids for less in prices)]
    for ids, least in prices.items():
        same = [price for chosen, price in listed if chosen == ids]
        if same and same[0] > float(least) + 1e-5:
            found.append(f"{ids}: {least} is cheaper")
        if not same and not any(less < ids for less in prices) and not any(chosen < ids for chosen, _ in listed):
            found.append(f"missing: {ids}")
    return found


@pytest.mark.parametrize("seed", [19, 40, 72, 114, 134, 184, 189, 198, 340, 400, 643])
def test_repairs_as_enumerated(seed: int) -> None:
    obj, model = strict(seed)
    world = World(obj, model, pairs=True, most=3, limit=600)
    with explained(obj, model) as core:
        part = repairs(core)
    assert part.complete
    assert wrong(world, part.lists) == []


def figures(lists: Mapping[str, Any], name: str) -> list[Any]:
    rows = lists[name] if isinstance(lists[name], list) else [lists[name]]
    return [(row["price"], [(c["id"], c["from"], c["to"], c["set"]) for c in row["changes"]]) for row in rows]


def test_a_port_by_hand() -> None:
    """Three of four battalions must be there; a pool of 8 sustains two at a rotation of 4, one of 12 sustains three."""
    with bundled("toy-infeasible") as core:
        part = repairs(core)
    assert figures(part.lists, "repairs") == [
        (0.5, [("forces.1.units", 8, 12, "forces[nation=AAA,unit_type=battalion].units=12")]),
        (1.0, [("unit_types.1.rotation_ratio", 4, 1, "unit_types[unit_type=battalion].rotation_ratio=1")]),
    ]
    less = "requirements[task=hold_port,capability=infantry].max_gap=0.5"
    assert figures(part.lists, "ask_less") == [(0.25, [("requirements.1.max_gap", 0.25, 0.5, less)])]
    assert part.lists["cheapest"] == part.lists["ask_less"]
    assert part.text[0] == "Ask less: let “Hold the port” miss up to 50 % of its infantry (now 25 %)."


def test_rounded_outward() -> None:
    """Two of seven battalions must do: 5 / 7 may be missed, and 0.714285 would be too little."""
    with bundled("toy-infeasible", "requirements.quantity=7") as core:
        less = repairs(core).lists["ask_less"]
    assert less["changes"][0]["to"] == 0.714286
    assert less["verified"]


@pytest.mark.parametrize(
    ("instance", "overrides", "changes"),
    [
        ("toy-ceiling", ["requirements.max_gap=0"], {"nations.1.troop_ceiling"}),
        ("toy-budget", ["requirements.max_gap=0"], {"budgets.1.amount", "budgets.2.amount"}),
        ("toy-stance", ["requirements.max_gap=0"], None),
        ("toy-caveats", ["requirements.max_gap=0"], None),
        ("toy-pledges", ["requirements.max_gap=0"], None),
        ("toy-minimum", ["requirements.max_gap=0"], None),
        ("toy-prerequisite", ["requirements.max_gap=0"], None),
    ],
)
def test_every_repair_of_a_toy_works(instance: str, overrides: list[str], changes: set[str] | None) -> None:
    """The printed settings, given to an instance read anew, lead to a plan."""
    with bundled(instance, *overrides) as core:
        assert core.base.infeasible
        part = repairs(core)
        found = [r for r in (*part.lists["repairs"], part.lists["ask_less"], part.lists["cheapest"]) if r]
    assert found
    assert all(repair["verified"] for repair in found)
    for repair in found:
        settings = [change["set"] for change in repair["changes"]]
        if None not in settings:
            with bundled(instance, *overrides, *settings) as mended:
                assert mended.base.found, settings
    if changes is not None:
        assert changes & {change["id"] for change in part.lists["repairs"][0]["changes"]}


def test_most_and_what_is_beyond() -> None:
    with bundled("toy-infeasible", most=1) as core:
        part = repairs(core)
    assert (len(part.lists["repairs"]), part.open) == (1, ["repairs beyond 1"])


def test_ways_without_a_change_too_many() -> None:
    """In toy-availability 8.5 battalions of Alpha are usable: two deploy, and a third needs one change, not two."""
    instance, model = choose("toy-availability")
    changes = Changes(instance, model, statements(instance, model, pools=True))
    ways = [
        [way.needs for way in changes.ways({("AAA", "battalion", instance.rows("tasks")[0]["task"], 1): units})]
        for units in (2, 3)
    ]
    own = [{"forces.1.units": Fraction(15)}, {"forces.1.home_units": None}, {"forces.1.availability": None}]
    assert ways == [[{}], [*own, {"unit_types.1.rotation_ratio": None}]]


def test_cheapest_among_many_pools() -> None:
    """Twenty pools that lack units can be mended in a million ways; the cheapest is found pool by pool."""
    instance, model = choose("toy-availability")
    nations = [f"N{i}" for i in range(20)]
    rows = {table: dict(instance.tables[table][0]) for table in ("nations", "forces")}
    many = instance.with_tables(
        {table: [{**row, "nation": n} for n in nations] for table, row in rows.items()}
        | {table: [] for table in ("willingness", "commitments")}
    )
    changes = Changes(many, model, [s for s in statements(many, model, pools=True) if s.table == "forces"])
    task = instance.rows("tasks")[0]["task"]
    way = changes.cheapest({(n, "battalion", task, 1): 3 for n in nations})
    assert way.needs == {f"forces.{i}.units": 15 for i in range(1, 21)}
    assert way.price == Fraction(20, 14)
