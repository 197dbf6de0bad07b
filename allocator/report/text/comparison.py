"""A comparison of cases, as text."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from allocator.comparison import Column, Comparison
from allocator.plan.measures import coverage_by_period, statement
from allocator.real_changes import RealChanges
from allocator.report.text.brief_tables import worst_of
from allocator.report.text.page import Item
from allocator.report.text.settings import AS_IT_IS, case_words
from allocator.report.text.words import SHARES, money_unit, number, objective_heading, percent, table
from allocator.wording import first_capital

MOST = 12
"""Changes that are shown for each case; JSON and CSV have all."""

PARTS = 6
"""Deployments that are shown of a nation that sends other units; JSON and CSV have all."""

WIDEST = 28
"""Columns of a heading; a longer one is wrapped."""

SECTIONS = ("coverage", "worst coverage", "people", "money", "orders", "nations")
"""Sections of the figures, in the order in which they are shown after the objectives."""

LEAST_SHOWN = 5e-5
"""What is not settled of an objective, as a share of it, from which on it is shown."""

WORDS = {
    ("people", "all"): "people",
    ("orders", "units"): "units ordered",
    ("orders", "jointly"): "  of them jointly",
    ("money", "cost a year"): "cost a year, {money}",
    ("money", "procurement"): "procurement, {money}",
    ("nations", "members"): "nations",
    ("nations", "heaviest burden"): "who bears most",
}
"""Section and key of a figure -> its row, where that is not made of an objective."""


def draw_comparison(out: Console, found: Comparison) -> None:
    """Print a column for each case, and who moves where."""
    labels = headings(found)
    titles = dict.fromkeys(column.case.instance.title for column in found.columns)
    if len(titles) == 1:
        out.print(Text(next(iter(titles)), style="bold"))
    grid = table(("", "left"), *((label, "right") for label in labels))
    for each in grid.columns[1:]:
        each.max_width = WIDEST
    for section, key in _rows(found):
        grid.add_row(_row(found, section, key), *(_cell(found, column, section, key) for column in found.columns))
    out.print(grid)
    out.print()
    out.print("Who takes part:")
    for label, column in zip(labels, found.columns, strict=True):
        who = column.figures.get(("nations", "names"))
        if who is not None:
            named = ", ".join(found.names(column).nation(n) for n in str(who).split())
            out.print(Item(f"{label}: {named or 'nobody'}"))
    for note in found.notes():
        out.print()
        out.print(f"{first_capital(note)}.")
    for label, column in list(zip(labels, found.columns, strict=True))[1:]:
        base = "the case as it is" if labels[0] == AS_IT_IS else labels[0]
        _changes(out, found, column, f"{label}, against {base}:")
    if isinstance(found, RealChanges):
        _draw_free(out, found)
    elif len(found.columns) > 1:
        out.print()
        out.print("Which nations move is arbitrary among equally good plans; the figures in the table are not.")
    for label, column in zip(labels, found.columns, strict=True):
        if column.plan.reason:
            out.print()
            out.print(f"{label}: {column.plan.reason}")


def headings(found: Comparison) -> list[str]:
    """What tells each case apart, in words; as it was typed where words do not tell the cases apart."""
    labels = [column.case.label for column in found.columns]
    if isinstance(found, RealChanges):
        return labels
    instances = [column.case.instance.name for column in found.columns]
    return case_words(labels, instances, [found.names(column) for column in found.columns])


def _rows(found: Comparison) -> list[tuple[str, str]]:
    """The figures that are shown: objectives with what is given up and not settled of each, then the rest."""
    keys = dict.fromkeys(key for column in found.columns for key in column.figures)
    objectives = [key for section, key in keys if section == "objective"]
    single = len({key for section, key in keys if section == "people" and key != "all"}) == 1
    rows = [("plan", "status")]
    for name in objectives:
        rows += [(section, name) for section in ("objective", "given up") if (section, name) in keys]
        left = [float(column.figures.get(("proved to", name)) or 0) for column in found.columns]
        rows += [("proved to", name)] if max(left) >= LEAST_SHOWN else []
    rest = [key for wanted in SECTIONS for key in keys if key[0] == wanted and key != ("nations", "names")]
    return rows + [key for key in rest if not (single and key[0] == "people" and key[1] != "all")]


def _cell(found: Comparison, column: Column, section: str, key: str) -> str:
    """A figure of a case."""
    value = column.figures.get((section, key))
    if value is None:
        return "–"
    if isinstance(value, str):
        return found.names(column).nation(value) if section == "nations" else value.replace("_", " ")
    if section == "proved to":
        return percent(value, 2)
    if section == "worst coverage":
        return worst_of(coverage_by_period(statement(column.plan))[key], short=True).plain
    if section == "coverage" or (section in ("objective", "given up") and key in SHARES):
        return percent(value)
    if len(found.currencies) > 1 and (key in ("cost", "imbalance") or section == "money"):
        return f"{column.case.instance.currency} {number(value)}".strip()
    return number(value)


def _row(found: Comparison, section: str, key: str) -> str:
    """What a figure is called."""
    names = {row["objective"]: row["name"] for c in found.columns for row in c.case.instance.rows("objectives")}
    currency = next(iter(found.currencies), "") if len(found.currencies) == 1 else ""
    if section == "objective":
        return objective_heading(key, money_unit(currency))
    if section == "given up":
        return "  of it given up for later objectives"
    if section == "proved to":
        return "  proved to within"
    if section == "worst coverage":
        return "  in its worst period" if len(names) == 1 else f"  {names.get(key, key)} in its worst period"
    if (section, key) in WORDS:
        return WORDS[section, key].format(money=money_unit(currency))
    if section == "plan":
        return key
    named = names.get(key, key)
    return f"coverage of {named}" if section == "coverage" else f"  {section} for {named}"


def _changes(out: Console, found: Comparison, column: Column, heading: str) -> None:
    """What changes from the first case to another one."""
    changes = found.changes(column)
    out.print()
    out.print(heading)
    for text in changes[:MOST]:
        parts = text.split("; ")
        more = [f"and {len(parts) - PARTS} more (--json has them)"] if len(parts) > PARTS + 1 else parts[PARTS:]
        out.print(Item("; ".join([*parts[:PARTS], *more])))
    if len(changes) > MOST:
        out.print(f"  and {len(changes) - MOST} more (--json has them)")
    if not changes:
        out.print("  no line and no deployment changes" if column.plan.found else "  no plan")


def _draw_free(out: Console, found: RealChanges) -> None:
    """What differs between two results and is free, and how far the search went."""
    free = found.free()
    if free:
        out.print()
        shown = free[:MOST]
        more = f", and {len(free) - MOST} more" if len(free) > MOST else ""
        out.print(f"Not shown as changes, because equally good plans agree: {', '.join(shown)}{more}.")
    if not found.closest:
        out.print()
        out.print(
            "Time was too short to bring equally good plans as close as possible: some of these may be free as well."
        )
