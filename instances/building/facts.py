"""Figures with their range, source and basis; and the data files they come from.

A number is a :class:`Fact`. Facts are only ever read from the data files, scaled and combined; a choice that
nobody published is a row of `data/assumptions.csv`, with its reason.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ASSUMPTION = "assumption"
ARTICLE = "supplied source article on the coalition of the willing (April 2025)"

PRICES_OF = 2024  # the year whose dollars costs are in

# From sure to unsure; a figure combined from several is as unsure as the least sure of them.
BASES = ("seen", "computed", "from memory", "planning assumption")


@dataclass(frozen=True)
class Fact:
    """One figure with its range, its source (a citation) and its basis (one of BASES)."""

    value: float
    low: float | None = None
    high: float | None = None
    source: str = ASSUMPTION
    basis: str = "planning assumption"
    note: str = ""
    key: str = ""
    """The assumption that it is: a row of `data/assumptions.csv`, or of another file of the data."""

    def map(self, change: Callable[[float], float]) -> Fact:
        """A rising function of the figure, applied to its range too."""
        low, high = (None if x is None else change(x) for x in (self.low, self.high))
        return replace(self, value=change(self.value), low=low, high=high, basis=worst(self.basis, "computed"))

    def falling(self, change: Callable[[float], float]) -> Fact:
        """A falling function of the figure: the ends of the range change places."""
        there = self.map(change)
        return replace(there, low=there.high, high=there.low)

    def times(self, factor: float | Fact) -> Fact:
        """The product; with another fact the least of both ranges and the greatest of both multiply."""
        if not isinstance(factor, Fact):
            return self.map(lambda x: x * factor)
        ranged = any(x is not None for x in (self.low, self.high, factor.low, factor.high))
        return replace(
            self,
            value=self.value * factor.value,
            low=self.least * factor.least if ranged else None,
            high=self.most * factor.most if ranged else None,
            basis=worst(self.basis, factor.basis, "computed"),
            **reason(self, factor),
        )

    def plus(self, other: Fact) -> Fact:
        return replace(
            self,
            value=self.value + other.value,
            low=self.least + other.least,
            high=self.most + other.most,
            basis=worst(self.basis, other.basis, "computed"),
            **reason(self, other),
        )

    @property
    def least(self) -> float:
        return self.value if self.low is None else self.low

    @property
    def most(self) -> float:
        return self.value if self.high is None else self.high

    def whole(self) -> Fact:
        return self.map(lambda x: float(round(x)))


def reason(one: Fact, other: Fact) -> dict[str, Any]:
    """What a figure combined from two rests on: the less sure one, and of two that are as sure the one with a range."""
    chosen = one if worst(one.basis, other.basis) == one.basis else other
    if one.basis == other.basis and (one.low, one.high) == (None, None):
        chosen = other  # the one that has a range
    return {"note": chosen.note, "key": chosen.key}


def worst(*bases: str) -> str:
    return max(bases, key=BASES.index)


Cell = str | int | Fact
Row = dict[str, Cell]


class Facts:
    """The data files, by key."""

    def __init__(self, folder: Path) -> None:
        def rows(name: str) -> list[dict[str, str]]:
            with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))

        self.assumptions = {
            row["key"]: Fact(
                float(row["value"]), number(row["low"]), number(row["high"]), note=row["reasoning"], key=row["key"]
            )
            for row in rows("assumptions")
        }
        self.units = {
            (r["unit_type"], r["attribute"]): fact(r, f"{r['unit_type']}.{r['attribute']}")
            for r in rows("unit_types")
            if r["value"]
        }
        self.ratios = {
            r["id"]: fact(r, r["id"]) for name in ("planning_ratios", "further") for r in rows(name) if r["value"]
        }
        self.years = {(r["unit_type"], r["attribute"]): int(r["year"]) for r in rows("unit_types") if r["year"]}
        self.by_year = {
            (r["attribute"], r["nation"], int(r["year"])): float(r["value"])
            for r in rows("figures_by_year")
            if r["attribute"] in ("consumer_prices", "exchange")
        }
        self.measured = {r["key"]: r["unit"] for r in rows("assumptions")}  # key -> unit
        for name, key in (("planning_ratios", ("id",)), ("further", ("id",)), ("seed_facts", ("id",)),
                          ("unit_types", ("unit_type", "attribute"))):  # fmt: skip
            self.measured |= {".".join(r[part] for part in key): r["unit"] for r in rows(name)}
        self.further = {r["id"]: r for r in rows("further")}
        self.seeds = {r["id"]: fact(r, r["id"]) for r in rows("seed_facts")}
        nations = rows("nations")
        self.names = {r["iso3"]: r["nation"] for r in nations}
        self.roles = {r["iso3"]: r["value"] for r in nations if r["attribute"] == "role"}
        self.nations = {
            (r["iso3"], r["attribute"]): fact(r, f"{r['iso3']}.{r['attribute']}")
            for r in nations
            if r["value"] and r["attribute"] != "role"
        }
        self.inventory = {
            (r["nation"], r["unit_type"]): fact(r, f"{r['nation']}.{r['unit_type']}")
            for r in rows("inventory")
            if r["value"]
        }
        self.positions = rows("positions")

    def assume(self, key: str, **changes: str) -> Fact:
        return replace(self.assumptions[key], **changes)  # type: ignore[arg-type]

    def unit(self, unit_type: str, attribute: str) -> Fact:
        return self.units[unit_type, attribute]

    def seed(self, key: str) -> Fact:
        return self.seeds[key]

    def ratio(self, key: str) -> Fact:
        return self.ratios[key]

    def price(self, key: str) -> Fact:
        """A figure of money of `further.csv` in USD of 2024."""
        row = self.further[key]
        return self.of_now(self.ratios[key], row["unit"], int(row["year"]))

    def unit_price(self, unit_type: str, attribute: str) -> Fact:
        """A figure of money of `unit_types.csv` in USD of 2024."""
        key = unit_type, attribute
        return self.of_now(self.units[key], self.measured[".".join(key)], self.years[key])

    def of_now(self, price: Fact, unit: str, year: int) -> Fact:
        """A price at the exchange rate of its year, then raised by American consumer prices; dollars of 2025 stay."""
        currency = unit.split()[0]
        if year < PRICES_OF:
            rate = self.by_year["exchange", currency, year] if currency != "USD" else 1.0
            then, now = (self.by_year["consumer_prices", "USA", when] for when in (year, PRICES_OF))
            return price.times(rate * now / then)
        return price if currency == "USD" else price.times(self.unit("exchange", f"{currency.lower()}_usd"))


def number(text: str) -> float | None:
    return float(text) if text else None


def fact(row: Mapping[str, str], key: str = "") -> Fact:
    """A row of a data file; a seed fact without a value is the middle of its range.

    What the data assume is an assumption here too, and the citation is then its reason.
    """
    low, high = number(row.get("low", "")), number(row.get("high", ""))
    value = number(row["value"])
    if value is None:
        value = ((low or 0.0) + (high or 0.0)) / 2
    return Fact(
        value,
        low if low is None else min(low, value),
        high if high is None else max(high, value),
        ASSUMPTION if row["basis"] == "planning assumption" else row["source"],
        row["basis"],
        row["source"] if unsure(row["basis"]) else "",
        key,
    )


def unsure(basis: str) -> bool:
    return BASES.index(basis) > BASES.index("computed")


def join(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
