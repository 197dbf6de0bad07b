"""What changes from period to period: coverage, people, who is where, orders and deliveries, money."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from allocator.plan.measures import worst
from allocator.plan.spending import COMMON, OPERATIONS, ORDERS, OWN, flows
from allocator.report.html.reading import Reading
from allocator.report.html.words import count, money, number, percent
from allocator.report.text.periods import in_periods

WORDS = {
    (OWN, OPERATIONS): "Nations: operations", (COMMON, OPERATIONS): "Common fund: operations",
    (OWN, ORDERS): "Nations: orders", (COMMON, ORDERS): "Common fund: orders",
}  # fmt: skip


def over_time(page: Reading) -> dict[str, Any] | None:
    """Tables with a column for each period; None where there is one period and nothing is ordered."""
    if not page.several and not page.plan.rows("orders"):
        return None
    periods = range(1, page.instance.periods + 1)
    return {
        "heading": _heading(page),
        "periods": [(t, page.when(t)) for t in periods],
        "coverage": [
            {"name": page.names["objectives"][objective], "cells": [_share(shares.get(t)) for t in periods]}
            for objective, shares in page.by_period.items()
        ],
        "people": _people(page),
        "posts": _posts(page),
        "orders": _orders(page),
        "industry": _industry(page),
        "money": _money(page),
        "currency": page.instance.currency,
    }


def _heading(page: Reading) -> str:
    orders = page.plan.rows("orders")
    if orders:
        units = sum(row["units"] for row in orders)
        cost = money(sum(row["cost"] for row in orders), page.instance.currency)
        return f"{count(units, 'unit')} {'is' if units == 1 else 'are'} ordered for {cost}; {_last(page)}"
    objective = min(page.by_period, key=lambda o: min(page.by_period[o].values()))
    least, when = worst(page.by_period[objective])
    if len(when) == len(page.by_period[objective]):
        return "Coverage is the same in every period"
    return f"Worst for {page.names['objectives'][objective]} is {in_periods(when)}: {percent(least)} is covered"


def _last(page: Reading) -> str:
    """Coverage in the first and the last period, of the objective that changes most."""
    changed = max(page.by_period.values(), key=lambda shares: max(shares.values()) - min(shares.values()))
    name = next(o for o, shares in page.by_period.items() if shares is changed)
    first, last = min(changed), max(changed)
    name = page.names["objectives"][name]
    return f"{name} goes from {percent(changed[first])} to {percent(changed[last])}"


def _share(share: float | None) -> dict[str, Any]:
    """A cell that is shaded in fifths."""
    if share is None:
        return {"text": "–", "step": ""}
    return {"text": percent(share), "step": f"s{min(5, int(5 * share + 1e-9))}"}


def _people(page: Reading) -> list[dict[str, Any]]:
    """People of each nation in each period, and of all together."""
    periods = range(1, page.instance.periods + 1)
    order = [row["nation"] for row in page.senders if row["personnel"]]
    rows = [
        {"name": page.nation(n), "cells": [f"{page.people_by_period[n].get(t, 0):,}" for t in periods]} for n in order
    ]
    sums = [sum(page.people_by_period[n].get(t, 0) for n in order) for t in periods]
    return [*rows, {"name": "Together", "cells": [f"{people:,}" for people in sums]}] if rows else []


def _posts(page: Reading) -> list[dict[str, Any]]:
    """Who is at each task in each period, with the people of each nation."""
    there: dict[str, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for row in page.plan.rows("deployments"):
        there[row["task"]][row["period"]][row["nation"]] += row["personnel"]
    rows = []
    for task, its in page.tasks.items():
        cells = []
        for t in range(1, page.instance.periods + 1):
            here = sorted(there[task][t].items(), key=lambda item: -item[1])
            active = its["first_period"] <= t <= its["last_period"]
            cells.append([f"{nation}\u00a0{people:,}" for nation, people in here] if active else ["–"])
        if task in there:
            rows.append({"name": its["name"], "cells": cells})
    return rows


def _orders(page: Reading) -> list[dict[str, str]]:
    rows = sorted(page.plan.rows("orders"), key=lambda row: (row["period"], row["nation"], row["unit_type"]))
    return [
        {
            "nation": page.nation(row["nation"]),
            "kind": page.names["unit_types"][row["unit_type"]],
            "ordered": page.when(row["period"]),
            "ready": page.when(row["ready"]),
            "units": f"{row['units']:,}",
            "joint": f"{row['joint']:,}" if row["joint"] else "",
            "cost": number(row["cost"]),
        }
        for row in rows
    ]


def _industry(page: Reading) -> list[dict[str, Any]]:
    """Deliveries of each unit type in each period against capacity."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in sorted(page.plan.rows("industry"), key=lambda row: row["period"]):
        text = f"{row['deliveries']:,} of {number(row['capacity'])}"
        found[row["unit_type"]].append(text + (f", +{row['expansions']}" if row["expansions"] else ""))
    return [{"name": page.names["unit_types"][kind], "cells": cells} for kind, cells in found.items()]


def _money(page: Reading) -> list[dict[str, Any]]:
    paid = flows(page.plan)
    periods = range(1, page.instance.periods + 1)
    rows = [
        {"name": WORDS[kind], "cells": [number(flow.get(t, 0.0), 3) for t in periods]}
        for kind, flow in paid.paid.items()
    ]
    total = [number(paid.total(t), 3) for t in periods]
    return [*rows, {"name": "Together", "cells": total}] if rows else []
