"""What the page shows of a build-up: what is ordered, and what is covered, paid and delivered in each period."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from allocator.plan.measures import coverage_by_period, statement
from allocator.plan.plan import Plan
from allocator.plan.spending import flows
from allocator.report.text.brief_tables import rounded
from allocator.report.text.periods import month, spans
from allocator.report.text.words import percent


def build_up(plan: Plan) -> dict[str, Any] | None:
    """The orders by unit type, dearest first, and the periods; None if nothing can be ordered.

    Examples
    --------
    >>> import allocator
    >>> from allocator.serve.buildup import build_up
    >>> build_up(allocator.solve("toy-build"))["orders"][0]["units"]
    '5'
    """
    instance = plan.instance
    if "acquisition" not in plan.model.families or not instance.rows("acquisitions"):
        return None
    names = {row["unit_type"]: row["name"] for row in instance.rows("unit_types")}
    by_type: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in plan.rows("orders"):
        by_type[row["unit_type"]].append(row)
    orders = [
        {
            "name": names[unit],
            "units": f"{sum(row['units'] for row in rows):,}",
            "nations": str(len({row["nation"] for row in rows})),
            "ordered": spans(sorted({row["period"] for row in rows})),
            "ready": spans(sorted({row["ready"] for row in rows})),
            "cost": rounded(sum(row["cost"] for row in rows)),
        }
        for unit, rows in sorted(by_type.items(), key=lambda item: -sum(row["cost"] for row in item[1]))
    ]
    return {"orders": orders, "periods": _periods(plan, names)}


def _periods(plan: Plan, names: dict[str, str]) -> list[dict[str, Any]]:
    """A row for each period: the share that is covered, what all pay, and what industry delivers of what it can."""
    priority = {row["objective"]: row["priority"] for row in plan.instance.rows("objectives")}
    lines = [
        {**line, "objective": "", "priority": line["priority"] * priority[line["objective"]]}
        for line in statement(plan)
    ]
    covered, paid = coverage_by_period(lines).get("", {}), flows(plan)
    delivered: dict[int, list[str]] = defaultdict(list)
    industry = plan.rows("industry")
    several = len({row["unit_type"] for row in industry}) > 1
    for row in industry:
        text = f"{row['deliveries']:,} of {row['capacity']:,}"
        delivered[row["period"]].append(f"{names[row['unit_type']]} {text}" if several else text)
    return [
        {
            "name": f"{t}, {month(plan.instance, t)}",
            "share": covered.get(t),
            "text": percent(covered[t]) if t in covered else "–",
            "money": rounded(paid.total(t)),
            "delivered": "; ".join(delivered[t]),
        }
        for t in range(1, plan.instance.periods + 1)
    ]
