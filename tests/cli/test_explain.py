"""``allocator explain``: the answer object, the text, the files, exit statuses and bad usage."""

from __future__ import annotations

import csv
import json
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import allocator
from allocator.explaining.answer import Answer
from allocator.explaining.explainer import Explainer, explain
from allocator.naming import names_of
from allocator.report.text.explain import HEIGHT, SENTENCES
from allocator.report.text.explain_words import Words
from allocator.solving.versions import versions
from tests.cli.running import ENVIRONMENT, run
from tests.present import present

KEYS = ["question", "status", "complete", "open", "answer", "text", "plan", "manifest"]


def asked(*arguments: object) -> dict[str, Any]:
    done = run("explain", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    assert list(answer) == KEYS
    return answer


class TestAnswer:
    def test_without_a_question_the_gap_is_divided(self) -> None:
        answer = asked("toy-ceiling")
        assert (answer["question"], answer["status"], answer["complete"], answer["open"]) == (
            "gap",
            "optimal",
            True,
            [],
        )
        assert answer["answer"] == {
            "targets": [
                {
                    "target": target, "plan": gap, "least": gap, "competition": 0.0, "forces": 0.0,
                    "causes": [{"cause": "people", "alone": gap, "last": gap, "share": gap, "error": 0.0}],
                }
                for target, gap in (("gap", 0.125), ("peace_on_land", 0.125), ("hub.infantry", 0.25))
            ],
            "limits": [{"id": "nations.1.troop_ceiling", "nation": "AAA", "least": 0.0, "gain": 0.125}],
        }  # fmt: skip
        plan = allocator.solve("toy-ceiling")
        for table in ("objectives", "deployments", "coverage", "nations"):
            assert answer["plan"][table] == plan.rows(table)
        assert answer["text"].startswith("Of the 13 points missing, 13 depend on ceilings on people.")
        assert answer["manifest"]["sha256"] == plan.manifest["sha256"]
        assert answer["manifest"]["options"]["most"] == 10

    def test_options_arrive(self) -> None:
        answer = asked(
            "toy-ceiling", "--set", "nations[nation=AAA].troop_ceiling=", "--model", "surge", "--coalition", "AAA",
            "--seed", 3, "--gap", 0.01, "--most", 4, "--within", 0.2, "--case", "low", "--time-limit", 60,
        )  # fmt: skip
        made = answer["manifest"]
        chosen = {
            "gap": 0.01, "time_limit": 60.0, "threads": 1, "seed": 3, "most": 4, "within": 0.2,
        }  # fmt: skip
        assert (made["options"], made["model"]["name"], made["coalition"]) == (chosen, "surge", "AAA")
        assert made["overrides"] == ["nations[nation=AAA].troop_ceiling="]
        assert made["case"] == "low"

    def test_a_ladder(self) -> None:
        answer = asked("toy-rotation", "--worth", "forces[nation=AAA].units+=2")
        rungs = [(row["at"], row["value"], row["gain"]) for row in answer["answer"]["rungs"]]
        assert rungs == [(10, 0.5, 0.0), (12, 0.25, 0.25), (14, 0.25, 0.25), (16, 0.0, 0.5)]  # 4 x <= units
        assert answer["answer"]["flat"] is True
        cut = asked("toy-rotation", "--worth", "forces[nation=AAA].units+=2", "--most", 2)
        assert [row["at"] for row in cut["answer"]["rungs"]] == [10, 12, 14]
        assert (cut["answer"]["flat"], cut["complete"], cut["open"]) == (False, False, ["rungs beyond 2"])

    def test_worth(self) -> None:
        answer = asked("toy-caveats", "--worth", "all")  # 3 minehunters are asked for, one is short
        rows = [(row["id"], row["to"], row["value"], row["bound"]) for row in answer["answer"]["steps"]]
        assert rows == [
            ("caveats.1", None, 0.0, 0.0),
            ("willingness.CCC.safe_seas", 0.5, 0.0, 0.0),
            ("forces.1.units", 3, 0.0, 0.0),
        ]
        assert answer["text"].startswith(
            "The best single step: Bravo does not send minehunters to “Clear the sea lane”; if it is lifted"
        )

    def test_in_part(self) -> None:
        done = run("explain", "reassurance-force", "--time-limit", "4", "--json", "--quiet")
        answer = json.loads(done.stdout)
        assert done.returncode in (0, 4), done.stderr
        assert answer["complete"] is False
        assert answer["open"]

    def test_nothing_known(self) -> None:
        done = run("explain", "reassurance-force", "--time-limit", "0.01", "--json")
        assert done.returncode == 4, done.stderr
        answer = json.loads(done.stdout)
        assert list(answer) == KEYS
        assert (answer["status"], answer["complete"], answer["plan"]) == ("no_plan", False, None)


class TestText:
    def test_a_sentence_first_and_a_screen_at_the_most(self) -> None:
        lines = run("explain", "toy-pledges").stdout.splitlines()
        assert lines[0] == "Of the 50 points missing, 50 depend on conditions."
        assert len(lines) <= 40
        assert max(map(len, lines)) <= 100
        assert "Bravo joins Peace on land only if there is a US backstop  " in "\n".join(lines)

    def test_who_matters_fits_on_a_screen(self) -> None:
        """Five lists do not fit; the one of which a sentence says the first rows is left out and counted."""
        lists = {"shapley": [{"nation": "AAA", "value": 0.5, "error": 0.0}] * 4}
        for name in ("nations", "pairs", "keystones"):
            row = {"nation": "AAA", "nations": ["AAA", "BBB"], "value": 0.5, "loss": 0.5, "extra": 0.1}
            lists[name] = [{**row, "survives": True, "takes_over": [], "takes_down": [["BBB", "land"]]}] * 9
        made = {"stopped_by": "", "options": {"time_limit": None}, "model": {"objectives": ["gap"]}}
        text = drawn(Answer("who", "optimal", [], lists, ["A sentence on two lines. " * 5] * 8, None, made))
        assert "Points of coverage" not in text
        assert len(text.splitlines()) <= HEIGHT
        shown = sum(map(int, re.findall(r"^and (\d+) more$", text, re.MULTILINE)))
        assert f"--full prints {shown + 4} more lines; " in text
        assert "Points of coverage" in drawn(
            Answer("who", "optimal", [], {"shapley": lists["shapley"]}, [], None, made)
        )

    def test_full_prints_every_line(self) -> None:
        short = run("explain", "toy-enablers", "--worth", "all").stdout
        full = run("explain", "toy-enablers", "--worth", "all", "--full").stdout
        assert len(full) >= len(short)
        assert "--full" not in full

    def test_long_answers_are_cut(self) -> None:
        rows = [{"id": f"forces.{i}.units", "to": 2, "value": 0.5, "bound": 0.5, "gain": 0.1} for i in range(30)]
        made = {"stopped_by": "", "options": {"time_limit": None}, "model": {"objectives": ["gap"]}}
        answer = Answer("worth", "optimal", ["step x"], {"steps": rows}, ["One."] * 20, None, made)
        text = drawn(answer)
        assert text.count("One.") == SENTENCES
        shown = text.count("forces.")
        assert f"\nand {30 - shown} more\n" in text
        assert f"--full prints {30 - shown + 20 - SENTENCES} more lines; " in text
        assert "Not settled: the step x." in text
        assert len(text.splitlines()) == HEIGHT
        assert drawn(answer, full=True).count("forces.") == 30

    def test_calls_of_a_set_stay_together_and_no_list_takes_the_room_of_another(self) -> None:
        """Sets, their calls, and nations that could give: a screen at 80 columns, little more at 60."""
        gives = [{"task": "elsewhere", "unit_type": "long_range_air_defence", "units": 4}]
        call = {"target": "hub.infantry", "nation": "AAA", "gives": gives, "stops": ["relief"], "worth": 0.1}
        calls = [{**call, "set": at // 2 + 1, "call": at % 2 + 1} for at in range(12)]
        sets = [
            {
                "target": "hub.infantry",
                "set": at,
                "nations": ["AAA", "BBB"],
                "units": 3,
                "now": 1,
                "after": 0,
                "price": 1,
            }
            for at in range(1, 11)
        ]
        could = {"target": "hub.infantry", "unit_type": "long_range_air_defence", "units": 9, "here": 0, "elsewhere": 1}
        lists = {"sets": sets, "asks": calls, "could": [{**could, "nation": "AAA", "stops": ["support"]}] * 16}
        names = {"nations": {"AAA": "A nation with a long name"}, "tasks": {"elsewhere": "The task with a long name"}}
        made = {"stopped_by": "", "options": {"time_limit": None, "most": 10}, "model": {"objectives": ["gap"]}}
        open_ = ["sets beyond 10 for hub.infantry"]
        answer = Answer("asks", "optimal", open_, lists, ["Call one."], None, made, names=names)
        text = drawn(answer)
        assert len(text.splitlines()) <= HEIGHT
        assert len(drawn(answer, width=60).splitlines()) <= HEIGHT + 6
        shown = [int(more) for more in re.findall(r"^and (\d+) more$", text, re.MULTILINE)]
        assert len(shown) == 3
        assert shown[1] % 2 == 0
        assert f"--full prints {sum(shown)} more lines; " in text
        assert "--most 20 lists more." in " ".join(text.split())
        assert "~" not in text
        left = replace(answer, open=["worth of set 1 for hub.infantry"])
        assert drawn(left, full=True).count("~10.0") == 2  # the two calls of the first set
        assert "time-limit" not in text
        sets[0]["units"] = None  # not known: the call sends "–" and not "no more units"
        for row in calls[:4]:
            row["gives"] = []
        text = drawn(answer, full=True)
        assert text.count("no more units") == 2
        assert "--full" not in drawn(answer, full=True)


QUESTIONS = [
    ("gap",), ("worth", "all"), ("worth", "forces[nation=AAA].units+=1"), ("who",), ("alternatives",), ("fairness",),
    ("why", "AAA"), ("why_not", "CCC battalion"), ("need", "coverage.peace_on_land>=0.8"), ("asks",),
]  # fmt: skip


HEARD: list[str] = []
"""What was said of the progress of the explanations of the fixture."""


@pytest.fixture(scope="module")
def pledges() -> Explainer:
    return explain("toy-pledges", progress=lambda what, _: HEARD.append(what))


class TestNames:
    CODES = re.compile(r"\b[A-G]{3}\b|[a-z]_[a-z]|\bhub\.|[a-z]\.\d+\.")

    @pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
    def test_people_read_names(self, pledges: Explainer, question: tuple[str, ...]) -> None:
        answer = pledges.answer(*question)
        for full in (False, True):
            lines = drawn(answer, full=full).replace(" ".join(question[1:]) or "nothing", "").splitlines()
            assert not [line for line in lines if self.CODES.search(line)]
            assert max(map(len, lines)) <= 80
        assert re.search(r'"(BBB|AAA|peace_on_land)"', json.dumps(answer.to_dict()))  # codes, to type back
        assert HEARD
        assert not [text for text in HEARD if self.CODES.search(text)]

    def test_columns_without_points_are_one_line(self, pledges: Explainer) -> None:
        lines = drawn(pledges.answer("gap")).splitlines()
        assert "target                    missing  conditions" in lines
        assert "0.0 everywhere: taken by others, exist nowhere" in lines

    def test_conflicts_and_ways_out(self) -> None:
        text = drawn(explain("toy-infeasible").answer())
        assert "1 line, rotation  “Hold the port” may miss at most 25 %" in text
        assert "give Alpha 12 infantry battalions (now 8)" in text
        assert "requirements.1" not in text

    def test_what_is_open_is_named(self) -> None:
        instance = allocator.read("toy-pledges")
        names, texts = names_of(instance), {"conditions.1": "Bravo joins"}
        words = Words(Answer("who", None, [], {}, [], None, {}, texts=texts, names=names))
        said = {
            "pairs AAA BBB": "the pair Alpha and Bravo",
            "target hub.infantry": "what depends on what in “Secure the hub: infantry”",
            "sets beyond 2 for hub.infantry": "sets beyond 2 for “Secure the hub: infantry”",
            "limit conditions.1": "the limit “Bravo joins”", "load of gdp": "load of shares by GDP",
            "plan in hand": "plan in hand", "everything": "everything",
        }  # fmt: skip
        assert {text: words.open(text) for text in said} == said


def drawn(answer: Answer, *, full: bool = False, width: int = 80) -> str:
    """An answer as it is printed."""
    from allocator.report.text.explain import draw_answer
    from allocator.report.text.page import Page, untied

    out = Page(width=width, highlight=False, markup=False, emoji=False)
    with out.capture() as capture:
        draw_answer(out, answer, full=full)
    return untied(capture.get())


class TestFiles:
    def test_each_list_is_a_table(self, tmp_path: Path) -> None:
        out = tmp_path / "answer"
        done = run("explain", "toy-ceiling", "--out", out)
        assert done.stderr == f"wrote {out}\n"
        assert sorted(path.name for path in out.iterdir()) == ["answer.json", "limits.csv", "targets.csv"]
        with (out / "limits.csv").open() as file:
            assert list(csv.reader(file)) == [
                ["id", "nation", "least", "gain"], ["nations.1.troop_ceiling", "AAA", "0.0", "0.125"],
            ]  # fmt: skip
        assert json.loads((out / "answer.json").read_text())["question"] == "gap"
        run("explain", "toy-rotation", "--worth", "all", "--out", out)
        assert sorted(path.name for path in out.iterdir()) == ["answer.json", "steps.csv"]

    def test_another_folder_is_not_touched(self, tmp_path: Path) -> None:
        (tmp_path / "mine.txt").write_text("mine")
        done = run("explain", "toy-ceiling", "--out", tmp_path)
        assert done.returncode == 2
        assert "holds other files (mine.txt)" in done.stderr
        assert (tmp_path / "mine.txt").read_text() == "mine"


class TestBadUsage:
    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["--who", "--fairness"], "--who and --fairness are 2 questions; ask one at a time"),
            (["--worth", "all", "--why", "AAA", "--who"], "--worth and --why and --who are 3 questions"),
            (["--worth", "forces"], "expected all, or KEY+=STEP"),
            (["--worth", "forces[nation=AAB].units+=1"], "did you mean AAA?"),
            (["--worth", "forces[nation=AAA].unit+=1"], "did you mean units?"),
            (["--worth", "forces.units+=0"], "expected a number above 0"),
            (["--worth", "forces.units+=x"], "expected a number above 0"),
            (["--worth", "forces.units+=0.5"], "a pool has whole units"),
            (["--worth", "forces.min_units+=1"], "the key selects no pool, ceiling, budget or max_burden"),
            (["--worth", "model.willingness_floor+=0.1"], "the key selects no pool"),
            (["--worth", "model.max_burden+=0.1"], "max_burden"),
            (["--most", "0"], "--most"),
            (["--within", "-1"], "--within"),
            (["--json", "--full"], "--full is for the text"),
            (["--out", "a.csv"], "expected a folder"),
            (["--set", "forces.unit=1"], "did you mean units?"),
            (["--model", "referense"], "did you mean reference?"),
        ],
    )
    def test_is_said_and_nothing_is_printed(self, arguments: list[str], told: str) -> None:
        done = run("explain", "toy-rotation", *arguments)
        assert done.returncode == 2, done.stderr
        assert told in done.stderr
        assert done.stdout == ""
        assert "Traceback" not in done.stderr


