"""Which parts of an instance decide its optimum: it is solved again without each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Obj = dict[str, Any]


def _without_table(name: str) -> Callable[[Obj], Obj | None]:
    def lift(obj: Obj) -> Obj | None:
        return {k: v for k, v in obj.items() if k != name} if obj.get(name) else None

    return lift


def _without_cells(table: str, *columns: str) -> Callable[[Obj], Obj | None]:
    def lift(obj: Obj) -> Obj | None:
        if not any(row.get(c) for row in obj[table] for c in columns):
            return None
        return {**obj, table: [{k: v for k, v in row.items() if k not in columns} for row in obj[table]]}

    return lift


def _one_stance(obj: Obj) -> Obj | None:
    """The first stance of each nation on each objective, for good."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for row in obj["willingness"]:
        kept = {k: row[k] for k in ("nation", "objective", "willingness")}
        rows.setdefault((row["nation"], row["objective"]), kept)
    return {**obj, "willingness": list(rows.values())} if list(rows.values()) != obj["willingness"] else None


LIFTS: dict[str, Callable[[Obj], Obj | None]] = {
    "willingness by period": _one_stance,
    "forces.last_period": _without_cells("forces", "last_period"),
    "forces.availability": _without_cells("forces", "availability"),
    "forces.home_units": _without_cells("forces", "home_units"),
    "nations.collective": _without_cells("nations", "collective"),
    "unit_types.expendable": _without_cells("unit_types", "expendable"),
    "tasks.framework_nation": _without_cells("tasks", "framework_nation"),
    "requirements.core_share": _without_cells("requirements", "core_share", "core_weight"),
    **{
        name: _without_table(name)
        for name in (
            "commitments", "prerequisites", "funding_keys", "force_changes", "acquisitions", "industry",
            "joint_purchases", "conditions", "caveats", "budgets",
        )
    },
}  # fmt: skip
"""Name of a part -> the instance without it; None where it does not have the part."""


def lifted(obj: Obj) -> Iterator[tuple[str, Obj]]:
    """Each part that the instance has, and the instance without it."""
    for name, lift in LIFTS.items():
        less = lift(obj)
        if less is not None:
            yield name, less
