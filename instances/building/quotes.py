"""Figures as the pages quote them: every number of a page is a field of its template, worked out from data and records.

``{people:k}`` in a template is the number of people of the answer, in thousands; ``{if_[without France].gap:%}`` the gap
of a row beside it. A number that no figure is behind is ``{say[four]}``. What a page says without a number is a named
statement of :mod:`building.statements`, which a test holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import ceil
from typing import Any

from building.facts import Facts
from building.recorded import BASE, Recorded, Run
from building.scenario import Scenario

WORDS = (
    "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
PARTS = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 8: "eighth", 10: "tenth"}
SHARES = {Fraction(top, bottom) for bottom in PARTS for top in range(1, bottom)}
NEAR = 0.035
"""How far a share in words may be from the figure."""


class Number(float):
    """A number that is written as a page says it."""

    def __format__(self, form: str) -> str:
        return FORMS[form](self) if form in FORMS else float.__format__(self, form)


def words(value: float) -> str:
    if abs(value - round(value)) > 0.01 or not 0 <= round(value) < len(WORDS):
        raise ValueError(f"{value:g} is no whole number from 0 to {len(WORDS) - 1}")
    return WORDS[round(value)]


def share(value: float) -> str:
    """The nearest simple part in words."""
    nearest = min(SHARES, key=lambda part: (round(abs(float(part) - value), 3), part.denominator))
    if abs(float(nearest) - value) > NEAR:
        raise ValueError(f"{value:g} is near no simple part")
    if nearest == Fraction(1, 2):
        return "half"
    top, part = nearest.numerator, PARTS[nearest.denominator]
    return f"a{'n' if part == 'eighth' else ''} {part}" if top == 1 else f"{WORDS[top]} {part}s"


def times(value: float) -> str:
    if abs(value / round(value) - 1) > 0.1:
        raise ValueError(f"{value:g} times is near no whole number")
    return {2: "twice"}.get(round(value), f"{words(round(value))} times")


FORMS: dict[str, Callable[[float], str]] = {
    "%": lambda x: f"{100 * x:.0f} %",
    "1%": lambda x: f"{100 * x:.1f} %",
    "n": lambda x: f"{x:,.10g}" if abs(x - round(x)) > 1e-6 else f"{x:,.0f}",
    "0": lambda x: f"{x:,.0f}",
    "k": lambda x: f"{round(x, -3):,.0f}",
    "h": lambda x: f"{round(x, -2):,.0f}",
    "1": lambda x: f"{x:.1f}",
    "words": words,
    "Words": lambda x: words(x).capitalize(),
    "Share": lambda x: share(x).capitalize(),
    "Times": lambda x: times(x).capitalize(),
    "share": share,
    "times": times,
    "up": lambda x: f"{ceil(100 * x) / 100:.2f}",
    "pp": lambda x: f"{100 * x:.1f}",
    "points": lambda x: words(round(100 * x)),
    "round": lambda x: words(round(x)),
}


class Lookup:
    """``{name[key]}``: a number by its key."""

    def __init__(self, find: Callable[[str], Any]) -> None:
        self._find = find

    def __getitem__(self, key: str) -> Any:
        found = self._find(key)
        return Number(found) if isinstance(found, int | float) else found


class Said:
    """``{say[text]}``: what no figure is behind."""

    def __getitem__(self, text: object) -> str:
        return str(text)


class Row:
    """``{if_[label]}``: a row beside the answer."""

    def __init__(self, run: Run, base: Run) -> None:
        self.run, self.status = run, run.status
        for name in ("gap", "risk", "cost", "burden"):
            setattr(self, name, Number(run.values[name]))
        self.coverage = Number(1 - run.values["gap"])
        self.more = Number(run.values["gap"] - base.values["gap"])
        self.less = Number(-self.more)
        self.people = Number(sum(row["personnel"] for row in run.tables["deployments"]))

    def supplied(self, line: str) -> float:
        return lines(self.run)[line][1]


def lines(run: Run) -> dict[str, tuple[float, float]]:
    """Line -> (required, supplied): ``task.capability``, with ``.period`` too."""
    found: dict[str, tuple[float, float]] = {}
    for row in run.tables["coverage"]:
        pair = float(row["required"]), float(row["supplied"])
        found[f"{row['task']}.{row['capability']}.{row['period']}"] = pair
        found.setdefault(f"{row['task']}.{row['capability']}", pair)
    return found


class Quotes:
    """The figures of a page, by the names that its template uses."""

    def __init__(self, scenario: Scenario, facts: Facts, record: Recorded) -> None:
        base = record.base
        self.scenario, self.facts, self.record = scenario, facts, record
        self.rows = {label: Row(run, base) for label, run in record.runs.items() if run.values and label != BASE}
        self.lines = lines(base)
        self.periods = scenario.periods
        self.nations = {row["nation"]: float(row["personnel"]) for row in base.tables["nations"] if row["personnel"]}
        tasks = {task.key: task.objective for task in scenario.tasks}
        self.on: Counter[str] = Counter()
        for row in base.tables["deployments"]:
            self.on[tasks[row["task"]]] += row["personnel"] / self.periods
        self.people = sum(self.on.values())
        asked = [row for row in base.tables["coverage"] if row["required"] > 0]
        self.asked = len(asked)
        self.met = sum(row["shortfall"] <= 1e-3 * row["required"] for row in asked)

    def share(self, line: str) -> float:
        required, supplied = self.lines[line]
        return supplied / required

    def names(self, extra: Mapping[str, float]) -> dict[str, Any]:
        facts, base = self.facts, self.record.base
        return {
            "people": Number(self.people), "on": Lookup(self.on.__getitem__), "gap": Number(base.values["gap"]),
            "coverage": Number(1 - base.values["gap"]), "cost": Number(base.values["cost"]),
            "burden": Number(base.values["burden"]), "met": Number(self.met), "asked": Number(self.asked),
            "unmet": Number(self.asked - self.met), "senders": Number(len(self.nations)),
            "all": Number(len(self.scenario.nations) or len(base.instance.rows("nations"))),
            "supplied": Lookup(lambda line: self.lines[line][1]), "required": Lookup(lambda line: self.lines[line][0]),
            "share": Lookup(self.share), "nation": Lookup(self.nations.__getitem__),
            "part": Lookup(lambda nation: self.nations[nation] / self.periods / self.people),
            "if_": Lookup(self.rows.__getitem__), "x": Lookup(extra.__getitem__), "say": Said(),
            "given": Lookup(lambda key: facts.assumptions[key].value),
            "given_low": Lookup(lambda key: facts.assumptions[key].least),
            "given_high": Lookup(lambda key: facts.assumptions[key].most),
            "ratio": Lookup(lambda key: facts.ratios[key].value), "mid": Lookup(lambda key: facts.seeds[key].value),
            "low": Lookup(lambda key: facts.seeds[key].least), "high": Lookup(lambda key: facts.seeds[key].most),
            "unit": Lookup(lambda key: facts.units[tuple(key.split("."))].value),  # type: ignore[index]
        }  # fmt: skip
