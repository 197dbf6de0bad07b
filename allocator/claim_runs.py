"""What a claim's run changes beside its overrides: it maximises people, or moves one assumption and no other."""

from __future__ import annotations

from math import ceil

from allocator.errors import BadUsage
from allocator.instance import Instance
from allocator.instance.cells import near
from allocator.model import Model
from allocator.sweeps.design.sources import sources

HEADS = "heads_of_the_claim"
"""Capability that a run gives to every unit that counts, as many as it has people."""


def moved(instance: Instance, key: str, end: str) -> tuple[str, ...]:
    """The overrides that move all figures of an assumption or a source to an end, ``adverse`` or ``favourable``.

    Raises
    ------
    BadUsage
        No figure with a range has this origin.
    """
    known = {origin.key: origin for origin in sources(instance)}
    if key not in known:
        raise BadUsage(f"no figure of {instance.name} with a range rests on {key}{near(key, known)}")
    return known[key].ends[end]


def most_people(instance: Instance, model: Model, objective: str) -> tuple[str, ...]:
    """The overrides after which the least gap means the most people.

    Every line asks for nothing, nobody is willing to do anything else, and one new line asks for as many people as
    there could be under the objective (under all objectives if it is empty). All rules of the model hold as before, and
    so does what units consume.
    """
    tasks = {row["task"] for row in instance.rows("tasks") if not objective or row["objective"] == objective}
    if not tasks:
        raise BadUsage(f"no tasks under {objective} in {instance.name}, so that no people can be maximised")
    asked = {row["capability"] for row in instance.rows("requirements") if row["task"] in tasks}
    asked |= {row["capability"] for row in instance.rows("yields") if row["amount"] < 0}
    kinds = {row["unit_type"] for row in instance.rows("yields") if row["amount"] > 0 and row["capability"] in asked}
    people = {row["unit_type"]: row["personnel"] for row in instance.rows("unit_types")}
    others = dict.fromkeys(row["objective"] for row in instance.rows("willingness") if objective)
    return (
        "requirements.quantity=0",
        *(f"willingness[objective={other}].willingness=0" for other in others if other != objective),
        f"capabilities[capability={HEADS},unit=person].name=People",
        f"capabilities[capability={HEADS}].scope=theatre",
        *(f"yields[unit_type={kind},capability={HEADS}].amount={people[kind]}" for kind in sorted(kinds)),
        f"requirements[task={min(tasks)},capability={HEADS}].quantity={_bound(instance, model, kinds, objective)}",
        "model.objectives=gap",
    )


def _bound(instance: Instance, model: Model, kinds: set[str], objective: str) -> int:
    """No fewer people than any plan can have: what is usable of the willing nations, up to their ceilings."""
    willing = {
        row["nation"]
        for row in instance.rows("willingness")
        if row["willingness"] >= model.willingness_floor and (not objective or row["objective"] == objective)
    }
    people = {row["unit_type"]: row["personnel"] for row in instance.rows("unit_types")}
    total = 0.0
    for nation in instance.rows("nations"):
        if nation["nation"] in willing:
            has = sum(
                people[row["unit_type"]] * row["units"] * row["availability"]
                for row in instance.rows("forces")
                if row["nation"] == nation["nation"] and row["unit_type"] in kinds
            )
            ceiling = nation["troop_ceiling"] if "troop_ceiling" in model.families else None
            total += has if ceiling is None else min(has, ceiling)
    return max(1, ceil(total))
