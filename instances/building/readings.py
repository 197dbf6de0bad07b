"""Ten readings of the sources: what each does to the answer of an instance, beside the reading that it took the place of.

`--readings` solves today's instances once under each reading of before, and keeps the deployments; the table of EFFECTS.md
is worked out from them without a solve. The figures of now are those of the recorded answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from building.european_army_2035 import YEARS
from building.facts import Facts
from building.forces import BATTALIONS
from building.nations import GARRISONS
from building.quotes import lines
from building.reassurance_rotation import ELECTION, MANDATE, MANDATED
from building.recorded import BASE, FOLDER, Recorded, Run, again, found, import_allocator, load
from building.scenario import WhatIf
from building.writing import HERE

RECORD = FOLDER / "EFFECTS.json"
GAP, SECONDS = 5e-3, 600.0
SILENT = ("model.willingness_floor=0.25",)
LENT = ("events.nato_consensus=true", *SILENT)
ORBIT = tuple(f"yields[unit_type={kind}].amount=1" for kind in ("early_warning_aircraft", "surveillance_drone"))

Changes = tuple[str, ...] | Callable[[Facts, Any], tuple[str, ...]]


@dataclass(frozen=True)
class Reading:
    """A figure of an instance under an earlier reading, and as it is now.

    ``beside`` is the row of the instance's page that is today's figure, blank for its answer; ``figure`` measures a run,
    and ``now`` does where today's figure is another one, of the instance ``elsewhere``.
    """

    row: int
    before: str
    today: str
    instance: str
    what: str
    changes: Changes
    figure: Callable[[Run], str]
    beside: str = BASE
    elsewhere: str = ""
    now: Callable[[Run], str] | None = None


def supplied(line: str, unit: str) -> Callable[[Run], str]:
    return lambda run: f"{lines(run)[line][1]:,.0f} {unit}"


def brigades(line: str, each: float) -> Callable[[Run], str]:
    def said(run: Run) -> str:
        asked, sent = (value / each for value in lines(run)[line])
        return f"{sent:.0f} of {asked:.0f} brigades"

    return said


def places(*tasks: str) -> Callable[[Run], str]:
    """The share of a line that is met in each of several places, in percent."""

    def said(run: Run) -> str:
        pairs = [lines(run)[f"{task}.ground_presence"] for task in tasks]
        return ", ".join(f"{100 * sent / asked:.0f} %" for asked, sent in pairs)

    return said


def unmet(run: Run) -> str:
    return f"{100 * run.values['gap']:.1f} %"


def ceilings(run: Run) -> str:
    return f"{sum(row['troop_ceiling'] or 0 for row in run.instance.rows('nations')):,.0f} people"


def members(run: Run) -> str:
    return f"{sum(bool(row['member']) for row in run.tables['nations'])} members"


def on_land(run: Run) -> str:
    tasks = {row["task"] for row in run.instance.rows("tasks") if row["objective"] == "peace_on_land"}
    return f"{sum(row['personnel'] for row in run.tables['deployments'] if row['task'] in tasks):,.0f} people"


def in_uniform(facts: Facts, instance: Any) -> tuple[str, ...]:
    """The sustainable share of all people in uniform, less those abroad."""
    found = []
    for row in instance.rows("nations"):
        nation = row["nation"]
        abroad = facts.nations.get((nation, "personnel_deployed_abroad"))
        people = facts.ratio("PR007").value * facts.nations[nation, "active_personnel"].value
        left = people - (0 if nation in GARRISONS or not abroad else abroad.value)
        found.append(f"nations[nation={nation}].troop_ceiling={round(max(0.0, left))}")
    return tuple(found)


def silence(value: float) -> Callable[[Facts, Any], tuple[str, ...]]:
    """The stance of everybody who has said nothing."""
    return lambda _, instance: tuple(
        f"willingness[nation={row['nation']},objective={row['objective']}].willingness={value:g}"
        for row in instance.rows("willingness")
        if "nothing said" in (row.get("note") or "")
    )


def still(facts: Facts, _: Any) -> tuple[str, ...]:
    """Nothing changes with time: stances, who is ready, the least that is sent, moves and who joins whom."""
    land = ",objective=peace_on_land,first_period="
    stance = facts.assume("stance_yes_conditional").value
    return (
        *(f"willingness[nation={nation}{land}{MANDATE + 1}].willingness={stance:g}" for nation in MANDATED),
        f"willingness[nation=FRA{land}{ELECTION}].willingness={stance:g}",
        "forces.min_units=1", "forces.first_period=1", "requirements.max_gap=1", "unit_types.rotation_cost=0",
        "conditions[requires=coalition_size].value=1",
    )  # fmt: skip


def air_and_sea_alone(_: Facts, __: Any) -> tuple[str, ...]:
    """No consent of the United States: the contingents of two nations at sea and in the air alone depend on it."""
    return tuple(
        f"conditions[nation={nation},objective={objective},value=us_consent].value=un_mandate"
        for nation in ("GBR", "FRA")
        for objective in ("safe_skies", "safe_seas")
    )


HUBS = "hub_kyiv", "hub_odesa", "hub_lviv"
SHARE = "the share is one of the land forces; others in uniform do not count for land"
READINGS = (
    Reading(1, "one aircraft keeps an orbit", "three usable ones, of six, do", "sky-shield", "jets over the west", ORBIT,
            supplied("shield_west.combat_aircraft", "jets")),
    Reading(1, "the same", "the same", "sky-shield", "the same if everybody takes part who has not said no",
            (*SILENT, *ORBIT), supplied("shield_west.combat_aircraft", "jets"),
            beside="everybody takes part who has not said no"),
    Reading(2, "everything that a nation holds is ready", "the availability of its kind is", "european-army",
            "unmet share", ("forces.availability=1",), unmet),
    Reading(3, "the fifty brigades are existing ones, all ready", "they are new and have to be built (PR031)",
            "european-army", "brigades that stand; now: built by 2035 in `european-army-2035`", ("forces.availability=1",),
            brigades("front.ground_presence", BATTALIONS), elsewhere="european-army-2035",
            now=brigades(f"front.new_brigades.{YEARS}", 1)),
    Reading(4, "8 % of all people in uniform can be kept out", SHARE, "jef-plus-france", "sum of the ceilings",
            in_uniform, ceilings),
    Reading(4, "the same", "the same", "jef-plus-france", "unmet share", in_uniform, unmet),
    Reading(4, "the same", "the same", "deterrence-force", "sum of the ceilings", in_uniform, ceilings),
    Reading(4, "the same", "the same", "deterrence-force", "unmet share", in_uniform, unmet),
    Reading(5, "a reprinted report makes Australia a conditional yes", "what its government said: open",
            "reassurance-force", "unmet share", lambda facts, _: (
                f"willingness[nation=AUS].willingness={facts.assume('stance_yes_conditional').value:g}",), unmet),
    Reading(6, "each battalion counts alike, and so does each place", "a core counts more, and Kyiv counts more",
            "jef-plus-france", "met in Kyiv, Odesa and Lviv", ("requirements.core_share=0", "requirements.priority=1"),
            places(*HUBS)),
    Reading(7, "without the consent of the United States the British and French stay away from air and sea",
            "no contingent goes", "reassurance-force", "people on land without that consent", air_and_sea_alone, on_land,
            beside="the United States does not consent"),
    Reading(8, "whoever says nothing is at 0.6", "at 0.25, everywhere", "reassurance-force", "unmet share", silence(0.6),
            unmet),
    Reading(8, "whoever says nothing is at 0", "the same", "reassurance-force", "unmet share", silence(0), unmet),
    Reading(8, "whoever says nothing is at 0.6", "the same", "demilitarised-zone-12", "unmet share", silence(0.6), unmet),
    Reading(9, "one period: nothing changes from tour to tour",
            "four tours: stances end, camps stand later, moves cost, a battalion is the least, some join a broad force only",
            "reassurance-rotation", "unmet share", still, unmet),
    Reading(10, "a fleet that nations own together is a member", "it takes part and is not counted", "sky-shield",
            "members if it is lent and everybody takes part who has not said no", (*LENT, "nations.collective=false"),
            members, beside="both"),
)  # fmt: skip


def record_readings(facts: Facts) -> None:
    """Solve today's instances under each reading of before; keep what was found."""
    import_allocator()
    import allocator

    kept: dict[str, Any] = {}
    for reading in READINGS:
        instance = allocator.read(HERE / reading.instance)
        changes = overrides(reading, facts, instance)
        if key(reading, changes) not in kept:
            plan = allocator.solve(instance, overrides=changes, gap=GAP, time_limit=SECONDS)
            kept[key(reading, changes)] = found(WhatIf(reading.before, overrides=changes), plan)
    text = ",\n".join(f"{json.dumps(name)}: {json.dumps(run, ensure_ascii=False)}" for name, run in kept.items())
    RECORD.write_text(f"{{\n{text}\n}}\n", encoding="utf-8")


