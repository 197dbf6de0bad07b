"""Statements that give way at a price: a Pyomo model of the lifted instance on which each holds unless it is changed.

The instance is built with all movable statements lifted. Each of them comes back as rows with a 0/1 column
``changed[id]``: the rows bind if it is 0. A statement that is a number has a column ``price[id]`` as well, which raises
the number at once in the unit of its price. A pool is limited once for each combination of what may be lifted of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import pyomo.core as pyo

from allocator.exact import exact
from allocator.explaining.statements import Statement, per_unit
from allocator.families.acquisition import ready
from allocator.families.payments import Payments
from allocator.families.rows import Exact, Rows, floats, linear
from allocator.problem import Problem
from allocator.statement import THEATRE

Sum = list[Exact]

Cell = tuple[str, str, str, int, Any]
"""Nation, unit type, task, period, and the column of what is deployed there."""


class Elastic:
    """Adds movable statements to a model on which they are lifted.

    Parameters
    ----------
    m : ConcreteModel
        Of the lifted instance.
    problem, original : Problem
        The lifted instance, and the one in which all statements stand.
    movable : sequence of Statement
        What was lifted.
    growth : mapping, optional
        Pool -> units by which it can grow at the most; all that its cells can use where it is not given.
    """

    def __init__(
        self, m: Any, problem: Problem, original: Problem, movable: Sequence[Statement],
        growth: Mapping[tuple[str, str], int] | None = None,
    ) -> None:  # fmt: skip
        self.m, self.problem, self.original = m, problem, original
        self.growth = growth or {}
        self.rows = original.instance.rows
        self.count = 0
        m.changed = pyo.Var(pyo.Any, dense=False, domain=pyo.Binary, doc="a statement is changed")
        m.price = pyo.Var(pyo.Any, dense=False, doc="price of raising a number")
        m.elastic = Rows(doc="a statement holds unless it is changed")
        m.helper = pyo.Var(pyo.Any, dense=False, domain=pyo.Binary, doc="who is where")
        self.by_id = {statement.id: statement for statement in movable}
        self.cells: dict[tuple[str, int], list[tuple[tuple[str, str, str], Any]]] = defaultdict(list)
        self.of_nation: dict[str, list[Cell]] = defaultdict(list)
        self.at_task: dict[str, list[Cell]] = defaultdict(list)
        for (n, u, j), here in m.cells.items():
            for t, x in here.items():
                self.cells[n, t].append(((n, u, j), x))
                self.of_nation[n].append((n, u, j, t, x))
                self.at_task[j].append((n, u, j, t, x))
        self.unwilling: dict[str, list[tuple[str, Any]]] = defaultdict(list)
        for n, _, j, t, x in (cell for cells in self.of_nation.values() for cell in cells):
            if not willing(original, n, o := problem.objective_of[j], t):
                self.unwilling[o].append((n, x))
        for statement in movable:
            m.changed.add(statement.id)
        for statement in movable:
            if statement.kind in ("nations.troop_ceiling", "budgets.amount", "model.max_burden"):
                self._limit(statement)
            elif statement.kind not in ("forces.units", "forces.availability", "forces.home_units"):
                add = getattr(self, "_" + statement.kind.replace(".", "_"))
                add(statement)
        self._pools()

    # ---- tools -----------------------------------------------------------------------------------------------

    def _row(self, terms: Iterable[Exact], most: Fraction | int) -> None:
        """The sum is at most a number."""
        self.count += 1
        self.m.elastic[self.count] = (None, linear(floats(list(terms))), float(most))

    def _bar(self, statement: Statement, cells: Iterable[Any]) -> None:
        """Nothing is deployed there unless the statement is changed."""
        for x in cells:
            self._row([(Fraction(1), x), (-Fraction(x.ub), self.m.changed[statement.id])], 0)

    def _helper(self, *key: Any) -> tuple[Any, bool]:
        """A 0/1 column, and whether it is new."""
        if key in self.m.helper:
            return self.m.helper[key], False
        return self.m.helper.add(key), True

    def _there(self, name: str, key: Any, cells: Sequence[Any]) -> Any:
        """A column that is 1 if anything is deployed in some cells."""
        column, new = self._helper(name, key)
        for x in cells if new else ():
            self._row([(Fraction(1), x), (-Fraction(x.ub), column)], 0)
        return column

    def _raised(self, statement: Statement, most: Fraction) -> Any:
        """The column of the price of a number, at most ``most`` and 0 unless the number is changed."""
        column = self.m.price.add(statement.id)
        column.setlb(0.0)
        column.setub(float(most))
        self._row([(Fraction(1), column), (-most, self.m.changed[statement.id])], 0)
        return column

    def _reach(self, terms: Iterable[Exact]) -> Fraction:
        return sum((a * Fraction(x.ub) for a, x in terms if a > 0), start=Fraction(0))

    # ---- numbers ---------------------------------------------------------------------------------------------

    def _requirements_max_gap(self, statement: Statement) -> None:
        row = self.problem.rows[(statement.row or 0) - 1]
        most = exact(statement.value)
        column = self._raised(statement, 1 - most)
        for t in row.periods:
            shortfall = self.m.shortfall[row.task, row.capability, t]
            self._row([(1 / row.quantity, shortfall), (Fraction(-1), column)], most)

    def _limit(self, statement: Statement) -> None:
        """Sums that stay below a number: of people, of money."""
        sums = [(terms, limit) for terms, limit in self._sums(statement) if terms]
        each = per_unit(statement)
        scale = {id(terms): limit / exact(statement.value) if statement.value else Fraction(1) for terms, limit in sums}
        most = max((self._reach(terms) / scale[id(terms)] * each for terms, _ in sums), default=Fraction(0))
        if not sums:
            return
        column = self._raised(statement, most)
        for terms, limit in sums:
            self._row([*terms, (-scale[id(terms)] / each, column)], limit)

    def _sums(self, statement: Statement) -> Iterator[tuple[Sum, Fraction]]:
        problem = self.problem
        if statement.kind == "nations.troop_ceiling":
            for t in problem.PERIODS:
                here = self.cells[statement.nation, t]
                yield [(Fraction(problem.personnel[u]), x) for (_, u, _), x in here], exact(statement.value)
            return
        payments, money = Payments(self.m, problem), self.original.money
        if statement.kind == "budgets.amount":
            payer, amount, periods = money.budgets[(statement.row or 0) - 1]
            yield payments.terms(payer, periods).pairs(self.m.cells), amount
            return
        for n in money.gdp:
            yield payments.borne(n).pairs(self.m.cells), money.burden_limit(n)

    # ---- what holds or is lifted -----------------------------------------------------------------------------

    def _caveats(self, statement: Statement) -> None:
        row = self.rows("caveats")[(statement.row or 0) - 1]
        mine = self.of_nation[row["nation"]]
        self._bar(statement, (x for n, u, j, _, x in mine if forbids(self.problem, row, n, u, j)))

    def _willingness(self, statement: Statement) -> None:
        o = statement.objective
        for n, x in self.unwilling[o]:
            if statement.nation in ("", n):
                self._bar(statement, [x])

    def _conditions(self, statement: Statement) -> None:
        row = self.rows("conditions")[(statement.row or 0) - 1]
        n, lifted = row["nation"], self.m.changed[statement.id]
        joined: dict[tuple[str, int], list[Any]] = defaultdict(list)
        for _, _, j, t, x in self.of_nation[n]:
            o = self.problem.objective_of[j]
            if row["objective"] in (None, o):
                joined[o, t].append(x)
        if row["requires"] == "event":
            if not self.original.instance.events[row["value"]]:
                self._bar(statement, (x for cells in joined.values() for x in cells))
            return
        partners, least = asked_of(self.original, row)
        for (o, t), cells in joined.items():
            joins = self._there("joins", (n, o, t), cells)
            members = [(Fraction(-1), self._member(partner, t)) for partner in partners if self.cells[partner, t]]
            self._row([(Fraction(least), joins), *members, (-Fraction(least), lifted)], 0)

    def _member(self, nation: str, t: int) -> Any:
        column, new = self._helper("member", nation, t)
        if new:
            self._row([(Fraction(1), column), *((Fraction(-1), x) for _, x in self.cells[nation, t])], 0)
        return column

    def _forces_min_units(self, statement: Statement) -> None:
        row = self.rows("forces")[(statement.row or 0) - 1]
        least, lifted = Fraction(statement.value), self.m.changed[statement.id]
        for n, u, j, t, x in self.of_nation[row["nation"]]:
            if u == row["unit_type"]:
                sends = self._there("sends", (n, u, j, t), [x])
                self._row([(least, sends), (Fraction(-1), x), (1 - least, lifted)], 0)

    def _unit_types_rotation_ratio(self, statement: Statement) -> None:
        """The rows of pools, see :meth:`_pools`."""

    def _tasks_framework_share(self, statement: Statement) -> None:
        j = self.rows("tasks")[(statement.row or 0) - 1]["task"]
        share, people = self.original.framework_share[j], self.problem.personnel
        here = [(n, t, Fraction(people[u]), x) for n, u, _, t, x in self.at_task[j]]
        if not here:
            return
        there = self._there("there", j, [x for *_, x in here])
        leads = []
        for n in self.original.leaders[j]:
            leader, _ = self._helper("leads", n, j)
            leads.append((Fraction(-1), leader))
            for t in {t for _, t, _, _ in here}:
                terms = [(share * heads - (heads if nation == n else 0), x) for nation, s, heads, x in here if s == t]
                most = self._reach(terms)
                self._row([*terms, (most, leader)], most)
        self._row([(Fraction(1), there), *leads, (Fraction(-1), self.m.changed[statement.id])], 0)

    def _prerequisites(self, statement: Statement) -> None:
        needs = self.rows("prerequisites")[(statement.row or 0) - 1]
        j, lifted = needs["task"], self.m.changed[statement.id]
        for row in self.problem.rows:
            if not row.given or (row.task, row.capability) != (needs["needs_task"], needs["capability"]):
                continue
            least = exact(needs["share"]) * row.quantity
            for t in row.periods if least else ():
                cells = [x for _, _, _, s, x in self.at_task[j] if s == t]
                if cells:
                    there = self._there("at", (j, t), cells)
                    supply = [(-a, x) for a, x in self._supply(row.place, row.capability, t)]
                    self._row([(least, there), *supply, (-least, lifted)], 0)

    def _supply(self, place: str, capability: str, t: int) -> Sum:
        amounts = self.problem.amount
        return [
            (amounts[u][capability], x)
            for j in (self.at_task if place == THEATRE else [place])
            for _, u, _, s, x in self.at_task[j]
            if s == t and capability in amounts.get(u, {})
        ]

    def _commitments(self, statement: Statement) -> None:
        promise, lifted = self.original.commitments[(statement.row or 0) - 1], self.m.changed[statement.id]
        for t in promise.periods:
            cells = [
                (Fraction(1), x)
                for _, u, j, s, x in self.of_nation[promise.nation]
                if (u, s) == (promise.unit_type, t) and promise.task in (None, j)
            ]
            if promise.at_least:
                self._row([*((-a, x) for a, x in cells), (-Fraction(promise.at_least), lifted)], -promise.at_least)
            if promise.at_most is not None and cells:
                self._row([*cells, (-self._reach(cells), lifted)], promise.at_most)

    # ---- pools -----------------------------------------------------------------------------------------------

    def _pools(self) -> None:
        numbers = {(row["nation"], row["unit_type"]): i for i, row in enumerate(self.rows("forces"), start=1)}
        types = {row["unit_type"]: i for i, row in enumerate(self.rows("unit_types"), start=1)}
        tasks: dict[tuple[str, str], list[str]] = defaultdict(list)
        for n, u, j in self.m.cells:
            tasks[n, u].append(j)
        for pool, places in tasks.items():
            i = numbers.get(pool)
            own = {c: self.by_id.get(f"forces.{i}.{c}") for c in ("units", "availability", "home_units")}
            rotates = self.by_id.get(f"unit_types.{types[pool[1]]}.rotation_ratio")
            if rotates is None and not any(own.values()):
                continue
            units = own["units"]
            most = Fraction(self.growth[pool]) if pool in self.growth else endless_of(self.m, pool) + 1
            more = None if units is None else self._raised(units, most * per_unit(units))
            if more is not None and units is not None:
                whole = self.m.more.add(pool) if self.m.component("more") is not None else self._more(pool)
                self._row([(Fraction(1), whole), (-1 / per_unit(units), more)], 0)
                more = whole
            self._pool(pool, places, rotates, own["availability"], own["home_units"], more)

    def _more(self, pool: tuple[str, str]) -> Any:
        self.m.more = pyo.Var(pyo.Any, dense=False, domain=pyo.NonNegativeIntegers, doc="units by which a pool grows")
        return self.m.more.add(pool)

    def _pool(
        self,
        pool: tuple[str, str],
        places: list[str],
        rotates: Statement | None,
        available: Statement | None,
        home: Statement | None,
        more: Any,
    ) -> None:
        """Rows for each combination of what is lifted of a pool."""
        changed, pools = self.m.changed, self.original.pools
        ratios = [(pools, rotates), *([(self.problem.pools, None)] if rotates else [])]
        share, kept = pools.availability.get(pool, Fraction(1)), pools.home_units.get(pool, 0)
        shares = [(share, available), *([(Fraction(1), None)] if available else [])]
        homes = [(kept, home), *([(0, None)] if home else [])]
        for source, turn in ratios:
            for window in source.windows(pool):
                use: Sum = [
                    (Fraction(count), self.m.cells[(*pool, j)][t])
                    for t, count in window.counts.items()
                    for j in places
                    if t in self.m.cells[(*pool, j)]
                ]
                if not use:
                    continue
                owned = pools.owned(pool, window.start, window.end)
                orders = ready(self.m, self.problem, pool, window.end)
                for part, of_share in shares:
                    for stays, of_home in homes:
                        slack = [changed[s.id] for s in (turn, of_share, of_home) if s is not None]
                        terms = [*use, *((-part * a, x) for a, x in orders)]
                        self._usable(terms, part, Fraction(owned), Fraction(stays), more, slack, pool)

    def _usable(
        self, terms: Sum, part: Fraction, owned: Fraction, stays: Fraction, more: Any, slack: list[Any], pool: Any
    ) -> None:
        """Terms are at most ``max(0, part * (owned + more) - stays)``, unless something of it is lifted."""
        most = self._reach(terms)
        relaxed = [*terms, *((-most, column) for column in slack)]
        grown = [] if more is None else [(-part, more)]
        if part * owned >= stays:
            self._row([*relaxed, *grown], part * owned - stays)
            return
        used = self.m.helper.add(("used", pool, self.count))
        self._row([*relaxed, (-most, used)], 0)
        self._row([*relaxed, *grown, (most + stays, used)], part * owned - stays + most + stays)


def endless_of(m: Any, pool: tuple[str, str]) -> Fraction:
    """Units by which a pool can grow: what its cells can use in all periods, and what availability takes of it."""
    return Fraction(sum(int(x.ub) for (n, u, _), here in m.cells.items() if (n, u) == pool for x in here.values()))


def forbids(problem: Problem, row: Any, n: str, u: str, j: str) -> bool:
    """Whether a caveat forbids a deployment."""
    own = {"nation": n, "unit_type": u, "task": j, "objective": problem.objective_of[j]}
    return all(row[column] in (None, value) for column, value in own.items())


def willing(problem: Problem, n: str, o: str, t: int) -> bool:
    """Whether a nation's stance lets it join an objective in a period."""
    will = problem.willingness.get((n, o), {}).get(t, Fraction(0))
    return will > 0 and will >= exact(problem.model.willingness_floor)


def asked_of(problem: Problem, row: Any) -> tuple[list[str], int]:
    """The nations that count for a pledge, and how many of them must be members."""
    if row["requires"] == "nation":
        return [row["value"]], 1
    if row["requires"] == "any_of":
        named = [n for name in row["value"].split(" ") for n in problem.groups.get(name, [name])]
        return list(dict.fromkeys(named)), 1
    return [n for n in problem.NATIONS if n not in problem.money.collective], int(row["value"])
