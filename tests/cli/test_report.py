"""``allocator report`` and ``solve --report`` as a user runs them."""

from __future__ import annotations

import gc
import json
import shutil
from pathlib import Path

import pytest
from click import Command
from click.testing import CliRunner

import allocator
from allocator.briefing.saved import is_result, saved_result
from allocator.cli import report, solve
from allocator.errors import BadInput, BadUsage
from tests.cli.running import run
from tests.report.pages import Page
from tests.toys import toy


def written(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


def test_an_instance_becomes_a_page(case: Path, tmp_path: Path) -> None:
    """Options are those of solve: with three battalions of the four, a quarter is missing."""
    done = run("report", case, "--out", tmp_path / "a.html", "--set", "forces.units=6", "--model", "reference",
               "--case", "base", "--extra-time", "0", "--quiet")  # fmt: skip
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    page = written(tmp_path / "a.html")
    assert "forces.units=6" in page.texts["header"]
    assert "changes" not in page.texts


def test_every_option_of_solve_reaches_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, object] = {}

    def solve(instance: str, **options: object) -> None:
        given.update(options, instance=instance)
        raise BadUsage("enough")

    monkeypatch.setattr("allocator.api.solve", solve)
    options = [
        "--model",
        "surge",
        "--gap",
        "0.5",
        "--time-limit",
        "9",
        "--threads",
        "2",
        "--seed",
        "7",
        "--case",
        "low",
        "--set",
        "a=b",
        "--coalition",
        "AAA",
    ]
    assert refused(report.command, "toy-rotation", "--out", tmp_path / "a.html", *options) == "enough"
    gc.enable()  # the command ends its process otherwise
    for name in ("progress", "warn", "began"):
        assert given.pop(name)
    assert given == {
        "instance": "toy-rotation", "model": "surge", "gap": 0.5, "time_limit": 9.0, "threads": 2, "seed": 7,
        "case": "low", "overrides": ("a=b",), "coalition": "AAA",
    }  # fmt: skip


def test_extra_time_answers_further_questions(case: Path, tmp_path: Path) -> None:
    done = run("report", case, "--out", tmp_path / "a.html", "--extra-time", "30")
    assert (done.returncode, done.stderr) == (0, f"wrote {tmp_path / 'a.html'}\n")
    assert written(tmp_path / "a.html").rows["changes"]


def test_solve_writes_a_page_beside_its_answer(case: Path, tmp_path: Path) -> None:
    done = run("solve", case, "--report", tmp_path / "a.html", "--quiet", "--json")
    assert json.loads(done.stdout)["status"] == "optimal"
    assert "answer" in written(tmp_path / "a.html").texts


def test_the_short_form(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        report.command, ["toy-rotation", "--out", f"{tmp_path}/a.html", "--extra-time=0", "--short"]
    )
    gc.enable()
    assert done.exit_code == 0, done.output
    assert list(written(tmp_path / "a.html").texts) == ["header", "answer", "coverage", "missing", "who"]


def test_no_plan_is_a_page_too(tmp_path: Path) -> None:
    done = run("report", "toy-infeasible", "--out", tmp_path / "a.html")
    assert done.returncode == 3
    assert "Conflict:" in written(tmp_path / "a.html").texts["answer"]


def refused(command: Command, *arguments: object) -> str:
    """What a call says that is refused before anything is solved; in this process."""
    done = CliRunner().invoke(command, [str(argument) for argument in arguments])
    assert done.exit_code != 0
    return str(done.exception) if isinstance(done.exception, BadUsage) else done.output


