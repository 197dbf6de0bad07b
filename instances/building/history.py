"""Contributions that were seen, with GDP, armed forces and prices of the time; and the sets of the back-tests.

A set predicts a later list from an earlier one. Whatever is fitted is fitted on the set ``bosnia``; all other sets are
blind.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from building.facts import Fact, Facts, fact
from building.refresh import DATA

BOSNIA = {"ifor_1996": "historic_ifor_troops", "sfor_1998": "historic_sfor_troops"}
"""Lists that are rows of `data/inventory.csv`; all others are in `data/contributions.csv`."""

People = Mapping[str, float]


class History:
    """The data files of the back-tests, by list, nation and year."""

    def __init__(self, facts: Facts) -> None:
        self.lists: dict[str, dict[str, Fact]] = {
            name: {nation: people for (nation, kind), people in facts.inventory.items() if kind == force}
            for name, force in BOSNIA.items()
        }
        for row in _rows("contributions"):
            self.lists.setdefault(row["list"], {})[row["nation"]] = fact(row)
        self.figures = {(r["attribute"], int(r["year"]), r["nation"]): fact(r) for r in _rows("figures_by_year")}

    def people(self, name: str) -> dict[str, float]:
        """Nation -> people in a list."""
        return {nation: people.value for nation, people in self.lists[name].items()}

    def figure(self, attribute: str, year: int) -> dict[str, Fact]:
        """Nation -> figure of a year: `gdp` (millions of USD), `armed_forces` (people), `consumer_prices`."""
        return {n: value for (name, when, n), value in self.figures.items() if (name, when) == (attribute, year)}


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class Set:
    """Two lists of a mission.

    ``year`` is the last whole year before the earlier list: that of GDP and armed forces. ``without`` are nations that
    only one of the lists counts. A list that is not ``complete`` says nothing about the nations that it does not name.
    """

    title: str
    short: str
    before: str
    after: str
    year: int
    months: int
    quality: str
    without: tuple[str, ...] = ()
    complete: bool = True


FITTED = Set(
    "Bosnia, 1996 to 1998", "Bosnia", "ifor_1996", "sfor_1998", 1995, 24,
    "one written answer for both; the figure of France for 1998 is hard to read",
)  # fmt: skip
BLIND = (
    Set("Afghanistan, October 2009 to March 2012", "Afghanistan", "isaf_2009", "isaf_2012", 2008, 30,
        "reprints of NATO's lists; the United States of 2012 rounded; the later list names 46 of 48 nations"),
    Set("Iraq, late 2004 to February 2007", "Iraq to February 2007", "iraq_2004", "iraq_2007_02", 2003, 26,
        "the earlier list is undated and secondary, and leaves out the United States", without=("USA",)),
    Set("Iraq, February to October 2007", "Iraq to October 2007", "iraq_2007_02", "iraq_2007_10", 2006, 8, "two counts of one news agency"),
    Set("Kosovo, February 2017 to August 2022", "Kosovo", "kfor_2017", "kfor_2022", 2016, 66,
        "the later list names 16 of 27 nations, the largest and the smallest, and one that left", complete=False),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A set with its figures, for the nations that can be compared.

    These have a GDP and an army of the time, so that every rule can say something about them. Whoever comes anew is
    compared too: every prediction gives it nothing.
    """

    set: Set
    history: History

    @cached_property
    def gdp(self) -> dict[str, float]:
        """GDP of the year, millions of USD."""
        return {n: figure.value for n, figure in self.history.figure("gdp", self.set.year).items()}

    @cached_property
    def army(self) -> dict[str, float]:
        """People in the armed forces of the year."""
        return {n: figure.value for n, figure in self.history.figure("armed_forces", self.set.year).items()}

    @cached_property
    def sent(self) -> dict[str, float]:
        """People in the earlier list, of nations of which it is known whether they are in the later one."""
        people = self.history.people(self.set.before)
        return {n: people[n] for n in people if n not in self.set.without and (self.set.complete or n in self._later)}

    @cached_property
    def before(self) -> dict[str, float]:
        """People in the earlier list, of nations that can be compared."""
        return {n: people for n, people in self.sent.items() if self._compared(n)}

    @cached_property
    def after(self) -> dict[str, float]:
        """People in the later list."""
        return {n: people for n, people in self._later.items() if self._compared(n)}

    @cached_property
    def total(self) -> float:
        """People in the later force: how large it is to be is known, who sends them is not."""
        return sum(self.after.values())

    @cached_property
    def growth(self) -> float:
        return self.total / sum(self.before.values())

    @cached_property
    def stays(self) -> dict[str, bool]:
        """Whether a nation of the earlier list is in the later one, where that is known."""
        return {n: self._later.get(n, 0) > 0 for n in self.sent}

    @cached_property
    def left_out(self) -> list[str]:
        """Nations with people in a list that cannot be compared."""
        named = {*self.history.people(self.set.before), *self._later}
        return sorted(named - {*self.before, *self.after})

    @cached_property
    def _later(self) -> dict[str, float]:
        return self.history.people(self.set.after)

    def _compared(self, nation: str) -> bool:
        return nation in self.gdp and nation in self.army and nation not in self.set.without
