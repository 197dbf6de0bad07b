"""What the author of a refused cell probably meant. Messages suggest it; the reader never applies it by itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from allocator.instance.columns import Column

YES = ("1", "x", "y", "yes", "t", "true", "on", "j", "ja", "o", "oui", "s", "si", "sí", "tak", "wahr", "vrai", "✓", "✔")
NO = ("0", "n", "no", "f", "false", "off", "nein", "non", "nee", "nie", "falsch", "faux", "falso")
NOTHING = ("-", "–", "—", ".", "..", "?", "n/a", "na", "#n/a", "n.a.", "nan", "nil", "none", "null", "unknown", "tbd")
"""What people write into a cell whose value they do not know."""

_SIGNS = "$€£¥₺₴₽₹"
_CODES = ("USD", "EUR", "GBP", "CHF", "NOK", "SEK", "DKK", "PLN", "CZK", "HUF", "RON", "TRY", "UAH", "CAD", "US$")
_MONEY = "(?:" + "|".join(re.escape(code) for code in [*_CODES, *_SIGNS]) + ")"
_SPACE = "[ \u00a0\u2007\u2009\u202f'’]"
_GROUPED = {
    rf"[0-9]{{1,3}}(?:({_SPACE})[0-9]{{3}})(?:\1[0-9]{{3}})*(?:[.,][0-9]+)?": ".,",
    r"[0-9]+(?:_[0-9]+)+(?:\.[0-9]+)?": ".",
    r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+": ".",
    r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+": ",",
    r"[0-9]{1,3}(?:\.[0-9]{3}){2,}": "",
    r"[0-9]{1,3}(?:,[0-9]{3}){2,}": "",
}
"""Pattern of a number in groups -> its possible decimal signs; everything else between digits is a separator."""

_DATE = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[ T].*)?|[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{2,4}"
    r"|[0-9]{1,2}[-. ][A-Za-z]{3}(?:[-. ][0-9]{2,4})?|[A-Za-z]{3}[-. ][0-9]{1,4}"
)


def readings(column: Column, cell: Any) -> Iterator[tuple[str, str]]:
    """Texts that a refused cell may mean, each with the condition under which it does (usually empty)."""
    if column.kind == "flag":
        word = str(cell).strip().lower().removesuffix(".0") if isinstance(cell, str | float) or cell in (0, 1) else ""
        if word in YES:
            yield "true", ""
        elif word in NO:
            yield "false", ""
    elif column.numeric and isinstance(cell, str) and len(cell) < 60:
        yield from _numbers(column, cell)
    elif column.numeric and isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) < 1e15:
        yield from _neighbours(column, str(cell))
    elif column.kind == "symbol" and isinstance(cell, str):
        yield re.sub(r"[\s'’]", "", cell), ""


def advice(column: Column, cell: Any) -> str:
    """What to do about a cell that has no likely reading, or an empty text."""
    text = cell.strip() if isinstance(cell, str) else ""
    if column.numeric and (isinstance(cell, date | datetime | time | timedelta) or (text and _DATE.fullmatch(text))):
        return "a spreadsheet turned it into a date; format the column as a number and enter the figure again"
    if text.lower() in NOTHING and column.numeric and not column.required:
        return "leave the cell blank"
    if column.kind == "symbol" and _counted(cell, text):
        return "a spreadsheet turned it into a number and lost digits; format the column as text and enter it again"
    return ""


def _counted(cell: Any, text: str) -> bool:
    """Whether a spreadsheet turned a code into a number, of which it keeps only 15 digits."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return abs(cell) >= 1e15
    return re.fullmatch(r"[0-9](?:[.,][0-9]*)?[eE][+]?[0-9]+", text) is not None


def _numbers(column: Column, cell: str) -> Iterator[tuple[str, str]]:
    text = "".join(_digit(sign) for sign in cell if unicodedata.category(sign) != "Cf").strip().strip("'’\"").strip()
    text = re.sub(r"^[−–]", "-", text)
    text = re.sub(rf"^([+-]?){_MONEY}\s*|\s*{_MONEY}$", r"\1", text).strip()
    percent = re.fullmatch(r"(.*?)\s*(?:%|per ?cent|pct)", text)
    if percent:
        if column.most == 1:
            yield from ((_share(number), when) for number, when in _plain(percent[1]))
        return
    for number, when in _plain(text):
        if not when and not _whole_enough(column, number):
            yield from _neighbours(column, number)
        yield number, when
        if column.most == 1:
            yield from _neighbours(column, number)


def _digit(sign: str) -> str:
    return str(unicodedata.decimal(sign)) if sign.isdecimal() else sign


def _plain(text: str) -> Iterator[tuple[str, str]]:
    """Numbers, as the format writes them, that a text with separators may mean."""
    sign, body = (text[0], text[1:]) if text[:1] in ("+", "-") else ("", text)
    sign = sign.replace("+", "")
    if re.fullmatch(r"[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+", body):
        yield sign + body, ""
    elif re.fullmatch(r"0[xX][0-9a-fA-F]{1,10}", body):
        yield sign + str(int(body, 16)), ""
    elif re.fullmatch(r"[1-9][0-9]{0,2},[0-9]{3}", body):
        yield sign + body.replace(",", ""), ""
        yield sign + body.replace(",", "."), " if the comma is a decimal sign"
    elif re.fullmatch(r"[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?", body):
        yield sign + ("0" if body[0] == "," else "") + body.replace(",", "."), ""
    else:
        for pattern, points in _GROUPED.items():
            if re.fullmatch(pattern, body):
                point = next((p for p in points if body.count(p) == 1), "")
                head, _, tail = body.rpartition(point) if point else (body, "", "")
                yield sign + re.sub("[^0-9]", "", head) + (f".{tail}" if tail else ""), ""
                return


def _share(number: str) -> str:
    try:
        return format((Decimal(number) / 100).normalize(), "f")
    except InvalidOperation:
        return ""


def _whole_enough(column: Column, number: str) -> bool:
    try:
        return column.kind != "whole" or float(number).is_integer()
    except (ValueError, OverflowError):
        return True


def _neighbours(column: Column, number: str) -> Iterator[tuple[str, str]]:
    """Numbers that the column may accept in place of one that it refuses."""
    value = float(number)
    if column.kind == "whole" and abs(value) < 1e12 and not value.is_integer():
        yield str(int(value // 1)), ""
        yield str(int(value // 1) + 1), ""
    if column.most == 1 and 5 <= value <= 100:
        yield _share(number), " if it is a percentage"
