"""The back-test of `ifor-1996`: how far the shares of a plan and of simple rules are from the observed ones."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from building.answer import assumptions_text
from building.facts import Facts
from building.history import FITTED, Case, History, People
from building.recorded import tornado
from building.refresh import DATA
from building.scores import compare, misses, shares
from building.writing import HERE, between, count_text

MODEL = "fair"
SFOR = ("requirements.quantity*=0.58",)  # 34,800 of 60,000
LARGEST = 10
FAR = 1.5  # percentage points
ORDER = ("gap", "risk", "cost", "burden")


def north(share: float, others: float) -> tuple[str, ...]:
    """The divisions in proportions other than equal thirds."""
    key = "requirements[task=division_{}].quantity*={}"
    return tuple(key.format(*row) for row in (("north", share), ("south_west", others), ("south_east", others)))


WHAT_IFS = (
    ("unchanged", MODEL, ()),
    ("model `reference`", "reference", ()),
    ("a lead nation provides 0.3 of its division, not 0.2", MODEL, ("tasks.framework_share=0.3",)),
    ("the north needs a quarter of the people, the others the rest", MODEL, north(0.75, 1.125)),
    ("the north needs half of the people, the others the rest", MODEL, north(1.5, 0.75)),
    ("one force, no divisions (`--model no-politics`)", "no-politics", ()),
)

Plan = dict[str, list[dict[str, object]]]
Solve = Callable[[str, Sequence[str]], Plan]


def sent(plan: Plan) -> dict[str, float]:
    return {str(row["nation"]): float(str(row["personnel"])) for row in plan["nations"]}


def answer(name: str) -> None:
    """Solve to proof; write expected.toml and the answer in the README."""
    sys.path.insert(0, str(HERE.parent))
    import allocator

    def solve(model: str, overrides: Sequence[str]) -> Plan:
        return allocator.solve(HERE / name, model, gap=0.0, overrides=overrides).to_dict()

    plan = solve(MODEL, ())
    values = {row["objective"]: float(str(row["value"])) for row in plan["objectives"]}
    lines = [
        f'model = "{MODEL}"',
        f'status = "{plan["status"]}"',
        'why = "as solved to a gap of 0 and accepted by the audit; the caps determine nearly all of it, see README.md"',
        "",
        "[objectives]",
        *(f"{key} = {round(values[key], 9)}" for key in ORDER),
    ]
    (HERE / name / "expected.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    page = (HERE / name / "README.md").read_text(encoding="utf-8")
    page = between(page, "answer", answer_text(Facts(DATA), solve))
    page = between(
        page, "assumptions", assumptions_text(Facts(DATA), tornado(allocator.read(HERE / name)), 1 - values["gap"])
    )
    page = between(page, "count", count_text(plan["manifest"]["assumptions"]))
    (HERE / name / "README.md").write_text(page, encoding="utf-8")


def answer_text(facts: Facts, solve: Solve) -> str:
    case = Case(FITTED, History(facts))
    then, later = case.before, case.after
    gdp, army = ({n: figures[n] for n in then} for figures in (case.gdp, case.army))
    everyone = sorted({*then, *later})
    first, second = sent(solve(MODEL, ())), sent(solve(MODEL, SFOR))
    rows = [
        ("the model", second), ("in proportion to GDP", gdp), ("in proportion to armed forces", army),
        ("everybody's share of 1996, unchanged", then),
    ]  # fmt: skip
    largest = sorted(later, key=lambda n: -later[n])[:LARGEST]
    fewer = [[n for n in everyone if n != left] for left in ("RUS", "FRA", "USA")]
    lines = [
        f"Model `{MODEL}`. In sample (1996): a mean error of {compare(first, then, everyone).mean:.2f} percentage points "
        f"per nation, {sum(first.values()):,.0f} of {sum(then.values()):,.0f} people; the caps determine nearly all of "
        f"it. Nations that send less than they did: {spared(first, then)}.",
        "",
        f"Out of sample (1998): the mean error of a nation's share in percentage points, and the largest error, over "
        f"the {len(everyone)} nations with a figure for 1996 or 1998:",
        "",
        "| prediction | mean error | largest error | without Russia | without France | without the USA |",
        "| --- | ---: | --- | ---: | ---: | ---: |",
        *(
            f"| {label} | {compare(people, later, everyone)} | "
            + " | ".join(f"{compare(people, later, some).mean:.2f}" for some in fewer) + " |"
            for label, people in rows
        ),
        "",
        f"Shares that the model misses by {FAR:g} points or more: {far_off(second, later, everyone)}.",
        "",
        f"The {LARGEST} largest contributions of 1998, in people:",
        "",
        "| | " + " | ".join(largest) + " |",
        "| --- |" + " ---: |" * LARGEST,
        *(
            f"| {label} | " + " | ".join(f"{people[n]:,.0f}" for n in largest) + " |"
            for label, people in (("1996, observed", then), ("1998, the model", second), ("1998, observed", later))
        ),
        "",
        "| if | mean error | largest error |",
        "| --- | ---: | --- |",
        *(f"| {label} | {compare(sent(solve(model, (*SFOR, *changes))), later, everyone)} |"
          for label, model, changes in WHAT_IFS),
    ]  # fmt: skip
    return "\n".join(lines)


def far_off(predicted: People, seen: People, nations: Sequence[str]) -> str:
    """The shares with large errors, the largest first."""
    miss = misses(predicted, seen, nations)
    ours, theirs = shares(predicted, list(miss)), shares(seen, list(miss))
    far = sorted((n for n in miss if miss[n] >= FAR), key=lambda n: -miss[n])
    return ", ".join(f"{n} {ours[n]:.1f} instead of {theirs[n]:.1f}" for n in far)


def spared(plan: People, pools: People) -> str:
    """The nations that send less than they could."""
    less = sorted((n for n in pools if plan[n] < pools[n]), key=lambda n: plan[n] - pools[n])
    return ", ".join(f"{n} {plan[n]:,.0f} of {pools[n]:,.0f}" for n in less)
