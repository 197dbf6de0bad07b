"""What a plan buys: orders of units and expansions of industry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
