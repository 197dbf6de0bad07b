"""The examples in docstrings: they run, and every public function has one."""

from __future__ import annotations

import doctest
import inspect
from importlib import import_module
from pathlib import Path

import pytest

import allocator

PACKAGE = Path(allocator.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("module", MODULES)
def test_examples_print_what_they_say(module: str) -> None:
    result = doctest.testmod(import_module(module))
    assert result.attempted
    assert result.failed == 0


@pytest.mark.parametrize(
    "name",
    [
        *(name for name in allocator.__all__ if inspect.isfunction(getattr(allocator, name))),
        "Model",
        "Instance.case",
        "Instance.coalition",
        "Instance.from_dict",
        "Instance.from_frames",
        "Instance.override",
        "Model.override",
        "Plan.frame",
        "Plan.rows",
        "Plan.value",
    ],
)
def test_public_functions_have_an_example(name: str) -> None:
    holder, _, attribute = name.partition(".")
    thing = getattr(allocator, holder)
    assert ">>> " in (getattr(thing, attribute) if attribute else thing).__doc__
