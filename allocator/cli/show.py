"""``allocator show``."""

from __future__ import annotations

import click

from allocator.cli.help import Command
from allocator.cli.options import (
    case_option,
    coalition_option,
    instance_argument,
    json_option,
    model_option,
    set_option,
)
from allocator.cli.terminal import emit_json, print_message, printed


@click.command("show", cls=Command)
@instance_argument
@model_option
@case_option
@set_option
@coalition_option
@click.option("--full", is_flag=True, help="Print every row of every table.")
@json_option
def command(
    instance: str,
    model: str | None,
    case: str,
    overrides: tuple[str, ...],
    coalition: str | None,
    full: bool,
    as_json: bool,
) -> None:
    """Show INSTANCE at a glance: what it asks for, and what willing nations could keep deployed in every period.

    What can be sustained counts the usable units of each pool separately, after rotation, ceilings and budgets, and of
    orders no more than industry can deliver. A unit that serves one task cannot serve another at the same time, so a
    plan may supply less. Units that are used up count once for the whole horizon.
    The text has at most 40 lines at 80 columns; --full prints everything.
    """
    from allocator.api import choose
    from allocator.instance.assumed import totals
    from allocator.report.text.instance import draw_instance
    from allocator.report.text.words import header
    from allocator.supply import offers, unusable

    read, chosen = choose(instance, model, overrides, case=case, coalition=coalition)
    print_message(*(f"warning: {text}" for text in [*read.warnings(), *chosen.warnings()]))
    rows, lost = offers(read, chosen), unusable(read, chosen)
    if as_json:
        emit_json(
            {
                "name": read.name,
                "title": read.title,
                "model": chosen.name,
                "case": case,
                "coalition": coalition,
                "horizon": dict(read.settings["horizon"]),
                "events": dict(read.events),
                "assumptions": totals(read),
                "tasks": [
                    {key: task[key] for key in ("task", "objective", "name", "first_period", "last_period")}
                    for task in read.rows("tasks")
                ],
                "capabilities": rows,
                "unusable": lost,
            }
        )
        return
    heading = header(read, chosen.name, case, coalition)
    printed(lambda out: draw_instance(out, read, chosen, rows, lost, heading, full=full))
