"""Who sends what, who leads, and who bears the cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from allocator.instance.coalition import members
from allocator.plan.measures import EVERYWHERE, FOR_ALL, bound_to_task
from allocator.plan.measures import members as taking_part
from allocator.plan.plan import Plan
from allocator.report.text.periods import units_of
from allocator.report.text.words import count, money, percent, table
from allocator.wording import first_capital

NARROW = 110
"""Width below which what a nation sends is printed under its figures, not beside them."""


def draw_nations(out: Console, plan: Plan) -> None:
    """Print who sends what and pays how much, the framework nations, and the sums."""
    names = {row["nation"]: row["name"] for row in plan.instance.rows("nations")}
    senders = [row for row in plan.rows("nations") if row["personnel"] or row["cost"] > 0]
    senders.sort(key=lambda row: (row["member"] is None, -row["personnel"], row["nation"]))
    sent = _sent(plan)
    beside = out.width >= NARROW
    if senders:
        _table(out, plan, senders, sent if beside else None)
    if senders and not beside:
        out.print()
        for row in senders:
            if row["nation"] in sent:
                out.print(Text(f"{names[row['nation']]} sends", style="bold"))
                out.print(Padding(Text("\n".join(sent[row["nation"]])), (0, 0, 0, 2)))
    if senders:
        _sums(out, plan)
    if plan.rows("leaders"):
        tasks = {row["task"]: row["name"] for row in plan.instance.rows("tasks")}
        led: dict[str, list[str]] = defaultdict(list)
        for row in plan.rows("leaders"):
            led[row["nation"]].append(tasks[row["task"]])
        listed = (f"{names[nation]} ({', '.join(where)})" for nation, where in led.items())
        out.print(f"Framework nations: {'; '.join(listed)}.")


def _table(out: Console, plan: Plan, rows: Sequence[dict[str, Any]], sent: dict[str, list[str]] | None) -> None:
    """Print a line for each nation that sends or pays something, and for each collective fleet."""
    instance = plan.instance
    names = {row["nation"]: row["name"] for row in instance.rows("nations")}
    keys = any(row["common_part"] is not None for row in rows)
    currency = f"{instance.currency} million".strip()
    figures = [
        ("nation", "left" if sent is None else "whole"),
        ("peak people" if instance.periods > 1 else "people", "right"),
        (f"own cost over the horizon, {currency}", "right"),
        *([("part of the fund", "right")] if keys else []),
        ("share", "right"),
        ("burden", "right"),
        *([] if sent is None else [("sends", "left")]),
    ]
    out.print(Text(_title(plan, rows), style="bold"))
    grid = table(*figures)
    for row in rows:
        burden = "–" if row["burden"] is None else f"{row['burden']:.2f}"
        cells = [f"{row['cost']:,.1f}", *([f"{row['common_part'] or 0:,.1f}"] if keys else []), percent(row["share"])]
        if row["member"] is None:
            cells = ["–"] * len(cells)
        sends = [] if sent is None else ["; ".join(sent.get(row["nation"], []))]
        grid.add_row(names[row["nation"]], f"{row['personnel']:,}", *cells, burden, *sends)
    out.print(grid)


def able_nations(plan: Plan) -> int:
    """Number of nations that could be asked: those of the coalition; fleets of several are not counted."""
    nations = {row["nation"] for row in plan.instance.rows("nations") if not row["collective"]}
    coalition = plan.manifest["coalition"]
    return len(nations if coalition is None else nations.intersection(members(plan.instance, coalition)))


def _title(plan: Plan, rows: Sequence[dict[str, Any]]) -> str:
    """How many nations take part; fleets of several and those who only pay are counted apart."""
    title = f"Who sends what: {len(taking_part(plan))} of {count(able_nations(plan), 'nation')}"
    fleets = sum(row["member"] is None for row in rows)
    buyers = sum(row["member"] is False for row in rows)
    title += f" and {count(fleets, 'collective fleet')}" if fleets else ""
    return title + (f"; {buyers} more only {'buys' if buyers == 1 else 'buy'}" if buyers else "")


def _sums(out: Console, plan: Plan) -> None:
    own = sum(row["cost"] for row in plan.rows("nations"))
    common = max(0.0, plan.value("cost") - own)
    several = plan.instance.periods > 1
    people = f"{peak_of_all(plan):,} people{' at the peak' if several else ''}"
    fund = f", and {money(common, plan.instance.currency)} from the common fund" if common > 1e-6 else ""
    total = f"Together {people}; {money(own, plan.instance.currency)} from the nations{fund}, over the horizon."
    out.print(Text(total, style="bold"))
    silent = [r for r in plan.rows("nations") if r["common_part"] and not r["personnel"] and not r["cost"]]
    if common > 1e-6 and silent:
        parts = money(sum(row["common_part"] for row in silent), plan.instance.currency)
        pay = "sends nothing pays" if len(silent) == 1 else "send nothing pay"
        out.print(f"{count(len(silent), 'nation')} that {pay} {parts} of what the fund spends.")


def peak_of_all(plan: Plan) -> int:
    """The largest number of people deployed at once by all nations together."""
    people: dict[int, int] = defaultdict(int)
    for row in plan.rows("deployments"):
        people[row["period"]] += row["personnel"]
    return max(people.values(), default=0)


def _sent(plan: Plan) -> dict[str, list[str]]:
    """Nation -> one text per task: how many units of each type, with the periods where they are not always the same.

    Units that supply only the theatre come last, since their task makes no difference to what they supply.
    """
    instance = plan.instance
    kinds = {row["unit_type"]: row["name"] for row in instance.rows("unit_types")}
    horizon = range(1, instance.periods + 1)
    active = {row["task"]: range(row["first_period"], row["last_period"] + 1) for row in instance.rows("tasks")}
    active[EVERYWHERE] = horizon
    tasks = {row["task"]: row["name"] for row in instance.rows("tasks")} | {EVERYWHERE: first_capital(FOR_ALL)}
    bound = bound_to_task(instance)
    units: dict[str, dict[str, dict[str, dict[int, int]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    )
    for row in plan.rows("deployments"):
        place = row["task"] if row["unit_type"] in bound else EVERYWHERE
        units[row["nation"]][place][row["unit_type"]][row["period"]] += row["units"]
    return {
        nation: [
            f"{tasks[task]}: "
            + ", ".join(units_of(kinds[u], n, active[task], instance.periods) for u, n in by_kind.items())
            for task, by_kind in sorted(by_task.items(), key=lambda item: item[0] == EVERYWHERE)
        ]
        for nation, by_task in units.items()
    }
