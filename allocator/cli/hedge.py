"""``allocator hedge``."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from allocator.cli.options import (
    Number,
    case_option,
    coalition_option,
    instance_argument,
    json_option,
    model_option,
    set_option,
)
from allocator.cli.progress import Line
from allocator.cli.terminal import emit, emit_json, load_solver, printed, talk
from allocator.stopping import later, watched

if TYPE_CHECKING:
    from allocator.hedging import Hedge


@click.command("hedge")
@instance_argument
@model_option
@click.option(
    "--futures",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="Futures to draw; where there are no more than this (or than 64), all are taken.",
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 2), default=0, show_default=True, help="Seed of the draws.")
@click.option(
    "--cvar",
    type=Number(0, 1, max_open=True),
    default=0.9,
    show_default=True,
    help="Level of the conditional value at risk: 0.9 looks at the worst 10 % of the futures.",
)
@click.option(
    "--weight",
    type=Number(0, 1),
    default=0.5,
    show_default=True,
    help="How much the worst futures count; the rest is the expectation.",
)
@click.option(
    "--replications",
    type=click.IntRange(2),
    default=5,
    show_default=True,
    help="Samples from which the error of sampling is judged.",
)
@click.option(
    "--evaluate", type=click.IntRange(2), default=200, show_default=True, help="Draws anew by which plans are judged."
)
@click.option(
    "--gap",
    type=Number(0, 1),
    default=1e-3,
    show_default="0.001",
    help="Relative gap at which an objective counts as proved.",
)
@click.option(
    "--time-limit",
    type=Number(0, min_open=True),
    metavar="SECONDS",
    help="For each programme: the plan, each further sample, each future alone.",
)
@click.option(
    "--method",
    type=click.Choice(["extensive", "hedging"]),
    default="extensive",
    show_default=True,
    help="One programme over all futures, or progressive hedging for many (needs the extra: futures).",
)
@case_option
@set_option
@coalition_option
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print the commitments as CSV and nothing else.")
@click.option("--quiet", is_flag=True, help="No progress and no warnings.")
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
    as_json: bool,
    as_csv: bool,
    quiet: bool,
) -> None:
    """What to commit for INSTANCE before it is known who withdraws, and what planning for that is worth.

    Each nation stays under an objective with its willingness as probability. What is committed must be affordable and
    relievable at once; what of it is deployed is decided when it is known who is left. Coverage first, in expectation
    and in the worst futures, then the cost of what is committed. Exit status as of solve.
    """
    from allocator.cli.solve import EXIT
    from allocator.errors import BadUsage
    from allocator.hedging import hedge
    from allocator.report.text.hedge import draw_hedge

    if as_json and as_csv:
        raise BadUsage("--json and --csv exclude each other")
    warn = None if quiet else lambda text: talk(f"warning: {text}")
    load_solver()
    with watched() as watch, later():  # what has been worked out is shown, whatever comes
        with Line(quiet) as line:
            found = hedge(
                instance, model, futures=futures, seed=seed, cvar=cvar, weight=weight, replications=replications,
                evaluate=evaluate, gap=gap, time_limit=time_limit, method=method, overrides=overrides,
                case=case, coalition=coalition, progress=line.step, warn=warn,
            )  # fmt: skip
        if as_json:
            emit_json(found.to_dict())
        elif as_csv:
            emit(_csv(found))
        else:
            printed(lambda out: draw_hedge(out, found))
        if found.stopped_by == "interrupt":
            talk("interrupted" + ("; the plan was not judged in other futures" if not found.rows("plans") else ""))
        if found.status == "error":
            talk(f"Error: {found.reason}")
        watch.answered = found.stopped_by == "interrupt"
        raise Exit(EXIT[found.status])


def _csv(found: Hedge) -> str:
    from allocator.hedging.answer import COLUMNS

    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS["commitments"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(found.rows())
    return stream.getvalue()
