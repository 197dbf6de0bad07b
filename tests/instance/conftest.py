"""Fixtures of the tests of instances."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import write
from tests.instance.pasted import two


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(two(), tmp_path / "case")
    return tmp_path / "case"
