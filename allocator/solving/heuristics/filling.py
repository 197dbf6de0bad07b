"""A first plan within seconds: requirements are filled by need under every family, so that every solve has a start.

Units of each kind are sent where they close most of the gap for the money and people that they use; the supply that
they would consume is sent first. A nation that a pledge waits for is given a small deployment. Nations whose pledge the
filled plan does not meet are left out, and the filling is repeated. This is a heuristic: it proves nothing, and the
plan counts only once it has passed the exact check.
"""

from __future__ import annotations

from collections import defaultdict
from heapq import heapify, heappop, heappush
from math import ceil, floor

from allocator.audit import check_deployments
from allocator.problem import Problem
from allocator.purchases import NONE, Decided, Purchases
from allocator.solving.heuristics.purchased import ready, spent
from allocator.statement import THEATRE

ROUNDS = 20
"""Most fillings; each leaves out the nations whose pledge the previous one did not meet."""

MUST = 1e3
"""Factor by which supply counts more toward what must be met under max_gap."""

MARGIN = 1e-9
"""Room left below limits, relative to their size, so that rounding never passes one."""

Cell = tuple[str, str, str, int]


def first_plan(problem: Problem, purchases: Purchases = NONE) -> Decided | None:
    """A plan with some purchases that passes the exact check, or None if the filling finds none."""
    out: set[tuple[str, str, int]] = set()
    deployed: dict[Cell, int] = {}
    for _ in range(ROUNDS):
        filling = Filling(problem, out, purchases)
        filling.fill()
        deployed = {cell: units for cell, units in filling.units.items() if units}
        unmet = _unmet_pledges(problem, deployed)
        if not unmet:
            break
        out |= unmet
    plan = Decided(((cell, deployed[cell]) for cell in problem.deployments() if cell in deployed), purchases)
    return None if check_deployments(problem.instance, problem.model, plan, purchases) else plan


def _unmet_pledges(problem: Problem, deployed: dict[Cell, int]) -> set[tuple[str, str, int]]:
    """Nation, objective and period in which a pledge of the nation does not hold."""
    members: dict[int, set[str]] = defaultdict(set)
    for n, _, _, t in deployed:
        members[t].add(n)
    joined = {(n, problem.objective_of[j], t) for n, _, j, t in deployed}
    return {
        (n, o, t)
        for n, o, requires, value in problem.live_pledges
        for t in problem.PERIODS
        if (n, o, t) in joined
        and not (
            (requires == "nation" and value in members[t])
            or (requires == "any_of" and members[t].intersection(value))
            or (requires == "coalition_size" and len(members[t] - problem.money.collective) >= value)
        )
    }


