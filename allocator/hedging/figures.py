"""The values of plans in the futures in which they are evaluated, as tables and differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from allocator.hedging.answer import COLUMNS, OTHER, PLANS, STRICT
from allocator.hedging.first_stage import Commitment, cost_of
from allocator.hedging.recourse import Second
from allocator.outcome import Bounds
from allocator.problem import Problem
from allocator.statistics import Taste, cvar, mean
from allocator.withdrawal import Future, able


class Figures:
    """Figures of plans over some futures.

    Parameters
    ----------
    problem : Problem
    taste : Taste
    judged : sequence of Future
        Their probabilities add up to 1.
    commitments : mapping
        Plan -> its commitment; None for the plan that knows the future.
    seconds : mapping
        Plan -> its second stages in each of ``judged``, then in the future in which everyone stays.
    """

    def __init__(
        self,
        problem: Problem,
        taste: Taste,
        judged: Sequence[Future],
        commitments: Mapping[str, Commitment | None],
        seconds: Mapping[str, Sequence[Second]],
    ) -> None:
        self.problem, self.taste, self.judged, self.commitments = problem, taste, judged, commitments
        self.shares = [future.probability for future in judged]
        self.stays = {name: found[-1] for name, found in seconds.items()}
        self.seconds = {name: found[:-1] for name, found in seconds.items()}
        self.gaps = {name: [second.gap for second in found] for name, found in self.seconds.items()}
        self.values = {name: taste.value(gaps, self.shares) for name, gaps in self.gaps.items()}

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """The tables ``plans``, ``futures`` and ``deployments``."""
        pairs = able(self.problem)
        named = [name for name in (*PLANS, *STRICT, OTHER) if name in self.gaps]
        futures = [
            dict.fromkeys(COLUMNS["futures"])
            | {"future": s + 1, "withdrawn": future.described(pairs), "probability": float(future.probability)}
            | {name: float(1 - self.gaps[name][s]) for name in named}
            for s, future in enumerate(self.judged)
        ]
        deployed = [
            dict(zip(COLUMNS["deployments"], (s + 1, *cell, units), strict=True))
            for s, second in enumerate(self.seconds["two_stage"])
            for cell, units in (second.deployed or {}).items()
        ]
        return {"plans": [self._plan(name) for name in named], "futures": futures, "deployments": deployed}

    def _plan(self, name: str) -> dict[str, Any]:
        gaps, commitment = self.gaps[name], self.commitments[name]
        failed = [
            share for share, second in zip(self.shares, self.seconds[name], strict=True) if second.deployed is None
        ]
        figures = (
            float(self.values[name]),
            float(1 - mean(gaps, self.shares)),
            float(1 - cvar(gaps, self.shares, self.taste.alpha)),
            float(1 - self.stays[name].gap),
            float(sum(failed)),
            None if commitment is None else float(cost_of(self.problem, commitment)),
        )
        return dict(zip(COLUMNS["plans"], (name, *figures), strict=True))

    def worth(self, bounds: tuple[float, float] | None) -> dict[str, Any]:
        """Value of planning and of knowing the future.

        Plans are compared before cost takes anything from their coverage: what the tolerance allows each of them to
        give up is no measure of planning.

        Parameters
        ----------
        bounds : (float, float) or None
            Proved bounds of the value over these futures, of any plan and of any that is best if all stay; None if the
            plan is made for others.
        """
        planned, expected = ("two_stage_strict", "expected_case_strict") if STRICT[0] in self.values else PLANS[:2]
        vss = self.values[expected] - self.values[planned]
        evpi = self.values[planned] - self.values["wait_and_see"]
        worth: dict[str, Any] = {"vss": float(vss), "evpi": float(evpi)}
        if bounds is not None:
            least, counting = map(Fraction, bounds)
            worst = counting - self.values[planned]
            best = self.values[expected] - least
            worth["vss_range"] = (float(min(vss, max(worst, Fraction(0)))), float(max(best, vss)))
            worst, best = least - self.values["wait_and_see"], self.values[planned] - self._bound("wait_and_see")
            worth["evpi_range"] = (float(min(evpi, max(worst, Fraction(0)))), float(max(best, evpi)))
        return worth

    def _bound(self, name: str) -> Fraction:
        """The least possible value of a plan, given the bounds proved for its second stages."""
        return self.taste.value([Fraction(second.bound) for second in self.seconds[name]], self.shares)


def proofs(bounds: Mapping[str, Bounds], values: Mapping[str, Fraction]) -> list[dict[str, Any]]:
    """A row for each objective: its value, what later ones took from it, and what its stage proved."""
    return [
        dict(zip(COLUMNS["objectives"], (name, value, *proved.beside(value)), strict=True))
        for name, proved in bounds.items()
        for value in (float(values[name]),)
    ]


def committed(problem: Problem, commitment: Commitment, expected: Commitment) -> list[dict[str, Any]]:
    """The table ``commitments``: what is committed, beside a plan that counts on all."""
    rows = []
    for n, u, t in dict.fromkeys([*commitment, *expected]):
        units = commitment.get((n, u, t), 0)
        cost = float(problem.money.unit_cost[u] * units)
        values = (n, u, t, units, units * problem.personnel[u], cost, expected.get((n, u, t), 0))
        rows.append(dict(zip(COLUMNS["commitments"], values, strict=True)))
    place = {name: i for i, name in enumerate([*problem.NATIONS, *problem.UNITS])}
    return sorted(rows, key=lambda row: (place[row["nation"]], place[row["unit_type"]], row["period"]))
