"""``allocator show``."""

from __future__ import annotations

import json
from typing import Any

import click

from allocator.cli.options import instance_argument, json_option, model_option, set_option


@click.command("show")
@instance_argument
@model_option
@set_option
@json_option
def command(instance: str, model: str | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """INSTANCE at a glance: what is asked, and what willing nations could keep deployed.

    The offer counts each pool by itself, after rotation, ceilings and budgets; what one unit gives to one task it
    cannot give to another, so that a plan may reach less.
    """
    from allocator.api import choose
    from allocator.offer import offers

    read, chosen = choose(instance, model, overrides)
    rows = offers(read, chosen)
    if as_json:
        content = {"name": read.name, "title": read.title, "model": chosen.name, "capabilities": rows}
        click.echo(json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1))
        return
    from rich.text import Text

    from allocator.cli.answer import console, number, table

    out = console()
    out.print(Text(read.title, style="bold"))
    length = f"{read.periods} x {read.months_per_period} months{', without end' if read.indefinite else ''}"
    out.print(f"{read.name}; from {read.start}, {length}; model {chosen.name}")
    counts = {name: len(rows) for name, rows in read.tables.items() if rows}
    out.print(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()))
    if read.events:
        out.print(
            "events: "
            + ", ".join(f"{name} {'true' if value else 'false'}" for name, value in read.events.items())
        )
    out.print()
    grid = table(
        ("capability", "left"),
        ("asked", "right"),
        ("offered", "right"),
        ("nations", "right"),
        ("unit", "left"),
        ("", "left"),
        title="Asked against offered (the period that asks for most)",
    )
    for row in rows:
        grid.add_row(
            row["name"],
            number(row["asked"]),
            number(row["offered"]),
            str(row["nations"]),
            row["unit"],
            _remark(row),
        )
    out.print(grid)


def _remark(row: dict[str, Any]) -> str:
    if row["asked"] == 0:
        return "an enabler: nobody asks for it, units consume it" if row["consumed"] else ""
    if row["offered"] == 0:
        return "nobody offers it"
    return "less than asked" if row["offered"] < row["asked"] else ""
