"""Results in a notebook: short HTML in which every name is escaped, and charts that are valid and true."""

from __future__ import annotations

import builtins
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

import allocator
from allocator import BadUsage, Design, Model, Plan
from allocator.report.notebook.charts import PlanCharts
from allocator.report.notebook.sweep_charts import SweepCharts
from allocator.sweeps.design.file import Front
from allocator.sweeps.result import Sweep
from tests.report.pages import pair

EVIL = "<script>alert(1)</script>"


class Seen(HTMLParser):
    """The tags and the visible text of some HTML, which must be closed in their order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._open.append(tag)
        for name, value in attrs:
            assert name in ("style", "cellpadding", "tabindex")
            assert "color" not in (value or "")  # the notebook's own colours, light or dark

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data.replace("\u00a0", " ") + " "


def seen(result: Any) -> Seen:
    html = result._repr_html_()
    assert len(html) < 20_000
    found = Seen(html)
    assert set(found.tags) <= {"div", "p", "b", "pre", "table", "thead", "tbody", "tr", "th", "td"}
    return found


@pytest.fixture(scope="module")
def build() -> Plan:
    return allocator.solve("toy-build")


@pytest.fixture(scope="module")
def grid() -> Iterator[Sweep]:
    keys = ("forces[nation=AAA].units=0:16:3", "requirements.quantity=2,4")
    design = Design(vary=keys, pareto=Front(("gap", "cost"), steps=3))
    with allocator.sweep("toy-rotation", design, workers=0) as sweep:
        yield sweep


class TestHtml:
    def test_of_an_instance_and_a_model(self) -> None:
        text = seen(allocator.read("toy-rotation")).text
        assert "Relief: how much of a pool can stay deployed for ever" in text
        assert "Peace on land 1 Hold the port" in text
        text = seen(Model(max_burden=0.002, limits={"cost": 3000.0}, tolerance=0.01)).text
        for words in ("gap, risk, cost, burden", "0.20 % of GDP a year", "cost at most 3,000", "give up 1.00 %"):
            assert words in text

    def test_of_a_plan(self, build: Plan) -> None:
        """What toy-build's page derives by hand: 54.2 % on average, five batteries ordered."""
        found = seen(build)
        assert "meet 54.2 % of what is asked on average" in found.text
        assert "Alpha 360 122 2.02 Shield the capital" in found.text
        assert "Air-defence battery 5 2 1–2 3–4 470" in found.text
        assert found.tags.count("table") == 4
        none = seen(allocator.solve("toy-infeasible"))
        assert "at least 3 of 4 battalions" in none.text
        assert "table" not in none.tags

    def test_of_a_sweep_with_a_drawing(self, grid: Sweep) -> None:
        found = seen(grid)
        assert "grid of 6 points over 2 keys" in found.text
        assert "front of gap and cost" in found.text
        assert found.tags.count("pre") == 1

    def test_of_an_explanation_and_a_hedge(self) -> None:
        assert "Of the 50 points missing" in seen(allocator.explain("toy-rotation").answer("gap")).text
        assert "commit now, adapt after some withdraw" in seen(allocator.hedge("toy-pledges")).text

    def test_of_a_comparison(self) -> None:
        """A column for each case, and what changes: half of the pool covers half as much."""
        text = seen(allocator.compare(allocator.cases(["toy-rotation"], ["forces.units*=0.5"]))).text
        assert "unmet share 50.0 % 75.0 %" in text
        assert "units of all forces × 0.5" in text

    def test_a_closed_sweep_says_so(self) -> None:
        sweep = allocator.sweep("toy-rotation", Design(vary=("requirements.quantity=2",)), workers=0)
        sweep.close()
        assert "this sweep is closed" in seen(sweep).text
        with pytest.raises(BadUsage, match="closed"):
            _ = sweep.chart

    def test_names_are_texts(self) -> None:
        names = [{"nation": n, "name": EVIL, "gdp": 1000.0} for n in ("AAA", "BBB", "CCC")]
        instance = pair(nations=names, objectives=[{"objective": o, "name": EVIL} for o in ("land", "sky")])
        for result in (instance, allocator.solve(instance)):
            found = seen(result)
            assert "script" not in found.tags
            assert EVIL in found.text

    def test_nothing_is_loaded_before_it_is_shown(self) -> None:
        code = (
            "import sys, allocator; allocator.Plan; allocator.Model; "
            "print([m for m in sys.modules if m.startswith(('altair', 'rich', 'allocator.report'))])"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"


def values(chart: Any) -> list[dict[str, Any]]:
    """The rows of a chart, which must be valid Vega-Lite."""
    drawn = chart.to_dict()  # validates against the schema
    assert drawn["background"] == "white"
    inner = drawn.get("layer", [drawn])[0]
    found: list[dict[str, Any]] = (inner.get("data") or drawn["data"])["values"]
    return found


class TestCharts:
    def test_of_a_plan(self, build: Plan) -> None:
        """The figures are those of the tables, which toy-build's page derives by hand."""
        chart = build.chart
        assert [(row["name"], row["text"]) for row in values(chart.coverage())] == [("Safe skies", "54.2 %")]
        assert [(row["name"], row["value"]) for row in values(chart.people())] == [("Alpha", 360), ("Bravo", 180)]
        assert [row["text"] for row in values(chart.cost())] == ["122", "74"]
        missing = values(chart.missing())
        assert [row["part"] for row in missing] == ["there", "missing"]
        assert sum(row["share"] for row in missing) == pytest.approx(1)
        assert missing[0]["why"] == "too few anywhere"
        assert [round(row["share"], 3) for row in values(chart.periods())] == [0.167, 0.167, 0.833, 1.0]
        assert {(row["name"], row["period"]): row["people"] for row in values(chart.rota())} == {
            ("Alpha", 1): 90, ("Alpha", 2): 90, ("Alpha", 3): 270, ("Alpha", 4): 360,
            ("Bravo", 3): 180, ("Bravo", 4): 180,
        }  # fmt: skip
        spent: dict[int, float] = {}
        for row in values(chart.spending()):
            spent[row["period"]] = spent.get(row["period"], 0.0) + row["value"]
        assert spent == pytest.approx({1: 84, 2: 214, 3: 310, 4: 174})

    def test_of_a_sweep(self, grid: Sweep) -> None:
        cells = {(row["down"], row["across"]): row["value"] for row in values(grid.chart.heat_map())}
        assert cells == {(0, 2): 0.0, (0, 4): 0.0, (8, 2): 1.0, (8, 4): 0.5, (16, 2): 1.0, (16, 4): 1.0}
        assert {row["value"] for row in values(grid.chart.heat_map("cost"))} == {0.0, 64.0, 128.0}
        front = [(row["up"], row["across"]) for row in values(grid.chart.front())]
        assert (0.5, 64.0) in front
        with pytest.raises(BadUsage, match=r"needs a grid over one key; the sweep has: grid of 6 points"):
            grid.chart.curve()
        with pytest.raises(BadUsage, match="output"):
            grid.chart.heat_map("risk")

    def test_a_curve_over_numbers_and_over_coalitions(self) -> None:
        for design, kind in (
            (Design(vary=("requirements.quantity=2,4",)), "line"),
            (Design(coalitions=("all", "-AAA+AAA")), "bar"),
        ):
            with allocator.sweep("toy-rotation", design, workers=0) as sweep:
                chart: Any = sweep.chart.curve()
                assert len(values(chart)) == 2
                assert chart.to_dict()["mark"]["type"] == kind

    def test_a_tornado(self) -> None:
        with allocator.sweep("sky-shield", Design(one_at_a_time=("willingness.willingness",)), workers=0) as sweep:
            rows = values(sweep.chart.tornado(most=2))
            assert [(row["name"], row["end"], round(row["change"])) for row in rows] == [
                ("willingness[FRA, safe_skies]", "low", -69),
                ("willingness[GRC, safe_skies]", "high", 2),
            ]

    def test_without_a_plan_and_without_altair(self, monkeypatch: pytest.MonkeyPatch, build: Plan, grid: Sweep) -> None:
        with pytest.raises(BadUsage, match="its status is infeasible"):
            _ = allocator.solve("toy-infeasible").chart
        real = builtins.__import__

        def without(name: str, *rest: Any) -> Any:
            if name == "altair":
                raise ImportError(name)
            return real(name, *rest)

        monkeypatch.setattr(builtins, "__import__", without)
        monkeypatch.delitem(sys.modules, "altair", raising=False)
        for make, of in ((PlanCharts, build), (SweepCharts, grid)):
            with pytest.raises(BadUsage, match=r'pip install "\.\[charts\]"'):
                make(of)  # type: ignore[arg-type]
