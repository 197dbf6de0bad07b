"""``allocator solve``."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

import click

from allocator.cli import end, talk
from allocator.cli.options import Number, instance_argument, json_option, model_option, set_option

if TYPE_CHECKING:
    from allocator.lexicographic import Progress

EXIT = {"optimal": 0, "feasible": 0, "infeasible": 3, "no_plan": 4, "interrupted": 130, "error": 1}
"""Status of a solve -> exit status of the command."""


@click.command("solve")
@instance_argument
@model_option
@click.option(
    "--gap",
    type=Number(0, 1),
    default=1e-4,
    show_default=True,
    help="Relative gap at which an objective counts as proved; 0 asks for proof.",
)
@click.option(
    "--time-limit", type=Number(0, min_open=True), metavar="SECONDS", help="Stop then and keep the best plan."
)
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True, help="Threads of HiGHS.")
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 2), default=0, show_default=True, help="Random seed of HiGHS."
)
@set_option
@click.option("--out", metavar="DIR|FILE.xlsx", help="Write the result tables there, whole or not at all.")
@json_option
@click.option("--quiet", is_flag=True, help="No progress and no warnings.")
def command(
    instance: str,
    model: str | None,
    gap: float,
    time_limit: float | None,
    threads: int,
    seed: int,
    overrides: tuple[str, ...],
    out: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Find who sends what for INSTANCE (folder, .xlsx, .json or a bundled name), and prove how good the plan is.

    Exit status: 0 a plan was found, 2 bad input or usage, 3 infeasible, 4 no plan within the limit, 130 interrupted
    without one, 1 a failure of the program.
    """
    from allocator.api import choose, solve
    from allocator.plan import check_target

    if out is not None:
        check_target(out)
    read, chosen = choose(instance, model, overrides)
    if not quiet:
        talk(*(f"warning: {text}" for text in [*read.warnings(), *chosen.warnings()]))
    line = None if quiet else Line()
    plan = solve(read, chosen, gap=gap, time_limit=time_limit, threads=threads, seed=seed, progress=line)
    plan.manifest["overrides"] = list(overrides)
    if line is not None:
        line.clear()
    if as_json:
        click.echo(json.dumps(plan.to_dict(), ensure_ascii=False, allow_nan=False, indent=1))
    else:
        from allocator.cli.answer import show_plan

        show_plan(plan)
    if plan.found and out is not None:
        plan.write(out)
        talk(f"wrote {out}")
    if plan.status == "error":
        talk(f"Error: {plan.reason}")
    end(EXIT[plan.status])


class Line:
    """The line of progress on standard error: live on a terminal, else a line now and then."""

    PATIENCE = 2.0
    EVERY = 10.0

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.began = time.monotonic()
        self.told = 0.0
        self.width = 0

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self.began < self.PATIENCE or (not self.live and now - self.told < self.EVERY):
            return
        self.told = now
        incumbent = "none yet" if progress.incumbent is None else f"{progress.incumbent:.6g}"
        bound = "none yet" if progress.bound is None else f"{progress.bound:.6g}"
        gap = "" if progress.gap is None else f", gap {100 * progress.gap:.3g} %"
        stage = f"{progress.objective} ({progress.stage} of {progress.stages})"
        text = f"{progress.seconds:6.0f} s  {stage}: best {incumbent}, bound {bound}{gap}"
        if self.live:
            sys.stderr.write("\r" + text.ljust(self.width))
            self.width = len(text)
        else:
            sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def clear(self) -> None:
        """Wipe the live line."""
        if self.width:
            sys.stderr.write("\r" + " " * self.width + "\r")
            sys.stderr.flush()
