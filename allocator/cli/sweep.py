"""``allocator sweep``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
from click.exceptions import Exit

from allocator.arguments import LARGEST_SEED
from allocator.cli.help import Command
from allocator.cli.options import (
    Number,
    case_option,
    coalition_option,
    instance_argument,
    json_option,
    model_option,
    quiet_option,
    set_option,
    threads_option,
    writing,
)
from allocator.cli.page import pages, pages_options
from allocator.cli.progress import Line, rounded_time
from allocator.cli.terminal import emit, emit_json, load_solver, print_message, printed
from allocator.errors import AllocatorError, BadUsage
from allocator.plan.manifest import called
from allocator.report.text.words import count
from allocator.stopping import at_once, later

if TYPE_CHECKING:
    from allocator.instance import Instance
    from allocator.sweeps.design.file import Design
    from allocator.sweeps.result import Sweep
    from allocator.sweeps.run.runner import Progress

EXAMPLES = """for example:
  allocator sweep {name} --vary "requirements.quantity*=0.5:1.5:11"
  allocator sweep {name} --coalitions all --coalitions groups
  allocator sweep {name} --one-at-a-time --by source
  allocator sweep {name} --pareto gap,cost
  allocator sweep {name} --politics 500 --success "coverage>=0.5\""""

MOST_REASONS = 5
"""Kinds of failure that are printed."""


