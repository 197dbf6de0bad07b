"""Who matters: what is lost without a nation, without two, and what each adds to every coalition.

V without some nations is never below V without fewer of them, unless one of these has promised something: without it,
its promise no longer binds. A plan that uses none of the nations that leave stays a plan. What this settles is not
solved.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from itertools import combinations
from typing import Any

from allocator.audit import check_deployments
from allocator.explaining.ability import without
from allocator.explaining.bench import Outcome
from allocator.explaining.core import Core, Part, Reached, reached, same
from allocator.explaining.shapley import shapley
from allocator.explaining.why import NO_PLAN
from allocator.explaining.words import SAID, UNITS, InWords, amount, became
from allocator.plan.values import Deployed
from allocator.purchases import Decided, bought
from allocator.wording import first_capital, percent

COLD = 6.0
"""Time for the plans without each nation, as a multiple of that of the plan in hand; values are proved regardless."""


class Departures:
    """V without sets of nations, and the plans found for it."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.first = core.model.objectives[0]
        self.able = core.ability.nations
        self.members = {n for n, _, _, _ in core.plan}
        bounds = core.base.bounds[self.first]
        kept = same(bounds.value, float(core.base.values[self.first]))  # later objectives took nothing of the first
        start = Reached(bounds.value, bounds.bound, False, core.plan if kept else None)
        self.known: dict[frozenset[str], Reached] = {frozenset(): start}
        self.promised = {
            row["nation"]
            for row in (core.instance.rows("commitments") if "commitments" in core.model.families else ())
            if row["at_least"]
        }
        if core.base.settled and not start.settled and not core.bench.over:
            self.known[frozenset()] = start = self._solved(frozenset())
        # without any other nation, V is the same
        self.matters = set(self.able) if start.plan is None else {n for n, _, _, _ in start.plan}

    @property
    def value(self) -> float:
        """V of the instance itself."""
        value = self.known[frozenset()].value
        assert value is not None
        return value

    def reach(self, gone: frozenset[str]) -> Reached:
        """V without some nations."""
        gone = gone & self.matters if len(gone) == 1 else gone
        if gone not in self.known:
            found = self._carried(gone)
            if found is None and self.core.bench.over:
                return Reached(None, None)
            found = found or self._solved(gone)
            if self.core.bench.over and not found.settled:
                return found  # a later call may have more time
            self.known[gone] = found
        return self.known[gone]

    def floor(self, gone: frozenset[str]) -> Reached | None:
        """The greatest known bound on V without fewer nations that holds without these too."""
        fewer = [
            reach
            for other, reach in self.known.items()
            if other <= gone and not (gone - other) & self.promised and (reach.infeasible or reach.bound is not None)
        ]
        return max(fewer, key=lambda reach: float("inf") if reach.infeasible else reach.bound or 0.0, default=None)

    def _plan(self, gone: frozenset[str]) -> Reached | None:
        """The best known plan that uses none of some nations."""
        fitting = [
            reach
            for reach in self.known.values()
            if reach.plan is not None and not {n for n, _, _, _ in reach.plan} & gone
        ]
        return min(fitting, key=lambda reach: reach.value or 0.0, default=None)

    def _carried(self, gone: frozenset[str]) -> Reached | None:
        """What is known without a solve, if it settles the value."""
        floor, plan = self.floor(gone), self._plan(gone)
        if floor is not None and floor.infeasible:
            return Reached(None, None, True)
        if floor is None or plan is None or plan.value is None or floor.bound is None:
            return None
        bound = min(floor.bound, plan.value)
        return Reached(plan.value, bound, False, plan.plan) if same(plan.value, bound) or not gone else None

    def _solved(self, gone: frozenset[str]) -> Reached:
        """V from a solve; proved in full where the usual gap does not settle it."""
        core = self.core
        floor, plan = self.floor(gone), self._plan(gone)
        plans: list[Deployed] = [] if plan is None or plan.plan is None else [plan.plan]
        left = {cell: units for cell, units in core.plan.items() if cell[0] not in gone}
        plans.append(Decided(left, bought(core.plan)))
        floors = [] if floor is None or floor.bound is None else [floor.bound]
        given: dict[str, Any] = {"resident": True, "absent": gone}
        solve = partial(core.bench.run, core.instance, core.model, [self.first], **given)
        found = reached(solve(plans=plans, floors=floors), self.first)
        if found.plan is not None and not found.settled and not core.bench.over:
            again = solve(
                plans=[found.plan], floors=[*floors, found.bound or 0.0], gap=0.0, limit=max(1.0, core.base.seconds)
            )
            sharper = reached(again, self.first)
            found = sharper if sharper.value is not None else found
        return found


