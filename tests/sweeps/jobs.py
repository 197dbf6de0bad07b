"""Jobs for the tests of pools and clusters: a job is a word and what it needs."""

from __future__ import annotations

import math
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from allocator.sweeps.run.task import Job, Worker


class Toy:
    """Does toy jobs."""

    def __init__(self, setup: Any) -> None:
        self.setup = setup
        self.done = 0

    def __call__(self, job: tuple[Any, ...]) -> Any:
        word, *rest = job
        self.done += 1
        return getattr(self, word)(*rest)

    def square(self, x: int) -> dict[str, Any]:
        return {"x": x, "square": x * x, "setup": self.setup, "pid": os.getpid()}

    def slow_square(self, x: int, seconds: float) -> dict[str, Any]:
        time.sleep(seconds)
        return self.square(x)

    def big(self, size: int) -> str:
        return "x" * size

    def length(self, text: str) -> int:
        return len(text)

    def abort(self) -> None:
        print("about to fall over", file=sys.stderr, flush=True)
        os.abort()

    def leave(self) -> None:
        os._exit(3)

    def stop(self) -> None:
        os.kill(os.getpid(), signal.SIGSTOP)

    def root(self, x: float) -> float:
        return math.sqrt(x)

    def prints(self) -> str:
        print("a stray line")
        os.write(1, b"straight to the descriptor\n" * 100)
        return sys.stdin.read()

    def unpicklable(self) -> Callable[[], None]:
        return lambda: None

    def path(self) -> list[str]:
        return list(sys.path)


class Broken:
    """Cannot be set up."""

    def __init__(self, setup: Any) -> None:
        raise RuntimeError(f"no use for {setup}")


class Mute:
    """Ends during its set-up."""

    def __init__(self, setup: Any) -> None:
        os._exit(7)


class Deadly(Worker):
    """Solves points, but for one that it does not survive."""

    def __call__(self, job: Job) -> dict[str, Any]:
        if "requirements[task=west].quantity=36" in job.point.overrides and job.point.overrides[0].endswith("=3"):
            os.abort()
        return super().__call__(job)
