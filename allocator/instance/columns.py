"""Columns and tables of an instance, and the limits on what a cell may hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

Value = str | int | float | bool
"""A cell: text, whole number, number or flag."""

SMALLEST, LARGEST = 1e-9, 1e12
"""Range of the absolute value of a number other than 0: floating-point arithmetic would lose smaller numbers beside
ordinary ones, and ordinary numbers beside larger ones."""

VAST = 1e30
"""Size that no sum over a plan reaches: its units and prices are at most :data:`LARGEST`."""

LONGEST = 32_767
"""Most characters of a text: the limit of a workbook's cell, so that every instance fits every carrier."""

INSTANCE_NAME = "[a-z0-9-]+"
"""Pattern of an instance's name."""

OWN = "_"
"""First character of the name of a sheet or a column that is the author's own and therefore ignored."""

SYMBOL = "[0-9]{20}|[0-9]{30}|[A-Za-z][A-Za-z0-9*-]{9,14}"
"""Pattern of an APP-6 identification code; the last five of the older 15 characters are often left out."""


@dataclass(frozen=True)
class Column:
    """One column of a table, or one key of the settings.

    Attributes
    ----------
    name, meaning : str
    kind : str
        ``id`` (letters, digits, ``_``, ``-``), ``name`` (text without space around it), ``text``, ``whole``,
        ``number``, ``flag`` or ``symbol`` (an APP-6 identification code).
    unit : str
        Unit of a number, empty for others.
    required, key : bool
        Whether the column must be filled, and whether it is part of the table's key.
    default : Value or None
        The value that a blank means; None if a blank means no value, or what ``blank`` says.
    blank : str
        What a blank means, if that is not a single value.
    least, most : float or None
        Bounds of a number, both allowed.
    above : float or None
        Number that a value must be above.
    nonzero : bool
        Whether 0 is not allowed.
    largest : float
        Size that a number may have at the most.
    choices : tuple of str
        The only values allowed; empty if there are others.
    refers : str
        Table of which the value must be a key; empty if there is none.
    better : str
        ``up`` if a larger figure can only help coverage and never hurts it, ``down`` if a smaller one can; empty if
        neither holds.
    """

    name: str
    meaning: str
    kind: str = "text"
    unit: str = ""
    required: bool = False
    key: bool = False
    default: Value | None = None
    blank: str = ""
    least: float | None = None
    most: float | None = None
    above: float | None = None
    nonzero: bool = False
    largest: float = LARGEST
    choices: tuple[str, ...] = ()
    refers: str = ""
    better: str = ""

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers."""
        return self.kind in ("whole", "number")

    @property
    def period(self) -> bool:
        """Whether the values are periods of the horizon."""
        return self.name in ("period", "first_period", "last_period", "first_order_period", "last_order_period")

    @property
    def expected(self) -> str:
        """What a value must be, in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.name == "nation" and self.key and not self.refers:
            return "three capital letters (as ISO 3166-1 alpha-3)"
        if self.name == "name" and self.kind == "id":  # of the instance
            return "lower-case letters, digits and hyphens"
        words = {
            "id": "an identifier (letters, digits, _ or -)",
            "name": "text without space around it",
            "text": "text",
            "flag": "true or false",
            "whole": "a whole number",
            "number": "a number",
            "symbol": "20 or 30 digits, or the older 15 characters (a letter, then letters, digits, - and *; "
            "10 are enough)",
        }[self.kind]
        if self.nonzero:
            words += " other than 0"
        if self.above is not None:
            words += f" above {self.above:g}"
        if self.least is not None and self.most is not None:
            words += f" from {self.least:g} to {self.most:g}"
        elif self.least is not None:
            words += f" of at least {self.least:g}"
        elif self.most is not None:
            words += f" and at most {self.most:g}"
        return words


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its columns, and whether an instance must have it."""

    name: str
    row: str
    columns: tuple[Column, ...]
    required: bool = True
    whole_row_is_key: bool = False

    @property
    def one_row(self) -> str:
        """What a row is, in words."""
        what = self.row.partition(";")[0]
        article, _, noun = what.partition(" ")
        return f"one row per {noun}" if article in ("a", "an") else f"one row is {what}"

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Column name -> column, companions included, in canonical order."""
        return {column.name: column for column in self._all()}

    def _all(self) -> Iterator[Column]:
        for column in self.columns:
            yield column
            if column.name in self.figures:
                for end, word in (("low", "Lowest"), ("high", "Highest")):
                    yield replace(
                        column,
                        name=f"{column.name}_{end}",
                        meaning=f"{word} plausible value of {column.name}.",
                        required=False,
                        key=False,
                        default=None,
                        blank="unknown",
                    )
        if self.name != "sources":
            yield Column("source", "Where the figures of the row come from.", "id", refers="sources")
        yield Column("note", "Anything a reader should know.")

    @cached_property
    def figures(self) -> tuple[str, ...]:
        """Numeric columns except the periods: the columns that may have companions."""
        return tuple(column.name for column in self.columns if column.numeric and not column.period)

    @cached_property
    def required_columns(self) -> tuple[str, ...]:
        """Columns without which a table is not complete."""
        return tuple(column.name for column in self.columns if column.required)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Columns that no two rows share."""
        return tuple(column.name for column in self.columns if column.key or self.whole_row_is_key)


def blank_means(column: Column) -> str:
    """What a blank cell of a column means, in words."""
    if column.required:
        return "required"
    return column.blank or ("" if column.default is None else str(column.default).lower())


def identifier(name: str, meaning: str, **more: object) -> Column:
    """A key column of identifiers."""
    return Column(name, meaning, kind="id", required=True, key=True, **more)  # type: ignore[arg-type]


def reference(name: str, table: str, meaning: str, **more: object) -> Column:
    """A key column of references to another table."""
    given = {"kind": "id", "required": True, "key": True, "refers": table, **more}
    return Column(name, meaning, **given)  # type: ignore[arg-type]


def named(meaning: str) -> Column:
    """The column of names."""
    return Column("name", meaning, kind="name", required=True)


FIRST = Column("first_period", "First period.", "whole", unit="period", default=1, least=1)
LAST = Column("last_period", "Last period.", "whole", unit="period", blank="the last of the horizon", least=1)


def number(name: str, meaning: str, unit: str, **more: object) -> Column:
    """A column of figures with a unit."""
    return Column(name, meaning, kind=str(more.pop("kind", "number")), unit=unit, **more)  # type: ignore[arg-type]
