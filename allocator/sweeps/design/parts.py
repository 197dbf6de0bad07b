"""Points, and the questions of a sweep that need them: a grid, coalitions, one figure at a time."""

from __future__ import annotations

import itertools
import math
import re
from collections import defaultdict
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from allocator.errors import BadInput, Fault
from allocator.instance import Instance
from allocator.instance.coalition import members
from allocator.model import Model
from allocator.sweeps.design.axes import Axis, axes, value
from allocator.sweeps.design.figures import Figure, figures

if TYPE_CHECKING:
    from allocator.sweeps.run.row import Row

LOOSENED_BY = {
    ("acquisitions", "max_units"): "high",
    ("acquisitions", "min_order"): "low",
    ("budgets", "amount"): "high",
    ("commitments", "at_least"): "low",
    ("commitments", "at_most"): "high",
    ("force_changes", "change"): "high",
    ("forces", "availability"): "high",
    ("forces", "home_units"): "low",
    ("forces", "min_units"): "low",
    ("forces", "units"): "high",
    ("industry", "capacity"): "high",
    ("industry", "expansion"): "high",
    ("industry", "max_expansions"): "high",
    ("joint_purchases", "min_nations"): "low",
    ("nations", "troop_ceiling"): "high",
    ("prerequisites", "share"): "low",
    ("requirements", "max_gap"): "high",
    ("tasks", "framework_share"): "low",
    ("unit_types", "rotation_ratio"): "low",
}
"""Columns where one end of the range allows all that the base allows, and most figures change nothing."""

FEW = 3
"""Fewest figures that are worth loosening together."""

EVERYONE, EACH_GROUP = "all", "groups"
"""Special coalitions: everyone, and each group of the instance in turn."""


@dataclass(frozen=True)
class Point:
    """One point of a sweep.

    Attributes
    ----------
    inputs : mapping
        The varied values: columns of the table of results.
    overrides : tuple of str
        ``KEY=VALUE``, as for :func:`allocator.solve`.
    case, coalition
        As for :func:`allocator.solve`.
    released : tuple of (row, period)
        Promises that no longer hold, see :mod:`allocator.withdrawal`.
    weight : int
        Number of draws with this point; 1 if nothing is drawn.
    in_answer : bool
        True if it is part of the answer; otherwise it is solved only because it proves something about others.
    """

    inputs: Mapping[str, Any]
    overrides: tuple[str, ...] = ()
    case: str = "base"
    coalition: str | None = None
    released: tuple[tuple[int, int], ...] = ()
    weight: int = 1
    in_answer: bool = True


class Part(Protocol):
    """One question of a sweep."""

    @property
    def kind(self) -> str:
        """``grid``, ``one-at-a-time``, ``lhs``, ``sobol``, ``morris``, ``pareto``, ``politics`` or ``threshold``."""

    @property
    def title(self) -> str:
        """One line for people."""

    @property
    def size(self) -> int:
        """Greatest number of points."""

    def rounds(self) -> Generator[list[Point], Sequence[Row], None]:
        """Batches of points; the caller sends back the rows of each in the same order."""


@dataclass(frozen=True)
class Grid:
    """All combinations of the values of some keys, and of coalitions."""

    axes: tuple[Axis, ...]
    coalitions: tuple[str, ...] = ()
    kind: str = field(default="grid", init=False)

    @property
    def size(self) -> int:
        """Number of points."""
        return math.prod(len(axis.values) for axis in self.axes) * max(1, len(self.coalitions))

    @property
    def title(self) -> str:
        """One line for people."""
        over = [counted(len(self.axes), "key")] if self.axes else []
        over += [counted(len(self.coalitions), "coalition")] if self.coalitions else []
        return f"grid of {counted(self.size, 'point')} over {' and '.join(over)}"

    def rounds(self) -> Generator[list[Point], Sequence[Row], None]:
        """All points at once; the last key changes fastest, coalitions change slowest."""
        combinations = itertools.product(self.coalitions or [None], *(axis.values for axis in self.axes))
        yield [self._point(coalition, values) for coalition, *values in combinations]

    def _point(self, coalition: str | None, values: Sequence[str | None]) -> Point:
        inputs: dict[str, Any] = {} if coalition is None else {"coalition": coalition}
        overrides: list[str] = []
        for axis, text in zip(self.axes, values, strict=True):
            assert text is not None
            inputs[axis.label] = value(text)
            overrides += axis.settings(text)
        return Point(inputs, tuple(overrides), coalition=None if coalition == EVERYONE else coalition)


def grid(instance: Instance, model: Model, varies: Sequence[str] = (), listed: Sequence[str] = ()) -> Grid:
    """All combinations of the varied values, each with every coalition.

    Parameters
    ----------
    instance, model
        The base.
    varies : sequence of str
        ``KEY=a,b,c`` or ``KEY=LO:HI:N``, see :mod:`allocator.sweeps.design.axes`.
    listed : sequence of str
        See :func:`coalitions`.

    Raises
    ------
    BadInput
        Lists every fault of every key, value and coalition; each value is tried alone.
    """
    faults: list[Fault] = []
    found: tuple[Axis, ...] = ()
    names: list[str] = []
    try:
        found = axes(instance, model, varies)
    except BadInput as bad:
        faults += bad.faults
    try:
        names = coalitions(instance, listed)
    except BadInput as bad:
        faults += bad.faults
    if not varies and not listed:
        faults.append(Fault("grid", None, None, "nothing to vary", "at least one key or coalition"))
    if faults:
        raise BadInput(faults)
    return Grid(found, tuple(names))


