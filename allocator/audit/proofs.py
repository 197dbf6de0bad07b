"""Checks the bounds that a plan claims to have proved against the figures that it prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from allocator.audit.violation import Violation
from allocator.model import Model
from allocator.outcome import NUMERICAL


def proofs(
    model: Model,
    objectives: Sequence[Mapping[str, Any]],
    *,
    status: str,
    stages: Sequence[Mapping[str, Any]],
    gap: float,
) -> Iterator[Violation]:
    """Errors in the bounds, gaps and given-up parts of the table of objectives.

    Bound and relative gap belong to an objective's own stage, whose value is ``value - given_up``. No plan may be
    better than the bound, the gap must follow its formula, and no more may be given up than the tolerance allows.
    """
    reached = {stage["objective"]: stage["value"] for stage in stages}
    for row in objectives:
        name, value, given_up, bound, proved = (
            row[column] for column in ("objective", "value", "given_up", "bound", "relative_gap")
        )
        faults: list[str] = []
        if name not in model.objectives:
            if (given_up, bound, proved) != (None, None, None):
                faults.append(f"{name} has a bound, a gap or a part given up although the model does not list it")
        else:
            stage = value - given_up
            small = 1e-9 * max(1.0, abs(value))
            if given_up < 0:
                faults.append(f"{name} has given up {given_up:g}, which is below 0")
            if given_up > model.tolerance * abs(stage) + 1e-6 * max(1.0, abs(stage)) + small:
                faults.append(
                    f"{name} is {value:g}; its own stage reached {stage:g}, and later ones may not give up as much"
                )
            if given_up > small and name == model.objectives[-1]:
                faults.append(f"{name} has given up {given_up:g}, but no objective comes after it")
            if abs(stage - reached[name]) > small:
                faults.append(f"{name} reached {reached[name]:g} in its stage, not {stage:g}")
            if bound > stage + small:
                faults.append(f"{name} reached {stage:g}, below its proved bound {bound:g}")
            if abs(proved - _gap(stage, bound)) > 1e-9:
                faults.append(f"{name}: {proved:g} is not the gap between {stage:g} and {bound:g}")
            if status == "optimal" and proved > gap + NUMERICAL:
                faults.append(f"{name} has a gap of {proved:g}, so the plan is not optimal to {gap:g}")
        yield from (Violation("objectives", (name,), text) for text in faults)


def _gap(stage: float, bound: float) -> float:
    """Relative gap of a stage as the results define it."""
    if abs(stage) <= 1e-9 and abs(bound) <= 1e-9:
        return 0.0
    return (stage - bound) / max(abs(stage), 1e-9)
