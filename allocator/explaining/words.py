"""Words and numbers in the sentences of explanations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from allocator.instance import Instance
from allocator.naming import names_of
from allocator.wording import counted, in_sentence, percent, there_is
from allocator.wording import first_small as small


def points(share: float) -> str:
    """A share in whole percentage points, with one decimal below 10; ``0`` for what rounds to nothing."""
    value = 100 * share + 1e-9
    text = f"{value:.0f}" if abs(value) >= 10 else f"{value:.1f}"
    return "0" if float(text) == 0 else text.removesuffix(".0")


def listed(words: Sequence[str]) -> str:
    """Words or clauses as a list in a sentence: ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


class InWords:
    """The names behind the codes of an instance, as they stand inside a sentence.

    Examples
    --------
    >>> import allocator
    >>> names = InWords(allocator.read("toy-rotation"))
    >>> names.nation("AAA"), names.units(2, "battalion"), names.task("hold_port")
    ('Alpha', '2 infantry battalions', '“Hold the port”')
    """

    def __init__(self, instance: Instance) -> None:
        self._known = names_of(instance)
        self.currency = instance.currency
        self._last = instance.periods
        self._spans = {row["task"]: (row["first_period"], row["last_period"]) for row in instance.rows("tasks")}

    def _name(self, table: str, code: str) -> str:
        return self._known[table].get(code, code)

    def nation(self, code: str) -> str:
        """The name of a nation; that of a group is its code."""
        return in_sentence(self._name("nations", code))

    def nations(self, codes: Iterable[str]) -> str:
        """Nations as a list."""
        return listed([self.nation(code) for code in codes])

    def unit(self, code: str) -> str:
        """The name of a unit type."""
        return small(self._name("unit_types", code))

    def units(self, number: float, code: str) -> str:
        """So many units of a type."""
        return counted(number, self.unit(code))

    def capability(self, code: str) -> str:
        """The name of a capability."""
        return small(self._name("capabilities", code))

    def task(self, code: str) -> str:
        """The name of a task, in quotation marks: it is often a sentence of its own."""
        return f"“{self._name('tasks', code)}”"

    def objective(self, code: str) -> str:
        """The name of an objective."""
        return self._name("objectives", code)

    def target(self, code: str) -> str:
        """A target of the gap: the whole, an objective, or a line ``task.capability``."""
        if code == "gap":
            return "all that is asked"
        task, dot, capability = code.partition(".")
        return f"{self._name('tasks', task)}, {self.capability(capability)}" if dot else self.objective(code)

    def money(self, millions: float) -> str:
        """An amount of money."""
        return f"{self.currency} {millions:,.10g} million".strip()

    def payer(self, code: str) -> str:
        """Who pays: a nation, the common fund, or all together."""
        return {"*": "everyone together", "common": "the common fund"}.get(code) or self.nation(code)

    def when(self, row: Mapping[str, Any]) -> str:
        """The periods of a row after a clause: `` in periods 2 to 4``; nothing for all periods, or all of its task."""
        first, last = span = row["first_period"], row["last_period"]
        if span in ((1, self._last), self._spans.get(row.get("task"))):
            return ""
        return f" in period {first}" if first == last else f" in periods {first} to {last}"

    def requires(self, kind: str, value: str) -> str:
        """What a pledge depends on, after *only*."""
        if kind == "event":
            return f"if {there_is(value)}"
        if kind == "coalition_size":
            return f"in a coalition of {value} nations"
        codes = value.split()
        named = [self.nation(c) if c in self._known["nations"] else f"a nation of {c}" for c in codes]
        return f"with {named[0]}" if len(named) == 1 else f"with {', '.join(named[:-1])} or {named[-1]}"


SAID = {
    "gap": "coverage", "worst_period": "coverage in the worst period", "risk": "what is asked of the reluctant",
    "cost": "the cost", "burden": "the heaviest burden", "turnover": "turnover", "imbalance": "imbalance",
}  # fmt: skip
"""Objective -> what a sentence says of it; shares that are missing are said as what is covered."""


def became(objective: str, before: float, after: float, currency: str = "", verb: str = "is") -> str:
    """An objective in two plans, in words.

    Examples
    --------
    >>> became("gap", 0.25, 0.6133), became("cost", 10, 12.5, "USD")
    ('coverage is 38.7 % instead of 75.0 %', 'the cost is USD 12.5 million instead of 10')
    >>> became("gap", 0.1666667, 0.16668)
    'coverage is 83.332 % instead of 83.333 %'
    """
    if objective not in UNITS:
        then, now = apart(1 - before, 1 - after)
        return f"{SAID[objective]} {verb} {now} instead of {then}"
    said = f"{currency} {amount(objective, after)}" if UNITS[objective] == "million" else amount(objective, after)
    return f"{SAID[objective]} {verb} {said.strip()} instead of {before:,.6g}"


def apart(one: float, other: float) -> tuple[str, str]:
    """Two shares in per cent, with as many digits as tell them apart, from one to five."""
    for digits in range(1, 6):
        shown = percent(one, digits), percent(other, digits)
        if shown[0] != shown[1]:
            return shown
    return percent(one), percent(other)


FAMILY_WORDS = {
    "troop_ceiling": "troop ceilings",
    "budget": "budgets",
    "caveats": "caveats",
    "conditions": "conditional pledges",
    "minimum_contribution": "least contributions",
    "rotation": "rotation",
    "framework_nation": "framework nations",
    "availability": "availability and units kept at home",
    "prerequisites": "prerequisites",
    "commitments": "commitments",
    "willingness": "willingness",
}
"""Family -> what a reader calls its rules."""

RULE_WORDS = {
    "equal": "equal shares", "gdp": "shares by GDP", "forces": "shares by people in forces",
    "active_personnel": "shares by active personnel", "defence_spending": "shares by defence spending",
    "population": "shares by population",
}  # fmt: skip
"""Rule of fairness -> what a reader calls it."""

UNITS = {
    "risk": "thousand person-months", "cost": "million", "burden": "per mille of GDP", "turnover": "thousand people",
    "imbalance": "million",
}  # fmt: skip
"""Unit of an objective; the others are shares."""


def amount(objective: str, value: float) -> str:
    """A value of an objective, or a difference of two, with its unit."""
    if objective in UNITS:
        return f"{value:,.6g} {UNITS[objective]}"
    share = points(value)
    return f"{share} {'point' if share == '1' else 'points'}"
