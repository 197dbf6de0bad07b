"""A scenario: what is asked, of whom and of which kinds of units; the rest comes from the facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from building.capabilities import capability_rows, yield_rows
from building.facts import ARTICLE, ASSUMPTION, Fact, Facts, Row
from building.forces import CATALOGUE, pool_rows, unit_type_rows
from building.nations import contributors, group_rows, nation_rows
from building.politics import asked_rows, caveat_rows, condition_rows, willingness_rows
from building.writing import Built, built, settings

OBJECTIVE_NAMES = {
    "safe_skies": "Safe skies", "safe_seas": "Safe seas", "peace_on_land": "Peace on land",
    "training": "A strong Ukrainian military", "allied_flank": "The allied flank",
}  # fmt: skip


CORES = {"ground_presence": "land", "air_defence": "air_defence"}  # capability -> assumptions that hold its core


@dataclass(frozen=True)
class Task:
    """A task; ``share`` is the assumption that holds its framework share."""

    key: str
    objective: str
    name: str
    area: str
    latitude: float
    longitude: float
    share: str = ""


@dataclass(frozen=True)
class Need:
    """A line of the statement of requirements; ``priority`` is the assumption that holds it.

    Some of a line of a capability in ``CORES`` counts for more, so that no place is left with nothing.
    """

    task: str
    capability: str
    quantity: Fact
    priority: str = ""
    note: str = ""
    when: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class WhatIf:
    """A run that the README lays beside the answer; blank is the model of the instance."""

    label: str
    model: str = ""
    overrides: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """One bundled instance.

    ``willing`` names the assumption that every nation would take part at, where the question is what they could
    do; blank: their positions. ``readiness`` is the share of the land forces that can be out; without
    ``land_ceiling`` some of the others in uniform may be out beside them; without ``ceilings`` nobody counts people.
    ``seconds`` is what each of its solves may take. ``model`` is the model that the question is
    for, where it is not the reference. ``bars`` are warships and the task in the Black Sea that they may not sail to.
    ``owners`` say whose holdings count as a kind; ``leaders`` are framework nations beside those of the plan;
    ``stances`` changes those that come from the positions, for an instance with periods; ``extra`` rows follow those that come from the facts, and ``adjust`` changes what is
    particular to this instance.
    """

    name: str
    title: str
    description: str
    kinds: tuple[str, ...]
    tasks: tuple[Task, ...]
    needs: tuple[Need, ...]
    events: Mapping[str, bool]
    nations: tuple[str, ...] = ()
    willing: str = ""
    stances: Callable[[list[Row], Facts], list[Row]] | None = None
    readiness: str = "PR007"
    land_ceiling: bool = True
    model: str = ""
    needs_peace: bool = True
    owners: Mapping[str, Callable[[str], bool]] = field(default_factory=dict)
    leaders: Mapping[str, str] = field(default_factory=dict)
    bars: Mapping[str, str] = field(default_factory=dict)
    budgets: tuple[Row, ...] = ()
    extra: Mapping[str, list[Row]] = field(default_factory=dict)
    ceilings: bool = True
    start: str = "2025-07"
    months: int = 6
    periods: int = 1
    indefinite: bool = True
    what_ifs: tuple[WhatIf, ...] = ()
    what_if_gap: float = 1e-4
    seconds: float = 60.0
    adjust: Callable[[dict[str, list[Row]], Facts], None] | None = None
    task_note: str = "where the article's cities, ports and seas lie; approximate"

    def build(self, facts: Facts) -> Built:
        nations = list(self.nations) or contributors(facts)
        kinds = [CATALOGUE[kind] for kind in self.kinds]
        objectives = list(dict.fromkeys(task.objective for task in self.tasks))
        pools = pool_rows(facts, nations, kinds, self.owners)
        asked = {need.capability for need in self.needs}
        asked |= {str(row["capability"]) for row in self.extra.get("yields", [])}
        yields = [*yield_rows(facts, self.kinds, asked), *self.extra.get("yields", [])]
        used = asked | {str(row["capability"]) for row in yields}
        if self.willing:
            willingness, conditions = asked_rows(facts, nations, objectives, self.willing, peace=self.needs_peace)
        else:
            willingness = [row for row in willingness_rows(facts, nations) if row["objective"] in objectives]
            conditions = [row for row in condition_rows(facts, nations) if row["objective"] in objectives]
        if self.stances:
            willingness = self.stances(willingness, facts)
        never = {str(row["nation"]) for row in willingness} - {
            str(row["nation"])
            for row in willingness
            if isinstance(row["willingness"], Fact) and row["willingness"].most
        }
        pools = [pool for pool in pools if pool["nation"] not in never]
        caveats = [] if self.willing else caveat_rows(facts, pools, self.bars)
        people = nation_rows(facts, nations, self.leaders, self.readiness, land=self.land_ceiling)
        if not self.ceilings:
            people = [{**row, "troop_ceiling": ""} for row in people]
        tables: dict[str, list[Row]] = {
            "nations": people,
            "groups": group_rows(facts, nations),
            "unit_types": unit_type_rows(facts, kinds),
            "capabilities": capability_rows(used),
            "yields": yields,
            "objectives": [self._objective(facts, objective) for objective in objectives],
            "tasks": [self._task(facts, task) for task in self.tasks],
            "requirements": [self._need(facts, need) for need in self.needs],
            "forces": pools,
            "willingness": willingness,
            "caveats": caveats,
            "conditions": conditions,
            "budgets": list(self.budgets),
        }
        for table, rows in self.extra.items():
            if table != "yields":
                tables[table] = [*tables.get(table, []), *rows]
        if self.adjust:
            self.adjust(tables, facts)
        text = settings(
            self.name, self.title, self.description, self.events, start=self.start, months=self.months, periods=self.periods,
            indefinite=self.indefinite, model=self.model,
        )  # fmt: skip
        return built(self.name, text, {table: rows for table, rows in tables.items() if rows})

    @staticmethod
    def _objective(facts: Facts, objective: str) -> Row:
        priority = facts.assume(f"priority_{objective}")
        name = OBJECTIVE_NAMES[objective]
        return {"objective": objective, "name": name, "priority": priority, "source": ARTICLE, "note": "SF21"}

    def _task(self, facts: Facts, task: Task) -> Row:
        return {
            "task": task.key, "objective": task.objective, "name": task.name, "area": task.area,
            "latitude": str(task.latitude), "longitude": str(task.longitude),
            "framework_share": facts.assume(task.share) if task.share else "",
            "source": ASSUMPTION, "note": self.task_note,
        }  # fmt: skip

    @staticmethod
    def _need(facts: Facts, need: Need) -> Row:
        row: Row = {
            "task": need.task, "capability": need.capability, "quantity": need.quantity,
            "priority": facts.assume(need.priority) if need.priority else "", "source": need.quantity.source,
            "note": need.note, **need.when,
        }  # fmt: skip
        if need.capability in CORES:
            core = CORES[need.capability]
            row |= {"core_share": facts.assume(f"core_{core}"), "core_weight": facts.assume(f"core_weight_{core}")}
        return row
