"""Rows that span several periods: whole units, the worst period beside a mean, a rota, and what is built up."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

import allocator
from allocator.plan.assumptions import assumptions
from allocator.plan.measures import coverage_by_period, coverage_of, measure, statement
from allocator.plan.spending import COMMON, OPERATIONS, ORDERS, OWN, flows
from allocator.problem import Problem
from allocator.purchases import decided
from allocator.report.text.buildup import draw_build_up
from allocator.report.text.comparison import draw_comparison
from allocator.report.text.periods import in_periods, month, picture, spans, units_of
from allocator.report.text.plan import draw_plan
from allocator.report.text.rota import draw_rota
from tests.cli.running import on_terminal, run
from tests.report.by_hand import built, plan_of, text_of
from tests.toys import toy

ONE_A_PERIOD = "commitments[nation=BBB,unit_type=battalion,task=hub,first_period=2].at_most=1"
"""Bravo has one battalion in period 2 and one in period 3 of `toy-periods`: one plan is best, and no other."""


def on_page(*arguments: object) -> str:
    """What a terminal of 80 columns shows, without colours."""
    shown, _ = on_terminal(*arguments, "--quiet", columns=80)
    return re.sub(r"\x1b\[[0-9;]*m", "", shown)


@pytest.mark.parametrize(
    ("by_period", "active", "periods", "text"),
    [
        ({1: 2, 2: 2, 3: 2}, [1, 2, 3], 3, "2× Battalion"),
        ({1: 1, 2: 3, 3: 2}, [1, 2, 3], 3, "1 to 3× Battalion (1, 3, 2)"),
        ({2: 1}, [1, 2, 3], 3, "1× Battalion in period 2"),
        ({1: 2, 3: 2}, [1, 2, 3], 3, "2× Battalion in periods 1, 3"),
        ({2: 2, 3: 2}, [2, 3], 3, "2× Battalion"),
        ({2: 1, 3: 2}, [2, 3], 3, "1 to 2× Battalion (–, 1, 2)"),
        ({t: 1 + t % 2 for t in range(1, 21)}, range(1, 21), 20, "1 to 2× Battalion (30 tours in 20 periods)"),
        (dict.fromkeys(range(1, 20, 2), 2), range(1, 21), 20, "2× Battalion in 10 periods"),
    ],
)
def test_units_are_whole(by_period: dict[int, int], active: list[int], periods: int, text: str) -> None:
    assert units_of("Battalion", by_period, active, periods) == text


@pytest.mark.parametrize(
    ("periods", "text"),
    [([3], "period 3"), ([1, 2, 3, 5], "periods 1–3, 5"), ([1, 3, 5, 7, 9], "5 periods"), ([1, 2], "periods 1–2")],
)
def test_periods_in_words(periods: list[int], text: str) -> None:
    assert in_periods(periods) == text
    assert spans(periods) == text.removeprefix("periods ").removeprefix("period ")


def test_months_of_periods() -> None:
    instance = toy(periods=20, months=5)  # from 2025-07
    assert [month(instance, t) for t in (1, 2, 3, 20)] == ["2025-07", "2025-12", "2026-05", "2033-06"]


@pytest.mark.parametrize(
    ("shares", "periods", "signs"),
    [
        ({1: 0.0, 2: 1.0}, 2, "▁▁▁███"),
        ({1: 0.01, 2: 0.5, 3: 0.99}, 3, "▂▂▂▅▅▅▇▇▇"),
        ({2: 1.0}, 2, "···███"),
        (dict.fromkeys(range(1, 13), 1.0), 12, "██" * 12),
        ({**dict.fromkeys(range(1, 49), 1.0), 4: 0.0}, 48, "█▁" + "█" * 22),
    ],
)
def test_a_picture_has_a_sign_for_each_period_or_the_worst_of_several(
    shares: dict[int, float], periods: int, signs: str
) -> None:
    assert picture(shares, periods) == (signs, 2 if periods == 48 else 1)


def test_the_worst_period_is_beside_the_mean() -> None:
    """toy-periods: two battalions of two, one of three, three of three: (1 + (1/3 + 1) / 2) / 2 = 83.3 %."""
    shown = on_page("solve", "toy-periods", "--set", ONE_A_PERIOD, "--full")
    assert "Peace on land  83.3 %  ███▄▄▄███  33.3 % in period 2" in shown
    assert re.search(r"Infantry, +2–3 +3 +2 +1  2 +1 +33", shown)
    assert "Secure the hub: 2× Infantry battalion in periods 1, 3" in shown
    assert not re.search(r"\d\.\d× ", shown)
    assert max(map(len, shown.splitlines())) <= 80


def test_nothing_is_exactly_nothing() -> None:
    """12.4 missing of 12.4, of which 60 % count thrice: rounded, that is a little more than all of it."""
    asked = [{"task": "hold", "capability": "inf", "quantity": 12.4, "core_share": 0.6, "core_weight": 3}]
    plan = plan_of(toy(requirements=asked), {})
    assert list(coverage_of(statement(plan)).values()) == [0.0]


def test_nothing_in_a_period_is_none() -> None:
    plan = plan_of(toy(periods=2), {("AAA", "bn", "hold", 2): 4})
    shown = text_of(lambda out: draw_plan(out, plan, full=True))
    assert "Peace on land  50.0 %  ▁▁▁███     none in period 1" in shown
    assert re.search(r"Hold: Infantry, battalion +4 +2 +none  1 +2  50", shown)


@pytest.mark.parametrize("full", [False, True])
def test_one_period_has_no_words_about_periods(full: bool) -> None:
    shown = text_of(lambda out: draw_plan(out, plan_of(toy(), {("AAA", "bn", "hold", 1): 3}), full=full))
    assert ("Hold: 3× Battalion" in shown) == full
    for word in ("period 1", "by period", "mean", "Money"):
        assert word not in shown.replace("1 period of", "")


def test_a_page_in_plain_ascii() -> None:
    solve = ("solve", "toy-periods", "--set", ONE_A_PERIOD)
    assert "###444###  83.3 %  33.3 % in period 2" in run(*solve, PYTHONIOENCODING="ascii").stdout
    shown = run(*solve, "--full", PYTHONIOENCODING="ascii").stdout
    assert "###444###  33.3 % in period 2" in shown
    assert "by period: 0 nothing, # all" in shown
    assert "?" not in shown
    assert shown.isascii()


ROTA = """\
Rota: nations and their units at each task
                              1        2        3        4
