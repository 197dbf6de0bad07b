"""Charts of a plan for notebooks, as Altair charts: ``plan.chart.coverage()`` and others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from allocator.errors import BadUsage
from allocator.plan.measures import coverage_by_period, coverage_of, statement
from allocator.plan.plan import Plan
from allocator.plan.spending import flows
from allocator.report.text.brief_tables import WHY, Missing, Nations, amount
from allocator.report.text.periods import month
from allocator.report.text.words import percent, yearly

if TYPE_CHECKING:
    import altair as alt

BLUE, ORANGE, GREY = "#4477AA", "#CC6633", "#BBBBBB"
"""Colours that all readers tell apart: what is there, what is missing or changes, what is left."""

WIDTH, STEP = 420, 22
"""Width of a chart, and height of a row, in pixels."""


def library() -> Any:
    """Altair.

    Raises
    ------
    BadUsage
        It is not installed.
    """
    try:
        import altair
    except ImportError:
        raise BadUsage('charts need Altair, which is not installed; in the clone: pip install ".[charts]"') from None
    return altair


def base(rows: Iterable[Mapping[str, Any]], title: str, **size: Any) -> alt.Chart:
    """A chart of rows of plain values, on white paper, so that it is readable in a dark notebook too."""
    chart: Any = bare(rows).properties(title=title, background="white")
    return chart.properties(**({"width": WIDTH, "height": library().Step(STEP)} | size))


def bare(rows: Iterable[Mapping[str, Any]]) -> alt.Chart:
    """A chart of rows of plain values, for :func:`layers`."""
    chart: Any = library().Chart(library().Data(values=[dict(row) for row in rows]))
    return chart


def layers(title: str, *charts: alt.Chart, **size: Any) -> Any:
    """Charts on top of each other, as :func:`base` draws one."""
    size = {"width": WIDTH, "height": library().Step(STEP)} | size
    return library().layer(*charts).properties(title=title, background="white", **size)


def by_name(title: str, rows: Iterable[Mapping[str, Any]]) -> Any:
    """Rows by their names, in the order that they have."""
    names = list(dict.fromkeys(row["name"] for row in rows))
    return library().Y("name:N", sort=names, title=title, axis=library().Axis(labelLimit=260))


class PlanCharts:
    """Charts of a plan; each method returns an Altair chart.

    Parameters
    ----------
    plan : Plan
        A plan that was found.

    Raises
    ------
    BadUsage
        There is no plan, or Altair is not installed.
    """

    def __init__(self, plan: Plan) -> None:
        if not plan.found:
            raise BadUsage(f"there is no plan to draw; its status is {plan.status}")
        library()
        self.plan = plan
        self.money = f"{plan.instance.currency} million".strip()

    def coverage(self) -> Any:
        """Share of what is asked that is met, by objective."""
        alt = library()
        names = {row["objective"]: row["name"] for row in self.plan.instance.rows("objectives")}
        rows = [
            {"name": names[objective], "share": share, "text": percent(share)}
            for objective, share in coverage_of(statement(self.plan)).items()
        ]
        x = alt.X("share:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"), title="covered")
        chart = bare(rows).encode(y=by_name("", rows), x=x, tooltip=["name:N", "text:N"])
        return _labelled(chart, "Coverage by objective", BLUE)

    def people(self) -> Any:
        """People by nation, most at once."""
        rows = [
            {"name": self._nation(row), "value": row["personnel"], "text": f"{row['personnel']:,}"}
            for row in Nations(self.plan).rows
            if row["personnel"]
        ]
        several = ", most at once" if self.plan.instance.periods > 1 else ""
        return _bars(rows, f"People by nation{several}", "people", ORANGE)

    def cost(self) -> Any:
        """Own cost a year by nation, in millions, with the burden in per mille of GDP in the tooltip."""
        rows = [
            {
                "name": self._nation(row), "value": yearly(self.plan, row["cost"]),
                "text": f"{yearly(self.plan, row['cost']):,.0f}", "burden": row["burden"],
            }
            for row in sorted(self.plan.rows("nations"), key=lambda row: -row["cost"])
            if row["cost"] > 0
        ]  # fmt: skip
        return _bars(rows, "Own cost by nation", f"{self.money} a year", BLUE, "burden:Q")

    def missing(self) -> alt.Chart:
        """Lines that are not met: what is there and what is missing, as shares, with the cause that facts prove."""
        alt = library()
        found, rows = Missing(self.plan), []
        for line in (line for lines in found.apart.rows for line in lines):
            capability, why = found.names[line["capability"]], line["why"].cause
            cause = f"lacks {found.names[line['why'].enabler]['name']}" if why == "enabler" else WHY.get(why, "")
            name = f"{capability['name']}, {found.tasks[line['task']]}"
            if len(line["supplies"]) < self.plan.instance.periods:
                name += f", from period {line['first_period']}"
            about = {"name": name, "asked": amount(line["required"], capability["unit"]), "why": cause}
            parts = (("there", 1 - line["missed"]), ("missing", line["missed"]))
            rows += [{**about, "part": part, "order": at, "share": share} for at, (part, share) in enumerate(parts)]
        colour = alt.Color(
            "part:N", title="", scale=alt.Scale(domain=["there", "missing"], range=[BLUE, ORANGE])
        )  # fmt: skip
        x = alt.X("share:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"), title="of what is asked")
        chart: Any = base(rows, "What is missing").mark_bar()
        return chart.encode(
            y=by_name("", rows), x=x, color=colour, order="order:Q",
            tooltip=["name:N", "part:N", alt.Tooltip("share:Q", format=".1%"), "asked:N", "why:N"],
        )  # fmt: skip

    def periods(self) -> alt.Chart:
        """Coverage of each objective from period to period."""
        alt = library()
        names = {row["objective"]: row["name"] for row in self.plan.instance.rows("objectives")}
        rows = [
            {"name": names[objective], "period": t, "month": month(self.plan.instance, t), "share": share}
            for objective, shares in coverage_by_period(statement(self.plan)).items()
            for t, share in shares.items()
        ]
        y = alt.Y("share:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"), title="covered")
        chart: Any = base(rows, "Coverage by period", height=220).mark_line(point=True, interpolate="step-after")
        return chart.encode(
            x=alt.X("period:O", axis=alt.Axis(labelAngle=0)), y=y, color=alt.Color("name:N", title=""),
            strokeDash=alt.StrokeDash("name:N", title=""),
            tooltip=["name:N", "period:O", "month:N", alt.Tooltip("share:Q", format=".1%")],
        )  # fmt: skip

    def rota(self) -> alt.Chart:
        """People of each nation in each period."""
        alt = library()
        people: dict[tuple[str, int], int] = defaultdict(int)
        for row in self.plan.rows("deployments"):
            people[row["nation"], row["period"]] += row["personnel"]
        order = [row["nation"] for row in Nations(self.plan).rows]
        rows = [
            {"name": self._nation({"nation": nation}), "period": t, "people": people[nation, t]}
            for nation in order
            for t in range(1, self.plan.instance.periods + 1)
            if people.get((nation, t))
        ]
        chart: Any = base(rows, "Who is there when").mark_rect()
        return chart.encode(
            x=alt.X("period:O", axis=alt.Axis(labelAngle=0)), y=by_name("", rows),
            color=alt.Color("people:Q", scale=alt.Scale(scheme="blues", domainMin=0)),
            tooltip=["name:N", "period:O", alt.Tooltip("people:Q", format=",")],
        )  # fmt: skip

    def spending(self) -> alt.Chart:
        """What nations and the common fund pay in each period, for operations and for orders, in millions."""
        alt = library()
        rows = [
            {"name": f"{who}, {what}", "period": t, "value": value}
            for (who, what), flow in flows(self.plan).paid.items()
            for t, value in flow.items()
        ]
        chart: Any = base(rows, "Money by period", height=220).mark_bar()
        return chart.encode(
            x=alt.X("period:O", axis=alt.Axis(labelAngle=0)), y=alt.Y("value:Q", title=self.money),
            color=alt.Color("name:N", title="", scale=alt.Scale(range=[BLUE, ORANGE, "#88CCEE", "#DDCC77"])),
            tooltip=["name:N", "period:O", alt.Tooltip("value:Q", format=",.1f")],
        )  # fmt: skip

    def _nation(self, row: Mapping[str, Any]) -> str:
        names = {each["nation"]: str(each["name"]) for each in self.plan.instance.rows("nations")}
        return names[row["nation"]]


def _bars(rows: list[dict[str, Any]], title: str, unit: str, colour: str, *more: str) -> Any:
    """Bars with their figures beside them."""
    x = library().X("value:Q", title=unit, axis=library().Axis(format=",.0f", tickMinStep=1))
    chart = bare(rows).encode(y=by_name("", rows), x=x, tooltip=["name:N", "text:N", *more])
    return _labelled(chart, title, colour)


def _labelled(chart: Any, title: str, colour: str) -> Any:
    text = chart.mark_text(align="left", dx=4, color="#333333").encode(text="text:N")
    return layers(title, chart.mark_bar(color=colour), text)
