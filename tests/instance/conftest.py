"""Fixtures of the tests of instances."""

from __future__ import annotations

import pytest

from allocator import write
from tests.instance.pasted import two


@pytest.fixture
def folder(tmp_path):
    write(two(), tmp_path / "case")
    return tmp_path / "case"
