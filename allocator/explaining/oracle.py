"""Whether there is a plan with some statements in force and all others lifted: proved, or shown by a plan.

Questions are asked of one resident model (``switches.py``). A plan counts once it has passed the exact check, and what
an answer rests on is proved again by :meth:`Oracle.confirm`, which builds the instance anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from allocator.audit import check_deployments
from allocator.errors import AllocatorError
from allocator.exact import exact
from allocator.explaining.aims import FEW_PEOPLE, FIRST
from allocator.explaining.ask_less import worst
from allocator.explaining.bench import Bench, Extend, Holds
from allocator.explaining.statements import Statement, lift
from allocator.explaining.switches import BARE, Switches
from allocator.instance import Instance
from allocator.model import Model
from allocator.plan.values import Deployed
from allocator.problem import Problem
from allocator.purchases import bought
from allocator.stopping import DeadlinePassed, at_once

KEPT = 64
"""Instances with some statements lifted that are kept: they are judged again and again."""

TRIED = 1
"""Known plans that are checked again before a solve."""


class Always(NamedTuple):
    """A condition that is always in force: whether a plan keeps it exactly, and how a Pyomo model says it."""

    holds: Holds
    extend: Extend


class Oracle:
    """Answers whether there is a plan with some statements in force; knows what earlier answers imply.

    Parameters
    ----------
    bench : Bench
        Solves; the deadline and interruptions are its own.
    instance, model : Instance, Model
        With every statement in force.
    statements : sequence of Statement
        All that can be lifted; the others are always in force.
    always : pair, optional
        See :class:`Always`.

    Attributes
    ----------
    none : list of frozenset
        Sets of ids with which it is proved that there is no plan.
    plans : list of (plan, frozenset)
        Plans, each with ids of statements that it keeps together.
    """

    def __init__(
        self,
        bench: Bench,
        instance: Instance,
        model: Model,
        statements: Sequence[Statement],
        always: tuple[Holds, Extend] | None = None,
    ) -> None:
        self.bench, self.instance, self.model = bench, instance, model
        self.statements = list(statements)
        self.always = None if always is None else Always(*always)
        self.none: list[frozenset[str]] = []
        self.plans: list[tuple[Deployed, frozenset[str]]] = []
        self._lifted: dict[frozenset[str], tuple[Instance, Model]] = {}
        self.claimed: set[frozenset[str]] = set()  # without a plan as the resident model says, in one run
        self.single: set[frozenset[str]] = set()  # those of them that only one run says
        self.hard: set[frozenset[str]] = set()  # left open by a brief search
        self.anew = False  # whether each instance is built anew, without the resident model
        self.groups: dict[str, frozenset[str]] = {}
        self.elements: dict[str, list[Statement]] = {}
        for statement in statements:
            ids = self.groups.get(statement.family, frozenset())
            self.groups[statement.family] = ids | {statement.id}
            self.elements.setdefault(statement.element, []).append(statement)

    def lifted(self, force: Collection[str]) -> tuple[Instance, Model]:
        """The instance and the model with some statements in force and all others lifted."""
        key = frozenset(force)
        if key not in self._lifted:
            if len(self._lifted) == KEPT:
                del self._lifted[next(iter(self._lifted))]
            self._lifted[key] = lift(self.instance, self.model, [s for s in self.statements if s.id not in key])
        return self._lifted[key]

    def decide(self, force: Iterable[str], brief: bool = False) -> bool | None:
        """Whether there is a plan with these statements in force; None if that stays open.

        A ``brief`` search leaves hard questions open, where the resident model answers.
        """
        force = frozenset(force)
        if any(bad <= force for bad in self.none):
            return False
        if self.kept(force) is not None:
            return True
        return None if brief and force in self.hard else self._switched(force, brief=brief)

    def closest(self, force: Iterable[str], wanted: Collection[str]) -> bool | None:
        """The same briefly, with a plan that keeps many elements of the wanted statements; looks up no known plan."""
        force = frozenset(force)
        if any(bad <= force for bad in self.none):
            return False
        return self._switched(force, frozenset(wanted) - force, brief=True)

    def confirm(self, force: Iterable[str]) -> bool | None:
        """The same, of the instance built anew, and without a look at what is known.

        Where the resident model has called it infeasible, this is the second run that every such claim needs: one with
        other settings, because presolve can be wrong about both models.
        """
        force = frozenset(force)
        answer = self._solved(force, again=force not in self.claimed)
        if answer and force in self.claimed:
            self.anew = True
            self.none = [bad for bad in self.none if bad not in self.claimed]
        return answer

    def last(self) -> frozenset[str]:
        """The fewest statements that are proved to leave no plan, by two runs if such are known."""
        return min([bad for bad in self.none if bad not in self.single] or self.none, key=len)

    def few(self, force: Iterable[str]) -> frozenset[str] | None:
        """The fewest of some statements that are known to leave no plan."""
        force = frozenset(force)
        return min((bad for bad in self.none if bad <= force), key=len, default=None)

    def weight(self, few: frozenset[str]) -> Mapping[str, float]:
        """How much each of the fewest statements takes part in the proof that they leave no plan, as far as known."""
        switches = self.__dict__.get("switches")
        return {} if switches is None else switches.parts.get(few, {})

    def kept(self, force: frozenset[str]) -> frozenset[str] | None:
        """The most statements that a known plan keeps which keeps these; None if no known plan does."""
        found = [ids for _, ids in self.plans if force <= ids]
        if found:
            return max(found, key=len)
        tried = 0
        for plan, ids in reversed(self.plans):
            broken = {name for name, members in self.groups.items() if force & members - ids}
            if len(broken) == 1 and not broken & {_LINES} and tried < TRIED and not self.bench.over:
                tried += 1
                if self._keeps(plan, force):
                    self.plans.append((plan, force))
                    return force
        return None

    def _keeps(self, plan: Deployed, force: Collection[str]) -> bool:
        instance, model = self.lifted(force)
        if check_deployments(instance, model, plan, bought(plan)):
            return False
        return self.always is None or self.always.holds(Problem(instance, model), plan)

    @cached_property
    def switches(self) -> Switches | None:
        """The resident model; None where it cannot be built."""
        try:
            with at_once(self.bench.deadline):
                extend = None if self.always is None else self.always.extend
                return Switches(self.bench, self.instance, self.model, self.elements, extend)
        except (AllocatorError, DeadlinePassed):  # figures that no solver can keep, or no time left
            return None

    def _switched(self, force: frozenset[str], free: frozenset[str] = frozenset(), brief: bool = False) -> bool | None:
        """An answer of the resident model; of the instance built anew where it has none that passes the check."""
        if self.bench.over:
            return None
        switches = None if self.anew or not self.statements else self.switches
        if switches is None or switches.lost:
            return None if self.bench.over else self._solved(force)
        answer, found = switches.ask(force, free, brief)
        if found is None:
            self.hard |= set() if free else {force}
            return None
        plan, kept = found
        if not answer:
            self.none.append(kept)
            self.claimed.add(kept)
            if kept == force:  # perhaps without a second proof, that of the relaxation
                self.single.add(kept)
            return False
        for ids in dict.fromkeys((kept, force)):
            if self._keeps(plan, ids):
                self.plans.append((plan, ids))
                return True
        return self._solved(force)

    @cached_property
    def bare(self) -> Bench:
        """Solves instances that are built anew, without heuristics: most of them have no plan."""
        options, bench = self.bench.options, self.bench
        bare = Bench(options["gap"], bench.deadline, options["threads"], options["seed"], bench.watch)
        bare.progress, bare.problems = bench.progress, bench.problems
        bare.solver._highs.update(BARE)
        return bare

    def _solved(self, force: frozenset[str], again: bool = True) -> bool | None:
        if self.bench.over:
            return None
        instance, model = self.lifted(force)
        more: dict[str, Any] = {}
        if self.always is not None:
            more = {"extend": self.always.extend, "keeps": self.always.holds}
        try:  # most of these questions are settled before a plan is filled in
            self.bench.solves += 1
            outcome = self.bare.run(instance, model, [FEW_PEOPLE], gap=FIRST, filled=False, again=again, **more)
        except (AllocatorError, DeadlinePassed):  # figures that no solver can keep, or no time left
            return None
        if outcome.deployed is not None:
            assert outcome.problem is not None
            self.plans.append((outcome.deployed, force | self._also(outcome.deployed, outcome.problem, force)))
            return True
        if outcome.infeasible:
            self.none.append(force)
            return False
        return None

    def _also(self, plan: Deployed, problem: Problem, force: frozenset[str]) -> frozenset[str]:
        """Ids of lines and of whole families that a plan keeps besides those in force."""
        lines = [s for s in self.statements if s.family == _LINES]
        missed = worst(problem, plan, lines)
        found = {s.id for s in lines if missed[s.id] <= exact(s.value)}
        rest = {name: ids for name, ids in self.groups.items() if name != _LINES and not ids <= force}
        together = frozenset().union(*(ids for name, ids in self.groups.items() if name not in {_LINES, *_CELLS}))
        instance, model = self.lifted(together)
        broken = {violation.constraint for violation in check_deployments(instance, model, plan, bought(plan))}
        for name, ids in rest.items():
            if self._keeps(plan, ids) if name in _CELLS else not broken & _CONSTRAINTS[name]:
                found |= ids
        return frozenset(found)


_LINES = "requirement"

_CELLS = ("willingness", "caveats", "conditions")
"""Families that bar single deployments: the check looks at nothing else where they do."""

_CONSTRAINTS = {
    "rotation": {"rotation_pool"},
    "availability": {"rotation_pool"},
    "minimum_contribution": {"minimum_contribution_least"},
    "commitments": {"commitments_least", "commitments_most"},
    "troop_ceiling": {"troop_ceiling_people"},
    "budget": {"budget_payer", "budget_burden"},
    "framework_nation": {"framework_nation_share"},
    "prerequisites": {"prerequisites_met"},
}
"""Family -> the constraints that the check names where a plan breaks it."""
