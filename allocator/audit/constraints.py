"""The constraints that a plan may break, recomputed in exact arithmetic, one function for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction as F

from allocator.audit.facts import Deployed, Facts, number, unit_periods
from allocator.audit.violation import Violation
from allocator.model import Model


def cells(facts: Facts, model: Model, deployed: Deployed) -> Iterator[Violation]:
    """Checks of single deployments: known, whole, ready, useful, willing and not forbidden."""
    floor = number(model.willingness_floor)
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
            yield Violation(
                "deploy", (n, u, j, t), f"{where}: the pool is ready only from period {force['first_period']}"
            )
        if not task["first_period"] <= t <= task["last_period"]:
            yield Violation("deploy", (n, u, j, t), f"{where}: the task is not active then")
        if not any(amount > 0 and c in facts.asked_at(j) for c, amount in facts.gives[u]):
            yield Violation("deploy", (n, u, j, t), f"{where}: the unit supplies nothing that the task asks for")
        if stance <= 0 or stance < floor:
            yield Violation(
                "deploy", (n, u, j, t), f"{where}: the nation is not willing enough for {objective} ({float(stance):g})"
            )
        for row in facts.caveats.get(n, ()) if "caveats" in model.families else ():
            if all(
                row[column] in (None, own) for column, own in (("task", j), ("unit_type", u), ("objective", objective))
            ):
                yield Violation("deploy", (n, u, j, t), f"{where}: a caveat forbids it")
        for row in facts.conditions.get(n, ()) if "conditions" in model.families else ():
            if row["objective"] in (None, objective) and row["requires"] == "event" and not facts.events[row["value"]]:
                yield Violation(
                    "deploy", (n, u, j, t), f"{where}: the pledge requires the event {row['value']}, which is false"
                )


def requirements(facts: Facts, deployed: Deployed) -> Iterator[Violation]:
    """The ``max_gap`` of the given rows; a net supply of at least 0 where no row is given."""
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
        least = number(row["quantity"]) * (1 - number(row["max_gap"]))
        for t in range(row["first_period"], row["last_period"] + 1):
            given.add((c, t) if facts.theatre_wide[c] else (j, c, t))
            supplied = F(anywhere[c, t] if facts.theatre_wide[c] else at_task[j, c, t], facts.grain)
            if supplied < least:
                yield Violation(
                    "requirement_supply",
                    (j, c, t),
                    f"{j} gets {float(supplied):g} {c} in period {t}, but needs at least {float(least):g}",
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


def pools(facts: Facts, model: Model, deployed: Deployed) -> Iterator[Violation]:
    """Pools under rotation, or in each period where the model has no rotation."""
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


def minimum_contributions(facts: Facts, deployed: Deployed) -> Iterator[Violation]:
    """Deployments below ``min_units`` of their pool."""
    for (n, u, j, t), units in deployed.items():
        least = facts.force[n, u]["min_units"]
        if units < least:
            text = f"{n} sends {units} {u} to {j} in period {t}, but must send at least {least} or none"
            yield Violation("minimum_contribution_least", (n, u, j, t), text, F(least - units))


def conditions(facts: Facts, deployed: Deployed) -> Iterator[Violation]:
    """Nations that join an objective although a condition of their pledge is not met."""
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
                holds = len(members) >= int(number(value))
            if not holds:
                text = f"{row['nation']} joins {o} although its condition ({row['requires']} {value}) is not met"
                yield Violation("conditions_pledge", (row["nation"], o), text)


def ceilings(facts: Facts, deployed: Deployed) -> Iterator[Violation]:
    """Nations with more people deployed in a period than their troop ceiling."""
    people: dict[tuple[str, int], int] = defaultdict(int)
    for (n, u, _, t), units in deployed.items():
        people[n, t] += units * facts.unit[u]["personnel"]
    for (n, t), total in people.items():
        ceiling = facts.nation[n]["troop_ceiling"]
        if ceiling is not None and total > number(ceiling):
            text = f"{n} has {total} people deployed in period {t}, but its ceiling is {ceiling:g}"
            yield Violation("troop_ceiling_people", (n, t), text, total - number(ceiling))


def budgets(facts: Facts, model: Model, deployed: Deployed) -> Iterator[Violation]:
    """Budgets of a payer, and the burden of a nation if the model limits it."""
    for b, row in enumerate(facts.budgets, start=1):
        coins = 0
        for (n, u), units in unit_periods(deployed, row["first_period"], row["last_period"]).items():
            if row["payer"] in ("common", "*", n):
                common, own = facts.price[u]
                coins += {"common": common, "*": common + own, n: own}[row["payer"]] * units
        spent, amount = F(coins, facts.coin), number(row["amount"])
        if spent > amount:
            text = f"the budget of {row['payer']} is {float(amount):g} million, but the plan spends {float(spent):g}"
            yield Violation("budget_payer", (b,), text, spent - amount)
    if model.max_burden is not None:
        own_cost: dict[str, int] = defaultdict(int)
        for (n, u), units in unit_periods(deployed, 1, facts.horizon).items():
            own_cost[n] += facts.price[u][1] * units
        for n, coins in own_cost.items():
            gdp = facts.nation[n]["gdp"]
            if gdp is None:
                continue
            spent = F(coins, facts.coin)
            most = number(model.max_burden) * number(gdp) * F(facts.horizon * facts.months, 12)
            if spent > most:
                text = (
                    f"{n} pays {float(spent):g} million over the horizon, but max_burden allows {float(most):g} million"
                )
                yield Violation("budget_burden", (n,), text, spent - most)


def frameworks(facts: Facts, deployed: Deployed) -> Iterator[Violation]:
    """Tasks at which no nation that can lead provides the framework share in every period."""
    people: dict[str, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for (n, u, j, t), units in deployed.items():
        people[j][t][n] += units * facts.unit[u]["personnel"]
    for j, by_period in people.items():
        share = number(facts.task[j]["framework_share"])
        if share == 0:
            continue
        leaders = [
            n
            for n, row in facts.nation.items()
            if row["can_lead"]
            and all(there.get(n, 0) > 0 and there[n] >= share * sum(there.values()) for there in by_period.values())
        ]
        if not leaders:
            text = f"no nation that can lead provides a share of {float(share):g} of the people at {j} in every period"
            lacking = min(
                (
                    max(share * sum(there.values()) - there.get(n, 0) for there in by_period.values())
                    for n, row in facts.nation.items()
                    if row["can_lead"]
                ),
                default=None,
            )
            yield Violation("framework_nation_share", (j,), text, lacking)
