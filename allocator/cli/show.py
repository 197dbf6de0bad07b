"""``allocator show``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from allocator.cli.options import (
    case_option,
    coalition_option,
    instance_argument,
    json_option,
    model_option,
    set_option,
)
from allocator.cli.terminal import contents, count, emit_json, number, printed, table, talk

if TYPE_CHECKING:
    from rich.console import Console

    from allocator.instance import Instance
    from allocator.model import Model


@click.command("show")
@instance_argument
@model_option
@case_option
@set_option
@coalition_option
@json_option
def command(
    instance: str, model: str | None, case: str, overrides: tuple[str, ...], coalition: str | None, as_json: bool
) -> None:
    """INSTANCE at a glance: what is asked, and what willing nations could keep deployed.

    The offer counts each pool by itself, after rotation, ceilings and budgets; what one unit gives to one task it
    cannot give to another, so that a plan may reach less.
    """
    from allocator.api import choose
    from allocator.instance.assumed import totals
    from allocator.offer import offers

    read, chosen = choose(instance, model, overrides, case=case, coalition=coalition)
    talk(*(f"warning: {text}" for text in [*read.warnings(), *chosen.warnings()]))
    rows = offers(read, chosen)
    deployable = _units(read, chosen)
    for row in rows:
        row["units"] = deployable[row["capability"], row["period"]]
    if as_json:
        emit_json(
            {
                "name": read.name,
                "title": read.title,
                "model": chosen.name,
                "case": case,
                "coalition": coalition,
                "horizon": dict(read.settings["horizon"]),
                "events": dict(read.events),
                "assumptions": totals(read),
                "tasks": [
                    {key: task[key] for key in ("task", "objective", "name", "first_period", "last_period")}
                    for task in read.rows("tasks")
                ],
                "capabilities": rows,
            }
        )
        return
    printed(lambda out: _draw(out, read, rows, header(read, chosen.name, case, coalition)))


def _units(instance: Instance, model: Model) -> dict[tuple[str, int], int]:
    """(capability, period) -> units of any kind that supply it and could be deployed, each pool by itself."""
    from allocator.scope import Scope

    scope = Scope(instance, model)
    pools: dict[tuple[str, str, int], int] = {}
    for (n, u, _), periods in scope.cap.items():
        for t, most in periods.items():
            pools[n, u, t] = max(most, pools.get((n, u, t), 0))
    units: dict[tuple[str, int], int] = defaultdict(int)
    for (_, u, t), most in pools.items():
        for c, amount in scope.amount[u].items():
            if amount > 0:
                units[c, t] += most
    return units


def length(instance: Instance) -> str:
    """The horizon in words."""
    periods = f"{count(instance.periods, 'period')} of {count(instance.months_per_period, 'month')}"
    return f"from {instance.start}, {periods}{', without end' if instance.indefinite else ''}"


def header(instance: Instance, model: str, case: str, coalition: str | None) -> str:
    """What is solved, in a line: instance, model, who takes part, which case, how long."""
    told = [instance.name, f"model {model}"]
    if coalition is not None:
        told.append(f"coalition {coalition}")
    if case != "base":
        told.append(f"case {case}")
    return f"{', '.join(told)}; {length(instance)}"


def of_figures(counted: Mapping[str, int]) -> str:
    """How many of the figures of an instance are assumptions, in words."""
    figures, assumed = counted["figures"], counted["assumed"]
    many = {0: "none is an assumption", 1: "1 is an assumption"}.get(assumed, f"{assumed:,} are assumptions")
    return f"Of {count(figures, 'figure')} {many}"


def _draw(out: Console, instance: Instance, rows: list[dict[str, Any]], heading: str) -> None:
    from rich.text import Text

    from allocator.instance.assumed import totals

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
        title="Asked against offered" + (" (the period that asks for most)" if instance.periods > 1 else ""),
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
