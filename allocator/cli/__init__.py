"""The command line: each command parses, calls the library and prints.

Data go to standard output, talk to standard error. Commands are loaded when they are called, so that help is
instant.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import time
from importlib import import_module
from typing import Any, NoReturn

import click

from allocator.cli.terminal import forsake_stdout, open_streams, talk, talk_faults
from allocator.stopping import SIGNALS, watched

COMMANDS = {
    "solve": "Find who sends what, and prove how good the plan is.",
    "validate": "Check an instance and a model; report every fault.",
    "show": "An instance at a glance: what is asked against what is offered.",
    "list": "Bundled instances and models.",
    "new": "An instance to start from: a small one with notes on every column, or a copy of another.",
    "convert": "Turn an instance into another carrier: folder, .xlsx, .json.",
    "schema": "JSON Schema of the JSON carrier.",
    "compare": "Several cases side by side: coverage, members, cost, and who moves where.",
    "claims": "Public claims put to the test.",
    "sweep": "What if: grids, tornados, samples, fronts, draws of who withdraws, thresholds.",
    "hedge": "What to commit before it is known who withdraws.",
    "export": "Write the programme as .mps or .lp for another solver.",
    "completion": "Shell completion for bash, zsh or fish.",
}

BEGAN = time.monotonic()
"""When the program started: a time limit counts from here."""

COMPLETE = "_ALLOCATOR_COMPLETE"
"""Environment variable by which a shell asks for completions."""


class Lazy(click.Group):
    """A group that knows its commands by name and loads one only when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"allocator.cli.{cmd_name}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            match = get_close_matches(args[0], COMMANDS, n=1)
            hint = f"did you mean {match[0]}?" if match else f"there are {', '.join(COMMANDS)}"
            ctx.fail(f"no command {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("allocator")
        except PackageNotFoundError:
            number = "(run from a checkout)"
        click.echo(f"allocator {number}")
        ctx.exit()


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Show the version.")
def cli() -> None:
    """Who sends what to a multinational force: open, proved allocation of national contributions.

    Start with: allocator solve reassurance-force
    """


def main() -> NoReturn:
    """Entry point: run, and end with the exit status that the outcome has."""
    open_streams()
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup and & ask for
            signal.signal(number, signal.default_int_handler)
    with watched() as watch:
        try:
            code = _run()
        except KeyboardInterrupt:  # a second one, while the first was handled
            code = 130
        unsaid = watch.interrupted.is_set() and not watch.answered
        end((code or 130) if unsaid else code)


def _run() -> int:
    from allocator.errors import LONG_TEXT, AllocatorError, BadInput, BadUsage, OutOfTime, escaped, shortened

    try:
        if COMPLETE in os.environ:
            cli.main(prog_name="allocator", complete_var=COMPLETE)
        with cli.make_context("allocator", sys.argv[1:]) as context:
            cli.invoke(context)
        return 0
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except (KeyboardInterrupt, click.Abort):
        talk("interrupted")
        return 130
    except click.ClickException as wrong:
        _show(wrong)
        return 2
    except BadInput as bad:
        talk_faults(bad.faults)
        return 2
    except BadUsage as bad_usage:
        talk("Error: " + "\n".join(shortened(line, LONG_TEXT) for line in str(bad_usage).splitlines()))
        return 2
    except OutOfTime as late:
        talk(f"no_plan: {late}")
        return 4
    except AllocatorError as failed:
        talk(f"Error: {failed}")
    except BrokenPipeError:
        return 0
    except OSError as error:
        where = escaped(f"{error.filename}: ") if error.filename else ""
        talk(f"Error: {where}{error.strerror or error}")
        try:
            sys.stdout.flush()
        except OSError as again:  # what could not be written is still waiting, and would be told of a second time
            if again.errno == error.errno:
                forsake_stdout()
    except Exception as error:
        if os.environ.get("ALLOCATOR_DEBUG"):
            import traceback

            talk(traceback.format_exc())
        what = " ".join(f"{type(error).__name__}: {error}".split())
        talk(
            f"internal error: {what}, please report",
            "This is a fault of the program; ALLOCATOR_DEBUG=1 shows where it happened.",
        )
    return 1


def _show(wrong: click.ClickException) -> None:
    """Print what Click says of bad usage, its quotations shortened and without control characters."""
    from allocator.errors import LONG_TEXT, escaped, shortened

    if not isinstance(wrong, click.exceptions.NoArgsIsHelpError):
        message = shortened(escaped(wrong.format_message()), LONG_TEXT)
        wrong = (
            click.UsageError(message, wrong.ctx)
            if isinstance(wrong, click.UsageError)
            else click.ClickException(message)
        )
    wrong.show()


def end(code: int) -> NoReturn:
    """End the process, without waiting for a solver that does not heed a request to stop.

    What was to be said is said: from here on signals change nothing.
    """
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        forsake_stdout()
    except OSError as error:
        talk(f"Error: standard output: {error.strerror}")
        code = code or 1
        forsake_stdout()
    sys.stderr.flush()
    solver = sys.modules.get("allocator.solving.running")
    if solver is not None:
        atexit.unregister(solver.wait_for_those_left_behind)
    atexit._run_exitfuncs()
    os._exit(code)  # not sys.exit: that frees every object first, and waits for a solver that does not heed a stop
