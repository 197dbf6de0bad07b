"""Legal but odd: what a warning is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from allocator.instance.instance import Instance


def warnings(instance: Instance) -> list[str]:
    """One line for each oddity."""
    found = []
    for row in instance.rows("forces"):
        if row["min_units"] > max(row["units"], 1):
            found.append(
                f"forces: {row['nation']} {row['unit_type']} has min_units {row['min_units']}, "
                f"above its pool of {row['units']}"
            )
    grouped: dict[str, set[str]] = {}
    for row in instance.rows("groups"):
        grouped.setdefault(row["group"], set()).add(row["nation"])
    nations = len(instance.rows("nations"))
    for row in instance.rows("conditions"):
        nation, requires, value = row["nation"], row["requires"], row["value"]
        if requires in ("nation", "any_of") and any(
            nation == name or nation in grouped.get(name, ()) for name in value.split(" ")
        ):
            found.append(f"conditions: the pledge of {nation} is conditional on {nation} itself ({value})")
        if requires == "coalition_size" and float(value) > nations:
            found.append(f"conditions: {nation} asks for a coalition of {value}, there are {nations} nations")
    return found + _useless(instance)


def _useless(instance: Instance) -> list[str]:
    amounts = [(row["unit_type"], row["capability"], row["amount"]) for row in instance.rows("yields")]
    asked = {row["capability"] for row in instance.rows("requirements")}
    asked |= {capability for _, capability, amount in amounts if amount < 0 and _implied(instance, capability)}
    useful = {unit for unit, capability, amount in amounts if amount > 0 and capability in asked}
    return [
        f"unit_types: no task can use {row['unit_type']}: it supplies nothing that a requirement is for"
        for row in instance.rows("unit_types")
        if row["unit_type"] not in useful
    ]


def _implied(instance: Instance, capability: str) -> bool:
    """Whether some active period has no given row for a consumed capability."""
    wide = any(r["capability"] == capability and r["scope"] == "theatre" for r in instance.rows("capabilities"))
    for task in instance.rows("tasks"):
        rows = [
            r
            for r in instance.rows("requirements")
            if r["capability"] == capability and (wide or r["task"] == task["task"])
        ]
        for t in range(task["first_period"], task["last_period"] + 1):
            if not any(r["first_period"] <= t <= r["last_period"] for r in rows):
                return True
    return False
