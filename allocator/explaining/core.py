"""What all questions of an explanation share: the instance, the plan in hand, least unmet shares, and the time."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from allocator.errors import BadUsage
from allocator.explaining.ability import Ability
from allocator.explaining.bench import Aim, Bench, Outcome
from allocator.explaining.statements import WILLING, Statement, lift
from allocator.explaining.words import InWords
from allocator.instance import Instance
from allocator.instance.cells import near
from allocator.instance.read import record_rows
from allocator.model import Model
from allocator.plan.values import Deployed, Supplies, supplies, unmet
from allocator.problem import Problem
from allocator.statement import Row, weighed

SAME = 1e-6
"""Relative difference, at least of 1, within which two values are the same."""

SHARES = ("gap", "worst_period")
"""Objectives that are shares: least values of them are proved to :data:`SAME`, whatever gap is asked."""

BASE = 0.6
"""Part of the time left that the plan in hand may take."""

LEFT_OUT = (WILLING, "commitments")
"""Tables of which a coalition leaves out the rows of other nations."""

TINY = 30
"""Deployments up to which a plan in hand takes no time."""

SMALL = 80
"""Deployments up to which every value is proved to :data:`SAME`."""


LIFTED = 64
"""Instances with statements lifted that are kept: several targets are asked of each."""


@dataclass
class Part:
    """The answer to a question, as far as it goes.

    Attributes
    ----------
    lists : dict
        Name -> list of rows, or another value of the answer, as in the contract.
    text : list of str
        Sentences for a reader, the first one first.
    open : list of str
        What time, the number asked for, or an interruption leaves open.
    plan : Outcome or None
        A plan that takes the place of the plan in hand in the answer.
    """

    lists: dict[str, Any] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    plan: Outcome | None = None

    @property
    def complete(self) -> bool:
        """Whether nothing is left open."""
        return not self.open


@dataclass(frozen=True)
class Reached:
    """A least value with its proved bound; both None if there is no plan (proved) or nothing is known.

    ``infeasible`` is True only if it is proved that there is no plan.
    """

    value: float | None
    bound: float | None
    infeasible: bool = False
    plan: Deployed | None = None

    @property
    def settled(self) -> bool:
        """Whether value and bound meet, or it is proved that there is no plan."""
        if self.infeasible:
            return True
        return self.value is not None and self.bound is not None and same(self.value, self.bound)


def same(one: float, other: float) -> bool:
    """Whether two values do not differ as explanations count it."""
    return abs(one - other) <= SAME * max(1.0, abs(one))


class Core:
    """The shared state of an explanation.

    Parameters
    ----------
    instance, model : Instance, Model
        What is explained, with all overrides.
    bench : Bench
        Solves it.
    most : int
        Conflicts, repairs, coalitions and rungs that are listed at the most.
    within : float
        How much worse an objective may be in a plan that is as good.
    progress : callable
        Called with a line on what is being done.
    """

    def __init__(
        self,
        instance: Instance,
        model: Model,
        bench: Bench,
        *,
        most: int = 10,
        within: float = 0.0,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.instance, self.model, self.bench = instance, model, bench
        self.most, self.within, self.progress = most, within, progress
        self._least: dict[str, dict[frozenset[str], Reached]] = {}
        self._first: dict[frozenset[str], Reached] = {}
        self._counted: tuple[Any, dict[str, list[tuple[Row, Fraction]]]] = None, {}
        self._supply: tuple[Any, Any, Supplies] = None, None, {}
        self._lifted: dict[frozenset[str], tuple[Instance, Model]] = {}

    @cached_property
    def base(self) -> Outcome:
        """The lexicographic solve of the instance under the model: the plan in hand.

        With a deadline it takes a part of the time: the question itself needs the rest.
        """
        deadline = self.bench.deadline
        limit = None if deadline is None else BASE * (deadline - time.monotonic())
        return self.bench.run(self.instance, self.model, limit=limit, resident=True)

    @property
    def settled_infeasible(self) -> bool:
        """Whether the instance is known to have no plan, without a solve."""
        return "base" in self.__dict__ and self.base.infeasible

    @property
    def plan(self) -> Deployed:
        """The deployments of the plan in hand; only where there is one."""
        assert self.base.deployed is not None
        return self.base.deployed

    @cached_property
    def names(self) -> InWords:
        """The names behind the codes of the instance, for sentences."""
        return InWords(self.instance)

    # ---- targets ---------------------------------------------------------------------------------------------

    @cached_property
    def targets(self) -> list[str]:
        """``gap``, every objective and every line with a quantity above 0, in the order of the tables."""
        rows = [row for row in self.instance.rows("requirements") if row["quantity"] > 0]
        objective_of = {row["task"]: row["objective"] for row in self.instance.rows("tasks")}
        asked = {objective_of[row["task"]] for row in rows}
        objectives = [o["objective"] for o in self.instance.rows("objectives") if o["objective"] in asked]
        lines = dict.fromkeys(f"{row['task']}.{row['capability']}" for row in rows)
        return ["gap", *objectives, *lines]

    def check_target(self, target: str) -> None:
        """Refuse a target that the instance does not have."""
        if target not in self.targets:
            raise BadUsage(
                f"no target {target!r}; expected gap, an objective or TASK.CAPABILITY{near(target, self.targets)}"
            )

    def unmet(self, problem: Problem, target: str, deployed: Deployed) -> Fraction:
        """The unmet share of a target in a plan, exactly."""
        return unmet(problem, deployed, self._weighed(problem, target), self._supplied(problem, deployed))

    def _weighed(self, problem: Problem, target: str) -> list[tuple[Row, Fraction]]:
        """What a target counts, worked out once as long as problems have the same rows."""
        rows, known = self._counted
        if rows is not problem.rows:
            self._counted = rows, known = problem.rows, {}
        if target not in known:
            known[target] = weighed(_aimed(problem, target))
        return known[target]

    def _supplied(self, problem: Problem, deployed: Deployed) -> Supplies:
        """What a plan supplies, worked out once for all targets that are asked of it in a row."""
        grains, plan, supplied = self._supply
        if grains is not problem.grains or plan is not deployed:
            supplied = supplies(problem, deployed)
            self._supply = problem.grains, deployed, supplied
        return supplied

    def aim(self, target: str) -> Aim:
        """Minimise the unmet share of a target."""
        from allocator.families.objectives import unmet_terms

        name = "unmet_" + "".join(letter if letter.isalnum() else "_" for letter in target)
        return Aim(
            name,
            lambda m, problem: unmet_terms(m, self._weighed(problem, target)),
            lambda problem, deployed: self.unmet(problem, target, deployed),
            plain=True,
        )

    def lifted(self, lifted: Collection[Statement]) -> tuple[Instance, Model]:
        """The instance and the model without some statements; the same object as long as it is asked for."""
        key = frozenset(statement.id for statement in lifted)
        if not key:
            return self.instance, self.model
        found = self._lifted.pop(key, None) or lift(self.instance, self.model, lifted)
        self._lifted[key] = found
        if len(self._lifted) > LIFTED:
            del self._lifted[next(iter(self._lifted))]
        return found

    # ---- least values ----------------------------------------------------------------------------------------

    def least(self, target: str, lifted: Collection[Statement] = (), limit: float | None = None) -> Reached:
        """The smallest unmet share of a target when all constraints hold but some statements are lifted.

        What is lifted only adds plans: a bound with more lifted holds with less, and a plan with less stays one.
        """
        key = frozenset(statement.id for statement in lifted)
        known = self._least.setdefault(target, {})
        if key not in known:
            aim = self.aim(target)
            instance, model = self.lifted(lifted)
            start: list[Deployed] = [self.base.deployed] if self.base.deployed is not None else []
            below = [r for ids, r in known.items() if ids <= key and r.plan is not None]
            least = min(below, key=lambda r: r.value or 0.0, default=None)
            if least is not None and least.plan is not None and least.plan not in start:
                start.append(least.plan)
            floor = max((r.bound for ids, r in known.items() if key <= ids and r.bound is not None), default=0.0)
            upper = min((float(self.unmet(self.problem, target, plan)) for plan in start), default=1.0)
            outcome = self.bench.run(
                instance, model, [aim], plans=start, floors=[floor],
                gap=self.closeness("gap", upper), limit=self.bench.patience if limit is None else limit,
                resident=limit is None,  # other targets follow
            )  # fmt: skip
            found = reached(outcome, aim.name)
            if not found.settled and (limit is not None or self.bench.over):
                return found  # a later call may have more time
            known[key] = found
        return known[key]

    def first(self, lifted: Collection[Statement] = ()) -> Reached:
        """V: the optimum of the model's first objective, with some statements lifted."""
        key = frozenset(statement.id for statement in lifted)
        if key not in self._first:
            instance, model = self.lifted(lifted)
            start = [self.base.deployed] if self.base.deployed is not None else []
            found = self.first_of(instance, model, plans=start)
            if self.bench.over and not found.settled:
                return found
            self._first[key] = found
        return self._first[key]

    def first_of(self, instance: Instance, model: Model, **more: Any) -> Reached:
        """The optimum of a model's first objective for an instance."""
        name = model.objectives[0]
        given = {"gap": self.closeness(name), "limit": self.bench.patience} | more
        return reached(self.bench.run(instance, model, [name], **given), name)

    def closeness(self, objective: str, upper: float = 1.0) -> float | None:
        """The relative gap to which an objective is proved; None for the one that the user asked for.

        Explanations compare values, so that shares (at most ``upper``) and small programmes are proved as closely as
        values are compared.
        """
        asked: float = self.bench.options["gap"]
        if objective in SHARES:
            return min(asked, SAME / max(upper, SAME))
        return min(asked, SAME) if self.small else None

    @cached_property
    def small(self) -> bool:
        """Whether every value can be proved closely."""
        return sum(map(len, self.problem.cap.values())) <= SMALL

    @property
    def tiny(self) -> bool:
        """Whether the plan in hand takes no time."""
        return sum(map(len, self.problem.cap.values())) <= TINY

    @cached_property
    def problem(self) -> Problem:
        """The instance read through the model."""
        known = self.__dict__.get("base")
        return (known and known.problem) or self.bench.read(self.instance, self.model)

    @cached_property
    def ability(self) -> Ability:
        """Who could deploy anything, and what forbids it."""
        return Ability(self.problem)

    # ---- where statements stand ------------------------------------------------------------------------------

    def row_at(self, statement: Statement) -> int | None:
        """The row of a statement as the user's editor counts it."""
        if statement.row is None:
            return None
        known = self._places(statement.table)
        return statement.row if known is None else known.get(statement.row)

    def _places(self, table: str) -> Mapping[int, int] | None:
        if table not in self._where:
            self._where[table] = places(self.instance, table)
        return self._where[table]

    @cached_property
    def _where(self) -> dict[str, Mapping[int, int] | None]:
        return {}

    def statement(self, statement: Statement) -> dict[str, Any]:
        """A statement as a row of an answer."""
        return statement.to_dict(self.row_at(statement))


def places(instance: Instance, table: str) -> Mapping[int, int] | None:
    """Number of a record -> its row in the file or sheet that the instance was read from; None if that is unknown.

    Records that an override added come last and have no row; those that a coalition leaves out are not counted.
    """
    if instance.path is None:
        return None
    rows = record_rows(instance.path, table, instance.outside if table in LEFT_OUT else ())
    if len(rows) > len(instance.tables[table]):  # the file has changed
        return None
    return dict(enumerate(rows, start=1))


def _aimed(problem: Problem, target: str) -> list[Row]:
    """The rows that a target counts."""
    task, _, capability = target.partition(".")
    return [
        row
        for row in problem.rows
        if row.weight
        and (
            target == "gap"
            or (not capability and problem.objective_of[row.task] == target)
            or (row.task, row.capability) == (task, capability)
        )
    ]


def reached(outcome: Outcome, name: str) -> Reached:
    """What a solve reached of its first aim."""
    if outcome.infeasible:
        return Reached(None, None, True)
    if outcome.deployed is None or name not in outcome.bounds:
        return Reached(None, None)
    bounds = outcome.bounds[name]
    return Reached(bounds.value, bounds.bound, False, outcome.deployed)
