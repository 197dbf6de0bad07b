"""The scenario of `european-army-2035`: fifty new brigades and the six gaps as a programme of ten years."""

from __future__ import annotations

from building.ammunition_2025 import NO_ASAP, NO_EDIRPA, joint_terms
from building.european_army import GIVEN, OUTSIDE, programme_yields
from building.facts import Facts, Row
from building.forces import availability, given_pool, given_type, relief
from building.nations import contributors
from building.scenario import Need, Scenario, Task, WhatIf

YEARS, HALF = 10, 5
BUILDERS = ("DEU", "FRA", "GBR", "ITA", "ESP", "POL")
NEW, BRIGADES = "new_brigade", "new_brigades"
KINDS = ("escort", "submarine", "carrier_group", "maritime_patrol_aircraft", "early_warning_aircraft")
GAPS = {  # unit type -> assumptions that hold its price and its years
    "coastal_battery": "coastal", "cruise_missile_boat": "cruise_boat", "early_warning_aircraft": "early_warning",
    "launch_detection": "launch_detection", "escort": "escort",
}  # fmt: skip


def acquisitions(facts: Facts) -> list[Row]:
    gdp = {nation: facts.nations[nation, "gdp_nominal"].value for nation in BUILDERS}
    price = facts.ratio("FF08").times(facts.unit("exchange", "eur_usd"))
    most = facts.assume("share_of_brigades").times(facts.ratio("PR031"))
    rows: list[Row] = [
        {"nation": n, "unit_type": NEW, "price": price, "max_units": most.times(gdp[n] / sum(gdp.values())).whole(),
         "lead_periods": facts.assume("lead_brigade"), "source": price.source, "note": "FF08"}
        for n in BUILDERS
    ]  # fmt: skip
    return rows + [
        {"nation": n, "unit_type": kind, "price": facts.assume(f"price_{key}"),
         "max_units": facts.assume("counts_itself" if kind == "launch_detection" else "max_of_a_gap"),
         "lead_periods": facts.assume(f"lead_{key}"), "source": facts.assume(f"price_{key}").source, "note": ""}
        for kind, key in GAPS.items() for n in (BUILDERS[:3] if kind == "launch_detection" else BUILDERS)
    ]  # fmt: skip


def needs(facts: Facts) -> tuple[Need, ...]:
    brigades, last = facts.ratio("PR031"), {"first_period": YEARS}
    return (
        Need("front", BRIGADES, brigades.times(HALF / YEARS), "priority_front", "PR031, half by 2030",
             {"first_period": HALF, "last_period": HALF}),
        Need("front", BRIGADES, brigades, "priority_front", "PR031 by 2035", last),
        Need("coasts", "coastal_defence", facts.assume("need_coastal_batteries"), "", "SF47", last),
        Need("seas", "submarine_hunting", facts.assume("need_submarine_hunters"), "", "SF46", last),
        Need("strike", "carrier_strike", facts.assume("need_carrier_groups"), "", "SF44", last),
        Need("strike", "cruise_missiles", facts.assume("need_cruise_missile_boats"), "", "SF45", last),
        Need("sky", "long_range_radar", facts.assume("need_long_range_radar"), "", "SF48", last),
        Need("sky", "launch_detection", facts.assume("need_launch_detection"), "", "SF49", last),
    )  # fmt: skip


def money(facts: Facts) -> list[Row]:
    fund = facts.assume("expansion_fund")
    share = facts.assume("share_gdp_programme").times(1000 * YEARS)
    rows: list[Row] = [{"payer": "common", "amount": fund, "source": fund.source, "note": "for expansions and EDIRPA"}]
    return rows + [
        {
            "payer": n,
            "amount": share.times(facts.nations[n, "gdp_nominal"]),
            "source": share.source,
            "note": "ten years",
        }
        for n in BUILDERS
    ]


def european_army_2035(facts: Facts) -> Scenario:
    nations = [n for n in contributors(facts) if n not in OUTSIDE]
    size = sum(
        facts.unit(kind, "personnel").value for kind in ("brigade_heavy", "engineer_battalion", "logistics_battalion")
    )
    people = facts.unit("brigade_heavy", "personnel").map(
        lambda x: x + size - facts.unit("brigade_heavy", "personnel").value
    )
    one = facts.assume("counts_itself")
    step = {"capacity": "industry_brigades", "expansion": "industry_step", "expansion_price": "industry_step_price",
            "expansion_lead_periods": "industry_step_lead", "max_expansions": "industry_steps"}  # fmt: skip
    return Scenario(
        name="european-army-2035",
        title="Fifty new brigades and six gaps by 2035",
        description="What industry and money can build from 2026 to 2035 in the place of 300,000 Americans: 50 new brigades, "
        "half of them by 2030, and the six capabilities named as gaps.",
        nations=tuple(nations),
        kinds=KINDS,
        tasks=(
            Task("front", "peace_on_land", "Hold the front", "from the Arctic to the Black Sea", 52.5, 23.0),
            Task("coasts", "safe_seas", "Defend the coasts", "Baltic and Black Sea", 55.0, 18.0),
            Task("seas", "safe_seas", "Hunt submarines", "North Atlantic", 60.0, -10.0),
            Task("strike", "safe_seas", "Strike from the sea", "North Atlantic and Mediterranean", 50.0, -10.0),
            Task("sky", "safe_skies", "See far and early", "Europe", 50.0, 15.0),
        ),
        needs=needs(facts),
        events={},
        willing="willing_if_asked",
        model="by-cost.toml",
        needs_peace=False,
        ceilings=False,
        start="2026-01",
        months=12,
        periods=YEARS,
        indefinite=False,
        budgets=tuple(money(facts)),
        extra={
            "unit_types": [given_type(facts, NEW, "New brigade with its support", "land", people, one), *(
                given_type(facts, kind, name, domain, facts.assume(f"people_{like}"), relief(facts, like))
                for kind, name, domain, like, _, _ in GIVEN)],
            "yields": [*programme_yields(facts), {"unit_type": NEW, "capability": BRIGADES, "amount": one,
                       "note": "counts itself"}],
            "forces": [given_pool(nation, kind, facts.assume(key), availability(facts, like), "no count in the data")
                       for kind, _, _, like, _, held in GIVEN for nation, key in held.items() if nation != "USA"
                       and facts.assume(key).value * availability(facts, like).value >= 1],
            "acquisitions": acquisitions(facts),
            "industry": [{"unit_type": NEW, **{column: facts.assume(key) for column, key in step.items()}}],
            "joint_purchases": [joint_terms(facts, NEW)],
        },
        task_note="where the front and the seas would be; approximate",
        what_if_gap=1e-3,
        what_ifs=(
            WhatIf("industry does not expand (no act like ASAP)", overrides=NO_ASAP),
            WhatIf("nobody buys together (no act like EDIRPA)", overrides=NO_EDIRPA),
            WhatIf("twice as many expansions", overrides=("industry.max_expansions=8",)),
            WhatIf("half the money", overrides=("budgets.amount*=0.5",)),
            WhatIf("a brigade takes six years", overrides=("acquisitions[unit_type=new_brigade].lead_periods=6",)),
        ),
    )  # fmt: skip
