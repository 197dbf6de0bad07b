"""The scenario of `training-mission`: how many soldiers can be trained a year, and where it stops."""

from __future__ import annotations

from dataclasses import replace

from building.facts import ASSUMPTION, Fact, Facts, Row
from building.forces import MONTHS, availability, eu_training_cost, given_pool, given_type, relief
from building.nations import contributors
from building.scenario import Need, Scenario, Task, WhatIf

REST = "EUO"  # members of the EU whose part is not published
KINDS = ("training_team_eu", "training_team_national")
WHAT_IFS = (
    WhatIf("today's number of trainees", overrides=("requirements.quantity=51400",)),
    WhatIf("50 % more trainers", overrides=("forces[unit_type=training_team_eu].units*=1.5",
                                                "forces[unit_type=training_team_national].units*=1.5")),
    WhatIf("trainers are not relieved", overrides=("unit_types.rotation_ratio=1",)),
    WhatIf("trainers are not relieved, and twice the sites", overrides=(
        "unit_types.rotation_ratio=1", "forces[unit_type=training_site].units*=2")),
    WhatIf("half the common fund", overrides=("budgets[payer=common].amount*=0.5",)),
)  # fmt: skip


def training_mission(facts: Facts) -> Scenario:
    nations = contributors(facts)
    months = 6
    trained = {nation: held for (nation, kind), held in facts.inventory.items()
               if kind == "training_throughput" and nation in nations}  # fmt: skip
    union, team = facts.inventory["EU", "training_throughput"], facts.unit("training_team", "throughput")
    rest = union.value - sum(held.value for nation, held in trained.items() if nation != "GBR")
    others = replace(
        union, value=float(int(rest / team.value)) * relief(facts, "training_team").value, basis="computed"
    )
    ready = availability(facts, "training_team")
    course = facts.ratio("PR100").value / facts.assume("weeks_open").value  # years that a trainee holds a place
    places, spare = facts.assume("site_places"), facts.assume("site_spare")

    def sites(trainees: float) -> Fact:
        return spare.map(lambda x: float(int(x * trainees * course / places.value)))

    through = {**{nation: held.value for nation, held in trained.items()}, REST: rest}
    each = facts.assume("weeks_open").falling(lambda weeks: facts.ratio("PR100").value / weeks).times(team)
    each = each.falling(lambda held: -held)
    yields: list[Row] = [
        *({"unit_type": kind, "capability": "places", "amount": each, "note": "places that a team's trainees hold"}
          for kind in KINDS),
        {"unit_type": "training_site", "capability": "places", "amount": places, "note": ""},
    ]  # fmt: skip
    money = eu_training_cost(facts).times(facts.assume("need_trainees").value / 1000 * months / MONTHS)
    pay = facts.unit("any_troops", "troop_year_cost").times(facts.unit("training_team", "personnel").value / 1e6)
    money = money.plus(pay.times(float(int(rest / team.value)) * months / MONTHS))
    return Scenario(
        name="training-mission",
        title="Training for Ukraine: trainers, places, throughput",
        description="73,000 soldiers went through the EU mission by April 2025. What would half as many again as now "
        "take a year, and does it stop at trainers, at places or at money?",
        kinds=KINDS,
        tasks=(Task("train_soldiers", "training", "Train Ukrainian soldiers", "Germany, Poland, Britain", 51.0, 15.0),),
        needs=(Need("train_soldiers", "trainees", facts.assume("need_trainees"), "", "SF26: 73,000 in 29 months so far"),),
        events={},
        budgets=({"payer": "common", "amount": money, "source": facts.ratio("PR097").source,
                  "note": "PR097 for the trainees asked for, and the pay of the trainers of the members that are not named"},),
        extra={
            "nations": [{"nation": REST, "name": "Other members of the EU", "collective": "true", "source": union.source,
                         "note": "the throughput of the EU mission less what is published by nation"}],
            "unit_types": [given_type(facts, "training_site", "Training site", "training", facts.assume("people_site"), facts.assume("counts_itself"))],
            "yields": yields,
            "forces": [
                given_pool(REST, "training_team_eu", others, ready, f"{rest:g} trainees a year, times the rotation ratio"),
                *(given_pool(nation, "training_site", sites(count), ready, f"{count:g} trainees a year, with what is spare")
                  for nation, count in through.items()),
            ],
            "willingness": [{"nation": REST, "objective": "training", "willingness": facts.assume("announced_training"),
                             "source": ASSUMPTION, "note": "they train now"}],
        },
        months=months,
        task_note="where courses are held; approximate",
        land_ceiling=False,
        what_ifs=WHAT_IFS,
    )  # fmt: skip
