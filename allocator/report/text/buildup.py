"""What is built up and paid over the periods: orders, industry and money."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from allocator.plan.plan import Plan
from allocator.plan.spending import OPERATIONS, flows
from allocator.report.text.periods import ByPeriod
from allocator.report.text.words import count, number, table


def draw_build_up(out: Console, plan: Plan) -> None:
    """Print orders, the use of industry, and money by period; no money for one period, or if nothing costs anything."""
    if plan.rows("orders"):
        out.print()
        _orders(out, plan)
    if any(row["deliveries"] or row["expansions"] for row in plan.rows("industry")):
        out.print()
        _industry(out, plan)
    if plan.instance.periods > 1 and flows(plan).paid:
        out.print()
        _money(out, plan)


def _orders(out: Console, plan: Plan) -> None:
    names = {row["nation"]: row["name"] for row in plan.instance.rows("nations")}
    kinds = {row["unit_type"]: row["name"] for row in plan.instance.rows("unit_types")}
    rows = sorted(plan.rows("orders"), key=lambda row: (row["period"], row["nation"], row["unit_type"]))
    units, joint = (sum(row[key] for row in rows) for key in ("units", "joint"))
    currency = f"{plan.instance.currency} million".strip()
    fund = any(row["common"] for row in rows)
    together = f", {'all' if joint == units else f'{joint:,}'} of them jointly" if joint else ""
    out.print(Text(f"Build-up: {count(units, 'unit')} ordered{together}", style="bold"))
    grid = table(
        ("period", "right"), ("nation", "left"), ("orders", "left"), *([("jointly", "right")] if joint else []),
        ("ready", "right"), (f"cost, {currency}", "right"), *([("by the fund", "right")] if fund else []),
    )  # fmt: skip
    for row in rows:
        paid = [number(row["common"])] if fund else []
        shared = [f"{row['joint']:,}"] if joint else []
        grid.add_row(
            str(row["period"]), names[row["nation"]], f"{row['units']:,}× {kinds[row['unit_type']]}",
            *shared, str(row["ready"]), number(row["cost"]), *paid,
        )  # fmt: skip
    out.print(grid)


def _industry(out: Console, plan: Plan) -> None:
    kinds = {row["unit_type"]: row["name"] for row in plan.instance.rows("unit_types")}
    rows = {(row["unit_type"], row["period"]): row for row in plan.rows("industry")}
    periods = range(1, plan.instance.periods + 1)
    grid = ByPeriod(plan.instance, "units")
    for unit in dict.fromkeys(unit for unit, _ in rows):
        here = [rows[unit, t] for t in periods]
        if not any(row["deliveries"] or row["expansions"] for row in here):
            continue
        grid.add(kinds[unit], [_use(row["deliveries"], row["capacity"]) for row in here])
        if any(row["expansions"] for row in here):
            grid.add("  expansions ordered", [f"+{row['expansions']}" if row["expansions"] else "" for row in here])
    out.print(Text("Industry: delivered of what it can deliver", style="bold"))
    grid.draw(out)


def _use(deliveries: int, capacity: int) -> Text:
    return Text(f"{deliveries:,} of {capacity:,}", "yellow" if deliveries and deliveries == capacity else "")


def _money(out: Console, plan: Plan) -> None:
    periods = range(1, plan.instance.periods + 1)
    spent = flows(plan)
    buys = any(what != OPERATIONS for _, what in spent.paid)
    currency = f"{plan.instance.currency} million".strip()
    grid = ByPeriod(plan.instance, "paid by")
    for (who, what), paid in spent.paid.items():
        label = f"{who}, {what}" if buys else who
        grid.add(label, [number(round(paid.get(t, 0.0), 6)) for t in periods])
    if len(spent.paid) > 1:
        grid.add("together", [number(round(spent.total(t), 6)) for t in periods], "bold")
    how = "; orders are paid in equal parts until the units are ready" if buys else ""
    out.print(Text(f"Money by period, {currency}{how}", style="bold"))
    grid.draw(out)
