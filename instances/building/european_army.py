"""The scenario of `european-army`: what 300,000 American troops would bring, from Europe alone."""

from __future__ import annotations

from building.facts import Fact, Facts, Row
from building.forces import BATTALIONS, COMBAT, LAND, PAIRS, availability, given_pool, given_type, relief
from building.nations import PRESENCE, contributors
from building.politics import condition
from building.scenario import Need, Scenario, Task, WhatIf

OUTSIDE = ("TUR", "CAN", "AUS", "NZL")  # "European armies, without Türkiye" (SF43)
HEAVY = ("companies_heavy", "companies_medium")
GIVEN = (  # unit type, name, domain, like which kind, capability, assumption that holds a pool -> nation
    ("coastal_battery", "Coastal missile battery", "land", "coastal", "coastal_defence",
     {"FIN": "hold_coastal_FIN", "POL": "hold_coastal_POL", "SWE": "hold_coastal_SWE", "USA": "hold_coastal_USA"}),
    ("cruise_missile_boat", "Submarine with cruise missiles", "sea", "cruise_boat", "cruise_missiles",
     {"FRA": "hold_cruise_FRA", "GBR": "hold_cruise_GBR", "USA": "hold_cruise_USA"}),
    ("launch_detection", "Satellites that see launches", "air", "launch_detection", "launch_detection",
     {"USA": "hold_launch_USA"}),
)  # fmt: skip


def _totals(facts: Facts) -> tuple[Fact, Fact, Fact, Fact]:
    """Battalion groups, tanks, fighting vehicles and guns in all."""
    brigades, tanks, vehicles, guns = (facts.ratio(key) for key in ("PR031", "PR032", "PR033", "PR034"))
    return brigades.times(BATTALIONS), tanks, vehicles, guns


def programme_yields(facts: Facts) -> list[Row]:
    """What counts towards the six gaps."""
    one = facts.assume("counts_itself")
    return [
        *({"unit_type": kind, "capability": capability, "amount": one, "note": "counts itself"}
          for kind, _, _, _, capability, _ in GIVEN),
        {"unit_type": "escort", "capability": "submarine_hunting", "amount": facts.assume("hunting_escort"), "note": ""},
        {"unit_type": "maritime_patrol_aircraft", "capability": "submarine_hunting",
         "amount": facts.assume("hunting_patrol_aircraft"), "note": ""},
        {"unit_type": "early_warning_aircraft", "capability": "long_range_radar",
         "amount": facts.assume("aircraft_an_orbit").falling(lambda each: 1 / each), "note": "a share of an orbit"},
    ]  # fmt: skip


def _yields(facts: Facts) -> list[Row]:
    groups, _, vehicles, guns = _totals(facts)
    command = facts.assume("divisions_a_group").times(1 / PAIRS).falling(lambda each: -each)
    spread = facts.assume("equipment_spread").times(1 / PAIRS)
    return [
        *({"unit_type": kind, "capability": capability, "amount": total.times(1 / groups.value).times(spread),
           "note": "what Bruegel counts, spread over its brigades"}
          for kind in HEAVY for capability, total in (("fighting_vehicles", vehicles), ("artillery", guns))),
        *({"unit_type": kind, "capability": "command", "amount": command,
           "note": "a division commands three brigades"} for kind in COMBAT),
        *programme_yields(facts),
    ]  # fmt: skip


def _pools(facts: Facts) -> list[Row]:
    pools = [
        given_pool(nation, kind, facts.assume(key), availability(facts, like), "no count in the data")
        for kind, _, _, like, _, held in GIVEN for nation, key in held.items()
        if facts.assume(key).value * availability(facts, like).value >= 1
    ]  # fmt: skip
    pools += [
        given_pool(
            "USA",
            "early_warning_aircraft",
            facts.assume("hold_early_warning_USA"),
            availability(facts, "aewc_aircraft"),
            "no count in the data",
        ),
        given_pool(
            "USA",
            "division_headquarters",
            facts.assume("hold_division_USA"),
            availability(facts, "division_hq"),
            "no count in the data",
        ),
    ]
    return pools


