r"""The objectives, each minimised.

$$\text{gap} = \frac{1}{\sum_r w_r} \sum_r \frac{w_r}{|P_r|} \sum_{t \in P_r} \theta_{rt}, \qquad
\theta_{rt} = \frac{s_{rt} + (\alpha_r - 1)\, h_{rt}}{q_r (1 + (\alpha_r - 1) \kappa_r)}, \qquad
\text{risk} = \sum_{n,u,j,t} \frac{(1 - \omega_{no(j)t})\, h_u\, \mu}{1000}\, x_{nujt}$$
$$\text{cost} = \sum_{n,u,j,t} k_u\, x_{nujt} + \text{orders} + \text{expansions}, \qquad
\text{burden} = \max_n \frac{1000}{\mathrm{gdp}_n\, Y} (\text{own cost}_n + \kappa_n\, \text{common cost})$$
$$\text{worst period} = \max_t \frac{\sum_{r:\, t \in P_r} w_r\, \theta_{rt}}{\sum_{r:\, t \in P_r} w_r}, \qquad
\text{turnover} = \sum_{n,u,j,t} \frac{h_u}{1000} \max(0,\ x_{nujt} - x_{nuj,t-1})$$
$$\text{imbalance} = \sum_n \max\Big(0,\ \text{own cost}_n - \frac{\mathrm{gdp}_n}{\sum \mathrm{gdp}} \sum_{n'} \text{own cost}_{n'}\Big)$$

`gap` is a share between 0 and 1 (rows of quantity 0 are left out, $w_r$ = row priority times objective priority). A unit
of the core ($\kappa$ of the quantity, met first) counts $\alpha$ times as much as another; without a core,
$\theta = s / q$. `risk` is in thousands of person-months of reluctant nations ($\omega$ willingness, $\mu$ months a
period). `cost` is in millions over the horizon. `burden` is in per mille of GDP a year, the greatest of all nations with
a gdp (0 if no nation has one); with funding keys ($\kappa_n$) a nation bears its part of what the common fund pays.
`worst_period` is the greatest unmet share of a period. `turnover` is in thousands of
people who go somewhere anew: from the second period on, and from the last to the first if the horizon is indefinite.
`imbalance` is in millions that would have to change hands so that own costs are in proportion to GDP, over nations with
a gdp; it is half the sum of the absolute differences, and the differences themselves add up to 0.

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $x$ | `deploy` | whole variable | n, u, j, t | units |
| $s$, $h_{rt}$ | `shortfall`, `core_shortfall` | variable | j, c, t | the capability's |
| $w$, $P$, $q$ | `row.weight`, `.periods`, `.quantity` | parameter | r | weight; periods; the capability's |
| $\kappa_r$, $\alpha$ | core_share, core_weight | parameter | r | share; weight |
| $\omega$ | `problem.willingness` | parameter | n, o, t | 0 to 1 |
| $h_u$ | `problem.personnel` | parameter | u | people a unit |
| $\mu$, $Y$ | `problem.months`, `money.years` | parameter | | months a period; years of the horizon |
| $k_u$, own and common cost | see `budget` | | | millions |
| $\kappa_n$ | `money.funding_keys` | parameter | n | share |

The objectives are minimised one after the other, in the model's order. While the next ones are minimised, an objective
that reached the value $v$ is held at $f(x) \le (1 + \tau)\, v + 10^{-6} \max(1, |v|)$, where $\tau$ is the model's
`tolerance` (`lexicographic.py`).

A model's `limits` keep an objective, listed or not, at or below a value: `limit_objective[name]` (epsilon-constraint
method, Haimes, Lasdon and Wismer (1971), IEEE Transactions on Systems, Man and Cybernetics 1(3)). The row of a limit
above $2^{40}$ is divided by a power of two, which rounds nothing.

The greatest share is held by `heaviest` with the constraint `burden_heaviest[n]`, the worst period by `worst` with
`worst_period_counted[t]`, what comes anew by `anew` with `turnover_anew[n, u, j, t]`, and what is above the
proportional share by `above` with `imbalance_above[n]` (`own_total` is the sum of own costs, `imbalance_total`). With
funding keys `common_total` (`burden_common`) is what the common fund pays. Source of the order of minimisation:
lexicographic goal programming, Charnes and Cooper (1961), Management Models and Industrial Applications of Linear
Programming.

**Toy.** Two lines of equal weight, one met, one short by 3 of 4: gap = (0 + 3/4) / 2 = 0.375.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

import numpy as np
import pyomo.core as pyo

from allocator.errors import BadInput, Fault
from allocator.families.columns import Cells
from allocator.families.payments import COMMON, EVERYONE, Payments
from allocator.families.rows import Aim, Block, Rows, Term, linear, weighed, within
from allocator.families.sums import Floats, Numbered, numbered, sizes_of, together
from allocator.problem import Problem
from allocator.statement import Row

HEAVIEST = 1e15
"""Burden of one unit, per mille of GDP a year, above which a solver could take it for infinity."""


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add the model's objectives as ``objective_gap`` and so on; only the first of them is active. Limits are rows."""
    limits = problem.model.limits
    terms = {name: MAKERS[name](m, problem) for name in dict.fromkeys([*problem.model.objectives, *limits])}
    for position, name in enumerate(problem.model.objectives):
        objective = Aim(linear(terms[name]))
        m.add_component(f"objective_{name}", objective)
        if position:
            objective.deactivate()
    m.limit_objective = Rows(doc="an objective stays within the model's limit for it")
    for name, most in limits.items():
        if terms[name]:
            within(m.limit_objective, name, linear(terms[name]), float(most))


