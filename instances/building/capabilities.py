"""Capabilities, and what a lot of each unit type gives and takes of them."""

from __future__ import annotations

from collections.abc import Container

from building.facts import ASSUMPTION, Fact, Facts, Row
from building.forces import BATTALIONS, COMPANIES, SQUADRON_AIRCRAFT

CAPABILITIES = (
    ("ground_presence", "Ground presence", "heavy battalion group", "task"),
    ("engineering", "Engineering", "company", "theatre"),
    ("logistics", "Logistics", "company", "theatre"),
    ("surveillance", "Surveillance from the air", "drone orbit", "task"),
    ("combat_aircraft", "Combat aircraft", "aircraft", "task"),
    ("early_warning", "Airborne early warning", "aircraft on task", "theatre"),
    ("refuelling", "Air refuelling", "aircraft on task", "theatre"),
    ("air_defence", "Long-range air defence", "battery", "task"),
    ("maritime_patrol", "Maritime patrol from the air", "aircraft on task", "task"),
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
    ("long_range_radar", "Long-range radar", "aircraft on task", "task"),
    ("launch_detection", "Detection of missile launches", "constellation", "task"),
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
    one = Fact(1.0, source=ASSUMPTION, basis="computed")
    rows: list[tuple[str, str, Fact, str]] = []
    for size in ("heavy", "medium", "light"):
        brigade, kind = f"brigade_{size}", f"battlegroup_{size}"
        weight = facts.unit(brigade, "capability_peace_on_land")
        rows.append((kind, "ground_presence", weight, "weight of the brigade"))
        for need, support in (("engineering", "engineer"), ("logistics", "logistics")):
            each = facts.unit(brigade, f"requires_{support}_battalion").times(-COMPANIES / BATTALIONS)
            rows.append((kind, need, each, "companies a battalion group"))
    light = facts.unit("brigade_light", "capability_peace_on_land")

    def needs(aircraft: str) -> Fact:
        return facts.unit("combat_squadron", f"requires_{aircraft}_aircraft").times(-1)

    rows += [
        ("infantry_company", "ground_presence", light.times(1 / COMPANIES), "a quarter of a light group"),
        ("engineer_company", "engineering", one, "counts itself"),
        ("logistics_company", "logistics", one, "counts itself"),
        ("surveillance_drone", "surveillance", one, "the rotation ratio holds what an orbit needs"),
        ("combat_squadron", "combat_aircraft", facts.unit(*SQUADRON_AIRCRAFT), ""),
        ("combat_squadron", "early_warning", needs("aewc"), ""),
        ("combat_squadron", "refuelling", needs("tanker"), ""),
        ("early_warning_aircraft", "early_warning", one, "the rotation ratio holds what an orbit needs"),
        ("tanker_aircraft", "refuelling", one, "counts itself"),
        ("air_defence_battery", "air_defence", one, "counts itself"),
        ("maritime_patrol_aircraft", "maritime_patrol", one, "the rotation ratio holds what an orbit needs"),
        ("escort", "sea_control", facts.unit("escort", "capability_safe_seas"), "weight"),
        ("patrol_vessel", "sea_control", facts.unit("patrol_vessel", "capability_safe_seas"), "weight"),
        ("mine_countermeasures_vessel", "mine_clearance", one, "counts itself"),
        ("monitor_team", "monitors", facts.assume("people_monitor_team"), "each of them monitors"),
        ("infantry_company", "monitors", facts.assume("monitors_a_company"), ""),
        ("battlegroup_light", "monitors", facts.assume("monitors_a_group"), ""),
        ("tank_battalion", "tanks", Fact(50.0, source=ASSUMPTION, basis="computed"), "the lot"),
        ("division_headquarters", "command", one, "counts itself"),
        ("submarine", "submarine_hunting", one, "counts as an escort"),
        ("carrier_group", "carrier_strike", one, "counts itself"),
        ("escort_littoral", "sea_control", facts.unit("escort", "capability_safe_seas"), "weight"),
        ("patrol_vessel_littoral", "sea_control", facts.unit("patrol_vessel", "capability_safe_seas"), "weight"),
        ("mine_countermeasures_vessel_littoral", "mine_clearance", one, "counts itself"),
        ("training_team_eu", "trainees", facts.unit("training_team", "throughput"), ""),
        ("training_team_national", "trainees", facts.unit("training_team", "throughput"), ""),
    ]  # fmt: skip
    return [
        {"unit_type": unit, "capability": capability, "amount": amount, "note": note}
        for unit, capability, amount, note in rows
        if unit in kinds and (capability in WIDELY or capability in asked)
    ]
