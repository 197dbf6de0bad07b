"""Minimal conflicts: lines and families with which there is no plan, and with any one of them lifted there is.

The smallest are found first by implicit hitting sets. Every set with which there is a plan leaves out some elements,
and a conflict must contain one of them. The smallest set of elements that does so for every known plan is tried next:
either it leaves no plan, and then it is a conflict, or it has a plan, which is extended until it keeps as much as it
can. (A. Ignatiev, A. Previti, M. Liffiton, J. Marques-Silva, Smallest MUS Extraction with Minimal Hitting Set
Dualization, CP 2015.) The statements of a conflict that already leave no plan are found by QuickXplain (U. Junker,
AAAI 2004).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from allocator.explaining.bench import Extend, Holds
from allocator.explaining.core import Core, Part
from allocator.explaining.oracle import Oracle
from allocator.explaining.statements import Statement, statements
from allocator.explaining.words import FAMILY_WORDS

LINE = "requirements.max_gap"
"""Kind of the statements that stand for themselves in a conflict; the others stand for their family."""


@dataclass(frozen=True)
class Conflict:
    """A conflict.

    Attributes
    ----------
    elements : tuple of str
        Ids of lines, and names of families.
    members : tuple of Statement
        Statements of theirs that already leave no plan.
    minimal : bool
        Whether it is proved that no element and no member can be lifted.
    """

    elements: tuple[str, ...]
    members: tuple[Statement, ...]
    minimal: bool


def conflicts(core: Core, always: tuple[Holds, Extend] | None = None) -> Part:
    """All minimal conflicts, fewest elements first, up to ``core.most``; none if there is a plan.

    Parameters
    ----------
    core : Core
        What is explained.
    always : pair of Holds and Extend, optional
        A condition that is always in force.
    """
    search = Search(core, always)
    found: list[Conflict] = []
    for conflict in search.all():
        if len(found) == core.most:
            search.open.append(f"conflicts beyond {core.most}")
            break
        found.append(conflict)
        core.progress(f"{len(found)} conflicts found")
    found.sort(key=lambda conflict: not conflict.minimal)
    rows = [
        {
            "families": list(conflict.elements),
            "members": [core.statement(member) for member in conflict.members],
            "minimal": conflict.minimal,
        }
        for conflict in found
    ]
    return Part({"conflicts": rows}, _sentences(found, always is not None), list(dict.fromkeys(search.open)))


class Search:
    """The search for conflicts: see the module."""

    def __init__(self, core: Core, always: tuple[Holds, Extend] | None = None, *, infeasible: bool = False) -> None:
        self.core = core
        stated = statements(core.instance, core.model, stances="objective")
        self.oracle = Oracle(core.bench, core.instance, core.model, stated, always)
        self.elements: dict[str, list[Statement]] = {}
        for statement in stated:
            self.elements.setdefault(statement.element, []).append(statement)
        self.names = list(self.elements)
        self.lines = {s.id for s in stated if s.kind == LINE}
        self.open: list[str] = []
        self.cores: list[tuple[int, ...]] = []  # conflicts met on the way, as numbers of elements
        self.hits: set[int] = set()
        self.seen = 0  # plans of the oracle that are among the hits
        if infeasible or (always is None and core.settled_infeasible):
            self.oracle.none.append(frozenset(s.id for s in stated))

    def all(self, *, shortest: bool = False) -> Iterator[Conflict]:
        """Each conflict; if the time is over, the smallest set that is known to leave no plan comes last.

        With ``shortest``, a conflict met on the way ends the search as soon as no other can have fewer elements.
        """
        everything = range(len(self.names))
        if (known := self._decide(everything)) is not False:
            if known is None:
                self.open.append("conflicts")
            return
        blocked: list[int] = []
        unsure: list[int] = []
        any_found = False
        while (chosen := smallest(len(self.names), self._hits(), blocked + unsure)) is not None:
            core = self._core_of(len(chosen)) if shortest and not unsure else None
            if core is not None:
                chosen = core
            answer = self._grown(chosen) if core is None else False
            if answer is None:
                unsure.append(_bits(chosen))
                self.open.append("conflicts")
                if self.core.bench.over:
                    break
            elif not answer:
                conflict = self._conflict(chosen)
                if conflict is None:  # the resident model is mistrusted; conflicts found so far were proved without it
                    self.cores = []
                    continue
                blocked.append(_bits(chosen))
                any_found = True
                yield conflict
        if not any_found:
            yield self._last_place()

    def first(self) -> Conflict | None:
        """A conflict of the fewest elements; None if there is none or the time is over."""
        return next(self.all(shortest=True), None)

    def quick(self) -> None:
        """Find some small conflict, not the smallest; the search falls back on it when the time is over."""
        families, lines = self._apart(range(len(self.names)))
        self._core([*families, *lines])

    def _apart(self, chosen: Iterable[int]) -> tuple[list[int], list[int]]:
        """Families and lines."""
        chosen = list(chosen)
        return (
            [k for k in chosen if self.names[k] not in self.lines],
            [k for k in chosen if self.names[k] in self.lines],
        )

    def _ids(self, chosen: Iterable[int]) -> list[str]:
        return [s.id for k in chosen for s in self.elements[self.names[k]]]

    def _decide(self, chosen: Sequence[int], brief: bool = False) -> bool | None:
        return self.oracle.decide(self._ids(chosen), brief)

    # ---- plans that keep as much as they can, and conflicts met on the way to them ------------------------------

    def _hits(self) -> list[int]:
        """For each known plan the elements that it does not keep."""
        for _, ids in self.oracle.plans[self.seen :]:
            kept = (k for k, name in enumerate(self.names) if ids.issuperset(s.id for s in self.elements[name]))
            self.hits.add(_bits(range(len(self.names))) & ~_bits(list(kept)))
        self.seen = len(self.oracle.plans)
        least = [hit for hit in self.hits if not any(other & hit == other for other in self.hits if other != hit)]
        return sorted(least)

    def _grown(self, chosen: Sequence[int]) -> bool | None:
        """Whether there is a plan with the chosen elements; if so, one that keeps many others is known afterwards."""
        families = [k for k in self._apart(range(len(self.names)))[0] if k not in chosen]
        while True:
            kept = [*chosen, *families]
            answer = self.oracle.closest(self._ids(kept), self.lines)
            if answer is None and (answer := self._decide(kept, brief=True)) is None:
                if not families or self.core.bench.over:
                    return self._decide(chosen)
                families = families[: len(families) // 2]
                continue
            if answer:
                return True
            blamed = [k for k in self._core(kept) if k not in chosen]
            if not blamed:
                return self._decide(chosen)
            families = [k for k in families if k != blamed[-1]]

    def _core(self, among: Sequence[int]) -> list[int]:
        """Elements among some that leave no plan, few of which can be left out; the first ones rather stay."""
        for known in self.cores:
            if set(known) <= set(among):
                return list(known)
        few = self.oracle.few(self._ids(among)) or frozenset(self._ids(among))
        among = [k for k in among if few.intersection(self._ids([k]))]
        needed, proved = self._needed([], [self._ids([k]) for k in among], brief=True)
        core = sorted(k for k in among if self._ids([k]) in needed)
        if proved and self._decide(core, brief=True) is False:
            self.cores.append(tuple(core))
        return core

    def _core_of(self, size: int) -> list[int] | None:
        """The first known conflict with so many elements."""
        return next((list(core) for core in sorted(self.cores) if len(core) == size), None)

    def _kept(self, chosen: Sequence[int]) -> list[int]:
        """All elements that a known plan keeps which keeps the chosen ones."""
        ids = self.oracle.kept(frozenset(self._ids(chosen))) or frozenset(self._ids(chosen))
        return [k for k, name in enumerate(self.names) if ids.issuperset(s.id for s in self.elements[name])]

    def _conflict(self, chosen: Sequence[int]) -> Conflict | None:
        """A conflict with the statements that already leave no plan, which is proved of the instance built anew.

        None if there is a plan after all.
        """
        families, lines = self._apart(chosen)
        background = self._ids(lines)
        few = self.oracle.few(self._ids(chosen)) or frozenset(self._ids(chosen))
        weight = self.oracle.weight(few)  # what takes little part in a proof can rather be left out, and comes last
        rest = sorted((i for i in self._ids(families) if i in few), key=lambda i: -weight.get(i, 0.0))
        needed, proved = self._needed(background, [[i] for i in rest])
        ids = {*background, *(i for part in needed for i in part)}
        answer = self.oracle.confirm(ids)
        if answer:
            return None
        proved = proved and answer is False
        if not proved:
            self.open.append("members of conflicts")
        members = [s for s in self._of(chosen) if s.id in ids]
        return Conflict(tuple(self.names[k] for k in chosen), tuple(members), proved)

    def _of(self, chosen: Iterator[int] | Sequence[int]) -> list[Statement]:
        return [s for k in chosen for s in self.elements[self.names[k]]]

    def _last_place(self) -> Conflict:
        """The smallest set that is known to leave no plan, as a conflict that is not proved to be minimal."""
        ids = self.oracle.last()
        chosen = [k for k, name in enumerate(self.names) if ids.intersection(s.id for s in self.elements[name])]
        return Conflict(tuple(self.names[k] for k in chosen), tuple(s for s in self._of(chosen) if s.id in ids), False)

    def _needed(
        self, background: list[str], parts: list[list[str]], brief: bool = False
    ) -> tuple[list[list[str]], bool]:
        """The fewest parts that leave no plan with the background, none of which can be left out; and its proof."""
        proved = True

        def needed(given: list[str], added: bool, rest: list[list[str]]) -> list[list[str]]:
            nonlocal proved
            if added:
                answer = self.oracle.decide(given, brief)
                proved = proved and answer is not None
                if answer is False:
                    return []
            if len(rest) <= 1:
                return rest
            half = len(rest) // 2
            second = needed([*given, *(i for part in rest[:half] for i in part)], True, rest[half:])
            first = needed([*given, *(i for part in second for i in part)], bool(second), rest[:half])
            return [*first, *second]

        return needed(background, False, parts), proved


def _bits(chosen: Sequence[int]) -> int:
    return sum(1 << k for k in chosen)


def smallest(count: int, hits: Sequence[int], blocked: Sequence[int]) -> list[int] | None:
    """The smallest set of the numbers below ``count``, the first in order, that meets each of some sets.

    Sets are bits of a number. The result contains none of the blocked sets; None if there is no such set.
    """
    for size in range(count + 1):
        found = _of_size(size, 0, 0, count, list(hits), blocked)
        if found is not None:
            return found
        if not hits:
            return None
    return None


def _of_size(
    size: int, chosen: int, start: int, count: int, left: list[int], blocked: Sequence[int]
) -> list[int] | None:
    """At most ``size`` numbers from ``start`` that meet what is left, with those chosen before them."""
    if any(chosen & block == block for block in blocked):
        return None
    if not left:
        return [k for k in range(count) if chosen >> k & 1]
    apart, used = 0, 0
    for each in sorted(left, key=int.bit_count):
        if not each & used:
            apart, used = apart + 1, used | each
    if apart > size:
        return None
    last = min(each.bit_length() for each in left)
    for k in range(start, last):
        if any(each >> k & 1 for each in left):
            rest = [each for each in left if not each >> k & 1]
            found = _of_size(size - 1, chosen | 1 << k, k + 1, count, rest, blocked)
            if found is not None:
                return found
    return None


# ---- in words ----------------------------------------------------------------------------------------------------


def _sentences(found: Sequence[Conflict], added: bool) -> list[str]:
    if not found:
        return ["There is a plan: no rules conflict."]
    text = [] if len(found) == 1 else [f"{len(found)} sets of rules leave no plan, each by itself."]
    return [*text, *(sentence(conflict, added) for conflict in found)]


MOST_SAID = 5
"""Statements that a sentence names; the others are counted."""


def sentence(conflict: Conflict, added: bool = False) -> str:
    """A conflict in words."""
    if not conflict.elements:
        cause = "the pools and other facts leave no plan that meets the condition"
        cause = cause if added else "the limits that the model sets on objectives leave no plan"
        return f"No rule is to blame: {cause}, even with every rule lifted."
    texts = [member.text for member in conflict.members]
    more = f"; and {len(texts) - MOST_SAID} more" if len(texts) > MOST_SAID + 1 else ""
    said = "; ".join(texts[:MOST_SAID] if more else texts) + more
    lines = [member for member in conflict.members if member.kind == LINE]
    families = [FAMILY_WORDS.get(name, name) for name in conflict.elements if not name.startswith("requirements.")]
    if len(conflict.elements) == 1 and lines:
        return f"This cannot be met with all that there is, whatever other rule is lifted: {said}."
    *names, last = [*(["these lines" if len(lines) > 1 else "this line"] if lines else []), *families]
    named = f"{', '.join(names)} and {last}" if names else last
    if not conflict.minimal:
        return f"These cannot all hold, and perhaps fewer of them cannot either ({named}): {said}."
    return f"These cannot all hold; with any one of them lifted there is a plan ({named}): {said}."
