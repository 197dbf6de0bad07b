"""What no public figure was found for, and the assumption in its place: a table of `data/README.md`."""

from __future__ import annotations

from building.facts import Facts

UNFOUND: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("how likely a nation is to come that has said yes under conditions, has left it open, or has said nothing",
     ("stance_yes_conditional", "stance_open", "stance_undecided", "stance_silent")),
    ("the share of an air force or a navy that can be kept out", ("sustained_air_sea",)),
    ("people in the land forces of some nations", ("army_share",)),
    ("which brigades are heavy, medium or light, for most nations", ("split_brigades", "unsplit_brigades")),
    ("squadrons, for most nations", ("squadrons_of_aircraft",)),
    ("engineers and logistics by nation", ("support_a_brigade", "support_heavy", "support_light")),
    ("how much of the land forces of a nation is usable today", ("availability_land",)),
    ("how many aircraft of a large type, batteries, mine vessels, patrol vessels and submarines are usable",
     ("availability_large_aircraft", "availability_gbad_long_battery", "availability_mcm_vessel",
      "availability_patrol_vessel", "availability_submarine")),
    ("usable units for each one deployed", ("relief_land", "relief_sea", "relief_air", "relief_orbit")),
    ("aircraft that keep one orbit, by type", ("aircraft_an_orbit",)),
    ("people and flying hours of a detachment of large aircraft, and an hour of a drone",
     ("people_per_large_aircraft", "hours_per_large_aircraft", "hour_of_a_drone")),
    ("early warning, tankers and batteries that a squadron needs in SkyShield",
     ("orbits_a_squadron", "tankers_a_squadron", "gbad_a_squadron")),
    ("people of a submarine with its shore crew, of a carrier with its air wing, of a division's headquarters",
     ("people_submarine", "people_aircraft_carrier", "people_division_hq")),
    ("monitors that a nation would send", ("monitors_by_gdp", "monitors_a_company")),
    ("soldiers that a Ukraine at peace has to train, and the places where they can be trained",
     ("need_trainees", "site_places", "site_spare")),
    ("what it costs to move a contingent out and home", ("move_a_head",)),
    ("stocks of shells, and the share of the output that goes to Ukraine",
     ("shells_stock", "shells_for_ukraine", "shells_delivery")),
    ("what larger orders save", ("joint_discount",)),
    ("brigade sets that industry makes a year, and the price of one line more",
     ("industry_brigades", "industry_step", "industry_step_price")),
    ("prices and delivery times of what closes the six gaps",
     ("price_coastal", "price_cruise_boat", "price_early_warning", "price_launch_detection", "price_escort",
      "lead_brigade", "lead_launch_detection")),
    ("coastal batteries, boats with cruise missiles and American holdings",
     ("hold_coastal_USA", "hold_cruise_USA", "hold_early_warning_USA", "hold_division_USA")),
    ("fighting vehicles and guns by nation", ("equipment_spread",)),
    ("medium-range air defence, transport aircraft, corvettes and amphibious ships by nation", ()),
    ("hourly rates at which the American armed forces lend their aircraft (reimbursement rates of the Department of Defense)",
     ("hours_per_large_aircraft",)),
    ("direct, indirect and overhead people of a unit (publications 51535 and 54351 of the Congressional Budget Office)",
     ("support_heavy",)),
)  # fmt: skip


def unfound_text(facts: Facts) -> str:
    """Each figure for which no public source was found, with the assumption that is used instead."""

    def said(key: str) -> str:
        known = facts.assumptions[key]
        return f"`{key}`: {known.value:,g} ({known.least:,g} to {known.most:,g}) {facts.measured[key]}"

    rows = (f"| {what} | {'; '.join(map(said, keys)) or 'left out'} |" for what, keys in UNFOUND)
    return "\n".join(["| no public figure was found for | assumed in its place |", "| --- | --- |", *rows])
