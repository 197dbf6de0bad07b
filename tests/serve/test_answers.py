"""Answers: equal to those of the command line, honest while they are not whole, and stopped by the next question."""

from __future__ import annotations

import json
import shlex
import signal
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import allocator
from allocator.cli import cli
from allocator.report.text.words import percent
from allocator.serve.question import Question
from allocator.serve.shown import PROVED, whole_answer
from allocator.serve.worker import Answerer, Work
from allocator.sweeps.design.file import load_design
from tests.serve.toys import SCRIPT, hostile, kinds, question, told
from tests.toys import toy

CASES: list[tuple[str, dict[str, Any], dict[str, int], str]] = [
    ("toy-budget", {}, {}, ""),
    ("toy-budget", {"model": "surge"}, {"budget.0": 10, "nation.AAA": 0}, "budget.0"),
    ("toy-build", {"model": "build"}, {"budget.1": 30, "factor": 3}, "budget.1"),
    ("toy-pledges", {"coalition": "-AAA"}, {"floor": 4, "nation.BBB": 0}, "floor"),
    ("toy-stance", {"case": "low", "overrides": ("forces.units+=1",)}, {"line.0": 3}, "line.0"),
]


@pytest.mark.parametrize(("name", "options", "moves", "last"), CASES)
def test_the_saved_command_and_the_saved_file_give_the_answer_again(
    name: str, options: dict[str, Any], moves: dict[str, int], last: str, tmp_path: Path
) -> None:
    asked_of = question(name, **options)
    asked = asked_of.asked(moves, last)
    events = told(asked_of, asked)
    shown = kinds(events, "answer")[-1]
    instance, model = asked_of.base
    plan = allocator.solve(
        instance, model, overrides=asked.overrides[len(asked_of.overrides) :], coalition=asked.coalition
    )
    assert shown == {**whole_answer(plan), "seconds": shown["seconds"]}

    done = CliRunner().invoke(cli, [*shlex.split(asked_of.command(asked))[1:], "--json", "--quiet"])
    printed = json.loads(done.stdout)
    assert printed["objectives"] == plan.rows("objectives")
    assert printed["deployments"] == plan.rows("deployments")
    assert kinds(events, "status")[0]["status"] == printed["status"] == "optimal"

    file = tmp_path / "explored.toml"
    file.write_text(asked_of.sweep(asked))
    varied = asked_of.controls.get(last) or asked_of.controls["floor"]
    value = varied.values[asked.moves.get(varied.name, varied.at)]
    assert value is not None
    with allocator.sweep(asked_of.instance, load_design(file), model=asked_of.model, workers=0) as swept:
        (answer,) = swept.answers
        (point,) = (row for row in answer.rows if list(row.point.inputs.values()) == [float(value)])
    assert point.values is not None
    for row in plan.rows("objectives"):
        assert point.values[row["objective"]] == pytest.approx(row["value"], rel=1e-4, abs=1e-6)


