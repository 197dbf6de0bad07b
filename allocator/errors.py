"""What can go wrong, as one small vocabulary.

A :class:`Fault` is one thing that is wrong with an input, said so that its author finds it.
:class:`BadInput` carries all faults of an input together; the program never stops at the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One fault of an instance, a model or an override.

    Attributes
    ----------
    place : str
        File, sheet or option in which it stands, e.g. ``forces.csv``.
    row : int or None
        Row as the author's editor counts it (CSV: line on which the record begins; workbook: row
        number; JSON: position from 1); None where the fault is not in a row.
    column : str or None
        Column, or dotted key of ``instance.toml`` or of a model.
    found : str
        What stands there, quoted where it is a value; empty where nothing does.
    expected : str
        What should stand there, with a near match where a name is misspelt.
    """

    place: str
    row: int | None
    column: str | None
    found: str
    expected: str

    def __str__(self) -> str:
        where = self.place
        if self.row is not None:
            where += f", row {self.row}"
        if self.column is not None:
            where += f", column {self.column}" if self.row is not None else f", {self.column}"
        found = f"found {self.found}; " if self.found else ""
        return f"{where}: {found}expected {self.expected}"


class AllocatorError(Exception):
    """Base of every error that the program raises on purpose; its text is fit for the user.

    Copies and pickles are whole, whatever arguments a subclass takes.
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
    """The solver failed, or answered what its own model contradicts."""


class OutOfTime(AllocatorError):
    """The time limit passed before there was anything to answer with."""


def _restored(kind: type[AllocatorError], args: tuple[Any, ...]) -> AllocatorError:
    """An error with the text that it had; its attributes follow."""
    error = kind.__new__(kind)
    error.args = args
    return error
