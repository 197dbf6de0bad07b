"""Unit types and pools: how the holdings of the data become lots."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from building.facts import ASSUMPTION, PRICES_OF, Cell, Fact, Facts, Row, join, unsure
from building.politics import latest

MONTHS = 12
BATTALIONS = 4  # battalion groups a brigade
COMPANIES = 4  # companies a battalion
PAIRS = 2  # pairs of companies a battalion: small enough that rounding to whole lots hides little
LOTS = BATTALIONS * PAIRS
SQUADRON_AIRCRAFT = "combat_squadron", "aircraft"


@dataclass(frozen=True)
class UnitType:
    """How a unit type of an instance comes from one of the data: the lot is 1/`lots` of it, or `per` of it."""

    key: str
    name: str
    domain: str
    data: str
    lots: int = 1
    symbol: str = ""
    per: int = 1


UNIT_TYPES = (
    UnitType("companies_heavy", "Two heavy companies with support", "land", "brigade_heavy", LOTS,
             "10031000151211020000"),
    UnitType("companies_medium", "Two medium companies with support", "land", "brigade_medium", LOTS),
    UnitType("companies_light", "Two light companies with support", "land", "brigade_light", LOTS,
             "10031000151211000000"),
    UnitType("infantry_company", "Infantry company", "land", "brigade_light", BATTALIONS * COMPANIES,
             "10031000151211000000"),
    UnitType("engineer_company", "Engineer company", "support", "engineer_battalion", COMPANIES,
             "10031000151407000000"),
    UnitType("logistics_company", "Logistics company", "support", "logistics_battalion", COMPANIES),
    UnitType("surveillance_drone", "Long-endurance drone", "air", "isr_uav"),
    UnitType("combat_squadron", "Combat squadron", "air", "combat_squadron"),
    UnitType("early_warning_aircraft", "Airborne early warning aircraft", "air", "aewc_aircraft"),
    UnitType("tanker_aircraft", "Tanker aircraft", "air", "tanker_aircraft"),
    UnitType("air_defence_battery", "Long-range air defence battery", "air", "gbad_long_battery"),
    UnitType("maritime_patrol_aircraft", "Maritime patrol aircraft", "air", "maritime_patrol_aircraft"),
    UnitType("escort", "Frigate or destroyer", "sea", "escort"),
    UnitType("mine_countermeasures_vessel", "Mine countermeasures vessel", "sea", "mcm_vessel"),
    UnitType("patrol_vessel", "Patrol vessel", "sea", "patrol_vessel"),
    UnitType("training_team_eu", "Training team in the EU mission", "training", "training_team"),
    UnitType("training_team_national", "Training team of its own", "training", "training_team"),
)  # fmt: skip
MORE_TYPES = (  # of other scenarios
    UnitType("monitor_team", "Monitoring team", "support", "monitor_team"),
    UnitType("tank_battalion", "Lot of 50 tanks", "land", "tank", per=50),
    UnitType("division_headquarters", "Division headquarters", "support", "division_hq"),
    UnitType("submarine", "Submarine", "sea", "submarine"),
    UnitType("carrier_group", "Aircraft carrier", "sea", "aircraft_carrier"),
    UnitType("escort_littoral", "Frigate of a Black Sea state", "sea", "escort"),
    UnitType("patrol_vessel_littoral", "Patrol vessel of a Black Sea state", "sea", "patrol_vessel"),
    UnitType("mine_countermeasures_vessel_littoral", "Mine vessel of a Black Sea state", "sea", "mcm_vessel"),
)
COMBAT = ("companies_heavy", "companies_medium", "companies_light")
LAND = (*COMBAT, "infantry_company", "engineer_company", "logistics_company")
CATALOGUE = {kind.key: kind for kind in (*UNIT_TYPES, *MORE_TYPES)}
LARGE_AIRCRAFT = ("isr_uav", "aewc_aircraft", "tanker_aircraft", "maritime_patrol_aircraft")
SUPPORT = ("engineer_battalion", "logistics_battalion")
GROUND = ("brigade_heavy", "brigade_medium", "brigade_light", *SUPPORT)
RELIEF = {  # unit types of the data -> what they are relieved as
    **dict.fromkeys(GROUND, "land"),
    **dict.fromkeys(("escort", "mcm_vessel", "patrol_vessel", "submarine", "cruise_boat"), "sea"),
    **dict.fromkeys(("combat_squadron", "tanker_aircraft"), "air"),
    **dict.fromkeys(("isr_uav", "aewc_aircraft", "maritime_patrol_aircraft"), "orbit"),
}
ORBITS = ("isr_uav", "aewc_aircraft", "maritime_patrol_aircraft")  # one is on task day and night
HOURS = 8760  # a year
COST = "annual_deployed_cost"
TANKER_HOUR, PATRIOT_YEAR, BRITISH_TRAINERS = "FF12", "FF13", "FF15"


def people(facts: Facts, kind: UnitType) -> Fact:
    if kind.data in LARGE_AIRCRAFT:
        each = facts.unit("combat_squadron", "personnel").value / facts.unit(*SQUADRON_AIRCRAFT).value
        return facts.assume("people_per_large_aircraft").times(each).whole()
    if kind.key == "infantry_company":  # the least is what Estonia named as the least
        company = facts.unit("brigade_light", "personnel").times(1 / kind.lots).whole()
        return replace(company, low=100.0, high=max(company.most, company.value))
    if (kind.data, "personnel") not in facts.units:
        return facts.assume(f"people_{kind.data}")
    found = facts.unit(kind.data, "personnel").times(1 / kind.lots).whole()
    if kind.key == "training_team_national":  # the British of Interflex alone, without those of twelve partners
        least = facts.ratio(BRITISH_TRAINERS).value * 1000 / facts.inventory["GBR", "training_throughput"].value
        found = replace(found, low=float(round(least)))
    return found


def annual_cost(facts: Facts, kind: UnitType) -> Fact:
    """Millions of USD a unit and year deployed."""
    if kind.data in LARGE_AIRCRAFT:
        hour = facts.unit("combat_squadron", "flying_hour_cost").times(1e-6)
        if kind.data == "isr_uav":
            hour = facts.assume("hour_of_a_drone").times(hour)
        if kind.data == "tanker_aircraft":  # the whole cost of an hour of the Royal Air Force's last tankers
            hour = replace(hour, high=max(hour.most, facts.price(TANKER_HOUR).value * 1e-6))
        if kind.data in ORBITS:  # the hours of an orbit, shared by those that keep it
            return facts.assume("aircraft_an_orbit").falling(lambda each: HOURS / each).times(hour)
        return facts.assume("hours_per_large_aircraft").times(hour)
    if kind.data == "training_team":
        trainers = facts.unit("training_team", "personnel").value / 1e6
        return facts.unit("any_troops", "troop_year_cost").times(trainers).plus(eu_training_cost(facts))
    if (kind.data, COST) not in facts.units:  # the cost of its people
        return facts.unit("any_troops", "troop_year_cost").times(people(facts, kind)).times(1e-6)
    heads = people(facts, kind).value if kind.data == "monitor_team" else 1  # published for one monitor
    cost = facts.unit_price(kind.data, COST).times(heads / kind.lots)
    if kind.data == "gbad_long_battery":  # the least that a ministry budgeted for a battery abroad
        cost = replace(cost, low=min(cost.least, facts.price(PATRIOT_YEAR).value))
    return cost


def availability(facts: Facts, data: str) -> Fact:
    """The share of a holding that can be used at all: assumed here, or the data's, or as far as it can deploy."""
    if data in GROUND or data in LARGE_AIRCRAFT:
        return facts.assume("availability_land" if data in GROUND else "availability_large_aircraft")
    return (
        facts.assumptions.get(f"availability_{data}")
        or facts.units.get((data, "availability"))
        or facts.unit(data, "deployable_share")
    )


