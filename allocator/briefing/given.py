"""Explanations of a plan that was solved already: nothing is solved a second time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from allocator.exact import exact
from allocator.explaining.bench import Bench, Outcome
from allocator.explaining.core import Core
from allocator.outcome import Bounds
from allocator.plan.measures import statement
from allocator.plan.plan import Plan
from allocator.problem import Problem
from allocator.purchases import decided


class GivenCore(Core):
    """The state of an explanation whose plan in hand is a given plan; its targets are the lines that are short."""

    def __init__(self, plan: Plan, bench: Bench, progress: Callable[[str], None]) -> None:
        super().__init__(plan.instance, plan.model, bench, progress=progress)
        self.given = plan
        self.__dict__["base"] = outcome(plan)

    @cached_property
    def targets(self) -> list[str]:
        """The lines that are short, the heaviest first."""
        lines = [line for line in statement(self.given) if line["missed"] > 0]
        lines.sort(key=lambda line: -line["missed"] * line["priority"])
        return list(dict.fromkeys(f"{line['task']}.{line['capability']}" for line in lines))


def outcome(plan: Plan) -> Outcome:
    """A plan as the outcome of a solve."""
    problem = Problem(plan.instance, plan.model)
    bounds = {
        row["objective"]: Bounds(row["objective"], row["value"] - row["given_up"], row["bound"])
        for row in plan.rows("objectives")
        if row["bound"] is not None
    }
    values = {row["objective"]: exact(row["value"]) for row in plan.rows("objectives")}
    seconds = plan.manifest["times"]["total"]
    return Outcome(plan.status, decided(plan.rows), values, bounds, problem, plan.reason, seconds)
