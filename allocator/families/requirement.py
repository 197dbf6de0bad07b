r"""Every line of the statement of requirements is met, or its shortfall is counted.

$$\sum_{n,u} a_{uc}\, x_{nujt} + s_{rt} \ge q_r, \qquad 0 \le s_{rt} \le g_r q_r \qquad \forall r = (j, c),\ t \in P_r$$
$$h_{rt} \ge s_{rt} - (1 - \kappa_r)\, q_r, \qquad h_{rt} \ge 0 \qquad \text{where the core } \kappa_r q_r \text{ counts more than the rest}$$

Supply comes in whole multiples of a step $d_r$, the greatest common divisor of the amounts. With
$K_r = \lceil q_r / d_r \rceil$ and $e_r = K_r d_r - q_r$, the first line is written with the whole number of missing
steps $k$, so that a solver can branch on what is missing and cut what lies between two steps:

$$\sum_{n,u} a_{uc}\, x_{nujt} + d_r k_{rt} \ge K_r d_r, \qquad s_{rt} \ge d_r k_{rt} - e_r, \qquad s_{rt} \ge (d_r - e_r)\, k_{rt}$$

Nations have units of the same types, and what one of them lacks another can often send. So a search that branches on
single deployments $x$ proves little. What counts is the number of units of a type, which is a whole number $N$ of its
own; on it a solver can branch, and short rows show it more cuts:

$$N_{ujt} = \sum_n x_{nujt}, \qquad \sum_u a_{uc}\, N_{ujt} + d_r k_{rt} \ge K_r d_r$$

A row of a theatre capability sums over units at every task. Supply is net of what units consume. Implied rows
($q_r = 0$) see to it that supply is never negative where the instance has no row.

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $x$ | `deploy` | whole variable | n, u, j, t | units |
| $N$ | `deployed` | whole variable | u, j, t | units of all nations |
| $s$ | `shortfall` | variable | j, c, t | the capability's |
| $h$ | `core_shortfall` | variable | j, c, t | the capability's |
| $k$ | `missing_steps` | whole variable | j, c, t | steps of supply |
| $a$ | `problem.amount` | parameter | u, c | the capability's, a unit |
| $q$ | `row.quantity` | parameter | r | the capability's |
| $g$ | `row.max_gap` | parameter | r | share |

The last inequality with $k$ is the mixed-integer rounding of the one before it; it is left out where $e_r = 0$. The core of a
requirement is met first: what is missing beyond the rest is missing of the core. Constraints:
`requirement_core[j, c, t]`, `requirement_supply[j, c, t]` (`j` is `*` for an implied theatre row),
`requirement_steps[j, c, t]`, `requirement_first_step[j, c, t]` and `requirement_deployed[u, j, t]` (`j` is `*` for all
tasks together). There are numbers $N$ only in models of one period with up to 5,000 deployments: with more periods or
deployments they cost more than they give. The most that may stay unmet is lowered to what a
supply in whole steps can leave. If steps are so small that counting them is no help, the row is written with $s$, as
above. If amounts and quantity are so far apart that a solver's tolerances would hide units, what must be met has a row of its own,
`requirement_least[j, c, t]`, and amounts above all that is needed are lowered to that need. In a future of a two-stage
plan the 0/1 column `failed`, times what must be met, counts as supply of each row, so that all of it may be given up.
Needs: `deploy`. Source: covering rows with surplus and slack, as in the set-covering model of Toregas, Swain,
ReVelle and Bergman (1971), Operations Research 19(6).

**Toy.** Three batteries are required, and at most half may stay unmet. A unit supplies two. At least 1.5 must be met,
so one unit (2 batteries) must be sent; the shortfall is then at most 1, not 1.5. A step is 2, K is 2 and e is 1: one
missing step is a shortfall of 2 - 1 = 1, and half a unit more would not make it 0. If two nations have such a unit,
a supply of one and a half of them is half a unit too much in each column $x$, and in $N$.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil

import numpy as np
import pyomo.core as pyo

from allocator.families import totals
from allocator.families.columns import Numbers
from allocator.families.rows import Rows, at_least, hidden, linear, measured, weighed
from allocator.families.sums import Sizes, Sum, sizes_of
from allocator.problem import Problem
from allocator.statement import THEATRE, Row

Key = tuple[str, str, int]
"""Task, capability and period of a row."""

NOBODY: Numbers = np.zeros(0, dtype=np.int64)

STEPS = 10_000
"""Most steps in a quantity for which missing steps are counted; with more of them a fraction of one hardly matters."""


def needed(row: Row, step: Fraction) -> Fraction:
    """Least supply that max_gap allows, as a multiple of the step in which supply comes."""
    least = (1 - row.max_gap) * row.quantity
    return ceil(least / step) * step if step else least


class Supply:
    """What the deployments of a model supply, net of what they consume."""

    def __init__(self, m: pyo.ConcreteModel, problem: Problem) -> None:
        self.cells, self.problem = m.cells, problem
        self.sizes: dict[str, Sizes] = {}
        self.steps: dict[tuple[str, str], Fraction] = {}
        self.numbers: dict[Key, Numbers] = {}

    def _find(self, c: str) -> None:
        """Who supplies or consumes a capability, by place and period."""
        cells, theatre = self.cells, c in self.problem.theatre
        amounts = [self.problem.amount.get(u, {}).get(c) for u in cells.units]
        some = np.array([a is not None for a in amounts], dtype=bool)
        sizes = self.sizes[c] = Sizes([a or Fraction(0) for a in amounts])
        where = cells.task if not theatre else np.zeros(len(cells.task), dtype=np.int64)
        among = np.flatnonzero(some[cells.unit])
        for here in cells.groups(where, among=among):
            place = THEATRE if theatre else cells.tasks[cells.task[here[0]]]
            self.steps[place, c] = sizes.used(cells.unit[here])[1]
            for now in cells.groups(cells.period, among=here):
                self.numbers[place, c, int(cells.period[now[0]])] = now

    def of(self, row: Row, t: int) -> Sum:
        """The supply that counts for a row in a period."""
        if row.capability not in self.sizes:
            self._find(row.capability)
        here = self.numbers.get((row.place, row.capability, t), NOBODY)
        return Sum(self.sizes[row.capability], self.cells.unit[here], here)

    def step(self, row: Row) -> Fraction:
        """The step in which the supply that counts for a row comes in any period."""
        if row.capability not in self.sizes:
            self._find(row.capability)
        return self.steps.get((row.place, row.capability), Fraction(0))


def lines(m: pyo.ConcreteModel, problem: Problem) -> Iterator[tuple[Row, Key, Sum, Fraction]]:
    """Each row and period with its key, its terms and the least supply that max_gap allows."""
    return ((row, key, terms, least) for row, key, terms, _, least in _stepped(m, problem))


def _stepped(m: pyo.ConcreteModel, problem: Problem) -> Iterator[tuple[Row, Key, Sum, Fraction, Fraction]]:
    """Each row and period with its key, its terms, the step in which its supply comes, and the least supply."""
    supply = Supply(m, problem)
    for row in problem.rows:
        step = supply.step(row)
        least = needed(row, step)
        for t in row.periods:
            terms = supply.of(row, t)
            if row.given or terms:
                yield row, (row.task, row.capability, t), terms, step, least


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``shortfall`` and its constraints; a model with ``failed`` may give up everything that must be met."""
    failed = m.failed if m.may_fail else None
    m.shortfall = pyo.Var(pyo.Any, dense=False, doc="unmet part of a requirement, in units of its capability")
    m.core_shortfall = pyo.Var(pyo.Any, dense=False, doc="unmet part of a requirement's core")
    m.supply_step = {}  # size of the steps, by key
    m.missing_steps = pyo.Var(
        pyo.Any, dense=False, domain=pyo.NonNegativeIntegers, doc="whole steps of supply that a requirement lacks"
    )
    m.requirement_core = Rows(doc="what is missing beyond the rest is missing of the core")
    m.requirement_supply = Rows(doc="supply and shortfall cover the requirement")
    m.requirement_steps = Rows(doc="what the missing steps leave unmet")
    m.requirement_first_step = Rows(doc="each missing step leaves at least as much unmet as the first")
    m.requirement_least = Rows(doc="supply covers what must be met (figures far apart)")
    known: dict[tuple[int, int], bool] = {}  # what is hidden, by the amounts of a row
    for row, key, terms, step, least in _stepped(m, problem):
        counted = totals.of_all_nations(m, terms, key[2])
        met = counted.plus((least, failed)) if failed is not None and least else counted
        if least >= row.quantity:
            at_least(m, m.requirement_supply, key, met, least)
            continue
        shortfall = m.shortfall.add(key)
        shortfall.setlb(0.0)
        if row.weight and row.core and row.max_gap * row.quantity > row.quantity - row.core:
            core = m.core_shortfall.add(key)
            core.setlb(0.0)
            core.setub(float(row.core))
            m.requirement_core[key] = (None, linear([(1.0, shortfall), (-1.0, core)]), float(row.quantity - row.core))
        alike = id(row), id(sizes_of(terms)[0])
        if alike not in known:
            known[alike] = hidden(terms, row.quantity, least)
        if not known[alike]:
            shortfall.setub(float(row.quantity - least))
            if step and row.quantity <= STEPS * step:
                _in_steps(m, row, key, met, least, step)
            else:
                m.requirement_supply[key] = (float(row.quantity), weighed(met, (1.0, shortfall)), None)
            continue
        shortfall.setub(float(row.quantity))
        measured(m, m.requirement_supply, key, counted, row.quantity, shortfall)
        if least or any(amount < 0 for amount in sizes_of(terms)[0]):
            at_least(m, m.requirement_least, key, met, least)


def _in_steps(m: pyo.ConcreteModel, row: Row, key: Key, met: Sum, least: Fraction, step: Fraction) -> None:
    """The row of a requirement whose supply comes in steps: missing steps are counted, and what they leave unmet."""
    steps = ceil(row.quantity / step)
    excess = steps * step - row.quantity
    missing, shortfall = m.missing_steps.add(key), m.shortfall[key]
    missing.setub(steps - int(least / step))
    m.supply_step[key] = float(step)
    m.requirement_supply[key] = (float(steps * step), weighed(met, (float(step), missing)), None)
    m.requirement_steps[key] = (None, linear([(float(step), missing), (-1.0, shortfall)]), float(excess))
    if excess:
        first = float(step - excess)
        m.requirement_first_step[key] = (None, linear([(first, missing), (-1.0, shortfall)]), 0.0)
