"""``allocator claims``."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import click
from click.exceptions import Exit

from allocator.cli.help import Command
from allocator.cli.options import gap_option, json_option, time_limit_option
from allocator.cli.page import pages, pages_options
from allocator.cli.progress import Line
from allocator.cli.terminal import emit, emit_json, load_solver, print_message, printed
from allocator.report.text.words import count
from allocator.stopping import later

if TYPE_CHECKING:
    from allocator.claim_check import Verdict


@click.command("claims", cls=Command)
@click.argument("file", required=False, metavar="[FILE]")
@click.option("--only", multiple=True, metavar="ID", help="Test only this claim. May be repeated.")
@gap_option(5e-3)
@time_limit_option("Limit for each solve.", 60.0)
@pages_options
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print a table as CSV and nothing else.")
@click.option("--markdown", is_flag=True, help="Print the documentation page and nothing else.")
@click.option("--quiet", is_flag=True, help="Print no progress.")
def command(
    file: str | None,
    only: tuple[str, ...],
    gap: float,
    time_limit: float,
    report: str | None,
    pictures: str | None,
    as_json: bool,
    as_csv: bool,
    markdown: bool,
    quiet: bool,
) -> None:
    """Test the claims in FILE (TOML) against plans. The default is the bundled claims.

    Each claim is tested by a solve, and again under each alternative assumption that it lists. If an alternative
    changes the verdict, the claim is not decidable on these data.
    """
    from allocator.claim_check import claims
    from allocator.errors import BadUsage
    from allocator.report.studies.claims import claims_study
    from allocator.solving.versions import versions

    if as_json + as_csv + markdown > 1:
        raise BadUsage("--json, --csv and --markdown exclude each other")
    made = pages(report, pictures)
    verdicts: list[Verdict] = []
    interrupted = False
    load_solver()
    with later():  # an interruption waits until the results are shown
        with Line(quiet) as line:
            tried = claims(file, only=only, gap=gap, time_limit=time_limit, progress=line.step)
            try:
                verdicts.extend(tried)
            except KeyboardInterrupt:
                interrupted = True
        content = {
            "claims": [verdict.to_dict() for verdict in verdicts], "interrupted": interrupted,
            "manifest": {"options": {"file": file, "only": only, "gap": gap, "time_limit": time_limit},
                         "versions": versions()},
        }  # fmt: skip
        _show(verdicts, content, "json" if as_json else "csv" if as_csv else "markdown" if markdown else "")
        made.of_study(lambda: claims_study(content))
        if interrupted:
            print_message(f"interrupted; {count(len(verdicts), 'claim')} tested")
            raise Exit(130)


def _show(verdicts: list[Verdict], content: dict[str, Any], form: str) -> None:
    """Print verdicts in the format that is asked for."""
    if form == "json":
        emit_json(content)
    elif form == "csv":
        rows = content["claims"]
        stream = io.StringIO()
        plain = [{**row, "depends_on": "; ".join(row["depends_on"])} for row in rows]
        columns = [key for key in (rows[0] if rows else {}) if key not in ("doubts", "run")]
        writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(plain)
        emit(stream.getvalue())
    elif form == "markdown":
        from allocator.report.text.claims import page

        emit(page(verdicts))
    else:
        from allocator.report.text.claims import draw_verdicts

        printed(lambda out: draw_verdicts(out, verdicts))
