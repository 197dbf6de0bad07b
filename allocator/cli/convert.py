"""``allocator convert``."""

from __future__ import annotations

import click

from allocator.cli import talk


@click.command("convert")
@click.argument("source", metavar="SOURCE")
@click.argument("target", metavar="TARGET")
@click.option("--overwrite", is_flag=True, help="Replace an instance that stands at TARGET.")
def command(source: str, target: str, overwrite: bool) -> None:
    """Write the instance SOURCE as TARGET: a folder, or .xlsx or .json by its ending. Nothing is lost."""
    from allocator.instance import read, write

    instance = read(source)
    talk(*(f"warning: {text}" for text in instance.warnings()))
    write(instance, target, overwrite=overwrite)
    talk(f"wrote {target}")
