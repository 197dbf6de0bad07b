"""Runs the points of a sweep: stored rows are reused, proved answers are not solved again, and no row is lost."""

from __future__ import annotations

import contextlib
import hashlib
import json
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from allocator.errors import BadInput, Fault
from allocator.files import write_whole
from allocator.instance import Instance, write
from allocator.model import Model
from allocator.solving.versions import versions
from allocator.stopping import Watch, at_once
from allocator.sweeps.design.parts import Point
from allocator.sweeps.run.changes import Facets, from_plain, to_plain
from allocator.sweeps.run.facets import Changes
from allocator.sweeps.run.knowledge import Knowledge
from allocator.sweeps.run.left_over import LeftOver
from allocator.sweeps.run.pool import Died, Done, Event
from allocator.sweeps.run.row import Rows, fits, refused
from allocator.sweeps.run.store import Store
from allocator.sweeps.run.task import Job, Setup, Worker

SHOWN = 20
"""Most points with faults that are reported together."""

AHEAD = 200
"""Points among which the next one is chosen."""

KEPT = 100
"""Points whose instance and model are kept until they are solved, if this process solves them."""

LIVES = 2
"""A point is set aside after this many workers died at it."""


class Executor(Protocol):
    """Does jobs: in this process, in a pool of processes, or on a cluster."""

    def submit(self, name: str, job: Any) -> None:
        """Take a job on."""

    def free(self) -> int:
        """How many more jobs can be taken on now."""

    def next_event(self, timeout: float | None) -> Event | None:
        """The next event; None if there is none within the given seconds."""

    def close(self) -> None:
        """Stop at once."""


class Here:
    """Does jobs in this process, one per call of :meth:`next_event`."""

    def __init__(self, setup: Setup) -> None:
        self._worker = Worker(setup)
        self._waiting: deque[tuple[str, Job]] = deque()

    def submit(self, name: str, job: Job) -> None:
        """Take a job on."""
        self._waiting.append((name, job))

    def free(self) -> int:
        """How many more jobs can be taken on now."""
        return 1 - len(self._waiting)

    def next_event(self, _: float | None) -> Event | None:
        """Do the waiting job."""
        if not self._waiting:
            return None
        name, job = self._waiting.popleft()
        return Done(name, self._worker(job))

    def close(self) -> None:
        """Stop at once."""


@dataclass
class Progress:
    """Progress of a sweep.

    ``found`` counts the points that were in the store before; ``best`` and ``worst`` are values of ``objective``, the
    model's first.
    """

    title: str
    points: int
    objective: str = ""
    found: int = 0
    done: int = 0
    known: int = 0
    running: int = 0
    failed: int = 0
    seconds: float = 0.0
    best: float | None = None
    worst: float | None = None

    @property
    def rate(self) -> float:
        """Points per second."""
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def left(self) -> float | None:
        """Seconds until the end at this rate; None while the rate is unknown."""
        return (self.points - self.found - self.done) / self.rate if self.rate else None

    def count(self, content: dict[str, Any], again: bool = False) -> None:
        """Add the result of a point, or that of a second attempt at an open one."""
        self.done += not again
        self.failed += not again and content["status"] in ("error", "no_plan")
        self.known += not again and bool(content["how"]) and set(content["how"]) == {"known"}
        value = content["values"].get(self.objective)
        if value is not None:
            self.best = value if self.best is None else min(value, self.best)
            self.worst = value if self.worst is None else max(value, self.worst)


