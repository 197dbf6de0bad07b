"""The scenario of `jef-plus-france`: 40,000 to 50,000 from eleven nations, for four billion a year."""

from __future__ import annotations

from building.facts import Facts
from building.forces import LAND, MONTHS
from building.nations import contributors
from building.reassurance_force import PRIORITIES, TASKS, part
from building.scenario import Need, Scenario, WhatIf


def jef_plus_france(facts: Facts) -> Scenario:
    members = [n for n in contributors(facts) if n == "FRA" or facts.nations[n, "member_jef"].value == 1]
    months = 6
    money = facts.seed("SF02").times(1000 / 10 * months / MONTHS)
    hubs = ("kyiv", "odesa", "lviv")
    return Scenario(
        name="jef-plus-france",
        title="The Joint Expeditionary Force and France: 40,000 to 50,000",
        description="Could the ten nations of the Joint Expeditionary Force and France keep up 40,000 to 50,000 people "
        "on land for four billion dollars a year?",
        nations=tuple(members),
        kinds=LAND,
        tasks=tuple(task for task in TASKS if task.key in {f"hub_{city}" for city in hubs}),
        needs=tuple(
            Need(f"hub_{city}", "ground_presence", part(facts, "SF09", f"share_{city}"), PRIORITIES[city],
                 "SF09 in battalion groups with their support, times the hub's share")
            for city in hubs
        ),
        events={"peace_agreement": True, "us_consent": True},
        willing="willing_if_asked",
        budgets=({"payer": "*", "amount": money, "source": money.source, "note": "SF02: 40 billion in ten years"},),
        what_ifs=(
            WhatIf("one tour, nobody is relieved", "surge"),
            WhatIf("half of every holding is usable, not four tenths", overrides=("forces.availability=0.5",)),
            WhatIf("everything is usable, one in four deployed", overrides=(
                "forces.availability=1", "unit_types.rotation_ratio=4")),
            WhatIf("no ceilings on people", overrides=("nations.troop_ceiling=",)),
            WhatIf("everything is usable, one in four deployed, no ceilings on people", overrides=(
                "forces.availability=1", "unit_types.rotation_ratio=4", "nations.troop_ceiling=")),
            WhatIf("a core of four tenths everywhere", overrides=("requirements.core_share=0.4",)),
            WhatIf("half the budget", overrides=("budgets[payer=*].amount*=0.5",)),
            WhatIf("without France", overrides=("willingness[nation=FRA].willingness=0",)),
        ),
    )  # fmt: skip
