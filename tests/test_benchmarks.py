"""Both benchmarks run at their smallest size and print what they promise."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from allocator.solving.solver import versions
from benchmarks.sweeps import thinned

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
        assert " ".join(head.split()) == "read load solve audit total megabytes value bound status"
        assert ours.split()[0] == "allocator"
        assert all(float(cell) > 0 for cell in ours.split()[1:7])
        assert alone.split()[0] == "highs"
        assert (ours.split()[-1], alone.split()[-1]) == ("optimal", "Optimal")
        assert float(ours.split()[7]) == pytest.approx(float(alone.split()[7]), abs=1e-3)
        assert ratios.split()[0] == "ratio"
        assert float(ratios.split()[6]) == pytest.approx(float(ours.split()[6]) / float(alone.split()[6]), rel=1e-2)
    assert "size 1: value over HiGHS alone: geometric mean 1.000" in blocks[1]


def test_build_up() -> None:
    """A small build-up: ours beside HiGHS alone on the same programme, with the same value."""
    done = run("benchmarks", "--build-up", "--sizes", "4", "--repeat", "1")
    assert (done.returncode, done.stderr) == (0, "")
    title, _, ours, alone, ratios = done.stdout.split("\n\n")[1].splitlines()[:5]
    assert title.startswith("size 4, instance 1: 2 unit types, 2 tasks, 2 years, ")
    assert (ours.split()[-1], alone.split()[-1]) == ("optimal", "Optimal")
    assert float(ours.split()[7]) == pytest.approx(float(alone.split()[7]), abs=1e-3)
    assert ratios.split()[0] == "ratio"


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
    assert len(re.findall(r"ratio of points a second: \d", done.stdout)) == 2
    assert len(re.findall(r"one worker process [\d.]+ s, two [\d.]+ s: [\d.]+ x \([\d.]+ by seed\)", done.stdout)) == 2
    assert "two such sweeps at once" in done.stdout
    assert re.search(r"training-mission: 4 points in .* found again in", done.stdout)


def test_a_grid_is_thinned_to_the_points_that_are_asked_for() -> None:
    assert thinned(("a=1:2:20", "b=0:9:10"), None) == ("a=1:2:20", "b=0:9:10")
    assert thinned(("a=1:2:20", "b=0:9:10"), 4) == ("a=1:2:2", "b=0:9:2")
    assert thinned(("a=1:2:20", "b=0:9:10"), 200) == ("a=1:2:14", "b=0:9:10")


def test_designs_can_be_left_out() -> None:
    done = run("benchmarks.sweeps", "--skip", "grid", "one-at-a-time", "long")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)


@pytest.mark.parametrize("module", ["benchmarks", "benchmarks.sweeps"])
def test_every_option_is_explained(module: str) -> None:
    options = re.split(r"\n(?=  -)", run(module, "--help").stdout.split("options:")[1])[1:]
    assert len(options) > 6
    for option in options:
        assert re.search(r"[a-z]", re.sub(r"--?[a-z-]+|\{.*?\}", "", option)), option


@pytest.mark.parametrize("arguments", [("--sizes", "0"), ("--repeat", "0"), ("--sizes", "many")])
def test_a_size_that_makes_no_sense_is_refused(arguments: tuple[str, str]) -> None:
    done = run("benchmarks", *arguments)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert arguments[0] in done.stderr
