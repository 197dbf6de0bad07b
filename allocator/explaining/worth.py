"""What one more of each thing is worth, and what more and more of one thing is worth until nothing is gained."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import partial
from typing import Any

from allocator.errors import BadInput, BadUsage
from allocator.exact import exact
from allocator.explaining.core import Core, Part, Reached
from allocator.explaining.screening import best_first, gains
from allocator.explaining.statements import LIFTED, WILLING, Statement, lift, statements, threshold
from allocator.explaining.words import SAID, UNITS, InWords, amount
from allocator.instance import Instance
from allocator.model import Model
from allocator.plan.values import Deployed
from allocator.wording import percent, plural

TENTH = Fraction(11, 10)
"""Factor of a step of a ceiling, a budget or the greatest burden."""

MOVED = ("forces.units", "nations.troop_ceiling", "budgets.amount", "model.max_burden")
"""Kinds of statement of which more is worth something; the others are lifted."""

EXPECTED = "all, or KEY+=STEP for one pool, ceiling, budget or max_burden, such as model.max_burden+=0.001"

_LADDER = re.compile(r"(?P<key>[^+]+)\+=(?P<step>.+)", re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A change of one statement: the number that is there afterwards; None for a row that is lifted."""

    statement: Statement
    to: Any


def moved(instance: Instance, model: Model, steps: Sequence[Step]) -> tuple[Instance, Model]:
    """The instance and the model after some steps; not checked again."""
    tables: dict[str, list[Mapping[str, Any]]] = {}  # those that change
    for step in steps:
        said = step.statement
        if said.kind == "model.max_burden":
            model = replace(model, max_burden=step.to)
        elif said.kind in MOVED:
            assert said.row is not None
            rows = tables.setdefault(said.table, list(instance.tables[said.table]))
            rows[said.row - 1] = {**rows[said.row - 1], said.column: step.to}
    others = [step.statement for step in steps if step.statement.kind not in MOVED]
    instance = instance.with_tables(tables) if tables else instance
    return lift(instance, model, others) if others else (instance, model)


# ---- one step of everything --------------------------------------------------------------------------------------


def steps(core: Core) -> Part:
    """One step of every statement that lowers the first objective: the best first."""
    every = [_step(core, s) for s in statements(core.instance, core.model, pools=True)]
    every = [step for step in every if step.statement.kind != "requirements.max_gap"]
    before, part = core.first(), Part()
    found = best_first(core, before, every, partial(_reach, core), lambda step: step.statement, part, "step")
    part.lists["steps"] = [
        {"id": step.statement.id, "to": step.to, "value": after.value, "bound": after.bound, "gain": gain}
        for step, after, gain in found
    ]
    if found:
        step, _, gain = found[0]
        said = step.statement
        how = "if it is lifted" if said.kind not in MOVED else f"with {step.to:,g} instead"
        falls = amount(core.model.objectives[0], gain)
        best = "The best single step known so far" if part.open else "The best single step"
        part.text.append(f"{best}: {said.text}; {how}, {_moves(core.model.objectives[0])} by {falls}.")
    elif not part.open:
        part.text.append(f"No single step helps: {SAID[core.model.objectives[0]]} stays as it is.")
    return part


def _step(core: Core, said: Statement) -> Step:
    if said.kind == "forces.units":
        return Step(said, said.value + 1)
    if said.kind in MOVED:
        return Step(said, float(exact(said.value) * TENTH))
    return Step(said, threshold(core.model) if said.kind == WILLING else LIFTED.get(said.kind))


def _reach(core: Core, chosen: Sequence[Step], floor: float, limit: float) -> Reached:
    start = [core.base.deployed] if core.base.deployed is not None else []
    lifted = [step.statement for step in chosen if step.statement.kind not in MOVED]
    changed = core.lifted(lifted) if len(lifted) == len(chosen) else moved(core.instance, core.model, chosen)
    return core.first_of(*changed, plans=start, floors=[floor], limit=limit)


# ---- more and more of one thing ----------------------------------------------------------------------------------


def ladder(core: Core, text: str) -> tuple[Statement, Fraction]:
    """The one statement that ``KEY+=STEP`` raises, and the step.

    Raises
    ------
    BadUsage
        The text has another form, or its key selects none or several.
    """
    match = _LADDER.fullmatch(text)
    if match is None:
        raise BadUsage(f"--worth {text}: expected {EXPECTED}")
    try:
        step = Fraction(Decimal(match["step"]))
    except (InvalidOperation, ValueError, OverflowError):
        step = Fraction(0)
    if step <= 0:
        raise BadUsage(f"--worth {text}: found a step of {match['step']}; expected a number above 0")
    changed = _changed(core, text, match["key"])
    if len(changed) != 1:
        found = f"{len(changed)} of them" if changed else "no pool, ceiling, budget or max_burden"
        raise BadUsage(f"--worth {text}: the key selects {found}; expected {EXPECTED}")
    if changed[0].kind == "forces.units" and step.denominator != 1:
        raise BadUsage(f"--worth {text}: found a step of {match['step']}; a pool has whole units")
    return changed[0], step


