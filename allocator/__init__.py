"""Allocate national contributions to a multinational force, openly and with proof.

``read`` an instance (facts), ``solve`` it under a ``Model`` (choices), and inspect the ``Plan``.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allocator.api import build, export, read, solve
    from allocator.claim_check import claims
    from allocator.comparison import cases, compare
    from allocator.errors import AllocatorError, BadInput, BadUsage, Fault, OutOfTime, SolverError
    from allocator.explaining.answer import Answer
    from allocator.explaining.explainer import Explainer, explain
    from allocator.hedging import Hedge, hedge
    from allocator.instance import Instance, write
    from allocator.model import Model, load_model
    from allocator.plan.plan import Plan
    from allocator.real_changes import compare_results
    from allocator.sweeps.design.file import Design
    from allocator.sweeps.result import Sweep
    from allocator.sweeps.sweep import sweep

_HOME = {
    "AllocatorError": "errors",
    "Answer": "explaining.answer",
    "BadInput": "errors",
    "BadUsage": "errors",
    "Design": "sweeps.design.file",
    "Explainer": "explaining.explainer",
    "Fault": "errors",
    "Hedge": "hedging",
    "Instance": "instance",
    "Model": "model",
    "OutOfTime": "errors",
    "Plan": "plan.plan",
    "SolverError": "errors",
    "Sweep": "sweeps.result",
    "build": "api",
    "cases": "comparison",
    "claims": "claim_check",
    "compare": "comparison",
    "compare_results": "real_changes",
    "explain": "explaining.explainer",
    "export": "api",
    "hedge": "hedging",
    "load_model": "model",
    "read": "api",
    "solve": "api",
    "sweep": "sweeps.sweep",
    "write": "instance",
}

__all__ = [
    "AllocatorError",
    "Answer",
    "BadInput",
    "BadUsage",
    "Design",
    "Explainer",
    "Fault",
    "Hedge",
    "Instance",
    "Model",
    "OutOfTime",
    "Plan",
    "SolverError",
    "Sweep",
    "build",
    "cases",
    "claims",
    "compare",
    "compare_results",
    "explain",
    "export",
    "hedge",
    "load_model",
    "read",
    "solve",
    "sweep",
    "write",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that importing the package is fast."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
