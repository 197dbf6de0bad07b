"""``allocator compare``."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from allocator.cli.help import Command
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
from allocator.cli.page import Pages, pages, pages_options
from allocator.cli.progress import Line
from allocator.cli.terminal import emit, emit_json, load_solver, print_message, printed
from allocator.resources import shipped_instances
from allocator.stopping import later

if TYPE_CHECKING:
    from allocator.comparison import Comparison


@click.command("compare", cls=Command, own="Columns")
@click.argument("instances", nargs=-1, required=True, metavar="INSTANCE...")
@click.option(
    "--with",
    "variants",
    multiple=True,
    metavar="SETTINGS",
    help="Add a column for each instance: KEY=VALUE as in --set, model=NAME, coalition=JEF+FRA, case=low, "
    "separated by spaces. May be repeated.",
)
@click.option(
    "--of", multiple=True, metavar="INSTANCE", help="With two saved results: the instance they are of, or one for each."
)
@model_option
@set_option
@gap_option(1e-4)
@time_limit_option("Limit for each case.")
@threads_option
@seed_option()
@pages_options
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print tidy rows as CSV and nothing else.")
@quiet_option
def command(
    instances: tuple[str, ...],
    variants: tuple[str, ...],
    of: tuple[str, ...],
    model: str | None,
    overrides: tuple[str, ...],
    gap: float,
    time_limit: float | None,
    threads: int,
    seed: int,
    report: str | None,
    pictures: str | None,
    as_json: bool,
    as_csv: bool,
    quiet: bool,
) -> None:
    """Solve several cases and compare their coverage, members, people, cost and burden, and who moves where.

    Two saved results (folders of solve --out, or files of solve --json) are compared as they are. Only real changes are
    shown: none that is smaller than what was proved, and none between plans that are equally good.

    Each INSTANCE is a column; each --with SETTINGS adds another column for every INSTANCE. All columns are compared
    with the first. The exit status is that of the first case without a plan, or 0 if every case has one.
    """
    from allocator.cli.solve import EXIT
    from allocator.comparison import cases, compare
    from allocator.errors import BadUsage

    if as_json and as_csv:
        raise BadUsage("--json and --csv exclude each other")
    made = pages(report, pictures)
    saved = _saved(instances, bool(variants or model or overrides), of)
    if saved:
        _compare_saved(instances, of, time_limit, threads, seed, made, as_json, as_csv, quiet)
        return
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
        _show(found, made, as_json, as_csv)
        left = [case.label for case in chosen[len(found.columns) :]]
        if left or found.columns[-1].plan.stopped_by == "interrupt":
            print_message("interrupted; not solved: " + (", ".join(left) or "none"))
            raise Exit(130)
        raise Exit(next((EXIT[column.plan.status] for column in found.columns if not column.plan.found), 0))


def _show(found: Comparison, made: Pages, as_json: bool, as_csv: bool) -> None:
    """Print a comparison in the format that is asked for, and write its page."""
    from allocator.report.studies.comparison import comparison_study
    from allocator.report.text.comparison import draw_comparison

    if as_json:
        emit_json(found.to_dict())
    elif as_csv:
        _emit_csv(found)
    else:
        printed(lambda out: draw_comparison(out, found))
    made.of_study(lambda: comparison_study(found.to_dict()))


def _emit_csv(found: Comparison) -> None:
    """Print tidy rows."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, ["case", "section", "key", "value"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(found.rows())
    emit(stream.getvalue())


def _saved(instances: tuple[str, ...], changed: bool, of: tuple[str, ...]) -> bool:
    """Whether two saved results are to be compared; refuses results beside instances, and options of a solve."""
    from allocator.errors import BadUsage
    from allocator.explaining.results import is_result

    results = [path for path in instances if is_result(path)]
    if not results:
        if of:
            raise BadUsage("--of names the instance of saved results, and none is given")
        return False
    other = next((path for path in instances if path not in results), None)
    if other is not None or len(instances) != 2:
        raise BadUsage(f"{results[0]} is a saved result{_beside(other)}; compare two saved results, or instances alone")
    if changed:
        raise BadUsage("saved results are compared as they are; --with, --model and --set are for instances")
    if len(of) > 2:
        raise BadUsage("--of is given once for both results, or twice")
    return True


def _beside(other: str | None) -> str:
    """What is known of a path beside a saved result that holds none, and the way to one."""
    if other is None:
        return ""
    if not Path(other).exists() and other not in shipped_instances():
        return f", and there is nothing at {other}"
    if other.lower().endswith(".xlsx"):
        return f", and {other} is a workbook, which cannot be compared with it: save its plan with solve --out DIR"
    return f", and {other} is none: save its plan with solve --out DIR"


def _compare_saved(
    results: Sequence[str], of: tuple[str, ...], time_limit: float | None, threads: int, seed: int, made: Pages,
    as_json: bool, as_csv: bool, quiet: bool,
) -> None:  # fmt: skip
    """Compare two saved results and print what really changed."""
    from allocator.real_changes import compare_results

    load_solver()
    with later():
        with Line(quiet) as line:
            found = compare_results(
                results[0], results[1], of, time_limit=time_limit, threads=threads, seed=seed, progress=line.step
            )
        _show(found, made, as_json, as_csv)
