"""Repairs: changes, none of which can be left out, after which there is a plan, with the least price.

One mixed-integer programme decides what is deployed and which statements are changed (``elastic.py``). It first
minimises the number of changes, then their price; each repair that is found is excluded together with all that contain
it, so that the next one is again the least. What a plan needs is then worked out exactly (``changes.py``), and the
repaired instance is built anew and solved.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

from allocator.errors import AllocatorError
from allocator.exact import exact
from allocator.explaining.aims import More
from allocator.explaining.ask_less import excess
from allocator.explaining.bench import Aim, Bench, Extend, Holds, Outcome
from allocator.explaining.changes import Best, Changes, Way, outward
from allocator.explaining.core import Core, Part
from allocator.explaining.elastic import Elastic
from allocator.explaining.mending import after, mended, setting
from allocator.explaining.oracle import Oracle
from allocator.explaining.statements import Statement, lift, per_unit, statements
from allocator.explaining.words import InWords
from allocator.families.rows import Term
from allocator.instance import Instance
from allocator.model import Model
from allocator.plan.values import Deployed
from allocator.problem import Problem
from allocator.stopping import DeadlinePassed

Always = tuple[Holds, Extend]

LINE = "requirements.max_gap"


@dataclass(frozen=True)
class Repair:
    """A repair: what changes, at which price, and whether it is proved to be the least of its kind."""

    way: Way
    proved: bool


SOUGHT = {"ask_less": "the cheapest way to ask less", "cheapest": "the cheapest way out of all"}
"""Name of a single repair -> what it is."""


def repairs(core: Core, always: Always | None = None) -> Part:
    """The repairs of an instance without a plan: ``repairs``, ``ask_less`` and ``cheapest``.

    Parameters
    ----------
    core : Core
        What is explained.
    always : pair of Holds and Extend, optional
        A condition that is always in force.
    """
    search = Mender(core, always)
    part = Part({"repairs": [], "ask_less": None, "cheapest": None})
    for name, find in (("ask_less", search.ask_less), ("cheapest", search.cheapest)):
        found, known = find()
        core.progress(f"{SOUGHT[name]}: {'found' if found else 'none'}")
        part.lists[name] = search.row(found) if found else None
        if not known or (found and not found.proved):
            part.open.append(name)
    wanted: list[dict[str, Any]] = []
    for found, known in search.give_more():
        if found is None:
            if not known:
                part.open.append(f"repairs beyond {len(wanted)}")
            break
        if len(wanted) == core.most or not found.proved:
            part.open.append(f"repairs beyond {len(wanted)}")
            break
        wanted.append(search.row(found))
        core.progress(f"{len(wanted)} repairs found")
    part.lists["repairs"] = wanted
    part.text = sentences(part.lists)
    return part


class Mender:
    """Finds repairs: see the module."""

    def __init__(self, core: Core, always: Always | None = None) -> None:
        self.core, self.always = core, always
        options = core.bench.options
        self.bench = Bench(0.0, core.bench.deadline, options["threads"], options["seed"], core.bench.watch)
        self.bench.solver._highs["mip_feasibility_tolerance"] = 1e-9
        self.all = statements(core.instance, core.model, pools=True)
        self.original = Problem(core.instance, core.model)
        self.elastic: dict[tuple[str, ...], tuple[Instance, Model, Extend]] = {}
        self.before: Outcome | None = None  # the repair before this one

    # ---- the three lists -------------------------------------------------------------------------------------

    def ask_less(self) -> tuple[Repair | None, bool]:
        """The cheapest repair with max_gap alone, and whether it is known that it is this or none."""
        lines = [s for s in self.all if s.kind == LINE]
        if not lines:
            return None, True
        changes = Changes(self.core.instance, self.core.model, lines)
        outcome = self._run(lines, [excess(lines)])
        return self._as_repair(outcome, lambda plan: changes.ways(plan)[0])

    def cheapest(self) -> tuple[Repair | None, bool]:
        """The cheapest repair of all."""
        return self._found(self.all, [], counted=False)

    def give_more(self) -> Any:
        """Repairs without max_gap, the fewest changes first, then the cheapest; None at the end."""
        movable = [s for s in self.all if s.kind != LINE]
        without: list[frozenset[str]] = []
        self.before = None
        while True:
            found, known = self._found(movable, without, counted=True)
            yield found, known
            if found is None:
                return
            without.append(found.way.ids)

    # ---- one repair ------------------------------------------------------------------------------------------

    def _found(
        self, movable: Sequence[Statement], without: Sequence[frozenset[str]], counted: bool
    ) -> tuple[Repair | None, bool]:
        """The least repair among movable statements that contains none of some sets."""
        if not movable or frozenset() in without:
            return None, True
        changes = Changes(self.core.instance, self.core.model, movable)
        order: Callable[[Way], Any] = (lambda way: (len(way.needs), way.price)) if counted else (lambda way: way.price)

        @Best
        def best(plan: Deployed) -> Way | None:
            allowed = [way for way in changes.ways(plan) if not any(each <= way.ids for each in without)]
            return min(allowed, key=order, default=None)

        def others(m: Any) -> list[tuple[list[Term], float]]:
            return [([(1.0, m.changed[i]) for i in ids], len(ids) - 1.0) for ids in without]

        def value(of: Callable[[Way], Fraction]) -> Callable[[Problem, Deployed], Fraction]:
            return lambda _, plan: of(best(plan) or Way({}, Fraction(10**9)))

        price = Aim("price_of_changes", lambda m, _: _price(m, changes), value(lambda way: way.price), plain=True)
        count = Aim(
            "number_of_changes",
            lambda m, _: [(1.0, column) for column in m.changed.values()],
            value(lambda way: Fraction(len(way.needs)) if way.needs else Fraction(10**6) * (way.price > 0)),
            plain=True,
        )
        aims = [count, price] if counted else [price]
        outcome = self._run(movable, aims, lambda _, plan: best(plan) is not None, others)
        self.before = outcome if counted else None
        return self._as_repair(outcome, best)

    def _run(
        self, movable: Sequence[Statement], aims: Sequence[Aim], keeps: Holds | None = None, more: More | None = None
    ) -> Outcome:
        """Minimise aims where statements are lifted, or with ``more`` give way at a price, on a resident programme."""
        holds, also = self.always or (None, None)
        if more is None:
            instance, model = self._lifted(movable)
            return self._tried(lambda: self.bench.run(instance, model, aims, extend=also, keeps=holds))
        key = tuple(statement.id for statement in movable)
        if key not in self.elastic:
            self.elastic[key] = *self._lifted(movable), partial(self._extend, movable)
        instance, model, extend = self.elastic[key]

        def kept(problem: Problem, plan: Deployed) -> bool:
            return all(check is None or check(problem, plan) for check in (holds, keeps))

        given: dict[str, Any] = {"extend": extend, "keeps": kept, "resident": True, "more": more}
        if self.before is not None:  # it had more plans to choose from
            given["wider"] = [self.before]
            given["plans"] = [] if self.before.deployed is None else [self.before.deployed]
        return self._tried(lambda: self.bench.run(instance, model, aims, **given))

    def _lifted(self, movable: Sequence[Statement]) -> tuple[Instance, Model]:
        return lift(self.core.instance, replace(self.core.model, tolerance=0.0), movable)

    def _extend(self, movable: Sequence[Statement], m: Any, problem: Problem) -> None:
        """What is always in force, and statements that give way at a price."""
        if self.always is not None:
            self.always[1](m, problem)
        Elastic(m, problem, self.original, movable)

    def _tried(self, run: Callable[[], Outcome]) -> Outcome:
        try:
            if not self.bench.over:
                return run()
        except (AllocatorError, DeadlinePassed):  # figures that no solver can keep, or no time left
            pass
        return Outcome("no_plan", None, {}, {}, None)

    def _as_repair(self, outcome: Outcome, best: Callable[[Deployed], Way | None]) -> tuple[Repair | None, bool]:
        if outcome.deployed is None:
            return None, outcome.infeasible
        way = best(outcome.deployed)
        assert way is not None
        return Repair(way, outcome.settled), True

    # ---- as rows of the answer -------------------------------------------------------------------------------

    def row(self, repair: Repair) -> dict[str, Any]:
        """A repair as in the JSON of the answer."""
        core = self.core
        needs = {i: None if to is None else outward(to) for i, to in repair.way.needs.items()}
        by_id = {s.id: s for s in self.all}
        changes = [
            {
                "id": i,
                "from": by_id[i].value,
                "to": after(by_id[i], needs[i], core.model),
                "price": float(price_of(by_id[i], needs[i], core.model)),
                "set": setting(core.instance, core.model, by_id[i], needs[i]),
                "text": words(core.instance, by_id[i], after(by_id[i], needs[i], core.model)),
            }
            for i in (s.id for s in self.all if s.id in needs)
        ]
        price = sum((price_of(by_id[i], needs[i], core.model) for i in needs), start=Fraction(0))
        return {"changes": changes, "price": float(price), "verified": self._verified(needs, changes)}

    def _verified(self, needs: Any, changes: Sequence[dict[str, Any]]) -> bool:
        """Whether the repaired instance, built anew, has a plan."""
        by_id = {s.id: s for s in self.all}
        try:
            instance, model = mended(
                self.core.instance, self.core.model,
                {by_id[row["id"]]: (needs[row["id"]], row["set"]) for row in changes},
            )  # fmt: skip
        except AllocatorError:
            return False
        return Oracle(self.core.bench, instance, model, [], self.always).confirm([]) is True


def _price(m: Any, changes: Changes) -> list[Term]:
    """The price of changes: of raised numbers as far as they go up, of lifted statements as a whole."""
    raised = [(1.0, column) for column in m.price.values()]
    lifted = [s for s in changes.movable if s.id not in m.price and s.id in m.changed]
    return raised + [
        (float(price_of(s, None, changes.model)), m.changed[s.id]) for s in lifted if s.kind not in _RAISED
    ]


_RAISED = ("requirements.max_gap", "nations.troop_ceiling", "budgets.amount", "model.max_burden", "forces.units")


def price_of(statement: Statement, to: Fraction | None, model: Any) -> Fraction:
    if to is not None:
        return per_unit(statement) * (to - exact(statement.value))
    if statement.kind == "willingness":
        return exact(after(statement, None, model)) - exact(statement.value)
    return Fraction(1)


# ---- in words ----------------------------------------------------------------------------------------------------

MOST_SAID = 4
"""Changes that a sentence names; the others are counted."""


def words(instance: Instance, statement: Statement, to: Any) -> str:
    """A change in words."""
    value, row, names = statement.value, (statement.row or 0) - 1, InWords(instance)
    if statement.kind == LINE:
        line = instance.rows("requirements")[row]
        now = f"{100 * value:g} %" if value else "nothing"
        part = f"{100 * to:.6g} % of its {names.capability(line['capability'])}"
        return f"let {names.task(line['task'])} miss up to {part}{names.when(line)} (now {now})"
    if statement.kind == "nations.troop_ceiling":
        return f"let {names.nation(statement.nation)} deploy {to:,.10g} people at once (now {value:,.10g})"
    if statement.kind == "budgets.amount":
        budget = instance.rows("budgets")[row]
        payer = f"{names.payer(budget['payer'])}{names.when(budget)}"
        return f"raise the budget of {payer} to {names.money(to)} (now {value:,.10g})"
    if statement.kind == "model.max_burden":
        return f"let nations bear {1000 * to:,.6g} per mille of their GDP a year (now {1000 * value:g})"
    if statement.kind == "forces.units":
        pool = instance.rows("forces")[row]
        return f"give {names.nation(pool['nation'])} {names.units(to, pool['unit_type'])} (now {value:,})"
    if statement.kind == "willingness":
        joins = f"{names.nation(statement.nation)} joins {names.objective(statement.objective)}"
        return f"{joins} (willingness {to:g} instead of {value:g})"
    return f"lift this rule: {statement.text}"


def sentences(lists: dict[str, Any]) -> list[str]:
    """The repairs in words, the first of each list."""
    text = []
    if lists.get("ask_less"):
        text.append(f"Ask less: {said(lists['ask_less'])}")
    found = lists.get("repairs") or []
    if found:
        more = f" (the first of {len(found)} ways)" if len(found) > 1 else ""
        text.append(f"Give more{more}: {said(found[0])}")
    if lists.get("cheapest"):
        text.append(f"The cheapest way out of all: {said(lists['cheapest'])}")
    return text or ["No change of the rules is known that leads to a plan."]


def said(repair: dict[str, Any]) -> str:
    """The changes of a repair in one sentence."""
    texts = [change["text"] for change in repair["changes"]]
    more = f"; and {len(texts) - MOST_SAID} more changes" if len(texts) > MOST_SAID + 1 else ""
    return "; ".join(texts[:MOST_SAID] if more else texts) + f"{more}."
