"""Running the program as a user does: in a process of its own, with pipes or on a terminal."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pty
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any

from click.testing import CliRunner, Result

from allocator.cli import cli
from tests.cli.prepared import prepared

ROOT = Path(__file__).parents[2]
HERE = [sys.executable, "-m", "allocator"]
ENVIRONMENT = {
    **{
        key: value
        for key, value in os.environ.items()
        if key not in ("FORCE_COLOR", "NO_COLOR", "COLUMNS", "PYTHONUNBUFFERED")
    },
    "PYTHONPATH": str(ROOT),
    "TERM": "xterm-256color",
}


OF_ITS_OWN = ("explore",)
"""The command that copies its own process. Workers of a sweep are programs of their own, whoever starts them."""

PREPARED = multiprocessing.get_context("forkserver")
PREPARED.set_forkserver_preload(["tests.cli.loaded"])


def run(
    *arguments: object, cwd: Path | None = None, stdin: int | IO[Any] | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run with pipes or files; standard output is no terminal.

    Most commands run in a copy of a process that has loaded the libraries: see :mod:`tests.cli.prepared`.
    """
    words = [*map(str, arguments)]
    full = {**ENVIRONMENT, **environment}
    if (
        (words[:1] and words[0] in OF_ITS_OWN)
        or stdin not in (None, subprocess.DEVNULL)
        or set(environment) - {"COLUMNS"}
    ):
        return subprocess.run(
            [*HERE, *words], capture_output=True, text=True, cwd=cwd, stdin=stdin, env=full, timeout=120, check=False
        )
    with tempfile.TemporaryDirectory(prefix="allocator-run-") as folder:
        texts = Path(folder) / "out", Path(folder) / "errors"
        process = PREPARED.Process(target=prepared, args=(words, cwd, full, *texts))
        process.start()
        process.join(120)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(words, 120)
        out, errors = (text.read_text(encoding="utf-8") if text.exists() else "" for text in texts)
    return subprocess.CompletedProcess(words, process.exitcode, out, errors)


def shell(command: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which ``allocator`` is the program."""
    return subprocess.run(
        ["bash", "-c", f'set -o pipefail; allocator() {{ "{sys.executable}" -m allocator "$@"; }}; {command}'],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**ENVIRONMENT, **environment},
        timeout=120,
        check=False,
    )


def on_terminal(
    *arguments: object,
    columns: int = 150,
    pipe_stdout: bool = False,
    typed: str | None = None,
    cwd: Path | None = None,
    **environment: str,
) -> tuple[str, int]:
    """Run on a pseudo-terminal, where ``typed`` is typed; what stands on the terminal, and the exit status."""
    import fcntl
    import struct
    import termios

    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 60, columns, 0, 0))
    process = subprocess.Popen(
        [*HERE, *map(str, arguments)],
        stdin=subprocess.DEVNULL if typed is None else terminal,
        cwd=cwd,
        stdout=subprocess.DEVNULL if pipe_stdout else terminal,
        stderr=terminal,
        env={**ENVIRONMENT, **environment},
    )
    os.close(terminal)
    if typed is not None:
        os.write(controller, typed.encode())
    seen = b""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if not select.select([controller], [], [], 0.2)[0]:
            continue
        try:
            part = os.read(controller, 65536)
        except OSError:  # the program has ended and nobody holds the terminal
            break
        if not part:
            break
        seen += part
    os.close(controller)
    return seen.decode("utf-8").replace("\r\n", "\n"), process.wait(timeout=30)


def invoke(*arguments: str | os.PathLike[str]) -> Result:
    """Run a command in this process, which is quick; an error of ours is its ``exception``."""
    done = CliRunner().invoke(cli, list(map(str, arguments)), prog_name="allocator")
    gc.enable()  # a command switches it off for the rest of its process
    return done
