"""The scenario of `deterrence-force`: 100,000 to 150,000 along the line, without an end date."""

from __future__ import annotations

from dataclasses import replace

from building.facts import Facts
from building.forces import LAND
from building.nations import PRESENCE
from building.reassurance_force import land_force
from building.scenario import Need, Scenario, Task, WhatIf

SECTORS = (
    ("kharkiv", "Kharkiv", 50.0, 36.6), ("donetsk", "Kramatorsk", 48.7, 37.6),
    ("zaporizhzhia", "Zaporizhzhia", 47.6, 35.6), ("kherson", "Kherson", 46.7, 32.8),
)  # fmt: skip
LAND_NOTE = "a quarter of the line of contact; approximate"


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
            Task("deter_line", "peace_on_land", "Deter along the line", "line of contact", 48.5, 36.0, "framework_corps"),
            Task(watch, "peace_on_land", "Watch the line from the air", "line of contact", 48.5, 36.0),
            Task(air, "safe_skies", "Defend the area from the air", "Ukraine", 49.0, 31.0),
            Task("sector_batteries", "safe_skies", "Shield the sectors", "behind the line", 48.5, 34.5),
        ),
        needs=(
            Need("deter_line", "ground_presence", land_force(facts, "SF07").map(lambda x: round(x, 1)), "priority_line",
                 "SF07 in battalion groups with their support"),
            Need(watch, "surveillance", facts.assume("need_orbits_sector").times(len(SECTORS))),
            Need(air, "combat_aircraft", jets, "", "PR066; low: the least of CSIS"),
            Need("sector_batteries", "air_defence", facts.assume("need_gbad_sector").times(len(SECTORS))),
        ),
        events={"peace_agreement": True, "us_consent": True},
        willing="willing_if_asked",
        model="fair",
        leaders=PRESENCE,
        task_note=LAND_NOTE,
        what_ifs=(
            WhatIf("one tour, nobody is relieved", "surge"),
            WhatIf("half of the land forces is usable, not four tenths", overrides=tuple(
                f"forces[unit_type={kind}].availability=0.5" for kind in LAND if kind != "infantry_company")),
            WhatIf("cost before burden, no limit on burden", "reference"),
            WhatIf("no ceilings on people", overrides=("nations.troop_ceiling=",)),
            WhatIf("without Türkiye", overrides=("willingness[nation=TUR].willingness=0",)),
            WhatIf("without Türkiye, Canada, Australia, New Zealand",
                   overrides=tuple(f"willingness[nation={n}].willingness=0" for n in ("TUR", "CAN", "AUS", "NZL"))),
        ),
    )  # fmt: skip
