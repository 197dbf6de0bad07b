"""Checks that involve more than one cell: one function per check, every fault collected.

The checks skip cells that already have a fault and tables that could not be read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from allocator.errors import Fault
from allocator.instance.cells import near, quoted
from allocator.instance.raw import Record, Typed
from allocator.instance.tables import TABLES


def check(typed: Typed) -> None:
    """Run every check; faults go to ``typed.faults``."""
    for one in CHECKS:
        one(typed)


def periods(typed: Typed) -> int | None:
    """Length of the horizon; None if it is not known."""
    horizon = typed.settings.get("horizon")
    value = horizon.get("periods") if isinstance(horizon, dict) else None
    return value if isinstance(value, int) else None


def references(typed: Typed) -> None:
    """Every name that refers to a row of another table exists there."""
    known: dict[str, dict[str, None] | None] = {}
    for name, records in typed.records.items():
        for column in TABLES[name].by_name.values():
            if not column.refers or not (typed.fresh(name) or typed.fresh(column.refers)):
                continue
            if column.refers not in known:
                known[column.refers] = _known(typed, column.refers)
            target = known[column.refers]
            if target is None:
                continue
            for record in records:
                value = record.cells.get(column.name)
                if value is not None and value not in target:
                    expected = f"the key of a row of {column.refers}{near(str(value), target)}"
                    typed.fault(name, record, column.name, expected)


def _known(typed: Typed, name: str) -> dict[str, None] | None:
    """The keys of a table with one key column; None if some of them are not readable."""
    key = TABLES[name].key[0]
    unread = name in typed.raw.unread or not typed.whole(name) or (name not in typed.records and TABLES[name].required)
    records = typed.records.get(name, [])
    if unread or any(key in record.bad for record in records):
        return None
    return {str(record.cells[key]): None for record in records}


def keys(typed: Typed) -> None:
    """No two rows share a key; a blank counts as the value that it means."""
    last = periods(typed)
    for name, records in typed.records.items():
        if not typed.fresh(name) and name != "budgets":  # the key of a budget depends on the horizon
            continue
        table = TABLES[name]
        seen: dict[tuple[Any, ...], Record] = {}
        for record in records:
            if any(column in record.bad for column in table.key):
                continue
            key = tuple(_effective(name, record, column, last) for column in table.key)
            if key in seen:
                named = ", ".join(f"{c} {v}" for c, v in zip(table.key, key, strict=True) if v is not None)
                typed.faults.append(
                    Fault(
                        typed.place(name),
                        record.at,
                        table.key[0],
                        f"a second row for {named}",
                        f"one row for each; the first is row {seen[key].at}",
                    )
                )
                record.bad.add("*")
            else:
                seen[key] = record


def _effective(table: str, record: Record, column: str, last: int | None) -> Any:
    value = record.cells.get(column)
    if value is None and table == "budgets":
        return {"first_period": 1, "last_period": last}.get(column)
    return value


def ranges(typed: Typed) -> None:
    """low <= value <= high."""
    for name, records in typed.records.items():
        if not typed.fresh(name):
            continue
        for column in (TABLES[name].by_name[figure] for figure in TABLES[name].figures):
            low_name, high_name = f"{column.name}_low", f"{column.name}_high"
            for record in records:
                low, high = record.cells.get(low_name), record.cells.get(high_name)
                if low is None and high is None:
                    continue
                value = record.cells.get(column.name, column.default)
                if column.name in record.bad:
                    value = None
                if low is not None and value is not None and low > value:  # type: ignore[operator]
                    typed.fault(name, record, low_name, f"at most {column.name}, which is {value:g}")
                if high is not None and value is not None and high < value:  # type: ignore[operator]
                    typed.fault(name, record, high_name, f"at least {column.name}, which is {value:g}")
                if value is None and low is not None and high is not None and low > high:  # type: ignore[operator]
                    typed.fault(name, record, low_name, f"at most {high_name}, which is {high:g}")


def horizon(typed: Typed) -> None:
    """Periods lie in the horizon, those of a requirement in those of its task; no range ends before it begins."""
    last = periods(typed)
    tasks = _windows(typed, last)
    for name in ("tasks", "requirements", "forces", "budgets"):
        for record in typed.records.get(name, []):
            first_of, last_of = 1, last
            where = "the horizon"
            if name == "requirements" and "task" not in record.bad:
                window = tasks.get(str(record.cells.get("task")))
                if window is not None:
                    first_of, last_of = window
                    where = "its task's periods"
            inside = True
            for column in ("first_period", "last_period"):
                value = record.cells.get(column)
                if value is None or column in record.bad:
                    continue
                if last is not None and value > last:  # type: ignore[operator]
                    typed.fault(name, record, column, f"a period of the horizon, 1 to {last}")
                    inside = False
                elif last_of is not None and not first_of <= value <= last_of:  # type: ignore[operator]
                    typed.fault(name, record, column, f"one of {where}, {first_of} to {last_of}")
                    inside = False
            begins, ends = record.cells.get("first_period"), record.cells.get("last_period")
            sound = inside and not {"first_period", "last_period"} & record.bad
            if sound and begins is not None and ends is not None and begins > ends:  # type: ignore[operator]
                typed.fault(name, record, "first_period", f"at most last_period, which is {ends}")


def _windows(typed: Typed, last: int | None) -> dict[str, tuple[int, int]]:
    windows = {}
    for record in typed.records.get("tasks", []):
        if {"task", "first_period", "last_period", "*"} & record.bad:
            continue
        begins, ends = record.cells.get("first_period", 1), record.cells.get("last_period", last)
        if isinstance(begins, int) and isinstance(ends, int) and 1 <= begins <= ends and (last is None or ends <= last):
            windows[str(record.cells["task"])] = (begins, ends)
    return windows


def overlaps(typed: Typed) -> None:
    """No two rows apply to the same task and capability, or to the same theatre capability, in one period."""
    last = periods(typed)
    tasks = _windows(typed, last)
    theatre = {
        r.cells.get("capability") for r in typed.records.get("capabilities", []) if r.cells.get("scope") == "theatre"
    }
    taken: dict[tuple[Any, Any], dict[int, Record]] = defaultdict(dict)
    for record in typed.records.get("requirements", []):
        task, capability = record.cells.get("task"), record.cells.get("capability")
        if {"task", "capability", "first_period", "last_period", "*"} & record.bad or str(task) not in tasks:
            continue
        begins, ends = tasks[str(task)]
        begins = int(record.cells.get("first_period", begins))
        ends = int(record.cells.get("last_period", ends))
        wide = capability in theatre
        mine = taken[None if wide else task, capability]
        for t in range(begins, ends + 1):
            if t in mine:
                what = f"the theatre capability {capability}" if wide else f"{task} and {capability}"
                typed.faults.append(
                    Fault(
                        typed.place("requirements"),
                        record.at,
                        "capability",
                        f"a second row for {what} in period {t}",
                        f"one row per period; the first is row {mine[t].at}",
                    )
                )
                break
            mine[t] = record


def something_asked(typed: Typed) -> None:
    """At least one requirement has a quantity above 0."""
    records = typed.records.get("requirements", [])
    if records and not any("quantity" in r.bad or r.cells.get("quantity") for r in records):
        typed.faults.append(
            Fault(
                typed.place("requirements"),
                None,
                "quantity",
                "0 in every row",
                "a quantity above 0 in at least one row",
            )
        )


def caveats(typed: Typed) -> None:
    """A caveat names at least one of task, unit type and objective."""
    for record in typed.records.get("caveats", []):
        filled = {"task", "unit_type", "objective"} & (record.cells.keys() | record.bad)
        if not filled:
            typed.faults.append(
                Fault(
                    typed.place("caveats"),
                    record.at,
                    "task",
                    "a blank",
                    "at least one of task, unit_type and objective",
                )
            )


def groups(typed: Typed) -> None:
    """A group is neither a nation nor the common fund."""
    nations = {r.cells.get("nation") for r in typed.records.get("nations", [])}
    for record in typed.records.get("groups", []):
        group = record.cells.get("group")
        if group == "common" or (group is not None and group in nations):
            typed.fault("groups", record, "group", "a name that is neither a nation's code nor common")


def conditions(typed: Typed) -> None:
    """The value of a condition fits its column ``requires``."""
    nations = _known(typed, "nations")
    grouped = typed.records.get("groups", [])
    groups_known = not any("group" in r.bad for r in grouped) and "groups" not in typed.raw.unread
    names = {str(r.cells.get("group")): None for r in grouped}
    events = None if typed.raw.settings_unread else typed.settings.get("events", {})
    for record in typed.records.get("conditions", []):
        if {"requires", "value"} & record.bad:
            continue
        value = str(record.cells["value"])
        requires = record.cells["requires"]
        expected = ""
        if requires == "event" and events is not None and value not in events:
            expected = f"an event of [events]{near(value, events)}"
        elif requires == "nation" and nations is not None and value not in nations:
            expected = f"a nation{near(value, nations)}"
        elif requires == "any_of" and nations is not None and groups_known:
            wrong = [word for word in value.split(" ") if word not in nations and word not in names]
            if wrong:
                hint = near(wrong[0], [*nations, *names]) if wrong[0] else ""
                which = f"; {quoted(wrong[0])} is neither" if wrong[0] else ""
                expected = f"nations or groups with one space between them{which}{hint}"
        elif requires == "coalition_size" and not _whole(value):
            expected = "a whole number of nations, at least 1"
        if expected:
            typed.fault("conditions", record, "value", expected)


def _whole(text: str) -> bool:
    from allocator.instance.cells import Unfit, convert
    from allocator.instance.columns import Column

    try:
        convert(Column("value", "", "whole", least=1), text, False)
    except Unfit:
        return False
    return True


def payers(typed: Typed) -> None:
    """A payer is a nation, ``common`` or ``*``."""
    nations = _known(typed, "nations")
    if nations is None:
        return
    for record in typed.records.get("budgets", []):
        payer = record.cells.get("payer")
        if payer is not None and payer not in nations and payer not in ("common", "*"):
            typed.fault("budgets", record, "payer", f"a nation, common or *{near(str(payer), [*nations, 'common'])}")


CHECKS: tuple[Callable[[Typed], None], ...] = (
    keys,
    references,
    ranges,
    horizon,
    overlaps,
    something_asked,
    caveats,
    groups,
    conditions,
    payers,
)
