"""Who could deploy anything, and what forbids it, from facts alone: no solve."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from allocator.errors import BadUsage
from allocator.exact import exact
from allocator.explaining.statements import caveat_text
from allocator.explaining.words import InWords, listed
from allocator.instance import Instance
from allocator.instance.cells import near
from allocator.problem import Problem
from allocator.purchases import Cell
from allocator.wording import event_words, plural

FACTS = ("pool", "ready", "eligible", "active")
"""Rules that are facts, in the order in which they are named."""

CHOICES = ("willingness", "caveat", "event")
"""Rules that are somebody's choice."""

ANY = "*"


@dataclass(frozen=True)
class Selection:
    """The deployments that a question is about; None means any.

    Attributes
    ----------
    nation, unit_type, task : str or None
    period : int or None
    """

    nation: str | None = None
    unit_type: str | None = None
    task: str | None = None
    period: int | None = None

    def holds(self, cell: Cell) -> bool:
        """Whether a deployment is one of them."""
        wanted = (self.nation, self.unit_type, self.task, self.period)
        return all(want is None or want == has for want, has in zip(wanted, cell, strict=True))

    def __str__(self) -> str:
        """In codes, e.g. ``FRA battalion at port in period 2``."""
        what = [
            self.nation or ("anybody" if self.unit_type is None else "any"), self.unit_type or "",
            f"at {self.task}" if self.task else "", f"in period {self.period}" if self.period else "",
        ]  # fmt: skip
        return " ".join(filter(None, what))

    def words(self, names: InWords) -> str:
        """In words, e.g. ``battalions of France at Hold the port in period 2``."""
        units = plural(names.unit(self.unit_type)) if self.unit_type else ""
        who = names.nation(self.nation) if self.nation else ""
        what = f"{units} of {who}" if units and who else f"any {units}" if units else who or "anybody"
        where = f" at {names.task(self.task)}" if self.task else ""
        return f"{what}{where}{f' in period {self.period}' if self.period else ''}"


def selection(instance: Instance, text: str) -> Selection:
    """What ``NATION [UNIT_TYPE [TASK [PERIOD]]]`` selects, ``*`` for any.

    Raises
    ------
    BadUsage
        A name that the instance does not have, with a near match, or not one to four words.
    """
    words = text.split()
    if not 1 <= len(words) <= 4:
        raise BadUsage(f"{text!r}: expected NATION [UNIT_TYPE [TASK [PERIOD]]], * for any, such as 'FRA * * 2'")
    found: list[str | None] = []
    for word, (what, table) in zip(
        words, (("nation", "nations"), ("unit_type", "unit_types"), ("task", "tasks")), strict=False
    ):
        known = [row[what] for row in instance.rows(table)]
        if word != ANY and word not in known:
            raise BadUsage(
                f"{text!r}: no {what.replace('_', ' ')} {word!r} in {table}{near(word, known) or _listed(known)}"
            )
        found.append(None if word == ANY else word)
    period = None
    if len(words) == 4 and words[3] != ANY:
        if not (words[3].isascii() and words[3].isdigit() and 1 <= int(words[3]) <= instance.periods):
            raise BadUsage(f"{text!r}: no period {words[3]!r}; expected 1 to {instance.periods}, or *")
        period = int(words[3])
    nation, unit_type, task = [*found, None, None][:3]
    return Selection(nation, unit_type, task, period)


def _listed(known: list[str]) -> str:
    return f" ({', '.join(known[:8])}{', ...' if len(known) > 8 else ''})"


def without(instance: Instance, nations: Collection[str]) -> Instance:
    """The instance without some nations: no row of theirs in ``willingness`` or ``commitments``; not checked again."""
    left = {
        table: [row for row in instance.tables[table] if row["nation"] not in nations]
        for table in ("willingness", "commitments")
    }
    return instance.with_tables(left, instance.outside | set(nations))


