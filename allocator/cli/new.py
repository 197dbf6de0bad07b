"""``allocator new``."""

from __future__ import annotations

from pathlib import Path

import click

from allocator.cli.options import Target, from_option, writing
from allocator.cli.terminal import talk


@click.command("new")
@click.argument("target", type=Target(".xlsx", ".json"), metavar="TARGET")
@from_option
def command(target: str, source: str | None) -> None:
    """Write an instance to start from to TARGET: a folder, .xlsx or .json.

    It is a small one with invented figures (a folder gets a README on every column), or with --from a copy of INSTANCE
    under the name of TARGET.
    """
    warnings = _small(target) if source is None else _copied(source, target)
    talk(*(f"warning: {text}" for text in warnings))
    talk(f"wrote {target}; next: allocator validate {target}, allocator solve {target}")


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
