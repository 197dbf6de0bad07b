"""``allocator export``."""

from __future__ import annotations

import click

from allocator.cli.options import case_option, coalition_option, instance_argument, model_option, set_option, writing
from allocator.cli.terminal import talk


@click.command("export")
@instance_argument
@click.argument("path", metavar="FILE")
@model_option
@click.option("--objective", type=click.Choice(["gap", "risk", "cost", "burden"]), help="[default: the model's first]")
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
    """Write the programme of INSTANCE to FILE (.mps or .lp), with one objective, as HiGHS gets it.

    HiGHS, CBC, GLPK and SCIP read the same programme from either. In names, every character that is neither a letter
    nor a digit becomes an underscore; long names are cut, and names that would be alike are numbered.
    """
    from allocator.api import choose, export

    read, chosen = choose(instance, model, overrides, case=case, coalition=coalition)
    talk(*(f"warning: {text}" for text in read.notes))
    with writing(path):
        export(read, chosen, path, objective=objective)
    talk(f"wrote {path}")
