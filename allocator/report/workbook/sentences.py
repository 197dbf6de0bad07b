"""The answer of a plan in sentences, computed from its tables."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from allocator.instance.coalition import members as of_coalition
from allocator.plan.measures import coverage_by_period, members, statement, worst
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
    fleets = sum(row["member"] is None and row["personnel"] > 0 for row in plan.rows("nations"))
    people, of = peak(plan), count(able(plan), "nation")
    if not people:
        return f"None of {of} sends anybody; {_met(plan)} is met {_best(plan)}. {plan.reason}".strip()
    fleet = f" and {count(fleets, 'collective fleet')}" if fleets else ""
    sent = f"{people:,} {'person' if people == 1 else 'people'}"
    begin = f"Up to {sent} at once" if plan.instance.periods > 1 else sent
    verb = "meets" if people == 1 else "meet"
    return f"{begin} from {len(members(plan)):,} of {of}{fleet} {verb} {_met(plan)} {_best(plan)}."


def _met(plan: Plan) -> str:
    """How much is met, and over several periods in which it is least."""
    share = 1 - plan.value("gap")
    if share == 1:
        return "all that is asked"
    if plan.instance.periods == 1:
        return f"{percent(share)} of what is asked"
    text = f"{percent(share)} of what is asked on average"
    of = _priorities(plan)
    lines = [
        {**line, "objective": "", "priority": line["priority"] * of[line["objective"]]} for line in statement(plan)
    ]
    by_period = coverage_by_period(lines).get("", {})
    least, when = worst(by_period) if by_period else (share, [])
    if len(when) == len(by_period):
        return text
    return f"{text}, {'none of it' if least <= 1e-9 else percent(least)} in {in_periods(when)}"


def _best(plan: Plan) -> str:
    """Whether no plan meets more, or how much more a plan could meet."""
    row = next(row for row in plan.rows("objectives") if row["objective"] == "gap")
    listed = plan.model.objectives
    bound, given_up = row["bound"], row["given_up"] or 0.0
    if "gap" not in listed:
        return "(not maximised by this model)"
    if bound is None:
        return "(best found)"
    after = "" if listed[0] == "gap" else f" with the least {' and '.join(listed[: listed.index('gap')])}"
    if row["value"] == 0:
        return "(proved best)"
    most = percent(1 - max(0.0, bound))
    if given_up > 5e-7:
        after += f"; {percent(1 - row['value'] + given_up)} could be met, the rest is given up for later objectives"
    if most == percent(1 - row["value"] + given_up):
        return f"(proved best{after})"
    return f"(best found, proved within {100 * row['relative_gap']:.2g} %: at most {most} can be met{after})"


def _priorities(plan: Plan) -> dict[str, float]:
    return {row["objective"]: row["priority"] for row in plan.instance.rows("objectives")}


def unmet(plan: Plan) -> list[dict[str, Any]]:
    """The requirements that are not met, those that weigh most in the gap first; ``weight`` is how much they do."""
    of = _priorities(plan)
    short = [
        {**line, "weight": line["priority"] * of[line["objective"]] * sum(line["terms"].values()) / len(line["terms"])}
        for line in statement(plan)
        if line["missed"] > 0
    ]
    return sorted(short, key=lambda line: -line["weight"])


def _missing(plan: Plan) -> str:
    """Which capability is missing most, the lines of the same periods together."""
    lines, short = statement(plan), unmet(plan)
    if not lines:
        return ""
    if not short:
        all_lines = f"all {len(lines):,} lines are" if len(lines) > 1 else "the line is"
        return f"Nothing is missing: {all_lines} met in full."
    groups: dict[tuple[str, int, int], list[dict[str, Any]]] = defaultdict(list)
    for line in short:
        groups[line["capability"], line["first_period"], line["last_period"]].append(line)
    most = max(groups.values(), key=lambda group: sum(line["weight"] for line in group))
    kind = next(row for row in plan.instance.rows("capabilities") if row["capability"] == most[0]["capability"])
    tasks = names(plan.instance.rows("tasks"), "task")
    asked, has = (sum(line[key] for line in most) for key in ("required", "supplied"))
    where = tasks[most[0]["task"]] if len(most) == 1 else f"{len(most)} tasks"
    there = list(most[0]["supplies"])
    mean = " on average" if len(there) > 1 else ""
    when = f", {in_periods(there)}" if len(there) < plan.instance.periods else ""
    supplied = number(has) if has else "none"
    capability = names(plan.instance.rows("capabilities"), "capability")[kind["capability"]]
    return (
        f"Most is missing in {capability} ({where}){when}: {number(asked)} asked, {supplied} supplied{mean} "
        f"(unit: {kind['unit']})."
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
    instance, (total, _, common) = plan.instance, money_parts(plan)
    if total <= 0:
        return "It costs nothing."
    a_year = yearly(plan, total)
    text = f"{money(a_year, instance.currency)} a year"
    if not instance.indefinite and instance.periods > 1 and abs(a_year - total) > 1e-6 * total:
        text += f" ({number(total)} over the horizon)"
    if common > 1e-6:
        text += f", {number(yearly(plan, common))} of it from the common fund"
    heavy = max(plan.rows("nations"), key=lambda row: row["burden"] or 0)
    if heavy["burden"]:
        name = names(instance.rows("nations"), "nation")[heavy["nation"]]
        text += f"; heaviest burden {name}, {heavy['burden']:.2f} per mille of GDP"
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
