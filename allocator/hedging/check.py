"""The independent check of a two-stage plan, in exact arithmetic and without Pyomo."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from allocator.audit import Violation, check_commitments, check_deployments
from allocator.hedging.first_stage import Commitment, in_future, ordered
from allocator.instance import Instance
from allocator.model import Model
from allocator.plan.values import Deployed
from allocator.withdrawal import Future


@dataclass(frozen=True)
class Decision:
    """A commitment, and what is deployed from it in each future.

    None means that the future cannot meet what must be met: nothing is deployed there and its gap counts as 1.
    """

    commitment: Commitment
    deployed: tuple[Deployed | None, ...]


@dataclass(frozen=True)
class Broken:
    """A broken constraint of the commitment (``future`` is None) or of the plan of one future."""

    future: int | None
    violation: Violation

    def __str__(self) -> str:
        where = "commitment" if self.future is None else f"future {self.future + 1}"
        return f"{where}: {self.violation}"


def check_decision(
    instance: Instance, model: Model, futures: Sequence[Future], decision: Decision, *, budgeted: bool = True
) -> list[Broken]:
    """Every constraint that a two-stage plan breaks.

    The whole commitment must fit pools with what is ordered, ceilings and budgets at once (``budgeted``; false for a
    commitment that has been checked already). The plan of each future must pass the check of deployments for that
    future's instance, with the same orders, and stay within the commitment.
    """
    broken = []
    purchases, later = ordered(decision.commitment), in_future(model)
    if budgeted:
        found = check_commitments(instance, model, decision.commitment, purchases)
        broken += [Broken(None, violation) for violation in found]
    for s, (future, deployed) in enumerate(zip(futures, decision.deployed, strict=True)):
        if deployed is None:
            continue
        found = check_deployments(future.instance(instance), later, deployed, purchases)
        broken += [Broken(s, violation) for violation in found]
        out: dict[tuple[str, str, int], int] = defaultdict(int)
        for (n, u, _, t), units in deployed.items():
            out[n, u, t] += units
        for key, units in out.items():
            there = decision.commitment.get(key, 0)
            if units > there:
                text = f"{key[0]} deploys {units} {key[1]} in period {key[2]}; {there} are committed"
                broken.append(Broken(s, Violation("commitment_kept", key, text, Fraction(units - there))))
    return broken
