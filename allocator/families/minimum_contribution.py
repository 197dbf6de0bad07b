r"""A nation sends at least its minimum contingent to a task, or nothing.

$$\ell_{nu}\, v_{nujt} \le x_{nujt} \le \bar{x}_{nut}\, v_{nujt} \qquad \text{where } \ell_{nu} > 1$$

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $x$ | `deploy` | whole variable | n, u, j, t | units |
| $v$ | `sends` | 0/1 variable | n, u, j, t | |
| $\ell$ | `pools.min_units` | parameter | n, u | units |
| $\bar{x}$ | `problem.cap` | parameter | n, u, t | units |

Constraints: `minimum_contribution_least[n, u, j, t]`, `minimum_contribution_most[n, u, j, t]`. If the most that
can be sent is below the least, there is no variable at all.
Needs: `deploy`. Source: semi-continuous variables, Beale and Tomlin (1970), in: Proceedings of the Fifth
International Conference on Operational Research.

**Toy.** At least two frigates, and a pool that sustains three: 0, 2 or 3 may be sent, but never one.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pyomo.core as pyo

from allocator.families.columns import Numbers
from allocator.families.rows import MODERATE, Block, Rows, at_least, only_if
from allocator.families.sums import Floats
from allocator.problem import Problem


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``sends`` and its two constraints."""
    cells, min_units = m.cells, problem.pools.min_units
    least = [min_units[n, u] for n, u, _ in cells.pools_at]
    short = np.flatnonzero(np.repeat(np.array([most > 1 for most in least], dtype=bool), cells.count))
    every = list(cells.deploy.place)
    keys = [every[at] for at in short.tolist()]
    m.sends = cells.more(keys, domain=pyo.Binary, doc="nation sends units of the type to the task")
    m.minimum_contribution_least = Rows(doc="a nation sends at least its least contingent")
    m.minimum_contribution_most = Rows(doc="a nation that does not send has no units there")
    fewest = [min_units[n, u] for n, u, _, _ in keys]
    most = [cells.most[at] for at in short.tolist()]
    if all(number <= MODERATE for number in (*fewest, *most)):
        pairs = np.stack([short, m.sends.first + np.arange(len(keys))], axis=1).ravel()
        m.minimum_contribution_least.add_block(_block(keys, pairs, fewest, least=np.zeros(len(keys))))
        m.minimum_contribution_most.add_block(_block(keys, pairs, most, most=np.zeros(len(keys))))
        return
    deploys, switches = cells.variables(short), list(m.sends.values())
    for key, few, many, deploy, sends in zip(keys, fewest, most, deploys, switches, strict=True):
        terms = [(Fraction(1), deploy), (Fraction(-few), sends)]
        at_least(m, m.minimum_contribution_least, key, terms, Fraction(0))
        only_if(m, m.minimum_contribution_most, key, [deploy], many, [sends])


def _block(
    keys: list[Any], pairs: Numbers, factors: list[int], least: Floats | None = None, most: Floats | None = None
) -> Block:
    """A row for each pair of a deployment and its switch: units minus a factor times the switch."""
    coefs = np.stack([np.ones(len(keys)), -np.array(factors, dtype=float)], axis=1).ravel()
    return Block(keys, 2 * np.arange(len(keys) + 1), coefs, pairs, least, most)
