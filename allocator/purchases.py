"""What a plan decides: its deployments and, where forces are built up, its orders and expansions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Cell = tuple[str, str, str, int]
"""Nation, unit type, task and period of a deployment."""


@dataclass(frozen=True)
class Purchases:
    """Orders and expansions of a plan, beside its deployments.

    Attributes
    ----------
    orders : mapping
        (nation, unit type, period of the order) -> (units ordered, 1 or more; how many of them jointly).
    expansions : mapping
        (unit type, period of the order) -> expansions of industry, 1 or more.
    """

    orders: Mapping[tuple[str, str, int], tuple[int, int]] = field(default_factory=dict)
    expansions: Mapping[tuple[str, int], int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.orders or self.expansions)


NONE = Purchases()
"""Nothing is bought."""


class Decided(dict[Cell, int]):
    """Deployments, (nation, unit type, task, period) -> units, and what is bought for them."""

    def __init__(
        self, deployed: Mapping[Cell, int] | Iterable[tuple[Cell, int]] = (), purchases: Purchases = NONE
    ) -> None:
        super().__init__(deployed)
        self.purchases = purchases

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other) and self.purchases == bought(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None


def decided(rows: Callable[[str], Iterable[Mapping[str, Any]]]) -> Decided:
    """Deployments and purchases from result tables: ``rows`` returns the rows of a table by its name."""
    deployed = {(d["nation"], d["unit_type"], d["task"], d["period"]): d["units"] for d in rows("deployments")}
    orders = {(o["nation"], o["unit_type"], o["period"]): (o["units"], o["joint"]) for o in rows("orders")}
    expansions = {(e["unit_type"], e["period"]): e["expansions"] for e in rows("industry") if e["expansions"]}
    return Decided(deployed, Purchases(orders, expansions) if orders or expansions else NONE)


def bought(deployed: object) -> Purchases:
    """What is bought beside some deployments."""
    return deployed.purchases if isinstance(deployed, Decided) else NONE