class Runner:
    """Gets rows for points: from the store, or by solving.

    Parameters
    ----------
    setup : Setup
        The base and the options of a solve.
    store : Store
        Keeps the rows.
    executor : callable
        Makes the executor; called when it is first needed.
    resume : bool
        Reuse rows that were in the store before.
    watch : Watch
        Reports a request to stop.
    progress : callable, optional
        Called after every change.
    """

    def __init__(
        self,
        setup: Setup,
        store: Store,
        executor: Callable[[], Executor],
        *,
        watch: Watch,
        resume: bool = True,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self.setup = setup
        self.store = store
        self._make = executor
        self._executor: Executor | None = None
        self._watch = watch
        self._progress = progress
        self._stem = _stem(setup)
        self._facets = Facets(setup.instance, setup.model)
        self._knowledge = Knowledge(self._facets.base)
        self._numbers: dict[str, int] = {}  # key -> number in the knowledge
        self._fresh: set[str] | None = None if resume else set()

    def key(self, point: Point) -> str:
        """Hash of everything that the result of a point depends on."""
        own = json.dumps([point.overrides, point.case, point.coalition, point.released])
        return hashlib.sha256((self._stem + own).encode()).hexdigest()

    def rows(self, points: Sequence[Point], title: str = "") -> Rows:
        """A row for every point.

        Raises
        ------
        BadInput
            Points make the instance invalid; nothing was solved.
        KeyboardInterrupt
            After Ctrl-C; finished rows are in the store.
        """
        keyed = [(point, self.key(point)) for point in points]
        settled = self._stored(key for _, key in keyed)
        stored = {key for key, content in settled if content["status"] != "error" or content["aside"]}
        pending = {key: point for point, key in keyed if key not in stored}
        if pending:
            state = Progress(title, len({key for _, key in keyed}), self.setup.model.objectives[0], len(stored))
            self._solve(pending, stored, state)
        return Rows(keyed, self.store)

    def done(self, points: Sequence[Point]) -> Rows:
        """The rows of the finished points."""
        keyed = [(point, self.key(point)) for point in points]
        stored = {key for key, _ in self._stored(key for _, key in keyed)}
        return Rows([(point, key) for point, key in keyed if key in stored], self.store)

    def close(self) -> None:
        """Stop the executor."""
        if self._executor is not None:
            self._executor.close()

    def _stored(self, keys: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Key and content of usable rows in the store; a row of another form counts as damaged."""
        usable = (key for key in keys if self._fresh is None or key in self._fresh)
        for key, content in self.store.each(dict.fromkeys(usable)):
            if fits(content):
                yield key, content
            else:
                self.store.damaged.add(key)

    def _solve(self, pending: dict[str, Point], stored: set[str], state: Progress) -> None:
        executor = self._executor = self._executor or self._make()  # workers start while points are read
        with at_once():
            changes, objectives, understood = self._understood(pending, KEPT if isinstance(executor, Here) else 0)
        for key, content in self._stored(stored - self._numbers.keys()):
            with contextlib.suppress(ValueError, SyntaxError, TypeError):  # another form proves nothing about others
                self._numbers[key] = self._knowledge.add(from_plain(content["changes"]))
                self._knowledge.learn(self._numbers[key], content)
        for key in pending:
            self._numbers[key] = self._knowledge.add(changes[key])
        waiting = deque(self._ordered(list(pending)))
        running: set[str] = set()
        left = LeftOver(self.setup.time_limit, self.setup.gap)
        deaths: dict[str, str] = {}
        done: dict[str, dict[str, Any]] = {}
        began = time.monotonic()
        try:
            while waiting or running:
                self._watch.check()
                while executor.free() > 0 and (taken := self._next(waiting, running, deaths)) is not None:
                    known = self._knowledge.about(self._numbers[taken], objectives[taken])
                    job = Job(pending[taken], known, understood.pop(taken, None), left.given.get(taken))
                    executor.submit(taken, job)
                    running.add(taken)
                self._keep(done)  # after the workers have something to do
                state.running, state.seconds = len(running), time.monotonic() - began
                if self._progress is not None:
                    self._progress(state)
                event = executor.next_event(0.25)
                if event is not None:
                    key = event.name
                    running.remove(key)
                    if isinstance(event, Died) and key not in deaths:
                        deaths[key] = event.reason
                        waiting.append(key)
                    elif isinstance(event, Done) or key not in left.given:  # a failed second attempt changes nothing
                        done[key] = self._content(pending[key], key, event) | {"changes": to_plain(changes[key])}
                        self._knowledge.learn(self._numbers[key], done[key])
                        state.count(done[key], again=key in left.given)
                        left.ended(key, done[key])
                if not waiting and executor.free() > 0 and (again := left.again()) is not None:
                    waiting.append(again)
            self._watch.check()
        finally:
            self._keep(done)

    def _keep(self, done: dict[str, dict[str, Any]]) -> None:
        """Put finished rows into the store."""
        while done:
            key, content = done.popitem()
            self.store.put(key, content, instance=self.setup.instance.name, sha256=self.setup.instance.sha256)
            if self._fresh is not None:
                self._fresh.add(key)

    def _next(self, waiting: deque[str], running: Iterable[str], deaths: Container[str]) -> str | None:
        """Take the next point: among the first ones, preferably one that no point being solved may settle.

        Points whose workers died are tried again one at a time: a cluster may end one for the fault of another.
        """
        numbers = [self._numbers[key] for key in running]
        barred = any(key in deaths for key in running)
        allowed = [key for key in islice(waiting, AHEAD) if not (barred and key in deaths)]
        if not allowed:
            return None
        best = (
            key
            for key in allowed
            if not any(self._knowledge.may_settle(number, self._numbers[key]) for number in numbers)
        )
        chosen = next(best, allowed[0])
        waiting.remove(chosen)
        return chosen

    def _understood(
        self, pending: dict[str, Point], kept: int
    ) -> tuple[dict[str, Changes], dict[str, tuple[str, ...]], dict[str, tuple[Instance, Model]]]:
        """The changes of each point, the objectives of its model, and instance and model of the first ``kept`` points.

        Raises
        ------
        BadInput
            Lists every fault of every point, up to :data:`SHOWN`.
        """
        changes: dict[str, Changes] = {}
        understood: dict[str, tuple[Instance, Model]] = {}
        objectives: dict[str, tuple[str, ...]] = {}
        faults: dict[Fault, None] = {}
        for key, point in pending.items():
            try:
                instance, model = self.setup.at(point)
            except BadInput as bad:
                faults.update(dict.fromkeys(bad.faults))
                if len(faults) >= SHOWN:
                    break
                continue
            changes[key] = self._facets.changes(instance, model)
            objectives[key] = model.objectives
            if len(understood) < kept:
                understood[key] = instance, model
        if faults:
            raise BadInput(faults)
        return changes, objectives, understood

    def _ordered(self, keys: list[str]) -> list[str]:
        """Corners first, then midpoints between them, so that as much as possible is known early."""
        table = self._knowledge.table()[[self._numbers[key] for key in keys]]
        level = np.zeros((len(keys), table.shape[1]), dtype=np.int64)
        for column in range(table.shape[1]):
            values, place = np.unique(table[:, column], return_inverse=True)
            level[:, column] = _levels(len(values))[place]
        deepest, total = level.max(axis=1, initial=0), level.sum(axis=1)
        ease = np.nan_to_num(table, posinf=0.0, neginf=0.0)
        size = np.maximum(np.abs(ease).max(axis=0, initial=0.0), 1e-12)
        middle = -np.abs((ease / size).sum(axis=1) - np.median((ease / size).sum(axis=1)))
        moved = (table != self._knowledge.ground()).any(axis=1)  # the base itself goes first
        return [keys[at] for at in np.lexsort((middle, total, deepest, moved))]

    def _content(self, point: Point, key: str, event: Event) -> dict[str, Any]:
        """The stored content of a point."""
        if isinstance(event, Done):
            return {**event.result, "aside": False}
        reason = event.reason
        if isinstance(event, Died):
            reason = f"its worker died {LIVES} times ({reason}); {self._set_aside(point, key)}"
        return {**refused(reason), "aside": isinstance(event, Died)}

    def _set_aside(self, point: Point, key: str) -> str:
        """Save the instance and the programme of a point that kills its workers."""
        folder = self.store.path.with_name(f"{self.store.path.name}.aside") / key[:16]
        instance, model = self.setup.at(point)
        write(instance, folder / "instance.json", overwrite=True)
        choices = model.to_dict()
        limits = choices.pop("limits")
        lines = [
            f"{name} = {json.dumps(value)}" for name, value in choices.items() if value is not None and name != "name"
        ]
        lines += ["[limits]", *(f"{name} = {most!r}" for name, most in limits.items())]
        write_whole(folder / "model.toml", ("\n".join(lines) + "\n").encode("utf-8"))
        command = [
            sys.executable,
            "-m",
            "allocator",
            "export",
            str(folder / "instance.json"),
            str(folder / "model.mps"),
        ]
        with contextlib.suppress(subprocess.TimeoutExpired):  # in a process of its own, since building may kill it
            subprocess.run(
                [*command, "--model", str(folder / "model.toml")], capture_output=True, timeout=120, check=False
            )
        return f"set aside in {folder}"


def _stem(setup: Setup) -> str:
    """The start of every key of a sweep: the base, the options and the versions."""
    own = {
        "instance": setup.instance.sha256,
        "model": setup.model.to_dict(),
        "options": [setup.gap, setup.time_limit, setup.threads, setup.seed],
        "versions": versions(),
    }
    return json.dumps(own, sort_keys=True)


def _levels(count: int) -> NDArray[np.int64]:
    """The level of each value in a row: the ends at 0, the middle at 1, the middles of the halves at 2, ..."""
    levels = np.zeros(count, dtype=np.int64)
    between = [(0, count - 1, 1)]
    while between:
        first, last, level = between.pop()
        if last - first > 1:
            middle = (first + last) // 2
            levels[middle] = level
            between += [(first, middle, level + 1), (middle, last, level + 1)]
    return levels
