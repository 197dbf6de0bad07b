r"""Linear rows for Pyomo: built without expression trees term by term, and exact whatever the figures.

A solver meets a row within a tolerance. If coefficients are so far apart that a whole unit disappears in it, a row of
whole-number columns is written digit by digit, like addition by hand: with $a_i = h_i B + l_i$ and $b = b_h B + b_l$
for a base $B$,

$$\sum_i a_i x_i \ge b \iff \exists\, c \text{ whole}:\ \sum_i l_i x_i + B c \ge b_l,\ \sum_i h_i x_i - c \ge b_h,$$

and so on for the second row. Every row then has moderate whole numbers, and a violation is at least 1. The relaxation
loses nothing: for any $c$ the two rows together give the first one. The last digit has the name of the row, the others
are `digit[name, index, i]`, and $c$ is `carry[name, index, i]`. Rows whose figures are closer together, which are
nearly all rows, are written as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from fractions import Fraction
from math import ceil, frexp
from typing import Any, NamedTuple

import numpy as np
import pyomo.core as pyo
from pyomo.core.base.constraint import ConstraintData, IndexedConstraint
from pyomo.core.base.objective import ScalarObjective

from allocator.families.columns import Cells, Lazy, Numbers
from allocator.families.sums import Exact, Floats, Numbered, Sum, Term, Terms, floats, linear, sizes_of, weighed

__all__ = [
    "MODERATE", "Aim", "Block", "Exact", "Row", "Rows", "Term", "Terms", "at_least", "at_most", "floats", "hidden",
    "linear", "measured", "only_if", "weighed", "within",
]  # fmt: skip

BASE = 10_000
"""Base of the digits."""

MODERATE = 10**6
"""Size of whole coefficients up to which a solver distinguishes them from their sums."""

FAR_OFF = 10**12
"""Size of a right-hand side, in steps of the coefficients, from which it is lowered to what the row can reach."""

BITS = 40
"""Size of a limit on a sum, as a power of two, from which the row has a larger unit."""

Whole = tuple[int, Any]

Pending = tuple[float | None, Terms | Numbered, float | None]
"""Least value, terms and greatest value of a row."""


class Block(NamedTuple):
    """Many rows over numbered columns alone; row ``i`` has the terms from ``start[i]`` to ``start[i + 1]``."""

    keys: list[Any]
    start: Numbers
    coefs: Floats
    numbers: Numbers
    least: Floats | None
    most: Floats | None

    def pending(self) -> Iterator[tuple[Any, Pending]]:
        """Each row with its index."""
        ends = [[None] * len(self.keys) if end is None else end.tolist() for end in (self.least, self.most)]
        for at, (key, least, most) in enumerate(zip(self.keys, *ends, strict=True)):
            here = slice(self.start[at], self.start[at + 1])
            yield key, (least, Numbered(self.coefs[here], self.numbers[here], Terms((), ())), most)


def _is_pending(value: Any) -> bool:
    return type(value) is tuple and len(value) == 3 and type(value[1]) in (Terms, Numbered)


def _cells(component: Any) -> Cells | None:
    return getattr(component.parent_block(), "cells", None)


class Row(ConstraintData):  # type: ignore[misc]
    """A constraint of Pyomo whose expression is made when something asks for it.

    Solving asks for :attr:`pending` only. Most of the time and memory of building a large model would go into
    expressions.
    """

    __slots__ = ()

    def set_value(self, expr: Any) -> None:
        """Set the row to ``(least value, sum, greatest value)``, or to anything that Pyomo accepts."""
        if _is_pending(expr):
            _EXPR.__set__(self, expr)
        else:
            super().set_value(expr)

    @property
    def pending(self) -> Pending | None:
        """What the row was set to; None once it has an expression."""
        held = _EXPR.__get__(self)
        return held if type(held) is tuple else None

    @property
    def _expr(self) -> Any:
        if self.pending is not None:
            least, terms, most = self.pending
            super().set_value((least, terms.expression(_cells(self.parent_component())), most))
        return _EXPR.__get__(self)

    @_expr.setter
    def _expr(self, expr: Any) -> None:
        _EXPR.__set__(self, expr)


_EXPR = ConstraintData.__dict__["_expr"]


class Rows(Lazy, IndexedConstraint):  # type: ignore[misc]
    """An indexed constraint of :class:`Row` s, with any keys; the rows themselves are made when one is asked for."""

    _ComponentDataClass = Row

    def __init__(self, *, doc: str) -> None:
        self.held: dict[Any, Pending] = {}
        self.blocks: list[Block] = []  # before all others
        self._keys: dict[Any, None] = {}  # of blocks and others, where there are blocks
        self._begun = False
        super().__init__(pyo.Any, doc=doc)
        self._begun = True

    def _make(self) -> None:
        for block in self.blocks:
            for key, value in block.pending():
                self._setitem_when_not_present(key, value)
        for key, value in self.held.items():
            self._setitem_when_not_present(key, value)
        self.held, self.blocks = {}, []

    def indices(self) -> list[Any]:
        """Indices of the rows while none of them is made."""
        return [*(key for block in self.blocks for key in block.keys), *self.held]

    def add_block(self, block: Block) -> None:
        """Add many rows at once."""
        if self._made is None and not self.held:
            self.blocks.append(block)
        else:
            for key, value in block.pending():
                self[key] = value

    def __setitem__(self, key: Any, value: Any) -> None:
        if not _is_pending(value):
            super().__setitem__(key, value)
        elif self._made is None and not self.blocks:
            self.held[key] = value
        elif key not in self._data:
            self._setitem_when_not_present(key, value)  # Pyomo would check each key against Any
        else:
            super().__setitem__(key, value)

    def __len__(self) -> int:
        return len(self.indices() if self._made is None else self._made)

    def __contains__(self, key: Any) -> bool:
        return key in (self._index_of() if self._made is None else self._made)

    def _index_of(self) -> Collection[Any]:
        if self.blocks and len(self._keys) < len(self):
            self._keys = dict.fromkeys(self.indices())
        return self._keys if self.blocks else self.held

    def __iter__(self) -> Iterator[Any]:
        return iter(self.indices()) if self._made is None else super().__iter__()


class Aim(ScalarObjective):  # type: ignore[misc]
    """An objective of Pyomo whose expression is made when something asks for it."""

    def __init__(self, terms: Terms | Numbered) -> None:
        self.pending: Terms | Numbered | None = None
        super().__init__(expr=0.0)
        self._terms = terms

    def construct(self, data: Any = None) -> None:
        """As Pyomo says; the terms follow."""
        super().construct(data)
        self.pending = self._terms

    @property
    def _args_(self) -> Any:
        if self.pending is not None:
            terms, self.pending = self.pending, None
            _ARGS.__set__(self, (terms.expression(_cells(self)),))
        return _ARGS.__get__(self)

    @_args_.setter
    def _args_(self, args: Any) -> None:
        self.pending = None
        _ARGS.__set__(self, args)


_ARGS = pyo.Objective._ComponentDataClass.__dict__["_args_"]


def at_most(m: Any, rows: Any, key: Any, terms: Sequence[Exact] | Sum, limit: Fraction) -> None:
    """Add the row ``sum of terms <= limit``; the columns are whole numbers with bounds, from 0."""
    _whole(m, rows, key, terms, limit, -1)


def at_least(m: Any, rows: Any, key: Any, terms: Sequence[Exact] | Sum, limit: Fraction) -> None:
    """Add the row ``sum of terms >= limit``; the columns are whole numbers with bounds, from 0."""
    _whole(m, rows, key, terms, limit, 1)


def _whole(m: Any, rows: Any, key: Any, terms: Sequence[Exact] | Sum, limit: Fraction, sign: int) -> None:
    """``sign * sum of terms >= sign * limit``, the limit moved inward to a multiple of the step of the terms."""
    sizes, step = sizes_of(terms)
    least = ceil(sign * limit / step) if step else 0
    if _moderate(sizes, step, least):
        end = float(sign * least * step if step else limit)
        rows[key] = (end if sign > 0 else None, weighed(terms), end if sign < 0 else None)
    else:
        _digits(m, rows, key, [(sign * int(a / step), x) for a, x in _pairs(m, terms)], least)


def within(rows: Any, key: Any, terms: Terms | Numbered, most: float) -> None:
    """Add the row ``sum of terms <= most``; the unit of the row is a power of two, so that no figure is rounded."""
    unit = 2.0 ** max(0, frexp(most)[1] - BITS)
    rows[key] = (None, terms if unit == 1 else terms.times(1 / unit), most / unit)


def only_if(m: Any, rows: Any, key: Any, columns: Sequence[Any] | Numbers, most: int, switches: list[Any]) -> None:
    """Add the row ``sum of columns <= most * sum of switches``: all are 0 unless a 0/1 column is 1.

    The columns are variables, or numbers of deployments.
    """
    if most > MODERATE:
        columns = m.cells.variables(columns) if isinstance(columns, np.ndarray) else columns
        _digits(m, rows, key, [*((-1, x) for x in columns), *((most, switch) for switch in switches)], 0)
    elif isinstance(columns, np.ndarray):
        more = Terms((-float(most),) * len(switches), tuple(switches))
        rows[key] = (None, Numbered(np.ones(len(columns)), columns, more), 0.0)
    else:
        coefs = (1.0,) * len(columns) + (-float(most),) * len(switches)
        rows[key] = (None, Terms(coefs, (*columns, *switches)), 0.0)


def _pairs(m: Any, terms: Sequence[Exact] | Sum) -> Sequence[Exact]:
    return terms.pairs(m.cells) if isinstance(terms, Sum) else terms


def hidden(terms: Sequence[Exact] | Sum, quantity: Fraction, least: Fraction) -> bool:
    """Whether units, or what must be met, could disappear in a solver's tolerances beside the quantity."""
    amounts, step = sizes_of(terms)
    fewest = quantity / MODERATE
    if quantity - least < fewest or (least and not terms):
        return True
    sizes = list(map(abs, amounts))
    if sizes and (min(sizes) < fewest or max(sizes) > BASE * quantity):
        return True
    if not least and all(a > 0 for a in amounts):
        return False
    return not _moderate(amounts, step, ceil(least / step))


