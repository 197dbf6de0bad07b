"""Run the bundled sweeps and write what they say into SWEEPS.md."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile

from building.writing import HERE, between

PAGE = HERE / "SWEEPS.md"


def sweeps() -> None:
    """Fill every block of the page; one process for each, so that the same plans are found each time."""
    page = PAGE.read_text(encoding="utf-8")
    for mark in re.findall(r"<!-- (sweep [^>]*) -->", page):
        page = between(page, mark, f"```console\n$ allocator {mark}\n{said(mark.split())}```")
        PAGE.write_text(page, encoding="utf-8")


def said(arguments: list[str]) -> str:
    """What the command prints."""
    command = [sys.executable, "-m", "allocator", *arguments, "--workers", "0"]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout
