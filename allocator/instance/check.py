"""Checks that involve more than one cell: one function per check, every fault collected.

The checks skip cells that already have a fault and tables that could not be read.
"""

from __future__ import annotations

from collections.abc import Callable

from allocator.instance.check_building import expendable, indefinite, pools, prerequisites
from allocator.instance.check_names import keys, ranges, references
from allocator.instance.check_periods import horizon, overlaps, stances
from allocator.instance.check_rules import (
    caveats,
    collectives,
    commitments,
    conditions,
    framework_nations,
    groups,
    payers,
    something_asked,
)
from allocator.instance.raw import Typed


def check(typed: Typed) -> None:
    """Run every check; faults go to ``typed.faults``."""
    for one in CHECKS:
        one(typed)


CHECKS: tuple[Callable[[Typed], None], ...] = (
    keys,
    references,
    ranges,
    horizon,
    overlaps,
    stances,
    something_asked,
    caveats,
    groups,
    conditions,
    payers,
    collectives,
    framework_nations,
    commitments,
    prerequisites,
    expendable,
    indefinite,
    pools,
)
