"""What the tests of the command line share."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import allocator
from tests.toys import toy


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """The smallest instance, as a folder."""
    allocator.write(toy(), tmp_path / "case")
    return tmp_path / "case"


@pytest.fixture
def hard(tmp_path: Path) -> Path:
    """An instance that takes longer than a test has time."""
    from benchmarks.generate import generate

    path = tmp_path / "hard.json"
    path.write_text(json.dumps(generate(3000, 1, binding=True)))
    return path
