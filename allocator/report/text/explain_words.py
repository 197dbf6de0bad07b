"""How an answer calls things: names instead of codes, coverage and points instead of shares of the gap."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from allocator.explaining.answer import Answer
from allocator.explaining.statements import FAMILY_OF
from allocator.explaining.words import RULE_WORDS, SAID, UNITS, listed
from allocator.naming import Names
from allocator.report.text.words import money_unit, number, objective_heading, percent
from allocator.wording import counted, first_small, in_sentence

Row = Mapping[str, Any]
"""A row of a list of an answer."""


class Words:
    """How an answer calls things: names of its instance, and values of the first objective of its model."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.names = answer, Names(answer.names)
        objectives = answer.manifest.get("model", {}).get("objectives") or ["gap"]
        self.first = str(objectives[0])
        self.share = self.first not in UNITS
        self.several = len(answer.names.get("objectives", {})) > 1

    # ---- names -----------------------------------------------------------------------------------------------

    def nation(self, code: str) -> str:
        """The name of a nation in a cell."""
        return self.names.nation(code)

    def nations(self, codes: Sequence[str]) -> str:
        """Nations as a list in a sentence."""
        return listed([in_sentence(self.names.nation(code)) for code in codes])

    def target(self, code: str) -> str:
        """A target of the gap: the whole, an objective or a line."""
        if code == "gap":
            return "all that is asked"
        return self.names.line(code) if "." in code else self.names.of("objectives", code)

    def units(self, number_: float, unit: str) -> str:
        """So many units of a type."""
        return counted(number_, first_small(self.names.of("unit_types", unit)))

    def statement(self, code: str) -> str:
        """What a statement says."""
        return self.answer.texts.get(code, code)

    def pledges(self, pairs: Sequence[Sequence[str]]) -> list[str]:
        """Pledges as a text for each objective; nations alone if there is one objective."""
        found: dict[str, list[str]] = {}
        for nation, objective in pairs:
            found.setdefault(objective, []).append(nation)
        if not self.several:
            return [self.nations(nations) for nations in found.values()]
        return [f"{self.names.of('objectives', o)}: {self.nations(nations)}" for o, nations in found.items()]

    def open(self, text: str) -> str:
        """Something that is open, with names in the place of codes."""
        kind, _, rest = text.partition(" ")
        parts = [self._word(part) for part in rest.split(" ")] if rest else []
        if kind == "pairs":
            parts = [" and ".join(parts)]
        return " ".join([OPEN.get(kind, kind), *parts])

    def _word(self, code: str) -> str:
        if code in self.answer.texts:
            return f"“{self.answer.texts[code]}”"
        task, dot, capability = code.partition(".")
        known = self.answer.names
        if dot and task in known.get("tasks", {}) and capability in known.get("capabilities", {}):
            return f"“{self.names.line(code)}”"
        return RULE_WORDS.get(code) or self.names.any(code)

    @property
    def families(self) -> set[str]:
        """The families of all statements of the instance and the model."""
        kinds = (re.sub(r"\.\d+", "", code) for code in self.answer.texts)  # tables.3.column and tables.3
        return {FAMILY_OF[kind] if kind in FAMILY_OF else FAMILY_OF[kind.partition(".")[0]] for kind in kinds}

    # ---- values ----------------------------------------------------------------------------------------------

    @property
    def heading(self) -> str:
        """What the first objective is called above its values; of what is missing, what is covered is shown."""
        return SAID[self.first] if self.share else objective_heading(self.first, money_unit(self.answer.currency))

    @property
    def unit(self) -> str:
        """The unit of a difference of the first objective."""
        return "points" if self.share else UNITS[self.first].replace("million", money_unit(self.answer.currency))

    def value(self, row: Row, key: str = "value") -> str:
        """A value of the first objective, with ~ where it is not proved."""
        value = row.get(key)
        if value is None:
            return "no plan" if row.get("loss", 0) is None else "–"
        bound = row.get("bound")
        sure = bound is None or bound >= value - 1e-6 * max(1.0, abs(value))
        return ("" if sure else "~") + (percent(1 - value) if self.share else number(value))

    def difference(self, value: float | None) -> str:
        """A difference of the first objective."""
        return "–" if value is None else points(value) if self.share else number(value)


def points(share: float | None, error: float | None = None) -> str:
    """Percentage points in a table, with ~ where they may be wrong in the digit that is shown."""
    if share is None:
        return "–"
    text = f"{100 * share + 1e-9:.1f}"
    text = "<0.1" if share > 1e-9 and text == "0.0" else text.replace("-0.0", "0.0")
    return ("" if error is None or error < 0.0005 else "~") + text


OPEN = {
    "target": "what depends on what in", "asks": "whom to ask for", "takes_over": "who takes over from",
    "nations": "nation", "pairs": "the pair", "limit": "the limit", "step": "the step", "verdict": "the verdict on",
    "ranges": "least and most of", "ask_less": "the cheapest way to ask less", "cheapest": "the cheapest way out",
    "could": "who else could give",
}  # fmt: skip
"""First word of something open, as in the JSON -> in words."""
