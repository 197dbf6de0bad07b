"""What others paid, beside what the instances take: a table of `data/README.md` in dollars of one year."""

from __future__ import annotations

from building.facts import PRICES_OF, Facts
from building.forces import CATALOGUE, MONTHS, annual_cost, people
from building.refresh import DATA
from building.unfound import unfound_text
from building.writing import between

PAGE = DATA / "README.md"


def costs_text(facts: Facts) -> str:
    """Public costs at the rate of their year and by American consumer prices, and the figure here that each is beside."""

    def price(key: str, per: float = 1.0) -> str:
        return f"{facts.price(key).value / per:,.0f}"

    head = facts.unit("any_troops", "troop_year_cost")
    tanker, battery = (annual_cost(facts, CATALOGUE[kind]) for kind in ("tanker_aircraft", "air_defence_battery"))
    patriot = facts.price("FF13")
    hours, team = facts.assume("hours_per_large_aircraft").value, people(facts, CATALOGUE["training_team_national"])
    british = facts.ratio("FF15").value * 1000 / facts.inventory["GBR", "training_throughput"].value
    rows = (
        ("A person a year", f"{head.value:,.0f} ({head.least:,.0f} to {head.most:,.0f}) dollars, the article's",
         f"{price('FF10', facts.ratio('FF11').value)}: Germany in KFOR in 2017 (FF10, FF11); without pay, with 158 more in reserve at home, "
         "so that the true figure may be lower for those in the field and higher with pay"),
        ("The same", "", f"{price('FF14', 1 / MONTHS)}: what the United Nations pay a nation for a person (FF14); equipment is paid "
         "apart, and the rate follows a survey of the nations that send people"),
        ("The same", "", f"{facts.price('FF16').value / 1e6:,.0f} million in all: France on the eastern flank in 2022 (FF16); the people are not said, and stocks are in it, so "
         "that no figure a head is drawn from it"),
        ("A tanker's hour", f"{tanker.value * 1e6 / hours:,.0f} (high: {tanker.most * 1e6 / facts.assume('hours_per_large_aircraft').most:,.0f}) dollars, a fighter's",
         f"{price('FF12')}: a VC10 in 2009, all costs but the fuel that is given (FF12); it is the high end"),
        ("A long-range battery a year", f"{battery.value:,.1f} ({battery.least:,.1f} to {battery.most:,.1f}) million dollars",
         f"{patriot.value:,.1f} ({patriot.least:,.1f} to {patriot.most:,.1f}) million: a part of what Germany paid for two in Turkey (FF13), "
         "without pay: assumed, between what was spent in two spans of that mission; it is the low end of the figure here, which is "
         "what the Netherlands paid in 2013"),
        ("Trainers for 1,000 trainees a year", f"{team.value:,.0f} ({team.least:,.0f} to {team.most:,.0f}), Germany's",
         f"{british:,.0f}: the British of Interflex alone (FF15); twelve partners send more, so that it is the low end"),
    )  # fmt: skip
    return "\n".join(
        [
            f"| | here | paid elsewhere, in dollars of {PRICES_OF} |",
            "| --- | --- | --- |",
            *(f"| {' | '.join(row)} |" for row in rows),
        ]
    )


def write_costs(facts: Facts) -> None:
    page = between(PAGE.read_text(encoding="utf-8"), "costs", costs_text(facts))
    PAGE.write_text(between(page, "unfound", unfound_text(facts)), encoding="utf-8")
