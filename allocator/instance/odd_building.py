"""Warnings about requirements, prerequisites, programmes and industry that are legal but have no effect."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from allocator.instance.pools import can_deliver, first_delivery

if TYPE_CHECKING:
    from allocator.instance.facts import Facts


def cores(instance: Facts) -> list[str]:
    """Requirements with one of core_share and core_weight, of which each has no effect without the other."""
    found = []
    for row in instance.rows("requirements"):
        share = max(row["core_share"], row["core_share_high"] or 0.0) > 0
        weight = max(row["core_weight"], row["core_weight_high"] or 0.0) > 1
        if share == weight:
            continue
        line = f"requirements: {row['task']} {row['capability']}"
        if share:
            found.append(
                f"{line} has a core_share of {row['core_share']:g} but no core_weight above 1, so its core counts like "
                "the rest; give a core_weight, or delete the core_share"
            )
        else:
            found.append(
                f"{line} has a core_weight of {row['core_weight']:g} but no core_share above 0, so it has no core; "
                "give a core_share, or delete the core_weight"
            )
    return found


def waiting(instance: Facts) -> list[str]:
    """Prerequisites whose line is not asked for in any period in which their task is active."""
    asked: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row in instance.rows("requirements"):
        asked[row["task"], row["capability"]] |= set(range(row["first_period"], row["last_period"] + 1))
    active = {row["task"]: range(row["first_period"], row["last_period"] + 1) for row in instance.rows("tasks")}
    return [
        f"prerequisites: {row['task']} waits for {row['capability']} at {row['needs_task']}, which requires it in no "
        f"period in which {row['task']} is active, so it waits for nothing"
        for row in instance.rows("prerequisites")
        if asked[row["needs_task"], row["capability"]].isdisjoint(active[row["task"]])
    ]


def programmes(instance: Facts) -> list[str]:
    """Programmes that can add no unit within the horizon."""
    found = []
    for row in instance.rows("acquisitions"):
        programme = f"acquisitions: {row['nation']} {row['unit_type']}"
        if row["max_units"] == 0:
            found.append(f"{programme} has max_units 0, so it buys nothing")
        elif row["min_order"] > row["max_units"]:
            found.append(
                f"{programme} has min_order {row['min_order']:,}, above its max_units of {row['max_units']:,}, so it "
                "orders nothing"
            )
        if first_delivery(row) > instance.periods:
            found.append(
                f"{programme} cannot deliver within the horizon: a unit ordered in period {row['first_order_period']}, "
                f"the first, with lead_periods {row['lead_periods']:,} is ready in period {first_delivery(row):,}, and "
                f"the last period is {instance.periods:,}"
            )
    return found


def unbought(instance: Facts) -> list[str]:
    """Industry for unit types that no nation can buy."""
    bought = {row["unit_type"] for row in instance.rows("acquisitions") if can_deliver(row, instance.periods)}
    return [
        f"industry: no nation can buy {row['unit_type']}, because acquisitions has no programme for it that can "
        "deliver, so nothing is ever delivered"
        for row in instance.rows("industry")
        if row["unit_type"] not in bought
    ]


def alone(instance: Facts) -> list[str]:
    """Joint purchases of unit types that too few nations can order in one period."""
    collective = {row["nation"] for row in instance.rows("nations") if row["collective"]}
    able: dict[str, Counter[int]] = defaultdict(Counter)
    for row in instance.rows("acquisitions"):
        if can_deliver(row, instance.periods) and row["nation"] not in collective:
            last = min(row["last_order_period"], instance.periods - row["lead_periods"])
            able[row["unit_type"]].update(range(row["first_order_period"], last + 1))
    found = []
    for row in instance.rows("joint_purchases"):
        most = max(able[row["unit_type"]].values(), default=0)
        if most < row["min_nations"]:
            found.append(
                f"joint_purchases: {row['unit_type']} is bought jointly by {row['min_nations']:,} nations or more, but "
                f"at most {most:,} can order it in one period, so nobody buys it jointly"
            )
    return found
