"""Verdicts on claims: a list for the terminal and a page for the documentation."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from allocator.claim_check import FAILS, HOLDS, OPEN, UNPROVED, Claim, Verdict
from allocator.report.text.page import WIDTH, Item, Page
from allocator.report.text.words import count, number

VERDICTS = {
    HOLDS: ("hold", "green"),
    FAILS: ("do not hold", "red"),
    OPEN: (OPEN, "yellow"),
    UNPROVED: (UNPROVED, "yellow"),
}
"""Verdict -> what is said of several claims, and a colour."""


def draw_verdicts(out: Page, verdicts: Sequence[Verdict]) -> None:
    """Print how the claims came out, and for each what was found, what was claimed and what the verdict depends on."""
    out.width = min(out.width, WIDTH)
    counted = {name: sum(verdict.verdict == name for verdict in verdicts) for name in VERDICTS}
    said = [f"{times:,} {name if times == 1 else VERDICTS[name][0]}" for name, times in counted.items() if times]
    out.print(f"{count(len(verdicts), 'claim')}{': ' * bool(said)}{', '.join(said)}.")
    for verdict in verdicts:
        found = "no plan" if verdict.figure is None else number(verdict.figure, 3)
        margin = "" if verdict.margin is None else f" ({_from_limit(verdict.margin)})"
        out.print()
        out.print(Text.assemble((verdict.verdict, VERDICTS[verdict.verdict][1]), f": {verdict.claim.text}"))
        out.print(Item(f"found {found}, claimed {claimed(verdict.claim)}{margin}; {verdict.claim.who}"))
        if verdict.depends_on:
            out.print(Item(f"depends on: {dependencies(verdict)}"))


def _from_limit(margin: float) -> str:
    """How far a figure is from the limit of its claim, relative to it."""
    far = f"{100 * abs(margin):,.0f} %"
    return "at the limit" if far == "0 %" else f"{far} {'within' if margin > 0 else 'beyond'} the limit"


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
