"""Where an answer changes: bisection finds the value of a key at which a condition starts or stops holding.

Bisection assumes that the condition changes once between the ends. If it changes more often, bisection finds one of the
changes; if the number of changes is even, it may find none.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from allocator.errors import BadInput, Fault
from allocator.instance import Instance
from allocator.instance.cells import Unfit, convert, plain
from allocator.instance.columns import Column
from allocator.model import Model
from allocator.sweeps.design.axes import Axis, Wrong, column, parted, spaced, span, tried, value
from allocator.sweeps.design.condition import Condition, conditions
from allocator.sweeps.design.figures import figures
from allocator.sweeps.design.parts import Point
from allocator.wording import percent

if TYPE_CHECKING:
    from allocator.sweeps.run.row import Row

PARTS = 1000
"""Parts of the range; without a tolerance, the threshold is narrowed down to one part."""

MOST_PARTS = 10**6

CHANGES, EVERYWHERE, NOWHERE, OPEN = "changes", "holds at both ends", "holds at neither end", "not settled"
"""Outcomes of a threshold."""

ASSUMED = "if the condition changes once between the ends"


@dataclass(frozen=True)
class Found:
    """The result of a threshold.

    Attributes
    ----------
    condition, over : str
        The question: the condition and the key.
    outcome : str
        ``changes``, ``holds at both ends``, ``holds at neither end``, or ``not settled`` (the solve at ``open_at``
        ended without proof, or values are missing).
    holds_at, fails_at : int, float or None
        The closest values found at which the condition holds and does not hold.
    open_at : int, float or None
    solves : int
        Number of values at which the answer was computed.
    text : str
        The result in one sentence.
    """

    condition: str
    over: str
    outcome: str
    holds_at: int | float | None
    fails_at: int | float | None
    open_at: int | float | None
    solves: int
    text: str

    def to_dict(self) -> dict[str, Any]:
        """The result as plain values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class Threshold:
    """A condition, and the range of a key in which its change is searched.

    The range is divided into ``parts``. The search looks for two values at most ``close`` parts apart, one that meets
    the condition and one that does not.
    """

    condition: Condition
    axis: Axis
    low: Fraction
    high: Fraction
    parts: int
    close: int = 1
    kind: str = field(default="threshold", init=False)

    @property
    def size(self) -> int:
        """Greatest number of points."""
        return 2 + math.ceil(math.log2(math.ceil(self.parts / self.close)))

    @property
    def title(self) -> str:
        """One line for people."""
        ends = f"{spaced(self.low, self.high, 0, 1)} to {spaced(self.low, self.high, 1, 1)}"
        return f"threshold of {self.condition.text} over {self.axis.label} from {ends}"

    def rounds(self) -> Generator[list[Point], Sequence[Row], None]:
        """Both ends, then one value after the other."""
        truths: dict[int, bool | None] = {}
        steps = [0, self.parts]
        while steps:
            rows = yield [self._point(step) for step in steps]
            truths.update({step: self.condition.truth(row) for step, row in zip(steps, rows, strict=True)})
            steps = self._next(truths)

    def answer(self, rows: Iterable[Row]) -> Found:
        """The result of the rows, in any order."""
        rows = list(rows)
        truths = {self._step(row.point.inputs[self.axis.label]): self.condition.truth(row) for row in rows}
        low, high = _bracket(truths, self.parts)
        ends = [truths.get(0), truths.get(self.parts)]
        holds = next((self._value(step) for step in (low, high) if truths.get(step) is True), None)
        fails = next((self._value(step) for step in (low, high) if truths.get(step) is False), None)
        unproved = next((self._value(step) for step, truth in sorted(truths.items()) if truth is None), None)
        what, over = self.condition.text, self.axis.label
        at = f"{over} = {self._value(0)} and {self._value(self.parts)}"
        if unproved is not None or None in ends or self._next(truths):
            outcome, text = OPEN, f"{what} over {over} is not settled: "
            text += "values are missing" if unproved is None else f"the solve at {unproved} ended without proof"
            text += f"; it holds at {holds} and not at {fails}" if None not in (holds, fails) else ""
        elif ends == [True, True]:
            outcome, text = EVERYWHERE, f"{what} holds at both ends: {at}{self._reached(rows)}"
        elif ends == [False, False]:
            outcome, text = NOWHERE, f"{what} holds at neither end: {at}{self._reached(rows)}"
        else:
            outcome, text = CHANGES, f"{what} holds at {over} = {holds} and not at {fails}, {ASSUMED}"
        return Found(what, over, outcome, holds, fails, unproved, len(rows), text)

    def _reached(self, rows: Sequence[Row]) -> str:
        """What the measure is at the two ends, in words; empty if it is not known at one of them."""
        ends = {self._step(row.point.inputs[self.axis.label]): row for row in rows}
        said = []
        for step in (0, self.parts):
            row, measure = ends[step], self.condition.measure
            figure = (row.measures or {}).get(measure) if row.status == "optimal" else None
            if figure is None and row.status != "infeasible":
                return ""
            said.append("no plan" if figure is None else percent(figure) if _share(measure) else f"{figure:,.6g}")
        return f" ({self.condition.measure} there: {said[0]} and {said[1]})"

    def _next(self, truths: Mapping[int, bool | None]) -> list[int]:
        """The middle of the interval in which the truth changes; empty if that is settled or open."""
        low, high = _bracket(truths, self.parts)
        if None in truths.values() or truths.get(low) == truths.get(high) or high - low <= self.close:
            return []
        return [(low + high) // 2]

    def _text(self, step: int) -> str:
        return spaced(self.low, self.high, step, self.parts)

    def _value(self, step: int) -> int | float:
        number = value(self._text(step))
        assert isinstance(number, int | float)
        return number

    def _step(self, number: int | float) -> int:
        return round((Fraction(number) - self.low) / (self.high - self.low) * self.parts)

    def _point(self, step: int) -> Point:
        return Point({self.axis.label: self._value(step)}, self.axis.settings(self._text(step)))


def threshold(instance: Instance, model: Model, condition: str, over: str, tolerance: float | None = None) -> Threshold:
    """A threshold to search for.

    Parameters
    ----------
    instance, model
        The base.
    condition : str
        ``MEASURE>=VALUE`` or ``MEASURE<=VALUE``.
    over : str
        ``KEY=LO:HI`` (or ``*=``, ``+=``, ``-=``), or a figure with a range (then that range is used).
    tolerance : float, optional
        Greatest distance between the value that meets the condition and the one that does not; by default a thousandth
        of the range, or one unit of a whole-number column.

    Raises
    ------
    BadInput
        With every fault.
    """
    faults: list[Fault] = []
    wanted: list[Condition] = []
    place = f"--over {over}"
    try:
        wanted = conditions(instance, model, [condition], "--threshold")
    except BadInput as bad:
        faults += bad.faults
    try:
        axis, low, high = _over(instance, over)
        ends = (spaced(low, high, 0, 1), spaced(low, high, 1, 1))
        axis = Axis(over, axis.keys, axis.operator, ends)
        wrong, notes = tried(instance, model, axis, axis.values, place)
        faults += wrong
        parts, close = _parts(axis, low, high, tolerance)
        if _whole(axis) and (axis.operator == "*=" or parts != abs(high - low)):
            notes = (f"{axis.label}: fractions in a column of whole numbers are rounded down",)
        axis = Axis(over, axis.keys, axis.operator, ends, notes)
    except BadInput as bad:
        faults += bad.faults
    except Wrong as wrong:
        faults.append(Fault(place, None, None, *wrong.args))
    if faults:
        raise BadInput(faults)
    return Threshold(wanted[0], axis, low, high, parts, close)


def _over(instance: Instance, text: str) -> tuple[Axis, Fraction, Fraction]:
    axis = parted(text)
    if axis is not None:
        return axis, *span(text[len(",".join(axis.keys)) + len(axis.operator) :])
    found = figures(instance, [text])
    if len(found) > 1:
        keys = ", ".join(figure.key for figure in found[:4]) + (", ..." if len(found) > 4 else "")
        raise Wrong(f"{len(found)} figures", f"one of them ({keys}), or KEY=LO:HI")
    return Axis(text, (found[0].key,), "="), Fraction(plain(found[0].low)), Fraction(plain(found[0].high))


def _parts(axis: Axis, low: Fraction, high: Fraction, tolerance: float | None) -> tuple[int, int]:
    """Number of parts of the range, and number of parts in the tolerance."""
    if tolerance is not None:
        try:
            convert(Column("", "", "number", above=0), tolerance, True)
        except Unfit as unfit:
            raise Wrong(f"a tolerance of {tolerance:g}", unfit.args[0]) from None
    width = abs(high - low)
    whole_ends = low.denominator == high.denominator == 1
    if _whole(axis) and axis.operator == "=" and not whole_ends:
        raise Wrong("a whole-number column", "whole ends")
    if _whole(axis) and axis.operator != "*=" and whole_ends:
        return int(width), max(1, math.floor(tolerance or 1))
    parts = PARTS if tolerance is None else math.ceil(width / Fraction(tolerance))
    if parts > MOST_PARTS:
        raise Wrong(
            f"a tolerance of {tolerance:g}", f"at least {float(width / MOST_PARTS):g}, a millionth of the range"
        )
    return parts, 1


def _whole(axis: Axis) -> bool:
    """Whether a key sets a column of whole numbers."""
    return any(found is not None and found.kind == "whole" for found in map(column, axis.keys))


def _share(measure: str) -> bool:
    """Whether a measure is a share of what is asked."""
    return measure.partition(".")[0] in ("coverage", "unmet", "gap", "worst_period")


def _bracket(truths: Mapping[int, bool | None], parts: int) -> tuple[int, int]:
    """The closest neighbours between which the truth changes; otherwise the ends."""
    steps = sorted(step for step, truth in truths.items() if truth is not None)
    for low, high in itertools.pairwise(steps):
        if truths[low] != truths[high]:
            return low, high
    return 0, parts
