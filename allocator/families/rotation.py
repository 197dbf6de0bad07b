r"""Every deployment can be relieved: a pool sustains one deployed unit for every $\rho$ units in it that can be used.

$$\sum_{\tau = a}^{b} \sum_j x_{nuj\tau} \le \alpha_{nu} \Big( p_{nu}(a, b) + \sum_{k + L_{nu} \le b} o_{nuk} \Big) - \min(h_{nu},\ \alpha_{nu}\, p_{nu}(a, b))$$
$$\forall n, u,\ \text{spans } a..b \text{ of at most } \rho_u \text{ periods}$$

$p(a, b)$ is what the nation has at some time of the span: its pool with the changes up to $a$, and the units that join
after $a$ up to $b$. Of that, the share $\alpha$ can be used, less the units $h$ that stay at home. Orders that are ready
come on top. On an indefinite horizon pools do not change, and the periods wrap around as often as $\rho$ requires: with
one period, $\rho\,x \le \lfloor \alpha p - h \rfloor$. Without this family every span is one period. A unit that is used
up when it deploys has the whole horizon as its span.

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $x$ | `deploy` | whole variable | n, u, j, t | units |
| $D$ | `drawn` | whole variable | n, u, t | units |
| $o$ | `single` + `joint` | whole variables | n, u, k | units ordered in period k |
| $p$ | `problem.pools.owned` | parameter | n, u, a, b | units |
| $\alpha$, $h$ | `pools.availability`, `pools.home_units` | parameter | n, u | share; units |
| $\rho$ | `pools.ratio` | parameter | u | units in the pool for one deployed |
| $L$ | `programme.lead` | parameter | n, u | periods |

What deploys is whole, so only the whole part of what can be used counts. With orders $o$ that part is a staircase
$\lfloor \alpha\,p - h + \alpha\,o \rfloor$; the rows are the edges of the smallest concave function above it. They admit
the same whole numbers as the inequality, and fewer fractions.

In models of one period with up to 5,000 deployments, what a pool deploys at several tasks is a whole number of its own,
$D_{nut} = \sum_j x_{nujt}$ (`pool_drawn[n, u, t]`). It takes the place of the sum here, in ceilings and in costs: a
search that branches on it does not have to try each task.

Constraint: `rotation_pool[n, u, a, b]`, and `rotation_pool[n, u, a, b, i]` for further edges $i = 1, 2, \dots$ A span has a row only if no longer span implies it: spans that end in each period
and begin $\rho$ periods earlier or when units leave, unless the same span can be longer with the same units. If a window
counts every period equally often, its row is divided by that number and rounded down.
Needs: `deploy`, and `acquisition` where there are orders. Source: rotation as a cyclic sliding window, after the cyclic
staffing model of Bartholdi, Orlin and Ratliff (1980), Operations Research 28(5).

**Toy.** Nine brigades, $\rho = 4$, one period without end: $4x \le 9$, so two brigades can stay deployed; the
ninth is idle. If 80 % are available and one stays at home, $4x \le 6$: one brigade. In a single effort of one period,
without rotation, all nine may deploy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from math import floor, gcd

import numpy as np
import pyomo.core as pyo

from allocator.families.acquisition import ready
from allocator.families.columns import Cells, Numbers
from allocator.families.rows import Rows, at_most, weighed
from allocator.families.sums import Sizes, Sum, alike
from allocator.families.totals import of_pools
from allocator.problem import Problem

STEPS = 1_000
"""Most orders for which the staircase is followed; with more of them, the row is written with fractions."""


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``rotation_pool``."""
    m.rotation_pool = Rows(doc="units deployed in a span of rotation can be used")
    pools = problem.pools
    for (n, u), numbers, begin in _pools(m, problem):
        changes, usable = pools.changes.get((n, u)), pools.usable((n, u), 1, 1)
        for window in pools.windows((n, u)):
            if changes:
                usable = pools.usable((n, u), window.start, window.end)
            orders = ready(m, problem, (n, u), window.end) if m.bought else []
            first = (window.start - 1) % problem.last
            use = numbers[
                begin[first] : begin[first + len(window.counts)]
            ]  # periods in a row, round the end if need be
            key = (n, u, window.start, window.end)
            if orders:
                available = pools.availability.get((n, u), Fraction(1))
                edges = staircase(usable, available, pools.arriving((n, u), window.end))
                for i, (a, b, limit) in enumerate(edges if len(use) else ()):
                    more = [(-b, column) for _, column in orders if b]
                    at_most(m, m.rotation_pool, (*key, i) if i else key, of_pools(m, alike(a, use)).plus(*more), limit)
            elif len(use) > 1:  # a single term is limited by its own bound
                counted, often = _counted(m.cells, use, window.counts)
                m.rotation_pool[key] = (None, weighed(of_pools(m, counted)), float(usable // often))


def _pools(m: pyo.ConcreteModel, problem: Problem) -> Iterator[tuple[tuple[str, str], Numbers, list[int]]]:
    """Each pool with its deployments by period, twice over, and the place at which each of the periods begins."""
    cells, last = m.cells, problem.last
    ends = np.arange(last + 1)
    for here in cells.groups(cells.nation, cells.unit):
        n, u = cells.nations[cells.nation[here[0]]], cells.units[cells.unit[here[0]]]
        numbers = here[np.argsort(cells.period[here], kind="stable")]
        begin = np.searchsorted(cells.period[numbers], ends + 1).tolist()
        begin += [len(numbers) + place for place in begin[1:]]
        yield (n, u), np.concatenate([numbers, numbers]), begin


def _counted(cells: Cells, use: Numbers, counts: Mapping[int, int]) -> tuple[Sum, int]:
    """Deployments as often as a window counts each, divided by the number that all have in common."""
    often = min(counts.values())
    if often == max(counts.values()):
        return alike(1, use), often
    most = max(counts.values())
    times = np.array([counts[t] for t in cells.period[use].tolist()])
    return Sum(Sizes([Fraction(each) for each in range(most + 1)]), times, use), 1


def staircase(usable: Fraction, available: Fraction, most: int) -> list[tuple[Fraction, Fraction, Fraction]]:
    """Edges (a, b, c) that say a * x <= c + b * o: as tight as possible around x <= usable + available * o.

    The edges hold for whole x and all whole o from 0 to ``most``.
    """
    if most > STEPS:
        return [(Fraction(1), available, usable)]
    corners: list[tuple[int, int]] = []
    for o in range(most + 1):
        x = floor(usable + available * o)
        while len(corners) > 1 and _below(corners[-2], corners[-1], (o, x)):
            corners.pop()
        corners.append((o, x))
    if len(corners) == 1:
        return [(Fraction(1), Fraction(0), Fraction(corners[0][1]))]
    edges = []
    for (o, x), (further, higher) in pairwise(corners):
        parts = gcd(further - o, higher - x)
        run, rise = (further - o) // parts, (higher - x) // parts
        edges.append((Fraction(run), Fraction(rise), Fraction(run * x - rise * o)))
    return edges


def _below(first: tuple[int, int], middle: tuple[int, int], last: tuple[int, int]) -> bool:
    """Whether the middle one of three points is on or below the line between the others."""
    return (middle[1] - first[1]) * (last[0] - first[0]) <= (last[1] - first[1]) * (middle[0] - first[0])