def coalitions(instance: Instance, listed: Sequence[str]) -> list[str]:
    """The coalitions of a sweep.

    Parameters
    ----------
    instance : Instance
    listed : sequence of str
        Each as for ``--coalition``; or ``all`` for everyone, or ``groups`` for each group of the instance in turn (a
        group that is also listed by name is used once).

    Raises
    ------
    BadInput
        With every fault of every text.
    """
    groups = list(dict.fromkeys(row["group"] for row in instance.rows("groups")))
    found: dict[str, None] = {}
    faults: list[Fault] = []
    for at, text in enumerate(listed):
        place = f"--coalitions {text}"
        if text in listed[:at]:
            faults.append(Fault(place, None, None, "it a second time", "each coalition once"))
        elif text == EACH_GROUP:
            found.update(dict.fromkeys(groups))
            if not groups:
                faults.append(Fault(place, None, None, "no groups in the instance", "coalitions by name"))
        else:
            found[text] = None
            try:
                if text != EVERYONE:
                    members(instance, text)
            except BadInput as bad:
                faults += [replace(fault, place=place) for fault in bad.faults]
    if faults:
        raise BadInput(faults)
    return list(found)


_NAMED = re.compile(r"(nation|unit_type|task)=(\w+)")


@dataclass(frozen=True)
class OneAtATime:
    """Each figure at its low and its high end, the others at base; the base comes first.

    Most figures do not change the answer. So many figures of one column are loosened together first: those of units
    that the base deploys, and those of units that it does not. If that leaves the answer unchanged, so does each figure
    alone, and none of them is solved.
    """

    instance: Instance = field(repr=False, compare=False)
    figures: tuple[Figure, ...]
    kind: str = field(default="one-at-a-time", init=False)

    @property
    def size(self) -> int:
        """Number of points."""
        return len(self._points())

    @property
    def title(self) -> str:
        """One line for people."""
        return f"{counted(len(self.figures), 'figure')} one at a time: {counted(self.size, 'point')}"

    def rounds(self) -> Generator[list[Point], Sequence[Row], None]:
        """The base, the figures loosened together, then all ends."""
        base, *ends = self._points()
        (row,) = yield [base]
        together = self._loosened(ends, row) if row.found else []
        if together:
            yield [Point({}, tuple(s for p in points for s in p.overrides), in_answer=False) for points in together]
        if ends:
            yield ends

    def _loosened(self, ends: Sequence[Point], base: Row) -> list[list[Point]]:
        """Groups of ends of one column that allow all that the base allows and can be set together."""
        column = {figure.key: (figure.table, figure.column) for figure in self.figures}
        deployed = [set(zip(("nation", "unit_type", "task"), row[:3], strict=True)) for row in base.deployments]
        found: dict[tuple[tuple[str, str], bool], list[Point]] = defaultdict(list)
        for point in ends:
            key = point.inputs["figure"]
            if LOOSENED_BY.get(column[key]) == point.inputs["end"]:
                named = set(_NAMED.findall(key))
                found[column[key], any(named <= row for row in deployed)].append(point)
        return [points for points in found.values() if len(points) >= FEW and self._sound(points)]

    def _sound(self, points: list[Point]) -> bool:
        """Whether the instance is valid with all of them together."""
        try:
            self.instance.override(*(setting for point in points for setting in point.overrides))
        except BadInput:
            return False
        return True

    def _points(self) -> list[Point]:
        points = [Point({"figure": None, "end": "base", "value": None})]
        for figure in self.figures:
            for end, number in (("low", figure.low), ("high", figure.high)):
                if number != figure.base:
                    points.append(Point({"figure": figure.key, "end": end, "value": number}, (figure.setting(number),)))
        return points


def one_at_a_time(instance: Instance, named: Sequence[str] = ()) -> OneAtATime:
    """Each uncertain figure from its low to its high end, the others at base.

    Parameters
    ----------
    instance : Instance
    named : sequence of str
        As in :func:`allocator.sweeps.design.figures.figures`; all by default.

    Raises
    ------
    BadInput
        A name has no figure with a range, or the instance has none.
    """
    return OneAtATime(instance, tuple(ranged(instance, named, "--one-at-a-time")))


def ranged(instance: Instance, named: Sequence[str], place: str) -> list[Figure]:
    """The uncertain figures, at least one.

    Raises
    ------
    BadInput
    """
    found = figures(instance, named)
    if not found:
        raise BadInput(
            [Fault(place, None, None, f"no figure with a range in {instance.name}", "_low or _high columns")]
        )
    return found


def counted(number: int, word: str) -> str:
    """``1 point``, ``1,200 points``."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