task                    2025-07  2026-01  2026-07  2027-01
Hold
  led by AAA
  Battalion               AAA 1    AAA 3    AAA 3    AAA 3
                          BBB 1    BBB 1    BBB 1    BBB 1
  Radar aircraft                   FLY 1    FLY 1    FLY 1
  unmet: Infantry        2 of 4
  unmet: Early warning   0 of 1
Guard the port                –        –   nobody
  Battalion                                          BBB 1
  unmet: Infantry                          0 of 1
unmet: what is there of what is asked; –: the task is not active."""


def test_labels_of_a_rota_use_the_room_and_hang() -> None:
    """One period leaves room for a long name; four do not, and the lines after the first are indented."""
    kinds = [{"unit_type": "bn", "name": "Battalion of infantry with engineers and guns"}]
    once = toy(unit_types=kinds)
    shown = text_of(lambda out: draw_rota(out, plan_of(once, {("AAA", "bn", "hold", 1): 2})))
    assert "\n  Battalion of infantry with engineers and guns    AAA 2\n" in shown
    often = toy(periods=4, indefinite=False, unit_types=kinds)
    shown = text_of(lambda out: draw_rota(out, plan_of(often, {("AAA", "bn", "hold", 1): 2})))
    assert re.search(r"\n  Battalion of infantry with engineers and    AAA 2\n    guns\n", shown)


class TestRota:
    def test_golden(self) -> None:
        assert text_of(lambda out: draw_rota(out, built())) == ROTA

    @pytest.mark.parametrize("width", [30, 50, 80, 160])
    def test_blocks_of_periods_fit_the_width(self, width: int) -> None:
        """A block repeats the task; together, the blocks have every unit of the table ``deployments`` once."""
        plan = plan_of(toy(periods=20), {("AAA", "bn", "hold", t): 1 + t % 2 for t in range(1, 21)})
        lines = text_of(lambda out: draw_rota(out, plan), width=width).splitlines()
        assert max(map(len, lines)) <= min(width, 80)  # no terminal, so no wider than a page
        units = [int(found) for found in re.findall(r"AAA (\d+)", "\n".join(lines))]
        assert units == [row["units"] for row in plan.rows("deployments")]
        assert [int(t) for line in lines if re.fullmatch(r" +[\d ]+", line) for t in line.split()] == list(range(1, 21))
        assert sum(line.startswith("Hold") for line in lines) > 1

    def test_holes_are_marked_in_colour_on_a_terminal_only(self) -> None:
        solve = ("solve", "toy-periods", "--set", ONE_A_PERIOD, "--rota")
        shown, _ = on_terminal(*solve, columns=80)
        assert re.search(r"\x1b\[1;31m *1 of 3", shown)
        plain, _ = on_terminal(*solve, columns=80, NO_COLOR="1")
        assert not re.search(r"\x1b\[[0-9;]*3[0-9]", plain)
        assert "\x1b" not in run("solve", "toy-periods", "--rota").stdout

    def test_full_prints_it_too_and_json_refuses_both(self) -> None:
        full = run("solve", "toy-periods", "--full").stdout
        assert "Rota: " in full
        assert "Rota: " in run("solve", "toy-periods", "--rota").stdout
        assert "Rota: " not in run("solve", "toy-periods").stdout
        for option in ("--rota", "--full"):
            done = run("solve", "toy-periods", "--json", option)
            assert (done.returncode, done.stdout) == (2, "")
            assert "--json prints everything" in done.stderr


def test_full_prints_every_line() -> None:
    tasks = [{"task": f"t{i}", "name": f"Task {i}"} for i in range(40)]
    asks = [{"task": row["task"], "capability": "inf", "quantity": 1.0} for row in tasks]
    full = text_of(lambda out: draw_plan(out, plan_of(toy(tasks=tasks, requirements=asks), {}), full=True))
    assert [name for name in (f"Task {i}: Infantry" for i in range(40)) if name not in full] == []


BUILD_UP = """\

