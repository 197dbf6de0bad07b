"""Warnings about figures that are legal but look a thousand or a million times too large or too small.

Every bound is far from the values of real forces, so that real data give no warning, and narrow enough to catch a
factor of a thousand. Money is compared with money, because the value of a currency may be unknown; an amount is judged
by itself only in the currencies of ``PER_DOLLAR``.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import cached_property
from math import inf, log10
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allocator.instance.facts import Facts

WORDS = {3: "a thousand", 6: "a million"}
_SCALE = {3: "0.001", 6: "0.000001", -3: "1000", -6: "1000000"}
MEANS = {
    "gdp": "is in millions a year, as costs are in millions",
    "troop_ceiling": "is in people",
    "personnel": "is the people of one unit",
    "operating_cost": "is in millions a month",
    "rotation_cost": "is in millions a unit and period",
    "units": "is the number of units, not of people",
    "quantity": "is in the unit of its capability, as is amount in yields",
    "amount": "is in millions",
}
"""Column -> the meaning of its figures, in words."""

PER_DOLLAR = dict.fromkeys(("USD", "EUR", "GBP", "CHF", "CAD", "AUD", "NZD", "SGD"), 1.0) | dict.fromkeys(
    ("SEK", "NOK", "DKK", "PLN", "CNY", "BRL"), 5.0
)
"""Currency -> roughly how many units of it a dollar buys."""

PERSON_MONTH = 2e-4, 1.0
"""Least and greatest cost of one person deployed for a month, in millions of dollars; real units: 0.005 to 0.05."""

UNIT_PEOPLE, POOL_PEOPLE = 30_000, 100_000
"""Number of people in the median unit, and in the median pool, above which the figures are implausible."""

AFFORDABLE = 5_000, 5e8
"""People deployed that the median GDP would pay for: fewer than the first or more than the second is implausible."""

OWN_SHARE = 0.3
"""Share of its GDP that the median nation would pay with all its pools deployed; more is implausible."""

MEDIAN_ASKED = 1.5e-3, 10.0
"""Least and greatest plausible quantity of the median requirement, as a multiple of what all forces supply."""

ASKED, CEILING, ROTATION, BUDGET = 30.0, 80.0, (1 / 600, 160.0), (3e-4, 30.0)
"""Bounds of one requirement (multiple of all supply), the median ceiling (multiple of the people in a nation's pools),
the median rotation cost (months of operation) and a budget (multiple of the cost of everything)."""

MOST = 3
"""Number of rows of one kind that are named; the others are counted."""


def implausible(instance: Facts) -> list[str]:
    """One line for each column or figure that looks a thousand or a million times off."""
    facts = _Facts(instance)
    for first in (_costs, _units):
        found = list(first(facts))
        if found:
            return found  # figures that are compared with these would look wrong as well
    return [line for check in (_gdp, _ceilings, _quantities, _budgets) for line in check(facts)]


class _Facts:
    """Facts that several checks use: rows by name, people and yearly cost by nation."""

    def __init__(self, instance: Facts) -> None:
        self.rows = instance.rows
        self.months, self.periods = instance.months_per_period, instance.periods
        self.currency = instance.currency
        self.types = {row["unit_type"]: row for row in instance.rows("unit_types")}
        self.pools = [row for row in instance.rows("forces") if row["units"]]
        self.gdp = {row["nation"]: row["gdp"] for row in instance.rows("nations") if row["gdp"]}
        self.spent = {u: row["rotation_cost"] + self.months * row["operating_cost"] for u, row in self.types.items()}

    @cached_property
    def people(self) -> Mapping[str, float]:
        """Nation -> people in its pools."""
        found: defaultdict[str, float] = defaultdict(float)
        for pool in self.pools:
            found[pool["nation"]] += pool["units"] * self.types[pool["unit_type"]]["personnel"]
        return found

    @cached_property
    def shares(self) -> dict[str, float]:
        """Nation -> its own cost of a year with all its pools deployed, divided by its GDP."""
        found: defaultdict[str, float] = defaultdict(float)
        for pool in self.pools:
            n, u = pool["nation"], pool["unit_type"]
            if n in self.gdp:
                own = self.spent[u] * (1 - self.types[u]["common_share"])
                found[n] += pool["units"] * own * 12 / self.months / self.gdp[n]
        return {n: share for n, share in found.items() if share}

    @cached_property
    def person_month_bounds(self) -> tuple[float, float]:
        """Least and greatest plausible cost of a person for a month; no bounds in a currency of unknown worth."""
        worth = PER_DOLLAR.get(self.currency)
        return (0.0, inf) if worth is None else (PERSON_MONTH[0] * worth, PERSON_MONTH[1] * worth)

    @cached_property
    def person_month(self) -> dict[str, float]:
        """Unit type -> operating cost of one of its people for a month."""
        return {u: r["operating_cost"] / r["personnel"] for u, r in self.types.items() if r["operating_cost"]}


def _costs(facts: _Facts) -> Iterator[str]:
    """Costs and people of unit types, compared with each other and with the usual cost of a soldier."""
    people = {u: row["personnel"] for u, row in facts.types.items()}
    if min(_middles(people)) > UNIT_PEOPLE:
        power = _power(_median(people), 0, UNIT_PEOPLE)
        yield _every("unit_types", "personnel", power, f"the median unit has {_median(people):,.0f} people")
        return
    a_month, low, high = facts.person_month, *facts.person_month_bounds
    if a_month and (min(_middles(a_month)) > high or max(_middles(a_month)) < low):
        seen = f"over personnel it is {_money(_median(a_month), facts.currency)} a person and month, at the median"
        power = _power(_median(a_month), low, high)
        yield _every("unit_types", "operating_cost", power, seen)
        return
    odd = {u: _power(cost, low, high) for u, cost in a_month.items() if not low <= cost <= high} | dict(_apart(a_month))
    costs = {u: facts.types[u]["operating_cost"] for u in a_month}
    crowds = {u: _power(heads, 0, UNIT_PEOPLE) for u, heads in people.items() if heads > UNIT_PEOPLE}
    crowds |= {u: -power for u, power in odd.items() if power < 0 and _rather(u, people, costs, 0.0)}
    others = "the other unit types"
    for u, power in crowds.items():
        yield _one("unit_types", u, "personnel", people[u], power, others)
    for u, power in odd.items():
        if u not in crowds:
            yield _one("unit_types", u, "operating_cost", costs[u], power, others)
    months = {u: facts.types[u]["rotation_cost"] / cost for u, cost in costs.items() if u not in odd}
    months = {u: ratio for u, ratio in months.items() if ratio}
    if months and not ROTATION[0] <= _median(months) <= ROTATION[1]:
        seen = f"at the median, a rotation costs as much as {_figure(_median(months))} months of operation"
        yield _every("unit_types", "rotation_cost", _power(_median(months), *ROTATION), seen)
        return
    for u, power in _apart(months):
        yield _one("unit_types", u, "rotation_cost", facts.types[u]["rotation_cost"], power, others)


def _units(facts: _Facts) -> Iterator[str]:
    """Pools with more people than an army has, and single pools compared with the others."""
    heads = {
        (row["nation"], row["unit_type"]): row["units"] * facts.types[row["unit_type"]]["personnel"]
        for row in facts.pools
    }
    if heads and _median(heads) > POOL_PEOPLE:
        power = _power(_median(heads), 0, POOL_PEOPLE)
        yield _every("forces", "units", power, f"the median pool has {_median(heads):,.0f} people")
        return
    units = {(row["nation"], row["unit_type"]): row["units"] for row in facts.pools}
    lines = [
        _one("forces", " ".join(pool), "units", units[pool], power, "the other pools")
        for pool, power in _apart(units)
        if power > 0 and heads[pool] > POOL_PEOPLE / 10
    ]
    yield from _like(lines, "pools")


def _gdp(facts: _Facts) -> Iterator[str]:
    """GDP compared with the cost of deploying, and single nations compared with the others."""
    a_month = facts.person_month
    if not a_month or not facts.gdp:
        return
    least, most = (middle / (12 * _median(a_month)) for middle in _middles(facts.gdp))
    share = min(_middles(facts.shares)) if facts.shares else 0.0
    pays = f"at operating_cost, the median GDP would pay for {_figure(_median(facts.gdp) / 12 / _median(a_month))}"
    if most < AFFORDABLE[0] or share > OWN_SHARE:
        power = 3 if most * 1e3 >= AFFORDABLE[0] and share / 1e3 <= 1 else 6
        costs = f"a year with all pools deployed would cost the median nation {_figure(share)} times its GDP"
        if most > 6 * AFFORDABLE[0]:
            yield _every("forces", "units", power, costs)
        else:
            seen = f"at operating_cost, {costs}" if share > OWN_SHARE else f"{pays} people deployed"
            yield _every("nations", "gdp", -power, seen)
    elif least > AFFORDABLE[1]:
        yield _every("nations", "gdp", _power(least, 0, AFFORDABLE[1]), f"{pays} people deployed")
    else:
        yield from _like(_nations(facts), "nations")


def _nations(facts: _Facts) -> list[str]:
    """Nations whose GDP or pools are far from those of the others, or do not fit each other."""
    heavy = {n: -3 if share <= 1e3 else -6 for n, share in facts.shares.items() if share > OWN_SHARE}
    odd = heavy | {n: -power for n, power in _apart(facts.shares)} | dict(_apart(facts.gdp, 2.2))
    people = {n: facts.people[n] for n in facts.shares}
    found = []
    for n, power in odd.items():
        if n in people and len(people) > 2 and power < 0 and _rather(n, people, facts.gdp, 0.7):
            units = sum(pool["units"] for pool in facts.pools if pool["nation"] == n)
            found.append(_one("forces", n, "units", units, -power, "its GDP and the other nations"))
        else:
            beside = "its costs and the other nations" if n in people else "the other nations"
            found.append(_one("nations", n, "gdp", facts.gdp[n], power, beside))
    return found


def _ceilings(facts: _Facts) -> Iterator[str]:
    """Ceilings compared with the people in a nation's pools and with its smallest unit."""
    smallest: dict[str, float] = {}
    for pool in facts.pools:
        people = facts.types[pool["unit_type"]]["personnel"]
        smallest[pool["nation"]] = min(people, smallest.get(pool["nation"], people))
    ceilings = {
        row["nation"]: row["troop_ceiling"]
        for row in facts.rows("nations")
        if row["troop_ceiling"] and row["nation"] in smallest
    }
    if not ceilings:
        return
    shares = {n: ceiling / facts.people[n] for n, ceiling in ceilings.items()}
    low = [n for n in ceilings if ceilings[n] < smallest[n]]
    if _median(shares) > CEILING:
        seen = f"the median ceiling is {_median(shares):,.0f} times the people in the nation's pools"
        yield _every("nations", "troop_ceiling", _power(_median(shares), 0, CEILING), seen)
    elif len(low) > len(ceilings) / 2:
        seen = f"{len(low)} of {len(ceilings)} are below the people of the nation's smallest unit"
        power = _power(statistics.median(ceilings[n] / smallest[n] for n in ceilings), 1, CEILING)
        yield _every("nations", "troop_ceiling", power, seen)
    else:
        odd = {**dict.fromkeys(low, -3), **dict(_apart(shares))}
        lines = [_one("nations", n, "troop_ceiling", ceilings[n], power, "its pools") for n, power in odd.items()]
        yield from _like(lines, "nations")


def _quantities(facts: _Facts) -> Iterator[str]:
    """Requirements compared with what all pools together supply."""
    units: defaultdict[str, int] = defaultdict(int)
    for pool in facts.pools:
        units[pool["unit_type"]] += pool["units"]
    supply: defaultdict[str, float] = defaultdict(float)
    for row in facts.rows("yields"):
        supply[row["capability"]] += max(0.0, row["amount"]) * units[row["unit_type"]]
    asked = {
        (row["task"], row["capability"], row["first_period"]): row["quantity"]
        for row in facts.rows("requirements")
        if row["quantity"] and supply[row["capability"]]
    }
    if not asked:
        return
    shares = {line: quantity / supply[line[1]] for line, quantity in asked.items()}
    middle = _median(shares)
    if middle < MEDIAN_ASKED[0] or (middle > MEDIAN_ASKED[1] and len(shares) > 2):
        power = _power(middle, *MEDIAN_ASKED)
        seen = f"the median requirement is {_figure(middle)} times what all forces supply"
        yield _every("requirements", "quantity", power, seen)
        return
    odd = {line: power for line, power in _apart(shares) if power > 0}
    odd |= {line: _power(share, 0, ASKED) for line, share in shares.items() if share > ASKED and line not in odd}
    lines = [
        _one("requirements", " ".join(line[:2]), "quantity", asked[line], power, "what all forces supply")
        for line, power in odd.items()
    ]
    yield from _like(lines, "requirements")


def _budgets(facts: _Facts) -> Iterator[str]:
    """Budgets compared with the cheapest unit and with everything that the payer could spend."""
    lines = []
    for row in facts.rows("budgets"):
        payer, amount = row["payer"], row["amount"]
        pays: Callable[[float], float] = {"*": lambda c: 1.0, "common": lambda c: c}.get(payer, lambda c: 1 - c)
        prices = [
            (facts.spent[u] * pays(facts.types[u]["common_share"]), pool["units"])
            for pool in facts.pools
            if payer in ("*", "common", pool["nation"])
            for u in (pool["unit_type"],)
        ]
        prices = [(price, units) for price, units in prices if price > 0]
        if not amount or not prices:
            continue
        periods = row["last_period"] - (row["first_period"] or 1) + 1
        everything = periods * sum(price * units for price, units in prices)
        cheapest = min(price for price, _ in prices)
        if amount < cheapest or amount < BUDGET[0] * everything:
            power = -3 if amount * 1e3 >= max(cheapest, BUDGET[0] * everything) else -6
            beside = f"the costs: one unit for one period costs at least {_figure(cheapest)}"
        elif amount > BUDGET[1] * everything:
            power = 3 if amount <= 3e3 * everything else 6
            beside = f"the costs: all pools deployed in all its periods cost {_figure(everything)}"
        else:
            continue
        lines.append(_one("budgets", payer, "amount", amount, power, beside))
    yield from _like(lines, "budgets")


def _apart(values: Mapping[Any, float], least: float = 2.0) -> list[tuple[Any, int]]:
    """Figures that are a thousand or a million times larger or smaller than the others, with the power of ten.

    The distance is that of the logarithm from its median. It counts if it is above ``least`` and above three standard
    deviations (estimated from the median absolute deviation, at least 0.2).
    """
    if len(values) < 3:
        return []
    logs = {key: log10(value) for key, value in values.items()}
    middle = statistics.median(logs.values())
    spread = max(0.2, 1.4826 * statistics.median(abs(x - middle) for x in logs.values()))
    far = {key: x - middle for key, x in logs.items() if abs(x - middle) > max(least, 3 * spread)}
    return [(key, (3 if abs(x) < 5 else 6) * (1 if x > 0 else -1)) for key, x in far.items()]


def _rather(key: Hashable, large: Mapping[Any, float], small: Mapping[Any, float], margin: float) -> bool:
    """Whether one figure is too large rather than the other too small, by their distances from the medians."""
    return log10(large[key] / _median(large)) > margin - log10(small[key] / _median(small))


def _middles(values: Mapping[Any, float]) -> tuple[float, float]:
    """The two middle figures; the same one twice if the number of figures is odd."""
    return statistics.median_low(values.values()), statistics.median_high(values.values())


def _median(values: Mapping[Any, float]) -> float:
    return statistics.median(values.values())


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _power(value: float, low: float, high: float) -> int:
    """The power of ten by which a figure is too large or too small to lie between two bounds."""
    if value > high:
        return 3 if value <= 1e3 * high else 6
    return -3 if value * 1e3 >= low else -6


def _money(millions: float, currency: str) -> str:
    return f"{currency} {_figure(millions * 1e6)}" if millions < 1 else f"{currency} {_figure(millions)} million"


def _every(table: str, column: str, power: int, seen: str) -> str:
    return (
        f"{table}: every figure in {column} looks {_off(power)}: {seen}; {column} {MEANS[column]}; check it, or "
        f'scale it with --set "{table}.{column}*={_SCALE[power]}"'
    )


def _one(table: str, key: str, column: str, figure: float, power: int, beside: str) -> str:
    likely = figure * 10.0**-power
    meant = "" if likely < 1 and MEANS[column].startswith("is the") else f"; {likely:,.10g} may be meant"
    return (
        f"{table}: the {column} of {key}, {figure:,.12g}, looks {_off(power)} beside {beside}; "
        f"{column} {MEANS[column]}{meant}"
    )


def _off(power: int) -> str:
    return f"{WORDS[abs(power)]} times too {'large' if power > 0 else 'small'}"


def _like(lines: list[str], what: str) -> list[str]:
    return few(lines, f"{what} like these")


def few(lines: list[str], what: str) -> list[str]:
    """The first lines of a kind, and how many more there are."""
    if len(lines) <= MOST + 1:
        return lines
    return [*lines[:MOST], f"{lines[0].partition(':')[0]}: {len(lines) - MOST} more {what}"]
