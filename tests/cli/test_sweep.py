"""``allocator sweep`` as a user runs it."""

from __future__ import annotations

import csv
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import allocator
from allocator.sweeps import sweep as module
from allocator.sweeps.design.file import Draws, Flip, Front, Sampling
from tests.cli.running import ENVIRONMENT, HERE, ROOT, on_terminal, run
from tests.toys import toy

pytestmark = pytest.mark.slow

VARY = ("--vary", "forces[nation=AAA,unit_type=battalion].units=0:16:5")
"""Of 0, 4, 8, 12 and 16 battalions a quarter goes: 0 to 4 of the 4 that are asked for, at 32 million each."""

Swept = tuple[Path, subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Swept:
    """Where a line was swept: what was printed, and the folder."""
    place = tmp_path_factory.mktemp("swept")
    done = run("sweep", "toy-rotation", *VARY, "--out", "a.csv", "--deployments", "d.csv", cwd=place)
    assert done.returncode == 0, done.stderr
    return place, done


class TestTable:
    def test_is_read_by_people(self, folder: Swept) -> None:
        _, done = folder
        told = [line.split() for line in done.stdout.splitlines()]
        assert [line[:2] for line in told if line and line[0].isdigit()][1:6] == [
            ["0", "0.0"], ["4", "25.0"], ["8", "50.0"], ["12", "75.0"], ["16", "100.0"]
        ]  # fmt: skip
        assert "comes: Alpha" in done.stdout
        assert "met: Hold the port: infantry" in done.stdout

    def test_talk_names_the_store_and_the_files(self, folder: Swept) -> None:
        place, done = folder
        assert "every solved point is stored in toy-rotation.sweep" in done.stderr
        assert "wrote a.csv" in done.stderr
        assert (place / "toy-rotation.sweep").stat().st_size

    def test_files_hold_every_point(self, folder: Swept) -> None:
        place, _ = folder
        rows = list(csv.DictReader((place / "a.csv").open()))
        assert [float(row["coverage"]) for row in rows] == [0, 0.25, 0.5, 0.75, 1]
        assert [float(row["cost"]) for row in rows] == [0, 32, 64, 96, 128]
        assert {row["status"] for row in rows} == {"optimal"}
        sent = list(csv.DictReader((place / "d.csv").open()))
        assert [(row["point"], row["nation"], row["units"]) for row in sent] == [
            (str(n + 1), "AAA", str(n)) for n in (1, 2, 3, 4)
        ]

    def test_json_and_csv_are_alone_on_standard_output(self, folder: Swept) -> None:
        place, _ = folder
        found = run("sweep", "toy-rotation", *VARY, "--json", "--quiet", cwd=place)
        assert found.stderr == ""
        content = json.loads(found.stdout)
        assert [p["coverage"] for p in content["points"]] == [0, 0.25, 0.5, 0.75, 1]
        assert content["answers"][0]["result"]["table"][1]["enters"] == ["AAA"]
        rows = run("sweep", "toy-rotation", *VARY, "--csv", cwd=place).stdout
        assert rows == (place / "a.csv").read_text()

    def test_what_is_in_the_store_is_not_solved_again(self, folder: Swept) -> None:
        """``no worker is started``: with a scheduler that is not there a solve would fail."""
        place, _ = folder
        again = ("sweep", "toy-rotation", *VARY, "--scheduler", "tcp://127.0.0.1:9", "--quiet")
        assert run(*again, cwd=place).returncode == 0
        soon = "import allocator.sweeps.run.cluster as cluster; cluster.ANSWERS_WITHIN = 0.5"
        command = [sys.executable, "-c", f"{soon}; import allocator.cli; allocator.cli.main()", *again, "--no-resume"]
        done = subprocess.run(command, cwd=place, env=ENVIRONMENT, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "no Dask scheduler answers" in done.stderr

    def test_a_changed_instance_is_told_of(self, folder: Swept) -> None:
        place, _ = folder
        done = run("sweep", "toy-rotation", *VARY, "--set", "nations.gdp*=2", "--workers", "0", cwd=place)
        assert "has 5 points from an earlier version of toy-rotation; they were not used" in done.stderr


class TestEveryQuestion:
    """Each kind of answer is drawn, of a toy with ranges."""

    @pytest.fixture(scope="class")
    @classmethod
    def case(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """Alpha with 8 (2 to 12) battalions at 2 (1 to 3) a month, and Bravo, of whom each may withdraw."""
        path = tmp_path_factory.mktemp("case") / "case.json"
        allocator.write(
            toy(
                nations=[{"nation": n, "gdp": 1000.0} for n in ("AAA", "BBB")],
                unit_types=[
                    {"unit_type": "bn", "operating_cost": 2.0, "operating_cost_low": 1.0, "operating_cost_high": 3.0}
                ],
                requirements=[{"task": "hold", "capability": "inf", "quantity": 10.0}],
                forces=[
                    {"nation": "AAA", "unit_type": "bn", "units": 8, "units_low": 2, "units_high": 12},
                    {"nation": "BBB", "unit_type": "bn", "units": 1},
                ],
                willingness=[
                    {"nation": "AAA", "objective": "land", "willingness": 1.0},
                    {"nation": "BBB", "objective": "land", "willingness": 0.5},
                ],
            ),
            path,
        )
        return path

    def told(self, case: Path, *arguments: str) -> str:
        done = run("sweep", case, *arguments, "--workers", "0", "--store", case.with_suffix(".sweep"))
        assert done.returncode == 0, done.stderr
        return done.stdout

    def test_tornado(self, case: Path) -> None:
        text = self.told(case, "--one-at-a-time")
        assert "At base: coverage 90.0 %, cost 108 million, 2 nations." in text
        coverage, cost = text.split("Change of cost, million, against the base:")
        (line,) = [line for line in coverage.splitlines() if line.startswith("battalions of AAA ")]
        assert "-60.00" in line
        assert "+10.00" in line
        assert "2 to 12" in line
        assert line.index("▒") < line.index("│") < line.index("█")
        (line,) = [line for line in cost.splitlines() if line.startswith("operating cost of ")]
        assert "-54" in line
        assert "+54" in line
        assert re.search(r"met: \S+: inf", text)

    def test_a_figure_alone(self, case: Path) -> None:
        assert "1 figure one at a time: 3 points" in self.told(case, "--one-at-a-time", "--figure", "forces.units")

    def test_matrix(self, case: Path) -> None:
        text = self.told(case, "--vary", "forces[nation=AAA].units=2,4,8", "--vary", "forces[nation=BBB].units=0,1")
        rows = [line.split() for line in text.splitlines() if line[:1].strip().isdigit() or line.startswith(" ")]
        assert ["2", "20.0", "30.0"] in rows
        assert ["8", "80.0", "90.0"] in rows
        assert "Take part at some points, share of the points: BBB 50 %" in text

    def test_means(self, case: Path) -> None:
        pools = [f"--vary=forces[nation={n}].units={v}" for n, v in (("AAA", "2,4"), ("BBB", "0,1"))]
        text = self.told(case, *pools, "--vary", "unit_types.operating_cost=1,2")
        assert "25.0 %" in text, "2 or 3 of 10"
        assert "operating cost of all unit types" in text

    @pytest.mark.parametrize(
        ("method", "heading"), [("lhs", "correlation"), ("sobol", "first order"), ("morris", "mean size")]
    )
    def test_sample(self, case: Path, method: str, heading: str) -> None:
        text = self.told(case, "--sample", "4", "--method", method)
        assert heading in text
        first = text.split("What cost depends on")[0].split("What coverage depends on")[1].splitlines()[2]
        assert first.startswith("battalions of AAA ")

    def test_front(self, case: Path) -> None:
        text = self.told(case, "--pareto", "gap,cost", "--steps", "4")
        assert text.count("●") == 4
        rows = [line.split()[:4] for line in text.splitlines() if "%" in line and "●" not in line]
        assert ["10.0", "%", "108", "90.0"] in rows
        assert ["100.0", "%", "0", "0.0"] in rows

    def test_politics(self, case: Path) -> None:
        text = self.told(case, "--politics", "200", "--success", "coverage>=0.9")
        share = float(text.split("Probability that coverage>=0.9: ")[1].split(" %")[0])
        assert 40 < share < 60
        (line,) = [line for line in text.splitlines() if line.startswith("BBB")]
        assert "+10.00" in line

    def test_threshold(self, case: Path) -> None:
        text = self.told(case, "--threshold", "coverage>=0.5", "--over", "forces[nation=AAA].units=0:8")
        assert "coverage>=0.5 holds at forces[nation=AAA].units = 4 and not at 3" in text

    def test_no_plan_at_an_end_is_said(self, case: Path) -> None:
        text = self.told(case, "--one-at-a-time", "--figure", "forces.units", "--set", "requirements.max_gap=0.5")
        assert "No plan at battalions of AAA = 2: infeasible." in text

    def test_a_grid_without_a_plan(self, case: Path) -> None:
        text = self.told(case, "--vary", "forces[nation=AAA].units=0,1", "--set", "requirements.max_gap=0.1")
        assert text.count("infeasible") >= 3


class TestOptions:
    """Each option reaches the sweep."""

    @pytest.fixture
    def asked(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., dict[str, Any]]:
        """What the library is called with."""
        from click.testing import CliRunner

        from allocator.cli import cli

        class Called(Exception):
            pass

        got: dict[str, Any] = {}

        def swept(instance: object, design: object, **options: object) -> None:
            got.update(design=design, **options)
            raise Called

        def ask(*arguments: str) -> dict[str, Any]:
            got.clear()
            result = CliRunner().invoke(cli, ["sweep", *arguments])
            assert isinstance(result.exception, Called), result.output
            return got

        monkeypatch.setattr(module, "sweep", swept)
        monkeypatch.chdir(tmp_path)
        return ask

    def test_designs(self, asked: Callable[..., dict[str, Any]]) -> None:
        got = asked("sky-shield", "--vary", "a=1", "--vary", "b=1", "--coalitions", "all;JEF", "--coalitions", "EU")
        assert got["design"].vary == ("a=1", "b=1")
        assert got["design"].coalitions == ("all", "JEF", "EU")
        got = asked("sky-shield", "--one-at-a-time", "--figure", "f", "--sample", "9", "--seed", "3")
        assert got["design"].one_at_a_time == ("f",)
        assert got["design"].sample == Sampling(9, "lhs", ("f",), 3)
        got = asked("sky-shield", "--sample", "9", "--method", "morris", "--pareto", "gap,cost", "--steps", "5")
        assert got["design"].sample == Sampling(9, "morris")
        assert got["design"].pareto == Front(("gap", "cost"), 5)
        got = asked("sky-shield", "--politics", "7", "--success", "a>=1", "--success", "b>=1", "--seed", "2")
        assert got["design"].politics == Draws(7, 2, ("a>=1", "b>=1"))
        got = asked("sky-shield", "--threshold", "a>=1", "--threshold", "b>=1", "--over", "k=1:2")
        assert got["design"].threshold == (Flip("a>=1", "k=1:2"), Flip("b>=1", "k=1:2"))

    def test_choices(self, asked: Callable[..., dict[str, Any]]) -> None:
        choices = (
            "--model=surge --case=low --set=a.b=1 --coalition=JEF --gap=0.01 --time-limit=5 --threads=2 --seed=4 "
            "--store=s --no-resume --workers=3 --max-points=7"
        )
        got = asked("sky-shield", "--one-at-a-time", *choices.split())
        design = got.pop("design")
        assert (design.model, design.case, design.overrides, design.coalition) == ("surge", "low", ("a.b=1",), "JEF")
        assert (design.gap, design.time_limit) == (0.01, 5.0)
        got.pop("progress")
        assert got == {
            "threads": 2, "seed": 4, "store": "s", "resume": False, "workers": 3, "scheduler": None, "max_points": 7
        }  # fmt: skip
        assert asked("sky-shield", "--one-at-a-time", "--scheduler", "tcp://a:1")["scheduler"] == "tcp://a:1"
        got = asked("sky-shield", "--one-at-a-time")
        assert (got["store"], got["resume"], got["workers"]) == ("sky-shield.sweep", True, None)

    def test_options_come_over_a_file(self, asked: Callable[..., dict[str, Any]]) -> None:
        file = asked("safe-seas", "politics")["design"]
        assert file.politics == Draws(1000, 0, ("coverage>=0.9",))
        over = asked("safe-seas", "politics", "--politics", "50", "--set", "a.b=1", "--gap", "0.1")["design"]
        assert over.politics == Draws(50, 0, ("coverage>=0.9",))
        assert (over.overrides, over.gap, over.title) == (("a.b=1",), 0.1, file.title)
        assert asked("sky-shield", "tornado", "--figure", "f")["design"].one_at_a_time == ("f",)


class TestBadUsage:
    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            ([], "nothing to sweep; for example"),
            ([], "sweeps that come with sky-shield: jets, sources, tornado"),
            (["tornad"], "did you mean tornado?"),
            (["--figure", "x"], "--figure needs --one-at-a-time or --sample"),
            (["--method", "lhs"], "--method needs --sample"),
            (["--steps", "3"], "--steps needs --pareto"),
            (["--success", "coverage>=1"], "--success needs --politics"),
            (["--threshold", "coverage>=1"], "expected one --over for each --threshold"),
            (["--over", "a=1:2"], "expected one --over for each --threshold"),
            (["--one-at-a-time", "--max-points", "5"], " points, more than --max-points 5"),
            (["jets", "--json", "--csv"], "--json and --csv exclude each other"),
            (["jets", "--workers", "1", "--scheduler", "a"], "--workers and --scheduler exclude each other"),
            (["jets", "--out", "a.pdf"], "expected a name that ends in .csv"),
            (["jets", "--out", "a.csv", "--deployments", "./a.csv"], "--out and --deployments name the same file"),
            (["jets", "--store", "no/a"], "there is no folder"),
            (["--vary", "nations[nation=XYZ].troop_ceiling=1,2"], "no row of nations with nation=XYZ"),
            (["--vary", "willingness.willingness=0:2:3"], "1"),
            (["--coalitions", "JEFF"], "did you mean JEF"),
            (["--pareto", "gap,cots"], "did you mean cost?"),
        ],
    )  # fmt: skip
    def test_is_said_and_nothing_is_done(self, arguments: list[str], told: str, tmp_path: Path) -> None:
        done = run("sweep", "sky-shield", *arguments, cwd=tmp_path, stdin=subprocess.DEVNULL)
        assert done.returncode == 2, done.stderr
        assert done.stdout == ""
        assert told in done.stderr
        assert "Traceback" not in done.stderr
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize(("answer", "status"), [("n\n", 2), ("y\n", 0)])
    def test_a_large_design_is_asked_about_on_a_terminal(self, answer: str, status: int, tmp_path: Path) -> None:
        seen, code = on_terminal(
            "sweep", "toy-rotation", *VARY, "--max-points", "4", "--workers", "0", typed=answer, cwd=tmp_path
        )
        assert "Solve 5 points?" in seen
        assert code == status
        assert ("coverage" in seen) == (status == 0)

    def test_another_sweep_has_the_store(self, tmp_path: Path) -> None:
        with allocator.sweep("toy-rotation", allocator.Design(vary=VARY[1:]), store=tmp_path / "s", workers=0):
            done = run("sweep", "toy-rotation", *VARY, "--store", "s", cwd=tmp_path)
        assert done.returncode == 2
        assert "another" in done.stderr

    def test_a_store_of_something_else_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "s").write_text("my notes")
        done = run("sweep", "toy-rotation", *VARY, "--store", "s", cwd=tmp_path)
        assert done.returncode == 2
        assert (tmp_path / "s").read_text() == "my notes"


