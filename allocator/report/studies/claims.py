"""Claims on trial as a page, from what ``allocator claims --json`` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from allocator.claim_check import FAILS, HOLDS, OPEN, UNPROVED
from allocator.report.charts.kinds import Bar, Bars, Piece, Table
from allocator.report.studies.study import Block, Section, Study, Text
from allocator.report.studies.words import count, first_capital, listed, made_with, number

Row = Mapping[str, Any]

SECTIONS = {
    HOLDS: ("Holds", "hold under every doubt that was tried"),
    FAILS: ("Does not hold", "do not hold, under whatever doubt was tried"),
    OPEN: ("Not decidable", "depend on an assumption that one may doubt"),
    UNPROVED: ("Not proved", "were not proved either way in the time"),
}
"""Verdict -> its name among the links, and what the claims do."""

SINGULAR = {"hold": "holds", "do": "does", "depend": "depends", "were": "was"}
"""Verb of several -> that of one."""


def claims_study(content: Row) -> Study:
    """What a page says of claims.

    Parameters
    ----------
    content : mapping
        The object of ``allocator claims --json``.
    """
    rows, made = content["claims"], content.get("manifest") or {}
    counted = Counter(row["verdict"] for row in rows)
    sections = [_section(verdict, own) for verdict in SECTIONS if (own := [r for r in rows if r["verdict"] == verdict])]
    if not rows:
        heading = "No claim was tested"
    else:
        words = [f"{counted[v]} {_verb(words, counted[v])}" for v, (_, words) in SECTIONS.items() if counted[v]]
        heading = f"Of {count(len(rows), 'claim')}, {listed(words)}"
    tiles = tuple(
        (link, f"{counted[verdict]}", f"of {count(len(rows), 'claim')}") for verdict, (link, _) in SECTIONS.items()
    )
    proof = "Each figure comes from an audited plan. A claim is said to hold or fail only if every doubt agrees."
    if counted[UNPROVED]:
        proof += f" {count(counted[UNPROVED], 'claim')} ended without a proof."
    proved = rows and not counted[UNPROVED] and not content["interrupted"]
    if content["interrupted"]:
        proof += " The run was interrupted: the claims after these were not tested."
    return Study(
        title="Claims on trial", heading=heading, parts=("Claims", count(len(rows), "claim")),
        question=("What was said in public, tested on these data: by one solve, and again under each doubt.",),
        tiles=tiles, badge="Proved" if proved else "Not all proved",
        proof=proof, sections=tuple(sections),
        facts=made_with(made.get("options"), made.get("versions"))
        + ((("Read from", content["read_from"]),) if "read_from" in content else ()),
    )  # fmt: skip


def _verb(text: str, amount: int) -> str:
    """The verb of a number of claims."""
    first, _, rest = text.partition(" ")
    return f"{SINGULAR.get(first, first) if amount == 1 else first} {rest}".strip()


def _section(verdict: str, rows: Sequence[Row]) -> Section:
    link, words = SECTIONS[verdict]
    heading = f"{count(len(rows), 'claim')} {_verb(words, len(rows))}"
    if len(rows) == 1:
        heading = f"{first_capital(rows[0]['claim'])}: {verdict}"
    blocks: list[Block] = [
        Text("Shaded: what the claim allows. Dark: the figure; light: the figure under each doubt.", note=True),
        Bars(
            f"claims-{link.lower().replace(' ', '-')}", heading, "Claim", "Figure against the claim",
            ("found", "claimed", "margin", "doubt that changes it"), tuple(map(_bar, rows)),
            (("band", "what the claim allows"), ("more", "the figure"), ("same", "under a doubt")), (1, 3),
        ),
    ]  # fmt: skip
    doubts = [(row, label, figure) for row in rows for label, figure in row["doubts"].items()]
    if doubts:
        cells = tuple(
            (
                row["claim"],
                label,
                _figure(figure, row["unit"]),
                "changes the verdict" if label in row["depends_on"] else "no",
            )
            for row, label, figure in doubts
        )
        heads = ("Claim", "doubt", "figure", "changes the verdict")
        table = Table(heads, cells, text=(1, 3), fold=f"The figure under each of {count(len(doubts), 'doubt')}")
        blocks.append(table)
    notes = tuple((row["claim"], row["note"]) for row in rows if row["note"])
    if notes:
        blocks.append(Table(("Claim", "note"), notes, text=(1,), fold="Notes", caption=f"Notes: {heading}"))
    return Section(link, heading, tuple(blocks))


def _bar(row: Row) -> Bar:
    """The figure and its doubts on a line from the least to the most of all of them and of the limits."""
    least, most, figure = row["least"], row["most"], row["figure"]
    values = [value for value in (least, most, figure, *row["doubts"].values()) if value is not None]
    low, high = min(values), max(values)
    pad = (high - low) * 0.12 or abs(high) * 0.5 or 1.0
    low, high = low - pad, high + pad

    def at(value: float) -> float:
        return float((value - low) / (high - low))

    band = Piece("band", 0.0 if least is None else at(least), 1.0 if most is None else at(most))
    pieces = [band]
    pieces += [_square("same", at(value), 0.006) for value in row["doubts"].values() if value is not None]
    if figure is not None:
        pieces.append(_square("open" if row["verdict"] == UNPROVED else "more", at(figure), 0.013))
    margin = "–" if row["margin"] is None else f"{'+' if row['margin'] > 0 else ''}{number(100 * row['margin'], 3)} %"
    doubt = "; ".join(row["depends_on"]) or ("none of those tried" if row["doubts"] else "none was tried")
    cells = (_figure(figure, ""), _claimed(row), margin, doubt)
    marks = tuple(at(limit) for limit in (least, most) if limit is not None)
    return Bar(row["claim"], cells, tuple(pieces), marks, note=row["who"])


def _square(kind: str, at: float, half: float) -> Piece:
    return Piece(kind, max(0.0, at - half), min(1.0, at + half))


def _figure(figure: float | None, unit: str) -> str:
    return "no plan" if figure is None else f"{number(figure, 3)} {unit}".strip()


def _claimed(row: Row) -> str:
    least, most = (None if row[key] is None else number(row[key], 6) for key in ("least", "most"))
    limits = f"{least} to {most}" if least and most else f"at least {least}" if least else f"at most {most}"
    return f"{limits} {row['unit']}".strip()
