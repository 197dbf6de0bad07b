"""A plan as text: how good it is, what it covers, what stays unmet, who sends what and who bears the cost."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from allocator.instance.coalition import members
from allocator.plan.measures import coverage_of, statement
from allocator.plan.plan import Plan
from allocator.report.text.words import count, header, money, number, of_figures, percent, table

NARROW = 110
"""Width below which what a nation sends is printed under its figures, not beside them."""

MOST_LINES = 25
"""Unmet lines that are shown; the others are counted."""

THEATRE = ""
"""Key for units that supply all tasks alike."""

MOST_MET = 12
"""Lines met in full that are named; if there are more, they are only counted."""

MEANING = {
    "gap": "weighted share that stays unmet",
    "risk": "thousand person-months from reluctant nations",
    "burden": "per mille of GDP a year, the highest",
}

WORDS = {
    "optimal": "every objective is proved to a gap of {gap} or less",
    "feasible": "a plan that meets every constraint; the table shows how much better a plan could be",
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

STOPPED = {"time_limit": ", stopped by the time limit", "interrupt": ", stopped by you"}


def draw_plan(out: Console, plan: Plan) -> None:
    """Print a plan, or the reason that there is none."""
    instance = plan.instance
    out.print(Text(instance.title, style="bold"))
    out.print(header(instance, plan.model.name, plan.manifest["case"], plan.manifest["coalition"]))
    out.print()
    _status(out, plan)
    if plan.found:
        _objectives(out, plan)
        out.print()
        _coverage(out, plan)
        _requirements(out, plan)
        _nations(out, plan)
        _assumptions(out, plan)


def _status(out: Console, plan: Plan) -> None:
    style = {"optimal": "green", "feasible": "yellow"}.get(plan.status, "red")
    seconds = plan.manifest["times"]["total"]
    gap = plan.manifest["options"]["gap"]
    words = WORDS[plan.status].format(gap=f"{100 * gap:.3g} %")
    if plan.status == "optimal" and gap == 0:
        words = "every objective is proved to be the least possible"
    if plan.status == "optimal" and any(row["given_up"] for row in plan.rows("objectives")):
        words += ", before later objectives used the tolerance"
    stopped = STOPPED.get(plan.stopped_by, "")
    out.print(Text.assemble((plan.status, f"bold {style}"), f": {words}{stopped} ({seconds:.1f} s)"))
    if plan.reason:
        out.print(Text(plan.reason))
    if plan.status in ADVICE:
        out.print(Text(ADVICE[plan.status]))


def _objectives(out: Console, plan: Plan) -> None:
    grid = table(("objective", "left"), ("value", "right"), ("", "left"), ("proved", "left"))
    for row in plan.rows("objectives"):
        name, value = row["objective"], row["value"]
        if name == "cost":
            yearly = value * 12 / (plan.instance.periods * plan.instance.months_per_period)
            currency = f"{plan.instance.currency} million".strip()
            meaning = f"{currency} over the horizon, {number(yearly)} a year"
        else:
            meaning = MEANING[name]
        grid.add_row(name, _shown(name, value), meaning, _proof(row))
    out.print(grid)


def _shown(objective: str, value: float) -> str:
    return percent(value, 2) if objective == "gap" else number(value)


def _proof(row: dict[str, Any]) -> str:
    """What is proved for an objective in its own stage, and how much later objectives gave up."""
    name, bound, gap = row["objective"], row["bound"], row["relative_gap"]
    if bound is None or gap is None:
        return "not minimised by this model"
    if gap == 0:
        proof = "the least possible"
    elif bound <= 0:
        proof = "nothing yet (gap 100 %)"
    else:
        proof = f"none below {_shown(name, bound)} (gap {100 * gap:.2g} %)"
    if not row["given_up"]:
        return proof
    stage = _shown(name, row["value"] - row["given_up"])
    return f"{stage} reached: {proof}; {_shown(name, row['given_up'])} given up for later objectives"


def _coverage(out: Console, plan: Plan) -> None:
    names = {row["objective"]: row["name"] for row in plan.instance.rows("objectives")}
    grid = table(("coverage", "left"), ("", "left"), ("", "right"))
    for objective, share in coverage_of(statement(plan)).items():
        full = int(20 * share + 1e-9)
        colour = "green" if share > 0.9 else "yellow" if share > 0.5 else "red"
        bar = Text.assemble(("█" * full, colour), ("░" * (20 - full), "dim"))
        grid.add_row(names[objective], bar, percent(share))
    out.print(grid)
    out.print()


def _requirements(out: Console, plan: Plan) -> None:
    instance = plan.instance
    tasks = {row["task"]: row["name"] for row in instance.rows("tasks")}
    capabilities = {row["capability"]: row for row in instance.rows("capabilities")}
    lines = statement(plan)
    short = [line for line in lines if line["missed"] > 0]
    short.sort(key=lambda line: -line["missed"] * line["priority"])
    several = instance.periods > 1
    if short:
        columns = [("task", "left"), ("capability", "left")]
        figures = [("asked", "right"), ("supplied", "right"), ("short", "right"), ("%", "right"), ("unit", "left")]
        when = [("periods", "right")] if several else []
        mean = " (mean of its periods)" if several else ""
        grid = table(*columns, *when, *figures, title=f"Unmet: {len(short)} of {count(len(lines), 'line')}{mean}")
        for line in short[:MOST_LINES]:
            capability = capabilities[line["capability"]]
            grid.add_row(
                tasks[line["task"]],
                capability["name"],
                *([_span(line)] if several else []),
                *(number(line[key]) for key in ("required", "supplied", "shortfall")),
                percent(line["missed"], 0).removesuffix(" %"),
                capability["unit"],
            )
        out.print(grid)
        if len(short) > MOST_LINES:
            out.print(f"… and {len(short) - MOST_LINES} more; --out writes all of them.")
    met = [line for line in lines if line["missed"] == 0]
    if met:
        line_met = Text.assemble((f"Met in full, {len(met)} of {count(len(lines), 'line')}", "bold"))
        if len(met) <= MOST_MET:
            named = (f"{tasks[line['task']]} ({capabilities[line['capability']]['name']})" for line in met)
            line_met.append(": " + "; ".join(dict.fromkeys(named)))
        out.print(line_met + Text("."))
    out.print()


def _span(line: dict[str, Any]) -> str:
    first, last = line["first_period"], line["last_period"]
    return str(first) if first == last else f"{first}–{last}"


def _nations(out: Console, plan: Plan) -> None:
    instance = plan.instance
    names = {row["nation"]: row["name"] for row in instance.rows("nations")}
    senders = [row for row in plan.rows("nations") if row["member"]]
    senders.sort(key=lambda row: (-row["personnel"], row["nation"]))
    if not senders:
        return
    several = instance.periods > 1
    beside = out.width >= NARROW
    currency = f"{instance.currency} million".strip()
    figures = [
        ("nation", "whole" if beside else "left"),
        ("peak people" if several else "people", "right"),
        (f"own cost, {currency}", "right"),
        ("share", "right"),
        ("burden", "right"),
    ]
    sends = ("sends (mean of the periods)" if several else "sends", "left")
    coalition = plan.manifest["coalition"]
    able = len(names if coalition is None else members(instance, coalition))
    title = f"Who sends what: {len(senders)} of {count(able, 'nation')}"
    grid = table(*figures, *([sends] if beside else []), title=title)
    sent = _sent(plan)
    for row in senders:
        burden = "–" if row["burden"] is None else f"{row['burden']:.2f}"
        cells = [names[row["nation"]], f"{row['personnel']:,}", f"{row['cost']:,.1f}", percent(row["share"]), burden]
        grid.add_row(*cells, *(["; ".join(sent[row["nation"]])] if beside else []))
    out.print(grid)
    own = sum(row["cost"] for row in senders)
    common = max(0.0, plan.value("cost") - own)
    if not beside:
        out.print()
        for row in senders:
            out.print(Text(f"{names[row['nation']]} {sends[0]}", style="bold"))
            out.print(Padding(Text("\n".join(sent[row["nation"]])), (0, 0, 0, 2)))
    people = f"{peak_of_all(plan):,} people{' at the peak' if several else ''}"
    fund = f", and {money(common, instance.currency)} from the common fund" if common > 1e-6 else ""
    total = f"Together {people}; {money(own, instance.currency)} from the nations{fund}, over the horizon."
    out.print(Text(total, style="bold"))


def _assumptions(out: Console, plan: Plan) -> None:
    """Print one sentence if the instance marks its assumptions."""
    counted = plan.manifest["assumptions"]
    if counted is None:
        return
    shares = [(counted["cost_share"], "cost"), (counted["coverage_share"], "coverage")]
    parts = [f"{percent(share, 0)} of the {what}" for share, what in shares if share is not None]
    rest = f"; {' and '.join(parts)} depend on assumptions" if parts and counted["assumed"] else ""
    out.print(Text(f"{of_figures(counted)}{rest}."))


def peak_of_all(plan: Plan) -> int:
    """The largest number of people deployed at once by all nations together."""
    people: dict[int, int] = defaultdict(int)
    for row in plan.rows("deployments"):
        people[row["period"]] += row["personnel"]
    return max(people.values(), default=0)


def _sent(plan: Plan) -> dict[str, list[str]]:
    """Nation -> one text per task: how many units of each type, averaged over the periods.

    Units that supply only the theatre come last, since their task makes no difference to what they supply.
    """
    kinds = {row["unit_type"]: row["name"] for row in plan.instance.rows("unit_types")}
    tasks = {row["task"]: row["name"] for row in plan.instance.rows("tasks")} | {THEATRE: "For all tasks"}
    wide = {row["capability"] for row in plan.instance.rows("capabilities") if row["scope"] == "theatre"}
    bound = {r["unit_type"] for r in plan.instance.rows("yields") if r["amount"] > 0 and r["capability"] not in wide}
    units: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for row in plan.rows("deployments"):
        place = row["task"] if row["unit_type"] in bound else THEATRE
        units[row["nation"]][place][row["unit_type"]] += row["units"]
    periods = plan.instance.periods
    return {
        nation: [
            f"{tasks[task]}: " + ", ".join(f"{_mean(n, periods)}× {kinds[u]}" for u, n in by_kind.items())
            for task, by_kind in sorted(by_task.items(), key=lambda item: item[0] == THEATRE)
        ]
        for nation, by_task in units.items()
    }


def _mean(units: int, periods: int) -> str:
    if units % periods == 0:
        return f"{units // periods:,}"
    mean = units / periods
    return f"{mean:,.1f}" if mean >= 0.05 else "<0.1"
