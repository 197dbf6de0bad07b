"""The scenario of `reassurance-force`: what is asked."""

from __future__ import annotations

from dataclasses import replace

from building.facts import Fact, Facts, Row
from building.forces import BATTALIONS, MONTHS, UNIT_TYPES, eu_training_cost
from building.politics import EVENTS
from building.scenario import Need, Scenario, Task, WhatIf

TASKS = (
    Task("western_air_policing", "safe_skies", "Air policing over the west", "western Ukraine", 49.5, 25.5),
    Task("air_defence_kyiv", "safe_skies", "Air defence of Kyiv", "Kyiv", 50.45, 30.52),
    Task("air_defence_odesa", "safe_skies", "Air defence of Odesa", "Odesa", 46.48, 30.73),
    Task("air_defence_lviv", "safe_skies", "Air defence of Lviv", "Lviv", 49.84, 24.03),
    Task("air_defence_dnipro", "safe_skies", "Air defence of Dnipro", "Dnipro", 48.46, 35.04),
    Task("black_sea_mine_clearance", "safe_seas", "Clear the shipping lanes", "western Black Sea", 45.2, 30.5,
     "framework_black_sea"),
    Task("black_sea_patrol", "safe_seas", "Patrol the Black Sea", "Black Sea", 43.5, 31.5, "framework_black_sea"),
    Task("black_sea_surveillance", "safe_seas", "Watch the Black Sea from the air", "Black Sea", 44.5, 32.0),
    Task("straits_approaches", "safe_seas", "Escort shipping in the Aegean", "Aegean Sea", 39.5, 25.3),
    Task("hub_kyiv", "peace_on_land", "Reassure Kyiv", "Kyiv", 50.45, 30.52, "framework_hubs"),
    Task("hub_odesa", "peace_on_land", "Reassure the ports", "Odesa", 46.48, 30.73, "framework_hubs"),
    Task("hub_lviv", "peace_on_land", "Reassure the west", "Lviv", 49.84, 24.03, "framework_hubs"),
    Task("rear_support", "peace_on_land", "Engineers and logistics", "Rzeszów and Lviv", 50.04, 22.0),
    Task("ceasefire_watch", "peace_on_land", "Watch the line from the air", "line of contact", 48.5, 36.0),
    Task("train_soldiers", "training", "Train Ukrainian soldiers", "Germany, Poland, Britain", 51.0, 15.0),
)  # fmt: skip
STRAITS_BAR = {  # warships -> the task in the Black Sea that they could do
    "mine_countermeasures_vessel": "black_sea_mine_clearance", "escort": "black_sea_patrol",
    "patrol_vessel": "black_sea_patrol",
}  # fmt: skip


PRIORITIES = {"kyiv": "priority_kyiv", "odesa": "priority_odesa", "lviv": "", "dnipro": ""}


def land_force(facts: Facts, seed: str) -> Fact:
    """Battalion groups in a force of so many people, each with its share of engineers and logistics."""
    kinds = ("brigade_heavy", "engineer_battalion", "logistics_battalion")
    brigade = sum(facts.unit(kind, "personnel").value for kind in kinds)
    return facts.seed(seed).times(BATTALIONS / brigade)


def needs(facts: Facts) -> list[Need]:
    assume = facts.assume
    aircraft = facts.ratio("PR065")
    aircraft = replace(aircraft, low=facts.ratio("PR064").value, high=facts.seed("SF12").most)
    trainees = facts.inventory["EU", "training_throughput"].plus(facts.inventory["GBR", "training_throughput"])
    trainees = replace(trainees, low=facts.inventory["EU", "training_throughput"].value, high=None)
    group = facts.ratio("PR087")
    policing = "western_air_policing"
    return [
        Need(policing, "combat_aircraft", aircraft, "priority_air_policing",
         "PR065: 24 ready at half availability; low PR064; high SF12"),
        Need(policing, "early_warning", assume("need_air_picture")),
        Need(policing, "refuelling", assume("need_refuelling")),
        *(Need(f"air_defence_{city}", "air_defence", assume(f"need_gbad_{city}"), priority, "")
          for city, priority in PRIORITIES.items()),
        Need("black_sea_mine_clearance", "mine_clearance", assume("groups_at_sea").times(group.value)),
        Need("black_sea_patrol", "sea_control", assume("need_sea_control_black_sea")),
        Need("black_sea_surveillance", "maritime_patrol", assume("need_maritime_patrol")),
        Need("straits_approaches", "sea_control", assume("need_sea_control_straits")),
        *(Need(f"hub_{city}", "ground_presence", part(facts, "SF05", f"share_{city}"), PRIORITIES[city],
           "SF05 in battalion groups with their support, times the hub's share")
          for city in ("kyiv", "odesa", "lviv")),
        Need("rear_support", "engineering", assume("need_engineers")),
        Need("rear_support", "logistics", assume("need_logistics")),
        Need("ceasefire_watch", "surveillance", assume("need_surveillance")),
        Need("train_soldiers", "trainees", trainees, "", "what the EU mission and Interflex train now (SF26)"),
    ]  # fmt: skip


def part(facts: Facts, seed: str, share: str) -> Fact:
    """A part of a force in battalion groups; the range is that of the force, not of the share."""
    force, fraction = land_force(facts, seed), facts.assume(share)
    return replace(force, basis=fraction.basis, note=fraction.note, key=fraction.key).map(
        lambda x: round(x * fraction.value, 1)
    )


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


def reassurance_force(facts: Facts) -> Scenario:
    return Scenario(
        name="reassurance-force",
        title="Multinational Force Ukraine: a reassurance force in the rear",
        description="20,000 to 30,000 people behind the front with an emphasis on air and sea, as known in April 2025; "
        "a steady state after a peace agreement, without an American backstop.",
        kinds=tuple(kind.key for kind in UNIT_TYPES),
        tasks=TASKS,
        needs=tuple(needs(facts)),
        events=EVENTS,
        bars=STRAITS_BAR,
        budgets=tuple(budget_rows(facts, 6)),
        land_ceiling=False,
        what_ifs=(
            WhatIf("Türkiye has a seat in all consultations", overrides=("events.turkiye_seat=true",)),
            WhatIf("the United States backs the force", overrides=("events.us_backstop=true",)),
            WhatIf("the United States does not consent", overrides=("events.us_consent=false",)),
            WhatIf("three billion a year, not four", overrides=("budgets[payer=*].amount*=0.75",)),
            WhatIf("burden before cost, at most 0.2 % of GDP a year", "fair"),
            WhatIf("no conditions, caveats or willingness floor", "no-politics"),
        ),
    )
