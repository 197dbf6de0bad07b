"""Checks of periods: they lie in the horizon, ranges do not end before they begin, and no two rows compete."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from allocator.errors import Fault
from allocator.instance.raw import Record, Typed
from allocator.instance.tables import TABLES

_RANGES = (("first_period", "last_period"), ("first_order_period", "last_order_period"), ("period", "period"))
"""Columns that hold the first and the last period of a row."""


def periods(typed: Typed) -> int | None:
    """Length of the horizon; None if it is not known."""
    horizon = typed.settings.get("horizon")
    value = horizon.get("periods") if isinstance(horizon, dict) else None
    return value if isinstance(value, int) else None


def windows(typed: Typed, last: int | None) -> dict[str, tuple[int, int]]:
    """Task -> its first and its last period, for tasks with sound periods."""
    found = {}
    for record in typed.records.get("tasks", []):
        if {"task", "first_period", "last_period", "*"} & record.bad:
            continue
        begins, ends = record.cells.get("first_period", 1), record.cells.get("last_period", last)
        if isinstance(begins, int) and isinstance(ends, int) and 1 <= begins <= ends and (last is None or ends <= last):
            found[str(record.cells["task"])] = (begins, ends)
    return found


def horizon(typed: Typed) -> None:
    """Periods lie in the horizon, those of a requirement in those of its task; no range ends before it begins."""
    last = periods(typed)
    tasks = windows(typed, last)
    for name, table in TABLES.items():
        columns = next((pair for pair in _RANGES if pair[0] in table.by_name), None)
        for record in typed.records.get(name, []) if columns else ():
            task = None if "task" in record.bad else tasks.get(str(record.cells.get("task")))
            _range(typed, name, record, columns or ("", ""), last, None if name == "tasks" else task)


def _range(
    typed: Typed, name: str, record: Record, columns: tuple[str, str], last: int | None, task: tuple[int, int] | None
) -> None:
    """Check the periods of one row, whose blanks mean those of the task if there is one."""
    first, final = columns
    if first not in record.cells and final not in record.cells:
        return
    first_of, last_of = task if task and name == "requirements" else (1, last)
    inside = True
    for column in dict.fromkeys(columns):
        value: Any = record.cells.get(column)
        if value is None or column in record.bad:
            continue
        if last is not None and value > last:
            typed.fault(name, record, column, f"a period of the horizon, 1 to {last}")
            inside = False
        elif last_of is not None and not first_of <= value <= last_of:
            typed.fault(name, record, column, f"one of its task's periods, {first_of} to {last_of}")
            inside = False
    if not inside or {first, final} & record.bad:
        return
    begins: Any = record.cells.get(first, task[0] if task else 1)
    ends: Any = record.cells.get(final, task[1] if task else last)
    if ends is not None and begins > ends:
        if first in record.cells:
            whose = "" if final in record.cells else ", the last of its task"
            typed.fault(name, record, first, f"at most {final}, which is {ends}{whose}")
        else:
            typed.fault(name, record, final, f"at least {first}, which is {begins}, the first of its task")


def overlaps(typed: Typed) -> None:
    """No two rows apply to the same task and capability, or to the same theatre capability, in one period."""
    last = periods(typed)
    tasks = windows(typed, last)
    theatre = {
        r.cells.get("capability") for r in typed.records.get("capabilities", []) if r.cells.get("scope") == "theatre"
    }

    def subject(cells: dict[str, Any]) -> tuple[Any, str]:
        task, capability = cells.get("task"), cells.get("capability")
        if capability in theatre:
            return (None, capability), f"the theatre capability {capability}"
        return (task, capability), f"{task} and {capability}"

    sound = [r for r in typed.records.get("requirements", []) if str(r.cells.get("task")) in tasks]
    _compete(typed, "requirements", "capability", sound, subject, tasks)


def stances(typed: Typed) -> None:
    """No two stances of a nation on an objective apply in one period."""

    def subject(cells: dict[str, Any]) -> tuple[Any, str]:
        nation, objective = cells.get("nation"), cells.get("objective")
        return (nation, objective), f"{nation} and {objective}"

    if typed.fresh("willingness"):
        _compete(typed, "willingness", "first_period", typed.records.get("willingness", []), subject, {})


def _compete(
    typed: Typed,
    name: str,
    column: str,
    records: list[Record],
    subject: Callable[[dict[str, Any]], tuple[Any, str]],
    tasks: dict[str, tuple[int, int]],
) -> None:
    """Report every row that applies in a period to the same subject as an earlier row."""
    last = periods(typed)
    needed = {*TABLES[name].key, "last_period", "*"}
    taken: dict[Any, dict[int, Record]] = defaultdict(dict)
    for record in records:
        if needed & record.bad:
            continue
        begins, ends = tasks.get(str(record.cells.get("task")), (1, last))
        begins = int(record.cells.get("first_period", begins))
        ends = int(record.cells.get("last_period", begins if ends is None else ends))
        what, words = subject(record.cells)
        mine = taken[what]
        for t in range(begins, ends + 1):
            if t in mine:
                typed.faults.append(
                    Fault(
                        typed.place(name),
                        record.at,
                        column,
                        f"a second row for {words} in period {t}",
                        f"one row per period; the first is row {mine[t].at}",
                    )
                )
                break
            mine[t] = record
