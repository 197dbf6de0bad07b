r"""A multinational task is led by one framework nation.

$$\sum_n w_{nj} \le 1, \qquad f_{njt} \le \bar{f}_{njt}\, w_{nj}, \qquad f_{njt} \le \sum_u h_u x_{nujt}, \qquad \sum_n f_{njt} \ge \phi_j \sum_{n,u} h_u x_{nujt}$$

The framework nation (only nations that can lead; the one that the task names, if it names one) is the same in every
period in which anyone is there, and its personnel $f$ at the task are at
least the share $\phi$ of all. Without a framework nation, nobody deploys to the task. A bound on the personnel of
others (a big M) is not needed.

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $x$ | `deploy` | whole variable | n, u, j, t | units |
| $w$ | `leads` | 0/1 variable | n, j | |
| $f$ | `led` | variable | n, j, t | people of the framework nation |
| $h$ | `problem.personnel` | parameter | u | people a unit |
| $\phi$ | `problem.framework_share` | parameter | j | share |
| $\bar{f}$ | from `problem.cap` and the ceiling | parameter | n, j, t | people |

If figures are so far apart that a solver's tolerances would hide people, these rows, in digits, replace $f$:

$$\sum_u h_u x_{nujt} - \phi_j \sum_{n',u} h_u x_{n'ujt} \ge -M (1 - w_{nj}), \qquad x_{nujt} \le \bar{x}_{nut} \sum_{n'} w_{n'j}$$

where $M$ is the most personnel that the deployments of others can require of $n$.

Constraints: `framework_nation_one[j]`, `framework_nation_leads[n, j, t]`, `framework_nation_there[n, j, t]`,
`framework_nation_share[j, t]`; or `framework_nation_own[n, j, t]`, `framework_nation_led[n, u, j, t]`. Needs: `deploy`.
Source: disaggregated (convex-hull) formulation of a choice of one, Balas (1985), SIAM Journal on Algebraic and Discrete
Methods 6(3).

**Toy.** Share one half; A (can lead) has two battalions of 500 at the task, B and C have one of 400 each: A gives
1,000 of 1,800, more than half. A third smaller nation with 400 would make it 1,000 of 2,200, which is not allowed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pyomo.core as pyo

from allocator.exact import step_of
from allocator.families.columns import Cells, Numbers
from allocator.families.rows import MODERATE, Exact, Rows, Term, at_least, linear, only_if
from allocator.families.sums import Floats, numbered
from allocator.problem import Problem

TaskPeriod = tuple[str, int]


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``leads``, ``led`` and their constraints."""
    m.leads = pyo.Var(pyo.Any, dense=False, domain=pyo.Binary, doc="nation is the framework nation of the task")
    m.led = pyo.Var(pyo.Any, dense=False, doc="people of the framework nation at the task")
    m.framework_nation_one = Rows(doc="at most one nation leads a task")
    m.framework_nation_leads = Rows(doc="only a nation that leads counts its people")
    m.framework_nation_there = Rows(doc="counted people of the framework nation are there")
    m.framework_nation_share = Rows(doc="the framework nation gives its share")
    m.framework_nation_own = Rows(doc="a nation that leads gives its share (figures far apart)")
    m.framework_nation_led = Rows(doc="nobody is there unless a nation leads (figures far apart)")
    cells: Cells = m.cells
    leaders: dict[str, list[str]] = defaultdict(list)
    for n, _, j in cells.pools_at:
        if j in problem.framework_share and n in problem.leaders[j] and (n, j) not in m.leads:
            m.leads.add((n, j))
            leaders[j].append(n)
    for j, nations in leaders.items():
        m.framework_nation_one[j] = (None, linear([(1.0, m.leads[n, j]) for n in nations]), 1.0)
    shared = np.array([j in problem.framework_share for j in cells.tasks], dtype=bool)[cells.task]
    groups = cells.groups(cells.task, cells.period, among=np.flatnonzero(shared))
    at = {(cells.tasks[cells.task[here[0]]], int(cells.period[here[0]])): here for here in groups}
    each = np.array([float(problem.personnel[u]) for u in cells.units])[cells.unit]  # people a unit
    people = each * np.array(cells.most, dtype=float)
    far = {key for key, there in at.items() if _far_apart(problem, cells, key[0], there, people)}
    for j, t in sorted(far):
        _in_digits(m, problem, j, t, at[j, t])
    _in_people(m, problem, {key: there for key, there in at.items() if key not in far}, each, people)