def measured(m: Any, rows: Any, key: Any, terms: Sequence[Exact] | Sum, quantity: Fraction, shortfall: Any) -> None:
    """Add the row ``sum of terms + shortfall >= quantity`` in digits.

    The last is exact to a part in 10^11 of the quantity; the sum of the terms is at least 0.
    """
    terms = _pairs(m, terms)
    need = quantity + sum((-a * x.ub for a, x in terms if a < 0), start=Fraction(0))
    part = BASE * quantity
    capped = [(min(a, need), x) for a, x in terms]  # one unit above the need does all that several can
    high = [(round(a / part), x) for a, x in capped]
    low = [(a - h * part, x) for (a, x), (h, _) in zip(capped, high, strict=True)]
    low = [(a, x) for a, x in low if abs(a) * x.ub * 10**11 > quantity]
    last: list[Term] = [*((float(a), x) for a, x in low), (1.0, shortfall)]
    if any(h for h, _ in high):
        least_sum, most_sum = _reach(low)
        ends = -most_sum / part, (quantity - least_sum) / part
        carry = _carry(m, rows, key, 0, *ends)
        last.append((float(part), carry))
        _higher(m, rows, key, 1, [*((h, x) for h, x in high if h), (-1, carry)], 0, carry)
    rows[key] = (float(quantity), linear(last), None)


