"""The smallest instance, to be changed table by table."""

from __future__ import annotations

from typing import Any

import allocator
from allocator import Instance, Model, Plan

Row = dict[str, Any]


def toy(
    periods: int = 1, indefinite: bool = True, months: int = 6, events: Row | None = None, **tables: list[Row]
) -> Instance:
    """One nation, AAA, with five battalions (100 people, 1 million a month) for a task that asks for four.

    Tables given replace those of the toy; rows of ``unit_types``, ``nations`` and ``tasks`` are completed.
    """
    content: dict[str, Any] = {
        "nations": [{"nation": "AAA", "gdp": 1000.0}],
        "unit_types": [{"unit_type": "bn"}],
        "capabilities": [{"capability": "inf", "name": "Infantry", "unit": "battalion"}],
        "yields": [{"unit_type": "bn", "capability": "inf", "amount": 1.0}],
        "objectives": [{"objective": "land", "name": "Peace on land"}],
        "tasks": [{"task": "hold"}],
        "requirements": [{"task": "hold", "capability": "inf", "quantity": 4.0}],
        "forces": [{"nation": "AAA", "unit_type": "bn", "units": 5}],
        "willingness": [{"nation": "AAA", "objective": "land", "willingness": 1.0}],
        **tables,
    }
    content["nations"] = [{"name": row["nation"], **row} for row in content["nations"]]
    unit = {"name": "Battalion", "domain": "land", "personnel": 100, "operating_cost": 1.0}
    content["unit_types"] = [{**unit, **row} for row in content["unit_types"]]
    content["tasks"] = [{"objective": "land", "name": "Hold", **row} for row in content["tasks"]]
    horizon = {
        "start": "2025-07",
        "months_per_period": months,
        "periods": periods,
        "indefinite": indefinite,
    }
    settings = {"format": 1, "name": "toy", "horizon": horizon, "events": events or {}}
    return Instance.from_dict({"instance": settings, **content})


def willing(*nations: str, at: float = 1.0, objectives: tuple[str, ...] = ("land",), **columns: Any) -> list[Row]:
    """Rows of ``willingness``, the same for all."""
    return [{"nation": n, "objective": o, "willingness": at, **columns} for n in nations for o in objectives]


def pools(units: int, *nations: str, unit: str = "bn", **columns: Any) -> list[Row]:
    """Rows of ``forces``, the same for all."""
    return [{"nation": n, "unit_type": unit, "units": units, **columns} for n in nations]


def model(*families: str, **choices: Any) -> Model:
    """A model with these families alone."""
    return Model(**{"families": families, **choices})


NO_FAMILY = model()


def sent(plan: Plan) -> dict[tuple[str, str, str, int], int]:
    """(nation, unit type, task, period) -> units."""
    return {(d["nation"], d["unit_type"], d["task"], d["period"]): d["units"] for d in plan.rows("deployments")}


def units(instance: Instance, chosen: Model, **options: Any) -> int:
    """Unit-periods deployed in the best plan."""
    plan = allocator.solve(instance, chosen, gap=0.0, **options)
    assert plan.status == "optimal", plan.reason
    return sum(sent(plan).values())


def ordered(plan: Plan) -> dict[tuple[str, str, int], tuple[int, int]]:
    """(nation, unit type, period of the order) -> (units, how many of them jointly)."""
    return {
        (row["nation"], row["unit_type"], row["period"]): (row["units"], row["joint"]) for row in plan.rows("orders")
    }


def values(instance: Instance, chosen: Model = NO_FAMILY) -> dict[str, float]:
    """The objectives of the best plan, those that are always worked out and those that the model lists."""
    plan = allocator.solve(instance, chosen, gap=0.0)
    assert plan.status == "optimal", plan.reason
    return {row["objective"]: row["value"] for row in plan.rows("objectives")}
