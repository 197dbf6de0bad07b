"""``allocator schema``."""

from __future__ import annotations

import json

import click


@click.command("schema")
def command() -> None:
    """Print the JSON Schema (draft 2020-12) of the JSON carrier."""
    from allocator.instance.schema import schema

    click.echo(json.dumps(schema(), indent=1, ensure_ascii=False))
