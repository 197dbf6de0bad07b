r"""Nations that buy together are enough of them.

$$c_{nuk} \le \bar{o}_{nuk}\, b_{nuk}, \qquad c_{nuk} \ge b_{nuk}, \qquad b_{nuk} \le y_{uk}, \qquad \sum_n b_{nuk} \ge N_u\, y_{uk}$$

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $c$ | `joint` | whole variable | n, u, k | units |
| $b$ | `together` | 0/1 variable | n, u, k | the nation buys jointly |
| $y$ | `club` | 0/1 variable | u, k | anyone does |
| $N$ | `terms.min_nations` | parameter | u | nations |
| $\bar{o}$ | `programme.most` | parameter | n, u, k | units |

A collective may buy with the others, but is not counted. Where fewer than $N$ nations can order in a period, there is no
joint purchase. Constraints:
`joint_purchase_most[n, u, k]`, `joint_purchase_least[n, u, k]`, `joint_purchase_club[n, u, k]`,
`joint_purchase_nations[u, k]`. Needs: `acquisition`. Source: fixed charges with a threshold, Balinski (1961),
Naval Research Logistics Quarterly 8(1).

**Toy.** Three nations are needed, and A and B want one unit each: there is a discount only if a third nation buys too.
"""

from __future__ import annotations

import pyomo.core as pyo

from allocator.families.rows import Rows, linear, only_if
from allocator.problem import Problem


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``together``, ``club`` and their constraints."""
    pools = problem.pools
    if not pools.clubs:
        return
    m.together = pyo.Var(pyo.Any, dense=False, domain=pyo.Binary, doc="nation buys jointly with others")
    m.club = pyo.Var(pyo.Any, dense=False, domain=pyo.Binary, doc="nations buy the type jointly in the period")
    m.joint_purchase_most = Rows(doc="a nation that does not join orders nothing jointly")
    m.joint_purchase_least = Rows(doc="a nation that joins orders something jointly")
    m.joint_purchase_club = Rows(doc="a nation joins only if enough do")
    m.joint_purchase_nations = Rows(doc="enough nations buy jointly")
    for (u, k), nations in pools.clubs.items():
        club = m.club.add((u, k))
        for n in nations:
            together, column = m.together.add((n, u, k)), m.joint[n, u, k]
            most = pools.programmes[n, u].most[k]
            only_if(m, m.joint_purchase_most, (n, u, k), [column], most, [together])
            m.joint_purchase_least[n, u, k] = (0.0, linear([(1.0, column), (-1.0, together)]), None)
            m.joint_purchase_club[n, u, k] = (None, linear([(1.0, together), (-1.0, club)]), 0.0)
        members = [(1.0, m.together[n, u, k]) for n in nations if n not in pools.collective]
        least = float(pools.joint[u].min_nations)
        m.joint_purchase_nations[u, k] = (0.0, linear([*members, (-least, club)]), None)
