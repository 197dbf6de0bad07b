"""The independent check of a plan: every constraint and every figure again, from the tables alone.

Nothing here comes from the families or the solver, and no number is rounded: cells are read as the decimal numbers
that stand in them. ``check_deployments`` says which statements of the instance a set of deployments breaks;
``check_plan`` also recomputes each result table and what was claimed to be proved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction as F
from functools import lru_cache
from math import lcm
from typing import Any

from allocator.instance import Instance
from allocator.model import Model
from allocator.outcome import NUMERICAL
from allocator.plan.plan import Plan

Deployed = Mapping[tuple[str, str, str, int], int]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Violation:
    """One statement that a plan breaks.

    Attributes
    ----------
    constraint : str
        Name of the model's constraint that should have prevented it, or of what else is wrong.
    index : tuple
        Index of that constraint.
    text : str
        What is wrong, in the instance's words.
    excess : Fraction or None
        By how much a limit is passed, in the limit's unit.
    """

    constraint: str
    index: tuple[Any, ...]
    text: str
    excess: F | None = None

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=10_000)
def _number(value: Any) -> F:
    return F(str(value))


class _Facts:
    """The cells that the audit needs, by key, read on its own account.

    Yields are whole numbers of 1/``grain``, prices of 1/``coin`` million: sums of whole numbers are as exact as those
    of fractions and much quicker.
    """

    def __init__(self, instance: Instance) -> None:
        self.horizon = instance.periods
        self.months = instance.months_per_period
        self.wraps = instance.indefinite
        self.nation = {row["nation"]: row for row in instance.rows("nations")}
        self.unit = {row["unit_type"]: row for row in instance.rows("unit_types")}
        self.task = {row["task"]: row for row in instance.rows("tasks")}
        self.priority = {row["objective"]: _number(row["priority"]) for row in instance.rows("objectives")}
        self.force = {(row["nation"], row["unit_type"]): row for row in instance.rows("forces")}
        self.stance = {
            (row["nation"], row["objective"]): _number(row["willingness"]) for row in instance.rows("willingness")
        }
        self.theatre_wide = {row["capability"]: row["scope"] == "theatre" for row in instance.rows("capabilities")}
        yields = [(row["unit_type"], row["capability"], _number(row["amount"])) for row in instance.rows("yields")]
        self.grain = lcm(*(amount.denominator for _, _, amount in yields))
        self.gives: dict[str, list[tuple[str, int]]] = {unit: [] for unit in self.unit}
        for unit, capability, amount in yields:
            self.gives[unit].append((capability, int(amount * self.grain)))
        self.groups: dict[str, set[str]] = defaultdict(set)
        for row in instance.rows("groups"):
            self.groups[row["group"]].add(row["nation"])
        self.requirements = instance.rows("requirements")
        self.caveats = _by_nation(instance.rows("caveats"))
        self.conditions = _by_nation(instance.rows("conditions"))
        self.budgets = instance.rows("budgets")
        self.events = instance.events

        self.asked: dict[str, set[str]] = {}
        prices = {unit: self._price(row) for unit, row in self.unit.items()}
        self.coin = lcm(*(part.denominator for price in prices.values() for part in price))
        self.price = {unit: (int(common * self.coin), int(own * self.coin)) for unit, (common, own) in prices.items()}
        """(common part, national part) of a unit-period."""

    def _price(self, row: Row) -> tuple[F, F]:
        whole = _number(row["rotation_cost"]) + self.months * _number(row["operating_cost"])
        common = whole * _number(row["common_share"])
        return common, whole - common

    def asked_at(self, task: str) -> set[str]:
        """Capabilities that some row of the task is for, given or implied."""
        if task not in self.asked:
            self.asked[task] = self._asked_at(task)
        return self.asked[task]

    def _asked_at(self, task: str) -> set[str]:
        asked = {row["capability"] for row in self.requirements if row["task"] == task}
        taken = {c for gives in self.gives.values() for c, amount in gives if amount < 0}
        first, last = self.task[task]["first_period"], self.task[task]["last_period"]
        for c in taken:
            rows = [
                row
                for row in self.requirements
                if row["capability"] == c and (self.theatre_wide[c] or row["task"] == task)
            ]
            if any(
                not any(row["first_period"] <= t <= row["last_period"] for row in rows) for t in range(first, last + 1)
            ):
                asked.add(c)
        return asked


def _by_nation(rows: Sequence[Row]) -> dict[str, list[Row]]:
    nations: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        nations[row["nation"]].append(row)
    return nations


class _Last:
    """The facts read last: plans of one instance are often checked one after the other."""

    instance: Instance | None = None
    facts: _Facts


def _facts(instance: Instance) -> _Facts:
    if _Last.instance is not instance:
        _Last.instance, _Last.facts = instance, _Facts(instance)
    return _Last.facts


def check_deployments(instance: Instance, model: Model, deployed: Deployed) -> list[Violation]:
    """Every statement of the instance, under the model's choices, that the deployments break."""
    facts = _facts(instance)
    broken = list(_cells(facts, model, deployed))
    if broken:  # the sums below need cells that mean something
        return broken
    broken += _requirements(facts, deployed)
    broken += _pools(facts, model, deployed)
    chosen = {
        "minimum_contribution": _minimum,
        "conditions": _conditions,
        "troop_ceiling": _ceilings,
        "framework_nation": _frameworks,
    }
    for family, check in chosen.items():
        if family in model.families:
            broken += check(facts, deployed)
    if "budget" in model.families:
        broken += _budgets(facts, model, deployed)
    if model.limits:
        values = {name: value for (name,), (value,) in _claims(facts, deployed)["objectives"].items()}
        for name, most in model.limits.items():
            if values[name] > _number(most):
                text = f"{name} is {float(values[name]):g}, its limit is {most:g}"
                broken.append(Violation("limit_objective", (name,), text, values[name] - _number(most)))
    return broken


