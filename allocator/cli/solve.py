"""``allocator solve``."""

from __future__ import annotations

import gc
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.exceptions import Exit

from allocator.cli import BEGAN
from allocator.cli.help import Command
from allocator.cli.options import (
    PageFile,
    Target,
    case_option,
    coalition_option,
    gap_option,
    instance_argument,
    json_option,
    model_option,
    seed_option,
    set_option,
    threads_option,
    time_limit_option,
    writing,
)
from allocator.cli.page import as_long_again, figures_option, pages
from allocator.cli.terminal import emit_json, load_solver, print_message, printed
from allocator.errors import AllocatorError, BadUsage, OutOfTime
from allocator.stopping import later, watched

if TYPE_CHECKING:
    from allocator.plan.plan import Plan
    from allocator.stopping import Watch

SHORTEST = 0.5
"""Seconds that a look for another plan may take even if the solve was shorter."""

EXIT = {"optimal": 0, "feasible": 0, "infeasible": 3, "no_plan": 4, "interrupted": 130, "error": 1}
"""Status of a solve -> exit status of the command."""


@click.command("solve", cls=Command)
@instance_argument
@model_option
@gap_option(1e-4, "; 0 requires a full proof")
@time_limit_option("Limit for everything from reading to checking. The best plan found in it is kept.")
@threads_option
@seed_option()
@case_option
@set_option
@coalition_option
@click.option(
    "--out",
    type=Target(".xlsx"),
    metavar="DIR|FILE.xlsx",
    help="Write all result tables there, or none if writing fails. Only earlier results there are replaced.",
)
@click.option(
    "--report",
    type=PageFile(),
    metavar="FILE.html",
    help="Also write a page to look at, with questions answered in as long again as the solve took, at least 5 s; "
    "allocator report takes more time for them.",
)
@figures_option
@click.option("--rota", is_flag=True, help="Also print who is at each task in each period, and who is missing.")
@click.option("--full", is_flag=True, help="Print every line of every list, and the rota.")
@json_option
@click.option(
    "--quiet", is_flag=True, help="Print no progress and no warnings, and do not look for another plan that is as good."
)
def command(
    instance: str,
    model: str | None,
    gap: float,
    time_limit: float | None,
    threads: int,
    seed: int,
    case: str,
    overrides: tuple[str, ...],
    coalition: str | None,
    out: str | None,
    report: str | None,
    pictures: str | None,
    rota: bool,
    full: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Find who sends what for INSTANCE (folder, .xlsx, .json or a bundled name), and prove how good the plan is.

    Exit status: 0 a plan was found, 1 the program failed, 2 bad input or usage, 3 infeasible, 4 no plan within the
    time limit, 130 interrupted before a plan was found.
    """
    from allocator.api import solve
    from allocator.cli.progress import Line

    if as_json and (rota or full):
        raise BadUsage(f"--{'rota' if rota else 'full'} is for the text; --json prints everything")
    target = None if out is None else checked_target(out)
    made = pages(report, pictures)
    warn = None if quiet else lambda text: print_message(f"warning: {text}")
    load_solver()
    gc.disable()  # the process ends with this solve; collecting a large model would take seconds
    with watched() as watch, later():  # an interruption waits until the plan is written and shown
        try:
            with Line(quiet) as line:
                plan = solve(
                    instance, model, gap=gap, time_limit=time_limit, threads=threads, seed=seed,
                    overrides=overrides, case=case, coalition=coalition, progress=line, warn=warn, began=BEGAN,
                )  # fmt: skip
        except OutOfTime as late:
            if as_json:
                emit_json(_no_plan(str(late), time_limit))
            raise
        if warn is not None:
            for text in plan.warnings():
                warn(text)
        options = None if as_json else {"rota": rota, "full": full, "ways": _ways(plan, watch), "called": instance}
        _show(plan, target, out, options)
        if made:
            with Line(quiet) as line:
                made.of_plan(plan, as_long_again(plan), line)
        watch.answered = plan.stopped_by == "interrupt" or bool(made)
        if not as_json and plan.found:
            _end(plan, instance, None if quiet else _another(plan, time_limit), full)
        raise Exit(EXIT[plan.status])


def _another(plan: Plan, time_limit: float | None) -> str | None:
    """What a look for another plan that is as good finds: about as long as the solve took, within the time limit."""
    from allocator.explaining.another import by_chance

    seconds = max(SHORTEST, plan.manifest["times"]["total"])
    if time_limit is not None:
        seconds = min(seconds, BEGAN + time_limit - time.monotonic())
    return by_chance(plan, seconds) if plan.status == "optimal" and seconds > 0 else None


def _end(plan: Plan, called: str, another: str | None, full: bool) -> None:
    """Print the last lines of the answer: whether another plan is as good, and what to try next."""
    from allocator.report.text.brief import draw_ending

    printed(lambda out: draw_ending(out, plan, called=called, another=another, full=full))


def _show(plan: Plan, target: Path | None, out: str | None, text: dict[str, Any] | None) -> None:
    """Write a plan to the target, and print it even if it could not be written: as JSON, or as text with options."""
    failure: Exception | None = None
    if target is not None and plan.found:
        try:
            with writing(str(out)):
                plan.write(target)
        except (AllocatorError, OSError) as error:
            failure = error
    if text is None:
        emit_json(plan.to_dict())
    else:
        from allocator.report.text.plan import draw_plan

        printed(lambda out: draw_plan(out, plan, **text))
    if failure is not None:
        raise failure
    if target is not None and plan.found:
        print_message(f"wrote {out}")
    elif target is not None:
        print_message(f"no plan was found; nothing was written to {out}{_earlier(target)}")
    if plan.status == "error":
        print_message(f"Error: {plan.reason}")


def _ways(plan: Plan, watch: Watch) -> list[str]:
    """Why an instance has no plan and what would help, found in as long again as the solve took, at least 5 s."""
    if plan.status != "infeasible":
        return []
    from allocator.explaining.first import LEAST, first_ways

    options = plan.manifest["options"]
    took = time.monotonic() - BEGAN
    seconds = max(LEAST, took)
    if options["time_limit"] is not None:
        seconds = min(seconds, options["time_limit"] - took)
    return first_ways(plan.instance, plan.model, seconds, watch, threads=options["threads"], seed=options["seed"])


def _no_plan(reason: str, time_limit: float | None) -> dict[str, object]:
    """The JSON object of a solve that ended before the instance was read."""
    from allocator.plan.tables import COLUMNS

    manifest = {"status": "no_plan", "stopped_by": "time_limit", "options": {"time_limit": time_limit}}
    return {
        "status": "no_plan",
        "reason": reason,
        **{table: [] for table in ("objectives", *COLUMNS)},
        "manifest": manifest,
    }


def _earlier(target: Path) -> str:
    """A note if the target holds results of an earlier run."""
    occupied = any(target.iterdir()) if target.is_dir() else target.is_file() and target.stat().st_size > 0
    return ", which still holds the results of an earlier run" if occupied else ""


def checked_target(out: str) -> Path:
    """The path for results; refused if it cannot be written to or holds something else."""
    from allocator.plan.writing import check_target

    if out.lower().endswith(".xlsx") and not out.endswith(".xlsx"):
        raise BadUsage(f"{out}: expected .xlsx in lower case")
    try:
        target = Path(out).resolve()
        if target == Path.cwd():
            raise BadUsage(f"{out} is the current folder; choose a separate folder for the results")
        check_target(target)
        if target.suffix == ".xlsx" and target.exists() and not _is_ours(target):
            raise BadUsage(f"{out} is not a result of an earlier run and is not replaced; choose another name")
    except OSError as error:
        raise BadUsage(f"{out}: cannot be written ({error.strerror or error})") from None
    except RuntimeError:
        raise BadUsage(f"{out}: cannot be written (a symbolic link that points to itself)") from None
    return target


def _is_ours(workbook: Path) -> bool:
    """Whether a workbook holds only result tables, of this version or an earlier one; an empty file counts too."""
    from allocator.instance.workbook_parts import Damage, sheet_names
    from allocator.report.workbook.results import NEEDED, SHEETS

    if not workbook.is_file():
        return False
    if workbook.stat().st_size == 0:
        return True
    try:
        sheets = sheet_names(workbook)
    except Damage:
        return False
    return set(sheets) >= NEEDED and set(sheets) <= SHEETS
