"""A plan as a person reads it: how good, what is covered, what is not, who sends what and who bears it."""

from __future__ import annotations

import sys
from collections import defaultdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from allocator.instance import Instance
from allocator.plan import Plan

WIDE = 140
"""Columns where standard output is no terminal, so that nothing is wrapped for no reason."""

MEANING = {
    "gap": "of what is asked stays unmet, weighted",
    "risk": "thousand person-months asked of the reluctant",
    "cost": "over the horizon",
    "burden": "‰ of GDP a year, the heaviest",
}


def console() -> Console:
    """Standard output: colour on a terminal only, never cut."""
    terminal = sys.stdout.isatty()
    return Console(width=None if terminal else WIDE, highlight=False, markup=False)


def table(*columns: tuple[str, str], title: str = "") -> Table:
    """A plain table; columns are (heading, ``left`` or ``right``)."""
    grid = Table(
        box=None, title=title, title_justify="left", title_style="bold", pad_edge=False, padding=(0, 2, 0, 0)
    )
    for heading, side in columns:
        grid.add_column(
            heading, justify="right" if side == "right" else "left", header_style="dim", overflow="fold"
        )
    return grid


def number(value: float, digits: int = 4) -> str:
    """A number with thousands separated and no more digits than it is worth."""
    if abs(value) >= 1000 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.{digits}g}"


def show_plan(plan: Plan) -> None:
    """Print a plan, or why there is none."""
    out = console()
    instance = plan.instance
    length = f"{instance.periods} period{'s' if instance.periods > 1 else ''} of {instance.months_per_period} months"
    out.print(Text(instance.title, style="bold"))
    without_end = ", without end" if instance.indefinite else ""
    out.print(f"{instance.name}, model {plan.model.name}; from {instance.start}, {length}{without_end}")
    out.print()
    _status(out, plan)
    if not plan.found:
        return
    out.print()
    _coverage(out, plan)
    _unmet(out, plan)
    _nations(out, plan)


def _status(out: Console, plan: Plan) -> None:
    style = {"optimal": "green", "feasible": "yellow"}.get(plan.status, "red")
    seconds = plan.manifest["times"]["total"]
    words = {
        "optimal": f"every objective is proved to a gap of {100 * plan.manifest['options']['gap']:.3g} % or less",
        "feasible": "a plan that meets every constraint; how much better one could be is bounded below",
        "infeasible": "no plan meets every constraint (two runs of the solver agree)",
        "no_plan": "stopped before any plan was found; there may be one",
        "interrupted": "interrupted before any plan was found; there may be one",
        "error": "the program failed; no plan is shown",
    }[plan.status]
    stopped = {"time_limit": ", stopped by the time limit", "interrupt": ", stopped by you"}.get(
        plan.stopped_by, ""
    )
    out.print(Text.assemble((plan.status, f"bold {style}"), f": {words}{stopped} ({seconds:.1f} s)"))
    if plan.reason:
        out.print(Text(plan.reason))
    if not plan.found:
        return
    grid = table(("objective", "left"), ("value", "right"), ("", "left"), ("proved", "left"))
    for row in plan.rows("objectives"):
        value, bound, gap = row["value"], row["bound"], row["relative_gap"]
        if row["objective"] == "gap":
            shown, floor = f"{100 * value:.2f} %", None if bound is None else f"{100 * bound:.2f} %"
        else:
            shown, floor = number(value), None if bound is None else number(bound)
        meaning = MEANING[row["objective"]]
        if row["objective"] == "cost":
            yearly = value * 12 / (plan.instance.periods * plan.instance.months_per_period)
            currency = plan.instance.currency
            meaning = f"{currency} million over the horizon, {number(yearly)} a year".strip()
        proof = (
            "not minimised by this model"
            if bound is None
            else "the least possible"
            if gap == 0
            else "nothing: its turn did not come"
            if bound == 0 and gap == 1
            else f"none below {floor} (gap {100 * gap:.2g} %)"
        )
        grid.add_row(row["objective"], shown, meaning, proof)
    out.print(grid)


def coverage_of(plan: Plan) -> dict[str, float]:
    """Objective -> weighted share of its requirements that is met; objectives without requirements are left out."""
    total: dict[str, float] = defaultdict(float)
    missed: dict[str, float] = defaultdict(float)
    for line in lines(plan):
        if line["required"] > 0:
            total[line["objective"]] += line["priority"]
            missed[line["objective"]] += line["priority"] * line["missed"]
    return {objective: 1 - missed[objective] / weight for objective, weight in total.items()}


def lines(plan: Plan) -> list[dict[str, Any]]:
    """One entry for each line of the statement of requirements, averaged over its periods."""
    entries = []
    rows = {(row["task"], row["capability"], row["period"]): row for row in plan.rows("coverage")}
    for line in plan.instance.rows("requirements"):
        periods = range(line["first_period"], line["last_period"] + 1)
        here = [rows[line["task"], line["capability"], t] for t in periods]
        mean = {
            key: sum(row[key] for row in here) / len(here) for key in ("required", "supplied", "shortfall")
        }
        missed = mean["shortfall"] / mean["required"] if mean["required"] else 0.0
        entries.append({**line, **mean, "objective": here[0]["objective"], "missed": missed})
    return entries


