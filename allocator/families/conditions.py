r"""A nation with a conditional pledge joins only if the condition holds.

$$z_{not} \le y_{mt} \ (\text{nation } m), \qquad z_{not} \le \sum_{m \in L} y_{mt} \ (\text{any of } L), \qquad K z_{not} \le \sum_m y_{mt} \ (\text{coalition of } K)$$

A pledge holds in each period in which what it asks for holds.

A pledge that requires an event assumed false has no variable; a pledge with a blank objective applies to each
objective.

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $z$ | `joins` | 0/1 variable | n, o, t | |
| $y$ | `member` | 0/1 variable | n, t | |
| $K$, $L$ | `problem.pledges` | parameter | n, o | nations |

A collective counts where a pledge names it, but not in the size of a coalition.
Constraint: `conditions_pledge[n, o, i, t]`, where `i` is the number of the pledge.
Needs: `joins`, `member`. Source: contingent decisions between projects, Weingartner (1966), Management Science 12(7).

**Toy.** B joins if A does, and C joins in a coalition of three. If A sends one unit, B may join. With A and B, C makes
three, so C may join as well. If A were unwilling, nobody could join.
"""

from __future__ import annotations

import pyomo.core as pyo

from allocator.families.rows import Rows, Term, linear
from allocator.problem import Problem


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``conditions_pledge``."""
    m.conditions_pledge = Rows(doc="a nation with a conditional pledge joins only if it holds")
    able = [n for n in dict.fromkeys(n for n, _, _ in problem.cap) if n not in problem.money.collective]
    for i, (n, o, requires, value) in enumerate(problem.live_pledges):
        needed = value if requires == "coalition_size" else 1
        company = able if requires == "coalition_size" else [value] if requires == "nation" else value
        if requires != "coalition_size" and n in company:
            continue  # a pledge on itself always holds
        for t in problem.PERIODS:
            if (n, o, t) in m.joins:
                terms: list[Term] = [(-1.0, m.member[k, t]) for k in company if (k, t) in m.member]
                pledged = (float(needed), m.joins[n, o, t])
                m.conditions_pledge[n, o, i, t] = (None, linear([pledged, *terms]), 0.0)
