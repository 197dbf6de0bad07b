"""Solve an instance and write the answer."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass

from building.reassurance_force import TASKS
from building.writing import HERE, between

WHAT_IFS = (
    ("as it stands", "reference", ()),
    ("Türkiye has its seat", "reference", ("events.turkiye_seat=true",)),
    ("the United States stands behind the force", "reference", ("events.us_backstop=true",)),
    ("the United States does not consent", "reference", ("events.us_consent=false",)),
    ("three billion a year, not four", "reference", ("budgets[payer=*].amount*=0.75",)),
    ("nobody pays above 0.2 % of GDP, burden before cost", "fair", ()),
    ("no conditions, no caveats, no floor", "no-politics", ()),
)
ORDER = ("gap", "risk", "cost", "burden")


def answer(name: str, seconds: float = 300.0) -> None:
    """Solve an instance of this folder to proof; write its expected.toml and the answer in its README."""
    sys.path.insert(0, str(HERE.parent))
    import allocator

    def solved(model: str, overrides: tuple[str, ...], gap: float) -> Solved:
        plan = allocator.solve(HERE / name, model, gap=gap, time_limit=seconds, overrides=overrides).to_dict()
        values = {row["objective"]: float(row["value"]) for row in plan["objectives"]}
        return Solved(str(plan["status"]), values, plan)

    base = solved("reference", (), 0.0)
    lines = [
        f'status = "{base.status}"',
        'why = "as solved to a gap of 0 and accepted by the audit; see README.md"',
        "",
    ]
    lines += ["[objectives]", *(f"{key} = {round(base.values[key], 9)}" for key in ORDER)]
    (HERE / name / "expected.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    others = [(label, solved(model, overrides, 1e-4)) for label, model, overrides in WHAT_IFS[1:]]
    page = (HERE / name / "README.md").read_text(encoding="utf-8")
    page = between(page, "answer", answer_text(base, [(WHAT_IFS[0][0], base), *others]))
    (HERE / name / "README.md").write_text(page, encoding="utf-8")


@dataclass(frozen=True)
class Solved:
    status: str
    values: dict[str, float]
    plan: dict[str, list[dict[str, object]]]


def answer_text(base: Solved, rows: list[tuple[str, Solved]]) -> str:
    """The answer as a page: what is met, who sends, and what would change it."""
    coverage = [row for row in base.plan["coverage"] if amount(row["required"]) > 0]
    unmet = [row for row in coverage if amount(row["shortfall"]) > 1e-6]
    senders = sorted(
        (row for row in base.plan["nations"] if amount(row["personnel"]) > 0),
        key=lambda row: -amount(row["personnel"]),
    )
    tasks = {task: objective for task, objective, *_ in TASKS}
    people_at: Counter[str] = Counter()
    for row in base.plan["deployments"]:
        people_at[tasks[str(row["task"])]] += int(amount(row["personnel"]))
    total = sum(people_at.values())
    lines = [
        f"Model `reference`, {base.status}: {len(coverage) - len(unmet)} of {len(coverage)} lines are met, "
        f"and {total:,} people are out, {people_at['peace_on_land']:,} of them for peace on land, "
        f"{people_at['safe_skies']:,} for safe skies, {people_at['safe_seas']:,} for safe seas and "
        f"{people_at['training']:,} as trainers. What stays open:",
        "",
        "| task | capability | asked | there |",
        "| --- | --- | ---: | ---: |",
        *(f"| {row['task']} | {row['capability']} | {shown(row['required'])} | {shown(row['supplied'])} |"
          for row in unmet),
        "",
        "People: " + ", ".join(f"{row['nation']} {amount(row['personnel']):,.0f}" for row in senders) + ".",
        "",
        "| if | gap | risk | cost | burden | |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
        *("| " + " | ".join([label, *(f"{solved.values[key]:.4g}" for key in ORDER), solved.status]) + " |"
          for label, solved in rows),
    ]  # fmt: skip
    return "\n".join(lines)


def shown(cell: object) -> str:
    return f"{amount(cell):,.10g}"


def amount(cell: object) -> float:
    assert isinstance(cell, int | float)
    return float(cell)
