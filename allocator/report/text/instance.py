"""An overview of an instance, as text."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from rich.console import Console
from rich.text import Text

from allocator.instance import Instance
from allocator.instance.assumed import totals
from allocator.report.text.words import contents, number, of_figures, table


def draw_instance(out: Console, instance: Instance, rows: list[dict[str, Any]], heading: str) -> None:
    """Print what the instance asks for and what nations offer (``rows``)."""
    out.print(Text(instance.title, style="bold"))
    out.print(heading)
    out.print(contents(instance.tables))
    counted = totals(instance)
    if counted is not None:
        out.print(of_figures(counted) + ".")
    for name, state in (("true", True), ("false", False)):
        events = [event for event, value in instance.events.items() if value is state]
        if events:
            out.print(f"assumed {name}: {', '.join(events)}")
    out.print()
    grid = table(("objective", "left"), ("priority", "right"), ("tasks", "left"))
    tasks: dict[str, list[str]] = defaultdict(list)
    for task in instance.rows("tasks"):
        tasks[task["objective"]].append(task["name"])
    for row in instance.rows("objectives"):
        grid.add_row(row["name"], number(row["priority"]), ", ".join(tasks[row["objective"]]))
    out.print(grid)
    out.print()
    grid = table(
        ("capability", "left"),
        ("asked", "right"),
        ("offered", "right"),
        ("unit", "left"),
        ("units", "right"),
        ("nations", "right"),
        ("", "left"),
        title="Asked and offered" + (" (in the period that asks for most)" if instance.periods > 1 else ""),
    )
    for row in rows:
        remark = _remark(row)
        style = "red" if remark.startswith("nobody") else "yellow" if remark.startswith("less") else ""
        asked, offered = number(row["asked"]), number(row["offered"])
        counts = (str(row["units"]), str(row["nations"]))
        grid.add_row(row["name"], asked, offered, row["unit"], *counts, Text(remark, style=style))
    out.print(grid)


def _remark(row: dict[str, Any]) -> str:
    if row["offered"] == 0 and (row["asked"] > 0 or row["consumed"]):
        return "nobody offers it"
    if row["asked"] == 0:
        return "not asked for; units consume it" if row["consumed"] else "not asked for"
    return "less than asked" if row["offered"] < row["asked"] else ""
