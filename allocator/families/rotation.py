r"""Every deployment can be relieved: a pool sustains one deployed unit for every $\rho$ units in it.

$$\sum_{\tau \in W} \sum_j x_{nuj\tau} \le p_{nu} \qquad \forall n, u,\ \text{window } W \text{ of } \rho_u \text{ periods in a row}$$

On an indefinite horizon the periods wrap around as often as $\rho$ requires: with one period, $\rho\,x \le p$. On a
finite horizon windows are cut at the ends. Without this family every window is one period: deployed $\le$ pool.

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $x$ | `deploy` | whole variable | n, u, j, t | units |
| $p$ | `problem.pool` | parameter | n, u | units |
| $\rho$ | `problem.rotation_ratio` | parameter | u | units in the pool for one deployed |

Constraint: `rotation_pool[n, u, t]`, where `t` is the first period of the window. If a window counts every period
equally often, its row is divided by that number and rounded down.
Needs: `deploy`. Source: rotation as a cyclic sliding window, after the cyclic staffing model of Bartholdi, Orlin
and Ratliff (1980), Operations Research 28(5).

**Toy.** Nine brigades, $\rho = 4$, one period without end: $4x \le 9$, so two brigades can stay deployed; the
ninth is idle. In a single effort of one period, without rotation, all nine may deploy.
"""

from __future__ import annotations

from collections import defaultdict

import pyomo.core as pyo

from allocator.families.rows import linear
from allocator.problem import Problem


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``rotation_pool``."""
    m.rotation_pool = pyo.Constraint(pyo.Any, doc="units deployed in a window of rotation fit their pool")
    tasks: dict[tuple[str, str], list[str]] = defaultdict(list)
    for n, u, j in problem.cap:
        tasks[n, u].append(j)
    windows = {u: problem.windows(u) for u in problem.UNITS}
    for (n, u), places in tasks.items():
        pool = problem.pool[n, u]
        cells = [m.cells[n, u, j] for j in places]
        by_period = {t: [here[t] for here in cells if t in here] for t in problem.PERIODS}
        for window in windows[u]:
            often = min(window.counts.values()) if len(set(window.counts.values())) == 1 else 1
            terms = [(float(count // often), deploy) for t, count in window.counts.items() for deploy in by_period[t]]
            if len(terms) > 1:  # a single term is limited by its own bound
                m.rotation_pool[n, u, window.start] = (None, linear(terms), float(pool // often))
