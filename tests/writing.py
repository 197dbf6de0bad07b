"""Kills a process that writes again and again: ``python -m tests.writing 300``. What is there is whole, old or new."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from allocator import files

CHILD = """
import sys
from pathlib import Path
from allocator import files
number = int(sys.argv[2])
sys.stdin.readline()
while True:
    number += 1
    text = f"{number}\\n".encode() * 2000
    files.write_whole(Path(sys.argv[1]) / "plan", {f"{part}.csv": text for part in range(5)})
    files.write_whole(Path(sys.argv[1]) / "plan.json", text)
"""


def number(content: bytes) -> int:
    """Which write a file is of; it must be whole."""
    lines = content.split()
    assert len(lines) == 2000, len(lines)
    assert len(set(lines)) == 1, set(lines)
    return int(lines[0])


def folder(place: Path) -> int:
    """Which write the folder is of; all its files must be of the same one."""
    handle = os.open(place, os.O_RDONLY)  # the folder that is there now, whatever its name leads to a moment later
    try:
        names = sorted(os.listdir(handle))
        if not names:
            return -1  # it was exchanged, and its files are being removed
        written = set()
        for name in names:
            with open(os.open(name, os.O_RDONLY, dir_fd=handle), "rb") as file:
                written.add(number(file.read()))
    except FileNotFoundError:
        return -1
    finally:
        os.close(handle)
    assert len(written) == 1, written
    return written.pop() if len(names) == 5 else -1


def killed(parent: Path, last: int, rng: random.Random, read: Callable[[Path], int] = folder) -> int:
    """Let a child write for a moment, read all the while, and kill it; the last write that is there."""
    command = [sys.executable, "-c", CHILD, str(parent), str(last)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE)
    assert child.stdin is not None
    try:
        child.stdin.write(b"go\n")
        child.stdin.close()
        end = time.monotonic() + 30
        while not (parent / "plan.json").exists() or number((parent / "plan.json").read_bytes()) <= last:
            assert time.monotonic() < end, "it writes nothing"
        end = time.monotonic() + rng.uniform(0.0, 0.03)
        while time.monotonic() < end:
            assert (parent / "plan").is_dir()
            read(parent / "plan")
            number((parent / "plan.json").read_bytes())
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    found = read(parent / "plan")
    assert found in (number((parent / "plan.json").read_bytes()) + more for more in (0, 1))
    return found


def trial(kills: int, seed: int = 0) -> tuple[int, int]:
    """Kill so often, and until a kill hits a write; (writes, kills after which something was left beside)."""
    rng = random.Random(seed)
    last = left = done = 0
    with tempfile.TemporaryDirectory() as place:
        parent = Path(place)
        while done < kills or (not left and done < 10 * kills):
            done += 1
            last = killed(parent, last, rng)
            beside = [path for path in parent.iterdir() if path.name not in ("plan", "plan.json")]
            assert all(path.name.startswith(files.BESIDE) for path in beside)
            left += bool(beside)
            assert len(beside) <= 1, beside
            files.write_whole(parent / "other", b"")
            (parent / "other").unlink()
            assert sorted(os.listdir(parent)) == ["plan", "plan.json"]
    return last, left


if __name__ == "__main__":
    began = time.monotonic()
    writes, left = trial(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
    print(f"{writes} writes, each whole; after {left} kills something was left, and the next write removed it")
    print(f"{time.monotonic() - began:.0f} s")
