"""Settings as they are typed, such as ``events.us_backstop=true``, in words."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from allocator.naming import Names
from allocator.report.text.words import number
from allocator.wording import event_words, first_small, in_sentence, plural, there_is

SETTING = re.compile(r"(?P<key>[\w.]+(?:\[[^\]]*\]\.\w+)?)(?P<sign>[*+-]?=)(?P<value>.*)", re.DOTALL)
"""A key, an operator and a value."""

KEY = re.compile(r"(?P<table>\w+)(?:\[(?P<where>[^\]]*)\])?\.(?P<column>\w+)")
"""A table, conditions in brackets, and a column."""

OPERATORS = {"*=": ", times", "+=": ", plus", "-=": ", minus", "*": ", times", "+": ", plus", "-": ", minus"}
"""Operator at the end of a key -> the words for it."""

SIGNS = {"=": "", "*=": "× ", "+=": "plus ", "-=": "minus "}
"""Operator of a setting -> the words before its value."""

MOST = 3
"""Keys that move together and are named."""


def settings_words(settings: Sequence[str], names: Names) -> str:
    """Several settings as one heading.

    Examples
    --------
    >>> names = Names({"nations": {"FRA": "France"}, "unit_types": {"frigate": "Frigate"}})
    >>> settings_words(["events.us_backstop=true", "forces[nation=FRA,unit_type=frigate].units*=2"], names)
    'with a US backstop, frigates of France × 2'
    """
    return ", ".join(setting_words(setting, names) for setting in settings)


AS_IT_IS = "as it is"
"""Name of a case without settings, where all cases are of one instance."""


def case_words(labels: Sequence[str], instances: Sequence[str], names: Sequence[Names]) -> list[str]:
    """What tells cases apart, in words; as it was typed where words do not tell them apart.

    Parameters
    ----------
    labels : sequence of str
        Each case as it was typed: its instance, and its settings separated by spaces.
    instances : sequence of str
        The name of the instance of each case.
    names : sequence of Names
        The names behind the codes of each case.

    Examples
    --------
    >>> case_words(["sky-shield", "sky-shield coalition=-FRA"], ["sky-shield"] * 2, [Names({})] * 2)
    ['as it is', 'without FRA']
    """
    several = len(set(instances)) > 1
    said = []
    for label, instance, named in zip(labels, instances, names, strict=True):
        words = settings_words(shlex.split("" if label == instance else label.removeprefix(f"{instance} ")), named)
        said.append(", ".join([*([instance] if several else []), *([words] if words else [])]) or AS_IT_IS)
    return said if len(set(said)) == len(said) else list(labels)


def setting_words(setting: str, names: Names) -> str:
    """A setting in words; what is not understood is left as it was typed.

    Examples
    --------
    >>> names = Names({"nations": {"FRA": "France", "TUR": "Türkiye"}})
    >>> [setting_words(text, names) for text in ("model=surge", "case=low", "coalition=-FRA-TUR", "coalition=JEF+FRA")]
    ['model surge', 'low case', 'without France and Türkiye', 'coalition of JEF and France']
    >>> setting_words("nations[nation=FRA].troop_ceiling=5000", names), setting_words("budgets.amount*=0.5", names)
    ('troop ceiling of France 5,000', 'amount of all budgets × 0.5')
    >>> setting_words("events.straits_open=false", names), setting_words("horizon.periods=3", names)
    ('unless the straits are open', 'horizon: periods 3')
    """
    found = SETTING.fullmatch(setting)
    if found is None:
        return setting
    key, sign, value = found["key"], found["sign"], found["value"]
    if key == "model":
        return f"model {value}"
    if key == "case":
        return f"{value} case"
    if key == "coalition":
        return coalition_words(value, names)
    parts = KEY.fullmatch(key)
    if parts is None and not re.fullmatch(r"\w+", key):
        return setting
    if parts is not None and parts["table"] == "events":
        true, clause = value.lower() != "false", there_is(parts["column"])
        if not clause.startswith("there "):
            return clause if true else f"unless {clause}"
        return f"{'with' if true else 'without'} {clause.removeprefix('there is ').removeprefix('there are ')}"
    return f"{key_words(key, names)} {SIGNS[sign]}{_value(value)}"


def key_words(key: str, names: Names) -> str:
    """A key, or several that move together, in words; what is not understood is left as it was typed.

    Examples
    --------
    >>> names = Names({"nations": {"GBR": "United Kingdom"}, "unit_types": {"frigate": "Frigate"}})
    >>> key_words("nations[nation=GBR].troop_ceiling", names)
    'troop ceiling of the United Kingdom'
    >>> key_words("forces[nation=GBR,unit_type=frigate].units*", names)
    'frigates of the United Kingdom, times'
    >>> key_words("events.nato_consensus", names), key_words("budgets.amount,forces.units", names)
    ('NATO consensus', 'amount of all budgets and units of all forces')
    """
    operator = next((sign for sign in OPERATORS if key.endswith(sign)), "")
    words = [_key(part, names) for part in dict.fromkeys(re.split(r",(?![^\[]*\])", key.removesuffix(operator)))]
    if len(words) > MOST:
        words = [", ".join(words[:MOST]), f"{len(words) - MOST} more"]
    return " and ".join(words) + OPERATORS.get(operator, "")


def _key(key: str, names: Names) -> str:
    found = KEY.fullmatch(key)
    if found is None:
        return key.replace("_", " ") if re.fullmatch(r"\w+", key) else key
    table, column, words = found["table"], found["column"], found["column"].replace("_", " ")
    if table == "events":
        return event_words(column)
    if table in ("horizon", "model"):
        return f"{table}: {words}"
    given = [part.partition("=")[2] for part in (found["where"] or "").split(",") if "=" in part]
    named = [names.any(value) for value in given if value not in ("*", "")]
    if (table, column) == ("forces", "units") and len(named) == 2:
        return f"{plural(first_small(named[1]))} of {in_sentence(named[0])}"
    of = ", ".join([*map(in_sentence, named[:1]), *map(first_small, named[1:])]) or f"all {table.replace('_', ' ')}"
    return f"{words} of {of}"


def coalition_words(text: str, names: Names) -> str:
    """A coalition as it is typed, in words.

    Examples
    --------
    >>> [coalition_words(text, Names({"nations": {"TUR": "Türkiye"}})) for text in ("all", "-TUR", "JEF+TUR")]
    ['everyone', 'without Türkiye', 'coalition of JEF and Türkiye']
    """
    parts = re.findall(r"([+-]?)([^+-]+)", text)
    out = [in_sentence(names.nation(code)) for sign, code in parts if sign == "-"]
    inside = [in_sentence(names.nation(code)) for sign, code in parts if sign != "-" and code != "all"]
    words = [f"coalition of {' and '.join(inside)}"] if inside else []
    return " ".join([*words, *([f"without {' and '.join(out)}"] if out else [])]) or "everyone"


def _value(text: str) -> str:
    """A typed value: numbers with separators, names apart."""
    try:
        return number(float(text), 6)
    except (ValueError, OverflowError):
        return text.replace(",", ", ").replace("_", " ") or "none"
