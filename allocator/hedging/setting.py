"""What the steps of a two-stage plan share: the instance read once, options, known second stages and the programme."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from allocator.hedging.check import Decision
from allocator.hedging.first_stage import Commitment
from allocator.hedging.programme import Programme
from allocator.hedging.recourse import Recourse, Report
from allocator.hedging.values import gap_of, value_of
from allocator.instance import Instance
from allocator.model import Model
from allocator.plan.values import Deployed
from allocator.problem import Problem
from allocator.solving.stage import Progress
from allocator.statistics import Taste
from allocator.stopping import at_once
from allocator.withdrawal import Future


@dataclass(eq=False)
class Setting:
    """What the steps of one call of :func:`allocator.hedge` share.

    Attributes
    ----------
    instance, model : Instance, Model
        What is solved.
    options : mapping
        Checked options.
    report : callable or None
        Called with what is being solved and how far the solve is.
    interrupted : threading.Event
        Set to stop.
    """

    instance: Instance
    model: Model
    options: Mapping[str, Any]
    report: Report | None
    interrupted: threading.Event

    def __post_init__(self) -> None:
        options = self.options
        self.taste = Taste.of(options["weight"], options["cvar"])
        self.highs = {
            "mip_rel_gap": options["gap"], "mip_abs_gap": 1e-9, "threads": 1, "random_seed": options["seed"],
        }  # fmt: skip
        self.problem = Problem(self.instance, self.model)
        self.recourse = Recourse(
            self.instance, self.model, self.problem.objective_of, self.highs, options["time_limit"], self.interrupted
        )
        self.last: Programme | None = None

    def watch(self, what: str) -> Callable[[Progress], None] | None:
        """Report what is being solved; returns what reports how far the solve is."""
        report = self.report
        if report is None:
            return None
        report(what, None)
        return lambda progress: report(what, progress)

    def programme(self, futures: Sequence[Future]) -> Programme:
        """The extensive form over some futures; the last one is kept."""
        if self.last is None or self.last.futures != tuple(futures):
            self.last = None
            self.last = self.another(futures)
        return self.last

    def another(self, futures: Sequence[Future]) -> Programme:
        """An extensive form that is not kept."""
        with at_once():
            return Programme(self.instance, self.model, futures, self.taste, self.highs)

    def value(self, decision: Decision, futures: Sequence[Future]) -> Fraction:
        """Value of a decision over the futures that it is for."""
        return value_of(self.problem, self.taste, futures, decision)

    def learn(self, decision: Decision, futures: Sequence[Future]) -> None:
        """Keep the second stages of a decision."""
        for future, deployed in zip(futures, decision.deployed, strict=True):
            self.learn_one(decision.commitment, future, deployed)

    def learn_one(self, commitment: Commitment, future: Future, deployed: Deployed | None) -> None:
        """Keep the second stage of a commitment in one future."""
        self.recourse.learn(commitment, future, deployed, gap_of(self.problem, deployed))

    def decisions(self, futures: Sequence[Future], commitments: Sequence[Commitment], what: str) -> list[Decision]:
        """Commitments with the best deployments in each future."""
        seconds = self.recourse.evaluate(futures, commitments, self.report, what)
        return [
            Decision(commitment, tuple(second.deployed for second in own))
            for commitment, own in zip(commitments, seconds, strict=True)
        ]
