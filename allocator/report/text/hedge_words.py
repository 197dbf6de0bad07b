"""The plan that a hedge is compared with, in words: for the terminal and for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from allocator.hedging.answer import OTHER
from allocator.report.text.words import percent

Row = Mapping[str, Any]

CLOSE = 1.1e-3
"""Relative gap up to which a comparison counts as proved, whatever gap was asked for: a tenth of a per cent."""


def within(row: Row) -> str:
    """How closely an objective is proved in its own stage."""
    if row["bound"] == 0 < row["value"] - row["given_up"]:
        return "not at all"
    return f"within {percent(row['relative_gap'], 2)}" if row["relative_gap"] else "in full"


def points(share: float) -> str:
    """A share in points."""
    return f"{round(100 * share, 1) + 0.0:.1f} points"  # no minus before a zero


def worse(plans: Mapping[str, Row]) -> float:
    """How much more of coverage is unmet by another plan that is as good if all stay; 0 where that cannot be seen."""
    if OTHER not in plans:
        return 0.0
    compared = plans.get("expected_case_strict", plans["expected_case"])
    more: float = plans[OTHER]["value"] - compared["value"]
    return more if points(more) != points(0.0) else 0.0


def compared_with(rows: Sequence[Row], plans: Mapping[str, Row], enumerated: bool) -> str:
    """Which plan a hedge is compared with, of those that count on all, and what of it is not proved.

    Parameters
    ----------
    rows : sequence of mapping
        The table ``expected_objectives``; none in what an older version saved.
    plans : mapping
        Plan -> its row of the table ``plans``.
    enumerated : bool
        Whether every future counts with its probability.

    Examples
    --------
    >>> rows = [
    ...     {"plan": "expected_case", "objective": name, "value": 1.0, "given_up": 0, "bound": 1.0, "relative_gap": 0}
    ...     for name in ("gap", "cost", "value")
    ... ]
    >>> compared_with(rows, {}, False)
    'Planning is measured against the plan that does best under withdrawal of those that are best if all stay.'
    """
    last = {row["objective"]: row for row in rows if row["plan"] == rows[-1]["plan"]}
    if "value" not in last:
        return ""
    open_ = {name for name, row in last.items() if row["relative_gap"] > CLOSE}
    if "value" in open_:
        text = "Planning is measured against the best that was found, under withdrawal, of the plans that are best if "
        text += f"all stay (proved {within(last['value'])})."
    else:
        text = "Planning is measured against the plan that does best under withdrawal of those that are best if all "
        text += "stay; against another of them it is worth as much or more" if enumerated else "stay"
        if worse(plans):
            planned = plans.get("two_stage_strict", plans["two_stage"])
            text += f" ({points(plans[OTHER]['value'] - planned['value'])} against the one that is shown)"
        text += "."
    if open_ & {"gap", "cost"}:
        parts = ", ".join(f"{words} {within(last[name])}" for name, words in (("gap", "unmet share"), ("cost", "cost")))
        text += f" If all stay, that plan is proved: {parts}."
    return text
