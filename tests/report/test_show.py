"""What can be sustained, with the same meaning for every length of the horizon, and the further tables."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import allocator
from allocator import Instance, Model
from allocator.api import choose
from allocator.plan.shortages import shortages
from allocator.report.text.instance import draw_instance
from allocator.report.text.words import table
from allocator.supply import offers, unusable
from tests.cli.running import run
from tests.report.by_hand import BUILD, built, plan_of, text_of
from tests.toys import toy

REFERENCE = Model()


def units(instance: Instance, model: Model = REFERENCE) -> tuple[int, int | None]:
    """Sustained units of the first capability, and the period that they are for."""
    row = offers(instance, model)[0]
    return row["units"], row["period"]


def battalions(count: int, ratio: int = 1, expendable: bool = False, **columns: Any) -> dict[str, Any]:
    """Tables of the toy with one pool."""
    return {
        "unit_types": [{"unit_type": "bn", "rotation_ratio": ratio, "expendable": expendable}],
        "forces": [{"nation": "AAA", "unit_type": "bn", "units": count, **columns}],
    }


@pytest.mark.parametrize("periods", [1, 2, 3, 4, 10])
def test_relief_means_the_same_for_one_period_and_for_ten(periods: int) -> None:
    """Ten battalions, each relieved three times: 4 x <= 10, so two stay for ever, however the years are cut."""
    assert units(toy(periods=periods, **battalions(10, 4)))[0] == 2
    assert units(toy(periods=periods, **battalions(10, 4)), Model(families=()))[0] == 10


def test_availability_and_home_units() -> None:
    """0.7 x 10 - 2 = 5 usable; of 0.5 x 1 no whole unit is, and it is named."""
    assert units(toy(periods=3, **battalions(10, 1, availability=0.7, home_units=2)))[0] == 5
    lost = toy(**battalions(1, 1, availability=0.5))
    assert offers(lost, REFERENCE)[0]["units"] == 0
    assert unusable(lost, REFERENCE) == [{"nation": "AAA", "unit_type": "bn", "units": 1, "usable": 0.5}]
    assert unusable(toy(**battalions(0)), REFERENCE) == []
    shown = text_of(
        lambda out: draw_instance(out, lost, REFERENCE, offers(lost, REFERENCE), unusable(lost, REFERENCE), "")
    )
    assert "No whole unit is usable of: AAA, Battalion (0.5 of 1)." in shown


def test_the_period_that_is_shown_has_a_name() -> None:
    """Two capabilities that are asked for most in one period have it above the table, and otherwise in a column."""

    def shown(second: int) -> str:
        asked = [("inf", 1, 2), ("inf", 2, 3), ("med", 1, 1), ("med", second, 2)]
        instance = toy(
            periods=3, capabilities=[{"capability": c, "name": c, "unit": "one"} for c in ("inf", "med")],
            requirements=[
                {"task": "hold", "capability": c, "quantity": q, "first_period": t, "last_period": t}
                for c, t, q in asked
            ], **battalions(4),
        )  # fmt: skip
        rows = offers(instance, REFERENCE)
        assert [row["period"] for row in rows] == [2, second]
        return text_of(lambda out: draw_instance(out, instance, REFERENCE, rows, [], ""))

    assert "(in period 2, from 2026-01, which asks for most)" in " ".join(shown(2).split())
    assert "(each in the period that asks for most of it)" in shown(3)
    cells = [line.split() for line in shown(3).splitlines()]
    assert ["inf", "3", "4", "one", "4", "1", "2"] in cells
    assert ["med", "2", "0", "one", "0", "0", "3", "nobody", "offers", "it"] in cells


def test_changes_leave_less_in_some_periods() -> None:
    """Four with ratio 2; two leave in period 3. The worst period of those that ask alike: 2 // 2 = 1 in the last."""
    leaves = [{"nation": "AAA", "unit_type": "bn", "period": 3, "change": -2}]
    instance = toy(periods=4, indefinite=False, force_changes=leaves, **battalions(4, 2))
    assert units(instance) == (1, 4)
    assert units(toy(periods=4, indefinite=False, **battalions(4, 2))) == (2, 4)


