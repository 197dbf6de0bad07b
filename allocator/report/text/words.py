"""Words, numbers and tables for every text that people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from typing import TYPE_CHECKING

from allocator.wording import percent as percent
from allocator.wording import plural as plural

if TYPE_CHECKING:
    from rich.table import Table

    from allocator.instance import Instance
    from allocator.plan.plan import Plan


def table(*columns: tuple[str, str], spare: Sequence[str] = ()) -> Table:
    """A plain table; each column is a heading with ``left``, ``right`` or ``whole`` (left and never wrapped).

    ``spare`` are headings of columns that a page too narrow for all leaves out, the first of them first.
    """
    from allocator.report.text.page import Grid

    grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    headings = [heading for heading, _ in columns]
    grid.spare = [headings.index(heading) for heading in spare if heading in headings]
    for heading, side in columns:
        right = side == "right"
        grid.add_column(
            heading, justify="right" if right else "left", header_style="dim", overflow="fold", no_wrap=side == "whole"
        )
    return grid


def number(value: float, digits: int = 4) -> str:
    """A number with thousands separators and at most ``digits`` significant digits below 1,000."""
    if abs(value) >= 1000 or value == int(value):
        return f"{value:,.0f}"
    if abs(value) < 0.001:
        return "below 0.001" if value > 0 else "above -0.001"
    return f"{value:.{digits}g}"


def money(millions: float, currency: str) -> str:
    """An amount in words, e.g. ``USD 1,944 million``."""
    return f"{currency} {number(millions)} million".strip()


def money_unit(currency: str) -> str:
    """The unit of money in a heading, e.g. ``USD million``."""
    return f"{currency} million".strip()


MEANINGS = {
    "gap": "unmet share",
    "risk": "reluctance, thousand person-months",
    "cost": "cost over the horizon, {money}",
    "burden": "heaviest burden, ‰ of GDP a year",
    "worst_period": "unmet share in the worst period",
    "turnover": "turnover, thousand people",
    "imbalance": "imbalance, {money}",
}
"""Objective -> what texts, pages and charts call it, with its unit."""


SHARES = ("gap", "worst_period")
"""Objectives that are shares."""


def objective_heading(objective: str, money: str) -> str:
    """An objective and its unit, as the heading of its values; ``money`` is the unit of money.

    Examples
    --------
    >>> from allocator.report.text.words import objective_heading
    >>> objective_heading("cost", "USD million")
    'cost over the horizon, USD million'
    """
    return MEANINGS.get(objective, objective).format(money=money).removesuffix(", ")


def count(amount: int, what: str) -> str:
    """``1 nation``, ``2 nations``."""
    return f"{amount:,} {what}{'' if amount == 1 else 's'}"


COUNTED = {"forces": "pools", "willingness": "stances", "groups": "memberships"}
"""Table -> what its rows are, where that is not its name."""


def contents(tables: Mapping[str, Sized]) -> str:
    """The number of rows in each table of an instance, e.g. ``34 nations, 1 task``."""
    parts = []
    for name, rows in tables.items():
        what = COUNTED.get(name) or name.replace("_", " ")
        if len(rows) == 1 and not what.endswith("ss"):
            what = what.removesuffix("ies") + "y" if what.endswith("ies") else what.removesuffix("s")
        if len(rows):
            parts.append(f"{len(rows):,} {what}")
    return ", ".join(parts)


def length(instance: Instance) -> str:
    """The horizon in words."""
    periods = f"{count(instance.periods, 'period')} of {count(instance.months_per_period, 'month')}"
    return f"from {instance.start}, {periods}{', no end' if instance.indefinite else ''}"


def header(instance: Instance, model: str, case: str, coalition: str | None) -> str:
    """What is solved, in one line: instance, model, coalition, case and horizon."""
    parts = [instance.name, f"model {model}"]
    if coalition is not None:
        parts.append(f"coalition {coalition}")
    if case != "base":
        parts.append(f"case {case}")
    return f"{', '.join(parts)}; {length(instance)}"


def of_figures(counted: Mapping[str, int]) -> str:
    """How many of the figures of an instance are assumptions, in words."""
    figures, assumed = counted["figures"], counted["assumed"]
    number_assumed = "None" if assumed == 0 else f"{assumed:,}"
    verb = "are assumptions" if assumed > 1 else "is an assumption"
    return f"{number_assumed} of {count(figures, 'figure')} {verb}"


def yearly(plan: Plan, millions: float) -> float:
    """An amount over the horizon, a year."""
    return millions * 12 / (plan.instance.periods * plan.instance.months_per_period)


def assumptions(plan: Plan) -> list[str]:
    """One sentence on how much is assumed, if the instance marks its assumptions."""
    counted = plan.manifest["assumptions"]
    if counted is None:
        return []
    shares = [(counted["cost_share"], "cost"), (counted["coverage_share"], "coverage")]
    parts = [f"{percent(share, 0)} of {what}" for share, what in shares if share is not None]
    rest = f", behind {' and '.join(parts)}" if parts and counted["assumed"] else ""
    return [f"{of_figures(counted)}{rest}."]


def fitted(begin: str, names: Sequence[str], width: int) -> str:
    """A list of names on one line: as many as fit in a width, and the number of the others.

    Examples
    --------
    >>> from allocator.report.text.words import fitted
    >>> fitted("and ", ["Denmark", "Spain", "Estonia"], 22)
    'and Denmark, Spain +1'
    """
    for shown in range(len(names), 1, -1):
        more = f" +{len(names) - shown}" if shown < len(names) else ""
        text = f"{begin}{', '.join(names[:shown])}{more}"
        if len(text) <= width:
            return text
    return f"{begin}{names[0]}{f' +{len(names) - 1}' if len(names) > 1 else ''}" if names else begin
