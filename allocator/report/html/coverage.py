"""What is covered, what is missing and why, and what would change it."""

from __future__ import annotations

from typing import Any

from allocator.briefing.findings import Cause, Change
from allocator.plan.measures import measure, worst
from allocator.report.html.reading import Reading
from allocator.report.html.words import count, number, percent, plural, points
from allocator.report.text.periods import in_periods, spans
from allocator.supply import offers
from allocator.wording import first_capital

CAUSES = {
    "politics": "stances, caveats, conditions and promises",
    "sustainment": "relief, availability, least contributions, framework nations and what must be met first",
    "people": "ceilings on people",
    "money": "budgets",
}
"""Cause -> the rules that it comprises."""

BAR = 100
"""Width of a bar in per cent."""


def width(share: float) -> str:
    """A share as the width of a bar."""
    return f"{BAR * min(1.0, max(0.0, share)):.1f}%"


def coverage(page: Reading) -> dict[str, Any]:
    """Coverage by objective."""
    names, covered = page.names["objectives"], page.covered
    least = min(covered, key=lambda objective: covered[objective])
    if min(covered.values()) >= 1:
        heading = "Everything that is asked is covered"
    elif len(covered) == 1:
        heading = f"{names[least]}: {percent(covered[least])} of what is asked is covered"
    else:
        heading = f"{names[least]} is covered least: {percent(covered[least])} of what it asks"
    rows = []
    for objective in names:
        if objective not in covered:
            continue
        share = covered[objective]
        lines = [line for line in page.lines if line["objective"] == objective]
        rows.append(
            {
                "name": names[objective],
                "width": width(share),
                "share": percent(share),
                "met": sum(line["missed"] == 0 for line in lines),
                "lines": len(lines),
                "people": f"{measure(page.plan, f'people.{objective}'):,.0f}",
                "worst": _worst(page.by_period[objective]) if page.several else "",
            }
        )
    return {"heading": heading, "rows": rows, "several": page.several, "more": ""}


def _worst(shares: dict[int, float]) -> str:
    least, when = worst(shares)
    if len(when) == len(shares):
        return "the same in each"
    return f"{percent(least)} in {in_periods(when)}"


# ---- missing ---------------------------------------------------------------------------------------------------------


def missing(page: Reading) -> dict[str, Any]:
    """The lines that are short, with what their missing part depends on, and those that are met."""
    short, lines = page.short, page.lines
    if not short:
        heading = "Every line is met in full"
    elif len(short) == len(lines):
        heading = "No line is met in full" if len(lines) > 1 else "The one line is not met in full"
    else:
        heading = f"{len(short)} of {count(len(lines), 'line')} {'is' if len(short) == 1 else 'are'} not met in full"
    offered = {row["capability"]: row for row in offers(page.instance, page.model)} if short else {}
    rows = [_line(page, line) | _why(page, line, offered) for line in short]
    return {
        "heading": heading,
        "rows": rows,
        "met": [_line(page, line) for line in lines if line["missed"] == 0],
        "several": page.several,
        "causes": _causes(page),
        "more": 0,
    }


def _causes(page: Reading) -> list[tuple[str, str]]:
    """The causes that rows of the table name, each with what it covers."""
    there = {word for cause in page.findings.causes.values() for word, share in cause.shares.items() if share}
    return [(word, covers) for word, covers in CAUSES.items() if word in there]


def _line(page: Reading, line: dict[str, Any]) -> dict[str, Any]:
    capability = page.capabilities[line["capability"]]
    in_part = page.several and len(line["supplies"]) < page.instance.periods
    return {
        "task": page.tasks[line["task"]]["name"],
        "capability": capability["name"],
        "width": width(1 - line["missed"]),
        "left": width(line["missed"]),
        "has": number(line["supplied"]),
        "asked": number(line["required"]),
        "unit": plural(capability["unit"], line["required"]),
        "when": f"in {in_periods(list(line['supplies']))}" if in_part else "",
        "worst": _least(line) if page.several else "",
    }


def _least(line: dict[str, Any]) -> str:
    least, when = worst(line["supplies"])
    return "" if len(when) == len(line["supplies"]) else f"{number(least)} in {spans(when)}"


