r"""A nation sends at least its minimum contingent to a task, or nothing.

$$\ell_{nu}\, v_{nujt} \le x_{nujt} \le \bar{x}_{nut}\, v_{nujt} \qquad \text{where } \ell_{nu} > 1$$

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $x$ | `deploy` | whole variable | n, u, j, t | units |
| $v$ | `sends` | 0/1 variable | n, u, j, t | |
| $\ell$ | `pools.min_units` | parameter | n, u | units |
| $\bar{x}$ | `problem.cap` | parameter | n, u, t | units |

Constraints: `minimum_contribution_least[n, u, j, t]`, `minimum_contribution_most[n, u, j, t]`. If the most that
can be sent is below the least, there is no variable at all.
Needs: `deploy`. Source: semi-continuous variables, Beale and Tomlin (1970), in: Proceedings of the Fifth
International Conference on Operational Research.

**Toy.** At least two frigates, and a pool that sustains three: 0, 2 or 3 may be sent, but never one.
"""

from __future__ import annotations

from fractions import Fraction

import pyomo.core as pyo

from allocator.families.rows import MODERATE, Rows, Terms, at_least, only_if
from allocator.problem import Problem


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``sends`` and its two constraints."""
    short = {pool_at: here for pool_at, here in m.cells.items() if problem.pools.min_units[pool_at[:2]] > 1}
    m.sends = pyo.Var(
        pyo.SetOf(dict.fromkeys((*pool_at, t) for pool_at, here in short.items() for t in here)),
        domain=pyo.Binary,
        doc="nation sends units of the type to the task",
    )
    m.minimum_contribution_least = Rows(doc="a nation sends at least its least contingent")
    m.minimum_contribution_most = Rows(doc="a nation that does not send has no units there")
    switches = iter(m.sends.values())
    for (n, u, j), here in short.items():
        least = problem.pools.min_units[n, u]
        for t, deploy in here.items():
            key, most, sends = (n, u, j, t), problem.cap[n, u, j][t], next(switches)
            if least <= MODERATE:  # the row that at_least would make; a large model has tens of thousands of them
                m.minimum_contribution_least[key] = (0.0, Terms((1.0, -float(least)), (deploy, sends)), None)
            else:
                terms = [(Fraction(1), deploy), (Fraction(-least), sends)]
                at_least(m, m.minimum_contribution_least, key, terms, Fraction(0))
            only_if(m, m.minimum_contribution_most, key, [deploy], most, [sends])
