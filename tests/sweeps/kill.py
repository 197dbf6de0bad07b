"""Kills a sweep again and again: ``python -m tests.sweeps.kill 200``. Nothing that was done is lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import allocator
from allocator.sweeps.run.store import Store

INSTANCE = "toy-enablers"
VARY = [
    "forces[nation=AAA,unit_type=squadron].units=0:12:7",
    "requirements[task=west].quantity=12:60:9",
]
CHILD = f"""
import sys, allocator
def report(progress):
    print(progress.found + progress.done, flush=True)
design = allocator.Design(vary={VARY!r})
with allocator.sweep({INSTANCE!r}, design, store=sys.argv[1], workers=2, progress=report) as sweep:
    assert not sweep.interrupted
"""


def answers(path: Path | None = None) -> list[tuple[object, ...]]:
    """Inputs, status and values of every point, from a store or by a sweep of its own."""
    with allocator.sweep(INSTANCE, allocator.Design(vary=tuple(VARY)), store=path, workers=0) as sweep:
        return [
            (str(row.point.inputs), row.status, *((row.values or {}).get(name) for name in ("gap", "risk", "cost")))
            for answer in sweep.answers
            for row in answer.rows
        ]


def killed(path: Path, rng: random.Random, most: int) -> tuple[int, bool]:
    """Run a sweep on a store and kill it, or workers of it, at random instants; (kills, whether it came to its end)."""
    with Store(path) as store:
        before = store.count()
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE, text=True)
    kills = 0
    while kills < most and child.poll() is None:
        time.sleep(rng.uniform(0.0, 1.2))
        if child.poll() is not None:
            break
        whole = rng.random() < 0.6
        victim = child.pid if whole else _worker(child.pid, rng)
        if victim is None:
            continue
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            continue
        kills += 1
        if whole:
            break
    out, _ = child.communicate(timeout=60)
    with Store(path) as store:  # readable, and every reported row is in it
        reported = [int(line) for line in out.split() if line.isdigit()]
        assert store.count() >= max([before, *reported]), (store.count(), before, reported)
    return kills, child.returncode == 0


def _worker(parent: int, rng: random.Random) -> int | None:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False)
    workers = [int(pid) for pid in found.stdout.split()]
    return rng.choice(workers) if workers else None


def trial(kills: int, seed: int = 0) -> tuple[int, int]:
    """Kill until so many have been killed; (sweeps that came to their end, kills)."""
    rng = random.Random(seed)
    right = answers()
    done = finished = 0
    with tempfile.TemporaryDirectory() as folder:
        while done < kills:
            path = Path(folder) / f"{finished}.sweep"
            ended = False
            while not ended:
                more, ended = killed(path, rng, max(0, kills - done))
                done += more
            finished += 1
            for found, expected in zip(answers(path), right, strict=True):
                assert found == expected or found[1] == "error", (found, expected)  # set aside: killed twice by chance
    return finished, done


if __name__ == "__main__":
    began = time.monotonic()
    sweeps, kills = trial(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
    print(f"{kills} kills, {sweeps} sweeps came to their end whole, {time.monotonic() - began:.0f} s")
