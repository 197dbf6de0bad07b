"""Asks the points of a part and answers them by a function, so that designs are tested without a solve."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from allocator.sweeps.design.parts import Part, Point
from allocator.sweeps.run.row import Row


def row(
    point: Point,
    status: str = "optimal",
    members: Iterable[str] = (),
    values: Mapping[str, float] | None = None,
    **measures: float,
) -> Row:
    """A row as a solve would leave it, proved to the last digit."""
    stages = tuple((name, value, value) for name, value in (values or {}).items())
    return Row(point, "", status, stages=stages, values=values or {}, measures=measures, members=tuple(members))


def ask(part: Part, answer: Callable[[Point], Row]) -> tuple[list[Row], list[int]]:
    """All rows of a part, and how many points each round had."""
    rounds = part.rounds()
    rows, sizes = [], []
    points = next(rounds)
    while True:
        batch = [answer(point) for point in points]
        rows += batch
        sizes.append(len(batch))
        try:
            points = rounds.send(batch)
        except StopIteration:
            assert sum(found.point.in_answer for found in rows) <= part.size
            return rows, sizes


def points(part: Part) -> list[Point]:
    """The points of a part that asks once."""
    (batch,) = list(part.rounds())
    assert len(batch) == part.size
    return batch
