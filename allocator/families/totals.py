"""Whole numbers that sum deployments: of a pool at all tasks, and of a unit type from all nations.

A search that branches on single deployments proves little: what one nation or task lacks, another can take over. The
sums are what rows of pools, money and requirements need. As columns of their own they are branched on, and rows that
are short show HiGHS more cuts. Without them the proof of `deterrence-force` takes four to ten times as long.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.core as pyo

from allocator.families.columns import Numbers
from allocator.families.rows import Rows
from allocator.families.sums import Sum, numbered
from allocator.statement import THEATRE

FEW = 5_000
"""Deployments up to which sums have columns: no search of a larger model ends with a proof, and each column costs.
Over several periods a pool is bound by rows that span them, and sums of single periods only make relaxations larger."""


def start(m: pyo.ConcreteModel) -> None:
    """Add the variables and their rows: those of pools at once, those of unit types as requirements need them."""
    m.drawn = pyo.Var(pyo.Any, dense=False, domain=pyo.NonNegativeIntegers, doc="units of a pool at all tasks")
    m.deployed = pyo.Var(pyo.Any, dense=False, domain=pyo.NonNegativeIntegers, doc="units of a type of all nations")
    m.pool_drawn = Rows(doc="units of a pool at all tasks are counted")
    m.requirement_deployed = Rows(doc="units of all nations are counted")
    cells = m.cells
    m.drawn_of = {}  # column of a pool's sum, by the number of each deployment in it
    m.summed = m.problem.last == 1 and len(cells.most) <= FEW
    if not m.summed:
        return
    for here in cells.groups(cells.nation, cells.unit, cells.period):
        if len(here) > 1:
            first = here[0]
            key = cells.nations[cells.nation[first]], cells.units[cells.unit[first]], int(cells.period[first])
            column = _sum(m, m.drawn, m.pool_drawn, key, here)
            m.drawn_of.update(dict.fromkeys(here.tolist(), column))


def of_pools(m: pyo.ConcreteModel, terms: Sum) -> Sum:
    """The same sum with one column for what a pool deploys at several tasks in a period.

    All deployments of a pool in a period are in it with the same amount, or none is.
    """
    drawn_of = m.drawn_of
    if not drawn_of:
        return terms
    alone = np.array([at not in drawn_of for at in terms.numbers.tolist()], dtype=bool)
    summed: dict[int, Any] = {}
    for at, kind in zip(terms.numbers[~alone].tolist(), terms.kind[~alone].tolist(), strict=True):
        column = drawn_of[at]
        summed[id(column)] = terms.sizes.amounts[kind], column
    return Sum(terms.sizes, terms.kind[alone], terms.numbers[alone], (*summed.values(), *terms.more))


def of_all_nations(m: pyo.ConcreteModel, terms: Sum, t: int) -> Sum:
    """The terms of a requirement in a period, with one column for a unit type that several nations have."""
    if not m.summed:
        return terms
    cells = m.cells
    alone, summed = [np.zeros(0, dtype=np.int64)], []
    for units in cells.groups(cells.unit, among=terms.numbers):
        places = cells.groups(cells.task, among=units)
        if len(units) == len(places):
            alone.append(units)
            continue
        u = cells.units[cells.unit[units[0]]]
        keys = [(u, cells.tasks[cells.task[here[0]]], t) for here in places]
        key = keys[0] if len(keys) == 1 else (u, THEATRE, t)
        if key not in m.deployed:
            known = [m.deployed[at] for at in keys if at in m.deployed]
            rest = [here for at, here in zip(keys, places, strict=True) if at not in m.deployed]
            _sum(m, m.deployed, m.requirement_deployed, key, np.concatenate([alone[0], *rest]), known)
        summed.append((terms.sizes.amounts[cells.unit[units[0]]], m.deployed[key]))
    numbers = np.concatenate(alone)
    return Sum(terms.sizes, cells.unit[numbers], numbers, (*summed, *terms.more))


def _sum(m: pyo.ConcreteModel, variable: Any, rows: Rows, key: Any, numbers: Numbers, columns: Any = ()) -> Any:
    """A new column that is the sum of others."""
    column = variable.add(key)
    column.setub(sum(m.cells.most[at] for at in numbers.tolist()) + sum(x.ub for x in columns))
    rows[key] = (0.0, numbered(np.ones(len(numbers)), numbers, *((1.0, x) for x in columns), (-1.0, column)), 0.0)
    return column
