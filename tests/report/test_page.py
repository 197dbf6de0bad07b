"""The page of a plan says what the plan's tables say: by hand on a small case, recomputed on a bundled one."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

import allocator
from allocator.briefing import Cause, Change, Findings, Range
from allocator.plan.plan import Plan
from allocator.report.html.page import draw_page
from allocator.report.html.short import LINES
from allocator.report.html.where import outlines, projected
from allocator.report.html.words import number, percent
from docs.building.look import CHROMIUM, OPTIONS
from tests.report.pages import Page, drawn, many, pair
from tests.toys import toy

BROWSER = next(filter(None, map(shutil.which, CHROMIUM)), None)


@pytest.fixture(scope="module")
def page() -> Page:
    """The page of the small case: AAA sends two battalions, BBB one; the sky stays empty."""
    return drawn(pair())


class TestBySmallCase:
    """Coverage: (3/4 + 0) / 2 = 37.5 %. Cost a year: 3 battalions x 12 months x 1 million = 36 million."""

    def test_the_answer(self, page: Page) -> None:
        text = page.texts["answer"]
        assert "2 of 3 nations send 300 people and meet 38 % of what is asked; no line is met in full" in text
        assert "Most is missing in air cover (Watch the sky): 1 squadron asked, none supplied" in text
        assert "It costs 36 million a year" in text
        assert "Proved" in text
        assert "No plan under these assumptions covers more" in text

    def test_coverage(self, page: Page) -> None:
        assert page.row("coverage", "Port")[2:] == ["75 %", "0 of 1", "300"]
        assert page.row("coverage", "Sky")[2:] == ["0 %", "0 of 1", "0"]
        assert "Sky is covered least: 0 % of what it asks" in page.texts["coverage"]

    def test_missing(self, page: Page) -> None:
        assert "No line is met in full" in page.texts["missing"]
        assert page.row("missing", "Hold the port")[2:4] == ["3", "4 battalions"]
        assert page.row("missing", "Watch the sky")[2:4] == ["0", "1 squadron"]
        assert (
            "4 battalions asked in all; the 2 nations that may come and have any can sustain 3."
            in page.texts["missing"]
        )

    def test_who(self, page: Page) -> None:
        row = page.row("who", "Aland")
        assert row[1] == "200"
        assert row[2] == "2× Battalion Hold the port"
        assert row[3] == ""
        assert "Aland and Bland send forces" in page.texts["who"]

    def test_cost_and_burden(self, page: Page) -> None:
        """AAA: 24 million a year, two thirds, 24 per mille of 1,000; BBB: 12 million, 3 per mille of 4,000."""
        assert [cell for cell in page.row("cost", "Aland") if cell] == ["Aland", "24", "66.7 %", "24.00 ‰"]
        assert [cell for cell in page.row("cost", "Bland") if cell] == ["Bland", "12", "33.3 %", "3.00 ‰"]

    def test_politics(self, page: Page) -> None:
        """Asked of the reluctant: half of 200 people x 6 months = 600 person-months."""
        assert page.row("politics", "Aland")[2:] == ["600", "peace"]
        assert page.row("politics", "Bland")[2:] == ["none", "no condition"]
        assert page.row("politics", "Cland")[1] == "Has no forces of the kinds in this instance."
        assert "Bland: no squadron" in page.texts["politics"]

    def test_assumptions_are_told_first(self, page: Page) -> None:
        assert "Assumed to happen: peace." in page.texts["header"]

    def test_the_map(self, page: Page) -> None:
        assert "1 of 1 task on the map" in page.texts["map"]
        assert "Hold the port: 3 of 4 battalions" in page.texts["map"]
        assert "Without a place: Watch the sky." in page.texts["map"]
        assert "Crimea drawn as Ukraine’s" in page.texts["map"]

    def test_what_was_not_asked_is_not_shown(self, page: Page) -> None:
        assert "changes" not in page.texts
        assert "time" not in page.texts
        assert "not examined" in page.texts["who"]


class TestFindings:
    def test_each_has_its_place(self) -> None:
        before = Change("nothing changes", "", 0.375, 0.375)
        findings = Findings(
            before,
            (
                Change("the sun shines", "--set a", 0.5, 0.5),
                Change("it rains", "--set b", 0.375, 0.3757),
                Change("there is no peace", "--set c", None, None, True),
            ),
            Change("", "", 1.0, 1.0),
            Change("", "", 0.25, 0.3),
            {("hold", "inf"): Cause(0.25, 0.05, 0.0, {"politics": 0.2, "money": 0.0}, True)},
            {"AAA": Range(100, 200, True), "BBB": Range(100, 100, True), "CCC": Range(0, 0, True)},
            open=("the causes of 1 line",),
        )
        page = drawn(pair(), None, findings)
        assert page.row("changes", "the sun shines")[2:] == ["50 %", "+12.5 points"]
        assert page.row("changes", "it rains")[2:] == ["38 %", "at most +0.1 points"]
        assert page.row("changes", "there is no peace")[2:] == ["no plan", "not every line and rule can hold"]
        assert [row[0] for row in page.rows["changes"][1:4]] == ["the sun shines", "it rains", "there is no peace"]
        assert "to 50 %, if the sun shines; there is no plan if there is no peace" in page.texts["changes"]
        assert page.row("missing", "Hold the port")[-1].startswith("Politics 80 %, used for other lines 20 %.")
        assert [page.row("who", name)[1] for name in ("Aland", "Bland")] == ["200 100 to 200", "100 always"]
        text = page.texts["sure"]
        assert "is 100 % if every figure is at the favourable end of its range and between 25 % and 30 % if" in text
        assert "Of the 2 nations examined, 1 sends the same number of people" in text
        assert "Not settled in the time: the causes of 1 line." in text

    def test_a_claim_is_not_stronger_than_its_proof(self) -> None:
        plan = allocator.solve(pair())
        open_plan = Plan(
            "feasible", "", plan.instance, plan.model, plan.manifest, "time_limit",
            {
                **{name: plan.rows(name) for name in ("deployments", "coverage", "nations")},
                "objectives": [
                    {**row, "bound": row["value"] / 2, "relative_gap": 0.5} for row in plan.rows("objectives")
                ],
            },
        )  # fmt: skip
        text = Page(draw_page(open_plan)).texts["answer"]
        assert "Best found" in text
        assert "covers more than 68.75 %" in text  # the bound of the gap is 31.25 %
        assert "The time limit stopped the search." in text
        assert "Proved" not in text


def test_no_plan_says_why() -> None:
    page = drawn("toy-infeasible", None, Findings(ways=("Ask less: let it go.",)))
    assert "There is no plan" in page.texts["answer"]
    assert "Ask less: let it go." in page.texts["answer"]
    assert set(page.texts) == {"header", "answer", "politics", "sure"}


def test_one_nation() -> None:
    page = drawn("toy-rotation")
    assert "alone sends" in page.texts["answer"]
    assert "Only" in page.texts["who"]


def test_nobody_sends_anything() -> None:
    page = drawn(toy(willingness=[{"nation": "AAA", "objective": "land", "willingness": 0.1}]))
    assert "Nobody sends anything: 0 % of what is asked is met" in page.texts["answer"]
    assert page.row("politics", "AAA")[1].startswith("Its willingness is 0.1")


def test_periods_have_their_tables() -> None:
    page = drawn("toy-periods")
    heads = page.rows["time"][0]
    assert len(heads) == 1 + allocator.read("toy-periods").periods
    plan = allocator.solve("toy-periods")
    people: dict[int, int] = defaultdict(int)
    for row in plan.rows("deployments"):
        people[row["period"]] += row["personnel"]
    assert page.row("time", "Together")[1:] == [f"{people[t]:,}" for t in range(1, plan.instance.periods + 1)]


def test_orders_are_listed() -> None:
    plan = allocator.solve("toy-build", "build")
    rows = Page(draw_page(plan)).rows["time"]
    assert {row[4] for row in rows if len(row) == 7} >= {str(plan.rows("orders")[0]["period"])} or plan.rows("orders")
    listed = [row for row in rows if len(row) == 7 and row[0] != "Nation"]
    assert [row[6] for row in listed] == [
        number(order["cost"])
        for order in sorted(plan.rows("orders"), key=lambda o: (o["period"], o["nation"], o["unit_type"]))
    ]


def test_every_row_of_a_bundled_force_is_on_its_page() -> None:
    """Shares, costs and people of sky-shield, recomputed from its tables."""
    plan = allocator.solve("sky-shield")
    page = Page(draw_page(plan))
    names = {row["nation"]: row["name"] for row in plan.instance.rows("nations")}
    for row in plan.rows("nations"):
        if row["personnel"]:
            assert page.row("who", names[row["nation"]])[1].split()[0] == f"{row['personnel']:,}"
        if row["cost"] > 0:
            cells = page.row("cost", names[row["nation"]])
            assert number(row["cost"] * 2, 3) in cells  # one period of six months
            assert percent(row["share"], 1).replace("\u00a0", " ") in cells
    tasks = {row["task"]: row["name"] for row in plan.instance.rows("tasks")}
    short = [row for row in plan.rows("coverage") if row["shortfall"] > 0]
    for row in short:
        cells = page.row("missing", tasks[row["task"]])
        assert cells[2:4] == [number(row["supplied"]), cells[3]]
        assert cells[3].startswith(number(row["required"]))
    assert f"{len(short)} of {len(plan.rows('coverage'))} lines" in page.texts["missing"]


def test_crimea_is_ukraine_s() -> None:
    """Simferopol lies in the outline of Ukraine: a line from it crosses that outline an odd number of times."""
    x, y = projected(44.95, 34.1)
    assert inside(outlines()["shapes"]["UKR"], x, y)
    assert not inside(outlines()["shapes"]["RUS"], x, y)


def inside(path: str, x: float, y: float) -> bool:
    """Whether a point lies in an outline."""
    crossings = 0
    for part in path.split("z")[:-1]:
        start, steps = part.removeprefix("M").split("l")
        points = [tuple(map(int, start.split(",")))]
        for step in steps.split(" "):
            dx, dy = map(int, step.split(","))
            points.append((points[-1][0] + dx, points[-1][1] + dy))
        for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                crossings += 1
    return crossings % 2 == 1


class TestShortForm:
    def test_what_it_keeps_is_what_the_page_says(self) -> None:
        """The answer and the tables of the page, less what is hidden or counted; no link leads nowhere."""
        change = Change("it rains", "--set events.peace=false", 0.5, 0.5)
        findings = Findings(before=Change("", "", 0.375, 0.375), changes=(change,))
        whole, short = drawn(pair(), findings=findings), drawn(pair(), findings=findings, short=True)
        assert list(short.texts) == ["header", "answer", "coverage", "missing", "who", "changes"]
        assert short.rows["coverage"] == whole.rows["coverage"]
        assert short.row("changes", "it rains") == whole.row("changes", "it rains")
        assert [row[:4] for row in short.rows["missing"]] == [row[:4] for row in whole.rows["missing"]]
        assert short.row("who", "Aland") == ["Aland", "200", "2 × Battalion (Hold the port)"]
        links = {attrs["href"] for tag, attrs in short.tags if tag == "a"}
        assert links == {f"#{name}" for name in short.texts if name != "header"}

    def test_what_does_not_fit_is_counted(self) -> None:
        plan = allocator.solve(many(), gap=0.5)
        short = Page(draw_page(plan, short=True))
        senders, lines = len(short.rows["who"]) - 1, len(short.rows["missing"]) - 1
        rows = sum(row["personnel"] > 0 for row in plan.rows("nations"))
        assert f"And {rows - senders} nations more, with fewer people each." in short.texts["who"]
        missed = sum(row["shortfall"] > 0 for row in plan.rows("coverage"))
        assert f"And {missed - lines} lines more that weigh less." in short.texts["missing"]
        assert "…" in short.texts["header"]

    def test_objectives_that_do_not_fit_are_counted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "more" not in drawn("reassurance-force", short=True).texts["coverage"]
        monkeypatch.setitem(LINES, "coverage", 1)
        page = drawn("reassurance-force", short=True)
        assert len(page.rows["coverage"]) == 2, "the heading and one objective"
        assert "And 3 objectives more." in page.texts["coverage"]

    def test_there_is_one_where_there_is_no_plan(self) -> None:
        assert list(drawn("toy-infeasible", short=True).texts) == ["header", "answer"]

    @pytest.mark.slow
    @pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
    def test_it_is_two_sheets_of_paper(self, tmp_path: Path) -> None:
        """Of a bundled force, and of thirty nations with long names; the whole page of the force has more."""
        force = allocator.solve("reassurance-force", gap=0.5)
        changes = tuple(Change(f"case {i} comes true", "--set a", 0.6, 0.6) for i in range(20))
        findings = Findings(before=Change("", "", 0.5, 0.5), changes=changes)
        assert sheets(draw_page(force, findings, short=True), tmp_path) == 2
        assert sheets(draw_page(allocator.solve(many(), gap=0.5), findings, short=True), tmp_path) == 2
        assert sheets(draw_page(force, findings), tmp_path) > 2


def sheets(page: str, folder: Path) -> int:
    """Sheets of paper on which Chromium prints a page."""
    (folder / "page.html").write_text(page, encoding="utf-8")
    printed = ["--headless", f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={folder / 'page.pdf'}"]
    command = [str(BROWSER), *OPTIONS, *printed, "--no-pdf-header-footer", (folder / "page.html").as_uri()]
    subprocess.run(command, capture_output=True, check=True, timeout=60)
    return len(re.findall(rb"/Type\s*/Page\b", (folder / "page.pdf").read_bytes()))
