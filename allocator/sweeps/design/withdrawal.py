r"""Who withdraws: draws of the nations' moods, and their effect on the answer.

In each draw every nation has one mood $u_n$, uniform between 0 and 1, and stays with an objective in a period if the
mood is at most its willingness then:

$$ n \text{ stays with } o \text{ in } t \iff u_n \le \text{willingness}[n,o,t], $$

so the probability that a stance holds is its willingness, and a nation that keeps one stance keeps every stance for
which it is more willing. Nations are drawn independently; pledges that depend on other nations fail with them in the
solve itself. Only stances of nations that could deploy something count. Draws in which the same stances fail are one
point, with their number as its weight (see :mod:`allocator.withdrawal`, also on promises of who withdraws).

**Toy.** A nation's willingness is 0.7 in the air and 0.4 on land, both above the floor: in 40 % of the draws it stays
with both, in 30 % with the air alone, in 30 % with neither.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from allocator.errors import BadInput, BadUsage, Fault
from allocator.instance import Instance
from allocator.model import Model
from allocator.problem import Problem
from allocator.statistics import difference_interval, mean_interval, mirrored, tail_risk, wilson
from allocator.sweeps.design.condition import Condition, conditions
from allocator.sweeps.design.parts import Point, counted
from allocator.withdrawal import Future, Stance, able, futures

if TYPE_CHECKING:
    from allocator.sweeps.run.row import Row

MOST = 1_000_000
"""Draws."""


@dataclass(frozen=True)
class Politics:
    """Draws of who withdraws.

    Attributes
    ----------
    n, seed : int
        Number of draws, and the seed of NumPy's generator.
    points : tuple of Point
        The different outcomes. Their input ``withdrawn`` lists who withdraws: ``POL`` from everything that it was
        willing to take on, ``POL.peace_on_land`` from that objective alone, ``POL.peace_on_land.3`` from the stance
        that begins in period 3.
    success : tuple of Condition
    collectives : frozenset of str
        Fleets that nations have in common: they can withdraw, but they are never members.
    """

    n: int
    seed: int
    points: tuple[Point, ...] = field(repr=False)
    success: tuple[Condition, ...] = ()
    collectives: frozenset[str] = frozenset()
    kind: str = field(default="politics", init=False)

    @property
    def size(self) -> int:
        """Number of points."""
        return len(self.points)

    @property
    def title(self) -> str:
        """One line for people."""
        return f"{counted(self.n, 'draw')} of who withdraws, {self.size:,} of them different"

    def rounds(self) -> Generator[list[Point], Sequence[Row], None]:
        """All points at once."""
        yield list(self.points)


def politics(instance: Instance, model: Model, n: int, seed: int = 0, success: Sequence[str] = ()) -> Politics:
    """Draws of who withdraws.

    Parameters
    ----------
    instance, model
        The base.
    n : int
        Number of draws.
    seed : int
    success : sequence of str
        Conditions whose probability is estimated, as in :func:`allocator.sweeps.design.condition.conditions`.

    Raises
    ------
    BadInput
        With every fault.
    """
    faults: list[Fault] = []
    if not 1 <= n <= MOST:
        faults.append(Fault(f"--politics {n}", None, None, f"{n} draws", f"1 to {MOST}"))
    if seed < 0:
        faults.append(Fault("--seed", None, None, str(seed), "a whole number of at least 0"))
    wanted: list[Condition] = []
    try:
        wanted = conditions(instance, model, success, "--success")
    except BadInput as bad:
        faults += bad.faults
    if faults:
        raise BadInput(faults)
    stances = able(Problem(instance, model))
    rows = Counter((row["nation"], row["objective"]) for row in instance.rows("willingness"))
    points = tuple(_point(stances, rows, future, n) for future in futures(instance, model, n, seed))
    collectives = frozenset(row["nation"] for row in instance.rows("nations") if row["collective"])
    return Politics(n, seed, points, tuple(wanted), collectives)


def _point(stances: Sequence[Stance], rows: Mapping[tuple[str, str], int], future: Future, draws: int) -> Point:
    """A future as a point; ``rows`` counts the rows of each pair of nation and objective."""
    names: list[str] = []
    settings: list[str] = []
    for nation, own in groupby(stances, key=lambda stance: stance.nation):
        held = list(own)
        fallen = [stance for stance in held if stance in future.withdrawn]
        names += [nation] if len(fallen) == len(held) else _named(held, fallen)
        for stance in fallen:
            row = f"nation={nation},objective={stance.objective}"
            row += f",first_period={stance.first_period}" if rows[stance[:2]] > 1 else ""
            settings.append(f"willingness[{row}].willingness=0")
    weight = int(future.probability * draws)
    return Point(
        {"withdrawn": " ".join(names)}, tuple(settings), released=tuple(sorted(future.released)), weight=weight
    )


def _named(held: Sequence[Stance], fallen: Sequence[Stance]) -> list[str]:
    """Objectives that a nation leaves in all periods, each once, and single stances with their first period."""
    count, left = (Counter(stance.objective for stance in some) for some in (held, fallen))
    return list(
        dict.fromkeys(
            f"{s.nation}.{s.objective}" + (f".{s.first_period}" if left[s.objective] < count[s.objective] else "")
            for s in fallen
        )
    )


def outcome(part: Politics, rows: Iterable[Row], level: float = 0.05) -> dict[str, Any]:
    """The results of the draws.

    A draw without a plan fails every condition and has a coverage of 0; cost is computed from draws with a plan.

    Parameters
    ----------
    part : Politics
    rows : iterable of Row
        The rows of its points.
    level : float
        Level of the value at risk, between 0 and 1.

    Returns
    -------
    dict
        ``draws``, ``without_plan`` and ``unproved`` (numbers of draws), ``level``;

        - ``success``: the probability of each condition, with Wilson's 95 % interval (``low``, ``high``);
        - ``coverage`` and ``cost``: ``mean``; ``value_at_risk``, the coverage reached or exceeded (the cost kept) with
          probability 1 - level, with a distribution-free 95 % interval from order statistics; ``expected_shortfall``,
          the mean over the worst draws, ``level`` of them; each with ``_low`` and ``_high``, None where the draws are
          too few;
        - ``nations``: for each that withdraws or is a member in some draw, shares of the draws in which it withdraws
          (from something) and is a member (None for a fleet that nations have in common), the mean coverage where it
          withdraws (``coverage_without``) and where it
          stays (``coverage_with``), and their ``difference`` with a 95 % interval (Welch's); the nation that matters
          most comes first. Nations are drawn independently, so the difference is the effect of the withdrawal.

    Raises
    ------
    BadUsage
        The level is out of range, or draws are missing.
    """
    if not 0 < level < 1:
        raise BadUsage(f"a level of {level:g}, expected a number between 0 and 1")
    draws = [_draw(row, part.success) for row in rows]  # thousands of full rows would fill the memory
    number = sum(draw.weight for draw in draws)
    if number != part.n:
        raise BadUsage(f"only {number:,} of {part.n:,} draws are done; they are not a fair sample of all")
    cost = [(-draw.cost, draw.weight) for draw in draws if draw.cost is not None]
    met = [sum(draw.weight for draw in draws if draw.met[at]) for at in range(len(part.success))]
    return {
        "draws": number,
        "without_plan": sum(draw.weight for draw in draws if draw.cost is None),
        "unproved": sum(draw.weight for draw in draws if not draw.proved),
        "level": level,
        "success": [_probability(condition, times, number) for condition, times in zip(part.success, met, strict=True)],
        "coverage": tail_risk([(draw.coverage, draw.weight) for draw in draws], level),
        "cost": mirrored(tail_risk(cost, level)) if cost else None,
        "nations": _nations(draws, number, part.collectives),
    }


class _Draw(NamedTuple):
    """The kept part of a row: ``weight`` draws with the same outcome."""

    weight: int
    proved: bool
    coverage: float
    cost: float | None
    met: tuple[bool, ...]
    members: frozenset[str]
    withdrawn: frozenset[str]


def _draw(row: Row, success: Sequence[Condition]) -> _Draw:
    names = row.point.inputs["withdrawn"].split()
    measures = row.measures if row.found and row.measures else None
    return _Draw(
        row.point.weight,
        row.status in ("optimal", "infeasible"),
        measures["coverage"] if measures else 0.0,
        measures["cost"] if measures else None,
        tuple(measures is not None and condition.met(measures) for condition in success),
        frozenset(row.members),
        frozenset(name.partition(".")[0] for name in names),
    )


def _probability(condition: Condition, times: int, draws: int) -> dict[str, Any]:
    low, high = wilson(times, draws)
    return {"condition": condition.text, "probability": times / draws, "low": low, "high": high}


def _nations(draws: Sequence[_Draw], number: int, collectives: Collection[str]) -> list[dict[str, Any]]:
    entries = []
    for nation in sorted(frozenset().union(*(draw.members | draw.withdrawn for draw in draws))):
        groups: dict[bool, list[tuple[float, int]]] = {True: [], False: []}
        for draw in draws:
            groups[nation in draw.withdrawn].append((draw.coverage, draw.weight))
        member = sum(draw.weight for draw in draws if nation in draw.members)
        without, stays = groups[True], groups[False]
        difference = difference_interval(stays, without)
        entries.append({
            "nation": nation, "withdraws": sum(weight for _, weight in without) / number,
            "member": None if nation in collectives else member / number,
            "coverage_with": mean_interval(stays)[0] if stays else None,
            "coverage_without": mean_interval(without)[0] if without else None,
            "difference": difference[0], "low": difference[1], "high": difference[2],
        })  # fmt: skip
    return sorted(entries, key=lambda row: -math.inf if row["difference"] is None else row["difference"], reverse=True)
