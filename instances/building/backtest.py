"""The back-test of `ifor-1996`: how far the shares of a plan and of simple rules are from the observed ones."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from building.facts import Facts
from building.ifor_1996 import FITTED, TESTED, contributions
from building.refresh import DATA
from building.writing import HERE, between, count_text

MODEL = "fair"
SFOR = ("requirements.quantity*=0.58",)  # 34,800 of 60,000
LARGEST = 10
ORDER = ("gap", "risk", "cost", "burden")


def north(share: float, others: float) -> tuple[str, ...]:
    """The divisions in proportions other than equal thirds."""
    key = "requirements[task=division_{}].quantity*={}"
    return tuple(key.format(*row) for row in (("north", share), ("south_west", others), ("south_east", others)))


WHAT_IFS = (
    ("unchanged", MODEL, ()),
    ("model `reference`", "reference", ()),
    ("a lead nation provides 0.3 of its division, not 0.2 (many plans tie)", MODEL, ("tasks.framework_share=0.3",)),
    ("the north needs a quarter of the people, the others the rest", MODEL, north(0.75, 1.125)),
    ("the north needs half of the people, the others the rest", MODEL, north(1.5, 0.75)),
    ("one force, no divisions (`--model no-politics`)", "no-politics", ()),
)

People = Mapping[str, float]
Plan = dict[str, list[dict[str, object]]]
Solve = Callable[[str, Sequence[str]], Plan]


@dataclass(frozen=True)
class Error:
    """Mean error of shares in percentage points, and the nation with the largest error."""

    mean: float
    nation: str
    predicted: float
    seen: float

    def __str__(self) -> str:
        return f"{self.mean:.2f} | {self.nation} {self.predicted:.1f} instead of {self.seen:.1f}"


def compare(predicted: People, seen: People, nations: Sequence[str]) -> Error:
    """Predicted against observed shares of the nations' total; nations with neither do not count."""
    counted = [n for n in nations if predicted.get(n) or seen.get(n)]
    ours, theirs = (
        {n: 100 * people.get(n, 0.0) / sum(people.get(m, 0.0) for m in counted) for n in counted}
        for people in (predicted, seen)
    )
    miss = {n: abs(ours[n] - theirs[n]) for n in counted}
    worst = max(miss, key=lambda n: miss[n])
    return Error(sum(miss.values()) / len(counted), worst, ours[worst], theirs[worst])


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
    page = between(page, "count", count_text(plan["manifest"]["assumptions"]))
    (HERE / name / "README.md").write_text(page, encoding="utf-8")


def answer_text(facts: Facts, solve: Solve) -> str:
    then, later = (
        {nation: fact.value for nation, fact in contributions(facts, force).items()} for force in (FITTED, TESTED)
    )
    gdp, army = (
        {n: facts.nations[n, column].value for n in then if (n, column) in facts.nations}
        for column in ("gdp_nominal", "active_personnel")
    )
    everyone = sorted({*then, *later})
    both = [n for n in everyone if all((n, c) in facts.nations for c in ("gdp_nominal", "active_personnel"))]
    first, second = sent(solve(MODEL, ())), sent(solve(MODEL, SFOR))
    rows = [
        ("the model", second), ("in proportion to GDP", gdp), ("in proportion to people in uniform", army),
        ("everybody's share of 1996, unchanged", then),
    ]  # fmt: skip
    largest = sorted(later, key=lambda n: -later[n])[:LARGEST]
    fewer = [[n for n in both if n != left] for left in ("UKR", "FRA", "USA")]
    lines = [
        f"Model `{MODEL}`. In sample (1996): a mean error of {compare(first, then, everyone).mean:.2f} percentage points "
        f"per nation, {sum(first.values()):,.0f} of {sum(then.values()):,.0f} people; the caps determine nearly all of "
        f"it. Nations that send less than they did: {spared(first, then)}.",
        "",
        f"Out of sample (1998): the mean error of a nation's share in percentage points, and the largest error, over "
        f"the {len(both)} nations with a figure for 1998, a GDP and an army:",
        "",
        "| prediction | mean error | largest error | without Ukraine | without France | without the USA |",
        "| --- | ---: | --- | ---: | ---: | ---: |",
        *(
            f"| {label} | {compare(people, later, both)} | "
            + " | ".join(f"{compare(people, later, some).mean:.2f}" for some in fewer) + " |"
            for label, people in rows
        ),
        "",
        f"Mean error over all {len(everyone)} nations with a figure: {compare(second, later, everyone).mean:.2f} for the "
        f"model, {compare(then, later, everyone).mean:.2f} for the shares of 1996.",
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
        *(f"| {label} | {compare(sent(solve(model, (*SFOR, *changes))), later, both)} |"
          for label, model, changes in WHAT_IFS),
    ]  # fmt: skip
    return "\n".join(lines)


def spared(plan: People, pools: People) -> str:
    """The nations that send less than they could."""
    less = sorted((n for n in pools if plan[n] < pools[n]), key=lambda n: plan[n] - pools[n])
    return ", ".join(f"{n} {plan[n]:,.0f} of {pools[n]:,.0f}" for n in less)
