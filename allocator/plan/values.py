"""The exact figures of a set of deployments and of what is bought for them: objectives, supply, money, leaders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from allocator.problem import Problem
from allocator.purchases import bought
from allocator.statement import THEATRE, Row

Deployed = Mapping[tuple[str, str, str, int], int]
"""(nation, unit type, task, period) -> units, 1 or more; what is bought for them: see ``purchases.Decided``."""

Supplies = Mapping[tuple[str, str, int], Fraction]
"""Place, capability and period -> net supply, 0 where nothing is given."""

ZERO = Fraction(0)


class Spending:
    """Who pays what over the horizon, in millions.

    Attributes
    ----------
    own, procurement : mapping
        Nation -> what it pays itself, orders included; the part of that which orders cost.
    common : Fraction
        What the common fund pays.
    """

    def __init__(self, problem: Problem, deployed: Deployed) -> None:
        self.problem = problem
        parts, coins = problem.money.coins
        own: dict[str, int] = defaultdict(int)
        common = 0
        for (n, u, _, _), units in deployed.items():
            whole, paid = coins[u]
            paid = 0 if n in problem.money.collective else paid
            own[n] += paid * units
            common += (whole - paid) * units
        self.own: dict[str, Fraction] = defaultdict(Fraction, {n: Fraction(spent, parts) for n, spent in own.items()})
        self.procurement: dict[str, Fraction] = defaultdict(Fraction)
        self.common = Fraction(common, parts)
        purchases = bought(deployed)
        for (n, u, _), (units, joint) in purchases.orders.items():
            for count, together in ((units - joint, False), (joint, True)):
                if count:
                    national, fund = problem.money.prices(n, u, joint=together)
                    self.own[n] += count * national
                    self.procurement[n] += count * national
                    self.common += count * fund
        for (u, _), expansions in purchases.expansions.items():
            self.common += expansions * problem.pools.industry[u].price

    @property
    def total(self) -> Fraction:
        """What all pay together."""
        return self.common + sum(self.own.values(), start=ZERO)

    def common_part(self, nation: str) -> Fraction:
        """A nation's part of what the common fund pays."""
        return self.problem.money.funding_keys.get(nation, ZERO) * self.common

    def burden(self, nation: str) -> Fraction:
        """Cost a year of a nation with a gdp, own and in the common fund, in per mille of it."""
        money = self.problem.money
        return 1000 * (self.own[nation] + self.common_part(nation)) / (money.gdp[nation] * money.years)


def objective_values(problem: Problem, deployed: Deployed) -> dict[str, Fraction]:
    """The exact values of the objectives that are worked out for a plan, in their own units."""
    spending = Spending(problem, deployed)
    payers = problem.money.gdp if problem.money.funding_keys else [n for n in spending.own if n in problem.money.gdp]
    values = {
        "gap": unmet(problem, deployed, problem.weighed),
        "risk": _risk(problem, deployed),
        "cost": spending.total,
        "burden": max((spending.burden(n) for n in payers), default=ZERO),
    }
    others: dict[str, Callable[[], Fraction]] = {
        "worst_period": lambda: _worst_period(problem, deployed),
        "turnover": lambda: _turnover(problem, deployed),
        "imbalance": lambda: _imbalance(problem, spending),
    }
    return values | {name: others[name]() for name in problem.model.measured if name in others}


def supplies(problem: Problem, deployed: Deployed) -> dict[tuple[str, str, int], Fraction]:
    """Net supply by place, capability and period; the place of a theatre capability is ``*``."""
    parts, grains = problem.grains
    supplied: dict[tuple[str, str, int], int] = defaultdict(int)
    for (_, u, j, t), units in deployed.items():
        for c, amount in grains.get(u, {}).items():
            supplied[THEATRE if c in problem.theatre else j, c, t] += amount * units
    return defaultdict(Fraction, {key: Fraction(amount, parts) for key, amount in supplied.items()})


def unmet(
    problem: Problem, deployed: Deployed, weighed: Iterable[tuple[Row, Fraction]], supplied: Supplies | None = None
) -> Fraction:
    """Mean unmet share of some rows, each with what one missing unit in one period adds to it.

    ``supplied`` is what :func:`supplies` gives, where it is known.
    """
    supplied = supplies(problem, deployed) if supplied is None else supplied
    mean = ZERO
    for row, share in weighed:
        place, c = row.place, row.capability
        short = sum(row.counted(max(ZERO, row.quantity - supplied[place, c, t])) for t in row.periods)
        mean += share * short if short else 0
    return mean


def leaders(problem: Problem, deployed: Deployed) -> dict[str, str]:
    """Task -> its framework nation: one that gives its share in every period in which anyone is there."""
    if not problem.has("framework_nation"):
        return {}
    people: dict[str, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for (n, u, j, t), units in deployed.items():
        if j in problem.leaders:
            people[j][t][n] += problem.personnel[u] * units
    found = {}
    for j in problem.TASKS:
        for n in problem.NATIONS if j in people else ():
            share = problem.framework_share[j]
            there = people[j].values()
            if n in problem.leaders[j] and all(
                heads.get(n, 0) and heads[n] >= share * sum(heads.values()) for heads in there
            ):
                found[j] = n
                break
    return found


def _risk(problem: Problem, deployed: Deployed) -> Fraction:
    people: dict[tuple[str, str, int], int] = defaultdict(int)
    for (n, u, j, t), units in deployed.items():
        people[n, problem.objective_of[j], t] += problem.personnel[u] * units
    reluctant = ZERO
    for (n, o, t), heads in people.items():
        willing = problem.willingness[n, o][t]
        reluctant += (1 - willing) * heads if willing < 1 else 0
    return reluctant * problem.months / 1000


def _worst_period(problem: Problem, deployed: Deployed) -> Fraction:
    supplied = supplies(problem, deployed)
    worst = ZERO
    for t, rows in problem.standing.items():
        missed = sum(
            (
                row.weight * row.counted(max(ZERO, row.quantity - supplied[row.place, row.capability, t])) / row.whole
                for row in rows
            ),
            start=ZERO,
        )
        worst = max(worst, missed / sum((row.weight for row in rows), start=ZERO))
    return worst


def _turnover(problem: Problem, deployed: Deployed) -> Fraction:
    people = 0
    for (n, u, j, t), units in deployed.items():
        before = t - 1 if t > 1 else problem.last if problem.instance.indefinite else None
        if before is not None:
            people += problem.personnel[u] * max(0, units - deployed.get((n, u, j, before), 0))
    return Fraction(people, 1000)


def _imbalance(problem: Problem, spending: Spending) -> Fraction:
    gdp = problem.money.gdp
    everyone, total = sum((spending.own[n] for n in gdp), start=ZERO), sum(gdp.values())
    return sum((max(ZERO, spending.own[n] - gdp[n] / total * everyone) for n in gdp), start=ZERO)
