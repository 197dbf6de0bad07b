"""The independent check of a plan: it recomputes every constraint and every figure from the tables alone.

Nothing here comes from the families or the solver, and no number is rounded: cells are read as exact decimal numbers.
:func:`check_deployments` returns the constraints that a set of deployments breaks; :func:`check_plan` also recomputes
each result table and the bounds that the plan claims to have proved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction as F
from typing import Any

from allocator.audit.constraints import (
    budgets,
    ceilings,
    cells,
    conditions,
    frameworks,
    minimum_contributions,
    pools,
    requirements,
)
from allocator.audit.facts import Deployed, facts_of, number, unit_periods
from allocator.audit.figures import differences, expected
from allocator.audit.proofs import proofs
from allocator.audit.violation import Violation
from allocator.instance import Instance
from allocator.model import Model
from allocator.plan.plan import Plan
from allocator.purchases import NONE, Purchases


def check_deployments(
    instance: Instance, model: Model, deployed: Deployed, purchases: Purchases = NONE
) -> list[Violation]:
    """Every constraint of the instance, under the model's choices, that the deployments break."""
    facts = facts_of(instance)
    broken = list(cells(facts, model, deployed))
    if broken:  # the sums below need valid cells
        return broken
    broken += requirements(facts, deployed)
    broken += pools(facts, model, deployed)
    chosen = {
        "minimum_contribution": minimum_contributions,
        "conditions": conditions,
        "troop_ceiling": ceilings,
        "framework_nation": frameworks,
    }
    for family, check in chosen.items():
        if family in model.families:
            broken += check(facts, deployed)
    if "budget" in model.families:
        broken += budgets(facts, model, deployed)
    if model.limits:
        values = {name: value for (name,), (value,) in expected(facts, deployed)["objectives"].items()}
        for name, most in model.limits.items():
            if values[name] > number(most):
                text = f"{name} is {float(values[name]):g}, its limit is {most:g}"
                broken.append(Violation("limit_objective", (name,), text, values[name] - number(most)))
    return broken


def check_commitments(
    instance: Instance, model: Model, committed: Mapping[tuple[str, str, int], int], purchases: Purchases = NONE
) -> list[Violation]:
    """The pools, ceilings, budgets and limits that are exceeded if all committed units are deployed.

    ``committed`` is (nation, unit type, period) -> units, 1 or more.
    """
    facts = facts_of(instance)
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
    broken += pools(facts, model, out)
    if "troop_ceiling" in model.families:
        broken += ceilings(facts, out)
    if "budget" in model.families:
        broken += budgets(facts, model, out)
    own: dict[str, int] = defaultdict(int)
    for (n, u), units in unit_periods(out, 1, facts.horizon).items():
        own[n] += facts.price[u][1] * units
    years = F(facts.horizon * facts.months, 12)
    gdp = {n: number(row["gdp"]) for n, row in facts.nation.items() if row["gdp"] is not None}
    values = {
        "cost": F(sum(sum(facts.price[u]) * units for (_, u, _), units in committed.items()), facts.coin),
        "burden": max((F(1000 * own[n], facts.coin) / years / gdp[n] for n in own if n in gdp), default=F(0)),
    }
    for name, value in values.items():
        most = number(model.limits.get(name, value))
        if value > most:
            text = f"{name} of what is committed is {float(value):g}, its limit is {float(most):g}"
            broken.append(Violation("limit_objective", (name,), text, value - most))
    return broken


def check_plan(plan: Plan) -> list[Violation]:
    """Every error in a plan: in its deployments, its tables, and the bounds that it claims to have proved."""
    rows = plan.rows("deployments")
    deployed = {(row["nation"], row["unit_type"], row["task"], row["period"]): row["units"] for row in rows}
    broken = check_deployments(plan.instance, plan.model, deployed)
    if len(deployed) != len(rows):
        broken.append(Violation("deployments", (), "a deployment is listed twice in the plan"))
    if broken:
        return broken
    facts = facts_of(plan.instance)
    claims = expected(facts, deployed)
    for table, key in (("deployments", 4), ("coverage", 4), ("nations", 1), ("objectives", 1)):
        stated: dict[Any, list[Any]] = {}
        for row in plan.rows(table):
            names = list(row)
            if table == "coverage":
                names = ["task", "capability", "period", "objective", "required", "supplied", "shortfall"]
                stated[row["task"], row["capability"], row["period"]] = [row[name] for name in names[3:]]
                continue
            stated[tuple(row[name] for name in names[:key])] = [row[name] for name in names[key:]]
        broken += differences(table, stated, claims[table])
    return broken + list(proofs(plan))
