"""What each page says beside the numbers of its answer: further figures by name, and statements that must be true.

A page is not written while one of its statements does not hold; `tests/instance/test_pages.py` holds them too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from building.ammunition_2025 import BUYERS, HALF_YEARS, LOT, SHELLS
from building.demilitarised_zone import GUARDS
from building.deterrence_force import SECTORS
from building.european_army_2035 import BUILDERS, GAPS, HALF, YEARS
from building.forces import BATTALIONS, HOURS, MONTHS
from building.quotes import Quotes
from building.reassurance_rotation import BROAD, MANDATE, PROMISED, TOURS
from building.recorded import load

Found = tuple[Mapping[str, float], Mapping[str, bool]]
NOTHING = 1e-3
"""Changes of the gap below this are none."""


def land(q: Quotes) -> dict[str, float]:
    """Figures that the pages of land forces share."""
    facts = q.facts
    kinds = ("brigade_heavy", "engineer_battalion", "logistics_battalion")
    return {
        "one in": facts.assume("relief_land").value / facts.assume("availability_land").value,
        "groups": BATTALIONS, "a group": 1 / BATTALIONS, "billion a year": facts.seed("SF02").value / 10,
        "line": facts.seed("SF06").value, "brigade": sum(facts.unit(kind, "personnel").value for kind in kinds),
        "airframes": facts.assume("aircraft_an_orbit").value / facts.assume("availability_large_aircraft").value,
        "sectors": len(SECTORS), "km an orbit": facts.seed("SF06").value / 10, "guards": GUARDS,
        "paper": facts.seed("SF43").value / 1e6, "fifth": facts.assume("availability_land").value / facts.assume("relief_land").value,
    }  # fmt: skip


def on_land(q: Quotes, label: str) -> float:
    """People on land in a row beside the answer, the mean over its periods."""
    tasks = {task.key for task in q.scenario.tasks if task.objective == "peace_on_land"}
    rows = q.record.runs[label].tables["deployments"]
    return sum(row["personnel"] for row in rows if row["task"] in tasks) / q.periods


def same(one: float, other: float) -> bool:
    return abs(one - other) <= NOTHING


def jef(q: Quotes) -> Found:
    members = [row for row in q.record.base.instance.rows("groups") if row["group"] == "JEF"]
    core, gap = q.facts.assume("core_land"), {label: row.gap for label, row in q.rows.items()}
    everything = "everything is usable, one in four deployed, no ceilings on people"
    extra = {**land(q), "members": len(members), "spent": q.record.base.values["cost"] * MONTHS / 6 / 1000}
    return extra, {
        "the ports and the west keep their core": all(
            q.share(f"hub_{place}.ground_presence") >= core.value - 0.01 for place in ("odesa", "lviv")
        ),
        "only with everything usable and no ceilings is the gap below a tenth": [
            label for label, value in gap.items() if value < 0.1
        ]
        == [everything],
        "a core of four tenths everywhere takes more than there is": min(
            q.rows["a core of four tenths everywhere"].supplied(line) / pair[0] for line, pair in q.lines.items()
        )
        < core.most,
        "money does not bind": same(gap["half the budget"], q.record.base.values["gap"]),
        "what is usable and the ceiling bind together": gap["half of every holding is usable, not four tenths"]
        < q.record.base.values["gap"] - NOTHING
        > gap["no ceilings on people"],
    }


def training(q: Quotes) -> Found:
    asked = q.facts.assume("need_trainees").value
    more = {label: row.supplied("train_soldiers.trainees") for label, row in q.rows.items()}
    extra = {"spare": q.facts.assume("site_spare").value - 1, "more": more["50 % more trainers"], "twice": 2}
    return extra, {
        "nearly all of today's training can be sustained": q.rows["today's number of trainees"].gap < 0.05,
        "without relief as many are trained as with half as many trainers again": same(
            more["50 % more trainers"] / asked, more["trainers are not relieved"] / asked
        ),
        "the fund is more than is spent of it": q.record.base.values["cost"]
        - sum(row["cost"] for row in q.record.base.tables["nations"])
        < next(row["amount"] for row in q.record.base.instance.rows("budgets") if row["payer"] == "common"),
        "twice the sites and no relief reach what is asked": q.rows[
            "trainers are not relieved, and twice the sites"
        ].gap
        < NOTHING,
    }


def drawdown(q: Quotes) -> Found:
    base = q.record.base.values["burden"]
    twice, stay, first = (
        q.rows[label] for label in ("all 20,000 Americans leave", "the Americans stay", "cost before burden")
    )
    leaving = q.facts.seed("SF37").value / q.facts.seed("SF38").value
    return {**land(q), "leaving": leaving, "twice": 2, "burden": twice.burden / base, "cost first": first.burden / base}, {
        "all can be replaced, and twice as many too": q.record.base.values["gap"] < NOTHING and twice.gap < NOTHING,
        "the burden is lightest if the Americans stay": stay.burden < min(
            row.burden for label, row in q.rows.items() if label != "the Americans stay"
        ) and stay.burden < base,
        "coverage is proved in every row": all(run.stages[0][3] <= 1e-6 for run in q.record.runs.values()),
    }  # fmt: skip


def seas(q: Quotes) -> Found:
    cost = {"aircraft": 0.0, "all": 0.0}
    for row in q.record.base.tables["deployments"]:
        cost["all"] += row["cost"]
        cost["aircraft"] += row["cost"] * (row["unit_type"] == "maritime_patrol_aircraft")
    without = q.record.runs["without Türkiye"].tables["deployments"]
    required, supplied = q.lines["black_sea_mine_clearance.mine_clearance"]
    opened = "the straits are opened, and guests need five ships for one on task"
    return {**land(q), "aircraft": cost["aircraft"] / cost["all"]}, {
        "one mine vessel is missing": required - supplied == 1,
        "the patrol is all but complete": 0.95 < q.share("black_sea_patrol.sea_control") < 1,
        "tonnage does not bind": same(q.rows["the straits are opened"].gap, q.rows[opened].gap),
        "the rest is all but met": q.record.base.values["gap"] < 0.06,
        "without Türkiye only aircraft are left": {row["unit_type"] for row in without} == {"maritime_patrol_aircraft"},
        "opening the straits closes the gap, with five ships for one too": q.rows["the straits are opened"].gap
        < NOTHING
        and q.rows[opened].gap < NOTHING,
    }


def shield(q: Quotes) -> Found:
    jets = "shield_west.combat_aircraft"
    fleet = next(row for row in q.record.base.instance.rows("forces") if row["nation"] == "NTO")
    tankers = next(row for row in q.record.base.instance.rows("forces") if row["nation"] == "MMF")
    own = next(
        row for row in q.record.base.instance.rows("forces")
        if (row["nation"], row["unit_type"]) == ("FRA", "early_warning_aircraft")
    )  # fmt: skip
    usable = own["units"] * own["availability"]
    lent, silent, both = (
        q.rows[label].supplied(jets)
        for label in (
            "NATO provides its early-warning aircraft",
            "everybody takes part who has not said no",
            "both, and seven airframes keep an orbit, not six",
        )
    )
    extra = {
        **land(q), "fleet": fleet["units"], "tankers": tankers["units"], "FRA": own["units"], "FRA usable": usable,
        "orbit": usable / q.facts.assume("aircraft_an_orbit").value, "reapers": round(HOURS / q.facts.ratio("FF17").value), "lent": lent, "silent": silent,
        "on land": q.facts.seed("SF37").value, "land cost": load("us-drawdown").base.values["cost"],
    }  # fmt: skip
    return extra, {
        "one squadron is over the Baltic states and none over the west": q.lines[jets][1] == 0
        and q.lines["baltic_air_policing.combat_aircraft"][1] == q.facts.unit("combat_squadron", "aircraft").value,
        "with both all jets fly, with seven airframes an orbit too": both >= q.lines[jets][0]
        and q.rows["both"].supplied(jets) >= q.lines[jets][0],
    }


def ammunition(q: Quotes) -> Found:
    facts, values, rows = q.facts, q.record.base.values, q.rows
    lines = {at: q.lines[f"supply_shells.shells.{at}"] for at in range(1, HALF_YEARS + 1)}
    million = LOT / 1e6
    asap = [
        row["expansions"] for row in q.record.base.tables["industry"] if row["unit_type"] == SHELLS
    ]  # in the half-year of the order
    late = HALF_YEARS - int(facts.assume("asap_lead").value)
    sooner = rows["ASAP's capacity comes a year earlier"].less + rows["without ASAP"].more
    extra = {
        "millions": lines[1][0] * million * 2, "now": facts.ratio("FF02").value / 1e6, "then": facts.ratio("FF03").value / 1e6,
        "lead": facts.assume("asap_lead").value / 2, "stock": facts.assume("shells_stock").value * LOT,
        "supplied": sum(pair[1] for pair in lines.values()) * million, "asked": sum(pair[0] for pair in lines.values()) * million,
        "late": late, "earlier": sooner / rows["without ASAP"].more,
        "saved": (rows["without EDIRPA"].cost - values["cost"]) / 1000, "dear": rows["without EDIRPA"].cost / 1000,
        "a day": facts.ratio("FF09").value * 365 / 1e6,
    }  # fmt: skip
    return extra, {
        "ASAP is ordered at once": asap[0] == max(asap) > 0,
        "EDIRPA does not bring a shell more": same(rows["without EDIRPA"].gap, values["gap"]),
        "twelve buy": len(BUYERS) == len(q.nations),
    }


def zone(q: Quotes) -> Found:
    facts = q.facts
    small = q.scenario.name.endswith("12")
    area = facts.seed("SF16" if small else "SF17").value
    sent = sum(pair[1] for line, pair in q.lines.items() if line.startswith("monitor_") and line.count(".") == 1)
    asked = sum(pair[0] for line, pair in q.lines.items() if line.startswith("monitor_") and line.count(".") == 1)
    orbits = q.lines["zone_watch.surveillance"][1]
    base, rows = q.record.base.values["gap"], q.rows
    extra = {
        **land(q), "area": area, "width": area / facts.seed("SF06").value, "monitors": sent / asked, "monitors sent": sent,
        "areas": facts.seed("SF17").value / facts.seed("SF16").value, "orbits above": int(orbits) + 1,
    }  # fmt: skip
    teams = sum(
        row["units"] * facts.assume("people_monitor_team").value
        for row in q.record.base.tables["deployments"]
        if row["task"].startswith("monitor_") and row["unit_type"] == "monitor_team"
    )
    both = {
        "who asks for a mandate is below the floor": all(
            row["willingness"] < q.record.base.model.willingness_floor
            for row in q.record.base.instance.rows("willingness")
            if row["nation"]
            in {c["nation"] for c in q.record.base.instance.rows("conditions") if c["value"] == "un_mandate"}
        ),
        "a mandate changes nothing": same(rows["a mandate of the United Nations"].gap, base),
        "an orbit more is out of reach": orbits < extra["orbits above"],
    }
    if not small:
        return extra, {
            **both,
            "more than half is unmet if all take part": rows["no conditions, caveats or willingness floor"].gap > 0.5,
            "the zone is guarded": all(q.share(f"guard_{half}.ground_presence") > 0.999 for half in ("north", "south")),
        }
    halves = [q.lines[f"guard_{half}.ground_presence"] for half in ("north", "south")]
    extra["guarded"] = sum(pair[1] for pair in halves) / sum(pair[0] for pair in halves)
    core = facts.assume("core_land").value
    return extra, {
        **both,
        "both halves have more than their core, and not all": all(core < pair[1] / pair[0] for pair in halves)
        and extra["guarded"] < 1,
        "mostly infantry monitors": teams < sent / 2,
    }


def deterrence(q: Quotes) -> Found:
    limit = float(q.record.base.model.max_burden)
    base, rows = q.record.base.values["gap"], q.rows
    freed = rows["cost before burden, no limit on burden"]
    turkish = q.nations["TUR"] / q.people
    best = rows["no ceilings on people"]
    others = [row.less for label, row in rows.items() if label != "no ceilings on people"]
    extra = {
        **land(q), "limit": limit, "limit costs": freed.less, "third": turkish, "free": on_land(q, "no ceilings on people"),
        "free cost": best.cost / q.record.base.values["cost"] - 1,
    }  # fmt: skip
    return extra, {
        "ceilings on people cost most": best.less > max(others),
        "without Türkiye more is unmet": rows["without Türkiye"].more > 0,
        "100,000 are out of reach on land only under the ceilings": on_land(q, "no ceilings on people")
        > q.facts.seed("SF07").least
        > max(on_land(q, label) for label in rows if label != "no ceilings on people"),
        "no nation is above the limit": q.record.base.values["burden"] <= 1000 * limit + 1e-9,
        "coverage is above half without four nations": base < 0.5,
    }


def army_2035(q: Quotes) -> Found:
    facts, values, rows = q.facts, q.record.base.values, q.rows
    last = f"front.new_brigades.{YEARS}"
    half = f"front.new_brigades.{HALF}"
    gaps = [line for line in q.lines if line.count(".") == 2 and not line.startswith("front")]
    equipment = facts.ratio("FF08")
    extra = {
        "gaps": len(gaps), "by 2030": q.lines[half][0] / q.lines[last][0], "bn": equipment.value / 1000,
        "bn high": equipment.most / 1000, "builders": len(BUILDERS), "years": YEARS, "paper": facts.seed("SF43").value / 1e6,
        "soldiers": facts.ratio("PR031").value * land(q)["brigade"],
        "no lines": rows["industry does not expand (no act like ASAP)"].supplied(last),
        "more lines": rows["twice as many expansions"].supplied(last),
        "saved": 1 - values["cost"] / rows["nobody buys together (no act like EDIRPA)"].cost,
        "dear": rows["nobody buys together (no act like EDIRPA)"].cost / 1000,
    }  # fmt: skip
    return extra, {
        "all gaps are closed": all(q.share(line) >= 0.999 for line in gaps) and len(GAPS) <= len(gaps),
        "buying together brings no brigade more": same(
            rows["nobody buys together (no act like EDIRPA)"].gap, values["gap"]
        ),
        "with six years no brigade is ready by 2030": rows["a brigade takes six years"].supplied(half) == 0,
        "no budget is spent": all(
            row["cost"] < 0.95 * row_of["amount"]
            for row in q.record.base.tables["nations"]
            for row_of in q.record.base.instance.rows("budgets")
            if row_of["payer"] == row["nation"]
        ),
        "industry binds and not money": rows["half the money"].more
        < rows["industry does not expand (no act like ASAP)"].more,
    }


def army(q: Quotes) -> Found:
    paper = q.facts.seed("SF43").value
    sustained = q.rows["sustained without an end date"]
    front = q.lines["front.ground_presence"][1]
    extra = {
        **land(q), "gaps": 6, "of paper": q.people / paper, "sustained": sustained.people, "sustained of paper": sustained.people / paper,
        "brigades": front / BATTALIONS, "all usable": q.rows["everything is usable"].supplied("front.ground_presence") / BATTALIONS,
    }  # fmt: skip
    return extra, {
        "all the tanks": q.share("front.tanks") >= 0.999,
        "vehicles and guns alike": abs(q.share("front.fighting_vehicles") - q.share("front.artillery")) < 0.02,
        "submarines can be hunted and a carrier sails": q.share("seas.submarine_hunting") >= 0.999
        and q.share("strike.carrier_strike") >= 0.999,
        "coasts and missiles alike": q.share("coasts.coastal_defence") == q.share("strike.cruise_missiles"),
        "headquarters are no bottleneck": same(
            q.rows["headquarters are no bottleneck"].gap, q.record.base.values["gap"]
        ),
        "no satellite": q.lines["sky.launch_detection"][1] == 0,
    }


def rotation(q: Quotes) -> Found:
    rear = [q.lines[f"rear.ground_presence.{tour}"] for tour in range(1, TOURS + 1)]
    mean = sum(pair[1] for pair in rear) / TOURS
    rows, base = q.rows, q.record.base.values
    extra = {
        **land(q), "tours": TOURS, "promises": len(PROMISED), "mandate": MANDATE, "broad": BROAD,
        "move": q.facts.assume("move_a_head").value * 1e6, "mean": mean, "of asked": mean / rear[0][0],
    }  # fmt: skip
    led = sum(q.nations[nation] for nation in PROMISED) / sum(q.nations.values())
    free = rows["nobody minds who moves and when"]
    return extra, {
        "the tours are much alike": max(pair[1] for pair in rear) - min(pair[1] for pair in rear) < 1.5,
        "the United Kingdom and France carry it": led > 0.8,
        "the battle groups are kept in every tour": all(
            q.share(f"forward_presence.ground_presence.{tour}") >= 0.999 for tour in range(1, TOURS + 1)
        ),
        "without the promise the gap is larger": rows["nothing is promised elsewhere"].more > 0,
        "without the promise more go to the rear": all(
            rows["nothing is promised elsewhere"].supplied(f"rear.ground_presence.{tour}") > rear[tour - 1][1]
            for tour in range(1, TOURS + 1)
        ),
        "the same coverage asks less of the hesitant": same(free.gap, base["gap"]) and free.risk < base["risk"],
    }


def reassurance(q: Quotes) -> Found:
    facts, rows, instance = q.facts, q.rows, q.record.base.instance
    hubs = [q.lines[f"hub_{city}.ground_presence"] for city in ("kyiv", "odesa", "lviv")]
    money = facts.seed("SF02").value / 10
    extra = {
        **land(q), "floor": q.record.base.model.willingness_floor, "billion": money / 2, "for": facts.seed("SF02").value * 1e8 / facts.seed("SF03").value,
        "force": sum(pair[0] for pair in hubs), "third": sum(pair[1] for pair in hubs) / sum(pair[0] for pair in hubs),
        "money": 100 * rows["three billion a year, not four"].more,
    }  # fmt: skip
    training = {row["task"] for row in instance.rows("tasks") if row["objective"] == "training"}
    alone = q.record.runs["the United States does not consent"].tables["deployments"]
    core = facts.assume("core_land").value
    return extra, {
        "Kyiv's line is met in full": q.share("hub_kyiv.ground_presence") >= 0.999,
        "Odesa and Lviv keep little more than their core": all(
            core - 0.01 <= q.share(f"hub_{city}.ground_presence") < core + 0.1 for city in ("odesa", "lviv")
        ),
        "one battery, in Kyiv": [
            line for line, pair in q.lines.items() if line.startswith("air_defence_") and pair[1] > 0
        ]
        == ["air_defence_kyiv.air_defence.1", "air_defence_kyiv.air_defence"],
        "one squadron of jets is left": q.lines["western_air_policing.combat_aircraft"][1]
        == facts.unit("combat_squadron", "aircraft").value,
        "without consent only training goes on": {row["task"] for row in alone} <= training,
        "a seat for Türkiye closes more than a backstop": rows["Türkiye has a seat in all consultations"].less
        > rows["the United States backs the force"].less,
    }


STATEMENTS: dict[str, Callable[[Quotes], Found]] = {
    "ammunition-2025": ammunition, "demilitarised-zone-12": zone, "demilitarised-zone-96": zone,
    "deterrence-force": deterrence, "european-army-2035": army_2035, "european-army": army, "jef-plus-france": jef,
    "reassurance-force": reassurance, "reassurance-rotation": rotation, "safe-seas": seas, "sky-shield": shield,
    "training-mission": training, "us-drawdown": drawdown,
}  # fmt: skip
