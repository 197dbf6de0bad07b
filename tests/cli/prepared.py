"""Runs the command line in a copy of a process that has loaded the libraries and has done nothing else.

Loading takes most of the time of a small command. A server of such copies is itself a clean process: nothing was solved
in it, and it has one thread.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path


def command_line(
    words: Sequence[str], folder: Path | None, environment: Mapping[str, str], out: Path, errors: Path
) -> None:
    """Run the program with these arguments, as a process that does not return."""
    targets = (
        os.open(os.devnull, os.O_RDONLY),
        os.open(out, os.O_WRONLY | os.O_CREAT),
        os.open(errors, os.O_WRONLY | os.O_CREAT),
    )
    for number, target in enumerate(targets):
        os.dup2(target, number)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding="utf-8") for number, mode in ((0, "r"), (1, "w"), (2, "w"))
    )
    os.environ.clear()
    os.environ.update(environment)
    if folder is not None:
        os.chdir(folder)
    sys.argv = ["allocator", *words]
    import_module("allocator.cli").main()