@click.command("sweep", cls=Command, own="What varies")
@instance_argument
@click.argument("sweep", metavar="[SWEEP]", required=False)
@click.option(
    "--vary",
    metavar="KEY=a,b,c|LO:HI:N",
    multiple=True,
    help="Vary a key; all combinations of several are solved. KEY and operator are as in --set; "
    "KEY1,KEY2= changes several keys together.",
)
@click.option(
    "--coalitions",
    metavar="TEXT[;TEXT]",
    multiple=True,
    help="Coalitions to compare, each as in --coalition; all means everyone, groups means each group in turn.",
)
@click.option(
    "--one-at-a-time", is_flag=True, help="Vary each uncertain figure from low to high, with the others at base."
)
@click.option(
    "--by",
    type=click.Choice(["figure", "source"]),
    help="For --one-at-a-time: move each figure alone, or all figures of one source or assumption together, to the end "
    "that hurts coverage and to the end that helps it. [default: figure]",
)
@click.option(
    "--figure",
    "figures",
    metavar="NAME",
    multiple=True,
    help="Figures for --one-at-a-time and --sample, e.g. forces.units. [default: all with a range]",
)
@click.option(
    "--sample", type=click.IntRange(2), metavar="N", help="Draw a sample of N points over the ranges of the figures."
)
@click.option("--method", type=click.Choice(["lhs", "sobol", "morris"]), help="Method for --sample. [default: lhs]")
@click.option("--pareto", metavar="A,B[,C]", help="Find the Pareto front of two or three objectives, e.g. gap,cost.")
@click.option("--steps", type=click.IntRange(2), help="Number of values of each ceiling for --pareto. [default: 11]")
@click.option("--politics", type=click.IntRange(1), metavar="N", help="Draw N times which nations withdraw.")
@click.option(
    "--success",
    metavar="CONDITION",
    multiple=True,
    help="Condition whose probability --politics estimates, e.g. coverage.safe_skies>=0.9. May be repeated.",
)
@click.option(
    "--threshold",
    "thresholds",
    metavar="CONDITION",
    multiple=True,
    help="Find by bisection over --over where CONDITION starts or stops holding. May be repeated with --over.",
)
@click.option(
    "--over",
    metavar="KEY=LO:HI",
    multiple=True,
    help="Range for --threshold; a figure with a range needs only its name.",
)
@model_option
@case_option
@set_option
@coalition_option
@click.option("--gap", type=Number(0, 1), help="Relative gap at which an objective counts as proved. [default: 0.0001]")
@click.option(
    "--time-limit",
    type=Number(0, min_open=True),
    metavar="SECONDS",
    help="Limit for each point; what points leave over goes to open ones. [default: 60]",
)
@threads_option
@click.option(
    "--seed",
    type=click.IntRange(0, LARGEST_SEED),
    help="Random seed for HiGHS, --sample and --politics. [default: 0]",
)
@click.option(
    "--store",
    type=click.Path(),
    metavar="FILE",
    help="File in which solved points are stored and reused. [default: INSTANCE.sweep in this folder]",
)
@click.option("--no-resume", is_flag=True, help="Solve every point again, even if it is in the store.")
@click.option(
    "--workers", type=click.IntRange(0), help="Number of worker processes; 0 for none. [default: one per processor]"
)
@click.option("--scheduler", metavar="ADDRESS", help="Solve on a Dask cluster instead (needs the extra cluster).")
@click.option(
    "--max-points",
    type=click.IntRange(1),
    default=10_000,
    show_default=True,
    help="Ask before solving a larger design.",
)
@click.option("--out", metavar="FILE", help="Write one row per point to FILE: .csv, .json, .xlsx or .parquet.")
@click.option("--deployments", metavar="FILE", help="Write who sends what at each point to FILE.")
@pages_options
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print one row per point as CSV and nothing else.")
@quiet_option
def command(
    instance: str,
    sweep: str | None,
    model: str | None,
    case: str,
    overrides: tuple[str, ...],
    coalition: str | None,
    gap: float | None,
    time_limit: float | None,
    threads: int,
    seed: int | None,
    store: str | None,
    no_resume: bool,
    workers: int | None,
    scheduler: str | None,
    max_points: int,
    out: str | None,
    deployments: str | None,
    as_json: bool,
    as_csv: bool,
    quiet: bool,
    **varied: Any,
) -> None:
    """Solve INSTANCE at every point of a design, and show what changes the answer.

    SWEEP is the name of a file in the instance's folder sweeps, or your own .toml file. Options replace its settings;
    --set adds to them. Solved points are stored, so the same command continues an interrupted sweep.

    Exit status: 0 the sweep is complete, 1 no point has an answer, 2 bad input or usage, 130 interrupted (the solved
    points are shown and stored).
    """
    from allocator.api import read_for
    from allocator.report.studies.sweep import sweep_study

    if as_json and as_csv:
        raise BadUsage("--json and --csv exclude each other")
    if scheduler is not None and workers is not None:
        raise BadUsage("--workers and --scheduler exclude each other")
    tables = {"sweep": out, "deployments": deployments}
    _check(tables)
    made = pages(varied.pop("report"), varied.pop("pictures"))
    read = read_for(instance, model, overrides, case=case, coalition=coalition)
    given = {"model": model, "coalition": coalition, "gap": gap, "time_limit": time_limit}
    design = _design(read, sweep, {**varied, "seed": seed}, given, overrides, case)
    store_file = f"{read.name}.sweep" if store is None else store
    if not quiet:
        _print_warnings(read, design)
    options = {"store": store_file, "resume": not no_resume, "workers": workers, "scheduler": scheduler}
    options |= {"threads": threads, "seed": seed or 0}
    load_solver()
    with later(), _run_sweep(read, design, options, max_points, quiet) as done:  # shown before Ctrl-C counts
        content = done.to_dict()
        _show(done, content, as_json, as_csv)
        _keep(done, content)
        made.of_study(lambda: sweep_study(content))
        raise Exit(_finish(done, store_file, tables, quiet))


def _design(
    read: Instance,
    sweep: str | None,
    varied: dict[str, Any],
    given: dict[str, Any],
    overrides: tuple[str, ...],
    case: str,
) -> Design:
    """The design from the sweep file and the command line, with the options that all points share."""
    from allocator.sweeps.design.file import load_design

    design = _with_options(read, load_design(sweep, read) if sweep else None, **varied)
    return replace(
        design,
        overrides=(*design.overrides, *overrides),
        case=design.case if case == "base" else case,
        **{name: value for name, value in given.items() if value not in (None, "")},
    )


