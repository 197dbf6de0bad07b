"""The statement of requirements: its rows, given or implied, and what a shortfall counts in the gap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from allocator.exact import exact
from allocator.instance import Instance

THEATRE = "*"
"""Replaces the task of an implied theatre row, which belongs to no single task."""


@dataclass(frozen=True)
class Row:
    """One row of the statement of requirements, given or implied.

    ``task`` is ``THEATRE`` for an implied theatre row; ``quantity`` is in units of the capability; ``weight`` is the
    row's priority times the objective's, or 0 for a row that does not count in the gap. ``core`` is the part of the
    quantity of which a unit counts ``core_weight`` times in the gap; 0 if all units count the same.
    """

    task: str
    capability: str
    quantity: Fraction
    max_gap: Fraction
    weight: Fraction
    periods: tuple[int, ...]
    theatre: bool
    given: bool
    core: Fraction = Fraction(0)
    core_weight: Fraction = Fraction(1)

    @property
    def place(self) -> str:
        """Where it is supplied: its task, or ``*`` for the theatre."""
        return THEATRE if self.theatre else self.task

    def counted(self, shortfall: Fraction) -> Fraction:
        """A shortfall as the gap counts it, with the core first: the last units missing are those of the core."""
        if not self.core:
            return shortfall
        return shortfall + (self.core_weight - 1) * max(Fraction(0), shortfall - (self.quantity - self.core))

    @property
    def whole(self) -> Fraction:
        """What counts if nothing is met."""
        return self.counted(self.quantity)


def weighed(rows: Iterable[Row]) -> list[tuple[Row, Fraction]]:
    """Rows, each with what one missing unit (not of its core) in one period adds to their mean unmet share."""
    counted = [row for row in rows if row.weight]
    total = sum(row.weight for row in counted)
    return [(row, row.weight / (total * row.whole * len(row.periods))) for row in counted]


def given_rows(instance: Instance, objective_of: Mapping[str, str], theatre: Collection[str]) -> list[Row]:
    """The rows of the table, in its order."""
    priority = {row["objective"]: exact(row["priority"]) for row in instance.rows("objectives")}
    rows = []
    for row in instance.rows("requirements"):
        quantity, share, weight = exact(row["quantity"]), exact(row["core_share"]), exact(row["core_weight"])
        core = share * quantity if share < 1 and weight > 1 else Fraction(0)  # if all is core, nothing is special
        rows.append(
            Row(
                row["task"],
                row["capability"],
                quantity,
                exact(row["max_gap"]),
                exact(row["priority"]) * priority[objective_of[row["task"]]] if quantity else Fraction(0),
                tuple(range(row["first_period"], row["last_period"] + 1)),
                row["capability"] in theatre,
                True,
                core,
                weight if core else Fraction(1),
            )
        )
    return rows


def implied_rows(
    given: list[Row], consumed: list[str], active: Mapping[str, range], theatre: Collection[str], periods: range
) -> list[Row]:
    """Rows of quantity 0 where units may consume a capability and no given row stands."""
    covered: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row in given:
        covered[row.place, row.capability].update(row.periods)
    anywhere = [t for t in periods if any(t in here for here in active.values())]
    zero = Fraction(0)
    implied = []
    for capability in consumed:
        wide = capability in theatre
        for place in [THEATRE] if wide else active:
            there = anywhere if wide else active[place]
            left = tuple(t for t in there if t not in covered[place, capability])
            if left:
                implied.append(Row(place, capability, zero, zero, zero, left, wide, False))
    return implied
