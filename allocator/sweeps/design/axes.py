"""``KEY=VALUES``: what a sweep varies, and the check that every value can be set.

A key is the part of an override before the operator: ``budgets[payer=common].amount``, ``horizon.periods``,
``events.us_backstop``, ``model.willingness_floor``. Several keys with commas between them move together. The operator
is ``=``, ``*=``, ``+=`` or ``-=``. Values are listed (``a,b,c``) or evenly spaced (``LO:HI:N``). A value in square
brackets may hold commas, and ``[]`` is a blank: ``model.objectives=[gap,cost],[cost,gap]``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from allocator.api import choose
from allocator.errors import BadInput, Fault
from allocator.instance import Instance
from allocator.instance.cells import Unfit, convert, plain, quoted
from allocator.instance.columns import Column, Value
from allocator.instance.override import OPERATORS, split_overrides
from allocator.instance.tables import SETTINGS, TABLES
from allocator.model import Model

MOST_VALUES = 10_000
"""Values of one key."""

NUMBER = Column("", "", "number")
_COUNT = Column("", "", "whole", least=2, most=MOST_VALUES)
_TABLE_KEY = re.compile(r"(?P<table>[a-z_]+)(?:\[(?P<where>[^\]]*)\])?\.(?P<column>[a-z_]+)")
_FORM = "KEY=a,b,c or KEY=LO:HI:N, such as budgets[payer=common].amount=100:200:5"


class Wrong(Exception):
    """(found, expected)"""


@dataclass(frozen=True)
class Axis:
    """One key, or several that move together, and the values that they take.

    Attributes
    ----------
    text : str
        The text as given.
    keys : tuple of str
    operator : str
        ``=``, ``*=``, ``+=`` or ``-=``.
    values : tuple of str
        As written in an override; an empty text is a blank.
    notes : tuple of str
        Effects of setting the values that a user should know: figures rounded down, rows added.
    """

    text: str
    keys: tuple[str, ...]
    operator: str
    values: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Name of the column in a table of results: the keys as given, with the operator unless it is ``=``."""
        return ",".join(self.keys) + ("" if self.operator == "=" else self.operator)

    def settings(self, value: str) -> tuple[str, ...]:
        """The overrides that set a value."""
        return tuple(f"{key}{self.operator}{value}" for key in self.keys)


def axes(instance: Instance, model: Model, varies: Sequence[str]) -> tuple[Axis, ...]:
    """The axes of ``--vary``; each of their values is tried alone on the instance and the model.

    Raises
    ------
    BadInput
        With every fault of every text.
    """
    faults: list[Fault] = []
    found: list[Axis] = []
    taken: set[str] = set()
    for text in varies:
        place = f"--vary {text}"
        try:
            axis = listed(text, place)
        except BadInput as bad:
            faults += bad.faults
            continue
        for key in axis.keys:
            if normal(key) in taken:
                faults.append(Fault(place, None, None, f"{key} a second time", "each key once"))
            taken.add(normal(key))
        wrong, notes = tried(instance, model, axis, axis.values, place)
        faults += wrong
        found.append(replace(axis, notes=notes))
    if faults:
        raise BadInput(faults)
    return tuple(found)


def listed(text: str, place: str) -> Axis:
    """An axis from its text, not yet tried on an instance.

    Raises
    ------
    BadInput
    """
    axis = parted(text)
    if axis is None:
        raise BadInput([Fault(place, None, None, quoted(text), _FORM)])
    rest = text[len(",".join(axis.keys)) + len(axis.operator) :]
    faults = [Fault(place, None, None, "an empty key", _FORM)] if not all(axis.keys) else []
    values: list[str] = []
    try:
        values = _values(rest)
    except Wrong as wrong:
        faults.append(Fault(place, None, None, *wrong.args))
    for at, value in enumerate(values):
        if value in values[:at]:
            faults.append(Fault(place, None, None, f"{quoted(value)} a second time", "each value once"))
    if faults:
        raise BadInput(faults)
    return replace(axis, values=tuple(values))


def parted(text: str) -> Axis | None:
    """Keys and operator of ``KEY1,KEY2=...``; None if there is no operator."""
    inside = 0
    for at, letter in enumerate(text):
        inside += (letter == "[") - (letter == "]")
        operator = next((operator for operator in OPERATORS if text.startswith(operator, at)), None)
        if operator and not inside:
            return Axis(text, tuple(split(text[:at])), operator)
    return None


