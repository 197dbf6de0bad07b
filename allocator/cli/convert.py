"""``allocator convert``."""

from __future__ import annotations

import click

from allocator.cli.options import Target, instance_argument, writing
from allocator.cli.terminal import talk


@click.command("convert")
@instance_argument
@click.argument("target", type=Target(".xlsx", ".json"), metavar="TARGET")
@click.option("--overwrite", is_flag=True, help="Replace an instance that stands at TARGET.")
def command(instance: str, target: str, overwrite: bool) -> None:
    """Write INSTANCE as TARGET: a folder, or .xlsx or .json by its ending. Nothing is lost."""
    from allocator.instance import read, write

    content = read(instance)
    talk(*(f"warning: {text}" for text in content.warnings()))
    with writing(target):
        write(content, target, overwrite=overwrite)
    talk(f"wrote {target}")
