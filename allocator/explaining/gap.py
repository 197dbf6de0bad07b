"""The gap, divided: what other lines take, what exists nowhere, and what depends on politics, relief, people, money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import factorial
from typing import Any

from allocator.explaining.causes import CAUSES, called
from allocator.explaining.core import Core, Part, Reached
from allocator.explaining.screening import best_first
from allocator.explaining.statements import Statement, statements
from allocator.explaining.words import listed, points

Subset = frozenset[str]


def causes(core: Core) -> dict[str, list[Statement]]:
    """The causes that have a statement, with their statements."""
    found = statements(core.instance, core.model)
    parts = {cause: [s for s in found if s.family in families] for cause, families in CAUSES.items()}
    return {cause: part for cause, part in parts.items() if part}


# ---- targets -----------------------------------------------------------------------------------------------------


def targets(core: Core) -> Part:
    """The unmet share of the whole, of each objective and of each line that is short, divided."""
    part, parts = Part(), causes(core)
    assert core.base.problem is not None
    rows = []
    for target in core.targets:
        plan = float(core.unmet(core.base.problem, target, core.plan))
        if "." in target and plan == 0:
            continue
        core.progress(f"what depends on what in {core.names.target(target)}")
        rows.append(_divided(core, target, plan, parts, part))
    part.lists["targets"] = rows
    objectives = [row for row in rows if "." not in row["target"] and row["target"] != "gap"]
    said = [row for row in rows if row["target"] == "gap"] if len(objectives) == 1 else rows  # the same twice
    part.text = [sentence(core, row, parts) for row in said if "." not in row["target"] and row["plan"]]
    if not part.text:
        part.text = ["Nothing is missing: every line is met."]
    return part


def _divided(
    core: Core, target: str, plan: float, parts: Mapping[str, Sequence[Statement]], part: Part
) -> dict[str, Any]:
    """One target; what is not proved is added to ``part.open``."""
    least = _leasts(core, target, parts)
    alone, every = least.get(Subset()), least.get(Subset(parts))
    known = alone is not None and alone.value is not None and every is not None and every.value is not None
    row: dict[str, Any] = {"target": target, "plan": plan, "least": None, "competition": None, "forces": None}
    if alone is not None and alone.value is not None:
        row |= {"least": alone.value, "competition": plan - alone.value}
    if known and every is not None:
        row["forces"] = every.value
        if not every.settled:
            row["forces_bound"] = every.bound
    if any(not reached.settled for reached in least.values()) or len(least) < 2 ** len(parts):
        part.open.append(f"target {target}")
    if alone is not None and not alone.settled:
        row["bound"] = alone.bound
    row["causes"] = [_cause(cause, parts, least) for cause in parts]
    return row


def _leasts(core: Core, target: str, parts: Mapping[str, Sequence[Statement]]) -> dict[Subset, Reached]:
    """Set of lifted causes -> least unmet share, as far as time allows: none and all first, then what lies between.

    Bounds with more causes lifted and plans with fewer hold in between, so that most sets need no solver.
    """
    sizes = sorted(range(len(parts) + 1), key=lambda size: (-abs(2 * size - len(parts)), size))
    least: dict[Subset, Reached] = {}
    for size in sizes:
        for chosen in combinations(parts, size):
            if core.bench.over:
                return least
            reached = core.least(target, [statement for cause in chosen for statement in parts[cause]])
            if reached.value is not None:
                least[Subset(chosen)] = reached
    return least


def _cause(cause: str, parts: Mapping[str, Sequence[Statement]], least: Mapping[Subset, Reached]) -> dict[str, Any]:
    every = Subset(parts)
    share, error = _share(cause, list(parts), least)
    row: dict[str, Any] = {"cause": cause, "alone": None, "last": None, "share": share, "error": error}
    ends = {"alone": (Subset(), Subset([cause])), "last": (every - {cause}, every)}
    for name, (fewer, more) in ends.items():
        before, after = least.get(fewer), least.get(more)
        if before is None or after is None or before.value is None or after.value is None:
            continue
        row[name] = before.value - after.value
        if not (before.settled and after.settled):
            wide = [reached.value - (reached.bound or 0.0) for reached in (before, after) if reached.value is not None]
            row[f"{name}_error"] = max(wide)
    return row


def _share(cause: str, parts: Sequence[str], least: Mapping[Subset, Reached]) -> tuple[float | None, float | None]:
    """The Shapley value of a cause, and by how much it may be wrong where solves stayed open."""
    others = [other for other in parts if other != cause]
    share = low = high = 0.0
    settled = True
    for size in range(len(parts)):
        weight = factorial(size) * factorial(len(parts) - size - 1) / factorial(len(parts))
        for chosen in combinations(others, size):
            before, after = least.get(Subset(chosen)), least.get(Subset(chosen) | {cause})
            if before is None or after is None:
                return None, None
            assert before.value is not None
            assert after.value is not None
            share += weight * (before.value - after.value)
            low += weight * ((before.bound or 0.0) - after.value)
            high += weight * (before.value - (after.bound or 0.0))
            settled = settled and before.settled and after.settled
    return share, 0.0 if settled else max(high - share, share - low)


def _clause(share: float, one: str, several: str) -> str:
    """So many points and what they do, in the singular for 1 point."""
    return f"{points(share)} {one if points(share) == '1' else several}"


def sentence(core: Core, row: Mapping[str, Any], parts: Mapping[str, Sequence[Statement]]) -> str:
    """A divided target in words."""
    what = "" if row["target"] == "gap" else f" in {core.names.target(row['target'])}"
    families = {cause: {statement.family for statement in part} for cause, part in parts.items()}
    shares = [(each["share"], called(each["cause"], families[each["cause"]])) for each in row["causes"]]
    clauses = [
        _clause(share, f"depends on {name}", f"depend on {name}")
        for share, name in shares
        if share and points(share) != "0"
    ]
    if row["competition"] and points(row["competition"]) != "0":
        rest = "taken by other lines and earlier objectives"
        clauses.append(_clause(row["competition"], f"is {rest}", f"are {rest}"))
    if row["forces"] is not None and points(row["forces"]) != "0":
        clauses.append(_clause(row["forces"], "exists nowhere", "exist nowhere"))
    if not clauses:
        return f"{points(row['plan'])} points are missing{what}; what they depend on is not known yet."
    if row["forces"] is None or any(share is None for share, _ in shares):
        clauses.append("the rest is not divided yet")
    open_ = "forces_bound" in row or any(each["error"] and points(each["error"]) != "0" for each in row["causes"])
    doubt = " (not all of it proved)" if open_ else ""
    return f"Of the {points(row['plan'])} points missing{what}, {listed(clauses)}{doubt}."


# ---- limits ------------------------------------------------------------------------------------------------------


def limits(core: Core) -> Part:
    """Each statement of a nation that lowers the gap if it alone is lifted."""
    before = core.least("gap")
    single = [
        statement
        for statement in statements(core.instance, core.model)
        if statement.nation and any(statement.family in families for families in CAUSES.values())
    ]
    part = Part(lists={"limits": []})
    found = best_first(
        core,
        before,
        single,
        lambda chosen, _, limit: core.least("gap", chosen, limit),
        lambda chosen: chosen,
        part,
        "limit",
    )
    for statement, after, gain in found:
        row = {"id": statement.id, "nation": statement.nation, "least": after.value, "gain": gain}
        part.lists["limits"].append(row if after.settled else row | {"bound": after.bound})
    part.text = [
        f"{statement.text[0].upper()}{statement.text[1:]}: lifting that alone closes {points(gain)} points."
        for statement, _, gain in found[:1]
    ]
    return part
