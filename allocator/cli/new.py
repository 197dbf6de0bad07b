"""``allocator new``."""

from __future__ import annotations

from pathlib import Path

import click

from allocator.cli.options import Target, writing
from allocator.cli.terminal import talk


@click.command("new")
@click.argument("target", type=Target(".xlsx", ".json"), metavar="TARGET")
def command(target: str) -> None:
    """Write a small instance to start from to TARGET: a folder (with a README on every column), .xlsx or .json."""
    from allocator.instance.template import template, template_files
    from allocator.instance.write import put, write

    with writing(target):
        if Path(target).suffix.lower() in (".xlsx", ".json"):
            write(template(), target)
        else:
            put(Path(target), template_files(Path(target).name), overwrite=False)
    talk(f"wrote {target}; next: allocator validate {target}, allocator solve {target}")
