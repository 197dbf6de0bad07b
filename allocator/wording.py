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


WITH_THE = ("Netherlands", "Czech Republic", "Philippines", "Faroe Islands")
"""Names that take an article in a sentence, beside those that begin with United."""


def in_sentence(name: str) -> str:
    """The name of a nation inside a sentence: ``the United Kingdom``, ``the shared tanker fleet``."""
    if name.startswith("The "):
        return first_small(name)
    return f"the {name}" if name.startswith("United ") or name in WITH_THE else name


def first_capital(text: str) -> str:
    """A text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def first_small(name: str) -> str:
    """A name inside a sentence, with a small letter at its beginning unless it begins with an abbreviation.

    Examples
    --------
    >>> first_small("Combat aircraft"), first_small("EU training team"), first_small("F-16")
    ('combat aircraft', 'EU training team', 'F-16')
    """
    return name[:1].lower() + name[1:] if name[1:2].islower() or name[1:2] == " " else name


ABBREVIATIONS = {"us": "US", "un": "UN", "eu": "EU", "uk": "UK", "nato": "NATO", "turkiye": "Türkiye"}
"""Parts of the names of events that are not plain words."""

UNCOUNTED = ("consent", "consensus", "approval", "support", "funding", "peace")
"""Last words of events that take no article."""


def event_words(name: str) -> str:
    """The name of an event as words: ``US backstop``.

    Examples
    --------
    >>> event_words("us_backstop")
    'US backstop'
    """
    return " ".join(ABBREVIATIONS.get(part, part) for part in name.replace("-", "_").split("_") if part)


def there_is(event: str) -> str:
    """A clause that an event happens, with its article.

    Examples
    --------
    >>> there_is("us_backstop"), there_is("nato_consensus"), there_is("elections")
    ('there is a US backstop', 'there is NATO consensus', 'there are elections')
    >>> there_is("straits_open")
    'the straits are open'
    """
    words = event_words(event)
    noun, _, state = words.rpartition(" ")
    if noun and state in ("open", "closed"):
        return f"the {noun} {'are' if noun.endswith('s') else 'is'} {state}"
    if words.endswith(UNCOUNTED):
        return f"there is {words}"
    if words.endswith("s") and not words.endswith("ss"):
        return f"there is {words}" if words.endswith("us") else f"there are {words}"
    return f"there is {'an' if words[:1] in tuple('aeio') else 'a'} {words}"


ENDINGS = {"y": "ies", "s": "ses", "x": "xes", "ch": "ches", "sh": "shes"}
"""Ending of a noun -> that of its plural; a y after a vowel stays."""

SAME = {"aircraft", "craft", "headquarters", "series", "personnel", "people"}
"""Nouns whose plural is the same."""

JOINED = ("of", "a", "an", "per", "on", "in", "at", "for", "with", "from", "and", "that", "which")
"""Words after which a unit has no more nouns that change."""

NUMERALS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "half")
"""First words of a name that is a number of things by itself."""


def plural(unit: str) -> str:
    """The plural of an English unit of measure: its first noun before ``of``, ``a``, ``per`` or a participle changes.

    Both nouns of ``frigate or destroyer`` change; a clause (``what the straits let in``) and a plural stay as they are.

    Examples
    --------
    >>> from allocator.wording import plural
    >>> [plural(unit) for unit in ("battery", "trainee a year", "aircraft", "squadron served", "lot of 10,000")]
    ['batteries', 'trainees a year', 'aircraft', 'squadrons served', 'lots of 10,000']
    >>> [plural(unit) for unit in ("frigate or destroyer", "brigade with its support", "two companies")]
    ['frigates or destroyers', 'brigades with their support', 'two companies']
    """
    words = unit.split(" ")
    if words[0].lower() == "what":
        return unit
    end = next((at for at, word in enumerate(words) if at and word in JOINED), len(words))
    while end > 1 and words[end - 1].endswith("ed"):
        end -= 1
    words[end - 1] = _several(words[end - 1])
    if end > 2 and words[end - 2] == "or":
        words[end - 3] = _several(words[end - 3])
    return " ".join([*words[:end], *("their" if word == "its" else word for word in words[end:])])


def _several(noun: str) -> str:
    """The plural of one noun; one that is a plural already stays."""
    if noun == "person":
        return "people"
    if noun.lower() in SAME or not noun.isalpha() or (noun.endswith("s") and not noun.endswith(("ss", "us", "is"))):
        return noun
    ending = next((each for each in ENDINGS if noun.endswith(each)), "")
    ending = "" if ending == "y" and noun[-2:-1] in "aeiou" else ending
    return noun.removesuffix(ending) + ENDINGS[ending] if ending else noun + "s"


def counted(number: float, unit: str, sign: str = "") -> str:
    """So many units, in the singular or plural; a sign of multiplication stands before a name that is several already.

    Parameters
    ----------
    number : int or float
    unit : str
        The name of one unit.
    sign : str
        ``+`` shows the sign of the number.

    Examples
    --------
    >>> from allocator.wording import counted
    >>> counted(1, "combat squadron"), counted(2, "combat squadron"), counted(-2, "Combat squadron", "+")
    ('1 combat squadron', '2 combat squadrons', '-2 Combat squadrons')
    >>> counted(10, "two light companies with support"), counted(1, "what the straits let in")
    ('10 × two light companies with support', '1 × what the straits let in')
    """
    figure = f"{number:{sign},}"
    words = unit.lower().split(" ")
    if words[0] in (*NUMERALS, "what") or words[0][:1].isdigit():
        return f"{figure} × {unit}"
    return f"{figure} {unit if abs(number) == 1 else plural(unit)}"
