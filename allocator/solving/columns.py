"""Conversion between a plan and the columns of its model: deployments from a point, and a point from a plan."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pyomo.core as pyo
from numpy.typing import NDArray

from allocator.plan.values import Deployed
from allocator.purchases import NONE, Decided, Purchases, bought
from allocator.solving.standard_form import Floats, Matrix
from allocator.statement import THEATRE

OURS = (
    "deploy", "deployed", "drawn", "shortfall", "core_shortfall", "missing_steps", "sends", "joins", "member", "leads",
    "led", "there", "single", "joint", "expand", "buys", "together", "club", "heaviest", "common_total", "worst",
    "anew", "own_total", "above", "carry",
)  # fmt: skip
"""Variables of the model that a plan determines."""

TOTALS = (("burden_common", "common_total"), ("imbalance_total", "own_total"))
"""Constraints that define a sum, and its variable."""

EXCESSES = (
    ("requirement_steps", "shortfall"),
    ("requirement_core", "core_shortfall"),
    ("burden_heaviest", "heaviest"),
    ("worst_period_counted", "worst"),
    ("turnover_anew", "anew"),
    ("imbalance_above", "above"),
)
"""Constraints that bound a variable from below only, and the variable: at its least, it is what the rest exceeds."""


class Orders:
    """Converts between purchases and the columns of orders of one model."""

    def __init__(self, m: pyo.ConcreteModel, matrix: Matrix) -> None:
        self.m, self.matrix = m, matrix
        column_of = matrix.columns.of
        self._bought = [
            (column_of(column.parent_component())[column.index()], n, u, k, joint)
            for (n, u), orders in m.bought.items()
            for k, parts in orders.items()
            for column, joint in parts
        ]
        self._expand = [(column, *key) for key, column in column_of(getattr(m, "expand", None)).items()]
        self.columns = np.array([column for column, *_ in self._bought], dtype=np.int64)
        self._alone = {(n, u, k): at for at, (_, n, u, k, joint) in enumerate(self._bought) if not joint}

    def cells(self) -> list[tuple[int, str, str, str, int]]:
        """Column, nation, unit type, no task and period in which it is ready, of each order."""
        programmes = self.m.problem.pools.programmes
        return [(column, n, u, "", k + programmes[n, u].lead) for column, n, u, k, _ in self._bought]

    def purchases(self, point: Floats) -> Purchases:
        """Orders and expansions of a point, rounded to whole units."""
        orders: dict[tuple[str, str, int], tuple[int, int]] = {}
        for column, n, u, k, joint in self._bought:
            count = round(point[column])
            if count > 0:
                all_units, together = orders.get((n, u, k), (0, 0))
                orders[n, u, k] = (all_units + count, together + (count if joint else 0))
        expansions = {(u, k): round(point[column]) for column, u, k in self._expand if point[column] > 0.5}
        return Purchases(orders, expansions) if orders or expansions else NONE

    def floored(self, point: Floats) -> Floats:
        """Whole parts of the orders of a point, without those that are too small or that too few make together."""
        pools = self.m.problem.pools
        units = np.floor(point[self.columns] + 1e-5)
        total: dict[tuple[str, str, int], float] = defaultdict(float)
        for count, (_, n, u, k, _) in zip(units, self._bought, strict=True):
            total[n, u, k] += count
        buyers: dict[tuple[str, int], int] = defaultdict(int)
        for at, (_, n, u, k, joint) in enumerate(self._bought):
            if total[n, u, k] < pools.programmes[n, u].min_order:
                units[at] = 0.0
            buyers[u, k] += joint and units[at] > 0 and n not in pools.collective
        for at, (_, n, u, k, joint) in enumerate(self._bought):
            if joint and buyers[u, k] < pools.joint[u].min_nations:
                alone = total[n, u, k] - units[at]
                units[at] = 0.0
                if 0 < alone < pools.programmes[n, u].min_order:
                    units[self._alone[n, u, k]] = 0.0
        return units

    def whole(self, point: Floats) -> Purchases:
        """The whole parts of the orders of a point, and expansions that are never behind those of the point."""
        whole = np.zeros(len(point))
        whole[self.columns] = self.floored(point)
        behind: dict[str, float] = defaultdict(float)  # what the point has more, in total
        for column, u, _ in sorted(self._expand, key=lambda each: each[2]):
            behind[u] += point[column]
            whole[column] = max(0.0, np.ceil(behind[u] - 1e-5))
            behind[u] -= whole[column]
        return self.purchases(whole)

    def fill(self, purchases: Purchases, x: Floats) -> None:
        """Write orders and expansions, and who buys jointly, into a point."""
        m, column_of = self.m, self.matrix.columns.of
        for column, n, u, k, joint in self._bought:
            units, together = purchases.orders.get((n, u, k), (0, 0))
            x[column] = together if joint else units - together
        for column, u, k in self._expand:
            x[column] = purchases.expansions.get((u, k), 0)
        for key, (_, together) in purchases.orders.items():
            if key in getattr(m, "buys", ()):
                x[column_of(m.buys)[key]] = 1
            if together:
                x[column_of(m.together)[key]] = 1
                x[column_of(m.club)[key[1], key[2]]] = 1


class Points:
    """Converts between plans and points of one model.

    Parameters
    ----------
    m : ConcreteModel
        From :func:`allocator.build`.
    matrix : Matrix
        The same model as arrays.

    Attributes
    ----------
    columns : int array
        Columns of ``deploy``, in the order of ``m.deploy``.
    period : int array
        Their periods.
    ordered, clubs : int array
        Columns of what nations order (``single`` and ``joint``), and of ``club``.
    """

    def __init__(self, m: pyo.ConcreteModel, matrix: Matrix) -> None:
        self.m = m
        self.matrix = matrix
        self._keys: list[tuple[str, str, str, int]] = list(m.deploy)
        self.columns = self._of(m.deploy)
        self.period = np.array([t for _, _, _, t in self._keys], dtype=np.int64)
        known = [self._of(m.component(name)) for name in OURS if m.component(name) is not None]
        self._orders = Orders(m, matrix)
        self.ordered = self._orders.columns
        self.clubs = self._of(m.club) if m.component("club") is not None else np.zeros(0, dtype=np.int64)
        self._known = np.sort(np.concatenate(known)).astype(np.int32)

    def _of(self, component: Any) -> NDArray[np.int64]:
        return self.matrix.columns.at(component)

    @property
    def known(self) -> NDArray[np.int32] | None:
        """Columns that a plan determines; None if it determines all of them."""
        if len(self._known) == self.matrix.columns.held:
            return None
        return self._known[self.matrix.integral[self._known]]

    def leads(self) -> list[NDArray[np.int64]]:
        """Columns of ``leads``, task by task."""
        tasks: dict[str, list[int]] = defaultdict(list)
        for (_, j), column in self.matrix.columns.of(getattr(self.m, "leads", None)).items():
            tasks[j].append(column)
        return [np.array(columns, dtype=np.int64) for columns in tasks.values()]

    def cells(self) -> list[tuple[int, str, str, str, int]]:
        """Column, nation, unit type, task and period of each deployment and order; an order has no task."""
        deployed = [(column, *key) for column, key in zip(self.columns.tolist(), self._keys, strict=True)]
        return deployed + self._orders.cells()

    def floored(self, point: Floats) -> Floats:
        """Whole parts of the orders of a point, without those that are too small or that too few make together."""
        return self._orders.floored(point)

    def bought(self, point: Floats) -> Purchases:
        """The whole parts of the orders of a point, and expansions that are never behind those of the point."""
        return self._orders.whole(point)

    def deployed(self, point: Floats) -> Decided:
        """Deployments of a point and what is bought, rounded to whole units, in the order of the tables."""
        units = np.rint(point[self.columns]).astype(int)
        deployed = {self._keys[k]: int(units[k]) for k in np.nonzero(units > 0)[0]}
        return Decided(deployed, self._orders.purchases(point))

    def point(self, deployed: Deployed | None) -> Floats:
        """A value for each column that agrees with a plan: shortfalls, and who joins, sends and leads.

        Pass None as the plan if the model may give up what must be met, and does so.
        """
        m, column_of = self.m, self.matrix.columns.of
        x = np.zeros(len(self.matrix.columns))
        if deployed is None:
            x[column_of(m.failed)[None]] = 1
            deployed = {}
        problem = m.problem
        members = {(n, t) for n, _, _, t in deployed}
        joined = {(n, problem.objective_of[j], t) for n, _, j, t in deployed}
        people: dict[tuple[str, str, int], int] = defaultdict(int)
        for key, units in deployed.items():
            n, u, j, t = key
            x[column_of(m.deploy)[key]] = units
            people[n, j, t] += problem.personnel[u] * units
            for total, at in ((m.drawn, (n, u, t)), (m.deployed, (u, j, t)), (m.deployed, (u, THEATRE, t))):
                if at in total:
                    x[column_of(total)[at]] += units
            if m.component("sends") is not None and key in m.sends:
                x[column_of(m.sends)[key]] = 1
        for o in m.joins:
            x[column_of(m.joins)[o]] = o in joined
        for n in m.member:
            x[column_of(m.member)[n]] = n in members
        if m.component("leads") is not None:
            for n, j in self._leaders(people):
                x[column_of(m.leads)[n, j]] = 1
                for t in problem.PERIODS:
                    if (n, j, t) in m.led:
                        x[column_of(m.led)[n, j, t]] = people[n, j, t]
        for j, t in getattr(m, "there", ()):
            x[column_of(m.there)[j, t]] = any(people.get((n, j, t)) for n in problem.NATIONS)
        self._orders.fill(bought(deployed), x)
        carry(m, self.matrix, x)
        self._fill(x)
        return x

    def _leaders(self, people: dict[tuple[str, str, int], int]) -> list[tuple[str, str]]:
        """One nation per task that gives the framework share whenever anyone is there."""
        problem = self.m.problem
        there: dict[tuple[str, int], int] = defaultdict(int)
        for (_, j, t), heads in people.items():
            there[j, t] += heads
        chosen: dict[str, str] = {}
        for n, j in self.m.leads:
            share = problem.framework_share[j]
            periods = [t for t in problem.PERIODS if there[j, t]]
            if j not in chosen and periods and all(people[n, j, t] >= share * there[j, t] for t in periods):
                chosen[j] = n
        return [(n, j) for j, n in chosen.items()]

    def _fill(self, x: Floats) -> None:
        """What the model bounds from one side only, such as shortfalls, for the plan in ``x``."""
        matrix, m = self.matrix, self.m
        activity = self._activity(x)
        column_of = matrix.columns.of
        missing_steps, shortfall = column_of(m.missing_steps), column_of(m.shortfall)
        for key, row in self._rows("requirement_supply"):
            missing = max(0.0, matrix.row_lower[row] - activity[row])
            if key in missing_steps:
                x[missing_steps[key]] = np.rint(missing / m.supply_step[key])
            elif key in shortfall:
                x[shortfall[key]] = missing
        for constraint, variable in TOTALS:
            for _, row in self._rows(constraint):
                x[column_of(m.component(variable))[None]] = activity[row]
        activity = self._activity(x)
        for constraint, variable in EXCESSES:
            component = m.component(variable)
            if component is None:
                continue
            columns = column_of(component)
            for key, row in self._rows(constraint):
                at = columns[key if component.is_indexed() else None]
                x[at] = max(x[at], activity[row] - matrix.row_upper[row])
            if variable in ("shortfall", "core_shortfall"):
                activity = self._activity(x)  # they count in the rows that follow

    def _activity(self, x: Floats) -> Floats:
        weights = self.matrix.value * x[self.matrix.index]
        return np.bincount(self.matrix.row_index, weights=weights, minlength=len(self.matrix.rows)).astype(float)

    def _rows(self, name: str) -> list[tuple[Any, int]]:
        """Index and row of each constraint of a component."""
        return list(self.matrix.rows.of(self.m.component(name)).items())


def carry(m: pyo.ConcreteModel, matrix: Matrix, x: Floats) -> None:
    """Fill in the carries between the digits of a model's rows: each as large as the higher digit allows."""
    for constraint, variable in getattr(m, "carries", ()):
        row, column = matrix.row_at[id(constraint)], matrix.column_of[id(variable)]
        here = slice(matrix.start[row], matrix.start[row + 1])
        activity = float(matrix.value[here] @ x[matrix.index[here]])
        x[column] = min(activity - matrix.row_lower[row], matrix.upper[column])
