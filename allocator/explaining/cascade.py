"""The cascade of pledges: who comes if everyone waits for others, and who sets it off. Sets alone, no solve.

All periods count as one. A set of able pairs of nation and objective is consistent if the conditions of each pair hold
with the nations of the set as members. Unions of consistent sets are consistent, so that there is a greatest one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import combinations
from typing import Any

from allocator.explaining.ability import Ability
from allocator.explaining.core import Core, Part
from allocator.explaining.words import InWords

Pair = tuple[str, str]
"""Nation and objective."""

MOST_TRIGGERS = 3
"""Largest size of the sets of nations that are tried as triggers."""


class Pledges:
    """The conditions of the able pairs; nations are bits of a number."""

    def __init__(self, ability: Ability) -> None:
        problem = ability.problem
        self.pairs = ability.pairs
        self.bit = {n: 1 << at for at, n in enumerate(problem.NATIONS)}
        self.counted = sum(bit for n, bit in self.bit.items() if n not in problem.money.collective)
        able = set(self.pairs)
        self.some: dict[Pair, list[int]] = {pair: [] for pair in self.pairs}  # each of these must have a member
        self.size: dict[Pair, int] = dict.fromkeys(self.pairs, 0)  # nations that must be members
        for n, o, requires, value in problem.pledges if problem.has("conditions") else ():
            if (n, o) not in able or requires == "event":
                continue
            if requires == "coalition_size":
                self.size[n, o] = max(self.size[n, o], value)
            else:
                self.some[n, o].append(self.mask([value] if requires == "nation" else value))

    def mask(self, nations: Iterable[str]) -> int:
        """The number of a set of nations."""
        return sum(self.bit[n] for n in set(nations))

    def members(self, pairs: Iterable[Pair]) -> int:
        """The nations of a set of pairs."""
        return self.mask(n for n, _ in pairs)

    def holds(self, pair: Pair, members: int) -> bool:
        """Whether the conditions of a pair hold with some members."""
        return (
            all(mask & members for mask in self.some[pair]) and self.size[pair] <= (members & self.counted).bit_count()
        )

    def greatest(self, without: Collection[str] = ()) -> list[Pair]:
        """The union of all consistent sets of the able pairs, without some nations."""
        kept = [pair for pair in self.pairs if pair[0] not in without]
        while True:
            members = self.members(kept)
            left = [pair for pair in kept if self.holds(pair, members)]
            if len(left) == len(kept):
                return kept
            kept = left

    def grown(self, pairs: Collection[Pair], inside: Iterable[Pair]) -> frozenset[Pair]:
        """Pairs, and all of ``inside`` that follow: their conditions hold with those that are in and their own."""
        found = set(pairs)
        members = self.members(found)
        left = [pair for pair in inside if pair not in found]
        grows = True
        while grows:
            grows = False
            for pair in left:
                if pair not in found and self.holds(pair, members | self.bit[pair[0]]):
                    found.add(pair)
                    members |= self.bit[pair[0]]
                    grows = True
        return frozenset(found)

    def triggers(self, greatest: list[Pair], least: frozenset[Pair]) -> list[list[str]]:
        """All smallest sets of nations whose pairs carry the least coalition to the greatest one.

        None of the nations of a smallest set follows from the others.
        """
        own: dict[str, list[Pair]] = {}
        for n, o in greatest:
            own.setdefault(n, []).append((n, o))
        waiting = list(dict.fromkeys(n for n, o in greatest if (n, o) not in least))
        reached: dict[tuple[str, ...], frozenset[Pair]] = {(): least}
        for size in range(1, MOST_TRIGGERS + 1):
            wider = {}
            for chosen in combinations(waiting, size):
                before = reached.get(chosen[:-1])
                if before is not None and not before.issuperset(own[chosen[-1]]):
                    wider[chosen] = self.grown(before.union(own[chosen[-1]]), greatest)
            found = [list(chosen) for chosen, pairs in wider.items() if len(pairs) == len(greatest)]
            if found:
                return found
            reached = wider
        return []


def cascade(core: Core) -> Part:
    """The greatest and the least coalition of pledges, what sets off the rest, and who takes others down."""
    pledges = Pledges(core.ability)
    greatest = pledges.greatest()
    least = pledges.grown((), greatest)
    waiting = [pair for pair in greatest if pair not in least]
    triggers = pledges.triggers(greatest, least)
    keystones = []
    for n in dict.fromkeys(n for n, _ in greatest):
        left = set(pledges.greatest(without=[n]))
        down = [list(pair) for pair in greatest if pair[0] != n and pair not in left]
        if down:
            keystones.append({"nation": n, "takes_down": down})
    keystones.sort(key=lambda row: -len(row["takes_down"]))
    lists: dict[str, Any] = {
        "greatest": [list(pair) for pair in greatest],
        "least": [list(pair) for pair in greatest if pair in least],
        "waiting": [list(pair) for pair in waiting],
        "triggers": triggers,
        "keystones": keystones,
    }
    return Part({"cascade": lists}, _text(lists, InWords(core.instance)))


def _text(lists: dict[str, Any], names: InWords) -> list[str]:
    """The cascade in words."""
    greatest, waiting, triggers, keystones = (lists[name] for name in ("greatest", "waiting", "triggers", "keystones"))
    if not greatest:
        return ["Pledges alone: nobody can come."]
    nations = len({n for n, _ in greatest})
    if waiting:
        held = names.nations(dict.fromkeys(n for n, _ in waiting))
        text = [
            f"Pledges alone: of {len(greatest)} pledges of {nations} nations, {len(waiting)} wait for others: {held}."
        ]
        if triggers:
            sets = "; ".join(names.nations(chosen) for chosen in triggers[:5])
            text.append(f"They all follow as soon as one of these comes first: {sets}.")
        else:
            text.append(f"No {MOST_TRIGGERS} nations together bring them all.")
    else:
        text = [f"Pledges alone: all {len(greatest)} pledges of {nations} nations can be kept, and none has to wait."]
    for row in keystones[:3]:
        down = row["takes_down"]
        fall = "one pledge of another nation falls" if len(down) == 1 else f"{len(down)} pledges of others fall"
        text.append(f"Without {names.nation(row['nation'])}, {fall}.")
    return text
