"""Checks of what must be met first and of pools over the periods: changes, programmes, industry, expendable units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container
from typing import Any

from allocator.errors import Fault
from allocator.instance.cells import near
from allocator.instance.raw import Record, Typed

_FINITE = ("force_changes", "acquisitions", "industry")
"""Tables that an indefinite horizon has no room for."""

_POOLS = ("forces", "force_changes", "acquisitions")
"""Tables that name a nation's pool of a unit type."""

_Pool = tuple[str, str]


def prerequisites(typed: Typed) -> None:
    """A task waits for a given requirement of another task."""
    asked = typed.records.get("requirements", [])
    lines: dict[str, dict[str, None]] = defaultdict(dict)
    doubtful = [(row.get("task"), row.get("capability")) for row in typed.broken("requirements")]
    for record in asked:
        task, capability = (None if c in record.bad else record.cells.get(c) for c in ("task", "capability"))
        if task is None or capability is None:
            doubtful.append((task, capability))
        else:
            lines[str(task)][str(capability)] = None
    for record in typed.records.get("prerequisites", []):
        task, needs, capability = (record.cells.get(c) for c in ("task", "needs_task", "capability"))
        if needs is not None and needs == task:
            typed.fault("prerequisites", record, "needs_task", "another task than the one that waits")
        elif asked and None not in (needs, capability) and not {"needs_task", "capability"} & record.bad:
            line = lines.get(str(needs), {})
            meant = any(j in (None, needs) and c in (None, capability) for j, c in doubtful)
            if capability not in line and not meant:
                there = f", one of {', '.join(line)}{near(str(capability), line)}" if line else ", which has none"
                expected = f"a capability with a row in requirements for {needs}{there}"
                typed.fault("prerequisites", record, "capability", expected)


def expendable(typed: Typed) -> None:
    """A unit that is used up is never relieved, so its rotation_ratio is 1."""
    for record in typed.records.get("unit_types", []):
        if record.cells.get("expendable") is not True:
            continue
        for column in ("rotation_ratio", "rotation_ratio_low", "rotation_ratio_high"):
            if column not in record.bad and record.cells.get(column, 1) != 1:
                typed.fault("unit_types", record, column, "1, because expendable units are used up, not relieved")


def indefinite(typed: Typed) -> None:
    """On an indefinite horizon, pools neither change nor are used up."""
    settings = typed.settings.get("horizon")
    if not isinstance(settings, dict) or settings.get("indefinite") is not True:
        return
    for name in _FINITE:
        records = typed.records.get(name, [])
        if records:
            rows = "a row" if len(records) == 1 else f"{len(records):,} rows"
            found = f"{rows} while horizon.indefinite is true"
            expected = "none, or horizon.indefinite false: units that come or go do not repeat without end"
            typed.faults.append(Fault(typed.place(name), records[0].at, None, found, expected))
    for record in typed.records.get("unit_types", []):
        if record.cells.get("expendable") is not True:
            continue
        unit = record.cells.get("unit_type")
        held = ((name, pool) for name in _POOLS for pool in typed.records.get(name, []))
        first = next(((name, pool.at) for name, pool in held if unit and pool.cells.get("unit_type") == unit), None)
        if first is not None:
            where = f"there is a pool of {unit} ({typed.place(first[0])}, row {first[1]})"
            typed.fault("unit_types", record, "expendable", f"false while horizon.indefinite is true, because {where}")


def pools(typed: Typed) -> None:
    """No pool falls below 0 in a period, also if every figure is at its low end."""
    if "forces" in typed.raw.unread:
        return
    changes: dict[_Pool, list[Record]] = defaultdict(list)
    start: dict[_Pool, Record] = {}
    tables = ("forces", {"units", "units_low"}), ("force_changes", {"period", "change", "change_low"})
    doubts = {(name, row.get("nation"), row.get("unit_type")) for name, _ in tables for row in typed.broken(name)}
    for name, figures in tables if typed.records.get("force_changes") else ():
        for record in typed.records.get(name, []):
            nation, unit = (None if c in record.bad else record.cells.get(c) for c in ("nation", "unit_type"))
            if nation is None or unit is None or {*figures, "*"} & record.bad:
                doubts.add((name, nation, unit))
            elif name == "forces":
                start[str(nation), str(unit)] = record
            else:
                changes[str(nation), str(unit)].append(record)
    for pool, rows in changes.items():
        if not any(_may_mean(doubt, pool, start) for doubt in doubts):
            rows.sort(key=lambda record: record.cells["period"])
            _stays_above(typed, pool, start.get(pool), rows)


def _may_mean(doubt: tuple[str, Any, Any], pool: _Pool, start: Container[_Pool]) -> bool:
    """Whether a row with a fault (table, nation, unit type; None if unknown) may be about a pool."""
    table, *names = doubt
    if None not in names or (table == "forces" and pool in start):  # a pool has one row in forces
        return tuple(names) == pool
    return all(name in (None, part) for name, part in zip(names, pool, strict=True))


def _stays_above(typed: Typed, pool: _Pool, start: Record | None, rows: list[Record]) -> None:
    """Report the first change, in the order of the periods, that takes a pool below 0."""
    for end, words in (("", ""), ("_low", ", with every figure at its low end")):
        left = _figure(start, "units", end) if start else 0
        for record in rows:
            column = f"change{end}" if f"change{end}" in record.cells else "change"
            before, left = left, left + _figure(record, "change", end)
            if left < 0:
                units = "1 unit" if before == 1 else f"{before:,} units"
                has = f"{' '.join(pool)} has {units} before period {record.cells['period']}{words}"
                least = f"at least {-before}" if before else "above 0"
                expected = f"{least}, so that the pool stays at 0 or more: {has}"
                typed.fault("force_changes", record, column, expected)
                return


def _figure(record: Record, column: str, end: str) -> int:
    return int(record.cells.get(f"{column}{end}", record.cells[column]))
