r"""Nations keep what they have promised, and give no more than they will.

$$\underline{x}_i \le \sum_{j} x_{nujt} \le \bar{x}_i \qquad \forall i = (n, u, j \text{ or all tasks}),\ t \in P_i$$

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $x$ | `deploy` | whole variable | n, u, j, t | units |
| $\underline{x}$, $\bar{x}$, $P$ | `problem.commitments` | parameter | i | units; periods |

Constraints: `commitments_least[i, t]`, `commitments_most[i, t]`, where `i` counts the rows of the table from 1. What
cannot be deployed counts as 0, so that a promise that the other rules forbid leaves no plan. A limit on one task is a
bound of the variable. In a future of a two-stage plan the 0/1 column `failed` counts as what was promised.
Needs: `deploy`. Source: bounds on flows, Ford and Fulkerson (1962), Flows in Networks.

**Toy.** A has promised one battalion at `port`, and will give at most three in all: one at `port` and two elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pyomo.core as pyo

from allocator.families.rows import Rows, at_least, at_most
from allocator.families.sums import Sum, alike
from allocator.problem import Commitment, Problem


def promises(m: pyo.ConcreteModel, problem: Problem) -> Iterator[tuple[int, Commitment, int, Sum]]:
    """Each row of the table and period: its number from 1, what it says, the period, and what is deployed."""
    place = m.cells.deploy.place
    for i, promise in enumerate(problem.commitments, start=1):
        tasks = problem.TASKS if promise.task is None else [promise.task]
        for t in promise.periods:
            keys = ((promise.nation, promise.unit_type, j, t) for j in tasks)
            yield i, promise, t, alike(1, np.array([place[key] for key in keys if key in place], dtype=np.int64))


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``commitments_least`` and ``commitments_most``."""
    m.commitments_least = Rows(doc="a nation keeps what it has promised")
    m.commitments_most = Rows(doc="a nation gives no more than it will")
    for i, promise, t, terms in promises(m, problem):
        if promise.at_least:
            kept = terms.plus((Fraction(promise.at_least), m.failed)) if m.may_fail else terms
            at_least(m, m.commitments_least, (i, t), kept, Fraction(promise.at_least))
        if promise.at_most is not None and len(terms.numbers) > 1:
            at_most(m, m.commitments_most, (i, t), terms, Fraction(promise.at_most))
