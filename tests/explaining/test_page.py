"""The page that asks every question: each command runs, and prints what the page says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from allocator.cli.explain import QUESTIONS
from tests.cli.running import invoke

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "every-question.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"<!-- (run|example) -->\n```console\n\$ allocator ([^\n]*)\n(.*?)```", PAGE, re.DOTALL)


def test_commands_print_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    for kind, command, shown in COMMANDS:
        done = invoke(*shlex.split(command))
        assert done.exit_code == 0, (command, done.stderr)
        if kind == "example":
            assert [line.rstrip() for line in done.stdout.splitlines()] == shown.splitlines(), command


def test_every_question_is_shown() -> None:
    given = {word for _, command, _ in COMMANDS if command.startswith("explain") for word in shlex.split(command)}
    assert {f"--{name.replace('_', '-')}" for name in QUESTIONS} <= given
