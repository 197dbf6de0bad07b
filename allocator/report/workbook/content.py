"""The figures of the pages, computed from the tables of a plan: who sends what where, lines, periods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from allocator.plan.measures import bound_to_task, coverage_by_period, coverage_of, statement, worst
from allocator.plan.plan import Plan
from allocator.plan.shortages import shortages
from allocator.report.text.brief_tables import cause_in_words
from allocator.report.text.periods import spans
from allocator.report.workbook.book import names

EVERYWHERE = ""
"""Key of the place of units that supply only what counts for the whole theatre: their task makes no difference."""

TO_ALL = "All tasks alike"
"""Name of that place."""


class Names:
    """Names of an instance for its codes."""

    def __init__(self, plan: Plan) -> None:
        rows = plan.instance.rows
        self.nation = names(rows("nations"), "nation")
        self.kind = names(rows("unit_types"), "unit_type")
        self.task = {**names(rows("tasks"), "task"), EVERYWHERE: TO_ALL}
        self.objective = {**names(rows("objectives"), "objective"), EVERYWHERE: "every objective"}
        self.capability = names(rows("capabilities"), "capability")
        self.unit = {row["capability"]: row["unit"] for row in rows("capabilities")}
        self._plan = plan
        self.objective_of = {**{row["task"]: row["objective"] for row in rows("tasks")}, EVERYWHERE: EVERYWHERE}

    @cached_property
    def causes(self) -> dict[tuple[str, str, int], str]:
        """(task, capability, first period) of a line that is short -> the cause that facts prove, in a few words."""
        return {line: cause_in_words(why, self.capability) for line, why in shortages(self._plan).items()}

    def cause(self, line: Mapping[str, Any]) -> str:
        """The cause of a line of the statement of requirements; empty if it is met, or facts prove none."""
        if line["missed"] <= 0:
            return ""
        return self.causes[line["task"], line["capability"], line["first_period"]]


def places(plan: Plan) -> dict[str, set[str] | None]:
    """Unit type -> None if its task matters, or a set with the one place of units that supply only the theatre."""
    bound, kinds = bound_to_task(plan.instance), plan.instance.rows("unit_types")
    return {row["unit_type"]: None if row["unit_type"] in bound else {EVERYWHERE} for row in kinds}


class Sent:
    """Units, people and cost of the deployments, by nation, place and unit type.

    ``units`` and ``people`` map (nation, place, unit type) -> period -> figure, ``cost`` to millions over the horizon.
    """

    def __init__(self, plan: Plan) -> None:
        alike = places(plan)
        self.units: dict[tuple[str, str, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self.people: dict[tuple[str, str, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self.cost: dict[tuple[str, str, str], float] = defaultdict(float)
        for row in plan.rows("deployments"):
            place = row["task"] if alike[row["unit_type"]] is None else EVERYWHERE
            key = (row["nation"], place, row["unit_type"])
            self.units[key][row["period"]] += row["units"]
            self.people[key][row["period"]] += row["personnel"]
            self.cost[key] += row["cost"]

    def most(self, nation: str | None = None, place: str | None = None) -> int:
        """The most people at once of a nation (None: all) at a place (None: all)."""
        total: dict[int, int] = defaultdict(int)
        for (n, j, _), people in self.people.items():
            if nation in (None, n) and place in (None, j):
                for t, amount in people.items():
                    total[t] += amount
        return max(total.values(), default=0)

    def by_period(self, nation: str) -> dict[int, int]:
        """Period -> people of a nation."""
        total: dict[int, int] = defaultdict(int)
        for (n, _, _), people in self.people.items():
            for t, amount in people.items() if n == nation else ():
                total[t] += amount
        return total


def coverage_rows(plan: Plan, known: Names) -> list[list[Any]]:
    """Objective, share covered, lines met in full, lines, and most people at once, in the order of the instance."""
    lines, sent = statement(plan), plan.rows("deployments")
    shares = coverage_of(lines)
    rows = []
    for objective, name in known.objective.items():
        if objective not in shares:
            continue
        mine = [line for line in lines if line["objective"] == objective]
        people: dict[int, int] = defaultdict(int)
        for row in sent:
            if known.objective_of[row["task"]] == objective:
                people[row["period"]] += row["personnel"]
        met = sum(line["missed"] == 0 for line in mine)
        rows.append([name, shares[objective], met, len(mine), max(people.values(), default=0)])
    return rows


def least_covered(plan: Plan, known: Names) -> dict[str, list[Any]]:
    """Name of an objective -> the least share that is covered in a period, and in which; blank if all are alike."""
    found: dict[str, list[Any]] = {}
    for objective, shares in coverage_by_period(statement(plan)).items():
        least, when = worst(shares)
        found[known.objective[objective]] = [least, "all alike" if len(when) == len(shares) else spans(when)]
    return found


def line_row(line: dict[str, Any], known: Names, several: bool) -> list[Any]:
    """A requirement: objective, task, capability, unit, periods, asked, there, least, in, missing, shares, priority."""
    least, when = worst(line["supplies"])
    alike = len(when) == len(line["supplies"])
    in_time = [spans(list(line["supplies"]))] if several else []
    at_worst = [least, "" if alike else spans(when)] if several else []
    return [
        known.objective[line["objective"]], known.task[line["task"]], known.capability[line["capability"]],
        known.unit[line["capability"]], *in_time, line["required"], line["supplied"], *at_worst, line["shortfall"],
        1 - line["missed"], line["priority"],
    ]  # fmt: skip
