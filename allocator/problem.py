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
from math import floor, lcm
from typing import Any

from allocator.exact import exact
from allocator.instance import Instance
from allocator.model import Model

THEATRE = "*"
"""Replaces the task of an implied theatre row, which belongs to no single task."""


@dataclass(frozen=True)
class Row:
    """One row of the statement of requirements, given or implied.

    ``task`` is ``THEATRE`` for an implied theatre row; ``quantity`` is in units of the capability; ``weight`` is the
    row's priority times the objective's, or 0 for a row that does not count in the gap.
    """

    task: str
    capability: str
    quantity: Fraction
    max_gap: Fraction
    weight: Fraction
    periods: tuple[int, ...]
    theatre: bool
    given: bool


@dataclass(frozen=True)
class Window:
    """Periods over which one pool must suffice, with the number of times that the window counts each."""

    start: int
    counts: Mapping[int, int]


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
        self.years = Fraction(self.last * self.months, 12)
        self.unit_cost, self.common_cost, self.own_cost = {}, {}, {}
        for row in rows("unit_types"):
            unit = row["unit_type"]
            cost = exact(row["rotation_cost"]) + self.months * exact(row["operating_cost"])
            self.unit_cost[unit] = cost
            self.common_cost[unit] = exact(row["common_share"]) * cost
            self.own_cost[unit] = cost - self.common_cost[unit]
        self.theatre = {row["capability"] for row in rows("capabilities") if row["scope"] == "theatre"}
        self.rotation_ratio: dict[str, int] = {row["unit_type"]: row["rotation_ratio"] for row in rows("unit_types")}
        self.gdp = {row["nation"]: exact(row["gdp"]) for row in rows("nations") if row["gdp"] is not None}
        self.troop_ceiling = {
            row["nation"]: exact(row["troop_ceiling"]) for row in rows("nations") if row["troop_ceiling"] is not None
        }
        self.can_lead = {row["nation"] for row in rows("nations") if row["can_lead"]}
        self.willingness = {(row["nation"], row["objective"]): exact(row["willingness"]) for row in rows("willingness")}
        self.pool = {(row["nation"], row["unit_type"]): row["units"] for row in rows("forces") if row["units"] > 0}
        self.ready = {(row["nation"], row["unit_type"]): row["first_period"] for row in rows("forces")}
        self.min_units = {
            (row["nation"], row["unit_type"]): row["min_units"] if self.has("minimum_contribution") else 1
            for row in rows("forces")
        }
        self.groups: dict[str, list[str]] = defaultdict(list)
        for row in rows("groups"):
            self.groups[row["group"]].append(row["nation"])

    def has(self, family: str) -> bool:
        """Whether the model lists the family."""
        return family in self.model.families

    # ---- figures as whole numbers, which are as exact as fractions and faster to add -----------------------

    @cached_property
    def grains(self) -> tuple[int, dict[str, dict[str, int]]]:
        """A common denominator, and every amount that a unit type supplies or consumes, multiplied by it."""
        parts = lcm(*(amount.denominator for amounts in self.amount.values() for amount in amounts.values()))
        return parts, {u: {c: int(a * parts) for c, a in amounts.items()} for u, amounts in self.amount.items()}

    @cached_property
    def coins(self) -> tuple[int, dict[str, tuple[int, int]]]:
        """A common denominator, and the whole and own cost of every unit type, multiplied by it."""
        both = {u: (cost, self.own_cost[u]) for u, cost in self.unit_cost.items()}
        parts = lcm(*(cost.denominator for costs in both.values() for cost in costs))
        return parts, {u: (int(cost * parts), int(own * parts)) for u, (cost, own) in both.items()}

    # ---- the statement of requirements -------------------------------------------------------------------

    @cached_property
    def rows(self) -> list[Row]:
        """Given rows in the order of the table, then implied ones."""
        instance = self.instance
        priority = {row["objective"]: exact(row["priority"]) for row in instance.rows("objectives")}
        given = []
        covered: dict[tuple[str, str], set[int]] = defaultdict(set)
        for row in instance.rows("requirements"):
            task, capability = row["task"], row["capability"]
            periods = tuple(range(row["first_period"], row["last_period"] + 1))
            covered[THEATRE if capability in self.theatre else task, capability].update(periods)
            quantity = exact(row["quantity"])
            weight = exact(row["priority"]) * priority[self.objective_of[task]] if quantity else Fraction(0)
            given.append(
                Row(
                    task,
                    capability,
                    quantity,
                    exact(row["max_gap"]),
                    weight,
                    periods,
                    capability in self.theatre,
                    True,
                )
            )
        consumed = [
            row["capability"]
            for row in instance.rows("capabilities")
            if any(amounts.get(row["capability"], 0) < 0 for amounts in self.amount.values())
        ]
        anywhere = [t for t in self.PERIODS if any(t in self.active[j] for j in self.TASKS)]
        implied = []
        for capability in consumed:
            places = [THEATRE] if capability in self.theatre else self.TASKS
            for place in places:
                active = anywhere if place == THEATRE else self.active[place]
                periods = tuple(t for t in active if t not in covered[place, capability])
                if periods:
                    zero = Fraction(0)
                    implied.append(Row(place, capability, zero, zero, zero, periods, place == THEATRE, False))
        return given + implied

    @cached_property
    def weighed(self) -> list[tuple[Row, Fraction]]:
        """Rows that count in the gap, each with the gap that one missing unit in one period adds."""
        total = sum(row.weight for row in self.rows)
        return [(row, row.weight / (total * row.quantity * len(row.periods))) for row in self.rows if row.weight]

    @property
    def must(self) -> bool:
        """Whether some requirement must be met at least in part."""
        return "gap" in self.model.limits or any(row.quantity and row.max_gap < 1 for row in self.rows)

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

    def windows(self, unit: str) -> list[Window]:
        """Windows of the rotation family for a unit type (of one period each if the model leaves rotation out)."""
        ratio = self.rotation_ratio[unit] if self.has("rotation") else 1
        if self.instance.indefinite:
            starts = list(self.PERIODS)
            if ratio % self.last == 0:
                starts = [1]  # every window counts every period equally often
            return [self._window(start, ratio) for start in starts]
        ratio = min(ratio, self.last)
        return [self._window(start, ratio) for start in range(1, self.last - ratio + 2)]

    def _window(self, start: int, length: int) -> Window:
        counts: dict[int, int] = {}
        for step in range(length):
            period = (start + step - 1) % self.last + 1
            counts[period] = counts.get(period, 0) + 1
        return Window(start, counts)

    @cached_property
    def barred(self) -> dict[tuple[str, str], str]:
        """(nation, objective) that the nation does not join, with the reason in the instance's words."""
        floor_ = exact(self.model.willingness_floor)
        barred: dict[tuple[str, str], str] = {}
        for n in self.NATIONS:
            for o in self.OBJECTIVES:
                will = self.willingness.get((n, o), Fraction(0))
                if will == 0:
                    barred[n, o] = "is not willing"
                elif will < floor_:
                    barred[n, o] = f"is below the willingness floor ({float(will):g} < {float(floor_):g})"
        if self.has("conditions"):
            for n, o, requires, value in self.pledges:
                if requires == "event" and not self.instance.events[value]:
                    barred.setdefault((n, o), f"asks for the event {value}, which is assumed false")
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

    def _often(self, unit: str) -> dict[int, int]:
        """Period -> the greatest number of times that a window counts it."""
        often = dict.fromkeys(self.PERIODS, 1)
        for window in self.windows(unit):
            for t, count in window.counts.items():
                often[t] = max(often[t], count)
        return often

    def _affordable(self, payer: str, cost: Fraction) -> dict[int, int]:
        """Period -> most units that the budgets of a payer can pay for, at a cost per unit."""
        most: dict[int, int] = {}
        for amount, periods in self.budgets_of.get(payer, ()) if cost else ():
            units = floor(amount / cost)
            for t in periods:
                most[t] = min(units, most.get(t, units))
        return most

    def _pool_caps(self) -> Iterator[tuple[str, str, dict[int, int]]]:
        """Every pool with the most units that rotation, ceiling and budgets allow in each period."""
        units = dict.fromkeys(u for _, u in self.pool)
        often = {u: self._often(u) for u in units}
        payers = (("common", self.common_cost), ("*", self.unit_cost))
        shared = {u: [self._affordable(payer, cost[u]) for payer, cost in payers] for u in units}
        ceilings = {n: floor(most) for n, most in self.troop_ceiling.items()} if self.has("troop_ceiling") else {}
        for (n, u), pool in self.pool.items():
            limits = [*shared[u], self._affordable(n, self.own_cost[u])] if self.has("budget") else []
            if n in ceilings and self.personnel[u]:
                limits.append(dict.fromkeys(self.PERIODS, ceilings[n] // self.personnel[u]))
            caps = {t: pool // often[u][t] for t in self.PERIODS}
            for limit in limits:
                for t, most in limit.items():
                    caps[t] = min(caps[t], most)
            yield n, u, caps

    @cached_property
    def budgets(self) -> list[tuple[str, Fraction, range]]:
        """(payer, amount in millions, periods) of every budget."""
        return [
            (row["payer"], exact(row["amount"]), range(row["first_period"], row["last_period"] + 1))
            for row in self.instance.rows("budgets")
        ]

    @cached_property
    def budgets_of(self) -> dict[str, list[tuple[Fraction, range]]]:
        """Payer -> (amount in millions, periods) of its budgets and, for a nation, of its limit under max_burden."""
        amounts: dict[str, list[tuple[Fraction, range]]] = defaultdict(list)
        for payer, amount, periods in self.budgets:
            amounts[payer].append((amount, periods))
        for nation in self.gdp if self.model.max_burden is not None else ():
            amounts[nation].append((self.burden_limit(nation), self.PERIODS))
        return amounts

    def burden_limit(self, nation: str) -> Fraction:
        """Own cost over the horizon that max_burden allows a nation, in millions."""
        assert self.model.max_burden is not None
        return exact(self.model.max_burden) * self.gdp[nation] * self.years

    def _caveat(self) -> set[tuple[str, str, str]]:
        """(nation, unit, task) that a caveat forbids."""
        forbidden: set[tuple[str, str, str]] = set()
        for row in self.instance.rows("caveats"):
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
        forbidden = self._caveat() if self.has("caveats") else set()
        cap: dict[tuple[str, str, str], dict[int, int]] = {}
        for n, u, caps in self._pool_caps():
            least = self.min_units[n, u]
            ready = self.ready[n, u]
            usable = {t: most for t, most in caps.items() if t >= ready and most >= least and most > 0}
            if not usable:
                continue
            for j in self.eligible[u]:
                if (n, self.objective_of[j]) in self.barred or (n, u, j) in forbidden:
                    continue
                here = {t: usable[t] for t in self.active[j] if t in usable}
                if here:
                    cap[n, u, j] = here
        return self._strike_hopeless(cap)

    def _strike_hopeless(
        self, cap: dict[tuple[str, str, str], dict[int, int]]
    ) -> dict[tuple[str, str, str], dict[int, int]]:
        while True:
            able = {n for n, _, _ in cap}
            led = {j for n, _, j in cap if n in self.can_lead}
            hopeless = {
                (n, o)
                for n, o, requires, value in (self.pledges if self.has("conditions") else [])
                if (requires == "nation" and value not in able)
                or (requires == "any_of" and not able.intersection(value))
                or (requires == "coalition_size" and value > len(able))
            }
            leaderless = {j for j in (self.framework_share if self.has("framework_nation") else []) if j not in led}
            left = {
                (n, u, j): here
                for (n, u, j), here in cap.items()
                if (n, self.objective_of[j]) not in hopeless and j not in leaderless
            }
            if len(left) == len(cap):
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