def check_commitments(
    instance: Instance, model: Model, committed: Mapping[tuple[str, str, int], int]
) -> list[Violation]:
    """What pools, ceilings and budgets would not bear were all units that are committed deployed.

    ``committed`` is (nation, unit type, period) -> units, 1 or more.
    """
    facts = _facts(instance)
    broken = []
    for (n, u, t), units in committed.items():
        where = f"{n} commits {units} {u} in period {t}"
        if (n, u) not in facts.force or not facts.force[n, u]["first_period"] <= t <= facts.horizon:
            broken.append(Violation("commit", (n, u, t), f"{where}: there is no such pool, or it is not ready"))
        if not isinstance(units, int) or isinstance(units, bool) or units < 1:
            broken.append(Violation("commit", (n, u, t), f"{where}: not a whole number of units above 0"))
    if broken:
        return broken
    out = {(n, u, "", t): units for (n, u, t), units in committed.items()}
    broken += _pools(facts, model, out)
    if "troop_ceiling" in model.families:
        broken += _ceilings(facts, out)
    if "budget" in model.families:
        broken += _budgets(facts, model, out)
    own: dict[str, int] = defaultdict(int)
    for (n, u), units in _unit_periods(out, 1, facts.horizon).items():
        own[n] += facts.price[u][1] * units
    years = F(facts.horizon * facts.months, 12)
    gdp = {n: _number(row["gdp"]) for n, row in facts.nation.items() if row["gdp"] is not None}
    values = {
        "cost": F(sum(sum(facts.price[u]) * units for (_, u, _), units in committed.items()), facts.coin),
        "burden": max((F(1000 * own[n], facts.coin) / years / gdp[n] for n in own if n in gdp), default=F(0)),
    }
    for name, value in values.items():
        most = _number(model.limits.get(name, value))
        if value > most:
            text = f"{name} of what is committed is {float(value):g}, its limit is {float(most):g}"
            broken.append(Violation("limit_objective", (name,), text, value - most))
    return broken


