"""Pipes that close, disks that are full, terminals and locales: never a traceback, never half an answer."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.running import ENVIRONMENT, HERE, on_terminal, run, shell

pytestmark = pytest.mark.slow

ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@pytest.mark.parametrize("command", ["solve toy-rotation", "solve toy-rotation --json", "schema", "list", "--help"])
def test_a_reader_that_leaves_is_no_failure(command: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*HERE, *command.split()], stdout=writing, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_reader_that_leaves_changes_neither_status_nor_files(tmp_path: Path) -> None:
    done = shell("allocator solve toy-infeasible | true")
    assert (done.returncode, done.stderr) == (3, "")
    done = shell("allocator solve toy-rotation --out x | true", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "wrote x\n")
    assert (tmp_path / "x" / "deployments.csv").exists()


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
@pytest.mark.parametrize(("command", "status"), [("solve toy-rotation", 0), ("list", 0), ("solve nowhere", 2)])
def test_closed_streams(command: str, status: int, closed: str, tmp_path: Path) -> None:
    done = shell(f"allocator {command} {closed}", cwd=tmp_path)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert "internal" not in done.stderr


def test_standard_error_that_takes_nothing() -> None:
    done = shell("allocator solve nowhere 2>/dev/full")
    assert done.returncode == 2


@pytest.mark.parametrize("command", ["solve toy-rotation", "solve toy-rotation --json", "list", "--help"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_for_standard_output_is_said(command: str, unbuffered: str) -> None:
    done = shell(f"allocator {command} >/dev/full", PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == 1
    assert done.stderr == "Error: No space left on device\n"


def test_a_locale_without_our_signs_gets_others() -> None:
    done = run("solve", "toy-rotation", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert "##########.........." in done.stdout


def test_json_is_utf_8_in_any_locale(tmp_path: Path) -> None:
    for encoding in ("ascii", "latin-1", "utf-8"):
        done = subprocess.run(
            [*HERE, "solve", "reassurance-force", "--json", "--gap", "0.5", "--quiet"],
            capture_output=True,
            env={**ENVIRONMENT, "PYTHONIOENCODING": encoding},
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout.decode("utf-8"))["status"] == "optimal"


def test_a_name_that_is_no_text() -> None:
    done = subprocess.run([*HERE, "solve", b"\xff\xfe"], capture_output=True, env=ENVIRONMENT, check=False)
    assert done.returncode == 2
    assert done.stdout == b""
    assert b"nothing there" in done.stderr


class TestTerminal:
    def test_colour_on_a_terminal_only(self) -> None:
        shown, status = on_terminal("solve", "toy-rotation")
        assert status == 0
        assert "\x1b[1;32moptimal" in shown
        piped = run("solve", "toy-rotation").stdout
        assert "\x1b" not in piped
        seconds = re.compile(r"\(\d+\.\d s\)|^(No other plan is|Other plans may be) as good.*$", re.MULTILINE)
        plain = [line.rstrip() for line in seconds.sub("", ESCAPE.sub("", shown)).splitlines()]
        assert plain == [line.rstrip() for line in seconds.sub("", piped).splitlines()]

    def test_no_color_is_respected(self) -> None:
        shown, _ = on_terminal("solve", "toy-rotation", NO_COLOR="1")
        assert not re.search(r"\x1b\[[0-9;]*3[0-9]", shown)
        assert "optimal" in shown

    @pytest.mark.parametrize("columns", [60, 80, 200])
    def test_nothing_is_cut_on_a_narrow_terminal(self, columns: int) -> None:
        shown, status = on_terminal("solve", "reassurance-force", "--gap", "0.5", columns=columns)
        plain = ESCAPE.sub("", shown)
        assert status == 0
        assert max(map(len, plain.splitlines())) <= columns
        words = set(plain.split())
        assert {"United", "Kingdom", "Türkiye", "optimal:"} <= words

    def test_what_is_said_of_a_sound_instance_and_of_a_fault_is_as_wide_as_the_terminal(self) -> None:
        for arguments in (
            ("validate", "reassurance-force"),
            ("solve", "nowhere"),
            ("solve", "toy-core", "--case", "lo"),
        ):
            shown, _ = on_terminal(*arguments, columns=60)
            assert 40 < max(map(len, shown.splitlines())) <= 60
            assert len(shown.splitlines()) >= 3

    def test_a_long_solve_tells_how_it_goes_and_wipes_the_line(self, hard: Path) -> None:
        for seconds in (4, 12, 36):  # a slow machine takes longer to begin
            shown, status = on_terminal("solve", hard, "--gap", "0", "--time-limit", seconds, pipe_stdout=True)
            told = [part for part in shown.split("\r") if "best" in part]
            if len(told) >= 2:
                break
        assert status == 0
        assert len(told) >= 2
        assert re.match(r" +\d+ s  \w+ \(\d of 4\): best [\d.,]+, bound (none yet|[\d.,]+)", told[-1])
        assert shown.rstrip("\n").endswith("\r\x1b[K")

    def test_quiet_is_quiet(self, hard: Path) -> None:
        for seconds in (3, 12, 36):
            shown, status = on_terminal(
                "solve", hard, "--gap", "0", "--time-limit", seconds, "--quiet", pipe_stdout=True
            )
            if status == 0:
                break
        assert (shown, status) == ("", 0)


def test_progress_without_a_terminal_is_a_plain_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from allocator.cli.progress import Line
    from allocator.solving.stage import Progress

    monkeypatch.setattr(Line, "PATIENCE", 0.0)
    monkeypatch.setattr(Line, "EVERY", 0.05)
    with Line() as line:
        for _ in range(4):
            line(Progress("gap", 1, 4, 12.4, 0.25, 0.2, 0.2))
        time.sleep(0.06)
        line(Progress("risk", 2, 4, 12.5, None, None, None))
    assert capsys.readouterr().err == "   12 s  risk (2 of 4): best none yet, bound none yet\n"


def test_an_unexpected_failure_is_one_line_and_a_hint() -> None:
    code = (
        "import sys; sys.argv = ['allocator', 'list']\n"
        "import allocator.resources\n"
        "def broken(): raise ZeroDivisionError('so it\\ngoes')\n"
        "allocator.resources.shipped_instances = broken\n"
        "from allocator.cli import main\nmain()\n"
    )
    for debug, traceback in (("", False), ("1", True)):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            env={**ENVIRONMENT, "ALLOCATOR_DEBUG": debug},
            check=False,
        )
        assert done.returncode == 1
        assert done.stdout == ""
        assert "internal error: ZeroDivisionError: so it goes; please report it\n" in done.stderr
        assert ("Traceback" in done.stderr) is traceback
