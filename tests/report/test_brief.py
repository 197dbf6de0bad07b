"""The answer on one screen: it fits, its figures are those of the tables, and it says no more than is proved."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from rich.cells import cell_len

import allocator
from allocator import Plan
from allocator.cli.terminal import console, printed
from allocator.purchases import Purchases
from allocator.report.html.words import plural as plural_on_page
from allocator.report.text.brief import MOST, draw_ending
from allocator.report.text.brief_tables import Missing, rounded
from allocator.report.text.page import CUT, GLUE, Page, jointed, tied
from allocator.report.text.plan import draw_plan
from allocator.report.text.words import fitted, number, percent, plural, table
from allocator.resources import shipped_instances
from allocator.wording import counted
from tests.report.by_hand import built, plan_of, text_of
from tests.toys import toy

TOYS = [name for name in shipped_instances() if name.startswith("toy-")]
FORCES = [name for name in shipped_instances() if not name.startswith("toy-")]


@cache
def solved(name: str) -> Plan:
    """A toy's plan, or one of a real force that is found quickly: what is shown depends little on how good it is."""
    quick: dict[str, Any] = {"overrides": ["model.objectives=gap"], "gap": 0.01}
    return allocator.solve(name, **({} if name in TOYS else quick))


@cache
def shown_of(name: str) -> str:
    """The answer for a shipped instance at 80 columns."""
    return answer(solved(name))


def answer(plan: Plan, width: int = 80, **options: Any) -> str:
    """What ``solve`` prints on standard output."""

    def draw(out: Page) -> None:
        draw_plan(out, plan, **options)
        if plan.found:
            draw_ending(out, plan, called=plan.instance.name)

    return text_of(draw, width=width)


def changed(plan: Plan, status: str, **gap: float) -> Plan:
    """The plan with another status and other figures for the objective ``gap``."""
    rows = [{**row, **(gap if row["objective"] == "gap" else {})} for row in plan.rows("objectives")]
    return replace(plan, status=status, _tables={**plan._tables, "objectives": rows})


# ---- it fits -----------------------------------------------------------------------------------------------------


MOST_NARROW = 46
"""Lines of the answer at 60 columns, where sentences and names take more of them."""


@pytest.mark.parametrize("name", FORCES)
def test_a_real_force_fits_on_one_screen(name: str) -> None:
    for width in (60, 80):
        lines = (shown_of(name) if width == 80 else answer(solved(name), width)).splitlines()
        assert len(lines) <= (MOST if width == 80 else MOST_NARROW)
        assert max(map(cell_len, lines)) <= min(width, 100)


@pytest.mark.parametrize("name", TOYS)
def test_no_line_is_wider_than_the_page(name: str) -> None:
    assert len(shown_of(name).splitlines()) <= MOST
    for shown, width in (
        (shown_of(name), 80),
        (answer(solved(name), 60), 60),
        (answer(solved(name), 60, full=True), 60),
    ):
        assert max(map(cell_len, shown.splitlines())) <= width


