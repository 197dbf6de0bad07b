"""``allocator validate``: needs neither Pyomo nor HiGHS."""

from __future__ import annotations

import click

from allocator.cli.options import instance_argument, model_option, set_option
from allocator.cli.terminal import contents, emit, talk


@click.command("validate")
@instance_argument
@model_option
@set_option
def command(instance: str, model: str | None, overrides: tuple[str, ...]) -> None:
    """Check INSTANCE (folder, .xlsx, .json or a bundled name) and its model; report every fault."""
    from allocator.api import choose

    read, chosen = choose(instance, model, overrides)
    talk(*(f"warning: {text}" for text in [*read.warnings(), *chosen.warnings()]))
    emit(f"{read.name}: sound under the model {chosen.name} ({contents(read.tables)})")
