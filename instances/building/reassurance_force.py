"""The scenario of `reassurance-force`: what is asked, and which blocks make the instance."""

from __future__ import annotations

from dataclasses import replace

from building.facts import ARTICLE, ASSUMPTION, Fact, Facts, Row
from building.forces import (
    BATTALIONS,
    COMPANIES,
    MONTHS,
    SQUADRON_AIRCRAFT,
    UNIT_TYPES,
    eu_training_cost,
    pool_rows,
    unit_type_rows,
)
from building.nations import group_rows, nation_rows
from building.politics import EVENTS, OBJECTIVES, caveat_rows, condition_rows, willingness_rows
from building.writing import Built, built, settings

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
)


def capability_rows() -> list[Row]:
    columns = ("capability", "name", "unit", "scope")
    return [
        {**dict(zip(columns, row, strict=True)), "source": ASSUMPTION, "note": "how this instance counts"}
        for row in CAPABILITIES
    ]


def yield_rows(facts: Facts) -> list[Row]:
    """What a lot gives, by the data's weights, and what it takes, by the data's needs."""
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
        ("training_team_eu", "trainees", facts.unit("training_team", "throughput"), ""),
        ("training_team_national", "trainees", facts.unit("training_team", "throughput"), ""),
    ]  # fmt: skip
    return [
        {"unit_type": unit, "capability": capability, "amount": amount, "note": note}
        for unit, capability, amount, note in rows
    ]


TASKS = (  # task, objective, name, area, latitude, longitude, assumption that holds its framework share
    ("western_air_policing", "safe_skies", "Air policing over the west", "western Ukraine", 49.5, 25.5, ""),
    ("air_defence_kyiv", "safe_skies", "Air defence of Kyiv", "Kyiv", 50.45, 30.52, ""),
    ("air_defence_odesa", "safe_skies", "Air defence of Odesa", "Odesa", 46.48, 30.73, ""),
    ("air_defence_lviv", "safe_skies", "Air defence of Lviv", "Lviv", 49.84, 24.03, ""),
    ("air_defence_dnipro", "safe_skies", "Air defence of Dnipro", "Dnipro", 48.46, 35.04, ""),
    ("black_sea_mine_clearance", "safe_seas", "Clear the shipping lanes", "western Black Sea", 45.2, 30.5,
     "framework_black_sea"),
    ("black_sea_patrol", "safe_seas", "Patrol the Black Sea", "Black Sea", 43.5, 31.5, "framework_black_sea"),
    ("black_sea_surveillance", "safe_seas", "Watch the Black Sea from the air", "Black Sea", 44.5, 32.0, ""),
    ("straits_approaches", "safe_seas", "Escort shipping in the Aegean", "Aegean Sea", 39.5, 25.3, ""),
    ("hub_kyiv", "peace_on_land", "Reassure Kyiv", "Kyiv", 50.45, 30.52, "framework_hubs"),
    ("hub_odesa", "peace_on_land", "Reassure the ports", "Odesa", 46.48, 30.73, "framework_hubs"),
    ("hub_lviv", "peace_on_land", "Reassure the west", "Lviv", 49.84, 24.03, "framework_hubs"),
    ("rear_support", "peace_on_land", "Engineers and logistics", "Rzeszów and Lviv", 50.04, 22.0, ""),
    ("ceasefire_watch", "peace_on_land", "Watch the line from the air", "line of contact", 48.5, 36.0, ""),
    ("train_soldiers", "training", "Train Ukrainian soldiers", "Germany, Poland, Britain", 51.0, 15.0, ""),
)  # fmt: skip
STRAITS_BAR = {  # warships -> the task in the Black Sea that they could do
    "mine_countermeasures_vessel": "black_sea_mine_clearance", "escort": "black_sea_patrol",
    "patrol_vessel": "black_sea_patrol",
}  # fmt: skip


def task_rows(facts: Facts) -> list[Row]:
    rows: list[Row] = []
    for task, objective, name, area, latitude, longitude, share in TASKS:
        row: Row = {
            "task": task, "objective": objective, "name": name, "area": area, "latitude": str(latitude),
            "longitude": str(longitude), "framework_share": facts.assume(share) if share else "",
            "source": ASSUMPTION, "note": "where the article's cities, ports and seas lie; approximate",
        }  # fmt: skip
        rows.append(row)
    return rows


def land_force(facts: Facts) -> Fact:
    """Battalion groups in the force of SF05, each with its share of engineers and logistics."""
    kinds = ("brigade_heavy", "engineer_battalion", "logistics_battalion")
    brigade = sum(facts.unit(kind, "personnel").value for kind in kinds)
    return facts.seed("SF05").times(BATTALIONS / brigade)


