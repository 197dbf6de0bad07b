"""What each nation may send: single deployments, pools, ceilings, and what it has promised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction as F
from itertools import accumulate

from allocator.audit.facts import Facts, number
from allocator.audit.totals import Totals
from allocator.audit.violation import Violation
from allocator.model import Model


def cells(totals: Totals, model: Model) -> Iterator[Violation]:
    """Checks of single deployments: known, whole, ready, useful, willing and not forbidden."""
    facts = totals.facts
    floor = number(model.willingness_floor) * facts.mood
    for (n, u, j, t), units in totals.deployed.items():
        where = f"{n} sends {units} {u} to {j} in period {t}"
        force = facts.force.get((n, u))
        if force is None or j not in facts.task:
            yield Violation("deploy", (n, u, j, t), f"{where}: there is no such pool or task")
            continue
        task = facts.task[j]
        objective = task["objective"]
        if not whole(units, 1):
            yield Violation("deploy", (n, u, j, t), f"{where}: not a whole number of units above 0")
        if not force["first_period"] <= t <= force["last_period"]:
            ready = f"from period {force['first_period']} to {force['last_period']}"
            yield Violation("deploy", (n, u, j, t), f"{where}: the pool is ready only {ready}")
        if not task["first_period"] <= t <= task["last_period"]:
            yield Violation("deploy", (n, u, j, t), f"{where}: the task is not active then")
        if not any(amount > 0 and c in facts.asked_at(j) for c, amount in facts.gives[u]):
            yield Violation("deploy", (n, u, j, t), f"{where}: the unit supplies nothing that the task asks for")
        will = facts.will(n, objective, t)
        if will <= 0 or will < floor:
            short = f"the nation is not willing enough for {objective} ({will / facts.mood:g})"
            yield Violation("deploy", (n, u, j, t), f"{where}: {short}")
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


def whole(units: object, least: int) -> bool:
    """Whether a figure of a plan is a whole number of at least so many."""
    return isinstance(units, int) and not isinstance(units, bool) and units >= least


def pools(totals: Totals, model: Model) -> Iterator[Violation]:
    """Pools of which more is deployed over some span of periods than can be used in it.

    The index is the nation, the unit type and the first period of the span, and its last period where the pool changes.
    """
    facts = totals.facts
    for (n, u), by_period in totals.units.items():
        unit = facts.unit[u]
        length = facts.horizon if unit["expendable"] else unit["rotation_ratio"] if "rotation" in model.families else 1
        changes, delivered = facts.changes.get((n, u), {}), totals.delivered.get((n, u), {})
        if changes or delivered:
            spans = _changing(facts, by_period, length, changes, delivered)
        else:
            spans = _constant(facts, by_period, length)
        part, scale = number(facts.force[n, u]["availability"]).as_integer_ratio()
        units, home = facts.force[n, u]["units"], facts.force[n, u]["home_units"]
        for at, periods, total, change, ordered in spans:
            available = part * (units + change)
            usable = available - min(home * scale, available) + part * ordered
            if total * scale > usable:
                when = f"in period {at[0]}" if periods == 1 else f"over {periods} periods from {at[0]}"
                text = f"{n} deploys {total} {u} {when}, but can use {usable / scale:g} of its pool"
                yield Violation("rotation_pool", (n, u, *at), text, F(total * scale - usable, scale))
                break


Span = tuple[tuple[int, ...], int, int, int, int]
"""Its place in the index, its length, the units deployed in it, the change of the pool, and the units ordered."""


def _constant(facts: Facts, by_period: dict[int, int], length: int) -> Iterator[Span]:
    """The longest spans, which include all others: what can be used is the same in each."""
    last = facts.horizon
    turns, length = divmod(length, last) if facts.wraps else (0, min(length, last))
    sums = [0, *accumulate(by_period.get(t, 0) for t in range(1, last + 1))]
    for a in range(1, last + 1):
        b = a + length - 1
        total = sums[min(b, last)] - sums[a - 1] + turns * sums[last]
        if b > last and facts.wraps:
            total += sums[b - last]
        yield (a,), turns * last + length, total, 0, 0


def _changing(
    facts: Facts, by_period: dict[int, int], length: int, changes: dict[int, int], delivered: dict[int, int]
) -> Iterator[Span]:
    """Every span on a finite horizon: units that leave count until they leave, those that join from then on."""
    for a in range(1, facts.horizon + 1):
        change = sum(units for t, units in changes.items() if t <= a)
        ordered = sum(units for t, units in delivered.items() if t < a)
        total = 0
        for b in range(a, min(a + length - 1, facts.horizon) + 1):
            total += by_period.get(b, 0)
            ordered += delivered.get(b, 0)
            if b > a:
                change += max(0, changes.get(b, 0))
            yield (a, b), b - a + 1, total, change, ordered


def minimum_contributions(totals: Totals) -> Iterator[Violation]:
    """Deployments below ``min_units`` of their pool."""
    for (n, u, j, t), units in totals.deployed.items():
        least = totals.facts.force[n, u]["min_units"]
        if units < least:
            text = f"{n} sends {units} {u} to {j} in period {t}, but must send at least {least} or none"
            yield Violation("minimum_contribution_least", (n, u, j, t), text, F(least - units))


def ceilings(totals: Totals) -> Iterator[Violation]:
    """Nations with more people deployed in a period than their troop ceiling."""
    for n, by_period in totals.people.items():
        ceiling = totals.facts.nation[n]["troop_ceiling"]
        if ceiling is None:
            continue
        for t, total in by_period.items():
            if total > number(ceiling):
                text = f"{n} has {total} people deployed in period {t}, but its ceiling is {ceiling:g}"
                yield Violation("troop_ceiling_people", (n, t), text, total - number(ceiling))


def commitments(totals: Totals) -> Iterator[Violation]:
    """Promises that are not kept, and nations that give more than they will; the index is the row and the period."""
    if not totals.facts.commitments:
        return
    at_task: dict[tuple[str, str, str | None, int], int] = defaultdict(int)
    for (n, u, j, t), units in totals.deployed.items():
        at_task[n, u, j, t] += units
        at_task[n, u, None, t] += units
    for b, row in enumerate(totals.facts.commitments, start=1):
        n, u, j, least, most = (row[key] for key in ("nation", "unit_type", "task", "at_least", "at_most"))
        where = "to all tasks together" if j is None else f"to {j}"
        for t in range(row["first_period"], row["last_period"] + 1):
            units = at_task.get((n, u, j, t), 0)
            sends = f"{n} sends {units} {u} {where} in period {t}"
            if units < least:
                text = f"{sends}, but has promised at least {least}"
                yield Violation("commitments_least", (b, t), text, F(least - units))
            if most is not None and units > most:
                text = f"{sends}, but will send at most {most}"
                yield Violation("commitments_most", (b, t), text, F(units - most))
