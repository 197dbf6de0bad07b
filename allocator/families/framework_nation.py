r"""A multinational task is built round one framework nation.

$$\sum_n w_{nj} \le 1, \qquad f_{njt} \le \bar{f}_{njt}\, w_{nj}, \qquad f_{njt} \le \sum_u h_u x_{nujt}, \qquad \sum_n f_{njt} \ge \phi_j \sum_{n,u} h_u x_{nujt}$$

Whoever leads (only nations that can) is the same in every period, and its personnel $f$ there are at least the share
$\phi$ of all; where nobody leads, nobody is there. A bound on others' personnel (a big M) is not needed.

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $x$ | `deploy` | whole variable | n, u, j, t | units |
| $w$ | `leads` | 0/1 variable | n, j | |
| $f$ | `led` | variable | n, j, t | people of the framework nation |
| $h$ | `scope.personnel` | parameter | u | people a unit |
| $\phi$ | `scope.framework_share` | parameter | j | share |
| $\bar{f}$ | from `scope.cap` and the ceiling | parameter | n, j, t | people |

Constraints: `framework_nation_one[j]`, `framework_nation_leads[n, j, t]`, `framework_nation_there[n, j, t]`,
`framework_nation_share[j, t]`. Needs: `deploy`. Source: disaggregated (convex-hull) formulation of a choice of one,
Balas (1985), SIAM Journal on Algebraic and Discrete Methods 6(3).

**Toy.** Share one half; A (can lead) has two battalions of 500 there, B and C one each of 400: A gives 1,000 of
1,800, more than half. A third smaller nation with 400 would bring it to 1,000 of 2,200: not allowed.
"""

from __future__ import annotations

from collections import defaultdict

import pyomo.core as pyo

from allocator.families.rows import Term, linear
from allocator.scope import Scope


def add(m: pyo.ConcreteModel, scope: Scope) -> None:
    """Add ``leads``, ``led`` and their constraints."""
    there: dict[tuple[str, int], list[Term]] = defaultdict(list)
    own: dict[tuple[str, str, int], list[Term]] = defaultdict(list)
    most: dict[tuple[str, str, int], int] = defaultdict(int)
    for (n, u, j), here in m.cells.items():
        if j not in scope.framework_share:
            continue
        for t, deploy in here.items():
            term = (float(scope.personnel[u]), deploy)
            there[j, t].append(term)
            if n in scope.can_lead:
                own[n, j, t].append(term)
                most[n, j, t] += scope.personnel[u] * scope.cap[n, u, j][t]

    m.leads = pyo.Var(pyo.Any, dense=False, domain=pyo.Binary, doc="nation is the framework nation of the task")
    m.led = pyo.Var(pyo.Any, dense=False, doc="people of the framework nation at the task")
    m.framework_nation_one = pyo.Constraint(pyo.Any, doc="at most one nation leads a task")
    m.framework_nation_leads = pyo.Constraint(pyo.Any, doc="only who leads counts as framework nation")
    m.framework_nation_there = pyo.Constraint(pyo.Any, doc="the framework nation counts with whom it has there")
    m.framework_nation_share = pyo.Constraint(pyo.Any, doc="the framework nation gives its share")
    leaders: dict[str, list[str]] = defaultdict(list)
    counted: dict[tuple[str, int], list[Term]] = defaultdict(list)
    for (n, j, t), terms in own.items():
        people = most[n, j, t]
        if n in scope.troop_ceiling and scope.has("troop_ceiling"):
            people = min(people, int(scope.troop_ceiling[n]))
        if (n, j) not in m.leads:
            m.leads.add((n, j))
            leaders[j].append(n)
        led = m.led.add((n, j, t))
        led.setlb(0.0)
        led.setub(float(people))
        counted[j, t].append((1.0, led))
        m.framework_nation_leads[n, j, t] = (None, linear([(1.0, led), (-float(people), m.leads[n, j])]), 0.0)
        fewer = [(-coef, x) for coef, x in terms]
        m.framework_nation_there[n, j, t] = (None, linear([(1.0, led), *fewer]), 0.0)
    for j, nations in leaders.items():
        m.framework_nation_one[j] = (None, linear([(1.0, m.leads[n, j]) for n in nations]), 1.0)
    for (j, t), terms in there.items():
        share = scope.framework_share[j]
        asked = [(-float(share) * coef, x) for coef, x in terms]
        m.framework_nation_share[j, t] = (0.0, linear([*counted[j, t], *asked]), None)
