"""Nations, their ceilings and their groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from building.facts import ARTICLE, Fact, Facts, Row

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


def nation_rows(facts: Facts, nations: Iterable[str], more: Mapping[str, str], readiness: str) -> list[Row]:
    """GDP, and the people that can be kept out: the sustainable share of the active less those abroad."""
    rows: list[Row] = []
    leaders = {**LEADERS, **more}
    for nation in nations:
        active = facts.nations[nation, "active_personnel"]
        abroad = facts.nations.get((nation, "personnel_deployed_abroad"))
        share = facts.ratio(readiness)
        deployed = abroad.value if abroad else 0.0
        counted = 0.0 if nation in GARRISONS else deployed
        people = [active.value * x for x in (share.value, share.value, share.most)]
        ceiling = Fact(
            float(round(people[0] - counted)),
            float(round(max(0.0, people[1] - deployed))),
            float(round(people[2] - counted)),
            active.source,
            "computed",
        )
        note = f"ceiling: {share.value:g} to {share.most:g} ({readiness}) of {active.value:.0f} active"
        if abroad:
            note += f"; {deployed:.0f} abroad " + (
                "taken off in the low value alone (garrisons)" if nation in GARRISONS else "taken off"
            )
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
