"""The independent check of a plan: it recomputes every constraint and every figure from the tables alone.

Nothing here comes from the families or the solver, and no number is rounded: cells are read as exact decimal numbers.
:func:`check_deployments` returns the constraints that deployments and purchases break; :func:`check_plan` and
:func:`check_tables` also recompute each result table and check the bounds that the plan claims to have proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from allocator.audit.facts import Deployed, facts_of, number
from allocator.audit.figures import CHECKED, differences, expected, stated
from allocator.audit.forces import ceilings, cells, commitments, minimum_contributions, pools, whole
from allocator.audit.money import acquisitions, budgets, industries, joint_purchases, order_cells
from allocator.audit.proofs import proofs
from allocator.audit.tasks import conditions, frameworks, prerequisites, requirements
from allocator.audit.totals import Totals
from allocator.audit.values import MONEY, VALUES
from allocator.audit.violation import Violation
from allocator.instance import Instance
from allocator.model import Model
from allocator.plan.plan import Plan
from allocator.plan.tables import COLUMNS
from allocator.purchases import NONE, Purchases

CHECKS = {
    "minimum_contribution": minimum_contributions,
    "conditions": conditions,
    "commitments": commitments,
    "troop_ceiling": ceilings,
    "framework_nation": frameworks,
    "prerequisites": prerequisites,
    "acquisition": acquisitions,
    "industry": industries,
    "joint_purchase": joint_purchases,
}
"""Family -> its check; rotation, caveats and budget depend on other choices of the model as well."""


def check_deployments(
    instance: Instance, model: Model, deployed: Deployed, purchases: Purchases = NONE
) -> list[Violation]:
    """Every constraint of the instance, under the model's choices, that deployments and purchases break."""
    return _broken(Totals(facts_of(instance), deployed, purchases), model)


def check_limits(instance: Instance, model: Model, deployed: Deployed, purchases: Purchases = NONE) -> list[Violation]:
    """The ceilings, budgets and greatest burdens that deployments and purchases exceed, whatever else they break."""
    totals = Totals(facts_of(instance), deployed, purchases)
    broken = list(ceilings(totals)) if "troop_ceiling" in model.families else []
    return broken + list(budgets(totals, model)) if "budget" in model.families else broken


def _broken(totals: Totals, model: Model) -> list[Violation]:
    broken = [*cells(totals, model), *order_cells(totals, model)]
    if broken:  # the sums below need valid cells
        return broken
    broken += requirements(totals)
    broken += pools(totals, model)
    for family, check in CHECKS.items():
        if family in model.families:
            broken += check(totals)
    if "budget" in model.families:
        broken += budgets(totals, model)
    broken += _limits(totals, model, VALUES, "")
    return broken


def _limits(totals: Totals, model: Model, names: Iterable[str], of: str) -> Iterator[Violation]:
    """Objectives above the model's limits."""
    for name in names:
        if name in model.limits:
            value, most = VALUES[name](totals), number(model.limits[name])
            if value > most:
                text = f"{name}{of} is {float(value):g}, its limit is {float(most):g}"
                yield Violation("limit_objective", (name,), text, value - most)


def check_commitments(
    instance: Instance, model: Model, committed: Mapping[tuple[str, str, int], int], purchases: Purchases = NONE
) -> list[Violation]:
    """The pools, ceilings, budgets and limits on money that are exceeded if all committed units are deployed.

    ``committed`` is (nation, unit type, period) -> units, 1 or more. Orders and expansions are checked with it. What
    depends on tasks (supply, pledges, the family ``commitments``, prerequisites) is checked in the plan of each future.
    """
    facts = facts_of(instance)
    broken = []
    for (n, u, t), units in committed.items():
        where = f"{n} commits {units} {u} in period {t}"
        force = facts.force.get((n, u))
        if force is None or not force["first_period"] <= t <= force["last_period"]:
            broken.append(Violation("commit", (n, u, t), f"{where}: there is no such pool, or it is not ready"))
        if not whole(units, 1):
            broken.append(Violation("commit", (n, u, t), f"{where}: not a whole number of units above 0"))
    totals = Totals(facts, {(n, u, "", t): units for (n, u, t), units in committed.items()}, purchases)
    broken += order_cells(totals, model)
    if broken:
        return broken
    broken += pools(totals, model)
    for family in ("troop_ceiling", "acquisition", "industry", "joint_purchase"):
        if family in model.families:
            broken += CHECKS[family](totals)
    if "budget" in model.families:
        broken += budgets(totals, model)
    broken += _limits(totals, model, MONEY, " of what is committed")
    return broken


def check_plan(plan: Plan) -> list[Violation]:
    """Every error in a plan: in its deployments and purchases, its tables, and the bounds it claims to have proved."""
    return check_tables(
        plan.instance,
        plan.model,
        {table: plan.rows(table) for table in COLUMNS},
        status=plan.status,
        stages=plan.manifest["stages"],
        gap=plan.manifest["options"]["gap"],
    )


def check_tables(
    instance: Instance,
    model: Model,
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    status: str,
    stages: Sequence[Mapping[str, Any]],
    gap: float,
) -> list[Violation]:
    """The same for the result tables of a plan that has not been made yet; ``gap`` is the requested relative gap."""
    found = {}
    for table in CHECKED:
        try:
            found[table] = stated(table, tables[table])
        except KeyError as missing:
            return [Violation(table, (), f"{table}: a row has no column {missing.args[0]}")]
    purchases = Purchases(
        {(n, u, k): (units, joint) for (n, u, k), (units, joint, *_) in found["orders"].items()},
        {(u, k): expansions for (u, k), (_, _, expansions) in found["industry"].items() if expansions != 0},
    )
    deployed = {key: units for key, (units, *_) in found["deployments"].items()}
    totals = Totals(facts_of(instance), deployed, purchases)
    broken = _broken(totals, model)
    for table in CHECKED:
        if len(tables[table]) != len(found[table]):
            broken.append(Violation(table, (), f"{table}: two rows of the plan have the same key"))
    if broken:
        return broken
    claims = expected(totals, model)
    for table, figures in found.items():
        broken += differences(table, figures, claims[table])
    return broken or list(proofs(model, tables["objectives"], status=status, stages=stages, gap=gap))
