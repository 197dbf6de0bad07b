"""What a condition on the plan would take: nothing, a price in the objectives, or changes of the rules."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pyomo.core as pyo

from allocator.errors import BadUsage
from allocator.explaining.aims import More
from allocator.explaining.bench import Extend, Holds, Outcome
from allocator.explaining.conflicts import conflicts
from allocator.explaining.core import Core, Part, same
from allocator.explaining.repairs import repairs
from allocator.explaining.words import became, listed
from allocator.families.objectives import MAKERS
from allocator.families.rows import Rows, Term, linear
from allocator.instance.cells import near
from allocator.plan.values import Deployed, objective_values
from allocator.problem import Problem

ROOM = Fraction(1, 10**7)
"""Relative difference, at least of 1, by which a condition may be missed: solvers compute with limited precision."""

LONGEST = 30
"""Powers of ten within which a number of a condition must be."""

_CONDITION = re.compile(r"\s*(?P<what>[^<>=\s]+)\s*(?P<sign><=|>=)\s*(?P<number>\S+)\s*")
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?|[+-]?\.\d+([eE][+-]?\d+)?")
KNOWN = ("gap", "risk", "cost", "burden", "members", "unmet.TASK.CAPABILITY", "coverage", "coverage.OBJECTIVE")
SHAPE = (
    "gap, risk, cost, burden, members or unmet.TASK.CAPABILITY <= a number, or coverage, coverage.OBJECTIVE or "
    "members >= a number"
)


@dataclass(frozen=True)
class Condition:
    """A condition that a plan should meet.

    Attributes
    ----------
    text : str
        As it was given.
    holds : callable
        Whether a plan keeps it exactly.
    extend : callable
        Adds it to a Pyomo model.
    limits : mapping
        Target -> the unmet share at or below which it stays, where the condition is about such shares.
    """

    text: str
    holds: Holds
    extend: Extend
    limits: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def always(self) -> tuple[Holds, Extend]:
        """The condition as one that is always in force."""
        return self.holds, self.extend


def need(core: Core, text: str) -> Part:
    """Whether a plan can meet a condition, and at what price.

    Parameters
    ----------
    core : Core
        What is explained.
    text : str
        For example ``coverage.safe_skies>=0.9``.

    Raises
    ------
    BadUsage
        The condition cannot be read, or names what is not there.
    """
    condition = parse(core, text)
    base = core.base
    if base.deployed is not None and base.problem is not None and condition.holds(base.problem, base.deployed):
        return _answer("free", core, base, condition, "the plan in hand keeps it already.")
    forced = _forced(core, condition)
    if forced.infeasible:
        part = conflicts(core, condition.always)
        ways = repairs(core, condition.always)
        said = f"No plan meets {condition.text}."
        return Part(
            {"verdict": "impossible", **part.lists, **ways.lists},
            [said, *part.text, *ways.text],
            [*part.open, *ways.open],
        )
    if forced.deployed is None:
        return Part({"verdict": "open"}, [f"It stays open whether a plan can meet {condition.text}."], ["verdict"])
    return _answer(_verdict(core, base, forced), core, forced, condition, "")


def _forced(core: Core, condition: Condition) -> Outcome:
    """The best plan that keeps a condition; proved in full where the usual gap does not settle what it costs."""

    def solve(**more: Any) -> Outcome:
        return core.bench.run(
            core.instance, core.model, extend=condition.extend, keeps=condition.holds, wider=[core.base], **more
        )

    outcome = solve()
    if outcome.deployed is not None and _verdict(core, core.base, outcome) == "open" and not core.bench.over:
        sharper = solve(plans=[outcome.deployed], gap=0.0, limit=core.bench.patience)
        outcome = sharper if sharper.found else outcome
    return outcome


def _verdict(core: Core, base: Outcome, forced: Outcome) -> str:
    """``possible`` as soon as an objective is proved to be worse, ``free`` if none differs, else ``open``."""
    for name in core.model.objectives:
        if name not in base.bounds or name not in forced.bounds:
            return "open"
        value, reached = base.bounds[name].value, forced.bounds[name]  # before later objectives took their tolerance
        if reached.bound > value and not same(value, reached.bound):
            return "possible"
        if reached.value > value and not same(value, reached.value):
            return "open"
    return "free"


def _answer(verdict: str, core: Core, forced: Outcome, condition: Condition, said: str) -> Part:
    rows: list[dict[str, Any]] = [
        {
            "objective": name,
            "value": float(core.base.values[name]) if name in core.base.values else None,
            "forced": float(forced.values[name]),
            "bound": forced.bounds[name].bound,
        }
        for name in core.model.objectives
    ]
    worse = [row for row in rows if row["value"] is not None and not same(row["value"], row["forced"])]
    currency = core.instance.currency
    prices = listed([became(row["objective"], row["value"], row["forced"], currency) for row in worse])
    words = {
        "free": f"{condition.text} costs nothing: {said or 'another plan with the same values keeps it.'}",
        "possible": f"{condition.text} is possible, at this price: {prices}.",
        "open": f"{condition.text} is possible; the solver did not prove whether it costs anything ({prices}).",
    }
    return Part({"verdict": verdict, "objectives": rows}, [words[verdict]], ["verdict"] if verdict == "open" else [])


# ---- reading a condition ---------------------------------------------------------------------------------------


def parse(core: Core, text: str) -> Condition:
    """Read a condition such as ``cost<=1200``.

    Raises
    ------
    BadUsage
        It cannot be read, or names what is not there.
    """
    part = _CONDITION.fullmatch(text)
    if part is None:
        raise BadUsage(f"--need {text}: expected {SHAPE}")
    what, sign = part["what"], part["sign"]
    head, _, rest = what.partition(".")
    heads = {name.partition(".")[0]: name for name in KNOWN}
    if head not in heads or (rest and "." not in heads[head] and head != "coverage"):
        raise BadUsage(f"--need {text}: there is no {what}{near(what, KNOWN)}; expected {SHAPE}")
    if head != "members" and sign != (">=" if head == "coverage" else "<="):
        right = ">=" if head == "coverage" else "<="
        raise BadUsage(f"--need {text}: {head} is limited with {right}, not {sign}")
    number = _number(text, part["number"], head)
    said = f"{what}{sign}{part['number']}"
    if head == "members":
        return _members(said, sign, int(number))
    if head == "coverage":
        return _share(core, said, text, rest or "gap", 1 - number, objective=bool(rest))
    if head == "unmet":
        return _share(core, said, text, rest, number, objective=False)
    if head == "gap":
        return _share(core, said, text, "gap", number, objective=False)
    return _objective(said, head, number)


def _number(text: str, number: str, head: str) -> Fraction:
    if not _NUMBER.fullmatch(number):
        raise BadUsage(f"--need {text}: {number} is no number; write a share as 0.9, not as 90 %")
    if abs(Decimal(number).adjusted()) > LONGEST:
        raise BadUsage(f"--need {text}: {number} is out of range")
    value = Fraction(Decimal(number))
    if head in ("gap", "coverage", "unmet") and not 0 <= value <= 1:
        raise BadUsage(f"--need {text}: {head} is a share; expected a number from 0 to 1")
    if value < 0 or (head == "members" and value.denominator != 1):
        kind = "a whole number of nations" if head == "members" else "a number"
        raise BadUsage(f"--need {text}: expected {kind} of at least 0")
    return value


def _share(core: Core, said: str, text: str, target: str, most: Fraction, *, objective: bool) -> Condition:
    """An unmet share stays at or below a number."""
    line = target != "gap" and not objective
    known = [name for name in core.targets if ("." in name) == line and (line or name != "gap")]
    if target != "gap" and target not in known:
        kind = "line TASK.CAPABILITY with a quantity" if line else "objective with a line"
        raise BadUsage(f"--need {text}: there is no {kind} {target!r}{near(target, known)}")
    return shares(core, {target: most}, said)


def shares(core: Core, limits: Mapping[str, Fraction], said: str = "") -> Condition:
    """The unmet share of each target stays at or below a number."""
    aims = {target: core.aim(target) for target in limits}
    return _at_most(said, [(aims[target].terms, aims[target].value, most) for target, most in limits.items()], limits)


def share_rows(core: Core, limits: Mapping[str, Fraction]) -> More:
    """The rows of :func:`shares`, for a programme that is built without them."""
    aims = {target: core.aim(target) for target in limits}

    def rows(m: Any) -> list[tuple[list[Term], float]]:
        ends = {target: float(most + _room(most) / 2) for target, most in limits.items()}
        found = [(aim.terms(m, m.problem), ends[target]) for target, aim in aims.items()]
        return [(terms, most) for terms, most in found if terms]

    return rows


def _objective(said: str, name: str, most: Fraction) -> Condition:
    """An objective stays at or below a number."""

    def terms(m: Any, problem: Problem) -> list[Term]:
        if name == "burden" and m.component("heaviest") is not None:
            return [(1.0, m.heaviest)]
        return linear(MAKERS[name](m, problem)).pairs(m.cells)

    return _at_most(said, [(terms, lambda problem, plan: objective_values(problem, plan)[name], most)])


Limited = tuple[Callable[[Any, Problem], list[Term]], Callable[[Problem, Deployed], Fraction], Fraction]
"""Terms of a sum, its exact value, and a number at or below which it stays."""


def _at_most(said: str, parts: Sequence[Limited], limits: Mapping[str, Fraction] | None = None) -> Condition:
    """Each sum stays at or below its number."""

    def extend(m: Any, problem: Problem) -> None:
        m.needed = Rows(doc="the condition of the question")
        for at, (terms, _, most) in enumerate(parts):
            scale = float(10_000 / max(Fraction(1), most))
            scaled = [(scale * a, x) for a, x in terms(m, problem)]
            if scaled:
                m.needed[at] = (None, linear(scaled), scale * float(most + _room(most) / 2))

    def holds(problem: Problem, plan: Deployed) -> bool:
        return all(value(problem, plan) <= most + _room(most) for _, value, most in parts)

    return Condition(said, holds, extend, limits or {})


def _room(most: Fraction) -> Fraction:
    return ROOM * max(Fraction(1), most)


def _members(said: str, sign: str, count: int) -> Condition:
    """At most, or at least, so many nations deploy something in some period; collectives are not counted."""

    def counted(problem: Problem, plan: Deployed) -> int:
        return len({n for n, *_ in plan} - set(problem.money.collective))

    def extend(m: Any, problem: Problem) -> None:
        cells: dict[str, list[Any]] = defaultdict(list)
        for (n, _, _), here in m.cells.items():
            if n not in problem.money.collective:
                cells[n] += here.values()
        m.counted = pyo.Var(list(cells), domain=pyo.Binary, doc="a nation is a member in some period")
        m.needed = Rows(doc="the condition of the question")
        for n, columns in cells.items():
            if sign == ">=":
                m.needed[n] = (None, linear([(1.0, m.counted[n]), *((-1.0, x) for x in columns)]), 0.0)
                continue
            for number, x in enumerate(columns):
                m.needed[n, number] = (None, linear([(1.0, x), (-float(x.ub), m.counted[n])]), 0.0)
        total = linear([(1.0, m.counted[n]) for n in cells] or [(0.0, m.one)])
        ends = (float(count), None) if sign == ">=" else (None, float(count))
        m.needed["members"] = (ends[0], total, ends[1])

    def holds(problem: Problem, plan: Deployed) -> bool:
        return counted(problem, plan) >= count if sign == ">=" else counted(problem, plan) <= count

    return Condition(said, holds, extend)
