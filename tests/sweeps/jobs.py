"""Jobs for the tests of pools and clusters: a job is a word and what it needs."""

from __future__ import annotations

import math
import os
import signal
import sys
import time

from allocator.sweeps.run.task import Job, Worker


class Toy:
    """Does toy jobs."""

    def __init__(self, setup):
        self.setup = setup
        self.done = 0

    def __call__(self, job):
        word, *rest = job
        self.done += 1
        return getattr(self, word)(*rest)

    def square(self, x):
        return {"x": x, "square": x * x, "setup": self.setup, "pid": os.getpid()}

    def slow_square(self, x, seconds):
        time.sleep(seconds)
        return self.square(x)

    def big(self, size):
        return "x" * size

    def length(self, text):
        return len(text)

    def abort(self):
        print("about to fall over", file=sys.stderr, flush=True)
        os.abort()

    def leave(self):
        os._exit(3)

    def stop(self):
        os.kill(os.getpid(), signal.SIGSTOP)

    def root(self, x):
        return math.sqrt(x)

    def prints(self):
        print("a stray line")
        os.write(1, b"straight to the descriptor\n" * 100)
        return sys.stdin.read()

    def unpicklable(self):
        return lambda: None

    def path(self):
        return list(sys.path)


class Broken:
    """Cannot be set up."""

    def __init__(self, setup):
        raise RuntimeError(f"no use for {setup}")


class Mute:
    """Ends during its set-up."""

    def __init__(self, setup):
        os._exit(7)


class Deadly(Worker):
    """Solves points, but for one that it does not survive."""

    def __call__(self, job: Job):
        if "requirements[task=west].quantity=36" in job.point.overrides and job.point.overrides[0].endswith("=3"):
            os.abort()
        return super().__call__(job)
