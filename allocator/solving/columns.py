"""Conversion between a plan and the columns of its model: deployments from a point, and a point from a plan."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pyomo.core as pyo
from numpy.typing import NDArray

from allocator.plan.tables import Deployed
from allocator.solving.standard_form import Floats, Matrix


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
    """

    def __init__(self, m: pyo.ConcreteModel, matrix: Matrix) -> None:
        self.m = m
        self.matrix = matrix
        self._keys: list[tuple[str, str, str, int]] = list(m.deploy)
        self.columns = self._of(m.deploy)
        self.period = np.array([t for _, _, _, t in self._keys], dtype=np.int64)
        ours = ("deploy", "shortfall", "sends", "joins", "member", "leads", "led", "heaviest", "carry")
        known = [self._of(m.component(name)) for name in ours if m.component(name) is not None]
        self._known = np.sort(np.concatenate(known)).astype(np.int32)

    def _of(self, component: Any) -> NDArray[np.int64]:
        column_of = self.matrix.column_of
        return np.array([column_of[id(variable)] for variable in component.values()], dtype=np.int64)

    @property
    def known(self) -> NDArray[np.int32] | None:
        """Columns that a plan determines; None if it determines all of them."""
        if len(self._known) == len(self.matrix.column_of):
            return None
        return self._known[self.matrix.integral[self._known]]

    def deployed(self, point: Floats) -> dict[tuple[str, str, str, int], int]:
        """Deployments of a point, rounded to whole units, in the order of the tables."""
        units = np.rint(point[self.columns]).astype(int)
        return {self._keys[k]: int(units[k]) for k in np.nonzero(units > 0)[0]}

    def point(self, deployed: Deployed | None) -> Floats:
        """A value for each column that agrees with a plan: shortfalls, and who joins, sends and leads.

        Pass None as the plan if the model may give up what must be met, and does so.
        """
        m, column_of = self.m, self.matrix.column_of
        x = np.zeros(len(self.matrix.columns))
        if deployed is None:
            x[column_of[id(m.failed)]] = 1
            deployed = {}
        problem = m.problem
        members = {n for n, _, _, _ in deployed}
        joined = {(n, problem.objective_of[j]) for n, _, j, _ in deployed}
        people: dict[tuple[str, str, int], int] = defaultdict(int)
        for key, units in deployed.items():
            n, u, j, t = key
            x[column_of[id(m.deploy[key])]] = units
            people[n, j, t] += problem.personnel[u] * units
            if m.component("sends") is not None and key in m.sends:
                x[column_of[id(m.sends[key])]] = 1
        for o in m.joins:
            x[column_of[id(m.joins[o])]] = o in joined
        for n in m.member:
            x[column_of[id(m.member[n])]] = n in members
        if m.component("leads") is not None:
            for n, j in self._leaders(people):
                x[column_of[id(m.leads[n, j])]] = 1
                for t in problem.PERIODS:
                    if (n, j, t) in m.led:
                        x[column_of[id(m.led[n, j, t])]] = people[n, j, t]
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
        """Shortfalls and the heaviest burden of the deployments in ``x``."""
        matrix, m = self.matrix, self.m
        weights = matrix.value * x[matrix.index]
        activity = np.bincount(matrix.row_index, weights=weights, minlength=len(matrix.rows))
        for row, constraint in self._rows("requirement_supply"):
            key = constraint.index()
            if key in m.shortfall:
                variable = m.shortfall[key]
                x[matrix.column_of[id(variable)]] = max(0.0, matrix.row_lower[row] - activity[row])
        if m.component("heaviest") is not None:
            burdens = [activity[row] for row, _ in self._rows("burden_heaviest")]
            x[matrix.column_of[id(m.heaviest)]] = max(burdens, default=0.0)

    def _rows(self, name: str) -> list[tuple[int, Any]]:
        component = self.m.component(name)
        row_at = self.matrix.row_at
        return [(row_at[id(data)], data) for data in component.values() if id(data) in row_at]


def carry(m: pyo.ConcreteModel, matrix: Matrix, x: Floats) -> None:
    """Fill in the carries between the digits of a model's rows: each as large as the higher digit allows."""
    for constraint, variable in getattr(m, "carries", ()):
        row, column = matrix.row_at[id(constraint)], matrix.column_of[id(variable)]
        here = slice(matrix.start[row], matrix.start[row + 1])
        activity = float(matrix.value[here] @ x[matrix.index[here]])
        x[column] = min(activity - matrix.row_lower[row], matrix.upper[column])
