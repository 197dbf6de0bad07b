"""Grids, coalitions, figures and one figure at a time: worked out by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import allocator
from allocator.api import choose
from allocator.sweeps.design.axes import column, parted, split
from allocator.sweeps.design.figures import figures
from allocator.sweeps.design.parts import coalitions, grid, one_at_a_time
from tests.present import present
from tests.sweeps.asking import ask, points, row
from tests.toys import model, pools, toy, willing

FORCE = allocator.read("reassurance-force")


def faults(call: Callable[[], object]) -> list[str]:
    with pytest.raises(allocator.BadInput) as caught:
        call()
    return [str(fault) for fault in caught.value.faults]


def ranged(**columns: object) -> allocator.Instance:
    return toy(forces=[{"nation": "AAA", "unit_type": "bn", "units": 5, **columns}])


class TestGrid:
    def test_all_combinations_the_last_key_fastest(self) -> None:
        asked = grid(toy(), model(), ["forces.units=1,2", "horizon.months_per_period=3,6"])
        assert [tuple(point.inputs.values()) for point in points(asked)] == [(1, 3), (1, 6), (2, 3), (2, 6)]
        assert points(asked)[1].overrides == ("forces.units=1", "horizon.months_per_period=6")
        assert asked.title == "grid of 4 points over 2 keys"

    def test_every_point_is_what_choose_takes(self) -> None:
        for point in points(grid(toy(), model(), ["forces.units*=1,2", "model.willingness_floor=0:1:3"])):
            instance, chosen = choose(toy(), model(), point.overrides)
            assert instance.rows("forces")[0]["units"] == 5 * point.inputs["forces.units*="]
            assert chosen.willingness_floor == point.inputs["model.willingness_floor"]

    @pytest.mark.parametrize(
        ("text", "values"),
        [
            ("0:1:11", ["0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1"]),
            ("0.1:0.4:4", ["0.1", "0.2", "0.3", "0.4"]),
            ("3:1:3", ["3", "2", "1"]),
            ("1e1:-2e1:2", ["10", "-20"]),
            ("0:1:4", ["0", "0.3333333333333333", "0.6666666666666666", "1"]),
        ],
    )
    def test_ranges_are_exact_and_short(self, text: str, values: list[str]) -> None:
        (axis,) = grid(toy(), model(), [f"tasks.latitude={text}"]).axes
        assert list(axis.values) == values

    def test_keys_that_move_together(self) -> None:
        instance = toy(
            nations=[{"nation": "AAA"}, {"nation": "BBB"}], forces=pools(2, "AAA", "BBB"), willingness=willing("AAA")
        )
        text = "forces[nation=AAA,unit_type=bn].units,forces[nation=BBB].units*=2,3"
        asked = points(grid(instance, model(), [text]))
        label = "forces[nation=AAA,unit_type=bn].units,forces[nation=BBB].units*="
        assert [point.inputs for point in asked] == [{label: 2}, {label: 3}]
        assert asked[0].overrides == ("forces[nation=AAA,unit_type=bn].units*=2", "forces[nation=BBB].units*=2")

    def test_values_of_every_kind(self) -> None:
        instance = toy(events={"peace": True}, nations=[{"nation": "AAA", "troop_ceiling": 100}])
        varies = ["events.peace=true,FALSE", "nations.troop_ceiling=[],250.5", "model.objectives=[gap,cost],[cost]"]
        (first, *_, last) = points(grid(instance, model(), varies))
        assert list(first.inputs.values()) == [True, None, "gap,cost"]
        assert list(last.inputs.values()) == [False, 250.5, "cost"]
        assert choose(instance, model(), first.overrides)[1].objectives == ("gap", "cost")
        assert choose(instance, model(), first.overrides)[0].rows("nations")[0]["troop_ceiling"] is None

    def test_coalitions_multiply_the_grid(self) -> None:
        asked = grid(FORCE, model(), ["events.us_backstop=true,false"], ["all", "JEF+FRA"])
        assert [(point.inputs["coalition"], point.coalition) for point in points(asked)] == [
            ("all", None), ("all", None), ("JEF+FRA", "JEF+FRA"), ("JEF+FRA", "JEF+FRA"),
        ]  # fmt: skip
        assert asked.title == "grid of 4 points over 1 key and 2 coalitions"

    def test_faults_of_all_texts_together(self) -> None:
        varies = [
            "forces.unts=1,2",
            "forces.units=0:5:3",
            "forces[nation=AAA].units=-1,3,4.5",
            "unit_types.rotation_ratio*=0.5,2",
            "forces.units=",
            "forces.min_units=1,,2",
            "tasks.latitude=1,1",
            "tasks.longitude=2:2:3",
            "nations.gdp=1:2:1",
            "nations.gdp=1:2",
            "nations.troop_ceiling=1:x:3",
            "forces",
            "model.tolerence=0,1",
            "model.willingness_floor=0,2",
            "title*=2",
            "requirements.quantity=0,1",
            ",tasks.area=a",
        ]
        assert faults(lambda: grid(toy(), model(), varies)) == [
            "--vary forces.unts=1,2: found no column unts in forces; expected one of nation, unit_type, units, "
            "units_low, units_high, min_units, min_units_low, min_units_high, first_period, last_period, availability, "
            "availability_low, availability_high, home_units, home_units_low, home_units_high, source, note "
            "(did you mean units?)",
            '--vary forces.units=0:5:3 at 2.5: found "2.5"; expected a whole number of at least 0: write 2, or 3',
            '--vary forces[nation=AAA].units=-1,3,4.5 at -1: found "-1"; expected a whole number of at least 0',
            '--vary forces[nation=AAA].units=-1,3,4.5 at 4.5: found "4.5"; expected a whole number of at least 0: '
            "write 4, or 5",
            "--vary unit_types.rotation_ratio*=0.5,2 at 0.5: found 1 * 0.5 = 0.5, rounded down to 0; expected a whole "
            "number of at least 1",
            "--vary forces.units=: found no values; expected KEY=a,b,c or KEY=LO:HI:N, such as "
            "budgets[payer=common].amount=100:200:5",
            '--vary forces.min_units=1,,2: found an empty value in "1,,2"; expected a value between two commas; '
            "[] for a blank",
            '--vary tasks.latitude=1,1: found "1" a second time; expected each value once',
            '--vary tasks.longitude=2:2:3: found "2:2"; expected two different ends',
            '--vary nations.gdp=1:2:1: found "1"; expected a number of values in LO:HI:N, a whole number from 2 to '
            "10000",
            '--vary nations.gdp=1:2: found "1:2"; expected LO:HI:N, such as 100:200:5',
            '--vary nations.troop_ceiling=1:x:3: found "x"; expected a number',
            '--vary forces: found "forces"; expected KEY=a,b,c or KEY=LO:HI:N, such as '
            "budgets[payer=common].amount=100:200:5",
            "--vary model.tolerence=0,1: found no such key model.tolerence; expected one of title, description, "
            "tolerance, willingness_floor, max_burden, families, objectives, limits (did you mean tolerance?)",
            '--vary model.willingness_floor=0,2 at 2: found "2"; expected a number from 0 to 1',
            "--vary title*=2: found *= on title; expected =, because it holds text",
            "--vary requirements.quantity=0,1 at 0: requirements, quantity: found 0 in every row; expected a quantity "
            "above 0 in at least one row",
            "--vary ,tasks.area=a: found an empty key; expected KEY=a,b,c or KEY=LO:HI:N, such as "
            "budgets[payer=common].amount=100:200:5",
        ]

    def test_a_key_written_in_two_ways_is_one(self) -> None:
        varies = ["forces[nation=AAA,unit_type=bn].units=1,2", "forces[unit_type=bn,nation=AAA].units=3,4"]
        (told,) = faults(lambda: grid(toy(), model(), varies))
        assert told.endswith("found forces[unit_type=bn,nation=AAA].units a second time; expected each key once")

    def test_a_million_points_are_counted_and_not_made(self) -> None:
        asked = grid(toy(), model(), ["tasks.latitude=0:1:500", "tasks.longitude=0:1:500"])
        assert (asked.size, asked.title) == (250_000, "grid of 250,000 points over 2 keys")

    def test_nothing_to_vary(self) -> None:
        assert faults(lambda: grid(toy(), model())) == [
            "grid: found nothing to vary; expected at least one key or coalition"
        ]

    def test_brackets_keep_together(self) -> None:
        assert split("a[b=1,c=2].d,e") == ["a[b=1,c=2].d", "e"]
        axis = present(parted("a[b=1].c+=3"))
        assert (axis.keys, axis.operator) == (("a[b=1].c",), "+=")
        assert present(parted("model.limits=cost<=3")).operator == "="
        assert parted("a[b=1") is None
        kinds = [present(column(key)).kind for key in ("forces[nation=AAA].units", "horizon.periods")]
        assert kinds == ["whole", "whole"]
        assert column("model.willingness_floor") is None


class TestCoalitions:
    def test_words(self) -> None:
        groups = list(dict.fromkeys(row["group"] for row in FORCE.rows("groups")))
        assert coalitions(FORCE, ["all", "groups", "JEF", "JEF+FRA"]) == ["all", *groups, "JEF+FRA"]

    def test_faults(self) -> None:
        assert faults(lambda: coalitions(FORCE, ["JEFF", "all", "all", "-"])) == [
            '--coalitions JEFF: found "JEFF"; expected a group or a nation of the instance (did you mean JEF?)',
            "--coalitions all: found it a second time; expected each coalition once",
            '--coalitions -: found an empty part in "-"; expected groups and nations joined by + and -, such as '
            "JEF+FRA or NATO-TUR",
        ]
        assert faults(lambda: coalitions(toy(), ["groups"])) == [
            "--coalitions groups: found no groups in the instance; expected coalitions by name"
        ]


class TestFigures:
    def test_a_blank_end_is_the_base_and_no_width_is_no_range(self) -> None:
        (figure,) = figures(ranged(units_low=3))
        assert (figure.base, figure.low, figure.high, figure.whole, figure.unit) == (5, 3, 5, True, "units")
        assert (figure.key, figure.setting(4)) == (
            "forces[nation=AAA,unit_type=bn].units",
            "forces[nation=AAA,unit_type=bn].units=4",
        )
        assert figures(ranged(units_low=5, units_high=5)) == []

    def test_a_default_is_a_base_and_a_blank_is_none(self) -> None:
        (figure,) = figures(ranged(min_units_high=2))
        assert (figure.base, figure.low, figure.high) == (1, 1, 2)
        one = toy(nations=[{"nation": "AAA", "troop_ceiling_low": 100}])
        both = toy(nations=[{"nation": "AAA", "troop_ceiling_low": 100, "troop_ceiling_high": 200}])
        assert (figures(one), [figure.base for figure in figures(both)]) == ([], [None])

    @pytest.mark.parametrize("name", ["reassurance-force", "european-army", "us-drawdown", "ifor-1996", "safe-seas"])
    def test_every_key_sets_its_own_cell_alone(self, name: str) -> None:
        instance = allocator.read(name)
        found = figures(instance)
        assert len({figure.key for figure in found}) == len(found) > 0
        for figure in found[:: max(1, len(found) // 12)]:
            for end, value in (("low", figure.low), ("high", figure.high)):
                changed = instance.override(figure.setting(value))
                before, after = instance.tables[figure.table], changed.tables[figure.table]
                (at,) = [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
                assert after[at][figure.column] == value
                assert before[at].get(f"{figure.column}_{end}", value) == value

    def test_none_is_left_out_but_those_of_no_width(self) -> None:
        """The reassurance force has 608 cells with a companion, 18 of which have both ends at the base."""
        cells = [
            (row, column)
            for rows in FORCE.tables.values()
            for row in rows
            for column in {name[: -len(end)] for end in ("_low", "_high") for name in row if name.endswith(end)}
        ]
        narrow = [row for row, name in cells if row.get(f"{name}_low", row[name]) == row.get(f"{name}_high", row[name])]
        assert (len(cells), len(narrow), len(figures(FORCE))) == (608, 18, 590)

    def test_periods_tell_rows_apart(self) -> None:
        lines = [
            {"task": "hold", "capability": "inf", "quantity": 2, "quantity_low": 1, "last_period": 1},
            {"task": "hold", "capability": "inf", "quantity": 3, "quantity_high": 4, "first_period": 2},
        ]
        money = [
            {"payer": "*", "amount": 9, "amount_low": 8},
            {"payer": "*", "amount": 7, "amount_low": 6, "last_period": 1},
            {"payer": "AAA", "amount": 5, "amount_low": 4},
        ]
        instance = toy(periods=2, requirements=lines, budgets=money)
        keys = [figure.key for figure in figures(instance)]
        assert keys == [
            "requirements[task=hold,capability=inf,first_period=].quantity",
            "requirements[task=hold,capability=inf,first_period=2].quantity",
            "budgets[payer=*,first_period=1,last_period=].amount",
            "budgets[payer=*,first_period=1,last_period=1].amount",
            "budgets[payer=AAA].amount",
        ]
        for figure in figures(instance):
            changed = instance.override(figure.setting(figure.low))
            assert (
                sum(a != b for a, b in zip(instance.tables[figure.table], changed.tables[figure.table], strict=True))
                == 1
            )

    def test_names(self) -> None:
        assert [f.key for f in figures(FORCE, ["budgets.amount", "nations[nation=GBR].troop_ceiling"])] == [
            "nations[nation=GBR].troop_ceiling", "budgets[payer=*].amount",
        ]  # fmt: skip
        polish = figures(FORCE, ["willingness[nation=POL].willingness", "willingness.willingness"])
        assert len(polish) == len([figure for figure in figures(FORCE) if figure.table == "willingness"])

    def test_names_without_a_figure(self) -> None:
        names = [
            "forces.unts", "foces.units", "forces[nation=PLO].units", "forces.min_units",
            "budgets[payer=common].amount", "forces", "forces[natoin=POL].units", "sources.title",
        ]  # fmt: skip
        assert faults(lambda: figures(FORCE, names)) == [
            "figure forces.unts: found no figure unts in forces; expected one of units, min_units, "
            "availability, home_units (did you mean units?)",
            "figure foces.units: found no table foces; expected one of nations, groups, unit_types, capabilities, "
            "yields, objectives, tasks, requirements, forces, willingness, caveats, conditions, budgets, commitments, "
            "prerequisites, funding_keys, force_changes, acquisitions, industry, joint_purchases, sources "
            "(did you mean forces?)",
            "figure forces[nation=PLO].units: found no row of forces with nation=PLO; expected one that is there "
            "(did you mean POL?)",
            "figure forces.min_units: found no range of min_units in forces; expected a figure with min_units_low or "
            "min_units_high; forces has ranges of availability, units",
            "figure budgets[payer=common].amount: found a figure without a range; expected amount_low or amount_high "
            "in its row",
            'figure forces: found "forces"; expected table.column or table[COLUMN=VALUE,...].column',
            'figure forces[natoin=POL].units: found "natoin=POL"; expected COLUMN=VALUE with one of nation, unit_type, '
            "units, units_low, units_high, min_units, min_units_low, min_units_high, first_period, last_period, "
            "availability, availability_low, availability_high, home_units, home_units_low, home_units_high, source, "
            "note (did you mean nation?)",
            "figure sources.title: found no figure title in sources; expected a table with figures",
        ]


BASE = {"gap": 0.5, "cost": 10.0}


class TestOneAtATime:
    def test_the_base_and_both_ends(self) -> None:
        asked = one_at_a_time(ranged(units_low=3, min_units=2, min_units_low=1, min_units_high=4))
        units, least = (f"forces[nation=AAA,unit_type=bn].{name}" for name in ("units", "min_units"))
        rows, sizes = ask(asked, lambda point: row(point, values=BASE))
        assert sizes == [1, 3]
        assert [(*found.point.inputs.values(), found.point.overrides) for found in rows] == [
            (None, "base", None, ()),
            (units, "low", 3, (f"{units}=3",)),
            (least, "low", 1, (f"{least}=1",)),
            (least, "high", 4, (f"{least}=4",)),
        ]
        assert asked.title == "2 figures one at a time: 4 points"

    def test_a_low_case_starts_at_the_low_end(self) -> None:
        asked = one_at_a_time(ranged(units_low=3, units_high=6).case("low"))
        rows, _ = ask(asked, lambda point: row(point, values=BASE))
        assert [found.point.inputs["end"] for found in rows] == ["base", "high"]

    def test_what_is_loosened_is_looked_at_together_first(self) -> None:
        """Pools at their high ends, three of them; two ceilings are too few."""
        nations = ("AAA", "BBB", "CCC")
        ceilings = {"troop_ceiling": 500, "troop_ceiling_high": 900}
        part = one_at_a_time(
            toy(
                nations=[{"nation": "AAA", **ceilings}, {"nation": "BBB", **ceilings}, {"nation": "CCC"}],
                forces=pools(5, *nations, units_low=4, units_high=6),
                willingness=willing(*nations),
            )
        )
        rows, sizes = ask(part, lambda point: row(point, values=BASE))
        assert sizes == [1, 1, 8]
        (joined,) = [found.point for found in rows if not found.point.in_answer]
        assert joined.overrides == tuple(f"forces[nation={n},unit_type=bn].units=6" for n in nations)
        assert part.size == 9

    def test_nothing_uncertain(self) -> None:
        assert faults(lambda: one_at_a_time(toy())) == [
            "--one-at-a-time: found no figure with a range in toy; expected _low or _high columns"
        ]
