"""Promises, prerequisites, programmes and the like of an instance: a short table each, if the instance has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from allocator.instance import Instance
from allocator.model import Model
from allocator.report.text.periods import spans
from allocator.report.text.words import number, percent, table

MOST_ROWS = 12
"""Rows of each table that are shown at the most; the others are counted."""

MOST_PARTS = 12
"""Parts of the common fund that are listed."""

FAMILY = {
    "commitments": "commitments",
    "prerequisites": "prerequisites",
    "acquisitions": "acquisition",
    "industry": "industry",
    "joint_purchases": "joint_purchase",
}
"""Table -> the constraint family without which it has no effect."""

Row = Mapping[str, Any]
Names = dict[str, dict[str, str]]


def further(instance: Instance, model: Model, most: int = MOST_ROWS) -> Iterator[RenderableType]:
    """Each table that has rows, with a remark if the model leaves it out, each after a blank line."""
    names = {
        column: {row[column]: row["name"] for row in instance.rows(name)}
        for column, name in (
            ("nation", "nations"),
            ("unit_type", "unit_types"),
            ("task", "tasks"),
            ("capability", "capabilities"),
        )
    }
    for name, (title, columns, lines) in _TABLES.items():
        rows = instance.rows(name)
        if not rows:
            continue
        missing = [family for family in _needed(name) if family not in model.families]
        left_out = f" (without effect: the model {model.name} leaves out {' and '.join(missing)})" if missing else ""
        grid = table(*columns)
        cells = list(lines(names, rows))
        for line in cells[:most]:
            grid.add_row(*line)
        named = title.format(currency=f"{instance.currency} million".strip())
        yield from ("", Text.assemble((named, "bold"), left_out), grid)
        if len(cells) > most:
            yield f"… and {len(cells) - most:,} more."
    keys = sorted(instance.rows("funding_keys"), key=lambda row: -row["weight"])
    if keys:
        total = sum(row["weight"] for row in keys)
        listed = max(most, MOST_PARTS)
        parts = (f"{names['nation'][row['nation']]} {percent(row['weight'] / total)}" for row in keys[:listed])
        more = f", and {len(keys) - listed:,} more" if len(keys) > listed else ""
        yield from ("", Text.assemble(("Parts of the common fund", "bold"), f": {', '.join(parts)}{more}."))


def _needed(name: str) -> list[str]:
    """Families that a table needs; what is about buying needs the programmes too."""
    family = FAMILY.get(name)
    if family is None:
        return []
    return ["acquisition", family] if family in ("industry", "joint_purchase") else [family]


def _span(row: Row, first: str = "first_period", last: str = "last_period") -> str:
    return spans(range(row[first], row[last] + 1))


def _commitments(names: Names, rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        task = names["task"][row["task"]] if row["task"] else "all tasks together"
        most = "–" if row["at_most"] is None else f"{row['at_most']:,}"
        unit = names["unit_type"][row["unit_type"]]
        yield names["nation"][row["nation"]], unit, task, _span(row), f"{row['at_least']:,}", most


def _prerequisites(names: Names, rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        needs = f"{names['task'][row['needs_task']]}: {names['capability'][row['capability']]}"
        yield names["task"][row["task"]], needs, percent(row["share"], 0)


def _acquisitions(names: Names, rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        figures = number(row["price"]), f"{row['max_units']:,}", f"{row['min_order']:,}"
        ordered = _span(row, "first_order_period", "last_order_period")
        yield (
            names["nation"][row["nation"]],
            names["unit_type"][row["unit_type"]],
            *figures,
            ordered,
            str(row["lead_periods"]),
        )


def _industry(names: Names, rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        added = [f"{row['max_expansions']:,} × {row['expansion']:,}", number(row["expansion_price"])]
        lead = str(row["expansion_lead_periods"])
        none = ("–", "–", "–")
        yield (
            names["unit_type"][row["unit_type"]],
            f"{row['capacity']:,}",
            *((*added, lead) if row["max_expansions"] else none),
        )


def _joint_purchases(names: Names, rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        shares = percent(row["discount"], 0), percent(row["common_share"], 0)
        yield names["unit_type"][row["unit_type"]], f"{row['min_nations']:,}", *shares


def _force_changes(names: Names, rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    changes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["period"]):
        changes[row["nation"], row["unit_type"]].append(f"{row['change']:+,} in {row['period']}")
    for (nation, unit), listed in changes.items():
        yield names["nation"][nation], names["unit_type"][unit], ", ".join(listed)


_NATION, _UNIT = ("nation", "left"), ("unit type", "left")
_TABLES: dict[
    str, tuple[str, tuple[tuple[str, str], ...], Callable[[Names, Sequence[Row]], Iterator[tuple[str, ...]]]]
] = {
    "commitments": (
        "Promised, in each of the periods",
        (_NATION, _UNIT, ("task", "left"), ("periods", "left"), ("least", "right"), ("most", "right")),
        _commitments,
    ),
    "prerequisites": (
        "What tasks wait for",
        (("task", "left"), ("waits for", "left"), ("share", "right")),
        _prerequisites,
    ),
    "force_changes": (
        "Units that join or leave whatever is decided",
        (_NATION, _UNIT, ("change, by period", "left")),
        _force_changes,
    ),
    "acquisitions": (
        "Programmes (prices in {currency} a unit, ready after so many periods)",
        (
            _NATION, _UNIT, ("price", "right"), ("most", "right"), ("least order", "right"), ("ordered in", "left"),
            ("ready after", "right"),
        ),
        _acquisitions,
    ),
    "industry": (
        "Industry (prices in {currency} an expansion, ready after so many periods)",
        (
            _UNIT, ("units a period", "right"), ("expansions", "right"), ("price", "right"),
            ("ready after", "right"),
        ),
        _industry,
    ),
    "joint_purchases": (
        "Joint purchases",
        (_UNIT, ("nations at least", "right"), ("off the price", "right"), ("the fund pays", "right")),
        _joint_purchases,
    ),
}  # fmt: skip
"""Table -> title, columns, and the function that makes its lines."""
