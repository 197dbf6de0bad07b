"""A small model in HiGHS, and the searches on it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import allocator
from allocator.audit import check_deployments
from allocator.formulation import formulate
from allocator.model import Model, load_model
from allocator.plan.values import objective_values
from allocator.problem import Problem
from allocator.purchases import bought
from allocator.solving.columns import Points
from allocator.solving.heuristics.buying import buy
from allocator.solving.heuristics.search import Search
from allocator.solving.highs import Relaxation, Resident
from allocator.solving.running import Run
from allocator.solving.standard_form import Floats, compile_model

BUILD = allocator.Model(objectives=("gap",), families=load_model("build").families)
GAP = allocator.Model(objectives=("gap",))


class Case:
    """A model in HiGHS, and the search on it; ``plans`` are all that passed the exact check, best last."""

    def __init__(self, obj: dict[str, Any], model: Model = BUILD) -> None:
        self.problem = Problem(allocator.Instance.from_dict(obj), model)
        m = formulate(self.problem, lean=True)
        matrix = compile_model(m)
        self.points = Points(m, matrix)
        self.resident = Resident(matrix, {"mip_rel_gap": 1e-4, "threads": 1, "random_seed": 0})
        self.resident.minimise("gap")
        self.plans: list[Any] = []
        self.runs: list[str | None] = []

    def gap(self, plan: Any) -> Fraction:
        return objective_values(self.problem, plan)["gap"]

    def check(self, plan: Any) -> list[Any]:
        return check_deployments(self.problem.instance, self.problem.model, plan, bought(plan))

    def take(self, point: Floats) -> list[Any]:
        plan = self.points.deployed(point)
        broken = self.check(plan)
        if not broken and (not self.plans or self.gap(plan) <= self.gap(self.plans[-1])):
            self.plans.append(plan)
        return broken

    def relax(self, method: Any = "inside", part: Resident | None = None, what: str = "") -> Relaxation | None:
        return (part or self.resident).relaxation(None, threading.Event(), None, None, method)

    def run(
        self, bound: float, part: Resident | None = None, what: str | None = "", most: float | None = None,
        **options: Any,
    ) -> Run:  # fmt: skip
        self.runs.append(what)
        return (part or self.resident).run(None, threading.Event(), None, **options)

    def search(
        self,
        start: Any,
        relax: Callable[..., Relaxation | None] | None = None,
        over: Callable[..., bool] = lambda share=1.0: False,
    ) -> Search:
        """The search from a plan."""
        self.plans, self.runs = [] if start is None else [start], []
        return Search(
            self.points,
            relax or self.relax,
            self.run,
            self.take,
            lambda: self.plans[-1] if self.plans else None,
            lambda bound, gap: False,
            over,
        )

    def buy(self, start: Any) -> bool:
        """Run :func:`buy` from a plan."""
        relaxed = self.relax()
        assert relaxed is not None
        return buy(self.resident, self.search(start), 1e-4, 0.0, relaxed)[0]
