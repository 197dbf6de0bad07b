"""What a plan decides: its deployments and, where forces are built up, its orders and expansions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

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


def bought(deployed: object) -> Purchases:
    """What is bought beside some deployments."""
    return deployed.purchases if isinstance(deployed, Decided) else NONE