def test_ctrl_c_shows_what_is_done_and_the_same_command_goes_on(tmp_path: Path) -> None:
    """Stopped while it solves; what is done by then is in the answer and is found again."""
    command = [*HERE, "sweep", "safe-seas", "--sample", "16", "--store", "s", "--csv"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    log, until = tmp_path / "s-wal", time.monotonic() + 300
    while (not log.exists() or log.stat().st_size < 50_000) and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "interrupted; the same command continues" in err
    assert "Traceback" not in err
    done = list(csv.DictReader(out.splitlines()))
    assert 0 < len(done) < 16
    whole = subprocess.run(command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert whole.returncode == 0, whole.stderr
    rows = {row["point"]: row for row in csv.DictReader(whole.stdout.splitlines())}
    assert len(rows) == 16
    inputs = [name for name in done[0] if "." in name and "[" in name]
    kept = {tuple(row[name] for name in inputs): row["seconds"] for row in rows.values()}
    assert all(kept[tuple(row[name] for name in inputs)] == row["seconds"] for row in done)


def test_parquet_needs_its_library_before_anything_is_solved(tmp_path: Path) -> None:
    (tmp_path / "pyarrow.py").write_text("raise ImportError")
    done = run("sweep", "toy-rotation", *VARY, "--out", "a.parquet", cwd=tmp_path, PYTHONPATH=f"{tmp_path}:{ROOT}")
    assert done.returncode == 2
    assert 'pip install ".[parquet]"' in done.stderr
    assert not list(tmp_path.glob("*.sweep"))


def test_points_without_an_answer_are_told_of(tmp_path: Path) -> None:
    """No time to find a plan in: each point is named as such, and none of them is an answer."""
    line = ("sweep", "reassurance-force", "--vary", "budgets[payer=common].amount=100,110", "--workers", "0")
    done = run(*line, "--time-limit", "0.001", "--set", "requirements.max_gap=0.7", cwd=tmp_path)
    named = re.findall(r"^warning: (\d+) points? without an answer: ", done.stderr, re.MULTILINE)
    assert sum(map(int, named)) == 2  # the limit may pass at different steps
    assert done.returncode == 1
