"""The scenario of `deterrence-force`: 100,000 to 150,000 along the line, without an end date."""

from __future__ import annotations

from dataclasses import replace

from building.facts import Facts
from building.forces import LAND
from building.nations import PRESENCE
from building.reassurance_force import part
from building.scenario import Need, Scenario, Task, WhatIf

SECTORS = (
    ("kharkiv", "Kharkiv", 50.0, 36.6), ("donetsk", "Kramatorsk", 48.7, 37.6),
    ("zaporizhzhia", "Zaporizhzhia", 47.6, 35.6), ("kherson", "Kherson", 46.7, 32.8),
)  # fmt: skip
LAND_NOTE = "a quarter of the line of contact; approximate"


HALVES = (("north", "the north", 49.5, 37.0), ("south", "the south", 47.2, 34.5))


def deterrence_force(facts: Facts) -> Scenario:
    jets = replace(facts.ratio("PR066"), high=None)
    air, watch = "area_air_defence", "line_watch"
    return Scenario(
        name="deterrence-force",
        title="A deterrent of 100,000 to 150,000 without an end date",
        description="What 34 nations could keep up along a line of 1,000 km if all of them were willing, and what would "
        "close the rest.",
        kinds=(*LAND, "surveillance_drone", "combat_squadron", "early_warning_aircraft", "tanker_aircraft",
               "air_defence_battery"),
        tasks=(
            *(Task(f"deter_{key}", "peace_on_land", f"Deter in {name}", name, lat, lon, "framework_sector")
              for key, name, lat, lon in HALVES),
            Task(watch, "peace_on_land", "Watch the line from the air", "line of contact", 48.5, 36.0),
            Task(air, "safe_skies", "Defend the area from the air", "Ukraine", 49.0, 31.0),
            Task("sector_batteries", "safe_skies", "Shield the sectors", "behind the line", 48.5, 34.5),
        ),
        needs=(
            *(Need(f"deter_{key}", "ground_presence", part(facts, "SF07", "share_half"), "",
                   "SF07 in battalion groups with their support, half") for key, *_ in HALVES),
            Need(watch, "surveillance", facts.assume("need_orbits_sector").times(len(SECTORS))),
            Need(air, "combat_aircraft", jets, "", "PR066; low: the least of CSIS"),
            Need("sector_batteries", "air_defence", facts.assume("need_gbad_sector").times(len(SECTORS))),
        ),
        events={"peace_agreement": True},
        willing="willing_if_asked",
        model="fair",
        leaders=PRESENCE,
        task_note=LAND_NOTE,
        what_ifs=(
            WhatIf("one tour, nobody is relieved", "surge"),
            WhatIf("one in three deployed, not one in four",
                   overrides=("unit_types[domain=land].rotation_ratio=3", "unit_types[domain=support].rotation_ratio=3")),
            WhatIf("cost before burden, no limit on burden", "reference"),
            WhatIf("no ceilings on people", overrides=("nations.troop_ceiling=",)),
            WhatIf("without Türkiye", overrides=("willingness[nation=TUR].willingness=0",)),
            WhatIf("without Türkiye, Canada, Australia, New Zealand",
                   overrides=tuple(f"willingness[nation={n}].willingness=0" for n in ("TUR", "CAN", "AUS", "NZL"))),
        ),
    )  # fmt: skip