def _cells(facts: _Facts, model: Model, deployed: Deployed) -> Iterator[Violation]:
    """Each deployment by itself: known, whole, ready, useful, willing, not forbidden."""
    floor = _number(model.willingness_floor)
    for (n, u, j, t), units in deployed.items():
        where = f"{n} sends {units} {u} to {j} in period {t}"
        force = facts.force.get((n, u))
        if force is None or j not in facts.task:
            yield Violation("deploy", (n, u, j, t), f"{where}: there is no such pool or task")
            continue
        task = facts.task[j]
        objective = task["objective"]
        stance = facts.stance.get((n, objective), F(0))
        if not isinstance(units, int) or isinstance(units, bool) or units < 1:
            yield Violation("deploy", (n, u, j, t), f"{where}: not a whole number of units above 0")
        if not force["first_period"] <= t <= facts.horizon:
            yield Violation("deploy", (n, u, j, t), f"{where}: ready from period {force['first_period']} only")
        if not task["first_period"] <= t <= task["last_period"]:
            yield Violation("deploy", (n, u, j, t), f"{where}: the task is not active then")
        if not any(amount > 0 and c in facts.asked_at(j) for c, amount in facts.gives[u]):
            yield Violation("deploy", (n, u, j, t), f"{where}: it supplies nothing that the task asks for")
        if stance <= 0 or stance < floor:
            yield Violation("deploy", (n, u, j, t), f"{where}: not willing under {objective} ({float(stance):g})")
        for row in facts.caveats.get(n, ()) if "caveats" in model.families else ():
            if all(
                row[column] in (None, own) for column, own in (("task", j), ("unit_type", u), ("objective", objective))
            ):
                yield Violation("deploy", (n, u, j, t), f"{where}: a caveat forbids it")
        for row in facts.conditions.get(n, ()) if "conditions" in model.families else ():
            if row["objective"] in (None, objective) and row["requires"] == "event" and not facts.events[row["value"]]:
                yield Violation("deploy", (n, u, j, t), f"{where}: pledged only if {row['value']}, which is false")


def _requirements(facts: _Facts, deployed: Deployed) -> Iterator[Violation]:
    """max_gap of the given rows; nothing below nothing where no row is given."""
    at_task: dict[tuple[str, str, int], int] = defaultdict(int)
    anywhere: dict[tuple[str, int], int] = defaultdict(int)
    for (_, u, j, t), units in deployed.items():
        for c, amount in facts.gives[u]:
            at_task[j, c, t] += amount * units
    for (_, c, t), amount in at_task.items():
        anywhere[c, t] += amount
    given = set()
    for row in facts.requirements:
        j, c = row["task"], row["capability"]
        least = _number(row["quantity"]) * (1 - _number(row["max_gap"]))
        for t in range(row["first_period"], row["last_period"] + 1):
            given.add((c, t) if facts.theatre_wide[c] else (j, c, t))
            supplied = F(anywhere[c, t] if facts.theatre_wide[c] else at_task[j, c, t], facts.grain)
            if supplied < least:
                yield Violation(
                    "requirement_supply",
                    (j, c, t),
                    f"{j} gets {float(supplied):g} {c} in period {t}, at least {float(least):g} must be met",
                    least - supplied,
                )
    for (j, c, t), net in at_task.items():
        if not facts.theatre_wide[c] and (j, c, t) not in given and net < 0:
            short = F(-net, facts.grain)
            text = f"{j} is short of {float(short):g} {c} in period {t} for what is deployed there"
            yield Violation("requirement_supply", (j, c, t), text, short)
    for (c, t), net in anywhere.items():
        if facts.theatre_wide[c] and (c, t) not in given and net < 0:
            short = F(-net, facts.grain)
            text = f"the theatre is short of {float(short):g} {c} in period {t} for what is deployed"
            yield Violation("requirement_supply", ("*", c, t), text, short)


