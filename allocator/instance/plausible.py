"""Warnings about figures that are legal but look a thousand or a million times too large or too small.

Every bound is far from the values of real forces, so that real data give no warning, and narrow enough to catch a
factor of a thousand. Money is compared with money, because the value of a currency may be unknown; an amount is judged
by itself only in the currencies of ``PER_DOLLAR``.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

from allocator.instance.apart import apart, every, figure, like, median, middles, money, one, power_of, rather
from allocator.instance.pools import pools

if TYPE_CHECKING:
    from allocator.instance.facts import Facts

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

PRICE, EXPANSION = (0.3, 2e4), (0.02, 3e3)
"""Bounds of the median price of a unit (months of its operation) and of the median price of an expansion (prices of a
unit)."""


def implausible(instance: Facts) -> list[str]:
    """One line for each column or figure that looks a thousand or a million times off."""
    facts = _Facts(instance)
    for first in (_costs, _units):
        found = list(first(facts))
        if found:
            return found  # figures that are compared with these would look wrong as well
    return [line for check in (_gdp, _ceilings, _quantities, _budgets, _prices) for line in check(facts)]


class _Facts:
    """Facts that several checks use: rows by name, people and yearly cost by nation."""

    def __init__(self, instance: Facts) -> None:
        self.rows = instance.rows
        self.months, self.periods = instance.months_per_period, instance.periods
        self.currency = instance.currency
        self.types = {row["unit_type"]: row for row in instance.rows("unit_types")}
        self.pools = [row for row in instance.rows("forces") if row["units"]]
        self.held = pools(instance)
        self.collective = {row["nation"] for row in instance.rows("nations") if row["collective"]}
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
    if min(middles(people)) > UNIT_PEOPLE:
        power = power_of(median(people), 0, UNIT_PEOPLE)
        yield every("unit_types", "personnel", power, f"the median unit has {median(people):,.0f} people")
        return
    a_month, low, high = facts.person_month, *facts.person_month_bounds
    if a_month and (min(middles(a_month)) > high or max(middles(a_month)) < low):
        seen = f"over personnel it is {money(median(a_month), facts.currency)} a person and month, at the median"
        power = power_of(median(a_month), low, high)
        yield every("unit_types", "operating_cost", power, seen)
        return
    odd = {u: power_of(cost, low, high) for u, cost in a_month.items() if not low <= cost <= high} | dict(
        apart(a_month)
    )
    costs = {u: facts.types[u]["operating_cost"] for u in a_month}
    crowds = {u: power_of(heads, 0, UNIT_PEOPLE) for u, heads in people.items() if heads > UNIT_PEOPLE}
    crowds |= {u: -power for u, power in odd.items() if power < 0 and rather(u, people, costs, 0.0)}
    others = "the other unit types"
    for u, power in crowds.items():
        yield one("unit_types", u, "personnel", people[u], power, others)
    for u, power in odd.items():
        if u not in crowds:
            yield one("unit_types", u, "operating_cost", costs[u], power, others)
    months = {u: facts.types[u]["rotation_cost"] / cost for u, cost in costs.items() if u not in odd}
    months = {u: ratio for u, ratio in months.items() if ratio}
    if months and not ROTATION[0] <= median(months) <= ROTATION[1]:
        seen = f"at the median, a rotation costs as much as {figure(median(months))} months of operation"
        yield every("unit_types", "rotation_cost", power_of(median(months), *ROTATION), seen)
        return
    for u, power in apart(months):
        yield one("unit_types", u, "rotation_cost", facts.types[u]["rotation_cost"], power, others)


def _units(facts: _Facts) -> Iterator[str]:
    """Pools with more people than an army has, and single pools compared with the others."""
    heads = {
        (row["nation"], row["unit_type"]): row["units"] * facts.types[row["unit_type"]]["personnel"]
        for row in facts.pools
    }
    if heads and median(heads) > POOL_PEOPLE:
        power = power_of(median(heads), 0, POOL_PEOPLE)
        yield every("forces", "units", power, f"the median pool has {median(heads):,.0f} people")
        return
    units = {(row["nation"], row["unit_type"]): row["units"] for row in facts.pools}
    lines = [
        one("forces", " ".join(pool), "units", units[pool], power, "the other pools")
        for pool, power in apart(units)
        if power > 0 and heads[pool] > POOL_PEOPLE / 10
    ]
    yield from like(lines, "pools")


def _gdp(facts: _Facts) -> Iterator[str]:
    """GDP compared with the cost of deploying, and single nations compared with the others."""
    a_month = facts.person_month
    if not a_month or not facts.gdp:
        return
    least, most = (middle / (12 * median(a_month)) for middle in middles(facts.gdp))
    share = min(middles(facts.shares)) if facts.shares else 0.0
    pays = f"at operating_cost, the median GDP would pay for {figure(median(facts.gdp) / 12 / median(a_month))}"
    if most < AFFORDABLE[0] or share > OWN_SHARE:
        power = 3 if most * 1e3 >= AFFORDABLE[0] and share / 1e3 <= 1 else 6
        costs = f"a year with all pools deployed would cost the median nation {figure(share)} times its GDP"
        if most > 6 * AFFORDABLE[0]:
            yield every("forces", "units", power, costs)
        else:
            seen = f"at operating_cost, {costs}" if share > OWN_SHARE else f"{pays} people deployed"
            yield every("nations", "gdp", -power, seen)
    elif least > AFFORDABLE[1]:
        yield every("nations", "gdp", power_of(least, 0, AFFORDABLE[1]), f"{pays} people deployed")
    else:
        yield from like(_nations(facts), "nations")


def _nations(facts: _Facts) -> list[str]:
    """Nations whose GDP or pools are far from those of the others, or do not fit each other."""
    heavy = {n: -3 if share <= 1e3 else -6 for n, share in facts.shares.items() if share > OWN_SHARE}
    odd = heavy | {n: -power for n, power in apart(facts.shares)} | dict(apart(facts.gdp, 2.2))
    people = {n: facts.people[n] for n in facts.shares}
    found = []
    for n, power in odd.items():
        if n in people and len(people) > 2 and power < 0 and rather(n, people, facts.gdp, 0.7):
            units = sum(pool["units"] for pool in facts.pools if pool["nation"] == n)
            found.append(one("forces", n, "units", units, -power, "its GDP and the other nations"))
        else:
            beside = "its costs and the other nations" if n in people else "the other nations"
            found.append(one("nations", n, "gdp", facts.gdp[n], power, beside))
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
    if median(shares) > CEILING:
        seen = f"the median ceiling is {median(shares):,.0f} times the people in the nation's pools"
        yield every("nations", "troop_ceiling", power_of(median(shares), 0, CEILING), seen)
    elif len(low) > len(ceilings) / 2:
        seen = f"{len(low)} of {len(ceilings)} are below the people of the nation's smallest unit"
        power = power_of(statistics.median(ceilings[n] / smallest[n] for n in ceilings), 1, CEILING)
        yield every("nations", "troop_ceiling", power, seen)
    else:
        odd = {**dict.fromkeys(low, -3), **dict(apart(shares))}
        lines = [one("nations", n, "troop_ceiling", ceilings[n], power, "its pools") for n, power in odd.items()]
        yield from like(lines, "nations")


def _quantities(facts: _Facts) -> Iterator[str]:
    """Requirements compared with what all pools together supply at the most."""
    units: defaultdict[str, int] = defaultdict(int)
    for pool in facts.held:
        units[pool.unit_type] += pool.units
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
    middle = median(shares)
    if middle < MEDIAN_ASKED[0] or (middle > MEDIAN_ASKED[1] and len(shares) > 2):
        power = power_of(middle, *MEDIAN_ASKED)
        seen = f"the median requirement is {figure(middle)} times what all forces supply"
        yield every("requirements", "quantity", power, seen)
        return
    odd = {line: power for line, power in apart(shares) if power > 0}
    odd |= {line: power_of(share, 0, ASKED) for line, share in shares.items() if share > ASKED and line not in odd}
    lines = [
        one("requirements", " ".join(line[:2]), "quantity", asked[line], power, "what all forces supply")
        for line, power in odd.items()
    ]
    yield from like(lines, "requirements")


def _budgets(facts: _Facts) -> Iterator[str]:
    """Budgets compared with the cheapest unit and with everything that the payer could spend."""
    lines = []
    for row in facts.rows("budgets"):
        payer, amount = row["payer"], row["amount"]
        prices = [
            (_part(facts, payer, pool.nation, pool.unit_type), pool) for pool in facts.held if _pays(payer, pool.nation)
        ]
        prices = [(price, pool) for price, pool in prices if price > 0 and pool.units]
        if not amount or not prices:
            continue
        periods = row["last_period"] - (row["first_period"] or 1) + 1
        owned = periods * sum(price * max(level for level, _ in pool.levels) for price, pool in prices)
        everything = periods * sum(price * pool.units for price, pool in prices) + _bought(facts, payer)
        cheapest = min(price for price, _ in prices)
        if amount < cheapest or amount < BUDGET[0] * owned:
            power = -3 if amount * 1e3 >= max(cheapest, BUDGET[0] * owned) else -6
            beside = f"the costs: one unit for one period costs at least {figure(cheapest)}"
        elif amount > BUDGET[1] * everything:
            power = 3 if amount <= 3e3 * everything else 6
            beside = f"the costs: all pools deployed in all its periods cost {figure(everything)}"
        else:
            continue
        lines.append(one("budgets", payer, "amount", amount, power, beside))
    yield from like(lines, "budgets")


def _pays(payer: str, nation: str) -> bool:
    return payer in ("*", "common", nation)


def _part(facts: _Facts, payer: str, nation: str, unit: str) -> float:
    """What a payer pays for a unit of a nation in a period, in millions."""
    common = 1.0 if nation in facts.collective else facts.types[unit]["common_share"]
    return float(facts.spent[unit] * {"*": 1.0, "common": common}.get(payer, 1 - common))


def _bought(facts: _Facts, payer: str) -> float:
    """Most that a payer could spend on orders and expansions, in millions."""
    programmes = [row for row in facts.rows("acquisitions") if _pays(payer, row["nation"])]
    expansions = facts.rows("industry") if payer in ("*", "common") else ()
    return float(
        sum(row["price"] * row["max_units"] for row in programmes)
        + sum(row["expansion_price"] * row["max_expansions"] for row in expansions)
    )


def _prices(facts: _Facts) -> Iterator[str]:
    """Prices compared with the cost of operation, and expansions with the price of a unit."""
    rows = {(row["nation"], row["unit_type"]): row for row in facts.rows("acquisitions") if row["price"]}
    lasting = {key: facts.types[key[1]] for key in rows if not facts.types[key[1]]["expendable"]}
    months = {key: rows[key]["price"] / u["operating_cost"] for key, u in lasting.items() if u["operating_cost"]}
    if months and not PRICE[0] <= median(months) <= PRICE[1]:
        seen = f"at the median, a unit costs as much as {figure(median(months))} months of its operation"
        yield every("acquisitions", "price", power_of(median(months), *PRICE), seen)
        return
    others = "the other programmes"
    lines = [one("acquisitions", " ".join(k), "price", rows[k]["price"], p, others) for k, p in apart(months)]
    yield from like(lines, "programmes")
    priced: defaultdict[str, list[float]] = defaultdict(list)
    for (_, unit), row in rows.items():
        priced[unit].append(row["price"])
    ratios = {
        row["unit_type"]: row["expansion_price"] / statistics.median(priced[row["unit_type"]])
        for row in facts.rows("industry")
        if row["expansion_price"] and row["unit_type"] in priced
    }
    if ratios and not EXPANSION[0] <= median(ratios) <= EXPANSION[1]:
        seen = f"at the median, an expansion costs as much as {figure(median(ratios))} units"
        yield every("industry", "expansion_price", power_of(median(ratios), *EXPANSION), seen)
