"""One cell at a time: what a value must look like, and the message if it does not."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from allocator.instance.columns import LONGEST, SMALLEST, SYMBOL, Column, Value
from allocator.instance.likely import advice, readings

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ID = re.compile(r"[A-Za-z0-9_-]+")
_NATION = re.compile(r"[A-Z]{3}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Unfit(Exception):
    """A cell does not hold what its column requires; the text says what is expected."""


def quoted(value: Any) -> str:
    """A value as it was written, short enough for a line."""
    text = value if isinstance(value, str) else plain(value)
    text = text if len(text) <= 60 else text[:57] + "..."
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
    return f'"{text}"'


@dataclass(frozen=True)
class Oversized:
    """A number that a float would turn into 0 or infinity: its digits as written. No column accepts it."""

    digits: str

    def __str__(self) -> str:
        return self.digits


def exact_float(digits: str) -> float | Oversized:
    """A number of a carrier as a float, if a float can hold its size."""
    number = float(digits)
    return Oversized(digits) if _lost(digits, number) else number


def exact_whole(digits: str) -> int | Oversized:
    """A whole number of a carrier, if it has fewer than 20 digits."""
    return int(digits) if len(digits) < 20 else Oversized(digits)


def _lost(digits: str, number: float) -> bool:
    """Whether a float cannot hold the size of what was written."""
    return number in (math.inf, -math.inf) or (
        number == 0 and re.search("[1-9]", digits.lower().partition("e")[0]) is not None
    )


def plain(value: Any) -> str:
    """The text of a cell that holds no text: the shortest form of a number, the ISO form of a date."""
    if value is None:
        return "null"
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
    if isinstance(value, list):
        return f"[{', '.join(plain(each) if not isinstance(each, str) else quoted(each) for each in value[:20])}]"
    return str(value)


def near(word: str, known: Iterable[str]) -> str:
    """A hint at the known word that the given word may have meant, or an empty text."""
    match = _nearest(word[:100], tuple(known))
    return f" (did you mean {match}?)" if match else ""


def closest(word: str, known: Iterable[str]) -> str:
    """The known word of which the given word is clearly a misspelling, or an empty text."""
    match = _nearest(word[:100], tuple(known))
    sure = difflib.SequenceMatcher(None, spelled(word[:100]), spelled(match)).ratio() >= 0.75
    return match if sure else ""


@lru_cache(maxsize=1000)
def _nearest(word: str, known: tuple[str, ...]) -> str:
    plain_word = spelled(word)
    names = _spellings(known)
    if plain_word in names:
        return names[plain_word]
    if len(known) > 300:  # comparisons are slow: of many names, compare only those with the same first letters
        names = {name: known for name, known in names.items() if name[:2] == plain_word[:2]}
    match = difflib.get_close_matches(plain_word, names, n=1, cutoff=0.5)
    return names[match[0]] if match else ""


@lru_cache(maxsize=100)
def _spellings(known: tuple[str, ...]) -> dict[str, str]:
    """Normalised spelling -> the first name with that spelling."""
    return {spelled(name): name for name in reversed(known)}


def spelled(name: str) -> str:
    """The normalised spelling of a name: lower case, ``_`` for spaces and hyphens, no quotation marks."""
    return re.sub(r"[\s_-]+", "_", name.strip().strip("\"'\ufeff").lower())


def convert(column: Column, cell: Any, strict: bool) -> Value:
    """The value of a cell that is not blank.

    Parameters
    ----------
    column : Column
        What is expected.
    cell : str, int, float, bool, date
        The content of the cell.
    strict : bool
        The carrier distinguishes types (JSON), so that a number in quotes is not a number.

    Raises
    ------
    Unfit
    """
    try:
        return converted(column, cell, strict)
    except Unfit as unfit:
        raise Unfit(unfit.args[0] + _hint(column, cell, strict)) from None


def converted(column: Column, cell: Any, strict: bool) -> Value:
    """As :func:`convert`, for a computed value: nobody wrote it, so no likely reading is offered."""
    if isinstance(cell, str) and len(cell) > LONGEST:
        raise Unfit(f"{column.expected}, of at most {LONGEST:,} characters")
    if column.kind == "flag":
        return _flag(column, cell)
    if column.numeric:
        return _number(column, cell, strict)
    return _text(column, cell, strict)


def _hint(column: Column, cell: Any, strict: bool) -> str:
    """How to write what a refused cell probably means, or what else to do; only values that the column accepts."""
    quotes = (
        ", without quotes" if strict and isinstance(cell, str) and (column.numeric or column.kind == "flag") else ""
    )
    likely: dict[str, None] = {}
    for text, when in readings(column, cell):
        try:
            converted(column, text, False)
        except Unfit:
            continue
        likely[text + quotes + when] = None
    way_out = "write " + ", or ".join(likely) if likely else advice(column, cell)
    return f": {way_out}" if way_out else ""


def _flag(column: Column, cell: Any) -> bool:
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, str) and cell.lower() in ("true", "false"):
        return cell.lower() == "true"
    raise Unfit(column.expected)


def _number(column: Column, cell: Any, strict: bool) -> int | float:
    if isinstance(cell, Oversized):
        raise Unfit(f"{column.expected}, of size {SMALLEST:g} to {column.largest:g}")
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
    if lost or number != number or abs(number) > column.largest or 0 < abs(number) < SMALLEST:
        raise Unfit(f"{column.expected}, of size {SMALLEST:g} to {column.largest:g}")
    if column.kind == "whole":
        if number != int(number) or (isinstance(cell, str) and _rounded(cell, int(number))):
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


def _figures(column: Column, cell: Any) -> bool:
    """Whether a cell is a number that would be a valid text in quotes."""
    if column.kind == "symbol" and isinstance(cell, float):
        return False
    return isinstance(cell, int | float | Oversized) and not isinstance(cell, bool)


def _rounded(cell: str, number: int) -> bool:
    """Whether converting a long text to a float changed its value."""
    try:
        return len(cell) > 15 and Decimal(cell) != number
    except InvalidOperation:  # an exponent of 19 digits and more: 0e9999999999999999999 is 0, all others are lost
        return number != 0


def _text(column: Column, cell: Any, strict: bool) -> str:
    if not isinstance(cell, str):
        if strict:
            raise Unfit(f"{column.expected}, in quotes" if _figures(column, cell) else column.expected)
        cell = plain(cell)
    if column.choices:
        if cell not in column.choices:
            raise Unfit(column.expected + near(cell, column.choices))
        return str(cell)
    if _CONTROL.search(cell):
        raise Unfit(f"{column.expected}, and no control characters")
    if column.kind == "symbol":
        if not re.fullmatch(SYMBOL, cell):
            raise Unfit(column.expected)
        return str(cell)
    if column.kind != "text" and cell.strip() != cell:
        raise Unfit(column.expected if column.kind == "name" else f"{column.expected} without space around it")
    if column.kind == "id" and not _ID.fullmatch(cell):
        raise Unfit(column.expected)
    if column.name == "nation" and not column.refers and not _NATION.fullmatch(cell):
        raise Unfit(column.expected)
    return str(cell)
