"""What tasks ask for: supply, what must be met first, whom a pledge waits for, and who leads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction as F

from allocator.audit.facts import number
from allocator.audit.totals import Totals
from allocator.audit.violation import Violation


def requirements(totals: Totals) -> Iterator[Violation]:
    """The ``max_gap`` of the given rows; a net supply of at least 0 where no row is given."""
    facts = totals.facts
    given: set[tuple[str | None, str, int]] = set()
    for line in facts.lines:
        j, c, least = line.task, line.capability, line.least
        place = None if facts.theatre_wide[c] else j
        for t in line.periods:
            given.add((place, c, t))
            supplied, _ = totals.met[j, c, t]
            if supplied < least:
                text = f"{j} gets {float(supplied):g} {c} in period {t}, but needs at least {float(least):g}"
                yield Violation("requirement_supply", (j, c, t), text, least - supplied)
    for (place, c, t), net in totals.net.items():
        if net < 0 and (place, c, t) not in given:
            short = F(-net, facts.grain)
            where, what = ("the theatre", "deployed") if place is None else (place, "deployed there")
            text = f"{where} is short of {float(short):g} {c} in period {t} for what is {what}"
            yield Violation("requirement_supply", (place or "*", c, t), text, short)


def prerequisites(totals: Totals) -> Iterator[Violation]:
    """Tasks at which anyone is although a line that must be met first is not."""
    facts = totals.facts
    for row in facts.prerequisites:
        j, needs, c = row["task"], row["needs_task"], row["capability"]
        there = totals.crews.get(j, {})
        for line in facts.lines if there else ():
            if (line.task, line.capability) != (needs, c):
                continue
            least = number(row["share"]) * line.quantity
            for t in line.periods:
                supplied, _ = totals.met[needs, c, t]
                if t in there and supplied < least:
                    text = (
                        f"there are units at {j} in period {t}, but {needs} gets {float(supplied):g} {c} then "
                        f"and must get at least {float(least):g} first"
                    )
                    yield Violation("prerequisites_met", (j, needs, c, t), text, least - supplied)


def conditions(totals: Totals) -> Iterator[Violation]:
    """Nations that join an objective in a period in which a condition of their pledge is not met."""
    facts = totals.facts
    if not facts.conditions:
        return
    members: dict[int, set[str]] = defaultdict(set)
    joined: dict[tuple[str, str, int], None] = {}
    for n, _, j, t in totals.deployed:
        members[t].add(n)
        joined[n, facts.task[j]["objective"], t] = None
    for n, o, t in joined:
        there = members[t]
        for row in facts.conditions.get(n, ()):
            if row["objective"] not in (None, o):
                continue
            value = row["value"]
            holds = True
            if row["requires"] == "nation":
                holds = value in there
            elif row["requires"] == "any_of":
                holds = any(name in there or facts.groups.get(name, set()) & there for name in value.split(" "))
            elif row["requires"] == "coalition_size":
                holds = len(there - facts.collective) >= int(number(value))
            if not holds:
                text = f"{n} joins {o} in period {t}, but its condition ({row['requires']} {value}) is not met then"
                yield Violation("conditions_pledge", (n, o, t), text)


def leaders(totals: Totals, j: str) -> list[str]:
    """Nations that can lead a task and provide its share in each period in which anyone is there."""
    share, scale = number(totals.facts.task[j]["framework_share"]).as_integer_ratio()
    crews = totals.crews[j].values()
    return [
        n for n in _candidates(totals, j) if all(crew.get(n, 0) * scale >= share * sum(crew.values()) for crew in crews)
    ]


def _candidates(totals: Totals, j: str) -> list[str]:
    named = totals.facts.task[j]["framework_nation"]
    return [n for n, row in totals.facts.nation.items() if row["can_lead"] and named in (None, n)]


def led_tasks(totals: Totals) -> list[str]:
    """Tasks that need a framework nation because anyone is there."""
    return [j for j in totals.crews if totals.facts.task[j]["framework_share"] > 0]


def frameworks(totals: Totals) -> Iterator[Violation]:
    """Tasks without a framework nation that provides the share in every period in which anyone is there."""
    for j in led_tasks(totals):
        if leaders(totals, j):
            continue
        row, crews = totals.facts.task[j], totals.crews[j].values()
        share, candidates = number(row["framework_share"]), _candidates(totals, j)
        named = row["framework_nation"]
        does = f"{named}, its framework nation, does not provide" if named else "no nation that can lead provides"
        lacking = [max(share * sum(crew.values()) - crew.get(n, 0) for crew in crews) for n in candidates]
        text = f"{j}: {does} a share of {float(share):g} of the people there in every period"
        yield Violation("framework_nation_share", (j,), text, min(lacking, default=None))
