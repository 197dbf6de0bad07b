"""Which of two points is harder: with this order a sweep proves points without solving them.

:mod:`allocator.sweeps.run.facets` defines when a point is harder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.sweeps.run.facets import EASIER, HARDER, INFINITE, PLANS, STAGES, Changes, Facet, Name

ABSENT: dict[str, float] = {
    "units": 0.0,
    "willing": 0.0,
    "willingness": 0.0,
    "budget": INFINITE,
    "limit": INFINITE,
    "max_burden": INFINITE,
    "caveat": 0.0,
    "condition": 0.0,
    "change": 0.0,
    "at least": 0.0,
    "at most": INFINITE,
    "prerequisite": 0.0,
}
"""Value of a missing facet by kind; a facet of another kind must be missing from both points or from none."""

LACKING = -1e300
"""Number for a missing facet of another kind."""


class Order:
    """Points ordered by how hard they are.

    Points are added one by one, as changes from a base, and are numbered from 0. A table holds the facets in which
    points differ: one row per point, where more is easier. A facet that must agree has two columns, one for each
    direction.
    """

    def __init__(self, base: Mapping[Name, Facet]) -> None:
        self._base = base
        self._columns: dict[tuple[Name, int], int] = {}
        self._bearing: list[frozenset[str]] = []
        self._codes: dict[Any, int] = {}
        self._limited = {str(name[1]) for name in base if name[0] == "limit"}
        self._ease = np.zeros((0, 0))
        self.ground = np.zeros(0)
        self._count = 0
        self._left: dict[tuple[tuple[str, ...], int], tuple[NDArray[np.int64], NDArray[np.int64]]] = {}
        self._far: tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]] | None = None

    def __len__(self) -> int:
        return self._count

    def add(self, changes: Changes) -> int:
        """Add a point; returns its number."""
        self._left, self._far = {}, None
        if self._count == len(self._ease):
            self._ease = np.vstack([self._ease, np.zeros((max(64, self._count), len(self._columns)))])
        self._ease[self._count :] = self.ground
        for name, facet in changes.items():
            for column, sign in self._places(name, facet):
                self._ease[self._count, column] = self._value(name, facet) * sign
        self._limited |= {str(name[1]) for name in changes if name[0] == "limit"}
        self._count += 1
        return self._count - 1

    def looser(self, number: int, *objectives: str) -> NDArray[np.bool_]:
        """Points that this one is harder than (itself among them).

        With ``objectives``: harder for the stage of the last of them, after the stages before it. Without: harder in
        the feasible set alone.
        """
        return self._beyond(number, objectives, HARDER)

    def tighter(self, number: int, *objectives: str) -> NDArray[np.bool_]:
        """Points that are harder than this one (itself among them)."""
        return self._beyond(number, objectives, EASIER)

    def _beyond(self, number: int, objectives: tuple[str, ...], side: int) -> NDArray[np.bool_]:
        """Points that are on one side of this one in no relevant column.

        Points equal the base in most columns. So columns in which other points differ to that side are counted once,
        and for each point only the columns in which it differs from the base are examined.
        """
        if (objectives, side) not in self._left:
            relevant = self._relevant(objectives)
            off = self._ease[: self._count] * side > self.ground * side
            self._left[objectives, side] = relevant, off[:, relevant].sum(axis=1)
        relevant, off_ground = self._left[objectives, side]
        own = relevant[self._ease[number, relevant] != self.ground[relevant]]
        here = self._ease[: self._count, own] * side
        beyond = off_ground - (here > self.ground[own] * side).sum(axis=1)
        found: NDArray[np.bool_] = beyond + (here > self._ease[number, own] * side).sum(axis=1) == 0
        return found

    def apart(self, number: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Distance of all points from this one: the columns in which they differ, and their relative differences."""
        if self._far is None:
            table, ground = _finite(self.table()), _finite(self.ground)
            size = np.maximum(np.abs(table).max(axis=0, initial=1e-12), np.abs(ground))
            off = np.abs(table - ground) / size
            self._far = size, (off > 0).sum(axis=1), off.sum(axis=1)
        size, columns, distance = self._far
        own = np.nonzero(self._ease[number] != self.ground)[0]
        here, size = _finite(self._ease[: self._count, own]), size[own]
        off_ground = np.abs(here - _finite(self.ground[own])) / size
        off = np.abs(here - _finite(self._ease[number, own])) / size
        return (
            columns + (off > 0).sum(axis=1) - (off_ground > 0).sum(axis=1),
            distance + off.sum(axis=1) - off_ground.sum(axis=1),
        )

    def table(self) -> NDArray[np.float64]:
        """One row per point, one column per facet in which points differ; more is easier."""
        return self._ease[: self._count]

    def _relevant(self, objectives: tuple[str, ...]) -> NDArray[np.int64]:
        """Columns that plans or these objectives depend on."""
        concerns = {PLANS, *self._limited, *objectives, *([STAGES] if objectives else [])}
        return np.array([c for c, bearing in enumerate(self._bearing) if bearing & concerns], dtype=np.int64)

    def _places(self, name: Name, facet: Facet | None) -> Iterator[tuple[int, int]]:
        """Columns of a facet, each with its sign; added if no earlier point differs in it."""
        known = facet or self._base[name]
        lacking = name[0] not in ABSENT and (facet is None or name not in self._base)
        for sign in (EASIER, HARDER) if lacking or not known[1] else (known[1],):
            if (name, sign) not in self._columns:
                twin = self._columns.get((name, -sign))
                ground = self._value(name, self._base.get(name)) * sign
                column = np.full(len(self._ease), ground) if twin is None else -self._ease[:, twin]
                self._columns[name, sign] = len(self._bearing)
                self._bearing.append(known[2])
                self.ground = np.append(self.ground, ground)
                self._ease = np.hstack([self._ease, column[:, None]])
        for sign in (EASIER, HARDER):
            if (name, sign) in self._columns:
                at = self._columns[name, sign]
                self._bearing[at] |= known[2]  # with other budgets or families a fact affects other objectives
                yield at, sign

    def _value(self, name: Name, facet: Facet | None) -> float:
        if facet is None:
            return ABSENT.get(name[0], LACKING)
        value, direction, _ = facet
        return float(value) if direction else float(self._codes.setdefault((name, value), len(self._codes)))


def _finite(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """The table with 0 for infinite values."""
    return np.nan_to_num(table, posinf=0.0, neginf=0.0)