def _pools(facts: _Facts, model: Model, deployed: Deployed) -> Iterator[Violation]:
    """Pools under rotation, or in each period where rotation is left out."""
    out: dict[tuple[str, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for (n, u, _, t), units in deployed.items():
        out[n, u][t] += units
    for (n, u), by_period in out.items():
        pool = facts.force[n, u]["units"]
        length = facts.unit[u]["rotation_ratio"] if "rotation" in model.families else 1
        for start in range(1, facts.horizon + 1):
            run = range(start, start + length)
            if facts.wraps:
                total = sum(by_period.get((t - 1) % facts.horizon + 1, 0) for t in run)
            else:
                total = sum(by_period.get(t, 0) for t in run if t <= facts.horizon)
            if total > pool:
                text = f"{n} deploys {total} {u} over {length} periods from {start} out of a pool of {pool}"
                yield Violation("rotation_pool", (n, u, start), text, F(total - pool))
                break


def _minimum(facts: _Facts, deployed: Deployed) -> Iterator[Violation]:
    for (n, u, j, t), units in deployed.items():
        least = facts.force[n, u]["min_units"]
        if units < least:
            text = f"{n} sends {units} {u} to {j} in period {t}, at least {least} or none"
            yield Violation("minimum_contribution_least", (n, u, j, t), text, F(least - units))


def _conditions(facts: _Facts, deployed: Deployed) -> Iterator[Violation]:
    members = {n for n, _, _, _ in deployed}
    joined = {(n, facts.task[j]["objective"]) for n, _, j, _ in deployed}
    for row in (row for n, rows in facts.conditions.items() if n in members for row in rows):
        objectives = [row["objective"]] if row["objective"] else list(facts.priority)
        for o in objectives:
            if (row["nation"], o) not in joined:
                continue
            value = row["value"]
            holds = True
            if row["requires"] == "nation":
                holds = value in members
            elif row["requires"] == "any_of":
                holds = any(name in members or facts.groups.get(name, set()) & members for name in value.split(" "))
            elif row["requires"] == "coalition_size":
                holds = len(members) >= int(_number(value))
            if not holds:
                text = f"{row['nation']} joins {o} though its condition ({row['requires']} {value}) does not hold"
                yield Violation("conditions_pledge", (row["nation"], o), text)


def _ceilings(facts: _Facts, deployed: Deployed) -> Iterator[Violation]:
    people: dict[tuple[str, int], int] = defaultdict(int)
    for (n, u, _, t), units in deployed.items():
        people[n, t] += units * facts.unit[u]["personnel"]
    for (n, t), total in people.items():
        ceiling = facts.nation[n]["troop_ceiling"]
        if ceiling is not None and total > _number(ceiling):
            text = f"{n} has {total} people deployed in period {t}, its ceiling is {ceiling:g}"
            yield Violation("troop_ceiling_people", (n, t), text, total - _number(ceiling))


def _budgets(facts: _Facts, model: Model, deployed: Deployed) -> Iterator[Violation]:
    for b, row in enumerate(facts.budgets, start=1):
        coins = 0
        for (n, u), units in _unit_periods(deployed, row["first_period"], row["last_period"]).items():
            if row["payer"] in ("common", "*", n):
                common, own = facts.price[u]
                coins += {"common": common, "*": common + own, n: own}[row["payer"]] * units
        spent, amount = F(coins, facts.coin), _number(row["amount"])
        if spent > amount:
            text = f"the budget of {row['payer']} is {float(amount):g} million, the plan costs it {float(spent):g}"
            yield Violation("budget_payer", (b,), text, spent - amount)
    if model.max_burden is not None:
        own_cost: dict[str, int] = defaultdict(int)
        for (n, u), units in _unit_periods(deployed, 1, facts.horizon).items():
            own_cost[n] += facts.price[u][1] * units
        for n, coins in own_cost.items():
            gdp = facts.nation[n]["gdp"]
            if gdp is None:
                continue
            spent = F(coins, facts.coin)
            most = _number(model.max_burden) * _number(gdp) * F(facts.horizon * facts.months, 12)
            if spent > most:
                text = f"{n} pays {float(spent):g} million over the horizon, max_burden allows {float(most):g}"
                yield Violation("budget_burden", (n,), text, spent - most)


def _unit_periods(deployed: Deployed, first: int, last: int) -> dict[tuple[str, str], int]:
    """(nation, unit type) -> units times periods deployed from one period to another."""
    total: dict[tuple[str, str], int] = defaultdict(int)
    for (n, u, _, t), units in deployed.items():
        if first <= t <= last:
            total[n, u] += units
    return total


def _frameworks(facts: _Facts, deployed: Deployed) -> Iterator[Violation]:
    people: dict[str, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for (n, u, j, t), units in deployed.items():
        people[j][t][n] += units * facts.unit[u]["personnel"]
    for j, by_period in people.items():
        share = _number(facts.task[j]["framework_share"])
        if share == 0:
            continue
        leaders = [
            n
            for n, row in facts.nation.items()
            if row["can_lead"]
            and all(there.get(n, 0) > 0 and there[n] >= share * sum(there.values()) for there in by_period.values())
        ]
        if not leaders:
            text = f"no nation that can lead gives {float(share):g} of the people at {j} in every period"
            lacking = min(
                (
                    max(share * sum(there.values()) - there.get(n, 0) for there in by_period.values())
                    for n, row in facts.nation.items()
                    if row["can_lead"]
                ),
                default=None,
            )
            yield Violation("framework_nation_share", (j,), text, lacking)


def check_plan(plan: Plan) -> list[Violation]:
    """Everything that is wrong with a plan: its deployments, its tables, and what it claims to have proved."""
    rows = plan.rows("deployments")
    deployed = {(row["nation"], row["unit_type"], row["task"], row["period"]): row["units"] for row in rows}
    broken = check_deployments(plan.instance, plan.model, deployed)
    if len(deployed) != len(rows):
        broken.append(Violation("deployments", (), "a deployment stands twice in the plan"))
    if broken:
        return broken
    facts = _facts(plan.instance)
    claims = _claims(facts, deployed)
    for table, key in (("deployments", 4), ("coverage", 4), ("nations", 1), ("objectives", 1)):
        told: dict[Any, list[Any]] = {}
        for row in plan.rows(table):
            names = list(row)
            if table == "coverage":
                names = ["task", "capability", "period", "objective", "required", "supplied", "shortfall"]
                told[row["task"], row["capability"], row["period"]] = [row[name] for name in names[3:]]
                continue
            told[tuple(row[name] for name in names[:key])] = [row[name] for name in names[key:]]
        broken += _compare(table, told, claims[table])
    return broken + list(_proofs(plan))


def _claims(facts: _Facts, deployed: Deployed) -> dict[str, dict[Any, list[Any]]]:
    """What the result tables have to say: table -> key -> values, exactly."""
    own: dict[str, int] = defaultdict(int)
    people: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    net: dict[tuple[str | None, str, int], int] = defaultdict(int)
    cost = 0
    deployments: dict[Any, list[Any]] = {}
    reluctant: dict[tuple[str, str], int] = defaultdict(int)
    for (n, u, j, t), units in deployed.items():
        heads = units * facts.unit[u]["personnel"]
        people[n][t] += heads
        reluctant[n, facts.task[j]["objective"]] += heads
        common, national = facts.price[u]
        own[n] += national * units
        cost += (common + national) * units
        deployments[n, u, j, t] = [units, heads, F((common + national) * units, facts.coin)]
        for c, amount in facts.gives[u]:
            net[None if facts.theatre_wide[c] else j, c, t] += amount * units
    coverage: dict[Any, list[Any]] = {}
    missed = weights = F(0)
    for row in facts.requirements:
        j, c, quantity = row["task"], row["capability"], _number(row["quantity"])
        periods = range(row["first_period"], row["last_period"] + 1)
        objective = facts.task[j]["objective"]
        weight = _number(row["priority"]) * facts.priority[objective] if quantity else F(0)
        weights += weight
        for t in periods:
            supplied = F(net[None if facts.theatre_wide[c] else j, c, t], facts.grain)
            short = max(F(0), quantity - supplied)
            coverage[j, c, t] = [objective, quantity, supplied, short]
            if quantity:
                missed += weight * short / quantity / len(periods)
    years = F(facts.horizon * facts.months, 12)
    everyone = sum(own.values())
    members = {n for n, _, _, _ in deployed}
    burden = {
        n: F(1000 * own[n], facts.coin) / years / _number(row["gdp"])
        for n, row in facts.nation.items()
        if row["gdp"] is not None
    }
    nations = {
        (n,): [
            n in members,
            max(people[n].values(), default=0),
            F(own[n], facts.coin),
            burden.get(n),
            F(own[n], everyone) if everyone else F(0),
        ]
        for n in facts.nation
    }
    values = {
        "gap": missed / weights,
        "risk": sum(((1 - facts.stance[key]) * heads for key, heads in reluctant.items()), start=F(0))
        * facts.months
        / 1000,
        "cost": F(cost, facts.coin),
        "burden": max(burden.values(), default=F(0)),
    }
    objectives = {(name,): [value] for name, value in values.items()}
    return {"deployments": deployments, "coverage": coverage, "nations": nations, "objectives": objectives}


def _compare(table: str, told: dict[Any, list[Any]], claims: dict[Any, list[Any]]) -> Iterator[Violation]:
    for key in told.keys() | claims.keys():
        if key not in told or key not in claims:
            kind = "is missing" if key not in told else "should not be there"
            yield Violation(table, key, f"{table}: the row {key} {kind}")
            continue
        for found, expected in zip(told[key], claims[key], strict=False):
            if not _same(found, expected):
                shown = float(expected) if isinstance(expected, F) else expected
                yield Violation(table, key, f"{table}: the row {key} says {found}, the tables give {shown}")


def _same(found: Any, expected: Any) -> bool:
    """Whether a figure is what the tables give, to the last digits of a floating-point number."""
    if not isinstance(found, float) or not isinstance(expected, F):
        return bool(found == expected)
    return found == float(expected) or abs(_number(found) - expected) <= F(1, 10**12) * max(F(1), abs(expected))


def _proofs(plan: Plan) -> Iterator[Violation]:
    """What the table of objectives claims to have proved, from the numbers that it prints.

    Bound and relative gap belong to an objective's own stage, whose value is ``value - given_up``: no plan better than
    the bound, the gap as its formula gives it, and no more given up than the tolerance allows.
    """
    asked = plan.manifest["options"]["gap"]
    stages = {stage["objective"]: stage for stage in plan.manifest["stages"]}
    for row in plan.rows("objectives"):
        name, value, given_up, bound, gap = (
            row[column] for column in ("objective", "value", "given_up", "bound", "relative_gap")
        )
        faults: list[str] = []
        if name not in plan.model.objectives:
            if (given_up, bound, gap) != (None, None, None):
                faults.append(f"{name} has a bound, a gap or a part given up though the model does not list it")
        else:
            stage = value - given_up
            small = 1e-9 * max(1.0, abs(value))
            if given_up < 0:
                faults.append(f"{name} has given up {given_up:g}, which is below 0")
            if given_up > plan.model.tolerance * abs(stage) + 1e-6 * max(1.0, abs(stage)) + small:
                faults.append(f"{name} is {value:g}; its own stage reached {stage:g}, which later ones may not give up")
            if given_up > small and name == plan.model.objectives[-1]:
                faults.append(f"{name} has given up {given_up:g}, but no objective comes after it")
            if abs(stage - stages[name]["value"]) > small:
                faults.append(f"{name} reached {stages[name]['value']:g} in its stage, not {stage:g}")
            if bound > stage + small:
                faults.append(f"{name} reached {stage:g}, below its proved bound {bound:g}")
            if abs(gap - _gap(stage, bound)) > 1e-9:
                faults.append(f"{name}: {gap:g} is not the gap between {stage:g} and {bound:g}")
            if plan.status == "optimal" and gap > asked + NUMERICAL:
                faults.append(f"{name} has a gap of {gap:g}, so the plan is not optimal to {asked:g}")
        yield from (Violation("objectives", (name,), text) for text in faults)


def _gap(stage: float, bound: float) -> float:
    """Relative gap of a stage as the results define it."""
    if abs(stage) <= 1e-9 and abs(bound) <= 1e-9:
        return 0.0
    return (stage - bound) / max(abs(stage), 1e-9)
