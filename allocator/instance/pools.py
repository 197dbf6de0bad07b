"""What a nation has of a kind of unit over the periods: its pool, the changes of it, and what it may buy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import floor
from typing import TYPE_CHECKING, Any

from allocator.exact import exact
from allocator.instance.tables import TABLES

if TYPE_CHECKING:
    from allocator.instance.facts import Facts


@dataclass(frozen=True)
class Pool:
    """A nation's units of one kind.

    Attributes
    ----------
    nation, unit_type : str
    table : str
        The first of the tables ``forces``, ``force_changes`` and ``acquisitions`` that names the pool.
    min_units, availability, home_units
        As in ``forces``.
    levels : tuple of (int, int)
        Units owned and most units bought, from each period on in which one of them changes.
    """

    nation: str
    unit_type: str
    table: str
    min_units: int
    availability: float
    home_units: int
    levels: tuple[tuple[int, int], ...]

    @cached_property
    def units(self) -> int:
        """Most units that there ever are, with all that can be bought."""
        return max(owned + bought for owned, bought in self.levels)

    @cached_property
    def usable(self) -> int:
        """Most whole units that can ever be used at once, with all that can be bought."""
        if self.availability == 1 and not self.home_units:
            return self.units
        share = exact(self.availability)
        return max(floor(usable(share, self.home_units, owned, bought)) for owned, bought in self.levels)


@lru_cache(maxsize=65_536)
def usable(availability: Fraction, home_units: int, owned: int, bought: int = 0) -> Fraction:
    """Units of a pool that can be used; may be a fraction. What is bought comes on top of what stays at home."""
    return max(Fraction(0), availability * owned - home_units) + availability * bought


def pools(instance: Facts) -> list[Pool]:
    """Every pool that some table names, in the order of the tables."""
    changes: dict[tuple[str, str], dict[int, int]] = {}
    for row in instance.rows("force_changes"):
        changes.setdefault((row["nation"], row["unit_type"]), {})[row["period"]] = row["change"]
    programmes = {(row["nation"], row["unit_type"]): row for row in instance.rows("acquisitions")}
    defaults: dict[str, Any] = {column.name: column.default for column in TABLES["forces"].columns}
    found: dict[tuple[str, str], Pool] = {}
    for table in ("forces", "force_changes", "acquisitions"):
        for row in instance.rows(table):
            nation, unit = row["nation"], row["unit_type"]
            if (nation, unit) in found:
                continue
            held: Mapping[str, Any] = row if table == "forces" else {**defaults, "units": 0}
            programme = programmes.get((nation, unit))
            levels = _levels(held["units"], changes.get((nation, unit), {}), programme, instance.periods)
            found[nation, unit] = Pool(
                nation, unit, table, held["min_units"], held["availability"], held["home_units"], levels
            )
    return list(found.values())


def _levels(
    units: int, changes: Mapping[int, int], programme: Mapping[str, Any] | None, periods: int
) -> tuple[tuple[int, int], ...]:
    ready = first_delivery(programme) if programme is not None and can_deliver(programme, periods) else None
    levels = []
    for t in sorted({1, *changes, *([] if ready is None else [ready])}):
        units += changes.get(t, 0)
        levels.append((units, programme["max_units"] if programme and ready is not None and ready <= t else 0))
    return tuple(levels)


def first_delivery(programme: Mapping[str, Any]) -> int:
    """The first period in which a unit of a programme can deploy; it may lie after the horizon."""
    return int(programme["first_order_period"] + programme["lead_periods"])


def can_deliver(programme: Mapping[str, Any], periods: int) -> bool:
    """Whether a programme can add a unit within the horizon."""
    return programme["min_order"] <= programme["max_units"] and first_delivery(programme) <= periods
