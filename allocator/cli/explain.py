"""``allocator explain``."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.exceptions import Exit

from allocator.cli import BEGAN
from allocator.cli.help import Command
from allocator.cli.options import (
    Number,
    Target,
    case_option,
    coalition_option,
    gap_option,
    instance_argument,
    json_option,
    model_option,
    quiet_option,
    seed_option,
    set_option,
    threads_option,
    time_limit_option,
    writing,
)
from allocator.cli.terminal import emit_json, print_message, printed
from allocator.errors import AllocatorError, BadUsage, OutOfTime
from allocator.stopping import at_once, later, watched

if TYPE_CHECKING:
    from allocator.explaining.answer import Answer

QUESTIONS = ("worth", "why", "why_not", "need", "who", "alternatives", "from_plan", "fairness", "asks")
"""Options that ask a question, at most one of which a call has."""


class AsksWithoutTarget(Command):
    """A command whose ``--asks`` does not take the only INSTANCE for its target."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; without an INSTANCE, once more with ``--asks`` alone."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.MissingParameter:
            if "--asks" not in given:
                raise
            return super().parse_args(ctx, ["--asks=all" if word == "--asks" else word for word in given])


@click.command("explain", cls=AsksWithoutTarget, own="Questions, at most one a call")
@instance_argument
@model_option
@click.option("--worth", metavar="all|KEY+=STEP", help="What one more of each thing, or more of one thing, is worth.")
@click.option("--why", metavar="TEXT", help="Why a deployment: NATION [UNIT_TYPE [TASK [PERIOD]]], * for any.")
@click.option("--why-not", metavar="TEXT", help="Why not: what forbids such a deployment, or what it would worsen.")
@click.option(
    "--need", metavar="CONDITION", help="What it takes, e.g. coverage.safe_skies>=0.9, cost<=1000, members>=5."
)
@click.option("--who", is_flag=True, help="Who matters: without one nation and two, pledges, shares in coverage.")
@click.option("--alternatives", is_flag=True, help="Which other coalitions are as good, and who is in all of them.")
@click.option("--from-plan", metavar="DIR|FILE", help="The least change from an earlier result.")
@click.option("--ladder", is_flag=True, help="With --from-plan: the changes saved for each point given up.")
@click.option("--fairness", is_flag=True, help="Shares of cost under several rules, and what fairness costs.")
@click.option(
    "--asks",
    is_flag=False,
    flag_value="all",
    metavar="[TARGET]",
    help="Whom to telephone, and for what: for each unmet line, or for a line TASK.CAPABILITY, an objective, "
    "coverage>=0.8.",
)
@click.option(
    "--most",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    metavar="N",
    help="Conflicts, repairs, coalitions and rungs to list.",
)
@click.option(
    "--within",
    type=Number(0),
    metavar="E",
    help="How much worse a plan that is as good may be. [default: 0.05 with --alternatives, otherwise 0]",
)
@gap_option(1e-4, "; 0 requires a full proof")
@time_limit_option("Limit for the whole call. What is proved in it is printed, and what is open is named.")
@threads_option
@seed_option()
@case_option
@set_option
@coalition_option
@click.option("--out", type=Target(), metavar="DIR", help="Write each list of the answer there as CSV, or none.")
@click.option("--full", is_flag=True, help="Print every line.")
@json_option
@quiet_option
def command(instance: str, out: str | None, full: bool, as_json: bool, quiet: bool, **options: Any) -> None:
    """Explain INSTANCE: why there is no plan, or what its gap depends on; or answer one of the questions below.

    Every claim is proved by a solve. Exit status: 0 answered, perhaps in part; 1 the program failed, 2 bad input or
    usage, 3 the question needs a plan and there is none, 4 nothing known within the time limit, 130 interrupted.
    """
    with at_once():
        from allocator.cli.progress import Line, describe
        from allocator.explaining.explainer import explain

    if as_json and full:
        raise BadUsage("--full is for the text; --json prints everything")
    with_ladder = options.pop("ladder")
    question, arguments = _question({name: options.pop(name) for name in QUESTIONS})
    if with_ladder and question != "repair":
        raise BadUsage("--ladder is for --from-plan: it prices the changes from an earlier plan")
    if with_ladder:
        arguments = (*arguments, True)
    target = None if out is None else _target(out)
    warn = None if quiet else lambda text: print_message(f"warning: {text}")
    gc.disable()  # the process ends with this answer; collecting large models would take seconds
    with watched() as watch, later():  # an interruption waits until what is done is written and shown
        try:
            with Line(quiet) as line:

                def show(what: str, progress: Any) -> None:
                    line.update(lambda: what if progress is None else f"{what}  {describe(progress)}")

                explainer = explain(instance, progress=show, warn=warn, began=BEGAN, **options)
                answer = explainer.answer(question, *arguments, began=BEGAN)
        except OutOfTime as late:
            if as_json:
                emit_json(_nothing(question, str(late), options["time_limit"]))
            raise
        _show(answer, target, out, as_json, full)
        watch.answered = answer.interrupted
        raise Exit(_status(answer))


def _question(asked: dict[str, Any]) -> tuple[str | None, tuple[Any, ...]]:
    """The question and its argument; None without one."""
    given = {name: value for name, value in asked.items() if value not in (None, False)}
    if len(given) > 1:
        names = " and ".join(f"--{name.replace('_', '-')}" for name in given)
        raise BadUsage(f"{names} are {len(given)} questions; ask one at a time")
    for name, value in given.items():
        return {"from_plan": "repair"}.get(name, name), () if value is True else (value,)
    return None, ()


def _status(answer: Answer) -> int:
    """The exit status of an answer."""
    if answer.status == "error":
        return 1
    if answer.interrupted:
        return 130
    if answer.refused:
        return 3
    return 0 if answer.answer else 4


def _show(answer: Answer, target: Path | None, out: str | None, as_json: bool, full: bool) -> None:
    """Write an answer to the target, and print it even if it could not be written."""
    from allocator.report.text.explain import draw_answer

    failure: Exception | None = None
    if target is not None and answer.answer:
        try:
            with writing(str(out)):
                answer.write(target)
        except (AllocatorError, OSError) as error:
            failure = error
    if as_json:
        emit_json(answer.to_dict())
    else:
        printed(lambda console: draw_answer(console, answer, full=full))
    if failure is not None:
        raise failure
    if target is not None:
        print_message(f"wrote {out}" if answer.answer else f"nothing is known; nothing was written to {out}")
    if answer.interrupted:
        print_message("interrupted; what was done is printed")


def _nothing(question: str | None, reason: str, time_limit: float | None) -> dict[str, object]:
    """The JSON object of a call that ended before the instance was read."""
    manifest = {"status": "no_plan", "stopped_by": "time_limit", "options": {"time_limit": time_limit}}
    return {
        "question": question or "gap", "status": "no_plan", "complete": False, "open": ["everything"], "answer": {},
        "text": reason, "plan": None, "manifest": manifest,
    }  # fmt: skip


def _target(out: str) -> Path:
    """The folder for an answer; refused if it cannot be written to or holds something else."""
    from allocator.explaining.answer import FILES
    from allocator.plan.writing import check_target

    try:
        target = Path(out).resolve()
        if target == Path.cwd():
            raise BadUsage(f"{out} is the current folder; choose a separate folder for the answer")
        check_target(target, FILES)
    except OSError as error:
        raise BadUsage(f"{out}: cannot be written ({error.strerror or error})") from None
    except RuntimeError:
        raise BadUsage(f"{out}: cannot be written (a symbolic link that points to itself)") from None
    return target
