"""Whole numbers that sum deployments: of a pool at all tasks, and of a unit type from all nations.

A search that branches on single deployments proves little: what one nation or task lacks, another can take over. The
sums are what rows of pools, money and requirements need. As columns of their own they are branched on, and rows that
are short show HiGHS more cuts. Without them the proof of `deterrence-force` takes four to ten times as long.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyomo.core as pyo

from allocator.families.rows import Exact, Rows, linear
from allocator.statement import THEATRE

FEW = 5_000
"""Deployments up to which sums have columns: no search of a larger model ends with a proof, and each column costs.
Over several periods a pool is bound by rows that span them, and sums of single periods only make relaxations larger."""

ByPeriod = dict[int, list[Any]]
"""Columns whose sum is what a pool deploys in a period."""


def start(m: pyo.ConcreteModel) -> None:
    """Add the variables and their rows, empty."""
    m.drawn = pyo.Var(pyo.Any, dense=False, domain=pyo.NonNegativeIntegers, doc="units of a pool at all tasks")
    m.deployed = pyo.Var(pyo.Any, dense=False, domain=pyo.NonNegativeIntegers, doc="units of a type of all nations")
    m.pool_drawn = Rows(doc="units of a pool at all tasks are counted")
    m.requirement_deployed = Rows(doc="units of all nations are counted")


def of_pools(m: pyo.ConcreteModel) -> dict[tuple[str, str], ByPeriod]:
    """The columns whose sum is what each pool deploys in each period: one where there are several tasks."""
    if not hasattr(m, "of_pools"):
        pools: dict[tuple[str, str], ByPeriod] = defaultdict(lambda: defaultdict(list))
        for (n, u, _), here in m.cells.items():
            for t, deploy in here.items():
                pools[n, u][t].append(deploy)
        m.of_pools = {pool: dict(by_period) for pool, by_period in pools.items()}
        if m.component("drawn") is not None and _summed(m):
            for pool, by_period in m.of_pools.items():
                for t, columns in by_period.items():
                    if len(columns) > 1:
                        by_period[t] = [_sum(m.drawn, m.pool_drawn, (*pool, t), columns)]
    found: dict[tuple[str, str], ByPeriod] = m.of_pools
    return found


def is_sum(column: Any) -> bool:
    """Whether a column of a pool sums its deployments."""
    return str(column.parent_component().local_name) == "drawn"


def of_all_nations(m: pyo.ConcreteModel, terms: list[Exact], t: int) -> list[Exact]:
    """The terms of a requirement in a period, with one column for a unit type that several nations have."""
    if not _summed(m):
        return terms
    kinds: dict[str, list[Exact]] = defaultdict(list)
    for amount, deploy in terms:
        kinds[deploy.index()[1]].append((amount, deploy))
    counted: list[Exact] = []
    for u, units in kinds.items():
        tasks: dict[str, list[Any]] = defaultdict(list)
        for _, deploy in units:
            tasks[deploy.index()[2]].append(deploy)
        if len(units) == len(tasks):
            counted += units
            continue
        key = (u, THEATRE if len(tasks) > 1 else min(tasks), t)
        if key not in m.deployed:
            parts = [[m.deployed[u, j, t]] if (u, j, t) in m.deployed else here for j, here in tasks.items()]
            _sum(m.deployed, m.requirement_deployed, key, [column for columns in parts for column in columns])
        counted.append((units[0][0], m.deployed[key]))
    return counted


def _summed(m: pyo.ConcreteModel) -> bool:
    """Whether sums have columns of their own in a model."""
    return bool(m.problem.last == 1 and len(m.deploy) <= FEW)


def _sum(variable: Any, rows: Rows, key: Any, columns: list[Any]) -> Any:
    """A new column that is the sum of others."""
    column = variable.add(key)
    column.setub(sum(x.ub for x in columns))
    rows[key] = (0.0, linear([*((1.0, x) for x in columns), (-1.0, column)]), 0.0)
    return column