def relief(facts: Facts, data: str) -> Fact:
    """Usable units for each one deployed, that one counted."""
    return facts.assumptions.get(f"relief_{RELIEF.get(data, data)}") or facts.unit(data, "rotation_factor")


def eu_training_cost(facts: Facts) -> Fact:
    """What the EU mission's common fund pays for 1,000 trainees, millions of USD."""
    return facts.unit_price("training_team", COST)


def prices_of(facts: Facts, kind: UnitType) -> str:
    """Which year's money the cost was in, where it was raised to that of now."""
    year = facts.years.get((kind.data, COST), PRICES_OF)
    return f"cost: prices of {year} in dollars of {PRICES_OF}" if year < PRICES_OF else ""


def unit_type_rows(facts: Facts, kinds: Iterable[UnitType]) -> list[Row]:
    rows: list[Row] = []
    for kind in kinds:
        headcount, cost = people(facts, kind), annual_cost(facts, kind)
        share: Cell = ""
        note = f"1/{kind.lots} of the data's {kind.data}" if kind.lots > 1 else f"the data's {kind.data}"
        if kind.data == "training_team":
            note = "1,000 trainees a year; common costs of the EU mission and 150 troop-years"
        if kind.key == "training_team_eu":
            common = eu_training_cost(facts)
            share = replace(common, value=common.value / cost.value, low=None, high=None)
            note += "; the mission's common costs are the common fund's"
        note = join(note, prices_of(facts, kind))
        rotation = relief(facts, kind.data)
        rows.append(
            {
                "unit_type": kind.key,
                "name": kind.name,
                "domain": kind.domain,
                "personnel": headcount,
                "operating_cost": cost.times(1 / MONTHS),
                "rotation_ratio": rotation.map(lambda x: float(max(1, round(x)))),
                "common_share": share,
                "symbol": kind.symbol,
                "source": headcount.source,
                "note": note,
            }
        )
    return rows


