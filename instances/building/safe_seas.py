"""The scenario of `safe-seas`: the Black Sea under the Montreux rules."""

from __future__ import annotations

from building.facts import ASSUMPTION, Fact, Facts, Row
from building.forces import given_pool, given_type
from building.nations import BLACK_SEA
from building.politics import EVENTS, STRAITS, condition
from building.reassurance_force import TASKS, needs
from building.scenario import Need, Scenario, Task, WhatIf

RULE = "MTX"
GUESTS = ("escort", "mine_countermeasures_vessel", "patrol_vessel")
LITTORAL = tuple(f"{kind}_littoral" for kind in GUESTS)
HUNTERS = {"escort": "hunting_escort", "escort_littoral": "hunting_escort",
           "maritime_patrol_aircraft": "hunting_patrol_aircraft"}  # fmt: skip


def safe_seas(facts: Facts) -> Scenario:
    limit = facts.ratio("PR090")
    weights = {kind: facts.assume(f"tonnes_{kind}") for kind in GUESTS}
    yields: list[Row] = [
        *({"unit_type": kind, "capability": "guest_tonnage", "amount": tonnes.falling(lambda each: -each), "note": "counts against what the straits let in"} for kind, tonnes in weights.items()),
        *({"unit_type": kind, "capability": "submarine_hunting", "amount": facts.assume(key), "note": ""}
          for kind, key in HUNTERS.items()),
        {"unit_type": "straits_allowance", "capability": "guest_tonnage", "amount": limit, "note": "PR090"},
    ]  # fmt: skip
    one = facts.assume("counts_itself")
    allowance = {**given_type(facts, "straits_allowance", "What the straits let in", "support", one, one),
                 "operating_cost": "0", "note": "a rule and no force: it has no people and no cost, and an instance knows no unit without people"}  # fmt: skip
    chosen = [need for need in needs(facts) if need.task.startswith("black_sea_")]
    guests = {kind: (lambda nation: nation not in BLACK_SEA) for kind in GUESTS}
    hosts = {kind: (lambda nation: nation in BLACK_SEA) for kind in LITTORAL}
    return Scenario(
        name="safe-seas",
        title="The Black Sea: mines, patrol and submarines under the Montreux rules",
        description="What keeps the western Black Sea open: the ships of its own states, and those of guests if the straits "
        "are opened to them, within the tonnage of the Montreux Convention.",
        kinds=(*LITTORAL, *GUESTS, "maritime_patrol_aircraft"),
        tasks=(
            *(task for task in TASKS if task.key.startswith("black_sea_")),
            Task("black_sea_submarines", "safe_seas", "Hunt submarines", "Black Sea", 44.0, 32.5),
        ),
        needs=(*chosen, Need("black_sea_submarines", "submarine_hunting", facts.assume("need_hunters_black_sea"), "", "SF46")),
        events={**EVENTS, "straits_open": False},
        owners={**guests, **hosts},
        extra={
            "nations": [{"nation": RULE, "name": "Montreux Convention (a rule)", "collective": "true", "source": limit.source,
                         "note": "stands for the tonnage that guests may have in the Black Sea"}],
            "unit_types": [allowance],
            "yields": yields,
            "forces": [given_pool(RULE, "straits_allowance", one, Fact(1.0), "one allowance for all guests")],
            "willingness": [{"nation": RULE, "objective": "safe_seas", "willingness": one,
                             "source": ASSUMPTION, "note": "a rule has no will"}],
            "conditions": [condition(RULE, "safe_seas", "event", "straits_open", STRAITS, "PR089: shut while it holds")],
        },
        land_ceiling=False,
        what_ifs=(
            WhatIf("the straits are opened", overrides=("events.straits_open=true",)),
            WhatIf("Türkiye has a seat in all consultations", overrides=("events.turkiye_seat=true",)),
            WhatIf("the straits are opened, and every condition is met", overrides=(
                "events.straits_open=true", "events.us_backstop=true", "events.turkiye_seat=true")),
            WhatIf("the straits are opened, and guests need five ships for one on task", overrides=(
                "events.straits_open=true", *(f"unit_types[unit_type={kind}].rotation_ratio=5" for kind in GUESTS))),
            WhatIf("without Türkiye", overrides=("willingness[nation=TUR].willingness=0",)),
            WhatIf("one tour, nobody is relieved", "surge"),
        ),
    )  # fmt: skip
