r"""A nation with a conditional pledge joins only if the condition holds.

$$z_{no} \le y_m \ (\text{nation } m), \qquad z_{no} \le \sum_{m \in L} y_m \ (\text{any of } L), \qquad K z_{no} \le \sum_m y_m \ (\text{coalition of } K)$$

A pledge that requires an event assumed false has no variable; a pledge with a blank objective applies to each
objective.

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $z$ | `joins` | 0/1 variable | n, o | |
| $y$ | `member` | 0/1 variable | n | |
| $K$, $L$ | `problem.pledges` | parameter | n, o | nations |

Constraint: `conditions_pledge[n, o, i]`, where `i` is the number of the pledge.
Needs: `joins`, `member`. Source: contingent decisions between projects, Weingartner (1966), Management Science 12(7).

**Toy.** B joins if A does, and C joins in a coalition of three. If A sends one unit, B may join. With A and B, C makes
three, so C may join as well. If A were unwilling, nobody could join.
"""

from __future__ import annotations

import pyomo.core as pyo

from allocator.families.rows import Term, linear
from allocator.problem import Problem


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``conditions_pledge``."""
    m.conditions_pledge = pyo.Constraint(pyo.Any, doc="a nation with a conditional pledge joins only if it holds")
    able = list(dict.fromkeys(n for n, _, _ in problem.cap))
    for i, (n, o, requires, value) in enumerate(problem.live_pledges):
        needed = value if requires == "coalition_size" else 1
        company = able if requires == "coalition_size" else [value] if requires == "nation" else value
        if requires != "coalition_size" and n in company:
            continue  # a pledge on itself always holds
        terms: list[Term] = [(-1.0, m.member[k]) for k in company if k in m.member]
        m.conditions_pledge[n, o, i] = (None, linear([(float(needed), m.joins[n, o]), *terms]), 0.0)