def pool_rows(
    facts: Facts,
    nations: Iterable[str],
    kinds: Iterable[UnitType],
    owners: Mapping[str, Callable[[str], bool]] | None = None,
) -> list[Row]:
    """Every holding in lots; ``owners`` says of some kinds whose holdings count as that kind.

    A holding of which no whole lot is usable is left out.
    """
    offered = offers(facts)
    rows: list[Row] = []
    for nation in nations:
        for kind in kinds:
            if owners and kind.key in owners and not owners[kind.key](nation):
                continue
            units, note = holding(facts, nation, kind)
            if units is None or units.value < 1:
                continue
            if kind.data in SUPPORT and unsure(units.basis):
                units = units.times(facts.assume("support_a_brigade")).whole()
            usable = availability(facts, kind.data)
            limit = offered.get((nation, kind.key), 0 if kind.key == "infantry_company" else None)
            if limit is not None:
                most = limit * relief(facts, kind.data).value
                units = replace(units, value=min(units.value, most), low=None, high=units.value)
                usable = facts.assume("availability_offered")
                note = join(note, f"{limit:g} offered, times the rotation ratio; high: the whole holding")
            if units.value * usable.value >= 1:
                rows.append(given_pool(nation, kind.key, units, usable, note))
    return rows


def given_pool(nation: str, kind: str, units: Fact, usable: Fact, note: str = "") -> Row:
    """A pool, and the share of it that can be used."""
    share: Cell = "" if usable.value == 1 and usable.low is None else usable
    if isinstance(share, Fact) and not unsure(share.basis):
        note = join(note, f"availability: {share.source}")
    return {"nation": nation, "unit_type": kind, "units": units, "availability": share, "source": units.source,
            "note": note}  # fmt: skip


def given_type(facts: Facts, key: str, name: str, domain: str, people: Fact, relief: Fact) -> Row:
    """A unit type that the data do not describe, at the cost of its people."""
    cost = facts.unit("any_troops", "troop_year_cost").times(people).times(1e-6 / MONTHS)
    return {
        "unit_type": key, "name": name, "domain": domain, "personnel": people, "operating_cost": cost,
        "rotation_ratio": relief, "source": ASSUMPTION, "note": "cost: its people at a troop-year's",
    }  # fmt: skip


def holding(facts: Facts, nation: str, kind: UnitType) -> tuple[Fact | None, str]:
    """The lots of one kind a nation owns, and how they were counted."""
    total = facts.inventory.get((nation, "brigade_total"))
    if kind.key == "infantry_company":  # of those who offer a company and no more
        return (None, "") if total is None else (total.times(kind.lots), f"{counted(total, 'brigade')} in companies")
    if kind.key in COMBAT:
        if total is None:
            return None, ""
        split = facts.inventory.get((nation, kind.data))
        if split is None and not any((nation, f"brigade_{c}") in facts.inventory for c in ("heavy", "light")):
            if kind.data != "brigade_medium":
                return None, ""
            split_unknown = facts.assume("unsplit_brigades").times(total).times(kind.lots).whole()
            return replace(split_unknown, source=total.source), counted(total, "brigade")
        if split is None:
            return None, ""
        if unsure(split.basis):
            split = replace(facts.assume("split_brigades").times(split), source=split.note)
        return split.times(kind.lots).whole(), counted(split, "brigade")
    if kind.data == "training_team":
        held = facts.inventory.get((nation, "training_throughput"))
        national = facts.nations[nation, "member_eu"].value == 0
        if held is None or national != (kind.key == "training_team_national"):
            return None, ""
        rotation = relief(facts, "training_team").value
        lots = held.map(lambda x: float(int(x / facts.unit("training_team", "throughput").value)))
        return lots.times(rotation), f"{held.value:g} trainees a year now, times the rotation ratio"
    held = facts.inventory.get((nation, kind.data))
    if held is None:
        return None, ""
    if kind.data == "combat_squadron":
        return facts.assume("squadrons_of_aircraft").times(held).whole() if unsure(held.basis) else held, ""
    if kind.per > 1:
        return held.map(lambda x: float(int(x / kind.per))), f"{held.value:g} in lots of {kind.per}"
    return (held.times(kind.lots), counted(held, "battalion")) if kind.lots > 1 else (held, "")


def counted(held: Fact, what: str) -> str:
    return f"{held.value:g} {what}{'' if held.value == 1 else 's'}"


def offers(facts: Facts) -> dict[tuple[str, str], float]:
    """What a nation itself offers at most, in lots deployed at once, where it named a number."""
    limits: dict[tuple[str, str], float] = {}
    for (nation, component), row in latest(facts).items():
        if component == "sea" and row["high"]:
            limits[nation, "mine_countermeasures_vessel"] = float(row["high"])
        if component == "ground" and row["high"] and float(row["high"]) < 1000:
            limits |= {(nation, other): 0.0 for other in LAND}
            limits[nation, "infantry_company"] = 1.0
    return limits
