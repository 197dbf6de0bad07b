"""Why and why not, against enumeration and by hand."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest

from allocator.errors import BadUsage
from allocator.explaining.ability import FACTS
from allocator.explaining.core import SAME
from allocator.explaining.why import why, why_not
from tests.explaining.truth import Truth, cases, core_of, read
from tests.oracle.brute import Plan
from tests.toys import model, pools, toy, willing


def selected(truth: Truth, rng: random.Random) -> tuple[str, Any]:
    """A random question, and whether a deployment is part of it."""
    judge = truth.judge
    every = [list(judge.nation_rows), list(judge.types), list(judge.tasks), list(judge.periods)]
    chosen: list[Any] = [rng.choice(some) if rng.random() < 0.5 else "*" for some in every]
    chosen = chosen[: rng.choice([1, 2, 3, 4])]
    text = " ".join(map(str, chosen))
    return text, lambda key: all(want in ("*", has) for want, has in zip(chosen, key, strict=False))


def verdict(truth: Truth, best: dict[str, Fraction], forced: dict[str, Fraction] | None, none: str, worse: str) -> str:
    if forced is None:
        return none
    for name, value in best.items():
        if abs(forced[name] - value) > Fraction(repr(SAME)) * max(Fraction(1), abs(value)):
            return worse if forced[name] > value else "free"
    return "free"


def halves(truth: Truth, holds: Any) -> list[dict[str, Fraction] | None]:
    """The optimum with some of a selection, and with none of it."""

    def some(plan: Plan) -> bool:
        return any(holds(key) for key in plan.deploy)

    return [truth.best(some), truth.best(lambda plan: not some(plan))]


def disagreements(seeds: range) -> list[Any]:
    """Every question of random cases whose answer is not that of enumeration."""
    found: list[Any] = []
    for obj, chosen, truth in cases(seeds):
        rng = random.Random(str(obj["instance"]["name"]))
        best = truth.best()
        assert best is not None
        with core_of(*read(obj, chosen)) as core:
            for _ in range(3):
                text, holds = selected(truth, rng)
                judge = truth.judge
                keys = [
                    (n, u, j, t)
                    for n in judge.nation_rows
                    for u in judge.types
                    for j in judge.tasks
                    for t in judge.periods
                ]
                bars = [judge.bars(key) for key in keys if holds(key)]
                some, none = halves(truth, holds)
                expected = verdict(truth, best, some, "impossible", "worse") if "" in bars else "forbidden"
                answer = why_not(core, text)
                if answer.lists["verdict"] != expected:
                    found.append((obj["instance"]["name"], "why not", text, expected, answer))
                if expected == "forbidden":
                    facts = all(why in ("no pool", "not ready", "not eligible", "task not active") for why in bars)
                    if facts != (answer.lists["rules"][0] in FACTS):
                        found.append((obj["instance"]["name"], text, bars, answer))
                expected = verdict(truth, best, none, "needed", "better")
                answer = why(core, text)
                if answer.lists["verdict"] != expected:
                    found.append((obj["instance"]["name"], "why", text, expected, answer))
    return found


@pytest.mark.parametrize("first", range(0, 40, 20))
def test_against_enumeration(first: int) -> None:
    assert disagreements(range(first, first + 20)) == []


def question(**changes: Any) -> Any:
    """AAA has battalions for two tasks; DDD has none, BBB none that anything asks for, CCC is not willing."""
    tables: dict[str, Any] = {
        "nations": [{"nation": n, "name": f"Nation {n}"} for n in ("AAA", "BBB", "CCC", "DDD")],
        "unit_types": [{"unit_type": "bn", "name": "Battalion"}, {"unit_type": "ship", "name": "Ship"}],
        "capabilities": [{"capability": c, "name": c, "unit": "unit"} for c in ("inf", "sea")],
        "yields": [{"unit_type": u, "capability": c, "amount": 1.0} for u, c in (("bn", "inf"), ("ship", "sea"))],
        "objectives": [{"objective": o, "name": o} for o in ("land", "port")],
        "tasks": [
            {"task": "hold", "name": "Hold"},
            {"task": "guard", "name": "Guard", "objective": "port", "first_period": 2},
        ],
        "requirements": [{"task": j, "capability": "inf", "quantity": 2.0} for j in ("hold", "guard")],
        "forces": [*pools(5, "AAA", last_period=2), *pools(1, "BBB", unit="ship"), *pools(4, "CCC")],
        "willingness": willing("AAA", "BBB"),
        "conditions": [{"nation": "AAA", "objective": "port", "requires": "event", "value": "peace"}],
        "caveats": [{"nation": "AAA", "task": "hold", "unit_type": "ship"}],
    }
    return toy(periods=3, events={"peace": False}, **{**tables, **changes})


@pytest.mark.parametrize(
    ("text", "rules", "says"),
    [
        ("DDD", ["pool"], "Nation DDD has no forces."),
        (
            "AAA ship",
            ["pool", "eligible"],
            "Nation AAA, ship: has no ships; its ships supply nothing that any task asks for.",
        ),
        (
            "BBB ship * 1",
            ["eligible"],
            "Nation BBB, ship in period 1: its ships supply nothing that any task asks for.",
        ),
        ("CCC", ["willingness"], "Nation CCC has said no to both objectives."),
        (
            "AAA bn hold 3",
            ["ready"],
            "Nation AAA, battalion at “Hold” in period 3: is not ready then: its battalions in periods 1 to 2.",
        ),
        (
            "CCC * guard 1",
            ["active"],
            "Nation CCC at “Guard” in period 1: no such task then: “Guard” in periods 2 to 3.",
        ),
        ("AAA bn guard 2", ["willingness", "event"], None),
    ],
)
def test_facts_suffice(text: str, rules: list[str], says: str | None) -> None:
    with core_of(question(), model("conditions", "caveats")) as core:
        answer = why_not(core, text)
        assert (answer.lists["verdict"], answer.lists["rules"]) == ("forbidden", rules)
        assert answer.text == [says] or says is None
        assert core.bench.solves == 0


def test_an_event_and_a_caveat() -> None:
    able = willing("AAA", objectives=("land", "port"))
    with core_of(question(willingness=able), model("conditions", "caveats")) as core:
        answer = why_not(core, "AAA bn guard")
        assert answer.lists["rules"] == ["event"]
        assert answer.text == ["Nation AAA, battalion at “Guard”: its pledge asks for peace, assumed not to happen."]
    barred = [{"nation": "AAA", "objective": "land"}]
    with core_of(question(willingness=able, caveats=barred), model("caveats")) as core:
        answer = why_not(core, "AAA bn hold")
        assert answer.lists["rules"] == ["caveat"]
        assert answer.text == ["Nation AAA, battalion at “Hold”: caveat: Nation AAA does not send anything for land."]


def test_verdicts_by_hand() -> None:
    """Four are asked, AAA has five. Without it nothing is met; with a limit on the gap there is no plan."""
    with core_of(toy(), model(objectives=("gap", "cost"))) as core:
        answer = why(core, "AAA")
        assert answer.lists["verdict"] == "better"
        assert answer.text == ["The best plan is worse without AAA: coverage is 0.0 % instead of 100.0 %."]
        assert [(row["objective"], row["value"], row["forced"]) for row in answer.lists["objectives"]] == [
            ("gap", 0.0, 1.0), ("cost", 24.0, 0.0),
        ]  # fmt: skip
        assert why_not(core, "AAA").lists["verdict"] == "free"
    must = [{"task": "hold", "capability": "inf", "quantity": 4.0, "max_gap": 0.5}]
    with core_of(toy(requirements=must), model()) as core:
        assert why(core, "AAA bn").lists["verdict"] == "needed"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("AAB", "no nation 'AAB' in nations (did you mean AAA?)"),
        ("AAA bm", "no unit type 'bm' in unit_types (did you mean bn?)"),
        ("AAA bn hole", "no task 'hole' in tasks (did you mean hold?)"),
        ("AAA bn hold 4", "no period '4'; expected 1 to 3, or *"),
        ("AAA bn hold one", "no period 'one'"),
        ("AAA bn hold 1 2", "expected NATION [UNIT_TYPE [TASK [PERIOD]]]"),
        (" ", "expected NATION"),
    ],
)
def test_names_that_are_not_there(text: str, says: str) -> None:
    with core_of(question(), model()) as core:
        for ask in (why, why_not):
            with pytest.raises(BadUsage) as error:
                ask(core, text)
            assert says in str(error.value)
