"""A plan as text: how good it is, what it covers, what stays unmet, who sends what and who bears the cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from allocator.plan.measures import coverage_by_period, coverage_of, statement, worst
from allocator.plan.plan import Plan
from allocator.report.text.brief import draw_brief
from allocator.report.text.brief_tables import colour_of, worst_of
from allocator.report.text.buildup import draw_build_up
from allocator.report.text.nations import NARROW, draw_nations
from allocator.report.text.page import Page
from allocator.report.text.periods import picture, spans
from allocator.report.text.rota import draw_rota
from allocator.report.text.words import assumptions, count, header, number, percent, table, yearly

MEANING = {
    "gap": "weighted share that stays unmet",
    "risk": "thousand person-months from reluctant nations",
    "burden": "per mille of GDP a year, the highest",
    "worst_period": "weighted share unmet in the worst period",
    "turnover": "thousand people who go somewhere anew",
}

WORDS = {
    "optimal": "every objective is proved to within {gap}",
    "feasible": "a plan that meets every constraint, but a better one may exist",
    "infeasible": "no plan meets every constraint (two runs of the solver agree)",
    "no_plan": "stopped before any plan was found; there may be one",
    "interrupted": "interrupted before any plan was found; there may be one",
    "error": "the program failed; no plan is shown",
}

ADVICE = {
    "infeasible": "What you can do: accept a larger max_gap there, or find who could send more with allocator show; "
    "--set and --model try a change without changing the instance.",
    "no_plan": "What you can do: allow more time (--time-limit) or fewer objectives (--set model.objectives=gap).",
}

STOPPED = {
    "time_limit": ", stopped by the time limit",
    "interrupt": ", stopped by you",
    "stalled": ", stopped without a gain",
}


def draw_plan(
    out: Page, plan: Plan, *, rota: bool = False, full: bool = False, ways: Sequence[str] = (), called: str = ""
) -> None:
    """Print a plan on one screen or in full, or the reason that there is none and ways out.

    Parameters
    ----------
    out : Page
        Where to print.
    plan : Plan
        The result of a solve.
    rota, full : bool
        Also print who is where in each period; print every line of every list, and the rota.
    ways : sequence of str
        Sentences on why there is no plan and what would help.
    called : str
        The instance as the user calls it; its name if that is empty.
    """
    if plan.found and not full:
        draw_brief(out, plan, [*_title(plan), *_status(plan)], called=called or plan.instance.name)
        if rota:
            out.print()
            draw_rota(out, plan)
        return
    for part in [*_title(plan), "", *_status(plan), *map(Text, ways)]:
        out.print(part)
    if plan.found:
        _objectives(out, plan)
        out.print()
        _coverage(out, plan)
        _requirements(out, plan)
        draw_nations(out, plan)
        draw_build_up(out, plan)
        out.print()
        draw_rota(out, plan)
        for line in assumptions(plan):
            out.print(Text(line))


def _title(plan: Plan) -> list[RenderableType]:
    case, coalition = plan.manifest["case"], plan.manifest["coalition"]
    return [Text(plan.instance.title, style="bold"), Text(header(plan.instance, plan.model.name, case, coalition))]


def how_it_ended(plan: Plan) -> str:
    """What the status of a plan says, in words."""
    gap = plan.manifest["options"]["gap"]
    words = WORDS[plan.status].format(gap=f"{100 * gap:.3g} %")
    if plan.status == "optimal" and gap == 0:
        words = "every objective is proved to be the least possible"
    if plan.status == "optimal" and any(row["given_up"] for row in plan.rows("objectives")):
        words += ", before later objectives used the tolerance"
    return words + STOPPED.get(plan.stopped_by, "")


def _status(plan: Plan) -> list[RenderableType]:
    """How the solve ended, and if it found nothing, why and what can be done."""
    style = {"optimal": "green", "feasible": "yellow"}.get(plan.status, "red")
    seconds = plan.manifest["times"]["total"]
    text = Text.assemble((plan.status.replace("_", " "), f"bold {style}"), f": {how_it_ended(plan)} ({seconds:.1f} s)")
    more = [Text(plan.reason)] if plan.reason else []
    return [text, *more, *([Text(ADVICE[plan.status])] if plan.status in ADVICE else [])]


def _objectives(out: Page, plan: Plan) -> None:
    grid = table(("objective", "left"), ("value", "right"), ("", "left"), ("proved", "left"))
    for row in plan.rows("objectives"):
        name, value = row["objective"], row["value"]
        if name == "cost":
            currency = f"{plan.instance.currency} million".strip()
            meaning = f"{currency} over the horizon, {number(yearly(plan, value))} a year"
        elif name == "imbalance":
            meaning = f"{plan.instance.currency} million from shares in proportion to GDP".strip()
        else:
            meaning = MEANING[name]
        grid.add_row(name, _shown(name, value), meaning, _proof(row))
    out.print(grid)


def _shown(objective: str, value: float) -> str:
    return percent(value, 2) if objective in ("gap", "worst_period") else number(value)


def _proof(row: dict[str, Any]) -> str:
    """What is proved for an objective in its own stage, and how much later objectives gave up."""
    name, bound, gap = row["objective"], row["bound"], row["relative_gap"]
    if bound is None or gap is None:
        return "not minimised by this model"
    if gap == 0:
        proof = "the least possible"
    elif bound <= 0:
        proof = "nothing yet"
    else:
        proof = f"none below {_shown(name, bound)}, within {100 * gap:.2g} %"
    if not row["given_up"]:
        return proof
    stage = _shown(name, row["value"] - row["given_up"])
    return f"{stage} reached: {proof}; {_shown(name, row['given_up'])} given up for later objectives"


def _coverage(out: Page, plan: Plan) -> None:
    names = {row["objective"]: row["name"] for row in plan.instance.rows("objectives")}
    lines = statement(plan)
    by_period = coverage_by_period(lines)
    several = plan.instance.periods > 1
    bar = not several or out.width >= NARROW
    grid = table(
        ("coverage", "left"), *([("", "left")] if bar else []), ("mean" if several else "", "right"),
        *([("by period", "left"), ("worst", "left")] if several else []),
    )  # fmt: skip
    each = 1
    for objective, share in coverage_of(lines).items():
        full = int(20 * share + 1e-9)
        colour = colour_of(share)
        bars = [Text.assemble(("█" * full, colour), ("░" * (20 - full), "dim"))] if bar else []
        cells: list[str | Text] = [percent(share)]
        if several:
            signs, each = picture(by_period[objective], plan.instance.periods)
            cells += [Text(signs, colour), worst_of(by_period[objective])]
        grid.add_row(names[objective], *bars, *cells)
    out.print(grid)
    if several:
        of = f"; each sign is the worst of {each} periods" if each > 1 else ""
        out.print(f"by period: ▁ nothing, █ all{of}", style="dim")
    out.print()


def _requirements(out: Page, plan: Plan) -> None:
    instance = plan.instance
    tasks = {row["task"]: row["name"] for row in instance.rows("tasks")}
    capabilities = {row["capability"]: row for row in instance.rows("capabilities")}
    lines = statement(plan)
    short = [line for line in lines if line["missed"] > 0]
    short.sort(key=lambda line: -line["missed"] * line["priority"])
    if short:
        _unmet(out, plan, short, len(lines))
    met = [line for line in lines if line["missed"] == 0]
    if met:
        line_met = Text.assemble((f"Met in full, {len(met)} of {count(len(lines), 'line')}", "bold"))
        named = (f"{tasks[line['task']]} ({capabilities[line['capability']]['name']})" for line in met)
        line_met.append(": " + "; ".join(dict.fromkeys(named)))
        out.print(line_met + Text("."))
    out.print()


def _unmet(out: Page, plan: Plan, short: list[dict[str, Any]], lines: int) -> None:
    """Print the lines that are not met: means over their periods, and what is there in the worst of them."""
    tasks = {row["task"]: row["name"] for row in plan.instance.rows("tasks")}
    capabilities = {row["capability"]: row for row in plan.instance.rows("capabilities")}
    several = plan.instance.periods > 1
    some = any(len(line["supplies"]) < plan.instance.periods for line in short)
    wide = out.width >= NARROW
    columns = [("task", "left"), ("capability", "left")] if wide else [("task: capability, unit", "left")]
    columns += [("periods", "right")] if some else []
    columns += [("asked", "right"), ("supplied", "right"), *([("least", "right"), ("in", "left")] if several else [])]
    columns += [("short", "right"), ("%", "right"), *([("unit", "left")] if wide else [])]
    mean = " (mean of its periods)" if several else ""
    out.print(Text(f"Unmet: {len(short)} of {count(lines, 'line')}{mean}", style="bold"))
    grid = table(*columns)
    for line in short:
        capability = capabilities[line["capability"]]
        named = [tasks[line["task"]], capability["name"]]
        grid.add_row(
            *(named if wide else [f"{': '.join(named)}, {capability['unit']}"]),
            *([spans(list(line["supplies"]))] if some else []),
            *(number(line[key]) for key in ("required", "supplied")),
            *(_least(line["supplies"]) if several else []),
            number(line["shortfall"]),
            percent(line["missed"], 0).removesuffix(" %"),
            *([capability["unit"]] if wide else []),
        )
    out.print(grid)


def _least(supplies: dict[int, float]) -> tuple[str, str]:
    """What is supplied in the worst period, and in which: ``none`` and ``3``; nothing if all periods are alike."""
    least, when = worst(supplies)
    if len(when) == len(supplies):
        return "", ""
    return number(least) if least else "none", spans(when)
