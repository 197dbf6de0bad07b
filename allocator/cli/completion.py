"""``allocator completion``."""

from __future__ import annotations

import click

from allocator.cli.help import Command
from allocator.cli.terminal import emit


@click.command("completion", cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script of a SHELL, e.g. for bash: eval "$(allocator completion bash)"."""
    from click.shell_completion import get_completion_class

    from allocator.cli import COMPLETE, cli

    kind = get_completion_class(shell)
    assert kind is not None
    emit(kind(cli, {}, "allocator", COMPLETE).source())
