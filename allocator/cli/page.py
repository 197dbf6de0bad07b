"""Writing pages and figures: of a plan for ``report`` and ``solve``, of studies for the other commands."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from allocator.cli import BEGAN
from allocator.cli.options import PageFile, Target, writing
from allocator.cli.terminal import print_message
from allocator.errors import BadUsage
from allocator.report.text.words import count

if TYPE_CHECKING:
    from allocator.cli.progress import Line
    from allocator.plan.plan import Plan
    from allocator.report.studies.study import Study

LEAST = 5.0
"""Seconds for the questions beside a plan that ``solve --report`` takes at the least."""

report_option = click.option(
    "--report", type=PageFile(), metavar="FILE.html", help="Also write one page to look at, to print and to send."
)
figures_option = click.option(
    "--figures",
    "pictures",
    type=Target(),
    metavar="DIR",
    help="Also write the pictures of the page there, as SVG and as PNG for slides; only earlier figures are replaced. "
    "Needs the extra figures.",
)


def pages_options(command: Any) -> Any:
    """``--report`` and ``--figures``."""
    return report_option(figures_option(command))


@dataclass(frozen=True)
class Pages:
    """Where a page and figures go: resolved, and as the user named them; None for what is not asked for."""

    page: Path | None
    folder: Path | None
    report: str
    figures: str

    def __bool__(self) -> bool:
        return self.page is not None or self.folder is not None

    def of_study(self, make: Callable[[], Study]) -> None:
        """Write what is asked for of a study, which is made only then."""
        if not self:
            return
        from allocator.report.charts.writing import write_figures
        from allocator.report.html.study import draw_study
        from allocator.report.html.writing import write_page

        study = make()
        if self.page is not None:
            with writing(self.report):
                write_page(draw_study(study), self.page)
            print_message(f"wrote {self.report}")
        if self.folder is not None:
            with writing(self.figures):
                drawn = write_figures(study.pictures(), self.folder)
            print_message(_figures(drawn, self.figures))

    def of_plan(self, plan: Plan, seconds: float, line: Line, *, short: bool = False) -> None:
        """Write what is asked for of a plan, or of a proof that there is none, with what the time yields beside it."""
        from allocator.briefing import gather
        from allocator.report.charts.writing import write_figures
        from allocator.report.html.figures import plan_figures
        from allocator.report.html.writing import write

        where = [name for name in (self.report, self.figures) if name]
        if not plan.found and plan.status != "infeasible":
            print_message(
                f"{plan.status}: {plan.reason or 'no plan was found'}; nothing was written to {' or '.join(where)}"
            )
            return
        findings = gather(plan, seconds, progress=lambda what: line.update(lambda: f"the report: {what}"))
        known = " with what was known when it was interrupted" if findings.stopped else ""
        if self.page is not None:
            with writing(self.report):
                write(plan, findings, self.page, short=short)
            print_message(f"wrote {self.report}{known}")
        if self.folder is not None and not plan.found:
            print_message(f"no plan was found; nothing was written to {self.figures}")
        elif self.folder is not None:
            with writing(self.figures):
                pictures, further = plan_figures(plan, findings)
                drawn = write_figures(pictures, self.folder, further)
            print_message(_figures(drawn, self.figures))


def _figures(drawn: int, figures: str) -> str:
    return f"wrote {count(drawn, 'figure')} to {figures}" if drawn else f"there is nothing to draw; {figures} is empty"


def pages(report: str | None, pictures: str | None) -> Pages:
    """Where a page and figures go; refused if they cannot be written there, before anything is solved."""
    folder = None
    if pictures is not None:
        from allocator.report.charts.writing import check_figures

        folder = check_figures(pictures)
    return Pages(None if report is None else checked_page(report), folder, report or "", pictures or "")


def checked_page(out: str) -> Path:
    """The path for a page; refused if it cannot be written to or holds something else."""
    from allocator.report.html.writing import check_page

    try:
        return check_page(out)
    except OSError as error:
        raise BadUsage(f"{out}: cannot be written ({error.strerror or error})") from None


def as_long_again(plan: Plan) -> float:
    """Seconds for the questions beside a plan: as long as it took, at least :data:`LEAST`, within its time limit."""
    took = time.monotonic() - BEGAN
    limit = plan.manifest["options"]["time_limit"]
    seconds = max(LEAST, took)
    return seconds if limit is None else max(0.0, min(seconds, limit - took))
