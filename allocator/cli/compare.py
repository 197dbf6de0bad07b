"""``allocator compare``."""

from __future__ import annotations

import csv
import io

import click
from click.exceptions import Exit

from allocator.cli.options import (
    gap_option,
    json_option,
    model_option,
    quiet_option,
    seed_option,
    set_option,
    threads_option,
    time_limit_option,
)
from allocator.cli.progress import Line
from allocator.cli.terminal import emit, emit_json, load_solver, print_message, printed
from allocator.stopping import later


@click.command("compare")
@click.argument("instances", nargs=-1, required=True, metavar="INSTANCE...")
@click.option(
    "--with",
    "variants",
    multiple=True,
    metavar="SETTINGS",
    help="Add a column for each instance: KEY=VALUE as in --set, model=NAME, coalition=JEF+FRA, case=low, "
    "separated by spaces. May be repeated.",
)
@model_option
@set_option
@gap_option(1e-4)
@time_limit_option("Limit for each case.")
@threads_option
@seed_option()
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print tidy rows as CSV and nothing else.")
@quiet_option
def command(
    instances: tuple[str, ...],
    variants: tuple[str, ...],
    model: str | None,
    overrides: tuple[str, ...],
    gap: float,
    time_limit: float | None,
    threads: int,
    seed: int,
    as_json: bool,
    as_csv: bool,
    quiet: bool,
) -> None:
    """Solve several cases and compare their coverage, members, people, cost and burden, and who moves where.

    Each INSTANCE is a column; each --with SETTINGS adds another column for every INSTANCE. All columns are compared
    with the first. The exit status is that of the first case without a plan, or 0 if every case has one.
    """
    from allocator.cli.solve import EXIT
    from allocator.comparison import cases, compare
    from allocator.errors import BadUsage
    from allocator.report.text.comparison import draw_comparison

    if as_json and as_csv:
        raise BadUsage("--json and --csv exclude each other")
    chosen = cases(instances, variants, model=model, overrides=overrides)
    if not quiet:
        warned = dict.fromkeys(text for case in chosen for text in [*case.instance.warnings(), *case.model.warnings()])
        print_message(*(f"warning: {text}" for text in warned))
    load_solver()
    with later():  # an interruption waits until the results are shown
        with Line(quiet) as line:
            found = compare(chosen, gap=gap, time_limit=time_limit, threads=threads, seed=seed, progress=line.step)
        if not quiet:
            print_message(
                *dict.fromkeys(f"warning: {text}" for column in found.columns for text in column.plan.warnings())
            )
        if as_json:
            emit_json(found.to_dict())
        elif as_csv:
            stream = io.StringIO()
            writer = csv.DictWriter(stream, ["case", "section", "key", "value"], lineterminator="\n")
            writer.writeheader()
            writer.writerows(found.rows())
            emit(stream.getvalue())
        else:
            printed(lambda out: draw_comparison(out, found))
        left = [case.label for case in chosen[len(found.columns) :]]
        if left or found.columns[-1].plan.stopped_by == "interrupt":
            print_message("interrupted; not solved: " + (", ".join(left) or "none"))
            raise Exit(130)
        raise Exit(next((EXIT[column.plan.status] for column in found.columns if not column.plan.found), 0))
