"""Pages of sweeps, comparisons, hedges and claims say what they are made of; figures are worked out by hand."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import pytest

import allocator
from allocator.report.charts.kinds import Bars, Box, Dot, Heat, Plot, Table
from allocator.report.studies.claims import claims_study
from allocator.report.studies.comparison import comparison_study
from allocator.report.studies.hedge import hedge_study
from allocator.report.studies.spread import histogram
from allocator.report.studies.sweep import sweep_study
from allocator.report.studies.withdrawal import _possible
from allocator.sweeps.design.file import Draws, Flip, Front
from tests.report.pages import Page
from tests.report.studies import compared, figures_of, judged, kind, page_of, plain, sampled, swept
from tests.toys import toy, willing


def headings(page: Page) -> list[str]:
    """The headings of the sections."""
    found = re.findall(r"<h2>(.*?)</h2>", page.html)
    return [text.replace("\u00a0", " ") for text in found]


def cells(page: Page, section: str) -> list[list[str]]:
    """The rows of the tables of a section, without breaks."""
    return [[cell.replace("\u00a0", " ") for cell in row] for row in page.rows[section]]


def grid(*rows: dict[str, Any], inputs: tuple[str, ...] = ("forces.units",)) -> dict[str, Any]:
    """The object of a sweep over a grid whose rows are given."""
    blank: dict[str, Any] = dict.fromkeys(("coverage", "cost", "people", "members"))
    blank |= {name: [] for name in ("enters", "leaves", "met", "missed")}
    table = [{**blank, **row} for row in rows]
    open_ = sum(row["status"] == "feasible" for row in rows)
    none = sum(row["status"] == "infeasible" for row in rows)
    failed = sum(row["status"] == "no_plan" for row in rows)
    answer = {
        "kind": "grid", "title": "grid", "points": len(rows), "known": 0, "unproved": open_, "infeasible": none,
        "failed": failed, "reasons": {"the time was too short": failed} if failed else {}, "why": "",
        "result": {"inputs": list(inputs), "table": table, "sometimes": {"members": {}, "lines": {}}},
    }  # fmt: skip
    return {**sampled("lhs"), "answers": [answer], "points": [{}] * len(rows)}


def spaced_shares(plot: Plot) -> list[tuple[float, float]]:
    """The shares at the ticks of a plot's vertical axis, and their positions."""
    return [(float(text.split("\u00a0")[0]) / 100, at) for at, text in plot.y.ticks]