@pytest.mark.parametrize(
    ("columns", "width"),
    [("60", 60), ("100", 100), ("200", 200), ("", 160), ("0", 160), ("-5", 160), ("many", 160), ("7", 40)],
)
def test_pipes_are_as_wide_as_columns(
    columns: str, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert console().width == width
    printed(lambda out: draw_plan(out, solved("toy-prerequisite"), full=True))
    shown = capsys.readouterr().out
    assert max(map(cell_len, shown.splitlines())) <= width
    assert "\x1b" not in shown
    assert GLUE not in shown


def test_words_break_at_their_joints_and_tables_keep_the_width() -> None:
    """A long key takes several lines; no line ends inside a part of it while another column can give way."""
    key = "requirements[task=baltic_air_policing,capability=combat_aircraft].quantity"
    grid = table(("a heading of some length", "right"), ("figure", "left"), ("what", "left"))
    grid.add_row("7", key, "some words that can be wrapped")
    for width in range(40, 100):
        shown = text_of(lambda out: out.print(grid), width=width)
        lines = [line.rstrip() for line in shown.splitlines()]
        assert max(map(len, lines)) <= width
        assert CUT not in shown
        for part in re.findall(r"[a-z]+", key):
            assert part in shown, (width, part)
    assert jointed("no.key here, 20,500 or -0.25") == "no.key here, 20,500 or -0.25"


def test_numbers_stay_with_their_units() -> None:
    """At no width does a line end in a number whose unit is on the next one."""
    text = "It takes 12 nations, USD 3,571 million a year, 5 % of it or 1.36 per mille, and 3× Battalion"
    for width in range(20, 60):
        lines = text_of(lambda out: out.print(text), width=width).splitlines()
        assert " ".join(lines) == text
        assert [line for line in lines[:-1] if re.search(r"(\d|×|\bUSD|\bper)$", line)] == []
    assert tied("in 2 periods").count(GLUE) == 1


@pytest.mark.parametrize(
    ("unit", "several"),
    [
        ("battery", "batteries"), ("heavy battalion group", "heavy battalion groups"), ("aircraft", "aircraft"),
        ("trainee a year", "trainees a year"), ("lot of 10,000", "lots of 10,000"), ("boat", "boats"),
        ("squadron served", "squadrons served"), ("division headquarters", "division headquarters"),
        ("convoy", "convoys"), ("person", "people"), ("glass", "glasses"), ("km²", "km²"),
        ("frigate or destroyer", "frigates or destroyers"), ("submarine with missiles", "submarines with missiles"),
        ("team of its own", "teams of their own"), ("two companies", "two companies"),
        ("satellites that see it", "satellites that see it"), ("what they let in", "what they let in"),
    ],
)  # fmt: skip
def test_plurals(unit: str, several: str) -> None:
    assert plural(unit) == several
    assert plural_on_page(unit) == several


def test_so_many_units() -> None:
    """A name that is a number of things already is counted with a sign of multiplication."""
    said = [counted(2, "lot of 50 tanks"), counted(1, "battery"), counted(-1, "Two heavy companies", "+")]
    assert said == ["2 lots of 50 tanks", "1 battery", "-1 × Two heavy companies"]


def test_names_on_one_line() -> None:
    names = ["Denmark", "Spain", "Estonia"]
    assert fitted("and ", names, 80) == "and Denmark, Spain, Estonia"
    assert fitted("and ", names, 18) == "and Denmark +2"
    assert fitted("and ", names[:1], 0) == "and Denmark"


# ---- its figures are those of the tables -------------------------------------------------------------------------


def peak(plan: Plan, tasks: set[str]) -> int:
    """Most people at some tasks in a period."""
    people: dict[int, int] = defaultdict(int)
    for row in plan.rows("deployments"):
        people[row["period"]] += row["personnel"] if row["task"] in tasks else 0
    return max(people.values(), default=0)


@pytest.mark.parametrize("name", [*TOYS, *FORCES])
def test_every_figure_is_in_the_tables(name: str) -> None:
    plan = solved(name)
    if not plan.found:
        return
    instance, shown = plan.instance, shown_of(name)
    text = " ".join(shown.split())
    of = {row["task"]: row["objective"] for row in instance.rows("tasks")}
    nations = {row["nation"]: row for row in plan.rows("nations")}
    members = sum(bool(row["member"]) for row in nations.values())
    people = peak(plan, set(of))
    assert f"{people:,} {'person' if people == 1 else 'people'}" in text
    assert f"from {members} of " in text
    assert f"{percent(1 - plan.value('gap'))} of what is asked" in text or plan.value("gap") == 0
    years = instance.periods * instance.months_per_period / 12
    assert f"{number(plan.value('cost') / years)} million a year" in text
    for row in instance.rows("objectives"):
        tasks = {task for task, objective in of.items() if objective == row["objective"]}
        asked = [line for line in plan.rows("coverage") if line["task"] in tasks and line["required"] > 0]
        if asked:
            assert re.search(rf"^{row['name'].split()[0]} .* {peak(plan, tasks):,}$", shown, re.M), row["name"]
    listed = 0
    for nation in instance.rows("nations"):
        row = nations[nation["nation"]]
        found = re.search(rf"^{re.escape(nation['name'])}  +([\d,]+)  +([\d,.]+|–|below 0\.001)  +(\S+)  ", shown, re.M)
        if found is not None:
            cost = "–" if row["member"] is None else rounded(row["cost"] / years)
            burden = "–" if row["burden"] is None else "<0.01" if 0 < row["burden"] < 0.005 else f"{row['burden']:.2f}"
            assert found.groups() == (f"{row['personnel']:,}", cost, burden)
            listed += 1
    more = re.search(r"^and (\d+) more \(([\d,]+) people", shown, re.M)
    paying = [row for row in nations.values() if row["personnel"] or row["cost"] > 0]
    assert listed + (int(more[1]) if more else 0) == len(paying)
    if more:
        least = sorted(paying, key=lambda row: (-row["personnel"], -row["cost"], row["nation"]))[listed:]
        assert more[2] == f"{sum(row['personnel'] for row in least):,}"


def lines_of(plan: Plan) -> dict[str, list[Mapping[str, Any]]]:
    """Capability's name -> the rows of ``coverage`` of its lines that are short in some period."""
    names = {row["capability"]: row["name"] for row in plan.instance.rows("capabilities")}
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in plan.rows("coverage"):
        if row["shortfall"] > 0:
            found[names[row["capability"]]].append(row)
    return found


@pytest.mark.parametrize("name", FORCES)
def test_what_is_missing_adds_up(name: str) -> None:
    """For one period: asked less what is there is the shortfall of the table, over all rows of a capability."""
    plan = solved(name)
    if plan.instance.periods > 1:
        return
    shown = shown_of(name)
    block = shown.split("\nmissing ")[1].split("\n\n")[0] if "\nmissing " in shown else ""
    for capability, rows in lines_of(plan).items():
        found = re.findall(rf"^{re.escape(capability)[:20]}.*?  +([\d.,]+)  +([\d.,]+)  ", block, re.M)
        asked = sum(float(each[1].replace(",", "")) for each in found)
        if found and asked == pytest.approx(sum(row["required"] for row in rows), rel=5e-3):
            has = sum(float(each[0].replace(",", "")) for each in found)
            rounding = sum(10.0 ** -len(text.partition(".")[2]) for each in found for text in each) / 2
            assert asked - has == pytest.approx(sum(row["shortfall"] for row in rows), rel=0, abs=rounding + 1e-9)
        else:
            assert capability in block.split("\nand ")[-1] or "+" in block.split("\nand ")[-1]


# ---- what it says ------------------------------------------------------------------------------------------------


def test_a_plan_is_called_best_only_if_no_plan_shows_more() -> None:
    plan = plan_of(toy(), {("AAA", "bn", "hold", 1): 2})
    best = changed(plan, "optimal", bound=0.4999, relative_gap=0.0002, given_up=0.0)
    asked = replace(best, manifest={**best.manifest, "options": {"gap": 0.01}})
    assert "200 people from 1 of 1 nation meet 50.0 % of what is asked (proved best)." in answer(asked)
    open_ = " ".join(answer(best).split())  # a full proof was asked for
    assert "(best found, proved within 0.02 %: at most 50.0 % can be met)." in open_
    found = " ".join(answer(changed(plan, "feasible", bound=0.25, relative_gap=0.5, given_up=0.0)).split())
    assert "(best found, proved within 50 %: at most 75.0 % can be met)." in found
    assert "More time may find a better plan." in found
    given = " ".join(answer(changed(plan, "optimal", bound=0.25, relative_gap=0.0, given_up=0.25)).split())
    assert "(proved best; 75.0 % could be met, the rest is given up for later objectives)" in given
    nothing = " ".join(answer(changed(plan, "feasible", bound=0.0, relative_gap=1.0, given_up=0.0)).split())
    assert "at most 100.0 % can be met" in nothing


def test_what_is_met_says_that_lines_count_by_their_priority() -> None:
    """Two lines of four battalions, of which one counts three times: 3/4 is met; if they count alike, a half."""
    for priority, said in ((3.0, "75.0 % of what is asked, weighted by priority"), (1.0, "50.0 % of what is asked")):
        instance = toy(
            tasks=[{"task": "hold"}, {"task": "port"}],
            requirements=[
                {"task": "hold", "capability": "inf", "quantity": 4.0, "priority": priority},
                {"task": "port", "capability": "inf", "quantity": 4.0},
            ],
        )
        assert f"meet {said} (best found)." in " ".join(
            answer(plan_of(instance, {("AAA", "bn", "hold", 1): 4})).split()
        )


def test_a_fleet_that_serves_the_theatre_is_for_all_tasks() -> None:
    assert re.search(r"^Alliance fleet +\d+ .* all tasks$", answer(built()), re.MULTILINE)


def test_a_gap_is_one_thing() -> None:
    """The word is the objective's; how close a proof is goes without it."""
    plan = changed(
        plan_of(toy(), {("AAA", "bn", "hold", 1): 2}), "feasible", bound=0.25, relative_gap=0.5, given_up=0.0
    )
    assert not re.search(r"\bgap\b", answer(plan).replace("--full", ""))
    full = answer(plan, 160, full=True)
    assert "none below 25.00 %, within 50 %" in " ".join(full.split())
    assert len(re.findall(r"\bgap\b", full)) == 1


def test_the_order_of_the_model_is_said() -> None:
    cheap = allocator.Model(objectives=("cost", "gap"))
    plan = plan_of(toy(), {("AAA", "bn", "hold", 1): 2}, model=cheap)
    text = " ".join(answer(changed(plan, "optimal", bound=0.5, relative_gap=0.0, given_up=0.0)).split())
    assert "(proved best with the least cost)" in text
    other = plan_of(toy(), {("AAA", "bn", "hold", 1): 2}, model=allocator.Model(objectives=("cost",)))
    assert "(not maximised by this model)" in " ".join(answer(other).split())


def test_nobody_and_nothing() -> None:
    text = " ".join(answer(plan_of(toy(), {})).split())
    assert "None of 1 nation sends anybody; nothing that is asked is met" in text
    assert "Most is missing in infantry (Hold): 4 battalions asked, none supplied." in text
    assert "It costs nothing." in text
    assert "Nothing is missing: the line is met in full." in answer(plan_of(toy(), {("AAA", "bn", "hold", 1): 4}))


def test_the_worst_period_is_beside_the_mean_of_what_is_missing() -> None:
    """Four are asked for in each of three periods."""

    def said(*sent: int, width: int = 100) -> str:
        plan = plan_of(toy(periods=3), {("AAA", "bn", "hold", t): n for t, n in enumerate(sent, start=1) if n})
        return Missing(plan).sentence(width)

    begin = "Most is missing in infantry (Hold): 4 battalions asked, "
    assert said(3, 1, 2) == f"{begin}2 supplied on average, 1 in period 2."
    assert said(3, 0, 0) == f"{begin}1 supplied on average, none in periods 2–3."
    assert said(2, 2, 2) == f"{begin}2 supplied in each."
    assert said(0, 0, 0) == f"{begin}none supplied."
    assert said(3, 1, 2, width=90) == said(3, 1, 2).replace(" (Hold)", "")  # on one line without the task


def test_leaders_orders_and_money_by_period() -> None:
    shown = answer(built())
    assert "from 2 of 3 nations and 1 collective fleet meet" in " ".join(shown.split())
    assert "Led by Alpha (Hold)." in shown
    assert re.search(r"Battalion +3 +3 +2 +1 +2 +270\n", shown)
    assert "Money by period, million: 197; 171; 36; 42." in shown
    assert re.search(r"Alliance fleet +100 +– +– ", shown)
    orders = Purchases({("BBB", "bn", 1): (1, 0)})
    assert "orders only" in answer(plan_of(built().instance, {("AAA", "bn", "hold", 1): 1}, orders))


def test_what_a_model_minimises_is_said() -> None:
    """AAA sends three, then one of them elsewhere: 100 people go anew. It pays all of 30 and has half of the GDP."""
    instance = toy(
        periods=2, indefinite=False, tasks=[{"task": "hold"}, {"task": "port"}],
        nations=[{"nation": "AAA", "gdp": 1000.0}, {"nation": "BBB", "gdp": 1000.0}],
    )  # fmt: skip
    sent = {("AAA", "bn", "hold", 1): 3, ("AAA", "bn", "hold", 2): 1, ("AAA", "bn", "port", 2): 1}

    def said(deployed: Mapping[tuple[str, str, str, int], int], *objectives: str) -> str:
        return answer(plan_of(instance, deployed, model=allocator.Model(objectives=("gap", *objectives))))

    shown = said(sent, "turnover", "imbalance")
    assert "\n100 people go somewhere anew from one period to the next.\n" in shown
    assert "\n15 million would have to change hands for shares in proportion to GDP.\n" in shown
    assert "anew" not in said(sent, "imbalance")
    assert "change hands" not in said(sent, "turnover")
    nobody = said({}, "turnover", "imbalance")
    assert "\nNobody goes somewhere anew from one period to the next.\n" in nobody
    assert "\nNations with a GDP pay in proportion to it.\n" in nobody


def test_causes_are_named_where_facts_prove_them() -> None:
    assert re.search(r"Infantry +2 +4 +battalions +too few to sustain\n", answer(solved("toy-rotation")))
    assert re.search(r"Combat aircraft +24 +36 +aircraft +lacks air picture\n", answer(solved("toy-enablers")))
    unproved = plan_of(toy(), {("AAA", "bn", "hold", 1): 1})
    assert re.search(r"Infantry +1 +4 +battalions +see explain\n", answer(unproved))


def test_the_lines_of_a_capability_are_apart_if_they_fit() -> None:
    def plan(tasks: int) -> Plan:
        rows = [{"task": f"t{i}", "name": f"Task {i}"} for i in range(tasks)]
        asks = [{"task": row["task"], "capability": "inf", "quantity": 4.0} for row in rows]
        return plan_of(toy(tasks=rows, requirements=asks), {("AAA", "bn", "t0", 1): 1})

    assert re.search(r"Infantry \(Task 1\) +0 +4 +battalions +too few anywhere\n", answer(plan(3)))
    many = answer(plan(40))
    assert re.search(r"Infantry +1 +160 +battalions +too few anywhere\n", many)
    assert "Most is missing in infantry (40 tasks): 160 battalions asked, 1 supplied." in many
    assert len(many.splitlines()) <= MOST


def test_full_prints_every_list_and_the_rota() -> None:
    full = answer(solved("toy-periods"), full=True)
    for heading in ("objective ", "coverage ", "Unmet: ", "Met in full, ", "Who sends what: ", "Money by ", "Rota: "):
        assert f"\n{heading}" in full
    assert "Most is missing" not in full


def test_what_comes_next_names_the_instance_as_it_was_called() -> None:
    plan = solved("toy-pledges")
    shown = text_of(lambda out: draw_ending(out, plan, called="my force.xlsx"), width=100)
    assert shown.splitlines()[0] == "Other plans may be as good (allocator explain 'my force.xlsx' --alternatives)."
    assert "--full (every line), allocator explain 'my force.xlsx' (why)" in shown
    other = text_of(lambda out: draw_ending(out, plan, called="x", another="another plan is as good: it is"), width=100)
    assert other.splitlines()[0] == "Another plan is as good: it is."
    assert "allocator explain x (why; with --alternatives who else)" in other
    none = text_of(lambda out: draw_ending(out, plan, called="x", another="no other plan is as good", full=True))
    assert none.splitlines()[0] == "No other plan is as good."
    assert "--full" not in none
