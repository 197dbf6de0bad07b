"""The tables of an answer on one screen: coverage by objective, what is missing, nations, orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import copy
from functools import cached_property
from textwrap import shorten, wrap
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from allocator.plan.measures import bound_to_task, coverage_by_period, coverage_of, measure, statement, worst
from allocator.plan.plan import Plan
from allocator.plan.shortages import Shortage, shortages
from allocator.report.text.periods import in_periods, picture, spans
from allocator.report.text.words import count, fitted, number, percent, plural, table, yearly
from allocator.wording import first_small

NARROW = 80
"""Columns of a page below which tables leave out what they can."""

BAR, SHORT_BAR = 20, 10
"""Signs of a bar of coverage, and of one on a narrow page."""

PICTURE = 12
"""Most signs of a picture of coverage by period."""

UNIT = 15
"""Columns of a unit; a longer one is wrapped."""

DIGITS = 3
"""Significant digits of quantities below 1,000."""

MOST_ORDERS, FEWEST_ORDERS = 5, 3
"""Unit types whose orders are listed, and on a narrow page; the others are counted."""


# ---- coverage ----------------------------------------------------------------------------------------------------


def coverage(plan: Plan, width: int) -> Table:
    """A row for each objective: how much of it is met, how many lines in full, and how many people are for it."""
    names = {row["objective"]: row["name"] for row in plan.instance.rows("objectives")}
    lines, periods = statement(plan), plan.instance.periods
    by_period, several, narrow = coverage_by_period(lines), plan.instance.periods > 1, width < NARROW
    few = several and narrow
    bar, most = (SHORT_BAR, PICTURE // 2) if narrow else (BAR, PICTURE)
    each = picture({}, periods, most)[1]
    by = "by period" if each == 1 else f"by {each} periods"
    grid = table(
        ("covered", "left"), (by if several else "", "left"), ("mean" if several else "", "right"),
        *([("worst", "whole")] if several else []), ("met" if narrow else "lines met", "right"),
        *([] if few else [("people", "right")]),
    )  # fmt: skip
    for objective, share in coverage_of(lines).items():
        colour = colour_of(share)
        here = [line for line in lines if line["objective"] == objective]
        met = f"{sum(line['missed'] == 0 for line in here)} of {len(here)}"
        people = f"{measure(plan, f'people.{objective}'):,.0f}"
        if several:
            signs, _ = picture(by_period[objective], periods, most)
            worst_ = worst_of(by_period[objective], short=narrow)
            cells: list[str | Text] = [Text(signs, colour), percent(share), worst_]
        else:
            full = int(bar * share + 1e-9)
            cells = [Text.assemble(("█" * full, colour), ("░" * (bar - full), "dim")), percent(share)]
        grid.add_row(names[objective], *cells, met, *([] if few else [people]))
    return grid


def colour_of(share: float) -> str:
    """A colour for a share that is met."""
    return "green" if share > 0.9 else "yellow" if share > 0.5 else "red"


def worst_of(shares: Mapping[int, float], *, short: bool = False) -> Text:
    """The worst period beside a mean: ``none in period 3``, or ``none in 3``."""
    least, when = worst(shares)
    if len(when) == len(shares):
        return Text("" if len(when) == 1 else "the same" if short else "the same in each")
    periods = spans(when) if short else in_periods(when)
    return Text(f"{'none' if least <= 1e-9 else percent(least)} in {periods}", colour_of(least))


# ---- what is missing ---------------------------------------------------------------------------------------------


class Missing:
    """The lines that are not met, those of one capability, cause and span of periods together, the heaviest first."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        instance = plan.instance
        self.names = {row["capability"]: row for row in instance.rows("capabilities")}
        self.tasks = {row["task"]: row["name"] for row in instance.rows("tasks")}
        priority = {row["objective"]: row["priority"] for row in instance.rows("objectives")}
        self.lines = statement(plan)
        short = [line for line in self.lines if line["missed"] > 0]
        facts = shortages(plan) if short else {}
        groups: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
        weights: dict[tuple[Any, ...], float] = defaultdict(float)
        for line in short:
            why = facts[line["task"], line["capability"], line["first_period"]]
            key = (line["capability"], line["first_period"], line["last_period"], why.cause, why.enabler)
            groups[key].append({**line, "why": why})
            counted = sum(line["terms"].values()) / len(line["terms"])
            weights[key] += line["priority"] * priority[line["objective"]] * counted
        self.rows = [groups[key] for key in sorted(groups, key=lambda key: -weights[key])]
        self.short = len(short)

    @cached_property
    def apart(self) -> Missing:
        """The same with a row for each line, in the order of the groups."""
        other = copy(self)
        other.rows = [[line] for lines in self.rows for line in lines]
        return other

    def sentence(self, width: int) -> str:
        """What is missing most, asked against supplied; with the task if that takes no further line."""
        if not self.rows:
            total = len(self.lines)
            return f"Nothing is missing: {f'all {total:,} lines are' if total > 1 else 'the line is'} met in full."
        lines = self.rows[0]
        capability = self.names[lines[0]["capability"]]
        asked, has = _asked(lines), _has(lines)
        end = f"{amount(asked, capability['unit'])} asked, {_some(has)} supplied{_when(lines)}."
        span = self._span(lines)
        where = f" ({self.tasks[lines[0]['task']] if len(lines) == 1 else f'{len(lines)} tasks'})"
        begin = f"Most is missing in {first_small(capability['name'])}"
        named, short = f"{begin}{where}{span}: {end}", f"{begin}{span}: {end}"
        return named if len(wrap(named, width)) == len(wrap(short, width)) else short

    def parts(self, most: int, width: int) -> list[RenderableType]:
        """The first rows as a table, and the names of the others on one line."""
        several = any(len(worst(_by_period(lines))[1]) < len(lines[0]["supplies"]) for lines in self.rows[:most])
        grid = table(
            ("missing", "left"), ("has", "right"), ("asked", "right"), ("unit", "left"),
            *([("worst", "left")] if several else []), ("why", "left"),
        )  # fmt: skip
        grid.columns[3].max_width = UNIT
        for lines in self.rows[:most]:
            unit, asked = self.names[lines[0]["capability"]]["unit"], _asked(lines)
            figures = (number(quantity, DIGITS) for quantity in (_has(lines), asked))
            grid.add_row(
                self._label(lines), *figures, unit if asked == 1 else plural(unit),
                *([least_of(_by_period(lines))] if several else []), self._why(lines[0]["why"]),
            )  # fmt: skip
        left = self.rows[most:]
        if not left:
            return [grid]
        named = list(dict.fromkeys(self.names[lines[0]["capability"]]["name"] for lines in left))
        return [grid, Text(fitted(f"and {count(sum(map(len, left)), 'more line')}: ", named, width))]

    def _label(self, lines: Sequence[Mapping[str, Any]]) -> str:
        """The capability, with the tasks if it has several rows that are short, and the periods if not all."""
        capability = lines[0]["capability"]
        name = str(self.names[capability]["name"])
        spans_ = [list(row[0]["supplies"]) for row in self.rows if row[0]["capability"] == capability]
        if spans_.count(list(lines[0]["supplies"])) > 1:
            name += f" ({', '.join(self.tasks[line['task']] for line in lines)})"
        return name + self._span(lines)

    def _span(self, lines: Sequence[Mapping[str, Any]]) -> str:
        """The periods of some lines, where they are not all periods."""
        there = list(lines[0]["supplies"])
        return "" if len(there) == self.plan.instance.periods else f", {in_periods(there)}"

    def _why(self, why: Shortage) -> str:
        """A cause that facts prove, in a few words; if they prove none, where the solves that do are."""
        return cause_in_words(why, {c: row["name"] for c, row in self.names.items()}) or "see explain"


