"""Runs the command line in a copy of a process that has loaded the libraries and has done nothing else.

Loading takes most of the time of a small command. A server of such copies is itself a clean process: nothing was solved
in it, and it has one thread.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from docs.building.session import command_line


def prepared(
    words: Sequence[str], folder: Path | None, environment: Mapping[str, str], out: Path, errors: Path
) -> None:
    """Run the program with these arguments, as a process that does not return."""
    files = (os.open(path, os.O_WRONLY | os.O_CREAT) for path in (out, errors))
    command_line(["allocator", *words], folder or Path.cwd(), environment, *files)