def overrides(reading: Reading, facts: Facts, instance: Any) -> tuple[str, ...]:
    return reading.changes(facts, instance) if callable(reading.changes) else reading.changes


def key(reading: Reading, changes: tuple[str, ...]) -> str:
    return f"{reading.instance}: {' '.join(changes)}"


@cache
def known(name: str) -> Recorded:
    return load(name)


def readings_text(facts: Facts) -> str:
    """The table: the figure under the reading of before, and now."""
    rows = ["| row | read before | read now | instance | figure | before | now |",
            "| ---: | --- | --- | --- | --- | ---: | ---: |"]  # fmt: skip
    for reading, then, now in measured(facts):
        cells = (reading.before, reading.today, f"`{reading.instance}`", reading.what, *figures(reading, then, now))
        rows.append(f"| {reading.row} | {' | '.join(cells)} |")
    return "\n".join(rows)


def figures(reading: Reading, then: Run, now: Run) -> tuple[str, str]:
    return reading.figure(then), (reading.now or reading.figure)(now)


def measured(facts: Facts) -> list[tuple[Reading, Run, Run]]:
    """Each reading with the run of before and that of now.

    Raises
    ------
    ValueError
        A run of before is not proved or breaks a rule, or there is none for a reading: record them again.
    """
    kept = json.loads(RECORD.read_text(encoding="utf-8"))
    out = []
    for reading in READINGS:
        today = known(reading.instance)
        name = key(reading, overrides(reading, facts, today.base.instance))
        if name not in kept:
            raise ValueError(f"{name}: not recorded; run `python instances/build.py --readings`")
        run = again(today.base.instance, kept[name])
        if run.status != "optimal" or run.broken:
            raise ValueError(f"{name}: {run.status}, breaks {run.broken}")
        there = known(reading.elsewhere or reading.instance).runs[reading.beside]
        out.append((reading, run, there))
    return out
