"""Cost and burden, and politics: what is asked of the reluctant, conditions, and who sends nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from allocator.explaining.ability import Selection
from allocator.report.html.coverage import width
from allocator.report.html.reading import Reading
from allocator.report.html.words import count, listed, money, number, per_mille, percent
from allocator.wording import event_words, first_capital, in_sentence


def cost(page: Reading) -> dict[str, Any] | None:
    """What each nation pays a year, and against its GDP; None where nothing costs anything."""
    payers = [row for row in page.plan.rows("nations") if row["cost"] > 0 or row["common_part"]]
    if not payers:
        return None
    payers.sort(key=lambda row: (-row["cost"], -(row["common_part"] or 0), row["nation"]))
    most = max(row["cost"] for row in payers) or 1.0
    heaviest = max((row["burden"] or 0 for row in payers), default=0) or 1.0
    own = sum(row["cost"] for row in page.plan.rows("nations"))
    common = page.yearly(max(0.0, page.plan.value("cost") - own))
    rows = [
        {
            "name": page.nation(row["nation"]),
            "width": width(row["cost"] / most),
            "cost": number(page.yearly(row["cost"]), 3),
            "share": percent(row["share"], 1),
            "part": number(page.yearly(row["common_part"]), 3) if row["common_part"] else "",
            "burden_width": width((row["burden"] or 0) / heaviest),
            "burden": "not known" if row["burden"] is None else per_mille(row["burden"]),
        }
        for row in payers
    ]
    return {
        "heading": _cost_heading(page, payers),
        "rows": rows,
        "parts": any(row["common_part"] for row in payers),
        "procurement": money(page.yearly(sum(row["procurement"] for row in payers)), page.instance.currency)
        if page.plan.rows("orders")
        else "",
        "common": money(common, page.instance.currency) if common > 1e-6 else "",
        "unit": f"{page.instance.currency} million a year".strip(),
    }


def _cost_heading(page: Reading, payers: list[dict[str, Any]]) -> str:
    names = [in_sentence(page.nation(row["nation"])) for row in payers[:2]]
    first = first_capital(f"{listed(names)} {'pay' if len(names) > 1 else 'pays'} most")
    heavy = sorted((row for row in payers if row["burden"]), key=lambda row: -row["burden"])[:2]
    if len(payers) < 3 or not heavy:
        return first
    there = listed([in_sentence(page.nation(row["nation"])) for row in heavy])
    if {row["nation"] for row in heavy} == {row["nation"] for row in payers[:2]}:
        return f"{first}, for their size too"
    several = len(heavy) > 1
    return f"{first}; for {'their' if several else 'its'} size, {there} {'carry' if several else 'carries'} most"


# ---- politics --------------------------------------------------------------------------------------------------------


def politics(page: Reading) -> dict[str, Any]:
    """What is asked of the reluctant, on which conditions nations come, and who sends nothing and why."""
    asked = reluctant(page)
    most = max(asked.values(), default=0.0) or 1.0
    conditions = _conditions(page)
    rows = [
        {
            "name": page.nation(row["nation"]),
            "width": width(asked.get(row["nation"], 0.0) / most),
            "asked": number(1000 * asked.get(row["nation"], 0.0), 3) if asked.get(row["nation"]) else "none",
            "conditions": "; ".join(conditions.get(row["nation"], [])) or "no condition",
        }
        for row in page.members
    ]
    bound = sum(row["nation"] in conditions for row in page.members)
    return {
        "heading": _politics_heading(page, bound),
        "rows": rows,
        "asked": bool(asked),
        "caveats": _caveats(page),
        "absent": _absent(page),
        "risk": number(1000 * page.plan.value("risk")) if page.plan.found else "",
    }


def reluctant(page: Reading) -> dict[str, float]:
    """Nation -> thousand person-months asked of it, each by how far the nation is from a full yes."""
    will: dict[tuple[str, str, int], float] = {}
    for row in page.instance.rows("willingness"):
        for t in range(row["first_period"], row["last_period"] + 1):
            will[row["nation"], row["objective"], t] = row["willingness"]
    found: dict[str, float] = defaultdict(float)
    for row in page.plan.rows("deployments"):
        stance = will.get((row["nation"], page.tasks[row["task"]]["objective"], row["period"]), 0.0)
        found[row["nation"]] += (1 - stance) * row["personnel"] * page.instance.months_per_period / 1000
    return {nation: months for nation, months in found.items() if months > 0}


def _politics_heading(page: Reading, bound: int) -> str:
    members = len(page.members)
    if not members:
        return "Who could come, and why nobody does" if page.plan.found else "Who could come, and who could not"
    if not bound:
        return "Nobody who sends forces sets a condition"
    if bound == members:
        return "Every nation that sends forces sets a condition" if members > 1 else "The one sender sets a condition"
    return f"{bound} of the {members} that send forces {'sets a condition' if bound == 1 else 'set conditions'}"


def _conditions(page: Reading) -> dict[str, list[str]]:
    """Nation -> the conditions of what it sends, with the objective where they are not those of all it serves."""
    if "conditions" not in page.model.families:
        return {}
    serves: dict[str, set[str]] = defaultdict(set)
    for row in page.plan.rows("deployments"):
        serves[row["nation"]].add(page.tasks[row["task"]]["objective"])
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for given in page.instance.rows("conditions"):
        here = serves[given["nation"]]
        for objective in here & {given["objective"]} if given["objective"] else here:
            found[given["nation"]][_requires(page, given)].add(objective)
    said: dict[str, list[str]] = {}
    for nation, texts in found.items():
        said[nation] = []
        for text, where in texts.items():
            names = listed([name for code, name in page.names["objectives"].items() if code in where])
            said[nation].append(text if where == serves[nation] else f"{text} (for {names})")
    return said


def _requires(page: Reading, row: Mapping[str, Any]) -> str:
    value = row["value"]
    if row["requires"] == "event":
        holds = page.instance.events.get(value)
        return event_words(value) + ("" if holds else " (assumed not to happen)")
    if row["requires"] == "coalition_size":
        return f"at least {count(int(value), 'nation')} take part"
    codes = value.split()
    known = page.names["nations"]
    names = [in_sentence(known[code]) if code in known else f"a nation of {code}" for code in codes]
    if len(names) == 1:
        return f"{names[0]} takes part"
    return f"one of {listed(names, 4)} takes part" if len(names) > 2 else f"{names[0]} or {names[1]} takes part"


def _caveats(page: Reading) -> list[str]:
    """What the senders will not do."""
    if "caveats" not in page.model.families:
        return []
    here = {row["nation"] for row in page.members}
    found: dict[str, list[str]] = defaultdict(list)
    for row in page.instance.rows("caveats"):
        if row["nation"] in here:
            what = page.names["unit_types"].get(row["unit_type"] or "", "forces")
            where = row["task"] and page.names["tasks"][row["task"]]
            where = where or (row["objective"] and page.names["objectives"][row["objective"]])
            found[row["nation"]].append(f"no {what[:1].lower()}{what[1:]}" + (f" for {where}" if where else ""))
    return [f"{page.nation(nation)}: {listed(texts, 6)}" for nation, texts in found.items()]


def _absent(page: Reading) -> list[dict[str, str]]:
    """Nations that send nothing, and what bars them."""
    here = {row["nation"] for row in page.members}
    rows = [row for row in page.instance.rows("nations") if row["nation"] not in here and not row["collective"]]
    return [{"name": page.nation(row["nation"]), "why": first_capital(_reason(page, row["nation"]))} for row in rows]


def _reason(page: Reading, nation: str) -> str:
    chosen = Selection(nation=nation)
    rules = page.ability.rules(chosen)
    if not rules:
        found = page.findings.ranges.get(nation)
        if not page.plan.found:
            return "could come"
        if found is None:
            return "could come; this plan does without it"
        if found.high == 0:
            return "could come, but no plan that is as good uses it"
        return f"could come: plans that are as good take up to {found.high:,.0f} people from it"
    rules = [rule for rule in rules if rule != "pool"] or rules
    return "; ".join(_bar(page, nation, rule) for rule in rules)


def _bar(page: Reading, nation: str, rule: str) -> str:
    """A rule that bars a nation, in words."""
    if rule == "willingness":
        stances = [row["willingness"] for row in page.instance.rows("willingness") if row["nation"] == nation]
        most = max(stances, default=0.0)
        if most == 0:
            return "has said no, or nothing"
        return f"its willingness is {most:g} at the most; from {page.model.willingness_floor:g} on a nation takes part"
    if rule == "event":
        names = dict.fromkeys(row["value"] for row in page.ability.events if row["nation"] == nation)
        return f"asks for {listed([event_words(name) for name in names])}, assumed not to happen"
    return {
        "pool": "has no forces of the kinds in this instance",
        "ready": "its forces are not ready in time",
        "eligible": "its forces supply nothing that is asked",
        "active": "no task stands while its forces are ready",
        "caveat": "its caveats rule out all that it has",
    }[rule]
