"""Words and numbers of a page: units never break from their number, and names fit into a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from allocator.report.text.words import number as plain_number
from allocator.report.text.words import percent as plain_percent
from allocator.wording import plural as plain_plural

BREAK = "\u00a0"
"""A space at which no line breaks."""

LONG = re.compile(r"[^\s\u00ad]{41,}")


def breakable(text: str) -> str:
    """A text in which a word of more than 40 letters can break after each 20, so that no column becomes a page wide.

    Examples
    --------
    >>> breakable("a short name"), breakable("x" * 41).count("\u00ad")
    ('a short name', 2)
    """
    return LONG.sub(lambda found: "\u00ad".join(re.findall(".{1,20}", found[0])), text)


def number(value: float, digits: int = 4) -> str:
    """A number with thousands separators.

    Examples
    --------
    >>> number(1234.5), number(-0.5)
    ('1,234', '−0.5')
    """
    return plain_number(value, digits).replace("-", "−", 1).replace(" ", BREAK)


def percent(share: float, digits: int = 0) -> str:
    """A share in per cent; 0 and 100 are shown only for exactly these values."""
    return plain_percent(share, digits).replace("-", "−").replace(" ", BREAK)


def points(share: float) -> str:
    """A difference of two shares in percentage points, with its sign.

    Examples
    --------
    >>> points(-0.27), points(0.0)
    ('−27.0\\xa0points', 'no change')
    """
    value = 100 * share
    if abs(value) < 0.05:
        return "no change"
    return f"{'+' if value > 0 else '−'}{abs(value):.1f}{BREAK}points"


def plural(noun: str, amount: float = 2) -> str:
    """The unit of a capability, or a noun, for an amount.

    Examples
    --------
    >>> plural("battery", 6), plural("trainee a year", 2), plural("heavy battalion group"), plural("aircraft")
    ('batteries', 'trainees a year', 'heavy battalion groups', 'aircraft')
    """
    return noun if amount == 1 else plain_plural(noun)


def count(amount: int, noun: str) -> str:
    """``1 nation``, ``2 nations``, ``no nations``; the noun never breaks from its number."""
    return f"{amount:,}{BREAK}{plural(noun, amount)}"


def listed(words: Sequence[str], most: int = 99) -> str:
    """A list in a sentence: ``a, b and c``; from ``most`` on, ``a, b and 3 more``.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a", "b", "c", "d"], 2)
    ('a, b and c', 'a, b and 2 more')
    """
    shown = list(words) if len(words) <= most else [*words[:most], f"{len(words) - most} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def money(millions: float, currency: str) -> str:
    """An amount of money: ``USD 1.79 billion``, ``USD 57.5 million``; what has no currency is in millions."""
    if abs(millions) >= 1000:
        amount = f"{number(millions / 1000, 3)}{BREAK}billion"
    else:
        amount = f"{number(millions, 3)}{BREAK}million"
    return f"{currency}{BREAK}{amount}" if currency else amount


def per_mille(value: float) -> str:
    """A burden: ``1.36 ‰``; above nothing but below a hundredth, ``<0.01 ‰``."""
    return f"<0.01{BREAK}‰" if 0 < value < 0.005 else f"{value:,.2f}{BREAK}‰"
