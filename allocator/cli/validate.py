"""``allocator validate``: needs neither Pyomo nor HiGHS."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from allocator.cli.help import Command
from allocator.cli.options import Target, instance_argument, json_option, model_option, set_option, writing
from allocator.cli.terminal import emit, emit_json, print_faults, print_message, wrapped
from allocator.errors import BadUsage
from allocator.report.text.words import contents, count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocator.errors import Fault


@click.command("validate", cls=Command)
@instance_argument
@model_option
@set_option
@click.option(
    "--mark",
    "marked",
    type=Target(".xlsx"),
    metavar="FILE.xlsx",
    help="Write a copy of the workbook INSTANCE there: faulty cells in colour with a comment, all faults on a sheet "
    "_faults, everything else as it is.",
)
@json_option
def command(instance: str, model: str | None, overrides: tuple[str, ...], marked: str | None, as_json: bool) -> None:
    """Check INSTANCE (folder, .xlsx, .json or a bundled name) and its model, and report every fault.

    With --json all faults go to standard output; the exit status is the same.
    """
    from allocator.api import choose
    from allocator.errors import BadInput

    if marked is not None:
        from allocator.marking import check_marked

        if overrides:
            raise BadUsage("--mark is for the workbook as it is; leave out --set")
        check_marked(instance, marked)
    try:
        read, chosen = choose(instance, model, overrides)
    except BadInput as bad:
        if as_json:
            emit_json({"sound": False, "faults": [_entry(fault) for fault in bad.faults], "warnings": []})
        else:
            print_faults(bad.faults)
        if marked is not None:
            _mark(instance, marked, bad.faults, [])
        raise click.exceptions.Exit(2) from None
    warnings = [*read.warnings(), *chosen.warnings()]
    if marked is not None:
        _mark(instance, marked, (), warnings)
    if as_json:
        emit_json({"sound": True, "faults": [], "warnings": warnings})
        return
    print_message(*(f"warning: {text}" for text in warnings))
    sound = f"{read.name}: sound under the model {chosen.name} ({contents(read.tables)})"
    emit(wrapped(sound, sys.stdout))


def _mark(instance: str, marked: str, faults: Sequence[Fault], warnings: Sequence[str]) -> None:
    """Write the marked workbook, and say so; a workbook that is too damaged is no failure of the check."""
    from allocator.marking import FAULTS, mark

    try:
        with writing(marked):
            done = mark(instance, marked, faults, warnings)
    except BadUsage as refused:
        if not faults:
            raise
        print_message(f"{marked} was not written: {refused}")
        return
    how = f"{count(done.faults, 'fault')}, {done.in_cells:,} of them marked in cells" if done.faults else "no fault"
    print_message(f"wrote {marked}: {how}; the sheet {FAULTS} lists everything")


def _entry(fault: Fault) -> dict[str, str | int | None]:
    return {name: getattr(fault, name) for name in ("place", "row", "column", "found", "expected")}
