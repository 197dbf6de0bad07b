"""Sums over the columns of a model: of numbered columns as arrays, and of variables of Pyomo term by term."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray
from pyomo.core.expr import LinearExpression, MonomialTermExpression

from allocator.exact import step_of
from allocator.families.columns import Cells, Numbers

Floats = NDArray[np.float64]
Term = tuple[float, Any]
Exact = tuple[Fraction, Any]


class Terms(NamedTuple):
    """A sum of coefficient times variable."""

    coefs: tuple[float, ...]
    variables: tuple[Any, ...]

    def pairs(self, cells: Cells | None) -> list[Term]:
        """Each coefficient with its variable."""
        return list(zip(self.coefs, self.variables, strict=True))

    def times(self, factor: float) -> Terms:
        """The same, multiplied."""
        return Terms(tuple(factor * a for a in self.coefs), self.variables)

    def expression(self, cells: Cells | None = None) -> LinearExpression:
        """Pyomo's expression, with an object for each term."""
        return LinearExpression(args=list(map(MonomialTermExpression, self.pairs(cells))))


NO_MORE = Terms((), ())


class Numbered(NamedTuple):
    """A sum over numbered columns, and over more terms."""

    coefs: Floats
    numbers: Numbers
    more: Terms

    def __bool__(self) -> bool:
        return bool(len(self.numbers) or self.more.coefs)

    def pairs(self, cells: Cells | None) -> list[Term]:
        """Each coefficient with its variable."""
        assert cells is not None
        return [*zip(self.coefs.tolist(), cells.variables(self.numbers), strict=True), *self.more.pairs(cells)]

    def times(self, factor: float) -> Numbered:
        """The same, multiplied."""
        return Numbered(factor * self.coefs, self.numbers, self.more.times(factor))

    def expression(self, cells: Cells | None = None) -> LinearExpression:
        """Pyomo's expression, with an object for each term."""
        return LinearExpression(args=list(map(MonomialTermExpression, self.pairs(cells))))


class Sizes:
    """Exact amounts, one for each kind of column."""

    def __init__(self, amounts: Sequence[Fraction]) -> None:
        self.amounts = amounts
        self._used: dict[bytes, tuple[list[Fraction], Fraction]] = {}

    @cached_property
    def floats(self) -> Floats:
        """The amounts as a solver takes them."""
        return np.array([float(a) for a in self.amounts])

    def used(self, kind: Numbers) -> tuple[list[Fraction], Fraction]:
        """Amounts of some columns, given the kind of each, and their step."""
        there = np.zeros(len(self.amounts), dtype=bool)
        there[kind] = True
        key = there.tobytes()
        if (found := self._used.get(key)) is None:
            amounts = [self.amounts[at] for at in np.flatnonzero(there).tolist()]
            found = self._used[key] = amounts, step_of(amounts)
        return found


class Sum(NamedTuple):
    """An exact sum over numbered columns, and over more terms.

    ``kind`` is the position in ``sizes`` of each column's amount.
    """

    sizes: Sizes
    kind: Numbers
    numbers: Numbers
    more: tuple[Exact, ...] = ()

    def __bool__(self) -> bool:
        return bool(len(self.numbers) or self.more)

    def plus(self, *more: Exact) -> Sum:
        """The same and more terms."""
        return self._replace(more=(*self.more, *more))

    def times(self, factor: Fraction) -> Sum:
        """The same, multiplied."""
        more = tuple((factor * a, x) for a, x in self.more)
        used, kind = np.unique(self.kind, return_inverse=True)
        return Sum(Sizes([factor * self.sizes.amounts[at] for at in used.tolist()]), kind, self.numbers, more)

    def pairs(self, cells: Cells) -> list[Exact]:
        """Each amount with its variable of Pyomo."""
        amounts = [self.sizes.amounts[at] for at in self.kind.tolist()]
        return [*zip(amounts, cells.variables(self.numbers), strict=True), *self.more]


def alike(amount: int | Fraction, numbers: Numbers) -> Sum:
    """A sum in which each column has the same amount."""
    return Sum(Sizes([Fraction(amount)]), np.zeros(len(numbers), dtype=np.int64), numbers)


