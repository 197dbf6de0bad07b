"""``allocator schema``."""

from __future__ import annotations

import click

from allocator.cli.help import Command
from allocator.cli.terminal import emit_json


@click.command("schema", cls=Command)
def command() -> None:
    """Print the JSON Schema (draft 2020-12) of the JSON format."""
    from allocator.instance.schema import schema

    emit_json(schema())