class TestRefused:
    @pytest.mark.parametrize("name", ["a.htm", "a", ".html", "a.xlsx"])
    def test_another_name(self, name: str) -> None:
        assert "expected a name that ends in .html" in refused(report.command, "toy-rotation", "--out", name)

    def test_a_page_of_somebody_else(self, case: Path, tmp_path: Path) -> None:
        (tmp_path / "a.html").write_text("<p>mine</p>")
        told = refused(solve.command, case, "--report", tmp_path / "a.html")
        assert "is not a page of an earlier run and is not replaced" in told
        assert (tmp_path / "a.html").read_text() == "<p>mine</p>"

    def test_options_without_effect(self, tmp_path: Path) -> None:
        allocator.solve("toy-rotation").write(tmp_path / "result")
        out = ("--out", tmp_path / "a.html")
        assert refused(report.command, tmp_path / "result", *out, "--set", "forces.units=1") == (
            "--set has no effect on a saved result; name the instance to solve it anew"
        )
        (tmp_path / "claims.json").write_text('{"claims": [], "interrupted": false}')
        assert "--short is for a plan; what sweep," in refused(
            report.command, tmp_path / "claims.json", *out, "--short"
        )
        told = refused(report.command, "toy-rotation", *out, "--instance", "toy-rotation")
        assert "--instance is for a saved result" in told
        assert not (tmp_path / "a.html").exists()


class TestSavedResults:
    def test_a_folder_and_a_file(self, tmp_path: Path) -> None:
        plan = allocator.solve("toy-rotation", "surge", overrides=["forces.units=3", "model.tolerance=0.5"])
        plan.write(tmp_path / "result")
        (tmp_path / "result.json").write_text(json.dumps(plan.to_dict()))
        for name in ("result", "result.json"):
            assert is_result(tmp_path / name)
            again = saved_result(tmp_path / name)
            assert again.to_dict() == plan.to_dict()
            assert again.instance == plan.instance
        done = run("report", tmp_path / "result", "--out", tmp_path / "a.html", "--extra-time", "0")
        assert done.returncode == 0, done.stderr
        assert "meets 75 % of what is asked" in written(tmp_path / "a.html").texts["answer"]

    def test_an_instance_of_one_s_own(self, case: Path, tmp_path: Path) -> None:
        plan = allocator.solve(case)
        plan.write(tmp_path / "result")
        assert saved_result(tmp_path / "result").instance == plan.instance
        before = (case / "forces.csv").read_text()
        for after in (before.replace(",5", ",6") + "\n", "nation\n"):
            (case / "forces.csv").write_text(after)
            with pytest.raises(BadUsage, match="the instance has changed since: solve it again"):
                saved_result(tmp_path / "result")
        (case / "forces.csv").write_text(before)
        case = case.rename(tmp_path / "moved")
        with pytest.raises(BadUsage, match=r"read from .* and is not there now; name its path with --instance"):
            saved_result(tmp_path / "result")
        made = tmp_path / "result" / "manifest.json"
        for path in (None, 7, "\0"):
            made.write_text(json.dumps({**json.loads(made.read_text()), "path": path}))
            with pytest.raises(BadUsage, match=r"; name its path with --instance"):
                saved_result(tmp_path / "result")
        done = run("report", tmp_path / "result", "--instance", case, "--out", tmp_path / "a.html", "--extra-time", "0")
        assert done.returncode == 0, done.stderr
        with pytest.raises(BadUsage, match="the instance has changed since"):
            saved_result(tmp_path / "result", toy(months=3))

    def test_tables_that_do_not_hold(self, tmp_path: Path) -> None:
        allocator.solve("toy-rotation").write(tmp_path / "result")
        table = tmp_path / "result" / "coverage.csv"
        table.write_text(table.read_text().replace(",2.0,2.0", ",3.0,1.0"))
        with pytest.raises(BadUsage, match="the tables do not hold"):
            saved_result(tmp_path / "result")
        shutil.copy(tmp_path / "result" / "nations.csv", table)
        with pytest.raises(BadInput, match="no result holds"):
            saved_result(tmp_path / "result")

    @pytest.mark.parametrize("text", ["[]", "{", '{"manifest": {}}', '{"manifest": 1, "deployments": []}', "x"])
    def test_something_else(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "result.json").write_text(text)
        with pytest.raises(BadInput):
            saved_result(tmp_path / "result.json")
