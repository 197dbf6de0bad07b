"""Faults and errors.

A :class:`Fault` describes one mistake in an input so that its author can find it. :class:`BadInput` carries all faults
of an input; the program never stops at the first.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

LONG_PLACE, LONG_COLUMN, LONG_TEXT = 240, 80, 1_000
"""Most characters that a fault shows of its place, of its column and of each of its two texts."""


def escaped(text: str, keep: str = "") -> str:
    """Replace control, format and separator characters by escapes such as ``\\x1b`` and ``\\u202e``.

    Characters in ``keep`` stay.
    """
    if text.isprintable():
        return text
    return "".join(c if c in keep or not _unsafe(c) else c.encode("unicode_escape").decode() for c in text)


def _unsafe(sign: str) -> bool:
    kind = unicodedata.category(sign)
    return kind[0] == "C" or kind in ("Zl", "Zp")


def shortened(text: str, most: int) -> str:
    """The text, cut in the middle if it is longer than ``most`` characters."""
    if len(text) <= most:
        return text
    end = (most - 3) // 2
    return f"{text[: most - 3 - end]}...{text[-end:]}"


@dataclass(frozen=True)
class Fault:
    """One fault of an instance, a model or an override.

    Attributes
    ----------
    place : str
        File, sheet or option that contains the fault, e.g. ``forces.csv``.
    row : int or None
        Row as the author's editor counts it (CSV: first line of the record; workbook: row number; JSON: position from
        1); None if the fault is not in a row.
    column : str or None
        Column, or dotted key of ``instance.toml`` or of a model.
    found : str
        What was found there, in quotation marks if it is a value; empty if nothing was.
    expected : str
        What was expected there, with a close match if a name is misspelt.
    link : str
        Empty if the text is *found ...; expected ...*. Otherwise ``found`` says what is wrong, ``expected`` says what
        to do, and ``link`` joins the place to them, e.g. ``" "`` in *nations.csv is missing; add it*.

    All texts are shortened and have no control characters, since they quote input that may come from anyone.
    """

    place: str
    row: int | None
    column: str | None
    found: str
    expected: str
    link: str = ""

    def __post_init__(self) -> None:
        for name, most in (
            ("place", LONG_PLACE),
            ("column", LONG_COLUMN),
            ("found", LONG_TEXT),
            ("expected", LONG_TEXT),
        ):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, shortened(escaped(value), most))

    def __str__(self) -> str:
        where = self.place
        if self.row is not None:
            where += f", row {self.row}"
        if self.column is not None:
            where += f", column {self.column}" if self.row is not None else f", {self.column}"
        if self.link:
            return f"{where}{self.link}{self.found}{':' if self.found.endswith(';') else ';'} {self.expected}"
        found = f"found {self.found}; " if self.found else ""
        return f"{where}: {found}expected {self.expected}"


class AllocatorError(Exception):
    """Base class of every error that the program raises on purpose, with a text for the user.

    It can be copied and pickled whatever arguments a subclass takes.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restored, (type(self), self.args), self.__dict__ or None)


class BadInput(AllocatorError):
    """An instance, a model or an override has faults; all of them are in ``faults``."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class BadUsage(AllocatorError):
    """A call or command asks for something that cannot be done, e.g. an unknown solver option."""


class SolverError(AllocatorError):
    """The solver failed, or its answer contradicts its own model."""


class OutOfTime(AllocatorError):
    """The time limit passed before there was a result."""


def _restored(kind: type[AllocatorError], args: tuple[Any, ...]) -> AllocatorError:
    """Recreate an error from its arguments; its attributes are restored afterwards."""
    error = kind.__new__(kind)
    error.args = args
    return error