def requirement_rows(facts: Facts) -> list[Row]:
    assume = facts.assume
    aircraft = facts.ratio("PR065")
    aircraft = replace(aircraft, low=facts.ratio("PR064").value, high=facts.seed("SF12").most)
    trainees = facts.inventory["EU", "training_throughput"].plus(facts.inventory["GBR", "training_throughput"])
    trainees = replace(trainees, low=facts.inventory["EU", "training_throughput"].value, high=None)
    group = facts.ratio("PR087")
    cities = {"kyiv": "priority_kyiv", "odesa": "priority_odesa", "lviv": "", "dnipro": ""}
    policing = "western_air_policing"
    needs: list[tuple[str, str, Fact, str, str]] = [
        (policing, "combat_aircraft", aircraft, "priority_air_policing",
         "PR065: 24 ready at half availability; low PR064; high SF12"),
        (policing, "early_warning", assume("need_air_picture"), "", ""),
        (policing, "refuelling", assume("need_refuelling"), "", ""),
        *((f"air_defence_{city}", "air_defence", assume(f"need_gbad_{city}"), priority, "")
          for city, priority in cities.items()),
        ("black_sea_mine_clearance", "mine_clearance", assume("groups_at_sea").times(group.value), "", ""),
        ("black_sea_patrol", "sea_control", assume("need_sea_control_black_sea"), "", ""),
        ("black_sea_surveillance", "maritime_patrol", assume("need_maritime_patrol"), "", ""),
        ("straits_approaches", "sea_control", assume("need_sea_control_straits"), "", ""),
        *((f"hub_{city}", "ground_presence", hub(facts, city), "",
           "SF05 in battalion groups with their support, times the hub's share")
          for city in ("kyiv", "odesa", "lviv")),
        ("rear_support", "engineering", assume("need_engineers"), "", ""),
        ("rear_support", "logistics", assume("need_logistics"), "", ""),
        ("ceasefire_watch", "surveillance", assume("need_surveillance"), "", ""),
        ("train_soldiers", "trainees", trainees, "", "what the EU mission and Interflex train now (SF26)"),
    ]  # fmt: skip
    return [
        {
            "task": task, "capability": capability, "quantity": quantity,
            "priority": assume(priority) if priority else "", "source": quantity.source,
            "note": note,
        }
        for task, capability, quantity, priority, note in needs
    ]  # fmt: skip


def hub(facts: Facts, city: str) -> Fact:
    """A hub's battalion groups: its share of the force; the range is that of the force, not of the share."""
    force, share = land_force(facts), facts.assume(f"share_{city}")
    return replace(force, basis=share.basis, note=share.note).map(lambda x: round(x * share.value, 1))


def budget_rows(facts: Facts, months: int) -> list[Row]:
    """The article's money, and what the EU mission's common fund would pay for its present trainees."""
    years = months / MONTHS
    total = facts.seed("SF02").times(1000 / 10 * years)  # USD billion over ten years
    pro_rata = facts.seed("SF05").value * facts.seed("SF03").value / 1e6 * years
    eu = facts.inventory["EU", "training_throughput"].value / 1000
    common = eu_training_cost(facts).times(eu * years)
    return [
        {"payer": "*", "amount": replace(total, low=pro_rata, high=None), "source": total.source,
         "note": "SF02: 40 billion in ten years; low: SF03 for the 25,000 in the middle of SF05"},
        {"payer": "common", "amount": common, "source": facts.ratio("PR097").source,
         "note": "PR097 for the 30,200 the EU mission trains a year"},
    ]  # fmt: skip


def objective_rows(facts: Facts) -> list[Row]:
    names = ("Safe skies", "Safe seas", "Peace on land", "A strong Ukrainian military")
    return [
        {"objective": objective, "name": name, "priority": facts.assume(f"priority_{objective}"),
         "source": ARTICLE, "note": "SF21"}
        for objective, name in zip(OBJECTIVES, names, strict=True)
    ]  # fmt: skip


def reassurance_force(facts: Facts, nations: list[str]) -> Built:
    pools = pool_rows(facts, nations, UNIT_TYPES)
    tables = {
        "nations": nation_rows(facts, nations),
        "groups": group_rows(facts, nations),
        "unit_types": unit_type_rows(facts, UNIT_TYPES),
        "capabilities": capability_rows(),
        "yields": yield_rows(facts),
        "objectives": objective_rows(facts),
        "tasks": task_rows(facts),
        "requirements": requirement_rows(facts),
        "forces": pools,
        "willingness": willingness_rows(facts, nations),
        "caveats": caveat_rows(facts, pools, STRAITS_BAR),
        "conditions": condition_rows(facts, nations),
        "budgets": budget_rows(facts, 6),
    }
    title = "Multinational Force Ukraine: a reassurance force in the rear"
    description = (
        "20,000 to 30,000 people behind the front with an emphasis on air and sea, as known in April 2025; "
        "a steady state after a peace agreement, without an American backstop."
    )
    return built("reassurance-force", settings("reassurance-force", title, description, EVENTS), tables)
