"""The scenarios of `demilitarised-zone-12` and `-96`: monitors and protecting troops along 1,000 km."""

from __future__ import annotations

from dataclasses import replace

from building.deterrence_force import LAND_NOTE, SECTORS
from building.facts import Facts
from building.forces import BATTALIONS, LAND, availability, given_pool
from building.nations import contributors
from building.politics import EVENTS
from building.scenario import Need, Scenario, Task, WhatIf

GUARDS = 10_000.0  # protecting troops beside the monitors, of the same proposal


def demilitarised_zone(facts: Facts, width: int) -> Scenario:
    """A zone of 12 or 96 km mean width, 12,000 or 96,000 square kilometres."""
    nations = contributors(facts)
    monitors = facts.ratio("PR061" if width == 12 else "PR062").times(facts.assume("share_sector").value)
    troops = replace(facts.ratio("PR029"), value=GUARDS, low=None, high=None)
    kinds = ("brigade_heavy", "engineer_battalion", "logistics_battalion")
    brigade = sum(facts.unit(kind, "personnel").value for kind in kinds)
    guards = troops.times(BATTALIONS / brigade * facts.assume("protection_split").value)
    gdp = {nation: facts.nations[nation, "gdp_nominal"].value for nation in nations}
    civil, team = facts.ratio("PR063"), facts.assume("people_monitor_team").value
    relief = facts.assume("relief_monitor_team").value
    pools = [
        given_pool(nation, "monitor_team", civil.times(facts.assume("monitors_by_gdp"))
                   .times(gdp[nation] / sum(gdp.values()) * relief / team).whole(), availability(facts, "monitor_team"),
                   "the mission of 2017 (PR063) shared by GDP, with its relief")
        for nation in nations
    ]  # fmt: skip
    halves = (("north", "Guard the north", 49.9, 36.0), ("south", "Guard the south", 47.5, 35.0))
    watch = "zone_watch"
    return Scenario(
        name=f"demilitarised-zone-{width}",
        title=f"A demilitarised zone of {width},000 square kilometres",
        description=f"Monitors and protecting troops for a zone {width} km wide along 1,000 km, from the nations that are "
        "willing on land as known in April 2025.",
        kinds=(*LAND, "surveillance_drone", "monitor_team"),
        tasks=(
            *(Task(f"monitor_{key}", "peace_on_land", f"Monitor the zone at {name}", name, lat, lon)
              for key, name, lat, lon in SECTORS),
            *(Task(f"guard_{key}", "peace_on_land", name, "behind the zone", lat, lon, "framework_hubs")
              for key, name, lat, lon in halves),
            Task(watch, "peace_on_land", "Watch the zone from the air", "line of contact", 48.5, 36.0),
        ),
        needs=(
            *(Need(f"monitor_{key}", "monitors", monitors, "",
                   f"{'PR061' if width == 12 else 'PR062'}, a quarter") for key, *_ in SECTORS),
            *(Need(f"guard_{key}", "ground_presence", guards, "",
                   "10,000 protecting troops beside the monitors (PR029), half") for key, *_ in halves),
            Need(watch, "surveillance", facts.assume("need_orbits_sector").times(len(SECTORS))),
        ),
        events=EVENTS,
        extra={"forces": [pool for pool in pools if pool["units"].value >= 1]},  # type: ignore[union-attr]
        task_note=LAND_NOTE,
        what_ifs=(
            WhatIf("a mandate of the United Nations", overrides=("events.un_mandate=true",)),
            WhatIf("the United States backs the force", overrides=("events.us_backstop=true",)),
            WhatIf("all conditions are met, willingness floor 0.3",
                   overrides=("events.us_backstop=true", "events.un_mandate=true", "events.turkiye_seat=true",
                              "model.willingness_floor=0.3")),
            WhatIf("no conditions, caveats or willingness floor", "no-politics"),
            WhatIf("one tour, nobody is relieved", "surge"),
        ),
    )  # fmt: skip
