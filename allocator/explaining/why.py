"""Why something is deployed, and why something is not: the plan in hand against the best plan without it, or with it.

What facts or the plan in hand settle needs no further solve.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from allocator.errors import AllocatorError
from allocator.explaining.ability import Selection, selection
from allocator.explaining.bench import Extend, Holds, Outcome
from allocator.explaining.core import SAME, Core, Part
from allocator.explaining.words import UNITS, InWords, amount, became
from allocator.plan.values import Deployed
from allocator.problem import Problem
from allocator.purchases import Decided, bought
from allocator.wording import first_capital, percent

if TYPE_CHECKING:
    from allocator.families.rows import Term

NO_PLAN = "plan in hand"
"""What stays open where a question needs a plan and none is known."""


@dataclass(frozen=True)
class Force:
    """A condition on a selection: none of it is deployed, or at least one unit in one period."""

    chosen: Selection
    some: bool

    def extend(self, m: Any, problem: Problem) -> None:
        """Add the condition to a Pyomo model."""
        columns = [column for cell, column in m.deploy.items() if self.chosen.holds(cell)]
        if not self.some:
            for column in columns:
                column.setub(0)
            return
        from allocator.families.rows import Rows, linear

        m.forced = Rows(doc="at least one unit of what is asked about")
        m.forced["some"] = (1.0, linear((1.0, column) for column in columns), None)

    def rows(self, m: Any) -> list[tuple[list[Term], float]]:
        """The same as a row of one solve on a programme that stays as it is."""
        sign = -1.0 if self.some else 1.0
        return [([(sign, column) for cell, column in m.deploy.items() if self.chosen.holds(cell)], -float(self.some))]

    def holds(self, problem: Problem, deployed: Deployed) -> bool:
        """Whether a plan keeps the condition."""
        return self.some == any(self.chosen.holds(cell) for cell in deployed)


def why(core: Core, text: str) -> Part:
    """Why the plan in hand has what ``NATION [UNIT_TYPE [TASK [PERIOD]]]`` selects: the best plan with none of it."""
    chosen = selection(core.instance, text)
    if not core.base.found:
        return Part(open=[NO_PLAN])
    force = Force(chosen, some=False)
    if force.holds(_problem(core), core.plan):
        part = _answer(core, "free", core.base)
        ability = core.ability
        rules = ability.rules(chosen)
        part.text.append("The plan in hand has none of it.")
        part.text += [_forbidden(core, chosen, rules)] if rules else []
        return part
    left = {cell: units for cell, units in core.plan.items() if not chosen.holds(cell)}
    outcome = _forced(core, force, [Decided(left, bought(core.plan))])
    return _judged(core, outcome, "needed", "better", text, f"without {chosen.words(InWords(core.instance))}")


def why_not(core: Core, text: str) -> Part:
    """Why the plan in hand has nothing of what is selected: the rules that forbid it, or the best plan with some."""
    chosen = selection(core.instance, text)
    ability = core.ability
    rules = ability.rules(chosen)
    if rules:
        lists: dict[str, Any] = {"verdict": "forbidden", "rules": rules, "objectives": []}
        return Part(lists, [_forbidden(core, chosen, rules)])
    if not core.base.found:
        return Part(open=[NO_PLAN])
    force = Force(chosen, some=True)
    if force.holds(_problem(core), core.plan):
        part = _answer(core, "free", core.base)
        part.text.append(f"The plan in hand has some of it: {_units(core, chosen)}.")
        return part
    outcome = _forced(core, force, [])
    part = _judged(core, outcome, "impossible", "worse", text, f"with {chosen.words(InWords(core.instance))}")
    if outcome.infeasible:
        _conflicts(core, part, force.holds, force.extend)
    return part


def _problem(core: Core) -> Problem:
    assert core.base.problem is not None
    return core.base.problem


def _forbidden(core: Core, chosen: Selection, rules: list[str]) -> str:
    """What forbids a selection, as a sentence."""
    who, reasons = _who(core, chosen), core.ability.reasons(chosen, rules)
    plain = chosen.unit_type is None and chosen.task is None and reasons.startswith(("is ", "has "))
    return f"{who}{'' if plain else ':'} {reasons}."


def _who(core: Core, chosen: Selection) -> str:
    """The name of a nation, and what of it is in question."""
    names = InWords(core.instance)
    said = first_capital(names.nation(chosen.nation) if chosen.nation else "any nation")
    parts = [
        names.unit(chosen.unit_type) if chosen.unit_type else "",
        f"at {names.task(chosen.task)}" if chosen.task else "",
        f"in period {chosen.period}" if chosen.period else "",
    ]
    return f"{said}{', ' if parts[0] else ' '}{' '.join(filter(None, parts))}" if any(parts) else said


def _units(core: Core, chosen: Selection) -> str:
    """What the plan in hand has of a selection, the first few deployments."""
    here = [(cell, units) for cell, units in core.plan.items() if chosen.holds(cell)]
    names = InWords(core.instance)
    shown = [
        f"{names.nation(n)} sends {names.units(units, u)} to {names.task(j)}"
        + (f" in period {t}" if core.instance.periods > 1 else "")
        for (n, u, j, t), units in here[:3]
    ]
    return ", ".join(shown) + (f", and {len(here) - 3} more" if len(here) > 3 else "")


# ---- the forced solve ------------------------------------------------------------------------------------------------


def _forced(core: Core, force: Force, plans: list[Deployed]) -> Outcome:
    """The lexicographic optimum under a condition; proved in full where the usual gap does not settle it."""

    def solve(plans: list[Deployed], **more: Any) -> Outcome:
        return core.bench.run(
            core.instance, core.model, keeps=force.holds, plans=plans, wider=[core.base], resident=True,
            more=force.rows, **more,
        )  # fmt: skip

    core.progress(f"the best plan {'with' if force.some else 'without'} {force.chosen.words(core.names)}")
    outcome = solve(plans)
    if outcome.deployed is not None and _verdict(core, outcome) == "open" and not core.bench.over:
        sharper = solve([outcome.deployed, *plans], gap=0.0)
        outcome = sharper if sharper.found else outcome
    return outcome


def _verdict(core: Core, outcome: Outcome) -> str:
    """``worse``, ``free`` or ``open``: the first objective that differs from that of the plan in hand decides."""
    for name in core.model.objectives:
        value, bounds = core.base.bounds[name].value, outcome.bounds[name]
        most = value + SAME * max(1.0, abs(value))
        if bounds.bound > most:
            return "worse"
        if bounds.value > most:
            return "open"
    return "free"


def _judged(core: Core, outcome: Outcome, without: str, worse: str, text: str, what: str) -> Part:
    """The answer that a forced solve gives; ``without`` is the verdict where there is no plan."""
    if outcome.infeasible:
        part = _answer(core, without, None)
        part.text.append(f"There is no plan {what}.")
    elif not outcome.found:
        part = _answer(core, "open", None)
        part.text.append(f"Whether there is a plan {what} is open.")
        part.open.append(f"verdict {text}")
    else:
        verdict = _verdict(core, outcome)
        part = _answer(core, worse if verdict == "worse" else verdict, outcome)
        part.text.append(_compared(part.lists["objectives"], verdict, what, core.instance.currency))
        if verdict == "open":
            part.open.append(f"verdict {text}")
    return part


def _answer(core: Core, verdict: str, outcome: Outcome | None) -> Part:
    """A verdict, and each objective of the model in the plan in hand and in the forced one."""
    rows = []
    for name in core.model.objectives:
        bounds = None if outcome is None else outcome.bounds.get(name)
        rows.append(
            {
                "objective": name,
                "value": float(core.base.values[name]),
                "forced": None if outcome is None else float(outcome.values[name]),
                "bound": None if bounds is None else bounds.bound,
            }
        )
    return Part({"verdict": verdict, "objectives": rows})


def _compared(rows: list[dict[str, Any]], verdict: str, what: str, currency: str) -> str:
    """The first objective that differs, in words."""
    for row in rows:
        value, forced = row["value"], row["forced"]
        if abs(forced - value) > SAME * max(1.0, abs(value)):
            name = row["objective"]
            found = became(name, value, forced, currency)
            if verdict == "open":
                best = amount(name, row["bound"]) if name in UNITS else percent(1 - row["bound"], 2)
                return f"Whether it matters is open: {what}, {found}, and {best} is not ruled out."
            return (
                f"The best plan is worse {what}: {found}." if verdict == "worse" else f"There is a plan as good {what}."
            )
    return f"There is a plan as good {what}."


def _conflicts(core: Core, part: Part, holds: Holds, extend: Extend) -> None:
    """What conflicts with a condition that is always in force."""
    part.lists["conflicts"] = []
    try:
        find: Callable[..., Part] = import_module("allocator.explaining.conflicts").conflicts
        found = find(core, always=(holds, extend))
    except (ModuleNotFoundError, AllocatorError) as error:
        part.open.append(f"conflicts ({error})")
        return
    part.lists["conflicts"] = found.lists["conflicts"]
    part.text += found.text
    part.open += found.open
