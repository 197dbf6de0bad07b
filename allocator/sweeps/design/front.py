r"""What one objective costs in terms of another: the front, by the epsilon-constraint method.

The corners are solved first: one lexicographic solve for every order of the listed objectives. They give the payoff
table, from the best to the worst value of each objective. Then the first objective is minimised, followed by the others
in their order, under every combination of ceilings on the others,

$$\min f_1 \;\text{then}\; f_2, \dots \quad \text{s.t.} \quad f_k(x) \le \varepsilon_k, \qquad
\varepsilon_k \in \{\text{evenly spaced from best to worst}\},$$

so every point is efficient, and no point whose ceilings are on the grid is missed. With three objectives the worst
values of the payoff table may be below the true ones. The worst value therefore gets no ceiling, and nothing is cut
off, but the grid may be coarser there.

Source: Haimes, Lasdon and Wismer (1971), IEEE Transactions on Systems, Man, and Cybernetics 1(3), 296-297; the payoff
table and the lexicographic solves after Mavrotas (2009), Applied Mathematics and Computation 213(2), 455-465.

**Toy.** Gap 0 costs 100 and gap 1 costs nothing. With five ceilings on cost, the corners give 100 and 0, and the gap is
minimised with at most 25, 50 and 75 to spend.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from allocator.errors import BadInput, Fault
from allocator.instance import Instance
from allocator.instance.cells import near, plain, quoted
from allocator.model import OBJECTIVES, Model
from allocator.sweeps.design.parts import Point, counted

if TYPE_CHECKING:
    from allocator.sweeps.run.row import Row

DIGITS = 9
"""Significant digits, and most decimals, of a ceiling; it is rounded up, so that the corner stays below it."""

HELD = 1e-6
"""Times max(1, |value|): how closely a stage holds earlier objectives, and so how exact an objective is."""

SAME = 1e-4
"""Relative: points closer than this in every objective are the same; by default, solves prove no more."""

STEPS = 11
"""Values of each ceiling by default."""


@dataclass(frozen=True)
class Pareto:
    """The front of two or three objectives.

    Attributes
    ----------
    objectives : tuple of str
        In the order given; the first is minimised under ceilings on the others.
    steps : int
        Values of each ceiling, including the best and the worst; with two objectives, the corners give these two.
    rest : tuple of str
        Other objectives that the model lists; minimised last.
    limits : mapping
        The model's own limits.
    """

    objectives: tuple[str, ...]
    steps: int = STEPS
    rest: tuple[str, ...] = ()
    limits: Mapping[str, float] = field(default_factory=dict, hash=False)
    tolerance: float = 0.0
    kind: str = field(default="pareto", init=False)

    @property
    def size(self) -> int:
        """Greatest number of points."""
        corners = math.factorial(len(self.objectives))
        return corners + (self.steps - 2 if len(self.objectives) == 2 else self.steps**2 - 1)

    @property
    def title(self) -> str:
        """One line for people."""
        names = f"{', '.join(self.objectives[:-1])} and {self.objectives[-1]}"
        return f"front of {names}: at most {self.size:,} points"

    def rounds(self) -> Generator[list[Point], Sequence[Row], None]:
        """The corners, then the points between them."""
        rows = yield [self._point(order, {}) for order in itertools.permutations(self.objectives)]
        payoff = [row.values for row in rows if row.found and row.values]
        if not payoff:
            return
        ceilings = [self._ceilings([values[name] for values in payoff]) for name in self.objectives[1:]]
        points = [
            self._point(
                self.objectives, {k: v for k, v in zip(self.objectives[1:], chosen, strict=True) if v is not None}
            )
            for chosen in itertools.product(*ceilings)
            if any(value is not None for value in chosen)
        ]
        if points:
            yield points

    def front(self, rows: Iterable[Row]) -> list[Row]:
        """The rows that no other row beats, in the order of the first objective.

        A row is left out if another is at least as good in every objective, within the precision of a stage
        (:data:`HELD`), or if a row that is kept is the same in every objective, within that and the precision of a
        solve (:data:`SAME`).
        """
        kept: list[tuple[tuple[float, ...], Row]] = []
        found = [(self._values(row), row) for row in rows if row.found]
        for values, row in sorted(found, key=lambda pair: pair[0]):
            if not any(_at_least_as_good(other, values) or _same(other, values) for other, _ in kept):
                kept = [(other, r) for other, r in kept if not _at_least_as_good(values, other)]
                kept.append((values, row))
        return [row for _, row in kept]

    def _values(self, row: Row) -> tuple[float, ...]:
        assert row.values is not None
        return tuple(row.values[name] for name in self.objectives)

    def _ceilings(self, values: list[float]) -> list[float | None]:
        """Ceilings on one objective; None (no ceiling) in place of the worst."""
        best, worst = min(values), max(values)
        if worst - best <= HELD * max(1.0, abs(worst)):
            return [None]
        first = 1 if len(self.objectives) == 2 else 0  # two objectives: the second corner is the answer at the best
        steps = range(first, self.steps - 1)
        return [*dict.fromkeys(rounded_up(best + (worst - best) * step / (self.steps - 1)) for step in steps), None]

    def _point(self, order: tuple[str, ...], ceilings: Mapping[str, float]) -> Point:
        inputs = {"minimise": ",".join(order), **{f"{name}<=": ceilings.get(name) for name in self.objectives[1:]}}
        overrides = [f"model.objectives={','.join((*order, *self.rest))}"]
        limits = {**self.limits}
        for name, most in ceilings.items():
            limits[name] = min(most, limits.get(name, math.inf))
        if ceilings:
            overrides.append("model.limits=" + ",".join(f"{name}<={plain(most)}" for name, most in limits.items()))
        if self.tolerance:
            overrides.append("model.tolerance=0")
        return Point(inputs, tuple(overrides))


def pareto(instance: Instance, model: Model, objectives: Sequence[str], steps: int = STEPS) -> Pareto:
    """The front of two or three objectives.

    The model's tolerance is set to 0, because the front itself shows what earlier objectives give up for later ones.

    Parameters
    ----------
    instance, model
        The base; the model's limits apply to the whole front.
    objectives : sequence of str
        Two or three, each once; the first is minimised under ceilings on the others.
    steps : int
        Values of each ceiling from the best to the worst, both included.

    Raises
    ------
    BadInput
        With every fault.
    """
    place = f"--pareto {','.join(objectives)}"
    faults = []
    for at, name in enumerate(objectives):
        if name not in OBJECTIVES:
            expected = f"one of {', '.join(OBJECTIVES)}{near(name, OBJECTIVES)}"
            faults.append(Fault(place, None, None, quoted(name), expected))
        elif name in objectives[:at]:
            faults.append(Fault(place, None, None, f"{name} a second time", "each objective once"))
    if not 2 <= len(objectives) <= 3:
        faults.append(Fault(place, None, None, counted(len(objectives), "objective"), "two or three"))
    if steps < 2:
        faults.append(Fault(place, None, None, f"steps {steps}", "at least 2, the best and the worst value"))
    for name in ("burden", "imbalance"):
        if name in objectives and all(row["gdp"] is None for row in instance.rows("nations")):
            faults.append(Fault(place, None, None, f"{name}, which is 0 everywhere", "a nation with a gdp"))
    if faults:
        raise BadInput(faults)
    rest = tuple(name for name in model.objectives if name not in objectives)
    return Pareto(tuple(objectives), steps, rest, dict(model.limits), model.tolerance)


def rounded_up(number: float) -> float:
    """A number of nine significant digits, and nine decimals at most, that is at least the given one."""
    exact = Decimal(repr(max(number, 0.0)))
    digit = Decimal(1).scaleb(max(exact.adjusted() - DIGITS + 1, -DIGITS))
    return float(exact.quantize(digit, rounding=ROUND_CEILING))


def _at_least_as_good(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(a <= b + HELD * max(1.0, abs(b)) for a, b in zip(one, other, strict=True))


def _same(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(abs(a - b) <= HELD * max(1.0, abs(b)) + SAME * abs(b) for a, b in zip(one, other, strict=True))
