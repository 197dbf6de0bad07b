"""What a notebook shows of an instance, a model, a plan, a comparison, a sweep, an explanation and a hedge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from rich.text import Text

from allocator.comparison import Comparison
from allocator.explaining.answer import Answer
from allocator.hedging import Hedge
from allocator.instance import Instance
from allocator.instance.assumed import totals
from allocator.model import Model
from allocator.plan.plan import Plan
from allocator.report.notebook.paper import Paper
from allocator.report.text.brief import sentences
from allocator.report.text.brief_tables import Missing, Nations, coverage, orders
from allocator.report.text.comparison import draw_comparison
from allocator.report.text.explain import draw_answer
from allocator.report.text.hedge import draw_hedge
from allocator.report.text.plan import how_it_ended
from allocator.report.text.sweep import draw_sweep
from allocator.report.text.words import assumptions, contents, header, length, number, of_figures, percent, table
from allocator.sweeps.result import Sweep

LINES, NATIONS = 8, 10
"""Rows of what is missing and of nations that are shown; the others are counted."""


def html(result: Any) -> str:
    """A result as HTML of a few paragraphs and tables.

    Parameters
    ----------
    result : Instance, Model, Plan, Comparison, Sweep, Answer or Hedge

    Examples
    --------
    >>> import allocator
    >>> text = html(allocator.read("toy-rotation"))
    >>> "Hold the port" in text, "<script" in text
    (True, False)
    """
    paper = Paper()
    draw = next(draw for kind, draw in DRAWN.items() if isinstance(result, kind))
    draw(paper, result)
    return paper.html()


def _instance(paper: Paper, instance: Instance) -> None:
    paper.print(Text(instance.title, style="bold"))
    paper.print(f"{instance.name}; {length(instance)}")
    paper.print(contents(instance.tables))
    counted = totals(instance)
    if counted is not None:
        paper.print(f"{of_figures(counted)}.")
    tasks: dict[str, list[str]] = defaultdict(list)
    for task in instance.rows("tasks"):
        tasks[task["objective"]].append(task["name"])
    grid = table(("objective", "left"), ("priority", "right"), ("tasks", "left"))
    for row in instance.rows("objectives"):
        grid.add_row(row["name"], number(row["priority"]), ", ".join(tasks[row["objective"]]))
    paper.print(grid)
    for name, state in (("true", True), ("false", False)):
        events = [event for event, value in instance.events.items() if value is state]
        if events:
            paper.print(f"Assumed {name}: {', '.join(events)}.")


def _model(paper: Paper, model: Model) -> None:
    paper.print(Text(model.title or model.name, style="bold"))
    if model.description:
        paper.print(model.description)
    grid = table(("choice", "left"), ("value", "left"))
    grid.add_row("name", model.name)
    grid.add_row("minimised, in this order", ", ".join(model.objectives))
    grid.add_row("constraint families", ", ".join(model.families) or "none besides requirement and participation")
    grid.add_row("willingness floor", number(model.willingness_floor))
    grid.add_row("later objectives may give up", percent(model.tolerance, 2) if model.tolerance else "nothing")
    if model.max_burden is not None:
        grid.add_row("heaviest burden", f"{percent(model.max_burden, 2)} of GDP a year")
    for name, most in model.limits.items():
        grid.add_row(f"{name} at most", number(most))
    paper.print(grid)


def _plan(paper: Paper, plan: Plan) -> None:
    manifest = plan.manifest
    paper.print(Text(plan.instance.title, style="bold"))
    paper.print(header(plan.instance, plan.model.name, manifest["case"], manifest["coalition"]))
    paper.print(f"{plan.status}: {how_it_ended(plan)}")
    if plan.reason:
        paper.print(plan.reason)
    if not plan.found:
        return
    missing, nations = Missing(plan), Nations(plan)
    parts = [*sentences(plan, missing, 1000), coverage(plan, paper.width)]
    parts += missing.parts(LINES, paper.width) if missing.rows else []
    parts += nations.parts(NATIONS, paper.width) if nations.rows else []
    for part in [*parts, *orders(plan, paper.width), *assumptions(plan)]:
        paper.print(part)


def _sweep(paper: Paper, sweep: Sweep) -> None:
    if sweep.closed:
        paper.print(f"{sweep.instance.name}: this sweep is closed; look at it inside its with block.")
        return
    draw_sweep(paper, sweep)


def _answer(paper: Paper, answer: Answer) -> None:
    draw_answer(paper, answer)


DRAWN: dict[type, Callable[[Paper, Any], None]] = {
    Instance: _instance, Model: _model, Plan: _plan, Comparison: draw_comparison, Sweep: _sweep, Answer: _answer,
    Hedge: draw_hedge,
}  # fmt: skip
"""Kind of result -> what draws it on paper."""