def nations(core: Core) -> Part:
    """V without each nation, what of the plan in hand survives, and who takes over."""
    if not core.base.found:
        return Part({"nations": []}, open=[NO_PLAN])
    return _nations(core, Departures(core))


def pairs(core: Core) -> Part:
    """V without each two able nations, where it is worse, the worst first."""
    if not core.base.found:
        return Part({"pairs": []}, open=[NO_PLAN])
    departures = Departures(core)
    _nations(core, departures, people=False)
    return _pairs(core, departures)


def who(core: Core) -> Part:
    """Nations and pairs."""
    if not core.base.found:
        return Part({"nations": [], "pairs": []}, open=[NO_PLAN])
    departures = Departures(core)
    one, two = _nations(core, departures), _pairs(core, departures)
    return Part({**one.lists, **two.lists}, [*one.text, *two.text], [*one.open, *two.open])


# ---- one nation ------------------------------------------------------------------------------------------------------


def _nations(core: Core, departures: Departures, people: bool = True) -> Part:
    part = Part({"nations": []})
    every = [row["nation"] for row in core.instance.rows("nations")]
    began = time.monotonic()
    for at, n in enumerate(every, start=1):
        core.progress(f"without {core.names.nation(n)} ({at} of {len(every)})")
        reach = departures.reach(frozenset([n]))
        if not reach.settled:
            part.open.append(f"nations {n}")
        if reach.value is None and not reach.infeasible:
            continue
        row: dict[str, Any] = {"nation": n, "able": n in departures.able, **_lost(departures, reach)}
        row["survives"] = n not in departures.members or _survives(core, n)
        row["takes_over"] = []
        part.lists["nations"].append(row)
    part.text = _in_words(departures, part.lists["nations"], whole=not part.open)
    if people:
        _take_over(core, departures, part, began)
    return part


def _lost(departures: Departures, reach: Reached) -> dict[str, Any]:
    """Value and loss as rows of an answer have them, and the bound where the value is open."""
    row: dict[str, Any] = {"value": reach.value, "loss": None}
    if reach.value is not None:
        loss = reach.value - departures.value
        row["loss"] = 0.0 if same(departures.value, reach.value) else loss
        if not reach.settled:
            row["bound"] = reach.bound
    return row


def _survives(core: Core, nation: str) -> bool:
    """Whether the plan in hand, less the deployments of a nation, breaks no rule without it."""
    left = {cell: units for cell, units in core.plan.items() if cell[0] != nation}
    return not check_deployments(without(core.instance, [nation]), core.model, left, bought(core.plan))


def _take_over(core: Core, departures: Departures, part: Part, began: float) -> None:
    """Fill in who has more people in the best plan without each nation, all objectives counted."""
    before = _people(core, core.plan)
    rows = [row for row in part.lists["nations"] if row["nation"] in departures.members and row["value"] is not None]
    for at, row in enumerate(rows):
        n = row["nation"]
        reach = departures.reach(frozenset([n]))
        if core.bench.over:
            row["takes_over"] = None
            part.open.append(f"takes_over {n}")
            continue
        spent = time.monotonic() - began
        least = 1.0 if core.small else 0.05
        limit = max(0.05 * core.base.seconds, (COLD * core.base.seconds - spent) / (len(rows) - at), least)
        outcome: Outcome | None = None
        if len(core.model.objectives) > 1 and reach.plan is not None:
            outcome = core.bench.run(
                core.instance, core.model, plans=[reach.plan], floors=[reach.bound or 0.0], limit=limit,
                wider=[] if n in departures.promised else [core.base], resident=True, absent=[n],
            )  # fmt: skip
        plan = reach.plan if outcome is None or outcome.deployed is None else outcome.deployed
        assert plan is not None  # its value is known
        after = _people(core, plan)
        row["takes_over"] = [m for m in departures.able if after[m] > before[m]]