def split(text: str) -> list[str]:
    """Parts between commas; commas in square brackets do not separate."""
    parts, inside = [""], 0
    for letter in text:
        inside += (letter == "[") - (letter == "]")
        if letter == "," and not inside:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _values(text: str) -> list[str]:
    if not text:
        raise Wrong("no values", _FORM)
    parts = split(text)
    if len(parts) == 1 and ":" in text and not text.startswith("["):
        return _range(text)
    if "" in parts:
        raise Wrong(f"an empty value in {quoted(text)}", "a value between two commas; [] for a blank")
    return [part[1:-1] if part.startswith("[") and part.endswith("]") else part for part in parts]


def _range(text: str) -> list[str]:
    ends = text.split(":")
    if len(ends) != 3:
        raise Wrong(quoted(text), "LO:HI:N, such as 100:200:5")
    low, high = span(":".join(ends[:2]))
    try:
        count = int(convert(_COUNT, ends[2], False))
    except Unfit as unfit:
        raise Wrong(quoted(ends[2]), f"a number of values in LO:HI:N, {unfit.args[0]}") from None
    return [spaced(low, high, step, count - 1) for step in range(count)]


def span(text: str) -> tuple[Fraction, Fraction]:
    """The ends of ``LO:HI``.

    Raises
    ------
    Wrong
    """
    ends = text.split(":")
    if len(ends) != 2:
        raise Wrong(quoted(text), "LO:HI, such as 100:200")
    for end in ends:
        try:
            convert(NUMBER, end, False)
        except Unfit as unfit:
            raise Wrong(quoted(end), unfit.args[0]) from None
    low, high = (Fraction(Decimal(end)) for end in ends)
    if low == high:
        raise Wrong(quoted(text), "two different ends")
    return low, high


def spaced(low: Fraction, high: Fraction, step: int, steps: int) -> str:
    """A step of an even division as its shortest text; exact arithmetic avoids results such as 0.30000000000000004."""
    return plain(float(low + (high - low) * step / steps))


def normal(key: str) -> str:
    """A key with its conditions in alphabetical order, so that two ways to write it give the same key."""
    part = _TABLE_KEY.fullmatch(key)
    if part is None or part["where"] is None:
        return key
    return f"{part['table']}[{','.join(sorted(part['where'].split(',')))}].{part['column']}"


def column(key: str) -> Column | None:
    """The column or setting that a key sets, or None."""
    part = _TABLE_KEY.fullmatch(key)
    if part is not None and part["table"] in TABLES:
        return TABLES[part["table"]].by_name.get(part["column"])
    return SETTINGS.get(key)


def value(text: str) -> Value | None:
    """A value of an override as in a table of results: a number, true or false, or text; None for a blank."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        number = convert(NUMBER, text, False)
    except Unfit:
        return text or None
    return int(number) if re.fullmatch(r"[+-]?[0-9]{1,15}", text) else number


def tried(
    instance: Instance, model: Model, axis: Axis, values: Sequence[str], place: str
) -> tuple[list[Fault], tuple[str, ...]]:
    """Faults of the values of an axis, each set alone, and notes on them; each fault and note once for all values."""
    where: dict[Fault, list[str]] = {}
    noted: list[tuple[str, ...]] = []
    for text in values:
        settings = axis.settings(text)
        of_instance = " --set ".join(split_overrides(settings)[0])
        prefixes = [f"--set {of_instance}"] if of_instance else []
        prefixes += [f"--set {setting}" for setting in settings]
        try:
            notes = choose(instance, model, settings)[0].notes[len(instance.notes) :]
            noted += [notes] if notes else []
        except BadInput as bad:
            for fault in bad.faults:
                prefix = next((prefix for prefix in prefixes if fault.place.startswith(prefix)), "")
                where.setdefault(replace(fault, place=fault.place.removeprefix(prefix)), []).append(text)
    faults = [
        replace(fault, place=f"{place}{_at(wrong) if len(wrong) < len(values) else ''}{fault.place}")
        for fault, wrong in where.items()
    ]
    likewise = f" (and so at {len(noted):,} of {len(values):,} values)" if len(noted) > 1 else ""
    return faults, tuple(note + likewise for note in (noted[0] if noted else ()))


def _at(values: list[str]) -> str:
    return f" at {', '.join(value or '[]' for value in values)}"