def _needs(facts: Facts) -> tuple[Need, ...]:
    groups, tanks, vehicles, guns = _totals(facts)
    return (
        *(Need("front", capability, quantity, "priority_front", note)
          for capability, quantity, note in (
              ("ground_presence", groups, "PR031 in battalion groups"), ("tanks", tanks, "PR032"),
              ("fighting_vehicles", vehicles, "PR033"), ("artillery", guns, "PR034"))),
        Need("coasts", "coastal_defence", facts.assume("need_coastal_batteries"), "", "SF47"),
        Need("seas", "submarine_hunting", facts.assume("need_submarine_hunters"), "", "SF46"),
        Need("strike", "carrier_strike", facts.assume("need_carrier_groups"), "", "SF44"),
        Need("strike", "cruise_missiles", facts.assume("need_cruise_missile_boats"), "", "SF45"),
        Need("sky", "long_range_radar", facts.assume("need_long_range_radar"), "", "SF48"),
        Need("sky", "launch_detection", facts.assume("need_launch_detection"), "", "SF49"),
    )  # fmt: skip


def european_army(facts: Facts) -> Scenario:
    europe = [nation for nation in contributors(facts) if nation not in OUTSIDE]
    source = facts.seed("SF39").source
    return Scenario(
        name="european-army",
        title="A European army in the place of 300,000 Americans",
        description="50 brigades, 1,400 tanks, 2,000 infantry fighting vehicles, 700 guns and the six capabilities named as "
        "gaps, from Europe without Türkiye; with the event us_backstop the United States brings its own.",
        nations=(*europe, "USA"),
        kinds=(*LAND, "tank_battalion", "division_headquarters", "escort", "submarine", "carrier_group",
               "maritime_patrol_aircraft", "early_warning_aircraft"),
        tasks=(
            Task("front", "peace_on_land", "Hold the front", "from the Arctic to the Black Sea", 52.5, 23.0),
            Task("coasts", "safe_seas", "Defend the coasts", "Baltic and Black Sea", 55.0, 18.0),
            Task("seas", "safe_seas", "Hunt submarines", "North Atlantic", 60.0, -10.0),
            Task("strike", "safe_seas", "Strike from the sea", "North Atlantic and Mediterranean", 50.0, -10.0),
            Task("sky", "safe_skies", "See far and early", "Europe", 50.0, 15.0),
        ),
        needs=_needs(facts),
        events={"us_backstop": False},
        willing="willing_if_asked",
        readiness="PR006",
        model="surge",
        needs_peace=False,
        leaders=PRESENCE,
        months=12,
        extra={
            "unit_types": [given_type(facts, kind, name, domain, facts.assume(f"people_{like}"), relief(facts, like))
                           for kind, name, domain, like, _, _ in GIVEN],
            "yields": _yields(facts), "forces": _pools(facts),
            "conditions": [condition("USA", objective, "event", "us_backstop", source, "SF39")
                           for objective in ("peace_on_land", "safe_seas", "safe_skies")],
        },
        task_note="where the front and the seas would be; approximate",
        what_ifs=(
            WhatIf("the United States backs the force", overrides=("events.us_backstop=true",)),
            WhatIf("half of the land forces is usable", overrides=tuple(
                f"forces[unit_type={kind}].availability=0.5" for kind in (*LAND, "tank_battalion") if kind != "infantry_company")),
            WhatIf("everything is usable", overrides=("forces.availability=1",)),
            WhatIf("sustained without an end date", "reference"),
            WhatIf("no ceilings on people", overrides=("nations.troop_ceiling=",)),
            WhatIf("headquarters are no bottleneck", overrides=("yields[unit_type=division_headquarters].amount=100",)),
        ),
    )  # fmt: skip
