"""Cases side by side, on toys whose answers are worked out by hand."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest

import allocator
from allocator.comparison import Case, Column, Comparison, column_of
from allocator.model import Model
from allocator.report.text.comparison import draw_comparison, headings
from allocator.report.text.page import Page, untied
from tests.cli.running import run
from tests.report.by_hand import plan_of, text_of
from tests.toys import pools, toy


def figures(column: Column) -> dict[str, Any]:
    return {f"{section}, {key}": value for (section, key), value in column.figures.items()}


def test_relief_and_none() -> None:
    """One in four of ten may be out, two of four asked for; with nobody relieved all four go."""
    found = allocator.compare(allocator.cases(["toy-rotation"], ["model=surge"]))
    first, second = found.columns
    assert figures(first)["coverage, peace_on_land"] == pytest.approx(0.5)
    assert figures(second)["coverage, peace_on_land"] == pytest.approx(1.0)
    assert (figures(first)["people, all"], figures(second)["people, all"]) == (1000, 2000)
    assert figures(first)["money, cost a year"] == pytest.approx(128)
    changes = found.changes(second)
    assert changes[0].startswith("newly met: Hold the port")
    assert changes[0].endswith("50 % of it was missing")
    assert changes[1] == "Alpha sends other units: +2 Infantry battalions, Hold the port"
    assert found.changes(first) == []
    assert set(found.frame().columns) == {"case", "section", "key", "value"}


def test_who_comes_and_who_leaves() -> None:
    """Without one of its nations a toy is held by the others."""
    instance = allocator.read("toy-pledges")
    base = allocator.solve(instance)
    gone = next(row["nation"] for row in base.rows("nations") if row["member"])
    found = allocator.compare(allocator.cases([instance], [f"coalition=-{gone}"]))
    name = next(row["name"] for row in instance.rows("nations") if row["nation"] == gone)
    assert any(text.startswith(f"{name} leaves:") for text in found.changes(found.columns[1]))
    back = allocator.Instance.coalition(instance, f"-{gone}")
    found = allocator.compare([allocator.cases([back, back])[0], *allocator.cases([instance, instance])[:1]], gap=0.0)
    assert any(text.startswith(f"{name} comes in:") for text in found.changes(found.columns[1]))


def test_every_setting_reaches_its_column() -> None:
    low, set_, model = allocator.cases(
        ["reassurance-force"], ["case=low", "events.us_backstop=true", "model=fair coalition=JEF"]
    )[1:]
    assert low.instance == allocator.read("reassurance-force").case("low")
    assert set_.instance.events["us_backstop"] is True
    assert model.model.name == "fair"
    assert {row["nation"] for row in model.instance.rows("willingness")} <= {
        row["nation"] for row in model.instance.rows("groups") if row["group"] == "JEF"
    }


def test_units_that_supply_all_tasks_alike_have_no_task() -> None:
    """A radar counts for the theatre: at another task it is no move, and one that comes in is for all tasks."""
    instance = toy(
        unit_types=[{"unit_type": "bn"}, {"unit_type": "radar", "name": "Radar"}],
        capabilities=[
            {"capability": c, "name": c, "unit": "one", "scope": scope}
            for c, scope in (("inf", "task"), ("watch", "theatre"))
        ],
        yields=[
            {"unit_type": "bn", "capability": "inf", "amount": 1.0},
            {"unit_type": "radar", "capability": "watch", "amount": 1.0},
        ],
        forces=[{"nation": "AAA", "unit_type": u, "units": 3} for u in ("bn", "radar")],
        tasks=[{"task": "hold"}, {"task": "port"}],
        requirements=[{"task": "hold", "capability": c, "quantity": 4.0} for c in ("inf", "watch")],
    )

    def column(**radars: int) -> Column:
        sent = {("AAA", "bn", "hold", 1): 1} | {("AAA", "radar", j, 1): units for j, units in radars.items()}
        return column_of(Case("x", instance, Model()), plan_of(instance, sent))

    first, elsewhere, more = column(hold=1), column(port=1), column(hold=1, port=2)
    found = Comparison((first, elsewhere, more))
    assert found.changes(elsewhere) == []
    assert found.changes(more)[-1] == "AAA sends other units: +2 Radars, for all tasks"
    assert "+2 Radars, for all tasks" in text_of(lambda out: draw_comparison(out, found))


def test_faults_of_all_columns_together() -> None:
    with pytest.raises(allocator.BadInput) as caught:
        allocator.cases(["toy-rotation", "toy-rotatin"], ["forces.unts=1"])
    assert len(caught.value.faults) == 2


def test_the_command() -> None:
    done = run("compare", "toy-rotation", "--with", "model=surge", "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, [case["case"] for case in answer["cases"]]) == (0, ["toy-rotation", "model=surge"])
    rows = list(csv.DictReader(io.StringIO(run("compare", "toy-rotation", "--with", "model=surge", "--csv").stdout)))
    assert {"case": "model=surge", "section": "people", "key": "all", "value": "2000.0"} in rows
    shown = run("compare", "toy-rotation", "toy-budget", "--with", "model=surge", "--quiet").stdout
    assert "toy-budget, model surge" in shown.splitlines()[0]
    assert "arbitrary among equally good plans" in shown


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["toy-rotation"], 2),
        ([], 2),
        (["toy-rotation", "--with", "model=nothing"], 2),
        (["toy-rotation", "--with", "'"], 2),
        (["toy-rotation", "toy-infeasible"], 3),
    ],
)
def test_exit_statuses(arguments: list[str], code: int) -> None:
    done = run("compare", *arguments, "--quiet")
    assert done.returncode == code
    assert ("infeasible" in done.stdout) == (code == 3)


def test_two_currencies() -> None:
    """The same facts in another currency cost as much in figures, and not in money: the answer says so."""
    found = allocator.compare(allocator.cases(["toy-rotation"], ["currency=EUR", "currency="]))
    said = "costs are in USD million, EUR million and millions of an unnamed currency; they cannot be compared directly"
    assert found.notes() == [said]
    rows = [row for row in found.rows() if row["key"] == "currency"]
    assert [(row["case"], row["value"]) for row in rows] == [
        ("toy-rotation", "USD"),
        ("currency=EUR", "EUR"),
        ("currency=", ""),
    ]
    done = run("compare", "toy-rotation", "--with", "currency=EUR", "--json")
    answer = json.loads(done.stdout)
    assert answer["notes"] == ["costs are in USD million and EUR million; they cannot be compared directly"]
    assert [case["currency"] for case in answer["cases"]] == ["USD", "EUR"]
    shown = run("compare", "toy-rotation", "--with", "currency=EUR", "--quiet").stdout
    assert f"C{answer['notes'][0][1:]}." in shown.splitlines()
    assert "currency EUR, against the case as it is:" in shown.splitlines()
    lines = {line.split("  ")[0]: line.split()[-4:] for line in shown.splitlines()}
    assert lines["cost over the horizon, million"] == ["USD", "64", "EUR", "64"]
    assert lines["cost a year, million"] == ["USD", "128", "EUR", "128"]


def test_one_currency_and_one_horizon_say_nothing() -> None:
    found = allocator.compare(allocator.cases(["toy-rotation"], ["forces.units=4"]))
    assert found.notes() == []
    assert found.to_dict()["notes"] == []
    shown = run("compare", "toy-rotation", "--with", "forces.units=4", "--quiet").stdout
    assert "cannot be compared" not in shown
    assert "cost over the horizon, USD million" in shown


def test_headings_are_words_and_what_is_not_settled_has_a_row() -> None:
    """Settings are words where they tell the cases apart, and as typed where they do not."""
    variants = ["nations[nation=AAA].troop_ceiling=900", "forces[nation=AAA].units=4"]
    found = allocator.compare(allocator.cases(["toy-rotation"], variants))
    assert headings(found) == ["as it is", "troop ceiling of Alpha 900", "units of Alpha 4"]
    again = replace(found, columns=(found.columns[0], found.columns[1], found.columns[1]))
    assert headings(again) == [column.case.label for column in again.columns]
    assert "proved to" not in drawn(found)
    figures = {**found.columns[1].figures, ("proved to", "gap"): 0.25}
    left = replace(found, columns=(found.columns[0], replace(found.columns[1], figures=figures)))
    assert [line.split() for line in drawn(left).splitlines() if "proved to" in line] == [
        ["proved", "to", "within", "0.00", "%", "25.00", "%"]
    ]
    assert drawn(left).count("unmet share") == 1


def drawn(found: Comparison) -> str:
    out = Page(width=80, highlight=False)
    with out.capture() as capture:
        draw_comparison(out, found)
    return untied(capture.get())


def test_what_is_bought_and_what_else_is_minimised() -> None:
    """A lower price buys two; turnover is a sum as well."""
    instance = toy(
        periods=2, indefinite=False, forces=pools(2, "AAA"), budgets=[{"payer": "AAA", "amount": 80.0}],
        acquisitions=[{"nation": "AAA", "unit_type": "bn", "price": 100.0, "max_units": 2, "lead_periods": 1}],
    )  # fmt: skip
    model = Model(families=("budget", "acquisition"), objectives=("gap", "cost", "turnover"))
    found = allocator.compare(
        [Case("dear", instance, model), Case("cheap", instance.override("acquisitions.price=10"), model)]
    )
    assert found.columns[1].orders == {("AAA", "bn"): 2}
    assert found.columns[1].figures["objective", "turnover"] == pytest.approx(0.2)
    assert found.changes(found.columns[1])[-1] == "AAA orders +2 Battalions"
    later = [Case("two", instance, model), Case("one", instance.override("horizon.months_per_period=3"), model)]
    assert (
        "cost, reluctance and turnover are sums over horizons of 12 and 6 months" in allocator.compare(later).notes()[0]
    )


def test_two_lengths_of_the_horizon() -> None:
    found = allocator.compare(allocator.cases(["toy-rotation"], ["horizon.months_per_period=3", "horizon.periods=1"]))
    assert found.notes() == [
        "cost and reluctance are sums over horizons of 6 and 3 months; they cannot be compared directly",
    ]


def test_a_case_that_costs_more_than_a_tenth_of_gdp_is_warned_of() -> None:
    done = run("compare", "toy-rotation", "--with", "nations.gdp=1000", "--json")
    assert "warning: nations: AAA pays 12.8 % of its GDP a year" in done.stderr
    assert "warning" not in run("compare", "toy-rotation", "--with", "nations.gdp=1000", "--json", "--quiet").stderr


def test_a_line_that_is_short_by_less_than_one_per_cent_is_not_short_by_none() -> None:
    """A quantity a thousandth above what two battalions supply: a little is missing, and the text says so."""
    found = allocator.compare(allocator.cases(["toy-rotation"], ["requirements.quantity=2.001"]), gap=0.0)
    met = allocator.compare(allocator.cases(["toy-rotation"], ["requirements.quantity=2"]), gap=0.0)
    assert met.changes(met.columns[1])[0] == "newly met: Hold the port, Infantry, 50 % of it was missing"
    assert found.changes(found.columns[1])[0] == "less unmet: Hold the port, Infantry, <1 % instead of 50 %"


def test_a_nation_that_sends_many_other_units_is_cut_on_the_screen() -> None:
    """Nine tasks of one battalion each, met or not: six of the nine deployments are shown, and the others counted."""
    from types import SimpleNamespace
    from typing import cast

    from allocator.report.text.comparison import _changes
    from allocator.report.text.page import Page

    def shown(many: int) -> str:
        moved = "Alpha comes in: " + "; ".join(f"+{at} Battalion, Task {at}" for at in range(1, many + 1))
        found = cast(Comparison, SimpleNamespace(changes=lambda _: [moved]))
        out = Page(width=400)
        with out.capture() as capture:
            _changes(out, found, cast(Column, SimpleNamespace(plan=SimpleNamespace(found=True))), "")
        return capture.get()

    assert "; +6 Battalion, Task 6; and 3 more (--json has them)" in shown(9).replace("\ufdd0", " ")
    assert "+7 Battalion, Task 7" in shown(7).replace("\ufdd0", " ")
