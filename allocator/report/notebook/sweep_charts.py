"""Charts of a sweep for notebooks, as Altair charts: ``sweep.chart.tornado()`` and others."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from allocator.arguments import one_of, whole
from allocator.errors import BadUsage
from allocator.report.notebook.charts import BLUE, ORANGE, bare, base, by_name, layers, library
from allocator.report.text.points import short_key, value_text
from allocator.report.text.words import SHARES, money_unit, objective_heading
from allocator.sweeps.findings import OUTPUTS, answer
from allocator.sweeps.result import Sweep

if TYPE_CHECKING:
    import altair as alt

MOST = 15
"""Bars of a tornado by default."""


class SweepCharts:
    """Charts of a sweep; each method draws the first part of the sweep that it fits, as an ``altair.Chart``.

    Parameters
    ----------
    sweep : Sweep
        A sweep that is not closed.

    Raises
    ------
    BadUsage
        The sweep is closed, or Altair is not installed.
    """

    def __init__(self, sweep: Sweep) -> None:
        library()
        if sweep.closed:
            raise BadUsage("this sweep is closed; draw it inside its with block")
        self.sweep = sweep
        self.titles = {"coverage": "coverage", "cost": f"cost, {sweep.instance.currency} million".replace(",  ", ", ")}

    def tornado(self, output: str = "coverage", *, most: int = MOST) -> alt.Chart:
        """The figures, or sources, that change an output most, each at both ends.

        Parameters
        ----------
        output : str
            ``coverage`` (in points) or ``cost`` (in millions).
        most : int
            Number of figures that are drawn.

        Raises
        ------
        BadUsage
            The sweep has no such part, or an argument is wrong.
        """
        alt = library()
        one_of("output", output, OUTPUTS)
        found = self._part("a tornado (--one-at-a-time)", lambda each: each["kind"] in ("one-at-a-time", "by-source"))
        kind = "figure" if "figures" in found else "source"
        ends = ("low", "high") if kind == "figure" else ("adverse", "favourable")
        scale = 100.0 if output == "coverage" else 1.0
        rows = []
        for entry in found[f"{kind}s"]:
            for end in ends:
                here = entry.get(end)
                if here is not None and here["sure"] and here["sure"][output]:
                    name = short_key(entry[kind])
                    value = value_text(here["value"]) if "value" in here else ""
                    rows.append({"name": name, "end": end, "change": scale * here["change"][output], "value": value})
        largest: dict[str, float] = {}
        for row in rows:
            largest[row["name"]] = max(largest.get(row["name"], 0.0), abs(row["change"]))
        kept = sorted(largest, key=lambda name: -largest[name])[: whole("most", most, least=1)]
        rows = sorted((row for row in rows if row["name"] in kept), key=lambda row: kept.index(row["name"]))
        unit = "points of coverage" if output == "coverage" else self.titles["cost"]
        chart: Any = base(rows, f"What changes {output}: one {kind} at a time").mark_bar(opacity=0.85)
        return chart.encode(
            y=by_name(kind, rows), x=alt.X("change:Q", title=f"change against the base, {unit}", stack=None),
            color=alt.Color("end:N", title="at its end", scale=alt.Scale(domain=list(ends), range=[ORANGE, BLUE])),
            tooltip=["name:N", "end:N", "value:N", alt.Tooltip("change:Q", format="+,.2f")],
        )  # fmt: skip

    def curve(self, output: str = "coverage") -> alt.Chart:
        """An output over the one key, or the coalitions, that a grid varies.

        Raises
        ------
        BadUsage
            The sweep has no grid over one key, or the output is neither ``coverage`` nor ``cost``.
        """
        alt = library()
        one_of("output", output, OUTPUTS)
        found = self._part("a grid over one key", lambda each: _is_grid(each, 1))
        (name,) = found["inputs"]
        rows = _points(found["table"], output, at=name)
        numbers = all(isinstance(row["at"], int | float) and not isinstance(row["at"], bool) for row in rows)
        x = alt.X(
            "at:Q" if numbers else "at:N",
            title=name,
            sort=None,
            scale=alt.Scale(zero=False) if numbers else alt.Undefined,
        )
        chart = base(rows, f"{output.capitalize()} over {name}", height=240)
        drawn: Any = chart.mark_line(point=True, color=BLUE) if numbers else chart.mark_bar(color=BLUE)
        return drawn.encode(x=x, y=self._y(output), tooltip=["at:N", "value:Q", "proved:N"])

    def heat_map(self, output: str = "coverage") -> Any:
        """An output over the two keys that a grid varies.

        Raises
        ------
        BadUsage
            The sweep has no grid over two keys, or the output is neither ``coverage`` nor ``cost``.
        """
        alt = library()
        one_of("output", output, OUTPUTS)
        found = self._part("a grid over two keys", lambda each: _is_grid(each, 2))
        down, across = found["inputs"]
        rows = _points(found["table"], output, down=down, across=across)
        form = ".0%" if output == "coverage" else ",.0f"
        chart = bare(rows).encode(
            x=alt.X("across:N", title=across, sort=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("down:N", title=down, sort=None),
        )
        scale, legend = alt.Scale(range=["#F2F6FA", "#7FA8CF"]), alt.Legend(format=form)
        colour = alt.Color("value:Q", title=self.titles[output], scale=scale, legend=legend)
        cells = chart.mark_rect().encode(color=colour, tooltip=["across:N", "down:N", "value:Q", "proved:N"])
        text = chart.mark_text(color="black").encode(text=alt.Text("value:Q", format=form))
        title = f"{output} over two keys".capitalize()
        return layers(title, cells, text, width=alt.Step(56), height=alt.Step(28))

    def front(self) -> alt.Chart:
        """The Pareto front: the first objective over the second.

        Raises
        ------
        BadUsage
            The sweep has no front, or no point of it has a plan.
        """
        alt = library()
        found = self._part("a front (--pareto)", lambda each: each["kind"] == "pareto")
        up, across = found["objectives"][:2]
        rows = [
            {"up": row["values"][up], "across": row["values"][across],
             "people": row["people"], "nations": row["members"], "proved": row["proved"]}
            for row in found["front"]
        ]  # fmt: skip
        if not rows:
            raise BadUsage("no point of the front has a plan")
        names = {name: objective_heading(name, money_unit(self.sweep.instance.currency)) for name in (up, across)}
        chart: Any = base(rows, f"Front of {up} and {across}", height=260).mark_line(
            point=True, color=BLUE, interpolate="step-after"
        )
        return chart.encode(
            x=alt.X("across:Q", title=names[across], axis=_axis(across)),
            y=alt.Y("up:Q", title=names[up], axis=_axis(up)),
            tooltip=["across:Q", "up:Q", "people:Q", "nations:Q", "proved:N"],
        )  # fmt: skip

    def _y(self, output: str) -> Any:
        alt = library()
        if output == "coverage":
            return alt.Y("value:Q", title=output, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"))
        return alt.Y("value:Q", title=self.titles[output])

    def _part(self, what: str, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The findings of the first part that fits."""
        there = []
        for answered in self.sweep.answers:
            found = answer(answered.part, answered.rows)
            there.append(found["title"])
            if found["result"] is not None and fits(found):
                result: dict[str, Any] = found["result"]
                return result
        raise BadUsage(f"this chart needs {what}; the sweep has: {'; '.join(there) or 'nothing'}")


def _axis(objective: str) -> Any:
    return library().Axis(format=".0%") if objective in SHARES else library().Undefined


def _is_grid(found: dict[str, Any], keys: int) -> bool:
    return found["kind"] == "grid" and len(found["result"]["inputs"]) == keys


def _points(table: list[dict[str, Any]], output: str, **inputs: str) -> list[dict[str, Any]]:
    """The points with a plan: an output, and inputs under names that need no quotes."""
    return [
        {**{name: _plain(row[key]) for name, key in inputs.items()}, "value": row[output], "proved": row["proved"]}
        for row in table
        if row[output] is not None
    ]


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else value_text(value)