class Filling:
    """One filling of the requirements, without the nations, objectives and periods in ``out``."""

    def __init__(self, problem: Problem, out: set[tuple[str, str, int]], purchases: Purchases = NONE) -> None:
        self.problem, self.purchases = problem, purchases
        self.units: dict[Cell, int] = defaultdict(int)
        self.supply: dict[tuple[str, str, int], float] = defaultdict(float)
        self.yields = {
            u: [(c, float(amount), c in problem.theatre) for c, amount in amounts.items()]
            for u, amounts in problem.amount.items()
        }
        total = float(sum(row.weight for row in problem.rows)) or 1.0
        self.asked: dict[tuple[str, str, int], tuple[float, float, float]] = {}
        self.core: dict[tuple[str, str, int], tuple[float, float]] = {}
        for row in problem.rows:
            quantity, least = float(row.quantity), float((1 - row.max_gap) * row.quantity)
            weight = float(row.weight) / (total * float(row.whole) * len(row.periods)) if row.weight else 0.0
            for t in row.periods:
                self.asked[row.place, row.capability, t] = (quantity, least, weight)
                if row.core:
                    self.core[row.place, row.capability, t] = (float(row.core), weight * float(row.core_weight - 1))
        self.waits: dict[tuple[str, int], list[tuple[tuple[str, str, int], float]]] = defaultdict(list)
        for needs in problem.prerequisites:
            for t in needs.row.periods:
                line = (needs.row.place, needs.row.capability, t)
                self.waits[needs.task, t].append((line, float(needs.least)))
        self.groups: dict[tuple[str, str, int], list[str]] = defaultdict(list)
        for (n, u, j), periods in problem.cap.items():
            o = problem.objective_of[j]
            for t in periods:
                if (n, o, t) not in out:
                    self.groups[u, j, t].append(n)
        self.suppliers: dict[tuple[str, str, int], list[tuple[str, str, int]]] = defaultdict(list)
        for u, j, t in self.groups:
            for c, amount, wide in self.yields[u]:
                if amount > 0:
                    self.suppliers[THEATRE if wide else j, c, t].append((u, j, t))
        self._limits()

    def _limits(self) -> None:
        """Room left: pools by window, people by period, money by budget."""
        problem = self.problem
        pools = problem.pools
        self.windows = {(n, u): pools.windows((n, u)) for n, u, _ in problem.cap}
        self.room = {
            (n, u, w.start, w.end): floor(
                pools.usable((n, u), w.start, w.end) + ready(pools, self.purchases, (n, u), w.end)
            )
            for (n, u), windows in self.windows.items()
            for w in windows
        }
        self.people: dict[tuple[str, int], float] = {}
        if problem.has("troop_ceiling"):
            self.people = {(n, t): float(most) for n, most in problem.troop_ceiling.items() for t in problem.PERIODS}
        self.money: list[float] = []
        self.payers: list[tuple[str, range]] = []
        if problem.has("budget"):
            for payer, amount, periods in problem.money.budgets:
                self.payers.append((payer, periods))
                self.money.append(float(amount))
            if problem.model.max_burden is not None:
                for n in problem.money.gdp if not problem.money.funding_keys else ():
                    self.payers.append((n, range(1, problem.last + 1)))
                    self.money.append(float(problem.money.burden_limit(n)))
        for b, (payer, periods) in enumerate(self.payers):
            paid = spent(problem.money, self.purchases, payer, periods)
            self.money[b] = self.money[b] * (1 - MARGIN) - float(paid)
        self.cost = {u: float(cost) for u, cost in problem.money.unit_cost.items()}
        self.parts: dict[str, tuple[dict[str, float], dict[str, float]]] = {}
        for n in problem.NATIONS:
            common, own = problem.money.common_of(n), problem.money.own_of(n)
            self.parts[n] = ({u: float(c) for u, c in common.items()}, {u: float(c) for u, c in own.items()})
        self.promised: dict[tuple[str, str], list[tuple[str | None, dict[int, int]]]] = defaultdict(list)
        for promise in problem.commitments:
            if promise.at_most is not None:
                room = dict.fromkeys(promise.periods, promise.most)
                self.promised[promise.nation, promise.unit_type].append((promise.task, room))
        self.paying: dict[tuple[str, int], list[int]] = defaultdict(list)
        for b, (payer, periods) in enumerate(self.payers):
            for t in periods:
                self.paying[payer, t].append(b)
        self.leader: dict[str, str] = {}
        self.heads: dict[tuple[str, str, int], int] = defaultdict(int)
        self.crowd: dict[tuple[str, int], int] = defaultdict(int)
        if problem.has("framework_nation"):
            strength: dict[tuple[str, str], int] = defaultdict(int)
            for (n, u, j), caps in problem.cap.items():
                if n in problem.leaders.get(j, ()):
                    strength[j, n] += problem.personnel[u] * sum(caps.values())
            for (j, n), heads in strength.items():
                if heads > strength.get((j, self.leader.get(j, "")), 0):
                    self.leader[j] = n
        total = min(
            (amount for (payer, _), amount in zip(self.payers, self.money, strict=True) if payer == "*"),
            default=0.0,
        )
        self.dear = 1.0 / total if total else 0.0
        crowd = sum(self.people.values())
        self.scarce = 1.0 / crowd if crowd else 0.0

    # ---- one kind of unit at one task in one period --------------------------------------------------------

    def gain(self, group: tuple[str, str, int], count: int) -> float:
        """Part of the gap that further units close."""
        u, j, t = group
        gain = 0.0
        for c, amount, wide in self.yields[u]:
            place = (THEATRE if wide else j, c, t)
            if place not in self.asked:
                continue
            quantity, least, weight = self.asked[place]
            before = self.supply[place]
            after = before + amount * count
            gain += weight * (max(0.0, quantity - before) - max(0.0, quantity - after))
            if place in self.core:
                core, more = self.core[place]
                gain += more * (max(0.0, core - before) - max(0.0, core - after))
            gain += MUST * (max(0.0, least - before) - max(0.0, least - after)) / max(quantity, 1.0)
        return gain

    def wanted(self, group: tuple[str, str, int]) -> int:
        """Number of units that fills the line with the greatest need."""
        u, j, t = group
        most = 1
        for c, amount, wide in self.yields[u]:
            place = (THEATRE if wide else j, c, t)
            if amount > 0 and place in self.asked:
                most = max(most, ceil((self.asked[place][0] - self.supply[place]) / amount - 1e-9))
        return most

    def fitting(self, n: str, group: tuple[str, str, int], wanted: int) -> int:
        """Number of further units of a nation within pool, ceiling and budgets; at least the least contingent, or 0."""
        u, j, t = group
        problem = self.problem
        cell = (n, u, j, t)
        count = min(wanted, problem.cap[n, u, j][t] - self.units[cell])
        least = 1 if self.units[cell] else problem.pools.min_units[n, u]
        count = max(count, least)
        for window in self.windows[n, u]:
            if t in window.counts:
                count = min(count, self.room[n, u, window.start, window.end] // window.counts[t])
        if (n, t) in self.people:
            count = min(count, int(self.people[n, t] // problem.personnel[u]))
        for task, room in self.promised.get((n, u), ()):
            if t in room and task in (None, j):
                count = min(count, room[t])
        for payer, cost in self._paid(n, u):
            if cost > 0:
                for b in self.paying[payer, t]:
                    count = min(count, int(self.money[b] // cost))
        count = min(count, problem.cap[n, u, j][t] - self.units[cell])
        return count if count >= least else 0

    def led(self, n: str, group: tuple[str, str, int], count: int) -> int:
        """How many of these further units may go while the framework nation still gives its share."""
        u, j, t = group
        if j not in self.leader or n == self.leader[j]:
            return count
        most = self.heads[self.leader[j], j, t] / self.problem.framework_share[j]
        return max(0, min(count, floor((most - self.crowd[j, t]) / self.problem.personnel[u])))

    def add(self, n: str, group: tuple[str, str, int], count: int) -> None:
        """Deploy (or, with a negative count, take back) units of a nation."""
        u, j, t = group
        problem = self.problem
        self.units[n, u, j, t] += count
        for c, amount, wide in self.yields[u]:
            self.supply[THEATRE if wide else j, c, t] += amount * count
        for window in self.windows[n, u]:
            if t in window.counts:
                self.room[n, u, window.start, window.end] -= window.counts[t] * count
        if (n, t) in self.people:
            self.people[n, t] -= problem.personnel[u] * count
        for task, room in self.promised.get((n, u), ()):
            if t in room and task in (None, j):
                room[t] -= count
        for payer, cost in self._paid(n, u):
            for b in self.paying[payer, t]:
                self.money[b] -= cost * count
        self.heads[n, j, t] += problem.personnel[u] * count
        self.crowd[j, t] += problem.personnel[u] * count

    def _paid(self, n: str, u: str) -> tuple[tuple[str, float], ...]:
        """Payers of a unit and period of a nation, with what each pays."""
        common, own = self.parts[n]
        return (("*", self.cost[u]), ("common", common[u]), (n, own[u]))

    def _met(self, group: tuple[str, str, int]) -> bool:
        """Whether the prerequisites of the group's task are met."""
        return all(self.supply[line] >= least - 1e-9 for line, least in self.waits.get(group[1:], ()))

    # ---- the filling ----------------------------------------------------------------------------------------

    def fill(self) -> None:
        """Fill the requirements until nothing more helps."""
        self._promises()
        self._company()
        heap = [(-self._ratio(group), group) for group in self.groups]
        heapify(heap)
        waiting: list[tuple[str, str, int]] = []
        progress = False
        while heap or (waiting and progress):
            if not heap:  # units that waited for a framework nation or for support may go now
                heap, waiting, progress = [(-self._ratio(group), group) for group in waiting], [], False
                heapify(heap)
                continue
            _, group = heappop(heap)
            ratio = self._ratio(group)
            if ratio <= 0:
                continue
            if heap and -ratio > heap[0][0]:
                heappush(heap, (-ratio, group))
                continue
            if self._send(group):
                progress = True
                heappush(heap, (-self._ratio(group), group))
            elif self.groups[group]:
                waiting.append(group)

    def _ratio(self, group: tuple[str, str, int]) -> float:
        u = group[0]
        price = 0.05 / max(len(self.groups), 1) + self.cost[u] * self.dear + self.problem.personnel[u] * self.scarce
        return self.gain(group, 1) / price

    def _send(self, group: tuple[str, str, int], depth: int = 0) -> bool:
        """Send some units of the kind from the first nation that can."""
        if not self._met(group):
            return False
        done = []
        wanted = self.wanted(group)
        sent = False
        for n in sorted(self.groups[group], key=lambda n: self._order(n, group)):
            count = self.fitting(n, group, wanted)
            if count == 0:
                done.append(n)  # its room never grows again
                continue
            if depth == 0 and self.gain(group, count) <= 0:
                continue
            count = self.led(n, group, count)
            if count >= self._least(n, group) and self._supported(group, count, depth):
                if self.fitting(n, group, count) < count:
                    continue
                self.add(n, group, count)
                sent = True
                break
        if depth == 0:
            for n in done:
                self.groups[group].remove(n)
        return sent

    def _least(self, n: str, group: tuple[str, str, int]) -> int:
        u, j, t = group
        return 1 if self.units[n, u, j, t] else self.problem.pools.min_units[n, u]

    def _order(self, n: str, group: tuple[str, str, int]) -> tuple[bool, bool, float]:
        """The framework nation first, then who is there already, then the most willing."""
        u, j, t = group
        willing = float(self.problem.willingness[n, self.problem.objective_of[j]][t])
        return (self.leader.get(j) != n, not self.units.get((n, u, j, t)), -willing)

    def _supported(self, group: tuple[str, str, int], count: int, depth: int) -> bool:
        """Send the supply that the units would consume; False, with nothing sent, if there is not enough."""
        u, j, t = group
        taken = [(c, amount, wide) for c, amount, wide in self.yields[u] if amount < 0]
        before = dict(self.units) if taken else {}
        for c, amount, wide in taken:
            place = (THEATRE if wide else j, c, t)
            floor = max(0.0, self.asked.get(place, (0.0, 0.0, 0.0))[1])
            while self.supply[place] + amount * count < floor - 1e-12:
                if depth >= 2 or not any(self._send(other, depth + 1) for other in self.suppliers[place]):
                    for (n, kind, task, period), units in list(self.units.items()):
                        extra = units - before.get((n, kind, task, period), 0)
                        if extra:
                            self.add(n, (kind, task, period), -extra)
                    return False
        return True

    def _promises(self) -> None:
        """Send what nations have promised, where it closes most of the gap; what does not fit is left to the solver."""
        for promise in self.problem.commitments:
            n, u = promise.nation, promise.unit_type
            tasks = self.problem.TASKS if promise.task is None else [promise.task]
            for t in promise.periods if promise.at_least else ():
                groups = [(u, j, t) for j in tasks if n in self.groups.get((u, j, t), ())]
                lacking = promise.at_least - sum(self.units.get((n, *group), 0) for group in groups)
                for group in sorted(groups, key=lambda group: -self.gain(group, 1)):
                    count = self.fitting(n, group, lacking) if lacking > 0 else 0
                    if count and self._supported(group, count, 0):
                        self.add(n, group, count)
                        lacking -= count

    def _company(self) -> None:
        """Give each nation that a pledge waits for a small deployment, if it does no harm."""
        problem = self.problem
        awaited: dict[str, None] = {}
        for _, _, requires, value in problem.live_pledges:
            if requires == "coalition_size":
                awaited.update(dict.fromkeys(n for n, _, _ in problem.cap if n not in problem.money.collective))
            else:
                awaited.update(dict.fromkeys([value] if requires == "nation" else value))
        if not awaited:
            return
        choices: dict[tuple[str, int], list[tuple[float, tuple[str, str, int]]]] = defaultdict(list)
        for group, nations in self.groups.items():
            for n in nations:
                if n in awaited:
                    least = problem.pools.min_units[n, group[0]]
                    price = least * self.cost[group[0]] - 1e6 * self.gain(group, least)
                    choices[n, group[2]].append((price, group))
        for (n, _), some in choices.items():
            for _, group in sorted(some)[:50]:
                if not self._met(group):
                    continue
                count = self.fitting(n, group, 1)
                if count and self.led(n, group, count) == count and self._supported(group, count, 0):
                    if self.fitting(n, group, count) >= count:
                        self.add(n, group, count)
                    break
