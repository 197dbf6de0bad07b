"""BACKTESTS.md, from its template and the recorded scores: what its sentences quote, and what they say without a number."""

from __future__ import annotations

from typing import Any

from building.backtests import NAME, PERSISTENCE, Backtests, load_backtests
from building.facts import Facts
from building.page import filled
from building.quotes import Lookup, Said
from building.writing import HERE, between

PAGE = HERE / f"{NAME}.md"
LEAST_CHANGE = "`reference`, least change"
HAIR = 0.05  # percentage points of the mean error: no more than a hair
HEAVY, SMALL = (
    f"a conditional yes from the half with the {which}" for which in ("heavier burden", "smaller contingents")
)


def write_backtests(facts: Facts) -> None:
    PAGE.write_text(rendered_backtests(facts), encoding="utf-8")


def rendered_backtests(facts: Facts, tests: Backtests | None = None) -> str:
    """The whole page; nothing is solved."""
    tests = tests or load_backtests(facts)
    found = Found(tests)
    fields: dict[str, Any] = {"x": Lookup(found.figures().__getitem__), "say": Said()}
    page = filled(NAME, fields, found.holds())
    for mark, content in tests.blocks().items():
        page = between(page, mark, content)
    return page


class Found:
    """What the page says of the scores; the first set is the fitted one."""

    def __init__(self, tests: Backtests) -> None:
        self.tests = tests
        self.blind = tests.scores[1:]
        self.promised = next(label for label in tests.scores[0] if label.endswith("of each share promised"))
        self.plain, self.low, self.gloomy, self.spread, _, _, self.rate, _ = tests.departures

    def wins(self, one: str, other: str) -> list[int]:
        """The sets in which one kind of stance has a better Brier score than another, as printed."""
        pairs = zip(
            *(tuple(round(score, 3) for score in self.tests.departures[label]) for label in (one, other)), strict=True
        )
        return [at for at, (mine, theirs) in enumerate(pairs) if mine < theirs]

    def figures(self) -> dict[str, float]:
        facts, iraq = self.tests.facts, self.tests.cases[2]
        stays = iraq.stays.values()
        return {
            "blind": len(self.blind), "lost": sum(found[PERSISTENCE].rank > 1 for found in self.blind), "part": self.tests.fit.part,
            "iraq left": sum(not stay for stay in stays) / len(stays), "low wins": len(self.wins(self.low, self.plain)),
            "low": facts.assume("stance_yes").least, "korea": iraq.after["KOR"], "korea then": iraq.before["KOR"],
            "spread": (facts.assume("stance_yes").value + facts.assume("stance_yes_conditional").value) / 2,
        }  # fmt: skip

    def mean(self, label: str) -> float:
        return sum(found[label].mean for found in self.blind) / len(self.blind)

    def holds(self) -> dict[str, bool]:
        """What the page says without a number."""
        kosovo, others = self.blind[-1], self.blind[:-1]
        force, usual = self.tests.cases[-1], self.mean(PERSISTENCE)
        departures = self.tests.departures
        return {
            "unchanged shares are best in all blind sets but Kosovo": all(found[PERSISTENCE].rank == 1 for found in others)
            and kosovo[PERSISTENCE].rank == 2,
            "least change is better there by a hair": 0 < kosovo[PERSISTENCE].mean - kosovo[LEAST_CHANGE].mean < HAIR
            and kosovo[LEAST_CHANGE].rank == 1,
            "that force hardly changed its size": abs(force.growth - 1) < 0.01,
            "plans from nothing err more than twice as much": all(
                self.mean(f"model `{model}`") > 2 * usual for model in ("reference", "proportional")
            ),
            "proportional is the rule by GDP": all(
                round(found["model `proportional`"].mean, 2) == round(found["in proportion to GDP"].mean, 2)
                for found in self.tests.scores
            ),
            "least change is nearly as good": usual < self.mean(LEAST_CHANGE) < 1.1 * usual,
            "the fitted part is best on the fitted set alone": self.tests.scores[0][self.promised].rank == 1
            and all(found[self.promised].mean > found[PERSISTENCE].mean for found in self.blind),
            "large errors are the surge, departures and South Korea": self.blind[0][PERSISTENCE].worst.startswith("USA")
            and self.blind[1][PERSISTENCE].worst.startswith("KOR") and self.blind[1][LEAST_CHANGE].worst.startswith("ITA"),
            "nobody left Bosnia": all(self.tests.cases[0].stays.values()),
            "in about the same time": abs(self.tests.cases[0].set.months - self.tests.cases[2].set.months) <= 3,
            "the low end wins in the same blind sets": self.wins(self.low, self.plain) == self.wins(self.low, self.rate)
            and 0 not in self.wins(self.low, self.plain),
            "where hardly anybody leaves it costs next to nothing": departures[self.low][1] - departures[self.plain][1] < 0.01,
            "a conditional yes is too gloomy but in Iraq to February 2007": 2 not in self.wins(self.low, self.gloomy)
            and self.wins(self.low, self.gloomy) == [0, 1, 3, 4],
            "neither burden nor size says who leaves": not self.wins(HEAVY, self.spread) and not self.wins(SMALL, self.spread),
        }  # fmt: skip
