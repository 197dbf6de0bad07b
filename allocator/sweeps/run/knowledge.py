"""What the solved points prove about the next one."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.model import OBJECTIVES
from allocator.purchases import Decided, Purchases
from allocator.solving.prior import SAME, Known
from allocator.sweeps.run.facets import Changes, Facet, Name
from allocator.sweeps.run.order import Order

NONE = -1
"""No plan."""

PLANS = 2
"""Plans of harder points, and as many of easier points, given to a solve besides the plan of the nearest point."""


class Knowledge:
    """Points ordered by how hard they are, and the results of solved points.

    A point is added before it is solved (:meth:`add`), and its result after (:meth:`learn`); :meth:`about` returns what
    is known about an unsolved point.
    """

    def __init__(self, base: Mapping[Name, Facet]) -> None:
        self._order = Order(base)
        self._infeasible: dict[int, str] = {}
        self._plans: list[bytes] = []
        self._plan_number: dict[bytes, int] = {}
        self._plan_at = np.zeros(0, dtype=np.int64)
        size = len(OBJECTIVES)
        self._values = np.zeros((0, size))  # of the plan, by objective; not a number if the model does not list it
        self._reached = np.zeros((0, size))  # by stage
        self._bounds = np.zeros((0, size))  # by stage

    def add(self, changes: Changes) -> int:
        """Add a point by its changes from the base; returns its number."""
        number = self._order.add(changes)
        if number == len(self._plan_at):
            more = max(64, number)
            self._plan_at = np.concatenate([self._plan_at, np.full(more, NONE)])
            rows = np.full((more, len(OBJECTIVES)), np.nan)
            self._values, self._reached, self._bounds = (
                np.vstack([array, rows]) for array in (self._values, self._reached, self._bounds)
            )
        return number

    def may_settle(self, number: int, other: int) -> bool:
        """Whether one point may settle another: one is harder, and no point between them has a plan."""
        tighter, looser = self._order.tighter(number), self._order.looser(number)
        done = self._plan_at[: len(tighter)] != NONE
        if tighter[other]:
            return not (done & tighter & self._order.looser(other)).any()
        return bool(looser[other]) and not (done & looser & self._order.tighter(other)).any()

    def table(self) -> NDArray[np.float64]:
        """One row per point, one column per facet in which points differ; more is easier."""
        return self._order.table()

    def ground(self) -> NDArray[np.float64]:
        """The row of the base."""
        return self._order.ground

    def learn(self, number: int, content: Mapping[str, Any]) -> None:
        """Add the result of a point."""
        if content["status"] == "infeasible":
            self._infeasible[number] = content["reason"]
        if content["status"] in ("optimal", "feasible"):
            for stage, (_, value, bound) in enumerate(content["stages"]):
                self._reached[number, stage], self._bounds[number, stage] = value, bound
            self._values[number] = [content["values"].get(name, np.nan) for name in OBJECTIVES]
            rows = [sorted(map(tuple, content[name])) for name in ("deployments", "orders", "expansions")]
            packed = zlib.compress(pickle.dumps(rows), 1)
            self._plan_at[number] = self._plan_number.setdefault(packed, len(self._plans))
            if self._plan_at[number] == len(self._plans):
                self._plans.append(packed)

    def about(self, number: int, objectives: Sequence[str]) -> Known:
        """What is known about a point whose model lists these objectives."""
        looser = self._order.looser(number)
        for other, reason in self._infeasible.items():
            if looser[other]:
                return Known(infeasible=reason)
        points = self._candidates(number, objectives)
        likely = self._values[points][:, [OBJECTIVES.index(name) for name in objectives]]
        bounds = tuple(self._known(number, objectives[: stage + 1], likely) for stage in range(len(objectives)))
        plans = dict.fromkeys(self._plan_at[points].tolist())
        return Known(bounds, tuple(self._decided(plan) for plan in plans))

    def _known(
        self, number: int, objectives: Sequence[str], likely: NDArray[np.float64]
    ) -> tuple[tuple[tuple[float, ...], float], ...]:
        """(earlier values, bound) of the last of some stages, at points that this one is harder than.

        For each row of values that this point is likely to reach, the best bound that holds there.
        """
        stage = len(objectives) - 1
        looser = self._order.looser(number, *objectives)
        bounds = self._bounds[: len(looser), stage]
        others = np.nonzero(looser & (bounds > 0))[0]
        reached = self._reached[others, :stage]
        best: dict[tuple[float, ...], float] = {}
        for row in likely[:, :stage]:
            fitting = others[(reached >= row - SAME * np.maximum(1.0, np.abs(row))).all(axis=1)]
            if len(fitting):
                other = fitting[np.argmax(bounds[fitting])]
                best[tuple(self._reached[other, :stage].tolist())] = float(bounds[other])
        return tuple(best.items())

    def _candidates(self, number: int, objectives: Sequence[str]) -> list[int]:
        """Points whose plans to try: the best harder ones (feasible here too), the worst easier ones, the nearest."""
        count = len(self._order)
        plan_at = self._plan_at[:count]
        done = plan_at != NONE
        values = self._values[:count, [OBJECTIVES.index(name) for name in objectives]]

        def first(others: NDArray[np.int64], most: int) -> list[int]:
            _, place = np.unique(plan_at[others], return_index=True)
            return [int(other) for other in others[np.sort(place)[:most]]]

        def by_value(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
            others = np.nonzero(mask & done)[0]
            return others[np.lexsort(values[others].T[::-1])]

        chosen = first(by_value(self._order.tighter(number, *objectives)), PLANS)
        chosen += first(by_value(self._order.looser(number, *objectives))[::-1], PLANS)
        columns, distance = self._order.apart(number)
        others = np.nonzero(done)[0]
        nearest = others[np.lexsort((distance[others], columns[others]))]
        return chosen + first(nearest, 1)

    def _decided(self, plan: int) -> Decided:
        deployed, orders, expansions = pickle.loads(zlib.decompress(self._plans[plan]))
        purchases = Purchases(
            {(n, u, k): (units, joint) for n, u, k, units, joint in orders},
            {(u, k): count for u, k, count in expansions},
        )
        return Decided({(n, u, j, t): units for n, u, j, t, units in deployed}, purchases)
