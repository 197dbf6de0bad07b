"""The head and the answer of a page: the question, what is assumed to happen, three sentences, tiles and the proof."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from allocator.plan.measures import measure
from allocator.report.html.reading import Reading
from allocator.report.html.words import (
    count,
    listed,
    money,
    number,
    per_mille,
    percent,
    plural,
    points,
)  # fmt: skip
from allocator.wording import event_words, first_capital, in_sentence

OBJECTIVES = {
    "gap": "what stays unmet",
    "risk": "what is asked of the reluctant",
    "cost": "the cost",
    "burden": "the heaviest burden",
    "worst_period": "what stays unmet in the worst period",
    "turnover": "how many people go somewhere anew",
    "imbalance": "the distance from shares in proportion to GDP",
}
"""Objective -> what it is in words."""

LATER = {
    "gap": "leaves least unmet",
    "risk": "asks least of reluctant nations",
    "cost": "costs least",
    "burden": "keeps the heaviest burden lowest",
    "worst_period": "leaves least unmet in the worst period",
    "turnover": "sends fewest people somewhere anew",
    "imbalance": "comes closest to shares in proportion to GDP",
}
"""Objective -> what a plan does that minimises it."""

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
"""Names of the months, whatever the language of the machine."""

CLOSE = 1e-3
"""Relative gap up to which a plan is said to minimise an objective; beyond it, the gap is said instead."""

STOPPED = {
    "time_limit": " The time limit stopped the search.",
    "interrupt": " The search was interrupted.",
    "stalled": " The search ended after a long time without a gain.",
}

WITHOUT = {
    "infeasible": "There is no plan: not every line and rule can hold",
    "no_plan": "No plan was found in the time; there may be one",
    "interrupted": "Interrupted before a plan was found; there may be one",
    "error": "The program failed; there is no plan to show",
}
"""Status -> the answer in one sentence, where there is no plan."""


def head(page: Reading) -> dict[str, Any]:
    """Title, question, and what is assumed to happen and what is not."""
    instance, manifest = page.instance, page.plan.manifest
    kept = "kept up without an end date" if instance.indefinite else ""
    periods = count(instance.periods, "period") + f" of {count(instance.months_per_period, 'month')}"
    tour = f"tours of {count(instance.months_per_period, 'month')}"
    horizon = tour if instance.indefinite and instance.periods == 1 else periods
    parts = [f"Model {page.model.name}", f"from {_month(instance.start)}", horizon, kept]
    parts.append(f"coalition {manifest['coalition']}" if manifest["coalition"] else "")
    parts.append(f"case {manifest['case']}" if manifest["case"] != "base" else "")
    yes, no = (
        [event_words(event) for event, holds in instance.events.items() if holds is state] for state in (True, False)
    )
    return {
        "title": instance.title or instance.name,
        "question": instance.settings.get("description", ""),
        "parts": [part for part in parts if part],
        "yes": listed(yes),
        "no": listed(no),
        "changes": manifest["overrides"],
        "choices": first_capital(page.model.description or page.model.title),
    }


def _month(start: str) -> str:
    """The first month in words: ``July 2025``."""
    year, _, month = start.partition("-")
    return f"{MONTHS[int(month) - 1]} {year}"


def answer(page: Reading) -> dict[str, Any]:
    """Three sentences, tiles, and how far it is proved."""
    if not page.plan.found:
        return {
            "heading": WITHOUT[page.plan.status], "sentences": [], "tiles": [], "badge": "No plan",
            "proof": _no_proof(page), "reason": page.plan.reason, "ways": list(page.findings.ways), "assumed": "",
        }  # fmt: skip
    heading = _who_and_how_much(page)
    sentences = [_most_missing(page), _what_it_costs(page)]
    return {
        "heading": heading, "sentences": [sentence for sentence in sentences if sentence], "tiles": _tiles(page),
        "badge": "Proved" if page.plan.status == "optimal" else "Best found", "proof": proof(page),
        "reason": page.plan.reason, "ways": [], "assumed": assumed(page),
    }  # fmt: skip


def _who_and_how_much(page: Reading) -> str:
    covered = percent(1 - page.plan.value("gap"))
    met = len(page.lines) - len(page.short)
    lines = lines_met(met, len(page.lines))
    if not page.members and not page.people:
        return f"Nobody sends anything: {covered} of what is asked is met"
    if len(page.members) == 1:
        who = f"{first_capital(in_sentence(page.nation(page.members[0]['nation'])))} alone sends"
    else:
        who = f"{len(page.members)} of {count(page.nations, 'nation')} send"
    return f"{who} {count(page.people, 'people')} and meet{'s' if len(page.members) == 1 else ''} {covered} " + (
        f"of what is asked; {lines}"
    )


def lines_met(met: int, lines: int) -> str:
    """How many lines are met in full, as a clause.

    Examples
    --------
    >>> lines_met(0, 1), lines_met(0, 4), lines_met(4, 4)
    ('its one line is not met in full', 'no line is met in full', 'every line is met')
    """
    if met == lines:
        return "every line is met"
    if lines == 1:
        return "its one line is not met in full"
    if met == 0:
        return "no line is met in full"
    return f"{met} of {count(lines, 'line')} {'is' if met == 1 else 'are'} met in full"


def _most_missing(page: Reading) -> str:
    """The capability of which most is missing, as the gap weighs it: asked and supplied where it is short."""
    if not page.short:
        return "Nothing is missing."
    weight: dict[str, float] = defaultdict(float)
    priority = {row["objective"]: row["priority"] for row in page.instance.rows("objectives")}
    for line in page.short:
        mean = sum(line["terms"].values()) / len(line["terms"])
        weight[line["capability"]] += mean * line["priority"] * priority[line["objective"]]
    worst = max(weight, key=lambda capability: weight[capability])
    lines = [line for line in page.lines if line["capability"] == worst]
    missing: dict[int, float] = defaultdict(float)
    for line in lines:
        for t, supplied in line["supplies"].items():
            missing[t] += max(0.0, line["required"] - supplied)
    when = max(missing, key=lambda t: missing[t])
    here = [line for line in lines if line["supplies"].get(when, line["required"]) < line["required"]]  # those named
    asked = sum(line["required"] for line in here)
    there = sum(line["supplies"][when] for line in here)
    tasks = [page.tasks[line["task"]] for line in here]
    places = list(dict.fromkeys(task["area"] or task["name"] for task in tasks))
    capability = page.capabilities[worst]
    then = f" in {page.when(when)}" if page.several and len(set(missing.values())) > 1 else ""
    return (
        f"Most is missing in {capability['name'][:1].lower()}{capability['name'][1:]} ({listed(places, 4)}): "
        f"{number(asked)}\u00a0{plural(capability['unit'], asked)} asked{then}, "
        f"{number(there) if there > 0 else 'none'} supplied."
    )


def _what_it_costs(page: Reading) -> str:
    own = sum(row["cost"] for row in page.plan.rows("nations"))
    sentence = f"It costs {money(measure(page.plan, 'cost_a_year'), page.instance.currency)} a year."
    payers = sorted((row for row in page.senders if row["cost"] > 0), key=lambda row: -row["cost"])
    if len(payers) > 2:
        first, second = (in_sentence(page.nation(row["nation"])) for row in payers[:2])
        share = percent((payers[0]["cost"] + payers[1]["cost"]) / own)
        sentence += f" {first_capital(first)} and {second} pay {share} of the nations’ share"
        heaviest = _heaviest(page)
        if heaviest is not None:
            name = in_sentence(page.nation(heaviest["nation"]))
            sentence += f"; {name} pays most for its size, {per_mille(heaviest['burden'])} of its GDP a year"
        sentence += "."
    return sentence


def _heaviest(page: Reading) -> dict[str, Any] | None:
    rows = [row for row in page.plan.rows("nations") if row["burden"]]
    return max(rows, key=lambda row: row["burden"], default=None)


def _tiles(page: Reading) -> list[dict[str, str]]:
    plan, currency = page.plan, page.instance.currency
    met = len(page.lines) - len(page.short)
    own = sum(row["cost"] for row in plan.rows("nations"))
    common = page.yearly(max(0.0, plan.value("cost") - own))
    heaviest = _heaviest(page)
    paid = f"{money(common, currency)} of it from the common fund" if common > 1e-6 else "all paid by the nations"
    out = f"{'at most ' if page.several else ''}out at any time, {_from_whom(page)}"
    full = f"of what is asked, weighted; {met} of {count(len(page.lines), 'line')} in full"
    tiles = [
        ("Covered", percent(1 - plan.value("gap")), full),
        ("People", f"{page.people:,}", out),
        ("Cost a year", money(measure(plan, "cost_a_year"), currency), paid),
    ]
    if heaviest is not None:
        where = f"of GDP a year: {page.nation(heaviest['nation'])}"
        tiles.append(("Heaviest burden", per_mille(heaviest["burden"]), where))
    return [dict(zip(("name", "value", "note"), tile, strict=True)) for tile in tiles]


def _from_whom(page: Reading) -> str:
    """Where the people come from: the two largest senders of four or more, or how many nations there are."""
    if len(page.members) < 4:
        return f"from {count(len(page.members), 'nation')}"
    everyone = sum(row["personnel"] for row in page.members)
    first, second = (in_sentence(page.nation(row["nation"])) for row in page.members[:2])
    return f"{percent(sum(row['personnel'] for row in page.members[:2]) / everyone)} from {first} and {second}"


def proof(page: Reading) -> str:
    """How far the plan is proved, never more than the bounds say."""
    rows = {row["objective"]: row for row in page.plan.rows("objectives")}
    first = rows[page.model.objectives[0]]
    name = first["objective"]
    if first["relative_gap"] == 0:
        best = {"gap": "No plan under these assumptions covers more"}.get(
            name, f"No plan under these assumptions makes {OBJECTIVES[name]} less"
        )
    elif name == "gap":
        best = f"No plan under these assumptions covers more than {percent(1 - first['bound'], 2)}"
    else:
        best = f"No plan under these assumptions brings {OBJECTIVES[name]} below {number(first['bound'])}"
    if first["given_up"]:
        lost = points(first["given_up"]).lstrip("+") if name == "gap" else number(first["given_up"])
        best += f", and the plan gives up {lost} of that for later aims"
    later = [rows[objective] for objective in page.model.objectives[1:]]
    return best + "." + (_later(later, name) if later else "") + STOPPED.get(page.plan.stopped_by, "")


def _later(later: list[dict[str, Any]], first: str) -> str:
    """What the plan does beyond its first objective, and how far that is proved."""
    among = "Of the plans that cover as much" if first == "gap" else "Of the plans that are as good in this"
    worst = max(row["relative_gap"] for row in later)
    if worst > CLOSE:
        words = listed([OBJECTIVES[row["objective"]] for row in later])
        of = "it" if len(later) == 1 else "each of them"
        return f" {among}, it is the best found for {words}; {of} is proved to within {percent(worst, 1)}."
    steps = ", then ".join(LATER[row["objective"]] for row in later)
    exact = "proved" if worst == 0 else f"proved to within {percent(max(worst, 1e-4), 2)}"
    return f" {among}, it {steps} ({'each ' if len(later) > 1 else ''}{exact})."


def _no_proof(page: Reading) -> str:
    if page.plan.status == "infeasible":
        return "Two runs of the solver agree that no plan meets every constraint."
    return STOPPED.get(page.plan.stopped_by, "").strip()


def assumed(page: Reading) -> str:
    """How much of what stands behind the plan is assumed."""
    counted = page.plan.manifest.get("assumptions")
    if not counted:
        return ""
    return f"{counted['assumed']:,} of the {count(counted['figures'], 'figure')} behind it are assumptions."
