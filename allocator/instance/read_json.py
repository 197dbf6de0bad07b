"""Reads the JSON carrier: an object with the settings and a list of rows for each table."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from allocator.errors import Fault
from allocator.instance.cells import closest, exact_float, exact_whole, near, plain, quoted
from allocator.instance.header import own
from allocator.instance.raw import REPORTED, Cells, Raw, RawTable, nothing
from allocator.instance.tables import TABLES
from allocator.reading import Unreadable, not_json, read_text

OBJECT = 'an object {"instance": {...}, "nations": [...], ...}'
"""What an instance's JSON file holds."""

SECTIONS = ("horizon", "events")
"""Settings that are tables of their own."""


class Repeated(dict[str, Any]):
    """An object in which keys are given more than once; its values are those given last."""

    twice: tuple[str, ...] = ()


class _Constant(float):
    """NaN, Infinity or -Infinity, which no column accepts, as it is written."""

    def __new__(cls, name: str) -> _Constant:
        number = super().__new__(cls, name)
        number.name = name
        return number

    name: str

    def __repr__(self) -> str:
        return self.name


def read_json(path: Path) -> Raw:
    """Everything in a JSON file; what no cell can hold is a fault at its place."""
    raw = Raw(str(path), path.name, strict=True)
    try:
        content = json.loads(
            read_text(path),
            object_pairs_hook=_pairs,
            parse_int=exact_whole,
            parse_float=exact_float,
            parse_constant=_Constant,
        )
    except Unreadable as wrong:
        return nothing(raw, wrong.fault(path.name))
    except json.JSONDecodeError as error:
        return nothing(raw, not_json(error, OBJECT).fault(path.name))
    except RecursionError:
        return nothing(raw, Fault(path.name, None, None, "nesting that is too deep", "an object of lists of rows"))
    return from_object(content, path.name)


def result_fault(place: str) -> Fault:
    """The fault of a saved result in the place of an instance."""
    expected = "the instance that it is of; allocator report, compare and explain --from-plan take results"
    return Fault(place, None, None, "a saved result", expected)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) == len(pairs):
        return content
    repeated = Repeated(content)
    repeated.twice = tuple(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
    return repeated


def from_object(content: Any, place: str) -> Raw:
    """The content of the JSON carrier's object."""
    raw = Raw(place, place, strict=True)
    if not isinstance(content, dict):
        return nothing(raw, Fault(place, None, None, "a value that is not an object", OBJECT))
    if "manifest" in content and "instance" not in content:
        return nothing(raw, result_fault(place))
    repeated = _repeated(content)
    raw.faults += [_twice(place, None, name, "give it once, with all that belongs to it") for name in repeated]
    settings = content.get("instance")
    if "instance" in repeated:
        raw.settings_unread = True
    elif isinstance(settings, dict):
        raw.settings = _settings(settings, raw)
    else:
        found = "nothing" if settings is None else quoted(settings)
        raw.faults.append(Fault(place, None, "instance", found, "an object with format, name and horizon"))
        raw.settings_unread = True
    for name, rows in content.items():
        if name == "instance" or (rows is None and name in TABLES and not TABLES[name].required):
            continue
        where = f"{place}: {name}"
        if name in repeated:
            raw.unread.add(name)
        elif not isinstance(rows, list):
            found = "an object" if isinstance(rows, dict) else quoted(rows)
            raw.faults.append(Fault(where, None, None, found, "a list of rows"))
            raw.unread.add(name)
        elif len(rows) > 1 and not any(isinstance(row, dict) for row in rows):
            found = f"rows that are not objects, such as {quoted(rows[0])}"
            raw.faults.append(Fault(where, 1, None, found, 'objects such as {"column": value, ...}'))
            raw.unread.add(name)
        else:
            raw.tables[name] = _objects(raw, name, where, rows)
    return raw


def _settings(settings: dict[str, Any], raw: Raw) -> dict[str, Any]:
    """The settings that are not blank, with dotted keys."""
    for head in ("", *SECTIONS):
        part = settings.get(head) if head else settings
        for key in _repeated(part):
            name = f"{head}.{key}" if head else key
            raw.faults.append(_twice(raw.settings_place, None, name, "give it once"))
            if part is not None:
                part[key] = REPORTED
    filled = {key: cell for key, cell in settings.items() if cell is not None}
    return {key: cell for key, cell in dotted(filled, raw).items() if cell is not None}


def dotted(content: dict[str, Any], raw: Raw) -> dict[str, Any]:
    """Nested settings as dotted keys; a key in both forms is a fault.

    A section of which nothing is known, because it is no table, misspelt or given twice, has the value ``REPORTED``.
    """
    settings: dict[str, Any] = {}
    absent = [section for section in SECTIONS if section not in content]
    for key, value in content.items():
        if isinstance(value, dict) and key in SECTIONS:
            flat = {f"{key}.{inner}": cell for inner, cell in value.items() if cell is not None}
        elif value is REPORTED:
            flat = {key: value}
        elif isinstance(value, dict | list) or key in SECTIONS:
            found = "a table" if isinstance(value, dict) else quoted(value)
            expected = "a table of its own" if key in SECTIONS else f"one value, under a known key{near(key, SECTIONS)}"
            raw.faults.append(Fault(raw.settings_place, None, key, found, expected))
            flat = {key if key in SECTIONS else closest(key, absent) or key: REPORTED}
        else:
            flat = {key: value}
        for name in flat.keys() & settings.keys():
            head, _, inner = name.partition(".")
            way_out = f"keep one of {quoted(name)} and {inner} in the table {head}"
            raw.faults.append(_twice(raw.settings_place, None, name, way_out))
        settings.update(flat)
    return settings


def _objects(raw: Raw, name: str, where: str, rows: list[Any]) -> RawTable:
    """The rows of a table in a list of objects, without blanks and without the author's own columns."""
    known = TABLES[name].by_name if name in TABLES else {}
    records: list[tuple[int, dict[str, Any]]] = []
    broken: list[dict[str, Any]] = []
    for at, row in enumerate(rows, start=1):
        if isinstance(row, Cells):
            records.append((at, row))
        elif isinstance(row, dict):
            filled = {str(key): cell for key, cell in row.items() if cell is not None or key not in known}
            raw.faults += _own_faults(where, at, filled)
            for key in _repeated(row):
                raw.faults.append(_twice(where, at, key, "give each column once"))
                filled[key] = REPORTED
            records.append((at, {key: cell for key, cell in filled.items() if not own(key)}))
        else:
            raw.faults.append(Fault(where, at, None, quoted(row), "an object with one value per column"))
            broken.append({})
    return RawTable(where, records, broken=broken)


def _own_faults(where: str, at: int, row: dict[str, Any]) -> Iterator[Fault]:
    """Faults of the author's own columns, of which everything is accepted that is JSON."""
    for key, cell in row.items():
        if own(key) and (found := _no_json(cell)):
            yield Fault(where, at, key, found, "JSON, with finite numbers and each key once")


def _no_json(value: Any) -> str:
    """What JSON does not know, inside a value; an empty text if there is nothing."""
    if isinstance(value, float) and not math.isfinite(value):
        return quoted(plain(value))
    if repeated := _repeated(value):
        return f"the key {quoted(repeated[0])} given twice"
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, map(_no_json, inner)), "")


def _repeated(content: Any) -> tuple[str, ...]:
    """Keys that an object of a JSON file gives more than once."""
    return content.twice if isinstance(content, Repeated) else ()


def _twice(place: str, row: int | None, name: str, way_out: str) -> Fault:
    return Fault(place, row, name, "is given twice", way_out, " ")