def _moderate(sizes: Iterable[Fraction], step: Fraction, limit: int) -> bool:
    """Whether a solver distinguishes sums of the sizes; each size is a whole multiple of the step."""
    return abs(limit) <= FAR_OFF and max(map(abs, sizes), default=0) <= MODERATE * step


def _reach(terms: list[Any]) -> tuple[Any, Any]:
    """Least and greatest sum of the terms within the bounds of their columns."""
    ends = [(int(x.lb) * a, int(x.ub) * a) for a, x in terms]
    return sum(min(pair) for pair in ends), sum(max(pair) for pair in ends)


def _digits(m: Any, rows: Any, key: Any, terms: list[Whole], limit: int) -> None:
    """``sum of terms >= limit`` digit by digit; the last digit is the row ``rows[key]``."""
    least, most = _reach(terms)
    if least >= limit:
        return  # always met
    if most < limit:
        rows[key] = (1.0, linear([]), None)  # never met
        return
    for _ in range(2):  # one unit gives more than is needed or allowed: any such figure does
        least, most = _reach(terms)
        need, room = (
            limit - _reach([t for t in terms if t[0] < 0])[0],
            _reach([t for t in terms if t[0] > 0])[1] - limit,
        )
        terms = [(max(min(a, need), -room - 1), x) for a, x in terms]
    _place(m, rows, key, rows, key, 0, terms, limit)


def _place(m: Any, owner: Any, key: Any, rows: Any, at: Any, level: int, terms: list[Whole], limit: int) -> Any:
    """Add one digit's row as ``rows[at]`` and, if needed, those of higher digits; returns the first."""
    if all(abs(a) <= MODERATE for a, _ in terms):
        rows[at] = (float(limit), linear([(float(a), x) for a, x in terms if a]), None)
        return rows[at]
    high = [(round(Fraction(a, BASE)), x) for a, x in terms]
    low = [(a - h * BASE, x) for (a, x), (h, _) in zip(terms, high, strict=True)]
    limit_high = round(Fraction(limit, BASE))
    limit_low = limit - limit_high * BASE
    reach = _reach(low)
    ends = Fraction(limit_low - reach[1], BASE), Fraction(limit_low - reach[0], BASE)
    carry = _carry(m, owner, key, level, *ends)
    rows[at] = (float(limit_low), linear([*((float(a), x) for a, x in low if a), (float(BASE), carry)]), None)
    first = rows[at]
    _higher(m, owner, key, level + 1, [*((h, x) for h, x in high if h), (-1, carry)], limit_high, carry)
    return first


def _higher(m: Any, owner: Any, key: Any, level: int, terms: list[Whole], limit: int, carry: Any) -> None:
    at = (owner.local_name, *(key if isinstance(key, tuple) else (key,)), level)
    row = _place(m, owner, key, m.digit, at, level, terms, limit)
    m.carries.append((row, carry))


def _carry(m: Any, owner: Any, key: Any, level: int, least: Fraction, most: Fraction) -> Any:
    """The carry that one digit takes from the next, at most what it can need."""
    if m.component("carry") is None:
        m.carry = pyo.Var(pyo.Any, dense=False, domain=pyo.Integers, doc="carry that a row's digit takes from the next")
        m.digit = Rows(doc="a row's digits beyond the last")
        m.carries = []  # (row of the next digit, carry), the highest first within a row
    carry = m.carry.add((owner.local_name, *(key if isinstance(key, tuple) else (key,)), level))
    carry.setlb(ceil(least))
    carry.setub(ceil(most))
    return carry
