"""Plans that are as good as the plan in hand within a share, and who is a member in them.

Each objective of the model is at most (1 + share) times its value in the plan in hand, and a little more against
rounding. A nation is a member if it deploys something in any period.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any
from weakref import WeakKeyDictionary

import pyomo.core as pyo

from allocator.exact import exact
from allocator.explaining.aims import ANY_PLAN, Extend, More
from allocator.explaining.bench import Aim, Outcome
from allocator.explaining.core import SAME, Core
from allocator.families.rows import Rows, Term, linear, only_if
from allocator.model import Model
from allocator.plan.values import Deployed
from allocator.problem import Problem

Coalition = frozenset[str]

PATIENCE = 2.0
"""Least time of one of many solves, in seconds; otherwise as long as the plan in hand took."""


def as_good(core: Core) -> Model:
    """The model with limits on its objectives."""
    share = 1 + exact(core.within)
    limits = dict(core.model.limits)
    for name in core.model.objectives:
        value = core.base.values[name]
        most = float(share * value + exact(SAME) * max(Fraction(1), abs(value)))
        limits[name] = min(most, limits.get(name, most))
    return replace(core.model, limits=limits)


def members(deployed: Deployed) -> Coalition:
    """Who deploys something in some period."""
    return frozenset(n for n, _, _, _ in deployed)


class Space:
    """The plans that are as good: those known so far, and solves among all of them."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.model = as_good(core)
        self.able = core.ability.nations
        self.plans: list[Deployed] = [core.plan]
        self.patience = max(PATIENCE, core.base.seconds)
        self._members: Extend = lambda m, problem: membership(m, problem, self.able)

    @property
    def coalitions(self) -> list[Coalition]:
        """The coalitions known so far, that of the plan in hand first."""
        return list(dict.fromkeys(members(plan) for plan in self.plans))

    def run(
        self,
        aim: Aim,
        *,
        asked: More | None = None,
        keeps: Callable[[Coalition], bool] | None = None,
        **more: Any,
    ) -> Outcome:
        """Minimise an aim among the plans, with conditions on who is a member; what is found joins the known plans."""
        asks: dict[str, Any] = {}
        if keeps is not None:
            asks = {
                "extend": self._members, "keeps": lambda problem, deployed: keeps(members(deployed)), "more": asked,
            }  # fmt: skip
        outcome = self.core.bench.run(self.core.instance, self.model, [aim], resident=True, **asks, **more)
        if outcome.deployed is not None and outcome.deployed not in self.plans:
            self.plans.append(outcome.deployed)
        return outcome

    def one(
        self,
        keeps: Callable[[Coalition], bool],
        rows: Callable[[Any], Sequence[tuple[list[Term], float, float | None]]],
    ) -> bool | None:
        """Whether there is a plan whose members keep a condition, which rows over ``m.comes`` say; None if open."""
        if any(keeps(coalition) for coalition in self.coalitions):
            return True
        if self.core.bench.over:
            return None

        def asked(m: Any) -> list[tuple[list[Term], float]]:
            found = []
            for terms, least, most in rows(m.comes):
                found.append(([(-factor, column) for factor, column in terms], -least))
                if most is not None:
                    found.append((terms, most))
            return found

        outcome = self.run(ANY_PLAN, asked=asked, keeps=keeps, floors=[1.0], limit=self.patience)
        return True if outcome.found else False if outcome.infeasible else None


def membership(m: Any, problem: Problem, able: Collection[str]) -> None:
    """Add ``comes[n]``: 1 if and only if the nation deploys something in some period."""
    used: dict[tuple[str, str, int], list[Any]] = defaultdict(list)
    own: dict[str, list[Any]] = {n: [] for n in able}
    for (n, u, _, t), column in m.deploy.items():
        used[n, u, t].append(column)
        own[n].append(column)
    m.comes = pyo.Var(list(own), domain=pyo.Binary, doc="nation deploys something in some period")
    m.comes_deployed = Rows(doc="a nation that deploys is a member")
    m.comes_counted = Rows(doc="a member deploys something")
    for (n, u, t), columns in used.items():
        most = min(sum(column.ub for column in columns), problem.pool_cap[n, u][t])
        only_if(m, m.comes_deployed, (n, u, t), columns, most, [m.comes[n]])
    for n, columns in own.items():
        m.comes_counted[n] = (None, linear([(1.0, m.comes[n]), *((-1.0, column) for column in columns)]), 0.0)


def other_than(coalition: Coalition, comes: Any) -> tuple[list[Term], float, None]:
    """The row that some nation comes or stays away otherwise than in a coalition."""
    terms: list[Term] = [(-1.0 if n in coalition else 1.0, column) for n, column in comes.items()]
    return terms, 1.0 - len(coalition), None


_SPACES: WeakKeyDictionary[Core, Space] = WeakKeyDictionary()


def space_of(core: Core) -> Space:
    """The plans as good of a core, with all that earlier questions found of them; only where there is a plan."""
    if core not in _SPACES:
        _SPACES[core] = Space(core)
    return _SPACES[core]
