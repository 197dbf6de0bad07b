"""Cases, coalitions, assumptions and copies, as a user runs them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import allocator
from tests.cli.running import run
from tests.toys import pools, toy, willing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three willing nations, two of them a group; ranges, and an assumption."""
    row = {"task": "hold", "capability": "inf", "quantity": 4, "quantity_low": 3, "source": "assumption"}
    instance = toy(
        nations=[{"nation": n, "gdp": 1000.0} for n in ("AAA", "BBB", "CCC")],
        groups=[{"group": "ONE", "nation": "AAA"}, {"group": "ONE", "nation": "BBB"}],
        requirements=[row],
        forces=pools(1, "AAA", "BBB", "CCC"),
        willingness=willing("AAA", "BBB", "CCC"),
        sources=[{"source": "assumption", "title": "Assumed"}],
    )
    allocator.write(instance, tmp_path / "case")
    return tmp_path / "case"


class TestSolve:
    def test_the_answer_names_them_and_counts_the_coalition(self, folder: Path) -> None:
        done = run("solve", folder, "--coalition", "ONE", "--case", "low")
        assert done.returncode == 0, done.stderr
        assert "toy, model reference, coalition ONE, case low; from 2025-07" in done.stdout
        assert "from 2 of 2 nations meet" in done.stdout

    def test_without_them_nothing_is_said(self, folder: Path) -> None:
        out = run("solve", folder).stdout
        assert "toy, model reference; from" in out
        assert "from 3 of 3 nations meet" in out

    def test_a_text_that_starts_with_a_minus(self, folder: Path) -> None:
        for option in (["--coalition", "-CCC"], ["--coalition=-CCC"]):
            done = run("solve", folder, *option)
            assert "from 2 of 2 nations meet" in done.stdout, done.stderr

    def test_they_stand_in_the_manifest(self, folder: Path, tmp_path: Path) -> None:
        arguments = ["--coalition", "ONE", "--case", "low", "--set", "forces.units=2", "--quiet"]
        done = run("solve", folder, *arguments, "--json", "--out", tmp_path / "out")
        answer = json.loads(done.stdout)
        manifest = answer["manifest"]
        assert (manifest["case"], manifest["coalition"]) == ("low", "ONE")
        assert manifest["overrides"] == ["forces.units=2"]
        assert {row["nation"] for row in answer["deployments"]} == {"AAA", "BBB"}
        assert sum(row["units"] for row in answer["deployments"]) == 3
        assert json.loads((tmp_path / "out" / "manifest.json").read_text())["coalition"] == "ONE"
        plain = json.loads(run("solve", folder, "--json").stdout)["manifest"]
        assert (plain["case"], plain["coalition"]) == ("base", None)

    def test_a_sentence_tells_how_much_is_assumed(self, folder: Path) -> None:
        sentence = "1 of 13 figures is an assumption, behind 0 % of cost and 100 % of coverage."
        for option in ([], ["--full"]):
            assert sentence in run("solve", folder, *option).stdout.splitlines()
        assert "assumption" not in run("solve", "toy-rotation").stdout

    def test_of_the_bundled_instance(self) -> None:
        out = run("solve", "reassurance-force", "--coalition", "JEF", "--case", "low").stdout
        found = re.search(r"(\d+) of (\d+) figures are assumptions, behind (.*) of cost and (.*) of coverage", out)
        assert found
        assert "coalition JEF, case low" in out
        assert re.search(r"people from \d of 10 nations", out)


class TestShow:
    def test_as_text(self, folder: Path) -> None:
        out = run("show", folder, "--coalition", "ONE", "--case", "low").stdout
        assert "coalition ONE, case low" in out
        assert "1 of 12 figures is an assumption." in out
        assert "less than asked" in out

    def test_as_json(self, folder: Path) -> None:
        shown = json.loads(run("show", folder, "--coalition", "ONE", "--case", "low", "--json").stdout)
        assert (shown["case"], shown["coalition"]) == ("low", "ONE")
        assert shown["assumptions"] == {"figures": 12, "assumed": 1}
        (row,) = shown["capabilities"]
        assert (row["asked"], row["offered"], row["nations"]) == (3.0, 2.0, 2)
        assert json.loads(run("show", "toy-rotation", "--json").stdout)["assumptions"] is None


def test_export(folder: Path, tmp_path: Path) -> None:
    for name, more in (("all", []), ("few", ["--coalition", "ONE", "--case", "low"])):
        assert run("export", folder, tmp_path / f"{name}.mps", *more).returncode == 0
    assert (tmp_path / "few.mps").stat().st_size < (tmp_path / "all.mps").stat().st_size


