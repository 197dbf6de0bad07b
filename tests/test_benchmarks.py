"""Both benchmarks run at their smallest size and print what they promise."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from allocator.api import choose
from allocator.solving.heuristics.search import RELAXATION, WHOLE
from allocator.solving.versions import versions
from benchmarks.__main__ import main as solving
from benchmarks.__main__ import print_searches
from benchmarks.base import compared, load, save
from benchmarks.course import Course
from benchmarks.sweeps import by_hand, thinned
from benchmarks.sweeps import main as sweeping

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)


def told(output: str) -> bool:
    """Whether the first line names every version."""
    return all(f"{name} {number}" in output.splitlines()[0] for name, number in versions().items())


@pytest.fixture(scope="module")
def solves() -> str:
    done = run("benchmarks", "--sizes", "1", "--repeat", "1", "--binding", "--instances", "2", "--threads", "2")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_solves(solves: str) -> None:
    """Sizes, medians of every step beside HiGHS alone, and ratios; both find the same value."""
    assert told(solves)
    assert "'threads': 2" in solves
    assert "median of 1" in solves
    blocks = solves.split("\n\n")[1:]
    assert len(blocks) == 2
    for block in blocks:
        title, head, ours, alone, ratios = block.splitlines()[:5]
        assert re.fullmatch(r"size 1, instance [12]: \d+ of 27 deployable; [1-9]\d* rows, [1-9]\d* columns", title)
        assert " ".join(head.split()) == "read load solve audit total megabytes value bound points status"
        assert ours.split()[0] == "allocator"
        assert all(float(cell) > 0 for cell in ours.split()[1:7])
        assert float(ours.split()[9]) == pytest.approx(100 * (float(ours.split()[7]) - float(ours.split()[8])), abs=0.1)
        assert alone.split()[0] == "highs"
        assert (ours.split()[-1], alone.split()[-1]) == ("optimal", "Optimal")
        assert float(ours.split()[7]) == pytest.approx(float(alone.split()[7]), abs=1e-3)
        assert ratios.split()[0] == "ratio"
        assert float(ratios.split()[6]) == pytest.approx(float(ours.split()[6]) / float(alone.split()[6]), rel=1e-2)
    assert "size 1: value over HiGHS alone: geometric mean 1.000" in blocks[1]


def test_build_up(tmp_path: Path) -> None:
    """A small build-up: ours beside HiGHS alone on the same programme, at a mark and with the same value at the end."""
    base = tmp_path / "base.json"
    done = run("benchmarks", "--build-up", "--sizes", "4", "--repeat", "1", "--marks", "0.001", "--save", str(base))
    assert (done.returncode, done.stderr) == (0, "")
    title, _, ours, alone, ratios = done.stdout.split("\n\n")[1].splitlines()[:5]
    assert title.startswith("size 4, instance 1: 2 unit types, 2 tasks, 2 years, ")
    assert (ours.split()[-1], alone.split()[-1]) == ("optimal", "Optimal")
    assert float(ours.split()[7]) == pytest.approx(float(alone.split()[7]), abs=1e-3)
    assert ratios.split()[0] == "ratio"
    at_marks = r"^(allocator|highs) +after 0.001 CPU seconds: value +\S+, bound +\S+, points +\S+$"
    marks = re.findall(at_marks, done.stdout, re.M)
    assert marks == ["allocator", "highs"]
    assert re.search(r"^searches: ", done.stdout, re.M)
    saved = load(base)["build-up-4-2-2-1"]
    assert saved["value"] == pytest.approx(float(ours.split()[7]), abs=1e-3)
    assert (saved["status"], list(saved["course"])) == ("optimal", ["0.001"])


def test_decade_against_a_base(tmp_path: Path) -> None:
    """What has become worse than the saved base is named, and the exit code says so."""
    path = tmp_path / "base.json"
    better = {"value": 0.0, "bound": 0.0, "cpu": 1e9, "status": "optimal", "course": {}, "worse": False}
    save({"decade-3-1": better}, path)
    done = run("benchmarks", "--decade", "--sizes", "3", "--repeat", "1", "--ours", "--base", str(path))
    assert (done.returncode, done.stderr) == (1, "")
    assert "size 3, instance 1: " in done.stdout
    assert "highs" not in done.stdout.split("\n\n")[1]
    assert re.search(r"^worse: value at the end 0 -> 0\.\d+$", done.stdout, re.M)
    assert re.search(r"^better: CPU seconds 1e\+09 -> ", done.stdout, re.M)


class TestBase:
    NOW: ClassVar[dict[str, Any]] = {
        "value": 0.5, "bound": 0.4, "cpu": 10.0, "status": "feasible", "course": {"10": (0.6, 0.4), "30": (0.5, 0.4)},
    }  # fmt: skip

    def test_nothing_changed(self) -> None:
        """Changes below two per cent do not count, nor the seconds of a run that was not proved."""
        assert compared(self.NOW, self.NOW | {"value": 0.505, "cpu": 5.0}) == []

    def test_worse_first(self) -> None:
        then = self.NOW | {"bound": 0.5, "course": {"10": (0.7, 0.4), "60": (0.1, 0.1)}}
        assert compared(self.NOW, then) == ["worse: bound at the end 0.5 -> 0.4", "better: value after 10 s 0.7 -> 0.6"]

    def test_no_plan_any_more(self) -> None:
        now = self.NOW | {"course": {"10": (None, 0.4)}}
        assert compared(now, self.NOW) == ["worse: value after 10 s 0.6 -> none"]

    def test_seconds_of_proofs(self) -> None:
        proved = self.NOW | {"status": "optimal"}
        assert compared(proved | {"cpu": 11.0}, proved) == ["worse: CPU seconds 10 -> 11"]

    def test_saved_results_of_other_instances_stay(self, tmp_path: Path) -> None:
        path = tmp_path / "base.json"
        for name in ("a", "b", "b"):
            save({name: {"value": 1.0}}, path)
        assert load(path) == {"a": {"value": 1.0}, "b": {"value": 1.0}}


def test_course_of_a_solve() -> None:
    """Value and bound at a mark are the last before it; the last gain is the last new value."""
    course = Course(began=0.0, known=[(1.0, (0.9, None)), (4.0, (0.5, 0.1)), (6.0, (0.5, 0.2))])
    assert [course.at(mark) for mark in (0.5, 1.0, 5.0, 9.0)] == [(None, None), (0.9, None), (0.5, 0.1), (0.5, 0.2)]
    summary = course.summary([0.0, 1e9])
    assert list(summary["course"]) == ["0"]
    assert summary["last_gain"] * summary["cpu"] == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("searches", "status", "warned"),
    [
        ([RELAXATION, WHOLE], "feasible", True),
        ([RELAXATION, WHOLE], "optimal", False),
        ([RELAXATION, "periods"], "feasible", False),
    ],
)
def test_a_search_that_never_ran_is_flagged(
    searches: list[str], status: str, warned: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    print_searches({"searches": searches, "status": status, "last_gain": 0.5})
    printed = capsys.readouterr().out
    assert printed.startswith(f"searches: {', '.join(searches)}; last gain after 50 % of the CPU time\n")
    assert ("WARNING" in printed) is warned


def test_sweeps() -> None:
    """Points, seconds, ratios of a grid and of one figure at a time, on one worker and on two, and the long sweep."""
    done = run(
        "benchmarks.sweeps", "--only", "sky-shield", "--points", "4", "--seeds", "1", "--every", "4",
        "--figures", "objectives.priority", "--gap", "0.01",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert told(done.stdout)
    assert done.stdout.splitlines()[0].endswith("gap 0.01")
    assert "sky-shield, grid: 4 points" in done.stdout
    assert re.search(r"sky-shield, one at a time: \d+ points", done.stdout)
    assert len(re.findall(r"ratio of proved points a second: \d", done.stdout)) == 2
    workers = r"one worker process [\d.]+ s, two [\d.]+ s: [\d.]+ x \([\d.]+ by seed\); two workers .* loop: [\d.]+ x"
    assert len(re.findall(workers, done.stdout)) == 2
    assert "two such sweeps at once" in done.stdout
    assert re.search(r"training-mission: 4 points in .* found again in", done.stdout)


def test_the_loop_ends_at_its_limit() -> None:
    """It counts only what is proved, nothing where there is no plan; a point without a limit has all objectives."""
    assert by_hand(*choose("toy-infeasible"), 1e-4)[1] == {}
    instance, model = choose("toy-budget")
    assert by_hand(instance, model, 1e-4, 0.0)[1] == {}
    assert by_hand(instance, model, 1e-4, 60.0)[1] == by_hand(instance, model, 1e-4)[1]


def test_a_grid_is_thinned_to_the_points_that_are_asked_for() -> None:
    assert thinned(("a=1:2:20", "b=0:9:10"), None) == ("a=1:2:20", "b=0:9:10")
    assert thinned(("a=1:2:20", "b=0:9:10"), 4) == ("a=1:2:2", "b=0:9:2")
    assert thinned(("a=1:2:20", "b=0:9:10"), 200) == ("a=1:2:14", "b=0:9:10")


def test_designs_can_be_left_out() -> None:
    done = run("benchmarks.sweeps", "--skip", "grid", "one-at-a-time", "long")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[Any, str, str]]:
    """What a benchmark that measures nothing says in this process: its exit code, and both outputs."""

    def say(main: Callable[[], None], *arguments: str) -> tuple[Any, str, str]:
        monkeypatch.setattr(sys, "argv", ["benchmark", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, *capsys.readouterr()

    return say


@pytest.mark.parametrize("main", [solving, sweeping], ids=["benchmarks", "benchmarks.sweeps"])
def test_every_option_is_explained(main: Callable[[], None], at_once: Callable[..., tuple[Any, str, str]]) -> None:
    code, out, _ = at_once(main, "--help")
    assert code == 0
    options = re.split(r"\n(?=  -)", out.split("options:")[1])[1:]
    assert len(options) > 6
    for option in options:
        assert re.search(r"[a-z]", re.sub(r"--?[a-z-]+|\{.*?\}", "", option)), option


@pytest.mark.parametrize("arguments", [("--sizes", "0"), ("--repeat", "0"), ("--sizes", "many")])
def test_a_size_that_makes_no_sense_is_refused(
    arguments: tuple[str, str], at_once: Callable[..., tuple[Any, str, str]]
) -> None:
    code, out, errors = at_once(solving, *arguments)
    assert (code, out) == (2, "")
    assert arguments[0] in errors
