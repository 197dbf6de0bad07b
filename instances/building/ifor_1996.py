"""The scenario of `ifor-1996`: who came to Bosnia in 1996, and what was seen there in 1998."""

from __future__ import annotations

import math
from dataclasses import replace

from building.facts import ASSUMPTION, Fact, Facts, Row
from building.forces import MONTHS
from building.history import BOSNIA, FITTED, History
from building.writing import Built, built, settings, table_text, text

NAME = "ifor-1996"
BEFORE, AFTER = FITTED.before, FITTED.after
UNNAMED = {"EGY": "Egypt", "JOR": "Jordan", "MAR": "Morocco", "MYS": "Malaysia", "RUS": "Russia"}
PRICES_OF = 2024  # year of the prices of a troop-year, the last for which there is an index
OBJECTIVE, UNIT, CAPABILITY = "peace_on_land", "contingent", "troops"
SECTORS = {  # who leads it (from memory) -> task, name, area, latitude, longitude
    "USA": ("division_north", "Multinational Division North", "Tuzla", 44.54, 18.67),
    "GBR": ("division_south_west", "Multinational Division South-West", "Banja Luka", 44.77, 17.19),
    "FRA": ("division_south_east", "Multinational Division South-East", "Mostar", 43.34, 17.81),
}


def contributions(facts: Facts, name: str) -> dict[str, Fact]:
    """The people each nation had in a force, where the list has a figure."""
    return History(facts).lists[name]


def nation_rows(facts: Facts) -> list[Row]:
    """Everybody with a figure for 1996 or 1998; who has none for 1996 gets no pool."""
    gdp = History(facts).figure("gdp", FITTED.year)
    return [
        {
            "nation": nation,
            "name": UNNAMED.get(nation) or facts.names[nation],
            "gdp": gdp[nation],
            "can_lead": str(nation in SECTORS).lower(),
            "source": gdp[nation].source,
            "note": f"GDP of {FITTED.year}",
        }
        for nation in sorted({*contributions(facts, AFTER), *contributions(facts, BEFORE)})
    ]


def contingent(facts: Facts) -> Fact:
    """People a lot: the most that divides every contribution of 1996."""
    people = contributions(facts, BEFORE)
    lot = math.gcd(*(int(fact.value) for fact in people.values()))
    return Fact(float(lot), source=next(iter(people.values())).source, basis="computed")


def unit_type_rows(facts: Facts) -> list[Row]:
    lot = contingent(facts)
    history = History(facts)
    then, now = (history.figure("consumer_prices", year)["USA"].value for year in (FITTED.year, PRICES_OF))
    cost = facts.unit("any_troops", "troop_year_cost").times(lot.value / 1e6 / MONTHS * then / now)
    return [
        {
            "unit_type": UNIT, "name": f"Contingent of {lot.value:g}", "domain": "land", "personnel": lot,
            "operating_cost": cost, "symbol": "10031000151211000000",
            "note": "the most that divides every contribution of 1996; relief is inside what a nation kept there; "
            f"cost in prices of {FITTED.year} by American consumer prices",
        }
    ]  # fmt: skip


def force_rows(facts: Facts) -> list[Row]:
    lot = contingent(facts).value
    return [
        {"nation": nation, "unit_type": UNIT, "units": people.times(1 / lot),
         "note": f"fitted: no more than the {people.value:g} of 1996"}
        for nation, people in contributions(facts, BEFORE).items()
    ]  # fmt: skip


def willingness_rows(facts: Facts) -> list[Row]:
    return [
        {"nation": nation, "objective": OBJECTIVE, "willingness": facts.assume("stance_yes"), "source": people.source,
         "note": "fitted: it came in 1996"}
        for nation, people in contributions(facts, BEFORE).items()
    ]  # fmt: skip


def task_rows(facts: Facts) -> list[Row]:
    return [
        {"task": task, "objective": OBJECTIVE, "name": name, "area": area, "latitude": str(latitude),
         "longitude": str(longitude), "framework_share": facts.assume("framework_divisions"), "source": ASSUMPTION,
         "note": "division and headquarters from memory"}
        for task, name, area, latitude, longitude in SECTORS.values()
    ]  # fmt: skip


def requirement_rows(facts: Facts) -> list[Row]:
    divisions = facts.assume("divisions_ifor")
    force = facts.ratio("PR046")
    each = replace(force.times(1 / divisions.value), basis=divisions.basis, note=divisions.note, key=divisions.key)
    density = facts.ratio("PR053").value
    return [
        {"task": task, "capability": CAPABILITY, "quantity": each,
         "note": f"a third of the {force.value:,.0f} of PR046, {density:g} people a square kilometre (PR053)"}
        for task, *_ in SECTORS.values()
    ]  # fmt: skip


def caveat_rows() -> list[Row]:
    """A framework nation serves in its own division; the others serve wherever they are needed."""
    return [
        {"nation": nation, "task": task, "source": ASSUMPTION, "note": "serves in the division it leads, from memory"}
        for nation in SECTORS
        for leader, (task, *_) in SECTORS.items()
        if leader != nation
    ]


def observed(facts: Facts) -> Built:
    """What was seen, and the armed forces of the time, of the nations of the instance."""
    army = History(facts).figure("armed_forces", FITTED.year)
    tables = {name: contributions(facts, name) for name in BOSNIA}
    nations = sorted({n for table in tables.values() for n in table})
    tables["army"] = {nation: army[nation] for nation in nations}
    return Built(
        "observed",
        {
            f"{name}.csv": table_text(
                ("nation", "people", "source"),
                [{"nation": n, "people": text(rows[n].value), "source": rows[n].source} for n in nations if n in rows],
            )
            for name, rows in tables.items()
        },
    )


def ifor_1996(facts: Facts) -> Built:
    lot = contingent(facts)
    tables: dict[str, list[Row]] = {
        "nations": nation_rows(facts),
        "unit_types": unit_type_rows(facts),
        "capabilities": [
            {"capability": CAPABILITY, "name": "Troops", "unit": "person", "source": ASSUMPTION,
             "note": "how this instance counts"}
        ],
        "yields": [{"unit_type": UNIT, "capability": CAPABILITY, "amount": lot, "note": "counts itself"}],
        "objectives": [{"objective": OBJECTIVE, "name": "Peace on land", "source": facts.ratio("PR046").source}],
        "tasks": task_rows(facts),
        "requirements": requirement_rows(facts),
        "forces": force_rows(facts),
        "willingness": willingness_rows(facts),
        "caveats": caveat_rows(),
    }  # fmt: skip
    title = "IFOR in Bosnia, 1996: a back-test of burden sharing"
    description = (
        "60,000 people in three multinational divisions, by those who came in 1996; fitted on that year and tested "
        "on the shares of SFOR in 1998."
    )
    about = settings(
        NAME, title, description, {}, start="1996-01", months=MONTHS, periods=1, indefinite=False, model="fair"
    )
    return built(NAME, about, tables)
