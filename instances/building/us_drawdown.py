"""The scenario of `us-drawdown`: half of the American troops near the border leave."""

from __future__ import annotations

from building.facts import ASSUMPTION, Facts
from building.forces import LAND
from building.nations import PRESENCE, contributors
from building.politics import condition
from building.reassurance_force import part
from building.scenario import Need, Scenario, Task, WhatIf

PLACES = (("baltic", "Estonia, Latvia, Lithuania", 56.9, 24.1, ("EST", "LVA", "LTU")),
          ("poland", "Poland", 52.2, 21.0, ("POL",)), ("romania", "Romania", 45.9, 24.9, ("ROU",)))  # fmt: skip


def us_drawdown(facts: Facts) -> Scenario:
    allies = [n for n in contributors(facts) if facts.nations[n, "member_nato"].value == 1]
    half = facts.seed("SF37").source
    return Scenario(
        name="us-drawdown",
        title="Half of the American troops near the border leave",
        description="Who backfills 10,000 of 20,000 American troops on NATO's eastern flank so that it can be kept up, "
        "and at what cost; with the event us_backstop they stay.",
        nations=(*allies, "USA"),
        kinds=LAND,
        tasks=tuple(
            Task(f"flank_{key}", "peace_on_land", f"Stand in {area}", area, lat, lon, "framework_sector")
            for key, area, lat, lon, _ in PLACES
        ),
        needs=tuple(
            Need(f"flank_{key}", "ground_presence", part(facts, "SF37", f"share_{key}"), "",
                 "SF37 in battalion groups with their support, times the share of the place") for key, *_ in PLACES
        ),
        events={"us_backstop": False},
        willing="willing_if_asked",
        model="fair",
        needs_peace=False,
        leaders=PRESENCE,
        extra={"conditions": [condition("USA", "peace_on_land", "event", "us_backstop", half, "SF37: the half that leaves")],
               "caveats": [{"nation": nation, "task": f"flank_{key}", "source": ASSUMPTION,
                            "note": "an army at home backfills nobody there"} for key, *_, hosts in PLACES for nation in hosts]},
        task_note="where NATO's forward forces stand; approximate",
        what_ifs=(
            WhatIf("the Americans stay", overrides=("events.us_backstop=true",)),
            WhatIf("all 20,000 Americans leave", overrides=("requirements.quantity*=2",)),
            WhatIf("the United Kingdom and France are committed to Ukraine",
                   overrides=tuple(f"willingness[nation={n}].willingness=0" for n in ("GBR", "FRA"))),
            WhatIf("cost before burden", "reference"),
        ),
    )  # fmt: skip
