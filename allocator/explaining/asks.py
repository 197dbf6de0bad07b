"""The ask list: whom to telephone so that a line is met or a target reached, for what, and what each yes is worth.

Each nation has rules of its own: stances, caveats, conditions, ceilings, budgets, least contributions, availability,
units kept at home, limits on what it commits, and relief. A *yes* of a nation changes some of them. The fewest nations
are asked, and of each the cheapest changes; nobody is asked for units that it does not have, and no rule that several
nations share is touched. No other line (for an objective: no other objective) may lose what it has in the plan in hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from allocator.errors import BadUsage
from allocator.explaining.calls import Caller
from allocator.explaining.changes import Set
from allocator.explaining.core import Core, Part, same
from allocator.explaining.could import could
from allocator.explaining.need import parse
from allocator.explaining.why import NO_PLAN
from allocator.explaining.words import InWords, listed, points
from allocator.instance.cells import near
from allocator.wording import first_capital

ALL = "all"
"""The argument that asks about every unmet line."""

SHAPE = "all, a line TASK.CAPABILITY, an objective, or a share such as coverage.safe_skies>=0.8 or coverage>=0.7"


def goal(core: Core, text: str) -> tuple[str, Fraction | None]:
    """The target that a question names, and the unmet share that is wanted; None for as little as possible.

    Raises
    ------
    BadUsage
        The text has another form, or names what is not there.
    """
    if "=" not in text and "<" not in text and ">" not in text:
        if text not in core.targets:
            raise BadUsage(f"--asks {text}: found no such target{near(text, core.targets)}; expected {SHAPE}")
        return text, None
    try:
        limits = parse(core, text).limits
    except BadUsage as wrong:
        raise BadUsage(str(wrong).replace("--need", "--asks")) from None
    if not limits:
        raise BadUsage(f"--asks {text}: nations are asked for units, and this is no share of what is met; {SHAPE}")
    ((target, most),) = limits.items()
    return target, most


def check(core: Core, text: str) -> None:
    """Refuse a target that cannot be read."""
    if text != ALL:
        goal(core, text)


def asks(core: Core, text: str = ALL) -> Part:
    """The ask list: ``sets`` of nations, their ``asks`` in the order of the calls, and who else ``could`` give.

    Parameters
    ----------
    core : Core
        What is explained.
    text : str
        ``all`` for every unmet line, each with its first set; or one target, with every set up to ``core.most``.
    """
    part = Part({"sets": [], "asks": [], "could": []})
    if not core.base.found:
        return Part(dict(part.lists), open=[NO_PLAN])
    caller = Caller(core)
    if text != ALL:
        target, most = goal(core, text)
        _asked(core, caller, target, most, part, whole=True)
        part.lists["could"] = could(core, caller, [target], part)
        return part
    targets = _unmet_lines(core)
    if len(targets) == 1:
        return asks(core, targets[0])
    for target in targets:
        if core.bench.over:
            part.open.append(f"asks {target}")
        else:
            _asked(core, caller, target, None, part, whole=False)
    part.lists["could"] = could(core, caller, targets, part)
    part.text = _summary(core, targets, part)
    return part


def _unmet_lines(core: Core) -> list[str]:
    """The unmet lines, those that weigh most in the gap first."""
    assert core.base.problem is not None
    problem = core.base.problem
    missing = {}
    for target in core.targets:
        if "." in target:
            share = core.unmet(problem, target, core.plan)
            weight = sum(row.weight for row in problem.rows if f"{row.task}.{row.capability}" == target)
            missing[target] = share * weight
    return [target for target in sorted(missing, key=lambda name: -missing[name]) if missing[target]]


def _asked(core: Core, caller: Caller, target: str, most: Fraction | None, part: Part, *, whole: bool) -> None:
    """The sets for one target, as rows of the answer: up to ``core.most`` and in words, or the first alone."""
    core.progress(f"whom to ask for {core.names.target(target)}")
    now = caller.now(target)
    reach, plan, proved = caller.reach(target)
    if plan is None:
        part.open.append(f"asks {target}")
        return
    if not proved:
        part.open.append(f"asks {target}" if same(float(reach), float(now)) else f"least unmet share of {target}")
        if same(float(reach), float(now)):
            return
    wanted = reach if most is None or (most < reach and proved) else most
    if wanted == reach and (same(float(reach), float(now)) or (most is not None and most < reach)):
        part.text.append(_unreachable(core, target, now, reach, most))
        if same(float(reach), float(now)):
            return
    found: list[Set] = []
    for chosen, settled in caller.sets(target, wanted, plan):
        if not settled or (chosen is not None and len(found) == core.most):
            part.open.append(f"sets beyond {len(found)} for {target}")
        if chosen is None or len(found) == core.most:
            break
        found.append(chosen)
        _add(core, caller, target, now, wanted, len(found), chosen, part)
        core.progress(f"whom to ask for {core.names.target(target)}: sets found, {len(found)}")
        if not whole:
            return
    if found:
        part.text += _sentences(core, target, now, wanted, found, part)


def _add(
    core: Core, caller: Caller, target: str, now: Fraction, wanted: Fraction, number: int, chosen: Set, part: Part
) -> None:
    """A set and its calls as rows."""
    calls, after, settled = caller.calls(target, wanted, chosen)
    if not settled:
        part.open.append(f"worth of set {number} for {target}")
    part.lists["sets"].append(
        {
            "target": target, "set": number, "nations": [call["nation"] for call in calls],
            "units": sum(given["units"] for call in calls for given in call["gives"]) if after.found else None,
            "now": float(now), "after": float(wanted), "price": float(chosen.price), "verified": after.found,
        }
    )  # fmt: skip
    part.lists["asks"] += [
        {"target": target, "set": number, "call": place, **call} for place, call in enumerate(calls, start=1)
    ]


# ---- in words ----------------------------------------------------------------------------------------------------


def _name(core: Core, target: str) -> str:
    return first_capital(core.names.target(target))


def _unreachable(core: Core, target: str, now: Fraction, reach: Fraction, most: Fraction | None) -> str:
    """What stays missing whoever says yes."""
    said = f"{_name(core, target)}: {points(float(now))} points are missing"
    if same(float(now), float(reach)):
        return f"{said}; no nation's yes closes any: none has more to give, or a rule that nations share prevents it."
    more = "" if most is None else f", more than {points(float(most))}"
    return f"{said}; if every nation says yes to everything, {points(float(reach))} stay missing{more}."


def _sentences(core: Core, target: str, now: Fraction, wanted: Fraction, found: list[Set], part: Part) -> list[str]:
    """The first set in words: whom to call, and what comes of it."""
    names = InWords(core.instance)
    left = f"leaves {points(float(wanted))} of {points(float(now))} points missing"
    result = "meets it in full" if wanted == 0 else left
    first: list[dict[str, Any]] = [row for row in part.lists["asks"] if (row["target"], row["set"]) == (target, 1)]
    name = _name(core, target)
    if not found[0].nations:
        return [f"{name}: nobody need be asked; another plan {result}, and nothing else loses by it."]
    called = listed([f"{names.nation(row['nation'])}{_given(row['gives'], names)}" for row in first])
    calls = "one call" if len(first) == 1 else f"{len(first)} calls, in this order"
    said = f"{name}: {calls}: {called}; that {result}."
    others = sum(len(each.nations) == len(found[0].nations) for each in found) - 1
    return [said, *([f"{others} other {'set is' if others == 1 else 'sets are'} as small."] if others else [])]


def _given(gives: list[dict[str, Any]], names: InWords) -> str:
    sent: dict[str, int] = {}
    for each in gives:
        sent[each["unit_type"]] = sent.get(each["unit_type"], 0) + each["units"]
    return f" ({', '.join(names.units(units, u) for u, units in sent.items())})" if sent else ""


def _summary(core: Core, targets: list[str], part: Part) -> list[str]:
    """All unmet lines in words: how many can be met, and who is called for most of them."""
    if not targets:
        return ["Every line is met: there is nobody to ask."]
    found = {row["target"]: row["after"] for row in part.lists["sets"]}
    full = [target for target, after in found.items() if same(after, 0.0)]
    asked: dict[str, int] = {}
    for row in part.lists["asks"]:
        asked[row["nation"]] = asked.get(row["nation"], 0) + 1
    names: Mapping[str, str] = {row["nation"]: row["name"] for row in core.instance.rows("nations")}
    often = sorted(asked, key=lambda n: -asked[n])[:MOST_NAMED]
    first = [f"{names[n]} ({asked[n]} {'line' if asked[n] == 1 else 'lines'})" for n in often]
    more = len(asked) - len(often)
    called = listed([*first, *([f"{more} other nations"] if more > 1 else [names[n] for n in asked if n not in often])])
    partly = len(found) - len(full)
    left = sum(f"asks {target}" in part.open for target in targets)
    parts = [f"{number} {how}" for number, how in ((len(full), "in full"), (partly, "in part")) if number]
    met = f"{listed(parts)}, each by itself" if parts else "none"
    text = [f"Of {len(targets)} unmet lines, calls can meet {met}."]
    text += [f"{left} of them {'is' if left == 1 else 'are'} not settled."] if left else []
    text += [f"Who is called: {called}."] if asked else []
    return [*text, *part.text, "--asks TASK.CAPABILITY lists every smallest set for a line, and who else could give."]


MOST_NAMED = 6
"""Nations that the summary names."""
