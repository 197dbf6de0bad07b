"""``allocator export``."""

from __future__ import annotations

import click

from allocator.cli.help import Command
from allocator.cli.options import case_option, coalition_option, instance_argument, model_option, set_option, writing
from allocator.cli.terminal import print_message
from allocator.model import OBJECTIVES


@click.command("export", cls=Command)
@instance_argument
@click.argument("path", metavar="FILE")
@model_option
@click.option(
    "--objective", type=click.Choice(OBJECTIVES), help="An objective of the model. [default: the model's first]"
)
@case_option
@set_option
@coalition_option
def command(
    instance: str,
    path: str,
    model: str | None,
    objective: str | None,
    case: str,
    overrides: tuple[str, ...],
    coalition: str | None,
) -> None:
    """Write the mathematical programme of INSTANCE to FILE (.mps or .lp), with one objective, as HiGHS solves it.

    HiGHS, CBC and GLPK are tested to read the same programme from either format. In the names of nations, units
    and so on, every character other than a letter or a digit becomes an underscore; long names of variables and
    constraints are shortened, and names that would then be equal are numbered.
    """
    from allocator.api import choose, export

    read, chosen = choose(instance, model, overrides, case=case, coalition=coalition)
    print_message(*(f"warning: {text}" for text in read.notes))
    with writing(path):
        export(read, chosen, path, objective=objective)
    print_message(f"wrote {path}")
