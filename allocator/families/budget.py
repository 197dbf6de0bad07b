r"""No payer spends more than its budget.

$$\sum_{t \in P_b} \sum_{n,u,j} k_{bnu}\, x_{nujt} + \sum_{n,u,k} \pi_{bnuk}\, o_{nuk} + \sum_{u,\, k \in P_b} \epsilon_{bu}\, e_{uk} \le B_b \qquad \forall b$$
$$\text{own cost}_n + \kappa_n\, \text{common cost} \le \beta\, \mathrm{gdp}_n\, Y \qquad \forall n \text{ with a gdp}$$

where $k_u = $ rotation cost $+$ months a period $\times$ operating cost; $k_{bnu} = k_u$ for the payer `*`,
$\gamma_u k_u$ for `common`, $(1 - \gamma_u) k_u$ for the nation $n$ itself, and 0 otherwise. A collective has no purse:
all that it costs falls to `common`. A unit that is ordered alone (`single`) costs its price $p_{nu}$, which its nation
pays; one that is bought together (`joint`) costs $(1 - \delta_u)\, p_{nu}$, of which `common` pays the share $\sigma_u$. An
order $o$ is paid in equal parts in its period and in each of the $L_{nu}$ lead periods after it; $\pi$ is the payer's
part that falls into the budget's periods. An expansion ($e$) is paid by `common` in the period in which it is ordered. With funding keys a nation also bears its part $\kappa_n$ of all that `common` pays over
the horizon; its budgets do not count that part.

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $x$ | `deploy` | whole variable | n, u, j, t | units |
| $k$ | `problem.money.unit_cost` | parameter | u | millions a unit and period |
| $\gamma$ | common_share | parameter | u | share |
| $o$ | `single` + `joint` | whole variables | n, u, k | units ordered in period k |
| $p$, $L$ | `programme.price`, `programme.lead` | parameter | n, u | millions a unit; periods |
| $\delta$, $\sigma$ | `terms.discount`, `terms.common_share` | parameter | u | share |
| $e$, $\epsilon$ | `expand`, expansion_price | whole variable, parameter | u, k | expansions; millions |
| $B$, $P$ | `problem.money.budgets` | parameter | b | millions; periods |
| $\beta$ | `model.max_burden` | parameter | | share of GDP a year |
| $\kappa$ | `money.funding_keys` | parameter | n | share |
| $Y$ | `problem.money.years` | parameter | | years of the horizon |

Constraints: `budget_payer[b]`, where `b` counts the budgets from 1; `budget_burden[n]`. Each limit is lowered to the
greatest multiple of the step of its costs. Needs: `deploy`. Source: capital rationing, Lorie and Savage
(1955), Journal of Business 28(4).

**Toy.** A squadron costs 10 a month, of which the common fund pays a quarter: 60 over six months, 15 common and 45 own.
A national budget of 100 pays for two squadrons (90), and so does a common budget of 40 (30): the answer is two.
"""

from __future__ import annotations

import pyomo.core as pyo

from allocator.families.payments import Payments
from allocator.families.rows import Rows, at_most
from allocator.problem import Problem


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``budget_payer`` and, with max_burden, ``budget_burden``."""
    m.budget_payer = Rows(doc="a payer's cost in the budget's periods stays within it")
    m.budget_burden = Rows(doc="no nation bears more than max_burden of its GDP a year")
    payments, money = Payments(m, problem), problem.money
    for b, (payer, amount, periods) in enumerate(money.budgets, start=1):
        terms = payments.terms(payer, periods)
        if terms:
            at_most(m, m.budget_payer, b, terms, amount)
    for n in money.gdp if problem.model.max_burden is not None else ():
        terms = payments.borne(n)
        if terms:
            at_most(m, m.budget_burden, n, terms, money.burden_limit(n))
