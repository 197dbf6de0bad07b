"""Workers on many machines: a Dask cluster with the interface of a pool."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import itertools
import pickle
import queue
import threading
import time
import traceback
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Any

from allocator.errors import AllocatorError, BadUsage
from allocator.sweeps.run.pool import Died, Done, Event, Failed
from allocator.sweeps.run.worker import DONE, answer, handler, pack

ANSWERS_WITHIN = 10
"""Seconds within which a scheduler must answer."""

COUNTED = 1.0
"""Seconds for which a count of the workers is used."""

HELD = 4
"""Setups that a worker process keeps, because clusters outlive sweeps."""

LACKING, UNFIT = "lacking", "unfit"
"""Answer of a worker that does not have the setup, and of one that cannot use it."""

_lock = threading.Lock()
_held: dict[str, Callable[[Any], Any]] = {}


def work(digest: str, job: bytes, first: bytes | None) -> bytes:
    """Do a job in a worker process of the cluster.

    Parameters
    ----------
    digest : str
        Hash of the setup.
    job : bytes
    first : bytes, optional
        ``(make, setup, versions)``. It is sent only when a process reports that it lacks the setup: about once per
        process, also after a process died and to processes that join later.
    """
    with _lock:  # neither a solver nor HiGHS's threads may be shared
        if digest not in _held:
            if first is None:
                return pack((LACKING, None))
            try:
                _held[digest] = _made(first)
            except AllocatorError as error:
                return pack((UNFIT, str(error)))
            except BaseException:
                return pack((UNFIT, traceback.format_exc()))
            for old in list(_held)[:-HELD]:
                del _held[old]
        return answer(_held[digest], job)


def _made(first: bytes) -> Callable[[Any], Any]:
    make, setup, wanted = pickle.loads(first)
    there = _versions()
    if there != wanted:
        pairs = [f"{name} {there[name]} for {wanted[name]}" for name in wanted if there[name] != wanted[name]]
        raise BadUsage(f"the worker has {', '.join(pairs)}; a sweep needs the same versions everywhere")
    return handler(make, setup)


def _versions() -> dict[str, str]:
    from allocator.solving.versions import versions

    return versions()


class Cluster:
    """Workers of a Dask cluster that do jobs; used like a :class:`allocator.sweeps.run.pool.Pool`.

    If a worker dies, Dask gives its job to another one. Start workers with ``--nthreads 1``, one per core of a machine:
    a process does one job at a time whatever its number of threads, because HiGHS allows one thread count per process.
    They need the same versions of the program, HiGHS, Pyomo and Python.

    Parameters
    ----------
    make : str
        ``package.module:Class``; each worker process calls it once with the setup, and calls the result with each job.
    setup : Any
        What jobs have in common.
    address : str
        Address of the scheduler, e.g. ``tcp://10.0.0.1:8786``.

    Raises
    ------
    BadUsage
        Dask is missing, or no scheduler answers at the address.
    AllocatorError
        From :meth:`next_event`: a worker cannot work, or the scheduler is gone.
    """

    def __init__(self, make: str, setup: Any, address: str) -> None:
        try:
            distributed = importlib.import_module("distributed")
        except ImportError:
            raise BadUsage('a cluster needs Dask; in the clone: pip install ".[cluster]"') from None
        self.address = address
        self._first = pack((make, setup, _versions()))
        self._digest = hashlib.sha256(self._first).hexdigest()
        self._client = _connected(distributed, address)
        self._killed_worker = distributed.KilledWorker
        self._sweep = f"allocator-{uuid.uuid4().hex}"
        self._numbers = itertools.count()
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._running: dict[str, tuple[str, bytes, Any]] = {}
        self._workers, self._counted = 0, float("-inf")

    def submit(self, name: str, job: Any) -> None:
        """Submit a job to the cluster."""
        self._submit(name, pack(job), None)

    def free(self) -> int:
        """Number of worker processes without a job; 1 for an empty cluster, since some grow only when a job arrives."""
        now = time.monotonic()
        if now - self._counted > COUNTED:
            try:
                self._workers, self._counted = len(self._client.nthreads()), now
            except Exception as error:
                raise self._gone(error) from None
        return max(1, self._workers) - len(self._running)

    def next_event(self, timeout: float | None = None) -> Event | None:
        """The next event of a job; None if there is none within the given seconds.

        Raises
        ------
        AllocatorError
            A worker cannot use the setup, or the scheduler is gone.
        """
        deadline = float("inf") if timeout is None else time.monotonic() + timeout
        while True:
            try:
                future = self._inbox.get(timeout=min(max(deadline - time.monotonic(), 0.0), 1.0))
            except queue.Empty:
                if self._client.status == "closed":
                    raise self._gone() from None
                if time.monotonic() >= deadline:
                    return None
                continue
            event = self._meaning(future)
            if event is not None:
                return event

    def close(self) -> None:
        """Cancel submitted jobs and disconnect; a worker finishes its running job, and the result is dropped."""
        futures = [future for _, _, future in self._running.values()]
        self._running = {}
        with contextlib.suppress(Exception):  # the scheduler may be gone
            self._client.cancel(futures)
        with contextlib.suppress(Exception):
            self._client.close(timeout=ANSWERS_WITHIN)

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _submit(self, name: str, job: bytes, first: bytes | None) -> None:
        key = f"{self._sweep}-{next(self._numbers)}"
        future = self._client.submit(work, self._digest, job, first, key=key, pure=False)
        self._running[key] = name, job, future
        future.add_done_callback(self._inbox.put)

    def _meaning(self, future: Any) -> Event | None:
        if future.key not in self._running:
            return None
        name, job, _ = self._running.pop(future.key)
        if future.status == "cancelled":
            raise self._gone()
        if future.status == "error":
            error = future.exception()
            if isinstance(error, self._killed_worker):
                return Died(name, f"{error.allowed_failures + 1} workers of the cluster died at it")
            raise AllocatorError(f"the workers at {self.address} cannot do the jobs: {type(error).__name__}: {error}")
        kind, content = pickle.loads(future.result())
        if kind == LACKING:
            self._submit(name, job, self._first)
            return None
        if kind == UNFIT:
            raise AllocatorError(f"a worker at {self.address} cannot do the jobs: {content.strip()}")
        return Done(name, content) if kind == DONE else Failed(name, content)

    def _gone(self, error: Exception | None = None) -> AllocatorError:
        why = f" ({type(error).__name__}: {error})" if error is not None else ""
        return AllocatorError(
            f"the Dask scheduler at {self.address} is gone or was restarted{why}; finished points are kept"
        )


def _connected(distributed: Any, address: str) -> Any:
    """A client, within limited time: Dask itself waits for ever at a port that accepts a connection in silence."""
    came: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def connect() -> None:
        client = distributed.Client.__new__(distributed.Client)  # available even if __init__ fails
        try:
            client.__init__(address, timeout=ANSWERS_WITHIN, set_as_default=False)
            came.put(client)
        except Exception as error:
            came.put(error)
            with contextlib.suppress(Exception):
                client.close()  # the garbage collector may wait for ever for a lock that its thread holds

    threading.Thread(target=connect, daemon=True).start()
    try:
        client = came.get(timeout=ANSWERS_WITHIN + 1)
    except queue.Empty:
        client = TimeoutError("it accepts the connection but does not answer")
    if isinstance(client, Exception):
        why = " ".join(str(client).split())
        raise BadUsage(f"no Dask scheduler answers at {address} within {ANSWERS_WITHIN} s ({why})")
    return client