def _people(core: Core, deployed: Deployed) -> Mapping[str, int]:
    """Nation -> people, summed over the periods."""
    assert core.base.problem is not None
    people: dict[str, int] = defaultdict(int)
    for (n, u, _, _), units in deployed.items():
        people[n] += core.base.problem.personnel[u] * units
    return people


def _in_words(departures: Departures, rows: list[dict[str, Any]], whole: bool) -> list[str]:
    """The nations that matter most, in words, as far as it is proved; ``whole``: for every nation."""
    first, names = departures.first, InWords(departures.core.instance)
    needed = [row["nation"] for row in rows if row["value"] is None and row["loss"] is None]
    losses = sorted((row for row in rows if row["loss"] and "bound" not in row), key=lambda row: -row["loss"])
    text = []
    if needed:
        text.append(f"There is no plan without {' or without '.join(map(names.nation, needed))}.")
    if losses:
        worst = losses[0]
        said = [(names.nation(row["nation"]), amount(first, row["loss"])) for row in losses[1:4]]
        others = ", ".join(f"{name} {loss}" for name, loss in said if not loss.startswith("0 "))
        more = f"; then {others}" if others else ""
        text.append(
            f"Without {names.nation(worst['nation'])}, "
            f"{became(first, departures.value, worst['value'], names.currency)} (a loss of "
            f"{amount(first, worst['loss'])}){more}."
        )
    if not text and not whole:
        text.append(f"No nation is shown to matter to {SAID[first]} so far; some are open.")
    elif not text:
        stays = amount(first, departures.value) if first in UNITS else percent(1 - departures.value)
        text.append(f"No single nation matters to {SAID[first]}: without any one of them it stays at {stays}.")
    return text


# ---- two nations -----------------------------------------------------------------------------------------------------


def _pairs(core: Core, departures: Departures) -> Part:
    part = Part({"pairs": []})
    single = {n: departures.reach(frozenset([n])) for n in departures.able}

    def alone(n: str) -> float:
        reach = single[n]
        return float("inf") if reach.value is None else reach.value

    two = [pair for pair in combinations(departures.able, 2) if departures.matters.intersection(pair)]
    two.sort(key=lambda pair: -alone(pair[0]) - alone(pair[1]))
    for at, pair in enumerate(two, start=1):
        gone = frozenset(pair)
        core.progress(f"without {core.names.nations(pair)} ({at} of {len(two)})")
        reach = departures.reach(gone)
        row: dict[str, Any] = {"nations": list(pair), **_lost(departures, reach), "extra": None}
        losses = [_lost(departures, single[n])["loss"] for n in pair]  # null where one is unknown
        if row["loss"] is not None and None not in losses:
            extra = row["loss"] - sum(losses)
            row["extra"] = 0.0 if same(departures.value, departures.value + extra) else extra
        if not reach.settled:
            part.open.append(f"pairs {' '.join(pair)}")
        if (reach.value is not None or reach.infeasible) and row["loss"] != 0:
            part.lists["pairs"].append(row)
    order = {n: at for at, n in enumerate(departures.able)}
    part.lists["pairs"].sort(
        key=lambda row: (row["loss"] is not None, -(row["loss"] or 0.0), [order[n] for n in row["nations"]])
    )
    strange = [
        row
        for row in part.lists["pairs"]
        if (row["extra"] or 0.0) > 0 and "bound" not in row and all(single[n].settled for n in row["nations"])
    ]
    if strange:
        row = max(strange, key=lambda row: float(row["extra"]))
        names, first = InWords(core.instance), departures.first
        without = became(first, departures.value, row["value"], names.currency)
        part.text.append(
            f"{first_capital(names.nations(row['nations']))} stand in for each other: without both, {without}, and"
            f" {amount(first, row['extra'])} more are lost than with each of them alone."
        )
    return part


__all__ = ["nations", "pairs", "shapley", "who"]
