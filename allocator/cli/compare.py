"""``allocator compare``."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from allocator.cli.options import Number, json_option, model_option, set_option
from allocator.cli.progress import Line
from allocator.cli.terminal import emit, emit_json, load_solver, number, percent, printed, table, talk
from allocator.stopping import later

if TYPE_CHECKING:
    from rich.console import Console

    from allocator.comparison import Comparison

MOST = 12
"""Changes that are shown of each case; JSON and CSV have all."""


@click.command("compare")
@click.argument("instances", nargs=-1, required=True, metavar="INSTANCE...")
@click.option(
    "--with",
    "variants",
    multiple=True,
    metavar="SETTINGS",
    help="Another column for each instance: KEY=VALUE as in --set, model=NAME, coalition=JEF+FRA, case=low, "
    "separated by blanks. May be repeated.",
)
@model_option
@set_option
@click.option("--gap", type=Number(0, 1), default=1e-4, show_default="0.0001", help="As in solve, for each case.")
@click.option("--time-limit", type=Number(0, min_open=True), metavar="SECONDS", help="For each case.")
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True, help="Threads of HiGHS.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 2), default=0, show_default=True, help="Random seed of HiGHS.")
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print tidy rows as CSV and nothing else.")
@click.option("--quiet", is_flag=True, help="No progress and no warnings.")
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
    """Solve several cases and lay them side by side: coverage, members, people, cost, burden, and who moves where.

    The first column is what the others are compared with. Exit status: that of the first case without a plan, else 0.
    """
    from allocator.cli.solve import EXIT
    from allocator.comparison import cases, compare
    from allocator.errors import BadUsage

    if as_json and as_csv:
        raise BadUsage("--json and --csv exclude each other")
    chosen = cases(instances, variants, model=model, overrides=overrides)
    if not quiet:
        warned = dict.fromkeys(text for case in chosen for text in [*case.instance.warnings(), *case.model.warnings()])
        talk(*(f"warning: {text}" for text in warned))
    load_solver()
    with later():  # what has been worked out is shown, whatever comes
        with Line(quiet) as line:
            found = compare(chosen, gap=gap, time_limit=time_limit, threads=threads, seed=seed, progress=line.step)
        if not quiet:
            talk(*dict.fromkeys(f"warning: {text}" for column in found.columns for text in column.plan.warnings()))
        if as_json:
            emit_json(found.to_dict())
        elif as_csv:
            stream = io.StringIO()
            writer = csv.DictWriter(stream, ["case", "section", "key", "value"], lineterminator="\n")
            writer.writeheader()
            writer.writerows(found.rows())
            emit(stream.getvalue())
        else:
            printed(lambda out: _draw(out, found))
        left = [case.label for case in chosen[len(found.columns) :]]
        if left or found.columns[-1].plan.stopped_by == "interrupt":
            talk("interrupted; not solved: " + (", ".join(left) or "none"))
            raise Exit(130)
        raise Exit(next((EXIT[column.plan.status] for column in found.columns if not column.plan.found), 0))


def _draw(out: Console, found: Comparison) -> None:
    grid = table(("", "left"), *((column.case.label, "right") for column in found.columns))
    keys = dict.fromkeys(key for column in found.columns for key in column.figures)
    sections = dict.fromkeys(section for section, _ in keys)
    for section, key in (key for wanted in sections for key in keys if key[0] == wanted):
        cells = []
        for column in found.columns:
            value = column.figures.get((section, key))
            if value is None:
                cells.append("–")
            elif isinstance(value, str):
                cells.append(value)
            elif section in ("coverage", "proved to") or (section in ("objective", "given up") and key == "gap"):
                cells.append(percent(value, 2 if section == "proved to" else 1))
            elif len(found.currencies) > 1 and (key == "cost" or section == "money"):
                cells.append(f"{column.case.instance.currency} {number(value)}".strip())
            else:
                cells.append(number(value))
        grid.add_row(_row(section, key), *cells)
    out.print(grid)
    for note in found.notes():
        out.print()
        out.print(note)
    for column in found.columns[1:]:
        changes = found.changes(column)
        out.print()
        out.print(f"{column.case.label}, against {found.columns[0].case.label}:")
        for text in changes[:MOST]:
            out.print(f"  {text}")
        if len(changes) > MOST:
            out.print(f"  and {len(changes) - MOST} more (--json has them)")
        if not changes:
            out.print("  no plan" if not column.plan.found else "  nothing changes")
    if len(found.columns) > 1:
        out.print()
        out.print("Who moves is not settled among plans of equal worth; the figures in the table are.")
    for column in found.columns:
        if column.plan.reason:
            out.print()
            out.print(f"{column.case.label}: {column.plan.reason}")


UNITS = {
    "gap": "what stays unmet",
    "risk": "risk, thousand person-months",
    "cost": "cost, million over the horizon",
    "burden": "burden, per mille of GDP a year",
}


def _row(section: str, key: str) -> str:
    if section == "objective":
        return UNITS[key]
    if section == "given up":
        return f"  {key} of it given up for later objectives"
    if section == "proved to":
        return f"  {key} proved to within"
    if section in ("coverage", "people"):
        return f"{section}, {key}"
    return {"cost a year": "cost a year, million"}.get(key, key)