Amount = list[Term] | Numbered
"""Terms of an objective."""


def gap_terms(m: pyo.ConcreteModel, problem: Problem) -> list[Term]:
    """Mean unmet share of the requirements, weighted."""
    return unmet_terms(m, problem.weighed)


def unmet_terms(m: pyo.ConcreteModel, weighed: Iterable[tuple[Row, Fraction]]) -> list[Term]:
    """Mean unmet share of some rows, each with what one missing unit in one period adds to it."""
    return [term for row, share in weighed for t in row.periods for term in _counted(m, row, t, share)]


def _counted(m: pyo.ConcreteModel, row: Row, t: int, share: Fraction) -> Iterator[Term]:
    """What is missing of a row in a period; a unit of the core counts more."""
    key = (row.task, row.capability, t)
    if key in m.shortfall:
        yield float(share), m.shortfall[key]
    if key in m.core_shortfall:
        yield float(share * (row.core_weight - 1)), m.core_shortfall[key]


def risk_terms(m: pyo.ConcreteModel, problem: Problem) -> Numbered:
    """Thousands of person-months of reluctant nations."""
    cells: Cells = m.cells
    each_of = np.zeros(len(cells.period))
    curves: dict[tuple[str, str, int], Floats] = {}  # (nation, objective, people) -> risk of a unit by period
    for (n, u, j), first, last in zip(cells.pools_at, cells.begin.tolist(), cells.begin[1:].tolist(), strict=False):
        key = (n, problem.objective_of[j], problem.personnel[u])
        if key not in curves:
            stance, curve = problem.willingness[key[:2]], np.zeros(problem.last + 1)
            risk = {willing: float((1 - willing) * problem.months / 1000 * key[2]) for willing in set(stance.values())}
            curve[list(stance)] = [risk[willing] for willing in stance.values()]
            curves[key] = curve
        each_of[first:last] = curves[key][cells.period[first:last]]
    numbers = np.flatnonzero(each_of)
    return numbered(each_of[numbers], numbers)


def cost_terms(m: pyo.ConcreteModel, problem: Problem) -> Numbered:
    """Everyone's cost over the horizon, in millions."""
    return weighed(Payments(m, problem).terms(EVERYONE, problem.PERIODS))


def burden_terms(m: pyo.ConcreteModel, problem: Problem) -> list[Term]:
    """Heaviest cost a year in per mille of GDP; adds ``heaviest`` and ``burden_heaviest``."""
    m.heaviest = pyo.Var(bounds=(0.0, None), doc="heaviest cost a year, per mille of GDP")
    m.burden_heaviest = Rows(doc="no nation bears more than the heaviest burden")
    payments, money = Payments(m, problem), problem.money
    common = payments.terms(COMMON, problem.PERIODS) if money.funding_keys else None
    if common:
        m.common_total = pyo.Var(bounds=(0.0, None), doc="what the common fund pays, millions")
        total = weighed(common, (-1.0, m.common_total))
        m.burden_common = pyo.Constraint(expr=(0.0, total.expression(m.cells), 0.0), doc="what the common fund pays")
    for n, gdp in money.gdp.items():
        each = 1000 / (gdp * money.years)
        own = payments.terms(n, problem.PERIODS).times(each)
        heavy = max(sizes_of(own)[0], default=Fraction(0))
        if heavy >= HEAVIEST:
            raise _too_heavy(problem, n, float(heavy))
        funded = [(float(each * money.funding_keys[n]), m.common_total)] if common and n in money.funding_keys else []
        if own or funded:
            m.burden_heaviest[n] = (None, weighed(own, *funded, (-1.0, m.heaviest)), 0.0)
    return [(1.0, m.heaviest)]


