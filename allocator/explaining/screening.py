"""Which of many small changes help by themselves: changes that do not help together need no solve each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from allocator.explaining.core import Core, Part, Reached, same
from allocator.explaining.statements import WILLING, Statement

Change = TypeVar("Change")

Reach = Callable[[Sequence[Change], float, float], Reached]
"""The least value with some changes made, which is at least a proved floor; the last number is the most seconds."""

LETTING = (WILLING, "caveats")
"""Kinds of statement that say only who may deploy."""

TOGETHER = 1.0
"""Most seconds of a solve with several changes, which only has to show that some of them may help."""

SLACK = 3
"""How many times its part of the time left a solve may take: most need less."""


def gains(before: Reached, after: Reached) -> bool | None:
    """Whether a value is proved to be lower after a change; None if that is open."""
    if before.value is None or before.bound is None or after.value is None or after.bound is None:
        return None
    if after.value < before.bound and not same(after.value, before.bound):
        return True
    if after.bound >= before.value or same(after.bound, before.value):
        return False
    return False if before.settled and after.settled and same(before.value, after.value) else None


def grouped(core: Core, changes: Sequence[Change], of: Callable[[Change], Statement]) -> list[list[Change]]:
    """The changes of each nation, those that only let it join or send more apart; last those of no nation."""
    nations = [*(row["nation"] for row in core.instance.rows("nations")), ""]
    groups: dict[tuple[str, bool], list[Change]] = {(n, lets): [] for n in nations for lets in (True, False)}
    for change in changes:
        groups[of(change).nation, of(change).kind in LETTING].append(change)
    return list(groups.values())


def idle(core: Core, lifted: Sequence[Statement]) -> bool:
    """Whether lifting statements lets nobody deploy anything more: then nothing changes, and no solve is needed.

    Where risk comes first, a stance counts by its height too.
    """
    if any(statement.kind not in LETTING for statement in lifted):
        return False
    after = core.bench.read(*core.lifted(lifted))
    risky = core.model.objectives[0] == "risk" and after.willingness != core.problem.willingness
    return after.cap == core.problem.cap and not risky


def helpful(
    core: Core, before: Reached, groups: Sequence[Sequence[Change]], reach: Reach[Change],
    of: Callable[[Change], Statement],
) -> Iterator[tuple[Change, Reached | None]]:  # fmt: skip
    """The changes that lower a value if each is made alone, with the value; None as the value if that is open.

    A change only adds plans. If a whole group of changes does not lower the value, none of the group does; otherwise
    the group is halved. ``of`` gives the statement of a change.
    """
    total, done = sum(map(len, groups)), 0
    waiting = [(group, 0.0) for group in reversed(groups) if group]
    while waiting:
        group, floor = waiting.pop()
        if core.bench.over:
            yield from ((change, None) for change in group)
            continue
        if idle(core, [of(change) for change in group]):
            done += len(group)
            continue
        core.progress(f"single changes: {done} of {total} judged")
        limit = core.bench.patience if len(group) == 1 else TOGETHER
        if core.bench.deadline is not None:
            left = core.bench.deadline - time.monotonic()
            limit = min(limit, SLACK * left / (len(waiting) + len(group)))
        found = reach(group, floor, limit)
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


def best_first(
    core: Core, before: Reached, changes: Sequence[Change], reach: Reach[Change], of: Callable[[Change], Statement],
    part: Part, kind: str,
) -> list[tuple[Change, Reached, float]]:  # fmt: skip
    """The changes that lower a value if each is made alone, with what it becomes and the gain; the best first.

    What is open is added to the part as ``kind`` and the statement.
    """
    found: list[tuple[Change, Reached, float]] = []
    for change, after in helpful(core, before, grouped(core, changes, of), reach, of):
        if after is None:
            part.open.append(f"{kind} {of(change).id}")
            continue
        assert before.value is not None
        assert after.value is not None
        found.append((change, after, before.value - after.value))
    return sorted(found, key=lambda each: (-round(each[2], 9), changes.index(each[0])))
