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

from collections import defaultdict

import pyomo.core as pyo

from allocator.exact import exact
from allocator.families.rows import Exact, Rows, at_most
from allocator.problem import Problem


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``troop_ceiling_people``."""
    people: dict[tuple[str, int], list[Exact]] = defaultdict(list)
    for (n, u, _), here in m.cells.items():
        if n in problem.troop_ceiling:
            personnel = exact(problem.personnel[u])  # the same object each time
            for t, deploy in here.items():
                people[n, t].append((personnel, deploy))
    m.troop_ceiling_people = Rows(doc="people deployed at once stay below the ceiling")
    for (n, t), terms in people.items():
        at_most(m, m.troop_ceiling_people, (n, t), terms, problem.troop_ceiling[n])
