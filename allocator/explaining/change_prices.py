"""What changes of a plan cost in the first objective: how many fewer are needed for each point that is given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from allocator.explaining.as_good import as_good
from allocator.explaining.bench import Outcome
from allocator.explaining.core import SAME, SHARES, Core, Part
from allocator.explaining.least_change import Change, changed_least
from allocator.explaining.saved import saved_plan
from allocator.explaining.why import NO_PLAN
from allocator.explaining.words import SAID, amount
from allocator.plan.values import Deployed, objective_values

STEP = 0.01
"""What a step gives up: one point of a share, otherwise one hundredth of the value in the plan in hand."""

STEPS = 100
"""Steps that are tried."""


def ladder(core: Core, plan: Any) -> Part:
    """The least change for each point of the first objective that is given up, until nothing more is saved.

    The other objectives stay as good. Only steps that save something are rungs. The list ends where no giving up saves
    more, or after ``core.most`` of them.

    Raises
    ------
    BadInput, BadUsage
        It is no plan, or one of another instance.
    """
    part = Part({"ladder": [], "flat": False})
    change = Change(saved_plan(plan, core.instance))
    if not core.base.found:
        return Part(part.lists, open=[NO_PLAN])
    name = core.model.objectives[0]
    value = float(core.base.values[name])
    step = STEP if name in SHARES else STEP * (abs(value) or 1.0)
    core.progress("the least change of all")
    loosest = _at(core, change, None, [], [])
    plans: list[Deployed] = []
    for k in range(STEPS + 1):
        if core.bench.over or len(part.lists["ladder"]) > core.most:
            break
        core.progress(f"the least change with {k} steps given up")
        outcome = _at(core, change, value + k * step, plans, [loosest])
        if outcome.deployed is None or not outcome.settled:
            break
        if not plans or _moves(change, outcome.deployed) != _moves(change, plans[0]):
            part.lists["ladder"].append(_rung(core, change, outcome.deployed, k * step, part))
        plans = [outcome.deployed]
        if loosest.deployed is not None and _moves(change, outcome.deployed) == _moves(change, loosest.deployed):
            part.lists["flat"] = loosest.settled
            break
    if not part.lists["flat"]:
        part.open.append(f"ladder beyond {len(part.lists['ladder']) - 1}" if part.lists["ladder"] else "ladder")
    part.text.append(_in_words(name, value, part))
    return part


def _at(core: Core, change: Change, most: float | None, plans: Sequence[Deployed], wider: Sequence[Outcome]) -> Outcome:
    """The least change where the first objective is at most a number; no limit on it with None."""
    model, name = as_good(core), core.model.objectives[0]
    limits = dict(model.limits)
    own = core.model.limits.get(name, float("inf"))
    limits[name] = own if most is None else max(limits[name], min(own, most + SAME * max(1.0, abs(most))))
    if limits[name] == float("inf"):
        del limits[name]
    return changed_least(core, change, replace(model, limits=limits), plans, wider)


def _moves(change: Change, plan: Deployed) -> tuple[int, int]:
    return len(change.changed(plan)), change.moved(plan)


def _rung(core: Core, change: Change, plan: Deployed, given: float, part: Part) -> dict[str, Any]:
    nations, units = _moves(change, plan)
    first = part.lists["ladder"][0]["units_moved"] if part.lists["ladder"] else units
    return {
        "given_up": given, "value": float(objective_values(core.problem, plan)[core.model.objectives[0]]),
        "nations_changed": nations, "units_moved": units, "saved": first - units,
    }  # fmt: skip


def _in_words(name: str, value: float, part: Part) -> str:
    """The ladder in words."""
    rows = part.lists["ladder"]
    if not rows:
        return "What giving up something would save is not known yet."
    saving = next((row for row in rows if row["saved"] > 0), None)
    if saving is None:
        more = "" if part.lists["flat"] else f", as far as {amount(name, rows[-1]['given_up'])}"
        return f"Giving up some of {SAID[name]} saves no move{more}."
    moves = f"{rows[0]['units_moved']} {'move' if rows[0]['units_moved'] == 1 else 'moves'}"
    text = f"Giving up at most {amount(name, saving['given_up'])} of {SAID[name]} saves {saving['saved']} of {moves}"
    last = rows[-1]
    if last is saving:
        return f"{text}; more saves nothing further." if part.lists["flat"] else f"{text}."
    end = ", and more saves nothing further" if part.lists["flat"] else ""
    return f"{text}; giving up at most {amount(name, last['given_up'])} saves {last['saved']}{end}."