def test_what_can_be_sustained_is_there_for_each_period() -> None:
    """Four stay, two of them leave in period 3; the first period asks for nothing, the last for six."""
    leaves = [{"nation": "AAA", "unit_type": "bn", "period": 3, "change": -2}]
    asked = [
        {"task": "hold", "capability": "inf", "quantity": quantity, "first_period": t, "last_period": t}
        for t, quantity in ((2, 4.0), (3, 4.0), (4, 6.0))
    ]
    instance = toy(periods=4, indefinite=False, force_changes=leaves, requirements=asked, **battalions(4))
    (row,) = offers(instance, REFERENCE)
    assert [tuple(each.values()) for each in row["by_period"]] == [(1, 0, 4), (2, 4, 4), (3, 4, 2), (4, 6, 2)]
    assert (row["period"], row["asked"], row["offered"]) == (4, 6, 2)
    wide, narrow = (text_of(lambda out: draw_instance(out, instance, REFERENCE, [row], [], ""), w) for w in (110, 80))
    assert re.search(r"Infantry +6 +2 +battalion +2 +1  ···███▅▅▅▄▄▄  less than asked\n", wide)
    assert "by period: sustained of what is asked" in wide
    assert "in period 4, from " in wide
    assert re.search(r"Infantry +6 +2 +battalion +2 +1  less than asked\n", narrow)
    one = toy(**battalions(4))
    shown = text_of(lambda out: draw_instance(out, one, REFERENCE, offers(one, REFERENCE), [], ""), 110)
    assert not re.search(r"nations +in|by period", shown)


def test_a_pool_with_min_units_sends_them_or_none() -> None:
    assert units(toy(periods=4, **battalions(6, 4, min_units=2)))[0] == 0
    assert units(toy(periods=1, **battalions(6, 4, min_units=2)))[0] == 0
    assert units(toy(periods=4, **battalions(8, 4, min_units=2)))[0] == 2


@pytest.mark.parametrize(("periods", "amount", "sustained"), [(1, 12, 2), (4, 48, 2), (4, 47, 1)])
def test_a_budget_lasts_for_all_its_periods(periods: int, amount: float, sustained: int) -> None:
    """A battalion costs 6 a period."""
    instance = toy(periods=periods, budgets=[{"payer": "AAA", "amount": float(amount)}])
    assert units(instance)[0] == sustained


def test_what_is_used_up_counts_once_for_the_horizon() -> None:
    """Seven lots for six periods that ask for four each: 7 of 24; one a period would be 6."""
    instance = toy(periods=6, indefinite=False, **battalions(7, expendable=True))
    (row,) = offers(instance, REFERENCE)
    assert (row["period"], row["asked"], row["offered"], row["units"]) == (None, 24.0, 7.0, 7)
    shown = text_of(lambda out: draw_instance(out, instance, REFERENCE, [row], [], ""), width=160)
    assert "less than asked; over the whole horizon, as units are used up" in shown


def test_a_stock_grows_with_deliveries() -> None:
    """Two lots and ten more from period 4: twelve in all, although only two can be used before."""
    comes = [{"nation": "AAA", "unit_type": "bn", "period": 4, "change": 10}]
    instance = toy(periods=6, indefinite=False, force_changes=comes, **battalions(2, expendable=True))
    assert units(instance) == (12, None)


def test_orders_count_if_the_model_has_them() -> None:
    instance = built().instance
    assert offers(instance, Model(families=()))[0]["units"] == 2
    assert offers(instance, BUILD)[0]["units"] == 8  # three each in period 4, which asks for the most


@pytest.mark.parametrize(("expendable", "sustained"), [(False, 5), (True, 5)])
def test_orders_of_all_nations_share_what_industry_delivers(expendable: bool, sustained: int) -> None:
    """Two may buy six each, ready a period later; of one unit a period three come by the last: 2 + 3 of 14."""
    pools = battalions(2, expendable=expendable)
    buys = [{"nation": n, "unit_type": "bn", "price": 1.0, "max_units": 6, "lead_periods": 1} for n in ("AAA", "BBB")]
    both: dict[str, Any] = {
        "nations": [{"nation": "AAA", "gdp": 1000.0}, {"nation": "BBB", "gdp": 1000.0}],
        "willingness": [{"nation": n, "objective": "land", "willingness": 1.0} for n in ("AAA", "BBB")],
        "requirements": [{"task": "hold", "capability": "inf", "quantity": 20.0, "first_period": 4}],
    }
    works = [{"unit_type": "bn", "capacity": 1}]
    instance = toy(periods=4, indefinite=False, acquisitions=buys, industry=works, **pools, **both)
    model = Model(families=("acquisition", "industry"))
    (row,) = offers(instance, model)
    assert (row["units"], row["nations"]) == (sustained, 2)
    assert offers(instance, Model(families=("acquisition",)))[0]["units"] == 14
    short = shortages(plan_of(instance, {}, model=model))["hold", "inf", 4]
    assert (short.owned, short.enabled, short.cause) == (sustained, sustained, "exist")


