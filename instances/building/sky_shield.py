"""The scenario of `sky-shield`: 120 jets over the west, no boots on the ground."""

from __future__ import annotations

from dataclasses import replace

from building.facts import ASSUMPTION, Facts, Row
from building.forces import availability, given_pool
from building.politics import EVENTS
from building.scenario import Need, Scenario, Task, WhatIf

POOLED = {  # owner here, owner in the data: unit type, inventory key, name, event
    "NTO": ("NATO", "early_warning_aircraft", "aewc_aircraft", "NATO's own early warning", "nato_consensus"),
    "MMF": ("MMF", "tanker_aircraft", "tanker_aircraft", "The shared tanker fleet", "fleet_consensus"),
}


LENT, SILENT = "events.nato_consensus=true", "model.willingness_floor=0.25"


WHAT_IFS = (
    WhatIf("NATO provides its early-warning aircraft", overrides=(LENT,)),
    WhatIf("everybody takes part who has not said no", overrides=(SILENT,)),
    WhatIf("both", overrides=(LENT, SILENT)),
    WhatIf("both, and seven airframes keep an orbit, not six", overrides=(
        LENT, SILENT, "yields[unit_type=early_warning_aircraft].amount=0.2857",
        "yields[unit_type=surveillance_drone].amount=0.2857")),
    WhatIf("both, and two orbits for eight squadrons, not four", overrides=(
        LENT, SILENT, "yields[unit_type=combat_squadron,capability=early_warning].amount=-0.25")),
    WhatIf("both, and the tanker fleet does not take part", overrides=(
        LENT, SILENT, "events.fleet_consensus=false")),
    WhatIf("both, and bases need no battery", overrides=(
        LENT, SILENT, "yields[capability=base_defence,unit_type=air_defence_battery].amount=1000")),
    WhatIf("both, 48 jets", overrides=(LENT, SILENT, "requirements[task=shield_west].quantity=48")),
    WhatIf("both, one tour, nobody is relieved", "surge", (LENT, SILENT)),
)  # fmt: skip


def sky_shield(facts: Facts) -> Scenario:
    jets = replace(facts.seed("SF12"), value=facts.seed("SF12").most, low=facts.ratio("PR065").value,
                   high=facts.ratio("PR066").value)  # fmt: skip
    baltic = facts.assume("baltic_detachments").times(facts.ratio("PR076"))
    squadron = facts.assume("gbad_a_squadron").falling(lambda each: -each)
    extra: dict[str, list[Row]] = {
        "yields": [
            {"unit_type": "combat_squadron", "capability": "base_defence", "amount": squadron, "note": "what a base needs"},
            {"unit_type": "air_defence_battery", "capability": "base_defence", "amount": facts.assume("counts_itself"),
             "note": "counts itself"},
        ],
        "willingness": [], "nations": [], "forces": [], "conditions": [],
    }  # fmt: skip
    for code, (owner, kind, key, name, event) in POOLED.items():
        held = facts.inventory[owner, key]
        extra["nations"].append({"nation": code, "name": name, "collective": "true", "source": held.source,
                                 "note": "owned in common; takes part where its owners agree"})  # fmt: skip
        extra["forces"].append(given_pool(code, kind, held, availability(facts, key), "the whole fleet"))
        extra["willingness"].append({"nation": code, "objective": "safe_skies", "willingness": facts.assume("stance_yes"),
                                     "source": ASSUMPTION, "note": "once its owners agree"})  # fmt: skip
        extra["conditions"].append({"nation": code, "objective": "safe_skies", "requires": "event", "value": event,
                                    "source": held.source, "note": "a decision of all owners"})  # fmt: skip
    return Scenario(
        name="sky-shield",
        title="SkyShield: 120 jets over western Ukraine",
        description="Who could keep up 120 jets over the west with the early warning, the tankers and the batteries that "
        "they need, beside the air policing over the Baltic states, with no boots on the ground?",
        kinds=("combat_squadron", "early_warning_aircraft", "tanker_aircraft", "air_defence_battery",
               "surveillance_drone"),
        tasks=(
            Task("shield_west", "safe_skies", "Patrol the west", "western Ukraine, from bases beyond the border", 49.5, 24.5),
            Task("watch_west", "safe_skies", "Watch the west", "western Ukraine", 49.8, 26.0),
            Task("baltic_air_policing", "safe_skies", "Air policing over the Baltic states", "Šiauliai, Ämari",
                 56.9, 24.0),
        ),
        needs=(
            Need("shield_west", "combat_aircraft", jets, "", "SF12; low: the least of CSIS; high: area defence (CSIS)"),
            Need("watch_west", "surveillance", facts.assume("need_drones_skyshield")),
            Need("baltic_air_policing", "combat_aircraft", baltic, "priority_air_policing",
                 "PR076: four aircraft a detachment; an existing commitment"),
        ),
        events={**EVENTS, "nato_consensus": False, "fleet_consensus": True},
        extra=extra,
        land_ceiling=False,
        what_ifs=WHAT_IFS,
    )  # fmt: skip
