"""What changes from one solved case to another: lines of the statement, and who comes, leaves, moves or orders."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocator.naming import Names
from allocator.plan.measures import EVERYWHERE, FOR_ALL
from allocator.wording import counted, percent

if TYPE_CHECKING:
    from allocator.comparison import Column

MET_WITHIN = 1e-6
"""A line counts as met if at most this share of it is unmet."""


@dataclass(frozen=True)
class LineChange:
    """A line of which another share is unmet: mean of the periods, and in the worst of them, before and after."""

    task: str
    capability: str
    before: float
    after: float
    worst_before: float
    worst_after: float
    kind: str = "line"

    def text(self, names: Names) -> str:
        """The change in words."""
        name = f"{names.of('tasks', self.task)}, {names.of('capabilities', self.capability)}"
        then, now = missing(self.before, self.worst_before), missing(self.after, self.worst_after)
        if self.before <= MET_WITHIN:
            return f"newly unmet: {name}, {now} of it"
        if self.after <= MET_WITHIN:
            return f"newly met: {name}, {then} of it was missing"
        return f"{'more' if self.after > self.before else 'less'} unmet: {name}, {now} instead of {then}"


@dataclass(frozen=True)
class Move:
    """A nation that comes in, leaves, or sends other units.

    Attributes
    ----------
    how : str
        ``comes in``, ``leaves`` or ``moves``.
    posts : tuple of (int, str, str)
        Units more or fewer, unit type, task (empty for units that supply all tasks alike).
    people : int
        People that move, with which the largest moves come first.
    peak : bool
        Whether the units are the most at once of several periods.
    """

    nation: str
    how: str
    posts: tuple[tuple[int, str, str], ...]
    people: int
    peak: bool
    kind: str = "move"

    def text(self, names: Names) -> str:
        """The change in words."""
        posts = "; ".join(
            f"{counted(more, names.of('unit_types', unit), '+')}, {place(names, task)}"
            for more, unit, task in self.posts
        )
        how = "sends other units" if self.how == "moves" else self.how
        return f"{names.of('nations', self.nation)} {how}: {posts}{' (most at once)' if self.peak else ''}"


def place(names: Names, task: str) -> str:
    """The name of a task, or that units are there for all tasks alike."""
    return FOR_ALL if task == EVERYWHERE else names.of("tasks", task)


@dataclass(frozen=True)
class OrderChange:
    """A nation that orders more or fewer units."""

    nation: str
    unit_type: str
    units: int
    kind: str = "order"

    def text(self, names: Names) -> str:
        """The change in words."""
        units = counted(self.units, names.of("unit_types", self.unit_type), "+")
        return f"{names.of('nations', self.nation)} orders {units}"


Change = LineChange | Move | OrderChange


def differences(first: Column, column: Column) -> list[Change]:
    """Changes from one case to another: lines first, then moves, the largest first, then orders; none without plans."""
    if not (first.plan.found and column.plan.found):
        return []
    return [*_lines(first, column), *_moves(first, column), *_orders(first, column)]


def missing(mean: float, worst: float) -> str:
    """The unmet share of a line, and that of its worst period if the two differ."""
    most = f" (in the worst period {percent(worst, 0)})" if worst - mean > MET_WITHIN else ""
    return f"{percent(mean, 0)}{most}"


def _lines(first: Column, column: Column) -> list[LineChange]:
    changes = []
    for line, short in column.unmet.items():
        before = first.unmet.get(line)
        if before is not None and abs(short - before) > MET_WITHIN:
            changes.append(LineChange(*line, before, short, first.worst[line], column.worst[line]))
    return changes


def _moves(first: Column, column: Column) -> list[Move]:
    people = {
        row["unit_type"]: row["personnel"] for case in (first, column) for row in case.plan.instance.rows("unit_types")
    }
    changed: defaultdict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for post in sorted({*first.posts, *column.posts}):
        more = column.posts.get(post, 0) - first.posts.get(post, 0)
        if more:
            nation, unit, task = post
            changed[nation].append((more, unit, task))
    here, there = ({nation for nation, _, _ in posts} for posts in (column.posts, first.posts))
    peak = max(c.plan.instance.periods for c in (first, column)) > 1
    moves = []
    for nation, posts in changed.items():
        how = "comes in" if nation not in there else "leaves" if nation not in here else "moves"
        weight = sum(abs(more) * people[unit] for more, unit, _ in posts)
        moves.append(Move(nation, how, tuple(posts), weight, peak))
    return sorted(moves, key=lambda move: (-move.people, move.nation))


def _orders(first: Column, column: Column) -> list[OrderChange]:
    more = {key: column.orders.get(key, 0) - first.orders.get(key, 0) for key in {**first.orders, **column.orders}}
    return [OrderChange(nation, unit, count) for (nation, unit), count in sorted(more.items()) if count]
