r"""Nations order units, within their programmes.

$$o_{nuk} = s_{nuk} + c_{nuk}, \qquad \sum_k o_{nuk} \le \bar{o}_{nu}, \qquad \ell_{nu}\, v_{nuk} \le o_{nuk} \le \bar{o}_{nuk}\, v_{nuk} \ (\text{where } \ell_{nu} > 1)$$

| symbol | code | kind | index | unit |
| --- | --- | --- | --- | --- |
| $o$ | `orders` | expression | n, u, k | units ordered in period k |
| $s$, $c$ | `single`, `joint` | whole variable | n, u, k | units, bought alone or together |
| $v$ | `buys` | 0/1 variable | n, u, k | |
| $\bar{o}_{nu}$, $\ell$ | `programme.max_units`, `.min_order` | parameter | n, u | units |
| $\bar{o}_{nuk}$ | `programme.most` | parameter | n, u, k | units: what programme and industry allow |

An order can be made where it becomes ready within the horizon. An order is the sum of what is bought alone and what is
bought together: the relaxation is the same as with a joint part of an order, and the bounds are better after some
nodes. Units that are ready enlarge the pool from then on (see `rotation`), and what they cost is in `budget` and the
objectives.

Constraints: `acquisition_most[n, u]`, `acquisition_least[n, u, k]`, `acquisition_switch[n, u, k]`.
Source: capacity expansion with whole units and lead times, Luss (1982), Operations Research 30(5).

**Toy.** At most four batteries, at least two in an order: orders of 2 and 2, or one of 3, but never 3 and 1.
"""

from __future__ import annotations

from fractions import Fraction

import pyomo.core as pyo

from allocator.families.rows import Exact, Rows, at_least, at_most, linear, only_if
from allocator.problem import Problem


def columns(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add ``single``, ``joint`` and ``expand``; ``m.bought[n, u][k]`` lists the order's columns, each with its kind."""
    m.bought = {}
    pools = problem.pools
    if not pools.programmes and not pools.industry:
        return
    whole = pyo.NonNegativeIntegers
    m.single = pyo.Var(pyo.Any, dense=False, domain=whole, doc="units that a nation orders alone")
    m.joint = pyo.Var(pyo.Any, dense=False, domain=whole, doc="units that a nation orders together with others")
    m.expand = pyo.Var(pyo.Any, dense=False, domain=whole, doc="expansions of industry that are ordered")
    for (n, u), programme in pools.programmes.items():
        here = m.bought[n, u] = {}
        for k, most in programme.most.items():
            kinds = [(m.single, False), *([(m.joint, True)] if n in pools.clubs.get((u, k), ()) else [])]
            here[k] = [(component.add((n, u, k)), together) for component, together in kinds]
            for column, _ in here[k]:
                column.setub(most)
    if not m.lean:
        m.orders = pyo.Expression(pyo.Any, doc="units that a nation orders")
        for (n, u), orders in m.bought.items():
            for k, parts in orders.items():
                m.orders[n, u, k] = linear([(1.0, column) for column, _ in parts]).expression()
    for u, industry in pools.industry.items():
        for k in industry.periods if industry.max_expansions else ():
            m.expand.add((u, k)).setub(industry.max_expansions)


def ready(m: pyo.ConcreteModel, problem: Problem, pool: tuple[str, str], last: int) -> list[Exact]:
    """Units of a pool that are ordered and ready by a period."""
    programme = problem.pools.programmes.get(pool)
    return [
        (Fraction(1), column)
        for k, parts in m.bought.get(pool, {}).items()
        if programme is not None and k + programme.lead <= last
        for column, _ in parts
    ]


def add(m: pyo.ConcreteModel, problem: Problem) -> None:
    """Add the limits of programmes; the columns are there already (see :func:`columns`)."""
    if not m.bought:
        return
    m.buys = pyo.Var(pyo.Any, dense=False, domain=pyo.Binary, doc="nation orders units of the type")
    m.acquisition_most = Rows(doc="orders stay within the programme")
    m.acquisition_least = Rows(doc="a nation orders at least its least order")
    m.acquisition_switch = Rows(doc="a nation that does not buy orders nothing")
    for (n, u), orders in m.bought.items():
        programme = problem.pools.programmes[n, u]
        every: list[Exact] = [(Fraction(1), column) for parts in orders.values() for column, _ in parts]
        if len(every) > 1:
            at_most(m, m.acquisition_most, (n, u), every, Fraction(programme.max_units))
        for k, parts in orders.items() if programme.min_order > 1 else ():
            buys = m.buys.add((n, u, k))
            order: list[Exact] = [(Fraction(1), column) for column, _ in parts]
            least = (Fraction(-programme.min_order), buys)
            at_least(m, m.acquisition_least, (n, u, k), [*order, least], Fraction(0))
            columns = [column for column, _ in parts]
            only_if(m, m.acquisition_switch, (n, u, k), columns, programme.most[k], [buys])