class TestSweeps:
    def test_one_key_is_a_curve_with_its_table(self) -> None:
        """Five battalions for 5, 10 and 20: all, a half, a quarter."""
        study = sweep_study(swept(toy(), vary=("requirements.quantity=5,10,20",)))
        page, pictures = page_of(study), figures_of(study)
        assert (
            study.heading == "Quantity of all requirements from 5 to 20: coverage goes from 100.0\u00a0% to 25.0\u00a0%"
        )
        assert [row[:3] for row in cells(page, "section-1")[1:]] == [
            ["5", "100.0 %", "30"], ["10", "50.0 %", "30"], ["20", "25.0 %", "30"],
        ]  # fmt: skip
        curve = pictures["coverage-curve"]
        assert isinstance(curve, Plot)
        dots = [shape for shape in curve.shapes if isinstance(shape, Dot)]
        assert [(dot.kind, round(dot.x, 3)) for dot in dots] == [("more", 0.0), ("more", 0.333), ("more", 1.0)]
        assert dots[0].y > dots[1].y > dots[2].y
        assert study.badge == "All proved"

    def test_two_keys_are_a_heat_map(self) -> None:
        study = sweep_study(swept(toy(), vary=("requirements.quantity=5,10", "forces.units=1,2,5")))
        heat = figures_of(study)["coverage-map"]
        assert isinstance(heat, Heat)
        assert heat.columns == ("5", "10")
        assert [(label, [cell.text for cell in row]) for label, row in heat.rows] == [
            ("1", ["20.0\u00a0%", "10.0\u00a0%"]), ("2", ["40.0\u00a0%", "20.0\u00a0%"]),
            ("5", ["100.0\u00a0%", "50.0\u00a0%"]),
        ]  # fmt: skip
        assert [cell.step for _, row in heat.rows for cell in row] == [1, 1, 2, 1, 5, 3]

    def test_open_failed_and_infeasible_points_are_marked(self) -> None:
        found = {"coverage": 0.5, "cost": 3.0, "people": 5.0, "members": 1}
        content = grid(
            {"forces.units": 1, "status": "optimal", "proved": True, **found},
            {"forces.units": 2, "status": "feasible", "proved": False, **found},
            {"forces.units": 3, "status": "infeasible", "proved": True},
            {"forces.units": 4, "status": "no_plan", "proved": False},
        )
        study = sweep_study(content)
        page = page_of(study)
        assert [row[1] for row in cells(page, "section-1")[1:]] == ["50.0 %", "~50.0 %", "infeasible", "no answer"]
        curve = figures_of(study)["coverage-curve"]
        assert [shape.kind for shape in curve.shapes if isinstance(shape, Dot)] == ["more", "open", "cross", "cross"]
        assert (study.badge, headings(page)[-2]) == ("Not all proved", "50 % of the points are proved")
        assert "1 point ended before the requested gap was proved" in page.texts["answer"]
        assert "1 point: the time was too short" in page.texts["section-2"]
        assert page.html.count('class="cross"') >= 4

    def test_a_key_that_is_yes_or_no_has_a_bar_for_each(self) -> None:
        found = {"status": "optimal", "proved": True, "cost": 0.0, "people": 0.0, "members": 0}
        rows = [{"events.peace": happens, "coverage": share, **found} for happens, share in ((True, 0.9), (False, 0.2))]
        study = sweep_study(grid(*rows, inputs=("events.peace",)))
        bars = figures_of(study)["coverage"]
        assert [(row.label, row.pieces[0].end) for row in bars.rows] == [("yes", 0.9), ("no", 0.2)]
        assert study.heading == "Coverage is 90.0\u00a0% with yes, and least with no: 20.0\u00a0%"

    def test_nothing_that_is_known_is_a_page_too(self) -> None:
        content = {**sampled("lhs"), "answers": [], "points": [], "interrupted": True}
        assert sweep_study(content).heading == "Nothing was solved"
        (answer,) = sampled("lhs")["answers"]
        blank = {**answer, "points": 0, "result": None, "why": "no point was solved"}
        study = sweep_study({**content, "answers": [blank]})
        assert study.badge == "Not all proved"
        assert "no point was solved" in page_of(study).texts["answer"]

    def test_an_interrupted_sweep_says_so(self) -> None:
        content = grid({"forces.units": 1, "status": "optimal", "proved": True, "coverage": 1.0, "cost": 0.0})
        study = sweep_study({**content, "interrupted": True})
        assert study.badge == "Not all proved"
        assert "was interrupted" in study.proof
        assert study.sections[-1].heading == "Interrupted; 100\u00a0% of the points that are done are proved"

    def test_a_tornado_has_a_bar_for_each_end(self) -> None:
        """Two of four battalions at the low end; seven are no better than four."""
        forces = [{"nation": "AAA", "unit_type": "bn", "units": 4, "units_low": 2, "units_high": 7}]
        study = sweep_study(swept(toy(forces=forces), one_at_a_time=True))
        tornado = figures_of(study)["tornado-coverage"]
        assert isinstance(tornado, Bars)
        (row,) = tornado.rows
        assert row.cells == ("−50.0\u00a0points", "no change shown")
        assert [(piece.kind, piece.start, piece.end) for piece in row.pieces] == [("same", 0.0, 0.5)]
        assert study.heading == "Coverage depends most on battalions of AAA: −50.0\u00a0points at its low end"

    def test_a_threshold_is_a_line_with_what_was_tried(self) -> None:
        """Coverage is five over the quantity: a half at ten."""
        flip = Flip("coverage>=0.5", "requirements.quantity=2:18", 4)
        study = sweep_study(swept(toy(), threshold=(flip,)))
        (row,) = figures_of(study)["thresholds"].rows
        assert row.cells[:2] == ("10", "14")
        assert [(piece.kind, piece.start, piece.end) for piece in row.pieces] == [
            ("more", 0.0, 0.5), ("hole", 0.5, 0.75), ("same", 0.75, 1.0),
        ]  # fmt: skip
        assert study.heading == "Coverage at least 50\u00a0% holds at quantity of all requirements 10 and fails at 14"

    def test_a_front_has_its_dominated_region(self) -> None:
        """Each battalion costs 6 and meets a quarter: five points, and steps between them."""
        study = sweep_study(swept(toy(), pareto=Front(("gap", "cost"), 5)))
        plot = figures_of(study)["front-gap-cost"]
        assert isinstance(plot, Plot)
        boxes = [shape for shape in plot.shapes if isinstance(shape, Box)]
        dots = [shape for shape in plot.shapes if isinstance(shape, Dot) and shape.kind == "more"]
        assert len(boxes) == len(dots) == 5
        for dot, box in zip(dots, boxes, strict=True):  # each region begins at its point, up and to the right
            assert (box.x, box.y) == (dot.x, dot.y)
        for _, *row in plot.table.rows:
            assert row[0] in ("0", "6", "12", "18", "24")
        assert "goes from 100.0\u00a0% to 0.0\u00a0%" in study.heading

    def test_a_front_over_three_shows_each_pair_and_says_what_it_leaves_out(self) -> None:
        study = sweep_study(swept(toy(), pareto=Front(("gap", "cost", "burden"), 2)))
        plots = [plot for plot in study.pictures() if isinstance(plot, Plot)]
        assert [plot.name for plot in plots] == ["front-gap-cost", "front-gap-burden", "front-cost-burden"]
        assert [plot.title.partition(" (")[2] for plot in plots] == [
            "not shown: heaviest burden)", "not shown: cost over the horizon)", "not shown: unmet share)",
        ]  # fmt: skip
        assert not any(isinstance(shape, Box) for plot in plots for shape in plot.shapes)
        assert plots[0].table.columns[:3] == (
            "Unmet share",
            "Cost over the horizon, million",
            "Heaviest burden, ‰ of GDP a year",
        )

    def test_withdrawal_has_its_value_at_risk_and_who_matters(self) -> None:
        """One of two nations stays with a probability of a half: coverage is a half or all."""
        forces = [{"nation": nation, "unit_type": "bn", "units": 2} for nation in ("AAA", "BBB")]
        nations = [{"nation": "AAA", "name": "Aland"}, {"nation": "BBB", "name": "Bland"}]
        instance = toy(nations=nations, forces=forces, willingness=[*willing("AAA", at=0.5), *willing("BBB")])
        content = swept(instance, politics=Draws(40, 0, ("coverage>=0.9",)))
        study = sweep_study(content)
        pictures = figures_of(study)
        (row,) = pictures["who-matters"].rows
        assert (row.label, row.cells[0], row.cells[3:5]) == (
            "Aland",
            "50.0\u00a0points",
            ("50.0\u00a0%", "100.0\u00a0%"),
        )
        texts = [shape.text for shape in pictures["withdrawal-spread"].shapes if isinstance(shape, Dot)]
        assert texts == ["mean", "value at risk, 5 %"]
        assert study.heading.startswith("Coverage at least 90\u00a0%: in ")
        assert row.cells[5] not in ("–", "0\u00a0%")
        for entry in content["answers"][0]["result"]["nations"]:
            entry["member"] = None  # as of a fleet that nations have in common
        shared = sweep_study(content)
        assert figures_of(shared)["who-matters"].rows[0].cells[5] == "–"
        assert "A fleet that nations have in common is not counted" in page_of(shared).html

    def test_a_sample_shows_its_spread_and_what_it_depends_on(self) -> None:
        """Two of four points cover a half, one three quarters, one all."""
        for method, first in (("morris", "60.0 points"), ("sobol", "70\u00a0%"), ("lhs", "0.9")):
            study = sweep_study(sampled(method))
            pictures = figures_of(study)
            boxes = [shape for shape in pictures["spread"].shapes if isinstance(shape, Box)]
            top = max(value for value, _ in spaced_shares(pictures["spread"]))
            assert [round(box.height * top, 6) for box in boxes] == [0.5, 0.25, 0.25]
            row = pictures[f"{method}-coverage"].rows[0]
            assert (row.label, row.cells[0]) == ("Units of AAA", first)
            assert "depends most on units of AAA: " in next(s.heading for s in study.sections[1:])
        plane = figures_of(sweep_study(sampled("morris")))["morris-plane-coverage"]
        assert isinstance(plane, Plot)
        assert [shape.text for shape in plane.shapes if isinstance(shape, Dot)] == ["1", "2"]
        assert plane.key[:2] == (("1", "Units of AAA"), ("2", "Quantity of all requirements"))
        (bar, *_) = figures_of(sweep_study(sampled("sobol")))["sobol-coverage"].rows
        assert [(piece.kind, piece.end) for piece in bar.pieces] == [("same", 0.7), ("more", 0.5)]
        assert bar.span == pytest.approx((0.6, 0.8))

    @pytest.mark.parametrize(
        ("method", "wider"),
        [("morris", {"mu_star_conf": 0.6}), ("sobol", {"total_conf": 19.5}), ("lhs", {"low": -0.1})],
    )
    def test_a_sample_that_is_too_small_claims_nothing(self, method: str, wider: dict[str, float]) -> None:
        """The interval of the strongest figure meets zero."""
        content = deepcopy(sampled(method))
        content["answers"][0]["result"]["indices"][0].update(wider)
        study = sweep_study(content)
        heading = next(section.heading for section in study.sections if section.link == "Coverage depends on")
        assert heading.startswith("The sample is too small to show what coverage depends on; the largest estimate is ")
        assert "over 100 %" in heading or method != "sobol"

    def test_every_kind_has_a_finding_for_each_heading(self) -> None:
        for name in ("effects", "sources", "map"):
            study = sweep_study(kind(name))
            assert all(
                section.heading and section.heading[:1] == section.heading[:1].upper() for section in study.sections
            )
            assert study.pictures()