def _why(page: Reading, line: dict[str, Any], offered: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The main cause and its part, the other causes, and what nations can sustain."""
    cause = page.findings.causes.get((line["task"], line["capability"]))
    label, clauses = _cause(cause) if cause is not None else ("", [])
    offer = offered[line["capability"]]
    capability = page.capabilities[line["capability"]]
    what = plural(capability["unit"], offer["asked"])
    asked = f"{number(offer['asked'])} {what} asked in all"
    if offer["nations"] or offer["collectives"]:
        sustain = f"{_holders(offer['nations'])} can sustain {number(offer['offered'], 3)}"
    else:
        sustain = "no nation that may come has any"
    if page.several and offer["period"] is not None:
        asked += f" in period {offer['period']}"
    supply = "" if "acquisition" in page.model.families else f"{asked}; {sustain}."
    return {"label": label, "why": ", ".join(clauses), "supply": supply}


def _holders(nations: int) -> str:
    """Who may come and has any of what is asked."""
    if nations == 1:
        return "the one nation that may come and has any"
    return f"the {nations} nations that may come and have any" if nations else "the common fleet"


def _cause(cause: Cause) -> tuple[str, list[str]]:
    """The largest part of what is missing as a label, and all parts as clauses."""
    parts: list[tuple[float, str, str]] = []
    if cause.nowhere:
        parts.append((cause.nowhere, "Exists nowhere", "exists nowhere"))
    if cause.elsewhere:
        parts.append((cause.elsewhere, "Used for other lines", "used for other lines"))
    for word, share in cause.shares.items():
        if share:
            parts.append((share, first_capital(word), word))
    parts = [part for part in parts if part[0] / cause.missing >= 0.005]
    if not parts:
        return "", []
    parts.sort(key=lambda part: -part[0])
    if len(parts) == 1 and parts[0][0] > 0.999 * cause.missing:  # the rest is what proofs leave open
        parts = [(cause.missing, *parts[0][1:])]
    first, *others = (percent(share / cause.missing) for share, *_ in parts)
    shown = [f"{words} {share}" for share, (_, _, words) in zip(others, parts[1:], strict=True)]
    shown += [] if cause.settled else ["not all of it proved"]
    return f"{parts[0][1]} {first}", shown


# ---- what would change it --------------------------------------------------------------------------------------------


def changes(page: Reading) -> dict[str, Any] | None:
    """One change a row, the best first, against a mark for the plan; None if no change was solved."""
    before, found = page.findings.before, page.findings.changes
    if before is None or before.covered is None or not found:
        return None
    known = [change for change in found if change.covered is not None]
    best = max(known, key=_covered, default=None)
    least = min(known, key=_covered, default=None)
    ordered = sorted(found, key=lambda change: 1.0 if change.covered is None else -change.covered)
    rows = [_change(change, before.covered) for change in ordered]
    return {
        "heading": _changes_heading(best, least, before.covered, [change for change in found if change.infeasible]),
        "rows": rows,
        "mark": width(before.covered),
        "before": percent(before.covered),
        "first": page.model.objectives[0] == "gap",
        "open": [item for item in page.findings.open if item.endswith("changes")],
    }


def _covered(change: Change) -> float:
    assert change.covered is not None
    return change.covered


def _changes_heading(best: Change | None, least: Change | None, before: float, none: list[Change]) -> str:
    if best is None or least is None:
        return "None of these changes leaves a plan"
    up = _covered(best) - before > 5e-4
    down = before - _covered(least) > 5e-4
    high = f"to {percent(_covered(best))}, if {best.label}"
    low = f"to {percent(_covered(least))}, if {least.label}"
    if none:
        rises = f"Coverage rises most, {high}; there" if up else "There"
        return f"{rises} is no plan if {none[0].label}"
    if up and down:
        return f"Coverage rises most, {high}; it falls most, {low}"
    if up:
        return f"Coverage rises most, {high}; no change of these lowers it"
    if down:
        return f"Coverage falls most, {low}; no change of these raises it"
    return "None of these single changes makes a difference"


def _change(change: Change, before: float) -> dict[str, Any]:
    if change.covered is None or change.at_most is None:
        return {
            "label": change.label, "settings": change.settings, "width": width(0), "kind": "less", "covered": "no plan",
            "change": "not every line and rule can hold",
        }  # fmt: skip
    covered = percent(change.covered)
    difference, most = change.covered - before, change.at_most - before
    kind = "more" if difference > 5e-4 else "less" if difference < -5e-4 else "same"
    text = points(difference)
    if not change.proved and points(most) != text:
        text = f"{text}, at most {points(most)}" if kind != "same" else f"at most {points(most)}"
    return {
        "label": change.label, "settings": change.settings, "width": width(change.covered), "kind": kind,
        "covered": covered, "change": text,
    }  # fmt: skip


__all__ = ["changes", "coverage", "missing", "width"]