def cause_in_words(why: Shortage, capabilities: Mapping[str, str]) -> str:
    """A cause that facts prove, in a few words; nothing if they prove none. ``capabilities`` are their names."""
    if why.cause == "enabler":
        return f"lacks {first_small(capabilities[str(why.enabler)])}"
    return (NOBODY if why.limit == 0 else WHY).get(why.cause, "")


WHY = {
    "exist": "too few anywhere",
    "relief": "too few to sustain",
    "politics": "too few willing",
    "limits": "other limits bind",
}
"""Cause of a shortage -> a few words."""

NOBODY = {
    "exist": "nobody has any",
    "relief": "nobody sustains it",
    "politics": "nobody is willing",
    "limits": "other limits bind",
}
"""The same where nothing at all can be supplied."""


def amount(quantity: float, unit: str) -> str:
    """A quantity with its unit in the singular or plural."""
    return f"{number(quantity, DIGITS)} {unit if quantity == 1 else plural(unit)}"


def _some(quantity: float) -> str:
    return number(quantity, DIGITS) if quantity else "none"


def _asked(lines: Sequence[Mapping[str, Any]]) -> float:
    return float(sum(line["required"] for line in lines))


def _has(lines: Sequence[Mapping[str, Any]]) -> float:
    """What lines are supplied of what they ask; more than that counts for nothing."""
    return float(sum(line["required"] - line["shortfall"] for line in lines))


