"""Which of many small changes help by themselves: changes that do not help together need no solve each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from allocator.explaining.core import Core, Reached, same

Change = TypeVar("Change")

Reach = Callable[[Sequence[Change], float], Reached]
"""The least value with some changes made, which is at least a proved floor."""


def gains(before: Reached, after: Reached) -> bool | None:
    """Whether a value is proved to be lower after a change; None if that is open."""
    if before.value is None or before.bound is None or after.value is None or after.bound is None:
        return None
    if after.value < before.bound and not same(after.value, before.bound):
        return True
    if after.bound >= before.value or same(after.bound, before.value):
        return False
    return False if before.settled and after.settled and same(before.value, after.value) else None


def helpful(
    core: Core, before: Reached, groups: Sequence[Sequence[Change]], reach: Reach[Change]
) -> Iterator[tuple[Change, Reached | None]]:
    """The changes that lower a value if each is made alone, with the value; None as the value if that is open.

    A change only adds plans. If a whole group of changes does not lower the value, none of the group does; otherwise
    the group is halved.
    """
    total, done = sum(map(len, groups)), 0
    waiting = [(group, 0.0) for group in reversed(groups) if group]
    while waiting:
        group, floor = waiting.pop()
        if core.bench.over:
            yield from ((change, None) for change in group)
            continue
        core.progress(f"single changes: {done} of {total} judged")
        found = reach(group, floor)
        gain = gains(before, found)
        if gain is False:
            done += len(group)
        elif len(group) == 1:
            done += 1
            yield group[0], found if gain else None
        else:
            middle = len(group) // 2
            below = floor if found.bound is None else max(floor, found.bound)
            waiting += [(group[middle:], below), (group[:middle], below)]
