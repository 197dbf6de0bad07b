"""``allocator report``."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import click
from click.exceptions import Exit

from allocator.cli import BEGAN
from allocator.cli.help import Command
from allocator.cli.options import (
    Number,
    PageFile,
    case_option,
    coalition_option,
    gap_option,
    model_option,
    quiet_option,
    result_argument,
    seed_option,
    set_option,
    threads_option,
    time_limit_option,
)
from allocator.cli.page import figures_option, pages
from allocator.cli.solve import EXIT
from allocator.cli.terminal import load_solver, print_message
from allocator.errors import BadUsage
from allocator.stopping import later, watched

if TYPE_CHECKING:
    from allocator.cli.progress import Line
    from allocator.plan.plan import Plan


@click.command("report", cls=Command)
@result_argument
@click.option("--out", type=PageFile(), metavar="FILE.html", required=True, help="Write the page there.")
@click.option(
    "--short",
    is_flag=True,
    help="Write the short form, two sheets when printed: the answer, what is missing most, who sends what, and what "
    "would raise coverage.",
)
@click.option(
    "--extra-time",
    type=Number(0),
    default=60.0,
    show_default="60",
    metavar="SECONDS",
    help="Time for the questions beside the plan: what would change it, why lines are short, how free it is. "
    "0 asks none.",
)
@click.option(
    "--instance",
    "source",
    metavar="PATH",
    help="The instance of a saved result, if it is no longer where it was read from.",
)
@model_option
@gap_option(1e-4, "; 0 requires a full proof")
@time_limit_option("Limit for finding the plan. The best plan found in it is kept.")
@threads_option
@seed_option()
@case_option
@set_option
@coalition_option
@figures_option
@quiet_option
def command(
    instance: str,
    out: str,
    short: bool,
    extra_time: float,
    source: str | None,
    pictures: str | None,
    quiet: bool,
    **solving: Any,
) -> None:
    """Write one page that anyone can open: the answer to INSTANCE, with what is missing, why, and what would change it.

    INSTANCE is a folder, .xlsx, .json or a bundled name, or a saved RESULT: what solve --out or solve --json wrote,
    what sweep, compare, hedge or claims printed with --json, or the store of a sweep. The page needs no network and no
    script. Ctrl-C ends the questions beside the plan, and the page is written with what is known. Exit status: as for
    solve.
    """
    from allocator.briefing.saved import is_result, saved_result
    from allocator.cli.progress import Line
    from allocator.report.studies.saved import command_of, saved_study

    made = pages(out, pictures)
    if command_of(instance) is not None:
        _check(True, source, solving)
        if source is not None:
            raise BadUsage(
                "--instance is for a saved plan; what sweep, compare, hedge and claims printed carries its names"
            )
        if short:
            raise BadUsage("--short is for a plan; what sweep, compare, hedge and claims printed has one form")
        made.of_study(lambda: saved_study(instance))
        return
    saved = is_result(instance)
    _check(saved, source, solving)
    load_solver()
    gc.disable()  # the process ends with this page; collecting a large model would take seconds
    with watched() as watch, later(), Line(quiet) as line:
        plan = saved_result(instance, source) if saved else _solved(instance, solving, line, quiet)
        made.of_plan(plan, extra_time, line, short=short)
        watch.answered = True
        raise Exit(EXIT[plan.status])


def _check(saved: bool, source: str | None, solving: dict[str, Any]) -> None:
    """Refuse options that would have no effect."""
    if not saved:
        if source is not None:
            raise BadUsage("--instance is for a saved result; here the first argument is the instance itself")
        return
    default = {"model": None, "gap": 1e-4, "time_limit": None, "threads": 1, "seed": 0, "case": "base"}
    changed = [name for name, value in solving.items() if value and value != default.get(name)]
    if changed:
        names = {"overrides": "--set"}
        option = names.get(changed[0], "--" + changed[0].replace("_", "-"))
        raise BadUsage(f"{option} has no effect on a saved result; name the instance to solve it anew")


def _solved(instance: str, solving: dict[str, Any], line: Line, quiet: bool) -> Plan:
    from allocator.api import solve

    warn = None if quiet else lambda text: print_message(f"warning: {text}")
    return solve(instance, progress=line, warn=warn, began=BEGAN, **solving)
