"""``allocator show``."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import click

from allocator.cli.options import (
    case_option,
    coalition_option,
    instance_argument,
    json_option,
    model_option,
    set_option,
)
from allocator.cli.terminal import emit_json, print_message, printed

if TYPE_CHECKING:
    from allocator.instance import Instance
    from allocator.model import Model


@click.command("show")
@instance_argument
@model_option
@case_option
@set_option
@coalition_option
@json_option
def command(
    instance: str, model: str | None, case: str, overrides: tuple[str, ...], coalition: str | None, as_json: bool
) -> None:
    """Show INSTANCE at a glance: what it asks for, and what willing nations could keep deployed.

    The offer counts each pool separately, after rotation, ceilings and budgets. A unit that serves one task cannot
    serve another at the same time, so a plan may supply less than is offered.
    """
    from allocator.api import choose
    from allocator.instance.assumed import totals
    from allocator.report.text.instance import draw_instance
    from allocator.report.text.words import header
    from allocator.supply import offers

    read, chosen = choose(instance, model, overrides, case=case, coalition=coalition)
    print_message(*(f"warning: {text}" for text in [*read.warnings(), *chosen.warnings()]))
    rows = offers(read, chosen)
    deployable = _units(read, chosen)
    for row in rows:
        row["units"] = deployable[row["capability"], row["period"]]
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
            }
        )
        return
    printed(lambda out: draw_instance(out, read, rows, header(read, chosen.name, case, coalition)))


def _units(instance: Instance, model: Model) -> dict[tuple[str, int], int]:
    """(capability, period) -> deployable units of all types that supply it, each pool counted separately."""
    from allocator.problem import Problem

    problem = Problem(instance, model)
    pools: dict[tuple[str, str, int], int] = {}
    for (n, u, _), periods in problem.cap.items():
        for t, most in periods.items():
            pools[n, u, t] = max(most, pools.get((n, u, t), 0))
    units: dict[tuple[str, int], int] = defaultdict(int)
    for (_, u, t), most in pools.items():
        for c, amount in problem.amount[u].items():
            if amount > 0:
                units[c, t] += most
    return units
