"""An overview of an instance, as text."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from rich.console import Console
from rich.text import Text

from allocator.instance import Instance
from allocator.instance.assumed import totals
from allocator.model import Model
from allocator.report.text.instance_tables import draw_tables
from allocator.report.text.periods import month, picture
from allocator.report.text.words import contents, count, fitted, number, of_figures, table
from allocator.wording import event_words

SIGNS = 12
"""Most signs of a picture of the periods."""

WIDE = 100
"""Columns of a page from which on such pictures, or the nations that can sustain most, are shown."""

NAMED = 11
"""Columns for the codes of the nations that can sustain most of a capability."""

MOST = 6
"""Pools without a usable unit that are named; the others are counted."""


def draw_instance(
    out: Console,
    instance: Instance,
    model: Model,
    rows: list[dict[str, Any]],
    unusable: list[dict[str, Any]],
    heading: str,
) -> None:
    """Print what the instance asks for, what nations can sustain (``rows``), and its further tables.

    ``unusable`` are pools of which no whole unit can be used.
    """
    out.print(Text(instance.title, style="bold"))
    out.print(heading)
    out.print(contents(instance.tables))
    counted = totals(instance)
    if counted is not None:
        out.print(of_figures(counted) + ".")
    for happens, state in (("happen", True), ("not to happen", False)):
        events = [event for event, value in instance.events.items() if value is state]
        if events:
            change = f" (to change it: --set events.{events[0]}={'false' if state else 'true'})"
            out.print(f"Assumed {'to ' if state else ''}{happens}: {', '.join(map(event_words, events))}{change}")
    out.print()
    grid = table(("objective", "left"), ("priority", "right"), ("tasks", "left"))
    tasks: dict[str, list[str]] = defaultdict(list)
    for task in instance.rows("tasks"):
        tasks[task["objective"]].append(task["name"])
    for row in instance.rows("objectives"):
        grid.add_row(row["name"], number(row["priority"]), ", ".join(tasks[row["objective"]]))
    out.print(grid)
    out.print()
    buying = bool(instance.rows("acquisitions")) and "acquisition" in model.families
    _offers(out, instance, rows, buying)
    if unusable:
        kinds = {row["unit_type"]: row["name"] for row in instance.rows("unit_types")}
        names = {row["nation"]: row["name"] for row in instance.rows("nations")}
        named = [
            f"{names[row['nation']]}, {kinds[row['unit_type']]} ({number(row['usable'])} of {row['units']:,})"
            for row in unusable[:MOST]
        ]
        more = f"; and {len(unusable) - MOST} more" if len(unusable) > MOST else ""
        out.print(f"No whole unit is usable of: {'; '.join(named)}{more}.")
    draw_tables(out, instance, model)


def _offers(out: Console, instance: Instance, rows: list[dict[str, Any]], buying: bool) -> None:
    several = instance.periods > 1
    pictures = several and out.width >= WIDE
    named = not several and out.width >= WIDE
    shown = list(dict.fromkeys(row["period"] for row in rows))
    apart = several and len(shown) > 1
    how = _period(instance, shown) if several else []
    how += ["with all that can be ordered"] if buying else []
    out.print(Text("Asked, and what can be sustained" + (f" ({', '.join(how)})" if how else ""), style="bold"))
    grid = table(
        ("capability", "left"), ("asked", "right"), ("sustained", "right"), ("unit", "left"), ("units", "right"),
        ("nations", "right"), *([("most from", "whole")] if named else []), *([("in", "right")] if apart else []),
        *([("by period", "whole")] if pictures else []),
        ("", "left"),
    )  # fmt: skip
    for row in rows:
        remarks = _remarks(row, several)
        style = (
            "red"
            if remarks[:1] and remarks[0].startswith("nobody")
            else "yellow"
            if "less than asked" in remarks
            else ""
        )
        grid.add_row(
            row["name"], number(row["asked"], 3), number(row["offered"], 3), row["unit"], f"{row['units']:,}",
            _nations(row), *([_most(row)] if named else []), *([_when(row, instance.periods)] if apart else []),
            *([_picture(row, instance.periods)] if pictures else []), Text("; ".join(remarks), style=style),
        )  # fmt: skip
    out.print(grid)
    if pictures:
        each = picture({}, instance.periods, SIGNS)[1]
        worst = f"; each sign is the worst of {each} periods" if each > 1 else ""
        out.print(f"by period: sustained of what is asked, ▁ nothing, █ all{worst}", style="dim")


def _when(row: dict[str, Any], periods: int) -> str:
    """The period that the figures of a row are for; all periods if units are used up."""
    return f"1–{periods}" if row["period"] is None else str(row["period"])


def _picture(row: dict[str, Any], periods: int) -> str:
    """A sign for each period in which something is asked: how much of it can be sustained."""
    shares = {each["period"]: each["offered"] / each["asked"] for each in row["by_period"] if each["asked"]}
    return picture(shares, periods, SIGNS)[0] if shares else ""


def _period(instance: Instance, shown: list[int | None]) -> list[str]:
    """Which period the rows are for, in words; a column names it where they are for several."""
    if len(shown) == 1 and shown[0] is not None:
        return [f"in period {shown[0]}, from {month(instance, shown[0])}, which asks for most"]
    return ["each in the period that asks for most of it"] if shown else []


def _nations(row: dict[str, Any]) -> str:
    """The number of nations, and of fleets that several have in common."""
    fleets = row["collectives"]
    return f"{row['nations']} + {count(fleets, 'fleet')}" if fleets else str(row["nations"])


def _most(row: dict[str, Any]) -> str:
    """The nations that can sustain most of a capability, and the number of the others."""
    return fitted("", [each["nation"] for each in row["by_nation"]], NAMED)


def _remarks(row: dict[str, Any], several: bool) -> list[str]:
    remarks = []
    if row["offered"] == 0 and (row["asked"] > 0 or row["consumed"]):
        remarks.append("nobody can sustain it" if row["pools"] else "nobody offers it")
    elif row["asked"] == 0:
        remarks.append("units need it" if row["consumed"] else "not asked for")
    elif row["offered"] < row["asked"]:
        remarks.append("less than asked")
    if row["period"] is None and several:
        remarks.append("over the whole horizon, as units are used up")
    return remarks