def worst_period_terms(m: pyo.ConcreteModel, problem: Problem) -> list[Term]:
    """Greatest unmet share of a period; adds ``worst`` and ``worst_period_counted``."""
    m.worst = pyo.Var(bounds=(0.0, 1.0), doc="greatest unmet share of a period")
    m.worst_period_counted = Rows(doc="no period is worse than the worst")
    for t, rows in problem.standing.items():
        weight = sum(row.weight for row in rows)
        terms = [term for row in rows for term in _counted(m, row, t, row.weight / (weight * row.whole))]
        if terms:
            m.worst_period_counted[t] = (None, linear([*terms, (-1.0, m.worst)]), 0.0)
    return [(1.0, m.worst)]


def turnover_terms(m: pyo.ConcreteModel, problem: Problem) -> Numbered:
    """Thousands of people who go somewhere anew; adds ``anew`` and ``turnover_anew``."""
    cells: Cells = m.cells
    cell = np.repeat(np.arange(len(cells.pools_at)), cells.count)
    at = np.full((len(cells.pools_at), problem.last + 1), -1)
    at[cell, cells.period] = np.arange(len(cell))
    round_the_end = problem.last if problem.instance.indefinite and problem.last > 1 else 0
    before = np.where(cells.period > 1, cells.period - 1, round_the_end)
    earlier = np.where(before > 0, at[cell, before], -1)
    stays = np.flatnonzero(earlier >= 0)
    every = list(cells.deploy.place)
    keys, most = [every[x] for x in stays.tolist()], [float(cells.most[x]) for x in stays.tolist()]
    m.anew = cells.more(
        keys, domain=pyo.Reals, least=0.0, most=most, doc="units that were not at the task in the period before"
    )
    m.turnover_anew = Rows(doc="units beyond those of the period before come anew")
    anew = m.anew.first + np.arange(len(stays))
    numbers = np.stack([stays, earlier[stays], anew], axis=1).ravel()
    coefs = np.tile([1.0, -1.0, -1.0], len(stays))
    m.turnover_anew.add_block(Block(keys, 3 * np.arange(len(stays) + 1), coefs, numbers, None, np.zeros(len(stays))))
    people = np.array([problem.personnel[u] / 1000 for u in cells.units])[cells.unit]
    comes = np.flatnonzero((before > 0) & (earlier < 0))
    return numbered(np.concatenate([people[comes], people[stays]]), np.concatenate([comes, anew]))


def imbalance_terms(m: pyo.ConcreteModel, problem: Problem) -> list[Term]:
    """Millions above the shares that are proportional to GDP; adds ``above``, ``own_total`` and their constraints."""
    payments, gdp = Payments(m, problem), problem.money.gdp
    own = {n: payments.terms(n, problem.PERIODS) for n in gdp}
    m.own_total = pyo.Var(bounds=(0.0, None), doc="own costs of the nations with a gdp, millions")
    m.above = pyo.Var(pyo.Any, dense=False, doc="own cost above the proportional share, millions")
    m.imbalance_total = Rows(doc="the sum of own costs")
    m.imbalance_above = Rows(doc="own cost beyond the proportional share is above it")
    every = together(list(own.values()))
    if not every:
        return []
    m.imbalance_total[0] = (0.0, weighed(every, (-1.0, m.own_total)), 0.0)
    total = sum(gdp.values())
    for n, terms in own.items():
        if terms:
            above = m.above.add(n)
            above.setlb(0.0)
            share = float(gdp[n] / total)
            row = weighed(terms, (-share, m.own_total), (-1.0, above))
            m.imbalance_above[n] = (None, row, 0.0)
    return [(1.0, above) for above in m.above.values()]


MAKERS: dict[str, Callable[[pyo.ConcreteModel, Problem], Amount]] = {
    "gap": gap_terms,
    "risk": risk_terms,
    "cost": cost_terms,
    "burden": burden_terms,
    "worst_period": worst_period_terms,
    "turnover": turnover_terms,
    "imbalance": imbalance_terms,
}


def _too_heavy(problem: Problem, n: str, share: float) -> BadInput:
    found = f"a gdp of {float(problem.money.gdp[n]):g} million beside what {n} pays, a burden of {share:g} per mille a year for one unit"
    expected = f"less than {HEAVIEST:g} per mille; gdp and costs are both in millions"
    return BadInput([Fault(f"nations[nation={n}]", None, "gdp", found, expected)])