def _changed(core: Core, text: str, key: str) -> list[Statement]:
    """The statements that an override of the form of the text changes, whether or not their family holds."""
    try:
        if key.startswith("model."):
            if key != "model.max_burden" and hasattr(core.model, key.removeprefix("model.")):
                return []
            core.model.override(f"{key}+=1")
            burden = core.model.max_burden
            is_burden = key == "model.max_burden" and burden is not None
            return (
                [Statement("model.max_burden", "model.max_burden", "model", "max_burden", None, burden, "max_burden")]
                if is_burden
                else []
            )
        instance = core.instance.override(f"{key}+=1")
    except BadInput as bad:
        raise BadUsage(str(bad).replace(f"--set {key}+=1", f"--worth {text}")) from None
    found = []
    for kind in MOVED[:-1]:
        table, column = kind.split(".")
        pairs = zip(core.instance.rows(table), instance.rows(table), strict=True)
        for i, (before, after) in enumerate(pairs, start=1):
            if before[column] != after[column]:
                name = _thing(InWords(core.instance), kind, before)
                found.append(Statement(f"{kind.replace('.', f'.{i}.')}", kind, table, column, i, before[column], name))
    return found


def _thing(names: InWords, kind: str, row: Mapping[str, Any]) -> str:
    """What a ladder has more and more of."""
    if kind == "forces.units":
        return f"the {plural(names.unit(row['unit_type']))} of {names.nation(row['nation'])}"
    if kind == "nations.troop_ceiling":
        return f"the troop ceiling of {names.nation(row['nation'])}"
    return f"the budget of {names.payer(row['payer'])}{names.when(row)}"


def rungs(core: Core, text: str) -> Part:
    """What the first objective is with more and more of one thing, until it is as with no end of it."""
    said, step = ladder(core, text)
    standing = {s.id: s for s in statements(core.instance, core.model, pools=True)}
    before = core.first()
    ceiling = core.first([standing[said.id]]) if said.id in standing else before
    part = Part(lists={"rungs": [], "flat": False})
    start: list[Deployed] = [core.base.deployed] if core.base.deployed is not None else []
    floor = ceiling.bound or 0.0
    for k in range(core.most + 1):
        if core.bench.over:
            part.open.append(f"rungs beyond {k - 1}" if k else "rungs")
            break
        at = exact(said.value) + k * step
        to = int(at) if said.kind == "forces.units" else float(at)
        core.progress(f"{said.text}: {to:,g}")
        found = before
        if k:
            found = core.first_of(*moved(core.instance, core.model, [Step(said, to)]), plans=start, floors=[floor])
        if found.value is None or before.value is None:
            part.open.append(f"rung {to:g}")
            break
        start = [found.plan] if found.plan is not None else start
        part.lists["rungs"].append(
            {"at": to, "value": found.value, "bound": found.bound, "gain": before.value - found.value}
        )
        flat = gains(found, ceiling)
        if flat is False:
            part.lists["flat"] = True
            break
    else:
        part.open.append(f"rungs beyond {core.most}")
    part.text.append(_in_words(core, said, part))
    return part


def _in_words(core: Core, said: Statement, part: Part) -> str:
    """The ladder in words."""
    listed, name = part.lists["rungs"], core.model.objectives[0]
    if not listed:
        return f"Nothing is known yet of more of {said.id}."
    first, last = listed[0], listed[-1]
    if part.lists["flat"] and len(listed) == 1:
        stays = amount(name, first["value"]) if name in UNITS else percent(1 - first["value"])
        return f"More is worth nothing ({said.text}): {SAID[name]} stays at {stays}."
    before = amount(name, first["value"]) if name in UNITS else percent(1 - first["value"])
    gain = f"{_moves(name)} by {amount(name, last['gain'])}, from {before}"
    ending = "more than that is worth nothing" if part.lists["flat"] else "still more would be worth something"
    if part.open and "beyond" not in part.open[0]:
        ending = "the rest is not known yet"
    return f"From {first['at']:,g} to {last['at']:,g} ({said.text}), {gain}; {ending}."


def _moves(objective: str) -> str:
    """What an improvement does to an objective, as the beginning of a clause."""
    return f"{SAID[objective]} {'falls' if objective in UNITS else 'rises'}"
