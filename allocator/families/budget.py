r"""No payer spends more than its budget.

$$\sum_{t \in P_b} \sum_{n,u,j} k_{bnu}\, x_{nujt} \le B_b \qquad \forall b$$
$$\sum_{u,j,t} (1 - \gamma_u)\, k_u\, x_{nujt} \le \beta\, \mathrm{gdp}_n\, Y \qquad \forall n \text{ with a gdp}$$

where $k_u = $ rotation cost $+$ months a period $\times$ operating cost; $k_{bnu} = k_u$ for the payer `*`,
$\gamma_u k_u$ for `common`, $(1 - \gamma_u) k_u$ for the nation $n$ itself, and 0 otherwise.

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $x$ | `deploy` | whole variable | n, u, j, t | units |
| $k$ | `problem.unit_cost` | parameter | u | millions a unit and period |
| $\gamma$ | common_share | parameter | u | share |
| $B$, $P$ | `problem.budgets` | parameter | b | millions; periods |
| $\beta$ | `model.max_burden` | parameter | | share of GDP a year |
| $Y$ | `problem.years` | parameter | | years of the horizon |

Constraints: `budget_payer[b]`, where `b` counts the budgets from 1; `budget_burden[n]`. Each limit is lowered to the
greatest multiple of the step of its costs. Needs: `deploy`. Source: capital rationing, Lorie and Savage
(1955), Journal of Business 28(4).

**Toy.** A squadron costs 10 a month, of which the common fund pays a quarter: 60 over six months, 15 common and 45 own.
A national budget of 100 pays for two squadrons (90), and so does a common budget of 40 (30): the answer is two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any

import pyomo.core as pyo

from allocator.families.rows import Exact, at_most
from allocator.problem import Problem

Cell = tuple[str, Mapping[int, Any]]
"""Unit type, and the variables of a nation's units of that type at a task, by period."""


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``budget_payer`` and, with max_burden, ``budget_burden``."""
    m.budget_payer = pyo.Constraint(pyo.Any, doc="a payer's cost in the budget's periods stays within it")
    m.budget_burden = pyo.Constraint(pyo.Any, doc="no nation pays more than max_burden of its GDP a year")

    cells: dict[str, list[Cell]] = defaultdict(list)
    for (n, u, _), here in m.cells.items():
        cells[n].append((u, here))
    everyone = [cell for some in cells.values() for cell in some]

    def limited(
        rows: pyo.Constraint,
        key: Any,
        costs: Mapping[str, Fraction],
        limit: Fraction,
        periods: Collection[int],
        of: list[Cell],
    ) -> None:
        terms: list[Exact] = []
        for u, here in of:
            if costs[u]:
                terms += [(costs[u], deploy) for t, deploy in here.items() if t in periods]
        if terms:
            at_most(m, rows, key, terms, limit)

    for b, (payer, amount, periods) in enumerate(problem.budgets, start=1):
        costs = {"*": problem.unit_cost, "common": problem.common_cost}.get(payer, problem.own_cost)
        of = everyone if payer in ("*", "common") else cells[payer]
        limited(m.budget_payer, b, costs, amount, periods, of)
    if problem.model.max_burden is not None:
        for n in problem.gdp:
            limited(m.budget_burden, n, problem.own_cost, problem.burden_limit(n), problem.PERIODS, cells[n])