def _coverage(out: Console, plan: Plan) -> None:
    names = {row["objective"]: row["name"] for row in plan.instance.rows("objectives")}
    grid = table(("coverage", "left"), ("", "left"), ("", "right"))
    for objective, share in coverage_of(plan).items():
        full = round(20 * share)
        colour = "green" if share > 0.9 else "yellow" if share > 0.5 else "red"
        bar = Text.assemble(("█" * full, colour), ("░" * (20 - full), "dim"))
        grid.add_row(names[objective], bar, f"{100 * share:.1f} %")
    out.print(grid)
    out.print()


def _unmet(out: Console, plan: Plan) -> None:
    instance = plan.instance
    tasks = {row["task"]: row["name"] for row in instance.rows("tasks")}
    capabilities = {row["capability"]: row for row in instance.rows("capabilities")}
    entries = [line for line in lines(plan) if line["required"] > 0]
    short = sorted(
        (line for line in entries if line["missed"] > 0), key=lambda line: -line["missed"] * line["priority"]
    )
    mean = " (mean of the periods)" if instance.periods > 1 else ""
    if short:
        grid = table(
            ("task", "left"),
            ("capability", "left"),
            ("asked", "right"),
            ("supplied", "right"),
            ("short", "right"),
            ("%", "right"),
            ("unit", "left"),
            title=f"Unmet: {len(short)} of {len(entries)} lines{mean}",
        )
        for line in short:
            capability = capabilities[line["capability"]]
            figures = (number(line[key]) for key in ("required", "supplied", "shortfall"))
            grid.add_row(
                tasks[line["task"]],
                capability["name"],
                *figures,
                f"{100 * line['missed']:.0f}",
                capability["unit"],
            )
        out.print(grid)
    met = [
        f"{tasks[line['task']]} ({capabilities[line['capability']]['name']})"
        for line in entries
        if line["missed"] == 0
    ]
    if met:
        out.print(
            Text.assemble(
                (f"Met in full: {len(met)} of {len(entries)} lines. ", "bold"), "; ".join(met) + "."
            )
        )
    out.print()


def _nations(out: Console, plan: Plan) -> None:
    instance = plan.instance
    names = {row["nation"]: row["name"] for row in instance.rows("nations")}
    members = sorted(
        (row for row in plan.rows("nations") if row["member"]),
        key=lambda row: (-row["personnel"], row["nation"]),
    )
    if not members:
        return
    currency = f"{instance.currency} m".strip()
    peak = ", at the peak" if instance.periods > 1 else ""
    grid = table(
        ("nation", "left"),
        (f"people{peak}", "right"),
        (f"own cost, {currency}", "right"),
        ("share", "right"),
        ("‰ GDP/yr", "right"),
        ("sends", "left"),
        title=f"Who sends what: {len(members)} of {len(names)} nations",
    )
    for row in members:
        burden = "" if row["burden"] is None else f"{row['burden']:.2f}"
        grid.add_row(
            names[row["nation"]],
            f"{row['personnel']:,}",
            f"{row['cost']:,.1f}",
            f"{100 * row['share']:.1f} %",
            burden,
            _sends(plan, instance, row["nation"]),
        )
    out.print(grid)
    own = sum(row["cost"] for row in members)
    common = sum(row["cost"] for row in plan.rows("deployments")) - own
    together = peak_of_all(plan)
    people = f"{together:,} people{peak}"
    fund = f", {number(common)} from the common fund" if common > 1e-9 else ""
    out.print(Text(f"Together {people}; {currency} {number(own)} from the nations{fund}.", style="bold"))


def peak_of_all(plan: Plan) -> int:
    """Most people deployed at once, all nations together."""
    people: dict[int, int] = defaultdict(int)
    for row in plan.rows("deployments"):
        people[row["period"]] += row["personnel"]
    return max(people.values(), default=0)


def _sends(plan: Plan, instance: Instance, nation: str) -> str:
    kinds = {row["unit_type"]: row["name"] for row in instance.rows("unit_types")}
    tasks = {row["task"]: row["name"] for row in instance.rows("tasks")}
    units: dict[tuple[str, str], int] = defaultdict(int)
    for row in plan.rows("deployments"):
        if row["nation"] == nation:
            units[row["task"], row["unit_type"]] += row["units"]
    by_task: dict[str, list[str]] = defaultdict(list)
    for (task, kind), count in units.items():
        mean = count / instance.periods
        by_task[task].append(f"{number(mean, 2)} {kinds[kind]}")
    return "; ".join(f"{tasks[task]}: {', '.join(parts)}" for task, parts in by_task.items())
