"""The plan that counts on all who are willing enough, and what every plan that is as good keeps to.

Several plans can be equally good if nobody withdraws and differ in what they are worth if some do. A hedge is compared
with the one of them that is worth most: the two-stage programme, held to the values of the plan that counts on all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from allocator.exact import exact
from allocator.hedging.answer import STAGES
from allocator.hedging.check import Decision
from allocator.hedging.figures import proofs
from allocator.hedging.first_stage import Commitment, cost_of, needed_by
from allocator.hedging.programme import ALL_STAY
from allocator.hedging.values import gap_of
from allocator.instance import Instance
from allocator.model import Model
from allocator.outcome import Bounds
from allocator.plan.plan import Plan
from allocator.plan.values import Deployed, objective_values
from allocator.problem import Problem
from allocator.purchases import Decided, decided
from allocator.solving.lexicographic import HOLD
from allocator.solving.prior import Known
from allocator.statistics import ONE
from allocator.withdrawal import STAY, Future

if TYPE_CHECKING:
    from allocator.solving.solver import Solver
    from allocator.solving.stage import Progress


@dataclass(frozen=True)
class Expected:
    """A commitment that is best if all stay.

    Attributes
    ----------
    commitment : Commitment
        What is committed.
    deployed : Deployed
        What is deployed of it if all stay.
    limits : dict
        The most that the gap if all stay, and the cost, are for every plan that is as good.
    other : Commitment or None
        Another commitment that is as good: the one that the solve found, if it is not the best of them.
    bounds : dict
        Value and bound of ``gap`` and ``cost``, if all stay, and of ``value``, over the futures of the hedge, once the
        best of the equally good plans has been looked for.
    """

    commitment: Commitment
    deployed: Deployed
    limits: dict[str, Fraction]
    bounds: dict[str, Bounds]
    other: Commitment | None = None

    def allows(self, problem: Problem, stayed: Deployed | None, commitment: Commitment) -> bool:
        """Whether a commitment, and what is deployed of it if all stay, is as good."""
        if stayed is None or gap_of(problem, stayed) > self.limits[ALL_STAY]:
            return False
        return cost_of(problem, commitment) <= self.limits["cost"]

    def replaced(self, problem: Problem, decision: Decision, stay: int, value: Bounds) -> Expected:
        """The best commitment that is as good or better; ``stay`` is its future in which nobody withdraws."""
        best, deployed = decision.commitment, decision.deployed[stay] or {}
        cheap = cost_of(problem, self.commitment) <= _held(cost_of(problem, best))
        as_good = cheap and gap_of(problem, self.deployed) <= _held(gap_of(problem, deployed))
        other = self.commitment if as_good and best != self.commitment else None
        return replace(self, commitment=best, deployed=deployed, bounds={**self.bounds, "value": value}, other=other)

    def rows(self, problem: Problem) -> list[dict[str, Any]]:
        """Its rows of the table ``expected_objectives``, without the name of the plan."""
        values = {"gap": gap_of(problem, self.deployed), "cost": cost_of(problem, self.commitment)}
        return proofs(self.bounds, {name: values.get(name, exact(b.value)) for name, b in self.bounds.items()})


def with_stay(futures: Sequence[Future]) -> list[Future]:
    """The futures, and that in which nobody withdraws, with probability 0 if it is not one of them."""
    if any(not future.withdrawn for future in futures):
        return list(futures)
    return [*futures, replace(STAY, probability=Fraction(0))]


def counting_on_all(
    solver: Solver, instance: Instance, model: Model, watch: Callable[[Progress], None] | None
) -> list[Expected] | Plan:
    """The plan if all who are willing enough stayed; and the same if cost may take nothing from coverage.

    Returns the solve that found no plan if there is one.
    """
    found: list[Expected] = []
    plans: tuple[Decided, ...] = ()
    for tolerance in (model.tolerance, 0.0) if model.tolerance else (0.0,):
        chosen = replace(model, objectives=STAGES, tolerance=tolerance)
        plan = solver.solve(instance, chosen, known=Known(plans=plans), progress=watch)
        if not plan.found or plan.stopped_by == "interrupt":
            return plan
        plans = (decided(plan.rows),)
        found.append(_expected(Problem(instance, chosen), plan, plans[0]))
    return found


def _expected(problem: Problem, plan: Plan, deployed: Decided) -> Expected:
    """The commitment of a plan, and the limits of a lexicographic solve after its last stage."""
    values = objective_values(problem, deployed)
    rows = {row["objective"]: row for row in plan.rows("objectives")}
    bounds = {name: Bounds(name, rows[name]["value"] - rows[name]["given_up"], rows[name]["bound"]) for name in STAGES}
    best = exact(bounds["gap"].value)
    least = best + exact(problem.model.tolerance) * best
    limits = {ALL_STAY: _held(max(values["gap"], least)), "cost": _held(values["cost"])}
    return Expected(needed_by(deployed), deployed, limits, bounds)


def _held(value: Fraction) -> Fraction:
    """The most that a value may be where it is held."""
    return value + exact(HOLD) * max(ONE, value)
