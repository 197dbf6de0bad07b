"""Capabilities, and what a lot of each unit type gives and takes of them."""

from __future__ import annotations

from collections.abc import Container

from building.facts import ASSUMPTION, Fact, Facts, Row
from building.forces import COMPANIES, LOTS, PAIRS, SQUADRON_AIRCRAFT

CAPABILITIES = (
    ("ground_presence", "Ground presence", "heavy battalion group", "task"),
    ("engineering", "Engineering", "company", "theatre"),
    ("logistics", "Logistics", "company", "theatre"),
    ("surveillance", "Surveillance from the air", "drone orbit", "task"),
    ("combat_aircraft", "Combat aircraft", "aircraft", "task"),
    ("early_warning", "Airborne early warning", "orbit", "theatre"),
    ("refuelling", "Air refuelling", "aircraft deployed", "theatre"),
    ("air_defence", "Long-range air defence", "battery", "task"),
    ("maritime_patrol", "Maritime patrol from the air", "orbit", "task"),
    ("sea_control", "Sea control", "escort", "task"),
    ("mine_clearance", "Mine clearance", "vessel", "task"),
    ("trainees", "Trained soldiers", "trainee a year", "task"),
    ("places", "Training places", "place", "theatre"),
    ("monitors", "Monitoring", "monitor", "task"),
    ("base_defence", "Air defence of the bases", "battery", "theatre"),
    ("tanks", "Tanks", "tank", "task"),
    ("fighting_vehicles", "Infantry fighting vehicles", "vehicle", "task"),
    ("artillery", "Artillery", "piece", "task"),
    ("command", "Unified command", "division headquarters", "theatre"),
    ("carrier_strike", "Carrier strike", "carrier group", "task"),
    ("cruise_missiles", "Sea-launched cruise missiles", "boat", "task"),
    ("submarine_hunting", "Anti-submarine warfare", "escort", "task"),
    ("coastal_defence", "Coastal defence", "missile battery", "task"),
    ("long_range_radar", "Long-range radar", "orbit", "task"),
    ("launch_detection", "Detection of missile launches", "constellation", "task"),
    ("shells", "Artillery shells", "lot of 10,000", "task"),
    ("new_brigades", "New brigades", "brigade", "task"),
    ("guest_tonnage", "Warship tonnage that the straits let in", "tonne", "theatre"),
)


def capability_rows(used: Container[str]) -> list[Row]:
    columns = ("capability", "name", "unit", "scope")
    return [
        {**dict(zip(columns, row, strict=True)), "source": ASSUMPTION, "note": "how this instance counts"}
        for row in CAPABILITIES
        if row[0] in used
    ]


WIDELY = {row[0] for row in CAPABILITIES[:12]}
"""What a unit gives wherever it stands in an instance; of the others only what is asked for."""


def yield_rows(facts: Facts, kinds: Container[str], asked: Container[str]) -> list[Row]:
    """What a lot of these kinds gives, by the data's weights, and what it takes, by the data's needs."""
    one = facts.assume("counts_itself")
    orbit = facts.assume("aircraft_an_orbit").falling(lambda each: 1 / each)
    rows: list[tuple[str, str, Fact, str]] = []
    for size in ("heavy", "medium", "light"):
        kind = f"companies_{size}"
        weight = facts.assume(f"weight_{size}")
        rows.append(
            (kind, "ground_presence", weight.times(1 / PAIRS), "half a battalion group, by the weight of the brigade")
        )
        for need in ("engineering", "logistics"):
            each = facts.assume(f"support_{size}").times(COMPANIES / LOTS).falling(lambda each: -each)
            rows.append((kind, need, each, "companies for two companies"))

    rows += [
        ("infantry_company", "ground_presence", facts.assume("weight_light").times(1 / COMPANIES), "a quarter of a light group"),
        ("engineer_company", "engineering", one, "counts itself"),
        ("logistics_company", "logistics", one, "counts itself"),
        ("surveillance_drone", "surveillance", orbit, "a share of an orbit"),
        ("combat_squadron", "combat_aircraft", facts.unit(*SQUADRON_AIRCRAFT), ""),
        ("combat_squadron", "early_warning", facts.assume("orbits_a_squadron").falling(lambda each: -each), ""),
        ("combat_squadron", "refuelling", facts.assume("tankers_a_squadron").falling(lambda each: -each), ""),
        ("early_warning_aircraft", "early_warning", orbit, "a share of an orbit"),
        ("tanker_aircraft", "refuelling", one, "counts itself"),
        ("air_defence_battery", "air_defence", one, "counts itself"),
        ("maritime_patrol_aircraft", "maritime_patrol", orbit, "a share of an orbit"),
        ("escort", "sea_control", facts.assume("weight_escort"), "weight"),
        ("patrol_vessel", "sea_control", facts.assume("weight_patrol_vessel"), "weight"),
        ("mine_countermeasures_vessel", "mine_clearance", one, "counts itself"),
        ("monitor_team", "monitors", facts.assume("people_monitor_team"), "each of them monitors"),
        ("infantry_company", "monitors", facts.assume("monitors_a_company"), ""),
        ("companies_light", "monitors", facts.assume("monitors_a_company").times(COMPANIES / PAIRS), "two companies"),
        ("tank_battalion", "tanks", one.times(50), "the lot"),
        ("division_headquarters", "command", one, "counts itself"),
        ("submarine", "submarine_hunting", one, "counts as an escort"),
        ("carrier_group", "carrier_strike", one, "counts itself"),
        ("escort_littoral", "sea_control", facts.assume("weight_escort"), "weight"),
        ("patrol_vessel_littoral", "sea_control", facts.assume("weight_patrol_vessel"), "weight"),
        ("mine_countermeasures_vessel_littoral", "mine_clearance", one, "counts itself"),
        ("training_team_eu", "trainees", facts.unit("training_team", "throughput"), ""),
        ("training_team_national", "trainees", facts.unit("training_team", "throughput"), ""),
    ]  # fmt: skip
    return [
        {"unit_type": unit, "capability": capability, "amount": amount, "note": note}
        for unit, capability, amount, note in rows
        if unit in kinds and (capability in WIDELY or capability in asked)
    ]