def _print_warnings(read: Instance, design: Design) -> None:
    """Print warnings about the instance and about the keys that are varied."""
    from allocator.instance.odd import varied_horizon

    keys = [*design.vary, *(flip.over for flip in design.threshold)]
    print_message(*(f"warning: {text}" for text in [*read.warnings(), *varied_horizon(read, keys)]))


def _run_sweep(read: Instance, design: Design, options: dict[str, Any], max_points: int, quiet: bool) -> Sweep:
    """Run the sweep; a design with too many points needs confirmation on a terminal."""
    from allocator.sweeps.sweep import TooMany

    def run(most: int) -> Sweep:
        from allocator.sweeps.sweep import sweep as swept

        with Line(quiet) as line:
            return swept(
                read,
                design,
                max_points=most,
                progress=lambda progress: line.update(lambda: describe(progress)),
                **options,
            )

    try:
        return run(max_points)
    except TooMany as many:
        with at_once():
            if not sys.stdin.isatty() or not click.confirm(f"Solve {many.points:,} points?", err=True):
                raise
        return run(many.points)


def _finish(done: Sweep, store_file: str, tables: dict[str, str | None], quiet: bool) -> int:
    """Write the tables, print the closing messages and return the exit status."""
    failed = _warn(done, store_file, quiet)
    for table, path in tables.items():
        if path is not None:
            with writing(path):
                done.write(path, table)
            print_message(f"wrote {path}")
    if done.interrupted:
        print_message("interrupted; the same command continues the sweep")
        return 130
    return 1 if failed == sum(len(answered.rows) for answered in done.answers) else 0


def _with_options(read: Instance, design: Design | None, **given: Any) -> Design:
    """The design of a sweep file, with the settings that the command line replaces."""
    from allocator.sweeps.design.file import Design, Draws, Flip, Front, Sampling, sweeps_of

    design = design or Design()
    new: dict[str, Any] = {"seed": given["seed"]} if given["seed"] is not None else {}
    varies_one = design.one_at_a_time or given["one_at_a_time"]
    for needed, by, options in (
        ("by", varies_one, "--by needs --one-at-a-time"),
        ("method", design.sample or given["sample"], "--method needs --sample"),
        ("steps", design.pareto or given["pareto"], "--steps needs --pareto"),
        ("success", design.politics or given["politics"], "--success needs --politics"),
        ("figures", design.sample or given["sample"] or varies_one, "--figure needs --one-at-a-time or --sample"),
    ):  # fmt: skip
        if given[needed] and not by:
            raise BadUsage(options)
    changes: dict[str, Any] = {key: given[key] for key in ("vary", "by") if given[key]}
    if given["coalitions"]:
        changes["coalitions"] = tuple(part.strip() for text in given["coalitions"] for part in text.split(";"))
    if given["one_at_a_time"] or (given["figures"] and design.one_at_a_time):
        changes["one_at_a_time"] = given["figures"] or True
    if design.sample or given["sample"]:
        own = {"n": given["sample"], "method": given["method"], "figures": given["figures"], **new}
        changes["sample"] = _replaced(design.sample, Sampling, own)
    if design.pareto or given["pareto"]:
        objectives = tuple(name.strip() for name in given["pareto"].split(",")) if given["pareto"] else None
        changes["pareto"] = _replaced(design.pareto, Front, {"objectives": objectives, "steps": given["steps"]})
    if design.politics or given["politics"]:
        own = {"n": given["politics"], "success": given["success"], **new}
        changes["politics"] = _replaced(design.politics, Draws, own)
    if given["thresholds"] or given["over"]:
        changes["threshold"] = tuple(Flip(*pair) for pair in _pairs(given["thresholds"], given["over"]))
    design = replace(design, **changes)
    if not any((design.vary, design.coalitions, design.one_at_a_time, design.sample, design.pareto, design.politics,
                design.threshold)):  # fmt: skip
        names = ", ".join(sweeps_of(read))
        bundled = f"\nsweeps that come with {read.name}: {names}" if names else ""
        raise BadUsage(f"nothing to sweep; {EXAMPLES.format(name=called(read))}{bundled}")
    return design


