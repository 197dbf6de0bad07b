"""A case and ``KEY=VALUE`` change cells of an instance or add a row; the result is checked once."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from allocator.errors import BadInput, Fault
from allocator.instance.case import at_case
from allocator.instance.cells import Unfit, convert, converted, near, plain, quoted
from allocator.instance.check_rules import drop_idle
from allocator.instance.columns import Column, Table, Value
from allocator.instance.facts import OF_TASKS
from allocator.instance.odd import horizon_notes
from allocator.instance.raw import Cells, RawTable, Record
from allocator.instance.read import F, understood
from allocator.instance.read_json import from_object
from allocator.instance.tables import SETTINGS, TABLES

if TYPE_CHECKING:
    from allocator.instance.facts import Facts

OPERATORS = ("*=", "+=", "-=", "=")
"""Operators between a key and its value; ``=`` sets the value, the others change an existing number."""

OPERATOR = "|".join(map(re.escape, OPERATORS))
"""Pattern of an operator."""

_KEY = re.compile(
    rf"(?P<table>[a-z_]+)(?:\[(?P<where>[^\]]*)\])?\.(?P<column>[a-z_]+)(?P<op>{OPERATOR})(?P<value>.*)",
    re.DOTALL,
)
_SETTING = re.compile(rf"(?P<key>[A-Za-z0-9_.-]+?)(?P<op>{OPERATOR})(?P<value>.*)", re.DOTALL)
_NUMBER = Column("", "", "number")


class Wrong(Exception):
    """(found, expected)"""


def split_overrides(settings: Sequence[str]) -> tuple[list[str], list[str]]:
    """Overrides of the instance, and those of the model (``model.KEY=...``)."""
    of_model = [setting for setting in settings if setting.startswith("model.")]
    return [setting for setting in settings if not setting.startswith("model.")], of_model


def changed(instance: F, settings: Sequence[str], case: str = "base") -> F:
    """The instance at a case, then with each override in turn, checked again after both.

    See :meth:`Instance.case` and :meth:`Instance.override`.
    """
    base, instance = instance, at_case(instance, case)
    if instance is base and not settings:
        return instance
    settled = instance.settings
    content: dict[str, Any] = {
        "instance": {key: dict(v) if isinstance(v, Mapping) else v for key, v in settled.items()}
    }
    faults = []
    notes = []
    for setting in settings:
        try:
            notes += [f"{setting}: {note}" for note in _apply(instance, content, setting)]
        except Wrong as wrong:
            found, expected = wrong.args
            faults.append(Fault(f"--set {setting}", None, None, found, expected))
    if faults:
        raise BadInput(faults)
    place = " ".join([*(() if instance is base else [f"--case {case}"]), *(f"--set {setting}" for setting in settings)])
    raw = from_object(content, place)
    raw.tables.update(
        {
            name: RawTable(f"{place}: {name}", [], sound=_untouched(instance, name))
            for name, rows in instance.tables.items()
            if rows and name not in content
        }
    )
    try:
        result = understood(raw, instance.path, type(instance))
    except BaseException as error:
        for records in instance._sound.values():
            for record in records:
                record.bad.clear()
        if isinstance(error, BadInput):
            raise BadInput(error.faults) from None
        raise
    notes = [*instance.notes, *notes, *horizon_notes(instance, result)]
    result = result.noted(tuple(notes), instance.outside)
    result._share(instance)
    return result


def computed(column: Column, value: Value | None, op: str, text: str) -> tuple[int | float, str]:
    """A number changed by ``+=``, ``-=`` or ``*=``, in exact arithmetic.

    Returns
    -------
    (number, str)
        The number, rounded down in a column of whole numbers; the effect of rounding in words, empty if there is none.

    Raises
    ------
    Wrong
        The column holds no numbers, the cell is blank, the text is not a number, or the result does not fit.
    """
    if not column.numeric:
        raise Wrong(f"{op} on {column.name}", f"=, because it holds {column.expected}")
    if value is None:
        raise Wrong(f"a blank {column.name}", f"a number, for {op} to change")
    try:
        converted(_NUMBER, text, False)
    except Unfit as unfit:
        raise Wrong(quoted(text), f"{unfit.args[0]} after {op}") from None
    here, there = Fraction(Decimal(repr(value))), Fraction(Decimal(text))
    exact = here * there if op == "*=" else here + there if op == "+=" else here - there
    number = math.floor(exact) if column.kind == "whole" else float(exact)
    sum_of = f"{plain(value)} {op[0]} {text} = {plain(float(exact))}"
    rounding = f"{sum_of}, rounded down to {number}" if number != exact and column.kind == "whole" else ""
    try:
        fitting = converted(column, number, False)
    except Unfit as unfit:
        raise Wrong(rounding or sum_of, unfit.args[0]) from None
    assert isinstance(fitting, int | float)
    return fitting, rounding


def _untouched(instance: Facts, name: str) -> list[Record]:
    """The typed rows of a table that no override changes, made once."""
    if name not in instance._sound:
        rows = instance.tables[name]
        instance._sound[name] = [Record(at, cast(dict[str, Value], row)) for at, row in enumerate(rows, start=1)]
    return instance._sound[name]


def _apply(instance: Facts, content: dict[str, Any], setting: str) -> list[str]:
    """Apply an override to the content and return notes for the user; a table is copied when it first changes."""
    table = _KEY.fullmatch(setting)
    if table and table["table"] not in ("horizon", "events"):
        name, column = table["table"], table["column"]
        if name not in TABLES:
            raise Wrong(f"no table {name}", f"one of {', '.join(TABLES)}{near(name, TABLES)}")
        columns = TABLES[name].by_name
        if column not in columns:
            raise Wrong(f"no column {column} in {name}", f"one of {', '.join(columns)}{near(column, columns)}")
        if name not in content:
            content[name] = [Cells(row) for row in instance.tables.get(name, ())]
        return _cells(instance, content, TABLES[name], table["where"], columns[column], table["op"], table["value"])
    plain_setting = _SETTING.fullmatch(setting)
    if plain_setting is None:
        raise Wrong(quoted(setting), "KEY=VALUE, such as horizon.periods=4 or forces[nation=POL].units*=0.5")
    return _set(content["instance"], plain_setting["key"], plain_setting["op"], plain_setting["value"])


def _set(settings: dict[str, Any], key: str, op: str, text: str) -> list[str]:
    if op == "-=" and key.startswith("events.") and f"{key}-"[len("events.") :] in settings.get("events", {}):
        key, op = f"{key}-", "="
    head, _, rest = key.partition(".")
    if head == "events":
        events = settings.get("events", {})
        if rest not in events:
            expected = f"one of {', '.join(events)}{near(rest, events)}"
            raise Wrong(f"no event {rest}", expected if events else "an instance with events; this one has none")
        column = Column(key, "", "flag")
    elif key in SETTINGS:
        column = SETTINGS[key]
    else:
        known = [*SETTINGS, *(f"{name}[...].COLUMN" for name in TABLES)]
        raise Wrong(f"no such key {key}", f"a setting or a table's column{near(key, known)}")
    before = settings.get(head, {}).get(rest) if rest else settings.get(key)
    value, note = _value(column, before, op, text)
    if rest:
        settings[head] = {**settings.get(head, {}), rest: value}
    else:
        settings[key] = value
    return [note] if note else []


def _value(column: Column, before: Value | None, op: str, text: str) -> tuple[Value, str]:
    """The new value of a cell, and the effect of rounding in words."""
    if op != "=":
        return computed(column, before, op, text)
    try:
        return convert(column, text, False), ""
    except Unfit as unfit:
        raise Wrong(quoted(text), unfit.args[0]) from None


def _cells(
    instance: Facts, content: dict[str, Any], table: Table, where: str | None, column: Column, op: str, text: str
) -> list[str]:
    conditions = _conditions(table, where)
    rows: list[Cells] = content[table.name]
    chosen = rows
    for name, wanted in conditions.items():
        left = _matching(chosen, table.by_name[name], wanted, partial(_meant, instance, content, table, name))
        if not left:
            there = sorted({str(row[name]) for row in chosen if name in row})
            missing = Wrong(
                f"no row of {table.name} with {name}={wanted}",
                f"one that is there{near(wanted, there) or _some(there)}",
            )
            if op != "=":
                raise missing
            row = _new(instance, content, table, conditions, column, text, missing)
            rows.append(row)
            cells = ", ".join(f"{key} {plain(cell)}" for key, cell in row.items())
            return [f"{table.name} had no such row, so it was added ({cells})"]
        chosen = left
    if not chosen:
        key = ",".join(f"{name}=..." for name in table.key if table.by_name[name].required)
        raise Wrong(
            f"no row in {table.name}", f"rows to change, or the key of a row to add: {table.name}[{key}].COLUMN="
        )
    return _changed(chosen, table, column, op, text)


def _conditions(table: Table, where: str | None) -> dict[str, str]:
    """Column -> the value that its cell must have."""
    found: dict[str, str] = {}
    columns = table.by_name
    for condition in where.split(",") if where else []:
        name, equals, wanted = condition.partition("=")
        if not equals or name not in columns:
            raise Wrong(quoted(condition), f"COLUMN=VALUE with one of {', '.join(columns)}{near(name, columns)}")
        if name in found:
            raise Wrong(f"{name} a second time", "each column once")
        found[name] = wanted
    return found


def _some(names: list[str]) -> str:
    return f" ({', '.join(names[:8])}{', ...' if len(names) > 8 else ''})" if names else ""


def _matching(
    rows: list[Cells], column: Column, wanted: str, meant: Callable[[Mapping[str, Any]], Value | None]
) -> list[Cells]:
    """Rows whose cell has the wanted value, where a blank has the one that it means; an empty text matches a blank."""
    if wanted == "":
        return [row for row in rows if row.get(column.name, column.default) is None]
    try:
        value = convert(column, wanted, False)
    except Unfit:
        return []
    return [row for row in rows if (row[column.name] if column.name in row else meant(row)) == value]


def _meant(
    instance: Facts, content: Mapping[str, Any], table: Table, name: str, row: Mapping[str, Any]
) -> Value | None:
    """What a blank cell of a row means; None if it means no value."""
    column = table.by_name[name]
    if column.default is not None or not column.period or not column.blank:
        return column.default
    if name in ("first_period", "last_period") and table.name in OF_TASKS and "task" in row:
        own = (task for task in _rows(instance, content, "tasks") if task.get("task") == row["task"])
        return next((task[name] for task in own if name in task), _of_horizon(content, name))
    return _of_horizon(content, name)


def _of_horizon(content: Mapping[str, Any], name: str) -> Value | None:
    """The first or the last period of the horizon, whichever a blank of a column means."""
    periods: Value | None = content["instance"]["horizon"].get("periods")
    return 1 if name.startswith("first") else periods


def _changed(rows: list[Cells], table: Table, column: Column, op: str, text: str) -> list[str]:
    """Change a cell of each row and return notes for the user."""
    changing = rows
    if op != "=":  # blanks have no number to change; that is a fault only if all rows are blank
        changing = [row for row in rows if row.get(column.name, column.default) is not None] or rows
    rounded, idle = [], []
    for row in changing:
        if op == "=" and text == "":
            row.pop(column.name, None)
        else:
            row[column.name], note = _value(column, row.get(column.name, column.default), op, text)
            rounded += [note] if note else []
        row.understood = False
        for companion in (f"{column.name}_low", f"{column.name}_high"):  # a changed figure has no range
            row.pop(companion, None)
        if column.name == "framework_share" and (note := drop_idle(table.name, row)):
            idle.append(note)
    notes = idle
    if rounded:
        more = f"; {len(rounded):,} figures were rounded down in all" if len(rounded) > 1 else ""
        notes.append(rounded[0] + more)
    if blank := len(rows) - len(changing):
        notes.append(f"{blank:,} of {len(rows):,} rows have no {column.name} to change")
    return notes


def _new(
    instance: Facts, content: dict[str, Any], table: Table, conditions: Mapping[str, str], column: Column,
    text: str, missing: Wrong,
) -> Cells:  # fmt: skip
    """The new row of a complete key; raises ``missing`` if the key does not describe a row to add."""
    found, expected = missing.args
    if conditions.get(column.name, text) != text:
        raise missing
    given = {name: wanted for name, wanted in {**conditions, column.name: text}.items() if wanted != ""}
    keyed = given if table.whole_row_is_key else conditions
    lacking = [
        c.name
        for c in table.columns
        if c.required and c.name not in (keyed if c.name in table.key else {**given, column.name: ""})
    ]
    if lacking:
        raise Wrong(found, f"{expected}; to add a row, give {' and '.join(lacking)} in the key as well")
    row = Cells()
    for name in (name for name in table.by_name if name in given):
        refers = table.by_name[name].refers
        known = [str(other[TABLES[refers].key[0]]) for other in _rows(instance, content, refers)] if refers else []
        if refers and given[name] not in known:
            raise Wrong(
                found, f"one that is there; to add a row, {name} must be a key of {refers}{near(given[name], known)}"
            )
        row[name], _ = _value(table.by_name[name], None, "=", given[name])
    row.understood = False
    key = _key_of(instance, content, table, row)
    if any(_key_of(instance, content, table, other) == key for other in content[table.name]):
        raise missing
    return row


def _rows(instance: Facts, content: Mapping[str, Any], table: str) -> Sequence[Mapping[str, Value]]:
    rows: Sequence[Mapping[str, Value]] = content.get(table) or instance.tables.get(table, ())
    return rows


def _key_of(instance: Facts, content: Mapping[str, Any], table: Table, row: Mapping[str, Any]) -> list[Any]:
    return [row[name] if name in row else _meant(instance, content, table, name, row) for name in table.key]
