"""How sure a page is: what is proved, what is free, what is assumed; then requirements, the run, and sources."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from allocator.briefing.findings import Change
from allocator.instance.assumed import assumed
from allocator.report.html.answer import OBJECTIVES, proof
from allocator.report.html.reading import Reading
from allocator.report.html.words import count, number, percent, plural
from allocator.wording import first_capital

TITLE = 90
"""Most letters of the title of a source beside a line; the list of sources has it whole."""


def sure(page: Reading) -> dict[str, Any]:
    """Three boxes, the proof of each objective, and what was left open."""
    boxes = [_arithmetic(page), _exactly(page), _inputs(page)] if page.plan.found else [_inputs(page)]
    return {
        "heading": _heading(page),
        "boxes": boxes,
        "objectives": [_objective(row) for row in page.plan.rows("objectives")],
        "open": list(page.findings.open),
        "stopped": page.findings.stopped,
    }


def _heading(page: Reading) -> str:
    counted = page.plan.manifest.get("assumptions")
    arithmetic = "The arithmetic is proved" if page.plan.status == "optimal" else "The best plan found"
    if not page.plan.found:
        arithmetic = "How sure is this?" if page.plan.status != "infeasible" else "That there is no plan is proved"
    if counted and counted["figures"]:
        share = percent(counted["assumed"] / counted["figures"])
        return f"{arithmetic.removesuffix('?')}; {share} of the inputs are assumed"
    return arithmetic


def _arithmetic(page: Reading) -> dict[str, str]:
    text = (
        proof(page) + " An independent check recomputes every rule and every figure of this plan in exact arithmetic."
    )
    head = "The arithmetic: proved" if page.plan.status == "optimal" else "The arithmetic: not all proved"
    return {"head": head, "text": text}


def _exactly(page: Reading) -> dict[str, str]:
    ranges = [found for nation, found in page.findings.ranges.items() if found.high > 0 or nation in _here(page)]
    if not ranges:
        return {
            "head": "Who exactly: not examined",
            "text": "Other plans may be as good; read the figures as one way to do it.",
        }
    fixed = sum(found.proved and found.low == found.high for found in ranges)
    if fixed == len(ranges):
        return {
            "head": "Who exactly: the same in every plan",
            "text": "Every plan that is as good asks the same number of people of each nation.",
        }
    if fixed:
        free = f"Of the {count(len(ranges), 'nation')} examined, {fixed} {'sends' if fixed == 1 else 'send'} the same "
        free += "number of people in every plan that is as good; the others can trade places."
    else:
        who = "the nation that was" if len(ranges) == 1 else f"each of the {count(len(ranges), 'nation')}"
        free = f"Plans that are as good may ask another number of people of {who} examined."
    return {"head": "Who exactly: partly free", "text": f"{free} The range is under each figure."}


def _here(page: Reading) -> set[str]:
    return {row["nation"] for row in page.senders}


def _inputs(page: Reading) -> dict[str, str]:
    counted = page.plan.manifest.get("assumptions")
    parts = []
    head = "The inputs: as given"
    if counted:
        head = "The inputs: assumed in part" if counted["assumed"] else "The inputs: from sources"
        parts.append(f"{counted['assumed']:,} of {count(counted['figures'], 'figure')} are assumptions.")
        shares = [(counted["cost_share"], "cost"), (counted["coverage_share"], "coverage")]
        said = [f"{percent(share)} of the {what}" for share, what in shares if share is not None]
        if said:
            parts.append(f"{' and '.join(said)} depend on at least one.")
    ends = [(page.findings.favourable, "favourable"), (page.findings.adverse, "adverse")]
    known = [
        f"{_end(change)} if every figure is at the {name} end of its range"
        for change, name in ends
        if change is not None
    ]
    if known:
        parts.append(f"The most that can be covered is {' and '.join(known)}.")
    if not parts:
        parts.append("No figure is marked as an assumption, and none has a range.")
    return {"head": head, "text": " ".join(parts)}


def _end(change: Change) -> str:
    if change.covered is None or change.at_most is None:
        return "nothing (there is no plan)"
    if change.proved or percent(change.covered) == percent(change.at_most):
        return percent(change.covered)
    return f"between {percent(change.covered)} and {percent(change.at_most)}"


def _objective(row: dict[str, Any]) -> dict[str, str]:
    name = row["objective"]
    share = name in ("gap", "worst_period")
    shown = (lambda value: percent(value, 2)) if share else number
    proved = row["bound"] is not None
    return {
        "name": first_capital(OBJECTIVES[name]),
        "value": shown(row["value"]),
        "bound": shown(row["bound"]) if proved else "not minimised",
        "gap": percent(row["relative_gap"], 3) if proved else "",
        "given_up": shown(row["given_up"]) if row["given_up"] else "",
    }


# ---- requirements, the run, sources ----------------------------------------------------------------------------------


def requirements(page: Reading) -> list[dict[str, str]]:
    """What is asked, with ranges and sources."""
    marked = page.plan.manifest.get("assumptions") is not None
    titles = {row["source"]: row["title"] for row in page.instance.rows("sources")}
    rows = []
    for row in page.instance.rows("requirements"):
        capability = page.capabilities[row["capability"]]
        ends = [number(row[end]) for end in ("quantity_low", "quantity_high") if row.get(end) is not None]
        rows.append(
            {
                "task": page.names["tasks"][row["task"]],
                "capability": capability["name"],
                "quantity": f"{number(row['quantity'])} {plural(capability['unit'], row['quantity'])}",
                "range": " to ".join(ends),
                "priority": number(row["priority"]),
                "source": "assumed"
                if marked and "quantity" in assumed("requirements", row)
                else _source(row["source"], titles),
            }
        )
    return rows


def _source(key: str | None, titles: Mapping[str, str]) -> str:
    """The title of a source, cut where it is long; its key where it has none."""
    if not key:
        return ""
    title = titles.get(key) or key.replace("_", " ")
    return title if len(title) <= TITLE else title[: TITLE - 1].rstrip() + "…"


def run(page: Reading) -> list[tuple[str, str]]:
    """How to repeat the run, from the manifest."""
    made = page.plan.manifest
    options = made["options"]
    stopped = f" (stopped by {made['stopped_by'].replace('_', ' ')})" if made["stopped_by"] else ""
    total, beside = made["times"]["total"], page.findings.seconds
    return [
        ("Command", command(page)),
        ("Status", f"{page.plan.status}{stopped}"),
        ("Instance", f"{made['instance']}, SHA-256 {made.get('sha256', 'not known')}"),
        ("Model", f"{page.model.name}: {', '.join(page.model.families)}; minimises {', '.join(page.model.objectives)}"),
        ("Options", ", ".join(f"{key} {value}" for key, value in options.items() if value is not None)),
        ("Versions", ", ".join(f"{key} {value}" for key, value in made["versions"].items())),
        ("Time", f"{total:.1f} s for the plan; {beside:.1f} s for the questions beside it"),
    ]


def command(page: Reading) -> str:
    """The command that solves the same again."""
    made = page.plan.manifest
    parts = ["allocator", "solve", made["instance"], "--model", page.model.name]
    parts += [part for setting in made["overrides"] for part in ("--set", setting)]
    parts += ["--case", made["case"]] if made["case"] != "base" else []
    parts += ["--coalition", made["coalition"]] if made["coalition"] else []
    return shlex.join(parts)


def sources(page: Reading) -> list[dict[str, str]]:
    """The sources of the instance; a link only where it is a web address."""
    rows = []
    for row in page.instance.rows("sources"):
        url = str(row["url"] or "")
        safe = url if url.startswith(("https://", "http://")) else ""
        about = ", ".join(str(row[key]) for key in ("publisher", "date") if row[key])
        rows.append({"source": row["source"], "title": row["title"], "about": about, "url": safe})
    return rows