def test_who_can_sustain_most_has_a_name() -> None:
    """Of ten, six and two battalions with a ratio of 2, five, three and one stay; at 80 columns it has none."""
    nations = ("AAA", "BBB", "CCC")
    pools = [{"nation": n, "unit_type": "bn", "units": units} for n, units in zip(nations, (6, 10, 2), strict=True)]
    willing = [{"nation": n, "objective": "land", "willingness": 1.0} for n in nations]
    instance = toy(
        nations=[{"nation": n} for n in nations], willingness=willing, forces=pools,
        unit_types=[{"unit_type": "bn", "rotation_ratio": 2}],
    )  # fmt: skip
    (row,) = offers(instance, REFERENCE)
    assert [(each["nation"], each["units"]) for each in row["by_nation"]] == [("BBB", 5), ("AAA", 3), ("CCC", 1)]
    for width, named in ((100, True), (80, False)):
        shown = text_of(lambda out: draw_instance(out, instance, REFERENCE, [row], [], ""), width=width)
        assert ("3  BBB, AAA +1" in shown) == named


def test_fleets_of_several_are_counted_apart() -> None:
    rows = {row["capability"]: row for row in offers(built().instance, BUILD)}
    assert (rows["watch"]["nations"], rows["watch"]["collectives"]) == (0, 1)
    shown = text_of(lambda out: draw_instance(out, built().instance, BUILD, [rows["watch"]], [], ""), width=160)
    assert "+ 1 fleet" in shown


def test_nobody_offers_is_not_nobody_can_sustain() -> None:
    """Three battalions with ratio 4 can be there for some periods but not for all."""
    few = toy(periods=4, **battalions(3, 4))
    assert "nobody can sustain it" in text_of(
        lambda out: draw_instance(out, few, REFERENCE, offers(few, REFERENCE), [], ""), 100
    )
    none = toy(periods=4, willingness=[{"nation": "AAA", "objective": "land", "willingness": 0.1}])
    assert "nobody offers it" in text_of(
        lambda out: draw_instance(out, none, REFERENCE, offers(none, REFERENCE), [], "")
    )


TABLES = """\
Programmes (prices in million a unit, ready after so many periods)
nation  unit type  price  most  least order  ordered in  ready after
Alpha   Battalion    120     3            1  1–4                   1
Bravo   Battalion    120     3            1  1–4                   1

Industry (prices in million an expansion, ready after so many periods)
unit type  units a period  expansions  price  ready after
Battalion               1       1 × 2     50            1

Joint purchases
unit type  nations at least  off the price  the fund pays
Battalion                 2           25 %           20 %

Parts of the common fund: Alpha 75.0 %, Charlie 25.0 %."""


class TestTables:
    def test_golden(self) -> None:
        shown = text_of(lambda out: draw_instance(out, built().instance, BUILD, [], [], ""))
        assert shown.endswith(TABLES)

    def test_promises_changes_and_prerequisites(self, tmp_path: Path) -> None:
        instance = toy(
            periods=3, indefinite=False,
            tasks=[{"task": "hold"}, {"task": "port", "name": "Guard the port"}],
            requirements=[{"task": j, "capability": "inf", "quantity": 1.0} for j in ("hold", "port")],
            commitments=[{"nation": "AAA", "unit_type": "bn", "first_period": 2, "at_least": 1}],
            prerequisites=[{"task": "port", "needs_task": "hold", "capability": "inf", "share": 0.5}],
            force_changes=[
                {"nation": "AAA", "unit_type": "bn", "period": t, "change": change} for t, change in ((3, -1), (2, 2))
            ],
        )  # fmt: skip
        allocator.write(instance, tmp_path / "x.json")
        shown = run("show", tmp_path / "x.json").stdout
        for line in (
            "AAA     Battalion  all tasks together  2–3          1     –",
            "Guard the port  Hold: Infantry   50 %",
            "AAA     Battalion  +2 in 2, -1 in 3",
        ):
            assert line in shown
        assert "without effect" not in shown
        free = run("show", tmp_path / "x.json", "--model", "surge", "--set", "model.families=rotation").stdout
        assert "Promised, in each of the periods (without effect: the model surge leaves out commitments)" in free

    def test_a_model_without_programmes_is_said_to_have_none(self) -> None:
        shown = text_of(lambda out: draw_instance(out, built().instance, REFERENCE, [], [], ""), width=160)
        assert "so many periods) (without effect: the model reference leaves out acquisition and industry)" in shown
        assert "so many periods) (without effect: the model reference leaves out acquisition)" in shown


