"""A programme as a file for other solvers: CPLEX LP or free MPS, written so that all of them read it alike.

Section headings are written in full (CBC reads the ``bin`` and ``gen`` of other writers as columns and then solves a
relaxation), every bound is given, names have at most :data:`LONGEST` plain characters, lines are short, and numbers
have all their digits. Columns that nothing refers to are included with the coefficient 0.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from allocator.errors import BadUsage
from allocator.files import write_whole
from allocator.solving.entries import Key
from allocator.solving.standard_form import Matrix

LONGEST = 96
"""Most characters of a name; CBC refuses more than 100 in an LP file."""

WIDTH = 200
"""Most characters of a line; LP files may have 255."""

SMALL = 1e-7
"""Rows with a coefficient below this are multiplied; HiGHS reads 1e-9 and below as 0."""

NOTHING = "nothing"
"""Name of the column or row added to a programme without any: not every solver reads an empty one."""

Term = tuple[float, str]
Side = tuple[str, float]
"""``<=``, ``>=`` or ``=``, and the right-hand side."""


def check_target(path: Path) -> None:
    """Refuse a path that a programme cannot be written to.

    Raises
    ------
    BadUsage
        The path has another ending, is a folder, or is in a folder that does not exist.
    """
    if path.suffix.lower() not in WRITERS:
        raise BadUsage(f"{path}: expected a name that ends in {' or '.join(WRITERS)}")
    if path.is_dir():
        raise BadUsage(f"{path}: this is a folder; expected the name of a file to write")
    if not path.absolute().parent.is_dir():
        raise BadUsage(f"{path}: there is no folder {path.parent}; create it first")


def write_programme(matrix: Matrix, objective: str, path: Path) -> None:
    """Write a model with one of its objectives, in its own units; the file ending selects the format."""
    lines = WRITERS[path.suffix.lower()](Listing(matrix, objective))
    write_whole(path, "".join(f"{line}\n" for line in lines).encode("ascii"))


def unique_names(keys: Iterable[Key]) -> list[str]:
    """Readable names of components by index, e.g. ``deploy(FRA,battalion,hold_port,1)``, all different.

    Characters other than letters, digits and underscores become underscores, long identifiers are cut, and names that
    would then be equal are numbered.
    """
    names: dict[str, None] = {}
    number: dict[str, int] = {}
    for component, index in keys:
        parts = index if isinstance(index, tuple) else () if index is None else (index,)
        name = _name(component, [str(part) for part in parts])
        free = name
        while free in names:
            number[name] = number.get(name, 1) + 1
            free = f"{name}_{number[name]}"
        names[free] = None
    return list(names)


def _name(component: str, parts: list[str]) -> str:
    parts = [re.sub("[^A-Za-z0-9_]", "_", "theatre" if part == "*" else part) for part in parts]
    inside = LONGEST - 10 - len(component)  # room for brackets and a number
    if sum(map(len, parts)) + len(parts) > inside:
        parts = [part[: max(1, inside // len(parts) - 1)] for part in parts]
    return f"{component}({','.join(parts)})" if parts else component


def _factor(values: list[float]) -> float:
    """A power of two for a row whose coefficients other solvers would read as 0; 1 for all other rows."""
    sizes = [abs(value) for value in values]
    if not sizes or min(sizes) >= SMALL:
        return 1.0
    return float(2.0 ** -round((math.log2(min(sizes)) + math.log2(max(sizes))) / 2))


class Listing:
    """A model with one of its objectives, column by column and row by row, under the names in the file."""

    def __init__(self, matrix: Matrix, objective: str) -> None:
        self.matrix = matrix
        self.columns = unique_names(matrix.column_keys)
        self.cost: list[float] = matrix.costs[objective].tolist()
        self.lower: list[float] = matrix.lower.tolist()
        self.upper: list[float] = matrix.upper.tolist()
        self.integral: list[bool] = matrix.integral.tolist()
        if not self.columns:
            self.columns, self.cost, self.lower, self.upper, self.integral = [NOTHING], [0.0], [0.0], [0.0], [False]
        self.rows = list(self._rows())

    def _rows(self) -> Iterator[tuple[str, Side, list[tuple[int, float]]]]:
        """Name, side and non-zeros; a row with two limits is written twice, a row without limits not at all."""
        matrix = self.matrix
        start, index, value = matrix.start.tolist(), matrix.index.tolist(), matrix.value.tolist()
        names = unique_names(matrix.row_keys)
        taken = set(names)
        for row, name in enumerate(names):
            least, most = float(matrix.row_lower[row]), float(matrix.row_upper[row])
            factor = _factor(value[start[row] : start[row + 1]])
            least, most = least * factor, most * factor
            terms = [(index[k], value[k] * factor) for k in range(start[row], start[row + 1])]
            if least == most:
                yield name, ("=", least), terms
                continue
            if least > -math.inf:
                yield name, (">=", least), terms
            if most < math.inf:
                if least > -math.inf:
                    while (name := f"{name}_most") in taken:
                        pass
                    taken.add(name)
                yield name, ("<=", most), terms

    @property
    def binary(self) -> list[bool]:
        """Whether each column is a 0/1 column."""
        return [
            whole and (least, most) == (0, 1)
            for whole, least, most in zip(self.integral, self.lower, self.upper, strict=True)
        ]


def _lp(listing: Listing) -> Iterator[str]:
    columns = listing.columns
    used = {column for _, _, terms in listing.rows for column, _ in terms}
    cost = [(c, columns[k]) for k, c in enumerate(listing.cost) if c or k not in used]
    yield "Minimize"
    yield from _sum("objective:", cost or [(0.0, columns[0])])
    yield "Subject To"
    for name, (side, limit), terms in listing.rows or [(NOTHING, ("<=", 0.0), [])]:  # GLPK needs at least one
        yield from _sum(f"{name}:", [(a, columns[k]) for k, a in terms] or [(0.0, columns[0])])
        yield f"  {side} {limit!r}"
    yield "Bounds"
    for name, least, most in zip(columns, listing.lower, listing.upper, strict=True):
        if (least, most) == (-math.inf, math.inf):
            yield f" {name} free"
        elif least == most:
            yield f" {name} = {least!r}"
        else:
            yield f" {_bound(least)} <= {name} <= {_bound(most)}"
    binary = listing.binary
    general = [whole and not zero_one for whole, zero_one in zip(listing.integral, binary, strict=True)]
    for heading, wanted in (("Binaries", binary), ("Generals", general)):
        if any(wanted):
            yield heading
            yield from (f" {name}" for name, here in zip(columns, wanted, strict=True) if here)
    yield "End"


def _bound(value: float) -> str:
    return repr(value) if math.isfinite(value) else "-inf" if value < 0 else "+inf"


def _sum(head: str, terms: list[Term]) -> Iterator[str]:
    line = f" {head}"
    for coefficient, name in terms:
        word = f" {'-' if coefficient < 0 else '+'} {abs(coefficient)!r} {name}"
        if len(line) + len(word) > WIDTH:
            yield line
            line = " "
        line += word
    yield line


def _mps(listing: Listing) -> Iterator[str]:
    columns = listing.columns
    kind = {"<=": "L", ">=": "G", "=": "E"}
    yield "NAME allocator FREE"  # the last word is for CBC, which otherwise guesses
    yield "ROWS"
    yield " N objective"
    yield from (f" {kind[side]} {name}" for name, (side, _), _ in listing.rows)
    entries: list[list[tuple[str, float]]] = [[("objective", c)] for c in listing.cost]
    for name, _, terms in listing.rows:
        for column, value in terms:
            entries[column].append((name, value))
    yield "COLUMNS"
    for whole in (False, True):
        if whole and any(listing.integral):
            yield " MARKER 'MARKER' 'INTORG'"
        for name, integral, here in zip(columns, listing.integral, entries, strict=True):
            if integral == whole:
                yield from (f" {name} {row} {value!r}" for row, value in here if value or len(here) == 1)
        if whole and any(listing.integral):
            yield " MARKER 'MARKER' 'INTEND'"
    yield "RHS"
    yield from (f" RHS {name} {limit!r}" for name, (_, limit), _ in listing.rows if limit)
    yield "BOUNDS"
    for name, least, most, zero_one in zip(columns, listing.lower, listing.upper, listing.binary, strict=True):
        if zero_one:
            yield f" BV BND {name}"
        elif least == most:
            yield f" FX BND {name} {least!r}"
        elif (least, most) == (-math.inf, math.inf):
            yield f" FR BND {name}"
        else:
            yield f" MI BND {name}" if least == -math.inf else f" LO BND {name} {least!r}"
            yield f" PL BND {name}" if most == math.inf else f" UP BND {name} {most!r}"
    yield "ENDATA"


WRITERS: dict[str, Any] = {".mps": _mps, ".lp": _lp}
"""Ending of the file -> its writer."""