class TestHonest:
    @pytest.mark.parametrize("name", ["toy-budget", "toy-build", "sky-shield"])
    def test_the_end_lies_between_what_was_found_and_what_no_plan_exceeds(self, name: str) -> None:
        answers = kinds(told(question(name), question(name).asked({})), "answer")
        heads = [answer["headline"] for answer in answers]
        final = heads[-1]
        assert final["mark"] == PROVED
        for head in heads:
            assert (head["share"] or 0.0) <= final["share"] + 1e-9
            assert final["share"] <= head["at_most"] + 1e-9
        assert heads[0]["share"] is not None

    def test_a_measure_is_proved_only_after_those_before_it(self) -> None:
        for answer in kinds(told(question(), question().asked({})), "answer"):
            marks = [answer["headline"]["mark"], *(row["mark"] for row in answer["measures"])]
            assert marks == sorted(marks, key=lambda mark: mark != PROVED)
            assert (answer["who"] == "free") == (set(marks) == {PROVED})

    def test_what_the_model_does_not_minimise_is_free(self) -> None:
        asked_of = question(overrides=("model.objectives=cost",))
        shown = kinds(told(asked_of, asked_of.asked({})), "answer")[-1]
        assert shown["headline"]["mark"] == "free"
        assert shown["headline"]["at_most"] is None
        assert [row["mark"] for row in shown["measures"]] == ["free", PROVED, "free"]

    def test_another_plan_as_good_is_named(self) -> None:
        nations = [{"nation": "AAA"}, {"nation": "BBB"}]
        forces = [{"nation": nation["nation"], "unit_type": "bn", "units": 4} for nation in nations]
        willingness = [{"nation": nation["nation"], "objective": "land", "willingness": 1.0} for nation in nations]
        asked_of = Question("toy", toy(nations=nations, forces=forces, willingness=willingness))
        (chance,) = kinds(told(asked_of, asked_of.asked({})), "chance")
        assert chance["text"].startswith("Another plan is as good")
        assert chance["mark"] == "free"

    def test_a_plan_without_an_equal_is_not_called_free(self) -> None:
        """One nation has four of the five battalions that are asked for: it can only send all of them."""
        forces = [{"nation": "AAA", "unit_type": "bn", "units": 4}]
        asked_of = Question(
            "toy", toy(forces=forces, requirements=[{"task": "hold", "capability": "inf", "quantity": 5.0}])
        )
        (chance,) = kinds(told(asked_of, asked_of.asked({})), "chance")
        assert (chance["text"], chance["mark"]) == ("No other plan is as good.", PROVED)

    def test_bad_input_is_a_sentence(self) -> None:
        asked_of = question("toy-rotation")
        events = told(asked_of, asked_of.asked({"line.0": 0}))
        assert "quantity" in kinds(events, "refused")[0]["text"]
        assert kinds(events, "answer") == []

    def test_without_a_plan_there_are_a_reason_and_ways_out(self) -> None:
        events = told(question("toy-infeasible"), question("toy-infeasible").asked({}))
        assert kinds(events, "status")[0]["status"] == "infeasible"
        assert any(line.startswith("Ask less") for line in kinds(events, "ways")[0]["lines"])
        assert not any(answer["found"] for answer in kinds(events, "answer"))

    def test_orders_and_the_periods_of_lines_are_named(self) -> None:
        asked_of = question("toy-build", model="build")
        events = told(asked_of, asked_of.asked({}))
        shown = kinds(events, "answer")[-1]
        plan = allocator.solve("toy-build", "build")
        ordered = {row["nation"] for row in plan.rows("orders")}
        named = [row for row in shown["nations"] if any(text.startswith("orders ") for text in row["sends"])]
        assert len(named) == len(ordered) > 0
        built = shown["build_up"]
        assert built["orders"] == [  # toy-build's page derives them, and the money and the coverage of each period
            {
                "name": "Air-defence battery",
                "units": "5",
                "nations": "2",
                "ordered": "1–2",
                "ready": "3–4",
                "cost": "470",
            }
        ]
        assert [(row["text"], row["money"]) for row in built["periods"]] == [
            ("16.7 %", "84"), ("16.7 %", "214"), ("83.3 %", "310"), ("100.0 %", "174")
        ]  # fmt: skip
        lines = [(row["task"], row["capability"]) for row in plan.instance.rows("requirements")]
        assert all((", period" in row["where"]) == (len(set(lines)) < len(lines)) for row in shown["missing"]["rows"])

    def test_names_stay_text(self) -> None:
        shown = kinds(told(hostile(), hostile().asked({})), "answer")[-1]
        assert shown["nations"][0]["name"] == SCRIPT

    def test_a_time_limit_is_for_each_answer_and_its_plan_is_not_called_proved(self) -> None:
        asked_of = question("reassurance-force", time_limit=0.25, overrides=("budgets[payer=*].amount=1200",))
        events = told(asked_of, asked_of.asked({}))
        assert kinds(events, "status")[0]["status"] in ("feasible", "no_plan")
        for answer in kinds(events, "answer")[-1:]:
            assert answer["found"] is False or any(row["mark"] != PROVED for row in answer["measures"])


class TestStopped:
    @pytest.fixture
    def work(self) -> Iterator[Work]:
        before = signal.getsignal(signal.SIGINT)
        work = Work()
        signal.signal(signal.SIGINT, work.interrupt)
        yield work
        signal.signal(signal.SIGINT, before)

    def test_a_solve_ends_with_the_next_question_and_not_that_question_too(self, work: Work) -> None:
        """The whole proof would take ten seconds; it is stopped at the first answer, and the next is whole."""
        asked_of = question("reassurance-force", overrides=("budgets[payer=*].amount=1200",))
        answerer = Answerer(asked_of)
        main = threading.get_ident()
        heard: list[str] = []

        def tell(number: int, event: dict[str, Any]) -> None:
            heard.append(event["kind"])
            if event["kind"] == "answer":
                threading.Thread(target=work.stop, args=(number, main)).start()

        with pytest.raises(KeyboardInterrupt):
            answerer.answer(asked_of.asked({}), partial(tell, 1), work.inside(1))
        assert "status" not in heard
        work.stop(1, main)  # too late: it is over
        small = Answerer(question("toy-budget"))
        heard.clear()
        small.answer(question("toy-budget").asked({}), lambda event: heard.append(event["kind"]), work.inside(2))
        assert "status" in heard

    def test_one_that_was_stopped_before_it_began_does_nothing(self, work: Work) -> None:
        work.stop(4, threading.get_ident())
        heard: list[Any] = []
        with pytest.raises(KeyboardInterrupt):
            Answerer(question()).answer(question().asked({}), heard.append, work.inside(3))
        assert heard == []


def test_the_first_look_tries_earlier_plans() -> None:
    """Without the look's own run, the plan of the question before is what it shows."""
    answerer = Answerer(question())
    events: list[dict[str, Any]] = []
    answerer.answer(question().asked({}), events.append)
    best = kinds(events, "answer")[-1]["headline"]["text"]
    events.clear()
    answerer.answer(question().asked({}), events.append)
    assert kinds(events, "answer")[0]["headline"]["text"] == best == percent(8 / 15)
