"""One cell at a time: what a value has to look like, and what is said where it does not."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from allocator.instance.tables import LARGEST, LONGEST, SMALLEST, Column, Value

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ID = re.compile(r"[A-Za-z0-9_-]+")
_NATION = re.compile(r"[A-Z]{3}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Unfit(Exception):
    """A cell does not hold what its column asks for; the text says what is expected."""


def quoted(value: Any) -> str:
    """A value as it stands, short enough for a line."""
    text = value if isinstance(value, str) else plain(value)
    text = text if len(text) <= 60 else text[:57] + "..."
    return '"' + text.encode("unicode_escape").decode().replace('"', "'") + '"' if _odd(text) else f'"{text}"'


def _odd(text: str) -> bool:
    return not text.isprintable()


def exact_float(digits: str) -> float | Decimal:
    """A number of a carrier as a float; as a Decimal, which no column takes, where a float would be 0 or infinite."""
    number = float(digits)
    return Decimal(digits) if _lost(digits, number) else number


def _lost(digits: str, number: float) -> bool:
    """Whether a float does not hold the size of what was written."""
    return number in (math.inf, -math.inf) or (
        number == 0 and re.search("[1-9]", digits.lower().partition("e")[0]) is not None
    )


def plain(value: Any) -> str:
    """A cell that is not text in its shortest or ISO form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, int):
        try:
            return str(value)
        except ValueError:
            return "a very long number"
    return str(value)


def near(word: str, known: Iterable[str]) -> str:
    """A hint at a known word that the given one may have meant, or nothing."""
    match = _nearest(word[:100], tuple(known))
    return f" (did you mean {match}?)" if match else ""


@lru_cache(maxsize=1000)
def _nearest(word: str, known: tuple[str, ...]) -> str:
    plain_word = word.strip().lower()
    match = [name for name in known if name.lower() == plain_word]
    match = match or difflib.get_close_matches(word.strip(), known, n=1, cutoff=0.5)
    return match[0] if match else ""


def convert(column: Column, cell: Any, strict: bool) -> Value:
    """The value of a cell that is not blank.

    Parameters
    ----------
    column : Column
        What is expected.
    cell : str, int, float, bool, date
        What stands there.
    strict : bool
        Types are told apart by the carrier (JSON), so that a number in quotes is not a number.

    Raises
    ------
    Unfit
    """
    if column.kind == "flag":
        return _flag(column, cell)
    if column.numeric:
        return _number(column, cell, strict)
    return _text(column, cell, strict)


def _flag(column: Column, cell: Any) -> bool:
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, str) and cell.lower() in ("true", "false"):
        return cell.lower() == "true"
    raise Unfit(column.expected)


def _number(column: Column, cell: Any, strict: bool) -> int | float:
    if isinstance(cell, Decimal):
        raise Unfit(f"{column.expected}, of size {SMALLEST:g} to {LARGEST:g}")
    if isinstance(cell, bool) or not isinstance(cell, int | float | str) or (strict and isinstance(cell, str)):
        raise Unfit(column.expected)
    if isinstance(cell, str):
        if not _NUMBER.fullmatch(cell):
            hint = ""
            if cell.strip() != cell:
                hint = " without space around it"
            raise Unfit(column.expected + hint)
        number: int | float = int(cell) if re.fullmatch(r"[+-]?[0-9]{1,15}", cell) else float(cell)
    else:
        number = cell
    lost = isinstance(cell, str) and _lost(cell, number)
    if lost or number != number or abs(number) > LARGEST or 0 < abs(number) < SMALLEST:
        raise Unfit(f"{column.expected}, of size {SMALLEST:g} to {LARGEST:g}")
    if column.kind == "whole":
        if number != int(number) or (isinstance(cell, str) and len(cell) > 15 and Decimal(cell) != int(number)):
            raise Unfit(column.expected)
        number = int(number)
    else:
        number = float(number) + 0.0
    bad = (
        (column.least is not None and number < column.least)
        or (column.most is not None and number > column.most)
        or (column.above is not None and number <= column.above)
        or (column.nonzero and number == 0)
    )
    if bad:
        raise Unfit(column.expected)
    return number


def _text(column: Column, cell: Any, strict: bool) -> str:
    if not isinstance(cell, str):
        if strict:
            raise Unfit(f"{column.expected} in quotes" if isinstance(cell, int | float) else column.expected)
        cell = plain(cell)
    if column.choices:
        if cell not in column.choices:
            raise Unfit(column.expected + near(cell, column.choices))
        return str(cell)
    if _CONTROL.search(cell):
        raise Unfit(f"{column.expected}, and no control characters")
    if len(cell) > LONGEST:
        raise Unfit(f"{column.expected}, of at most {LONGEST:,} characters")
    if column.kind != "text" and cell.strip() != cell:
        raise Unfit(column.expected if column.kind == "name" else f"{column.expected} without space around it")
    if column.kind == "id" and not _ID.fullmatch(cell):
        raise Unfit(column.expected)
    if column.name == "nation" and not column.refers and not _NATION.fullmatch(cell):
        raise Unfit(column.expected)
    return str(cell)
