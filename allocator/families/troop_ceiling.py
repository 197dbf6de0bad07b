r"""No nation deploys more people at once than its troop ceiling.

$$\sum_{u,j} h_u\, x_{nujt} \le H_n \qquad \forall n \text{ with a ceiling},\ t$$

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $x$ | `deploy` | whole variable | n, u, j, t | units |
| $h$ | `problem.personnel` | parameter | u | people a unit |
| $H$ | `problem.troop_ceiling` | parameter | n | people |

Constraint: `troop_ceiling_people[n, t]`; $H$ is lowered to the greatest multiple of the step of $h$.
Needs: `deploy`. Source: a knapsack row, Dantzig (1957), Operations Research 5(2).

**Toy.** A ceiling of 1,000 people and battalions of 400: $400x \le 1000$ becomes $400x \le 800$, two battalions.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pyomo.core as pyo

from allocator.families.rows import Rows, at_most
from allocator.families.sums import Sizes, Sum
from allocator.families.totals import of_pools
from allocator.problem import Problem


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``troop_ceiling_people``."""
    m.troop_ceiling_people = Rows(doc="people deployed at once stay below the ceiling")
    cells = m.cells
    people = Sizes([Fraction(problem.personnel[u]) for u in cells.units])
    limited = np.array([n in problem.troop_ceiling for n in cells.nations], dtype=bool)[cells.nation]
    for here in cells.groups(cells.nation, cells.period, among=np.flatnonzero(limited)):
        n, t = cells.nations[cells.nation[here[0]]], int(cells.period[here[0]])
        deployed = of_pools(m, Sum(people, cells.unit[here], here))
        at_most(m, m.troop_ceiling_people, (n, t), deployed, problem.troop_ceiling[n])
