"""An instance read through a model's choices, before any decision is made.

All families use this reading: which requirements apply, who may deploy what, where and when, and how many units at
most. Only deployments that can be above zero are listed, so the model has no other variables. This module does not use
Pyomo.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import floor, lcm
from typing import Any

from allocator.exact import exact
from allocator.instance import Instance
from allocator.instance.tables import TABLES
from allocator.model import Model
from allocator.money import Money
from allocator.pools import Pools
from allocator.statement import THEATRE, Row, given_rows, implied_rows, weighed


@dataclass(frozen=True)
class Commitment:
    """A promise, or a limit, on the units that a nation deploys at a task (None: at all together) in each period."""

    nation: str
    unit_type: str
    task: str | None
    periods: range
    at_least: int
    at_most: int | None

    @property
    def most(self) -> int:
        """``at_most``, where it is given."""
        assert self.at_most is not None
        return self.at_most


@dataclass(frozen=True)
class Prerequisite:
    """A row that a task waits for, and what must be supplied of it while anyone is at the task."""

    task: str
    row: Row
    least: Fraction

    @property
    def line(self) -> tuple[str, str, str]:
        """The task, and the task and capability that it waits for."""
        return self.task, self.row.task, self.row.capability


ASKED = ("requirements", "objectives", "tasks", "capabilities", "unit_types", "yields")
JOINED = ("nations", "objectives", "willingness", "conditions", "groups")

FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "grains": ASKED, "rows": ASKED, "weighed": ASKED, "standing": ASKED, "eligible": ASKED,
    "prerequisites": (*ASKED, "prerequisites"), "barred": JOINED, "pledges": JOINED,
    "commitments": ("commitments", "tasks"), "forbidden": ("caveats", "objectives", "tasks", "unit_types"),
    "pool_cap": (
        "nations", "unit_types", "tasks", "forces", "force_changes", "acquisitions", "industry", "budgets",
        "commitments",
    ),
    "cap": tuple(TABLES), "live_pledges": tuple(TABLES),
}  # fmt: skip
"""Attribute of a problem -> the tables that it follows from, besides settings and choices."""

BURDENED = ("pool_cap", "cap", "live_pledges")  # they follow from the greatest burden as well


class Problem:
    """An instance read through a model's choices.

    Parameters
    ----------
    instance : Instance
        Facts, already checked.
    model : Model
        Choices.
    """

    def __init__(self, instance: Instance, model: Model) -> None:
        self.instance = instance
        self.model = model
        self.last = instance.periods
        self.PERIODS = range(1, self.last + 1)
        rows = instance.rows
        self.NATIONS = [row["nation"] for row in rows("nations")]
        self.OBJECTIVES = [row["objective"] for row in rows("objectives")]
        self.UNITS = [row["unit_type"] for row in rows("unit_types")]
        self.TASKS = [row["task"] for row in rows("tasks")]
        self.objective_of: dict[str, str] = {row["task"]: row["objective"] for row in rows("tasks")}
        self.framework_share = {
            row["task"]: exact(row["framework_share"]) for row in rows("tasks") if row["framework_share"] > 0
        }
        self.active = {row["task"]: range(row["first_period"], row["last_period"] + 1) for row in rows("tasks")}
        self.personnel: dict[str, int] = {row["unit_type"]: row["personnel"] for row in rows("unit_types")}
        self.amount: dict[str, dict[str, Fraction]] = defaultdict(dict)
        for row in rows("yields"):
            self.amount[row["unit_type"]][row["capability"]] = exact(row["amount"])
        self.months = instance.months_per_period
        self.theatre = {row["capability"] for row in rows("capabilities") if row["scope"] == "theatre"}
        self.rotation_ratio: dict[str, int] = {row["unit_type"]: row["rotation_ratio"] for row in rows("unit_types")}
        self.troop_ceiling = {
            row["nation"]: exact(row["troop_ceiling"]) for row in rows("nations") if row["troop_ceiling"] is not None
        }
        can_lead = [row["nation"] for row in rows("nations") if row["can_lead"]]
        self.leaders: dict[str, set[str]] = {
            row["task"]: {row["framework_nation"]} if row["framework_nation"] else set(can_lead)
            for row in rows("tasks")
            if row["task"] in self.framework_share
        }
        self.willingness: dict[tuple[str, str], dict[int, Fraction]] = defaultdict(dict)
        for row in rows("willingness"):
            stance = dict.fromkeys(range(row["first_period"], row["last_period"] + 1), exact(row["willingness"]))
            self.willingness[row["nation"], row["objective"]].update(stance)
        self.pools = Pools(instance, model)
        self.money = Money(instance, model, self.pools)
        self.groups: dict[str, list[str]] = defaultdict(list)
        for row in rows("groups"):
            self.groups[row["group"]].append(row["nation"])

    def share(self, other: Problem) -> None:
        """Take from another problem what it has worked out and what follows from tables that both have.

        Objectives, limits on them and the tolerance may differ: nothing of this follows from them.
        """
        mine, its, tables_of = self.model, other.model, other.instance.tables
        plain = mine.families == its.families and mine.willingness_floor == its.willingness_floor
        if not plain or self.instance.settings != other.instance.settings:
            return
        same = {table for table, rows in self.instance.tables.items() if rows is tables_of[table]}
        burden = mine.max_burden == its.max_burden
        for name, tables in FOLLOWS.items():
            if name in other.__dict__ and same.issuperset(tables) and (burden or name not in BURDENED):
                self.__dict__.setdefault(name, other.__dict__[name])

    def has(self, family: str) -> bool:
        """Whether the model lists the family."""
        return family in self.model.families

    # ---- figures as whole numbers, which are as exact as fractions and faster to add -----------------------

    @cached_property
    def grains(self) -> tuple[int, dict[str, dict[str, int]]]:
        """A common denominator, and every amount that a unit type supplies or consumes, multiplied by it."""
        parts = lcm(*(amount.denominator for amounts in self.amount.values() for amount in amounts.values()))
        return parts, {u: {c: int(a * parts) for c, a in amounts.items()} for u, amounts in self.amount.items()}

    # ---- the statement of requirements -------------------------------------------------------------------

    @cached_property
    def rows(self) -> list[Row]:
        """Given rows in the order of the table, then implied ones."""
        given = given_rows(self.instance, self.objective_of, self.theatre)
        consumed = [
            row["capability"]
            for row in self.instance.rows("capabilities")
            if any(amounts.get(row["capability"], 0) < 0 for amounts in self.amount.values())
        ]
        return given + implied_rows(given, consumed, self.active, self.theatre, self.PERIODS)

    @cached_property
    def weighed(self) -> list[tuple[Row, Fraction]]:
        """Rows that count in the gap, each with the gap that one missing unit (not of its core) in one period adds."""
        return weighed(self.rows)

    @cached_property
    def standing(self) -> dict[int, list[Row]]:
        """Period -> the rows that count in the gap and stand in it; periods without any are left out."""
        periods = {t: [row for row in self.rows if row.weight and t in row.periods] for t in self.PERIODS}
        return {t: rows for t, rows in periods.items() if rows}

    @property
    def must(self) -> bool:
        """Whether some requirement must be met at least in part, or some promise kept."""
        promised = any(promise.at_least for promise in self.commitments)
        return promised or "gap" in self.model.limits or any(row.quantity and row.max_gap < 1 for row in self.rows)

    @cached_property
    def eligible(self) -> dict[str, list[str]]:
        """Unit type -> tasks at which it supplies a capability of some row, given or implied."""
        asked: dict[str, set[str]] = {task: set() for task in self.TASKS}
        for row in self.rows:
            if row.task != THEATRE:
                asked[row.task].add(row.capability)
                continue
            for task in self.TASKS:
                if any(t in self.active[task] for t in row.periods):
                    asked[task].add(row.capability)
        return {
            unit: [
                task
                for task in self.TASKS
                if any(amount > 0 and c in asked[task] for c, amount in self.amount[unit].items())
            ]
            for unit in self.UNITS
        }

    # ---- who may deploy what -----------------------------------------------------------------------------

    @cached_property
    def barred(self) -> dict[tuple[str, str, int], str]:
        """(nation, objective, period) in which the nation does not join, with the reason in the instance's words."""
        floor_ = exact(self.model.willingness_floor)
        absent: dict[tuple[str, str], str] = {}
        if self.has("conditions"):
            for n, o, requires, value in self.pledges:
                if requires == "event" and not self.instance.events[value]:
                    absent.setdefault((n, o), f"asks for the event {value}, which is assumed false")
        barred: dict[tuple[str, str, int], str] = {}
        for n, o in product(self.NATIONS, self.OBJECTIVES):
            stance = self.willingness.get((n, o), {})
            for t in self.PERIODS:
                will = stance.get(t, Fraction(0))
                if will == 0:
                    barred[n, o, t] = "is not willing"
                elif will < floor_:
                    barred[n, o, t] = f"is below the willingness floor ({float(will):g} < {float(floor_):g})"
                elif (n, o) in absent:
                    barred[n, o, t] = absent[n, o]
        return barred

    @cached_property
    def pledges(self) -> list[tuple[str, str, str, Any]]:
        """Conditional pledges, one per nation and objective: (n, o, requires, value).

        The value is an event's name, a nation, a tuple of nations (groups resolved) or a whole number.
        """
        pledges: list[tuple[str, str, str, Any]] = []
        for row in self.instance.rows("conditions"):
            value: Any = row["value"]
            if row["requires"] == "any_of":
                named = [member for name in value.split(" ") for member in self.groups.get(name, [name])]
                value = tuple(dict.fromkeys(named))
            elif row["requires"] == "coalition_size":
                value = int(value)
            for o in [row["objective"]] if row["objective"] else self.OBJECTIVES:
                pledges.append((row["nation"], o, row["requires"], value))
        return list(dict.fromkeys(pledges))

    @cached_property
    def commitments(self) -> list[Commitment]:
        """What nations have promised, or will give at the most, if the model holds them to it."""
        return [
            Commitment(
                row["nation"],
                row["unit_type"],
                row["task"],
                range(row["first_period"], row["last_period"] + 1),
                row["at_least"],
                row["at_most"],
            )
            for row in (self.instance.rows("commitments") if self.has("commitments") else ())
        ]

    @cached_property
    def prerequisites(self) -> list[Prerequisite]:
        """Lines that must be met while anyone is at another task; a line may have rows for several periods."""
        given: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.rows:
            if row.given:
                given[row.task, row.capability].append(row)
        return [
            Prerequisite(needs["task"], row, exact(needs["share"]) * row.quantity)
            for needs in (self.instance.rows("prerequisites") if self.has("prerequisites") else ())
            for row in given[needs["needs_task"], needs["capability"]]
        ]

    @cached_property
    def pool_cap(self) -> dict[tuple[str, str], dict[int, int]]:
        """(nation, unit) -> period -> most units at all tasks together."""
        return {(n, u): caps for n, u, caps in self._pool_caps()}

    def _pool_caps(self) -> Iterator[tuple[str, str, dict[int, int]]]:
        """Every pool with the most units that its size, ceiling and budgets allow in each period."""
        money, pools = self.money, self.pools
        payers = (("common", money.common_cost), ("*", money.unit_cost)) if self.has("budget") else ()
        shared = {u: [money.affordable(payer, cost[u]) for payer, cost in payers] for u in self.UNITS}
        ceilings = {n: floor(most) for n, most in self.troop_ceiling.items()} if self.has("troop_ceiling") else {}
        promised: dict[tuple[str, str], list[Commitment]] = defaultdict(list)
        for promise in self.commitments:
            if promise.at_most is not None and promise.task is None:
                promised[promise.nation, promise.unit_type].append(promise)
        for pool in pools.units:
            n, u = pool
            limits: list[dict[int, int]] = shared[u]
            if payers and n in money.budgets_of:
                limits = [*limits, money.affordable(n, money.own_of(n)[u])]
            if n in ceilings and self.personnel[u]:
                limits = [*limits, dict.fromkeys(self.PERIODS, ceilings[n] // self.personnel[u])]
            if pool in promised:
                limits = [*limits, *(dict.fromkeys(promise.periods, promise.most) for promise in promised[pool])]
            caps = pools.caps(pool)
            for limit in limits:
                for t, units in limit.items():
                    caps[t] = min(caps[t], units)
            yield n, u, caps

    @cached_property
    def forbidden(self) -> set[tuple[str, str, str]]:
        """(nation, unit, task) that a caveat forbids, if the model lists caveats."""
        forbidden: set[tuple[str, str, str]] = set()
        for row in self.instance.rows("caveats") if self.has("caveats") else ():
            for task in [row["task"]] if row["task"] else self.TASKS:
                if row["objective"] and row["objective"] != self.objective_of[task]:
                    continue
                for unit in [row["unit_type"]] if row["unit_type"] else self.UNITS:
                    forbidden.add((row["nation"], unit, task))
        return forbidden

    @cached_property
    def cap(self) -> dict[tuple[str, str, str], dict[int, int]]:
        """(nation, unit, task) -> period -> most units, for exactly the deployments that can be above zero.

        Nations whose pledges no possible coalition can meet, and tasks that nobody can lead, are removed until nothing
        changes.
        """
        forbidden, barred, eligible = self.forbidden, self.barred, self.eligible
        cap: dict[tuple[str, str, str], dict[int, int]] = {}
        for (n, u), caps in self.pool_cap.items():
            least = max(1, self.pools.min_units[n, u])
            usable = {t: caps[t] for t in self.pools.ready[n, u] if caps[t] >= least}
            if not usable:
                continue
            for j in eligible[u]:
                o = self.objective_of[j]
                if (n, u, j) in forbidden:
                    continue
                here = {t: usable[t] for t in self.active[j] if t in usable and (n, o, t) not in barred}
                if here:
                    cap[n, u, j] = here
        for promise in self.commitments:
            here = cap.get((promise.nation, promise.unit_type, promise.task or ""), {})
            for t in promise.periods if promise.at_most is not None else ():
                if t in here:
                    here[t] = min(here[t], promise.most)
        return self._strike_hopeless(cap)

    def _strike_hopeless(
        self, cap: dict[tuple[str, str, str], dict[int, int]]
    ) -> dict[tuple[str, str, str], dict[int, int]]:
        while True:
            able: dict[int, set[str]] = defaultdict(set)
            led: set[tuple[str, int]] = set()
            for (n, u, j), here in cap.items():
                lead = n in self.leaders.get(j, ())
                for t, most in here.items():
                    if most >= max(1, self.pools.min_units[n, u]):
                        able[t].add(n)
                        if lead:
                            led.add((j, t))
            hopeless = {
                (n, o, t)
                for n, o, requires, value in (self.pledges if self.has("conditions") else [])
                for t in self.PERIODS
                if (requires == "nation" and value not in able[t])
                or (requires == "any_of" and not able[t].intersection(value))
                or (requires == "coalition_size" and value > len(able[t] - self.money.collective))
            }
            tasks = self.leaders if self.has("framework_nation") else {}
            leaderless = {(j, t) for j in tasks for t in self.PERIODS if (j, t) not in led}
            left = {}
            for (n, u, j), here in cap.items():
                o, least = self.objective_of[j], max(1, self.pools.min_units[n, u])
                kept = {
                    t: most
                    for t, most in here.items()
                    if most >= least and (n, o, t) not in hopeless and (j, t) not in leaderless
                }
                if kept:
                    left[n, u, j] = kept
            if sum(map(len, left.values())) == sum(map(len, cap.values())):
                return cap
            cap = left

    def deployments(self) -> Iterator[tuple[str, str, str, int]]:
        """Indices (n, u, j, t) of every deployment that can be above zero, in the order of the tables."""
        for (n, u, j), periods in self.cap.items():
            for t in periods:
                yield n, u, j, t

    @cached_property
    def live_pledges(self) -> list[tuple[str, str, str, Any]]:
        """Pledges that bind a nation able to deploy and that depend on other nations."""
        if not self.has("conditions"):
            return []
        able = {(n, self.objective_of[j]) for n, _, j in self.cap}
        return [pledge for pledge in self.pledges if pledge[2] != "event" and pledge[:2] in able]
