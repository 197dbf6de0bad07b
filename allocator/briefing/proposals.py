"""Which single changes of an instance a reader would ask about first: events, stances, relief, money, forces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from allocator.errors import BadInput
from allocator.instance import Instance
from allocator.instance.override import changed
from allocator.model import Model
from allocator.plan.measures import members
from allocator.plan.plan import Plan
from allocator.wording import event_words, in_sentence, there_is

MOST_EVENTS = 4
"""Events that are proposed at the most."""

EVERY_CEILING = "nations[nation=…].troop_ceiling*=1.25"
"""What is written in place of one setting for each nation."""

SENDERS = 2
"""The largest senders of whom each is proposed to stay away."""


@dataclass(frozen=True)
class Proposal:
    """A changed instance or model, the change as a clause after *if*, and what does it on the command line."""

    label: str
    settings: str
    instance: Instance
    model: Model


def proposals(plan: Plan) -> list[Proposal]:
    """The changes that can make a difference, those that a decision is about first."""
    found: list[Proposal] = []
    for kind in (_events, _floor, _relief, _money, _forces, _senders, _caveats):
        found += kind(plan)
    return found


def _set(plan: Plan, label: str, *settings: str) -> Iterator[Proposal]:
    """A proposal of overrides of the instance, if they can be applied."""
    try:
        instance = changed(plan.instance, settings)
    except BadInput:
        return
    yield Proposal(label, " ".join(f"--set '{s}'" for s in settings), instance, plan.model)


def _events(plan: Plan) -> Iterator[Proposal]:
    """Each event on which a pledge depends, the other way round."""
    if "conditions" not in plan.model.families:
        return
    named: dict[str, int] = {}
    for row in plan.instance.rows("conditions"):
        if row["requires"] == "event":
            named[row["value"]] = named.get(row["value"], 0) + 1
    for event in sorted(named, key=lambda event: -named[event])[:MOST_EVENTS]:
        holds = plan.instance.events[event]
        label = f"there is no {event_words(event)}" if holds else there_is(event)
        yield from _set(plan, label, f"events.{event}={'false' if holds else 'true'}")


def _floor(plan: Plan) -> Iterator[Proposal]:
    """The next stance below the floor takes part, and the lowest that takes part no longer does."""
    floor = plan.model.willingness_floor
    stances = sorted({row["willingness"] for row in plan.instance.rows("willingness") if row["willingness"] > 0})
    below = [stance for stance in stances if stance < floor]
    above = [stance for stance in stances if stance >= floor]
    if below:
        label = f"nations with a willingness of {below[-1]:g} take part too"
        model = replace(plan.model, willingness_floor=below[-1])
        yield Proposal(label, f"--set model.willingness_floor={below[-1]:g}", plan.instance, model)
    if len(above) > 1:
        label = f"only nations with a willingness of {above[1]:g} or more take part"
        model = replace(plan.model, willingness_floor=above[1])
        yield Proposal(label, f"--set model.willingness_floor={above[1]:g}", plan.instance, model)


def _relief(plan: Plan) -> Iterator[Proposal]:
    model = plan.model
    if "rotation" in model.families and any(row["rotation_ratio"] > 1 for row in plan.instance.rows("unit_types")):
        left = tuple(family for family in model.families if family != "rotation")
        settings = f"--set model.families={','.join(left)}"
        yield Proposal("nobody is relieved (a surge)", settings, plan.instance, replace(model, families=left))


def _money(plan: Plan) -> Iterator[Proposal]:
    if "budget" in plan.model.families and plan.instance.rows("budgets"):
        yield from _set(plan, "there is half as much money again", "budgets.amount*=1.5")
        yield from _set(plan, "there is half the money", "budgets.amount*=0.5")


def _forces(plan: Plan) -> Iterator[Proposal]:
    rows = plan.instance.rows
    if any(row["units"] for row in rows("forces")):
        yield from _set(plan, "every pool has a quarter more units", "forces.units*=1.25")
    capped = [row["nation"] for row in rows("nations") if row["troop_ceiling"]]
    if "troop_ceiling" in plan.model.families and capped:
        settings = [f"nations[nation={nation}].troop_ceiling*=1.25" for nation in capped]
        for found in _set(plan, "ceilings on people are a quarter higher", *settings):
            yield replace(found, settings=f"--set '{EVERY_CEILING}' for each nation with a ceiling")
    if "industry" in plan.model.families and any(row["capacity"] for row in rows("industry")):
        yield from _set(plan, "industry delivers half as much again", "industry.capacity*=1.5")


def _senders(plan: Plan) -> Iterator[Proposal]:
    """The largest senders stay away."""
    names = {row["nation"]: row["name"] for row in plan.instance.rows("nations")}
    senders = sorted(members(plan), key=lambda row: (-row["personnel"], row["nation"]))
    if len(senders) < 2:
        return
    for row in senders[:SENDERS]:
        code = row["nation"]
        instance = plan.instance.coalition(f"-{code}")
        yield Proposal(f"{in_sentence(names[code])} stays away", f"--coalition=-{code}", instance, plan.model)


def _caveats(plan: Plan) -> Iterator[Proposal]:
    model = plan.model
    if "caveats" in model.families and plan.instance.rows("caveats"):
        left = tuple(family for family in model.families if family != "caveats")
        settings = f"--set model.families={','.join(left)}"
        yield Proposal("no nation has a caveat", settings, plan.instance, replace(model, families=left))
