"""Solve an instance and write the answer."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from typing import Any

from building.scenario import OBJECTIVE_NAMES, Scenario, WhatIf
from building.writing import HERE, between, count_text

TIGHT = 1e-4  # relative gap of the recorded answers, the default of a solve
ROUNDED = 1e-3  # of a line: the shares of an orbit are rounded in the tables
ORDER = ("gap", "risk", "cost", "burden")


def settled(plan: dict[str, Any]) -> list[str]:
    """Objectives whose values do not depend on which plan was found: up to the first that is proved to a gap alone."""
    proofs = {row["objective"]: row["relative_gap"] for row in plan["objectives"]}
    found: list[str] = []
    for name in plan["manifest"]["model"]["objectives"]:
        found.append(name)
        if proofs[name] is None or proofs[name] > 1e-9:
            break
    return found


def answer(scenario: Scenario) -> None:
    """Solve an instance of this folder; write its expected.toml and the answer in its README."""
    sys.path.insert(0, str(HERE.parent))
    import allocator

    folder = HERE / scenario.name

    def solved(what_if: WhatIf, gap: float) -> Solved:
        instance, given = allocator.read(folder), what_if.overrides
        plan = allocator.solve(
            instance, what_if.model or None, gap=gap, time_limit=scenario.seconds, overrides=given
        ).to_dict()
        values = {row["objective"]: float(row["value"]) for row in plan["objectives"]}
        return Solved(what_if.label, str(plan["status"]), values, plan)

    base = solved(WhatIf("unchanged"), TIGHT)
    lines = [
        f'status = "{base.status}"',
        f'why = "as solved to a gap of {TIGHT:g} within {scenario.seconds:g} seconds and accepted by the audit; see README.md"',
        "",
    ]
    lines += ["[objectives]", *(f"{key} = {round(base.values[key], 9)}" for key in settled(base.plan))]
    (folder / "expected.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    rows = [base, *(solved(what_if, scenario.what_if_gap) for what_if in scenario.what_ifs)]
    page = (folder / "README.md").read_text(encoding="utf-8")
    page = between(page, "answer", answer_text(scenario, rows))
    page = between(page, "count", count_text(base.plan["manifest"]["assumptions"]))
    (folder / "README.md").write_text(page, encoding="utf-8")


@dataclass(frozen=True)
class Solved:
    label: str
    status: str
    values: dict[str, float]
    plan: dict[str, Any]


def answer_text(scenario: Scenario, rows: list[Solved]) -> str:
    """The answer as Markdown: what is met, who sends people, and the results of the what-ifs."""
    base = rows[0]
    coverage = [row for row in base.plan["coverage"] if amount(row["required"]) > 0]
    unmet = [row for row in coverage if amount(row["shortfall"]) > ROUNDED * amount(row["required"])]
    senders = sorted(
        (row for row in base.plan["nations"] if amount(row["personnel"]) > 0),
        key=lambda row: -amount(row["personnel"]),
    )
    tasks = {task.key: task.objective for task in scenario.tasks}
    several = scenario.periods > 1
    people_at: Counter[str] = Counter()
    for row in base.plan["deployments"]:
        people_at[tasks[str(row["task"])]] += int(amount(row["personnel"]))
    by_objective = ", ".join(
        f"{OBJECTIVE_NAMES[o][0].lower()}{OBJECTIVE_NAMES[o][1:]} {people_at[o] / scenario.periods:,.0f}"
        for o in dict.fromkeys(tasks.values())
    )
    lines = [
        f"Model `{scenario.model or 'reference'}`, {base.status}: {len(coverage) - len(unmet)} of {len(coverage)} requirements"
        f"{', each in each period,' if several else ''} are "
        f"met in full, and {sum(people_at.values()) / scenario.periods:,.0f} people are deployed{' on average' if several else ''} "
        f"({by_objective})." + (" Not met in full:" if unmet else ""),
        "",
    ]
    if unmet:
        lines += [
            "| task | capability | required | supplied |",
            "| --- | --- | ---: | ---: |",
            *(
                "| "
                + " | ".join(
                    [place(row, several), str(row["capability"]), shown(row["required"]), shown(row["supplied"])]
                )
                + " |"
                for row in unmet
            ),
            "",
        ]
    lines += [
        "People: " + ", ".join(f"{row['nation']} {amount(row['personnel']):,.0f}" for row in senders) + ".",
        "",
        "| if | gap | risk | cost | burden | |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
        *(
            "| " + " | ".join([solved.label, *(f"{solved.values[key]:.4g}" for key in ORDER), solved.status]) + " |"
            for solved in rows
            if solved.values
        ),
        *(f"| {solved.label} | | | | | {solved.status} |" for solved in rows if not solved.values),
    ]
    return "\n".join(lines)


def place(row: dict[str, Any], several: bool) -> str:
    return f"{row['task']}, period {row['period']}" if several else str(row["task"])


def shown(cell: object) -> str:
    return f"{amount(cell):,.10g}"


def amount(cell: object) -> float:
    assert isinstance(cell, int | float)
    return float(cell)
