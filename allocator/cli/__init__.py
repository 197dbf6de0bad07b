"""The command line: each command parses, calls the library and prints.

Results go to standard output, messages to standard error. A command is loaded when it is called, so that help is
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

from allocator.cli.terminal import discard_stdout, open_streams, print_faults, print_message, wrapped
from allocator.stopping import SIGNALS, watched

COMMANDS = {
    "solve": "Find who sends what, and prove how good the plan is.",
    "explain": "Explain an answer: what the gap depends on, why, why not, what it would take, who matters.",
    "explore": "Open a live page: move money, nations, events and demands, and the answer follows.",
    "validate": "Check an instance and a model, and report every fault.",
    "show": "Show an instance at a glance: what it asks for and what nations offer.",
    "list": "List the bundled instances and models.",
    "new": "Create an instance to start from: a small one with notes on every column, or a copy of another.",
    "convert": "Convert an instance to another format: folder, .xlsx or .json.",
    "schema": "Print the JSON Schema of the JSON format.",
    "report": "Write the answer as one page to look at, to print and to send.",
    "compare": "Compare several cases: coverage, members, cost, and who moves where.",
    "claims": "Test claims against plans.",
    "sweep": "Explore what-if questions: grids, tornados, samples, fronts, withdrawals, thresholds.",
    "hedge": "Find what to commit before it is known who withdraws.",
    "export": "Write the mathematical programme as .mps or .lp for another solver.",
    "completion": "Print the completion script for bash, zsh or fish.",
}

BEGAN = time.monotonic()
"""When the program started; the time limit counts from here."""

COMPLETE = "_ALLOCATOR_COMPLETE"
"""Environment variable with which a shell requests completions."""


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
            hint = f"did you mean {match[0]}?" if match else f"the commands are {', '.join(COMMANDS)}"
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
    """Allocate national contributions to a multinational force, openly and with proof.

    Start with: allocator solve reassurance-force
    """


def main() -> NoReturn:
    """Run the command line and end the process with the exit status of the outcome."""
    open_streams()
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup and & ask to ignore it
            signal.signal(number, signal.default_int_handler)
    with watched() as watch:
        try:
            code = _run()
        except KeyboardInterrupt:  # a second Ctrl-C while the first was handled
            code = 130
        unanswered = watch.interrupted.is_set() and not watch.answered
        end((code or 130) if unanswered else code)


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
        print_message("interrupted")
        return 130
    except click.ClickException as wrong:
        _show(wrong)
        return 2
    except BadInput as bad:
        print_faults(bad.faults)
        return 2
    except BadUsage as bad_usage:
        print_message("Error: " + "\n".join(shortened(line, LONG_TEXT) for line in str(bad_usage).splitlines()))
        return 2
    except OutOfTime as late:
        print_message(f"no plan: {late}")
        return 4
    except AllocatorError as failed:
        print_message(f"Error: {failed}")
    except BrokenPipeError:
        return 0
    except OSError as error:
        where = escaped(f"{error.filename}: ") if error.filename else ""
        print_message(f"Error: {where}{error.strerror or error}")
        try:
            sys.stdout.flush()
        except OSError as again:  # the unwritten text is still buffered; its error would be printed twice
            if again.errno == error.errno:
                discard_stdout()
    except Exception as error:
        if os.environ.get("ALLOCATOR_DEBUG"):
            import traceback

            print_message(traceback.format_exc())
        what = " ".join(f"{type(error).__name__}: {error}".split())
        print_message(
            f"internal error: {what}; please report it",
            "This is a fault of the program. Set ALLOCATOR_DEBUG=1 to see where it happened.",
        )
    return 1


def _show(wrong: click.ClickException) -> None:
    """Print a usage error of Click, shortened and without control characters."""
    from allocator.errors import LONG_TEXT, escaped, shortened

    if not isinstance(wrong, click.exceptions.NoArgsIsHelpError):
        message = wrapped("Error: " + shortened(escaped(wrong.format_message()), LONG_TEXT)).removeprefix("Error: ")
        wrong = (
            click.UsageError(message, wrong.ctx)
            if isinstance(wrong, click.UsageError)
            else click.ClickException(message)
        )
    wrong.show()


def end(code: int) -> NoReturn:
    """End the process without waiting for a solver that ignores a request to stop.

    All output has been written by now, so signals are ignored from here on.
    """
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        discard_stdout()
    except OSError as error:
        print_message(f"Error: standard output: {error.strerror}")
        code = code or 1
        discard_stdout()
    sys.stderr.flush()
    solver = sys.modules.get("allocator.solving.running")
    if solver is not None:
        atexit.unregister(solver.wait_for_those_left_behind)
    atexit._run_exitfuncs()
    os._exit(code)  # sys.exit would free every object and wait for a solver that ignores the stop
