"""A rota: who is at each task in each period with what, and where somebody is missing."""

from __future__ import annotations

from collections import defaultdict

from rich.console import Console
from rich.text import Text

from allocator.plan.plan import Plan
from allocator.report.text.periods import ByPeriod
from allocator.report.text.words import number

HOLE = "bold red"


def draw_rota(out: Console, plan: Plan) -> None:
    """Print the tasks by period: nations with their units, unmet requirements, and periods with nobody."""
    instance = plan.instance
    kinds = {row["unit_type"]: row["name"] for row in instance.rows("unit_types")}
    leaders = {row["task"]: row["nation"] for row in plan.rows("leaders")}
    units: dict[str, dict[str, dict[int, list[str]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for row in plan.rows("deployments"):
        units[row["task"]][row["unit_type"]][row["period"]].append(f"{row['nation']} {row['units']:,}")
    periods = range(1, instance.periods + 1)
    grid = ByPeriod(instance, "task")
    for task in instance.rows("tasks"):
        j = task["task"]
        active = range(task["first_period"], task["last_period"] + 1)
        there = {t for by_period in units[j].values() for t in by_period}
        led = ("\n  led by " + leaders[j]) if j in leaders else ""
        cells = ["" if t in there else "nobody" if t in active else "–" for t in periods]
        grid.add(Text(task["name"] + led, "bold"), [Text(cell, HOLE if cell == "nobody" else "dim") for cell in cells])
        for unit in (unit for unit in kinds if unit in units[j]):
            grid.add(f"  {kinds[unit]}", ["\n".join(sorted(units[j][unit].get(t, []))) for t in periods])
        for name, short in _short(plan, j).items():
            grid.add(f"  unmet: {name}", [short.get(t, "") for t in periods], HOLE)
    out.print(Text("Rota: nations and their units at each task", style="bold"))
    grid.draw(out)
    out.print("unmet: what is there of what is asked; –: the task is not active.", style="dim")


def _short(plan: Plan, task: str) -> dict[str, dict[int, str]]:
    """Capability's name -> period -> what is there of what is asked, where that is less."""
    names = {row["capability"]: row["name"] for row in plan.instance.rows("capabilities")}
    short: dict[str, dict[int, str]] = defaultdict(dict)
    for row in plan.rows("coverage"):
        if row["task"] == task and row["shortfall"] > 0:
            there = f"{number(row['supplied'])} of {number(row['required'])}"
            short[names[row["capability"]]][row["period"]] = there
    return short
