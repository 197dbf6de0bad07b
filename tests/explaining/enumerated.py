"""Conflicts and repairs of tiny instances by enumeration: every plan of the instance with all rules lifted is judged.

Shares nothing with the program: rules are lifted in the JSON of the instance, and the judge of the oracle decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations
from math import ceil
from typing import Any, NamedTuple

from tests.oracle.brute import plans
from tests.oracle.judge import Judge
from tests.oracle.known import Plan, cell, exact

Obj = dict[str, Any]


class Rule(NamedTuple):
    """A rule that can be lifted: its id, what it belongs to in a conflict, its nation and objective or its row."""

    id: str
    element: str
    table: str
    row: int
    value: Any
    nation: str = ""
    objective: str = ""


CELLS = (
    ("requirements", "max_gap", 1, "", 1),
    ("nations", "troop_ceiling", None, "troop_ceiling", None),
    ("forces", "min_units", 1, "minimum_contribution", 1),
    ("unit_types", "rotation_ratio", 1, "rotation", 1),
    ("tasks", "framework_share", 0, "framework_nation", 0),
    ("forces", "availability", 1, "", 1),
    ("forces", "home_units", 0, "", 0),
)
"""Table, column, the value of a blank, the family, and the lifted value."""


def least_stance(judge: Judge, n: str, o: str) -> Fraction:
    return min(judge.will.get((n, o, t), Fraction(0)) for t in judge.periods)


def rules(obj: Obj, model: Obj, *, pairs: bool) -> list[Rule]:
    """Every rule in the order of the specification; stances by pair of nation and objective, or by objective."""
    judge, found = Judge(obj, model), []
    has = judge.families.__contains__

    def cells(table: str, column: str, blank: Any, family: str) -> None:
        if family and not has(family):
            return
        for i, row in enumerate(obj.get(table) or [], start=1):
            value = cell(row, column, blank)
            if value is None or value == blank or (column == "max_gap" and not row["quantity"]):
                continue
            if column == "rotation_ratio" and cell(row, "expendable", False):
                continue
            element = family or ("availability" if table == "forces" else f"requirements.{i}.max_gap")
            found.append(Rule(f"{table}.{i}.{column}", element, table, i, value))

    cells(*CELLS[0][:4])
    cells(*CELLS[1][:4])
    if has("budget"):
        for i, row in enumerate(obj.get("budgets") or [], start=1):
            found.append(Rule(f"budgets.{i}.amount", "budget", "budgets", i, row["amount"]))
        if judge.max_burden is not None:
            found.append(Rule("model.max_burden", "budget", "model", 0, model["max_burden"]))
    for table in ("caveats", "conditions"):
        if has(table):
            found += [Rule(f"{table}.{i}", table, table, i, None) for i in range(1, len(obj.get(table) or []) + 1)]
    for kind in CELLS[2:]:
        cells(*kind[:4])
    for table in ("prerequisites", "commitments"):
        if has(table):
            found += [Rule(f"{table}.{i}", table, table, i, None) for i in range(1, len(obj.get(table) or []) + 1)]
    for o in (r["objective"] for r in obj["objectives"]):
        stances = {n: least_stance(judge, n, o) for n in judge.nation_rows}
        short = [n for n, least in stances.items() if not least or least < judge.floor]
        if short and not pairs:
            found.append(Rule(f"willingness.{o}", "willingness", "willingness", 0, None, "", o))
        for n in short if pairs else ():
            found.append(Rule(f"willingness.{n}.{o}", "willingness", "willingness", 0, least_stance(judge, n, o), n, o))
    return found


def lifted(obj: Obj, model: Obj, out: list[Rule]) -> tuple[Obj, Obj]:
    """The instance and the model without some rules."""
    judge = Judge(obj, model)
    obj = {k: [dict(r) for r in v] if isinstance(v, list) else v for k, v in obj.items()}
    gone: set[tuple[str, int]] = set()
    for rule in out:
        if rule.table == "model":
            model = {k: v for k, v in model.items() if k != "max_burden"}
        elif rule.table == "willingness":
            least = max(float(judge.floor), 0.01)
            for n in [rule.nation] if rule.nation else judge.nation_rows:
                kept = [r for r in obj["willingness"] if (r["nation"], r["objective"]) != (n, rule.objective)]
                kept += [
                    {
                        "nation": n, "objective": rule.objective, "first_period": t, "last_period": t,
                        "willingness": max(least, float(judge.will.get((n, rule.objective, t), 0))),
                    }
                    for t in judge.periods
                ]  # fmt: skip
                obj["willingness"] = kept
        elif rule.id.count(".") == 1 or rule.table == "budgets":
            gone.add((rule.table, rule.row))
        else:
            column = rule.id.rpartition(".")[2]
            row = obj[rule.table][rule.row - 1]
            row[column] = next(kind[4] for kind in CELLS if kind[:2] == (rule.table, column))
            if column == "framework_share":
                row.pop("framework_nation", None)
    for table in {table for table, _ in gone}:
        obj[table] = [r for i, r in enumerate(obj[table], start=1) if (table, i) not in gone]
    return obj, model


class World:
    """All plans of an instance with every rule lifted, and pools of at least some size."""

    def __init__(self, obj: Obj, model: Obj, *, pairs: bool, most: int = 0, limit: int = 3000) -> None:
        self.obj, self.model, self.most = obj, model, most
        self.rules = rules(obj, model, pairs=pairs)
        self.by_id = {rule.id: rule for rule in self.rules}
        free, free_model = lifted(obj, model, self.rules)
        for row in free["forces"]:
            row["units"] = max(row["units"], most)
        judge = Judge(free, free_model)
        self.plans = [plan for plan in plans(judge, limit) if next(judge.broken(plan), None) is None]
        self.judges: dict[frozenset[str], Judge] = {}

    def judge(self, force: frozenset[str], units: Mapping[int, int] | None = None) -> Judge:
        """The judge with these rules in force and all others lifted; ``units``: sizes of some pools by row."""
        if units is None and force in self.judges:
            return self.judges[force]
        obj, model = lifted(self.obj, self.model, [r for r in self.rules if r.id not in force])
        for i, row in enumerate(obj["forces"], start=1):
            row["units"] = max(row["units"], self.most) if units is None else units.get(i, row["units"])
        judge = Judge(obj, model)
        if units is None:
            self.judges[force] = judge
        return judge

    def conflicts(self) -> list[tuple[str, ...]]:
        """Every minimal conflict, the fewest elements first, then in the order of the rules."""
        elements = list(dict.fromkeys(rule.element for rule in self.rules))
        ids = {e: frozenset(r.id for r in self.rules if r.element == e) for e in elements}
        pools = frozenset(r.id for r in self.rules if r.element in ("rotation", "availability"))
        signatures = {
            (
                frozenset(e for e in elements if self.judge(ids[e]).faults(plan)),
                bool(pools) and bool(self.judge(pools).faults(plan)),
            )
            for plan in self.plans
        }
        found: list[tuple[str, ...]] = []
        for size in range(len(elements) + 1):
            for chosen in combinations(elements, size):
                both = {"rotation", "availability"} <= set(chosen)
                plan = any(not broken.intersection(chosen) and not (both and joint) for broken, joint in signatures)
                if not plan and not any(set(less) <= set(chosen) for less in found):
                    found.append(chosen)
        return found

    def exists(self, force: frozenset[str]) -> bool:
        """Whether some plan keeps rules."""
        return any(not self.judge(force).faults(plan) for plan in self.plans)

    # ---- repairs ---------------------------------------------------------------------------------------------

    def ways(self, plan: Plan, pools: bool) -> Iterator[dict[str, Fraction | None]]:
        """Changes that allow a plan: what is lifted (None) or the least number; several where a pool is too small."""
        usable = [r for r in self.rules if r.element in ("rotation", "availability")]
        alone = {r.id for r in self.rules if r not in usable and self.judge(frozenset({r.id})).faults(plan)}
        fixed = {i: self.number(self.by_id[i], plan) for i in alone}
        used = {key[:2] for key in plan.deploy}
        rows = [i for i, r in enumerate(self.obj["forces"], start=1) if pools and (r["nation"], r["unit_type"]) in used]
        types = {u for _, u in used}
        near = [
            r
            for r in usable
            if (r.table == "forces" and r.row in rows)
            or (r.table == "unit_types" and self.obj["unit_types"][r.row - 1]["unit_type"] in types)
        ]
        keep = frozenset(r.id for r in usable)
        for size in range(len(near) + 1):
            for out in combinations(near, size):
                units = {i: self.obj["forces"][i - 1]["units"] for i in rows}
                for i in rows:
                    force = self.obj["forces"][i - 1]["nation"], self.obj["forces"][i - 1]["unit_type"]
                    mine: dict[int, int] = {}
                    for (n, u, _, t), v in plan.deploy.items():
                        if (n, u) == force:
                            mine[t] = mine.get(t, 0) + v
                    for extra in range(60):
                        size_now = self.obj["forces"][i - 1]["units"] + extra
                        judge = self.judge(keep - {r.id for r in out}, {i: size_now})
                        if judge.sustained(force, mine, plan.orders):
                            units[i] = size_now
                            break
                    else:
                        units = {}
                        break
                if units or not rows:
                    if not rows and self.judge(keep - {r.id for r in out}).faults(plan):
                        continue
                    grown = {
                        f"forces.{i}.units": Fraction(v)
                        for i, v in units.items()
                        if v > self.obj["forces"][i - 1]["units"]
                    }
                    yield {**fixed, **{r.id: None for r in out}, **grown}

    def number(self, rule: Rule, plan: Plan) -> Fraction | None:
        """The least number with which a plan keeps a rule, rounded up to 6 decimals; None if it is lifted."""
        judge = Judge(self.obj, self.model)
        if rule.table == "requirements":
            row = judge.rows[rule.row - 1]
            worst = max(row["quantity"] - judge.supplied(plan, row, t) for t in row["periods"])
            return _up(worst / row["quantity"])
        if rule.table == "nations":
            n = self.obj["nations"][rule.row - 1]["nation"]
            people = [
                sum(judge.people[k[1]] * v for k, v in plan.deploy.items() if (k[0], k[3]) == (n, t))
                for t in judge.periods
            ]
            return _up(Fraction(max(people)))
        if rule.table == "budgets":
            r, paid = self.obj["budgets"][rule.row - 1], Fraction(0)
            for due in judge.payments(plan):
                if due.period in judge.span(r, None):
                    paid += due.own if r["payer"] in ("*", due.nation) else 0
                    paid += due.fund if r["payer"] in ("*", "common") else 0
            return _up(paid)
        if rule.table == "model":
            return _up(max(b / (judge.gdp[n] * judge.years) for n, b in judge.borne(plan).items()))
        return None

    def price(self, changes: Mapping[str, Fraction | None]) -> Fraction:
        judge, total = Judge(self.obj, self.model), Fraction(0)
        for i, to in changes.items():
            if i.endswith(".units"):
                units = self.obj["forces"][int(i.split(".")[1]) - 1]["units"]
                assert to is not None
                total += (to - units) / max(units, 1)
                continue
            rule = self.by_id[i]
            if rule.table == "willingness":
                total += max(judge.floor, Fraction(1, 100)) - rule.value
            elif to is None:
                total += 1
            elif rule.table == "requirements":
                total += to - exact(rule.value)
            else:
                value = exact(rule.value)
                total += (to - value) / (value if rule.table == "model" else max(value, Fraction(1)))
        return total


def _up(number: Fraction) -> Fraction:
    return Fraction(ceil(number * 10**6), 10**6)