def test_a_histogram_and_intervals_end_at_the_whole() -> None:
    """All draws cover all: the column is 100 % high, and there is no tick above it."""
    table = Table(("", "mean"), ())
    plot = histogram("spread", "draws", [(1.0, 1.0)], [(1.0, "mean")], table)
    assert max(value for value, _ in spaced_shares(plot)) == 1.0
    assert [_possible(share) for share in (-0.1, 0.5, 1.24)] == ["0.0\u00a0%", "50.0\u00a0%", "100.0\u00a0%"]


def test_cases_side_by_side() -> None:
    """Four nations with two battalions each for eight, then with one each, then an impossible floor."""
    study = comparison_study(compared())
    coverage = figures_of(study)["coverage"]
    assert [row.group for row in coverage.rows] == ["<script>alert(1)</script>"] * 3  # the objective, said once
    assert [(row.label, row.cells[0]) for row in coverage.rows][:2] == [
        ("toy as it is", "100.0\u00a0%"),
        ("Units of all forces 1", "50.0\u00a0%"),
    ]
    assert coverage.rows[2].cells == ("no plan",)
    assert study.badge == "All proved"
    page = page_of(study)
    assert "infeasible: proved that there is no plan" in page.texts["run"]
    assert page.html.count('<tr class="group">') == 1  # the objective; its people are all people
    assert "gap 0.0001; threads 1; seed 0" in page.texts["run"]
    assert "pyomo" in page.texts["run"]
    assert study.heading == "“toy as it is” covers most, 100.0\u00a0%; “Units of all forces 1” least, 50.0\u00a0%"
    assert "typed as forces.units=1" in page.texts["run"]


