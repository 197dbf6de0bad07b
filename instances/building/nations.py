"""Nations, their ceilings and their groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from building.facts import ARTICLE, ASSUMPTION, Fact, Facts, Row

BLACK_SEA = ("TUR", "ROU", "BGR")


def contributors(facts: Facts) -> list[str]:
    return [nation for nation, role in facts.roles.items() if role == "contributor"]


# Their figure is, or contains, permanent garrisons at home overseas or on Cyprus, which are no operation that
# takes the place of another; for France it exceeds the share that NATO thinks can be sustained.
GARRISONS = ("GBR", "FRA", "TUR", "USA")
LEADERS = {
    "GBR": "SF57: leads the coalition",
    "FRA": "SF57: leads the coalition",
    "TUR": "reported to be ready to lead the maritime component in the Black Sea",
}


PRESENCE = dict.fromkeys(  # who may lead where the question is not of this coalition alone
    ("DEU", "CAN", "ITA", "ESP", "USA"), "assumption: has led a battle group of NATO's forward presence"
)


def army(facts: Facts, nation: str) -> Fact:
    """People in the land forces; where nobody publishes them, the usual share of all people in uniform."""
    known = facts.nations.get((nation, "army_personnel"))
    return known or facts.assume("army_share").times(facts.nations[nation, "active_personnel"]).whole()


def ceiling_share(facts: Facts, nation: str, readiness: str, land: bool) -> tuple[Fact, str]:
    """The people that can be kept out before those abroad, and how they were counted.

    The published share is one of land forces. Without a task on land it cannot bind the others, and the share of them
    that can be out is assumed.
    """
    share, soldiers = facts.ratio(readiness), army(facts, nation)
    note = f"ceiling: {share.value:g} to {share.most:g} ({readiness}) of {soldiers.value:.0f} in the land forces"
    if land:
        return soldiers.times(share), note
    active, other = facts.nations[nation, "active_personnel"], facts.assume("sustained_air_sea")
    sailors = max(0.0, active.value - soldiers.value)
    return other.times(sailors).plus(soldiers.times(share)), f"{note}; {other.value:g} of {sailors:.0f} others"


def nation_rows(
    facts: Facts, nations: Iterable[str], more: Mapping[str, str], readiness: str, *, land: bool
) -> list[Row]:
    """GDP, and the people that can be kept out: the sustainable share less those abroad."""
    rows: list[Row] = []
    leaders = {**LEADERS, **more}
    for nation in nations:
        people, note = ceiling_share(facts, nation, readiness, land)
        abroad = facts.nations.get((nation, "personnel_deployed_abroad"))
        deployed = abroad.value if abroad else 0.0
        if land:  # those abroad are of the land forces as often as the others
            active = facts.nations[nation, "active_personnel"].value
            deployed *= min(1.0, army(facts, nation).value / max(1.0, active))
        counted = 0.0 if nation in GARRISONS else deployed
        ceiling = replace(
            people,
            value=float(round(max(0.0, people.value - counted))),
            low=float(round(max(0.0, people.least - deployed))),
            high=float(round(max(0.0, people.most - counted))),
        )
        if ceiling.source == ASSUMPTION:  # the row is not: only this figure of it
            ceiling = replace(ceiling, source=facts.nations[nation, "active_personnel"].source)
        if abroad:
            note += f"; {deployed:.0f} abroad " + (
                "taken off in the low value alone (garrisons)" if nation in GARRISONS else "taken off"
            )
        note += f"; land forces: {army(facts, nation).source}"
        if nation in leaders:
            note += f"; can lead: {leaders[nation]}"
        rows.append(
            {
                "nation": nation,
                "name": facts.names[nation],
                "gdp": facts.nations[nation, "gdp_nominal"].times(1000),
                "troop_ceiling": ceiling,
                "can_lead": str(nation in leaders).lower(),
                "note": note,
            }
        )
    return rows


def group_rows(facts: Facts, nations: Iterable[str]) -> list[Row]:
    rows: list[Row] = []
    nations = list(nations)
    for group, attribute in (("JEF", "member_jef"), ("NATO", "member_nato"), ("EU", "member_eu")):
        for nation in nations:
            member = facts.nations[nation, attribute]
            if member.value == 1:
                rows.append({"group": group, "nation": nation, "source": member.source})
    named = {"BALTIC": ("EST", "LVA", "LTU"), "BLACKSEA": BLACK_SEA}
    sources = {"BALTIC": ARTICLE, "BLACKSEA": facts.ratio("PR087").source}
    return rows + [
        {"group": group, "nation": nation, "source": sources[group]}
        for group, members in named.items()
        for nation in members
        if nation in nations
    ]
