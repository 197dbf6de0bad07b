"""The scenario of `ammunition-2025`: shells for Ukraine from stocks and from an industry that grows."""

from __future__ import annotations

from building.facts import ASSUMPTION, Fact, Facts, Row
from building.forces import given_pool
from building.scenario import Need, Scenario, Task, WhatIf

LOT = 10_000  # shells
HALF_YEARS = 6  # 2024 to 2026
BUYERS = ("DEU", "FRA", "GBR", "ITA", "ESP", "NLD", "POL", "SWE", "DNK", "CZE", "NOR", "BEL")
SHELLS, CAPABILITY, TASK = "shells_155mm", "shells", "supply_shells"
NO_ASAP = ("industry.max_expansions=0",)
NO_EDIRPA = ("joint_purchases.discount=0", "joint_purchases.common_share=0")


def joint_terms(facts: Facts, kind: str) -> Row:
    """EDIRPA: three buy together, and the Union pays the share that its grants were of the purchases."""
    grants, purchases = facts.ratio("FF04"), facts.ratio("FF05")
    return {
        "unit_type": kind, "min_nations": facts.ratio("FF06"), "discount": facts.assume("joint_discount"),
        "common_share": grants.times(1 / purchases.value), "source": grants.source,
        "note": "EDIRPA: FF04 of FF05",
    }  # fmt: skip


def industry(facts: Facts) -> Row:
    """What is made for Ukraine now, and what ASAP adds in equal steps for its grants."""
    now, then, share = facts.ratio("FF02"), facts.ratio("FF03"), facts.assume("shells_for_ukraine")
    steps, euro = facts.assume("asap_steps"), facts.unit("exchange", "eur_usd")
    added = share.times((then.value - now.value) / LOT / 2 / steps.value).whole()
    return {
        "unit_type": SHELLS, "capacity": share.times(now.value / LOT / 2).whole(), "expansion": added,
        "expansion_price": facts.ratio("FF01").times(euro).times(1 / steps.value),
        "expansion_lead_periods": facts.assume("asap_lead"), "max_expansions": steps, "source": now.source,
        "note": "FF02 now; ASAP (FF01) for FF03",
    }  # fmt: skip


def ammunition_2025(facts: Facts) -> Scenario:
    euro = facts.unit("exchange", "eur_usd")
    price = facts.ratio("FF07").times(euro).times(LOT / 1e6)
    fund = facts.ratio("FF01").plus(facts.ratio("FF04")).times(euro)
    one = facts.assume("counts_itself")
    return Scenario(
        name="ammunition-2025",
        title="Two million shells a year for Ukraine",
        description="From January 2024 to December 2026: when do stocks, industry and ASAP's 500 million euro give two "
        "million shells a year?",
        nations=BUYERS,
        kinds=(),
        tasks=(Task(TASK, "training", "Supply shells", "Ukraine", 49.0, 31.0),),
        needs=(Need(TASK, CAPABILITY, facts.assume("need_shells"), "", "a half-year"),),
        events={},
        willing="willing_if_asked",
        model="by-cost.toml",
        needs_peace=False,
        ceilings=False,
        start="2024-01",
        periods=HALF_YEARS,
        indefinite=False,
        budgets=({"payer": "common", "amount": fund, "source": fund.source, "note": "FF01 for ASAP and FF04 for EDIRPA"},),
        extra={
            "unit_types": [{
                "unit_type": SHELLS, "name": "10,000 shells of 155 mm", "domain": "support",
                "personnel": facts.assume("people_shells"), "operating_cost": facts.assume("shells_delivery"),
                "expendable": "true", "source": ASSUMPTION, "note": "used up when it is delivered",
            }],
            "yields": [{"unit_type": SHELLS, "capability": CAPABILITY, "amount": one, "note": "counts itself"}],
            "forces": [given_pool(n, SHELLS, facts.assume("shells_stock"), Fact(1.0), "stock") for n in BUYERS],
            "acquisitions": [{
                "nation": n, "unit_type": SHELLS, "price": price, "max_units": facts.assume("shells_max"),
                "lead_periods": facts.assume("shells_lead"), "min_order": facts.assume("shells_min_order"),
                "source": price.source, "note": "FF07",
            } for n in BUYERS],
            "industry": [industry(facts)],
            "joint_purchases": [joint_terms(facts, SHELLS)],
        },
        task_note="approximate",
        what_if_gap=1e-3,
        what_ifs=(
            WhatIf("without ASAP", overrides=NO_ASAP),
            WhatIf("without EDIRPA", overrides=NO_EDIRPA),
            WhatIf("the whole output goes to Ukraine", overrides=("industry.capacity=50", "industry.expansion=10")),
            WhatIf("ASAP's capacity comes a year earlier", overrides=("industry.expansion_lead_periods=2",)),
            WhatIf("20,000 a day", overrides=("requirements.quantity=365",)),
        ),
    )  # fmt: skip
