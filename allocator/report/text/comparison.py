"""A comparison of cases, as text."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console

from allocator.comparison import Comparison
from allocator.real_changes import RealChanges
from allocator.report.text.page import Item
from allocator.report.text.words import number, percent, table

MOST = 12
"""Changes that are shown for each case; JSON and CSV have all."""


def draw_comparison(out: Console, found: Comparison) -> None:
    """Print a column for each case, and who moves where."""
    grid = table(("", "left"), *((column.case.label, "right") for column in found.columns))
    names = {row["objective"]: row["name"] for c in found.columns for row in c.case.instance.rows("objectives")}
    currency = f"{next(iter(found.currencies), '')} million".strip() if len(found.currencies) == 1 else "million"
    keys = dict.fromkeys(key for column in found.columns for key in column.figures)
    listed = (key for wanted in SECTIONS for key in keys if key[0] == wanted and key != ("nations", "names"))
    for section, key in listed:
        cells = []
        for column in found.columns:
            value = column.figures.get((section, key))
            if value is None:
                cells.append("–")
            elif isinstance(value, str):
                cells.append(found.names(column).nation(value) if section == "nations" else value)
            elif section in ("coverage", "worst coverage", "proved to") or (
                section in ("objective", "given up") and key in SHARES
            ):
                cells.append(percent(value, 2 if section == "proved to" else 1))
            elif len(found.currencies) > 1 and (key in ("cost", "imbalance") or section == "money"):
                cells.append(f"{column.case.instance.currency} {number(value)}".strip())
            else:
                cells.append(number(value))
        grid.add_row(_row(section, key, names, currency), *cells)
    out.print(grid)
    out.print()
    out.print("Who takes part:")
    for column in found.columns:
        who = column.figures.get(("nations", "names"))
        if who is not None:
            named = found.names(column)
            out.print(Item(f"{column.case.label}: {', '.join(named.nation(n) for n in str(who).split())}"))
    for note in found.notes():
        out.print()
        out.print(note)
    for column in found.columns[1:]:
        changes = found.changes(column)
        out.print()
        out.print(f"{column.case.label}, against {found.columns[0].case.label}:")
        for text in changes[:MOST]:
            out.print(Item(text))
        if len(changes) > MOST:
            out.print(f"  and {len(changes) - MOST} more (--json has them)")
        if not changes:
            out.print("  no plan" if not column.plan.found else "  nothing changes")
    if isinstance(found, RealChanges):
        _draw_free(out, found)
    elif len(found.columns) > 1:
        out.print()
        out.print("Which nations move is arbitrary among equally good plans; the figures in the table are not.")
    for column in found.columns:
        if column.plan.reason:
            out.print()
            out.print(f"{column.case.label}: {column.plan.reason}")


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


SECTIONS = (
    "plan", "objective", "given up", "proved to", "coverage", "worst coverage", "people", "money", "orders", "nations",
)  # fmt: skip
"""Sections of the figures in the order in which they are shown."""

UNITS = {
    "gap": "unmet share",
    "risk": "risk, thousand person-months",
    "cost": "cost, million over the horizon",
    "burden": "burden, per mille of GDP a year",
    "worst_period": "unmet share in the worst period",
    "turnover": "turnover, thousand people",
    "imbalance": "imbalance, million",
}

SHARES = ("gap", "worst_period")
"""Objectives that are shares."""


def _row(section: str, key: str, names: Mapping[str, str], currency: str) -> str:
    if section == "objective":
        return UNITS[key].replace("million", currency)
    if section == "given up":
        return f"  {key} of it given up for later objectives"
    if section == "proved to":
        return f"  {key} proved within"
    if section in ("coverage", "people", "orders"):
        return f"{section}, {names.get(key, key)}"
    if section == "worst coverage":
        return f"  {names.get(key, key)} in its worst period"
    if key in ("cost a year", "procurement"):
        return f"{key}, {currency}"
    return "nations" if key == "members" else key
