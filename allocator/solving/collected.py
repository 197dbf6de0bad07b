"""Sums of a Pyomo model as arrays: the coefficients and columns of its rows and objectives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.families.columns import Cells, Columns, Numbers
from allocator.families.rows import Block, Pending, Row, Rows
from allocator.families.sums import Numbered, Terms
from allocator.solving.entries import Entries
from allocator.solving.expressions import bounds, limits, linear_terms, places

Floats = NDArray[np.float64]
Bounds = tuple[Floats, Floats, NDArray[np.bool_]]


def bounds_of(columns: Entries) -> Bounds:
    """Lower and upper bounds of all columns, and which of them are whole numbers."""
    parts = [
        _plain(part.component) if part.entries is None else bounds(part.entries) for part in columns.parts.values()
    ]
    lower, upper, whole = zip(*parts, strict=True) if parts else ([np.zeros(0)], [np.zeros(0)], [np.zeros(0, bool)])
    return np.concatenate(lower), np.concatenate(upper), np.concatenate(whole)


def _plain(columns: Columns) -> Bounds:
    """Bounds of columns of which no variable is made."""
    least, most, step = columns.kind.get_interval()
    size = len(columns.place)
    lower = [columns.least, least]
    low = max((float(each) for each in lower if each is not None), default=-np.inf)
    upper = np.full(size, np.inf if most is None else float(most))
    if columns.most is not None:
        upper = np.minimum(upper, np.array(columns.most, dtype=float))
    return np.full(size, low), upper, np.full(size, step == 1)


class Growing:
    """An array to which numbers and whole arrays are added."""

    def __init__(self) -> None:
        self._parts: list[NDArray[Any]] = []
        self._last: list[float] = []
        self.append = self._last.append

    def extend(self, numbers: NDArray[Any]) -> None:
        """Add an array."""
        self._parts += [np.array(self._last), numbers]
        self._last.clear()

    def array(self, kind: Any = float) -> NDArray[Any]:
        """All numbers in their order."""
        return np.concatenate([*self._parts, np.array(self._last)]).astype(kind)


class Collected:
    """Sums in their order, as one array of coefficients and one of columns.

    Parameters
    ----------
    columns : Entries
        The columns of the model.
    known : mapping, optional
        ``id`` of each variable -> its column.
    """

    def __init__(self, columns: Entries, known: Mapping[int, int] | None = None) -> None:
        self.columns = columns
        self.known = columns.known() if known is None else known
        self._where: dict[int, Numbers] = {}
        self.chunks: list[tuple[Numbers, Floats]] = []
        self.counts = Growing()  # terms of each sum
        self.index: list[int] = []  # terms since the last chunk
        self.value: list[float] = []

    def add(self, terms: Terms | Numbered, cells: Cells | None, owner: Any) -> None:
        """Add a sum; the owner is named in errors."""
        if isinstance(terms, Numbered):
            assert cells is not None
            self._chunk(self._columns(terms.numbers, cells, owner), terms.coefs)
            coefs, variables = terms.more
            self.counts.append(len(terms.coefs) + len(coefs))
        else:
            coefs, variables = terms
            self.counts.append(len(coefs))
        if coefs:
            self.index += places(variables, self.known, owner)
            self.value += coefs

    def add_block(self, block: Block, cells: Cells, owner: Any) -> None:
        """Add many sums."""
        self._chunk(self._columns(block.numbers, cells, owner), block.coefs)
        self.counts.extend(np.diff(block.start))

    def _chunk(self, index: Numbers, value: Floats) -> None:
        if self.index:
            self.chunks.append((np.array(self.index, dtype=np.int64), np.array(self.value, dtype=float)))
            self.index, self.value = [], []
        self.chunks.append((index, value))

    def _columns(self, numbers: Numbers, cells: Cells, owner: Any) -> Numbers:
        """Columns of the matrix with some numbers."""
        if (where := self._where.get(id(cells))) is None:
            where = self._where[id(cells)] = self._numbered(cells)
        found: Numbers = where[numbers]
        if len(found) and found.min() < 0:
            places(cells.variables(numbers[found < 0]), {}, owner)
        return found

    def _numbered(self, cells: Cells) -> Numbers:
        every = []
        for part in cells.parts:
            there = self.columns.parts.get(id(part))
            if there is not None and there.entries is None:
                every.append(there.at)
            else:
                at = self.columns.of(part)
                every.append(np.array([at.get(index, -1) for index in part.place], dtype=np.int64))
        return np.concatenate(every)

    def arrays(self) -> tuple[Numbers, Numbers, Floats]:
        """Where each sum begins, and the column and coefficient of each term."""
        none = np.zeros(0, dtype=np.int64)
        self._chunk(none, np.zeros(0))
        index, value = zip(*self.chunks, strict=True)
        return (
            np.concatenate([[0], np.cumsum(self.counts.array(np.int64))]),
            np.concatenate(index),
            np.concatenate(value),
        )

    def dense(self) -> Floats:
        """The coefficient of each column, in all sums together."""
        _, index, value = self.arrays()
        return np.bincount(index, weights=value, minlength=len(self.columns)).astype(float)


def collected(rows: Entries, columns: Entries) -> tuple[Collected, Floats, Floats]:
    """The sums of all rows, and their least and greatest values."""
    sums = Collected(columns)
    least, most = Growing(), Growing()
    for part in rows.parts.values():
        component = part.component
        cells = getattr(component.parent_block(), "cells", None)
        if part.entries is None:
            assert isinstance(component, Rows)
            for block in component.blocks:
                sums.add_block(block, component.parent_block().cells, component)
                least.extend(_ends(block.least, len(block.keys), -np.inf))
                most.extend(_ends(block.most, len(block.keys), np.inf))
            for value in component.held.values():
                _add(sums, value, cells, component, least, most)
            continue
        for row in part.entries:
            pending = row.pending if type(row) is Row else None
            _add(sums, pending or _limited(row), cells, row, least, most)
    return sums, least.array(), most.array()


def _ends(ends: Floats | None, count: int, rest: float) -> Floats:
    return np.full(count, rest) if ends is None else ends


def _add(sums: Collected, row: Pending, cells: Any, owner: Any, least: Growing, most: Growing) -> None:
    low, terms, high = row
    sums.add(terms, cells, owner)
    least.append(-np.inf if low is None else low)
    most.append(np.inf if high is None else high)


def _limited(row: Any) -> Pending:
    """A constraint that the caller added or changed."""
    low, body, high = limits(row)
    coefs, variables, constant = linear_terms(body, row)
    least, most = (None if end is None else end - constant for end in (low, high))
    return least, Terms(tuple(coefs), tuple(variables)), most
