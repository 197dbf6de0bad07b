"""What each fact says about whether a point is harder: nothing is left out, and no direction is assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

import pytest

import allocator
from allocator.api import choose
from allocator.instance.columns import Column
from allocator.instance.tables import TABLES
from allocator.model import FAMILIES, OBJECTIVES, Model
from allocator.pools import Pools
from allocator.statement import Row
from allocator.sweeps.run.changes import Facets, from_plain, to_plain
from allocator.sweeps.run.facets import READERS
from allocator.sweeps.run.order import Order
from tests.sweeps.everything import ALL, everything
from tests.toys import pools, toy

BASE = everything()

NAMED = ("name", "area", "latitude", "longitude", "domain", "unit", "symbol", "source", "note")
"""Columns that no plan depends on."""

FAIR = ("active_personnel", "defence_spending", "population")
"""Columns that only rules of fairness read."""


def compared(
    first: Sequence[str], second: Sequence[str] = (), *objectives: str, model: Model = ALL, base: Model | None = None
) -> str:
    """How the first of two points compares with the second: 'harder', 'easier', 'same' or 'apart'."""
    facets = Facets(BASE, base or model)
    order = Order(facets.base)
    for settings in (first, second):
        changes = facets.changes(*choose(BASE, model, settings))
        assert from_plain(to_plain(changes)) == changes
        order.add(changes)
    harder, easier = order.looser(0, *objectives)[1], order.tighter(0, *objectives)[1]
    return {(True, True): "same", (True, False): "harder", (False, True): "easier"}.get((harder, easier), "apart")


# ---- nothing is left out ---------------------------------------------------------------------------------------


def others(column: Column, row: Mapping[str, object]) -> Iterator[object]:
    """Other values that a cell may have."""
    before = row.get(column.name, column.default)
    if column.refers:
        yield from (other[TABLES[column.refers].key[0]] for other in BASE.rows(column.refers))
    yield from column.choices
    yield from {"flag": (True, False), "whole": (1, 2, 3, 9), "number": (0.13, 0.7, 1.5)}.get(column.kind, ())
    yield from {"value": ("AAA BBB",), "payer": ("AAA",)}.get(column.name, ())
    if before is not None and not column.required:
        yield None


def changed(table: str, column: Column) -> Iterator[allocator.Instance]:
    """Instances in which one cell of a column has another value, whether or not they are legal as a whole."""
    for at, row in enumerate(BASE.tables[table]):
        for value in others(column, row):
            cells = {name: cell for name, cell in row.items() if name != column.name}
            if value is not None:
                cells[column.name] = value
            rows = [cells if number == at else other for number, other in enumerate(BASE.tables[table])]
            if rows != list(BASE.tables[table]):
                yield allocator.Instance(BASE.settings, {**BASE.tables, table: rows})


def test_every_table_has_a_reader() -> None:
    assert READERS.keys() == TABLES.keys() - {"sources"}


@pytest.mark.parametrize(
    ("table", "column"),
    [(name, column) for name, table in TABLES.items() if name != "sources" for column in table.columns],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_every_column_is_a_facet(table: str, column: Column) -> None:
    facets = Facets(BASE, ALL)
    instances = list(changed(table, column))
    seen = [bool(facets.changes(instance, ALL)) for instance in instances]
    if column.name in (*NAMED, *FAIR):
        assert not any(seen)
    elif table == "groups" and column.name == "group":
        assert not instances  # free text: a group of another name is another group
    elif column.kind == "id" and column.key and not column.refers:
        assert not instances  # what other tables refer to
    else:
        assert seen
        assert any(seen), (table, column.name)


def test_missing_rows_compare_or_are_apart() -> None:
    for table in TABLES:
        if BASE.tables[table]:
            tables = {**BASE.tables, table: BASE.tables[table][:-1]}
            assert Facets(BASE, ALL).changes(allocator.Instance(BASE.settings, tables), ALL), table


# ---- directions ------------------------------------------------------------------------------------------------

HARDER = [
    "forces[nation=AAA,unit_type=bn].units=5",
    "forces[nation=AAA,unit_type=bn].availability=0.7",
    "forces[nation=AAA,unit_type=bn].home_units=2",
    "forces[nation=BBB,unit_type=bn].last_period=2",
    "forces[nation=BBB,unit_type=bn].first_period=2",
    "force_changes[nation=AAA,unit_type=bn].change=-2",
    "commitments[nation=AAA].at_least=3",
    "commitments[nation=BBB].at_most=0",
    "commitments[nation=CCC,unit_type=team,task=school,first_period=2].at_least=1",
    "prerequisites.share=0.6",
    "prerequisites[task=hold,needs_task=school,capability=lessons].share=0.5",
    "willingness[nation=BBB,objective=land,first_period=3].willingness=0.2",
    "willingness[nation=BBB,objective=land,first_period=1].last_period=1",
    "acquisitions[nation=AAA].max_units=2",
    "acquisitions[nation=AAA].min_order=3",
    "acquisitions[nation=AAA].last_order_period=1",
    "acquisitions[nation=AAA].first_order_period=2",
    "acquisitions[nation=AAA].price=13",
    "industry.capacity=0",
    "industry.expansion=1",
    "industry.expansion_lead_periods=2",
    "industry.expansion_price=4",
    "industry.max_expansions=0",
    "joint_purchases.min_nations=3",
    "joint_purchases.discount=0.1",
    "tasks[task=hold].framework_share=0.5",
    "unit_types[unit_type=team].expendable=true",
    "budgets[payer=common].amount=100",
    "requirements[task=hold,capability=inf].quantity=6",
]


@pytest.mark.parametrize("setting", HARDER)
def test_one_fact_makes_a_point_harder(setting: str) -> None:
    model = replace(ALL, objectives=("gap", "cost"))
    assert compared((setting,), (), "gap", "cost", model=model) == "harder"
    assert compared((), (setting,), "gap", "cost", model=model) == "easier"


@pytest.mark.parametrize(
    "setting",
    [
        "acquisitions[nation=AAA].lead_periods=2",
        "acquisitions[nation=AAA].lead_periods=0",
        "joint_purchases.common_share=0.1",
        "tasks[task=hold].framework_nation=AAA",
        "funding_keys[nation=AAA].weight=2",
        "funding_keys[nation=CCC].weight=2",
        "unit_types[unit_type=bn].common_share=0.5",
        "unit_types[unit_type=bn].personnel=120",
    ],
)
def test_facts_without_a_direction_set_points_apart(setting: str) -> None:
    assert compared((setting,)) == compared((), (setting,)) == "apart"


@pytest.mark.parametrize(
    "tables",
    [
        {"acquisitions": [*BASE.tables["acquisitions"], {**BASE.tables["acquisitions"][1], "nation": "CCC"}]},
        {"industry": []},
        {"joint_purchases": []},
        {"nations": [*BASE.tables["nations"][:2], {"nation": "CCC", "name": "C", "collective": True}]},
    ],
    ids=lambda tables: next(iter(tables)),
)
def test_rows_without_a_direction_set_points_apart(tables: dict[str, list[dict[str, Any]]]) -> None:
    facets = Facets(BASE, ALL)
    order = Order(facets.base)
    order.add(facets.changes(allocator.Instance(BASE.settings, {**BASE.tables, **tables}), ALL))
    order.add({})
    assert not order.looser(0)[1]
    assert not order.tighter(0)[1]


@pytest.mark.parametrize(
    ("setting", "objective", "expected"),
    [
        ("unit_types[unit_type=team].operating_cost=0.6", "imbalance", "apart"),
        ("nations[nation=CCC].gdp=5000", "imbalance", "apart"),
        ("nations[nation=CCC].gdp=5000", "burden", "easier"),
        ("requirements[task=hold,capability=inf].core_share=0.5", "gap", "apart"),
        ("requirements[task=hold,capability=inf].core_share=0.5", "worst_period", "apart"),
        ("requirements[task=hold,capability=inf].core_weight=4", "gap", "easier"),
        ("requirements[task=hold,capability=inf].core_weight=4", "worst_period", "easier"),
        ("requirements[task=hold,capability=inf].core_weight=4", "cost", "same"),
        ("requirements[task=hold,capability=inf].quantity=6", "worst_period", "harder"),
        ("objectives[objective=land].priority=3", "worst_period", "apart"),
        ("willingness[nation=BBB,objective=land,first_period=3].willingness=0.55", "risk", "harder"),
        ("willingness[nation=BBB,objective=land,first_period=3].willingness=0.55", "turnover", "same"),
    ],
)
def test_a_stage_asks_only_about_its_own_objective(setting: str, objective: str, expected: str) -> None:
    free = replace(ALL, max_burden=None, objectives=(objective,))
    assert compared((setting,), (), objective, model=free) == expected


def test_bigger_units_are_harder_for_turnover_without_a_framework_share() -> None:
    free = replace(ALL, families=("rotation",), objectives=("turnover",))
    assert compared(("unit_types[unit_type=team].personnel=30",), (), "turnover", model=free) == "harder"


def test_with_funding_keys_what_the_fund_pays_is_in_burden() -> None:
    """A dearer expansion is paid by the fund alone: it counts in burden only because nations share the fund."""
    model = replace(ALL, max_burden=None, objectives=("burden",))
    dearer = "industry.expansion_price=4"
    assert compared((dearer,), (), "burden", model=model) == "harder"
    facets = Facets(keyless := everything(funding_keys=[], budgets=[]), model)
    assert {name[0] for name in facets.changes(*choose(keyless, model, (dearer,)))} == {"expansion price"}
    order = Order(facets.base)
    order.add(facets.changes(*choose(keyless, model, (dearer,))))
    order.add({})
    assert order.looser(0, "burden")[1]
    assert order.tighter(0, "burden")[1]


def test_a_fact_may_affect_more_at_other_points() -> None:
    """Without the family budget a cost affects only objectives; at points with it, plans too."""
    cheap, dear = "unit_types[unit_type=team].operating_cost=0.6", "unit_types[unit_type=team].operating_cost=0.7"
    free = replace(ALL, families=("rotation",), max_burden=None, objectives=("gap",))
    bounded = "model.families=rotation,budget"
    facets = Facets(BASE, free)
    order = Order(facets.base)
    for settings in ((cheap,), (cheap, bounded), (dear, bounded)):
        order.add(facets.changes(*choose(BASE, free, settings)))
    assert order.looser(2, "gap").tolist() == [False, True, True]
    assert order.tighter(2, "gap").tolist() == [False, False, True]


def test_tables_of_families_that_are_left_out_do_not_count() -> None:
    few = Model(families=("rotation",))
    for setting in HARDER:
        if setting.partition("[")[0].partition(".")[0] in (
            "acquisitions",
            "industry",
            "joint_purchases",
            "commitments",
        ):
            assert compared((setting,), model=few) == "same", setting
    assert set(ALL.families) == set(FAMILIES)
    assert set(ALL.objectives) == set(OBJECTIVES)


# ---- proofs by enumeration -------------------------------------------------------------------------------------

TENTHS = [Fraction(k, 10) for k in range(11)]


def counted(unmet: Fraction, core: Fraction, weight: Fraction) -> Fraction:
    """What a requirement of 10 counts if a share of it is unmet."""
    row = Row("j", "c", Fraction(10), Fraction(1), Fraction(1), (1,), False, True, 10 * core, weight)
    return row.counted(10 * unmet) / row.whole


def test_what_a_requirement_counts_falls_with_the_weight_of_its_core_and_not_with_its_share() -> None:
    weights = [Fraction(k, 2) for k in range(2, 12)]
    ways = set()
    for unmet, core in product(TENTHS, TENTHS):
        values = [counted(unmet, core, weight) for weight in weights]
        assert all(more <= less for less, more in pairwise(values))
    for unmet, weight in product(TENTHS, weights):
        ways |= {
            (more > less) - (more < less)
            for less, more in pairwise(counted(unmet, core, weight) for core in TENTHS[1:])
        }
    for core, weight in product(TENTHS, weights):
        assert all(less <= more for less, more in pairwise(counted(unmet, core, weight) for unmet in TENTHS))
    assert ways == {-1, 0, 1}


def test_usable_units_grow_with_each_part_of_a_pool() -> None:
    """Every span of three periods, whatever joins or leaves in the second and the third."""

    def usable(units: int, availability: float, home: int, second: int, third: int) -> list[Fraction]:
        force = pools(units, "AAA", availability=availability, home_units=home)
        changes = [
            {"nation": "AAA", "unit_type": "bn", "period": t, "change": c} for t, c in ((2, second), (3, third)) if c
        ]
        instance = toy(periods=3, indefinite=False, forces=force, force_changes=changes)
        found = Pools(instance, Model())
        return [found.usable(("AAA", "bn"), a, b) for a in (1, 2, 3) for b in range(a, 4)]

    values = {at: usable(*at) for at in product((4, 5), (0.0, 0.5, 1.0), (0, 1, 3), (-2, 0, 1), (-1, 0, 2))}
    signs = (1, 1, -1, 1, 1)
    for (at, here), (other, there) in product(values.items(), values.items()):
        if all(sign * mine >= sign * its for sign, mine, its in zip(signs, at, other, strict=True)):
            assert all(a >= b for a, b in zip(here, there, strict=True))