def test_two_saved_results_side_by_side(tmp_path: Any) -> None:
    for name, overrides in (("four", []), ("two", ["forces.units=4"])):
        allocator.solve("toy-rotation", overrides=overrides).write(tmp_path / name)
    found = allocator.compare_results(tmp_path / "four", tmp_path / "two")
    study = comparison_study(plain(found.to_dict()))
    assert any(section.link == "Free" for section in study.sections)
    assert "In any two equally good plans these nations send different units: Alpha." in page_of(study).html
    changes = next(section for section in study.sections if "against" in section.heading)
    assert "1\u00a0line met less and 1\u00a0nation sends other units" in changes.heading


def test_cases_without_a_common_objective() -> None:
    """What a case does not ask for is not called a missing plan."""
    content = deepcopy(compared())
    for row in content["cases"][1]["figures"]:
        row["key"] = "other" if row["section"] == "coverage" else row["key"]
    study = comparison_study(content)
    section = next(section for section in study.sections if section.link == "Coverage")
    assert section.heading == "No two cases ask for the same objective"
    assert [row.cells[0] for row in figures_of(study)["coverage"].rows[:3]] == ["100.0\u00a0%", "not asked", "no plan"]


def test_here_and_now_against_each_future() -> None:
    """The page of docs/how-to/withdrawal.md: a patrol boat more, and what planning is worth."""
    model = allocator.load_model("reference")
    found = allocator.hedge("toy-caveats", model, evaluate=20, replications=2, overrides=["model.willingness_floor=0"])
    study = hedge_study(plain(found.to_dict()))
    pictures = figures_of(study)
    assert (
        study.heading == "Coverage is expected to be 88.5\u00a0%, and 68.3\u00a0% in the worst 10\u00a0% of the futures"
    )
    assert [row.cells[0] for row in pictures["commitments"].rows][:2] == ["1", "2"]
    assert pictures["value-of-hedging"].rows[0].cells[0] == f"{100 * (found.vss or 0):.1f}\u00a0points"
    assert [row.cells[0] for row in pictures["futures"].rows] == [
        "54.0\u00a0%", "36.0\u00a0%", "6.0\u00a0%", "4.0\u00a0%",
    ]  # fmt: skip
    heat = pictures["here-and-now"]
    assert heat.columns[:2] == ("committed", "Charlie (54\u00a0%)")
    assert {cell.text for _, row in heat.rows for cell in row} == {"1", "2", "–"}


