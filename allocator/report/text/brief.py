"""The answer of a solve on one screen: three sentences, coverage, what is missing and why, who sends what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from shlex import quote

from rich.console import RenderableType
from rich.text import Text

from allocator.plan.measures import coverage_by_period, statement, worst
from allocator.plan.plan import Plan
from allocator.plan.spending import flows
from allocator.report.text.brief_tables import NARROW, Missing, Nations, burden, coverage, orders
from allocator.report.text.nations import able_nations, peak_of_all
from allocator.report.text.page import WIDTH, Page
from allocator.report.text.periods import in_periods
from allocator.report.text.words import assumptions, count, money, number, percent, yearly
from allocator.wording import in_sentence

MOST = 40
"""Lines of the whole answer, with its head and its ending, at 80 columns or more."""

FEWEST = 3
"""Rows of a table that are shown in any case."""

AHEAD = 3
"""Lines that the table of what is missing has more than that of the nations, where neither fits."""

LISTED = 12
"""Length of the horizon in periods up to which money is listed period by period."""


def draw_brief(out: Page, plan: Plan, head: Sequence[RenderableType], *, called: str) -> None:
    """Print the answer on at most :data:`MOST` lines, with room for :func:`draw_ending`, which is printed after it.

    Parameters
    ----------
    out : Page
        Where to print, and how wide.
    plan : Plan
        A plan that was found.
    head : sequence
        What the answer begins with: the title, and how the solve ended.
    called : str
        The instance as the user calls it, for the commands that come next.
    """
    out.width = min(out.width, WIDTH)
    missing, nations = Missing(plan), Nations(plan)
    above = [*head, "", *map(Text, sentences(plan, missing, out.width)), "", coverage(plan, out.width)]
    bought = orders(plan, out.width)
    below = [
        *(["", *bought] if bought else []),
        *map(Text, [*_leaders(plan), *_turnover(plan), *_imbalance(plan), *_money(plan)]),
        *map(Text, assumptions(plan)),
    ]
    room = MOST - out.lines_of([*above, *below, *map(Text, ending(plan, called, _longest(plan), width=out.width))])
    room -= bool(missing.rows) + bool(nations.rows)  # blank lines
    if (
        out.lines_of([*missing.apart.parts(missing.short, out.width), *nations.parts(len(nations.rows), out.width)])
        <= room
    ):
        missing = missing.apart
    shown = _fitted(out, missing, nations, room)
    for part in [*above, *_blocks(missing, nations, shown, out.width), *below]:
        out.print(part)


def _longest(plan: Plan) -> str:
    """A sentence as long as any on another plan that is as good."""
    name = max((in_sentence(row["name"]) for row in plan.instance.rows("nations")), key=len)
    people = f"{max(1000, 10 * peak_of_all(plan)):,}"
    return f"another plan is as good: it takes {people} people from {name}, not {people}"


def _blocks(missing: Missing, nations: Nations, shown: tuple[int, int], width: int) -> list[RenderableType]:
    """Both tables with so many rows, each after a blank line."""
    above = ["", *missing.parts(shown[0], width)] if missing.rows else []
    return [*above, *(["", *nations.parts(shown[1], width)] if nations.rows else [])]


def _fitted(out: Page, missing: Missing, nations: Nations, room: int) -> tuple[int, int]:
    """How many rows of both tables fit: all, or fewer of the one that takes more lines, within :data:`AHEAD`."""
    tables: tuple[Missing, Nations] = (missing, nations)
    shown = [len(missing.rows), len(nations.rows)]
    heights = [out.lines_of(missing.parts(shown[0], out.width)), out.lines_of(nations.parts(shown[1], out.width))]
    while sum(heights) > room and max(shown) > FEWEST:
        at = max((0, 1), key=lambda at: (shown[at] > FEWEST, heights[at] + AHEAD * at))
        shown[at] = max(FEWEST, shown[at] - max(1, (sum(heights) - room) // 3))
        heights[at] = out.lines_of(tables[at].parts(shown[at], out.width))
    return shown[0], shown[1]


# ---- sentences ---------------------------------------------------------------------------------------------------


def sentences(plan: Plan, missing: Missing, width: int) -> list[str]:
    """Who and how much, and how well it is proved; what is missing most; what it costs and who bears most."""
    return [_who(plan), missing.sentence(width), _costs(plan)]


def _who(plan: Plan) -> str:
    rows = plan.rows("nations")
    members = sum(bool(row["member"]) for row in rows)
    fleets = sum(row["member"] is None and row["personnel"] > 0 for row in rows)
    people = peak_of_all(plan)
    of = count(able_nations(plan), "nation")
    if people == 0:
        return f"None of {of} sends anybody; {_met(plan)} is met {_proof(plan)}."
    fleet = f" and {count(fleets, 'collective fleet')}" if fleets else ""
    sent = f"{people:,} {'person' if people == 1 else 'people'}"
    begin = f"Up to {sent} at once" if plan.instance.periods > 1 else sent
    return f"{begin} from {members} of {of}{fleet} {'meets' if people == 1 else 'meet'} {_met(plan)} {_proof(plan)}."


def _met(plan: Plan) -> str:
    """How much is met, and over several periods in which it is least."""
    share = 1 - plan.value("gap")
    if share == 1:
        return "all that is asked"
    if share <= 1e-9:
        return "nothing that is asked"
    weights = {row["objective"]: row["priority"] for row in plan.instance.rows("objectives")}
    lines = [
        {**line, "objective": "", "priority": line["priority"] * weights[line["objective"]]} for line in statement(plan)
    ]
    weighted = ", weighted by priority" if len({line["priority"] for line in lines}) > 1 else ""
    if plan.instance.periods == 1:
        return f"{percent(share)} of what is asked{weighted}"
    text = f"{percent(share)} of what is asked on average{weighted}"
    by_period = coverage_by_period(lines)[""]
    least, when = worst(by_period)
    if len(when) == len(by_period):
        return text
    return f"{text}, {'none of it' if least <= 1e-9 else percent(least)} in {in_periods(when)}"


def _proof(plan: Plan) -> str:
    """Whether no plan meets more, or how much more a plan could meet.

    A plan is called proved best if its objective is proved as closely as was asked, and no plan can meet more in the
    digits that are shown.
    """
    row = next(row for row in plan.rows("objectives") if row["objective"] == "gap")
    listed = plan.model.objectives
    bound, within, given_up = row["bound"], row["relative_gap"], row["given_up"] or 0.0
    if "gap" not in listed or bound is None or within is None:
        return "(not maximised by this model)" if "gap" not in listed else "(best found)"
    after = "" if listed[0] == "gap" else f" with the least {' and '.join(listed[: listed.index('gap')])}"
    if row["value"] == 0:
        return "(proved best)"
    most = percent(1 - max(0.0, bound))
    if given_up > 5e-7:
        after += f"; {percent(1 - row['value'] + given_up)} could be met, the rest is given up for later objectives"
    if within <= plan.manifest["options"]["gap"] and most == percent(1 - row["value"] + given_up):
        return f"(proved best{after})"
    return f"(best found, proved within {100 * within:.2g} %: at most {most} can be met{after})"


def _costs(plan: Plan) -> str:
    instance, rows = plan.instance, plan.rows("nations")
    cost = plan.value("cost")
    if cost <= 0:
        return "It costs nothing."
    a_year = yearly(plan, cost)
    common = max(0.0, cost - sum(row["cost"] for row in rows))
    text = f"{money(a_year, instance.currency)} a year"
    if not instance.indefinite and instance.periods > 1:
        text += f" ({number(cost)} over the horizon)" if abs(a_year - cost) > 1e-6 * cost else ""
    if common > 1e-6:
        text += f", {number(yearly(plan, common))} of it from the common fund"
    heavy = max((row for row in rows if row["burden"]), key=lambda row: float(row["burden"]), default=None)
    if heavy is None:
        return f"{text}."
    names = {row["nation"]: row["name"] for row in instance.rows("nations")}
    return f"{text}; heaviest burden: {names[heavy['nation']]}, {burden(heavy)} per mille of GDP."


# ---- single lines ------------------------------------------------------------------------------------------------


def _leaders(plan: Plan) -> list[str]:
    """Which nation leads which tasks."""
    names = {row["nation"]: row["name"] for row in plan.instance.rows("nations")}
    tasks = {row["task"]: row["name"] for row in plan.instance.rows("tasks")}
    led: dict[str, list[str]] = defaultdict(list)
    for row in plan.rows("leaders"):
        led[row["nation"]].append(tasks[row["task"]])
    listed = (f"{names[n]} ({where[0] if len(where) == 1 else f'{len(where)} tasks'})" for n, where in led.items())
    return [f"Led by {', '.join(listed)}."] if led else []


def _turnover(plan: Plan) -> list[str]:
    """How many people go somewhere anew over several periods, if the model minimises that."""
    if "turnover" not in plan.model.objectives or plan.instance.periods == 1:
        return []
    people = round(1000 * plan.value("turnover"))
    who = "Nobody goes" if people == 0 else f"{people:,} {'person goes' if people == 1 else 'people go'}"
    return [f"{who} somewhere anew from one period to the next."]


def _imbalance(plan: Plan) -> list[str]:
    """How far what nations pay is from shares in proportion to GDP, if the model minimises that."""
    if "imbalance" not in plan.model.objectives:
        return []
    between = plan.value("imbalance")
    if between <= 1e-6:
        return ["Nations with a GDP pay in proportion to it."]
    moved = money(between, plan.instance.currency)
    return [f"{moved} would have to change hands for shares in proportion to GDP."]


def _money(plan: Plan) -> list[str]:
    """What is paid in each of several periods."""
    periods = plan.instance.periods
    if periods == 1 or plan.value("cost") <= 0:
        return []
    spent = flows(plan)
    paid = [round(spent.total(t), 6) for t in range(1, periods + 1)]
    currency = f"{plan.instance.currency} million".strip()
    if max(paid) - min(paid) <= 1e-6 * max(paid):
        return [f"Money in each of {periods} periods, {currency}: {number(paid[0])}."]
    if periods > LISTED:
        return [f"Money in a period, {currency}: {number(min(paid))} to {number(max(paid))}."]
    return [f"Money by period, {currency}: {', '.join(map(number, paid)).replace(', ', '; ')}."]


def ending(plan: Plan, called: str, another: str | None = None, *, full: bool = False, width: int = WIDTH) -> list[str]:
    """Whether other plans are as good, and what to try next; ``another`` is what a look for such a plan found."""
    name = quote(called)
    if plan.status != "optimal":
        first = "More time may find a better plan."
    elif another:
        first = f"{another[0].upper()}{another[1:]}."
    else:
        first = f"Other plans may be as good (allocator explain {name} --alternatives)."
    tries = [] if full else ["--full (every line)"]
    if another is not None and another.startswith("another"):
        tries.append(f"allocator explain {name} (why; with --alternatives who else)")
    elif plan.value("gap") > 0:
        tries.append(f"allocator explain {name} (why)")
    tries.append(f"allocator report {name} --out page.html")
    event = next((event for event, true in plan.instance.events.items() if not true), None)
    if event is not None and width >= NARROW:
        tries.append(f"allocator compare {name} --with events.{event}=true")
    return [first, f"Next: {', '.join(tries)}."] if tries else [first]


def draw_ending(out: Page, plan: Plan, *, called: str, another: str | None = None, full: bool = False) -> None:
    """Print the last lines of an answer, which may come a moment after it; see :func:`ending`."""
    out.width = min(out.width, WIDTH)
    for line in ending(plan, called, another, full=full, width=out.width):
        out.print(Text(line))
