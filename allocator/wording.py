"""Shares and units of measure in words, for every room that writes a sentence."""

from __future__ import annotations


def percent(share: float, digits: int = 1) -> str:
    """A share in per cent; 0 and 100 are shown only for exactly these values."""
    text = f"{100 * share:.{digits}f}"
    least = 10.0**-digits
    if share > 0 and float(text) == 0:
        return f"<{least:g} %"
    if share < 1 and float(text) == 100:
        return f">{100 - least:g} %"
    return text + " %"


def priced(amount: str, unit: str) -> str:
    """An amount with its unit around it.

    Examples
    --------
    >>> from allocator.wording import priced
    >>> priced("264.3", "USD million"), priced("264.3", "million")
    ('USD 264.3 million', '264.3 million')
    """
    currency, _, scale = unit.rpartition(" ")
    return f"{currency} {amount} {scale}".strip()


ENDINGS = {"y": "ies", "s": "ses", "x": "xes", "ch": "ches", "sh": "shes"}
"""Ending of a noun -> that of its plural; a y after a vowel stays."""

SAME = {"aircraft", "craft", "headquarters", "series", "personnel", "people"}
"""Nouns whose plural is the same."""


JOINED = ("of", "a", "per", "on", "in", "for")
"""Words after which a unit has no more nouns that change."""


def plural(unit: str) -> str:
    """The plural of an English unit of measure: its first noun before ``of``, ``a``, ``per`` or a participle changes.

    Examples
    --------
    >>> from allocator.wording import plural
    >>> [plural(unit) for unit in ("battery", "trainee a year", "aircraft", "squadron served", "lot of 10,000")]
    ['batteries', 'trainees a year', 'aircraft', 'squadrons served', 'lots of 10,000']
    """
    words = unit.split(" ")
    end = next((at for at, word in enumerate(words) if at and word in JOINED), len(words))
    while end > 1 and words[end - 1].endswith("ed"):
        end -= 1
    noun = words[end - 1]
    if noun == "person":
        words[end - 1] = "people"
    elif noun not in SAME and noun.isalpha():
        ending = next((each for each in ENDINGS if noun.endswith(each)), "")
        ending = "" if ending == "y" and noun[-2:-1] in "aeiou" else ending
        words[end - 1] = noun.removesuffix(ending) + ENDINGS[ending] if ending else noun + "s"
    return " ".join(words)