def test_facts_need_no_solver() -> None:
    """Neither Pyomo nor HiGHS is loaded for a refusal; more than thirty deployments are not solved on the side."""
    code = (
        "import sys; sys.argv = ['allocator', 'explain', 'training-mission', '--why-not', 'ITA', '--json']\n"
        "from allocator.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'pyomo', 'pandas', 'highspy', 'numpy', 'jinja2'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["answer"]["verdict"] == "forbidden"
    assert answer["manifest"]["versions"] == versions()


def test_what_no_plan_uses_is_one_line() -> None:
    done = run("explain", "toy-caveats", "--alternatives")
    assert "nothing in any such plan: Charlie" in done.stdout
    assert "people from Charlie" not in done.stdout
    assert {"kind": "nation", "name": "CCC", "low": 0, "high": 0} in asked("toy-caveats", "--alternatives")["answer"][
        "ranges"
    ]


def test_an_interruption_keeps_what_is_done() -> None:
    at_once = "from allocator.cli.progress import Line; Line.PATIENCE = Line.EVERY = 0.0"
    script = f"import allocator.cli; {at_once}; allocator.cli.main()"
    process = subprocess.Popen(
        [sys.executable, "-c", script, "explain", "reassurance-force", "--json"], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
    )  # fmt: skip
    assert any("what depends on what" in line for line in present(process.stderr))  # the plan in hand is known by then
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    answer = json.loads(out)
    assert list(answer) == KEYS
    assert answer["complete"] is False
    assert answer["manifest"]["stopped_by"] == "interrupt"
    assert "interrupted" in errors
