"""A mixed-integer program and its solution by scipy's HiGHS."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

Expr = dict[int, float]


class Failed(Exception):
    """scipy's HiGHS gave neither an optimum nor a proof of infeasibility."""


class Program:
    """A mixed-integer program that grows row by row."""

    def __init__(self) -> None:
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.whole: list[int] = []
        self.rows: list[tuple[Expr, float, float]] = []

    def var(self, lower: float, upper: float, whole: bool) -> int:
        self.lower.append(lower)
        self.upper.append(upper)
        self.whole.append(int(whole))
        return len(self.lower) - 1

    def at_most(self, expr: Expr, bound: float) -> None:
        self.rows.append((dict(expr), -math.inf, bound))

    def at_least(self, expr: Expr, bound: float) -> None:
        self.rows.append((dict(expr), bound, math.inf))

    def minimise(self, expr: Expr) -> np.ndarray | None:
        """The minimiser; None where there is no feasible point."""
        c = np.zeros(len(self.lower))
        for i, a in expr.items():
            c[i] += a
        # scipy does not open HiGHS's absolute gap (1e-6): scale the objective so that it means nothing.
        largest = np.abs(c).max(initial=0.0)
        if largest > 0:
            c *= max(1.0, 1e4 / largest)
        data: list[float] = []
        at: list[int] = []
        ptr, lo, up = [0], [], []
        for row, low, high in self.rows:
            at += row.keys()
            data += row.values()
            ptr.append(len(at))
            lo.append(low)
            up.append(high)
        constraints = []
        if self.rows:
            matrix = csr_matrix((data, at, ptr), shape=(len(self.rows), len(c)))
            constraints = [LinearConstraint(matrix, lo, up)]
        for presolve in (True, False):
            found = milp(
                c, integrality=self.whole, bounds=Bounds(self.lower, self.upper), constraints=constraints,
                options={"mip_rel_gap": 0.0, "presolve": presolve},
            )  # fmt: skip
            if found.status == 0:
                values: np.ndarray[Any, Any] = found.x
                return values
            if found.status == 2:
                return None
        raise Failed(found.message)


def add(*parts: tuple[float, Expr]) -> Expr:
    total: Expr = defaultdict(float)
    for factor, expr in parts:
        for i, a in expr.items():
            total[i] += factor * a
    return dict(total)
