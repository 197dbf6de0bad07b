"""``allocator new``."""

from __future__ import annotations

from pathlib import Path
from shlex import quote

import click

from allocator.cli.help import Command
from allocator.cli.options import Target, from_option, writing
from allocator.cli.terminal import print_message


@click.command("new", cls=Command)
@click.argument("target", type=Target(".xlsx", ".json"), metavar="TARGET")
@from_option
def command(target: str, source: str | None) -> None:
    """Create an instance to start from at TARGET: a folder, .xlsx or .json.

    By default it is small, with invented figures; a folder includes a README that explains every column. With --from
    it is a copy of INSTANCE under the name of TARGET.
    """
    warnings = _small(target) if source is None else _copied(source, target)
    print_message(*(f"warning: {text}" for text in warnings))
    name = quote(target)
    print_message(f"wrote {target}; next: allocator validate {name}, allocator solve {name}")


def _small(target: str) -> list[str]:
    from allocator.instance.template import template, template_files
    from allocator.instance.write import put, write

    with writing(target):
        if Path(target).suffix.lower() in (".xlsx", ".json"):
            write(template(), target)
        else:
            put(Path(target), template_files(Path(target).name), overwrite=False)
    return []


def _copied(source: str, target: str) -> list[str]:
    from allocator.instance import read
    from allocator.instance.copy import copy

    instance = read(source)
    with writing(target):
        return instance.warnings() + copy(instance, Path(target))
