"""What to commit before it is known who withdraws, as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console

from allocator.hedging import Hedge
from allocator.hedging.answer import OTHER
from allocator.report.text.hedge_words import compared_with, within, worse
from allocator.report.text.hedge_words import points as _points
from allocator.report.text.words import count, number, percent, table

MOST = 25
"""Lines of commitments that are shown; JSON and CSV have all."""

NAMES = {
    "two_stage": "this plan",
    "expected_case": "plan that counts on all who are willing",
    "wait_and_see": "if it were known who withdraws",
}

STRICTLY = "  with nothing given up for cost"

ANOTHER = "  another that is as good if all stay"


def draw_hedge(out: Console, found: Hedge) -> None:
    """Print the commitments, their value and what is proved."""
    if not found.found:
        out.print(f"{found.instance.name}: {found.status}")
        if found.reason:
            out.print(found.reason)
        return
    out.print(f"{found.instance.title}: commit now, adapt after some withdraw ({found.status})")
    out.print(_made_for(found))
    _commitments(out, found)
    if found.rows("plans"):
        _plans(out, found)
    _proofs(out, found)


def _made_for(found: Hedge) -> str:
    if found.enumerated:
        return f"Made for {count(len(found.futures), 'future')}: all that are possible, with their probabilities."
    options = found.manifest["options"]
    return (
        f"Made for {len(found.futures)} different futures of {found.possible:,}, from {options['futures']} draws; "
        f"evaluated with {options['evaluate']} new draws."
    )


def _commitments(out: Console, found: Hedge) -> None:
    rows = [row for row in found.rows() if row["units"] != row["expected_case"]]
    names = {
        key: {row[key]: row["name"] for row in found.instance.rows(name)}
        for key, name in (("nation", "nations"), ("unit_type", "unit_types"))
    }
    out.print()
    if not rows:
        out.print("Commit the same units as a plan that counts on all who are willing.")
        return
    several = found.instance.periods > 1
    grid = table(
        ("nation", "left"), ("unit type", "left"), *((("period", "right"),) if several else ()),
        ("to commit", "right"), ("if all stayed", "right"), ("difference", "right"),
    )  # fmt: skip
    for row in rows[:MOST]:
        period = (str(row["period"]),) if several else ()
        cells = (f"{row['units']:,}", f"{row['expected_case']:,}", f"{row['units'] - row['expected_case']:+,}")
        grid.add_row(names["nation"][row["nation"]], names["unit_type"][row["unit_type"]], *period, *cells)
    out.print("Commitments that differ from a plan that counts on all who are willing (units):")
    out.print(grid)
    if len(rows) > MOST:
        out.print(f"and {len(rows) - MOST} more (--json has them)")


def _plans(out: Console, found: Hedge) -> None:
    worst = f"worst {round(100 * (1 - found.manifest['options']['cvar']), 6):g} %"
    failing = any(row["no_plan"] for row in found.rows("plans"))
    currency = f"cost, {found.instance.currency} million".replace("  ", " ")
    grid = table(
        ("coverage", "left"), ("expected", "right"), (worst, "right"), ("if all stay", "right"),
        *((("without a plan", "right"),) if failing else ()), (currency, "right"),
    )  # fmt: skip
    for label, row in _labelled(found):
        cells = [percent(row[key]) for key in ("coverage", "coverage_worst", "coverage_all_stay")]
        if failing:
            cells.append(percent(row["no_plan"]))
        grid.add_row(label, *cells, "" if row["cost"] is None else number(row["cost"]))
    out.print()
    out.print(grid)
    if failing:
        out.print("Without a plan: the probability that the required minimum cannot be met; coverage then counts as 0.")


def _labelled(found: Hedge) -> Iterator[tuple[str, dict[str, Any]]]:
    """The plans with their names, followed by versions without the tolerance and by one as good if that differs."""
    rows = {row["plan"]: row for row in found.rows("plans")}
    for name, label in NAMES.items():
        yield label, rows[name]
        strict = rows.get(f"{name}_strict")
        if strict is not None and strict != {**rows[name], "plan": strict["plan"]}:
            yield STRICTLY, strict
        if name == "expected_case" and worse(rows):
            yield ANOTHER, rows[OTHER]


def _proofs(out: Console, found: Hedge) -> None:
    weight = found.manifest["options"]["weight"]
    mixed = f"{percent(1 - weight, 0)} expectation, {percent(weight, 0)} worst futures"
    tolerance = found.model.tolerance
    without = ", with nothing given up for cost" if tolerance else ""
    out.print()
    if found.vss is not None and found.evpi is not None:
        drawn = "" if found.enumerated else ", in the new draws"
        out.print(
            f"Planning for withdrawal is worth {_between(found.vss, found.vss_range)} of coverage; knowing who "
            f"withdraws would be worth {_between(found.evpi, found.evpi_range)} more ({mixed}{without}{drawn})."
        )
        plans = {row["plan"]: row for row in found.rows("plans")}
        if found.possible > 1:
            out.print(compared_with(found.rows("expected_objectives"), plans, found.enumerated))
    rows = found.rows("objectives")
    gaps = ", ".join(
        f"{'unmet share' if row['objective'] == 'gap' else row['objective']} {within(row)}" for row in rows
    )
    out.print(f"Proved for the futures that it is made for: {gaps}.")
    if tolerance and rows[0]["given_up"]:
        reached = percent(rows[0]["value"] - rows[0]["given_up"])
        out.print(
            f"Under the tolerance of {percent(tolerance, 0)} the gap gives up {_points(rows[0]['given_up'])} for cost: "
            f"{reached} was reached; this plan has {percent(rows[0]['value'])} ({mixed})."
        )
    estimate = found.estimate
    if estimate is not None:
        judged = f"this plan{' with nothing given up for cost' if tolerance else ''}"
        out.print(
            f"Over all futures, no plan is better than {judged} by more than {_points(estimate.error)}, with "
            f"{percent(estimate.confidence, 0)} confidence (best estimate {_points(estimate.gap)}; "
            f"{estimate.replications} samples, {estimate.draws} draws)."
        )


def _between(share: float, ends: tuple[float, float] | None) -> str:
    """A difference, with its possible range if the solves left one."""
    low, high = ("", "") if ends is None else map(_points, ends)
    return _points(share) + (f" ({low.removesuffix(' points')} to {high} are possible)" if low != high else "")
