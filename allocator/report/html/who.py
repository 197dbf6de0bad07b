"""Who sends what: nations by objectives, with symbols, places, and how free the figure is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from allocator.plan.measures import bound_to_task
from allocator.report.html.reading import Reading
from allocator.report.html.symbols import code_of
from allocator.report.html.words import count, listed, percent
from allocator.report.text.periods import LISTED, in_periods
from allocator.wording import first_capital, in_sentence

Units = dict[str, dict[str, dict[int, int]]]
"""Unit type -> task, or empty for units that supply all tasks alike -> period -> units."""

EVERYWHERE = ""


def who(page: Reading) -> dict[str, Any]:
    """Nations and what they send under each objective, the largest first."""
    objectives = [code for code in page.names["objectives"] if any(t["objective"] == code for t in page.tasks.values())]
    sent = _sent(page)
    rows = [_nation(page, row, sent[row["nation"]], objectives) for row in page.senders if row["personnel"]]
    return {
        "heading": _heading(page),
        "objectives": [page.names["objectives"][code] for code in objectives],
        "rows": rows,
        "ranges": bool(page.findings.ranges),
        "several": page.several,
        "leaders": _leaders(page),
        "symbols": sorted({item["code"] for row in rows for cell in row["cells"] for item in cell["items"]}),
    }


def _heading(page: Reading) -> str:
    rows = page.members
    if not rows:
        return "Nobody sends anything"
    names = [in_sentence(page.nation(row["nation"])) for row in rows]
    if len(rows) == 1:
        return f"Only {names[0]} sends forces"
    if len(rows) < 4:
        return first_capital(f"{listed(names)} send forces")
    everyone = sum(row["personnel"] for row in rows)
    share = percent((rows[0]["personnel"] + rows[1]["personnel"]) / everyone)
    return f"{count(len(rows), 'nation')} send forces; {names[0]} and {names[1]} {share} of the people"


def _sent(page: Reading) -> dict[str, dict[str, Units]]:
    """Nation -> objective -> units."""
    bound = bound_to_task(page.instance)
    found: dict[str, dict[str, Units]] = defaultdict(lambda: defaultdict(lambda: defaultdict(dict)))
    for row in page.plan.rows("deployments"):
        objective = page.tasks[row["task"]]["objective"]
        place = row["task"] if row["unit_type"] in bound else EVERYWHERE
        by_period = found[row["nation"]][objective][row["unit_type"]].setdefault(place, defaultdict(int))
        by_period[row["period"]] += row["units"]
    return found


def _nation(page: Reading, row: dict[str, Any], sent: dict[str, Units], objectives: list[str]) -> dict[str, Any]:
    cells = []
    for objective in objectives:
        items = [
            _item(page, kind, by_place) for kind, by_place in sent.get(objective, {}).items()
        ]  # fmt: skip
        cells.append({"objective": page.names["objectives"][objective], "items": items})
    return {
        "name": page.nation(row["nation"]),
        "fleet": row["member"] is None,
        "people": f"{row['personnel']:,}",
        "range": _range(page, row["nation"]),
        "cells": cells,
    }


def _item(page: Reading, kind: str, by_place: dict[str, dict[int, int]]) -> dict[str, Any]:
    """Units of one type: how many, where, and in which periods where they are not always the same."""
    periods = page.instance.periods
    horizon = range(1, periods + 1)
    amounts = []
    for task, units in by_place.items():
        row = page.tasks.get(task)
        active = horizon if row is None else range(row["first_period"], row["last_period"] + 1)
        amounts.append((page.names["tasks"].get(task, "for all tasks"), *spread(units, active)))
    where, amount, when = amounts[0]
    if len(amounts) > 1:
        total: dict[int, int] = defaultdict(int)
        for units in by_place.values():
            for t, number in units.items():
                total[t] += number
        amount, when = spread(total, horizon)[0], ""
        where = "; ".join(f"{task} ({here}{f', {then}' if then else ''})" for task, here, then in amounts)
    name = page.names["unit_types"][kind]
    return {
        "code": code_of(page.kinds[kind]), "amount": amount, "name": name, "where": where, "when": when,
        "tasks": len(amounts),
    }  # fmt: skip


def spread(units: Mapping[int, int], active: Sequence[int]) -> tuple[str, str]:
    """How many units are somewhere, and in which of the periods in which they can be.

    Examples
    --------
    >>> spread({1: 2, 2: 2}, [1, 2]), spread({1: 2}, [1, 2]), spread({1: 2, 2: 1}, [1, 2])
    (('2', ''), ('2', 'in period 1'), ('up to 2', '2, 1'))
    """
    counts = [units.get(t, 0) for t in active]
    there = [t for t in active if units.get(t, 0)]
    if len(set(counts)) == 1:
        return f"{counts[0]:,}", ""
    if len({units[t] for t in there}) == 1:
        return f"{max(counts):,}", f"in {in_periods(there)}"
    each = ", ".join(map(str, counts)) if len(counts) <= LISTED else f"in {len(there)} periods"
    return f"up to {max(counts):,}", each


def _range(page: Reading, nation: str) -> str:
    """How many people the nation sends in plans that are as good; empty where that is not known."""
    found = page.findings.ranges.get(nation)
    if found is None:
        return ""
    low, high = (f"{value:,.0f}" for value in (found.low, found.high))
    if not page.several:
        return "always" if low == high else f"{'' if found.proved else 'within '}{low} to {high}"
    if not found.proved:
        return ""
    mean = sum(page.people_by_period[nation].values()) / page.instance.periods
    return f"on average {mean:,.0f}, {'always' if low == high else f'{low} to {high}'}"


def _leaders(page: Reading) -> str:
    led: dict[str, list[str]] = defaultdict(list)
    for row in page.plan.rows("leaders"):
        led[row["nation"]].append(page.names["tasks"][row["task"]])
    return "; ".join(f"{in_sentence(page.nation(nation))} leads {listed(tasks)}" for nation, tasks in led.items())
