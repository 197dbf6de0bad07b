"""Where a command writes: found out before it works, and never over what is not ours."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import allocator
from tests.cli.running import run


@pytest.mark.parametrize(
    ("out", "told"),
    [
        ("results.csv", "ends in .csv"),
        ("results.json", "ends in .json"),
        ("results.XLSX", "lower case"),
        ("", "empty"),
        (".", "the current folder"),
        ("file", "is a file"),
        ("file/below", "cannot|nothing can be written"),
        ("loop", "points to itself"),
        ("a" * 300, "too long"),
        ("/proc/x", "cannot be written to"),
        ("case", "holds other files"),
        ("case.xlsx", "not a result of an earlier run"),
        ("broken.xlsx", "not a result of an earlier run"),
        ("folder.xlsx", "is a folder"),
    ],
)
def test_out_is_refused_before_anything_is_solved(
    out: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "broken.xlsx").write_text("mine")
    (tmp_path / "folder.xlsx").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    template = allocator.read("toy-rotation")
    allocator.write(template, tmp_path / "case")
    allocator.write(template, tmp_path / "case.xlsx")
    here = tmp_path / "here" if out == "." else tmp_path
    here.mkdir(exist_ok=True)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.name != "loop"}

    done = run("solve", "toy-rotation", "--out", out, cwd=here)

    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert any(part in done.stderr for part in told.split("|")), done.stderr
    assert "Traceback" not in done.stderr
    after = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.name != "loop"}
    assert after == before


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to(tmp_path: Path) -> None:
    """As a user without rights; root is made one by dropping what lets it write anywhere."""
    import subprocess

    from tests.cli.running import ENVIRONMENT, HERE

    (tmp_path / "closed").mkdir(mode=0o555)
    drop = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*drop, *HERE, "solve", "toy-rotation", "--out", str(tmp_path / "closed" / "x")],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "cannot be written to" in done.stderr


def test_earlier_results_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "blank.xlsx").touch()
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    for out in ("folder", "book.xlsx", "blank.xlsx", "link"):
        for _ in range(2):
            done = run("solve", "toy-rotation", "--out", out, cwd=tmp_path)
            assert (done.returncode, done.stderr) == (0, f"wrote {out}\n")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "coverage.csv").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_without_a_plan_nothing_is_written_and_that_is_said(tmp_path: Path) -> None:
    done = run("solve", "toy-infeasible", "--out", "x", cwd=tmp_path)
    assert done.returncode == 3
    assert done.stderr == "no plan was found; nothing was written to x\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("out", ["x", "x.xlsx"])
def test_earlier_results_that_remain_are_named(tmp_path: Path, out: str) -> None:
    assert run("solve", "toy-rotation", "--out", out, cwd=tmp_path).returncode == 0
    done = run("solve", "toy-infeasible", "--out", out, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        3,
        f"no plan was found; nothing was written to {out}, which still holds the results of an earlier run\n",
    )
    assert [path.name for path in tmp_path.iterdir()] == [out]


def test_a_plan_is_shown_even_where_it_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The place may turn bad while the solver works."""
    from allocator.cli import _run
    from allocator.plan.plan import Plan

    def full(plan: allocator.Plan, path: Path) -> None:
        raise OSError(28, "No space left on device", "/somewhere/.allocator-123")

    monkeypatch.setattr(Plan, "write", full)
    monkeypatch.setattr("sys.argv", ["allocator", "solve", "toy-rotation", "--out", str(tmp_path / "x")])
    assert _run() == 1
    shown = capsys.readouterr()
    assert "1,000 people from 1 of 1 nation" in shown.out
    assert shown.err == f"Error: {tmp_path / 'x'}: cannot be written: No space left on device\n"


@pytest.mark.parametrize(
    ("command", "target"),
    [
        ("convert toy-rotation", "x.csv"),
        ("convert toy-rotation", "/proc/x.json"),
        ("convert toy-rotation", "/proc/x"),
        ("convert toy-rotation", "file"),
        ("new", "x.ods"),
        ("new", "/proc/x"),
        ("new", "file/x"),
        ("export toy-rotation", "nowhere/x.mps"),
        ("export toy-rotation", "/proc/x.lp"),
        ("export toy-rotation", "file/x.lp"),
    ],
)
def test_other_targets_are_refused_in_the_users_words(command: str, target: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    done = run(*command.split(), target, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert target in done.stderr
    assert ".allocator-" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "mine"


def test_convert_replaces_an_instance_only_when_asked(tmp_path: Path) -> None:
    assert run("convert", "toy-rotation", "x.json", cwd=tmp_path).returncode == 0
    done = run("convert", "toy-periods", "x.json", cwd=tmp_path)
    assert (done.returncode, "already exists" in done.stderr) == (2, True)
    assert allocator.read(tmp_path / "x.json") == allocator.read("toy-rotation")
    assert run("convert", "toy-periods", "x.json", "--overwrite", cwd=tmp_path).returncode == 0
    assert allocator.read(tmp_path / "x.json") == allocator.read("toy-periods")
