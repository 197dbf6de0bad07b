"""``allocator explore``."""

from __future__ import annotations

import threading
import webbrowser
from typing import TYPE_CHECKING, Any

import click

from allocator.cli.help import Command
from allocator.cli.options import (
    case_option,
    coalition_option,
    gap_option,
    instance_argument,
    model_option,
    quiet_option,
    seed_option,
    set_option,
    threads_option,
    time_limit_option,
)
from allocator.cli.terminal import emit, print_message
from allocator.stopping import watched

if TYPE_CHECKING:
    from allocator.serve.question import Question


@click.command("explore", cls=Command)
@instance_argument
@model_option
@gap_option(1e-4, "; 0 requires a full proof")
@time_limit_option("Limit for each answer. The best plan found in it is shown.")
@threads_option
@seed_option()
@case_option
@set_option
@coalition_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="Port of this machine to listen on; 0 for any that is free. [default: 8750, or the next that is free]",
)
@click.option("--no-open", is_flag=True, help="Do not open the page in a browser; print its address only.")
@quiet_option
def command(instance: str, port: int | None, no_open: bool, quiet: bool, **options: Any) -> None:
    """Open a live page for INSTANCE: move money, nations, events and demands, and the answer follows.

    The address is printed on standard output. It works on this machine alone, and only with the random word in it. The
    page starts from the instance as the options change it. It needs the extra explore; in the clone:
    pip install ".[explore]".

    Ctrl-C ends it. Exit status: 0 it was ended, 1 the program failed, 2 bad input or usage (such as a port in use),
    130 interrupted before the page was ready.
    """
    from allocator.api import pass_warnings
    from allocator.serve.server import check_installed, listening, serve

    check_installed()
    with watched() as watch:
        question = _question(instance, options)
        pass_warnings(*question.base, None if quiet else lambda text: print_message(f"warning: {text}"))
        listener = listening(port)
        opened = threading.Event()

        def ready(address: str) -> None:
            opened.set()
            emit(address)
            if not quiet:
                how = "Open the address in a browser of this machine." if no_open else "The page opens in your browser."
                print_message(f"{how} Ctrl-C ends it.")
            if not no_open:
                threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

        try:
            serve(question, listener, ready)
        except KeyboardInterrupt:
            if not opened.is_set():
                raise
            watch.answered = True


def _question(instance: str, options: dict[str, Any]) -> Question:
    """The question as asked, with everything checked."""
    from allocator.api import read_for
    from allocator.serve.question import Question

    changes = {name: options[name] for name in ("model", "overrides", "case", "coalition")}
    question = Question(instance, read_for(instance, **changes), **options)
    if question.coalition is not None:
        question.base[0].coalition(question.coalition)
    _ = question.controls
    return question
