r"""Nobody is at a task unless lines of other tasks are met in the same period.

$$x_{nujt} \le \bar{x}_{nujt}\, z_{jt}, \qquad \sum_{n,u} a_{uc}\, x_{nuj't} \ge \sigma_i\, q_r\, z_{jt}
\qquad \forall i = (j, r = (j', c)),\ t \in P_r$$

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $x$ | `deploy` | whole variable | n, u, j, t | units |
| $z$ | `there` | 0/1 variable | j, t | anyone may be at the task |
| $\sigma q$ | `needs.least` | parameter | i | the capability's |
| $a$ | `problem.amount` | parameter | u, c | the capability's, a unit |
| $\bar{x}$ | `problem.cap` | parameter | n, u, j, t | units |

The line of a theatre capability counts supply at every task. A period in which the line is not required asks nothing.
Constraints: `prerequisites_there[n, u, j, t]`, `prerequisites_met[j, j', c, t]`. Supply comes in whole multiples of the step of the amounts, and what
must be met is raised to one. Needs: `deploy`. Source: precedence between activities, Weingartner (1966), Management
Science 12(7).

**Toy.** Trainers deploy only while two batteries guard the training ground: without batteries, no trainer is there.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import numpy as np
import pyomo.core as pyo

from allocator.families.requirement import Supply
from allocator.families.rows import Rows, at_least, only_if
from allocator.families.sums import sizes_of
from allocator.problem import Problem


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``there``, ``prerequisites_there`` and ``prerequisites_met``."""
    m.there = pyo.Var(pyo.Any, dense=False, domain=pyo.Binary, doc="anyone may be at the task in the period")
    m.prerequisites_there = Rows(doc="nobody is at a task whose prerequisites are not met")
    m.prerequisites_met = Rows(doc="a prerequisite is met while anyone is at the task")
    if not problem.prerequisites:
        return
    cells, supply = m.cells, Supply(m, problem)
    every = list(cells.deploy.place)
    waiting = {needs.task for needs in problem.prerequisites}
    there_at = np.flatnonzero(np.array([j in waiting for j in cells.tasks], dtype=bool)[cells.task])
    groups = cells.groups(cells.task, cells.period, among=there_at)
    at_task = {(cells.tasks[cells.task[here[0]]], int(cells.period[here[0]])): here for here in groups}
    for needs in problem.prerequisites:
        for t in needs.row.periods if needs.least else ():
            if (needs.task, t) not in at_task:
                continue
            if (needs.task, t) not in m.there:
                there = m.there.add((needs.task, t))
                for at in at_task[needs.task, t].tolist():
                    only_if(m, m.prerequisites_there, every[at], np.array([at]), cells.most[at], [there])
            terms = supply.of(needs.row, t)
            _, step = sizes_of(terms)
            least = ceil(needs.least / step) * step if step else needs.least
            at_least(
                m, m.prerequisites_met, (*needs.line, t), terms.plus((-least, m.there[needs.task, t])), Fraction(0)
            )