def test_a_hedge_without_a_plan_says_why() -> None:
    found = allocator.hedge("toy-infeasible", replications=2, evaluate=2)
    study = hedge_study(plain(found.to_dict()))
    assert study.badge == "No plan"
    assert page_of(study).texts["answer"].startswith("\nThere is no plan.")


def test_claims_stand_under_their_verdict() -> None:
    rows = [
        judged(claim="It holds", doubts={"half": 0.55}),
        judged(claim="It fails", verdict="does not hold", figure=0.25, margin=-0.5),
        judged(claim="Who knows", verdict="not decidable on these data", depends_on=["half"], doubts={"half": 0.4}),
        judged(claim="No time", verdict="not proved in the time", figure=None, margin=None),
    ]
    study = claims_study({"claims": rows, "interrupted": False})
    page = page_of(study)
    assert study.badge == "Not all proved"
    assert [tile[1] for tile in study.tiles] == ["1", "1", "1", "1"]
    assert [section.link for section in study.sections] == ["Holds", "Does not hold", "Not decidable", "Not proved"]
    assert cells(page, "section-1")[1][2:] == ["0.6", "at least 0.5", "+20 %", "none of those tried"]
    assert cells(page, "section-3")[1][-1] == "half"
    assert cells(page, "section-4")[1][2] == "no plan"
    bar = figures_of(study)["claims-does-not-hold"].rows[0]
    figure = next(piece for piece in bar.pieces if piece.kind == "more")
    band = next(piece for piece in bar.pieces if piece.kind == "band")
    assert figure.end < band.start == bar.marks[0]
    assert claims_study({"claims": [], "interrupted": True}).badge == "Not all proved"
