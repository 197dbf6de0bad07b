"""The scenario of `reassurance-rotation`: the land force of `reassurance-force` over four tours of six months."""

from __future__ import annotations

from building.facts import ASSUMPTION, Fact, Facts, Row, join
from building.forces import COMBAT, LAND, MONTHS
from building.politics import EVENTS, PLUG_IN, condition
from building.reassurance_force import land_force
from building.scenario import Need, Scenario, Task, WhatIf

TOURS, LENGTH = 4, 6
SECOND = 2  # the tour in which all but the framework nations are ready
BROAD = 4  # nations that make a broad force
FLANK, PRESENCE, REAR = "allied_flank", "forward_presence", "rear"
PROMISED = {
    "GBR": ("companies_heavy", "Estonia"),
    "FRA": ("companies_medium", "Romania"),
}  # who leads it, with what, where
MANDATED = ("EST", "LVA", "LTU")  # named a mandate of their parliament as a condition
MANDATE = 2  # tours
ELECTION = 4  # the tour after the French election of spring 2027


def stances(rows: list[Row], facts: Facts) -> list[Row]:
    """The stances by tour: a mandate ends after two tours, and the French election falls between the last two."""
    split = {**dict.fromkeys(MANDATED, (MANDATE, "stance_renewed")), "FRA": (ELECTION - 1, "stance_after_election")}
    out: list[Row] = []
    for row in rows:
        if row["nation"] not in split or row["objective"] != "peace_on_land":
            out.append(row)
            continue
        last, key = split[str(row["nation"])]
        out.append({**row, "last_period": last})
        out.append({
            "nation": row["nation"], "objective": row["objective"], "willingness": facts.assume(key),
            "first_period": last + 1, "source": ASSUMPTION, "note": "",
        })  # fmt: skip
    return out


def adjust(tables: dict[str, list[Row]], facts: Facts) -> None:
    """What matters only where tours follow each other: moves, the least contingent, who comes first, what is kept."""
    for kind in tables["unit_types"]:
        people = kind["personnel"]
        assert isinstance(people, Fact)
        kind["rotation_cost"] = facts.assume("move_a_head").times(people.value)
    for pool in tables["forces"]:
        if str(pool["unit_type"]) in COMBAT:
            pool["min_units"] = facts.assume("least_contingent")
        if pool["nation"] not in PROMISED:
            pool["first_period"] = SECOND
            pool["note"] = join(str(pool["note"]), "assumption: follows when the camps of the first tour stand")
    for nation in PLUG_IN:
        tables["conditions"].append(
            condition(
                nation,
                "peace_on_land",
                "coalition_size",
                str(BROAD),
                ASSUMPTION,
                "assumption: joins a broad force only",
            )
        )
    for need in tables["requirements"]:
        if need["task"] == PRESENCE:
            need["max_gap"] = facts.assume("presence_unmet")


def reassurance_rotation(facts: Facts) -> Scenario:
    force = land_force(facts, "SF05").map(lambda x: round(x, 1))
    money = facts.seed("SF02").times(1000 / 10 * TOURS * LENGTH / MONTHS)
    presence = facts.assume("need_forward_presence")
    return Scenario(
        name="reassurance-rotation",
        title="The reassurance force over four tours",
        description="The land force of reassurance-force from July 2025 to June 2027: who relieves whom when mandates end, "
        "an election comes, and two battle groups are promised elsewhere?",
        kinds=LAND,
        tasks=(
            Task(REAR, "peace_on_land", "Reassure the rear", "Kyiv, Odesa, Lviv", 49.0, 28.5, "framework_sector"),
            Task(PRESENCE, FLANK, "Keep the battle groups of the forward presence", "Estonia and Romania", 58.3, 26.0),
        ),
        needs=(
            Need(REAR, "ground_presence", force, "", "SF05 in battalion groups with their support"),
            Need(REAR, "engineering", facts.assume("need_engineers")),
            Need(REAR, "logistics", facts.assume("need_logistics")),
            Need(PRESENCE, "ground_presence", presence, "", "the two that the United Kingdom and France lead"),
        ),
        events=EVENTS,
        model="steady",
        stances=stances,
        adjust=adjust,
        budgets=({"payer": "*", "amount": money, "source": money.source, "note": "SF02: 40 billion in ten years"},),
        months=LENGTH,
        periods=TOURS,
        indefinite=False,
        extra={
            "willingness": [{"nation": nation, "objective": FLANK, "willingness": facts.assume("stance_yes"),
                             "source": ASSUMPTION, "note": "leads it now"} for nation in PROMISED],
            "commitments": [{"nation": nation, "unit_type": kind, "task": PRESENCE, "at_least": facts.assume("promised_lots"),
                             "source": ASSUMPTION, "note": f"the battle group in {place}"}
                            for nation, (kind, place) in PROMISED.items()],
        },
        what_if_gap=1e-3,
        what_ifs=(
            WhatIf("the mandates are renewed", overrides=("willingness[first_period=3].willingness=0.9",)),
            WhatIf("France leaves after its election", overrides=("willingness[nation=FRA,first_period=4].willingness=0.2",)),
            WhatIf("nothing is promised elsewhere", overrides=(
                "commitments.at_least=0", f"requirements[task={PRESENCE}].quantity=0")),
            WhatIf("nobody minds who moves and when", "reference"),
            WhatIf("nobody is relieved", "surge"),
        ),
    )  # fmt: skip