class Ability:
    """Which deployments have a variable, as section 3 of the specification says, and the rules that bar the others.

    A variable may still have to be 0: a ceiling, a budget, or a pledge on somebody who never comes can see to that.
    """

    def __init__(self, problem: Problem) -> None:
        instance = self.instance = problem.instance
        self.problem, self.names = problem, InWords(instance)
        self.floor = exact(problem.model.willingness_floor)
        rows = instance.rows
        every = range(1, instance.periods + 1)
        self.ready = {
            (row["nation"], row["unit_type"]): every for row in (*rows("force_changes"), *rows("acquisitions"))
        }
        self.ready |= {
            (row["nation"], row["unit_type"]): range(row["first_period"], row["last_period"] + 1)
            for row in rows("forces")
        }
        self.caveats = [row for row in rows("caveats") if problem.has("caveats")]
        self.events = [
            row
            for row in rows("conditions")
            if problem.has("conditions") and row["requires"] == "event" and not instance.events[row["value"]]
        ]

    def cells(self, chosen: Selection) -> Iterator[Cell]:
        """Every deployment that is selected, with or without a variable."""
        problem = self.problem
        yield from product(
            *(
                [one] if one is not None else every
                for one, every in (
                    (chosen.nation, problem.NATIONS),
                    (chosen.unit_type, problem.UNITS),
                    (chosen.task, problem.TASKS),
                    (chosen.period, problem.PERIODS),
                )
            )
        )

    def facts(self, cell: Cell) -> frozenset[str]:
        """The facts that bar a deployment."""
        n, u, j, t = cell
        ready = self.ready.get((n, u))
        broken = {
            "pool": ready is None,
            "ready": ready is not None and t not in ready,
            "eligible": j not in self.problem.eligible[u],
            "active": t not in self.problem.active[j],
        }
        return frozenset(rule for rule, bars in broken.items() if bars)

    def choices(self, cell: Cell) -> frozenset[str]:
        """The choices of nations that bar a deployment."""
        n, u, j, t = cell
        o = self.problem.objective_of[j]
        will = self.problem.willingness.get((n, o), {}).get(t, 0)
        here = {"nation": n, "unit_type": u, "task": j, "objective": o}
        broken = {
            "willingness": will <= 0 or will < self.floor,
            "caveat": any(
                row["nation"] == n and all(row[name] in (None, value) for name, value in here.items())
                for row in self.caveats
            ),
            "event": any(row["nation"] == n and row["objective"] in (None, o) for row in self.events),
        }
        return frozenset(rule for rule, bars in broken.items() if bars)

    def allowed(self, chosen: Selection) -> Iterator[Cell]:
        """The selected deployments that have a variable."""
        return (cell for cell in self.cells(chosen) if not self.facts(cell) and not self.choices(cell))

    def rules(self, chosen: Selection) -> list[str]:
        """The rules that forbid all that is selected; none if something is allowed.

        These are the facts that bar all of it. If facts leave something, these are the choices that bar all of that.
        Where no rule alone does, all are named that bar a part.
        """
        if next(self.allowed(chosen), None) is not None:
            return []
        by_facts = [self.facts(cell) for cell in self.cells(chosen)]
        if all(by_facts):
            return _barring(by_facts, FACTS)
        by_choice = [self.choices(cell) for cell, facts in zip(self.cells(chosen), by_facts, strict=True) if not facts]
        return _barring(by_choice, CHOICES)

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """The able pairs of nation and objective, in the order of the tables."""
        found = {
            (n, self.problem.objective_of[j]) for n, u in self.ready for n, u, j, t in self.allowed(Selection(n, u))
        }
        return [pair for pair in product(self.problem.NATIONS, self.problem.OBJECTIVES) if pair in found]

    @cached_property
    def nations(self) -> list[str]:
        """The able nations, in the order of the table."""
        return list(dict.fromkeys(n for n, _ in self.pairs))

    # ---- in words ------------------------------------------------------------------------------------------------

    def reasons(self, chosen: Selection, rules: list[str]) -> str:
        """What forbids all that is selected, in the words of the instance."""
        say = {
            "pool": self._pool, "ready": self._ready, "eligible": self._eligible, "active": self._active,
            "willingness": self._unwilling, "caveat": self._caveat, "event": self._event,
        }  # fmt: skip
        if chosen.unit_type is None and len(rules) > 1:  # what it does not have matters less than what bars the rest
            rules = [rule for rule in rules if rule != "pool"]
        return "; ".join(say[rule](chosen) for rule in rules)

    def _pool(self, chosen: Selection) -> str:
        return f"has no {plural(self.names.unit(chosen.unit_type)) if chosen.unit_type else 'forces'}"

    def _ready(self, chosen: Selection) -> str:
        spans = {
            u: span
            for (n, u), span in self.ready.items()
            if chosen.holds((n, u, chosen.task or "", chosen.period or 0))
        }
        units = [f"its {plural(self.names.unit(u))} {_span(span)}" for u, span in spans.items()]
        return f"is not ready then: {', '.join(units)}"

    def _eligible(self, chosen: Selection) -> str:
        what = plural(self.names.unit(chosen.unit_type)) if chosen.unit_type else "forces"
        where = self.names.task(chosen.task) if chosen.task else "any task"
        return f"its {what} supply nothing that {where} asks for"

    def _active(self, chosen: Selection) -> str:
        tasks = [chosen.task] if chosen.task else self.problem.TASKS
        return "no such task then: " + ", ".join(f"{self.names.task(j)} {_span(self.problem.active[j])}" for j in tasks)

    def _unwilling(self, chosen: Selection) -> str:
        """A stance on each objective that is in question."""
        problem = self.problem
        objectives = [problem.objective_of[chosen.task]] if chosen.task else problem.OBJECTIVES
        stances: dict[str, list[str]] = {}
        for o in objectives:
            here = problem.willingness.get((chosen.nation or "", o), {})
            periods = [chosen.period] if chosen.period else problem.PERIODS
            most = max(here.get(t, exact(0)) for t in periods)
            if most == 0:
                stances.setdefault("has said no to", []).append(self.names.objective(o))
            elif most < self.floor:
                low = f"is below the willingness floor ({float(most):g} < {float(self.floor):g}) for"
                stances.setdefault(low, []).append(self.names.objective(o))
        whole = {said: named for said, named in stances.items() if len(named) == len(problem.OBJECTIVES) > 1}
        if whole:
            count = len(problem.OBJECTIVES)
            return f"{next(iter(whole))} {'both' if count == 2 else f'all {_number(count)}'} objectives"
        return "; ".join(f"{said} {', '.join(named)}" for said, named in stances.items())

    def _caveat(self, chosen: Selection) -> str:
        tasks = {chosen.task} if chosen.task else set(self.problem.TASKS)
        objectives = {self.problem.objective_of[j] for j in tasks}
        rows = [
            caveat_text(row, self.names)
            for row in self.caveats
            if chosen.nation in (None, row["nation"])
            and (chosen.unit_type is None or row["unit_type"] in (None, chosen.unit_type))
            and (row["task"] is None or row["task"] in tasks)
            and (row["objective"] is None or row["objective"] in objectives)
        ]
        return "caveat: " + ", ".join(rows[:4]) + (" ..." if len(rows) > 4 else "")

    def _event(self, chosen: Selection) -> str:
        about = {self.problem.objective_of[chosen.task]} if chosen.task else set(self.problem.OBJECTIVES)
        names = dict.fromkeys(
            row["value"]
            for row in self.events
            if chosen.nation in (None, row["nation"]) and (row["objective"] is None or row["objective"] in about)
        )
        events = listed([event_words(name) for name in names])
        return f"its pledge asks for {events}, assumed not to happen"


def _barring(bars: list[frozenset[str]], order: tuple[str, ...]) -> list[str]:
    """The rules that bar every one alone, otherwise all that bar one."""
    rules = frozenset.intersection(*bars) or frozenset.union(*bars)
    return [rule for rule in order if rule in rules]


def _span(periods: range) -> str:
    if not periods:
        return "in no period"
    first, last = periods[0], periods[-1]
    return f"in period {first} alone" if first == last else f"in periods {first} to {last}"


def _number(count: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    return words[count] if count < len(words) else str(count)