def _far_apart(problem: Problem, cells: Cells, j: str, there: Numbers, people: Floats) -> bool:
    """Whether a person more or less could disappear in a solver's tolerances."""
    share = problem.framework_share[j]
    kinds = {problem.personnel[cells.units[u]] for u in set(cells.unit[there].tolist())}
    parts = [part for h in kinds for part in (share * h, (1 - share) * h) if part]
    return max(parts) > MODERATE * step_of(parts) or float(people[there].sum()) > 1000 * MODERATE


def _in_people(
    m: pyo.ConcreteModel, problem: Problem, at: Mapping[TaskPeriod, Numbers], each: Floats, people: Floats
) -> None:
    """The people of the framework nation, as a column."""
    cells: Cells = m.cells
    in_people = np.zeros((len(cells.tasks), problem.last + 1), dtype=bool)
    for there in at.values():
        in_people[cells.task[there[0]], cells.period[there[0]]] = True
    may_lead = np.array([(n, j) in m.leads for n, _, j in cells.pools_at], dtype=bool)
    places = in_people[cells.task, cells.period] & np.repeat(may_lead, cells.count)
    counted: dict[TaskPeriod, list[Term]] = defaultdict(list)
    for here in cells.groups(cells.nation, cells.task, cells.period, among=np.flatnonzero(places)):
        n, j = cells.nations[cells.nation[here[0]]], cells.tasks[cells.task[here[0]]]
        t, most = int(cells.period[here[0]]), int(people[here].sum())
        if n in problem.troop_ceiling and problem.has("troop_ceiling"):
            most = min(most, int(problem.troop_ceiling[n]))
        led = m.led.add((n, j, t))
        led.setlb(0.0)
        led.setub(float(most))
        counted[j, t].append((1.0, led))
        m.framework_nation_leads[n, j, t] = (None, linear([(1.0, led), (-float(most), m.leads[n, j])]), 0.0)
        m.framework_nation_there[n, j, t] = (None, numbered(-each[here], here, (1.0, led)), 0.0)
    for (j, t), there in at.items():
        asked = -float(problem.framework_share[j]) * each[there]
        m.framework_nation_share[j, t] = (0.0, numbered(asked, there, *counted[j, t]), None)


def _in_digits(m: pyo.ConcreteModel, problem: Problem, j: str, t: int, numbers: Numbers) -> None:
    """A row for each nation that may lead, in whole-number columns alone."""
    share = problem.framework_share[j]
    leaders = [n for n, task in m.leads if task == j]
    there: list[tuple[str, str, Any]] = [(x.index()[0], x.index()[1], x) for x in m.cells.variables(numbers)]
    for leader in leaders:
        terms: list[Exact] = []
        others = Fraction(0)
        for n, u, deploy in there:
            people = Fraction(problem.personnel[u])
            terms.append((((1 - share) if n == leader else -share) * people, deploy))
            others += 0 if n == leader else share * people * deploy.ub
        row = [(a, x) for a, x in [*terms, (-others, m.leads[leader, j])] if a]
        at_least(m, m.framework_nation_own, (leader, j, t), row, -others)
    for n, u, deploy in there:
        only_if(m, m.framework_nation_led, (n, u, j, t), [deploy], deploy.ub, [m.leads[k, j] for k in leaders])
