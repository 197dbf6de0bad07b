r"""A nation joins an objective in a period if and only if it deploys something under it then.

$$x_{nujt} \le \bar{x}_{nut}\, z_{not} \ (\text{summed over the tasks } j \text{ of } o), \qquad z_{not} \le \sum_{u,\,j \in o} x_{nujt}$$
$$z_{not} \le y_{nt}, \qquad y_{nt} \le \sum_o z_{not}$$

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $z$ | `joins` | 0/1 variable | n, o, t | |
| $y$ | `member` | 0/1 variable | n, t | |
| $x$ | `deploy` | whole variable | n, u, j, t | units |
| $\bar{x}$ | `problem.cap` | parameter | n, u, t | units: what pool, ceiling and budgets allow |

Constraints: `participation_deployed[n, u, o, t]`, `participation_joined[n, o, t]`, `participation_member[n, o, t]`,
`participation_counted[n, t]`.
A lean model (which `solve` builds) has only the variables that a pledge refers to, and only the constraints in the
direction in which they can bind: $z$ of nations whose pledge depends on others (deployed $\Rightarrow$ joined), $y$ of
the nations that these pledges wait for (member $\Rightarrow$ deployed). Optimal values are the same.
Needs: `deploy`. Source: the linking of fixed charges in Balinski (1961), Naval Research Logistics Quarterly 8(1).

**Toy.** A nation with a pool of three units may send them to two tasks of one objective: $x_1 + x_2 \le 3z$ and
$z \le x_1 + x_2$, so $z = 1$ exactly if at least one unit is sent.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyomo.core as pyo

from allocator.families.columns import Cells, Numbers
from allocator.families.rows import Rows, linear, only_if
from allocator.families.sums import numbered
from allocator.problem import Problem


def awaited(problem: Problem) -> set[str]:
    """Nations that some pledge waits for."""
    nations: set[str] = set()
    for _, _, requires, value in problem.live_pledges:
        if requires == "coalition_size":
            nations.update(n for n, _, _ in problem.cap if n not in problem.money.collective)
        else:
            nations.update([value] if requires == "nation" else value)
    return nations


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``joins``, ``member`` and their definitions."""
    cells: Cells = m.cells
    pledged = {(n, o) for n, o, _, _ in problem.live_pledges}
    counted = awaited(problem)
    objectives = [problem.objective_of[j] for j in cells.tasks]
    code = {o: at for at, o in enumerate(dict.fromkeys(objectives))}
    objective = np.array([code[o] for o in objectives], dtype=np.int64)[cells.task]
    kept = [not m.lean or (n, problem.objective_of[j]) in pledged or n in counted for n, _, j in cells.pools_at]
    among = np.flatnonzero(np.repeat(np.array(kept, dtype=bool), cells.count))

    def joined(here: Numbers) -> tuple[str, str, int]:
        return cells.nations[cells.nation[here[0]]], objectives[cells.task[here[0]]], int(cells.period[here[0]])

    groups = cells.groups(cells.nation, objective, cells.period, among=among)
    deployed = {joined(here): here for here in groups}
    m.joins = pyo.Var(pyo.Any, dense=False, domain=pyo.Binary, doc="nation deploys something under the objective")
    m.member = pyo.Var(pyo.Any, dense=False, domain=pyo.Binary, doc="nation joins some objective")
    m.participation_deployed = Rows(doc="a nation that deploys joins the objective")
    m.participation_joined = Rows(doc="a nation that joins deploys something")
    m.participation_member = Rows(doc="a nation that joins is a member")
    m.participation_counted = Rows(doc="a member joins or, in a lean model, deploys something")
    for n, o, t in deployed:
        if not m.lean or (n, o) in pledged:
            m.joins.add((n, o, t))
    for here in cells.groups(cells.nation, cells.unit, objective, cells.period, among=among):
        n, o, t = joined(here)
        if (n, o, t) in m.joins:
            u = cells.units[cells.unit[here[0]]]
            most = min(sum(cells.most[at] for at in here.tolist()), problem.pool_cap[n, u][t])
            only_if(m, m.participation_deployed, (n, u, o, t), here, most, [m.joins[n, o, t]])
    _members(m, deployed, counted)


def _members(m: pyo.ConcreteModel, deployed: dict[tuple[str, str, int], Numbers], counted: set[str]) -> None:
    """Who is a member in a period."""
    members: dict[tuple[str, int], list[str]] = defaultdict(list)
    for n, o, t in deployed:
        members[n, t].append(o)
    for (n, t), objectives in members.items():
        if m.lean:
            if n in counted:
                here = np.concatenate([deployed[n, o, t] for o in objectives])
                fewer = numbered(np.full(len(here), -1.0), here, (1.0, m.member.add((n, t))))
                m.participation_counted[n, t] = (None, fewer, 0.0)
            continue
        member = m.member.add((n, t))
        for o in objectives:
            here = deployed[n, o, t]
            fewer = numbered(np.full(len(here), -1.0), here, (1.0, m.joins[n, o, t]))
            m.participation_joined[n, o, t] = (None, fewer, 0.0)
            m.participation_member[n, o, t] = (None, linear([(1.0, m.joins[n, o, t]), (-1.0, member)]), 0.0)
        joined = [(-1.0, m.joins[n, o, t]) for o in objectives]
        m.participation_counted[n, t] = (None, linear([(1.0, member), *joined]), 0.0)
