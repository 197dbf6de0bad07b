"""A plan read once for all sections of a page: names instead of codes, lines, people, and money a year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from allocator.briefing.findings import Findings
from allocator.explaining.ability import Ability
from allocator.plan.measures import coverage_by_period, coverage_of, members, statement
from allocator.plan.plan import Plan
from allocator.problem import Problem
from allocator.report.html.words import breakable
from allocator.report.text.periods import month


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row whose words can break at the end of a line."""
    return {key: breakable(value) if isinstance(value, str) else value for key, value in row.items()}


class Reading:
    """A plan, what further solves found of it, and what several sections need.

    Attributes
    ----------
    names : mapping
        Table -> code -> name.
    several : bool
        Whether the horizon has more than one period.
    """

    def __init__(self, plan: Plan, findings: Findings) -> None:
        self.plan, self.findings = plan, findings
        self.instance, self.model = plan.instance, plan.model
        rows = plan.instance.rows
        self.names: Mapping[str, Mapping[str, str]] = {
            table: {row[key]: breakable(row["name"]) for row in rows(table)}
            for table, key in (
                ("nations", "nation"), ("unit_types", "unit_type"), ("capabilities", "capability"),
                ("objectives", "objective"), ("tasks", "task"),
            )
        }  # fmt: skip
        self.tasks = {row["task"]: _named(row) for row in rows("tasks")}
        self.capabilities = {row["capability"]: _named(row) for row in rows("capabilities")}
        self.kinds = {row["unit_type"]: row for row in rows("unit_types")}
        self.several = plan.instance.periods > 1
        self.years = plan.instance.periods * plan.instance.months_per_period / 12

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """Requirements with a quantity, averaged over their periods, the heaviest miss first."""
        found = statement(self.plan) if self.plan.found else []
        return sorted(found, key=lambda line: -line["missed"] * line["priority"])

    @cached_property
    def short(self) -> list[dict[str, Any]]:
        """The lines that are not met in full."""
        return [line for line in self.lines if line["missed"] > 0]

    @cached_property
    def covered(self) -> dict[str, float]:
        """Objective -> share of its requirements that is met."""
        return coverage_of(self.lines)

    @cached_property
    def by_period(self) -> dict[str, dict[int, float]]:
        """Objective -> period -> the same in a period."""
        return coverage_by_period(self.lines)

    @cached_property
    def members(self) -> list[dict[str, Any]]:
        """The nations that take part, the largest first."""
        return sorted(members(self.plan), key=lambda row: (-row["personnel"], row["nation"]))

    @cached_property
    def senders(self) -> list[dict[str, Any]]:
        """Nations and fleets with people or costs, nations first, the largest first."""
        rows = [row for row in self.plan.rows("nations") if row["personnel"] or row["cost"] > 0]
        return sorted(rows, key=lambda row: (row["member"] is None, -row["personnel"], -row["cost"], row["nation"]))

    @cached_property
    def people_by_period(self) -> dict[str, dict[int, int]]:
        """Nation -> period -> people deployed."""
        found: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for row in self.plan.rows("deployments"):
            found[row["nation"]][row["period"]] += row["personnel"]
        return found

    @cached_property
    def people(self) -> int:
        """Most people deployed at once."""
        sums: dict[int, int] = defaultdict(int)
        for by_period in self.people_by_period.values():
            for t, people in by_period.items():
                sums[t] += people
        return max(sums.values(), default=0)

    @cached_property
    def nations(self) -> int:
        """Nations of the instance; a fleet of several is none."""
        return sum(not row["collective"] for row in self.instance.rows("nations"))

    @cached_property
    def problem(self) -> Problem:
        """The instance read through the model."""
        return Problem(self.instance, self.model)

    @cached_property
    def ability(self) -> Ability:
        """Who could deploy anything, and what forbids it."""
        return Ability(self.problem)

    def nation(self, code: str) -> str:
        """The name of a nation."""
        return self.names["nations"][code]

    def month(self, period: int) -> str:
        """The first month of a period."""
        return month(self.instance, period)

    def when(self, period: int) -> str:
        """A period in a heading of a table: its year where a period is a year, else its first month."""
        first = self.month(period)
        return first[:4] if self.instance.months_per_period == 12 and first.endswith("-01") else first

    def yearly(self, millions: float) -> float:
        """A sum over the horizon as an amount a year."""
        return millions / self.years
