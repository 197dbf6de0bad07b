"""``allocator convert``."""

from __future__ import annotations

import click

from allocator.cli.help import Command
from allocator.cli.options import Target, instance_argument, writing
from allocator.cli.terminal import print_message


@click.command("convert", cls=Command)
@instance_argument
@click.argument("target", type=Target(".xlsx", ".json"), metavar="TARGET")
@click.option("--overwrite", is_flag=True, help="Replace an existing instance at TARGET.")
def command(instance: str, target: str, overwrite: bool) -> None:
    """Convert INSTANCE to TARGET without loss: .xlsx or .json if the name ends so, otherwise a folder."""
    from allocator.instance import read, write

    content = read(instance)
    print_message(*(f"warning: {text}" for text in content.warnings()))
    with writing(target):
        write(content, target, overwrite=overwrite)
    print_message(f"wrote {target}")