def test_json_has_the_same_figures(tmp_path: Path) -> None:
    instance = toy(**battalions(1, 1, availability=0.5))
    allocator.write(instance, tmp_path / "x.json")
    content = json.loads(run("show", tmp_path / "x.json", "--json").stdout)
    assert content["unusable"] == [{"nation": "AAA", "unit_type": "bn", "units": 1, "usable": 0.5}]
    assert content["capabilities"] == offers(instance, REFERENCE)


def shown_at(width: int, name: str, *, full: bool = False) -> str:
    instance, model = choose(name)
    rows, lost = offers(instance, model), unusable(instance, model)
    return text_of(lambda out: draw_instance(out, instance, model, rows, lost, "", full=full), width)


LARGE = ("reassurance-force", "european-army-2035", "ammunition-2025", "toy-prerequisite")


@pytest.mark.parametrize("name", LARGE)
def test_no_page_breaks_a_word_or_is_longer_than_a_screen(name: str) -> None:
    whole = set(re.findall(r"\w+", shown_at(400, name, full=True)))
    for width in (40, 60, 80, 100, 120):
        lines = shown_at(width, name).splitlines()
        assert max(map(len, lines)) <= width
        assert set(re.findall(r"[^\W\d]+", " ".join(lines))) <= whole | {"Next", "and", "more", "full", "every", "row"}
        assert len(lines) <= 40 or width < 80
        assert ("Next: --full (every row)." in lines) == ("west +4" in " ".join(lines) or "more." in " ".join(lines))


def test_in_full_every_row_is_there() -> None:
    """What is short of what is asked is shown first where not all rows fit."""
    full, fitted = shown_at(120, "european-army-2035", full=True), shown_at(80, "european-army-2035")
    instance, _ = choose("european-army-2035")
    assert "more." not in full
    assert len(re.findall("New brigade with its support +4,320", full)) == 6
    assert all(row["name"] in full for row in instance.rows("capabilities"))
    assert "less than asked\n… and 6 more." in fitted
    assert "New brigades" in fitted


def test_what_is_used_up_has_its_mean_of_a_period() -> None:
    """Seven lots for six periods, of which the last four ask for three each: 12 and 7 in all, 3 and 1.75 in each."""
    asked = [{"task": "hold", "capability": "inf", "quantity": 3.0, "first_period": 3}]
    instance = toy(periods=6, indefinite=False, requirements=asked, **battalions(7, expendable=True))
    rows = offers(instance, REFERENCE)
    for width in (80, 160):
        text = " ".join(text_of(lambda out: draw_instance(out, instance, REFERENCE, rows, [], ""), width).split())
        assert "whole horizon: infantry 3 asked and 1.75 sustained in each of 4 periods on average." in text
    once = toy(periods=1, indefinite=False, **battalions(7, expendable=True))
    assert "average" not in text_of(lambda out: draw_instance(out, once, REFERENCE, offers(once, REFERENCE), [], ""))


class TestNarrowTables:
    def shown(self, width: int, *spare: str) -> list[str]:
        grid = table(("nation", "left"), ("units", "right"), ("what it sends", "left"), ("", "left"), spare=spare)
        grid.add_row("Netherlands", "12", "Battalion", "reluctantly")
        grid.add_row("Oz", "3", "", "")
        return text_of(lambda out: out.print(grid), width).splitlines()

    def test_columns_that_can_be_spared_are_left_out_where_words_would_be_broken(self) -> None:
        assert self.shown(60, "units") == self.shown(60)
        assert self.shown(42, "units") == self.shown(42)  # it is just wide enough
        assert self.shown(41, "units")[:2] == ["nation       what it sends", "Netherlands  Battalion      reluctantly"]

    def test_a_row_becomes_a_paragraph_where_no_column_can_be_spared(self) -> None:
        assert self.shown(30) == [
            "Netherlands: units 12; what",
            "  it sends Battalion;",
            "  reluctantly",
            "Oz: units 3",
        ]
