r"""Deliveries to all nations together stay within what industry can make.

$$\sum_{n,\,k + L_{nu} = t} o_{nuk} \le C_u + E_u \sum_{k + D_u \le t} e_{uk} \qquad \forall u \text{ with a row},\ t, \qquad
\sum_k e_{uk} \le \bar{e}_u$$

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $o$ | `single` + `joint` | whole variables | n, u, k | units ordered in period k |
| $e$ | `expand` | whole variable | u, k | expansions ordered in period k |
| $L$ | `programme.lead` | parameter | n, u | periods |
| $C$, $E$, $D$, $\bar{e}$ | `problem.pools.industry` | parameter | u | units a period; units; periods; expansions |

Constraints: `industry_capacity[u, t]`, `industry_expansions[u]`. Needs: `acquisition`.
Source: capacity expansion, Manne (1961), Econometrica 29(4).

**Toy.** Industry makes two batteries a year, and an expansion adds one a year from the next year on: over two years it
delivers 2 + 2, or 2 + 3 with one expansion in the first year.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import pyomo.core as pyo

from allocator.families.rows import Exact, Rows, at_most
from allocator.problem import Problem


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``industry_capacity`` and ``industry_expansions``."""
    industries = problem.pools.industry
    if not industries:
        return
    m.industry_capacity = Rows(doc="deliveries stay within what industry can make")
    m.industry_expansions = Rows(doc="industry expands at most so often")
    delivered: dict[tuple[str, int], list[Exact]] = defaultdict(list)
    for (n, u), orders in m.bought.items():
        for k, parts in orders.items():
            delivered[u, k + problem.pools.programmes[n, u].lead] += [(Fraction(1), column) for column, _ in parts]
    for u, industry in industries.items():
        expansions = {k: m.expand[u, k] for k in industry.periods if (u, k) in m.expand}
        for t in problem.PERIODS:
            grown = [(Fraction(-industry.expansion), e) for k, e in expansions.items() if k + industry.lead <= t]
            if delivered[u, t]:
                terms = [*delivered[u, t], *grown]
                at_most(m, m.industry_capacity, (u, t), terms, Fraction(industry.capacity))
        if len(expansions) > 1:
            every = [(Fraction(1), e) for e in expansions.values()]
            at_most(m, m.industry_expansions, u, every, Fraction(industry.max_expansions))
