"""``allocator validate``: needs neither Pyomo nor HiGHS."""

from __future__ import annotations

import click

from allocator.cli import talk
from allocator.cli.options import instance_argument, model_option, set_option


@click.command("validate")
@instance_argument
@model_option
@set_option
def command(instance: str, model: str | None, overrides: tuple[str, ...]) -> None:
    """Check INSTANCE (folder, .xlsx, .json or a bundled name) and its model; report every fault."""
    from allocator.api import choose

    read, chosen = choose(instance, model, overrides)
    talk(*(f"warning: {text}" for text in [*read.warnings(), *chosen.warnings()]))
    counts = {name: len(rows) for name, rows in read.tables.items() if rows}
    told = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
    click.echo(f"{read.name}: sound under the model {chosen.name} ({told})")
