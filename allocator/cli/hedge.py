"""``allocator hedge``."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from allocator.cli.help import Command
from allocator.cli.options import (
    Number,
    case_option,
    coalition_option,
    gap_option,
    instance_argument,
    json_option,
    model_option,
    quiet_option,
    seed_option,
    set_option,
    time_limit_option,
)
from allocator.cli.page import pages, pages_options
from allocator.cli.progress import Line
from allocator.cli.terminal import emit, emit_json, load_solver, print_message, printed
from allocator.stopping import later, watched

if TYPE_CHECKING:
    from allocator.hedging import Hedge


@click.command("hedge", cls=Command, own="Futures and risk")
@instance_argument
@model_option
@click.option(
    "--futures",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="Number of futures to draw. If no more than this many (or 64) exist, all of them are used.",
)
@seed_option("the draws")
@click.option(
    "--cvar",
    type=Number(0, 1, max_open=True),
    default=0.9,
    show_default=True,
    help="Level of the conditional value at risk: 0.9 means the worst 10 % of the futures.",
)
@click.option(
    "--weight",
    type=Number(0, 1),
    default=0.5,
    show_default=True,
    help="Weight of the worst futures; the expectation has the remaining weight.",
)
@click.option(
    "--replications",
    type=click.IntRange(2),
    default=5,
    show_default=True,
    help="Number of samples from which the sampling error is estimated.",
)
@click.option(
    "--evaluate",
    type=click.IntRange(2),
    default=200,
    show_default=True,
    help="Number of new draws with which plans are evaluated.",
)
@gap_option(1e-3)
@time_limit_option("Limit for each solve: the plans, each further sample and each single future.")
@click.option(
    "--method",
    type=click.Choice(["extensive", "hedging"]),
    default="extensive",
    show_default=True,
    help="Solve one programme over all futures, or use progressive hedging for many (needs the extra futures).",
)
@case_option
@set_option
@coalition_option
@pages_options
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print the commitments as CSV and nothing else.")
@quiet_option
def command(
    instance: str,
    model: str | None,
    futures: int,
    seed: int,
    cvar: float,
    weight: float,
    replications: int,
    evaluate: int,
    gap: float,
    time_limit: float | None,
    method: str,
    case: str,
    overrides: tuple[str, ...],
    coalition: str | None,
    report: str | None,
    pictures: str | None,
    as_json: bool,
    as_csv: bool,
    quiet: bool,
) -> None:
    """Find what to commit for INSTANCE before it is known who withdraws, and what planning for withdrawals is worth.

    Each nation stays in an objective with a probability equal to its willingness. The commitments must be affordable
    and relievable together; which of them are deployed is decided once it is known who stays. Coverage, in expectation
    and in the worst futures, comes first; the cost of the commitments comes second. The exit status is as in solve.
    """
    from allocator.cli.solve import EXIT
    from allocator.errors import BadUsage
    from allocator.hedging import hedge
    from allocator.report.studies.hedge import hedge_study

    if as_json and as_csv:
        raise BadUsage("--json and --csv exclude each other")
    made = pages(report, pictures)
    warn = None if quiet else lambda text: print_message(f"warning: {text}")
    load_solver()
    with watched() as watch, later():  # an interruption waits until the results are shown
        with Line(quiet) as line:
            found = hedge(
                instance, model, futures=futures, seed=seed, cvar=cvar, weight=weight, replications=replications,
                evaluate=evaluate, gap=gap, time_limit=time_limit, method=method, overrides=overrides,
                case=case, coalition=coalition, progress=line.step, warn=warn,
            )  # fmt: skip
        _show(found, as_json, as_csv)
        made.of_study(lambda: hedge_study(found.to_dict()))
        if found.stopped_by == "interrupt":
            left = "" if found.rows("plans") else "; the plan was not evaluated in other futures"
            print_message(f"interrupted{left}" if found.found else "interrupted before a plan was found")
        if found.status == "error":
            print_message(f"Error: {found.reason}")
        watch.answered = found.stopped_by == "interrupt"
        raise Exit(EXIT[found.status])


def _show(found: Hedge, as_json: bool, as_csv: bool) -> None:
    from allocator.report.text.hedge import draw_hedge

    if as_json:
        emit_json(found.to_dict())
    elif as_csv:
        emit(_csv(found))
    else:
        printed(lambda out: draw_hedge(out, found))


def _csv(found: Hedge) -> str:
    from allocator.hedging.answer import COLUMNS

    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS["commitments"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(found.rows())
    return stream.getvalue()
