"""The answer of a plan in sentences, computed from its tables."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from allocator.instance.coalition import members as of_coalition
from allocator.plan.measures import members, statement, worst
from allocator.plan.plan import Plan
from allocator.report.text.periods import in_periods
from allocator.report.text.words import count, money, number, of_figures, percent
from allocator.report.workbook.book import names

STATUS = {
    "optimal": "every objective is proved to a gap of {gap} or less",
    "feasible": "a plan that meets every constraint; how much better a plan could be is shown under What is proved",
    "infeasible": "no plan meets every constraint (two runs of the solver agree)",
    "no_plan": "stopped before any plan was found; there may be one",
    "interrupted": "interrupted before any plan was found; there may be one",
    "error": "the program failed; no plan is shown",
}

STOPPED = {"time_limit": ", stopped by the time limit", "interrupt": ", stopped by you"}


def sentences(plan: Plan) -> list[str]:
    """Who and how much, what is missing most, what it costs and who bears most, and what is assumed."""
    if not plan.found:
        return [plan.reason] if plan.reason else []
    return [text for text in (_who(plan), _missing(plan), _money(plan), assumed(plan)) if text]


def status(plan: Plan) -> str:
    """What is proved of the plan as a whole."""
    gap = plan.manifest["options"]["gap"]
    words = STATUS[plan.status].format(gap=percent(gap, 2) if gap >= 1e-4 else f"{100 * gap:.3g} %")
    if plan.status == "optimal" and gap == 0:
        words = "every objective is proved to be the least possible"
    if plan.status == "optimal" and any(row["given_up"] for row in plan.rows("objectives")):
        words += ", before later objectives used the tolerance"
    return f"{plan.status}: {words}{STOPPED.get(plan.stopped_by, '')}"


def peak(plan: Plan) -> int:
    """The most people deployed at once by all nations together."""
    people: dict[int, int] = defaultdict(int)
    for row in plan.rows("deployments"):
        people[row["period"]] += row["personnel"]
    return max(people.values(), default=0)


def able(plan: Plan) -> int:
    """The number of nations that may take part; a fleet of several is none."""
    nations = {row["nation"] for row in plan.instance.rows("nations") if not row["collective"]}
    coalition = plan.manifest["coalition"]
    return len(nations if coalition is None else nations.intersection(of_coalition(plan.instance, coalition)))


def _who(plan: Plan) -> str:
    senders = len(members(plan))
    fleets = sum(row["member"] is None and row["personnel"] > 0 for row in plan.rows("nations"))
    if not plan.rows("deployments"):
        return f"No nation sends anything. {plan.reason}".strip()
    who = f"{senders:,} of {count(able(plan), 'nation')}"
    who += f" and {count(fleets, 'collective fleet')}" if fleets else ""
    several = senders + fleets > 1
    most = "up to " if plan.instance.periods > 1 else ""
    at_once = " at once" if plan.instance.periods > 1 else ""
    covered = percent(1 - plan.value("gap"))
    verb = ("send", "meet") if several else ("sends", "meets")
    return (
        f"{who} {verb[0]} {most}{count(peak(plan), 'person').replace('persons', 'people')}{at_once} and {verb[1]} "
        f"{covered} of what is asked, weighted by priority{_best(plan)}."
    )


def _best(plan: Plan) -> str:
    """What is proved about the coverage."""
    row = next(row for row in plan.rows("objectives") if row["objective"] == "gap")
    if row["bound"] is None:
        return ""
    if row["relative_gap"] == 0 and not row["given_up"]:
        return "; no plan meets more"
    return f"; no plan meets more than {percent(1 - max(0.0, row['bound']), 2)}"


def unmet(plan: Plan) -> list[dict[str, Any]]:
    """The requirements that are not met, the largest weighted share first."""
    short = [line for line in statement(plan) if line["missed"] > 0]
    return sorted(short, key=lambda line: -line["missed"] * line["priority"])


def _missing(plan: Plan) -> str:
    lines, short = statement(plan), unmet(plan)
    if not lines:
        return ""
    if not short:
        return f"Everything that is asked is met ({count(len(lines), 'line')})."
    line = short[0]
    tasks, capabilities = (
        names(plan.instance.rows("tasks"), "task"),
        names(plan.instance.rows("capabilities"), "capability"),
    )
    unit = next(row["unit"] for row in plan.instance.rows("capabilities") if row["capability"] == line["capability"])
    least, when = worst(line["supplies"])
    several = plan.instance.periods > 1
    low = f"; {number(least)} in {in_periods(when)}" if several and len(when) < len(line["supplies"]) else ""
    mean = " on average" if low else ""
    return (
        f"{len(short):,} of {count(len(lines), 'line')} {'is' if len(short) == 1 else 'are'} not met in full. "
        f"Most is missing in {tasks[line['task']]}: {capabilities[line['capability']]}, "
        f"{number(line['required'])} asked and {number(line['supplied'])} there{mean}{low} (unit: {unit})."
    )


def money_parts(plan: Plan) -> tuple[float, float, float]:
    """What all, the nations and the common fund pay over the horizon, in millions."""
    total = plan.value("cost")
    own = float(sum(row["cost"] for row in plan.rows("nations")))
    return total, own, max(0.0, total - own)


def yearly(plan: Plan, millions: float) -> float:
    """Millions over the horizon as millions a year."""
    return millions * 12 / (plan.instance.periods * plan.instance.months_per_period)


def _money(plan: Plan) -> str:
    total, _, common = money_parts(plan)
    currency = plan.instance.currency
    if not total:
        return "It costs nothing."
    text = f"It costs {money(yearly(plan, total), currency)} a year, {money(total, currency)} over the horizon"
    text += f", of which the common fund pays {money(common, currency)}" if common > 1e-6 else ""
    heavy = max(plan.rows("nations"), key=lambda row: row["burden"] or 0)
    if heavy["burden"]:
        name = names(plan.instance.rows("nations"), "nation")[heavy["nation"]]
        text += f"; the heaviest burden is that of {name}, {number(heavy['burden'])} per mille of its GDP a year"
    return text + "."


def assumed(plan: Plan) -> str:
    """How much depends on assumptions; empty if the instance does not mark its assumptions."""
    counted = plan.manifest["assumptions"]
    if counted is None:
        return ""
    shares = [(counted["cost_share"], "cost"), (counted["coverage_share"], "coverage")]
    parts = [f"{percent(share, 0)} of the {what}" for share, what in shares if share is not None]
    rest = f"; {' and '.join(parts)} depend on assumptions" if parts and counted["assumed"] else ""
    return f"{of_figures(counted)}{rest}."


MEANING = {
    "gap": "weighted share of what is asked that stays unmet",
    "risk": "thousand person-months from reluctant nations",
    "cost": "millions over the horizon",
    "burden": "per mille of GDP a year, the highest of a nation",
    "worst_period": "weighted share unmet in the worst period",
    "turnover": "thousand people who go somewhere anew",
    "imbalance": "millions away from shares in proportion to GDP",
}
"""What an objective is, with its unit."""


def proof(row: dict[str, Any]) -> str:
    """What is proved for an objective, from its row of the table ``objectives``."""
    bound, gap = row["bound"], row["relative_gap"]
    shares = row["objective"] in ("gap", "worst_period")
    if bound is None or gap is None:
        return "not minimised by this model"
    words = "the least possible" if gap == 0 else f"no plan is below {percent(bound, 2) if shares else number(bound)}"
    if gap and bound <= 0:
        words = "nothing is proved yet"
    elif gap:
        words += f" (gap {percent(gap, 3)})"
    if row["given_up"]:
        lost = percent(row["given_up"], 2) if shares else number(row["given_up"])
        words += f"; {lost} more than the least, given up for later objectives"
    return words
