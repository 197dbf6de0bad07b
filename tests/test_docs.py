"""The pages in ``docs``: every command runs, and prints what the page says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from allocator.cli.explain import QUESTIONS
from tests.cli.running import invoke

PAGES = sorted((Path(__file__).parents[1] / "docs").glob("*.md"))
COMMAND = re.compile(r"<!-- (run|example) -->\n```console\n\$ allocator ([^\n]*)\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_commands_print_what_the_page_says(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    for kind, command, shown in COMMAND.findall(page.read_text(encoding="utf-8")):
        done = invoke(*shlex.split(command))
        assert done.exit_code == 0, (command, done.stderr)
        if kind == "example":
            assert [line.rstrip() for line in done.stdout.splitlines()] == shown.splitlines(), command


def test_every_question_is_shown() -> None:
    asked = [shlex.split(command) for _, command, _ in COMMAND.findall((PAGES[0]).read_text(encoding="utf-8"))]
    given = {word for command in asked for word in command if command[0] == "explain"}
    assert PAGES[0].name == "explain.md"
    assert {f"--{name.replace('_', '-')}" for name in QUESTIONS} <= given
