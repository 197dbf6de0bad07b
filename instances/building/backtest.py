"""The back-test of `ifor-1996`: how far the shares of a plan and of simple rules are from the observed ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from building.answer import assumptions_text
from building.facts import PRICES_OF, Facts
from building.history import FITTED, Case, History, People
from building.ifor_1996 import NAME, SECTORS, contingent
from building.page import filled
from building.quotes import Lookup, Number, Said
from building.recorded import BASE, FOLDER, Recorded, Run, compact, found, import_allocator, load, tornado
from building.scenario import WhatIf
from building.scores import Error, compare, misses, shares
from building.writing import HERE, count_text

MODEL = "fair"
FEWER = 0.58  # 34,800 of 60,000
SFOR = (f"requirements.quantity*={FEWER}",)
LARGEST = 10
FAR = 1.5  # percentage points
ORDER = ("gap", "risk", "cost", "burden")
MORE_FRAMEWORK = 0.3


def north(share: float, others: float) -> tuple[str, ...]:
    """The divisions in proportions other than equal thirds."""
    key = "requirements[task=division_{}].quantity*={}"
    return tuple(key.format(*row) for row in (("north", share), ("south_west", others), ("south_east", others)))


LATER = "1998"
LED, QUARTER, HALF, NONE = (
    f"a lead nation provides {MORE_FRAMEWORK} of its division, not 0.2",
    "the north needs a quarter of the people, the others the rest",
    "the north needs half of the people, the others the rest",
    "one force, no divisions (`--model no-politics`)",
)
REFERENCE = "model `reference`"
RUNS = (
    WhatIf(BASE, MODEL),
    WhatIf(LATER, MODEL, SFOR),
    WhatIf(REFERENCE, "reference", SFOR),
    WhatIf(LED, MODEL, (*SFOR, f"tasks.framework_share={MORE_FRAMEWORK}")),
    WhatIf(QUARTER, MODEL, (*SFOR, *north(0.75, 1.125))),
    WhatIf(HALF, MODEL, (*SFOR, *north(1.5, 0.75))),
    WhatIf(NONE, "no-politics", SFOR),
)


def sent(run: Run) -> dict[str, float]:
    """People of each nation."""
    return {row["nation"]: float(row["personnel"]) for row in run.tables["nations"]}


def record_backtest() -> None:
    """Solve to proof, and write expected.toml and what was found."""
    import_allocator()
    import allocator

    instance = allocator.read(HERE / NAME)
    runs = [
        found(run, allocator.solve(instance, run.model, gap=0.0, overrides=run.overrides)) for run in RUNS
    ]  # fmt: skip
    text = {"name": NAME, "runs": runs, "tornado": tornado(instance)}
    (FOLDER / f"{NAME}.json").write_text(compact(text), encoding="utf-8")
    base = load(NAME).base
    lines = [
        f'model = "{MODEL}"',
        f'status = "{base.status}"',
        'why = "as solved to a gap of 0 and accepted by the audit; the pools determine nearly all of it, see README.md"',
        "",
        "[objectives]",
        *(f"{key} = {round(base.values[key], 9)}" for key in ORDER),
    ]
    (HERE / NAME / "expected.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


class Results:
    """What was predicted for 1998 and what was seen, from the record alone."""

    def __init__(self, facts: Facts, record: Recorded) -> None:
        self.facts, self.record = facts, record
        self.case = Case(FITTED, History(facts))
        self.then, self.later = self.case.before, self.case.after
        self.everyone = sorted({*self.then, *self.later})
        self.plans = {label: sent(run) for label, run in record.runs.items()}
        gdp, army = ({n: figures[n] for n in self.then} for figures in (self.case.gdp, self.case.army))
        self.rules: dict[str, People] = {
            "the model": self.plans[LATER], "in proportion to GDP": gdp, "in proportion to armed forces": army,
            "everybody's share of 1996, unchanged": self.then,
        }  # fmt: skip

    def error(self, people: People, without: str = "") -> Error:
        return compare(people, self.later, [n for n in self.everyone if n != without])

    def errors(self, without: str = "") -> list[float]:
        """Mean errors of the model, of GDP, of armed forces and of unchanged shares."""
        return [self.error(people, without).mean for people in self.rules.values()]


def rendered_backtest(facts: Facts, record: Recorded | None = None) -> str:
    """The whole page; nothing is solved."""
    record = record or load(NAME)
    results = Results(facts, record)
    fields = {
        "answer": answer_text(results), "count": count_text(record.base.assumptions or {}),
        "assumptions": assumptions_text(facts, record.tornado, 1 - record.base.values["gap"]),
    }  # fmt: skip
    return filled(NAME, fields | quoted(results), statements(results))


def quoted(results: Results) -> dict[str, Any]:
    """The figures of the page's sentences, by the names that its template uses."""
    facts = results.facts
    cost = facts.unit("any_troops", "troop_year_cost")
    then, now = (facts.by_year["consumer_prices", "USA", year] for year in (FITTED.year, PRICES_OF))
    numbers = {
        "divisions": facts.assume("divisions_ifor").value, "cost": cost.value, "cost low": cost.least, "cost high": cost.most,
        "prices then": then, "prices now": now, "lot": contingent(facts).value, "led": facts.assume("framework_divisions").value,
        "more led": MORE_FRAMEWORK, "nations": len(results.then), "asked": FEWER * facts.ratio("PR046").value,
        "each": facts.ratio("PR046").value / facts.assume("divisions_ifor").value, "factor": FEWER,
        "france": results.later["FRA"], "north": 1 / facts.assume("divisions_ifor").value,
    }  # fmt: skip
    return {
        "x": Lookup(numbers.__getitem__), "say": Said(), "ratio": Lookup(lambda key: facts.ratios[key].value),
        "ratio_low": Lookup(lambda key: facts.ratios[key].least), "ratio_high": Lookup(lambda key: facts.ratios[key].most),
        "year": Number(FITTED.year),
    }  # fmt: skip


