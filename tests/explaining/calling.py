"""Whom to telephone, by enumeration: every plan with the rules of some nations lifted, for every set of nations."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from itertools import combinations
from math import ceil
from typing import Any

from tests.explaining.enumerated import Obj, Rule, World, lifted, rules
from tests.explaining.lifted import unmet
from tests.oracle.brute import plans
from tests.oracle.judge import Judge
from tests.oracle.known import Plan, cell

SMALL = Fraction(1, 10**6)


def owner(obj: Obj, rule: Rule) -> str:
    """The nation whose own rule it is; empty for a rule that nations share."""
    if rule.table in ("requirements", "unit_types", "tasks", "prerequisites", "model"):
        return ""
    if rule.table == "willingness":
        return rule.nation
    row = obj[rule.table][rule.row - 1]
    if rule.table == "budgets":
        return "" if row["payer"] in ("*", "common") else str(row["payer"])
    if rule.table == "commitments" and cell(row, "at_most", None) is None:
        return ""
    return str(row["nation"])


class Calls:
    """The truth about calls in an instance."""

    def __init__(self, obj: Obj, model: Obj, hand: Plan, target: str, limit: int) -> None:
        self.obj, self.model, self.target, self.limit = obj, model, target, limit
        self.judge = Judge(obj, model)
        self.own = [(owner(obj, rule), rule) for rule in rules(obj, model, pairs=True)]
        self.own = [(n, rule) for n, rule in self.own if n]
        asked = [(*row["tasks"], row["capability"]) for row in self.judge.rows if row["quantity"]]
        others = [f"{j}.{c}" if "." in target else self.judge.about(j) for j, c in asked]
        self.kept = {} if target == "gap" else {
            name: unmet(self.judge, name, hand) for name in dict.fromkeys(others) if name != target
        }  # fmt: skip
        self.now = unmet(self.judge, target, hand)
        self.least = {chosen: self._least(chosen) for chosen in self._sets()}

    def _sets(self) -> Iterator[frozenset[str]]:
        nations = [row["nation"] for row in self.obj["nations"]]
        for size in range(len(nations) + 1):
            yield from map(frozenset, combinations(nations, size))

    def owned(self, n: str, u: str, t: int) -> int:
        units = next((r["units"] for r in self.obj["forces"] if (r["nation"], r["unit_type"]) == (n, u)), 0)
        for row in self.obj.get("force_changes") or []:
            if (row["nation"], row["unit_type"]) == (n, u) and row["period"] <= t:
                units += row["change"]
        return int(units)

    def relieved(self, row: Mapping[str, Any]) -> bool:
        """Whether more of a pool could be sent at once without relief."""
        kind = next(r for r in self.obj["unit_types"] if r["unit_type"] == row["unit_type"])
        ratio = cell(kind, "rotation_ratio", 1) if "rotation" in self.judge.families else 1
        return ratio > 1 and not cell(kind, "expendable", False) and cell(row, "availability", 1) > 0

    def world(self, nations: Collection[str]) -> tuple[Obj, Obj]:
        """The instance in which some nations have said yes to everything."""
        obj, model = lifted(self.obj, self.model, [rule for n, rule in self.own if n in nations])
        for before, row in zip(self.obj["forces"], obj["forces"], strict=True):
            if row["nation"] in nations and self.relieved(before):
                kind = next(r for r in obj["unit_types"] if r["unit_type"] == row["unit_type"])
                pool = row["nation"], row["unit_type"]
                most = max(self.owned(*pool, t) for t in self.judge.periods)
                bought = [r for r in self.obj.get("acquisitions") or [] if (r["nation"], r["unit_type"]) == pool]
                most += sum(r["max_units"] for r in bought)
                need = kind["rotation_ratio"] * most + cell(before, "home_units", 0)
                row["units"] += ceil(need / Fraction(str(cell(before, "availability", 1))))
        return obj, model

    def good(self, judge: Judge, plan: Plan) -> bool:
        """Whether nothing else loses, and nobody sends what it does not have."""
        used: dict[tuple[str, str, int], int] = {}
        for (n, u, _, t), units in plan.deploy.items():
            used[n, u, t] = used.get((n, u, t), 0) + units
        leads = {(r["nation"], r["unit_type"]): cell(r, "lead_periods", 0) for r in self.obj.get("acquisitions") or []}
        for (n, u, t), units in used.items():
            ordered = sum(v for (m, w, k), v in plan.orders.items() if (m, w) == (n, u) and k + leads[n, u] <= t)
            if units > self.owned(n, u, t) + ordered:
                return False
        return all(unmet(judge, name, plan) <= most + SMALL for name, most in self.kept.items())

    def plans(self, nations: Collection[str]) -> Iterator[tuple[Judge, Plan]]:
        judge = Judge(*self.world(nations))
        for plan in plans(judge, self.limit):
            if next(judge.broken(plan), None) is None and self.good(judge, plan):
                yield judge, plan

    def _least(self, nations: frozenset[str]) -> Fraction:
        return min(unmet(judge, self.target, plan) for judge, plan in self.plans(nations))

    def smallest(self, wanted: Fraction) -> list[frozenset[str]]:
        """Every set of nations that suffices and of which no nation can be left out, the smallest first."""
        found: list[frozenset[str]] = []
        for chosen, least in self.least.items():
            if least <= wanted + SMALL and not any(less <= chosen for less in found):
                found.append(chosen)
        return found

    def price(self, nations: frozenset[str], wanted: Fraction) -> Fraction:
        """The least price of changes of some nations with which a target is reached."""
        world = _Yes(self, nations)
        movable = {
            f"forces.{i}.units"
            for i, row in enumerate(self.obj["forces"], start=1)
            if row["nation"] in nations and self.relieved(row)
        }
        best = None
        for judge, plan in self.plans(nations):
            if unmet(judge, self.target, plan) <= wanted + SMALL:
                for way in world.ways(plan, True):
                    if all(i in movable for i in way if i.endswith(".units")):
                        price = world.price(way)
                        best = price if best is None else min(best, price)
        assert best is not None
        return best


class _Yes(World):
    """The rules of some nations."""

    def __init__(self, calls: Calls, nations: Collection[str]) -> None:
        self.obj, self.model, self.most = calls.obj, calls.model, 10_000
        self.rules = [rule for n, rule in calls.own if n in nations]
        self.by_id = {rule.id: rule for rule in self.rules}
        self.plans: list[Plan] = []
        self.judges: dict[frozenset[str], Judge] = {}