def _by_period(lines: Sequence[Mapping[str, Any]]) -> dict[int, float]:
    """The same in each period."""
    return {t: sum(min(line["supplies"][t], line["quantity"]) for line in lines) for t in lines[0]["supplies"]}


def _when(lines: Sequence[Mapping[str, Any]]) -> str:
    """What follows a mean: how little there is in the worst period, or that all periods have it."""
    if len(lines[0]["supplies"]) == 1 or not _has(lines):
        return ""
    least, when = worst(by_period := _by_period(lines))
    return " in each" if len(when) == len(by_period) else f" on average, {_some(least)} in {in_periods(when)}"


def least_of(by_period: Mapping[int, float]) -> str:
    """What is supplied in the worst period, and in which; nothing if all periods are alike."""
    least, when = worst(by_period)
    return "" if len(when) == len(by_period) else f"{_some(least)} in {spans(when)}"


# ---- nations -----------------------------------------------------------------------------------------------------


class Nations:
    """The nations that send or pay something, with people, money, burden and what their forces are for."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        rows = [row for row in plan.rows("nations") if row["personnel"] or row["cost"] > 0]
        self.rows = sorted(rows, key=lambda row: (-row["personnel"], -row["cost"], row["nation"]))
        self.names = {row["nation"]: row["name"] for row in plan.instance.rows("nations")}
        self.purposes = _purposes(plan)

    def parts(self, most: int, width: int) -> list[RenderableType]:
        """The first rows as a table, and the others on one line, with their people and money."""
        peak = self.plan.instance.periods > 1 and width >= NARROW
        money = f"{self.plan.instance.currency} m/year".strip()
        grid = table(
            ("nation", "left"), ("peak people" if peak else "people", "right"), (money, "right"),
            ("‰ GDP", "right"), ("for", "left"),
        )  # fmt: skip
        for row in self.rows[:most]:
            own = "–" if row["member"] is None else rounded(yearly(self.plan, row["cost"]))
            grid.add_row(
                self.names[row["nation"]],
                f"{row['personnel']:,}",
                own,
                burden(row),
                Purposes(self.purposes[row["nation"]]),
            )
        left = self.rows[most:]
        if not left:
            return [grid]
        people, cost = (sum(row[key] for row in left) for key in ("personnel", "cost"))
        paid = f"{self.plan.instance.currency} {rounded(yearly(self.plan, cost))} m".strip()
        names = [self.names[row["nation"]] for row in left]
        return [grid, Text(fitted(f"and {len(left)} more ({people:,} people, {paid}): ", names, width))]


def rounded(millions: float) -> str:
    """Money in a column: whole millions from ten on."""
    return f"{millions:,.0f}" if millions >= 10 else number(millions, 2)


def burden(row: Mapping[str, Any]) -> str:
    """The burden of a nation, per mille of its GDP a year; a dash if that is not known."""
    if row["burden"] is None:
        return "–"
    return "<0.01" if 0 < row["burden"] < 0.005 else f"{row['burden']:.2f}"


SHORT = 24
"""Columns of purposes below which they take one line."""


class Purposes:
    """As many names as fit on one line, and the number of the others."""

    gives_way = True  # before the headings of other columns

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def __rich_console__(self, _: Any, options: Any) -> Any:
        text, width = fitted("", self.names, options.max_width), options.max_width
        most = 1 if width < SHORT else 2
        if len(wrap(text, width)) > most:  # on a narrow screen, a name that would take many lines
            more = f" +{len(self.names) - 1}" if len(self.names) > 1 else ""
            text = shorten(self.names[0], most * width - len(more) - 8 * (most - 1), placeholder="…") + more
        yield Text(text)

    def __rich_measure__(self, _: Any, options: Any) -> Any:
        from rich.measure import Measurement

        first, whole = fitted("", self.names, 0), ", ".join(self.names)
        word = max(map(len, first.split()), default=0)
        return Measurement(min(word, options.max_width), min(options.max_width, max(len(first), len(whole))))


ALL_TASKS = "all tasks"
"""What a nation is for that sends only units that supply all tasks alike."""


def _purposes(plan: Plan) -> dict[str, list[str]]:
    """Nation -> the objectives that its people are for, most people first; the tasks if there is one objective."""
    instance = plan.instance
    tasks = {row["task"]: row for row in instance.rows("tasks")}
    objectives = {row["objective"]: row["name"] for row in instance.rows("objectives")}
    people: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    bound = bound_to_task(instance)
    for row in plan.rows("deployments"):
        task = tasks[row["task"]]
        name = task["name"] if row["unit_type"] in bound else ALL_TASKS
        name = objectives[task["objective"]] if len(objectives) > 1 else name
        people[row["nation"]][name] += row["personnel"]
    purposes = {
        n: sorted([name for name in names if name != ALL_TASKS] or names, key=lambda name: -names[name])
        for n, names in people.items()
    }
    return defaultdict(lambda: ["orders only"], purposes)


# ---- orders ------------------------------------------------------------------------------------------------------


def orders(plan: Plan, width: int) -> list[RenderableType]:
    """What is ordered of each unit type, by how many nations, when, and at what cost; nothing without orders."""
    rows = plan.rows("orders")
    if not rows:
        return []
    kinds = {row["unit_type"]: row["name"] for row in plan.instance.rows("unit_types")}
    by_type: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_type[row["unit_type"]].append(row)
    narrow = width < NARROW
    joint = any(row["joint"] for row in rows) and not narrow
    grid = table(
        ("ordered", "left"), ("units", "right"), *([("jointly", "right")] if joint else []),
        *([] if narrow else [("nations", "right")]), ("period", "left"), ("ready", "left"),
        (f"{plan.instance.currency} m".strip(), "right"),
    )  # fmt: skip
    ranked = sorted(by_type, key=lambda u: -sum(row["cost"] for row in by_type[u]))
    most = FEWEST_ORDERS if narrow else MOST_ORDERS
    for unit in ranked[:most]:
        here = by_type[unit]
        when, ready = (spans(sorted({row[key] for row in here})) for key in ("period", "ready"))
        grid.add_row(
            kinds[unit], f"{sum(row['units'] for row in here):,}",
            *([f"{sum(row['joint'] for row in here):,}"] if joint else []),
            *([] if narrow else [str(len({row["nation"] for row in here}))]), when, ready,
            rounded(sum(row["cost"] for row in here)),
        )  # fmt: skip
    left = ranked[most:]
    return [grid, *([Text(f"and orders of {count(len(left), 'more unit type')}")] if left else [])]
