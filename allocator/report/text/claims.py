"""Verdicts on claims: a table for the terminal and a page for the documentation."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from allocator.claim_check import FAILS, HOLDS, Claim, Verdict
from allocator.report.text.words import number, table


def draw_verdicts(out: Console, verdicts: Sequence[Verdict]) -> None:
    """Print the figure and the verdict of each claim, and what the verdict depends on."""
    colour = {HOLDS: "green", FAILS: "red"}
    grid = table(
        ("claim", "left"), ("who", "left"), ("found", "right"), ("claimed", "left"), ("verdict", "left"),
        ("margin", "right"), ("depends on", "left"),
    )  # fmt: skip
    for verdict in verdicts:
        found = "no plan" if verdict.figure is None else number(verdict.figure, 3)
        margin = "" if verdict.margin is None else f"{100 * verdict.margin:+.0f} %"
        style = colour.get(verdict.verdict, "yellow")
        claim = verdict.claim
        grid.add_row(
            claim.text, claim.who, found, claimed(claim), Text(verdict.verdict, style), margin, dependencies(verdict)
        )
    out.print(grid)


def claimed(claim: Claim) -> str:
    """The limits that the claim sets for the figure, with the unit."""
    least, most = (None if limit is None else f"{limit:,g}" for limit in (claim.least, claim.most))
    limits = f"{least} to {most}" if least and most else f"at least {least}" if least else f"at most {most}"
    return f"{limits} {claim.unit}".strip()


def dependencies(verdict: Verdict) -> str:
    """The doubts that change a verdict, with the figure under each."""

    def shown(figure: float | None) -> str:
        return "no plan" if figure is None else f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"

    return "; ".join(f"{label} ({shown(verdict.doubts[label])})" for label in verdict.depends_on)


PREFACE = (
    "Written by `allocator claims --markdown`; [claims.toml](claims.toml) has the run behind each figure. The verdict",
    "is for the base figures. If a doubtful assumption changes it, the claim is not decidable on these data, and the",
    "last column names the doubt with its figure. Margin: distance from the limit, relative to it. Plans are proved to",
    "half a per cent.",
)


def page(verdicts: Sequence[Verdict]) -> str:
    """The claims as a page of documentation."""
    lines = [
        "# Claims on trial",
        "",
        *PREFACE,
        "",
        "| claim | who | found | claimed | verdict | margin | depends on |",
        "| --- | --- | ---: | --- | --- | ---: | --- |",
    ]
    for verdict in verdicts:
        claim, figure = verdict.claim, verdict.figure
        found = "no plan" if figure is None else f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"
        margin = "" if verdict.margin is None else f"{100 * verdict.margin:+.0f} %"
        cells = [claim.text, claim.who, found, claimed(claim), verdict.verdict, margin, dependencies(verdict)]
        lines.append("| " + " | ".join(cells) + " |")
    notes = [(verdict.claim.text, verdict.claim.note) for verdict in verdicts if verdict.claim.note]
    lines += ["", *(f"- *{text}*: {note}" for text, note in notes)]
    return "\n".join(lines)
