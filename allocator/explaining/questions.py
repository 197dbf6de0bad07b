"""Which questions there are, and which function works out each part of an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from allocator.errors import BadUsage
from allocator.explaining.core import Core

PARTS: Mapping[str, tuple[str, str]] = {
    "conflicts": ("conflicts", "conflicts"),
    "repairs": ("repairs", "repairs"),
    "targets": ("gap", "targets"),
    "limits": ("gap", "limits"),
    "steps": ("worth", "steps"),
    "rungs": ("worth", "rungs"),
    "why": ("why", "why"),
    "why_not": ("why", "why_not"),
    "need": ("need", "need"),
    "cascade": ("cascade", "cascade"),
    "nations": ("who", "nations"),
    "pairs": ("who", "pairs"),
    "nations and pairs": ("who", "who"),
    "shapley": ("shapley", "shapley"),
    "alternatives": ("alternatives", "alternatives"),
    "ranges": ("ranges", "ranges"),
    "repair": ("least_change", "repair"),
    "ladder": ("change_prices", "ladder"),
    "fairness": ("fairness", "fairness"),
    "asks": ("asks", "asks"),
}
"""Part of an answer -> the file and function ``(core, ...) -> Part`` that works it out."""

QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "conflict": ("conflicts", "repairs"),
    "gap": ("targets", "limits"),
    "worth": ("steps",),
    "why": ("why",),
    "why_not": ("why_not",),
    "need": ("need",),
    "who": ("cascade", "nations and pairs", "shapley"),
    "alternatives": ("alternatives", "ranges"),
    "repair": ("repair",),
    "fairness": ("fairness",),
    "asks": ("asks",),
}
"""Question -> the parts of its answer."""

CHECKS: Mapping[str, Callable[[Core, Any], object]] = {
    "why": lambda core, plea: work("ability", "selection")(core.instance, plea),
    "why_not": lambda core, plea: work("ability", "selection")(core.instance, plea),
    "need": lambda core, condition: work("need", "parse")(core, condition),
    "rungs": lambda core, key: work("worth", "ladder")(core, key),
    "repair": lambda core, plan: work("saved", "saved_plan")(plan, core.instance),
    "ladder": lambda core, plan: work("saved", "saved_plan")(plan, core.instance),
    "asks": lambda core, target: work("asks", "check")(core, target),
}
"""Part -> what refuses a wrong argument before anything is solved."""

PLANLESS = ("conflict", "why_not")
"""Questions that may be answered without a plan in hand."""

FACTS = ("conflicts", "repairs", "cascade", "why_not")
"""Parts that may be worked out without a plan in hand."""

WITHIN = {"alternatives": 0.05, "ranges": 0.05}
"""Question or part -> how much worse a plan that is as good may be, if the user does not say; 0 for all others."""


def work(file: str, name: str) -> Callable[..., Any]:
    """A function of this room, loaded when it is needed."""
    found: Callable[..., Any] = getattr(import_module(f"allocator.explaining.{file}"), name)
    return found


def named(core: Core, question: str | None, arguments: tuple[Any, ...]) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """The parts of a question and their arguments, checked before anything is solved."""
    if question is None:
        return (), ()
    names = QUESTIONS[question]
    if question == "worth" and arguments in ((), ("all",)):
        return names, ()
    if question == "worth":
        names = ("rungs",)
    if question == "repair" and len(arguments) == 2:
        names = ("repair", "ladder") if arguments[1] else names
        arguments = arguments[:1]
    if question == "asks":
        arguments = arguments or ("all",)
    given = len(arguments) == (1 if names[0] in CHECKS else 0)
    if not given:
        raise BadUsage(f"the question {question} takes {'one argument' if names[0] in CHECKS else 'no argument'}")
    if names[0] in CHECKS:
        CHECKS[names[0]](core, *arguments)
    return names, arguments
