"""Writing the page of a plan, for ``report`` and for ``solve --report``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.cli import BEGAN
from allocator.cli.options import writing
from allocator.cli.terminal import print_message
from allocator.errors import BadUsage

if TYPE_CHECKING:
    from allocator.cli.progress import Line
    from allocator.plan.plan import Plan

LEAST = 5.0
"""Seconds for the questions beside a plan that ``solve --report`` takes at the least."""


def checked_page(out: str) -> Path:
    """The path for a page; refused if it cannot be written to or holds something else."""
    from allocator.report.html.writing import check_page

    try:
        return check_page(out)
    except OSError as error:
        raise BadUsage(f"{out}: cannot be written ({error.strerror or error})") from None


def write_page(plan: Plan, target: Path, out: str, seconds: float, line: Line) -> None:
    """Write the page of a plan, or of the proof that there is none, with what the time yields beside it."""
    from allocator.briefing import gather
    from allocator.report.html.writing import write

    if not plan.found and plan.status != "infeasible":
        print_message(f"{plan.status}: {plan.reason or 'no plan was found'}; nothing was written to {out}")
        return
    findings = gather(plan, seconds, progress=lambda what: line.update(lambda: f"the report: {what}"))
    with writing(out):
        write(plan, findings, target)
    print_message(f"wrote {out}" + (" with what was known when it was interrupted" if findings.stopped else ""))


def as_long_again(plan: Plan) -> float:
    """Seconds for the questions beside a plan: as long as it took, at least :data:`LEAST`, within its time limit."""
    took = time.monotonic() - BEGAN
    limit = plan.manifest["options"]["time_limit"]
    seconds = max(LEAST, took)
    return seconds if limit is None else max(0.0, min(seconds, limit - took))
