"""What else is as good: which nations are always needed, which coalitions there are, and who can stand in for whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fractions import Fraction
from typing import Any

from allocator.explaining.as_good import Coalition, Space, members, other_than, space_of
from allocator.explaining.bench import Aim
from allocator.explaining.core import Core, Part
from allocator.explaining.ranges import ranges
from allocator.explaining.why import NO_PLAN
from allocator.explaining.words import InWords
from allocator.families.rows import Term
from allocator.plan.values import Deployed
from allocator.problem import Problem


def alternatives(core: Core) -> Part:
    """Able nations in all, in none and in some of the plans as good, their coalitions, and swaps of two nations."""
    if not core.base.found:
        return Part({"always": [], "never": [], "sometimes": [], "coalitions": [], "swaps": []}, open=[NO_PLAN])
    space = space_of(core)
    part = Part()
    _sorted_out(space, part)
    _coalitions(space, part)
    _swaps(space, part)
    part.text = _in_words(core, part)
    return part


# ---- always, never, sometimes ----------------------------------------------------------------------------------------


def _sorted_out(space: Space, part: Part) -> None:
    """Nations in all plans as good, in none, and in some."""
    proved: set[str] = set()
    while not space.core.bench.over:
        left = [n for n in _alike(space) if n not in proved]
        if not left:
            break
        space.core.progress(f"plans that differ in {len(left)} nations")
        if not _differs(space, left, proved):
            break
    for n in [n for n in _alike(space) if n not in proved]:  # one by one
        here = n in members(space.core.plan)
        space.core.progress(f"a plan {'without' if here else 'with'} {space.core.names.nation(n)}")
        found = _one_by_one(space, n, not here)
        if found is False:
            proved.add(n)
        elif found is None:
            part.open.append(f"nations {n}")
    alike = set(_alike(space))
    in_hand = members(space.core.plan)
    part.lists["always"] = [n for n in space.able if n in alike & proved and n in in_hand]
    part.lists["never"] = [n for n in space.able if n in alike & proved and n not in in_hand]
    part.lists["sometimes"] = [n for n in space.able if n not in alike]


def _one_by_one(space: Space, nation: str, comes: bool) -> bool | None:
    """Whether there is a plan with, or without, a nation."""
    wanted = float(comes)
    return space.one(
        lambda coalition: (nation in coalition) == comes,
        lambda columns: [([(1.0, columns[nation])], wanted, wanted)],
    )


def _alike(space: Space) -> list[str]:
    """Nations that are in all known plans, or in none of them."""
    coalitions = space.coalitions
    return [n for n in space.able if len({n in coalition for coalition in coalitions}) == 1]


def _differs(space: Space, left: list[str], proved: set[str]) -> bool:
    """Look for a plan in which as many nations as possible come or stay away otherwise than in all known plans.

    If there is none, all of them are proved; returns whether the search is worth another try.
    """
    in_hand = members(space.core.plan)

    def unchanged(m: Any, problem: Problem) -> list[Term]:
        stay = sum(n not in in_hand for n in left)
        return [(float(stay), m.one), *((1.0 if n in in_hand else -1.0, m.comes[n]) for n in left)]

    def changed(deployed: Deployed) -> int:
        coalition = members(deployed)
        return sum((n in coalition) != (n in in_hand) for n in left)

    aim = Aim("unchanged", unchanged, lambda problem, deployed: Fraction(len(left) - changed(deployed)), True)
    outcome = space.run(aim, keeps=lambda _: True, plans=[space.core.plan], gap=0.0, limit=space.patience)
    if outcome.deployed is None or aim.name not in outcome.bounds:
        return False
    if changed(outcome.deployed):
        return True
    if outcome.bounds[aim.name].bound > len(left) - 1 + 1e-6:
        proved.update(left)
    return False


# ---- coalitions and swaps --------------------------------------------------------------------------------------------


def _coalitions(space: Space, part: Part) -> None:
    """Coalitions up to the number asked for, that of the plan in hand first."""
    most = space.core.most
    while len(space.coalitions) <= most:
        known = set(space.coalitions)
        space.core.progress(f"coalition {len(known) + 1}")
        if space.core.bench.over:
            part.open.append("coalitions")
            break
        found = _another(space, known)
        if found is not True:
            if found is None:
                part.open.append("coalitions")
            break
    coalitions = space.coalitions
    if len(coalitions) > most:
        part.open.append(f"coalitions beyond {most}")
    part.lists["coalitions"] = [_listed(space, coalition) for coalition in coalitions[:most]]


def _another(space: Space, known: Collection[Coalition]) -> bool | None:
    """Whether there is a coalition besides the known ones."""
    return space.one(
        lambda coalition: coalition not in known,
        lambda comes: [other_than(coalition, comes) for coalition in known],
    )


def _swaps(space: Space, part: Part) -> None:
    """Pairs [a, b] such that b in place of the member a gives a coalition of a plan as good."""
    in_hand = members(space.core.plan)
    inside = [n for n in space.able if n in in_hand and n not in part.lists["always"]]
    outside = [n for n in space.able if n not in in_hand and n not in part.lists["never"]]
    possible = {in_hand - {a} | {b}: [a, b] for a in inside for b in outside}
    known: set[Coalition] = set()
    while possible:
        known |= {coalition for coalition in space.coalitions if coalition in possible}
        left = [coalition for coalition in possible if coalition not in known]
        if not left:
            break
        space.core.progress(f"who can stand in for whom, {len(left)} left")
        found = _swapped(space, in_hand, frozenset(left), frozenset(possible) - frozenset(left))
        if found is not True:
            if found is None:
                part.open.append("swaps")
            break
    part.lists["swaps"] = [pair for coalition, pair in possible.items() if coalition in known]


def _swapped(
    space: Space, in_hand: Coalition, wanted: Collection[Coalition], known: Collection[Coalition]
) -> bool | None:
    """Whether one of some coalitions is there, each with one member of the plan in hand less and one more."""

    def rows(comes: Any) -> list[tuple[list[Term], float, float | None]]:
        inside: list[Term] = [(1.0, column) for n, column in comes.items() if n in in_hand]
        outside: list[Term] = [(1.0, column) for n, column in comes.items() if n not in in_hand]
        stay = len(in_hand) - 1.0
        return [(inside, stay, stay), (outside, 1.0, 1.0), *(other_than(coalition, comes) for coalition in known)]

    return space.one(lambda coalition: coalition in wanted, rows)


def _listed(space: Space, coalition: Iterable[str]) -> list[str]:
    """A coalition in the order of the table."""
    inside = set(coalition)
    return [n for n in space.able if n in inside]


def _in_words(core: Core, part: Part) -> list[str]:
    """The alternatives in words."""
    lists = part.lists
    within = f"within {100 * core.within:g} %" if core.within else "without any loss"
    names = InWords(core.instance)
    always, never, some = (names.nations(lists[name]) for name in ("always", "never", "sometimes"))
    count = len(lists["coalitions"])
    one = "one coalition is known so far" if part.open else "one coalition"
    text = [f"Plans as good {within}: {one if count == 1 else f'{count} coalitions are listed'}."]
    for named, say in ((always, "In every such plan"), (never, "In none"), (some, "In some")):
        if named:
            text.append(f"{say}: {named}.")
    if lists["swaps"]:
        swaps = ", ".join(f"{names.nation(b)} for {names.nation(a)}" for a, b in lists["swaps"][:6])
        text.append(f"One can stand in for another: {swaps}.")
    return text


__all__ = ["alternatives", "ranges"]
