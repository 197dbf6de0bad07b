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

from collections import defaultdict
from fractions import Fraction
from math import ceil

import pyomo.core as pyo

from allocator.exact import step_of
from allocator.families.rows import Exact, Rows, at_least, only_if
from allocator.problem import Problem
from allocator.statement import THEATRE


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``there``, ``prerequisites_there`` and ``prerequisites_met``."""
    m.there = pyo.Var(pyo.Any, dense=False, domain=pyo.Binary, doc="anyone may be at the task in the period")
    m.prerequisites_there = Rows(doc="nobody is at a task whose prerequisites are not met")
    m.prerequisites_met = Rows(doc="a prerequisite is met while anyone is at the task")
    wanted = {(needs.row.place, needs.row.capability) for needs in problem.prerequisites}
    supply: dict[tuple[str, str, int], list[Exact]] = defaultdict(list)
    for (_, u, j), here in m.cells.items() if wanted else ():
        for c, amount in problem.amount.get(u, {}).items():
            place = THEATRE if c in problem.theatre else j
            for t, deploy in here.items() if (place, c) in wanted else ():
                supply[place, c, t].append((amount, deploy))
    at_task: dict[tuple[str, int], list[tuple[tuple[str, str, str, int], pyo.Var]]] = defaultdict(list)
    waiting = {needs.task for needs in problem.prerequisites}
    for (n, u, j), here in m.cells.items():
        for t, deploy in here.items() if j in waiting else ():
            at_task[j, t].append(((n, u, j, t), deploy))
    for needs in problem.prerequisites:
        for t in needs.row.periods if needs.least else ():
            if not at_task[needs.task, t]:
                continue
            if (needs.task, t) not in m.there:
                there = m.there.add((needs.task, t))
                for key, deploy in at_task[needs.task, t]:
                    only_if(m, m.prerequisites_there, key, [deploy], deploy.ub, [there])
            terms = supply[needs.row.place, needs.row.capability, t]
            step = step_of(amount for amount, _ in terms)
            least = ceil(needs.least / step) * step if step else needs.least
            at_least(m, m.prerequisites_met, (*needs.line, t), [*terms, (-least, m.there[needs.task, t])], Fraction(0))
