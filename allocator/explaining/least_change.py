"""The least change from a plan that somebody has: fewest nations with any change, then fewest units moved.

The new plan is one of those that are as good as the plan in hand. What has no variable any more is 0 in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any
from weakref import WeakKeyDictionary

import pyomo.core as pyo

from allocator.explaining.as_good import as_good
from allocator.explaining.bench import Aim, Outcome
from allocator.explaining.core import Core, Part, same
from allocator.explaining.saved import saved_plan
from allocator.explaining.why import NO_PLAN
from allocator.families.rows import Rows, Term, linear
from allocator.model import Model
from allocator.outcome import Bounds
from allocator.plan.values import Deployed, objective_values
from allocator.problem import Problem
from allocator.purchases import Cell, Decided, bought

PATIENCE = 20.0
"""Least seconds of the search where no time limit is given; otherwise four times as long as the plan in hand took."""


def repair(core: Core, plan: Any) -> Part:
    """The least change from a plan: a Plan, a result folder, workbook or JSON file, or rows of deployments.

    Raises
    ------
    BadInput, BadUsage
        It is no plan, or one of another instance.
    """
    old = saved_plan(plan, core.instance)
    if not core.base.found:
        return Part({"nations_changed": None, "units_moved": None, "changes": []}, open=[NO_PLAN])
    core.progress("the least change")
    change = Change(old)
    outcome = changed_least(core, change, as_good(core))
    if outcome.deployed is None:  # the plan in hand is one
        part = Part({"nations_changed": None, "units_moved": None, "changes": []}, open=["changes"])
        part.text.append("No time was left to look for the least change.")
        return part
    return _answer(core, change, outcome)


def changed_least(
    core: Core, change: Change, model: Model, plans: Sequence[Deployed] = (), wider: Sequence[Outcome] = ()
) -> Outcome:
    """The plan of a model with the fewest nations changed, and then the fewest units moved.

    ``plans`` are tried first; ``wider`` are outcomes of the same search among more plans.
    """
    old, purchases = change.old, bought(core.plan)
    known = _FOUND.setdefault(core, {})
    key = frozenset(old.items()), frozenset(model.limits.items())
    if key in known:
        return known[key]
    limit = max(PATIENCE, 4 * core.base.seconds) if core.bench.deadline is None else None
    found = core.bench.run(
        core.instance, model, [change.nations, change.units], extend=change.extend, keeps=lambda *_: True,
        plans=[*plans, core.plan, Decided(old, purchases), Decided(old)], gap=0.0, limit=limit, wider=wider,
    )  # fmt: skip
    if found.settled:
        known[key] = found
    return found


_FOUND: WeakKeyDictionary[Core, dict[Any, Outcome]] = WeakKeyDictionary()


class Change:
    """What differs from an old plan."""

    def __init__(self, old: Mapping[Cell, int]) -> None:
        self.old = old
        self.nations = Aim("nations_changed", self._nation_terms, lambda _, new: Fraction(len(self.changed(new))))
        self.units = Aim("units_moved", self._unit_terms, lambda _, new: Fraction(self.moved(new)))

    def differing(self, new: Deployed) -> list[Cell]:
        """Deployments with other units than before."""
        return [cell for cell in dict.fromkeys([*self.old, *new]) if self.old.get(cell, 0) != new.get(cell, 0)]

    def changed(self, new: Deployed) -> set[str]:
        """Nations with any change."""
        return {cell[0] for cell in self.differing(new)}

    def moved(self, new: Deployed) -> int:
        """Units moved: the sum of all differences."""
        return sum(abs(self.old.get(cell, 0) - new.get(cell, 0)) for cell in self.differing(new))

    def extend(self, m: Any, problem: Problem) -> None:
        """Add ``changes[n]``, 1 if the nation changes anything, and ``moves``, the units moved of a deployment."""
        m.changes = pyo.Var(pyo.Any, dense=False, domain=pyo.Binary, doc="nation changes something")
        m.moves = pyo.Var(pyo.Any, dense=False, domain=pyo.NonNegativeReals, doc="units moved of a deployment")
        m.moves_more = Rows(doc="more units than before are moved")
        m.moves_fewer = Rows(doc="fewer units than before are moved")
        m.changes_moved = Rows(doc="a nation of which units are moved changes something")
        gone = {cell[0] for cell in self.old if cell not in m.deploy}
        for cell, column in m.deploy.items():
            before, n = self.old.get(cell, 0), cell[0]
            most = column.ub
            if 0 < before < most:
                moves = m.moves.add(cell)
                moves.setub(max(before, most - before))
                m.moves_more[cell] = (None, linear([(1.0, column), (-1.0, moves)]), float(before))
                m.moves_fewer[cell] = (float(before), linear([(1.0, column), (1.0, moves)]), None)
            if n in gone:
                continue  # it changes in any case
            if n not in m.changes:
                m.changes.add(n)
            terms, constant = self._moved(m, cell)
            largest = float(max(before, most - before))
            m.changes_moved[cell] = (None, linear([*terms, (-largest, m.changes[n])]), -float(constant))

    def _moved(self, m: Any, cell: Cell) -> tuple[list[Term], int]:
        """Units moved of a deployment, as terms and a constant."""
        before, column = self.old.get(cell, 0), m.deploy[cell]
        if before == 0:
            return [(1.0, column)], 0
        if cell in m.moves:
            return [(1.0, m.moves[cell])], 0
        return [(-1.0, column)], before

    def _nation_terms(self, m: Any, problem: Problem) -> list[Term]:
        gone = {cell[0] for cell in self.old if cell not in m.deploy}
        return [(float(len(gone)), m.one), *((1.0, column) for column in m.changes.values())]

    def _unit_terms(self, m: Any, problem: Problem) -> list[Term]:
        constant = sum(units for cell, units in self.old.items() if cell not in m.deploy)
        found: list[Term] = []
        for cell in m.deploy:
            terms, before = self._moved(m, cell)
            found += terms
            constant += before
        return [(float(constant), m.one), *found]


def _answer(core: Core, change: Change, outcome: Outcome) -> Part:
    new = outcome.deployed
    assert new is not None
    changes = [
        {
            "nation": n, "unit_type": u, "task": j, "period": t,
            "from": change.old.get((n, u, j, t), 0), "to": new.get((n, u, j, t), 0),
        }
        for n, u, j, t in sorted(change.differing(new))
    ]  # fmt: skip
    nations, units = len(change.changed(new)), change.moved(new)
    part = Part({"nations_changed": nations, "units_moved": units, "changes": changes}, plan=_shown(core, outcome))
    for aim in (change.nations, change.units):
        bounds = outcome.bounds.get(aim.name)
        if bounds is None or bounds.value - bounds.bound >= 1 - 1e-6:
            part.open.append(aim.name)
            part.lists.setdefault("bound", {})[aim.name] = 0.0 if bounds is None else bounds.bound
    if not changes:
        part.text.append("The plan can stay as it is: it is as good as the plan in hand.")
    else:
        what = f"{units} {'unit' if units == 1 else 'units'} of {nations} {'nation' if nations == 1 else 'nations'}"
        at_least = " at the most, which is not proved to be the least" if part.open else ""
        part.text.append(f"A plan as good as the plan in hand moves {what}{at_least}.")
    return part


def _shown(core: Core, outcome: Outcome) -> Outcome:
    """The new plan with its values of the model's objectives, and the bounds that hold for it."""
    new, base = outcome.deployed, core.base
    assert new is not None
    assert base.problem is not None
    values = objective_values(base.problem, new)
    bounds: dict[str, Bounds] = {}
    holds = True  # earlier objectives are no worse than in the plan in hand
    for name, stage in base.bounds.items():
        value = float(values[name])
        bounds[name] = Bounds(name, value, min(value, stage.bound) if holds else 0.0)
        holds = holds and (value <= stage.value or same(stage.value, value))
    return replace(outcome, values=values, bounds=bounds, problem=base.problem)
