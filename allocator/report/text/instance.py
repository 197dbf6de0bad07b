"""An overview of an instance, as text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from allocator.instance import Instance
from allocator.instance.assumed import totals
from allocator.model import Model
from allocator.report.text.brief_tables import NARROW
from allocator.report.text.instance_tables import MOST_ROWS, further
from allocator.report.text.page import Page
from allocator.report.text.periods import in_periods, month, picture
from allocator.report.text.words import contents, count, fitted, number, of_figures, table
from allocator.wording import event_words, first_small

SIGNS = 12
"""Most signs of a picture of the periods."""

WIDE = 100
"""Columns of a page from which on such pictures, or the nations that can sustain most, are shown."""

NAMED = 11
"""Columns for the codes of the nations that can sustain most of a capability."""

MOST = 6
"""Pools without a usable unit that are named; the others are counted."""

MOST_LINES, FEWEST = 40, 3
"""Lines of the whole text at 80 columns or more, and rows of a table that are shown in any case."""

USED_UP = "over the whole horizon, as units are used up"

MEANS = (("asked", "asked"), ("offered", "sustained"))
"""Column of a row -> what it is called."""


@dataclass(frozen=True)
class Extent:
    """How much of an instance is shown: all names of tasks, the count of units, and so many rows of each table."""

    tasks: bool = True
    units: bool = True
    capabilities: int = 1_000_000
    others: int = MOST_ROWS


EVERYTHING = Extent(others=1_000_000)


def extents(capabilities: int) -> Iterator[Extent]:
    """What a screen may show, the most first."""
    yield Extent()
    yield Extent(tasks=False)
    for others in range(MOST_ROWS, FEWEST - 1, -1):
        yield Extent(tasks=False, units=False, others=others)
    for shown in range(capabilities - 1, FEWEST - 1, -1):
        yield Extent(tasks=False, units=False, others=FEWEST, capabilities=shown)


def draw_instance(
    out: Page,
    instance: Instance,
    model: Model,
    rows: list[dict[str, Any]],
    unusable: list[dict[str, Any]],
    heading: str,
    *,
    full: bool = False,
) -> None:
    """Print what the instance asks for, what nations can sustain (``rows``), and its further tables.

    ``unusable`` are pools of which no whole unit can be used. Unless everything is asked for (``full``), tables have
    fewer rows where all would take more than :data:`MOST_LINES` lines at 80 columns or more.
    """

    def parts(extent: Extent) -> list[RenderableType]:
        return [
            *_head(instance, heading),
            "",
            _objectives(out, instance, extent),
            "",
            *_offers(out, instance, model, rows, extent),
            *_unusable(instance, unusable, len(unusable) if full else MOST),
            *further(instance, model, extent.others),
        ]

    shown: list[RenderableType] = []
    for extent in extents(len(rows)):
        shown = parts(EVERYTHING if full else extent)
        if full or out.width < NARROW or out.lines_of(shown) <= MOST_LINES - 2:
            break
    for part in shown:
        out.print(part)
    if extent != Extent() or any(isinstance(part, str) and part.endswith(" more.") for part in shown):
        out.print("Next: --full (every row).")


def _head(instance: Instance, heading: str) -> Iterator[RenderableType]:
    yield Text(instance.title, style="bold")
    yield heading
    yield contents(instance.tables)
    counted = totals(instance)
    if counted is not None:
        yield of_figures(counted) + "."
    for happens, state in (("happen", True), ("not to happen", False)):
        events = [event for event, value in instance.events.items() if value is state]
        if events:
            change = f" (to change it: --set events.{events[0]}={'false' if state else 'true'})"
            yield f"Assumed {'to ' if state else ''}{happens}: {', '.join(map(event_words, events))}{change}"


def _objectives(out: Page, instance: Instance, extent: Extent) -> Table:
    grid = table(("objective", "left"), ("priority", "right"), ("tasks", "left"))
    tasks: dict[str, list[str]] = defaultdict(list)
    for task in instance.rows("tasks"):
        tasks[task["objective"]].append(task["name"])
    rows = instance.rows("objectives")
    room = out.width - max(len(row["name"]) for row in rows) - len("  priority  ")
    for row in rows:
        names = tasks[row["objective"]]
        listed = ", ".join(names) if extent.tasks else fitted("", names, room)
        grid.add_row(row["name"], number(row["priority"]), listed)
    return grid


def _unusable(instance: Instance, unusable: list[dict[str, Any]], most: int) -> Iterator[str]:
    if unusable:
        kinds = {row["unit_type"]: row["name"] for row in instance.rows("unit_types")}
        names = {row["nation"]: row["name"] for row in instance.rows("nations")}
        named = [
            f"{names[row['nation']]}, {kinds[row['unit_type']]} ({number(row['usable'])} of {row['units']:,})"
            for row in unusable[:most]
        ]
        more = f"; and {len(unusable) - most} more" if len(unusable) > most else ""
        yield f"No whole unit is usable of: {'; '.join(named)}{more}."


def _offers(
    out: Page, instance: Instance, model: Model, rows: list[dict[str, Any]], extent: Extent
) -> Iterator[RenderableType]:
    several = instance.periods > 1
    pictures = several and out.width >= WIDE
    named = not several and out.width >= WIDE
    shown = list(dict.fromkeys(row["period"] for row in rows))
    apart = several and len(shown) > 1
    how = _period(instance, shown) if several else []
    if instance.rows("acquisitions") and "acquisition" in model.families:
        how += ["with all that can be ordered"]
    yield Text("Asked, and what can be sustained" + (f" ({', '.join(how)})" if how else ""), style="bold")
    grid = table(
        ("capability", "left"), ("asked", "right"), ("sustained", "right"), ("unit", "left"),
        *([("units", "right")] if extent.units else []), ("nations", "right"),
        *([("most from", "whole")] if named else []), *([("in", "right")] if apart else []),
        *([("by period", "whole")] if pictures else []), ("", "left"), spare=("units", "nations"),
    )  # fmt: skip
    first = sorted(rows, key=lambda row: (row["offered"] >= row["asked"], not row["asked"]))
    kept = first[: extent.capabilities]
    for row in (row for row in rows if row in kept):
        remarks = _remarks(row) + ([USED_UP] if several and row["period"] is None and out.width >= WIDE else [])
        style = (
            "red"
            if remarks[:1] and remarks[0].startswith("nobody")
            else "yellow"
            if "less than asked" in remarks
            else ""
        )
        grid.add_row(
            row["name"], number(row["asked"], 3), number(row["offered"], 3), row["unit"],
            *([f"{row['units']:,}"] if extent.units else []),
            _nations(row), *([_most(row)] if named else []), *([_when(row, instance.periods)] if apart else []),
            *([_picture(row, instance.periods)] if pictures else []), Text("; ".join(remarks), style=style),
        )  # fmt: skip
    yield grid
    if len(rows) > len(kept):
        yield f"… and {len(rows) - len(kept):,} more."
    if pictures:
        each = picture({}, instance.periods, SIGNS)[1]
        worst = f"; each sign is the worst of {each} periods" if each > 1 else ""
        yield Text(f"by period: sustained of what is asked, ▁ nothing, █ all{worst}", style="dim")
    yield from _used_up(instance, rows)


def _used_up(instance: Instance, rows: list[dict[str, Any]]) -> Iterator[str]:
    """What units that are used up come to in a period; only their sum over the horizon has a meaning of its own."""
    said = []
    for row in rows if instance.periods > 1 else []:
        asked = {
            t
            for line in instance.rows("requirements")
            if line["capability"] == row["capability"] and line["quantity"]
            for t in range(line["first_period"], line["last_period"] + 1)
        }
        if row["period"] is None and asked:
            means = [f"{number(row[key] / len(asked), 3)} {what}" for key, what in MEANS]
            when = f"each of {count(len(asked), 'period')}" if len(asked) > 1 else in_periods(sorted(asked))
            said.append(f"{first_small(row['name'])} {' and '.join(means)} in {when} on average")
    if said:
        yield f"Units that are used up count once for the whole horizon: {'; '.join(said)}."


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


def _remarks(row: dict[str, Any]) -> list[str]:
    if row["offered"] == 0 and (row["asked"] > 0 or row["consumed"]):
        return ["nobody can sustain it" if row["pools"] else "nobody offers it"]
    if row["asked"] == 0:
        return ["units need it" if row["consumed"] else "not asked for"]
    return ["less than asked"] if row["offered"] < row["asked"] else []