Build-up: 3 units ordered, all of them jointly
period  nation  orders        jointly  ready  cost, million  by the fund
     1  Alpha   2× Battalion        2      2            180           36
     1  Bravo   1× Battalion        1      2             90           18

Industry: delivered of what it can deliver
                            1        2        3        4
units                 2025-07  2026-01  2026-07  2027-01
Battalion              0 of 1   3 of 3   0 of 3   0 of 3
  expansions ordered       +1

Money by period, million; orders are paid in equal parts until the units are
ready
                               1        2        3        4
paid by                  2025-07  2026-01  2026-07  2027-01
nations, operations            6       12       12       15
common fund, operations        6       24       24       27
nations, orders              108      108        0        0
common fund, orders           77       27        0        0
together                     197      171       36       42"""


class TestBuildUp:
    def test_golden(self) -> None:
        assert text_of(lambda out: draw_build_up(out, built())) == BUILD_UP

    def test_money_by_period_adds_up_to_the_tables(self) -> None:
        plan = built()
        paid = flows(plan)
        assert sum(paid.total(t) for t in range(1, 5)) == pytest.approx(plan.value("cost"))
        own = sum(row["cost"] for row in plan.rows("nations"))
        assert sum(sum(paid.paid[OWN, what].values()) for what in (OPERATIONS, ORDERS)) == pytest.approx(own)
        bought = sum(row["procurement"] for row in plan.rows("nations"))
        assert sum(paid.paid[OWN, ORDERS].values()) == pytest.approx(bought) == pytest.approx(216)
        assert paid.paid[COMMON, ORDERS] == {1: 77, 2: 27}  # 54 in two parts, and the expansion

    def test_real_solves_add_up_too(self) -> None:
        plan = allocator.solve("toy-budget", overrides=["horizon.periods=3"])
        assert sum(flows(plan).total(t) for t in (1, 2, 3)) == pytest.approx(plan.value("cost"))

    def test_what_costs_nothing_has_no_money(self) -> None:
        plan = plan_of(
            toy(periods=2, unit_types=[{"unit_type": "bn", "operating_cost": 0.0}]), {("AAA", "bn", "hold", 2): 4}
        )
        shown = text_of(lambda out: draw_plan(out, plan, full=True))
        assert "Money" not in shown
        assert "Rota: " in shown

    def test_many_periods_are_one_sentence_unless_all_are_asked_for(self) -> None:
        plan = plan_of(toy(periods=40), {("AAA", "bn", "hold", t): 1 + t % 2 for t in range(1, 41)})
        short = text_of(lambda out: draw_plan(out, plan))
        full = text_of(lambda out: draw_build_up(out, plan))
        assert "Money in a period, million: 6 to 12." in short
        assert full.count("nations  ") == full.count("paid by") > 1

    def test_neither_orders_nor_several_periods_is_nothing(self) -> None:
        plan = plan_of(toy(), {("AAA", "bn", "hold", 1): 3})
        assert text_of(lambda out: draw_build_up(out, plan)) == ""


class TestWho:
    def test_leaders_collectives_and_those_who_only_pay(self) -> None:
        shown = text_of(lambda out: draw_plan(out, built(), full=True))
        assert "Who sends what: 2 of 3 nations and 1 collective fleet" in shown
        assert re.search(r"Alliance fleet +100 +– +– +– +–\n", shown)
        assert "Framework nations: Alpha (Hold)." in shown
        assert "1 nation that sends nothing pays 46.25 million of what the fund spends." in shown  # a quarter of 185

    def test_who_only_buys_is_named_but_does_not_take_part(self) -> None:
        from allocator.purchases import Purchases

        plan = plan_of(built().instance, {("AAA", "bn", "hold", 1): 1}, Purchases({("BBB", "bn", 1): (1, 0)}))
        shown = text_of(lambda out: draw_plan(out, plan, full=True))
        assert "Who sends what: 1 of 3 nations; 1 more only buys" in shown
        assert re.search(r"Bravo +0 +120\.0", shown)
        assert "Build-up: 1 unit ordered\n" in shown
        assert "jointly" not in shown


class TestMeasures:
    def test_of_what_is_built(self) -> None:
        plan = built()
        expected = {
            "members": 2.0,
            "orders": 3.0,
            "orders.bn": 3.0,
            "orders.radar": 0.0,
            "joint_orders": 3.0,
            "procurement": 320.0,
            "procurement.AAA": 144.0,
            "unmet.hold.inf": 0.125,
            "worst_unmet.hold.inf": 0.5,
            "worst_unmet.port.inf": 1.0,
            "owners.bn": 2.0,
            "owners.radar": 0.0,  # a fleet of several is not a nation
        }
        assert {name: measure(plan, name) for name in expected} == pytest.approx(expected)

    def test_a_pool_that_only_a_change_fills_has_an_owner(self) -> None:
        instance = toy(
            periods=2, indefinite=False, forces=[{"nation": "AAA", "unit_type": "bn", "units": 0}],
            force_changes=[{"nation": "AAA", "unit_type": "bn", "period": 2, "change": 3}],
        )  # fmt: skip
        assert measure(plan_of(instance, {("AAA", "bn", "hold", 2): 3}), "owners.bn") == 1.0
        assert measure(plan_of(toy(forces=[{"nation": "AAA", "unit_type": "bn", "units": 0}]), {}), "owners.bn") == 0.0

    def test_the_core_counts_in_coverage_as_in_the_gap(self) -> None:
        """1 of 4, half of it the core, which counts three times: (3 + 2 x 1) / (4 x 2) = 5/8 is missed."""
        asks = [{"task": "hold", "capability": "inf", "quantity": 4.0, "core_share": 0.5, "core_weight": 3.0}]
        plan = plan_of(toy(requirements=asks), {("AAA", "bn", "hold", 1): 1})
        assert plan.value("gap") == 0.625
        assert coverage_of(statement(plan)) == {"land": 0.375}
        assert coverage_by_period(statement(plan)) == {"land": {1: 0.375}}
        assert measure(plan, "unmet.hold.inf") == 0.75

    def test_an_objective_that_the_model_does_not_list_is_said_so(self) -> None:
        with pytest.raises(allocator.BadUsage, match="the model build does not list it"):
            measure(built(), "turnover")
        steady = allocator.Model(objectives=("gap", "worst_period", "turnover"))
        plan = plan_of(toy(periods=2), {("AAA", "bn", "hold", 2): 4}, model=steady)
        assert (measure(plan, "worst_period"), measure(plan, "turnover")) == (1.0, 0.4)

    def test_coverage_by_period_averages_to_the_coverage(self) -> None:
        """If all lines stand in all periods, the mean of the periods is the mean."""
        plan = allocator.solve("reassurance-force", gap=0.2, overrides=["horizon.periods=3", "model.objectives=gap"])
        lines = statement(plan)
        for objective, shares in coverage_by_period(lines).items():
            assert sum(shares.values()) / 3 == pytest.approx(coverage_of(lines)[objective])


def test_orders_at_an_assumed_price_depend_on_an_assumption() -> None:
    """446 in all, of which 270 are for orders and 50 for the expansion."""
    content = built().instance.to_dict()
    content["sources"] = [{"source": "assumption", "title": "Assumed"}]

    def share(*tables: str) -> float:
        for table in ("acquisitions", "industry", "joint_purchases"):
            for row in content[table]:
                row.pop("source", None)
                if table in tables:
                    row["source"] = "assumption"
        instance, plan = allocator.Instance.from_dict(content), built()
        found = assumptions(instance, Problem(instance, plan.model), decided(plan.rows))
        assert found is not None
        return float(found["cost_share"])

    assert share() == 0
    assert share("acquisitions") == share("joint_purchases") == pytest.approx(270 / 446)
    assert share("industry") == pytest.approx(50 / 446)


def test_the_tables_are_written_and_printed(tmp_path: Path) -> None:
    plan = built()
    plan.write(tmp_path / "out")
    orders = (tmp_path / "out" / "orders.csv").read_text().splitlines()
    assert orders[0] == "nation,unit_type,period,units,joint,ready,cost,common"
    assert orders[1] == "AAA,bn,1,2,2,2,180.0,36.0"
    industry = (tmp_path / "out" / "industry.csv").read_text().splitlines()
    assert industry[1:3] == ["bn,1,0,1,1", "bn,2,3,3,0"]
    content = plan.to_dict()
    assert content["leaders"] == [{"task": "hold", "nation": "AAA"}]
    assert [row["units"] for row in content["orders"]] == [2, 1]
    assert plan.orders["joint"].tolist() == [2, 1]
    assert plan.leaders["nation"].tolist() == ["AAA"]
    assert plan.industry["deliveries"].tolist() == [0, 3, 0, 0]
    delivered: dict[int, int] = defaultdict(int)
    for row in content["orders"]:
        delivered[row["ready"]] += row["units"]
    assert {row["period"]: row["deliveries"] for row in content["industry"] if row["deliveries"]} == delivered
    plan.write(tmp_path / "out.xlsx")
    import python_calamine

    book = python_calamine.load_workbook(str(tmp_path / "out.xlsx"))
    assert {"leaders", "orders", "industry"} <= set(book.sheet_names)


def test_a_comparison_says_the_worst_period_beside_the_mean() -> None:
    found = allocator.compare(
        allocator.cases([allocator.read("toy-periods").override(ONE_A_PERIOD)], ["forces[nation=BBB].units=0"])
    )
    base, fewer = found.columns
    for column in found.columns:
        shares = coverage_by_period(statement(column.plan))["peace_on_land"]
        assert column.figures["worst coverage", "peace_on_land"] == min(shares.values())
    line = ("hub", "infantry")
    assert fewer.worst[line] > fewer.unmet[line] > base.unmet[line]
    (text,) = (text for text in found.changes(fewer) if "Secure the hub, Infantry" in text)
    for column in found.columns:
        assert f"{100 * column.unmet[line]:.0f} % (in the worst period {100 * column.worst[line]:.0f} %)" in text
    assert any(text.endswith(" (most at once)") for text in found.changes(fewer))
    shown = text_of(lambda out: draw_comparison(out, found))
    assert shown.index("coverage of Peace on land") < shown.index("in its worst period") < shown.index("people")
    assert re.search(r"  in its worst period +33\.3 % in 2 +none in 2\n", shown)