class TestBadInput:
    @pytest.mark.parametrize("command", ["solve", "show", "export"])
    @pytest.mark.parametrize(
        ("arguments", "part"),
        [
            (["--coalition", "JEV"], "did you mean JEF?"),
            (["--coalition", ""], "joined by + and -"),
            (["--coalition", "JEF +FRA"], "white space"),
            (["--coalition", "JEF+"], "an empty part"),
            (["--coalition", "FRA-FRA"], "leaves no nation"),
            (["--coalition"], "requires an argument"),
            (["--case", "best"], "'low', 'base', 'high'"),
        ],
    )
    def test_is_2_without_a_traceback(self, command: str, arguments: list[str], part: str, tmp_path: Path) -> None:
        target = ["x.mps"] if command == "export" else []
        done = run(command, "reassurance-force", *target, *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert part in done.stderr
        assert "Traceback" not in done.stderr
        assert list(tmp_path.iterdir()) == []


class TestNewFrom:
    @pytest.mark.parametrize("target", ["my-case", "my-case.xlsx", "my-case.json"])
    def test_a_bundled_instance_under_a_new_name(self, tmp_path: Path, target: str) -> None:
        done = run("new", "--from", "reassurance-force", target, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        original, copy = allocator.read("reassurance-force"), allocator.read(tmp_path / target)
        assert copy.name == "my-case"
        assert copy == original.override("name=my-case")

    def test_a_folder_keeps_its_readme_and_no_expected_answer(self, tmp_path: Path) -> None:
        assert run("new", "--from", "toy-rotation", "mine", cwd=tmp_path).returncode == 0
        names = {path.name for path in (tmp_path / "mine").iterdir()}
        assert {"README.md", "instance.toml", "forces.csv"} <= names
        assert "expected.toml" not in names
        assert run("solve", "mine", cwd=tmp_path).returncode == 0

    def test_carriers_and_names_that_cannot_be(self, tmp_path: Path, folder: Path) -> None:
        for source, target, name in (
            (folder, "a.json", "a"),
            ("a.json", "b.xlsx", "b"),
            ("b.xlsx", "My Case", "b"),
            ("My Case", "C.json", "b"),
        ):
            done = run("new", target, "--from", source, cwd=tmp_path)
            assert done.returncode == 0, done.stderr
            assert allocator.read(tmp_path / target).name == name
        assert not (tmp_path / "My Case" / "README.md").exists()

    def test_a_model_of_its_own_comes_along(self, tmp_path: Path, folder: Path) -> None:
        settings = folder / "instance.toml"
        settings.write_text(settings.read_text().replace("format = 1", 'format = 1\nmodel = "m/own.toml"'))
        (folder / "m").mkdir()
        (folder / "m" / "own.toml").write_text('objectives = ["cost"]')
        assert run("new", "--from", folder, "mine", cwd=tmp_path).returncode == 0
        assert (tmp_path / "mine" / "m" / "own.toml").read_text() == 'objectives = ["cost"]'
        assert run("validate", "mine", cwd=tmp_path).returncode == 0
        done = run("new", "--from", folder, "mine.json", cwd=tmp_path)
        assert done.returncode == 0
        assert "warning: mine.json does not hold the instance's own model m/own.toml" in done.stderr

    def test_nothing_is_overwritten(self, tmp_path: Path) -> None:
        (tmp_path / "mine.json").write_text("dear diary")
        done = run("new", "--from", "toy-rotation", "mine.json", cwd=tmp_path)
        assert done.returncode == 2
        assert "already exists" in done.stderr
        assert (tmp_path / "mine.json").read_text() == "dear diary"

    @pytest.mark.parametrize(
        ("arguments", "part"),
        [
            (["--from", "toy-rotatoin", "x"], "did you mean toy-rotation?"),
            (["--from", "nowhere", "x.json"], "nothing there"),
            (["--from", "toy-rotation", "x.csv"], ".csv"),
            (["--from", "toy-rotation", "/proc/x"], "cannot be written"),
            (["--from", "toy-rotation", "."], "already exists"),
            (["--from", "toy-rotation"], "Missing argument"),
            (["--from"], "requires an argument"),
        ],
    )
    def test_bad_input(self, arguments: list[str], part: str, tmp_path: Path) -> None:
        done = run("new", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert part in done.stderr
        assert "Traceback" not in done.stderr
        assert list(tmp_path.iterdir()) == []

    def test_a_name_close_to_that_of_an_instance_in_the_folder(self, tmp_path: Path) -> None:
        (tmp_path / "my-force.xlsx").touch()
        (tmp_path / "my-farce.txt").touch()
        done = run("new", "--from", tmp_path / "my-farce", "x.json", cwd=tmp_path)
        assert "(did you mean my-force.xlsx?)" in done.stderr

    def test_a_faulty_instance_is_not_copied(self, tmp_path: Path, folder: Path) -> None:
        (folder / "forces.csv").write_text("nation,unit_type,units\nAAB,bn,x\n")
        done = run("new", "--from", folder, "x", cwd=tmp_path)
        assert done.returncode == 2
        assert "2 faults" in done.stderr
        assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("solve", ()),
        ("validate", ()),
        ("show", ()),
        ("export", ("x.mps",)),
        ("compare", ("--with", "horizon.indefinite=false")),
        ("sweep", ("--vary", "horizon.periods=1,2", "--workers", "0")),
    ],
)
def test_what_an_override_rounds_is_said_once(tmp_path: Path, command: str, more: tuple[str, ...]) -> None:
    done = run(command, "toy-rotation", *more, "--set", "forces.units*=0.75", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("warning: forces.units*=0.75: 10 * 0.75 = 7.5, rounded down to 7\n") == 1
