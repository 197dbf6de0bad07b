"""The result of a failed check: one constraint that a plan breaks."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction as F
from typing import Any


@dataclass(frozen=True)
class Violation:
    """One constraint that a plan breaks, or one wrong figure of it.

    Attributes
    ----------
    constraint : str
        Name of the model's constraint that should have prevented it, or of the table with the wrong figure.
    index : tuple
        Index of that constraint.
    text : str
        What is wrong, in the instance's words.
    excess : Fraction or None
        By how much a limit is exceeded, in the limit's unit.
    """

    constraint: str
    index: tuple[Any, ...]
    text: str
    excess: F | None = None

    def __str__(self) -> str:
        return self.text