def together(sums: Sequence[Sum]) -> Sum:
    """The sum of several sums that have no numbered column in common."""
    first = np.cumsum([0, *(len(each.sizes.amounts) for each in sums)])
    kind = [each.kind + begin for each, begin in zip(sums, first.tolist(), strict=False)]
    numbers = [each.numbers for each in sums]
    none = np.zeros(0, dtype=np.int64)
    return Sum(
        Sizes([a for each in sums for a in each.sizes.amounts]),
        np.concatenate([none, *kind]), np.concatenate([none, *numbers]),
        tuple(term for each in sums for term in each.more),
    )  # fmt: skip


def merged(first: Sum, second: Sum) -> Sum:
    """The sum of two sums; a column in both has one amount, which is exact."""
    place = np.unique(np.concatenate([first.numbers, second.numbers]), return_index=True)[0]
    width = len(second.sizes.amounts) + 1
    both = np.zeros(len(place), dtype=np.int64)
    both[np.searchsorted(place, first.numbers)] = (first.kind + 1) * width
    both[np.searchsorted(place, second.numbers)] += second.kind + 1
    pairs, kind = np.unique(both, return_inverse=True)
    left, right = [Fraction(0), *first.sizes.amounts], [Fraction(0), *second.sizes.amounts]
    amounts = [left[pair // width] + right[pair % width] for pair in pairs.tolist()]
    more: dict[int, Exact] = {id(x): (a, x) for a, x in first.more}
    for a, x in second.more:
        before, _ = more.get(id(x), (Fraction(0), x))
        more[id(x)] = (before + a, x)
    return Sum(Sizes(amounts), kind, place, tuple(more.values()))


@overload
def linear(terms: Numbered) -> Numbered: ...
@overload
def linear(terms: Iterable[Term]) -> Terms: ...
def linear(terms: Iterable[Term] | Numbered) -> Terms | Numbered:
    """The sum of coefficient times variable, for a row or an objective."""
    if isinstance(terms, Numbered):
        return terms
    coefs_and_variables = tuple(zip(*terms, strict=True))
    return Terms(*(coefs_and_variables or ((), ())))


@overload
def weighed(terms: Sum, *more: Term) -> Numbered: ...
@overload
def weighed(terms: Sequence[Exact], *more: Term) -> Terms: ...
def weighed(terms: Sequence[Exact] | Sum, *more: Term) -> Terms | Numbered:
    """The sum of exact terms, and of more terms after them; each size is converted once."""
    if isinstance(terms, Sum):
        rest = [*((float(a), x) for a, x in terms.more), *more]
        return Numbered(terms.sizes.floats[terms.kind], terms.numbers, _plain(rest))
    amounts, variables = zip(*terms, strict=True) if terms else ((), ())
    keys = list(map(id, amounts))
    at = {key: float(a) for key, a in dict(zip(keys, amounts, strict=True)).items()}
    coefs = tuple(map(at.__getitem__, keys))
    return Terms((*coefs, *(a for a, _ in more)), (*variables, *(x for _, x in more)))


def _plain(terms: list[Term]) -> Terms:
    return Terms(tuple(a for a, _ in terms), tuple(x for _, x in terms))


def numbered(coefs: Floats, numbers: Numbers, *more: Term) -> Numbered:
    """The sum of coefficient times column, and of more terms after it."""
    return Numbered(coefs, numbers, _plain(list(more)))


def floats(terms: Sequence[Exact]) -> list[Term]:
    """The terms with coefficients as a solver takes them."""
    return weighed(terms).pairs(None)


def sizes_of(terms: Sequence[Exact] | Sum) -> tuple[list[Fraction], Fraction]:
    """The amounts of the terms, each once, and their step."""
    if isinstance(terms, Sum):
        amounts, step = terms.sizes.used(terms.kind)
        if not terms.more:
            return amounts, step
        amounts = [*amounts, *(a for a, _ in terms.more)]
        return amounts, step_of([step, *(a for a, _ in terms.more)])
    every = [a for a, _ in terms]
    each = list(dict(zip(map(id, every), every, strict=True)).values())
    return each, step_of(each)
