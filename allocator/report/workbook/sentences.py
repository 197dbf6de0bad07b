"""What the pages of a workbook say in words, beside the sentences that the terminal prints too."""

from __future__ import annotations

from typing import Any

from allocator.plan.measures import statement
from allocator.plan.plan import Plan
from allocator.report.text.brief import sentences as of_the_answer
from allocator.report.text.brief_tables import Missing
from allocator.report.text.words import assumptions, number, percent

WIDE = 1_000
"""Width of a sentence, in signs; a cell wraps it."""


def sentences(plan: Plan) -> list[str]:
    """Who and how much, what is missing most, what it costs and who bears most, and what is assumed."""
    reason = [plan.reason] if plan.reason else []
    return [*of_the_answer(plan, Missing(plan), WIDE), *reason, *assumptions(plan)] if plan.found else reason


def unmet(plan: Plan) -> list[dict[str, Any]]:
    """The requirements that are not met, those that weigh most in the gap first; ``weight`` is how much they do."""
    of = {row["objective"]: row["priority"] for row in plan.instance.rows("objectives")}
    short = [
        {**line, "weight": line["priority"] * of[line["objective"]] * sum(line["terms"].values()) / len(line["terms"])}
        for line in statement(plan)
        if line["missed"] > 0
    ]
    return sorted(short, key=lambda line: -line["weight"])


def money_parts(plan: Plan) -> tuple[float, float, float]:
    """What all, the nations and the common fund pay over the horizon, in millions."""
    total = plan.value("cost")
    own = float(sum(row["cost"] for row in plan.rows("nations")))
    return total, own, max(0.0, total - own)


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
        words += f" (within {percent(gap, 3)})"
    if row["given_up"]:
        lost = percent(row["given_up"], 2) if shares else number(row["given_up"])
        words += f"; {lost} more than the least, given up for later objectives"
    return words