def statements(results: Results) -> dict[str, bool]:
    """What the page says without a number, as far as its figures could contradict it."""
    then, later, plans = results.then, results.later, results.plans
    model, gdp, army, unchanged = results.errors()
    leaders = list(SECTORS)
    tables = results.record.runs[LATER].tables["deployments"]
    north_task = SECTORS["USA"][0]
    other = {label: results.error(plans[label]).mean for label in (QUARTER, HALF, NONE)}
    return {
        "the plan of 1998 is the same with `reference` and with more of a leader": plans[LATER] == plans[REFERENCE] == plans[LED],
        "smaller than the two rules and not than unchanged": all(
            errors[3] < errors[0] < min(errors[1:3]) for errors in map(results.errors, ("", "USA"))
        ),
        "the Americans serve in the north alone": {r["task"] for r in tables if r["nation"] == "USA"} == {north_task},
        "the model uses the United States first": abs(
            plans[LATER]["USA"] / sum(plans[LATER].values()) - 1 / results.facts.assume("divisions_ifor").value
        ) < 0.01,
        "with a quarter in the north it is the best of all": other[QUARTER] < min(model, gdp, army, unchanged),
        "with a half or without divisions it is hardly better than GDP": all(
            0.8 * gdp < other[label] < gdp for label in (HALF, NONE)
        ),
        "the three leaders cut by more than half": all(later[n] < then[n] / 2 for n in leaders),
        "many others hardly cut": sum(later.get(n, 0) >= 0.9 * people for n, people in then.items() if n not in leaders) >= 5,
        "too much of the United Kingdom is cut and too little of the others": plans[LATER]["GBR"] < later["GBR"]
        and all(plans[LATER][n] > later[n] for n in ("USA", "FRA")),
        "all are for the whole of former Yugoslavia": sum(then.values()) > results.facts.ratio("PR046").value,
        "two nations have a figure for 1998 alone": set(later) - set(then) == {"BGR", "IRL"},
    }  # fmt: skip


def answer_text(results: Results) -> str:
    """The answer as Markdown: errors of the model and of the rules, and what they depend on."""
    then, later, everyone = results.then, results.later, results.everyone
    first, second = results.plans[BASE], results.plans[LATER]
    largest = sorted(later, key=lambda n: -later[n])[:LARGEST]
    lines = [
        f"Model `{MODEL}`. In sample (1996): a mean error of {compare(first, then, everyone).mean:.2f} percentage points "
        f"per nation, {sum(first.values()):,.0f} of {sum(then.values()):,.0f} people; the pools determine nearly all of "
        f"it. Nations that send less than they did: {spared(first, then)}.",
        "",
        f"Out of sample (1998): the mean error of a nation's share in percentage points, and the largest error, over "
        f"the {len(everyone)} nations with a figure for 1996 or 1998:",
        "",
        "| prediction | mean error | largest error | without Russia | without France | without the USA |",
        "| --- | ---: | --- | ---: | ---: | ---: |",
        *(
            f"| {label} | {results.error(people)} | "
            + " | ".join(f"{results.error(people, nation).mean:.2f}" for nation in ("RUS", "FRA", "USA")) + " |"
            for label, people in results.rules.items()
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
        *(f"| {BASE if run.label == LATER else run.label} | {results.error(results.plans[run.label])} |" for run in RUNS[1:]),
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


def write_backtest(facts: Facts) -> None:
    (HERE / NAME / "README.md").write_text(rendered_backtest(facts), encoding="utf-8")
