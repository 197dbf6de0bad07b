"""``KEY=VALUE``: one cell or many of an instance changed, and everything checked again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, cast

from allocator.errors import BadInput, Fault
from allocator.instance.cells import Unfit, convert, converted, near, quoted
from allocator.instance.raw import Cells, RawTable, Record
from allocator.instance.tables import SETTINGS, TABLES, Column, Value

if TYPE_CHECKING:
    from allocator.instance.instance import Instance

_KEY = re.compile(
    r"(?P<table>[a-z_]+)(?:\[(?P<where>[^\]]*)\])?\.(?P<column>[a-z_]+)(?P<op>\*=|\+=|=)(?P<value>.*)",
    re.DOTALL,
)
_SETTING = re.compile(r"(?P<key>[A-Za-z0-9_.-]+)=(?P<value>.*)", re.DOTALL)


class _Wrong(Exception):
    """(found, expected)"""


def split_overrides(settings: Sequence[str]) -> tuple[list[str], list[str]]:
    """Overrides of the instance, and those of the model (``model.KEY=...``)."""
    of_model = [setting for setting in settings if setting.startswith("model.")]
    return [setting for setting in settings if not setting.startswith("model.")], of_model


def override(instance: Instance, settings: Sequence[str]) -> Instance:
    """See :meth:`Instance.override`."""
    from allocator.instance.read import from_object, understood

    settled = instance.settings
    content: dict[str, Any] = {
        "instance": {key: dict(v) if isinstance(v, Mapping) else v for key, v in settled.items()}
    }
    faults = []
    for setting in settings:
        try:
            _apply(instance, content, setting)
        except _Wrong as wrong:
            found, expected = wrong.args
            faults.append(Fault(f"--set {setting}", None, None, found, expected))
    if faults:
        raise BadInput(faults)
    place = "--set " + " --set ".join(settings)
    raw = from_object(content, place)
    raw.tables.update(
        {
            name: RawTable(f"{place}: {name}", [], sound=_untouched(instance, name))
            for name, rows in instance.tables.items()
            if rows and name not in content
        }
    )
    try:
        changed = understood(raw, instance.path)
    except BadInput as bad:
        for records in instance.sound.values():
            for record in records:
                record.bad.clear()
        raise BadInput(bad.faults) from None
    changed.share(instance)
    return changed


def _untouched(instance: Instance, name: str) -> list[Record]:
    """The typed rows of a table, made once."""
    if name not in instance.sound:
        rows = instance.tables[name]
        instance.sound[name] = [Record(at, cast(dict[str, Value], row)) for at, row in enumerate(rows, start=1)]
    return instance.sound[name]


def _apply(instance: Instance, content: dict[str, Any], setting: str) -> None:
    """Change the content, to which a table comes when something in it is changed."""
    table = _KEY.fullmatch(setting)
    if table and table["table"] not in ("horizon", "events"):
        name = table["table"]
        if name not in content and instance.tables.get(name):
            content[name] = [Cells(row) for row in instance.tables[name]]
        _cells(content, **table.groupdict())
        return
    plain = _SETTING.fullmatch(setting)
    if plain is None:
        raise _Wrong(quoted(setting), "KEY=VALUE, such as horizon.periods=4 or forces[nation=POL].units*=0.5")
    _set(content["instance"], plain["key"], plain["value"])


def _set(settings: dict[str, Any], key: str, text: str) -> None:
    head, _, rest = key.partition(".")
    if head == "events":
        events = settings.get("events", {})
        if rest not in events:
            raise _Wrong(
                f"no event {rest}",
                f"one of {', '.join(events) or 'none: the instance has no events'}{near(rest, events)}",
            )
        column = Column(key, "", "flag")
    elif key in SETTINGS:
        column = SETTINGS[key]
    else:
        known = [*SETTINGS, *(f"{name}[...].COLUMN" for name in TABLES)]
        raise _Wrong(f"no such key {key}", f"a setting or a table's column{near(key, known)}")
    try:
        value = convert(column, text, False)
    except Unfit as unfit:
        raise _Wrong(quoted(text), unfit.args[0]) from None
    if rest:
        settings[head] = {**settings.get(head, {}), rest: value}
    else:
        settings[key] = value


def _cells(content: dict[str, Any], table: str, where: str | None, column: str, op: str, value: str) -> None:
    if table not in TABLES:
        raise _Wrong(f"no table {table}", f"one of {', '.join(TABLES)}{near(table, TABLES)}")
    columns = TABLES[table].by_name
    if column not in columns:
        raise _Wrong(f"no column {column} in {table}", f"one of {', '.join(columns)}{near(column, columns)}")
    rows: list[Cells] = content.get(table, [])
    chosen = rows
    for condition in (where or "").split(",") if where else []:
        name, equals, wanted = condition.partition("=")
        if not equals or name not in columns:
            raise _Wrong(quoted(condition), f"COLUMN=VALUE with one of {', '.join(columns)}{near(name, columns)}")
        left = _matching(chosen, columns[name], wanted)
        if not left:
            there = sorted({str(row[name]) for row in chosen if name in row})
            raise _Wrong(
                f"no row of {table} with {condition}",
                f"one that is there{near(wanted, there) or _some(there)}",
            )
        chosen = left
    if not chosen:
        raise _Wrong(f"no row in {table}", "rows to change")
    for row in chosen:
        changed = _changed(columns[column], row.get(column, columns[column].default), op, value)
        if changed is None:
            row.pop(column, None)
        else:
            row[column] = changed
        row.understood = False
        for companion in (f"{column}_low", f"{column}_high"):  # a figure that is set is no longer a range
            row.pop(companion, None)


def _some(names: list[str]) -> str:
    return f" ({', '.join(names[:8])}{', ...' if len(names) > 8 else ''})" if names else ""


def _matching(rows: list[Cells], column: Column, wanted: str) -> list[Cells]:
    """Rows whose cell is what is wanted; nothing stands for a blank."""
    try:
        value = None if wanted == "" else convert(column, wanted, False)
    except Unfit:
        return []
    return [row for row in rows if row.get(column.name, column.default) == value]


def _changed(column: Column, value: Value | None, op: str, text: str) -> Value | None:
    if op == "=" and text == "":
        return None
    try:
        if op == "=":
            return convert(column, text, False)
        if not column.numeric:
            raise _Wrong(f"{op} on {column.name}", f"=, since it holds {column.expected}")
        if value is None:
            raise _Wrong(f"a blank {column.name}", f"a number, for {op} to change")
        convert(Column(column.name, "", "number"), text, False)
        here, there = Decimal(repr(value)), Decimal(text)
        return converted(column, format(here * there if op == "*=" else here + there, "f"), False)
    except (Unfit, InvalidOperation) as unfit:
        expected = unfit.args[0] if isinstance(unfit, Unfit) else column.expected
        raise _Wrong(quoted(text) if op == "=" else f"{value} {op} {text}", expected) from None
