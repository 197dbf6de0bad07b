"""What each nation adds to coverage, averaged over all orders in which nations may come: Shapley values.

v(S) = 1 - the least gap with the nations of S alone, every line allowed to be missed in full; 0 where what they have
promised leaves no plan. More nations never make v smaller, unless one of them has promised something.
Source: Shapley (1953), A value for n-person games; sampling of orders: Castro, Gomez and Tejada (2009).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from math import comb

from allocator.explaining.core import Core, Part, reached, same
from allocator.explaining.words import InWords
from allocator.instance import Instance
from allocator.plan.values import Deployed
from allocator.statistics import half_width

EXACT = 12
"""Most able nations for which every coalition is solved."""

ORDERS = 200
"""Random orders of the nations, where there are more."""

SURE = 0.975
"""Confidence of each side of a 95 % interval."""

Interval = tuple[float, float]


class Unfinished(Exception):
    """No time is left."""


class Game:
    """v(S) with its proved bounds; coalitions are bits of a number, in the order of the able nations."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.able = core.ability.nations
        self.everyone = (1 << len(self.able)) - 1
        self.loose = _loose(core.instance)
        self.grows = "commitments" not in core.model.families or not any(
            row["at_least"] and row["nation"] in self.able for row in core.instance.rows("commitments")
        )
        self.gaps: dict[int, Interval] = {}  # bound and value of the least gap
        self.plans: list[tuple[float, int, Deployed]] = []

    def value(self, coalition: int) -> Interval:
        """v of a coalition: at least, and at most.

        Raises
        ------
        Unfinished
        """
        if coalition not in self.gaps:
            self.gaps[coalition] = self._gap(coalition)
        low, high = self.gaps[coalition]
        return 1.0 - high, 1.0 - low

    def _gap(self, coalition: int) -> Interval:
        """Bound and value of the least gap of a coalition: from what is known, otherwise from a solve."""
        floor = 0.0
        if self.grows:
            floor = max((low for more, (low, _) in self.gaps.items() if more & coalition == coalition), default=0.0)
        fitting = [(value, at) for at, (value, used, _) in enumerate(self.plans) if not used & ~coalition]
        known = min(fitting, default=None)
        if known is not None and same(known[0], floor):
            return min(floor, known[0]), known[0]
        if self.core.bench.over:
            raise Unfinished
        gone = [n for at, n in enumerate(self.able) if not coalition >> at & 1]
        plans = [] if known is None else [self.plans[known[1]][2]]
        closely = self.core.closeness("gap") if len(self.able) <= EXACT else None
        solved = self.core.bench.run(
            self.loose,
            self.core.model,
            ["gap"],
            plans=plans,
            floors=[floor],
            gap=closely,
            resident=True,
            absent=gone,
        )
        found = reached(solved, "gap")
        if found.infeasible:
            return 1.0, 1.0
        if found.value is None or found.bound is None or found.plan is None:
            if self.core.bench.over:
                raise Unfinished
            return floor, 1.0
        members = {n for n, _, _, _ in found.plan}
        self.plans.append((found.value, sum(1 << at for at, n in enumerate(self.able) if n in members), found.plan))
        return found.bound, found.value


def shapley(core: Core) -> Part:
    """Shapley values of the able nations: exact for few of them, otherwise from random orders."""
    game = Game(core)
    part = _exact(game) if len(game.able) <= EXACT else _sampled(game)
    rows = [row for row in part.lists["shapley"] if row["value"] is not None]
    best = sorted(rows, key=lambda row: -row["value"])[:3]
    if best and best[0]["value"] > 5e-4:
        names = InWords(core.instance)
        shares = ", ".join(
            f"{names.nation(row['nation'])} {100 * row['value']:.1f}" for row in best if row["value"] > 5e-4
        )
        how = "" if all(row["error"] == 0 for row in best) else ", estimated"
        part.text.append(f"Points of coverage that nations add on average over all orders{how}: {shares}.")
    return part


def _exact(game: Game) -> Part:
    """All coalitions, the largest first: what they prove holds for smaller ones."""
    count = len(game.able)
    try:
        for coalition in sorted(range(1 << count), key=lambda some: (-some.bit_count(), some)):
            game.core.progress(f"coalition {len(game.gaps) + 1} of {1 << count}")
            game.value(coalition)
    except Unfinished:
        return _sampled(game)
    rows = []
    for at, n in enumerate(game.able):
        middle = error = 0.0
        for coalition in range(1 << count):
            if coalition >> at & 1:
                continue
            share = 1 / (count * comb(count - 1, coalition.bit_count()))
            for sign, (low, high) in ((1, game.value(coalition | 1 << at)), (-1, game.value(coalition))):
                middle += sign * share * (low + high) / 2
                error += share * (high - low) / 2
        rows.append({"nation": n, "value": _clean(middle), "error": _clean(error)})
    return Part({"shapley": rows})


def _sampled(game: Game) -> Part:
    """Random orders; in each, nations leave one after the other."""
    added: dict[str, list[float]] = {n: [] for n in game.able}
    opened = dict.fromkeys(game.able, 0.0)  # sum of the half-widths of open values
    done = 0
    for order in _orders(game):
        game.core.progress(f"order {done + 1} of {ORDERS}")
        try:
            chain = _chain(game, order)
        except Unfinished:
            break
        done += 1
        for at, more, less in chain:
            n = game.able[at]
            added[n].append(sum(more) / 2 - sum(less) / 2)
            opened[n] += (more[1] - more[0] + less[1] - less[0]) / 2
    rows = []
    for n, sample in added.items():
        enough = done >= 2
        error = half_width(sample, SURE) + opened[n] / done if enough else None
        value = sum(sample) / done if done else None
        rows.append({"nation": n, "value": None if value is None else _clean(value), "error": error})
    left = [] if done == ORDERS or not game.able else [f"shapley beyond {done} orders"]
    return Part({"shapley": rows}, open=left)


def _orders(game: Game) -> Iterator[list[int]]:
    rng = random.Random(game.core.bench.options["seed"])
    nations = list(range(len(game.able)))
    for _ in range(ORDERS if nations else 0):
        rng.shuffle(nations)
        yield list(nations)


def _chain(game: Game, order: list[int]) -> list[tuple[int, Interval, Interval]]:
    """For each nation of an order, v before it leaves and after."""
    chain = []
    coalition = game.everyone
    for at in order:
        less = coalition & ~(1 << at)
        chain.append((at, game.value(coalition), game.value(less)))
        coalition = less
    return chain


def _clean(value: float) -> float:
    """Without the dust of sums."""
    return 0.0 if abs(value) < 1e-12 else value


def _loose(instance: Instance) -> Instance:
    """The instance with every line allowed to be missed in full."""
    lines = [{**row, "max_gap": 1.0} for row in instance.tables["requirements"]]
    return instance.with_tables({"requirements": lines})
