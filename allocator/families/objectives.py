r"""The four objectives, each minimised.

$$\text{gap} = \frac{1}{\sum_r w_r} \sum_r \frac{w_r}{|P_r|} \sum_{t \in P_r} \frac{s_{rt}}{q_r}, \qquad
\text{risk} = \sum_{n,u,j,t} \frac{(1 - \omega_{no(j)})\, h_u\, \mu}{1000}\, x_{nujt}$$
$$\text{cost} = \sum_{n,u,j,t} k_u\, x_{nujt}, \qquad
\text{burden} = \max_n \frac{1000}{\mathrm{gdp}_n\, Y} \sum_{u,j,t} (1 - \gamma_u)\, k_u\, x_{nujt}$$

`gap` is a share between 0 and 1 (rows of quantity 0 are left out, $w_r$ = row priority times objective priority).
`risk` is in thousands of person-months of reluctant nations ($\omega$ willingness, $\mu$ months a period). `cost` is in
millions over the horizon. `burden` is in per mille of GDP a year, the greatest of all nations with a gdp (0 if no
nation has one).

A model's `limits` keep an objective, listed or not, at or below a value: `limit_objective[name]` (epsilon-constraint
method, Haimes, Lasdon and Wismer (1971), IEEE Transactions on Systems, Man and Cybernetics 1(3)).

The greatest share is held by `heaviest` with the constraint `burden_heaviest[n]`. Source of the order of
minimisation: lexicographic goal programming, Charnes and Cooper (1961), Management Models and Industrial
Applications of Linear Programming.

**Toy.** Two lines of equal weight, one met, one short by 3 of 4: gap = (0 + 3/4) / 2 = 0.375.
"""

from __future__ import annotations

from collections import defaultdict

import pyomo.core as pyo

from allocator.errors import BadInput, Fault
from allocator.families.rows import Term, linear
from allocator.problem import Problem

HEAVIEST = 1e15
"""Burden of one unit, per mille of GDP a year, above which a solver could take it for infinity."""


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add the model's objectives as ``objective_gap`` and so on; only the first of them is active. Limits are rows."""
    makers = {"gap": gap_terms, "risk": risk_terms, "cost": cost_terms, "burden": burden_terms}
    limits = problem.model.limits
    terms = {name: makers[name](m, problem) for name in dict.fromkeys([*problem.model.objectives, *limits])}
    for position, name in enumerate(problem.model.objectives):
        objective = pyo.Objective(expr=linear(terms[name]))
        m.add_component(f"objective_{name}", objective)
        if position:
            objective.deactivate()
    m.limit_objective = pyo.Constraint(pyo.Any, doc="an objective stays within the model's limit for it")
    for name, most in limits.items():
        if terms[name]:
            m.limit_objective[name] = (None, linear(terms[name]), float(most))


def gap_terms(m: pyo.ConcreteModel, problem: Problem) -> list[Term]:
    """Mean unmet share of the requirements, weighted."""
    return [
        (float(share), m.shortfall[row.task, row.capability, t])
        for row, share in problem.weighed
        for t in row.periods
        if (row.task, row.capability, t) in m.shortfall
    ]


def risk_terms(m: pyo.ConcreteModel, problem: Problem) -> list[Term]:
    """Thousands of person-months of reluctant nations."""
    terms: list[Term] = []
    each = {stance: (1 - willing) * problem.months / 1000 for stance, willing in problem.willingness.items()}
    for (n, u, j), here in m.cells.items():
        reluctance = each[n, problem.objective_of[j]]
        if reluctance:
            coef = float(reluctance * problem.personnel[u])
            terms += [(coef, deploy) for deploy in here.values()]
    return terms


def cost_terms(m: pyo.ConcreteModel, problem: Problem) -> list[Term]:
    """Everyone's cost over the horizon, in millions."""
    cost = {u: float(k) for u, k in problem.unit_cost.items()}
    return [(cost[u], deploy) for (_, u, _), here in m.cells.items() if cost[u] for deploy in here.values()]


def burden_terms(m: pyo.ConcreteModel, problem: Problem) -> list[Term]:
    """Heaviest own cost a year in per mille of GDP; adds ``heaviest`` and ``burden_heaviest``."""
    m.heaviest = pyo.Var(bounds=(0.0, None), doc="heaviest own cost a year, per mille of GDP")
    m.burden_heaviest = pyo.Constraint(pyo.Any, doc="no nation bears more than the heaviest burden")
    own: dict[str, list[Term]] = defaultdict(list)
    each = {n: 1000 / (gdp * problem.years) for n, gdp in problem.gdp.items()}
    for (n, u, _), here in m.cells.items():
        if n in each and problem.own_cost[u]:
            share = float(each[n] * problem.own_cost[u])
            if share >= HEAVIEST:
                raise _too_heavy(problem, n, u, share)
            own[n] += [(share, deploy) for deploy in here.values()]
    for n, terms in own.items():
        m.burden_heaviest[n] = (None, linear([*terms, (-1.0, m.heaviest)]), 0.0)
    return [(1.0, m.heaviest)]


def _too_heavy(problem: Problem, n: str, u: str, share: float) -> BadInput:
    found = (
        f"a gdp of {float(problem.gdp[n]):g} million beside {float(problem.own_cost[u]):g} million that {n} pays for one "
        f"{u} in a period, a burden of {share:g} per mille a year"
    )
    expected = f"less than {HEAVIEST:g} per mille; gdp and costs are both in millions"
    return BadInput([Fault(f"nations[nation={n}]", None, "gdp", found, expected)])
