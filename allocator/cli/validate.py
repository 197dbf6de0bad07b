"""``allocator validate``: needs neither Pyomo nor HiGHS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from allocator.cli.options import instance_argument, json_option, model_option, set_option
from allocator.cli.terminal import emit, emit_json, print_message
from allocator.report.text.words import contents

if TYPE_CHECKING:
    from allocator.errors import Fault


@click.command("validate")
@instance_argument
@model_option
@set_option
@json_option
def command(instance: str, model: str | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Check INSTANCE (folder, .xlsx, .json or a bundled name) and its model, and report every fault.

    With --json all faults go to standard output; the exit status is the same.
    """
    from allocator.api import choose
    from allocator.errors import BadInput

    try:
        read, chosen = choose(instance, model, overrides)
    except BadInput as bad:
        if not as_json:
            raise
        emit_json({"sound": False, "faults": [_entry(fault) for fault in bad.faults], "warnings": []})
        raise click.exceptions.Exit(2) from None
    warnings = [*read.warnings(), *chosen.warnings()]
    if as_json:
        emit_json({"sound": True, "faults": [], "warnings": warnings})
        return
    print_message(*(f"warning: {text}" for text in warnings))
    emit(f"{read.name}: sound under the model {chosen.name} ({contents(read.tables)})")


def _entry(fault: Fault) -> dict[str, str | int | None]:
    return {name: getattr(fault, name) for name in ("place", "row", "column", "found", "expected")}
