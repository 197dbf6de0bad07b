"""The page that asks every question leaves none out; that it is true, the tests of the documentation show."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from allocator.cli.explain import QUESTIONS

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "every-question.md").read_text(encoding="utf-8")


def test_every_question_is_shown() -> None:
    given = {
        word for line in re.findall(r"^\$ allocator explain (.*)$", PAGE, re.MULTILINE) for word in shlex.split(line)
    }
    assert {f"--{name.replace('_', '-')}" for name in QUESTIONS} <= given