def _replaced(old: Any, kind: Any, given: dict[str, Any]) -> Any:
    """Settings of a file (``old``), with those that are given in their place."""
    given = {name: value for name, value in given.items() if value not in (None, ())}
    return kind(**given) if old is None else replace(old, **given)


def _pairs(conditions: Sequence[str], over: Sequence[str]) -> list[tuple[str, str]]:
    if len(over) == 1:
        over = list(over) * len(conditions)
    if len(conditions) != len(over) or not over:
        counts = f"{count(len(conditions), 'condition')} and {count(len(over), 'key')}"
        raise BadUsage(f"found {counts}; expected one --over for each --threshold")
    return list(zip(conditions, over, strict=True))


def _check(tables: dict[str, str | None]) -> None:
    """Refuse unusable table files before anything is solved."""
    from allocator.sweeps.tables import check_table

    places = [place for place in tables.values() if place is not None]
    if len({*map(str, map(check_table, places))}) < len(places):
        raise BadUsage(f"{places[0]}: --out and --deployments name the same file")


def _show(done: Sweep, content: dict[str, Any], as_json: bool, as_csv: bool) -> None:
    if as_json:
        emit_json(content)
    elif as_csv:
        emit(done.csv())
    else:
        from allocator.report.text.sweep import draw_sweep

        printed(lambda out: draw_sweep(out, done))


def _keep(done: Sweep, content: dict[str, Any]) -> None:
    """Keep the result beside the points, which stay safe if the store cannot hold it; a warning says so."""
    try:
        done.keep(content)
    except AllocatorError as error:
        print_message(f"warning: {error}; allocator report will find no page in it")


def _warn(done: Sweep, store_file: str, quiet: bool) -> int:
    """Print warnings about the points and the store; return how many points have no answer."""
    from allocator.sweeps.findings import states

    reasons: Counter[str] = Counter()
    for answered in done.answers:
        reasons.update(states(answered.rows)["reasons"])
    if quiet:
        return reasons.total()
    print_message(*(f"warning: {text}" for text in [*done.notes, *done.model.warnings()]))
    for reason, times in reasons.most_common(MOST_REASONS):
        print_message(f"warning: {count(times, 'point')} without an answer: {reason}")
    if len(reasons) > MOST_REASONS:
        print_message(f"warning: and {len(reasons) - MOST_REASONS} more kinds of failure; the --out table lists them")
    if done.changed:
        print_message(
            f"note: {store_file} has {count(done.changed, 'point')} from an earlier version of {done.instance.name}; "
            "they were not used"
        )
    if done.damaged:
        print_message(f"warning: {store_file} had {count(done.damaged, 'point')} altered or damaged, and solved again")
    print_message(f"every solved point is stored in {store_file}")
    return reasons.total()


def describe(progress: Progress) -> str:
    """The progress of a sweep in one line."""
    words = [f"{progress.seconds:5.0f} s  {progress.done + progress.found:,} of {progress.points:,} done"]
    words += [f"{progress.known:,} of them settled without a solve"] if progress.known else []
    words += [f"{progress.found:,} found in the store"] if progress.found else []
    words += [f"{progress.running} running"]
    words += [f"{progress.failed:,} failed"] if progress.failed else []
    if progress.left is not None:
        words += [f"{progress.rate:.3g} per second", f"about {rounded_time(progress.left)} left"]
    if progress.best is not None and progress.worst is not None:
        words.append(f"{progress.objective} {progress.best:,.4g} to {progress.worst:,.4g}")
    return ", ".join(words)
