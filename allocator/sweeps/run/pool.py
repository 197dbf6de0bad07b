"""Worker processes on this machine; a worker that dies or hangs is replaced, and only its own job is affected."""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from allocator.errors import AllocatorError, BadUsage
from allocator.sweeps.run.worker import ALIVE, DONE, READY, pack, receive, send

COMMAND = (sys.executable, "-P", "-m", "allocator.sweeps.run.worker")

FALSE_STARTS = 3
"""A pool gives up after a worker ended this many times in a row without doing anything."""

KEPT = 2000
"""Characters of a worker's standard error that are kept."""

LOOK = 0.5
"""Seconds between two checks for workers that hang."""

ENDED = "ended"
"""Kind of the last message about a worker, made by its reader."""


@dataclass(frozen=True)
class Done:
    """A job is done."""

    name: str
    result: Any


@dataclass(frozen=True)
class Failed:
    """A job raised an error; ``reason`` is its traceback."""

    name: str
    reason: str


@dataclass(frozen=True)
class Died:
    """A worker died during a job, or was killed because it hung."""

    name: str
    reason: str


Event = Done | Failed | Died

Inbox = queue.SimpleQueue[tuple["_Worker", str, Any]]


class _Worker:
    """One process and the threads that read from it.

    Attributes
    ----------
    ready : bool
        It is set up, and the pool has no sign that it ended.
    job : str or None
        Name of its current job.
    since : float or None
        When it got the job; None once the answer has arrived.
    seen : float
        When it last gave a sign of life.
    verdict : str
        Why it was killed.
    idle_deaths : int
        How many times in a row it and its predecessors ended without doing anything.
    """

    def __init__(self, first: bytes, inbox: Inbox, idle_deaths: int = 0) -> None:
        self.ready = False
        self.job: str | None = None
        self.since: float | None = None
        self.verdict = ""
        self.idle_deaths = idle_deaths
        self.stderr = b""
        self.seen = time.monotonic()
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(os.path.abspath(entry) for entry in sys.path)}
        self.process = subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
            start_new_session=True, creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, args=(first, inbox), daemon=True)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()
        self._listener.start()

    def write(self, frame: bytes) -> None:
        """Send a message; if the process has died, its reader reports that."""
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            send(self.process.stdin, frame)  # type: ignore[arg-type]

    def kill(self, verdict: str) -> None:
        """Kill the process at once."""
        self.verdict = self.verdict or verdict
        self.process.kill()

    def bury(self) -> str:
        """Wait for its end; returns how it ended, and the last text on its standard error."""
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(1)
        self._listener.join(1)
        with contextlib.suppress(OSError):
            self.process.stdin.close()  # type: ignore[union-attr]
        how = self.verdict or _ending(self.process.returncode)
        text = self.stderr.decode(errors="replace")[-KEPT:].strip()
        return f"{how}; it wrote: {text}" if text else how

    def _read(self, first: bytes, inbox: Inbox) -> None:
        assert self.process.stdout is not None
        self.write(first)  # here, since it waits until the process is up
        with self.process.stdout as stream:
            while (frame := receive(stream)) is not None:  # type: ignore[arg-type]
                self.seen = time.monotonic()
                try:
                    kind, content = pickle.loads(frame)
                except Exception as error:
                    self.kill(f"its message could not be read ({type(error).__name__}: {error})")
                    break
                if kind != ALIVE:
                    self.since = None
                    inbox.put((self, kind, content))
        inbox.put((self, ENDED, None))

    def _listen(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as stream:
            while some := os.read(stream.fileno(), 65536):
                self.stderr = (self.stderr + some)[-4 * KEPT :]


class Pool:
    """Worker processes that do jobs.

    Workers are fresh Python processes (not forks) with the module path of this one, so a script needs no
    ``__main__`` guard. They run in sessions of their own: Ctrl-C reaches this process alone, and the workers end with
    it, however it ends.

    Parameters
    ----------
    make : str
        ``package.module:Class``; each worker calls it once with the setup, and calls the result with each job.
    setup : Any
        What jobs have in common.
    workers : int
    patience : float, optional
        Seconds for one job; a worker that needs longer is killed.
    silence : float
        Seconds without a sign of life after which a worker is killed; workers send one every second.

    Raises
    ------
    AllocatorError
        No process can be started, or (from :meth:`next_event`) workers end before they do anything.
    """

    def __init__(
        self, make: str, setup: Any, workers: int, *, patience: float | None = None, silence: float = 30.0
    ) -> None:
        if workers < 1:
            raise BadUsage(f"{workers} workers; a pool needs at least one")
        self._first = pack((make, setup))
        self._patience, self._silence = patience, silence
        self._inbox: Inbox = queue.SimpleQueue()
        self._workers: list[_Worker] = []
        self._closed = threading.Event()
        try:
            for _ in range(workers):
                self._workers.append(self._start())
        except BaseException:
            self.close()
            raise
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def submit(self, name: str, job: Any) -> None:
        """Give a job to a free worker.

        Raises
        ------
        BadUsage
            No worker is free.
        """
        frame = pack(job)
        worker = next((worker for worker in self._workers if worker.ready and worker.job is None), None)
        if worker is None:
            raise BadUsage(f"no worker is free for {name}")
        worker.stderr = b""
        worker.job, worker.since = name, time.monotonic()
        worker.write(frame)

    def free(self) -> int:
        """Number of workers that wait for a job."""
        return sum(worker.ready and worker.job is None for worker in self._workers)

    def next_event(self, timeout: float | None = None) -> Event | None:
        """The next event of a job; None if there is none within the given seconds, or once a worker becomes free.

        Raises
        ------
        AllocatorError
            A worker ended three times in a row without doing anything.
        """
        deadline = float("inf") if timeout is None else time.monotonic() + timeout
        while True:
            try:
                wait = min(max(deadline - time.monotonic(), 0.0), 1.0)
                worker, kind, content = self._inbox.get(timeout=wait)
            except queue.Empty:
                if time.monotonic() >= deadline:
                    return None
                continue
            if kind == READY:
                worker.ready = True
                return None
            if kind == ENDED:
                event = self._replace(worker)
                if event is not None:
                    return event
                continue
            name, worker.job = worker.job, None
            worker.idle_deaths = 0
            assert name is not None
            return Done(name, content) if kind == DONE else Failed(name, content)

    def close(self) -> None:
        """Stop all workers at once."""
        self._closed.set()
        for worker in self._workers:
            worker.kill("the pool was closed")
        for worker in self._workers:
            worker.bury()
        self._workers = []

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self, idle_deaths: int = 0) -> _Worker:
        try:
            return _Worker(self._first, self._inbox, idle_deaths)
        except OSError as error:
            raise AllocatorError(f"no worker process could be started: {error.strerror or error}") from None

    def _replace(self, worker: _Worker) -> Died | None:
        """Replace a worker that ended; returns what that means for its job."""
        worker.ready = False
        reason = worker.bury()
        idle_deaths = worker.idle_deaths + (worker.job is None)
        if idle_deaths == FALSE_STARTS:
            raise AllocatorError(f"a worker ended {FALSE_STARTS} times before it did anything: {reason}")
        self._workers[self._workers.index(worker)] = self._start(idle_deaths)
        return None if worker.job is None else Died(worker.job, reason)

    def _watch(self) -> None:
        """Kill workers that hang; runs in a thread of its own, because writing to a worker that hangs may block."""
        looked = time.monotonic()
        while not self._closed.wait(LOOK):
            now = time.monotonic()
            stopped, looked = now - looked > 4 * LOOK, now  # this process was stopped and has messages to read
            if not stopped:
                self._judge(self._workers, now)

    def _judge(self, workers: Sequence[_Worker], now: float) -> None:
        for worker in workers:
            since = worker.since
            if now - worker.seen > self._silence:
                worker.kill(f"no sign of life for {self._silence:g} s")
            elif self._patience is not None and since is not None and now - since > self._patience:
                worker.kill(f"more than {self._patience:g} s for one job")


def _ending(code: int) -> str:
    """How a process ended, from its exit status."""
    if code >= 0:
        return f"ended with exit status {code}"
    with contextlib.suppress(ValueError):
        name = signal.Signals(-code).name
        return f"killed by {name}" + (", perhaps because memory ran out" if name == "SIGKILL" else "")
    return f"killed by signal {-code}"
