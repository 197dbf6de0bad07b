"""The scenario of `sky-shield`: 120 jets over the west, no boots on the ground."""

from __future__ import annotations

from dataclasses import replace

from building.facts import ASSUMPTION, Fact, Facts, Row
from building.forces import given_pool
from building.nations import contributors
from building.politics import EVENTS, positions
from building.scenario import Need, Scenario, Task, WhatIf

POOLED = {  # owner here, owner in the data: unit type, inventory key, name, event
    "NTO": ("NATO", "early_warning_aircraft", "aewc_aircraft", "NATO's own early warning", "nato_consensus"),
    "MMF": ("MMF", "tanker_aircraft", "tanker_aircraft", "The shared tanker fleet", "fleet_consensus"),
}


def silent(facts: Facts, nations: list[str]) -> list[Row]:
    """Nations that said nothing of the air: without boots on the ground they are a little above the floor."""
    rows: list[Row] = []
    for nation in nations:
        said = positions(facts, nation)
        if "safe_skies" not in said:
            rows.append({"nation": nation, "objective": "safe_skies", "willingness": facts.assume("stance_silent_air"),
                         "source": ASSUMPTION, "note": "nothing said of the air"})  # fmt: skip
    return rows


def sky_shield(facts: Facts) -> Scenario:
    nations = contributors(facts)
    jets = replace(facts.seed("SF12"), value=facts.seed("SF12").most, low=facts.ratio("PR065").value,
                   high=facts.ratio("PR066").value)  # fmt: skip
    baltic = facts.assume("baltic_detachments").times(facts.ratio("PR076"))
    squadron = facts.assume("gbad_a_squadron").times(-1)
    extra: dict[str, list[Row]] = {
        "yields": [
            {"unit_type": "combat_squadron", "capability": "base_defence", "amount":
             replace(squadron, low=squadron.high, high=squadron.low), "note": "what a base needs"},
            {"unit_type": "air_defence_battery", "capability": "base_defence", "amount": Fact(1.0, basis="computed"),
             "note": "counts itself"},
        ],
        "willingness": silent(facts, nations),
        "nations": [], "forces": [], "conditions": [],
    }  # fmt: skip
    for code, (owner, kind, key, name, event) in POOLED.items():
        held = facts.inventory[owner, key]
        extra["nations"].append({"nation": code, "name": name, "source": held.source,
                                 "note": "owned in common; takes part where its owners agree"})  # fmt: skip
        extra["forces"].append(given_pool(code, kind, held, "the whole fleet"))
        extra["willingness"].append({"nation": code, "objective": "safe_skies", "willingness": Fact(1.0),
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
            Task("baltic_air_policing", "safe_skies", "Air policing over the Baltic states, which runs", "Šiauliai, Ämari",
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
        what_ifs=(
            WhatIf("NATO provides its early-warning aircraft", overrides=("events.nato_consensus=true",)),
            WhatIf("the tanker fleet does not take part", overrides=("events.fleet_consensus=false",)),
            WhatIf("NATO provides them, and bases need no battery", overrides=(
                "events.nato_consensus=true", "yields[capability=base_defence,unit_type=air_defence_battery].amount=1000")),
            WhatIf("only nations that have spoken for the air mission", overrides=("model.willingness_floor=0.65",)),
            WhatIf("one tour, nobody is relieved", "surge"),
            WhatIf("48 jets", overrides=("requirements[task=shield_west].quantity=48",)),
        ),
    )  # fmt: skip
