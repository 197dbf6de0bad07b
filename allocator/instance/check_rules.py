"""Checks of political rules, money and promises: who may do what, and who pays."""

from __future__ import annotations

from typing import Any

from allocator.errors import Fault
from allocator.instance.cells import Unfit, convert, near, quoted
from allocator.instance.check_names import known_keys
from allocator.instance.columns import Column
from allocator.instance.raw import REPORTED, Typed


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
    nations = known_keys(typed, "nations")
    groups = known_keys(typed, "groups")
    named = (key.removeprefix("events.") for key in typed.raw.settings if key.startswith("events."))
    unread = typed.raw.settings_unread or typed.raw.settings.get("events") is REPORTED
    events = None if unread else list(named)  # also those whose own value is a fault
    for record in typed.records.get("conditions", []):
        if {"requires", "value"} & record.bad:
            continue
        value = str(record.cells["value"])
        requires = record.cells["requires"]
        expected = ""
        if requires == "event" and events is not None and value not in events:
            expected = f"an event of [events]{near(value, events)}"
        elif requires == "nation" and nations is not None and nations.lacks(value):
            expected = f"a nation{near(value, nations.names)}"
        elif requires == "any_of" and nations is not None and groups is not None:
            wrong = [word for word in value.split(" ") if nations.lacks(word) and groups.lacks(word)]
            if wrong:
                hint = near(wrong[0], [*nations.names, *groups.names]) if wrong[0] else ""
                which = f"; {quoted(wrong[0])} is neither" if wrong[0] else ""
                expected = f"nations or groups with one space between them{which}{hint}"
        elif requires == "coalition_size" and not _whole(value):
            expected = "a whole number of nations, at least 1"
        if expected:
            typed.fault("conditions", record, "value", expected)


def _whole(text: str) -> bool:
    try:
        convert(Column("value", "", "whole", least=1), text, False)
    except Unfit:
        return False
    return True


def payers(typed: Typed) -> None:
    """A payer is a nation, ``common`` or ``*``."""
    nations = known_keys(typed, "nations")
    if nations is None:
        return
    for record in typed.records.get("budgets", []):
        payer = record.cells.get("payer")
        if payer is not None and payer not in ("common", "*") and nations.lacks(str(payer)):
            hint = near(str(payer), [*nations.names, "common"])
            typed.fault("budgets", record, "payer", f"a nation, common or *{hint}")


def collectives(typed: Typed) -> None:
    """A collective nation has no purse: it has no gdp, pays no budget and no part of the common fund."""
    collective = set()
    for record in typed.records.get("nations", []):
        if record.cells.get("collective") is not True:
            continue
        collective.add(record.cells.get("nation"))
        for column in ("gdp", "gdp_low", "gdp_high"):
            if column in record.cells and column not in record.bad:
                typed.fault("nations", record, column, "a blank: a collective nation has no purse, common pays for it")
    for table, column, way_out in (
        ("budgets", "payer", "a nation that is not collective, common or *"),
        ("funding_keys", "nation", "a nation that is not collective"),
    ):
        for record in typed.records.get(table, []):
            name = record.cells.get(column)
            if name is not None and column not in record.bad and name in collective:
                typed.fault(table, record, column, f"{way_out}; common pays for {name}")


def framework_nations(typed: Typed) -> None:
    """A given framework nation can lead, and its task needs one."""
    leads = {
        record.cells["nation"]: record.cells.get("can_lead")
        for record in typed.records.get("nations", [])
        if not {"nation", "can_lead", "*"} & record.bad
    }
    can = [str(nation) for nation, able in leads.items() if able]
    for record in typed.records.get("tasks", []):
        nation = record.cells.get("framework_nation")
        if nation is None or "framework_nation" in record.bad:
            continue
        if nation in leads and not leads[nation]:
            hint = f", such as {', '.join(can[:3])}" if can else "; here no nation can"
            expected = f"a nation with can_lead true in nations{hint}"
            typed.fault("tasks", record, "framework_nation", expected)
        shares = {"framework_share", "framework_share_high"}
        if not shares & record.bad and not any(record.cells.get(share) for share in shares):
            expected = f"above 0, or a framework_share_high above 0, because framework_nation is {nation}"
            typed.fault("tasks", record, "framework_share", expected)


def drop_idle(table: str, row: dict[str, Any]) -> str:
    """Remove the framework nation from a changed task whose framework_share is now 0, and return a note on it.

    It has no effect there, and an author who gives it needs a share; see :func:`framework_nations`.
    """
    if table != "tasks" or "framework_nation" not in row:
        return ""
    if row.get("framework_share") or row.get("framework_share_high"):
        return ""
    nation = row.pop("framework_nation")
    return f"the framework_nation {nation} of {row['task']} was removed: without a framework_share it has no effect"


def commitments(typed: Typed) -> None:
    """A commitment has a least or a most, and its least is never above its most, whatever their ranges."""
    for record in typed.records.get("commitments", []):
        if not {"at_least", "at_most"} & (record.cells.keys() | record.bad):
            typed.fault("commitments", record, "at_least", "at_least, at_most or both")
            continue
        ends = ("at_least_high", "at_least"), ("at_most_low", "at_most")
        least, most = (next((name for name in names if name in record.cells), None) for names in ends)
        if least is None or most is None or {*ends[0], *ends[1]} & record.bad:
            continue
        if record.cells[least] > record.cells[most]:  # type: ignore[operator]
            at_least = f"at least {least}, which is {record.cells[least]}"
            typed.fault("commitments", record, most, f"a whole number of {at_least}")
