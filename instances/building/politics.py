"""Positions: willingness, conditions and caveats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from building.facts import ARTICLE, ASSUMPTION, Facts, Row
from building.nations import BLACK_SEA

OBJECTIVES = ("safe_skies", "safe_seas", "peace_on_land", "training")
COMPONENTS = {  # component of a position -> objectives it speaks of
    "ground": ("peace_on_land",), "logistics": ("peace_on_land",), "air": ("safe_skies",),
    "sea": ("safe_seas",), "training": ("training",), "overall": OBJECTIVES,
}  # fmt: skip
AIR_AND_SEA = ("GBR", "FRA")  # their position on air names naval patrol too
EVENTS = {
    "peace_agreement": True, "us_consent": True, "us_backstop": False, "turkiye_seat": False,
    "un_mandate": False,
}  # fmt: skip
PHRASES = {  # what a nation asked for -> event; None: presupposed, or shown elsewhere
    "ceasefire": "peace_agreement", "peace agreement": "peace_agreement", "US consent": "us_consent",
    "US backing": "us_backstop", "US backstop": "us_backstop", "US guarantees": "us_backstop",
    "US involvement": "us_backstop", "seat in all consultations": "turkiye_seat", "triple lock": "un_mandate",
    "parliamentary mandate": None, "parliament": None, "clear mandate": None,
    "no reduction of Baltic commitments": None, "Article-5-type guarantee": None,
}  # fmt: skip
PLUG_IN = ("EST", "LVA", "LTU", "DNK", "AUS")  # join a force that Britain or France leads
MINE_GROUP = ("ROU", "BGR")  # members of the group that Türkiye leads


CONFIDENCE = ("low", "medium", "high")


def latest(facts: Facts) -> dict[tuple[str, str], dict[str, str]]:
    """The position of each nation on each component: the best confirmed one, and of these the last.

    A reprinted report does not overrule what the nation said itself.
    """
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in sorted(facts.positions, key=lambda row: (CONFIDENCE.index(row["confidence"]), row["as_of"])):
        found[row["iso3"], row["component"]] = row
    return found


def positions(facts: Facts, nation: str) -> dict[str, dict[str, str]]:
    """The position of a nation on each objective: of its own component, else of the whole; logistics after a
    ground `no` (the caveats then bar everything else)."""
    rows = {component: row for (who, component), row in latest(facts).items() if who == nation}
    if nation in AIR_AND_SEA:
        rows.setdefault("sea", rows["air"])
    chosen: dict[str, dict[str, str]] = {}
    for component in ("overall", "ground", "logistics", "air", "sea", "training"):
        for objective in COMPONENTS[component] if component in rows else ():
            chosen[objective] = rows[component]
    return chosen


def willingness_rows(facts: Facts, nations: Iterable[str]) -> list[Row]:
    rows: list[Row] = []
    for nation in nations:
        stances = positions(facts, nation)
        for objective in OBJECTIVES:
            if objective in stances:
                stance = stances[objective]
                value = facts.assume(f"stance_{stance['stance']}")
                source, note = (
                    stance["source"],
                    f"{stance['component']}: {stance['stance']} ({stance['as_of']})",
                )
                if nation in AIR_AND_SEA and objective == "safe_seas":
                    note += ", the plan names air and sea"
            elif objective == "training" and (nation, "training_throughput") in facts.inventory:
                value = facts.assume("announced_training")
                source = facts.inventory[nation, "training_throughput"].source
                note = "training announced"
            else:
                value, source, note = facts.assume("stance_silent"), ASSUMPTION, "nothing said of it"
            rows.append(
                {
                    "nation": nation,
                    "objective": objective,
                    "willingness": value,
                    "source": source,
                    "note": note,
                }
            )
    return rows


def condition_rows(facts: Facts, nations: Iterable[str]) -> list[Row]:
    """What each pledge hangs on.

    For a contingent, a peace agreement and the consent of the United States, but not for training, which runs
    already; what a nation asked for beside them; and whom it would not go without.
    """
    rows: list[Row] = []
    for nation in nations:
        said = positions(facts, nation)
        for objective in OBJECTIVES:
            row = said.get(objective)
            if row and facts.assume(f"stance_{row['stance']}").most == 0:
                continue
            if objective != "training":
                rows += for_any_contingent(nation, objective)
            asked = [PHRASES[phrase] for phrase in row["condition"].split("; ") if phrase] if row else []
            rows += [
                condition(nation, objective, "event", event, str(row and row["source"]), str(row and row["condition"]))
                for event in sorted({event for event in asked if event} - {event for event, _ in ANY_CONTINGENT})
            ]
        if nation in PLUG_IN:
            note = "assumption: joins what a framework nation leads (SF57)"
            rows.append(condition(nation, "peace_on_land", "any_of", "GBR FRA", ASSUMPTION, note))
        if nation in MINE_GROUP:
            note = "assumption: its ships sail in the group with Türkiye"
            rows.append(condition(nation, "safe_seas", "nation", "TUR", facts.ratio("PR087").source, note))
    return rows


def asked_rows(
    facts: Facts, nations: Iterable[str], objectives: Iterable[str], key: str, *, peace: bool
) -> tuple[list[Row], list[Row]]:
    """Willingness and conditions where the question is what nations could do: one assumed stance for all."""
    both = [(nation, objective) for nation in nations for objective in objectives]
    stance = facts.assume(key)
    willingness: list[Row] = [
        {"nation": nation, "objective": objective, "willingness": stance, "source": ASSUMPTION}
        for nation, objective in both
    ]
    conditions = [
        row
        for nation, objective in both
        if peace and objective != "training"
        for row in for_any_contingent(nation, objective)
    ]
    return willingness, conditions


ANY_CONTINGENT = (("peace_agreement", "SF35"), ("us_consent", "SF34"))  # what the article says of all of them


def for_any_contingent(nation: str, objective: str) -> list[Row]:
    return [condition(nation, objective, "event", event, ARTICLE, note) for event, note in ANY_CONTINGENT]


def condition(nation: str, objective: str, requires: str, value: str, source: str, note: str) -> Row:
    return {
        "nation": nation, "objective": objective, "requires": requires, "value": value, "source": source,
        "note": note,
    }  # fmt: skip


def caveat_rows(facts: Facts, pools: list[Row], barred: Mapping[str, str]) -> list[Row]:
    """Logistics only for those who offered no more; and the straits, shut to the warships of others."""
    last = latest(facts)
    rows: list[Row] = []
    for pool in pools:
        nation, kind = str(pool["nation"]), str(pool["unit_type"])
        supply = last.get((nation, "logistics"))
        if supply and kind.startswith(("companies", "infantry", "engineer", "surveillance")):
            rows.append({
                "nation": nation, "task": "", "unit_type": kind, "objective": "peace_on_land",
                "source": supply["source"], "note": "logistics only",
            })  # fmt: skip
    for pool in pools:
        if pool["unit_type"] in barred and pool["nation"] not in BLACK_SEA:
            kind = str(pool["unit_type"])
            note = "the straits are shut to warships of others (PR089)"
            row: Row = {"nation": pool["nation"], "task": barred[kind], "unit_type": kind, "objective": ""}
            rows.append({**row, "source": STRAITS, "note": note})
    return rows


STRAITS = "Janes: Türkiye keeps the straits shut to warships not based in the Black Sea"
